/* Indexes and manifests of the kinds beside android's upgrades and switches (compile.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/answer.h"
#include "build/itms.h"
#include "compiled.h"

static struct slice answer_text(const struct fixture *f, const struct release *r, struct arena *a, const char *link)
{
	struct strbuf sb = STRBUF_INIT;
	struct slice text;

	assert_int_equal(answer_make(&sb, &f->w.app, r, &r->tasks[0], slice_of(link)), 0);
	text = arena_copy(a, strbuf_slice(&sb));
	strbuf_release(&sb);
	return text;
}

/* The planner weighs manifests before they are made; a unit's without whitelists. */
static void check_estimate(struct fixture *f, const struct index *ix, size_t unit)
{
	size_t bytes = object(f, ix->units[unit].hash, "manifest.json").n;

	assert_in_range(f->c.v[0].plan.manifests[unit].bytes, bytes * 3 / 4, bytes * 5 / 4);
}

/* --- hotpatches --------------------------------------------------------------------------------------------------- */

static struct hotpatch *add_hotpatch(struct fixture *f, const char *product, uint32_t number, const char *key,
				     const struct task *t)
{
	struct app *app = &f->w.app;
	struct arena *a = &f->w.mem;
	struct hotpatch *v = ARENA_ARRAY(a, struct hotpatch, app->nhotpatches + 1), *h = &v[app->nhotpatches];

	if (app->nhotpatches)
		memcpy(v, app->hotpatches, app->nhotpatches * sizeof(*v));
	*h = (struct hotpatch){ .r = make_release(a, KIND_HOTPATCH, "android",
						  arena_printf(a, "%s/%u", product, number).p, t, 1),
				.product = make_version(product),
				.product_text = slice_of(product),
				.patch_number = number,
				.version_key = slice_of(key),
				.package = { .file = SLICE("p.jar"), .rel = SLICE("p.jar"), .size = number } };
	app->hotpatches = v;
	app->nhotpatches++;
	return h;
}

static void test_hotpatches(void **state)
{
	const struct task full = make_task("full", TASK_OFFICIAL, 1), part = make_task("part", TASK_PERCENTAGE, 1),
			  back = make_task("back", TASK_ROLLBACK, 1);
	static const struct {
		const char *version, *task, *element, *value;
	} expected[] = {
		{ "5.1/2", "part", "versionKey", " k 5.1" },
		{ "5.0/1", "full", "appVersion", "5.0" },
		{ "5.2/4", "back", "appVersion", "5.2" },
		{ "5.1/3", "back", "versionKey", " k 5.1" },
	};
	const struct manifest *m;
	struct fixture f;
	struct index ix;

	(void)state;
	setup(&f);
	(void)add_hotpatch(&f, "5.0", 1, "", &full);
	(void)add_hotpatch(&f, "5.1", 2, " k 5.1", &part);
	(void)add_hotpatch(&f, "5.1", 3, " k 5.1", &back);
	(void)add_hotpatch(&f, "5.2", 4, "", &back);
	compile(&f);
	assert_int_equal(f.c.n, 1);
	read_index(&f, &ix, 0);
	assert_int_equal(ix.kind, KIND_HOTPATCH);
	assert_int_equal(ix.nversion_keys, 1);
	assert_true(slice_eqs(ix.version_keys[0], " k 5.1"));
	assert_int_equal(ix.nattrs, 2);
	assert_true(slice_eqs(ix.attrs[0].name, "appVersion") && ix.attrs[0].type == ATTR_VERSION);
	assert_true(slice_eqs(ix.attrs[1].name, "versionKey") && ix.attrs[1].type == ATTR_EXACT);
	m = ix.inline_manifest;
	assert_non_null(m);
	assert_true(slice_eqs(m->slots[0].name, "android"));
	assert_int_equal(m->slots[0].n, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++) {
		const struct mf_candidate *k = &m->slots[0].v[i];
		const struct mf_rule *rule = &m->rules[k->rules[0]];

		print_message("%s\n", expected[i].task);
		assert_true(slice_eqs(k->task, expected[i].task));
		assert_true(slice_eqs(m->answers[k->answer].version, expected[i].version));
		assert_int_equal(k->nrules, 1);
		assert_true(slice_eqs(rule->element, expected[i].element) && rule->op == RULE_CONTAINS);
		assert_true(rule->nvalues == 1 && slice_eqs(rule->values[0], expected[i].value));
	}
	assert_true(m->slots[0].v[0].has_percent && !m->slots[0].v[1].has_percent);
	assert_true(slice_eqs(object(&f, m->answers[m->slots[0].v[2].answer].hash, "answer.json"),
			      "{\"action\":\"rollback\"}"));
	check_objects(&f);
	teardown(&f);
}

