/* An app to read definitions against, and what was said about them as text. JSON in the tables is written with ' for ". */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "defs/element.h"
#include "defs/reader.h"
#include "defs/scope.h"

#define WORLD_PATH "f.json"

struct world {
	struct arena a;
	struct diags d;
	struct app app;
	struct element elements[BUILTIN_ELEMENTS + 1];
	struct slice cities[2], isps[2], tiers[2], releases[2];
	struct whitelist lists[2];
	struct whitelist *list_names[2];
	struct file_entry files[5];
	struct filetree tree;
	struct defs_scope s;
};

static inline void world_resources(struct world *w)
{
	w->cities[0] = SLICE("Beijing");
	w->cities[1] = SLICE("Shanghai");
	w->isps[0] = SLICE("Mobile");
	w->isps[1] = SLICE("Telecom");
	w->tiers[0] = SLICE("gold");
	w->tiers[1] = SLICE("silver");
	w->releases[0] = SLICE("13");
	w->releases[1] = SLICE("14");
	for (size_t i = 0; i < BUILTIN_ELEMENTS; i++) {
		struct element *e = &w->elements[i];
		*e = (struct element){ .name = slice_of(builtin_elements[i].name), .type = builtin_elements[i].type };
		if (slice_eqs(e->name, "city"))
			e->listed = w->cities;
		if (slice_eqs(e->name, "isp"))
			e->listed = w->isps;
		if (slice_eqs(e->name, "osVersion"))
			e->listed = w->releases;
		e->declared = e->listed != NULL;
		e->nlisted = e->declared ? 2 : 0;
	}
	w->elements[BUILTIN_ELEMENTS] = (struct element){ SLICE("tier"), ATTR_TEXT, w->tiers, 2, true };
	w->app.elements = w->elements;
	w->app.nelements = BUILTIN_ELEMENTS + 1;
}

/* The commit's time is 2026-11-21T08:00:00Z. */
static inline void world_init(struct world *w)
{
	int64_t now = 0;

	*w = (struct world){ .a = ARENA_INIT, .d = DIAGS_INIT };
	if (!instant_parse(&now, SLICE("2026-11-21T08:00:00Z")))
		abort();
	world_resources(w);
	w->lists[0].name = SLICE("staff");
	w->lists[1].name = SLICE("vip");
	w->list_names[0] = &w->lists[0];
	w->list_names[1] = &w->lists[1];
	w->app.whitelists = w->list_names;
	w->app.nwhitelists = 2;
	w->app.max_concurrent_tasks = 2;
	w->app.max_window_days = 7;
	w->app.audience[PLATFORM_ANDROID] = 1000;
	w->app.audience[PLATFORM_IOS] = w->app.audience[PLATFORM_HARMONY] = AUDIENCE_UNKNOWN;
	w->files[0] = (struct file_entry){ "r/up/android/5.0.0/app.apk", SLICE("up/android/5.0.0/app.apk"),
					   FILE_REGULAR, "" };
	w->files[1] = (struct file_entry){ "r/up/android/5.0.0/release.json", SLICE("up/android/5.0.0/release.json"),
					   FILE_REGULAR, "" };
	w->files[2] = (struct file_entry){ "r/up/android/5.0.0/sub/b.apk", SLICE("up/android/5.0.0/sub/b.apk"),
					   FILE_REGULAR, "" };
	w->files[3] =
		(struct file_entry){ "r/up/ios/5.0.0/d/dsym.tgz", SLICE("up/ios/5.0.0/d/dsym.tgz"), FILE_REGULAR, "" };
	w->files[4] =
		(struct file_entry){ "r/up/ios/5.0.0/icon.png", SLICE("up/ios/5.0.0/icon.png"), FILE_REGULAR, "" };
	w->tree = (struct filetree){ .v = w->files, .n = 5 };
	scope_init(&w->s, &w->a, &w->d, now, &w->tree, &w->app);
}

static inline void world_release(struct world *w)
{
	scope_release(&w->s);
	diags_release(&w->d);
	arena_release(&w->a);
}

/* ' becomes ": a copy in the arena. */
static inline struct slice world_json(struct world *w, const char *text)
{
	char *copy = arena_str(&w->a, slice_of(text));

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return slice_of(copy);
}

static inline struct origin world_origin(struct world *w, const char *text)
{
	return (struct origin){ WORLD_PATH, world_json(w, text) };
}

/* Everything recorded, a line each, without the path and with ' for ": `3:1: error: …`. The caller frees. */
static inline char *world_said(struct world *w)
{
	char *all = NULL, *out;
	size_t n = 0;
	FILE *f = open_memstream(&all, &n);

	if (!f)
		abort();
	diags_print(&w->d, DIAG_TEXT, f);
	if (fclose(f))
		abort();
	out = calloc(1, n + 1);
	for (struct slice rest = slice_bytes(all, n), line; out && rest.p && rest.n;) {
		line = slice_cut(&rest, '\n');
		if (slice_starts(line, WORLD_PATH ":"))
			line = slice_from(line, sizeof(WORLD_PATH));
		strncat(out, line.p, line.n);
		strcat(out, "\n");
	}
	free(all);
	for (char *c = out; c && *c; c++)
		if (*c == '"')
			*c = '\'';
	return out;
}

#endif
