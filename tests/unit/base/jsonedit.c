#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/jsonedit.h"

enum operation { SET, PUT, APPEND, REMOVE };

struct edit_case {
	const char *title;
	enum operation operation;
	const char *text, *pointer, *key, *value, *after;
	const char *want; /* NULL: refused */
};

static const char release[] = "{\n"
			      "  \"version\": \"1.0\",\n"
			      "  \"tasks\": [\n"
			      "    {\n"
			      "      \"id\": \"a\\u0062\",\n"
			      "      \"whitelists\": [\"x\", \"y\"]\n"
			      "    }\n"
			      "  ]\n"
			      "}\n";

static const struct edit_case cases[] = {
	/* set */
	{ "a number", SET, "{ \"a\" : 12.50 , \"b\":2}", "/a", NULL, " 13 ", NULL, "{ \"a\" : 13 , \"b\":2}" },
	{ "an item", SET, "[1,\t[2, 3]]", "/1/0", NULL, "\"x\"", NULL, "[1,\t[\"x\", 3]]" },
	{ "the document", SET, " [1]\n", "", NULL, "{\"a\":1}", NULL, " {\"a\": 1}\n" },
	{ "an empty list on its line", SET, "{\n\t\"a\": []\n}", "/a", NULL, "[1,2]", NULL, "{\n\t\"a\": [1, 2]\n}" },
	{ "a spread list stays spread", SET, "{\n \"a\": [\n  1\n ],\n \"b\": 1\n}", "/a", NULL, "[3,4]", NULL,
	  "{\n \"a\": [\n  3,\n  4\n ],\n \"b\": 1\n}" },
	{ "a list on one line stays there", SET, "{\n \"a\": [ 1 ],\n \"b\": [\n  1\n ]\n}", "/a", NULL,
	  "[3,{\"c\":4}]", NULL, "{\n \"a\": [ 3, {\"c\": 4} ],\n \"b\": [\n  1\n ]\n}" },
	{ "a name with / and ~", SET, "{\"a/b\": {\"~\": 1}}", "/a~1b/~0", NULL, "2", NULL, "{\"a/b\": {\"~\": 2}}" },

	/* put */
	{ "as the last one", PUT, release, "", "memo", "\"m\"", "",
	  "{\n  \"version\": \"1.0\",\n  \"tasks\": [\n    {\n      \"id\": \"a\\u0062\",\n      \"whitelists\": "
	  "[\"x\", \"y\"]\n"
	  "    }\n  ],\n  \"memo\": \"m\"\n}\n" },
	{ "behind another", PUT, release, "/tasks/0", "status", "\"paused\"", "id",
	  "{\n  \"version\": \"1.0\",\n  \"tasks\": [\n    {\n      \"id\": \"a\\u0062\",\n      \"status\": "
	  "\"paused\",\n"
	  "      \"whitelists\": [\"x\", \"y\"]\n    }\n  ]\n}\n" },
	{ "a member that is there", PUT, release, "", "version", "\"2\"", "tasks",
	  "{\n  \"version\": \"2\",\n  \"tasks\": [\n    {\n      \"id\": \"a\\u0062\",\n      \"whitelists\": [\"x\", "
	  "\"y\"]\n"
	  "    }\n  ]\n}\n" },
	{ "a member by its escaped name", PUT, "{\"\\u0061\": 1}", "", "a", "2", "", "{\"\\u0061\": 2}" },
	{ "on one line", PUT, "{ \"a\" :1 ,\"b\" :2 }", "", "c", "{\"d\":[3]}", "",
	  "{ \"a\" :1 ,\"b\" :2,\"c\" :{ \"d\" :[3] } }" },
	{ "on one line, behind the first", PUT, "{ \"a\": 1, \"b\": 2 }", "", "c", "3", "a",
	  "{ \"a\": 1, \"c\": 3, \"b\": 2 }" },
	{ "compact", PUT, "{\"a\":1}", "", "b", "{\"c\": [1, 2]}", "a", "{\"a\":1,\"b\":{\"c\":[1,2]}}" },
	{ "on one line of a longer file", PUT, "[\n  {\"a\": 1}\n]", "/0", "b", "{\"c\": []}", "",
	  "[\n  {\"a\": 1, \"b\": {\"c\": []}}\n]" },
	{ "into an empty object", PUT, "{\n\t\"a\": { }\n}", "/a", "b", "{\"c\":1}", "",
	  "{\n\t\"a\": {\n\t\t\"b\": {\n\t\t\t\"c\": 1\n\t\t}\n\t}\n}" },
	{ "into an empty document", PUT, "{}\n", "", "b", "1", "", "{\"b\": 1}\n" },
	{ "CRLF", PUT, "{\r\n  \"a\": 1\r\n}\r\n", "", "b", "{\"c\":1}", "a",
	  "{\r\n  \"a\": 1,\r\n  \"b\": {\r\n    \"c\": 1\r\n  }\r\n}\r\n" },
	{ "an empty line between groups is not repeated", PUT, "{\n  \"a\": 1,\n\n  \"b\": 2\n}", "", "c", "3", "",
	  "{\n  \"a\": 1,\n\n  \"b\": 2,\n  \"c\": 3\n}" },
	{ "the first on the line of the brace", PUT, "{ \"a\": 1,\n  \"b\": 2 }", "", "c", "3", "a",
	  "{ \"a\": 1,\n  \"c\": 3,\n  \"b\": 2 }" },
	{ "a container there", PUT, "{ \"a\": 1,\n    \"b\": 2 }", "", "c", "{\"d\":3}", "a",
	  "{ \"a\": 1,\n    \"c\": {\n      \"d\": 3\n    },\n    \"b\": 2 }" },
	{ "several on a line", PUT, "{\n \"a\": 1, \"b\": 2,\n \"c\": 3\n}", "", "d", "4", "b",
	  "{\n \"a\": 1, \"b\": 2, \"d\": 4,\n \"c\": 3\n}" },
	{ "no indentation at all", PUT, "{\n\"a\": 1\n}", "", "b", "[{\"c\":1}]", "",
	  "{\n\"a\": 1,\n\"b\": [\n  {\n    \"c\": 1\n  }\n]\n}" },
	{ "a name that needs escapes", PUT, "{}", "", "a\"\\\n\x01/~", "1", "", "{\"a\\\"\\\\\\n\\u0001/~\": 1}" },

	/* append */
	{ "a task", APPEND, release, "/tasks", NULL,
	  "{\"id\":\"c\",\"whitelists\":[\"z\"],\"rules\":[{\"element\":\"city\"}],\"w\":{}}", NULL,
	  "{\n  \"version\": \"1.0\",\n  \"tasks\": [\n    {\n      \"id\": \"a\\u0062\",\n      \"whitelists\": "
	  "[\"x\", \"y\"]\n"
	  "    },\n    {\n      \"id\": \"c\",\n      \"whitelists\": [\"z\"],\n      \"rules\": [\n        {\n"
	  "          \"element\": \"city\"\n        }\n      ],\n      \"w\": {}\n    }\n  ]\n}\n" },
	{ "an item like the last one", APPEND, "[\n  { \"a\": 1 }\n]", "", NULL, "{\"b\":[1,2]}", NULL,
	  "[\n  { \"a\": 1 },\n  { \"b\": [1, 2] }\n]" },
	{ "bracket against brace", APPEND, "{\n  \"a\": [{\n    \"b\": 1\n  }, {\n    \"b\": 2\n  }]\n}", "/a", NULL,
	  "{\"b\":3}", NULL, "{\n  \"a\": [{\n    \"b\": 1\n  }, {\n    \"b\": 2\n  }, {\n    \"b\": 3\n  }]\n}" },
	{ "into an empty array", APPEND, "{\n  \"tasks\": []\n}", "/tasks", NULL, "{\"a\":1}", NULL,
	  "{\n  \"tasks\": [\n    {\n      \"a\": 1\n    }\n  ]\n}" },
	{ "a scalar into an empty array", APPEND, "{\n  \"a\": [\n  ]\n}", "/a", NULL, "1", NULL,
	  "{\n  \"a\": [1]\n}" },
	{ "a scalar where arrays are spread", APPEND, "{\n  \"b\": [\n    1\n  ],\n  \"a\": []\n}", "/a", NULL, "1",
	  NULL, "{\n  \"b\": [\n    1\n  ],\n  \"a\": [\n    1\n  ]\n}" },
	{ "compact array", APPEND, "[1,2]", "", NULL, "{\"a\": [ ]}", NULL, "[1,2,{\"a\": []}]" },
	{ "commas in front", APPEND, "[\n  1\n  , 2\n]", "", NULL, "3", NULL, "[\n  1\n  , 2, 3\n]" },

	/* remove */
	{ "the first member", REMOVE, "{ \"a\": 1, \"b\": 2 }", "/a", NULL, NULL, NULL, "{ \"b\": 2 }" },
	{ "the last member", REMOVE, "{\n  \"a\": 1,\n  \"b\": [2, \"]\"]\n}\n", "/b", NULL, NULL, NULL,
	  "{\n  \"a\": 1\n}\n" },
	{ "a middle item", REMOVE, "[1, {\"a\": \"}\"} , 3]", "/1", NULL, NULL, NULL, "[1, 3]" },
	{ "the only member", REMOVE, "{\n  \"a\": 1\n}", "/a", NULL, NULL, NULL, "{}" },
	{ "a deep one", REMOVE, release, "/tasks/0/id", NULL, NULL, NULL,
	  "{\n  \"version\": \"1.0\",\n  \"tasks\": [\n    {\n      \"whitelists\": [\"x\", \"y\"]\n    }\n  ]\n}\n" },

	/* refused */
	{ "no such value", SET, "{\"a\": 1}", "/b", NULL, "2", NULL, NULL },
	{ "no JSON", SET, "{\"a\": 1", "/a", NULL, "2", NULL, NULL },
	{ "a value that is no JSON", SET, "{\"a\": 1}", "/a", NULL, "2,3", NULL, NULL },
	{ "an empty value", SET, "{\"a\": 1}", "/a", NULL, "", NULL, NULL },
	{ "a repeated key", SET, "{\"a\": 1, \"b\": {\"c\": 1, \"c\": 2}}", "/a", NULL, "2", NULL, NULL },
	{ "a member of an array", PUT, "[1]", "", "a", "2", "", NULL },
	{ "a member of a number", PUT, "{\"a\": 1}", "/a", "a", "2", "", NULL },
	{ "a name that is no UTF-8", PUT, "{\"a\": 1}", "", "\xff", "2", "", NULL },
	{ "an item of an object", APPEND, "{\"a\": 1}", "", NULL, "2", NULL, NULL },
	{ "an item of nothing", APPEND, "{\"a\": 1}", "/b", NULL, "2", NULL, NULL },
	{ "the document cannot be removed", REMOVE, "{\"a\": 1}", "", NULL, NULL, NULL, NULL },
	{ "what is not there cannot be removed", REMOVE, "[1]", "/1", NULL, NULL, NULL, NULL },
};

