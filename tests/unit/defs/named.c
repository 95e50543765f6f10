/* What a release names beside itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "defs/named.h"
#include "world.h"

#define FOLDER SLICE("up/ios/5.0.0")

static const struct {
	const char *text, *suffixes; /* suffixes NULL: a folder */
	const char *rel;             /* NULL: refused */
	const char *said;
} cases[] = {
	{ "{'x':'icon.png'}", "", "up/ios/5.0.0/icon.png", "" },
	{ "{'x':'icon.png'}", ".png", "up/ios/5.0.0/icon.png", "" },
	{ "{'x':'icon.png'}", ".jpg .png", "up/ios/5.0.0/icon.png", "" },
	{ "{'x':'icon.png'}", ".jpg", NULL, "1:6: error: 'x' is 'icon.png'; it must end in '.jpg'\n" },
	{ "{'x':'icon.png'}", ".jpg .gif .webp", NULL,
	  "1:6: error: 'x' is 'icon.png'; it must end in '.jpg' or '.gif' or '.webp'\n" },
	{ "{'x':'.png'}", ".png", NULL, "1:6: error: there is no file '.png' in this folder\n" },
	{ "{'x':'ican.png'}", "", NULL,
	  "1:6: error: there is no file 'ican.png' in this folder; did you mean 'icon.png'?\n" },
	{ "{'x':'d'}", "", NULL, "1:6: error: there is no file 'd' in this folder\n" },
	{ "{'x':'../5.0.0/icon.png'}", "", NULL,
	  "1:6: error: 'x' is '../5.0.0/icon.png'; it must not leave the release's folder\n" },
	{ "{'x':'d/'}", "", NULL, "1:6: error: 'x' is 'd/'; it must not have empty parts or '.'\n" },
	{ "{'x':1}", "", NULL, "1:6: error: 'x' must be a string, not a number\n" },
	{ "{'x':['icon.png']}", "", "up/ios/5.0.0/icon.png", "" },
	{ "{'x':['icon.gif']}", ".png", NULL, "1:7: error: 'icon.gif' must end in '.png'\n" },
	{ "{'x':['']}", "", NULL, "1:7: error: '' must not be empty\n" },
	{ "{'x':[1]}", "", NULL, "1:7: error: each item of 'x' must be a string, not a number\n" },
	{ "{'x':'d'}", NULL, "up/ios/5.0.0/d", "" },
	{ "{'x':'icon.png'}", NULL, NULL, "1:6: error: there is no folder 'icon.png' in this folder\n" },
	{ "{'x':'D'}", NULL, NULL, "1:6: error: there is no folder 'D' in this folder; did you mean 'd'?\n" },
	{ "{'x':'/d'}", NULL, NULL, "1:6: error: 'x' is '/d'; it must be relative to the release's folder\n" },
};

/* The value of "x", or its first item. */
static struct node node_of(struct array *items, struct object *o)
{
	struct node n;

	assert_true(field_node(&n, o, "x", REQUIRED));
	if (!node_is_array(&n))
		return n;
	assert_true(node_array(items, &n));
	return array_item(items, 0);
}

static void test_cases(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(reader_close) struct reader r = { 0 };
		struct slice rel = SLICE("untouched");
		struct world w;
		struct object o;
		struct array items;

		print_message("%s\n", cases[i].text);
		world_init(&w);
		assert_int_equal(reader_open(&r, &w.a, &w.d, world_origin(&w, cases[i].text)), 0);
		assert_true(reader_root(&o, &r));
		struct node n = node_of(&items, &o);
		bool ok = cases[i].suffixes ? named_file(&rel, &w.s, &n, FOLDER, cases[i].suffixes)
					    : named_folder(&rel, &w.s, &n, FOLDER);
		char *said = world_said(&w);
		assert_string_equal(said, cases[i].said);
		assert_int_equal(ok, cases[i].rel != NULL);
		assert_true(slice_eqs(rel, cases[i].rel ? cases[i].rel : "untouched"));
		if (ok)
			assert_true(cases[i].suffixes ? scope_is_named(&w.s, rel)
						      : scope_is_named(&w.s, SLICE("up/ios/5.0.0/d/dsym.tgz")));
		free(said);
		world_release(&w);
	}
}

/* A folder names what is below it, and nothing beside it. */
static void test_folders(void **state)
{
	struct world w;

	world_init(&w);
	scope_name_folder(&w.s, SLICE("a/b"));
	scope_name_file(&w.s, SLICE("a/c"));
	assert_true(scope_is_named(&w.s, SLICE("a/b/x")));
	assert_true(scope_is_named(&w.s, SLICE("a/b/x/y")));
	assert_true(scope_is_named(&w.s, SLICE("a/c")));
	assert_false(scope_is_named(&w.s, SLICE("a/b")));
	assert_false(scope_is_named(&w.s, SLICE("a/bc/x")));
	assert_false(scope_is_named(&w.s, SLICE("a/c/x")));
	assert_false(scope_is_named(&w.s, SLICE("b/x")));
	assert_false(scope_is_named(&w.s, SLICE("x")));
	world_release(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases), cmocka_unit_test(test_folders) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