/* Keys are known also where nothing is out; without one there is no index then. */
static void test_version_keys(void **state)
{
	struct task t = make_task("full", TASK_OFFICIAL, 1);
	struct fixture f;
	struct index ix;

	(void)state;
	setup(&f);
	t.status = STATUS_PENDING;
	(void)add_hotpatch(&f, "5.2", 1, "", &t);
	add_hotpatch(&f, "5.0", 1, "of ios", &t)->platform = PLATFORM_IOS;
	compile(&f);
	assert_int_equal(f.c.n + f.c.nobjects, 0);
	compiled_release(&f.c);
	(void)add_hotpatch(&f, "5.0", 1, "zz", &t);
	(void)add_hotpatch(&f, "5.1", 1, "aa", &t);
	(void)add_hotpatch(&f, "5.0", 2, "zz", &t);
	compile(&f);
	assert_int_equal(f.c.n, 1);
	assert_int_equal(f.c.nobjects, 0);
	read_index(&f, &ix, 0);
	assert_true(!ix.inline_manifest && !ix.nsegments && !ix.nattrs);
	assert_int_equal(ix.nversion_keys, 2);
	assert_true(slice_eqs(ix.version_keys[0], "aa") && slice_eqs(ix.version_keys[1], "zz"));
	teardown(&f);
}

/* Keys are looked up in a table where that pays. */
static void test_folded_keys(void **state)
{
	struct fixture f;
	struct index ix;
	size_t exact = 0;

	(void)state;
	setup(&f);
	for (uint32_t i = 0; i < 40; i++) {
		struct task t = make_task("part", TASK_PERCENTAGE, 1);
		const char *product = arena_printf(&f.w.mem, "5.%u", i).p;

		(void)add_hotpatch(&f, product, 1, arena_printf(&f.w.mem, " K%u", i).p, &t);
	}
	compile(&f);
	check_objects(&f);
	read_index(&f, &ix, 0);
	assert_true(ix.nsegments > 1);
	assert_int_equal(ix.nversion_keys, 40);
	for (size_t i = 0; i < ix.nfolds; i++) {
		exact += ix.folds[i].type == ATTR_EXACT;
		if (ix.folds[i].type == ATTR_EXACT)
			assert_true(ix.folds[i].nvalues == 40 && ix.folds[i].values[0].text.p[0] == ' ');
	}
	assert_int_equal(exact, 1);
	teardown(&f);
}

/* --- ios ---------------------------------------------------------------------------------------------------------- */

static void to_ios(struct upgrade *u, enum distribution distribution)
{
	u->r.slot = SLICE("ios");
	u->r.platforms[PLATFORM_ANDROID] = false;
	u->r.platforms[PLATFORM_IOS] = true;
	u->platform = PLATFORM_IOS;
	u->distribution = distribution;
	u->link = SLICE("https://testflight.apple.com/join/x");
	u->bundle_id = SLICE("com.example.demo");
	u->expires = 3000;
	u->package = (struct package){ .rel = SLICE("a.ipa"), .file = SLICE("a.ipa"), .size = 9 };
}

