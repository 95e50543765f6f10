#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "make.h"
#include "plan/prune.h"

/* One switch: values in the order tried. Rules: "attribute=a b" contains, "attribute!a b" excludes, several by ';'. A
 * leading '%' is a percentage of 50, '0' one of 0. `fates`: one letter for each: . lives, n nobody, v never, 0-9 closed
 * by that one. */
static const struct {
	const char *name, *values[5], *fates;
} cases[] = {
	{ "a free one closes all behind", { "", "", "city=a" }, ".00" },
	{ "a percentage closes nothing", { "%", "city=a", "" }, "..." },
	{ "nobody", { "0", "" }, "n." },
	{ "subset of texts", { "city=a b", "city=a", "city=c", "%city=b" }, ".0.0" },
	{ "not a subset", { "city=a", "city=a b" }, ".." },
	{ "excludes", { "city!a", "city=b", "city=a", "city!a b" }, ".0.0" },
	{ "further rules only narrow", { "city=a", "city=a;tier=x", "tier=x" }, ".0." },
	{ "more rules cover less", { "city=a;tier=x", "tier=x;city=a;osVersion=1", "city=a" }, ".0." },
	{ "contradiction", { "city=a;city=b", "" }, "v." },
	{ "contradiction by excludes", { "city=a;city!a", "city=a b;city!a", "city=b" }, "v.1" },
	{ "a dropped one closes nothing", { "0city=a", "city=a" }, "n." },
	{ "those with one rule are asked first", { "city=a;tier=x", "city=a", "city=a;tier=x" }, "..1" },
	{ "versions are values", { "osVersion=1 2", "osVersion=2.0", "osVersion!1 2" }, ".0." },
};

static struct rules parse_rules(struct arena *a, const char *text)
{
	struct rule v[4];
	size_t n = 0;

	for (struct slice rest = slice_of(text); rest.p && rest.n > 0;) {
		struct slice one = slice_cut(&rest, ';');
		ptrdiff_t at = slice_find(one, '=');
		bool contains = at >= 0;
		size_t end = (size_t)(contains ? at : slice_find(one, '!'));

		v[n++] = make_list(a, arena_str(a, slice_sub(one, 0, end)), contains ? RULE_CONTAINS : RULE_EXCLUDES,
				   arena_str(a, slice_from(one, end + 1)));
	}
	return make_rules(a, v, n);
}

static void fates(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT, scratch = ARENA_INIT;
		struct switch_value values[5] = { { .id = { NULL, 0 } } };
		struct switch_def sw = { .key = SLICE("K"), .active = true, .values = values };
		struct app app = { .switches = &sw, .nswitches = 1 };
		struct offers o;

		print_message("%s\n", cases[i].name);
		for (; sw.nvalues < 5 && cases[i].values[sw.nvalues]; sw.nvalues++) {
			const char *text = cases[i].values[sw.nvalues];
			struct switch_value *v = &values[sw.nvalues];

			v->platforms[PLATFORM_ANDROID] = true;
			v->type = *text == '%' || *text == '0' ? SWITCH_PERCENTAGE : SWITCH_FULL;
			v->thousandths = *text == '%' ? 50000 : 0;
			v->rules = parse_rules(&a, text + (v->type == SWITCH_PERCENTAGE));
		}
		offers_switch(&o, &a, &app, PLATFORM_ANDROID);
		offers_prune(&o, &a, &scratch);
		for (size_t k = 0; k < o.n; k++) {
			char found = o.v[k].fate == OFFER_LIVE     ? '.'
				     : o.v[k].fate == OFFER_NOBODY ? 'n'
				     : o.v[k].fate == OFFER_NEVER  ? 'v'
								   : (char)('0' + o.v[k].closer);
			assert_int_equal(found, cases[i].fates[k]);
		}
		arena_release(&a);
		arena_release(&scratch);
	}
}

/* Official tasks have no rules: the newest closes every older release. */
static void releases(void **state)
{
	struct arena a = ARENA_INIT, scratch = ARENA_INIT;
	struct rule city = make_list(&a, "city", RULE_CONTAINS, "a");
	struct task tasks[] = { make_task("full", TASK_OFFICIAL, 1), make_task("gray", TASK_PERCENTAGE, 2) };
	struct upgrade v[60];
	struct app app = { .upgrades = v, .nupgrades = COUNT(v) };
	struct offers o;
	size_t live = 0;

	tasks[1].rules = make_rules(&a, &city, 1);
	for (size_t i = 0; i < COUNT(v); i++) /* the newest two have no official task */
		v[i] = make_upgrade(&a, arena_printf(&a, "1.%zu", i).p, tasks + (i >= 58), i >= 58 ? 1 : 2);
	app_list_releases(&app, &a);
	offers_releases(&o, &a, &app, PLATFORM_ANDROID, KIND_UPGRADE, 1000);
	offers_prune(&o, &a, &scratch);
	for (size_t i = 0; i < o.n; i++)
		live += o.v[i].fate == OFFER_LIVE;
	assert_int_equal(live, 3);
	assert_int_equal(o.v[2].fate, OFFER_LIVE);
	assert_int_equal(o.v[o.n - 1].closer, 2);
	arena_release(&a);
	arena_release(&scratch);
}

