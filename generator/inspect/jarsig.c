#include "inspect/jarsig.h"

#include <openssl/evp.h>
#include <string.h>

#include "inspect/cms.h"
#include "inspect/jarmanifest.h"

#define FOLDER   "META-INF/"
#define MANIFEST FOLDER "MANIFEST.MF"

/* What may be unpacked: all entries are hashed, and deflate makes a thousand times of what it is given. */
#define RATIO_MAX  200u
#define FREE_BYTES ((uint64_t)64 << 20) /* that no ratio is asked of */

/* Digests that devices know, by what their attributes begin with. */
static const struct {
	const char *prefix, *md;
} digests[] = { { "SHA-512", "SHA512" },
		{ "SHA-384", "SHA384" },
		{ "SHA-256", "SHA256" },
		{ "SHA1", "SHA1" },
		{ "SHA-1", "SHA1" } };

struct verifying {
	const struct zip *z;
	struct strbuf text; /* of MANIFEST.MF */
	struct jar_manifest manifest;
	const char **why;
};

static int fail(struct verifying *v, const char *reason)
{
	*v->why = reason;
	return -1;
}

static int fail_named(struct verifying *v, struct slice name, const char *reason)
{
	return fail(v, arena_printf(v->z->a, "\"" SLICE_FMT "\" %s", SLICE_ARG(name), reason).p);
}

/* --- digests ------------------------------------------------------------------------------------------------------------ */

struct expected { /* digests of one thing, being made */
	EVP_MD_CTX *ctx[COUNT(digests)];
	const struct slice *base64[COUNT(digests)];
	size_t n; /* how many there are */
};

static void expected_release(struct expected *e)
{
	for (size_t i = 0; i < COUNT(digests); i++)
		EVP_MD_CTX_free(e->ctx[i]);
}

/* The attributes `SHA-256<suffix>` and so on of a section. */
static bool expected_begin(struct expected *e, const struct jar_section *s, const char *suffix)
{
	char name[64];

	*e = (struct expected){ .n = 0 };
	for (size_t i = 0; i < COUNT(digests); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", digests[i].prefix, suffix);
		e->base64[i] = jar_attribute(s, name);
		if (!e->base64[i])
			continue;
		e->n++;
		e->ctx[i] = EVP_MD_CTX_new();
		if (!e->ctx[i] || EVP_DigestInit_ex(e->ctx[i], EVP_get_digestbyname(digests[i].md), NULL) != 1)
			return false;
	}
	return true;
}

static int expected_add(void *ctx, struct slice piece)
{
	struct expected *e = ctx;

	for (size_t i = 0; i < COUNT(digests); i++)
		if (e->ctx[i] && piece.n && EVP_DigestUpdate(e->ctx[i], piece.p, piece.n) != 1)
			return 1;
	return 0;
}

static bool expected_holds(struct expected *e)
{
	uint8_t bytes[EVP_MAX_MD_SIZE];
	unsigned n;

	for (size_t i = 0; i < COUNT(digests); i++) {
		struct strbuf text = STRBUF_INIT;
		bool same;

		if (!e->ctx[i])
			continue;
		if (EVP_DigestFinal_ex(e->ctx[i], bytes, &n) != 1)
			return false;
		strbuf_addbase64(&text, slice_bytes(bytes, n));
		same = !text.failed && slice_eq(strbuf_slice(&text), slice_trim(*e->base64[i]));
		strbuf_release(&text);
		if (!same)
			return false;
	}
	return e->n > 0;
}

/* Whether `bytes` have the digests of a section, at least one. */
static bool bytes_hold(const struct jar_section *s, const char *suffix, struct slice bytes)
{
	CLEANUP(expected_release) struct expected e;

	return expected_begin(&e, s, suffix) && !expected_add(&e, bytes) && expected_holds(&e);
}

/* --- entries ------------------------------------------------------------------------------------------------------------ */

static int check_entry(struct verifying *v, const struct zip_entry *e)
{
	const struct jar_section *s = jar_section(&v->manifest, e->name);
	CLEANUP(expected_release) struct expected x = { .n = 0 };
	int ended;

	if (s && !expected_begin(&x, s, "-Digest"))
		return fail(v, "out of memory");
	if (!x.n)
		return e->folder || slice_starts(e->name, FOLDER)
			       ? 0
			       : fail_named(v, e->name, "is not signed: " MANIFEST " has no digest of it");
	ended = zip_unpack(v->z, e, expected_add, &x, v->why);
	if (ended > 0)
		return fail(v, "an entry cannot be hashed");
	if (ended < 0)
		return -1;
	return expected_holds(&x)
		       ? 0
		       : fail_named(v, e->name,
				    "was changed after it was signed: its digest in " MANIFEST " is another one");
}

static bool is_bomb(const struct zip *z)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < z->n; i++) /* no sum overflows: none is more than deflate can make of the archive */
		bytes += z->v[i].size;
	return bytes > FREE_BYTES && (bytes - FREE_BYTES) / RATIO_MAX > z->bytes.n;
}

