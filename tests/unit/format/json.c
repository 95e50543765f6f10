#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "format/json.h"

static void test_write(void **state)
{
	static const struct {
		const char *given, *wire, *canonical; /* canonical NULL: the same */
	} cases[] = {
		{ "{}", "{}", NULL },
		{ " [ ] ", "[]", NULL },
		{ "[true,false,null]", "[true,false,null]", NULL },
		{ "[0,-0,-1,9223372036854775807,-9223372036854775808]",
		  "[0,0,-1,9223372036854775807,-9223372036854775808]", NULL },
		{ "{ \"b\" : 1, \"a\" : [ { \"d\":2, \"c\":3 } ] }", "{\"a\":[{\"c\":3,\"d\":2}],\"b\":1}", NULL },
		{ "{\"\":0,\"a\":1,\"Z\":2,\"aa\":3,\"\xc3\xa9\":4,\"\xf0\x9f\x98\x80\":5,\"\xef\xbd\xa1\":6}",
		  "{\"\":0,\"Z\":2,\"a\":1,\"aa\":3,\"\xc3\xa9\":4,\"\xef\xbd\xa1\":6,\"\xf0\x9f\x98\x80\":5}", NULL },
		{ "\"\\u0041\\/\\u2028\\u007f\"", "\"A/\xe2\x80\xa8\x7f\"", NULL },
		{ "\"a\\\"b\\\\\"", "\"a\\\"b\\\\\"", NULL },
		{ "\"\\b\\f\\n\\r\\t\\u0001\\u001F\\u000b\"", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u000b\"",
		  "\"\b\f\n\r\t\x01\x1f\x0b\"" },
		{ "{\"k\\n\":\"v\"}", "{\"k\\n\":\"v\"}", "{\"k\n\":\"v\"}" },
		{ "\"\"", "\"\"", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf wire = STRBUF_INIT, canonical = STRBUF_INIT;
		json_t *value = NULL;
		const char *why = NULL;

		print_message("%s\n", cases[i].given);
		assert_int_equal(json_parse_wire(&value, slice_of(cases[i].given), 1000, &why), 0);
		assert_int_equal(json_write(&wire, value, JSON_WIRE), 0);
		assert_string_equal(wire.p, cases[i].wire);
		assert_int_equal(json_write(&canonical, value, JSON_CANONICAL), 0);
		assert_string_equal(canonical.p, cases[i].canonical ? cases[i].canonical : cases[i].wire);
		json_decref(value);
		strbuf_release(&wire);
		strbuf_release(&canonical);
	}
}

/* What one parser writes, the other reads: the wire form of every byte that may stand in a text. */
static void test_write_every_byte(void **state)
{
	char text[128];
	struct strbuf out = STRBUF_INIT;
	json_t *value, *again = NULL;
	const char *why = NULL;

	(void)state;
	for (size_t i = 1; i < sizeof(text); i++)
		text[i - 1] = (char)i;
	text[127] = '\0';
	value = json_string(text);
	assert_int_equal(json_write(&out, value, JSON_WIRE), 0);
	assert_int_equal(json_parse_wire(&again, strbuf_slice(&out), 1000, &why), 0);
	assert_true(json_equal(value, again));
	for (size_t i = 0; i < out.n; i++)
		assert_true((unsigned char)out.p[i] >= 0x20);
	json_decref(value);
	json_decref(again);
	strbuf_release(&out);
}

static json_t *nested(size_t depth)
{
	json_t *value = json_integer(1);

	for (size_t i = 0; i < depth; i++) {
		json_t *outer = i % 2 ? json_object() : json_array();

		if (i % 2)
			json_object_set_new(outer, "k", value);
		else
			json_array_append_new(outer, value);
		value = outer;
	}
	return value;
}

static void test_write_refuses(void **state)
{
	static const struct {
		const char *name;
		size_t depth; /* 0: a real */
		int result;
	} cases[] = { { "a real", 0, -1 },
		      { "as deep as allowed", JSON_DEPTH_MAX, 0 },
		      { "too deep", JSON_DEPTH_MAX + 1, -1 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		json_t *value = cases[i].depth ? nested(cases[i].depth) : json_pack("{s:[f]}", "a", 1.0);

		print_message("%s\n", cases[i].name);
		assert_int_equal(json_write(&out, value, JSON_WIRE), cases[i].result);
		json_decref(value);
		strbuf_release(&out);
	}
}

static void test_write_appends_and_fails_with_its_buffer(void **state)
{
	struct strbuf out = STRBUF_INIT;
	json_t *value = json_true();

	(void)state;
	strbuf_adds(&out, "x=");
	assert_int_equal(json_write(&out, value, JSON_WIRE), 0);
	assert_string_equal(out.p, "x=true");
	out.failed = true;
	assert_int_equal(json_write(&out, value, JSON_WIRE), -1);
	strbuf_release(&out);
}

static void repeat(struct strbuf *out, char c, size_t n)
{
	while (n--)
		strbuf_addch(out, c);
}

static void test_parse_refuses(void **state)
{
	static const char invalid[] = "not valid JSON", real[] = "a number is not an integer";
	static const struct {
		const char *text, *why; /* why NULL: accepted */
	} cases[] = {
		{ "", invalid },
		{ " ", invalid },
		{ "{} {}", invalid },
		{ "{}x", invalid },
		{ "{", invalid },
		{ "{\"a\":1,}", invalid },
		{ "\"a", invalid },
		{ "\"a\\", invalid },
		{ "\"\\u0000\"", invalid },
		{ "\"\x01\"", invalid },
		{ "\"\xff\"", invalid },
		{ "\"\\ud800\"", invalid },
		{ "\xef\xbb\xbf{}", invalid },
		{ "[01]", invalid },
		{ "[9223372036854775808]", invalid },
		{ "]]]]", invalid },
		{ "{\"a\":1,\"b\":{\"a\":1},\"a\":2}", "a key stands twice in one JSON object" },
		{ "{\"a\":1,\"\\u0061\":2}", "a key stands twice in one JSON object" },
		{ "[1.0]", real },
		{ "[1e3]", real },
		{ "[1E400]", real },
		{ "[-1e-3]", real },
		{ "[0.5]", real },
		{ "[\"1.0 1e3\",true,false,\"\\\".5\"]", NULL },
		{ "{\"1e3\":1,\"0.5\":[1]}", NULL },
		{ "\"\\\\\"", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *why = NULL;
		json_t *value = NULL;

		print_message("%s\n", cases[i].text);
		if (cases[i].why) {
			assert_int_equal(json_parse_wire(&value, slice_of(cases[i].text), 1000, &why), -1);
			assert_string_equal(why, cases[i].why);
			assert_null(value);
		} else {
			assert_int_equal(json_parse_wire(&value, slice_of(cases[i].text), 1000, &why), 0);
			json_decref(value);
		}
	}
}

static void test_parse_limits(void **state)
{
	static const struct {
		size_t depth, spare;
		const char *why;
	} cases[] = {
		{ JSON_DEPTH_MAX, 0, NULL },
		{ JSON_DEPTH_MAX + 1, 0, "JSON is nested too deep" },
		{ 100000, 0, "JSON is nested too deep" },
		{ 2, 1, "file is larger than allowed" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf text = STRBUF_INIT;
		const char *why = NULL;
		json_t *value = NULL;

		print_message("depth %zu\n", cases[i].depth);
		repeat(&text, '[', cases[i].depth);
		repeat(&text, ']', cases[i].depth);
		assert_int_equal(json_parse_wire(&value, strbuf_slice(&text), text.n - cases[i].spare, &why),
				 cases[i].why ? -1 : 0);
		if (cases[i].why)
			assert_string_equal(why, cases[i].why);
		json_decref(value);
		strbuf_release(&text);
	}
}

static void test_parse_looks_at_its_bytes_alone(void **state)
{
	static const char text[] = "[\"a\"]]";
	const char *why = NULL;
	json_t *value = NULL;

	(void)state;
	assert_int_equal(json_parse_wire(&value, (struct slice){ text, 5 }, 5, &why), 0);
	json_decref(value);
	assert_int_equal(json_parse_wire(&value, (struct slice){ NULL, 0 }, 5, &why), -1);
	assert_int_equal(json_parse_wire(&value, slice_bytes("[1]\0", 4), 5, &why), -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_every_byte),
		cmocka_unit_test(test_write_refuses),
		cmocka_unit_test(test_write_appends_and_fails_with_its_buffer),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_parse_limits),
		cmocka_unit_test(test_parse_looks_at_its_bytes_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
