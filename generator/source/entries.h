/* source/entries.h: the files of a tree while they are collected.
 *
 * Bounds     a commit of a few hundred bytes may name the same folder a billion times: every file and folder met counts
 *            towards ENTRIES_MAX, and folders nest at most ENTRIES_DEPTH deep.
 * Ownership  everything lives in the caller's arena.
 * Errors     -1 and one error in `d`. */
#ifndef SOURCE_ENTRIES_H
#define SOURCE_ENTRIES_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/diag.h"
#include "base/filetree.h"

#define ENTRIES_MAX   1000000
#define ENTRIES_DEPTH 128

struct entries {
	struct arena *mem;
	struct file_entry *v;
	size_t n, cap;
	size_t met;    /* files and folders */
	size_t prefix; /* bytes of every path that stand before REPO's own part */
};

/* Adds a file; the path is copied. The id stays empty. Returns it, or NULL and an error. */
struct file_entry *entries_add(struct entries *l, struct slice path, enum file_kind kind, struct diags *d);

/* Is called before the folder `path` is entered, `depth` folders below REPO. */
int entries_enter(struct entries *l, struct slice path, unsigned depth, struct diags *d) MUST_CHECK;

/* Puts the entries in order of `rel` (free of cost when they are), and refuses a path that is there twice. */
int entries_finish(struct entries *l, struct diags *d) MUST_CHECK;

/* 0 when `size` bytes are allowed, else an error at `path` that names both sizes. */
int entry_fits(const char *path, uint64_t size, uint64_t limit, struct diags *d) MUST_CHECK;

#endif
