#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "defs/hotpatch.h"
#include "world.h"

#define REL     "hp/android/5.0.0/7/release.json"
#define SHA     "0000000000000000000000000000000000000000000000000000000000000000"
#define PACKAGE "'package':{'url':'https://h/p','size':5,'sha256':'" SHA "','md5':'0123456789abcdef0123456789abcdef'}"
/* `more` begins in line 2. */
#define PATCH(more) "{'platform':'android','productVersion':'5.0.0','patchNumber':7," PACKAGE ",\n" more "}"
#define BACK        "'id':'back','type':'rollback','publishedAt':'2026-11-21T08:00:00Z'"

static void test_messages(void **state)
{
	static const struct {
		const char *rel, *text, *said;
	} cases[] = {
		{ REL, PATCH("'tasks':[]"), "" },
		{ REL, "{}",
		  "1:1: error: missing key 'package'\n"
		  "1:1: error: missing key 'patchNumber'\n"
		  "1:1: error: missing key 'platform'\n"
		  "1:1: error: missing key 'productVersion'\n"
		  "1:1: error: missing key 'tasks'\n" },
		{ "hp/android/5/07/release.json", "{'platform':'android','productVersion':'5'," PACKAGE ",'tasks':[]}",
		  "1:1: error: the folder '07' is no patchNumber: 1 to 2147483647, without leading zeros\n" },
		{ "hp/android/5/0/release.json",
		  "{'platform':'android','productVersion':'5','patchNumber':0," PACKAGE ",'tasks':[]}",
		  "1:58: error: the folder '0' is no patchNumber: 1 to 2147483647, without leading zeros\n" },
		{ "hp/android/5/2147483648/release.json",
		  "{'platform':'android','productVersion':'5','patchNumber':1," PACKAGE ",'tasks':[]}",
		  "1:58: error: the folder '2147483648' is no patchNumber: 1 to 2147483647, without leading zeros\n" },
		{ "hp/harmony/5/1/release.json", "{'platform':'harmony'}",
		  "1:13: error: hotpatches are for android and ios; on harmony a quick fix does this: "
		  "quickfixes/<bundleName>/<versionCode>/<patchVersionCode>/release.json\n" },
		{ REL, PATCH("'tasks':[],'versionKey':'  '"),
		  "2:25: error: 'versionKey' is '  '; it must not have white space around it: devices' keys are "
		  "compared byte for byte\n" },
		{ REL, PATCH("'tasks':[],'versionKey':'a\\u007fb'"),
		  "2:25: error: 'versionKey' is 'a?b'; it must not hold control characters\n" },
		{ REL, PATCH("'tasks':[{" BACK "}]"), "" },
		{ REL, PATCH("'tasks':[{" BACK ",'channel':'dev','mode':'percentage','upgradeMode':'once'}]"),
		  "2:88: error: a rollback is for every device: its channel is 'prod'\n"
		  "2:94: error: 'mode' belongs to type 'gray'; this task has type 'rollback'\n"
		  "2:114: error: 'upgradeMode' belongs to upgrades; this task is of a hotpatch\n" },
		{ REL, PATCH("'tasks':[{'id':'b','type':'rollback','publishedAt':'2026-11-21T08:00:01Z'}]"),
		  "2:52: error: a rollback holds at once: its publishedAt must not be later than the commit\n" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;
		struct hotpatch h;
		world_init(&w);
		print_message("%s\n", cases[i].text);
		(void)!hotpatch_read(&h, &w.s, world_origin(&w, cases[i].text), slice_of(cases[i].rel));
		char *said = world_said(&w);
		assert_string_equal(said, cases[i].said);
		free(said);
		world_release(&w);
	}
}

static void test_model(void **state)
{
	struct world w;
	struct hotpatch h;

	world_init(&w);
	assert_int_equal(hotpatch_read(&h, &w.s,
				       world_origin(&w, PATCH("'memo':'m','versionKey':'a b','unless':[[{'element':"
							      "'city','operation':'contains','value':['Beijing']}]],"
							      "'tasks':[{" BACK "}]")),
				       SLICE(REL)),
			 0);
	assert_int_equal(w.d.n, 0);
	assert_true(h.r.kind == KIND_HOTPATCH && slice_eqs(h.r.slot, "android") && h.r.platforms[PLATFORM_ANDROID]);
	assert_true(slice_eqs(h.r.folder, "hp/android/5.0.0/7") && slice_eqs(h.r.version_text, "5.0.0/7"));
	assert_true(h.platform == PLATFORM_ANDROID && h.patch_number == 7 && slice_eqs(h.product_text, "5.0.0"));
	assert_true(h.product.n == 1 && slice_eqs(h.version_key, "a b") && slice_eqs(h.r.memo, "m"));
	assert_true(h.r.nunless == 1 && h.r.unless[0].n == 1 && h.package.has_md5);
	assert_int_equal(h.r.ntasks, 1);
	assert_int_equal(h.r.tasks[0].type, TASK_ROLLBACK);
	assert_int_equal(h.r.tasks[0].published_at, w.s.commit_time);
	world_release(&w);
}

/* What a key says is an error, and the folder counts. */
static void test_folder_counts(void **state)
{
	struct world w;
	struct hotpatch h;

	world_init(&w);
	assert_int_equal(
		hotpatch_read(&h, &w.s, world_origin(&w, PATCH("'tasks':[]")), SLICE("hp/android/6.0/8/release.json")),
		0);
	assert_int_equal(w.d.n, 2);
	assert_true(slice_eqs(h.r.version_text, "6.0/8") && h.patch_number == 8 && h.product.part[0] == 6);
	world_release(&w);
}

static struct hotpatch patch(struct world *w, enum platform p, const char *product, uint32_t number, const char *key)
{
	struct hotpatch h = { .platform = p,
			      .product_text = slice_of(product),
			      .patch_number = number,
			      .version_key = slice_of(key),
			      .r = { .slot = slice_of(platform_name(p)) } };

	h.r.version_text = arena_printf(&w->a, "%s/%u", product, number);
	h.r.origin =
		(struct origin){ arena_printf(&w->a, "%s-%s-%u", platform_name(p), product, number).p, SLICE("{}") };
	assert_true(version_parse(&h.product, h.product_text));
	return h;
}

/* By platform name, then number, then product version. */
static void test_order(void **state)
{
	static const char *const want[] = { "android-5.0.0-1", "android-5.1-1", "android-6-1",
					    "android-5.0.0-2", "ios-4-1",       "ios-3-10" };
	struct world w;

	world_init(&w);
	struct hotpatch v[] = { patch(&w, PLATFORM_IOS, "3", 10, ""),    patch(&w, PLATFORM_ANDROID, "5.0.0", 2, ""),
				patch(&w, PLATFORM_ANDROID, "6", 1, ""), patch(&w, PLATFORM_ANDROID, "5.1", 1, ""),
				patch(&w, PLATFORM_IOS, "4", 1, ""),     patch(&w, PLATFORM_ANDROID, "5.0.0", 1, "") };
	w.app.hotpatches = v;
	w.app.nhotpatches = COUNT(v);
	hotpatches_finish(&w.app, &w.s);
	assert_int_equal(w.d.n, 0);
	for (size_t i = 0; i < COUNT(v); i++)
		assert_string_equal(v[i].r.origin.path, want[i]);
	world_release(&w);
}

static void test_together(void **state)
{
	struct world w;

	world_init(&w);
	struct hotpatch v[] = {
		patch(&w, PLATFORM_ANDROID, "5.0", 1, "a"),  patch(&w, PLATFORM_ANDROID, "5", 1, "a"),
		patch(&w, PLATFORM_ANDROID, "5.0.0", 2, ""), patch(&w, PLATFORM_ANDROID, "5", 3, "b"),
		patch(&w, PLATFORM_ANDROID, "6", 9, "a"),    patch(&w, PLATFORM_IOS, "6", 9, "a"),
		patch(&w, PLATFORM_ANDROID, "7", 9, ""),
	};
	w.app.hotpatches = v;
	w.app.nhotpatches = COUNT(v);
	hotpatches_finish(&w.app, &w.s);
	char *said = world_said(&w);
	assert_string_equal(
		said, "android-5-3:1:1: error: 'versionKey' is 'b', but android-5-1 has 'a': all patches of a "
		      "product version carry the same one\n"
		      "android-5.0-1:1:1: error: '5.0/1' is the same product version and patch number as '5/1' of "
		      "android-5-1\n"
		      "android-5.0.0-2:1:1: error: missing key 'versionKey': android-5-1 has 'a', and all patches "
		      "of a product version carry it\n"
		      "android-6-9:1:1: error: the versionKey 'a' belongs to product version 5 of android-5-1; each "
		      "product version has its own\n");
	free(said);
	world_release(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages), cmocka_unit_test(test_model),    cmocka_unit_test(test_folder_counts),
		cmocka_unit_test(test_order),    cmocka_unit_test(test_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
