#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/answer.h"
#include "compiled.h"

/* --- one release, one task: everything in the index --------------------------------------------------------------- */
static void test_least(void **state)
{
	const struct task t = make_task("full", TASK_OFFICIAL, 1);
	struct strbuf answer = STRBUF_INIT;
	const struct manifest *m;
	struct fixture f;
	struct index ix;

	(void)state;
	setup(&f);
	add_upgrade(&f, "5.0", &t, 1);
	compile(&f);
	assert_int_equal(f.c.n, 1);
	read_index(&f, &ix, 0);
	assert_int_equal(ix.platform, PLATFORM_ANDROID);
	assert_int_equal(ix.kind, KIND_UPGRADE);
	m = ix.inline_manifest;
	assert_non_null(m);
	assert_int_equal(ix.nattrs, 1);
	assert_true(slice_eqs(ix.attrs[0].name, "appVersion") && ix.attrs[0].type == ATTR_VERSION);
	assert_int_equal(m->nslots, 1);
	assert_true(slice_eqs(m->slots[0].name, "android"));
	assert_int_equal(m->slots[0].n, 1);
	assert_true(slice_eqs(m->slots[0].v[0].task, "full"));
	assert_int_equal(m->slots[0].v[0].nrules, 1);
	assert_int_equal(m->nrules, 1);
	assert_true(m->rules[0].op == RULE_IN && m->rules[0].exclusive && !m->rules[0].has_lower);
	assert_true(slice_eqs(m->rules[0].element, "appVersion") && slice_eqs(m->rules[0].upper, "5"));
	assert_int_equal(m->nanswers, 1);
	assert_true(slice_eqs(m->answers[0].version, "5.0"));
	assert_int_equal(answer_make(&answer, &f.w.app, f.w.app.releases[KIND_UPGRADE][0],
				     &f.w.app.upgrades[0].r.tasks[0], SLICE("")),
			 0);
	assert_true(slice_eq(strbuf_slice(&answer), object(&f, m->answers[0].hash, "answer.json")));
	assert_int_equal(m->answers[0].length, answer.n);
	assert_int_equal(f.c.nobjects, 1);
	check_objects(&f);
	strbuf_release(&answer);
	teardown(&f);
}

/* --- every guard -------------------------------------------------------------------------------------------------- */
enum { WINDOW, PERCENT, LISTED, LATER, DEV, GUARDS };

static void guarded(struct fixture *f)
{
	static struct ramp_point ramp[] = { { 2000, 10000 }, { 3000, 100000 } };
	struct rule city = make_list(&f->w.mem, "city", RULE_EXCLUDES, "Berlin Paris"),
		    os = make_range("osVersion", RULE_OUT, "9", "12.0", true);
	struct rule both[] = { os, city };
	struct task t[GUARDS] = {
		[WINDOW] = make_task("window", TASK_WINDOW, 1),
		[PERCENT] = make_task("percent", TASK_PERCENTAGE, 1),
		[LISTED] = make_task("listed", TASK_WHITELIST, 1),
		[LATER] = make_task("later", TASK_OFFICIAL, COMMIT + 5),
		[DEV] = make_task("dev", TASK_OFFICIAL, COMMIT),
	};

	os.default_result = both[0].default_result = true;
	t[WINDOW].window = (struct window){
		.start = 2000, .end = 9000, .users = 1000, .audience = 1000000, .ramp = ramp, .nramp = 2
	};
	t[WINDOW].rules = make_rules(&f->w.mem, both, 2);
	t[PERCENT].thousandths = 12345;
	t[PERCENT].rules = make_rules(&f->w.mem, &city, 1);
	f->named[1] = &f->lists[2]; /* not in the order of names */
	f->named[2] = &f->lists[1];
	t[LISTED].whitelists = f->named + 1;
	t[LISTED].nwhitelists = 2;
	t[DEV].dev = true;
	add_upgrade(f, "5.0", t, GUARDS);
	f->w.app.upgrades[0].r.unless = ARENA_ARRAY(&f->w.mem, struct rules, 1);
	f->w.app.upgrades[0].r.unless[0] = make_rules(&f->w.mem, both, 2);
	f->w.app.upgrades[0].r.nunless = 1;
}

