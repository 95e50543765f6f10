/* Places in one file and in another, back and forth; what they are is tested in origin.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/places.h"

static void test_files(void **state)
{
	const struct origin files[] = {
		{ "a.json", SLICE("{\n\"a\": [1,\n 2]}") },
		{ "b.json", SLICE("[[]]") },
		{ "c.json", SLICE("{\"a\":") },
		{ "d.json", SLICE("{\n\"a\": [1,\n 2]}") },
	};
	static const struct {
		size_t file;
		const char *pointer;
		uint32_t line, col;
	} cases[] = {
		{ 0, "/a/1", 3, 2 }, { 0, "/a/2", 2, 6 }, { 0, "", 1, 1 },   { 1, "/0/0", 1, 2 }, { 2, "/a", 0, 0 },
		{ 2, "", 0, 0 },     { 0, "/b/c", 1, 1 }, { 1, "/x", 1, 1 }, { 3, "/a/1", 3, 2 },
	};
	CLEANUP(places_release) struct places p = PLACES_INIT;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct origin *o = &files[cases[i].file];
		struct srcpos kept = places_pos(&p, o, cases[i].pointer), scanned = origin_pos(o, cases[i].pointer);

		print_message("%s %s\n", o->path, cases[i].pointer);
		assert_ptr_equal(kept.path, o->path);
		assert_int_equal(kept.line, cases[i].line);
		assert_int_equal(kept.col, cases[i].col);
		assert_int_equal(scanned.line, kept.line);
		assert_int_equal(scanned.col, kept.col);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
