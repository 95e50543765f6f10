#include "resolve/trust.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "format/paths.h"

/* A refresh on its way: what `t` holds, or newer files that are ours until it succeeds. */
struct refresh {
	const struct trust_terms *terms;
	const struct trust *from;
	struct role_file *roles[TUF_TYPE_COUNT];
	int64_t now;
	struct strbuf bytes, path;
	struct mdr_error *err;
};

void role_file_free(struct role_file *f)
{
	if (!f)
		return;
	arena_release(&f->mem);
	strbuf_release(&f->bytes);
	free(f);
}

enum mdr_code role_file_new(struct role_file **out, const struct trust_terms *terms, enum tuf_type type,
			    struct slice bytes, const char *path, struct mdr_error *err)
{
	struct role_file *f = calloc(1, sizeof(*f));
	const char *why = "";

	if (!f)
		return fail_memory(err);
	f->mem.limit = (size_t)terms->limits.memory;
	strbuf_addslice(&f->bytes, bytes);
	if (f->bytes.failed) {
		role_file_free(f);
		return fail_memory(err);
	}
	if (tuf_decode(&f->file, &f->mem, terms->fetch.digests, type, strbuf_slice(&f->bytes), &why)) {
		role_file_free(f);
		return fail(err, MDR_REFUSED, "%s: %s", path, why);
	}
	*out = f;
	return MDR_OK;
}

bool role_file_counts(const struct role_file *f, const struct role_file *root, struct slice app)
{
	return slice_eq(f->file.app, app) && tuf_signed_by_role(&f->file, &root->file, NULL);
}

int role_files_floor(struct floor *out, struct role_file *const roles[TUF_TYPE_COUNT], const struct floor_owner *owner,
		     int64_t seen, struct digests *dg)
{
	const struct tuf_file *files[TUF_TYPE_COUNT];

	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		files[i] = &roles[i]->file;
	return floor_make(out, files, owner, seen, dg);
}

enum mdr_code trust_begin(struct trust *t, const struct trust_terms *terms, struct slice root, struct mdr_error *err)
{
	struct role_file *f = NULL;
	enum mdr_code code;
	const char *why = "";

	if (root.n > terms->limits.root)
		return fail(err, MDR_REFUSED, "the trusted root: is longer than %" PRIu64 " bytes", terms->limits.root);
	code = role_file_new(&f, terms, TUF_ROOT, root, "the trusted root", err);
	if (code)
		return code;
	if (tuf_root_follows(&f->file, NULL, NULL, &why))
		code = fail(err, MDR_REFUSED, "the trusted root: %s", why);
	else if (digest_sha256(terms->fetch.digests, t->owner.anchor, root))
		code = fail_memory(err);
	if (code) {
		role_file_free(f);
		return code;
	}
	t->owner.app = terms->app;
	t->roles[TUF_ROOT] = f;
	return MDR_OK;
}

void trust_release(struct trust *t)
{
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		role_file_free(t->roles[i]);
		t->roles[i] = NULL;
	}
	floor_release(&t->floor);
}

bool trust_complete(const struct trust *t)
{
	return t->roles[TUF_TIMESTAMP] && t->roles[TUF_SNAPSHOT] && t->roles[TUF_TARGETS];
}

/* --- one refresh --------------------------------------------------------------------------------------------------------- */

/* Puts `f` (or NULL) in a role's place; what stood there is freed where it was ours. */
static void put(struct refresh *r, enum tuf_type type, struct role_file *f)
{
	if (r->roles[type] != r->from->roles[type])
		role_file_free(r->roles[type]);
	r->roles[type] = f;
}

static const char *metadata_path(struct refresh *r, uint64_t version, enum tuf_type type)
{
	strbuf_reset(&r->path);
	path_metadata(&r->path, version, tuf_type_name(type));
	return r->path.failed ? "metadata" : r->path.p;
}

