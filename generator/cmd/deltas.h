/* cmd/deltas.h: the deltas of an app, from its plans into answers, its tree, build.json and the report.
 *
 * Order      appdeltas_make() when the app is planned and before its indexes are compiled; the others any time after it;
 *            appdeltas_release() always.
 * Memory     what was made stays until then (build/deltas.h). */
#ifndef CMD_DELTAS_H
#define CMD_DELTAS_H

#include <jansson.h>

#include "build/compile.h"
#include "build/deltas.h"
#include "cmd/payloads.h"
#include "emit/object.h"
#include "emit/previous.h"

struct appdeltas {
	struct delta_pairs pairs;
};

struct appdeltas_input {
	struct app *app;
	int64_t commit_time;
	const struct compiled *plans;    /* releases that a live offer refers to get deltas */
	const struct payloads *payloads; /* prepared: packages of h5 apps, and the recipes */
	const struct previous *previous;
};

/* Fills the `deltas` of the app's releases, and adds delta.bin files to `objects`, which borrow them. -1: an error in the diags of
 * `payloads`. */
int appdeltas_make(struct appdeltas *x, const struct appdeltas_input *in, struct objects *objects) MUST_CHECK;
/* For build.json; in `a`. */
void appdeltas_note(struct buildinfo *info, const struct appdeltas *x, struct arena *a);
void appdeltas_text(struct strbuf *out, const struct appdeltas *x); /* a line for each pair, indented */
json_t *appdeltas_json(const struct appdeltas *x);                  /* new */
void appdeltas_release(struct appdeltas *x);

#endif
