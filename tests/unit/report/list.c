#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/list.h"

static struct whitelist testers = { .name = SLICE("testers") }, lab = { .name = SLICE("Lab") };
static struct whitelist *both[] = { &lab, &testers };
static struct task tasks[] = {
	{ .id = SLICE("share"), .memo = SLICE("Tenth") },
	{ .id = SLICE("inner"), .type = TASK_WHITELIST, .whitelists = both, .nwhitelists = 2 },
};
static struct switch_value values[] = {
	{ .id = SLICE("first"), .type = SWITCH_WHITELIST, .whitelists = both, .nwhitelists = 1 },
	{ .id = SLICE("rest"), .value = SLICE("hidden") },
};
static struct switch_def switches[] = {
	{ .key = SLICE("HOME"), .note = SLICE("Start page"), .values = values, .nvalues = 2 },
	{ .key = SLICE("pay"), .active = true, .values = values + 1, .nvalues = 1 },
};
static struct h5_app shop = { .id = SLICE("20171228"), .name = SLICE("商城 Shop") };
static struct upgrade upgrades[] = {
	{ .r = { .slot = SLICE("android"), .version_text = SLICE("1.0"), .tasks = tasks, .ntasks = 1 } },
	{ .r = { .slot = SLICE("android"),
		 .version_text = SLICE("1.1"),
		 .memo = SLICE("Second"),
		 .tasks = tasks + 1,
		 .ntasks = 1 } },
	{ .r = { .slot = SLICE("ios"), .version_text = SLICE("1.1") } },
};
static struct h5_release h5[] = {
	{ .r = { .kind = KIND_H5, .slot = SLICE("20171228"), .version_text = SLICE("0.1") }, .app = &shop },
};
static struct element elements[] = {
	{ .name = SLICE("city"), .declared = true },
	{ .name = SLICE("isp") },
	{ .name = SLICE("Tier"), .declared = true },
};

static struct app one_app(const char *code, struct arena *a)
{
	struct app app = {
		.app_code = slice_of(code),
		.whitelists = both,
		.nwhitelists = 2,
		.switches = switches,
		.nswitches = 2,
		.upgrades = upgrades,
		.nupgrades = 3,
		.h5_apps = &shop,
		.nh5_apps = 1,
		.h5 = h5,
		.nh5 = 1,
		.elements = elements,
		.nelements = 3,
	};

	app_list_releases(&app, a);
	return app;
}

/* "android/1.1 HOME Lab:3 city" */
static void describe(struct strbuf *out, const struct list *l)
{
	for (size_t i = 0; i < l->napps; i++) {
		const struct list_app *app = &l->apps[i];

		strbuf_addf(out, "%s" SLICE_FMT ":", i ? " " : "", SLICE_ARG(app->app->app_code));
		for (size_t k = 0; k < app->nreleases; k++)
			strbuf_addf(out, " " SLICE_FMT "/" SLICE_FMT, SLICE_ARG(app->releases[k]->slot),
				    SLICE_ARG(app->releases[k]->version_text));
		for (size_t k = 0; k < app->nswitches; k++)
			strbuf_addf(out, " " SLICE_FMT, SLICE_ARG(app->switches[k]->key));
		for (size_t k = 0; k < app->nwhitelists; k++)
			strbuf_addf(out, " " SLICE_FMT "=%zu", SLICE_ARG(app->whitelists[k]->name), app->uses[k]);
		for (size_t k = 0; k < app->nresources; k++)
			strbuf_addf(out, " " SLICE_FMT, SLICE_ARG(app->resources[k]->name));
	}
}

static void test_select(void **state)
{
	static const struct {
		const char *topics, *match, *app, *want;
	} cases[] = {
		{ "", "", "a", "a: android/1.1 android/1.0 ios/1.1 20171228/0.1 HOME pay Lab=2 testers=1 city Tier" },
		{ "upgrade", "", NULL, "a: android/1.1 android/1.0 ios/1.1 b: android/1.1 android/1.0 ios/1.1" },
		{ "h5", "", "b", "b: 20171228/0.1" },
		{ "hotpatch", "", "a", "a:" },
		{ "switch", "", "a", "a: HOME pay" },
		{ "whitelist", "", "a", "a: Lab=2 testers=1" },
		{ "resource", "", "a", "a: city Tier" },
		{ "", "1.1", "a", "a: android/1.1 ios/1.1" },
		{ "", "ANDROID", "a", "a: android/1.1 android/1.0" },
		{ "", "second", "a", "a: android/1.1" },
		{ "", "SHARE", "a", "a: android/1.0" },
		{ "", "tenth", "a", "a: android/1.0" },
		{ "", "lab", "a", "a: android/1.1 HOME Lab=2" },
		{ "upgrade", "lab", "a", "a: android/1.1" },
		{ "", "testers", "a", "a: android/1.1 testers=1" },
		{ "", "商城", "a", "a: 20171228/0.1" },
		{ "", "shop", "a", "a: 20171228/0.1" },
		{ "", "2017", "a", "a: 20171228/0.1" },
		{ "", "start PAGE", "a", "a: HOME" },
		{ "", "rest", "a", "a: HOME pay" },
		{ "", "hidden", "a", "a:" },
		{ "", "tier", "a", "a: Tier" },
		{ "", "isp", "a", "a:" },
		{ "", "a longer text than anything that is there", "a", "a:" },
	};
	struct arena a = ARENA_INIT;
	struct app apps[] = { one_app("a", &a), one_app("b", &a) };
	struct model model = { .apps = apps, .napps = 2, .commit_time = 7 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct list_query q = { .match = slice_of(cases[i].match), .app = cases[i].app };
		struct strbuf out = STRBUF_INIT;
		struct list list;
		size_t topic;

		print_message("%s \"%s\"\n", cases[i].topics, cases[i].match);
		if (list_topic_parse(&topic, slice_of(cases[i].topics)))
			q.topics[topic] = true;
		list_select(&list, &model, &q, &a);
		assert_int_equal(list.now, 7);
		describe(&out, &list);
		assert_string_equal(out.p, cases[i].want);
		strbuf_release(&out);
	}
	arena_release(&a);
}

static void test_topics(void **state)
{
	static const char *const words[] = { "upgrade",   "upgrades",   "hotpatch",   "hotpatches", "h5",
					     "h5",        "quickfix",   "quickfixes", "switch",     "switches",
					     "whitelist", "whitelists", "resource",   "resources" };
	size_t topic;

	for (size_t i = 0; i < COUNT(words); i++) {
		print_message("%s\n", words[i]);
		assert_true(list_topic_parse(&topic, slice_of(words[i])));
		assert_int_equal(topic, i / 2);
	}
	assert_false(list_topic_parse(&topic, SLICE("")));
	assert_false(list_topic_parse(&topic, SLICE("Upgrade")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_select),
		cmocka_unit_test(test_topics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
