/* defs/window.h: the `window` of a timeWindow task: when, how many users, and how fast. */
#ifndef DEFS_WINDOW_H
#define DEFS_WINDOW_H

#include "defs/reader.h"
#include "defs/scope.h"
#include "defs/task.h"

/* The required key "window" of the task `t`, whose status and published_at (where `has_published`) are read already. Its
 * audience is its own, else the sum of those of the release's platforms. */
void window_read(struct window *out, struct defs_scope *s, struct object *task, const struct task *t,
		 bool has_published, const struct task_context *ctx);

#endif
