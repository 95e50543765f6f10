/* cmd/payloads.h: what an app has in its tree beside indexes and their objects: h5 packages, the modules of quick fixes, and files
 * that other parts made in memory.
 *
 * Order      payloads_prepare(); payloads_live() for every release that a live offer refers to; payloads_presets(), payloads_add()
 *            any time; payloads_list(); while writing payloads_object() and payloads_place(); payloads_release() always.
 * Names      files lie in the tree under names that do not tell their content, and files.json lists them (format/files.h). Two
 *            files of one name are an environment error: whoever names files keeps them apart.
 * Memory     one package at a time; what was made to know its hash is made again to be written. */
#ifndef CMD_PAYLOADS_H
#define CMD_PAYLOADS_H

#include "build/h5.h"
#include "emit/tree.h"
#include "format/buildinfo.h"

struct payloads_file { /* made in memory */
	struct listed_file f;
	struct slice bytes; /* borrowed */
};

struct payloads {
	struct app *app;
	struct h5_maker maker;
	struct h5_package *h5;
	size_t nh5;
	bool *live; /* of each */
	struct payloads_file *added;
	size_t nadded, added_cap;
	struct files listed; /* by payloads_list() */
	bool *settled;       /* of each: written, or told to be elsewhere */
	struct strbuf json;  /* files.json; empty: the tree has no such files */
};

void payloads_prepare(struct payloads *p, struct app *app, const struct h5_maker *maker, int64_t commit_time);
/* Modules become objects of `objects`. */
void payloads_live(struct payloads *p, const struct release *r, struct objects *objects);
/* A file at `path`, relative to <appCode>/, whose bytes may differ from what an earlier tree has there. The path is copied; the
 * bytes must stay until payloads_place(). -1: an environment error. */
int payloads_add(struct payloads *p, struct slice path, struct slice bytes) MUST_CHECK;
/* Adds what build/h5preset.h makes of the packages; those that it names are in the tree as live ones are. */
int payloads_presets(struct payloads *p, int64_t commit_time) MUST_CHECK;
/* Adds files.json to `objects`, which borrow it. */
int payloads_list(struct payloads *p, struct objects *objects) MUST_CHECK;
/* Whether a file of the tree has this hash: its recipe is then worth keeping. */
bool payloads_has(const struct payloads *p, const uint8_t hash[SHA256_SIZE]);

/* As tree_object(), of an object that may be a module: 1 when it is none. */
int payloads_object(const struct payloads *p, struct tree *t, const struct object *o) MUST_CHECK;
/* Writes the files of files.json. Those that are not at hand are told to `elsewhere`. */
int payloads_place(const struct payloads *p, struct tree *t, void (*elsewhere)(void *ctx, const struct listed_file *f),
		   void *ctx) MUST_CHECK;
void payloads_release(struct payloads *p);

#endif
