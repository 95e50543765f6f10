#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "demo.h"

#define AT_T0 "\"app\":\"" APP "\",\"at\":\"2026-11-21T08:00:00Z\""

static struct mdr_client *open_fresh(struct tree *t)
{
	struct mdr_client *c = tree_open(t);
	struct mdr_error err;

	if (mdr_refresh(c, T0, &err))
		print_message("%s\n", err.text);
	return c;
}

static void expect(struct mdr_client *c, const char *device, int64_t at, unsigned kinds, unsigned flags,
		   const char *answer)
{
	struct mdr_error err;
	char *found = tree_answer(c, device, at, kinds, flags, &err);

	print_message("%s\n", device);
	assert_string_equal(found ? found : err.text, answer);
	free(found);
}

#define RELEASE(task)                                                                                                  \
	"{\"deltas\":[{\"from\":\"4.9.0\",\"url\":\"https://cdn.example.com/d/targets/d.bin\"}],"                      \
	"\"downloadUrl\":\"https://cdn.example.com/d/targets/p.apk\",\"guideMemo\":\"new\",\"resultStatus\":202,"      \
	"\"task\":\"" task "\",\"version\":\"5.0.0\"}"

static void test_upgrade(void **state)
{
	static const struct {
		const char *device, *upgrade;
	} cases[] = {
		{ "\"appVersion\":\"4.9.0\",\"userId\":\"user-1\"", RELEASE("beta") },
		{ "\"appVersion\":\"4.9.0\",\"userId\":\"u4\"", RELEASE("quarter") },
		{ "\"appVersion\":\"4.9.0\",\"deviceId\":\"u4\"", RELEASE("quarter") },
		{ "\"appVersion\":\"4.9.0\",\"userId\":\"u1\",\"deviceId\":\"u4\"", "null" },
		{ "\"appVersion\":\"4.9.0\",\"userId\":\"\",\"deviceId\":\"u6\"", RELEASE("quarter") },
		{ "\"appVersion\":\"4.9.0\",\"userId\":\"u1\",\"city\":\"Berlin\"", RELEASE("full") },
		{ "\"appVersion\":\"4.9.0\",\"city\":\"Berlin\"", RELEASE("full") },
		{ "\"appVersion\":\"4.9.0\"", "null" },
		{ "\"appVersion\":\"5.0\",\"userId\":\"user-1\"", "null" },
		{ "\"appVersion\":5,\"userId\":\"user-1\"", "null" },
		{ "\"userId\":\"user-1\"", "null" },
	};
	struct tree t;
	struct mdr_client *c;
	char device[256], answer[512];

	(void)state;
	demo_tree(&t);
	c = open_fresh(&t);
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(device, sizeof(device), "{\"platform\":\"android\",%s}", cases[i].device);
		snprintf(answer, sizeof(answer), "{" AT_T0 ",\"upgrade\":%s}", cases[i].upgrade);
		expect(c, device, T0, MDR_UPGRADE, 0, answer);
	}
	mdr_close(c);
	tree_release(&t);
}

static void test_shape(void **state)
{
	struct tree t;
	struct mdr_client *c;

	(void)state;
	demo_tree(&t);
	c = open_fresh(&t);
	expect(c, "{\"platform\":\"ios\"}", T0, MDR_ALL, 0,
	       "{" AT_T0 ",\"h5\":{},\"hotpatch\":null,\"quickfix\":null,\"switches\":{},\"upgrade\":null}");
	expect(c, "{\"platform\":\"ios\"}", MDR_NO_TIME, MDR_H5 | MDR_SWITCH, MDR_INDENT,
	       "{\n  \"app\": \"" APP "\",\n  \"at\": null,\n  \"h5\": {},\n  \"switches\": {}\n}");
	expect(c, "{\"platform\":\"android\",\"mobileModel\":\"PIXEL 8\"}", T0, MDR_SWITCH, 0,
	       "{" AT_T0 ",\"switches\":{\"DARK\":\"on\"}}");
	expect(c, "{\"platform\":\"android\",\"mobileModel\":\"PIXEL 9\"}", T0, MDR_SWITCH, 0,
	       "{" AT_T0 ",\"switches\":{\"DARK\":\"off\"}}"); /* another device, another verdict of the same rule */
	expect(c, "{}", T0, MDR_ALL, 0, "platform is missing; it must be android, ios or harmony");
	expect(c, "{\"platform\":7}", T0, MDR_ALL, 0, "platform is missing; it must be android, ios or harmony");
	expect(c, "{\"platform\":\"Android\"}", T0, MDR_ALL, 0,
	       "platform \"Android\" is unknown; it must be android, ios or harmony");
	expect(c, "[]", T0, MDR_ALL, 0, "a device is a JSON object");
	expect(c, "{\"a\":1,\"a\":2}", T0, MDR_ALL, 0, "not valid JSON: duplicate object key near '\"a\"' (column 10)");
	expect(c, "{\n", T0, MDR_ALL, 0, "not valid JSON: string or '}' expected near end of file (line 2, column 0)");
	mdr_close(c);
	tree_release(&t);
}

