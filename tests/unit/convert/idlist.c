#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "convert/idlist.h"

/* The text in pieces of `step` bytes. */
static void run(struct strbuf *out, struct diags *d, uint64_t *ids, const char *text, size_t step)
{
	struct slice rest = slice_of(text);
	struct idlist l;
	int bad = 0;

	idlist_open(&l, "f.txt", d);
	while (rest.n && !bad) {
		bad = idlist_add(&l, out, slice_sub(rest, 0, step));
		rest = slice_from(rest, step);
	}
	bad |= idlist_finish(&l, out);
	assert_int_equal(bad != 0, d->errors != 0);
	*ids = l.ids;
	idlist_close(&l);
}

static void test_ids(void **state)
{
	static const struct {
		const char *in, *out;
		uint64_t ids;
	} cases[] = {
		{ "", "", 0 },
		{ "a", "a\n", 1 },
		{ "a\n", "a\n", 1 },
		{ "a,b\nc", "a\nb\nc\n", 3 },
		{ " a\t,\t b \r\n\r\nc\r\n", "a\nb\nc\n", 3 },
		{ ",,\n,\n", "", 0 },
		{ "a b", "a b\n", 1 },
		{ "\xef\xbb\xbf"
		  "a\nb",
		  "a\nb\n", 2 },
		{ "a\n\xef\xbb\xbf"
		  "b",
		  "a\n\xef\xbb\xbf"
		  "b\n",
		  2 },
		{ "\xe5\xbc\xa0,a,a", "\xe5\xbc\xa0\na\na\n", 3 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		for (size_t step = 1; step < 8; step++) {
			struct strbuf out = STRBUF_INIT;
			struct diags d = DIAGS_INIT;
			uint64_t ids;

			print_message("%s by %zu\n", cases[i].in, step);
			run(&out, &d, &ids, cases[i].in, step);
			assert_int_equal(d.errors, 0);
			assert_string_equal(out.p ? out.p : "", cases[i].out);
			assert_int_equal(ids, cases[i].ids);
			strbuf_release(&out);
			diags_release(&d);
		}
	}
}

static void test_errors(void **state)
{
	char *text = malloc(IDLIST_ID + 3);
	struct strbuf out = STRBUF_INIT;
	struct diags d = DIAGS_INIT;
	uint64_t ids;

	run(&out, &d, &ids, "a\nb\n\xff\nc", 3);
	assert_int_equal(d.n, 1);
	assert_int_equal(d.v[0].at.line, 3);
	assert_string_equal(d.v[0].text, "this line is not valid UTF-8; save the file as UTF-8");
	diags_release(&d);
	assert_non_null(text);
	memset(text, 'x', IDLIST_ID + 2);
	text[0] = '\n';
	text[IDLIST_ID + 2] = '\0';
	run(&out, &d, &ids, text, 1000);
	assert_int_equal(d.n, 1);
	assert_int_equal(d.v[0].at.line, 2);
	diags_release(&d);
	text[IDLIST_ID + 1] = '\0'; /* as long as can be */
	run(&out, &d, &ids, text, 1000);
	assert_int_equal(d.n, 0);
	assert_int_equal(ids, 1);
	free(text);
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ids), cmocka_unit_test(test_errors) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
