#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/pathset.h"

static void test_clashes(void **state)
{
	static const struct {
		const char *paths[3]; /* the last one is in the way */
		enum pathset_clash clash;
		const char *mine, *other;
	} cases[] = {
		{ { "a", "b" }, PATHSET_NONE, "", "" },
		{ { "a/b", "a/c" }, PATHSET_NONE, "", "" },
		{ { "a/b/c", "a/b/d", "a/c" }, PATHSET_NONE, "", "" },
		{ { "a", "ab/c" }, PATHSET_NONE, "", "" },
		{ { "a", "a" }, PATHSET_TWICE, "a", "a" },
		{ { "x", "a/b", "a/b" }, PATHSET_TWICE, "a/b", "a/b" },
		{ { "a", "A" }, PATHSET_CASE, "A", "a" },
		{ { "a/b", "A/c" }, PATHSET_CASE, "A", "a" },
		{ { "a/b/c", "x", "a/B/d" }, PATHSET_CASE, "a/B", "a/b" },
		{ { "a/b", "A" }, PATHSET_CASE, "A", "a" },
		{ { "a", "a/b" }, PATHSET_FOLDER, "a", "a" },
		{ { "a/b", "a" }, PATHSET_FOLDER, "a", "a" },
		{ { "a/b", "a-b", "a/b/c" }, PATHSET_FOLDER, "a/b", "a/b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct pathset_entry *mine, *other;
		struct pathset s = PATHSET_INIT;
		enum pathset_clash clash = PATHSET_NONE;

		for (size_t k = 0; k < COUNT(cases[i].paths) && cases[i].paths[k]; k++) {
			print_message("%s ", cases[i].paths[k]);
			assert_int_equal(clash, PATHSET_NONE);
			clash = pathset_add(&s, slice_of(cases[i].paths[k]), &cases[i].paths[k], &mine, &other);
		}
		print_message("\n");
		assert_int_equal(clash, cases[i].clash);
		if (clash) {
			assert_true(slice_eqs(mine->path, cases[i].mine));
			assert_true(slice_eqs(other->path, cases[i].other));
			assert_ptr_not_equal(mine->value, other->value);
		}
		pathset_release(&s);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_clashes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
