#include "resolve/floor.h"

#include <string.h>

#include "resolve/blob.h"

#define MAGIC   "mdresolve floor 1\n"
#define SEEN_AT (sizeof(MAGIC) - 1 + SHA256_SIZE + SHA256_SIZE)

void floor_release(struct floor *f)
{
	strbuf_release(&f->blob);
	*f = (struct floor){ .blob = STRBUF_INIT };
}

/* --- writing ------------------------------------------------------------------------------------------------------------- */

/* The version, and who signed: how many, then their ids. -1: memory, for a file that was verified is signed. */
static int add_role(struct strbuf *out, const struct tuf_file *f, const struct tuf_file *root)
{
	uint64_t good = 0, signers = 0;

	blob_add64(out, f->version);
	if (f->type == TUF_TARGETS)
		return 0;
	if (!tuf_signed_by_role(f, root, &good))
		return -1;
	for (size_t i = 0; i < f->signatures.n; i++)
		signers += good >> i & 1;
	blob_add64(out, signers);
	for (size_t i = 0; i < f->signatures.n; i++) {
		if (good >> i & 1)
			strbuf_add(out, f->signatures.v[i].keyid, SHA256_SIZE);
	}
	return 0;
}

/* Cuts the parts of a body that begins with the anchor. */
static bool cut(struct floor *out, struct slice *app, struct slice body)
{
	struct slice anchor;
	uint64_t seen, n;

	if (!blob_take(&anchor, &body, SHA256_SIZE) || !blob_take64(&seen, &body) || seen > INT64_MAX)
		return false;
	out->seen = (int64_t)seen;
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		struct floor_role *r = &out->roles[i];

		if (!blob_take64(&r->version, &body) || r->version < 1 || r->version > TUF_VERSION_MAX)
			return false;
		if (i == TUF_TARGETS)
			continue;
		if (!blob_take64(&n, &body) || n < 1 || n > ENVELOPE_SIGNATURES_MAX ||
		    !blob_take(&r->ids, &body, (size_t)n * SHA256_SIZE))
			return false;
	}
	*app = body;
	return true;
}

int floor_make(struct floor *out, const struct tuf_file *const files[TUF_TYPE_COUNT], const struct floor_owner *owner,
	       int64_t seen, struct digests *dg)
{
	struct floor made = { .blob = STRBUF_INIT };
	struct slice app;
	int failed = 0;

	blob_begin(&made.blob, MAGIC);
	strbuf_add(&made.blob, owner->anchor, SHA256_SIZE);
	blob_add64(&made.blob, seen > 0 ? (uint64_t)seen : 0);
	for (size_t i = 0; i < TUF_TYPE_COUNT && !failed; i++)
		failed = add_role(&made.blob, files[i], files[TUF_ROOT]);
	strbuf_addslice(&made.blob, owner->app);
	if (failed || blob_seal(&made.blob, MAGIC, dg) ||
	    !cut(&made, &app, slice_from(strbuf_slice(&made.blob), SEEN_AT - SHA256_SIZE))) {
		floor_release(&made);
		return -1;
	}
	floor_release(out);
	*out = made;
	return 0;
}

int floor_see(struct floor *f, int64_t seen, struct digests *dg)
{
	blob_put64((uint8_t *)f->blob.p + SEEN_AT, (uint64_t)seen);
	f->seen = seen;
	return blob_seal(&f->blob, MAGIC, dg);
}

/* --- reading ------------------------------------------------------------------------------------------------------------- */

/* Whether the keys that signed would do for the role now. */
static bool would_do(const struct floor_role *r, const struct role_keys *role)
{
	uint32_t n = 0;

	for (size_t at = 0; at < r->ids.n; at += SHA256_SIZE)
		n += role_keys_has(role, (const uint8_t *)r->ids.p + at);
	return role->threshold >= 1 && n >= role->threshold;
}

static bool online_count(const struct floor *f, const struct tuf_root *root)
{
	return would_do(&f->roles[TUF_TIMESTAMP], &root->roles[TUF_TIMESTAMP]) &&
	       would_do(&f->roles[TUF_SNAPSHOT], &root->roles[TUF_SNAPSHOT]);
}

/* Whether it says something about this app under this root; a version of another chain's root is taken out. */
static bool is_ours(struct floor *f, struct slice body, struct slice app, const struct floor_owner *owner,
		    const struct tuf_root *root)
{
	if (!slice_eq(app, owner->app))
		return false;
	if (memcmp(body.p, owner->anchor, SHA256_SIZE) == 0 || would_do(&f->roles[TUF_ROOT], &root->roles[TUF_ROOT]))
		return true;
	f->roles[TUF_ROOT].version = 0;
	return online_count(f, root);
}

int floor_read(struct floor *out, struct strbuf *blob, const struct floor_owner *owner, const struct tuf_file *root,
	       struct digests *dg)
{
	struct floor found = { .blob = *blob };
	struct slice body, app;

	*blob = (struct strbuf)STRBUF_INIT;
	if (blob_open(&body, strbuf_slice(&found.blob), MAGIC, dg)) {
		floor_release(&found);
		return -1;
	}
	if (!body.n || !cut(&found, &app, body) || !is_ours(&found, body, app, owner, &root->root))
		floor_release(&found);
	floor_release(out);
	*out = found;
	return 0;
}

uint64_t floor_version(const struct floor *f, enum tuf_type type, const struct tuf_file *root)
{
	if (!f->blob.n || (type != TUF_ROOT && !online_count(f, &root->root)))
		return 0;
	return f->roles[type].version;
}
