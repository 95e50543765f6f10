#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/diag.h"

static void assert_printed(struct diags *d, enum diag_format format, const char *want)
{
	char *got = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&got, &n);

	diags_print(d, format, to);
	fclose(to);
	assert_string_equal(got, want);
	free(got);
}

static void test_results(void **state)
{
	struct diags d = DIAGS_INIT;

	assert_int_equal(diags_exit(&d), 0);
	assert_int_equal(diag_warning(&d, SRCPOS_NONE, "w"), 0);
	assert_int_equal(diags_exit(&d), 0);
	assert_int_equal(diag_error(&d, SRCPOS_NONE, "e"), -1);
	assert_int_equal(diags_exit(&d), 1);
	assert_int_equal(diag_environment(&d, NULL, "x"), -1);
	assert_int_equal(diags_exit(&d), 3);
	assert_int_equal(d.errors, 2);
	assert_int_equal(d.warnings, 1);
	diags_release(&d);
	assert_int_equal(diags_exit(&d), 0);
	diags_release(&d);
}

static void record_all(struct diags *d, const char *path)
{
	diag_error(d, (struct srcpos){ path, 10, 2 }, "late \"%s\"", "q\\");
	diag_warning(d, (struct srcpos){ path, 9, 20 }, "soft");
	diag_error(d, (struct srcpos){ path, 9, 20 }, "zz");
	diag_error(d, (struct srcpos){ path, 9, 20 }, "aa");
	diag_error(d, (struct srcpos){ path, 9, 20 }, "aa");
	diag_warning(d, (struct srcpos){ path, 9, 20 }, "soft");
	diag_error(d, (struct srcpos){ path, 9, 3 }, "early");
	diag_error(d, SRCPOS_FILE("b,:%.json"), "100%% \xc3\xa4");
	diag_error(d, SRCPOS_FILE(path), "whole");
	diag_environment(d, "B", "no");
	diag_warning(d, SRCPOS_NONE, "none");
}

static void test_formats(void **state)
{
	char path[] = "b.json";
	struct diags d = DIAGS_INIT;

	assert_printed(&d, DIAG_TEXT, "");
	assert_printed(&d, DIAG_GITHUB, "");
	assert_printed(&d, DIAG_JSON, "[]\n");
	record_all(&d, path);
	memset(path, 'x', strlen(path)); /* paths are copied */
	assert_printed(&d, DIAG_TEXT,
		       "mdstatic: warning: none\n"
		       "B: error: no\n"
		       "b,:%.json: error: 100% \xc3\xa4\n"
		       "b.json: error: whole\n"
		       "b.json:9:3: error: early\n"
		       "b.json:9:20: error: aa\n"
		       "b.json:9:20: error: zz\n"
		       "b.json:9:20: warning: soft\n"
		       "b.json:10:2: error: late \"q\\\"\n");
	assert_int_equal(d.errors, 7);
	assert_int_equal(d.warnings, 2);
	assert_printed(&d, DIAG_GITHUB,
		       "::warning::none\n"
		       "::error file=B::no\n"
		       "::error file=b%2C%3A%25.json::100%25 \xc3\xa4\n"
		       "::error file=b.json::whole\n"
		       "::error file=b.json,line=9,col=3::early\n"
		       "::error file=b.json,line=9,col=20::aa\n"
		       "::error file=b.json,line=9,col=20::zz\n"
		       "::warning file=b.json,line=9,col=20::soft\n"
		       "::error file=b.json,line=10,col=2::late \"q\\\"\n");
	diags_release(&d);
}

static void test_json(void **state)
{
	struct diags d = DIAGS_INIT;

	diag_warning(&d, (struct srcpos){ "a\"\n", 2, 1 }, "b\\\t\"\x01");
	diag_error(&d, SRCPOS_NONE, "c");
	assert_printed(
		&d, DIAG_JSON,
		"[{\"level\":\"error\",\"message\":\"c\"},"
		"{\"path\":\"a\\\"?\",\"line\":2,\"col\":1,\"level\":\"warning\",\"message\":\"b\\\\?\\\"?\"}]\n");
	diags_release(&d);
}

/* Outside text neither ends the line nor moves the cursor nor breaks UTF-8. */
static void test_cleaning(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "a\nb\rc\td", "a?b?c?d" },
		{ "\x1b[31m", "?[31m" },
		{ "\x7f", "?" },
		{ "\xc2\x9b"
		  "31m",
		  "?31m" },
		{ "\xff\xc3(", "?"
			       "?(" },
		{ "\xe2\x80\xae"
		  "abc",
		  "?abc" },
		{ "\xe2\x80\xa8", "?" },
		{ "\xe4\xb8\xad\xc2\xa0", "\xe4\xb8\xad\xc2\xa0" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct diags d = DIAGS_INIT;
		char want[64];

		print_message("case %zu\n", i);
		diag_error(&d, SRCPOS_FILE(cases[i].text), "%s", cases[i].text);
		assert_string_equal(d.v[0].text, cases[i].want);
		snprintf(want, sizeof(want), "%s: error: %s\n", cases[i].want, cases[i].want);
		assert_printed(&d, DIAG_TEXT, want);
		diags_release(&d);
	}
}

/* Any order of recording is printed in the same order; tens of thousands take no time. */
static void test_order_and_number(void **state)
{
	enum { N = 40000 };
	struct diags d = DIAGS_INIT;
	clock_t start = clock();

	for (uint32_t i = 0; i < N; i++) {
		uint32_t line = (i * 7919u) % N + 1;

		diag_error(&d, (struct srcpos){ "a.json", line, 1 }, "line %u", (unsigned)line);
		diag_error(&d, (struct srcpos){ "a.json", 7, 1 }, "the same");
	}
	diags_sort(&d);
	assert_int_equal(d.n, N + 1);
	assert_int_equal(d.errors, N + 1);
	for (size_t i = 1; i < d.n; i++)
		assert_true(d.v[i - 1].at.line <= d.v[i].at.line);
	assert_string_equal(d.v[6].text, "line 7");
	assert_string_equal(d.v[7].text, "the same");
	assert_true(clock() - start < 4 * CLOCKS_PER_SEC);
	diags_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_results),  cmocka_unit_test(test_formats),          cmocka_unit_test(test_json),
		cmocka_unit_test(test_cleaning), cmocka_unit_test(test_order_and_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
