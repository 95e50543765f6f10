/* TUF metadata: one encoding, thresholds, chains of roots, patterns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "format/buildinfo.h"
#include "format/recipes.h"
#include "format/tuf.h"

#define KEYS 3

struct world {
	struct arena mem;
	struct digests *dg;
	EVP_PKEY *pkey[KEYS]; /* Ed25519, P-256, RSA */
	struct pubkey key[KEYS];
};

static struct slice public_pem(struct arena *a, EVP_PKEY *k)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes;
	struct slice out;

	assert_int_equal(PEM_write_bio_PUBKEY(bio, k), 1);
	out.n = (size_t)BIO_get_mem_data(bio, &bytes);
	out = arena_copy(a, slice_bytes(bytes, out.n));
	BIO_free(bio);
	return out;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	const char *why = "";
	uint8_t raw[32];
	size_t n = sizeof(raw);
	char hex[65];

	assert_int_equal(digests_new(&w->dg), 0);
	w->pkey[0] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	w->pkey[1] = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	w->pkey[2] = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	assert_int_equal(EVP_PKEY_get_raw_public_key(w->pkey[0], raw, &n), 1);
	digest_hex(hex, raw, 32);
	assert_int_equal(pubkey_make(&w->key[0], PUBKEY_ED25519, arena_copy(&w->mem, slice_of(hex)), w->dg, &why), 0);
	assert_int_equal(pubkey_make(&w->key[1], PUBKEY_P256, public_pem(&w->mem, w->pkey[1]), w->dg, &why), 0);
	assert_int_equal(pubkey_make(&w->key[2], PUBKEY_RSA, public_pem(&w->mem, w->pkey[2]), w->dg, &why), 0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < KEYS; i++)
		EVP_PKEY_free(w->pkey[i]);
	digests_free(w->dg);
	arena_release(&w->mem);
	free(w);
	return 0;
}

static struct slice sign(struct world *w, size_t key, struct slice message, int saltlen)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	size_t n = 1024;
	uint8_t *sig = arena_alloc(&w->mem, n);

	assert_int_equal(EVP_DigestSignInit_ex(ctx, &pctx, key ? "SHA256" : NULL, NULL, NULL, w->pkey[key], NULL), 1);
	if (key == 2) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, saltlen), 1);
	}
	assert_int_equal(EVP_DigestSign(ctx, sig, &n, (const uint8_t *)message.p, message.n), 1);
	EVP_MD_CTX_free(ctx);
	return slice_bytes(sig, n);
}

static struct slice payload_of(struct world *w, const struct tuf_file *f)
{
	struct strbuf sb = STRBUF_INIT;
	struct slice out;

	assert_int_equal(tuf_payload(&sb, f), 0);
	out = arena_copy(&w->mem, strbuf_slice(&sb));
	strbuf_release(&sb);
	return out;
}

/* The file, signed by the keys in `mask`. */
static struct slice signed_file(struct world *w, struct tuf_file *f, unsigned mask)
{
	struct signature *v = ARENA_ARRAY(&w->mem, struct signature, KEYS);
	struct strbuf sb = STRBUF_INIT;
	struct slice out;

	f->signatures = (struct envelope){ .v = v, .n = 0 };
	f->payload = payload_of(w, f);
	for (size_t i = 0; i < KEYS; i++) {
		if (!(mask >> i & 1))
			continue;
		memcpy(v[f->signatures.n].keyid, w->key[i].id, 32);
		v[f->signatures.n++].bytes = sign(w, i, f->payload, RSA_PSS_SALTLEN_DIGEST);
	}
	assert_int_equal(tuf_encode(&sb, f), 0);
	out = arena_copy(&w->mem, strbuf_slice(&sb));
	strbuf_release(&sb);
	return out;
}

static int key_cmp(const void *a, const void *b)
{
	return memcmp(((const struct pubkey *)a)->id, ((const struct pubkey *)b)->id, 32);
}

