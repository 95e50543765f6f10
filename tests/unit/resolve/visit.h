/* A device that visits the demo tree: opened over what is stored, refreshed, answered, closed. */
#ifndef TEST_RESOLVE_VISIT_H
#define TEST_RESOLVE_VISIT_H

#include "demo.h"

#define DEVICE "{\"platform\":\"android\",\"appVersion\":\"4.9.0\",\"userId\":\"user-1\"}"

static inline struct slice visit_root(struct tree *t)
{
	return tree_find(t, "metadata/1.root.json")->data;
}

/* Refreshes and answers with a new client over the stored state: the code, and the message in *err. */
static inline enum mdr_code visit(struct tree *t, int64_t now, struct mdr_error *err)
{
	struct mdr_client *c;
	enum mdr_code code = tree_open_as(&c, t, APP, visit_root(t), err);

	if (!code)
		code = mdr_refresh(c, now, err);
	if (!code) {
		char *answer = tree_answer(c, DEVICE, now, MDR_ALL, 0, err);

		code = err->code;
		free(answer);
	}
	mdr_close(c);
	return code;
}

static inline void expect(struct tree *t, int64_t now, enum mdr_code code, const char *text)
{
	struct mdr_error err;
	enum mdr_code found = visit(t, now, &err);

	if (found != code || (text && !strstr(err.text, text)))
		print_message("code %d: %s\n", (int)found, err.text);
	assert_int_equal(found, code);
	if (text)
		assert_non_null(strstr(err.text, text));
}

/* The answer without a network, from what is stored; NULL with its code in *code. */
static inline char *visit_offline(struct tree *t, enum mdr_code *code)
{
	struct mdr_client *c = NULL;
	struct mdr_error err;
	char *answer = NULL;

	t->offline = true;
	*code = tree_open_as(&c, t, APP, visit_root(t), &err);
	if (!*code) {
		assert_int_equal(mdr_refresh(c, T0, &err), MDR_UNREACHABLE);
		answer = tree_answer(c, DEVICE, T0, MDR_ALL, 0, &err);
		*code = err.code;
	}
	mdr_close(c);
	t->offline = false;
	return answer;
}

/* One role's key is exchanged for another one, by a new root. */
static inline void rotate(struct tree *t, enum tuf_type type, uint8_t seed)
{
	t->spec.old_root = type == TUF_ROOT ? t->spec.seed[TUF_ROOT] : 0;
	t->spec.seed[type] = seed;
	t->spec.version[TUF_ROOT]++;
	tree_write_root(t);
	t->spec.old_root = 0;
}

/* --- two editions ---------------------------------------------------------------------------------------------------------- */

#define OLDER "metadata/timestamp.json: version 1 is older than the trusted 2"

/* A device that trusts edition 2 of the demo tree; gives edition 1's timestamp, by which its tree can be replayed. */
static inline struct slice second_edition(struct tree *t)
{
	struct slice old;

	demo_tree(t);
	old = tree_find(t, "metadata/timestamp.json")->data;
	expect(t, T0, MDR_OK, NULL);
	demo_upgrade(t, "second");
	tree_publish_next(t);
	expect(t, T0, MDR_OK, NULL);
	return old;
}

/* Serves another timestamp, expects `code`, and serves the one that was there again. */
static inline void replay(struct tree *t, struct slice timestamp, enum mdr_code code, const char *text)
{
	struct tree_file *f = tree_find(t, "metadata/timestamp.json");
	struct slice now = f->data;

	f->data = timestamp;
	expect(t, T0, code, text);
	tree_find(t, "metadata/timestamp.json")->data = now;
}

static inline void lose(struct tree *t, const char *name)
{
	assert_non_null(store_find(&t->store, name));
	store_find(&t->store, name)->there = false;
}

#endif