static void test_ios(void **state)
{
	struct task t = make_task("t", TASK_WHITELIST, 1);
	struct strbuf plist = STRBUF_INIT, link = STRBUF_INIT;
	const struct manifest *m;
	struct fixture f;
	struct index ix;
	uint8_t hash[SHA256_SIZE];

	(void)state;
	setup(&f);
	t.whitelists = f.named;
	t.nwhitelists = 1;
	add_upgrade(&f, "5.0", &t, 1);
	add_upgrade(&f, "5.1", &t, 1);
	to_ios(&f.w.app.upgrades[0], DIST_ENTERPRISE);
	to_ios(&f.w.app.upgrades[1], DIST_TEST_FLIGHT);
	compile(&f);
	check_objects(&f);
	assert_int_equal(f.c.nobjects, 3);
	read_index(&f, &ix, 0);
	m = ix.inline_manifest;
	assert_int_equal(m->slots[0].n, 2);
	assert_true(m->slots[0].v[0].has_until && m->slots[0].v[0].until == 3000);
	assert_false(m->slots[0].v[1].has_until);
	itms_manifest(&plist, &f.w.app, &f.w.app.upgrades[0]);
	assert_int_equal(digest_sha256(f.w.digests, hash, strbuf_slice(&plist)), 0);
	assert_true(slice_eq(object(&f, hash, "manifest.plist"), strbuf_slice(&plist)));
	itms_link(&link, &f.w.app, hash);
	assert_true(slice_eq(object(&f, m->answers[m->slots[0].v[1].answer].hash, "answer.json"),
			     answer_text(&f, f.w.app.releases[KIND_UPGRADE][0], &f.w.mem, link.p)));
	strbuf_release(&plist);
	strbuf_release(&link);
	teardown(&f);
}

/* --- h5 ----------------------------------------------------------------------------------------------------------- */

static void make_packages(struct fixture *f, size_t apps, size_t memo)
{
	struct app *app = &f->w.app;
	struct arena *a = &f->w.mem;

	app->h5_apps = ARENA_ARRAY(a, struct h5_app, apps);
	app->h5 = ARENA_ARRAY(a, struct h5_release, 2 * apps);
	for (size_t i = 0; i < apps; i++) {
		struct task t[2] = { make_task("part", TASK_PERCENTAGE, 1), make_task("listed", TASK_WHITELIST, 1) };
		struct h5_app *of = &app->h5_apps[i];

		t[1].whitelists = f->named + i % LISTS;
		t[1].nwhitelists = 1;
		*of = (struct h5_app){ .id = arena_printf(a, "1000%04zu", i), .name = SLICE("Pay") };
		for (size_t k = 0; k < 2; k++) {
			struct h5_release *h = &app->h5[app->nh5++];

			*h = (struct h5_release){ .r = make_release(a, KIND_H5, of->id.p, k ? "1.0.0.2" : "1.0.0.1", t,
								    2),
						  .app = of,
						  .size = 1 + i };
			h->version = make_version(h->r.version_text.p);
			h->r.memo = arena_printf(a, "%0*zu", (int)memo, i);
			h->client[PLATFORM_ANDROID].min = make_version(k ? "5.0" : "4.0");
			h->client[PLATFORM_ANDROID].max = make_version("6");
			h->client[PLATFORM_ANDROID].has_max = true;
		}
	}
}