static int check_entries(struct verifying *v)
{
	if (is_bomb(v->z))
		return fail(v, "the archive unpacks to more than 200 times its size, too much to be hashed");
	for (size_t i = 0; i < v->z->n; i++) {
		if (check_entry(v, &v->z->v[i]))
			return -1;
	}
	for (size_t i = 0; i < v->manifest.n; i++) {
		CLEANUP(expected_release) struct expected x;

		if (!expected_begin(&x, &v->manifest.v[i], "-Digest"))
			return fail(v, "out of memory");
		if (x.n && !zip_find(v->z, v->manifest.v[i].name))
			return fail_named(v, v->manifest.v[i].name,
					  "was removed after it was signed: " MANIFEST " still names it");
	}
	return 0;
}

/* --- signers ------------------------------------------------------------------------------------------------------------ */

static int read_text(struct verifying *v, struct strbuf *text, struct jar_manifest *out, struct arena *a,
		     const struct zip_entry *e)
{
	const char *why;

	if (zip_read(text, v->z, e, JAR_MANIFEST_MAX, v->why))
		return -1;
	if (jar_manifest_read(out, a, strbuf_slice(text), &why))
		return fail_named(v, e->name, arena_printf(v->z->a, "cannot be read: %s", why).p);
	return 0;
}

/* Where the manifest was added to after this signature, its sections still hold. */
static bool sections_hold(const struct verifying *v, const struct jar_manifest *sf)
{
	for (size_t i = 0; i < v->manifest.n; i++) {
		const struct jar_section *s = jar_section(sf, v->manifest.v[i].name);

		if (!s || !bytes_hold(s, "-Digest", v->manifest.v[i].raw))
			return false;
	}
	return v->manifest.n > 0;
}

/* The signature beside an .SF: the same name with another ending. */
static const struct zip_entry *find_block(const struct zip *z, struct slice sf)
{
	static const char *const endings[] = { "RSA", "EC", "DSA" };
	struct slice stem = slice_sub(sf, 0, sf.n - 2);
	size_t first, n = zip_below(z, stem, &first);

	for (size_t i = first; i < first + n; i++)
		for (size_t k = 0; k < COUNT(endings); k++)
			if (slice_eq_nocase(slice_from(z->by_name[i]->name, stem.n), slice_of(endings[k])))
				return z->by_name[i];
	return NULL;
}

static int check_block(struct verifying *v, uint8_t cert[SHA256_SIZE], struct slice sf, const struct zip_entry *block)
{
	const struct cms_query query = { .detached = true, .content = sf };
	struct strbuf bytes = STRBUF_INIT;
	struct cms cms;
	const char *why;
	int bad;

	bad = zip_read(&bytes, v->z, block, CMS_MAX, v->why);
	if (!bad && cms_read(&cms, v->z->a, strbuf_slice(&bytes), &query, &why))
		bad = fail_named(v, block->name, arena_printf(v->z->a, "does not hold: %s", why).p);
	if (!bad)
		memcpy(cert, cms.signer.sha256, SHA256_SIZE);
	strbuf_release(&bytes);
	return bad;
}

static int check_signer(struct verifying *v, struct jarsig *out, const struct zip_entry *sf)
{
	const struct zip_entry *block = find_block(v->z, sf->name);
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	CLEANUP(arena_release) struct arena a = ARENA_INIT; /* of ten signers one at a time */
	const struct slice *schemes;
	struct jar_manifest m;

	if (!block)
		return fail_named(v, sf->name, "has no signature beside it (.RSA, .EC, .DSA)");
	if (out->n == JARSIG_SIGNERS_MAX)
		return fail(v, "it has more than 10 signers");
	if (read_text(v, &text, &m, &a, sf) || check_block(v, out->cert[out->n], strbuf_slice(&text), block))
		return -1;
	if (!bytes_hold(&m.main, "-Digest-Manifest", strbuf_slice(&v->text)) && !sections_hold(v, &m))
		return fail_named(v, sf->name, "is of another " MANIFEST);
	schemes = jar_attribute(&m.main, "X-Android-APK-Signed");
	if (schemes && !out->schemes.n)
		out->schemes = arena_copy(v->z->a, *schemes);
	out->n++;
	return 0;
}

static bool is_signature_file(struct slice name)
{
	struct slice base = slice_from(name, sizeof(FOLDER) - 1);

	return slice_find(base, '/') < 0 && base.n > 3 && slice_eq_nocase(slice_from(base, base.n - 3), SLICE(".SF"));
}

static int check_all(struct verifying *v, struct jarsig *out)
{
	const struct zip_entry *manifest = zip_find(v->z, SLICE(MANIFEST));
	size_t first, n = zip_below(v->z, SLICE(FOLDER), &first);

	for (size_t i = first; i < first + n; i++) {
		const struct zip_entry *e = v->z->by_name[i];

		if (!is_signature_file(e->name))
			continue;
		if (!manifest)
			return fail_named(v, e->name, "is of a " MANIFEST " that is not there");
		if (!v->text.p && read_text(v, &v->text, &v->manifest, v->z->a, manifest))
			return -1;
		if (check_signer(v, out, e))
			return -1;
	}
	return out->n ? check_entries(v) : 0;
}

int jarsig_read(struct jarsig *out, const struct zip *z, const char **why)
{
	struct verifying v = { .z = z, .text = STRBUF_INIT, .why = why };
	int bad;

	memset(out, 0, sizeof(*out));
	bad = check_all(&v, out);
	strbuf_release(&v.text);
	return bad;
}
