/* A repository in memory, and what was said about it as text. */
#ifndef TESTS_REPO_H
#define TESTS_REPO_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/filetree.h"

#define REPO_FILES 24

struct repo_file {
	const char *path, *text; /* text NULL: a symbolic link; "@": a submodule */
};

struct repo {
	struct arena a;
	struct diags d;
	struct file_entry entries[REPO_FILES];
	struct repo_file files[REPO_FILES];
	struct filetree tree;
};

static inline int repo_read(void *ctx, struct blob *out, const struct file_entry *e, uint64_t limit, struct diags *d)
{
	const struct repo *r = ctx;

	(void)limit;
	(void)d;
	*out = (struct blob){ .data = slice_of(r->files[e - r->entries].text) };
	return 0;
}

static inline int repo_cmp(const void *x, const void *y)
{
	return strcmp(((const struct repo_file *)x)->path, ((const struct repo_file *)y)->path);
}

/* `files` ends with a NULL path, or after REPO_FILES. */
static inline void repo_init(struct repo *r, const struct repo_file *files)
{
	size_t n = 0;

	*r = (struct repo){ .a = ARENA_INIT, .d = DIAGS_INIT };
	for (; n < REPO_FILES && files[n].path; n++)
		r->files[n] = files[n];
	qsort(r->files, n, sizeof(*r->files), repo_cmp);
	for (size_t i = 0; i < n; i++) {
		const struct repo_file *f = &r->files[i];
		enum file_kind kind = !f->text                    ? FILE_SYMLINK
				      : strcmp(f->text, "@") == 0 ? FILE_SUBMODULE
								  : FILE_REGULAR;
		r->entries[i] = (struct file_entry){ .path = f->path, .rel = slice_of(f->path), .kind = kind };
	}
	r->tree = (struct filetree){ .v = r->entries, .n = n, .ctx = r, .read = repo_read };
}

static inline void repo_release(struct repo *r)
{
	diags_release(&r->d);
	arena_release(&r->a);
}

/* Everything recorded, a line each. The caller frees. */
static inline char *repo_said(struct repo *r)
{
	char *all = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&all, &n);

	if (!f)
		abort();
	diags_print(&r->d, DIAG_TEXT, f);
	if (fclose(f))
		abort();
	return all;
}

#endif