static enum mdr_code check_expiry(struct refresh *r, enum tuf_type type)
{
	const struct tuf_file *f = &r->roles[type]->file;
	char until[INSTANT_TEXT];

	if (r->now < f->expires)
		return MDR_OK;
	instant_format(until, f->expires);
	return fail(r->err, MDR_EXPIRED, "%s: expired at %s",
		    metadata_path(r, type == TUF_TIMESTAMP ? 0 : f->version, type), until);
}

/* What is trusted of a role, and what was, below which nothing goes: a number of its own, or the one of a file before it. */
static uint64_t at_least(const struct refresh *r, enum tuf_type type, uint64_t trusted)
{
	uint64_t floor = floor_version(&r->from->floor, type, &r->roles[TUF_ROOT]->file);

	return floor > trusted ? floor : trusted;
}

/* There is no further root. One that was trusted before was taken away, and with it whom it had revoked. */
static enum mdr_code end_of_chain(struct refresh *r, const char *path)
{
	if (r->roles[TUF_ROOT]->file.version < at_least(r, TUF_ROOT, 0))
		return fail(r->err, MDR_OLDER, "%s: is missing; it was trusted before", path);
	return MDR_OK;
}

/* N+1.root.json, N+2.root.json, … as far as they go. */
static enum mdr_code follow_roots(struct refresh *r)
{
	for (uint32_t left = r->terms->limits.rotations;; left--) {
		const struct role_file *trusted = r->roles[TUF_ROOT];
		const char *path = metadata_path(r, trusted->file.version + 1, TUF_ROOT), *why = "";
		struct role_file *next = NULL;
		bool absent = false;
		enum mdr_code code =
			fetch_file(&r->bytes, &r->terms->fetch, path, r->terms->limits.root, &absent, r->err);

		if (!code && absent)
			return end_of_chain(r, path);
		if (!code && left == 0)
			return fail(r->err, MDR_REFUSED, "metadata: more than %" PRIu32 " new roots at once",
				    r->terms->limits.rotations);
		if (!code)
			code = role_file_new(&next, r->terms, TUF_ROOT, strbuf_slice(&r->bytes), path, r->err);
		if (code)
			return code;
		if (tuf_root_follows(&next->file, &trusted->file, NULL, &why)) {
			role_file_free(next);
			return fail(r->err, MDR_REFUSED, "%s: %s", path, why);
		}
		put(r, TUF_ROOT, next);
	}
}

static bool replaced(const struct refresh *r, enum tuf_type type)
{
	return r->roles[type] && !role_file_counts(r->roles[type], r->roles[TUF_ROOT], r->terms->app);
}

/* After a new root: files whose keys were replaced are no longer a measure for newer ones. Timestamp and snapshot go
 * together, because each holds versions that the other's key could have driven up. */
static void forget_replaced(struct refresh *r)
{
	if (replaced(r, TUF_TIMESTAMP) || replaced(r, TUF_SNAPSHOT)) {
		put(r, TUF_TIMESTAMP, NULL);
		put(r, TUF_SNAPSHOT, NULL);
	}
	if (replaced(r, TUF_TARGETS))
		put(r, TUF_TARGETS, NULL);
}

static enum mdr_code check_signed(struct refresh *r, const struct role_file *f, const char *path)
{
	if (!tuf_signed_by_role(&f->file, &r->roles[TUF_ROOT]->file, NULL))
		return fail(r->err, MDR_REFUSED, "%s: is not signed by enough of the keys that the root names", path);
	if (!slice_eq(f->file.app, r->terms->app)) {
		return fail(r->err, MDR_REFUSED, "%s: is of app \"" SLICE_FMT "\", not of \"" SLICE_FMT "\"", path,
			    SLICE_ARG(f->file.app), SLICE_ARG(r->terms->app));
	}
	return MDR_OK;
}

