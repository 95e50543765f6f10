/* An app, the files that it names, and what was said about them. */
#ifndef UNIT_BUILD_WORLD_H
#define UNIT_BUILD_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/filetree.h"
#include "build/recipe.h"
#include "model/model.h"

#define WORLD_FILES 24

struct world {
	struct arena mem;
	struct diags d;
	struct digests *digests;
	struct app app;
	struct file_entry entries[WORLD_FILES];
	struct slice data[WORLD_FILES];
	struct filetree tree;
	size_t reads; /* files that were read */
	bool broken;  /* reading fails */
	size_t open;  /* blobs that nobody released yet */
	struct recipe_book book;
	struct recipes known;
};

static inline void world_let_go(void *handle, struct slice data)
{
	(void)data;
	((struct world *)handle)->open--;
}

static inline int world_read(void *ctx, struct blob *out, const struct file_entry *e, uint64_t limit, struct diags *d)
{
	struct world *w = ctx;

	(void)limit;
	w->reads++;
	if (w->broken)
		return diag_environment(d, e->path, "cannot read this file");
	w->open++;
	*out = (struct blob){ .data = w->data[e - w->entries], .handle = w, .release = world_let_go };
	return 0;
}

static inline void world_init(struct world *w)
{
	*w = (struct world){ .mem = ARENA_INIT, .d = DIAGS_INIT };
	if (digests_new(&w->digests))
		abort();
	w->app = (struct app){ .app_code = SLICE("DEMO01-default"),
			       .audience = { AUDIENCE_UNKNOWN, AUDIENCE_UNKNOWN, AUDIENCE_UNKNOWN } };
	w->app.package_name[PLATFORM_ANDROID] = SLICE("com.example.demo");
	w->tree = (struct filetree){ .v = w->entries, .ctx = w, .read = world_read };
	w->book = (struct recipe_book){ .a = &w->mem, .digests = w->digests };
}

static inline void world_release(struct world *w)
{
	if (w->open)
		abort();
	digests_free(w->digests);
	diags_release(&w->d);
	arena_release(&w->mem);
}

/* In the order of names. The id stands for the content, as git's does. */
static inline struct file_entry *world_add(struct world *w, const char *rel, struct slice data)
{
	size_t n = w->tree.n++;
	uint8_t hash[SHA256_SIZE];
	char hex[SHA256_HEX];

	if (n >= WORLD_FILES || (n && slice_cmp(w->entries[n - 1].rel, slice_of(rel)) >= 0) ||
	    digest_sha256(w->digests, hash, data))
		abort();
	digest_hex(hex, hash, SHA256_SIZE);
	w->data[n] = data;
	w->entries[n] = (struct file_entry){ .path = arena_printf(&w->mem, "repo/%s", rel).p, .rel = slice_of(rel) };
	memcpy(w->entries[n].id, hex, sizeof(w->entries[n].id) - 1);
	return &w->entries[n];
}

/* What the book noted becomes what the next build finds; what was read and said is forgotten. */
static inline void world_next(struct world *w)
{
	struct recipes done = recipe_book_close(&w->book);
	struct strbuf json = STRBUF_INIT;
	const char *why = NULL;

	if (recipes_encode(&json, &done) || recipes_decode(&w->known, &w->mem, strbuf_slice(&json), &why))
		abort();
	strbuf_release(&json);
	w->book = (struct recipe_book){ .a = &w->mem, .digests = w->digests, .known = &w->known };
	w->reads = 0;
	diags_release(&w->d);
	w->d = (struct diags)DIAGS_INIT;
}

/* Everything recorded, a line each; lives in the arena. */
static inline const char *world_said(struct world *w)
{
	char *all = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&all, &n);
	struct slice text;

	if (!f)
		abort();
	diags_print(&w->d, DIAG_TEXT, f);
	if (fclose(f))
		abort();
	text = arena_copy(&w->mem, slice_bytes(all, n));
	free(all);
	return text.p;
}

#endif