static const struct mf_candidate *candidate(const struct manifest *m, const char *task)
{
	for (size_t i = 0; i < m->slots[0].n; i++) {
		if (slice_eqs(m->slots[0].v[i].task, task))
			return &m->slots[0].v[i];
	}
	fail_msg("no candidate %s", task);
	return NULL;
}

static void check_rule(const struct manifest *m, uint32_t number, const char *element)
{
	const struct mf_rule *r = &m->rules[number];

	assert_true(number < m->nrules && slice_eqs(r->element, element));
	if (strcmp(element, "city") == 0) {
		assert_true(r->op == RULE_EXCLUDES && r->nvalues == 2 && !r->default_result);
		assert_true(slice_eqs(r->values[0], "Berlin") && slice_eqs(r->values[1], "Paris"));
	} else {
		assert_true(r->op == RULE_OUT && r->exclusive && r->default_result);
		assert_true(slice_eqs(r->lower, "9") && slice_eqs(r->upper, "12"));
	}
}

static void check_list(const struct fixture *f, const struct mf_whitelist *w, size_t number)
{
	assert_true(slice_eq(w->name, f->lists[number].name));
	assert_int_equal(w->id_type, f->lists[number].id_type);
	assert_memory_equal(w->root, f->filters[number].root, SHA256_SIZE);
	assert_memory_equal(w->file, f->filters[number].file, SHA256_SIZE);
	assert_int_equal(w->ids, 100 + number);
	assert_int_equal(w->pages, 1 + number);
	assert_int_equal(w->probes, 10 + number);
}

static void test_guards(void **state)
{
	const struct mf_candidate *k;
	const struct manifest *m;
	struct fixture f;
	struct index ix;

	(void)state;
	setup(&f);
	guarded(&f);
	compile(&f);
	read_index(&f, &ix, 0);
	m = ix.inline_manifest;
	assert_non_null(m);
	assert_int_equal(m->slots[0].n, GUARDS);
	assert_int_equal(m->nanswers, 1); /* the tasks say the same */
	assert_int_equal(f.c.nobjects, 1);
	for (size_t i = 0; i < GUARDS; i++) {
		k = &m->slots[0].v[i];
		assert_int_equal(k->answer, 0);
		assert_int_equal(k->nunless, 1);
		assert_int_equal(k->unless_n[0], 2);
		check_rule(m, k->unless[0][0], "osVersion");
		check_rule(m, k->unless[0][1], "city");
	}
	k = candidate(m, "window");
	assert_true(k->has_window && k->start == 2000 && k->end == 9000);
	assert_true(k->has_limit && k->limit > 0 && !k->has_percent && !k->dev && !k->has_from && !k->nlists);
	assert_int_equal(k->nramp, 2);
	assert_true(k->ramp[0].at == 2000 && k->ramp[0].thousandths == 10000 && k->ramp[1].at == 3000 &&
		    k->ramp[1].thousandths == 100000);
	assert_int_equal(k->nrules, 3);
	check_rule(m, k->rules[0], "osVersion");
	check_rule(m, k->rules[1], "city");
	k = candidate(m, "percent");
	assert_true(k->has_percent && k->thousandths == 12345 && !k->has_limit && !k->has_window);
	assert_int_equal(k->nrules, 2);
	check_rule(m, k->rules[0], "city");
	k = candidate(m, "listed");
	assert_int_equal(k->nlists, 2);
	check_list(&f, &m->whitelists[k->lists[0]], 2);
	check_list(&f, &m->whitelists[k->lists[1]], 1);
	assert_int_equal(m->nwhitelists, 2);
	k = candidate(m, "later");
	assert_true(k->has_from && k->from == COMMIT + 5 && !k->dev);
	k = candidate(m, "dev");
	assert_true(k->dev && !k->has_from && !k->has_percent);
	assert_int_equal(m->nrules, 3); /* appVersion, osVersion, city: each once */
	assert_int_equal(ix.nattrs, 3);
	assert_true(slice_eqs(ix.attrs[0].name, "appVersion") && slice_eqs(ix.attrs[1].name, "city") &&
		    slice_eqs(ix.attrs[2].name, "osVersion"));
	teardown(&f);
}