static enum mdr_code older(struct refresh *r, const char *path, const char *of, uint64_t version, uint64_t trusted)
{
	return fail(r->err, MDR_OLDER, "%s: version %" PRIu64 "%s is older than the trusted %" PRIu64, path, version,
		    of, trusted);
}

static enum mdr_code check_timestamp(struct refresh *r, const struct role_file *next, const char *path)
{
	const struct role_file *trusted = r->roles[TUF_TIMESTAMP];
	uint64_t least = at_least(r, TUF_TIMESTAMP, trusted ? trusted->file.version : 0);
	uint64_t snapshot = at_least(r, TUF_SNAPSHOT, trusted ? trusted->file.metas.v[0].version : 0);
	enum mdr_code code = check_signed(r, next, path);

	if (code)
		return code;
	if (next->file.version < least)
		return older(r, path, "", next->file.version, least);
	if (next->file.metas.v[0].version < snapshot)
		return older(r, path, " of the snapshot", next->file.metas.v[0].version, snapshot);
	return MDR_OK;
}

/* r->bytes holds timestamp.json. One that repeats the trusted version changes nothing. */
static enum mdr_code take_timestamp(struct refresh *r, struct slice bytes)
{
	const char *path = metadata_path(r, 0, TUF_TIMESTAMP);
	const struct role_file *trusted = r->roles[TUF_TIMESTAMP];
	struct role_file *next = NULL;
	enum mdr_code code = role_file_new(&next, r->terms, TUF_TIMESTAMP, bytes, path, r->err);

	if (code)
		return code;
	code = check_timestamp(r, next, path);
	if (code || (trusted && next->file.version == trusted->file.version))
		role_file_free(next);
	else
		put(r, TUF_TIMESTAMP, next);
	return code ? code : check_expiry(r, TUF_TIMESTAMP);
}

/* No name ever leaves a snapshot, and no version falls. */
static enum mdr_code check_meta(struct refresh *r, const struct role_file *next, const char *path, struct slice role,
				uint64_t least)
{
	const struct tuf_meta *is = tuf_meta_find(&next->file.metas, role);
	char of[128];

	if (!is)
		return fail(r->err, MDR_REFUSED, "%s: role \"" SLICE_FMT "\" has vanished", path, SLICE_ARG(role));
	(void)snprintf(of, sizeof(of), " of role \"" SLICE_FMT "\"", SLICE_ARG(slice_sub(role, 0, 64)));
	return is->version < least ? older(r, path, of, is->version, least) : MDR_OK;
}

static enum mdr_code check_snapshot(struct refresh *r, const struct role_file *next, const char *path)
{
	const struct role_file *trusted = r->roles[TUF_SNAPSHOT];
	enum mdr_code code = check_meta(r, next, path, SLICE("targets"), at_least(r, TUF_TARGETS, 0));

	for (size_t i = 0; !code && trusted && i < trusted->file.metas.n; i++)
		code = check_meta(r, next, path, trusted->file.metas.v[i].role, trusted->file.metas.v[i].version);
	return code;
}

/* Snapshot or targets, as `meta` describes it. Where the trusted file is that one, nothing is fetched; but it may be the one of before, from
 * storage, and list what is below the floor. */
static enum mdr_code take_described(struct refresh *r, enum tuf_type type, const struct tuf_meta *meta, uint64_t limit)
{
	const char *path = metadata_path(r, meta->version, type);
	struct role_file *trusted = r->roles[type], *next = NULL;
	uint8_t hash[SHA256_SIZE];
	enum mdr_code code;

