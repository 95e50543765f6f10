#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "format/json.h"
#include "format/references.h"

/* Replaces each reference by itself in brackets. */
static int mark(void *ctx, json_t *holder, const char *key, struct slice reference)
{
	size_t *left = ctx;

	if ((*left)-- == 0)
		return 7;
	return json_object_set_new(holder, key, json_sprintf("[%.*s]", (int)reference.n, reference.p)) ? -1 : 0;
}

static void test_where(void **state)
{
	static const struct {
		enum kind kind;
		const char *answer, *marked;
	} cases[] = {
		{ KIND_UPGRADE, "{}", "{}" },
		{ KIND_UPGRADE, "{\"downloadUrl\":\"a\",\"icon\":\"b\",\"url\":\"https://x/\"}",
		  "{\"downloadUrl\":\"[a]\",\"icon\":\"b\",\"url\":\"[https://x/]\"}" },
		{ KIND_UPGRADE, "{\"deltas\":[[{\"url\":\"a\"}],{\"x\":{\"downloadUrl\":\"b\"}}]}",
		  "{\"deltas\":[[{\"url\":\"[a]\"}],{\"x\":{\"downloadUrl\":\"[b]\"}}]}" },
		{ KIND_HOTPATCH, "{\"downloadUrl\":\"\",\"url\":5}", "{\"downloadUrl\":\"\",\"url\":5}" },
		{ KIND_QUICKFIX, "{\"hqf\":[{\"url\":\"a\"},{\"package_url\":\"b\",\"url\":[\"c\"]}]}",
		  "{\"hqf\":[{\"url\":\"[a]\"},{\"package_url\":\"b\",\"url\":[\"c\"]}]}" },
		{ KIND_H5,
		  "{\"extend_info\":{\"package_url\":\"a\",\"url\":\"b\"},\"fallback_base_url\":\"\",\"package_url\":"
		  "\"c\","
		  "\"patch\":\"d\",\"url\":\"e\"}",
		  "{\"extend_info\":{\"package_url\":\"a\",\"url\":\"b\"},\"fallback_base_url\":\"\",\"package_url\":"
		  "\"[c]\","
		  "\"patch\":\"[d]\",\"url\":\"e\"}" },
		{ KIND_H5,
		  "{\"deltas\":[{\"package_url\":\"a\",\"url\":\"b\"},{\"url\":\"\"},[{\"url\":\"c\"}],\"d\",{\"x\":{"
		  "\"url\":\"e\"}}]}",
		  "{\"deltas\":[{\"package_url\":\"a\",\"url\":\"[b]\"},{\"url\":\"\"},[{\"url\":\"c\"}],\"d\",{\"x\":{"
		  "\"url\":\"e\"}}]}" },
		{ KIND_H5, "{\"deltas\":{\"url\":\"a\"},\"patch\":\"b\"}",
		  "{\"deltas\":{\"url\":\"a\"},\"patch\":\"[b]\"}" },
		{ KIND_H5, "{\"fallback_base_url\":\"x/\",\"package_url\":null}",
		  "{\"fallback_base_url\":\"[x/]\",\"package_url\":null}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		const char *why = NULL;
		size_t left = SIZE_MAX;
		json_t *json = NULL;

		print_message("%s\n", cases[i].answer);
		assert_int_equal(json_parse_wire(&json, slice_of(cases[i].answer), 10000, &why), 0);
		assert_int_equal(references_each(json, cases[i].kind, mark, &left), 0);
		assert_int_equal(json_write(&out, json, JSON_WIRE), 0);
		assert_string_equal(out.p, cases[i].marked);
		json_decref(json);
		strbuf_release(&out);
	}
}

/* What the function returns ends the walk, wherever it is. */
static void test_stop(void **state)
{
	static const char answer[] = "{\"a\":[{\"url\":\"1\"},{\"b\":{\"downloadUrl\":\"2\"}}],\"url\":\"3\"}";
	const char *why = NULL;
	json_t *json = NULL;

	(void)state;
	assert_int_equal(json_parse_wire(&json, slice_of(answer), 10000, &why), 0);
	for (size_t n = 0; n < 3; n++) {
		size_t left = n;

		assert_int_equal(references_each(json, KIND_QUICKFIX, mark, &left), 7);
	}
	json_decref(json);
	assert_int_equal(json_parse_wire(&json, SLICE("{\"deltas\":[{\"url\":\"a\"}],\"patch\":\"b\"}"), 10000, &why),
			 0);
	for (size_t n = 0; n < 2; n++) {
		size_t left = n;

		assert_int_equal(references_each(json, KIND_H5, mark, &left), 7);
	}
	json_decref(json);
}

static void test_whole(void **state)
{
	static const struct {
		const char *reference;
		bool whole;
	} cases[] = {
		{ "https://x/y", true },
		{ "http://x/", true },
		{ "HTTPS://x/", true },
		{ "itms-services://?action=download-manifest&url=https%3A%2F%2Fx", true },
		{ "://", true },
		{ "targets/o/x", false },
		{ "h5/20171228/1.0.0.1_all/nebula/20171228_1.0.0.1.amr", false },
		{ "https:/x", false },
		{ ":/", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].reference);
		assert_int_equal(reference_is_whole(slice_of(cases[i].reference)), cases[i].whole);
	}
	assert_false(reference_is_whole((struct slice){ NULL, 0 }));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