/* A live offer without its filter is a fault; a list of nobody alive needs none. */
static void test_missing_filter(void **state)
{
	struct task t = make_task("listed", TASK_WHITELIST, 1);
	struct fixture f;

	(void)state;
	setup(&f);
	t.whitelists = f.named;
	t.nwhitelists = 1;
	add_upgrade(&f, "5.0", &t, 1);
	app_list_releases(&f.w.app, &f.w.mem);
	assert_int_equal(compile_app(&f.c, &f.w.app, COMMIT, f.filters + 1, LISTS - 1, f.w.digests), -1);
	compiled_release(&f.c);
	f.w.app.upgrades[0].r.tasks[0].status = STATUS_PAUSED;
	assert_int_equal(compile_app(&f.c, &f.w.app, COMMIT, f.filters + 1, LISTS - 1, f.w.digests), 0);
	assert_int_equal(f.c.n, 0);
	teardown(&f);
}

/* --- segments ----------------------------------------------------------------------------------------------------- */
static void releases(struct fixture *f)
{
	for (size_t i = 0; i < 12; i++) {
		struct rule city = make_list(&f->w.mem, "city", RULE_CONTAINS, arena_printf(&f->w.mem, "%0400zu", i).p);
		struct task t[2] = { make_task("canary", TASK_WHITELIST, 1), make_task("full", TASK_OFFICIAL, 1) };

		t[0].rules = make_rules(&f->w.mem, &city, 1);
		t[0].whitelists = f->named + i % LISTS;
		t[0].nwhitelists = 1;
		add_upgrade(f, arena_printf(&f->w.mem, "2.%zu", i).p, t, i == 2 ? 2 : 1);
	}
}

static bool app_version(void *ctx, struct slice attribute, struct slice *value)
{
	*value = *(const struct slice *)ctx;
	return slice_eqs(attribute, "appVersion");
}

/* The manifests of all segments; *longest is the longest. */
static void check_segments(struct fixture *f, const struct index *ix, size_t *longest)
{
	for (size_t i = 0; i < ix->nsegments; i++) {
		struct manifest m;

		if (ix->segments[i].empty)
			continue;
		read_manifest(f, &m, ix, ix->segments[i].hash);
		if (object(f, ix->segments[i].hash, "manifest.json").n > *longest)
			*longest = object(f, ix->segments[i].hash, "manifest.json").n;
		for (size_t k = 0; k < m.nanswers; k++)
			assert_int_equal(object(f, m.answers[k].hash, "answer.json").n, m.answers[k].length);
		for (size_t k = 0; k < m.nwhitelists; k++) {
			for (size_t l = 0; l < LISTS; l++) {
				if (slice_eq(m.whitelists[k].name, f->lists[l].name))
					check_list(f, &m.whitelists[k], l);
			}
		}
	}
}

/* How many releases newer than its own the manifest of a device's segment offers. */
static size_t newer(struct fixture *f, const struct index *ix, const char *version)
{
	struct slice own = slice_of(version);
	uint32_t segment = index_segment(ix, app_version, &own);
	struct manifest m = { .nslots = 0 };
	struct version v = make_version(version);
	size_t count = 0;

	if (ix->segments[segment].empty)
		return 0;
	read_manifest(f, &m, ix, ix->segments[segment].hash);
	for (size_t i = 0; i < m.slots[0].n; i++) {
		struct version offered = make_version(arena_str(&f->w.mem, m.answers[m.slots[0].v[i].answer].version));

		count += version_cmp(&offered, &v) > 0;
	}
	return count;
}

static void test_segments(void **state)
{
	static const struct {
		const char *version;
		size_t newer;
	} devices[] = { { "1.0", 10 }, { "2.1.9", 10 }, { "2.2", 9 }, { "2.5", 6 },
			{ "2.10", 1 }, { "2.11", 0 },   { "3", 0 } };
	size_t longest = 0;
	struct fixture f;
	struct index ix;

	(void)state;
	setup(&f);
	releases(&f);
	compile(&f);
	check_objects(&f);
	read_index(&f, &ix, 0);
	assert_null(ix.inline_manifest);
	assert_true(ix.nsegments > 1);
	assert_int_equal(ix.nwhitelists, 0); /* each manifest has its own */
	check_segments(&f, &ix, &longest);
	assert_int_equal(ix.longest, longest);
	for (size_t i = 0; i < COUNT(devices); i++) {
		print_message("%s\n", devices[i].version);
		assert_int_equal(newer(&f, &ix, devices[i].version), devices[i].newer);
	}
	teardown(&f);
}

