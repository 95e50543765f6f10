/* Records: what is kept comes back, what is damaged is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* this name is the library's here */

#include <stdio.h>

#include "resolve/record.h"
#include "server.h"

struct test {
	struct tree t;
	struct server s;
	struct mdr_client *c;
	struct mdr_error err;
};

static void setup(struct test *t)
{
	memset(t, 0, sizeof(*t));
	tree_init(&t->t);
	tree_write_root(&t->t);
	t->s.t = &t->t;
	t->c = server_open(&t->s);
}

static void teardown(struct test *t)
{
	mdr_close(t->c);
	tree_release(&t->t);
}

static char *loaded(struct test *t, const char *name)
{
	json_t *record = NULL;
	char *text;

	if (record_load(&record, t->c, name, &t->err))
		return NULL;
	text = json_dumps(record, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(record);
	return text;
}

static void expect(struct test *t, const char *name, const char *wanted)
{
	char *text = loaded(t, name);

	assert_string_equal(text ? text : t->err.text, wanted);
	free(text);
}

static void put(struct test *t, const char *name, const char *text)
{
	json_t *record = json_loads(text, 0, NULL);

	assert_non_null(record);
	assert_int_equal(record_store(t->c, name, record, &t->err), MDR_OK);
	json_decref(record);
}

static void test_kept(void **state)
{
	static const char *const records[] = {
		"{}", "{\"a\":[1,-9223372036854775808,null,true],\"b\":{\"\\u0001\":\"\xc3\xa9\"}}"
	};
	struct test t;

	(void)state;
	setup(&t);
	expect(&t, "a", "{}");
	for (size_t i = 0; i < COUNT(records); i++) {
		put(&t, "a", records[i]);
		expect(&t, "a", records[i]);
	}
	put(&t, "b", "{}");
	expect(&t, "a", records[1]);
	teardown(&t);
}

/* Each byte, each length: it is none, and nothing else happens. */
static void test_damaged(void **state)
{
	struct test t;
	struct strbuf *bytes;
	size_t n;

	(void)state;
	setup(&t);
	put(&t, "a", "{\"k\":1}");
	bytes = &store_find(&t.t.store, "a")->bytes;
	n = bytes->n;
	for (size_t i = 0; i < n; i++) {
		bytes->p[i] ^= 1;
		expect(&t, "a", "{}");
		bytes->p[i] ^= 1;
		bytes->n = i;
		expect(&t, "a", "{}");
		bytes->n = n;
	}
	expect(&t, "a", "{\"k\":1}");
	strbuf_addch(bytes, ' ');
	expect(&t, "a", "{}");
	put(&t, "a", "{\"k\":2}");
	expect(&t, "a", "{\"k\":2}");
	teardown(&t);
}

/* A value that is whole, but no object: written by something else. */
static void test_no_object(void **state)
{
	static const char *const bodies[] = { "[]", "7", "null", "\"{}\"" };
	struct test t;

	(void)state;
	setup(&t);
	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct strbuf blob = STRBUF_INIT;
		uint8_t hash[SHA256_SIZE];

		print_message("%s\n", bodies[i]);
		assert_int_equal(digest_sha256(t.t.dg, hash, slice_of(bodies[i])), 0);
		strbuf_adds(&blob, "mdresolve record 1\n");
		strbuf_add(&blob, hash, sizeof(hash));
		strbuf_adds(&blob, bodies[i]);
		store_store(&t.t.store, "a", blob.p, blob.n);
		strbuf_release(&blob);
		expect(&t, "a", "{}");
	}
	teardown(&t);
}

static void test_storage(void **state)
{
	struct test t;
	json_t *large = json_object();
	struct strbuf text = STRBUF_INIT;

	(void)state;
	setup(&t);
	put(&t, "a", "{\"k\":1}");
	t.t.store.dead = true;
	expect(&t, "a", "the state \"a\" cannot be read");
	t.t.store.dead = false;
	t.t.store.fail_at = 1;
	assert_int_equal(record_store(t.c, "a", large, &t.err), MDR_STORAGE);
	expect(&t, "a", "{\"k\":1}");
	while (text.n < RECORD_MAX)
		strbuf_adds(&text, "0123456789012345678901234567890123456789");
	json_object_set_new(large, "k", json_string(text.p));
	assert_int_equal(record_store(t.c, "a", large, &t.err), MDR_MEMORY);
	expect(&t, "a", "{\"k\":1}");
	t.c->storage = (struct mdr_storage){ .ctx = NULL };
	assert_int_equal(record_store(t.c, "a", large, &t.err), MDR_OK);
	expect(&t, "a", "{}");
	json_decref(large);
	strbuf_release(&text);
	teardown(&t);
}

static void test_members(void **state)
{
	json_t *record = json_loads("{\"t\":\"x\",\"i\":-7,\"r\":1.5,\"y\":true,\"n\":false,\"z\":null}", 0, NULL);

	(void)state;
	assert_string_equal(record_text(record, "t"), "x");
	assert_null(record_text(record, "i"));
	assert_null(record_text(record, "no"));
	assert_null(record_text(NULL, "t"));
	assert_int_equal(record_int(record, "i", 3), -7);
	assert_int_equal(record_int(record, "r", 3), 3);
	assert_int_equal(record_int(record, "t", 3), 3);
	assert_int_equal(record_int(NULL, "i", 3), 3);
	assert_true(record_flag(record, "y"));
	assert_false(record_flag(record, "n") || record_flag(record, "z") || record_flag(record, "t"));
	assert_false(record_flag(record, "no") || record_flag(NULL, "y"));
	json_decref(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),    cmocka_unit_test(test_damaged), cmocka_unit_test(test_no_object),
		cmocka_unit_test(test_storage), cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests_name("resolve/record", tests, NULL, NULL);
}