/* Buckets of GATE/g: d3 and d5 below 1/8, d1 just below a half, d2 and d4 above. */
static void test_guards(void **state)
{
	static const struct {
		const char *guards, *device;
		int64_t at;
		bool holds;
	} cases[] = {
		{ "\"dev\":true", "\"channel\":\"dev\"", T0, true },
		{ "\"dev\":true", "\"channel\":\"Dev\"", T0, false },
		{ "\"dev\":true", "\"city\":\"x\"", T0, false },
		{ "\"from\":1795248000", "\"city\":\"x\"", T0, true },
		{ "\"from\":1795248001", "\"city\":\"x\"", T0, false },
		{ "\"from\":1", "\"city\":\"x\"", MDR_NO_TIME, false },
		{ "\"window\":[1795248000,1795248001]", "\"city\":\"x\"", T0, true },
		{ "\"window\":[1795248000,1795248001]", "\"city\":\"x\"", T0 + 1, false },
		{ "\"window\":[1795248000,1795248001]", "\"city\":\"x\"", T0 - 1, false },
		{ "\"window\":[1795248000,1795248001]", "\"city\":\"x\"", MDR_NO_TIME, false },
		{ "\"if\":[0,1]", "\"city\":\"Bonn\",\"osVersion\":\"14\"", T0, true },
		{ "\"if\":[0,1]", "\"city\":\"Bonn\",\"osVersion\":\"15\"", T0, false },
		{ "\"unless\":[[0,1]]", "\"city\":\"Bonn\",\"osVersion\":\"14\"", T0, false },
		{ "\"unless\":[[0,1]]", "\"city\":\"Bonn\"", T0, true },
		{ "\"unless\":[[0,1],[0]]", "\"city\":\"Bonn\"", T0, false },
		{ "\"if\":[2]", "\"city\":\"Bonn\"", T0, false }, /* an element without a type */
		{ "\"if\":[3]", "\"city\":\"Bonn\"", T0, false }, /* an op of the future */
		{ "\"unless\":[[3]]", "\"city\":\"Bonn\"", T0, true },
		{ "\"percent\":50000", "\"deviceId\":\"d1\"", T0, true },
		{ "\"percent\":50000", "\"deviceId\":\"d2\"", T0, false },
		{ "\"percent\":50000", "\"userId\":\"d2\",\"deviceId\":\"d1\"", T0, false },
		{ "\"percent\":99999", "\"city\":\"x\"", T0, false },
		{ "\"limit\":\"7d4a6b13c4aaefe1\"", "\"deviceId\":\"d1\"", T0, true },
		{ "\"limit\":\"7d4a6b13c4aaefe0\"", "\"deviceId\":\"d1\"", T0, false },
		{ "\"limit\":\"ffffffffffffffff\"", "\"userId\":\"d1\"", T0, false },
		{ "\"limit\":\"ffffffffffffffff\",\"ramp\":[[1795248000,50000]]", "\"deviceId\":\"d1\"", T0, true },
		{ "\"limit\":\"ffffffffffffffff\",\"ramp\":[[1795248000,50000]]", "\"deviceId\":\"d1\"", T0 - 1,
		  false },
		{ "\"limit\":\"ffffffffffffffff\",\"ramp\":[[1795248000,50000]]", "\"deviceId\":\"d1\"", MDR_NO_TIME,
		  false },
		{ "\"ramp\":[[1795248000,0],[1795248100,100000]]", "\"deviceId\":\"d5\"", T0 + 11, true },
		{ "\"ramp\":[[1795248000,0],[1795248100,100000]]", "\"deviceId\":\"d5\"", T0 + 10, false },
		{ "\"ramp\":[[1795248000,0],[1795248100,100000]]", "\"city\":\"x\"", T0 + 99, false },
		{ "\"ramp\":[[1795248000,0],[1795248100,100000]]", "\"city\":\"x\"", T0 + 100, true },
		{ "\"if\":[0],\"percent\":50000", "\"city\":\"Bonn\",\"deviceId\":\"d1\"", T0, true },
		{ "\"if\":[0],\"percent\":50000", "\"city\":\"Bonn\",\"deviceId\":\"d4\"", T0, false },
		{ "\"if\":[0],\"percent\":50000", "\"city\":\"Rome\",\"deviceId\":\"d1\"", T0, false },
	};
	char slots[256], device[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tree t;
		struct mdr_client *c;
		struct mdr_error err;
		char *answer;

		demo_tree(&t);
		snprintf(slots, sizeof(slots), "\"GATE\":[{%s,\"t\":\"g\",\"v\":\"in\"}]", cases[i].guards);
		demo_switches(&t, slots,
			      "{\"element\":\"city\",\"op\":\"contains\",\"value\":[\"Bonn\"]},"
			      "{\"element\":\"osVersion\",\"op\":\"in\",\"upper\":\"14\"},"
			      "{\"default\":true,\"element\":\"moon\",\"op\":\"excludes\",\"value\":[\"full\"]},"
			      "{\"default\":true,\"element\":\"city\",\"op\":\"like\",\"value\":[\"B\"]}");
		tree_publish_next(&t);
		c = open_fresh(&t);
		snprintf(device, sizeof(device), "{\"platform\":\"android\",%s}", cases[i].device);
		print_message("%s of %s\n", cases[i].guards, device);
		answer = tree_answer(c, device, cases[i].at, MDR_SWITCH, 0, &err);
		assert_non_null(answer);
		assert_true((strstr(answer, "\"GATE\":\"in\"") != NULL) == cases[i].holds);
		free(answer);
		mdr_close(c);
		tree_release(&t);
	}
}

