/* Devices that keep objects of the demo tree: what lies in storage, and visits with another bound of the cache. */
#ifndef TEST_RESOLVE_KEPT_H
#define TEST_RESOLVE_KEPT_H

#include "visit.h"

static inline size_t kept(struct tree *t)
{
	size_t n = 0;

	for (size_t i = 0; i < STORE_ENTRIES; i++)
		n += t->store.v[i].there && strncmp(t->store.v[i].name, "object-", 7) == 0;
	return n;
}

static inline uint64_t kept_bytes(struct tree *t)
{
	uint64_t n = 0;

	for (size_t i = 0; i < STORE_ENTRIES; i++) {
		if (t->store.v[i].there && strncmp(t->store.v[i].name, "object-", 7) == 0)
			n += t->store.v[i].bytes.n;
	}
	return n;
}

/* The entry of the file whose path ends so, as objects are named after their hash. */
static inline struct store_entry *entry_of(struct tree *t, const char *ending)
{
	for (size_t i = 0; i < t->n; i++) {
		uint8_t hash[SHA256_SIZE];
		char name[MDR_NAME] = "object-";

		if (!slice_ends(slice_of(t->v[i].path), ending))
			continue;
		assert_int_equal(digest_sha256(t->dg, hash, t->v[i].data), 0);
		digest_hex(name + 7, hash, SHA256_SIZE / 2);
		return store_find(&t->store, name);
	}
	return NULL;
}

/* Publishes another upgrade; what is in its answer, and in no other. */
static inline const char *next_edition(struct tree *t, int number)
{
	const char *memo = arena_printf(&t->mem, "edition-%d", number).p;

	demo_upgrade(t, memo);
	tree_publish_next(t);
	return memo;
}

/* A client with another bound of the cache. */
static inline struct mdr_client *open_bounded(struct tree *t, uint64_t cache)
{
	struct slice root = visit_root(t);
	struct mdr_config config = { .app = APP,
				     .root = root.p,
				     .root_size = root.n,
				     .fetch = tree_fetch,
				     .fetch_ctx = t,
				     .storage = store_callbacks(&t->store),
				     .limits = { .cache = cache } };
	struct mdr_client *c = NULL;
	struct mdr_error err;

	assert_int_equal(mdr_open(&c, &config, &err), MDR_OK);
	return c;
}

static inline enum mdr_code go(struct mdr_client *c)
{
	struct mdr_error err;
	enum mdr_code code = mdr_refresh(c, T0, &err);

	if (code)
		return code;
	free(tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err));
	return err.code;
}

static inline enum mdr_code visit_bounded(struct tree *t, uint64_t cache)
{
	struct mdr_client *c = open_bounded(t, cache);
	enum mdr_code code = go(c);

	mdr_close(c);
	return code;
}

#endif
