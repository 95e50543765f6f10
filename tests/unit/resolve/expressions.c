#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "resolve/expressions.h"

/* Room and time for one list, asked by one device after the other. */
struct asking {
	struct arena mem;
	struct matcher *matcher;
	struct slice patterns[MF_PATTERNS_MAX];
	struct mf_whitelist list;
	struct expressions expressions;
	uint64_t device;
};

static void begin(struct asking *a)
{
	*a = (struct asking){ .mem = ARENA_INIT };
	a->list.patterns = a->patterns;
}

static void add(struct asking *a, struct slice pattern)
{
	a->patterns[a->list.npatterns++] = pattern;
}

static enum listed ask(struct asking *a, struct slice id)
{
	return expressions_look_up(&a->expressions, &a->mem, &a->matcher, &a->list, id, ++a->device);
}

static void end(struct asking *a)
{
	matcher_free(a->matcher);
	arena_release(&a->mem);
}

static void test_matching(void **state)
{
	static const struct {
		const char *pattern, *id;
		bool listed;
	} cases[] = {
		{ "user-[0-9]+", "user-7", true },
		{ "user-[0-9]+", "user-", false },
		{ "user-[0-9]+", " user-7", false },
		{ "user-[0-9]+", "user-7x", false },
		{ "user-[0-9]+", "user-7\n", false },
		{ "user-[0-9]+", "USER-7", false },
		{ "a|ab", "a", true },
		{ "a|ab", "ab", true },
		{ "ab|a", "a", true },
		{ "a|ab|", "abc", false },
		{ "[0-9]*[02468]", "62", true },
		{ "[0-9]*[02468]", "63", false },
		{ "(a|ab)(c|bcd)(d*)", "abcd", true },
		{ "(a|ab)(c|bcd)(d*)", "abcdd", true },
		{ "(a|ab)(c|bcd)(d*)", "abbcdde", false },
		{ "a.c", "abc", true },
		{ "a.c", "a\nc", true },
		{ "a.c", "a\r\nc", false },
		{ "a.c",
		  "a\xc3\xa9"
		  "c",
		  true },
		{ "a.c",
		  "a\xf0\x9f\x98\x80"
		  "c",
		  true },
		{ "a.c",
		  "a\xc3"
		  "c",
		  false },
		{ "a..c",
		  "a\xc3\xa9"
		  "c",
		  false },
		{ ".*", "\xff", false },
		{ ".*", "\xed\xa0\x80", false },
		{ "[a-c\xc3\xa9]{2}",
		  "\xc3\xa9"
		  "a",
		  true },
		{ "[a-c\xc3\xa9]{2}", "\xc3", false },
		{ "\xc3\xa9", "\xc3\x89", false },
		{ "\xc3\xa9", "e\xcc\x81", false },
		{ "\\.\\*\\[\\]\\\\", ".*[]\\", true },
		{ "\\.", "x", false },
		{ "[-a]+", "-a-", true },
		{ "[a-]+", "-a-", true },
		{ "[\\]\\^\\-]+", "]^-", true },
		{ "x{2,3}", "x", false },
		{ "x{2,3}", "xxx", true },
		{ "x{2,3}", "xxxx", false },
		{ "x{0}y", "y", true },
		{ "(ab?){2,}", "abab", true },
		{ "(ab?){2,}", "ab", false },
		{ "(a|a)*b", "aaab", true },
		{ "()x", "x", true },
		{ "1 #2", "1 #2", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct asking a;

		print_message("%s  %s\n", cases[i].pattern, cases[i].id);
		begin(&a);
		add(&a, slice_of(cases[i].pattern));
		assert_int_equal(ask(&a, slice_of(cases[i].id)), cases[i].listed ? LISTED_YES : LISTED_NO);
		end(&a);
	}
}

static void test_lists(void **state)
{
	struct asking a;

	(void)state;
	begin(&a);
	add(&a, SLICE("a+"));
	add(&a, SLICE("b+"));
	assert_int_equal(ask(&a, SLICE("bb")), LISTED_YES);
	assert_int_equal(ask(&a, SLICE("ab")), LISTED_NO);
	assert_int_equal(ask(&a, SLICE("a\0a")), LISTED_NO);
	a.device--; /* the same device: told what was found */
	assert_int_equal(ask(&a, SLICE("a")), LISTED_NO);
	assert_int_equal(ask(&a, SLICE("a")), LISTED_YES);
	end(&a);
}

/* A pattern that PCRE2 does not take matches nothing, and leaves open what it would have matched. */
static void test_not_compiled(void **state)
{
	static const char *const bad[] = {
		"(", "a{2,1}", "[z-a]", "a**", "\\", "(?<n>a)\\k<m>", "((x{0,255}){0,255}){0,255}", "\\C"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct asking a;

		print_message("%s\n", bad[i]);
		begin(&a);
		add(&a, slice_of(bad[i]));
		add(&a, SLICE("good"));
		assert_int_equal(ask(&a, SLICE("good")), LISTED_YES);
		assert_int_equal(ask(&a, SLICE("other")), LISTED_UNKNOWN);
		end(&a);
	}
}

/* Too little memory: not known now, which is not kept. */
static void test_memory(void **state)
{
	struct asking a;

	(void)state;
	begin(&a);
	add(&a, SLICE("(a|b|c){1,200}"));
	add(&a, SLICE("x"));
	a.mem.limit = 1000;
	assert_int_equal(ask(&a, SLICE("x")), LISTED_UNKNOWN);
	assert_int_equal(ask(&a, SLICE("x")), LISTED_UNKNOWN);
	a.mem.limit = 100000;
	assert_int_equal(ask(&a, SLICE("x")), LISTED_YES);
	assert_in_range(a.mem.used, 1000, 100000);
	end(&a);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* `unit` as often as fits into a pattern of `size` bytes. */
static struct slice repeated(struct arena *mem, const char *unit, size_t size)
{
	size_t n = size / strlen(unit) * strlen(unit);
	char *p = arena_alloc(mem, n);

	for (size_t i = 0; i < n; i++)
		p[i] = unit[i % strlen(unit)];
	return (struct slice){ p, n };
}

/* Twenty hostile patterns, ids up to 1 MiB: every one is answered, and soon. */
static void test_hostile(void **state)
{
	static const char *const units[] = { "(a|a)*",       "(a|b)*",    "(a|aa)*",           "a*",
					     "a?",           "a{0,255}",  "(a{0,255}){0,255}", "((a{0,5}){0,25}){0,9}",
					     "(.|a){0,255}", "[a-z]{0,9}" };
	static const size_t sizes[] = { 6, 24, 120, 600, 4096 }, ids[] = { 16, 1024, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		char *id = malloc(ids[i]);
		double slowest = 0;

		assert_non_null(id);
		memset(id, 'a', ids[i]);
		for (size_t j = 0; j < COUNT(units) * COUNT(sizes); j++) {
			struct asking a;
			double started = seconds(), took;

			begin(&a);
			add(&a, repeated(&a.mem, units[j / COUNT(sizes)], sizes[j % COUNT(sizes)]));
			(void)ask(&a, slice_bytes(id, ids[i]));
			assert_in_range(a.mem.used, 0, 300000);
			end(&a);
			took = seconds() - started;
			slowest = took > slowest ? took : slowest;
		}
		print_message("id of %zu bytes: slowest pattern %.3f s\n", ids[i], slowest);
		assert_true(slowest < 5.0); /* some 0.1 s; sanitizers and busy machines included */
		free(id);
	}
}

/* What people write works on long ids too. */
static void test_long_ids(void **state)
{
	static const struct {
		const char *pattern;
		size_t length;
		bool listed;
	} cases[] = {
		{ "(a{0,255}){0,255}", 4, true }, { "(a{0,255}){0,255}", 64, false }, /* given up */
		{ "(a?){255}", 128, true },       { "[a-z]{1,64}@[a-z]{2,255}", 1000, false },
		{ "(a|aa|aaa)+", 1024, true },    { "(a|b|c)*x?", 1 << 20, true },
		{ ".*", 1 << 20, true },          { "b.*", 1 << 20, false },
		{ ".*", 64 << 20, false }, /* given up */
	};
	char *id = malloc(64 << 20);

	(void)state;
	assert_non_null(id);
	memset(id, 'a', 64 << 20);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct asking a;

		print_message("%s  %zu\n", cases[i].pattern, cases[i].length);
		begin(&a);
		add(&a, slice_of(cases[i].pattern));
		assert_int_equal(ask(&a, slice_bytes(id, cases[i].length)), cases[i].listed ? LISTED_YES : LISTED_NO);
		end(&a);
	}
	free(id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matching), cmocka_unit_test(test_lists),   cmocka_unit_test(test_not_compiled),
		cmocka_unit_test(test_memory),   cmocka_unit_test(test_hostile), cmocka_unit_test(test_long_ids),
	};

	return cmocka_run_group_tests_name("resolve/expressions", tests, NULL, NULL);
}