static void check_slot(struct fixture *f, const struct manifest *m, const struct mf_slot *slot)
{
	size_t number = 0;

	while (!slice_eq(f->w.app.h5_apps[number].id, slot->name))
		number++;
	assert_int_equal(slot->n, 4);
	for (size_t k = 0; k < 4; k++) {
		const struct release *r = f->w.app.releases[KIND_H5][2 * number + (k < 2)];
		const struct mf_answer *answer = &m->answers[slot->v[k].answer];
		const struct mf_rule *rule = &m->rules[slot->v[k].rules[0]];

		assert_true(slice_eqs(slot->v[k].task, k % 2 ? "part" : "listed"));
		assert_int_equal(slot->v[k].answer, slot->v[k / 2 * 2].answer);
		assert_true(slice_eq(answer->version, r->version_text));
		assert_true(slice_eq(answer->text, answer_text(f, r, &f->w.mem, "")));
		assert_true(slice_eqs(rule->lower, k < 2 ? "5" : "4") && slice_eqs(rule->upper, "6"));
		assert_true(rule->op == RULE_IN && !rule->exclusive);
	}
}

static void test_h5(void **state)
{
	struct fixture f;
	struct index ix;
	size_t slots = 0;

	(void)state;
	setup(&f);
	make_packages(&f, 2, 5);
	compile(&f);
	assert_int_equal(f.c.n, 1);
	assert_int_equal(f.c.nobjects, 0); /* answers stand in the manifest, the manifest in the index */
	read_index(&f, &ix, 0);
	assert_non_null(ix.inline_manifest);
	assert_int_equal(ix.inline_manifest->nanswers, 4);
	assert_int_equal(ix.inline_manifest->nwhitelists, 2);
	for (size_t i = 0; i < 2; i++)
		check_slot(&f, ix.inline_manifest, &ix.inline_manifest->slots[i]);
	compiled_release(&f.c);

	f.w.app.nh5 = 0;
	make_packages(&f, 40, 1000);
	compile(&f);
	check_objects(&f);
	read_index(&f, &ix, 0);
	assert_true(ix.nunits > 1);
	assert_int_equal(ix.nwhitelists, LISTS);
	for (size_t i = 0; i < ix.nunits; i++) {
		struct manifest m;

		read_manifest(&f, &m, &ix, ix.units[i].hash);
		check_estimate(&f, &ix, i);
		assert_int_equal(m.nanswers, 2 * m.nslots);
		for (size_t k = 0; k < m.nslots; k++)
			check_slot(&f, &m, &m.slots[k]);
		slots += m.nslots;
	}
	assert_int_equal(slots, 40);
	teardown(&f);
}

/* --- quick fixes -------------------------------------------------------------------------------------------------- */

static void test_quickfixes(void **state)
{
	static struct slice phone[] = { { "phone", 5 } };
	struct quickfix_module module = { .name = SLICE("entry"), .device_types = phone, .ndevice_types = 1 };
	struct task tasks[] = { make_task("back", TASK_ROLLBACK, 1), make_task("part", TASK_PERCENTAGE, 1),
				make_task("full", TASK_OFFICIAL, 1) };
	struct quickfix v[3];
	const struct manifest *m;
	struct fixture f;
	struct index ix;

	(void)state;
	setup(&f);
	for (uint32_t i = 0; i < 3; i++) {
		const char *version = arena_printf(&f.w.mem, "%u", 100 + i).p;

		v[i] = (struct quickfix){ .r = make_release(&f.w.mem, KIND_QUICKFIX, "com.example.demo/7", version,
							    &tasks[i == 2 ? 0 : 2 - i], 1),
					  .patch_version_code = 100 + i,
					  .modules = &module,
					  .nmodules = 1 };
		v[i].r.platforms[PLATFORM_ANDROID] = false;
		v[i].r.platforms[PLATFORM_HARMONY] = true;
	}
	f.w.app.quickfixes = v;
	f.w.app.nquickfixes = 3;
	compile(&f);
	assert_int_equal(f.c.n, 1);
	assert_int_equal(f.c.v[0].plan.platform, PLATFORM_HARMONY);
	read_index(&f, &ix, 0);
	m = ix.inline_manifest;
	assert_true(slice_eqs(m->slots[0].name, "com.example.demo/7"));
	assert_int_equal(m->slots[0].n, 3);
	for (uint32_t i = 0; i < 3; i++) {
		const struct mf_candidate *k = &m->slots[0].v[i];
		const struct quickfix *q = &v[i == 2 ? 2 : 1 - i];

		assert_true(slice_eq(k->task, q->r.tasks[0].id));
		assert_true(slice_eq(m->answers[k->answer].version, q->r.version_text));
		assert_true(slice_eq(m->answers[k->answer].text, answer_text(&f, &q->r, &f.w.mem, "")));
		assert_int_equal(k->has_above, i < 2); /* a rollback always */
		assert_int_equal(k->above, i < 2 ? q->patch_version_code : 0);
		assert_int_equal(k->nrules, 0);
	}
	teardown(&f);
}

