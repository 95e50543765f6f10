/* One package of 200000 bytes, wanted from a base and a mirror: what the tests of downloads begin with. */
#ifndef TEST_RESOLVE_WANTING_H
#define TEST_RESOLVE_WANTING_H

#include "madedelta.h"
#include "resolve/download.h"
#include "resolve/record.h"
#include "server.h"

#define SIZE 200000 /* more than three buffers */

struct test {
	struct tree t;
	struct server s;
	struct mdr_client *c;
	struct wanted w;
	struct slice package;
	char part[MDR_NAME], name[MDR_NAME];
	struct mdr_got got;
	struct mdr_error err;
};

static inline void setup(struct test *t)
{
	static const struct slice bases[] = { { BASE, sizeof(BASE) - 1 }, { MIRROR, sizeof(MIRROR) - 1 } };
	char *bytes;

	memset(t, 0, sizeof(*t));
	tree_init(&t->t);
	tree_write_root(&t->t);
	t->s.t = &t->t;
	bytes = arena_alloc(&t->t.mem, SIZE);
	made_bytes(bytes, SIZE, 1);
	t->package = slice_bytes(bytes, SIZE);
	tree_put(&t->t, "targets/p.apk", t->package);
	t->w = (struct wanted){ .url = SLICE(BASE "targets/p.apk"),
				.size = SIZE,
				.bases = { bases[0], bases[1] },
				.nbases = 2,
				.attempt = "upgrade 5.0.0" };
	assert_int_equal(digest_sha256(t->t.dg, t->w.sha256, t->package), 0);
	part_name(t->part, "part-", t->w.sha256);
	download_name(t->name, t->w.sha256);
	t->c = server_open(&t->s);
}

static inline void teardown(struct test *t)
{
	mdr_close(t->c);
	tree_release(&t->t);
}

static inline enum mdr_code get(struct test *t)
{
	t->err.text[0] = '\0';
	return download(&t->got, t->c, &t->w, NULL, &t->err);
}

static inline size_t stored(struct test *t, const char *name)
{
	const struct store_entry *e = store_find(&t->t.store, name);

	return e ? e->bytes.n : 0;
}

static inline void expect_package(struct test *t)
{
	const struct store_entry *e = store_find(&t->t.store, t->name);

	assert_non_null(e);
	assert_true(slice_eq(strbuf_slice(&e->bytes), t->package));
	assert_null(store_find(&t->t.store, t->part));
	assert_string_equal(t->got.name, t->name);
	assert_int_equal(t->got.size, SIZE);
	assert_string_equal(t->got.why_full, "");
}

#endif