static struct tuf_file make_root(struct world *w, uint64_t version, uint32_t threshold)
{
	struct tuf_file f = { .type = TUF_ROOT, .version = version, .expires = 2000000000 };
	struct pubkey *keys = ARENA_ARRAY(&w->mem, struct pubkey, KEYS);
	uint8_t(*ids)[32] = arena_alloc(&w->mem, sizeof(*ids) * KEYS);

	for (size_t i = 0; i < KEYS; i++) {
		keys[i] = w->key[i];
		memcpy(ids[i], w->key[i].id, 32);
	}
	qsort(keys, KEYS, sizeof(*keys), key_cmp);
	f.root.keys = (struct key_table){ keys, KEYS };
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		f.root.roles[i] = (struct role_keys){ ids, KEYS, threshold };
	return f;
}

static struct tuf_file make_targets(struct world *w)
{
	struct tuf_file f = {
		.type = TUF_TARGETS, .app = SLICE("DEMO01-default"), .version = 7, .expires = 2000000000
	};
	struct tuf_target *t = ARENA_ARRAY(&w->mem, struct tuf_target, 2);
	struct tuf_delegation *d = ARENA_NEW(&w->mem, struct tuf_delegation);
	struct slice *path = ARENA_NEW(&w->mem, struct slice);

	t[0] = (struct tuf_target){ .path = SLICE("index/v1/android-switch.json"), .length = 12 };
	t[1] = (struct tuf_target){ .path = SLICE("index/v1/android-upgrade.json"), .length = 0, .hash = { 1 } };
	*path = SLICE("o/*/*");
	d->name = SLICE("objects");
	d->keys = (struct role_keys){ &w->key[0].id, 1, 1 };
	d->paths = path;
	d->npaths = 1;
	f.targets = (struct tuf_targets){ t, 2, { &w->key[0], 1 }, d, 1 };
	return f;
}

static struct tuf_file make_metas(struct world *w, enum tuf_type type)
{
	struct tuf_file f = { .type = type, .app = SLICE("DEMO01-default"), .version = 9, .expires = 1767225600 };
	struct tuf_meta *m = ARENA_ARRAY(&w->mem, struct tuf_meta, 2);

	m[0] = (struct tuf_meta){ .role = type == TUF_TIMESTAMP ? SLICE("snapshot") : SLICE("targets"),
				  .version = 3,
				  .length = 4096 };
	m[1] = (struct tuf_meta){ .role = SLICE("objects-0a"), .version = 1, .length = 5 };
	f.metas = (struct tuf_metas){ m, type == TUF_TIMESTAMP ? 1 : 2 };
	return f;
}

static struct tuf_file make(struct world *w, enum tuf_type type)
{
	return type == TUF_ROOT ? make_root(w, 1, 2) : type == TUF_TARGETS ? make_targets(w) : make_metas(w, type);
}

static bool decodes(struct world *w, enum tuf_type type, struct slice bytes)
{
	struct tuf_file f;
	const char *why = NULL;
	int result = tuf_decode(&f, &w->mem, w->dg, type, bytes, &why);

	assert_true(result == 0 || why);
	return result == 0;
}

static void test_round_trip(void **state)
{
	struct world *w = *state;

	for (enum tuf_type t = TUF_ROOT; t < TUF_TYPE_COUNT; t++) {
		struct tuf_file f = make(w, t), back;
		struct slice bytes = signed_file(w, &f, 3);
		const char *why = "";

		print_message("%s: %zu bytes\n", tuf_type_name(t), bytes.n);
		assert_int_equal(tuf_decode(&back, &w->mem, w->dg, t, bytes, &why), 0);
		assert_true(slice_eq(back.payload, f.payload));
		assert_int_equal(back.version, f.version);
		assert_int_equal(back.expires, f.expires);
		assert_true(slice_eq(back.app, f.app));
		for (enum tuf_type other = TUF_ROOT; other < TUF_TYPE_COUNT; other++)
			assert_int_equal(decodes(w, other, bytes), other == t);
	}
}

