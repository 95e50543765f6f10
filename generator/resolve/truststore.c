/* The stored form of a struct trust: "mdresolve trust 1\n", then the SHA-256 of what follows, the anchor, and for each role of
 * enum tuf_type its length as 8 bytes, big endian (0: none), and the file. */
#include <string.h>

#include "resolve/trust.h"

#define MAGIC "mdresolve trust 1\n"

static void add_be64(struct strbuf *out, uint64_t v)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(v >> (56 - 8 * i));
	strbuf_add(out, bytes, sizeof(bytes));
}

int trust_store(struct strbuf *out, const struct trust *t, struct digests *dg)
{
	struct strbuf body = STRBUF_INIT;
	uint8_t sum[SHA256_SIZE];
	int failed;

	strbuf_add(&body, t->anchor, sizeof(t->anchor));
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		struct slice file = t->roles[i] ? strbuf_slice(&t->roles[i]->bytes) : (struct slice){ NULL, 0 };

		add_be64(&body, file.n);
		strbuf_addslice(&body, file);
	}
	failed = body.failed || digest_sha256(dg, sum, strbuf_slice(&body));
	if (!failed) {
		strbuf_adds(out, MAGIC);
		strbuf_add(out, sum, sizeof(sum));
		strbuf_addslice(out, strbuf_slice(&body));
	}
	strbuf_release(&body);
	return failed || out->failed ? -1 : 0;
}

/* The parts of a blob whose checksum holds. */
struct blob_parts {
	struct slice anchor;
	struct slice files[TUF_TYPE_COUNT];
};

static bool cut_file(struct slice *out, struct slice *rest)
{
	uint8_t head[SHA256_SIZE] = { 0 };
	uint64_t n;

	if (rest->n < 8)
		return false;
	memcpy(head, rest->p, 8);
	n = digest_head64(head);
	if (n > rest->n - 8)
		return false;
	*out = slice_sub(*rest, 8, (size_t)n);
	*rest = slice_from(*rest, 8 + (size_t)n);
	return true;
}

static bool cut_blob(struct blob_parts *out, struct slice blob, struct digests *dg)
{
	const size_t head = sizeof(MAGIC) - 1;
	struct slice body;
	uint8_t sum[SHA256_SIZE];

	if (blob.n < head + SHA256_SIZE + SHA256_SIZE || memcmp(blob.p, MAGIC, head) != 0)
		return false;
	body = slice_from(blob, head + SHA256_SIZE);
	if (digest_sha256(dg, sum, body) || memcmp(sum, blob.p + head, sizeof(sum)) != 0)
		return false;
	out->anchor = slice_sub(body, 0, SHA256_SIZE);
	body = slice_from(body, SHA256_SIZE);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		if (!cut_file(&out->files[i], &body))
			return false;
	}
	return body.n == 0;
}

static enum mdr_code load_role(struct trust *t, const struct trust_terms *terms, enum tuf_type type, struct slice bytes,
			       struct mdr_error *err)
{
	struct role_file *f = NULL;
	enum mdr_code code = role_file_new(&f, terms, type, bytes, "the stored state", err);

	if (code == MDR_REFUSED)
		return fail(err, MDR_STORAGE, "the stored state is damaged");
	if (code)
		return code;
	if (type != TUF_ROOT && !slice_eq(f->file.app, terms->app)) {
		code = fail(err, MDR_STORAGE, "the stored state is of app \"" SLICE_FMT "\", not of \"" SLICE_FMT "\"",
			    SLICE_ARG(f->file.app), SLICE_ARG(terms->app));
		role_file_free(f);
		return code;
	}
	role_file_free(t->roles[type]);
	t->roles[type] = f;
	return MDR_OK;
}

/* What another configured root does not sign is of no use as a measure. All or nothing: half a chain answers no question. */
static void drop_unsigned(struct trust *t, struct slice app)
{
	bool counts = trust_complete(t);

	for (size_t i = 0; i < TUF_TYPE_COUNT && counts; i++)
		counts = i == TUF_ROOT || role_file_counts(t->roles[i], t->roles[TUF_ROOT], app);
	for (size_t i = 0; i < TUF_TYPE_COUNT && !counts; i++) {
		if (i == TUF_ROOT)
			continue;
		role_file_free(t->roles[i]);
		t->roles[i] = NULL;
	}
}

enum mdr_code trust_load(struct trust *t, const struct trust_terms *terms, struct slice blob, struct mdr_error *err)
{
	struct blob_parts parts;
	bool same_anchor;

	if (!cut_blob(&parts, blob, terms->fetch.digests))
		return fail(err, MDR_STORAGE, "the stored state is damaged");
	same_anchor = memcmp(parts.anchor.p, t->anchor, sizeof(t->anchor)) == 0;
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		enum mdr_code code;

		if (parts.files[i].n == 0 || (i == TUF_ROOT && !same_anchor))
			continue;
		code = load_role(t, terms, (enum tuf_type)i, parts.files[i], err);
		if (code)
			return code;
	}
	drop_unsigned(t, terms->app);
	return MDR_OK;
}