/* Every slot of two units, merged by name, with a whitelist that the index shares out. */
/* A switch index of two units: the hashes of A, C and D begin with the bit 0, that of B with 1. */
static void put_units(struct tree *t, const char *zero, const char *one)
{
	tree_index(t, PLATFORM_ANDROID, KIND_SWITCH,
		   arena_printf(&t->mem,
				DEMO_HEAD DEMO_BASE
				"\"format\":1,\"kind\":\"switch\",\"longest\":%zu,\"platform\":\"android\","
				"\"units\":[[\"0\",\"%s\"],[\"1\",\"%s\"]],\"whitelists\":{%s}}",
				strlen(zero), tree_object(t, "manifest.json", slice_of(zero)),
				tree_object(t, "manifest.json", slice_of(one)), demo_list(t)));
	tree_publish_next(t);
}

static void test_units(void **state)
{
	static const char zero[] = "{\"slots\":{\"A\":[{\"t\":\"0\",\"v\":\"a\",\"wl\":[\"beta\"]}],"
				   "\"C\":[{\"t\":\"0\",\"v\":\"\"}],\"D\":[{\"t\":\"0\",\"v\":\"\\\"d\\\"\"}]}}";
	struct tree t;
	struct mdr_client *c;
	struct mdr_error err;

	(void)state;
	demo_tree(&t);
	put_units(&t, zero, "{\"slots\":{\"B\":[{\"t\":\"0\",\"v\":\"b\"}]}}");
	c = open_fresh(&t);
	expect(c, "{\"platform\":\"android\",\"userId\":\"user-9\"}", T0, MDR_SWITCH, 0,
	       "{" AT_T0 ",\"switches\":{\"A\":\"a\",\"B\":\"b\",\"C\":\"\",\"D\":\"\\\"d\\\"\"}}");
	expect(c, "{\"platform\":\"android\",\"userId\":\"user-10\"}", T0, MDR_SWITCH, 0,
	       "{" AT_T0 ",\"switches\":{\"B\":\"b\",\"C\":\"\",\"D\":\"\\\"d\\\"\"}}");
	put_units(&t, zero, "{\"slots\":{\"C\":[{\"t\":\"0\",\"v\":\"again\"}]}}"); /* where it does not belong */
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	assert_null(tree_answer(c, "{\"platform\":\"android\"}", T0, MDR_SWITCH, 0, &err));
	assert_int_equal(err.code, MDR_REFUSED);
	assert_non_null(strstr(err.text, "manifest.json: a manifest holds a slot of another unit"));
	mdr_close(c);
	tree_release(&t);
}

static struct tree_file *filter_of(struct tree *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strstr(t->v[i].path, "filter.bin"))
			return &t->v[i];
	}
	return NULL;
}

