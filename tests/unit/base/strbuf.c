#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

static void test_content(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, "");
	assert_null(sb.p);
	strbuf_adds(&sb, "ab");
	strbuf_addch(&sb, 'c');
	strbuf_addslice(&sb, SLICE("de"));
	strbuf_addf(&sb, "%d-%s", -7, "x");
	strbuf_addhex(&sb, "\x00\x9f\xff", 3);
	strbuf_adduint(&sb, 0);
	strbuf_adduint(&sb, UINT64_MAX);
	assert_string_equal(sb.p, "abcde-7-x009fff018446744073709551615");
	assert_int_equal(sb.n, strlen(sb.p));
	strbuf_truncate(&sb, 99);
	strbuf_truncate(&sb, 3);
	assert_string_equal(sb.p, "abc");
	assert_true(slice_eqs(strbuf_slice(&sb), "abc"));
	strbuf_add(&sb, "\0z", 2);
	assert_int_equal(sb.n, 5);
	assert_int_equal(sb.p[5], 0);
	strbuf_release(&sb);
	assert_true(sb.p == NULL && sb.n == 0 && sb.cap == 0);
}

static void test_base64(void **state)
{
	static const struct {
		const char *bytes, *want; /* RFC 4648 section 10, and the two last digits */
	} cases[] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "+/+/" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf sb = STRBUF_INIT;

		print_message("%s\n", cases[i].want);
		strbuf_adds(&sb, "=");
		strbuf_addbase64(&sb, slice_of(cases[i].bytes));
		assert_string_equal(sb.p + 1, cases[i].want);
		strbuf_release(&sb);
	}
}

/* Every length around the places where the buffer grows. */
static void test_growth(void **state)
{
	for (int n = 0; n < 300; n++) {
		struct strbuf one = STRBUF_INIT, whole = STRBUF_INIT;

		for (int i = 0; i < n; i++)
			strbuf_addch(&one, 'x');
		strbuf_addf(&whole, "%*s", n, n > 0 ? "x" : "");
		print_message("%d\n", n);
		assert_int_equal(one.n, n);
		assert_int_equal(whole.n, n);
		assert_int_equal(whole.p[n], 0);
		assert_true(n == 0 || whole.p[n - 1] == 'x');
		strbuf_addf(&one, "%s", "yz");
		assert_string_equal(one.p + n, "yz");
		strbuf_release(&one);
		strbuf_release(&whole);
	}
}

static void test_failure_sticks(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, "ab");
	assert_false(strbuf_grow(&sb, SIZE_MAX - 1));
	assert_true(sb.failed);
	strbuf_adds(&sb, "c");
	strbuf_addf(&sb, "%d", 1);
	strbuf_addhex(&sb, "x", 1);
	assert_string_equal(sb.p, "ab");
	strbuf_reset(&sb);
	strbuf_adds(&sb, "d");
	assert_string_equal(sb.p, "d");
	assert_false(strbuf_grow(&sb, SIZE_MAX));
	assert_null(strbuf_detach(&sb));
	assert_null(sb.p);
}

static void test_detach(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	char *p = strbuf_detach(&sb);

	assert_string_equal(p, "");
	free(p);
	strbuf_adds(&sb, "ab");
	p = strbuf_detach(&sb);
	assert_string_equal(p, "ab");
	assert_null(sb.p);
	free(p);
}

static void test_thousandths(void **state)
{
	static const struct {
		uint32_t v;
		const char *want;
	} cases[] = { { 0, "0" },        { 1, "0.001" },     { 10, "0.01" },      { 500, "0.5" },   { 1000, "1" },
		      { 12500, "12.5" }, { 12050, "12.05" }, { 99999, "99.999" }, { 100000, "100" } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf sb = STRBUF_INIT;

		print_message("%s\n", cases[i].want);
		strbuf_addthousandths(&sb, cases[i].v);
		assert_string_equal(sb.p, cases[i].want);
		strbuf_release(&sb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thousandths),    cmocka_unit_test(test_content),
		cmocka_unit_test(test_base64),         cmocka_unit_test(test_growth),
		cmocka_unit_test(test_failure_sticks), cmocka_unit_test(test_detach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
