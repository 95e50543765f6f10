/* defs/release.h: what release.json files of several kinds have in common: keys that repeat the names of their folders.
 *
 * Differences a key that says something else than its folder is an error at the key; reading goes on with what the folder says,
 *             so that a copied folder is one error and not also a release that is there twice. */
#ifndef DEFS_RELEASE_H
#define DEFS_RELEASE_H

#include "defs/reader.h"
#include "defs/scope.h"

/* The required key "platform"; sets out->platforms as well. False where the folder is no platform. */
bool release_platform_read(enum platform *platform, struct release *out, struct defs_scope *s, struct object *o,
			   struct slice folder);
/* A required key that holds a version, `text` as written. False where it holds none. */
bool release_version_read(struct version *out, struct slice *text, struct defs_scope *s, struct object *o,
			  const char *key, struct slice folder);
/* A required key that holds a whole number from 1 to 2^31 - 1, and a folder that is it in decimal, without leading zeros. False
 * where the folder is no such number. */
bool release_number_read(uint32_t *out, struct defs_scope *s, struct object *o, const char *key, struct slice folder);

/* Errors for releases that are the same but for how their version is written, at that key of the later one. `v`: n sorted
 * releases of one kind, of `size` bytes each, which begin with a struct release; `what`: "is the same version as". */
void releases_distinct(const void *v, size_t n, size_t size, bool (*same)(const void *a, const void *b),
		       const char *pointer, const char *what, struct defs_scope *s);

#endif
