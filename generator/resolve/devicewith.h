/* resolve/devicewith.h: a device that differs from another one in a few attributes: what a service knows better than the app's description.
 *
 * Memory   the table of attributes is in the arena; texts are borrowed. */
#ifndef RESOLVE_DEVICEWITH_H
#define RESOLVE_DEVICEWITH_H

#include "base/arena.h"
#include "resolve/mdresolve.h"

struct other_attr {
	const char *name, *value; /* NULL: the device has none */
};

/* -1: memory. */
int device_with(struct mdr_device *out, struct arena *a, const struct mdr_device *device, const struct other_attr *v,
		size_t n) MUST_CHECK;

#endif
