#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "base/jsonpos.h"
#include "base/strbuf.h"

static const char document[] = "{\n"
			       "  \"name\": \"a\\u0041\",\n"
			       "\t\"\xc3\xa4\xf0\x9f\x98\x80\": 12.50, \"e\": [ {} ,[1, -2e+3],null ],\r\n"
			       "  \"a/b\": true, \"m~n\": false, \"\": {\"\":\"deep\"},\n"
			       "  \"\\u006bey\": 1, \"p\\ud83d\\ude00\\/\\n\": 2,\n"
			       "  \"twice\": {\"x\": 1}, \"twice\": {\"y\": 2}\n"
			       "}\n";

static void test_find(void **state)
{
	static const struct {
		const char *pointer, *raw; /* raw NULL: not found */
		uint32_t line, col, key_line, key_col;
	} cases[] = {
		{ "/name", "\"a\\u0041\"", 2, 11, 2, 3 },
		{ "/\xc3\xa4\xf0\x9f\x98\x80", "12.50", 3, 8, 3, 2 },
		{ "/e", "[ {} ,[1, -2e+3],null ]", 3, 20, 3, 15 },
		{ "/e/0", "{}", 3, 22, 0, 0 },
		{ "/e/1", "[1, -2e+3]", 3, 26, 0, 0 },
		{ "/e/1/1", "-2e+3", 3, 30, 0, 0 },
		{ "/e/2", "null", 3, 37, 0, 0 },
		{ "/a~1b", "true", 4, 10, 4, 3 },
		{ "/m~0n", "false", 4, 23, 4, 16 },
		{ "/", "{\"\":\"deep\"}", 4, 34, 4, 30 },
		{ "//", "\"deep\"", 4, 38, 4, 35 },
		{ "/key", "1", 5, 15, 5, 3 },
		{ "/p\xf0\x9f\x98\x80~1\n", "2", 5, 39, 5, 18 },
		{ "/twice", "{\"y\": 2}", 6, 31, 6, 22 },
		{ "/twice/y", "2", 6, 37, 6, 32 },
		{ "/twice/x", NULL, 0, 0, 0, 0 },
		{ "/e/3", NULL, 0, 0, 0, 0 },
		{ "/e/01", NULL, 0, 0, 0, 0 },
		{ "/e/-", NULL, 0, 0, 0, 0 },
		{ "/e/", NULL, 0, 0, 0, 0 },
		{ "/e/18446744073709551616", NULL, 0, 0, 0, 0 },
		{ "/name/0", NULL, 0, 0, 0, 0 },
		{ "/nam", NULL, 0, 0, 0, 0 },
		{ "name", NULL, 0, 0, 0, 0 },
		{ "/m~2n", NULL, 0, 0, 0, 0 },
		{ "/m~", NULL, 0, 0, 0, 0 },
		{ "/m~n", NULL, 0, 0, 0, 0 },
	};
	struct slice text = slice_of(document);

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice pointer = slice_of(cases[i].pointer);
		struct jsonpos at = { .line = 0 };

		print_message("%s\n", cases[i].pointer);
		assert_int_equal(jsonpos_value(&at, text, pointer), cases[i].raw != NULL);
		if (cases[i].raw) {
			assert_true(slice_eqs(at.raw, cases[i].raw));
			assert_ptr_equal(at.raw.p, text.p + at.offset);
			assert_int_equal(at.line, cases[i].line);
			assert_int_equal(at.col, cases[i].col);
		}
		assert_int_equal(jsonpos_key(&at, text, pointer), cases[i].key_line > 0);
		if (cases[i].key_line > 0) {
			assert_int_equal(at.line, cases[i].key_line);
			assert_int_equal(at.col, cases[i].key_col);
			assert_int_equal(at.raw.p[0], '"');
		}
	}
}

