/* build/symbols.h: the debug symbols of an iOS release, looked into where they lie; they stay in the repository.
 *
 * Nothing of them enters the tree, also no hash. So no recipe can say of them alone that they were looked at: with a package that
 * was, they were (their blob is part of its recipe's key, build/package.h); else every build looks again. */
#ifndef BUILD_SYMBOLS_H
#define BUILD_SYMBOLS_H

#include "base/filetree.h"
#include "model/model.h"

/* Errors at the definition's `symbols`. */
void symbols_check(const struct upgrade *u, const struct filetree *tree, struct arena *a, struct diags *d);

#endif
