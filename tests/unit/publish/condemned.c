#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "publish/condemned.h"

static void test_round_trip(void **state)
{
	struct condemned_path v[] = { { SLICE("h5/1/a.amr"), 0 },
				      { SLICE("targets/o/00/a"), 1795248000 },
				      { SLICE("targets/o/00/a.b"), 7 } };
	const struct condemned cases[] = { { NULL, 0, 0 }, { v, 1, 0 }, { v, 3, 1795248001 }, { NULL, 0, 5 } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct condemned c;
		const char *why = NULL;

		assert_int_equal(condemned_encode(&out, &cases[i]), 0);
		assert_int_equal(condemned_decode(&c, &a, strbuf_slice(&out), &why), 0);
		assert_int_equal(c.n, cases[i].n);
		assert_int_equal(c.deleting, cases[i].deleting);
		for (size_t k = 0; k < c.n; k++) {
			assert_true(slice_eq(c.v[k].path, v[k].path));
			assert_int_equal(c.v[k].since, v[k].since);
			assert_ptr_equal(condemned_find(&c, v[k].path), &c.v[k]);
		}
		assert_null(condemned_find(&c, SLICE("targets/o/00/a.")));
		assert_null(condemned_find(&c, SLICE("")));
		strbuf_release(&out);
		arena_release(&a);
	}
}

static void test_golden(void **state)
{
	struct condemned_path v[] = { { SLICE("pages/a.html"), 3 } };
	struct strbuf out = STRBUF_INIT;

	assert_int_equal(condemned_encode(&out, &(struct condemned){ v, 1, 4 }), 0);
	assert_string_equal(out.p, "{\"condemned\":{\"pages/a.html\":3},\"deleting\":4,\"v\":1}");
	strbuf_release(&out);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "JSON" },
		{ "[]", "not a JSON object" },
		{ "{\"deleting\":0,\"v\":1}", "no condemned" },
		{ "{\"condemned\":{},\"v\":1}", "no deleting" },
		{ "{\"condemned\":{},\"deleting\":0}", "no v" },
		{ "{\"condemned\":{},\"deleting\":0,\"v\":2}", "v is not 1" },
		{ "{\"condemned\":{},\"deleting\":0,\"v\":1,\"x\":0}", "unknown key" },
		{ "{\"condemned\":[],\"deleting\":0,\"v\":1}", "not an object of paths" },
		{ "{\"condemned\":{\"a/b\":-1},\"deleting\":0,\"v\":1}", "no time" },
		{ "{\"condemned\":{\"a/b\":\"1\"},\"deleting\":0,\"v\":1}", "no time" },
		{ "{\"condemned\":{\"../b\":1},\"deleting\":0,\"v\":1}", "leads out" },
		{ "{\"condemned\":{\"/b\":1},\"deleting\":0,\"v\":1}", "absolute" },
		{ "{\"condemned\":{\"b\":1,\"a\":1},\"deleting\":0,\"v\":1}", "do not ascend" },
		{ "{\"condemned\":{\"a\":1,\"a\":1},\"deleting\":0,\"v\":1}", "" },
		{ "{\"condemned\":{},\"deleting\":-1,\"v\":1}", "deleting" },
		{ "{\"condemned\":{},\"deleting\":253402300800,\"v\":1}", "deleting" },
		{ "{\"condemned\":{}, \"deleting\":0,\"v\":1}", "one form" },
		{ "{\"deleting\":0,\"condemned\":{},\"v\":1}", "one form" },
		{ "{\"condemned\":{},\"deleting\":0,\"v\":1}\n", "one form" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct condemned c = { .deleting = 77 };
		struct arena a = ARENA_INIT;
		const char *why = NULL;

		print_message("%s\n", cases[i].text);
		assert_int_equal(condemned_decode(&c, &a, slice_of(cases[i].text), &why), -1);
		assert_non_null(why);
		if (!strstr(why, cases[i].why))
			fail_msg("%s", why);
		assert_int_equal(c.deleting, 77);
		arena_release(&a);
	}
}

static void test_deleting(void **state)
{
	static const struct {
		int64_t deleting, now;
		bool going_on;
	} cases[] = { { 0, 1000000, false },
		      { 1000000, 1000000, true },
		      { 1000000, 999000, true }, /* its clock is fast */
		      { 1000000, 1000000 + DELETING_MAX - 1, true },
		      { 1000000, 1000000 + DELETING_MAX, false },
		      { 0, 5, false } };

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(condemned_deleting(&(struct condemned){ NULL, 0, cases[i].deleting }, cases[i].now),
				 cases[i].going_on);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_deleting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
