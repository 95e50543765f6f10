/* cmd/treedir.h: a tree in a folder, and the trusted state in another, as the device library's callbacks.
 *
 * Finding    TREE is what `build --out` made (a folder for each app), or one app's folder, which is named after its appCode.
 * Errors     the library is told "absent" or "failed"; what the system said of the last failure is kept in `why`. */
#ifndef CMD_TREEDIR_H
#define CMD_TREEDIR_H

#include "base/diag.h"
#include "base/strbuf.h"
#include "resolve/mdresolve.h"

struct treedir {
	struct strbuf app;    /* appCode */
	struct strbuf folder; /* of the app in the tree */
	struct strbuf state;  /* of the app in --state; empty: none */
	struct strbuf path;   /* scratch */
	struct strbuf why;    /* `path: reason` of the last failure */
};

#define TREEDIR_INIT                                                                                                   \
	{                                                                                                              \
		STRBUF_INIT, STRBUF_INIT, STRBUF_INIT, STRBUF_INIT, STRBUF_INIT                                        \
	}

/* Finds the app; `app` NULL: the only one. `state` NULL: nothing is kept. 0; -1 with an error in `d`; 1 when the tree holds
 * several apps and none was named (*several lists them): that is a matter of usage. */
int treedir_find(struct treedir *t, const char *tree, const char *app, const char *state, struct strbuf *several,
		 struct diags *d) MUST_CHECK;
void treedir_release(struct treedir *t);

/* Callbacks; ctx is the struct treedir. */
enum mdr_fetched treedir_fetch(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset, uint64_t limit);
enum mdr_fetched treedir_load(void *ctx, struct mdr_sink *sink, const char *name);
bool treedir_store(void *ctx, const char *name, const void *bytes, size_t n);
bool treedir_remove(void *ctx, const char *name);

#endif