static void test_incomplete(void **state)
{
	static const char listed[] = "{\"platform\":\"android\",\"appVersion\":\"4\",\"userId\":\"user-2\"}";
	struct tree t;
	struct tree_file *filter;
	struct slice good;
	struct mdr_client *c;
	char *bad;

	(void)state;
	demo_tree(&t);
	filter = filter_of(&t);
	good = filter->data;
	bad = arena_alloc(&t.mem, good.n);
	memcpy(bad, good.p, good.n);
	bad[10] ^= 1;

	c = open_fresh(&t);
	filter->data.p = bad;
	expect(c, listed, T0, MDR_ALL, 0,
	       "{" AT_T0
	       ",\"h5\":{},\"hotpatch\":null,\"incomplete\":true,\"quickfix\":null,\"switches\":{\"DARK\":\"off\"},"
	       "\"upgrade\":null}");
	filter->data = (struct slice){ good.p, good.n - 1 };
	expect(c, listed, T0, MDR_UPGRADE, 0, "{" AT_T0 ",\"incomplete\":true,\"upgrade\":null}");
	filter->gone = true;
	expect(c, listed, T0, MDR_UPGRADE, 0, "{" AT_T0 ",\"incomplete\":true,\"upgrade\":null}");
	expect(c, "{\"platform\":\"android\",\"appVersion\":\"4\"}", T0, MDR_UPGRADE, 0,
	       "{" AT_T0 ",\"upgrade\":null}");
	filter->gone = false;
	filter->data = good;
	expect(c, listed, T0, MDR_UPGRADE, 0, "{" AT_T0 ",\"upgrade\":" RELEASE("beta") "}");
	filter->gone = true; /* the verdict is kept */
	t.fetches = 0;
	expect(c, listed, T0, MDR_UPGRADE, 0, "{" AT_T0 ",\"upgrade\":" RELEASE("beta") "}");
	assert_int_equal(t.fetches, 0);
	mdr_close(c);
	tree_release(&t);
}

/* A new tree: what changed is fetched again, the rest is not. */
static void test_update(void **state)
{
	struct tree t;
	struct mdr_client *c;
	struct mdr_error err;

	(void)state;
	demo_tree(&t);
	c = open_fresh(&t);
	expect(c, "{\"platform\":\"android\",\"mobileModel\":\"x\"}", T0, MDR_SWITCH, 0,
	       "{" AT_T0 ",\"switches\":{\"DARK\":\"off\"}}");
	demo_switches(&t, "\"DARK\":[{\"if\":[0],\"t\":\"0\",\"v\":\"on\"}]",
		      "{\"element\":\"osVersion\",\"lower\":\"9\",\"op\":\"in\"}");
	tree_publish_next(&t);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	expect(c, "{\"platform\":\"android\",\"osVersion\":\"9\"}", T0, MDR_SWITCH, 0,
	       "{" AT_T0 ",\"switches\":{\"DARK\":\"on\"}}");
	t.fetches = 0;
	tree_publish_next(&t);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	assert_int_equal(t.fetches, 4); /* the index has its old hash */
	expect(c, "{\"platform\":\"android\",\"osVersion\":\"8\"}", T0, MDR_SWITCH, 0, "{" AT_T0 ",\"switches\":{}}");
	assert_int_equal(t.fetches, 4);
	t.targets[0] = t.targets[1]; /* no switches any more */
	t.ntargets = 1;
	tree_publish_next(&t);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	expect(c, "{\"platform\":\"android\",\"osVersion\":\"9\"}", T0, MDR_SWITCH, 0, "{" AT_T0 ",\"switches\":{}}");
	mdr_close(c);
	tree_release(&t);
}

static void test_index_of_others(void **state)
{
	struct tree t;
	struct mdr_client *c;
	struct mdr_error err;

	(void)state;
	demo_tree(&t);
	tree_index(&t, PLATFORM_ANDROID, KIND_SWITCH,
		   SLICE("{\"app\":\"OTHER-default\"," DEMO_BASE
			 "\"format\":1,\"kind\":\"switch\",\"manifest\":{\"slots\":"
			 "{\"A\":[{\"t\":\"0\",\"v\":\"\"}]}},\"platform\":\"android\"}"));
	tree_publish_next(&t);
	c = open_fresh(&t);
	assert_null(tree_answer(c, "{\"platform\":\"android\"}", T0, MDR_SWITCH, 0, &err));
	assert_int_equal(err.code, MDR_REFUSED);
	assert_non_null(
		strstr(err.text, "android-switch.json: is of app \"OTHER-default\", not of \"DEMO01-default\""));
	mdr_close(c);
	tree_release(&t);
}