static void test_root(void **state)
{
	struct jsonpos at;

	assert_true(jsonpos_value(&at, SLICE("\n [1] "), SLICE("")));
	assert_true(slice_eqs(at.raw, "[1]"));
	assert_int_equal(at.line, 2);
	assert_int_equal(at.col, 2);
	assert_false(jsonpos_key(&at, SLICE("[1]"), SLICE("")));
	assert_true(jsonpos_value(&at, SLICE("7"), slice_of(NULL)));
	assert_false(jsonpos_value(&at, SLICE("7"), SLICE("/")));
}

/* Of duplicates the last counts, also where it is of another shape. */
static void test_last_counts(void **state)
{
	struct slice text = SLICE("{\"a\": {\"0\": 1}, \"a\": [2]}");
	struct jsonpos at;

	assert_true(jsonpos_value(&at, text, SLICE("/a/0")));
	assert_true(slice_eqs(at.raw, "2"));
	assert_false(jsonpos_key(&at, text, SLICE("/a/0")));
	text = SLICE("{\"a\": {\"0\": 1}, \"a\": 2}");
	assert_false(jsonpos_value(&at, text, SLICE("/a/0")));
	assert_false(jsonpos_key(&at, text, SLICE("/a/0")));
}

/* Nothing is found in what is no JSON, even before the fault. */
static void test_broken(void **state)
{
	static const struct slice cases[] = {
		SLICE(""),
		SLICE(" "),
		SLICE("{"),
		SLICE("{\"a\""),
		SLICE("{\"a\":"),
		SLICE("{\"a\":1"),
		SLICE("{\"a\":1,"),
		SLICE("{\"a\":1,}"),
		SLICE("{\"a\" 1}"),
		SLICE("{a:1}"),
		SLICE("{\"a\":1}}"),
		SLICE("{\"a\":1} x"),
		SLICE("{\"a\":1\0}"),
		SLICE("{\"a\0\":1}"),
		SLICE("{\"a\":01}"),
		SLICE("{\"a\":1.}"),
		SLICE("{\"a\":.5}"),
		SLICE("{\"a\":-}"),
		SLICE("{\"a\":1e}"),
		SLICE("{\"a\":+1}"),
		SLICE("{\"a\":tru}"),
		SLICE("{\"a\":nul"),
		SLICE("{\"a\":True}"),
		SLICE("{\"a\":1,\"b\":\"\n\"}"),
		SLICE("{\"a\":\"\\x\"}"),
		SLICE("{\"a\":\"\\"),
		SLICE("{\"a\":\"\\u12\"}"),
		SLICE("{\"a\":\"\\ud800\"}"),
		SLICE("{\"a\":\"\\udc00\"}"),
		SLICE("{\"a\":\"\\ud800\\u0041\"}"),
		SLICE("{\"a\":\"\xff\"}"),
		SLICE("{\"a\":\"\xed\xa0\x80\"}"),
		SLICE("{\"a\":[1,]}"),
		SLICE("{\"a\":[1"),
		SLICE("{\"a\":[}"),
		SLICE("\xef\xbb\xbf{\"a\":1}"),
		SLICE("{\"a\":1}/**/"),
		SLICE("{'a':1}"),
		SLICE("{\"a\":\v1}"),
	};
	struct jsonpos at;

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%.*s\n", SLICE_ARG(cases[i]));
		assert_false(jsonpos_value(&at, cases[i], SLICE("/a")));
		assert_false(jsonpos_key(&at, cases[i], SLICE("/a")));
		assert_false(jsonpos_value(&at, cases[i], SLICE("")));
	}
}

