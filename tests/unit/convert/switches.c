#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "convert/switches.h"
#include "convert/text.h"

static struct slice json_of(struct arena *a, const char *text)
{
	char *copy = arena_str(a, slice_of(text));

	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	return slice_of(copy);
}

/* What the reader of definitions is shown of one switch: everything where it stood. */
static void test_check(void **state)
{
	static const struct {
		const char *file;
		size_t index;
		const char *shown;
	} cases[] = {
		{ "{'key':'a','values':[]}", 0, "{          'values':[]}" },
		{ "{'values':[],'key':'a'}", 0, "{'values':[]          }" },
		{ "{'key':'a'}", 0, "{         }" },
		{ "[{'key':'a'},{'values':[],'key' : 'b' , 'note':''}]", 1,
		  "             {'values':[],              'note':''} " },
		{ "[1,\n{'key':'a',\n 'note':'n'}\n]", 1, "   \n{          \n 'note':'n'}\n " },
		{ "[{'note':'\xe6\x94\xaf','key':'x'},{'key':'b','note':'\xe6\x94\xaf'}]", 1,
		  "                        {          'note':'\xe6\x94\xaf'} " },
		{ "{'key':'a','values':[{'platform':'HarmonyOS','type':'FULL'}]}", 0,
		  "{          'values':[{'platform':'harmony'  ,'type':'full'}]}" },
		{ "{'key':'a','values':[{'platform':['Android','x'],'type':1}]}", 0,
		  "{          'values':[{'platform':['android','x'],'type':1}]}" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct diags d = DIAGS_INIT;
		struct slice file = json_of(&a, cases[i].file), shown = json_of(&a, cases[i].shown);
		struct form_source s = { &a, &d, { "f.json", file }, NULL, "" };
		struct switch_import sw = { .key = SLICE("x"),
					    .pointer = *file.p == '[' ? arena_printf(&a, "/%zu", cases[i].index)
								      : SLICE("") };
		struct slice got = switch_check(&sw, &s);

		print_message("%s\n", cases[i].file);
		assert_true(slice_eq(got, shown));
		arena_release(&a);
		diags_release(&d);
	}
}

static void test_text(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "{}", "{}\n" },
		{ "[]", "[]\n" },
		{ "{'a':1}", "{\n  'a': 1\n}\n" },
		{ "{'a':[1,2],'b':{'c':'\xe6\x94\xaf'},'d':{},'e':[]}",
		  "{\n  'a': [1, 2],\n  'b': { 'c': '\xe6\x94\xaf' },\n  'd': {},\n  'e': []\n}\n" },
		{ "[{'a':12.5,'b':0.001,'c':99.999,'d':true,'e':null}]",
		  "[\n  { 'a': 12.5, 'b': 0.001, 'c': 99.999, 'd': true, 'e': null }\n]\n" },
		{ "{'a':{'b':[{'c':1}]}}", "{\n  'a': {\n    'b': [\n      { 'c': 1 }\n    ]\n  }\n}\n" },
		{ "{'a':'\\n\\u0001'}", "{\n  'a': '\\n\\u0001'\n}\n" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct slice in = json_of(&a, cases[i].in), out = json_of(&a, cases[i].out);
		json_t *v = json_loadb(in.p, in.n, 0, NULL);

		print_message("%s\n", cases[i].in);
		assert_non_null(v);
		struct slice got = definition_text(&a, v);
		assert_true(slice_eq(got, out));
		json_decref(v);
		arena_release(&a);
	}
}

/* As wide as a line may be, and one more. */
static void test_width(void **state)
{
	struct arena a = ARENA_INIT;
	char word[TEXT_WIDTH + 1];

	for (size_t extra = 0; extra < 2; extra++) {
		size_t n = TEXT_WIDTH - strlen("  \"a\": [\"\"]") + extra;
		memset(word, 'x', n);
		json_t *v = json_object(), *list = json_array();
		json_array_append_new(list, json_stringn(word, n));
		json_object_set_new(v, "a", list);
		struct slice got = definition_text(&a, v);
		assert_int_equal(slice_find(got, '[') + 1 == slice_find(got, 'x') - 1, extra == 0);
		json_decref(v);
	}
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_width),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
