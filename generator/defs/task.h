/* defs/task.h: the tasks of a release, as DEFINITIONS "Tasks" has them. */
#ifndef DEFS_TASK_H
#define DEFS_TASK_H

#include "defs/reader.h"
#include "defs/scope.h"

/* What differs from kind to kind, and from release to release. */
struct task_context {
	enum kind kind;
	const bool *platforms;         /* [PLATFORM_COUNT]: a time window falls back to the sum of their audiences */
	const struct upgrade *upgrade; /* its distribution limits the tasks; NULL: of another kind */
};

/* The required array "tasks", in the order written. Tasks with errors are not left out: errors end the run. */
void tasks_read(struct task **out, size_t *n, struct defs_scope *s, struct object *o, const struct task_context *ctx);

/* --- shared with switch values ------------------------------------------------------------------------------------ */
/* The required array "whitelists": names of the app's lists, none unknown or repeated; marks them used. */
void whitelists_read(struct whitelist ***out, size_t *n, struct defs_scope *s, struct object *o);
/* "channel": true for dev. */
bool channel_read(struct object *o);

#endif