static void test_depth(void **state)
{
	enum { DEEPEST = 2048 };

	for (size_t depth = DEEPEST - 1; depth <= DEEPEST + 1; depth++) {
		struct strbuf text = STRBUF_INIT, pointer = STRBUF_INIT;
		struct jsonpos at;

		for (size_t i = 0; i < depth; i++) {
			strbuf_adds(&text, "{\"a\":");
			strbuf_adds(&pointer, "/a");
		}
		strbuf_adds(&text, "7");
		for (size_t i = 0; i < depth; i++)
			strbuf_adds(&text, "}");
		print_message("%zu\n", depth);
		assert_int_equal(jsonpos_value(&at, strbuf_slice(&text), strbuf_slice(&pointer)), depth <= DEEPEST);
		if (depth <= DEEPEST)
			assert_int_equal(at.offset, 5 * depth);
		strbuf_release(&text);
		strbuf_release(&pointer);
	}
}

static void test_at(void **state)
{
	static const struct {
		size_t offset;
		uint32_t line, col;
	} cases[] = {
		{ 0, 1, 1 }, { 1, 1, 2 }, { 3, 1, 3 }, { 4, 2, 1 }, { 5, 3, 1 }, { 6, 3, 2 }, { 7, 3, 3 }, { 99, 3, 3 },
	};
	struct slice text = SLICE("a\xc3\xa4\n\n\r\xff");
	uint32_t line, col;

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%zu\n", cases[i].offset);
		jsonpos_at(&line, &col, text, cases[i].offset);
		assert_int_equal(line, cases[i].line);
		assert_int_equal(col, cases[i].col);
	}
	jsonpos_at(&line, &col, slice_of(NULL), 3);
	assert_true(line == 1 && col == 1);
}

static void note(void *ctx, struct slice key, uint32_t line, uint32_t col)
{
	strbuf_addf(ctx, "%u:%u:" SLICE_FMT ";", (unsigned)line, (unsigned)col, SLICE_ARG(key));
}

static void test_duplicates(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "{\"a\":1,\"b\":2}", "" },
		{ "{\"a\":1,\"a\":2}", "1:8:a;" },
		{ "{\"a\":1,\n\"\xc3\xa4\":0, \"a\":2, \"a\":3}", "2:8:a;2:15:a;" },
		{ "{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}]}", "" },
		{ "{\"a\":{\"x\":1,\"x\":2},\"a\":\n{\"y\":1,\"y\":2}}", "1:13:x;1:20:a;2:8:y;" },
		{ "{\"a\\u0062\":1,\"\\u0061b\":2}", "1:14:ab;" },
		{ "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}", "1:19:\xf0\x9f\x98\x80;" },
		{ "{\"\":1,\"\":2}", "1:7:;" },
		{ "[\"a\",\"a\"]", "" },
		{ "{\"a\":1,\"a\":2,\"b\" \"a\"", "1:8:a;" },
		{ "", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf got = STRBUF_INIT;

		print_message("%s\n", cases[i].text);
		jsonpos_duplicates(slice_of(cases[i].text), note, &got);
		assert_string_equal(got.p ? got.p : "", cases[i].want);
		strbuf_release(&got);
	}
}

static void count(void *ctx, struct slice key, uint32_t line, uint32_t col)
{
	++*(size_t *)ctx;
	assert_true(line > 1 && col == 1);
}

/* 50000 keys in one object, half of them twice, written with and without an escape. */
static void test_many_duplicates(void **state)
{
	enum { KEYS = 25000 };
	struct strbuf text = STRBUF_INIT;
	clock_t start = clock();
	size_t n = 0;

	strbuf_adds(&text, "{\"k\": 0");
	for (unsigned i = 0; i < KEYS; i++)
		strbuf_addf(&text, ",\n\"key%u\": 1,\n\"\\u006bey%u\": 2", i, i);
	strbuf_adds(&text, "}");
	jsonpos_duplicates(strbuf_slice(&text), count, &n);
	assert_int_equal(n, KEYS);
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
	strbuf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),        cmocka_unit_test(test_root),
		cmocka_unit_test(test_last_counts), cmocka_unit_test(test_broken),
		cmocka_unit_test(test_depth),       cmocka_unit_test(test_at),
		cmocka_unit_test(test_duplicates),  cmocka_unit_test(test_many_duplicates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
