/* Trees for the tests of publishing, as publish/tree.h gives them: each release has files of every role, some of its own and some that all
 * have. Only timestamp.json and build.json are what they are called; nobody looks into the others. */
#ifndef TESTS_PUBLISH_WORLD_H
#define TESTS_PUBLISH_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "fake.h"
#include "format/paths.h"
#include "format/tuf.h"
#include "publish/tree.h"

#define WORLD_APP    "DEMO01-default"
#define WORLD_NOW    INT64_C(1795248000)
#define WORLD_FILES  32
#define WORLD_SHARED "the package that all releases have"

struct world {
	char dir[64];
	struct arena mem;
	struct digests *dg;
	struct diags d;
};

struct release {
	struct pub_tree tree; /* of one app */
	struct app_tree app;
	struct tree_file files[WORLD_FILES];
	struct slice bytes[WORLD_FILES]; /* of each */
	struct tree_role roles[2];
	uint8_t lineage[BUILDINFO_LINEAGE][SHA256_SIZE];
	const char *name;
	uint64_t version;
};

static inline void world_open(struct world *w)
{
	memset(w, 0, sizeof(*w));
	strcpy(w->dir, "/tmp/mdstatic-publish-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(digests_new(&w->dg), 0);
}

static inline void world_close(struct world *w)
{
	diags_release(&w->d);
	assert_int_equal(file_remove_tree(w->dir, &w->d), 0);
	diags_release(&w->d);
	digests_free(w->dg);
	arena_release(&w->mem);
}

static inline void release_add(struct world *w, struct release *r, const char *path, struct slice bytes)
{
	size_t at = r->app.n++;
	struct tree_file *f = &r->files[at];
	const char *local = arena_printf(&w->mem, "%s/%s-%zu", w->dir, r->name, at).p;

	assert_true(at < WORLD_FILES);
	*f = (struct tree_file){ .path = arena_copy(&w->mem, slice_of(path)), .length = bytes.n, .local = local };
	f->key = arena_printf(&w->mem, WORLD_APP "/%s", path).p;
	assert_int_equal(digest_sha256(w->dg, f->sha256, bytes), 0);
	file_class(&f->class, f->path, 60);
	assert_int_equal(file_create(local, bytes, 0644, &w->d), 0);
	r->bytes[at] = arena_copy(&w->mem, bytes);
}

static inline void release_object(struct world *w, struct release *r, const char *name, struct slice bytes)
{
	struct strbuf path = STRBUF_INIT;
	uint8_t hash[SHA256_SIZE];

	assert_int_equal(digest_sha256(w->dg, hash, bytes), 0);
	path_object(&path, hash, name);
	release_add(w, r, path.p, bytes);
	strbuf_release(&path);
}

static inline struct slice release_keep(struct world *w, struct strbuf *b)
{
	struct slice s = arena_copy(&w->mem, strbuf_slice(b));

	strbuf_release(b);
	return s;
}

static inline void release_timestamp(struct world *w, struct release *r)
{
	struct signature sig = { .keyid = { 7 }, .bytes = SLICE("signature") };
	struct tuf_meta meta = { .role = SLICE("snapshot"), .version = r->version, .length = 1 };
	struct tuf_file f = { .type = TUF_TIMESTAMP,
			      .app = SLICE(WORLD_APP),
			      .version = r->version,
			      .expires = WORLD_NOW + 7 * 86400,
			      .signatures = { &sig, 1 },
			      .metas = { &meta, 1 } };
	struct strbuf out = STRBUF_INIT;

	memset(meta.hash, r->name[0], SHA256_SIZE);
	assert_int_equal(tuf_encode(&out, &f), 0);
	release_add(w, r, "metadata/timestamp.json", release_keep(w, &out));
	memcpy(r->app.timestamp, r->files[r->app.n - 1].sha256, SHA256_SIZE);
}

static inline void release_notes(struct world *w, struct release *r, const struct release *after)
{
	struct signature sig = { .keyid = { 7 }, .bytes = SLICE("signature") };
	struct buildinfo *b = &r->app.build;
	struct strbuf out = STRBUF_INIT;

	*b = (struct buildinfo){ .app = SLICE(WORLD_APP), .commit = slice_of(r->name), .tool = SLICE("0.1.0") };
	b->lineage = r->lineage;
	b->nlineage = buildinfo_lineage(r->lineage, after ? &after->app.build : NULL,
					after ? after->app.timestamp : NULL, r->app.timestamp);
	b->signatures = (struct envelope){ &sig, 1 };
	assert_int_equal(buildinfo_encode(&out, b), 0);
	release_add(w, r, BUILDINFO_NAME, release_keep(w, &out));
	memcpy(r->app.notes, r->files[r->app.n - 1].sha256, SHA256_SIZE);
}

static inline int release_by_path(const void *a, const void *b)
{
	return slice_cmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

static inline void release_sort(struct world *w, struct release *r)
{
	qsort(r->files, r->app.n, sizeof(r->files[0]), release_by_path);
	for (size_t i = 0; i < r->app.n; i++) {
		struct strbuf bytes = STRBUF_INIT;

		assert_int_equal(file_read(&bytes, r->files[i].local, 1 << 20, &w->d), 0);
		r->bytes[i] = release_keep(w, &bytes);
	}
}

/* `after`: the release that it continues; NULL: none. */
static inline void release_make(struct world *w, struct release *r, const char *name, uint64_t version,
				const struct release *after)
{
	char path[128];

#define OWN(what) arena_printf(&w->mem, what " of %s", name)
	*r = (struct release){ .name = name, .version = version };
	r->app = (struct app_tree){ .app = SLICE(WORLD_APP), .dir = w->dir, .v = r->files, .roles = r->roles };
	r->roles[0] = (struct tree_role){ SLICE("targets"), version, WORLD_NOW + 300 * 86400 };
	r->roles[1] = (struct tree_role){ SLICE("timestamp"), version, WORLD_NOW + 7 * 86400 };
	r->app.nroles = 2;
	release_add(w, r, "metadata/1.root.json", SLICE("the root"));
	snprintf(path, sizeof(path), "metadata/%" PRIu64 ".snapshot.json", version);
	release_add(w, r, path, OWN("snapshot"));
	snprintf(path, sizeof(path), "metadata/%" PRIu64 ".targets.json", version);
	release_add(w, r, path, OWN("targets"));
	release_object(w, r, "package.apk", SLICE(WORLD_SHARED));
	release_object(w, r, "answer.json", OWN("answer"));
	release_object(w, r, "filter.bin", OWN("filter"));
	snprintf(path, sizeof(path), "h5/20171228/1.0.0.%" PRIu64 "_all/nebula/20171228.amr", version);
	release_add(w, r, path, arena_printf(&w->mem, "package %" PRIu64, version));
	release_add(w, r, "h5/preset/android/h5_json.json", OWN("preset"));
	release_add(w, r, "pages/android/index.html", OWN("page"));
	release_timestamp(w, r);
	release_notes(w, r, after);
	release_sort(w, r);
	r->tree = (struct pub_tree){ .lock = -1, .apps = &r->app, .napps = 1 };
#undef OWN
}

static inline struct tree_file *release_file(struct release *r, const char *path)
{
	for (size_t i = 0; i < r->app.n; i++) {
		if (slice_eqs(r->files[i].path, path))
			return &r->files[i];
	}
	fail_msg("no %s", path);
	return NULL;
}

static inline struct tree_file *release_role(struct release *r, enum file_role role)
{
	for (size_t i = 0; i < r->app.n; i++) {
		if (r->files[i].class.role == role)
			return &r->files[i];
	}
	fail_msg("no file of role %d", (int)role);
	return NULL;
}

static inline struct slice release_bytes(struct release *r, const struct tree_file *f)
{
	return r->bytes[f - r->files];
}

/* --- a device's eyes -------------------------------------------------------------------------------------------------------- */

static inline bool release_is_there(struct fake_store *s, const struct release *r, size_t i)
{
	const struct fake_object *o = fake_find(s, r->files[i].key);

	return o && slice_eq(slice_bytes(o->bytes, o->n), r->bytes[i]);
}

/* Which of the releases timestamp.json leads to: -1 none, or -2: it is none of them, or not whole. Pages are for people. */
static inline int seen_by_device(struct fake_store *s, struct release *const *v, size_t n)
{
	struct fake_object *o = fake_find(s, WORLD_APP "/metadata/timestamp.json");

	if (!o)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!slice_eq(slice_bytes(o->bytes, o->n), release_bytes(v[i], release_role(v[i], FILE_POINTER))))
			continue;
		for (size_t k = 0; k < v[i]->app.n; k++) {
			enum file_role role = v[i]->files[k].class.role;

			if (role != FILE_MUTABLE && role != FILE_NOTES && !release_is_there(s, v[i], k))
				return -2;
		}
		return (int)i;
	}
	return -2;
}

/* Every file of it, pages and notes too. */
static inline bool is_published(struct fake_store *s, const struct release *r)
{
	for (size_t i = 0; i < r->app.n; i++) {
		if (!release_is_there(s, r, i))
			return false;
	}
	return true;
}

#endif