static int apply(struct strbuf *out, const struct edit_case *c)
{
	struct slice text = slice_of(c->text), pointer = slice_of(c->pointer), value = slice_of(c->value);

	switch (c->operation) {
	case SET:
		return jsonedit_set(out, text, pointer, value);
	case PUT:
		return jsonedit_put(out, text, pointer, slice_of(c->key), value, slice_of(c->after));
	case APPEND:
		return jsonedit_append(out, text, pointer, value);
	default:
		return jsonedit_remove(out, text, pointer);
	}
}

static void test_edits(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		print_message("%s\n", cases[i].title);
		strbuf_adds(&out, "before:");
		assert_int_equal(apply(&out, &cases[i]), cases[i].want ? 0 : -1);
		assert_false(out.failed);
		assert_memory_equal(out.p, "before:", 7);
		assert_string_equal(out.p + 7, cases[i].want ? cases[i].want : "");
		strbuf_release(&out);
	}
}

/* A value that would make the text deeper than JSON may be here is refused, the deepest that fits is not. */
static void test_depth(void **state)
{
	struct strbuf text = STRBUF_INIT, pointer = STRBUF_INIT, out = STRBUF_INIT;

	for (size_t i = 0; i < 2047; i++) {
		strbuf_addch(&text, '[');
		strbuf_adds(&pointer, i ? "/0" : "");
	}
	for (size_t i = 0; i < 2047; i++)
		strbuf_addch(&text, ']');
	assert_int_equal(jsonedit_append(&out, strbuf_slice(&text), strbuf_slice(&pointer), SLICE("[[]]")), -1);
	assert_int_equal(out.n, 0);
	assert_int_equal(jsonedit_append(&out, strbuf_slice(&text), strbuf_slice(&pointer), SLICE("[]")), 0);
	assert_int_equal(out.n, text.n + 2);
	strbuf_release(&text);
	strbuf_release(&pointer);
	strbuf_release(&out);
}

static void test_string(void **state)
{
	struct strbuf out = STRBUF_INIT;

	jsonedit_string(&out, SLICE("\0\b\t\n\f\r\x1f \"\\/\x7f\xe4\xb8\xad"));
	assert_string_equal(out.p, "\"\\u0000\\b\\t\\n\\f\\r\\u001f \\\"\\\\/\x7f\xe4\xb8\xad\"");
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
