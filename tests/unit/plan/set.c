#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/set.h"

#define REGIONS 10

/* The set whose regions are the bits of `bits`; the last bit goes on for ever. */
static struct set of_bits(struct arena *a, uint32_t bits)
{
	uint32_t *at = ARENA_ARRAY(a, uint32_t, REGIONS), n = 0;

	for (uint32_t r = 0; r < REGIONS; r++)
		if ((bits >> r & 1) != (r > 0 ? bits >> (r - 1) & 1 : 0))
			at[n++] = r;
	return (struct set){ at, n };
}

static void assert_bits(const struct set *s, uint32_t bits)
{
	for (uint32_t r = 0; r < REGIONS; r++)
		assert_int_equal(set_has(s, r), bits >> r & 1);
	for (uint32_t i = 1; i < s->n; i++)
		assert_true(s->at[i - 1] < s->at[i]);
}

static void all_pairs(void **state)
{
	for (uint32_t x = 0; x < 1 << REGIONS; x += 3) {
		struct arena a = ARENA_INIT;
		struct set sx = of_bits(&a, x);

		assert_bits(&sx, x);
		assert_int_equal(set_is_empty(&sx), x == 0);
		assert_int_equal(set_is_full(&sx), x == (1 << REGIONS) - 1);
		for (uint32_t y = 0; y < 1 << REGIONS; y += 7) {
			struct set sy = of_bits(&a, y), both = set_and(&a, &sx, &sy);

			assert_bits(&both, x & y);
			assert_int_equal(set_within(&sx, &sy), (x & ~y) == 0);
		}
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all_pairs) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