static void test_explain(void **state)
{
	struct tree t;
	struct mdr_client *c;

	(void)state;
	demo_tree(&t);
	c = open_fresh(&t);
	expect(c, "{\"platform\":\"android\",\"appVersion\":\"4.9.0\",\"userId\":\"u1\",\"city\":\"Rome\"}", T0,
	       MDR_SWITCH | MDR_UPGRADE, MDR_EXPLAIN,
	       "{" AT_T0
	       ",\"explain\":{\"switches\":{\"DARK\":[{\"id\":\"0\",\"verdict\":\"rule: mobileModel is missing\"},"
	       "{\"id\":\"1\",\"verdict\":\"chosen\"}]},\"upgrade\":{\"attributes\":{\"appVersion\":{\"class\":0,"
	       "\"value\":"
	       "\"4.9.0\"}},\"candidates\":[{\"task\":\"beta\",\"verdict\":\"whitelist beta: not listed\",\"version\":"
	       "\"5.0.0\"},{\"task\":\"quarter\",\"verdict\":\"percent: bucket 0xb9a0236bba9af57a is not below 25 %\","
	       "\"version\":\"5.0.0\"},{\"task\":\"full\",\"verdict\":\"rule: city \\\"Rome\\\" is not one of "
	       "\\\"Berlin\\\"\","
	       "\"version\":\"5.0.0\"}],\"segment\":0}},\"switches\":{\"DARK\":\"off\"},\"upgrade\":null}");
	expect(c, "{\"platform\":\"android\",\"appVersion\":\"4.9.0\",\"userId\":\"u4\"}", T0, MDR_UPGRADE, MDR_EXPLAIN,
	       "{" AT_T0 ",\"explain\":{\"upgrade\":{\"attributes\":{\"appVersion\":{\"class\":0,\"value\":\"4.9.0\"}},"
	       "\"candidates\":[{\"task\":\"beta\",\"verdict\":\"whitelist beta: not listed\",\"version\":\"5.0.0\"},"
	       "{\"task\":\"quarter\",\"verdict\":\"chosen\",\"version\":\"5.0.0\"},{\"task\":\"full\",\"verdict\":"
	       "\"not reached\",\"version\":\"5.0.0\"}],\"segment\":0}},\"upgrade\":" RELEASE("quarter") "}");
	expect(c, "{\"platform\":\"android\"}", T0, MDR_UPGRADE, MDR_EXPLAIN,
	       "{" AT_T0 ",\"explain\":{\"upgrade\":{\"attributes\":{\"appVersion\":{\"class\":1,\"value\":null}},"
	       "\"candidates\":[],\"segment\":1}},\"upgrade\":null}");
	expect(c, "{\"platform\":\"ios\"}", T0, MDR_UPGRADE | MDR_SWITCH, MDR_EXPLAIN,
	       "{" AT_T0 ",\"explain\":{\"switches\":{},\"upgrade\":{\"candidates\":[],\"reason\":"
	       "\"nothing is offered: the tree has no index ios-upgrade\"}},\"switches\":{},\"upgrade\":null}");
	mdr_close(c);
	tree_release(&t);
}