/* Hotpatches of one product version, the newest last: of each release a task, "o" official, "d" one for dev devices, "r" a rollback,
 * "g" a percentage. `fates` in the order tried, as above, but of offers. */
static const struct {
	const char *name, *key, *tasks, *fates;
} patches[] = {
	{ "prod closes dev", NULL, "do", ".0" },
	{ "of a ship it does not", "k", "do", ".." },
	{ "but prod", "k", "odo", "..0" },
	{ "dev closes dev", "k", "ddod", "..00" },
	{ "dev closes no prod", "k", "gd", ".." },
	{ "a rollback behind prod is closed, a dev ship is not", "k", "rdo", "..0" },
};

static struct hotpatch make_patch(struct arena *a, char kind, const char *key, uint32_t number)
{
	struct task t = make_task("t", kind == 'r' ? TASK_ROLLBACK : kind == 'g' ? TASK_PERCENTAGE : TASK_OFFICIAL, 1);
	struct hotpatch h = { .product = make_version("1.0"), .product_text = SLICE("1.0"), .patch_number = number };

	t.dev = kind == 'd';
	h.r = make_release(a, KIND_HOTPATCH, "android", arena_printf(a, "1.0/%u", number).p, &t, 1);
	if (key)
		h.version_key = slice_of(key);
	return h;
}

static void ships(void **state)
{
	for (size_t i = 0; i < COUNT(patches); i++) {
		struct arena a = ARENA_INIT, scratch = ARENA_INIT;
		struct hotpatch v[5];
		struct app app = { .hotpatches = v };
		struct offers o;

		print_message("%s\n", patches[i].name);
		for (; patches[i].tasks[app.nhotpatches]; app.nhotpatches++)
			v[app.nhotpatches] = make_patch(&a, patches[i].tasks[app.nhotpatches], patches[i].key,
							(uint32_t)app.nhotpatches + 1);
		app_list_releases(&app, &a);
		offers_releases(&o, &a, &app, PLATFORM_ANDROID, KIND_HOTPATCH, 1000);
		offers_prune(&o, &a, &scratch);
		assert_int_equal(o.n, strlen(patches[i].fates));
		for (size_t k = 0; k < o.n; k++)
			assert_int_equal(o.v[k].fate == OFFER_LIVE ? '.' : '0' + (char)o.v[k].closer,
					 patches[i].fates[k]);
		arena_release(&a);
		arena_release(&scratch);
	}
}

/* More offers than the steps allow to compare: some stay that could go, and the work stays small. */
static void bounded(void **state)
{
	static struct switch_value values[20000];
	struct arena a = ARENA_INIT, scratch = ARENA_INIT;
	struct switch_def sw = { .key = SLICE("K"), .active = true, .values = values, .nvalues = COUNT(values) };
	struct app app = { .switches = &sw, .nswitches = 1 };
	size_t closed = 0;
	struct offers o;

	for (size_t i = 0; i < COUNT(values); i++) { /* each text twice, far apart */
		struct slice text = arena_printf(&a, "c%zu", i % (COUNT(values) / 2));
		struct rule r = make_list(&a, "city", RULE_CONTAINS, text.p);

		values[i] = (struct switch_value){ .platforms = { true }, .rules = make_rules(&a, &r, 1) };
	}
	offers_switch(&o, &a, &app, PLATFORM_ANDROID);
	offers_prune(&o, &a, &scratch);
	for (size_t i = 0; i < o.n; i++) {
		closed += o.v[i].fate == OFFER_CLOSED;
		if (o.v[i].fate == OFFER_CLOSED)
			assert_int_equal(o.v[i].closer, i - COUNT(values) / 2);
	}
	assert_in_range(closed, 10, COUNT(values) / 4);
	arena_release(&a);
	arena_release(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(fates), cmocka_unit_test(releases),
					    cmocka_unit_test(ships), cmocka_unit_test(bounded) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