	if (trusted && digest_sha256(r->terms->fetch.digests, hash, strbuf_slice(&trusted->bytes)))
		return fail_memory(r->err);
	if (trusted && memcmp(hash, meta->hash, sizeof(hash)) == 0 && trusted->file.version == meta->version) {
		code = type == TUF_SNAPSHOT ? check_snapshot(r, trusted, path) : MDR_OK;
		return code ? code : check_expiry(r, type);
	}
	if (meta->length > limit)
		return fail(r->err, MDR_REFUSED, "%s: is longer than %" PRIu64 " bytes", path, limit);
	code = fetch_exact(&r->bytes, &r->terms->fetch, path, meta->length, meta->hash, r->err);
	if (!code)
		code = role_file_new(&next, r->terms, type, strbuf_slice(&r->bytes), path, r->err);
	if (code)
		return code;
	code = check_signed(r, next, path);
	if (!code && next->file.version != meta->version)
		code = fail(r->err, MDR_REFUSED, "%s: holds version %" PRIu64, path, next->file.version);
	if (!code && type == TUF_SNAPSHOT)
		code = check_snapshot(r, next, path);
	if (code) {
		role_file_free(next);
		return code;
	}
	put(r, type, next);
	return check_expiry(r, type);
}

static enum mdr_code take_targets(struct refresh *r)
{
	const struct role_file *snapshot = r->roles[TUF_SNAPSHOT];
	const struct tuf_meta *meta = tuf_meta_find(&snapshot->file.metas, SLICE("targets")); /* a decoded one has it */

	return take_described(r, TUF_TARGETS, meta, r->terms->limits.targets);
}

/* The trusted timestamp.json again, and nothing that hangs on it expired. */
static bool nothing_new(const struct refresh *r, struct slice timestamp)
{
	if (!trust_complete(r->from) || !trust_at_floor(r->from) ||
	    !slice_eq(timestamp, strbuf_slice(&r->from->roles[TUF_TIMESTAMP]->bytes)))
		return false;
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		if (r->now >= r->from->roles[i]->file.expires)
			return false;
	}
	return true;
}

static enum mdr_code run(struct refresh *r, struct strbuf *timestamp)
{
	enum mdr_code code = fetch_file(timestamp, &r->terms->fetch, metadata_path(r, 0, TUF_TIMESTAMP),
					r->terms->limits.timestamp, NULL, r->err);

	if (code || nothing_new(r, strbuf_slice(timestamp)))
		return code;
	code = follow_roots(r);
	if (!code)
		code = check_expiry(r, TUF_ROOT);
	if (code)
		return code;
	if (r->roles[TUF_ROOT] != r->from->roles[TUF_ROOT])
		forget_replaced(r);
	code = take_timestamp(r, strbuf_slice(timestamp));
	if (!code)
		code = take_described(r, TUF_SNAPSHOT, &r->roles[TUF_TIMESTAMP]->file.metas.v[0],
				      r->terms->limits.snapshot);
	return code ? code : take_targets(r);
}

static bool is_new(const struct refresh *r)
{
	return memcmp(r->roles, r->from->roles, sizeof(r->roles)) != 0;
}

/* Frees what will not be used: the new files after an error, else those in whose place they come. */
static void settle(struct trust *t, struct refresh *r, bool good)
{
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		if (r->roles[i] == t->roles[i])
			continue;
		role_file_free(good ? t->roles[i] : r->roles[i]);
		if (good)
			t->roles[i] = r->roles[i];
	}
}

enum mdr_code trust_refresh(struct trust *t, const struct trust_terms *terms, int64_t now, bool *changed,
			    struct mdr_error *err)
{
	struct refresh r = {
		.terms = terms, .from = t, .now = now, .bytes = STRBUF_INIT, .path = STRBUF_INIT, .err = err
	};
	struct strbuf timestamp = STRBUF_INIT;
	enum mdr_code code;

	memcpy(r.roles, t->roles, sizeof(r.roles));
	code = run(&r, &timestamp);
	strbuf_release(&timestamp);
	strbuf_release(&r.bytes);
	strbuf_release(&r.path);
	*changed = !code && is_new(&r);
	if (*changed && role_files_floor(&t->floor, r.roles, &t->owner, now, terms->fetch.digests))
		code = fail_memory(err);
	*changed = *changed && !code;
	settle(t, &r, !code);
	return code;
}
