/* cmd/load.h: from REPO and --rev or --worktree to a model, for every command that reads definitions.
 *
 * Ownership  load_close() frees everything; the model and all its texts die with it.
 * Errors     collected in `d`; load_open() returns -1 when there is no model to go on with (then the diags say why), 0 else,
 *            also when definitions have errors: d.errors tells. */
#ifndef CMD_LOAD_H
#define CMD_LOAD_H

#include "base/cmd.h"
#include "base/digest.h"
#include "model/model.h"
#include "source/source.h"

struct load {
	struct source *source;
	struct digests *digests;
	struct arena mem;
	struct model model;
	struct diags d;
};

#define LOAD_INIT                                                                                                      \
	{                                                                                                              \
		.mem = ARENA_INIT, .d = DIAGS_INIT                                                                     \
	}

/* Options that every such command has. */
#define LOAD_OPTIONS                                                                                                   \
	{ "rev", "REV", "the commit to read (default HEAD)", false, false },                                           \
		{ "worktree", NULL, "read the work tree instead of a commit", false, false },                          \
	{                                                                                                              \
		"any-owner", NULL, "also read a repository that belongs to another user", false, false                 \
	}

/* 0, or EXIT_USAGE with a message where the options contradict each other; call it first. */
int load_usage(const struct cmd_args *a) MUST_CHECK;
int load_open(struct load *l, const struct cmd_args *a) MUST_CHECK;
/* The same for one who knows what to read: REPO and how. */
int load_open_as(struct load *l, const char *repo, const struct source_options *o) MUST_CHECK;
/* Whether there is an app with that code (or `code` is NULL); where not, an error that says so. */
int load_need_app(struct load *l, const char *code);
/* What `m`, read from `tree`, does to the definitions before it: the first parent of what `s` has open, where that is at hand. */
void load_transitions(const struct model *m, const struct filetree *tree, const struct source *s, struct arena *a,
		      struct diags *d);
/* What can only be known from the bytes of packages and lists: reads them all, for their errors and warnings. */
void load_artifacts(struct load *l);
void load_close(struct load *l);

#endif
