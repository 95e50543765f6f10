#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../plan/make.h"
#include "report/plan.h"

struct fixture {
	struct arena mem;
	struct digests *digests;
	struct app app;
	struct compiled c;
};

static void setup(struct fixture *f, size_t upgrades, size_t switches)
{
	*f = (struct fixture){ .mem = ARENA_INIT };
	assert_int_equal(digests_new(&f->digests), 0);
	f->app = (struct app){
		.app_code = SLICE("D-default"), .segments_max = 256, .nupgrades = upgrades, .nswitches = switches
	};
	f->app.upgrades = ARENA_ARRAY(&f->mem, struct upgrade, upgrades);
	f->app.switches = ARENA_ARRAY(&f->mem, struct switch_def, switches);
	for (size_t i = 0; i < switches; i++) {
		struct switch_def *s = &f->app.switches[i];

		*s = (struct switch_def){ .key = arena_printf(&f->mem, "K%04zu", i), .active = true, .nvalues = 1 };
		s->values = ARENA_NEW(&f->mem, struct switch_value);
		*s->values = (struct switch_value){ .id = SLICE("0"), .value = arena_printf(&f->mem, "%0600zu", i) };
		s->values->platforms[PLATFORM_IOS] = true;
	}
}

static void teardown(struct fixture *f)
{
	compiled_release(&f->c);
	digests_free(f->digests);
	arena_release(&f->mem);
}

static void compile(struct fixture *f)
{
	app_list_releases(&f->app, &f->mem);
	assert_int_equal(compile_app(&f->c, &f->app, 1000, NULL, 0, f->digests), 0);
	assert_int_equal(f->c.n, 1);
}

static void check_line(const struct fixture *f, const char *line)
{
	struct strbuf out = STRBUF_INIT;

	report_index_line(&out, &f->c.v[0]);
	assert_string_equal(out.p, line);
	strbuf_release(&out);
}

/* The report but for its numbers of bytes, which are looked at by themselves. */
static void check_json(const struct fixture *f, const char *want)
{
	json_t *json = report_index(&f->c.v[0]), *attr;
	char *text;
	size_t i;

	assert_non_null(json);
	assert_int_equal(json_integer_value(json_object_get(json, "bytes")), f->c.v[0].bytes.n);
	json_object_del(json, "bytes");
	json_object_del(json, "shardBytes");
	json_array_foreach(json_object_get(json, "attributes"), i, attr)
	{
		json_object_del(attr, "costBefore");
		json_object_del(attr, "costAfter");
		json_object_del(attr, "costAfterAtLeast");
	}
	text = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);
	assert_string_equal(text, want);
	free(text);
	json_decref(json);
}

/* One manifest in the index; every way to be dropped. */
static void test_inline(void **state)
{
	struct task t[] = { make_task("nobody", TASK_PERCENTAGE, 1), make_task("never", TASK_PERCENTAGE, 1),
			    make_task("full", TASK_OFFICIAL, 1), make_task("closed", TASK_PERCENTAGE, 1) };
	struct fixture f;
	struct rule none[2];

	(void)state;
	setup(&f, 2, 0);
	none[0] = make_list(&f.mem, "city", RULE_CONTAINS, "Berlin");
	none[1] = make_list(&f.mem, "city", RULE_CONTAINS, "Paris");
	t[0].thousandths = 0;
	t[1].rules = make_rules(&f.mem, none, 2);
	f.app.upgrades[0] = make_upgrade(&f.mem, "4.0", &t[3], 1);
	f.app.upgrades[1] = make_upgrade(&f.mem, "5.0", t, 3);
	for (size_t i = 0; i < 2; i++)
		f.app.upgrades[i].package.url = SLICE("https://x/y.apk");
	compile(&f);
	check_line(&f, "android upgrade: one manifest inside the index; 1 of 4 offers");
	check_json(&f, "{\"attributes\":[{\"attribute\":\"appVersion\",\"folded\":false,\"type\":\"version\",\"why\":"
		       "\"the manifest is small enough to stay in the index\"},"
		       "{\"attribute\":\"city\",\"folded\":false,\"type\":\"text\",\"why\":\"only offers that nobody "
		       "can get look at it\"}],"
		       "\"dropped\":[{\"slot\":\"android\",\"task\":\"nobody\",\"version\":\"5.0\",\"why\":\"its "
		       "percentage is 0\"},"
		       "{\"slot\":\"android\",\"task\":\"never\",\"version\":\"5.0\",\"why\":\"no device satisfies all "
		       "its rules\"},"
		       "{\"byTask\":\"full\",\"byVersion\":\"5.0\",\"slot\":\"android\",\"task\":\"closed\","
		       "\"version\":\"4.0\",\"why\":\"an earlier offer takes every device that it could reach\"}],"
		       "\"kind\":\"upgrade\",\"live\":1,\"manifests\":1,\"offers\":4,\"platform\":\"android\","
		       "\"shape\":\"inline\"}");
	teardown(&f);
}