static void test_words(void **state)
{
	static const struct {
		const char *guards, *verdict;
		int64_t at;
		const char *also; /* of the device */
	} cases[] = {
		{ "\"dev\":true", "channel: prod; this one is for dev", T0, "" },
		{ "\"from\":1795248001", "from: not before 2026-11-21T08:00:01Z", T0, "" },
		{ "\"from\":1795248001", "from: the time is not known", MDR_NO_TIME, "" },
		{ "\"window\":[1795248000,1795248001]", "window: opens at 2026-11-21T08:00:00Z", T0 - 1, "" },
		{ "\"window\":[1795248000,1795248001]", "window: closed at 2026-11-21T08:00:01Z", T0 + 1, "" },
		{ "\"if\":[0]", "rule: city \\\"Rome\\\" is one of \\\"Bonn\\\", \\\"Rome\\\"", T0, "" },
		{ "\"if\":[1]", "rule: osVersion \\\"9\\\" is not greater than 10 and less than 14", T0, "" },
		{ "\"if\":[2]", "rule: not known to this version", T0, "" },
		{ "\"if\":[3]", "rule: osVersion \\\"9\\\" is less than or equal to 9", T0, "" },
		{ "\"unless\":[[4,5]]", "unless: the device is excepted by its city, osVersion", T0, "" },
		{ "\"percent\":12500", "percent: neither userId nor deviceId", T0, "" },
		{ "\"percent\":12500", "percent: bucket 0xbb87aec407d51412 is not below 12.5 %", T0,
		  ",\"userId\":\"d2\"" },
		{ "\"percent\":70", "percent: bucket 0xbb87aec407d51412 is not below 0.07 %", T0,
		  ",\"userId\":\"d2\"" },
		{ "\"limit\":\"0000000000000001\"", "users: bucket 0xbb87aec407d51412 is not below 0x0000000000000001",
		  T0, ",\"deviceId\":\"d2\"" },
		{ "\"ramp\":[[1795247990,0],[1795248010,10]]",
		  "users: bucket 0xbb87aec407d51412 is not below 0x000346dc5d638865 (ramp at 0.005 %)", T0,
		  ",\"deviceId\":\"d2\"" },
		{ "\"limit\":\"0000000000000001\"", "users: deviceId is missing", T0, "" },
		{ "\"ramp\":[[1795248001,5]]", "users: the time is not known", MDR_NO_TIME, "" },
	};
	char slots[256], wanted[256], device[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tree t;
		struct mdr_client *c;
		struct mdr_error err;
		char *answer;

		demo_tree(&t);
		snprintf(slots, sizeof(slots), "\"GATE\":[{%s,\"t\":\"g\",\"v\":\"in\"}]", cases[i].guards);
		demo_switches(&t, slots,
			      "{\"element\":\"city\",\"op\":\"excludes\",\"value\":[\"Bonn\",\"Rome\"]},"
			      "{\"element\":\"osVersion\",\"exclusive\":true,\"lower\":\"10\",\"op\":\"in\",\"upper\":"
			      "\"14\"},"
			      "{\"element\":\"moon\",\"op\":\"excludes\",\"value\":[\"full\"]},"
			      "{\"element\":\"osVersion\",\"op\":\"out\",\"upper\":\"9\"},"
			      "{\"element\":\"city\",\"op\":\"contains\",\"value\":[\"Rome\"]},"
			      "{\"element\":\"osVersion\",\"op\":\"in\",\"upper\":\"9\"}");
		tree_publish_next(&t);
		c = open_fresh(&t);
		snprintf(wanted, sizeof(wanted), "\"verdict\":\"%s\"}", cases[i].verdict);
		snprintf(device, sizeof(device), "{\"platform\":\"android\",\"city\":\"Rome\",\"osVersion\":\"9\"%s}",
			 cases[i].also);
		answer = tree_answer(c, device, cases[i].at, MDR_SWITCH, MDR_EXPLAIN, &err);
		assert_non_null(answer);
		print_message("%s\n%s\n", wanted, answer ? answer : err.text);
		assert_non_null(strstr(answer, wanted));
		free(answer);
		mdr_close(c);
		tree_release(&t);
	}
}

/* Memory: a limit that is too small is an error, not an abort. */
static void test_limits(void **state)
{
	struct tree t;
	struct mdr_error err;

	(void)state;
	demo_tree(&t);
	for (uint64_t memory = 1; memory < 20000; memory += 997) {
		struct mdr_config config = {
			.app = APP, .fetch = tree_fetch, .fetch_ctx = &t, .limits = { .memory = memory }
		};
		struct slice root = tree_find(&t, "metadata/1.root.json")->data;
		struct mdr_client *c = NULL;
		char *answer = NULL;

		config.root = root.p;
		config.root_size = root.n;
		if (!mdr_open(&c, &config, &err) && !mdr_refresh(c, T0, &err))
			answer = tree_answer(c, "{\"platform\":\"android\"}", T0, MDR_ALL, 0, &err);
		assert_true(answer || err.code == MDR_MEMORY || err.code == MDR_REFUSED);
		assert_true(answer || memory < 19000);
		free(answer);
		mdr_close(c);
	}
	tree_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upgrade),         cmocka_unit_test(test_shape),
		cmocka_unit_test(test_guards),          cmocka_unit_test(test_units),
		cmocka_unit_test(test_incomplete),      cmocka_unit_test(test_update),
		cmocka_unit_test(test_index_of_others), cmocka_unit_test(test_explain),
		cmocka_unit_test(test_words),           cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("resolve/answer", tests, NULL, NULL);
}
