/* cmd/appbuild.h: one app of one build, from model to tree.
 *
 * Order      appbuild_prepare() for every app (everything that can be wrong is found: roots, the previous tree,
 *            packages, lists; indexes are compiled); when there is no error, appbuild_sign() for every app; when still
 *            none, appbuild_write() for every app, then appbuild_report(). So no app is written while another one
 *            waits for signatures.
 * Errors     collected in run->load->d. */
#ifndef CMD_APPBUILD_H
#define CMD_APPBUILD_H

#include "build/compile.h"
#include "build/recipe.h"
#include "cmd/deltas.h"
#include "cmd/load.h"
#include "cmd/pages.h"
#include "cmd/payloads.h"
#include "emit/object.h"
#include "emit/previous.h"
#include "emit/tree.h"
#include "sign/h5key.h"
#include "sign/keys.h"
#include "sign/roles.h"

struct build_run { /* what all apps of a build share */
	struct load *load;
	struct keyset keys;
	struct h5key h5key; /* loaded where an app has h5 releases */
	struct outdir out;
	const char *previous;   /* --previous, or NULL: what --out holds */
	const char *signatures; /* --signatures, or NULL */
	int64_t now;
	unsigned jobs;
	bool json;
};

struct appbuild {
	struct arena mem;
	struct app *app;
	struct tuf_chain chain;
	struct previous previous;
	struct recipe_book book;
	struct payloads payloads;
	struct appdeltas deltas;
	struct pages pages;
	struct whitelist_filter *filters;
	size_t nfilters;
	struct compiled compiled;
	struct objects objects;
	struct strbuf recipes; /* recipes.json */
	struct pending pending;
	struct tuf_parts parts;
	bool changed;
	uint64_t bytes; /* of all objects */
	struct elsewhere *elsewhere;
	size_t nelsewhere, elsewhere_cap;
};

void appbuild_prepare(struct appbuild *b, struct build_run *run, struct app *app);
void appbuild_sign(struct appbuild *b, struct build_run *run);
void appbuild_write(struct appbuild *b, struct build_run *run);
void appbuild_report(const struct appbuild *v, size_t n, const struct build_run *run);
void appbuild_release(struct appbuild *b);

#endif
