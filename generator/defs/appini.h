/* defs/appini.h: apps/<dir>/app.ini, one app in one workspace.
 *
 * Source     DEFINITIONS "app.ini". Sections [app] [cdn] [android] [ios] [harmony] [h5] [delta] [segments] [filter] [policy].
 * Defaults   pointerMaxAge 60, delta from 3, maxRatio 0.7, segments max 256, maxConcurrentTasks 10, maxWindowDays 7, booleans
 *            false; an audience that is not given is AUDIENCE_UNKNOWN.
 * Limits     audience 0..10^11, pointerMaxAge 0..86400, from 0..50, maxRatio above 0 and at most 1 (six decimals), max
 *            1..65536, maxConcurrentTasks 1..1000, maxWindowDays 1..365, mirrors mirror1 to mirror9 without a gap.
 * Ownership  the app's texts live in the arena. */
#ifndef DEFS_APPINI_H
#define DEFS_APPINI_H

#include "base/arena.h"
#include "base/diag.h"
#include "model/model.h"

/* What holds where app.ini says nothing. */
void appini_defaults(struct app *app);

/* Fills *app (origin, ids, cdn, audiences, names, budgets, policy) and leaves `dir` and the lists alone. Errors are recorded;
 * what they concern keeps its default, so that reading can go on. app_code is empty where an id is not good.
 * Returns where the app says who it is (the line of appId), for errors that are found later. */
struct srcpos appini_read(struct app *app, struct arena *a, struct diags *d, struct origin origin);

#endif
