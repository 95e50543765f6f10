/* publish/expiry.h: whether a tree is still good enough to be published: devices refuse metadata that has ended. */
#ifndef PUBLISH_EXPIRY_H
#define PUBLISH_EXPIRY_H

#include "publish/tree.h"

#define EXPIRY_WARNING 86400 /* seconds: less than that left is a warning */

/* Every role of every app. -1: one has ended, or ends within `valid_for` seconds: an error names it and what renews it. */
int expiry_check(const struct pub_tree *t, int64_t now, int64_t valid_for, struct diags *d) MUST_CHECK;

#endif