/* `bytes` with `to` in the place of `from`, which must be there. */
static struct slice replaced(struct world *w, struct slice bytes, const char *from, const char *to)
{
	const char *text = arena_str(&w->mem, bytes), *at = strstr(text, from);

	assert_non_null(at);
	return arena_printf(&w->mem, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* A draft may lack every signature, and is in all else as strict. */
static void test_draft(void **state)
{
	static const struct {
		const char *from, *to; /* NULL: the file as it is */
		bool draft;
	} cases[] = {
		{ NULL, NULL, true },
		{ "\"signatures\":[]", "\"signatures\":{}", false },
		{ "\"signatures\":[]", "\"signatures\":null", false },
		{ "\"signatures\":[]", "\"signatures\":[ ]", false },
		{ "\"signatures\":[],", "", false },
		{ "\"version\":", "\"version\": ", false },
		{ "\"spec_version\":\"1.0.34\"", "\"spec_version\":\"1.0.33\"", false },
	};
	struct world *w = *state;

	for (enum tuf_type t = TUF_ROOT; t < TUF_TYPE_COUNT; t++) {
		struct tuf_file f = make(w, t), back;
		struct slice unsigned_bytes = signed_file(w, &f, 0), signed_bytes = signed_file(w, &f, 5);
		const char *why = "";

		for (size_t i = 0; i < COUNT(cases); i++) {
			struct slice bytes = cases[i].from ? replaced(w, unsigned_bytes, cases[i].from, cases[i].to)
							   : unsigned_bytes;

			print_message("%s: %s\n", tuf_type_name(t), cases[i].to ? cases[i].to : "unsigned");
			assert_int_equal(tuf_decode_draft(&back, &w->mem, w->dg, t, bytes, &why) == 0, cases[i].draft);
			assert_false(decodes(w, t, bytes));
		}
		assert_int_equal(tuf_decode_draft(&back, &w->mem, w->dg, t, unsigned_bytes, &why), 0);
		assert_int_equal(back.signatures.n, 0);
		assert_true(slice_eq(back.payload, f.payload));
		assert_false(tuf_signed_by_role(&back, &f, NULL));
		assert_int_equal(tuf_decode_draft(&back, &w->mem, w->dg, t, signed_bytes, &why), 0);
		assert_int_equal(back.signatures.n, 2);
	}
}

/* Any byte that changes gives a file that is refused, or whose payload or signatures differ. */
static void test_every_byte_counts(void **state)
{
	struct world *w = *state;

	for (enum tuf_type t = TUF_ROOT; t < TUF_TYPE_COUNT; t++) {
		struct tuf_file root = make_root(w, 1, 1), f = make(w, t), back;
		struct slice bytes = signed_file(w, &f, 1);
		char *copy = arena_alloc(&w->mem, bytes.n);
		struct arena scratch = ARENA_INIT;
		const char *why;

		for (size_t i = 0; i<bytes.n; i += bytes.n> 2000 ? 11 : 1) { /* a root's keys take long to parse */
			uint64_t good = 0;

			memcpy(copy, bytes.p, bytes.n);
			copy[i] ^= (char)(1 << i % 8);
			arena_reset(&scratch);
			if (!tuf_decode(&back, &scratch, w->dg, t, (struct slice){ copy, bytes.n }, &why) &&
			    tuf_signed_by_role(&back, &root, &good))
				fail_msg("%s: byte %zu may change", tuf_type_name(t), i);
		}
		for (size_t n = 0; n < bytes.n; n += 41)
			assert_false(decodes(w, t, (struct slice){ bytes.p, n }));
		arena_release(&scratch);
	}
}

static void test_timestamp_is_small(void **state)
{
	struct world *w = *state;
	struct tuf_file f = make_metas(w, TUF_TIMESTAMP);
	struct slice bytes;

	f.app = SLICE("ABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ0-"
		      "ABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ0");
	f.version = f.metas.v[0].version = 9999999999;
	f.metas.v[0].length = TUF_SNAPSHOT_MAX;
	bytes = signed_file(w, &f, 1);
	assert_true(bytes.n <= 640);
}

static void test_refused(void **state)
{
	static const struct {
		enum tuf_type type;
		const char *from, *to;
	} cases[] = {
		{ TUF_ROOT, "\"consistent_snapshot\":true", "\"consistent_snapshot\":false" },
		{ TUF_ROOT, "\"threshold\":2", "\"threshold\":0" },
		{ TUF_ROOT, "\"threshold\":2", "\"threshold\":4" },
		{ TUF_ROOT, "\"spec_version\":\"1.0.34\"", "\"spec_version\":\"2.0.34\"" },
		{ TUF_ROOT, "\"version\":1", "\"version\":0" },
		{ TUF_ROOT, "\"version\":1", "\"version\":1,\"x\":1" },
		{ TUF_ROOT, "\"_type\":\"root\"", "\"_type\":\"root\",\"app\":\"DEMO01-default\"" },
		{ TUF_ROOT, "{\"signatures\"", "{ \"signatures\"" },
		{ TUF_ROOT, "\"keytype\":\"ed25519\"", "\"keytype\":\"ed25518\"" },
		{ TUF_TARGETS, "\"terminating\":true", "\"terminating\":false" },
		{ TUF_TARGETS, "\"name\":\"objects\"", "\"name\":\"targets\"" },
		{ TUF_TARGETS, "\"name\":\"objects\"", "\"name\":\"9\"" },
		{ TUF_TARGETS, "\"name\":\"objects\"", "\"name\":\"a/b\"" },
		{ TUF_TARGETS, "o/*/*", "../*/*" },
		{ TUF_TARGETS, "index/v1/android-switch.json", "index/../android-switch.json" },
		{ TUF_TARGETS, "index/v1/android-switch.json", "/index/v1/android-switch.json" },
		{ TUF_TARGETS, "index/v1/android-switch.json", "index//android-switch.json" },
		{ TUF_TARGETS, "\"length\":12", "\"length\":-1" },
		{ TUF_TARGETS, "\"length\":12", "\"length\":12.0" },
		{ TUF_TARGETS, "\"length\":12", "\"length\":9007199254740992" },
		{ TUF_TARGETS, "\"app\":\"DEMO01-default\",", "" },
		{ TUF_SNAPSHOT, "targets.json", "targetz.json" },
		{ TUF_SNAPSHOT, "objects-0a.json", "objects-0A.json" },
		{ TUF_SNAPSHOT, "objects-0a.json", "timestamp.json" },
		{ TUF_TIMESTAMP, "snapshot.json", "targets.json" },
		{ TUF_TIMESTAMP, "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00" },
		{ TUF_TIMESTAMP, "2026-01-01T00:00:00Z", "2026-01-01t00:00:00Z" },
		{ TUF_TIMESTAMP, "\"sig\":\"", "\"sig\":\"A" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tuf_file f = make(w, cases[i].type);
		struct slice bytes = signed_file(w, &f, 1);

		print_message("%s -> %s\n", cases[i].from, cases[i].to);
		assert_true(decodes(w, cases[i].type, bytes));
		assert_false(decodes(w, cases[i].type, replaced(w, bytes, cases[i].from, cases[i].to)));
	}
}

static void test_thresholds(void **state)
{
	static const struct {
		unsigned mask;
		uint32_t threshold;
		bool good;
	} cases[] = { { 1, 1, true }, { 2, 1, true },  { 4, 1, true }, { 1, 2, false }, { 3, 2, true },
		      { 6, 2, true }, { 3, 3, false }, { 7, 3, true }, { 7, 1, true } };
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tuf_file root = make_root(w, 1, cases[i].threshold), f = make_targets(w), back;
		uint64_t good = 0;
		const char *why;

		print_message("mask %u threshold %u\n", cases[i].mask, cases[i].threshold);
		assert_int_equal(
			tuf_decode(&back, &w->mem, w->dg, TUF_TARGETS, signed_file(w, &f, cases[i].mask), &why), 0);
		assert_int_equal(tuf_signed_by_role(&back, &root, &good), cases[i].good);
		assert_true(envelope_all(&back.signatures, good));
	}
}

static void test_one_key_counts_once(void **state)
{
	struct world *w = *state;
	struct tuf_file root = make_root(w, 1, 2), f = make_targets(w);
	struct signature twice[2];
	struct strbuf sb = STRBUF_INIT;

	(void)signed_file(w, &f, 1);
	twice[0] = twice[1] = f.signatures.v[0];
	f.signatures = (struct envelope){ twice, 2 };
	assert_int_equal(tuf_encode(&sb, &f), 0);
	assert_false(decodes(w, TUF_TARGETS, strbuf_slice(&sb)));
	strbuf_release(&sb);
	/* a signature under a key id that it is not of */
	(void)signed_file(w, &f, 1);
	memcpy(f.signatures.v[0].keyid, w->key[1].id, 32);
	root = make_root(w, 1, 1);
	assert_false(tuf_signed_by_role(&f, &root, NULL));
}

/* The P-256 key with a hybrid point, which says twice what the other half of the point is: as long, and read by OpenSSL. */
static struct slice hybrid_pem(struct world *w)
{
	BIO *out = BIO_new(BIO_s_mem());
	unsigned char *der = NULL;
	char *text;
	int n = i2d_PUBKEY(w->pkey[1], &der);
	struct slice pem;

	assert_int_equal(n, 91);
	assert_int_equal(der[26], 4);
	der[26] = (unsigned char)(6 | (der[90] & 1));
	assert_true(PEM_write_bio(out, "PUBLIC KEY", "", der, n) > 0);
	n = (int)BIO_get_mem_data(out, &text);
	pem = arena_copy(&w->mem, slice_bytes(text, (size_t)n));
	assert_int_equal(pem.n, w->key[1].text.n);
	OPENSSL_free(der);
	BIO_free(out);
	return pem;
}

static void test_pubkeys(void **state)
{
	struct world *w = *state;
	struct slice message = SLICE("message"), pem = w->key[2].text;
	struct pubkey k;
	const char *why;
	char text[256], hex[65];
	uint8_t id[32];

	snprintf(text, sizeof(text),
		 "{\"keytype\":\"ed25519\",\"keyval\":{\"public\":\"" SLICE_FMT "\"},\"scheme\":\"ed25519\"}",
		 SLICE_ARG(w->key[0].text));
	assert_int_equal(digest_sha256(w->dg, id, slice_of(text)), 0);
	assert_memory_equal(id, w->key[0].id, 32);
	for (size_t i = 0; i < KEYS; i++) {
		struct slice sig = sign(w, i, message, RSA_PSS_SALTLEN_DIGEST);

		assert_true(pubkey_verify(&w->key[i], message, sig));
		assert_false(pubkey_verify(&w->key[i], SLICE("massage"), sig));
		assert_false(pubkey_verify(&w->key[i], message, slice_sub(sig, 0, sig.n - 1)));
		assert_false(pubkey_verify(&w->key[(i + 1) % KEYS], message, sig));
		assert_false(pubkey_verify(&w->key[i], message, SLICE("")));
	}
	/* the salt is 32 bytes, nothing else */
	assert_false(pubkey_verify(&w->key[2], message, sign(w, 2, message, RSA_PSS_SALTLEN_MAX)));
	/* one text for a key */
	digest_hex(hex, id, 32);
	hex[0] = 'A';
	assert_int_equal(pubkey_make(&k, PUBKEY_ED25519, slice_of(hex), w->dg, &why), -1);
	assert_int_equal(pubkey_make(&k, PUBKEY_RSA, slice_sub(pem, 0, pem.n - 1), w->dg, &why), -1);
	assert_int_equal(pubkey_make(&k, PUBKEY_P256, pem, w->dg, &why), -1);
	assert_int_equal(pubkey_make(&k, PUBKEY_RSA, w->key[1].text, w->dg, &why), -1);
	assert_int_equal(pubkey_make(&k, PUBKEY_RSA, SLICE(""), w->dg, &why), -1);
	assert_int_equal(pubkey_make(&k, PUBKEY_P256, hybrid_pem(w), w->dg, &why), -1);
}

static void test_chain(void **state)
{
	struct world *w = *state;
	struct tuf_file one = make_root(w, 1, 1), two = make_root(w, 2, 1), lonely = make_root(w, 2, 1);
	struct slice files[2], bytes;
	struct tuf_chain chain;
	const char *why = "";
	size_t bad;

	one.root.roles[TUF_ROOT] = (struct role_keys){ &w->key[0].id, 1, 1 };
	two.root.roles[TUF_ROOT] = (struct role_keys){ &w->key[1].id, 1, 1 };
	lonely.root.roles[TUF_ROOT] = two.root.roles[TUF_ROOT];
	files[0] = signed_file(w, &one, 1);
	files[1] = signed_file(w, &two, 3);
	assert_int_equal(tuf_chain_decode(&chain, &w->mem, w->dg, files, 2, &bad, &why), 0);
	assert_int_equal(chain.n, 2);

	files[1] = signed_file(w, &lonely, 2); /* not by the old key */
	assert_int_equal(tuf_chain_decode(&chain, &w->mem, w->dg, files, 2, &bad, &why), -1);
	assert_int_equal(bad, 2);
	files[1] = signed_file(w, &lonely, 1); /* not by the new key */
	assert_int_equal(tuf_chain_decode(&chain, &w->mem, w->dg, files, 2, &bad, &why), -1);
	files[1] = signed_file(w, &lonely, 7); /* by one more than asked for */
	assert_int_equal(tuf_chain_decode(&chain, &w->mem, w->dg, files, 2, &bad, &why), -1);
	two.version = 3;
	files[1] = signed_file(w, &two, 3);
	assert_int_equal(tuf_chain_decode(&chain, &w->mem, w->dg, files, 2, &bad, &why), -1);
	bytes = files[0];
	files[0] = files[1];
	files[1] = bytes;
	assert_int_equal(tuf_chain_decode(&chain, &w->mem, w->dg, files, 2, &bad, &why), -1);
	assert_int_equal(bad, 1);
	assert_int_equal(tuf_chain_decode(&chain, &w->mem, w->dg, files, 0, &bad, &why), -1);
}

static void test_paths(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool matches;
	} cases[] = {
		{ "o/*/*", "o/0123/a.json", true },
		{ "o/*/*", "o/0123/a/b.json", false },
		{ "o/0*/*", "o/0123/a.json", true },
		{ "o/0*/*", "o/1023/a.json", false },
		{ "o/*/*", "o//a", true },
		{ "o/*/*", "o/a", false },
		{ "*", "", true },
		{ "*", "a/b", false },
		{ "a*b*c", "aXbbYc", true },
		{ "a*b*c", "aXbbYd", false },
		{ "a*b/c", "ab/xb/c", false },
		{ "", "", true },
		{ "", "a", false },
		{ "o/0a*/*", "o/0a/x", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s %s\n", cases[i].pattern, cases[i].path);
		assert_int_equal(tuf_path_matches(slice_of(cases[i].pattern), slice_of(cases[i].path)),
				 cases[i].matches);
	}
}

/* A device's arena has a limit: a reason, never an abort. */
static void test_bounded(void **state)
{
	struct world *w = *state;
	struct tuf_file f = make_targets(w), back;
	struct slice bytes = signed_file(w, &f, 1);

	for (size_t limit = 16; limit < 4096; limit += 16) {
		struct arena small = { .limit = limit };
		const char *why = NULL;

		if (tuf_decode(&back, &small, w->dg, TUF_TARGETS, bytes, &why))
			assert_non_null(why);
		arena_release(&small);
	}
}

static void test_recipes(void **state)
{
	struct world *w = *state;
	struct recipe_fact fact = { SLICE("root"), SLICE("00ff") };
	struct recipe v[2] = {
		{ .key = { 1 },
		  .name = SLICE("filter.bin"),
		  .hash = { 2 },
		  .length = 4096,
		  .facts = &fact,
		  .nfacts = 1 },
		{ .key = { 9 }, .name = SLICE("package.apk"), .hash = { 3 }, .length = 0 },
	};
	struct recipes r = { v, 2 }, back;
	struct strbuf sb = STRBUF_INIT, again = STRBUF_INIT;
	const struct recipe *found;
	const char *why = "";

	assert_int_equal(recipes_encode(&sb, &r), 0);
	assert_int_equal(recipes_decode(&back, &w->mem, strbuf_slice(&sb), &why), 0);
	assert_int_equal(recipes_encode(&again, &back), 0);
	assert_true(slice_eq(strbuf_slice(&sb), strbuf_slice(&again)));
	found = recipes_find(&back, v[0].key);
	assert_non_null(found);
	assert_true(slice_eqs(*recipe_fact(found, "root"), "00ff"));
	assert_null(recipe_fact(found, "rood"));
	assert_null(recipes_find(&back, v[0].hash));
	strbuf_reset(&sb);
	assert_int_equal(recipes_encode(&sb, &(struct recipes){ NULL, 0 }), 0);
	assert_int_equal(recipes_decode(&back, &w->mem, strbuf_slice(&sb), &why), 0);
	assert_int_equal(back.n, 0);
	strbuf_release(&sb);
	strbuf_release(&again);
}

static void test_lineage(void **state)
{
	uint8_t out[BUILDINFO_LINEAGE][32], earlier[BUILDINFO_LINEAGE][32] = { { 0 } };
	const uint8_t a[32] = { 0xa }, b[32] = { 0xb };
	struct buildinfo info = { .lineage = earlier, .nlineage = BUILDINFO_LINEAGE };

	(void)state;
	assert_int_equal(buildinfo_lineage(out, NULL, NULL, a), 1);
	assert_int_equal(buildinfo_lineage(out, NULL, a, a), 1);
	assert_int_equal(buildinfo_lineage(out, NULL, a, b), 2);
	assert_memory_equal(out[1], b, 32);
	for (size_t i = 0; i < BUILDINFO_LINEAGE; i++)
		earlier[i][1] = (uint8_t)(i + 1);
	assert_int_equal(buildinfo_lineage(out, &info, a, b), BUILDINFO_LINEAGE);
	assert_memory_equal(out[BUILDINFO_LINEAGE - 1], b, 32);
	assert_memory_equal(out[BUILDINFO_LINEAGE - 2], a, 32);
	assert_memory_equal(out[0], earlier[2], 32);
	assert_int_equal(buildinfo_lineage(out, &info, earlier[BUILDINFO_LINEAGE - 1], earlier[BUILDINFO_LINEAGE - 1]),
			 BUILDINFO_LINEAGE);
	assert_memory_equal(out[0], earlier[0], 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_draft),
		cmocka_unit_test(test_every_byte_counts),
		cmocka_unit_test(test_timestamp_is_small),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_thresholds),
		cmocka_unit_test(test_one_key_counts_once),
		cmocka_unit_test(test_pubkeys),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_recipes),
		cmocka_unit_test(test_lineage),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
