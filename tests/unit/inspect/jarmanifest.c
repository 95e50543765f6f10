#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "inspect/jarmanifest.h"

#define SEVENTY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* Reads a copy that ends where the memory ends; it must be freed by the caller. */
static char *read_exact(struct jar_manifest *out, struct arena *a, struct slice text, const char **why)
{
	char *copy = malloc(text.n ? text.n : 1);
	int bad;

	assert_non_null(copy);
	if (text.n)
		memcpy(copy, text.p, text.n);
	*why = NULL;
	bad = jar_manifest_read(out, a, slice_bytes(copy, text.n), why);
	assert_int_equal(*why != NULL, bad != 0);
	return copy;
}

static void test_good(void **state)
{
	static const struct {
		const char *text;
		size_t main, sections;
		const char *section, *name, *value; /* section "": the first one */
	} cases[] = {
		{ "", 0, 0, "", NULL, NULL },
		{ "\n", 0, 0, "", NULL, NULL },
		{ "A: b", 1, 0, "", "a", "b" },
		{ "A: b\n", 1, 0, "", "A", "b" },
		{ "A: b\r", 1, 0, "", "A", "b" },
		{ "A: b\r\n", 1, 0, "", "A", "b" },
		{ "A: \r\nB: c\r\n", 2, 0, "", "B", "c" },
		{ "A:  b \n", 1, 0, "", "A", " b " },
		{ "A: b\n c\r\n  d\r\n", 1, 0, "", "A", "bc d" },
		{ "A: b\n \n c\n", 1, 0, "", "A", "bc" },
		{ "A: b: c\n", 1, 0, "", "A", "b: c" },
		{ "A-b_9: \303\244\n", 1, 0, "", "a-B_9", "\303\244" },
		{ SEVENTY ": b\n", 1, 0, "", SEVENTY, "b" },
		{ "A: b\n\nName: x\nC: d\n", 1, 1, "x", "C", "d" },
		{ "\nName: x\nC: d\n\n\n\nname: a/\n y\nC: e\n\n", 0, 2, "a/y", "C", "e" },
		{ "A: b\r\rName: x\r\r", 1, 1, "x", "Name", "x" },
		{ "\nName: \346\r\n \261\r\n \211\r\n", 0, 1, "\346\261\211", "Name", "\346\261\211" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct jar_manifest m;
		const struct jar_section *s;
		const char *why;
		char *copy = read_exact(&m, &a, slice_of(cases[i].text), &why);

		print_message("%zu\n", i);
		assert_null(why);
		assert_int_equal(m.main.n, cases[i].main);
		assert_int_equal(m.n, cases[i].sections);
		s = cases[i].section[0] ? jar_section(&m, slice_of(cases[i].section)) : &m.main;
		assert_non_null(s);
		if (cases[i].name) {
			assert_non_null(jar_attribute(s, cases[i].name));
			assert_true(slice_eqs(*jar_attribute(s, cases[i].name), cases[i].value));
		}
		assert_null(jar_attribute(s, "Z"));
		assert_null(jar_section(&m, SLICE("z")));
		free(copy);
		arena_release(&a);
	}
}

/* A section's bytes reach behind the one empty line that ends it: digests are made over them. */
static void test_raw(void **state)
{
	static const char text[] = "A: b\r\n\r\nName: x\r\n y\r\n\r\n\r\nName: z\n";
	struct arena a = ARENA_INIT;
	struct jar_manifest m;
	const char *why;
	char *copy = read_exact(&m, &a, slice_of(text), &why);

	(void)state;
	assert_null(why);
	assert_true(slice_eqs(m.main.raw, "A: b\r\n\r\n"));
	assert_true(slice_eqs(m.v[0].raw, "Name: x\r\n y\r\n\r\n"));
	assert_true(slice_eqs(m.v[1].raw, "Name: z\n"));
	free(copy);
	arena_release(&a);
}

static void test_bad(void **state)
{
	static const struct {
		struct slice text;
		const char *why;
	} cases[] = {
		{ SLICE("A"), "line 1 is no attribute (`name: value`)" },
		{ SLICE("A:b\n"), "line 1 is no attribute (`name: value`)" },
		{ SLICE("A: b\nc\n"), "line 2 is no attribute (`name: value`)" },
		{ SLICE(" A: b\n"), "line 1 is no attribute (`name: value`)" },
		{ SLICE("-A: b\n"), "line 1 is no attribute (`name: value`)" },
		{ SLICE("A b: c\n"), "line 1 is no attribute (`name: value`)" },
		{ SLICE(": c\n"), "line 1 is no attribute (`name: value`)" },
		{ SLICE("a" SEVENTY ": b\n"), "line 1 is no attribute (`name: value`)" },
		{ SLICE("A: b\n c\nB: d\na: e\n"), "line 4 repeats an attribute of its section" },
		{ SLICE("A: b\n\nB: c\n"), "a section does not begin with its name" },
		{ SLICE("A: b\n\nName: x\n\nName: x\n"), "it names \"x\" twice" },
		{ SLICE("A: \377\n"), "line 1 ends a value that is no UTF-8 text" },
		{ SLICE("A: \303\n \303\nB: c\n"), "line 2 ends a value that is no UTF-8 text" },
		{ SLICE("\377: b\n"), "line 1 is no attribute (`name: value`)" },
		{ SLICE("A: \0\n"), "it is no text, or longer than 8 MiB" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct jar_manifest m;
		const char *why;
		char *copy = read_exact(&m, &a, cases[i].text, &why);

		print_message("%zu\n", i);
		assert_string_equal(why ? why : "good", cases[i].why);
		free(copy);
		arena_release(&a);
	}
}

static void test_many(void **state)
{
	struct strbuf text = STRBUF_INIT;

	(void)state;
	for (int n = 256; n <= 257; n++) {
		struct arena a = ARENA_INIT;
		struct jar_manifest m;
		const char *why;
		char *copy;

		strbuf_reset(&text);
		for (int i = 0; i < n; i++)
			strbuf_addf(&text, "A%d: b\n", i);
		copy = read_exact(&m, &a, strbuf_slice(&text), &why);
		assert_string_equal(why ? why : "good",
				    n == 256 ? "good"
					     : "line 257 is the 257th attribute of its section; at most 256 are read");
		free(copy);
		arena_release(&a);
	}
	strbuf_release(&text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
