/* defs/audience.h: audience.json, counts of devices by attribute value: `{"<platform>": {"<attribute>": {"<value>": count}}}`.
 *
 * It serves reviews alone (report/estimate.h): nothing of it reaches a tree. Checked here: platforms, attributes that the app's
 * rules could name, and counts from 0 to 10^11. app->elements must be filled. */
#ifndef DEFS_AUDIENCE_H
#define DEFS_AUDIENCE_H

#include "base/arena.h"
#include "base/diag.h"
#include "model/model.h"

/* Fills app->census; what is wrong is recorded and left out. */
void audience_load(struct app *app, struct origin origin, struct arena *a, struct diags *d);

#endif
