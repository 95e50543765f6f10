/* One publisher in a world, for the tests of the protocol: two releases, a store of any kind, a process that publishes. */
#ifndef TESTS_PUBLISH_SCENE_H
#define TESTS_PUBLISH_SCENE_H

#include "world.h"

#include "publish/protocol.h"

#define POINTER WORLD_APP "/metadata/timestamp.json"

struct scene {
	struct world w;
	struct fake_store store;
	struct release old, new;
	struct fake f;
	struct publish_report report;
	struct publish_options o;
};

static inline int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	world_open(&s->w);
	s->store.clock = WORLD_NOW - 1000;
	s->store.oss = s->store.gcs = IGNORED;
	s->o.now = WORLD_NOW;
	release_make(&s->w, &s->old, "aaaa", 1, NULL);
	release_make(&s->w, &s->new, "bbbb", 2, &s->old);
	*state = s;
	return 0;
}

static inline int teardown(void **state)
{
	struct scene *s = *state;

	fake_store_release(&s->store);
	world_close(&s->w);
	free(s);
	return 0;
}

/* By a new process. */
static inline int go(struct scene *s, struct release *r)
{
	struct dest *dest = &s->f.dest;

	fake_open(&s->f, &s->store, s->w.dg);
	diags_release(&s->w.d);
	return publish(&s->report, &s->w.mem, &r->tree, &dest, 1, &s->o, s->w.dg, &s->w.d);
}

static inline void expect(struct scene *s, int code, int wanted)
{
	if (code == wanted)
		return;
	diags_print(&s->w.d, DIAG_TEXT, stderr);
	fail_msg("exit %d, wanted %d", code, wanted);
}

static inline void says(struct scene *s, const char *path, const char *text)
{
	for (size_t i = 0; i < s->w.d.n; i++) {
		const struct diag *d = &s->w.d.v[i];

		if (strstr(d->text, text) && (!path || (d->at.path && strstr(d->at.path, path))))
			return;
	}
	diags_print(&s->w.d, DIAG_TEXT, stderr);
	fail_msg("nothing says \"%s\" of %s", text, path ? path : "");
}

static inline uint64_t requests(const struct fake *f)
{
	const struct dest_counts *c = &f->dest.counts;

	return c->puts + c->gets + c->lists;
}

static const struct {
	const char *name;
	struct fake_store with;
	unsigned others; /* requests beside files and lists, at most */
} kinds[] = {
	{ "AWS", { .oss = IGNORED, .gcs = IGNORED }, 8 },
	{ "AWS with a key service", { .oss = IGNORED, .gcs = IGNORED, .encrypts = true }, 99 },
	{ "old Ceph", { .oss = IGNORED, .gcs = IGNORED, .unquoted = true }, 8 },
	{ "OSS", { .standard = ANSWERS_501, .matches = ANSWERS_501, .gcs = IGNORED }, 9 },
	{ "GCS", { .standard = IGNORED, .matches = IGNORED, .oss = IGNORED, .tells_generations = true }, 8 },
	{ "claims by the standard alone", { .matches = IGNORED, .oss = IGNORED, .gcs = IGNORED }, 11 },
};

static inline void become(struct scene *s, const struct fake_store *kind)
{
	fake_store_release(&s->store);
	s->store = *kind;
	s->store.clock = WORLD_NOW - 1000;
}

#endif
