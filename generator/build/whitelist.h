/* build/whitelist.h: `.txt` whitelists, read once, and turned into filters.
 *
 * Text       user ids separated by line breaks or commas, white space around them dropped, empty ones ignored. A byte order
 *            mark and invalid UTF-8 are errors at their line. Repeated ids are counted and reported.
 * Memory     16 bytes an id while one list is read; the filter's bytes where it is wanted (build), nothing of it in `check`.
 * Recipe     "filter/1": blob id, appCode, name, rate; facts: ids, pages, probes, root. */
#ifndef BUILD_WHITELIST_H
#define BUILD_WHITELIST_H

#include "base/digest.h"
#include "base/strbuf.h"
#include "build/recipe.h"
#include "format/filter.h"
#include "model/model.h"

#define FILTER_NAME   "filter.bin"         /* a filter as an object of the tree */
#define WHITELIST_MAX ((uint64_t)16 << 30) /* bytes of one list */

struct whitelist_filter {
	const struct whitelist *list;
	uint64_t ids; /* distinct */
	struct filter_plan plan;
	uint8_t root[SHA256_SIZE];
	uint8_t file[SHA256_SIZE]; /* SHA-256 of filter.bin */
	uint64_t length;           /* of filter.bin */
	struct strbuf bytes;       /* filter.bin; empty where the previous build's is kept */
};

/* The rate of false positives that a list asks for, in units of 1e-15: its own fpr, else the app's, else 0.1 / (sum of the
 * audiences), never above 1e-4 and never below 1e-12. */
uint64_t whitelist_rate(const struct app *app, const struct whitelist *list);

/* Reads the ids of `text` (the content of list->path) and, with `encode`, makes the filter. Runs on any thread that owns
 * `digests` and `d`. */
int whitelist_make(struct whitelist_filter *out, const struct app *app, const struct whitelist *list, struct slice text,
		   struct digests *digests, bool encode, struct diags *d) MUST_CHECK;

/* Recipes: the key of a list whose text is blob `id`; false: it has none. Reusing fills all of `out` but its bytes. */
bool whitelist_key(uint8_t key[SHA256_SIZE], const struct recipe_book *book, const struct app *app,
		   const struct whitelist *list, const char *id);
bool whitelist_reuse(struct whitelist_filter *out, struct recipe_book *book, const uint8_t key[SHA256_SIZE],
		     const struct whitelist *list);
void whitelist_note(const struct whitelist_filter *f, struct recipe_book *book, const uint8_t key[SHA256_SIZE]);

void whitelist_filter_release(struct whitelist_filter *f);

#endif