/* Many of them: more bytes than one manifest should have. */
static void test_many_quickfixes(void **state)
{
	static struct slice phone[] = { { "phone", 5 } };
	struct quickfix_module modules[4];
	struct task t = make_task("full", TASK_OFFICIAL, 1);
	struct quickfix v[60];
	struct fixture f;
	struct index ix;

	(void)state;
	setup(&f);
	for (size_t i = 0; i < COUNT(modules); i++)
		modules[i] =
			(struct quickfix_module){ .name = SLICE("entry"), .device_types = phone, .ndevice_types = 1 };
	for (uint32_t i = 0; i < COUNT(v); i++) {
		v[i] = (struct quickfix){ .r = make_release(&f.w.mem, KIND_QUICKFIX,
							    arena_printf(&f.w.mem, "com.example.demo/%02u", i).p, "100",
							    &t, 1),
					  .patch_version_code = 100,
					  .modules = modules,
					  .nmodules = COUNT(modules) };
		v[i].r.platforms[PLATFORM_ANDROID] = false;
		v[i].r.platforms[PLATFORM_HARMONY] = true;
	}
	f.w.app.quickfixes = v;
	f.w.app.nquickfixes = COUNT(v);
	compile(&f);
	read_index(&f, &ix, 0);
	assert_true(ix.nunits > 1);
	for (size_t i = 0; i < ix.nunits; i++)
		check_estimate(&f, &ix, i);
	teardown(&f);
}

/* --- lists of expressions ------------------------------------------------------------------------------------------ */

static void test_patterns(void **state)
{
	static struct slice patterns[] = { { "a+", 2 }, { "b|c", 3 } };
	struct task t = make_task("t", TASK_WHITELIST, 1);
	const struct manifest *m;
	struct fixture f;
	struct index ix;

	(void)state;
	setup(&f);
	f.lists[1].is_regex = true;
	f.lists[1].patterns = patterns;
	f.lists[1].npatterns = 2;
	f.filters[1].list = NULL;
	t.whitelists = f.named;
	t.nwhitelists = 2;
	add_upgrade(&f, "5.0", &t, 1);
	add_upgrade(&f, "5.1", &t, 1);
	compile(&f);
	read_index(&f, &ix, 0);
	m = ix.inline_manifest;
	assert_int_equal(m->nwhitelists, 2);
	assert_true(slice_eqs(m->whitelists[0].name, "alpha") && m->whitelists[0].npatterns == 0);
	assert_true(slice_eqs(m->whitelists[1].name, "beta") && m->whitelists[1].npatterns == 2);
	assert_int_equal(m->whitelists[1].id_type, ID_DEVICE);
	assert_true(slice_eqs(m->whitelists[1].patterns[0], "a+") && slice_eqs(m->whitelists[1].patterns[1], "b|c"));
	teardown(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hotpatches),
		cmocka_unit_test(test_version_keys),
		cmocka_unit_test(test_folded_keys),
		cmocka_unit_test(test_ios),
		cmocka_unit_test(test_h5),
		cmocka_unit_test(test_quickfixes),
		cmocka_unit_test(test_many_quickfixes),
		cmocka_unit_test(test_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
