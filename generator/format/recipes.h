/* format/recipes.h: recipes.json, which artifact was made from what.
 *
 * Purpose    the next build looks a recipe key up here and keeps the artifact instead of making it again, also where the
 *            artifact's bytes are not at hand. It is an object of the tree, and so signed.
 * Bytes      schemas/FORMAT.md section 7.
 * Facts      what the builder needs to know of an artifact without its bytes (a filter's root and size, a package's MD5), as
 *            texts under short names; their meaning belongs to the class.
 * Ownership  decoded structs live in the caller's arena. */
#ifndef FORMAT_RECIPES_H
#define FORMAT_RECIPES_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/strbuf.h"

#define RECIPES_NAME "recipes.json"
#define RECIPES_MAX  (UINT64_C(64) << 20)

struct recipe_fact {
	struct slice name, value;
};

struct recipe {
	uint8_t key[SHA256_SIZE]; /* of (recipe version, inputs, parameters) */
	struct slice name;        /* class: the object's file name, "filter.bin", "package.apk" */
	uint8_t hash[SHA256_SIZE];
	uint64_t length;
	struct recipe_fact *facts; /* sorted by name, distinct */
	size_t nfacts;
};

struct recipes {
	struct recipe *v; /* sorted by key, distinct */
	size_t n;
};

int recipes_encode(struct strbuf *out, const struct recipes *r) MUST_CHECK; /* -1: memory */
int recipes_decode(struct recipes *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;
const struct recipe *recipes_find(const struct recipes *r, const uint8_t key[SHA256_SIZE]);
const struct slice *recipe_fact(const struct recipe *r, const char *name); /* NULL: absent */

#endif
