/* An app that is compiled, and what was compiled read again as a device reads it. */
#ifndef UNIT_BUILD_COMPILED_H
#define UNIT_BUILD_COMPILED_H

#include "../plan/make.h"
#include "build/compile.h"
#include "format/index.h"
#include "format/json.h"
#include "world.h"

#define COMMIT 1000000
#define LISTS  4

struct fixture {
	struct world w;
	struct slice bases[2];
	struct whitelist lists[LISTS];
	struct whitelist *named[LISTS];
	struct whitelist_filter filters[LISTS];
	struct compiled c;
};

static inline void setup(struct fixture *f)
{
	static const char *const names[LISTS] = { "alpha", "beta", "gamma", "delta" };

	world_init(&f->w);
	f->bases[0] = SLICE("https://cdn.example.com/demo/");
	f->bases[1] = SLICE("https://mirror.example.com/");
	f->w.app.bases = f->bases;
	f->w.app.nbases = COUNT(f->bases);
	f->w.app.segments_max = 256;
	for (size_t i = 0; i < LISTS; i++) {
		f->lists[i] = (struct whitelist){ .name = slice_of(names[i]),
						  .used = true,
						  .id_type = i % 2 ? ID_DEVICE : ID_USER };
		f->named[i] = &f->lists[i];
		f->filters[i] = (struct whitelist_filter){ .list = &f->lists[i],
							   .ids = 100 + i,
							   .plan = { (uint32_t)(1 + i), (uint32_t)(10 + i) } };
		memset(f->filters[i].root, (int)(0x10 + i), SHA256_SIZE);
		memset(f->filters[i].file, (int)(0x20 + i), SHA256_SIZE);
	}
}

static inline void teardown(struct fixture *f)
{
	compiled_release(&f->c);
	world_release(&f->w);
}

static inline void add_upgrade(struct fixture *f, const char *version, const struct task *tasks, size_t n)
{
	struct app *app = &f->w.app;
	struct upgrade *v = ARENA_ARRAY(&f->w.mem, struct upgrade, app->nupgrades + 1), *u = &v[app->nupgrades];

	if (app->nupgrades)
		memcpy(v, app->upgrades, app->nupgrades * sizeof(*v));
	*u = make_upgrade(&f->w.mem, version, tasks, n);
	u->package = (struct package){ .url = arena_printf(&f->w.mem, "https://x/%s.apk", version), .size = 9 };
	app->upgrades = v;
	app->nupgrades++;
}

static inline struct switch_value *add_switch(struct fixture *f, const char *key, bool active)
{
	struct app *app = &f->w.app;
	struct switch_def *v = ARENA_ARRAY(&f->w.mem, struct switch_def, app->nswitches + 1), *s = &v[app->nswitches];

	if (app->nswitches)
		memcpy(v, app->switches, app->nswitches * sizeof(*v));
	*s = (struct switch_def){ .key = slice_of(key),
				  .active = active,
				  .values = ARENA_ARRAY(&f->w.mem, struct switch_value, 1),
				  .nvalues = 1 };
	s->values[0] = (struct switch_value){
		.id = SLICE("0"), .value = SLICE("on"), .platforms = { true, true, true }, .type = SWITCH_FULL
	};
	app->switches = v;
	app->nswitches++;
	return &s->values[0];
}

static inline void compile(struct fixture *f)
{
	app_list_releases(&f->w.app, &f->w.mem);
	assert_int_equal(compile_app(&f->c, &f->w.app, COMMIT, f->filters, LISTS, f->w.digests), 0);
}

/* --- what was compiled, read again as a device reads it ----------------------------------------------------------- */
static inline struct slice object(struct fixture *f, const uint8_t hash[SHA256_SIZE], const char *name)
{
	for (size_t i = 0; i < f->c.nobjects; i++) {
		const struct compiled_object *o = &f->c.objects[i];

		if (memcmp(o->hash, hash, SHA256_SIZE) == 0 && strcmp(o->name, name) == 0)
			return o->bytes;
	}
	fail_msg("no %s of that hash", name);
	return (struct slice){ NULL, 0 };
}

static inline void read_index(struct fixture *f, struct index *ix, size_t number)
{
	const struct compiled_index *from = &f->c.v[number];
	uint8_t hash[SHA256_SIZE];
	const char *why = "";

	assert_true(number < f->c.n);
	assert_int_equal(digest_sha256(f->w.digests, hash, from->bytes), 0);
	assert_memory_equal(hash, from->hash, SHA256_SIZE);
	if (index_decode(ix, &f->w.mem, from->bytes, &why))
		fail_msg("index %zu: %s", number, why);
	assert_true(slice_eq(ix->app, f->w.app.app_code));
	assert_int_equal(ix->nbases, 2);
	assert_true(slice_eq(ix->bases[0], f->bases[0]) && slice_eq(ix->bases[1], f->bases[1]));
	assert_int_equal(ix->platform, from->plan.platform);
	assert_int_equal(ix->kind, from->plan.kind);
}

static inline void read_manifest(struct fixture *f, struct manifest *m, const struct index *ix,
				 const uint8_t hash[SHA256_SIZE])
{
	struct manifest shared = { .whitelists = ix->whitelists, .nwhitelists = ix->nwhitelists };
	struct slice bytes = object(f, hash, "manifest.json");
	const char *why = "";
	json_t *json = NULL;

	assert_in_range(bytes.n, 1, ix->longest);
	if (json_parse_wire(&json, bytes, bytes.n, &why) ||
	    manifest_decode(m, &f->w.mem, json, ix->kind, ix->nunits ? &shared : NULL, &why))
		fail_msg("a manifest: %s", why);
	json_decref(json);
}

/* Objects are sorted and distinct, and are what their hashes say. */
static inline void check_objects(struct fixture *f)
{
	for (size_t i = 0; i < f->c.nobjects; i++) {
		const struct compiled_object *o = &f->c.objects[i];
		uint8_t hash[SHA256_SIZE];

		assert_int_equal(digest_sha256(f->w.digests, hash, o->bytes), 0);
		assert_memory_equal(hash, o->hash, SHA256_SIZE);
		assert_true(i == 0 || memcmp(f->c.objects[i - 1].hash, o->hash, SHA256_SIZE) < 0);
		assert_true(strcmp(o->name, "manifest.json") == 0 || strcmp(o->name, "answer.json") == 0 ||
			    strcmp(o->name, "manifest.plist") == 0);
	}
}

/* Whether any byte that is compiled holds it. */
static inline bool traced(const struct compiled *c, struct slice needle)
{
	for (size_t i = 0; i < c->n; i++) {
		if (memmem(c->v[i].bytes.p, c->v[i].bytes.n, needle.p, needle.n))
			return true;
	}
	for (size_t i = 0; i < c->nobjects; i++) {
		if (memmem(c->objects[i].bytes.p, c->objects[i].bytes.n, needle.p, needle.n))
			return true;
	}
	return false;
}

static inline void same(const struct compiled *x, const struct compiled *y)
{
	assert_int_equal(x->n, y->n);
	assert_int_equal(x->nobjects, y->nobjects);
	for (size_t i = 0; i < x->n; i++) {
		assert_memory_equal(x->v[i].hash, y->v[i].hash, SHA256_SIZE);
		assert_true(slice_eq(x->v[i].bytes, y->v[i].bytes));
	}
	for (size_t i = 0; i < x->nobjects; i++) {
		assert_string_equal(x->objects[i].name, y->objects[i].name);
		assert_true(slice_eq(x->objects[i].bytes, y->objects[i].bytes));
	}
}

#endif