/* --- units -------------------------------------------------------------------------------------------------------- */
static void switches(struct fixture *f)
{
	for (size_t i = 0; i < 150; i++) {
		struct switch_value *v = add_switch(f, arena_printf(&f->w.mem, "KEY_%03zu", i).p, true);

		v->id = SLICE("one");
		v->value = arena_printf(&f->w.mem, "%0600zu", i);
		v->platforms[PLATFORM_HARMONY] = i < 3;
		if (i % 3 == 0) {
			v->type = SWITCH_WHITELIST;
			v->whitelists = f->named + (i % 2 ? 0 : 3);
			v->nwhitelists = 1;
		}
	}
}

static void check_unit(struct fixture *f, const struct index *ix, const struct switch_def *s, const struct manifest *m)
{
	for (size_t i = 0; i < m->nslots; i++) {
		const struct mf_candidate *k = m->slots[i].v;

		if (!slice_eq(m->slots[i].name, s->key))
			continue;
		assert_int_equal(m->slots[i].n, 1);
		assert_true(slice_eqs(k->task, "one") && slice_eq(k->value, s->values[0].value));
		assert_int_equal(k->nlists, s->values[0].nwhitelists);
		if (k->nlists)
			check_list(f, &ix->whitelists[k->lists[0]], (size_t)(s->values[0].whitelists - f->named));
		return;
	}
	fail_msg("no slot " SLICE_FMT, SLICE_ARG(s->key));
}

static void test_units(void **state)
{
	struct fixture f;
	struct index ix;
	size_t slots = 0;

	(void)state;
	setup(&f);
	switches(&f);
	compile(&f);
	check_objects(&f);
	assert_int_equal(f.c.n, 3); /* all platforms */
	read_index(&f, &ix, 2);
	assert_non_null(ix.inline_manifest); /* three slots for harmony */
	assert_int_equal(ix.inline_manifest->nslots, 3);
	assert_int_equal(ix.inline_manifest->nwhitelists, 1);
	read_index(&f, &ix, 0);
	assert_true(ix.nunits > 1);
	assert_int_equal(ix.nwhitelists, 2); /* by name: alpha, delta */
	check_list(&f, &ix.whitelists[0], 0);
	check_list(&f, &ix.whitelists[1], 3);
	for (size_t i = 0; i < ix.nunits; i++) {
		struct slice bytes = object(&f, ix.units[i].hash, "manifest.json");
		struct manifest m;

		assert_null(memmem(bytes.p, bytes.n, "\"whitelists\"", 12));
		read_manifest(&f, &m, &ix, ix.units[i].hash);
		slots += m.nslots;
	}
	assert_int_equal(slots, f.w.app.nswitches);
	for (size_t i = 0; i < f.w.app.nswitches; i++) {
		const struct switch_def *s = &f.w.app.switches[i];
		const struct index_unit *u;
		uint8_t hash[SHA256_SIZE];
		struct manifest m;

		assert_int_equal(digest_sha256(f.w.digests, hash, s->key), 0);
		u = index_unit_of(&ix, hash);
		assert_non_null(u);
		read_manifest(&f, &m, &ix, u->hash);
		check_unit(&f, &ix, s, &m);
	}
	/* android and ios are offered the same: the same manifests, and other indexes */
	assert_int_equal(f.c.nobjects, ix.nunits);
	assert_memory_not_equal(f.c.v[0].hash, f.c.v[1].hash, SHA256_SIZE);
	teardown(&f);
}

/* --- what is not offered ------------------------------------------------------------------------------------------ */
static void test_nothing(void **state)
{
	struct task t[] = { make_task("a", TASK_OFFICIAL, 1), make_task("b", TASK_OFFICIAL, 1),
			    make_task("c", TASK_OFFICIAL, 1), make_task("d", TASK_PERCENTAGE, 1) };
	struct fixture f;

	(void)state;
	setup(&f);
	compile(&f);
	assert_int_equal(f.c.n + f.c.nobjects, 0); /* an app without anything */
	compiled_release(&f.c);
	t[0].status = STATUS_PENDING;
	t[1].status = STATUS_PAUSED;
	t[2].status = STATUS_ENDED;
	t[3].thousandths = 0;
	add_upgrade(&f, "5.0", t, COUNT(t));
	(void)add_switch(&f, "OFF", false);
	memset(add_switch(&f, "NOWHERE", true)->platforms, 0, sizeof(bool) * PLATFORM_COUNT);
	compile(&f);
	assert_int_equal(f.c.n + f.c.nobjects, 0);
	compiled_release(&f.c);
	add_switch(&f, "SOMEWHERE", true)->platforms[PLATFORM_ANDROID] = false;
	compile(&f);
	assert_int_equal(f.c.n, 2);
	assert_int_equal(f.c.v[0].plan.platform, PLATFORM_IOS);
	assert_int_equal(f.c.v[1].plan.platform, PLATFORM_HARMONY);
	teardown(&f);
}

