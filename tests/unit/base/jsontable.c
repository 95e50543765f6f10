/* The table of places: every value of a text, its key, its line and column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/jsontable.h"

static void test_ways(void **state)
{
	static const char text[] = "{ \"a\": [10, {\"b\\u002f\": true}],\n"
				   "  \"\xc3\xa4\": \"\xf0\x9f\x98\x80\", \"a\": 1, \"\": {} }";
	CLEANUP(jsontable_release) struct jsontable t = JSONTABLE_INIT;
	struct jsonpos at;
	size_t v;

	assert_true(jsontable_make(&t, slice_of(text)));
	assert_int_equal(t.n, 8);
	jsontable_place(&at, &t, t.root);
	assert_true(slice_eqs(at.raw, text));
	assert_false(jsontable_key_place(&at, &t, t.root));
	assert_false(jsontable_item(&v, &t, t.root, 0));
	assert_false(jsontable_member(&v, &t, t.root, SLICE("b")));

	assert_true(jsontable_member(&v, &t, t.root, SLICE("a"))); /* the last of two */
	jsontable_place(&at, &t, v);
	assert_true(slice_eqs(at.raw, "1"));
	assert_int_equal(at.line, 2);
	assert_int_equal(at.col, 18);
	assert_true(jsontable_key_place(&at, &t, v));
	assert_true(slice_eqs(at.raw, "\"a\""));
	assert_int_equal(at.col, 13);

	assert_true(jsontable_member(&v, &t, t.root, SLICE("\xc3\xa4")));
	assert_true(jsontable_member(&v, &t, t.root, SLICE("")));
	assert_false(jsontable_member(&v, &t, v, SLICE("")));
}

static void test_items(void **state)
{
	static const char text[] = "[10, [], {\"b\\u002f\": true}, [[null]]]";
	static const char *const items[] = { "10", "[]", "{\"b\\u002f\": true}", "[[null]]" };
	CLEANUP(jsontable_release) struct jsontable t = JSONTABLE_INIT;
	struct strbuf room = STRBUF_INIT;
	struct jsonpos at;
	size_t v;

	assert_true(jsontable_make(&t, slice_of(text)));
	for (size_t i = 0; i < COUNT(items); i++) {
		print_message("%s\n", items[i]);
		assert_true(jsontable_item(&v, &t, t.root, i));
		jsontable_place(&at, &t, v);
		assert_true(slice_eqs(at.raw, items[i]));
		assert_int_equal(at.line, 1);
		assert_int_equal(at.col, at.offset + 1);
	}
	assert_false(jsontable_item(&v, &t, t.root, COUNT(items)));
	assert_true(jsontable_item(&v, &t, t.root, 2));
	assert_true(jsontable_member(&v, &t, v, SLICE("b/")));
	assert_true(slice_eqs(jsontable_key(&room, &t, v), "b/"));
	strbuf_release(&room);
}

/* Keys of one hash are told apart. */
static uint32_t hash_of(struct slice key)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 16777619u;
	return h;
}

static void test_collision(void **state)
{
	static const char text[] = "{\"costarring\":1,\"x\":2,\"liquid\":3}"; /* a known pair */
	CLEANUP(jsontable_release) struct jsontable t = JSONTABLE_INIT;
	struct jsonpos at;
	size_t v;

	assert_int_equal(hash_of(SLICE("costarring")), hash_of(SLICE("liquid")));
	assert_true(jsontable_make(&t, slice_of(text)));
	assert_true(jsontable_member(&v, &t, t.root, SLICE("costarring")));
	jsontable_place(&at, &t, v);
	assert_true(slice_eqs(at.raw, "1"));
	assert_true(jsontable_member(&v, &t, t.root, SLICE("liquid")));
	jsontable_place(&at, &t, v);
	assert_true(slice_eqs(at.raw, "3"));
}

/* Lines and columns far into a text, with and without line breaks. */
static void test_lines(void **state)
{
	static const char *const steps[] = { "\"\xe7\x94\xa8\xf0\x9f\x98\x80\"", "\"\xe7\x94\xa8\",\r\n\"\xc3\xa4\"" };

	for (size_t s = 0; s < COUNT(steps); s++) {
		CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
		CLEANUP(jsontable_release) struct jsontable t = JSONTABLE_INIT;

		strbuf_adds(&text, "[0");
		for (size_t i = 0; i < 1000; i++)
			strbuf_addf(&text, ",%s", steps[s]);
		strbuf_adds(&text, "]");
		assert_true(jsontable_make(&t, strbuf_slice(&text)));
		assert_int_equal(t.n, 1002 + 1000 * s);
		for (size_t v = 0; v < t.n; v++) {
			struct jsonpos at;
			uint32_t line, col;

			jsontable_place(&at, &t, v);
			jsonpos_at(&line, &col, t.text, at.offset);
			assert_int_equal(at.line, line);
			assert_int_equal(at.col, col);
		}
	}
}

/* What stands before the fault is there, also of an object that does not end. */
static void test_broken(void **state)
{
	static const struct {
		const char *text;
		size_t values; /* the root among them */
	} cases[] = {
		{ "", 1 },
		{ "x", 1 },
		{ "{\"a\":1", 2 },
		{ "{\"a\":1,\"b\"", 3 },
		{ "{\"a\":[1,2", 4 },
		{ "[1] 2", 2 },
		{ "{\"a\":1,\"b\":}", 3 },
		{ "[\"\xff\"]", 2 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(jsontable_release) struct jsontable t = JSONTABLE_INIT;

		print_message("%s\n", cases[i].text);
		assert_false(jsontable_make(&t, slice_of(cases[i].text)));
		assert_int_equal(t.n, cases[i].values);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ways),      cmocka_unit_test(test_items),  cmocka_unit_test(test_lines),
		cmocka_unit_test(test_collision), cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