static void test_segments(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, 12, 0);
	for (size_t i = 0; i < f.app.nupgrades; i++) {
		struct rule city = make_list(&f.mem, "city", RULE_CONTAINS, arena_printf(&f.mem, "%0400zu", i).p);
		struct task t = make_task("canary", TASK_PERCENTAGE, 1);

		t.rules = make_rules(&f.mem, &city, 1);
		f.app.upgrades[i] = make_upgrade(&f.mem, arena_printf(&f.mem, "2.%zu", i).p, &t, 1);
		f.app.upgrades[i].package.url = SLICE("https://x/y.apk");
	}
	compile(&f);
	check_line(&f, "android upgrade: 13 segments by appVersion; 12 of 12 offers");
	check_json(&f, "{\"attributes\":[{\"attribute\":\"appVersion\",\"classes\":14,\"columns\":13,\"folded\":true,"
		       "\"type\":\"version\"},"
		       "{\"attribute\":\"city\",\"classes\":14,\"folded\":false,\"type\":\"text\",\"why\":\"no "
		       "gain\"}],\"dropped\":[],"
		       "\"kind\":\"upgrade\",\"live\":12,\"manifests\":13,\"offers\":12,\"platform\":\"android\","
		       "\"shape\":\"segments\"}");
	teardown(&f);
}

static void test_units(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, 0, 100);
	f.app.switches[7].values->thousandths = 0;
	f.app.switches[7].values->type = SWITCH_PERCENTAGE;
	compile(&f);
	check_line(&f, "ios switch: 3 shards; 99 of 100 offers");
	check_json(
		&f,
		"{\"attributes\":[],\"dropped\":[{\"slot\":\"K0007\",\"task\":\"0\",\"why\":\"its percentage is 0\"}],"
		"\"kind\":\"switch\",\"live\":99,\"manifests\":3,\"offers\":100,\"platform\":\"ios\",\"shape\":"
		"\"units\"}");
	teardown(&f);
}

/* A hotpatch that is not out yet, but its key is known. */
static void test_keys_only(void **state)
{
	struct task t = make_task("full", TASK_PERCENTAGE, 1);
	struct hotpatch h;
	struct fixture f;

	(void)state;
	setup(&f, 0, 0);
	t.thousandths = 0;
	h = (struct hotpatch){ .r = make_release(&f.mem, KIND_HOTPATCH, "android", "5.0/1", &t, 1),
			       .product = make_version("5.0"),
			       .product_text = SLICE("5.0"),
			       .patch_number = 1,
			       .version_key = SLICE("key") };
	f.app.hotpatches = &h;
	f.app.nhotpatches = 1;
	compile(&f);
	check_line(&f, "android hotpatch: nothing but versionKeys; 0 of 1 offers");
	check_json(&f,
		   "{\"attributes\":[],\"dropped\":[{\"slot\":\"android\",\"task\":\"full\",\"version\":\"5.0/1\","
		   "\"why\":\"its percentage is 0\"}],\"kind\":\"hotpatch\",\"live\":0,\"manifests\":0,\"offers\":1,"
		   "\"platform\":\"android\",\"shape\":\"nothing\"}");
	teardown(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inline),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_keys_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