/* The only release that is live stands between those that are not: nothing of them can be found. */
static void test_no_trace(void **state)
{
	static const enum task_status statuses[] = { STATUS_PENDING, STATUS_PAUSED, STATUS_ENDED };
	static const char *const needles[] = {
		"secret", "7.7", "isp", "hush", "gamma", "HIDDEN", "2222222222222222", "0011223344556677"
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		struct task live = make_task("live", TASK_OFFICIAL, 1), t = make_task("secret-task", TASK_WHITELIST, 1);
		struct rule rule;
		struct upgrade *u;

		print_message("%zu\n", i);
		setup(&f);
		rule = make_list(&f.w.mem, "isp", RULE_CONTAINS, "secret-isp");
		t.status = statuses[i];
		t.rules = make_rules(&f.w.mem, &rule, 1);
		t.whitelists = &f.named[2];
		t.nwhitelists = 1;
		t.prompt = SLICE("hush");
		add_upgrade(&f, "5.0", &live, 1);
		add_upgrade(&f, "7.7", &t, 1);
		u = &f.w.app.upgrades[1];
		u->package = (struct package){ .rel = SLICE("secret.apk"), .file = SLICE("secret.apk"), .size = 1 };
		for (size_t k = 0; k < SHA256_SIZE; k++)
			u->package.sha256[k] = (uint8_t)(0x11 * (k % 16));
		(void)add_switch(&f, "SHOWN", true);
		add_switch(&f, "HIDDEN", false)->value = SLICE("hush");
		compile(&f);
		assert_int_equal(f.c.n, 4);
		assert_true(traced(&f.c, SLICE("live")) && traced(&f.c, SLICE("SHOWN")));
		for (size_t k = 0; k < COUNT(needles); k++) {
			print_message("%s\n", needles[k]);
			assert_false(traced(&f.c, slice_of(needles[k])));
		}
		teardown(&f);
	}
}

/* What an offer that nobody can get would bring along is not there either. */
static void test_dropped(void **state)
{
	struct task old = make_task("old-task", TASK_WHITELIST, 1), full = make_task("full", TASK_OFFICIAL, 1);
	struct fixture f;
	struct rule rule;
	struct index ix;

	(void)state;
	setup(&f);
	rule = make_list(&f.w.mem, "isp", RULE_CONTAINS, "x");
	old.rules = make_rules(&f.w.mem, &rule, 1);
	old.whitelists = &f.named[0];
	old.nwhitelists = 1;
	add_upgrade(&f, "4.0", &old, 1);
	add_upgrade(&f, "5.0", &full, 1);
	compile(&f);
	read_index(&f, &ix, 0);
	assert_int_equal(ix.nattrs, 1);
	assert_int_equal(ix.inline_manifest->nwhitelists, 0);
	assert_int_equal(f.c.nobjects, 1);
	assert_false(traced(&f.c, SLICE("isp")) || traced(&f.c, SLICE("old-task")) || traced(&f.c, SLICE("alpha")));
	teardown(&f);
}

/* --- the same twice ----------------------------------------------------------------------------------------------- */
static void test_same(void **state)
{
	void (*const make[])(struct fixture * f) = { guarded, releases, switches };

	(void)state;
	for (size_t i = 0; i < COUNT(make); i++) {
		struct fixture x, y;

		print_message("%zu\n", i);
		setup(&x);
		setup(&y);
		make[i](&x);
		make[i](&y);
		compile(&x);
		compile(&y);
		same(&x.c, &y.c);
		teardown(&x);
		teardown(&y);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least),    cmocka_unit_test(test_guards),  cmocka_unit_test(test_missing_filter),
		cmocka_unit_test(test_segments), cmocka_unit_test(test_units),   cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_no_trace), cmocka_unit_test(test_dropped), cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
