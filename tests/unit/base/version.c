#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/version.h"

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		bool strict, device;
		const char *written;
	} cases[] = {
		{ "1.2.0", true, true, "1.2" },
		{ "0", true, true, "0" },
		{ "0.0.0", true, true, "0" },
		{ "0.0.1", true, true, "0.0.1" },
		{ "1.02.003", true, true, "1.2.3" },
		{ "2147483647", true, true, "2147483647" },
		{ "0000000000002147483647", true, true, "2147483647" },
		{ "1.2.3.4.5.6.7.8", true, true, "1.2.3.4.5.6.7.8" },
		{ "0.0.0.0.0.0.0.0", true, true, "0" },
		{ "1.0.0.0.0.0.0.0.0", false, false, NULL },
		{ "2147483648", false, false, NULL },
		{ "4294967296", false, false, NULL },
		{ "99999999999999999999", false, false, NULL },
		{ "", false, false, NULL },
		{ ".", false, false, NULL },
		{ "1.", false, false, NULL },
		{ ".1", false, false, NULL },
		{ "1..2", false, false, NULL },
		{ "-1", false, false, NULL },
		{ "1,2", false, false, NULL },
		{ "14-beta", false, false, NULL },
		{ "Android 14", false, false, NULL },
		{ "v1.2", false, true, "1.2" },
		{ "V1.2", false, true, "1.2" },
		{ " \t1.2\r\n", false, true, "1.2" },
		{ " v1.2 ", false, true, "1.2" },
		{ "vv1", false, false, NULL },
		{ "v 1", false, false, NULL },
		{ "v", false, false, NULL },
		{ " ", false, false, NULL },
		{ "1 .2", false, false, NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice text = slice_of(cases[i].text);
		struct strbuf out = STRBUF_INIT;
		struct version v, canonical;

		print_message("%s\n", cases[i].text);
		assert_int_equal(version_parse(&v, text), cases[i].strict);
		assert_int_equal(version_parse_device(&v, text), cases[i].device);
		if (!cases[i].written)
			continue;
		version_format(&out, &v);
		assert_string_equal(out.p, cases[i].written);
		assert_true(version_parse(&canonical, strbuf_slice(&out)));
		assert_int_equal(version_cmp(&v, &canonical), 0);
		assert_int_equal(v.n, canonical.n);
		assert_memory_equal(v.part, canonical.part, sizeof(v.part));
		strbuf_release(&out);
	}
	assert_false(version_parse(&(struct version){ .n = 0 }, slice_bytes("1\0", 2)));
}

static void test_order(void **state)
{
	static const char *const ascending[] = { "0", "0.0.0.0.0.0.0.1", "0.1", "0.9.9", "1", "1.0.1", "1.9", "1.10",
						 "2", "2147483647" };

	for (size_t i = 0; i < COUNT(ascending); i++)
		for (size_t k = 0; k < COUNT(ascending); k++) {
			struct version a, b;

			print_message("%s %s\n", ascending[i], ascending[k]);
			assert_true(version_parse(&a, slice_of(ascending[i])));
			assert_true(version_parse(&b, slice_of(ascending[k])));
			assert_int_equal(version_cmp(&a, &b), (i > k) - (i < k));
		}
}

static void test_failure_leaves_output(void **state)
{
	struct version v;

	assert_true(version_parse(&v, SLICE("7.8")));
	assert_false(version_parse(&v, SLICE("1.2.x")));
	assert_int_equal(v.part[0], 7);
	assert_int_equal(v.n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_failure_leaves_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
