/* What of a struct trust lies in storage (schemas/FORMAT.md, section 12). */
#include <string.h>

#include "resolve/blob.h"
#include "resolve/trust.h"

#define MAGIC "mdresolve trust 1\n"

int trust_store(struct strbuf *out, const struct trust *t, struct digests *dg)
{
	blob_begin(out, MAGIC);
	strbuf_add(out, t->owner.anchor, sizeof(t->owner.anchor));
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		struct slice file = t->roles[i] ? strbuf_slice(&t->roles[i]->bytes) : (struct slice){ NULL, 0 };

		blob_add64(out, file.n);
		strbuf_addslice(out, file);
	}
	return blob_seal(out, MAGIC, dg);
}

/* The parts of a blob whose checksum holds. */
struct blob_parts {
	struct slice anchor;
	struct slice files[TUF_TYPE_COUNT];
};

static bool cut_blob(struct blob_parts *out, struct slice body)
{
	if (!blob_take(&out->anchor, &body, SHA256_SIZE))
		return false;
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		uint64_t n;

		if (!blob_take64(&n, &body) || n > body.n || !blob_take(&out->files[i], &body, (size_t)n))
			return false;
	}
	return body.n == 0;
}

/* Decodes all files; one that cannot be read any more is damage. */
static enum mdr_code load_files(struct role_file *out[TUF_TYPE_COUNT], const struct trust_terms *terms,
				const struct blob_parts *parts, bool *good, struct mdr_error *err)
{
	enum mdr_code code = MDR_OK;

	for (size_t i = 0; i < TUF_TYPE_COUNT && !code; i++)
		code = role_file_new(&out[i], terms, (enum tuf_type)i, parts->files[i], TRUST_BLOB, err);
	*good = !code;
	return code == MDR_MEMORY ? code : MDR_OK;
}

/* Exchanges the root and files of `t` for those that were read, where they all count. The root of another chain does not; files
 * that the configured root signs too are a measure all the same: so it is when an app comes with a newer root. */
static void take_files(struct trust *t, struct role_file *files[TUF_TYPE_COUNT], bool same_anchor)
{
	const struct role_file *root = same_anchor ? files[TUF_ROOT] : t->roles[TUF_ROOT];
	const char *why = "";

	if (tuf_root_follows(&root->file, NULL, NULL, &why))
		return;
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		if (i != TUF_ROOT && !role_file_counts(files[i], root, t->owner.app))
			return;
	}
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		struct role_file *was = t->roles[i];

		if (i == TUF_ROOT && !same_anchor)
			continue;
		t->roles[i] = files[i];
		files[i] = was;
	}
}

enum mdr_code trust_load(struct trust *t, const struct trust_terms *terms, struct slice blob, struct mdr_error *err)
{
	struct role_file *files[TUF_TYPE_COUNT] = { NULL };
	enum mdr_code code = MDR_OK;
	struct blob_parts parts;
	struct slice body;
	bool good;

	if (blob_open(&body, blob, MAGIC, terms->fetch.digests))
		return fail_memory(err);
	if (!cut_blob(&parts, body))
		return MDR_OK;
	code = load_files(files, terms, &parts, &good, err);
	if (good)
		take_files(t, files, memcmp(parts.anchor.p, t->owner.anchor, SHA256_SIZE) == 0);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		role_file_free(files[i]);
	return code;
}

bool trust_at_floor(const struct trust *t)
{
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		const struct role_file *f = t->roles[i];

		if (f && f->file.version < floor_version(&t->floor, (enum tuf_type)i, &t->roles[TUF_ROOT]->file))
			return false;
	}
	return true;
}

static bool same_versions(const struct trust *t)
{
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		if (t->roles[i]->file.version != t->floor.roles[i].version)
			return false;
	}
	return true;
}

int trust_mend_floor(struct trust *t, bool *changed, struct digests *dg)
{
	*changed = trust_complete(t) && trust_at_floor(t) && !same_versions(t);
	return *changed ? role_files_floor(&t->floor, t->roles, &t->owner, t->floor.seen, dg) : 0;
}
