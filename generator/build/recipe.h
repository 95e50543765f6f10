/* build/recipe.h: what this build's artifacts were made from, and what the previous build already made.
 *
 * Purpose    an artifact is a function of (recipe version, input blob ids, parameters). Its key is looked up among the previous
 *            tree's recipes, which were verified: found, it is kept, and its inputs are not even read.
 * Key        SHA-256 over the parts, each preceded by its length (8 bytes, big endian); the first part names the recipe and its
 *            version ("filter/1"). A change of what a recipe does is a new version.
 * No id      an input without a blob id (base/filetree.h: not yet read from the work tree) has no key: made anew, not noted. */
#ifndef BUILD_RECIPE_H
#define BUILD_RECIPE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/digest.h"
#include "format/recipes.h"

struct recipe_book {
	struct arena *a;
	struct digests *digests;
	const struct recipes *known; /* of the previous tree; NULL: none */
	struct recipe *v;            /* of this build */
	size_t n, cap;
};

/* False where a part is missing (empty) that must not be: the input's id, parts[1]; or where hashing failed. */
bool recipe_key(uint8_t out[SHA256_SIZE], const struct recipe_book *b, const struct slice *parts, size_t n);
/* The previous build's artifact, to be kept where its facts are good; NULL: make it. */
const struct recipe *recipe_find(const struct recipe_book *b, const uint8_t key[SHA256_SIZE]);
/* Notes an artifact that was made or kept; facts are copied, but not their texts. */
void recipe_note(struct recipe_book *b, const struct recipe *r);
/* Sorted and distinct, as recipes_encode() wants it; borrowed from the book. */
struct recipes recipe_book_close(struct recipe_book *b);

/* Facts. */
struct recipe_fact recipe_fact_uint(struct arena *a, const char *name, uint64_t v);
struct recipe_fact recipe_fact_hex(struct arena *a, const char *name, const uint8_t *v, size_t n);
bool recipe_get_uint(uint64_t *out, const struct recipe *r, const char *name);
bool recipe_get_hex(uint8_t *out, size_t n, const struct recipe *r, const char *name);

#endif
