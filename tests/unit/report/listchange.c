#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "report/listchange.h"

static void test_changes(void **state)
{
	static const struct {
		const char *before, *after;
		uint64_t added, removed;
	} cases[] = {
		{ "", "", 0, 0 },
		{ "a\nb\n", "a\nb\n", 0, 0 },
		{ "", "a", 1, 0 },
		{ "a", "", 0, 1 },
		{ "a\nb", "a\nb\nc", 1, 0 },        /* behind a last line that does not end */
		{ "a\nb\n", "a\nbc\n", 1, 1 },      /* ids that begin alike */
		{ "ab\nc\n", "b\nc\n", 1, 1 },      /* and end alike */
		{ "a\nb\nc\n", "c\nb\na\n", 0, 0 }, /* another order */
		{ "a,b, c", "a\r\nb\n\n c ,,", 0, 0 },
		{ "a\na\nb\n", "a\nb\n", 0, 0 },    /* a repetition goes */
		{ "a\nx\nb\n", "a\nb\nb\n", 0, 1 }, /* and comes */
		{ "x\na\nx\n", "x\na\n", 0, 0 },
		{ "x\na\nb\n", "y\na\nb\nx\n", 1, 0 },
		{ "k\na\nz\nk\n", "k\nb\nk\nz\nk\n", 1, 1 },
		{ "A\n", "a\n", 1, 1 }, /* byte for byte */
		{ "a b\n", "a  b\n", 1, 1 },
		{ "aa\naaa\n", "aaa\naa\n", 0, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct list_change c, back;

		print_message("case %zu\n", i);
		assert_int_equal(list_change(&c, slice_of(cases[i].before), slice_of(cases[i].after)), 0);
		assert_int_equal(c.added, cases[i].added);
		assert_int_equal(c.removed, cases[i].removed);
		assert_int_equal(list_change(&back, slice_of(cases[i].after), slice_of(cases[i].before)), 0);
		assert_int_equal(back.added, cases[i].removed);
		assert_int_equal(back.removed, cases[i].added);
	}
}

static void test_count(void **state)
{
	assert_int_equal(list_count(SLICE("")), 0);
	assert_int_equal(list_count(SLICE(" \n,,\r\n")), 0);
	assert_int_equal(list_count(SLICE("a, b\nc\n\na")), 4);
}

static unsigned next(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

/* Sets of a few ids as bits, written in random order, with repetitions. */
static void write_list(struct strbuf *out, unsigned bits, unsigned *seed)
{
	unsigned n = next(seed) % 20;

	for (unsigned i = 0; bits && i < n + 40; i++) {
		unsigned id = i < 40 ? i % 10 : next(seed) % 10;

		if (bits >> id & 1)
			strbuf_addf(out, "%s%u%s", next(seed) % 3 ? "" : " ", id * 11, next(seed) % 2 ? "\n" : ",");
	}
}

static unsigned ones(unsigned bits)
{
	unsigned n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

static void test_random_sets(void **state)
{
	unsigned seed = 7;

	for (int i = 0; i < 2000; i++) {
		unsigned was = next(&seed) % 1024, is = next(&seed) % 1024;
		struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;
		struct list_change c;

		write_list(&before, was, &seed);
		write_list(&after, is, &seed);
		assert_int_equal(list_change(&c, strbuf_slice(&before), strbuf_slice(&after)), 0);
		assert_int_equal(c.added, ones(is & ~was));
		assert_int_equal(c.removed, ones(was & ~is));
		strbuf_release(&before);
		strbuf_release(&after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_random_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
