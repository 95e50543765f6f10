#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/refuse.h"

static void test_a_reason_is_made_in_the_arena_or_says_that_memory_ended(void **state)
{
	struct arena a = { .limit = 9 };
	const char *why = NULL;

	(void)state;
	assert_int_equal(refuse(&why, "constant"), -1);
	assert_string_equal(why, "constant");
	assert_int_equal(refusef(&why, &a, "%s %d", "sixty", 12), -1);
	assert_string_equal(why, "sixty 12");
	assert_int_equal(refusef(&why, &a, "x"), -1);
	assert_string_equal(why, REFUSE_NO_MEMORY);
	arena_release(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_reason_is_made_in_the_arena_or_says_that_memory_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
