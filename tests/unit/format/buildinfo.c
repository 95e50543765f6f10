#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/buildinfo.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define PAIR  "\"from\":\"1.0\",\"kind\":\"upgrade\","
#define TO    "\"slot\":\"android\",\"version\":\"2.0\""

static void test_deltas(void **state)
{
	static const struct {
		const char *deltas; /* the value; NULL: absent */
		const char *why;    /* NULL: it is read */
	} cases[] = {
		{ NULL, NULL },
		{ "[{" PAIR "\"size\":7," TO "}]", NULL },
		{ "[{" PAIR "\"reason\":\"it is too large\"," TO "},{" PAIR "\"size\":9007199254740993," TO "}]",
		  NULL },
		{ "[]", "deltas is not an array with a delta" },
		{ "{}", "deltas is not an array with a delta" },
		{ "[5]", "a delta is not an object" },
		{ "[{" PAIR TO "}]", "a delta has either a size or a reason" },
		{ "[{" PAIR "\"reason\":\"x\",\"size\":7," TO "}]", "a delta has either a size or a reason" },
		{ "[{" PAIR "\"reason\":\"\"," TO "}]", "reason of a delta is not a text" },
		{ "[{" PAIR "\"size\":0," TO "}]", "size of a delta is not a number of bytes" },
		{ "[{" PAIR "\"size\":\"7\"," TO "}]", "size of a delta is not a number of bytes" },
		{ "[{\"from\":\"1.0\",\"kind\":\"upgrad\",\"size\":7," TO "}]", "kind of a delta is not a kind" },
		{ "[{\"kind\":\"upgrade\",\"size\":7," TO "}]", "a delta has no from" },
		{ "[{\"from\":\"\",\"kind\":\"h5\",\"size\":7," TO "}]", "from of a delta is not a text" },
		{ "[{\"from\":\"1.0\",\"size\":7," TO "}]", "a delta has no kind" },
		{ "[{" PAIR "\"size\":7,\"slot\":\"x\"}]", "a delta has no version" },
		{ "[{" PAIR "\"size\":7,\"version\":\"x\"}]", "a delta has no slot" },
		{ "[{" PAIR "\"size\":7," TO ",\"x\":1}]", "unknown key in a delta" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf bytes = STRBUF_INIT, again = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct buildinfo b;
		const char *why = NULL;
		bool absent = !cases[i].deltas;

		print_message("%s\n", absent ? "absent" : cases[i].deltas);
		strbuf_addf(&bytes,
			    "{\"signatures\":[{\"keyid\":\"" ZEROS
			    "\",\"sig\":\"00\"}],\"signed\":{\"_type\":\"build\","
			    "\"app\":\"A-b\",\"commit\":\"\",%s%s%s\"elsewhere\":{},\"lineage\":[\"" ZEROS
			    "\"],\"tool\":\"0.1.0\"}}",
			    absent ? "" : "\"deltas\":", absent ? "" : cases[i].deltas, absent ? "" : ",");
		assert_int_equal(buildinfo_decode(&b, &a, strbuf_slice(&bytes), &why), cases[i].why ? -1 : 0);
		if (cases[i].why) {
			assert_string_equal(why, cases[i].why);
		} else {
			assert_int_equal(buildinfo_encode(&again, &b), 0);
			assert_string_equal(again.p, bytes.p);
		}
		strbuf_release(&bytes);
		strbuf_release(&again);
		arena_release(&a);
	}
}

/* 60 has one form, to be absent; so a build.json from before there was such a member stays as it is. */
static void test_pointer_max_age(void **state)
{
	static const struct {
		const char *member;
		uint32_t seconds;
		const char *why; /* NULL: it is read */
	} cases[] = {
		{ "", 60, NULL },
		{ "\"pointerMaxAge\":0,", 0, NULL },
		{ "\"pointerMaxAge\":1,", 1, NULL },
		{ "\"pointerMaxAge\":86400,", 86400, NULL },
		{ "\"pointerMaxAge\":60,", 0,
		  "is not in the one form that mdstatic writes (order, white space, escapes)" },
		{ "\"pointerMaxAge\":-1,", 0, "pointerMaxAge is not a number of seconds, at most 86400" },
		{ "\"pointerMaxAge\":86401,", 0, "pointerMaxAge is not a number of seconds, at most 86400" },
		{ "\"pointerMaxAge\":\"1\",", 0, "pointerMaxAge is not a number of seconds, at most 86400" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct buildinfo b;
		const char *why = NULL;

		print_message("%s\n", cases[i].member);
		strbuf_addf(&bytes,
			    "{\"signatures\":[{\"keyid\":\"" ZEROS
			    "\",\"sig\":\"00\"}],\"signed\":{\"_type\":\"build\",\"app\":\"A-b\","
			    "\"commit\":\"\",\"elsewhere\":{},\"lineage\":[\"" ZEROS "\"],%s\"tool\":\"0.1.0\"}}",
			    cases[i].member);
		assert_int_equal(buildinfo_decode(&b, &a, strbuf_slice(&bytes), &why), cases[i].why ? -1 : 0);
		if (cases[i].why)
			assert_string_equal(why, cases[i].why);
		else
			assert_int_equal(b.pointer_max_age, cases[i].seconds);
		strbuf_release(&bytes);
		arena_release(&a);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deltas),
		cmocka_unit_test(test_pointer_max_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
