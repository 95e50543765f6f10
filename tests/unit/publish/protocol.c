/* One publisher: what it sends, what it refuses, and what is left wherever it dies. */
#include "scene.h"

/* --- what is sent --------------------------------------------------------------------------------------------------------- */

static void test_first_and_next(void **state)
{
	struct scene *s = *state;

	expect(s, go(s, &s->old), 0);
	assert_int_equal(s->report.state, PUBLISH_DONE);
	assert_int_equal(s->report.files, s->old.app.n);
	assert_true(is_published(&s->store, &s->old));
	assert_true(requests(&s->f) <= s->old.app.n + s->f.dest.counts.lists + 8);

	expect(s, go(s, &s->new), 0);
	assert_true(is_published(&s->store, &s->new));
	assert_int_equal(s->report.version, 1);
	assert_true(slice_eqs(s->report.commit, "aaaa"));
	assert_int_equal(s->report.there, 2); /* the root and the shared package */
	assert_int_equal(s->report.files, s->new.app.n - 2);
	assert_true(requests(&s->f) <= s->report.files + s->f.dest.counts.lists + 8);
	assert_int_equal(s->report.nchanged, 4); /* pointer, preset, page, notes */
	assert_string_equal(s->report.changed[0], POINTER);
}

static void test_nothing_new(void **state)
{
	struct scene *s = *state;

	expect(s, go(s, &s->old), 0);
	expect(s, go(s, &s->old), 0);
	assert_int_equal(s->report.state, PUBLISH_NOTHING_NEW);
	assert_int_equal(requests(&s->f), 2);
	assert_int_equal(s->f.dest.counts.gets, 2);
	assert_int_equal(s->report.there, s->old.app.n);
	assert_int_equal(s->report.nchanged, 0);
	s->o.full = true;
	fake_remove(&s->store, s->old.files[s->old.app.n - 1].key);
	expect(s, go(s, &s->old), 0);
	assert_int_equal(s->report.state, PUBLISH_DONE);
	assert_int_equal(s->report.files, 1);
	assert_true(is_published(&s->store, &s->old));
	expect(s, go(s, &s->old), 0);
	assert_int_equal(s->report.state, PUBLISH_NOTHING_NEW);
	assert_int_equal(s->report.there, s->old.app.n);
	assert_int_equal(s->f.dest.counts.puts, 0);
}

static void test_dry_run(void **state)
{
	struct scene *s = *state;

	s->o.dry_run = true;
	expect(s, go(s, &s->old), 0);
	assert_int_equal(s->report.state, PUBLISH_WOULD);
	assert_int_equal(s->report.files, s->old.app.n);
	assert_int_equal(s->store.n, 0);
	assert_int_equal(s->f.dest.counts.puts, 0);
}

/* What the tree does not hold must be there, and stays as it is. */
static void test_elsewhere(void **state)
{
	struct scene *s = *state;
	struct tree_file *shared = NULL;

	for (size_t i = 0; i < s->new.app.n; i++) {
		if (slice_eqs(s->new.bytes[i], WORLD_SHARED))
			shared = &s->new.files[i];
	}
	shared->local = NULL;
	expect(s, go(s, &s->new), 1);
	says(s, shared->key, "is neither there nor in the tree");
	assert_int_equal(s->store.n, 0);
	expect(s, go(s, &s->old), 0);
	expect(s, go(s, &s->new), 0);
	assert_int_equal(seen_by_device(&s->store, (struct release *[]){ &s->new }, 1), 0);
}

/* --- what is refused ------------------------------------------------------------------------------------------------------- */

static void test_lineage(void **state)
{
	struct scene *s = *state;
	struct release other;

	expect(s, go(s, &s->old), 0);
	expect(s, go(s, &s->new), 0);
	expect(s, go(s, &s->old), 4);
	says(s, POINTER, "a later build is published already (commit bbbb)");
	assert_int_equal(s->f.dest.counts.puts, 0);
	release_make(&s->w, &other, "cccc", 2, &s->old);
	expect(s, go(s, &other), 4);
	says(s, POINTER, "somebody else published first (commit bbbb)");
	assert_int_equal(s->f.dest.counts.puts, 0);
	assert_true(is_published(&s->store, &s->new));
}

/* Every file but the mutable ones, there with other bytes: as long as ours, and longer. */
static void test_other_bytes(void **state)
{
	struct scene *s = *state;

	for (size_t i = 0; i < s->old.app.n; i++) {
		const struct tree_file *f = &s->old.files[i];
		struct slice bytes = arena_copy(&s->w.mem, s->old.bytes[i]);
		size_t before;

		if (f->class.role >= FILE_MUTABLE)
			continue;
		print_message("%s\n", f->key);
		for (int longer = 0; longer < 2; longer++) {
			*(char *)(uintptr_t)bytes.p ^= 1;
			fake_store_release(&s->store);
			fake_put(&s->store, f->key, longer ? slice_sub(bytes, 0, bytes.n - 1) : bytes);
			before = s->store.generation;
			expect(s, go(s, &s->old), 4);
			assert_int_equal(s->store.generation, before);
			says(s, f->key,
			     f->class.role == FILE_OBJECT       ? "--repair"
			     : f->class.role == FILE_LISTED     ? "version 1.0.0.1 of 20171228 is published: raise"
			     : f->class.role == FILE_CLAIM      ? "somebody else published first"
			     : slice_ends(f->path, "root.json") ? "another repository"
								: "somebody else published first");
			*(char *)(uintptr_t)bytes.p ^= 1;
		}
	}
}

static void test_repair(void **state)
{
	struct scene *s = *state;
	struct tree_file *f = release_role(&s->old, FILE_OBJECT);

	expect(s, go(s, &s->old), 0);
	fake_put(&s->store, f->key, SLICE("damaged"));
	s->o.full = true;
	expect(s, go(s, &s->old), 4);
	s->o.repair = true;
	expect(s, go(s, &s->old), 0);
	assert_true(is_published(&s->store, &s->old));
	assert_int_equal(s->report.files, 1);
}

static void test_expiry(void **state)
{
	struct scene *s = *state;

	s->o.now = WORLD_NOW + 7 * 86400;
	expect(s, go(s, &s->old), 1);
	says(s, NULL, "role timestamp has expired");
	says(s, NULL, "mdstatic refresh");
	assert_int_equal(s->f.requests, 0);
	s->o.now = WORLD_NOW + 6 * 86400 + 3600;
	s->o.valid_for = 86400;
	expect(s, go(s, &s->old), 1);
	says(s, NULL, "role timestamp expires in 23 hours");
	assert_int_equal(s->f.requests, 0);
	s->o.valid_for = 3600;
	expect(s, go(s, &s->old), 0);
	assert_int_equal(s->w.d.warnings, 1);
}

static void test_local_damage(void **state)
{
	struct scene *s = *state;
	struct tree_file *f = release_role(&s->old, FILE_OBJECT);

	assert_int_equal(file_replace(f->local, SLICE("bitten"), 0644, &s->w.d), 0);
	expect(s, go(s, &s->old), 1);
	says(s, f->local, "differs from its SHA-256");
	assert_null(fake_find(&s->store, POINTER));
}

/* --- destinations ---------------------------------------------------------------------------------------------------------- */

static void test_kinds(void **state)
{
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct release *both[] = { &s->old, &s->new };

		print_message("%s\n", kinds[i].name);
		become(s, &kinds[i].with);
		for (size_t k = 0; k < 2; k++) {
			expect(s, go(s, both[k]), 0);
			assert_true(is_published(&s->store, both[k]));
			if (requests(&s->f) > s->report.files + s->f.dest.counts.lists + kinds[i].others)
				fail_msg("%u requests for %u files", (unsigned)requests(&s->f),
					 (unsigned)s->report.files);
			expect(s, go(s, both[k]), 0);
			assert_int_equal(requests(&s->f), 2);
		}
		expect(s, go(s, &s->old), 4);
		s->o.full = true;
		expect(s, go(s, &s->new), 0);
		assert_int_equal(s->report.state, PUBLISH_NOTHING_NEW);
		s->o.full = false;
	}
}

static void test_no_conditions(void **state)
{
	static const enum fake_form forms[] = { IGNORED, ANSWERS_501 };
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(forms); i++) {
		become(s, &(struct fake_store){
				  .standard = forms[i], .oss = IGNORED, .gcs = IGNORED, .matches = forms[i] });
		s->o.unsafe = false;
		expect(s, go(s, &s->old), 3);
		says(s, NULL, "--unsafe-single-publisher");
		assert_null(fake_find(&s->store, POINTER));
		s->o.unsafe = true;
		expect(s, go(s, &s->old), 0);
		assert_true(is_published(&s->store, &s->old));
		expect(s, go(s, &s->new), 0);
		assert_true(is_published(&s->store, &s->new));
	}
}

/* --- death ---------------------------------------------------------------------------------------------------------------- */

/* Each file that never changes was written once, save the root, with which the probe plays. */
static void expect_written_once(struct scene *s, const struct release *r)
{
	for (size_t i = 0; i < r->app.n; i++) {
		const struct fake_object *o = fake_find(&s->store, r->files[i].key);

		if (r->files[i].class.role < FILE_MUTABLE && !slice_ends(r->files[i].path, "root.json") &&
		    o->writes != 1)
			fail_msg("%s was written %u times", o->key, o->writes);
	}
}

static void die_everywhere(struct scene *s, const struct fake_store *kind, enum fake_fault death, unsigned seed)
{
	struct release *both[] = { &s->old, &s->new };
	struct fake_store before;
	unsigned n = 0;
	int code = 3;

	become(s, kind);
	expect(s, go(s, &s->old), 0);
	fake_store_copy(&before, &s->store);
	while (code != 0) {
		struct dest *dest = &s->f.dest;
		int seen;

		fake_store_release(&s->store);
		fake_store_copy(&s->store, &before);
		fake_open(&s->f, &s->store, s->w.dg);
		s->f.dies_at = ++n;
		s->f.death = death;
		s->f.seed = seed;
		diags_release(&s->w.d);
		code = publish(&s->report, &s->w.mem, &s->new.tree, &dest, 1, &s->o, s->w.dg, &s->w.d);
		if (s->f.dead)
			expect(s, code, 3);
		seen = seen_by_device(&s->store, both, 2);
		if (seen != 0 && seen != 1)
			fail_msg("died at request %u: a device sees no whole release", n);
		expect(s, go(s, &s->new), 0);
		assert_true(is_published(&s->store, &s->new));
		expect_written_once(s, &s->new);
	}
	fake_store_release(&before);
	assert_true(n > 15);
}

static void test_death(void **state)
{
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		for (unsigned seed = 0; seed < 3; seed++) {
			print_message("%s, order %u\n", kinds[i].name, seed);
			die_everywhere(s, &kinds[i].with, FAULT_LOST, seed);
			die_everywhere(s, &kinds[i].with, FAULT_UNKNOWN, seed);
		}
	}
}

/* One request is lost, or its answer: settled, and nothing is written twice. */
static void test_unknown_outcomes(void **state)
{
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		print_message("%s\n", kinds[i].name);
		for (unsigned n = 1, last = 2; n <= last; n++) {
			for (int fault = FAULT_LOST; fault <= FAULT_UNKNOWN; fault++) {
				struct dest *dest = &s->f.dest;

				become(s, &kinds[i].with);
				expect(s, go(s, &s->old), 0);
				fake_open(&s->f, &s->store, s->w.dg);
				s->f.fault_at = n;
				s->f.fault = (enum fake_fault)fault;
				diags_release(&s->w.d);
				expect(s,
				       publish(&s->report, &s->w.mem, &s->new.tree, &dest, 1, &s->o, s->w.dg, &s->w.d),
				       0);
				last = s->f.requests;
				assert_true(is_published(&s->store, &s->new));
				expect_written_once(s, &s->new);
			}
		}
	}
}

/* --- several ---------------------------------------------------------------------------------------------------------------- */

/* The first destination leads: what it does not get, the second does not get either; the other way round it does not wait. Whatever
 * happened, the next run brings both to the same. */
static void test_two_destinations(void **state)
{
	static const enum publish_state ends[] = { PUBLISH_DONE, PUBLISH_FAILED, PUBLISH_RACE };
	static const int codes[] = { 0, 3, 4 };
	struct scene *s = *state;
	struct fake_store stores[2] = { s->store, s->store };
	struct publish_report reports[2];

	for (unsigned i = 0; i < 6; i++) {
		unsigned fault = i / 2, broken = i % 2, whole = 1 - broken;
		const char *claim = WORLD_APP "/metadata/1.snapshot.json";
		struct fake f[2];
		struct dest *dests[] = { &f[0].dest, &f[1].dest };

		print_message("destination %u: %s\n", broken, fault == 0 ? "good" : fault == 1 ? "dies" : "claimed");
		for (unsigned k = 0; k < 2; k++) {
			fake_store_release(&stores[k]);
			fake_open(&f[k], &stores[k], s->w.dg);
		}
		diags_release(&s->w.d);
		f[broken].dies_at = fault == 1 ? 9 : 0;
		if (fault == 2)
			fake_put(&stores[broken], claim, SLICE("of somebody else"));
		expect(s, publish(reports, &s->w.mem, &s->old.tree, dests, 2, &s->o, s->w.dg, &s->w.d), codes[fault]);
		assert_int_equal(reports[broken].state, ends[fault]);
		assert_int_equal(is_published(&stores[broken], &s->old), fault == 0);
		assert_int_equal(reports[whole].state, broken == 0 ? ends[fault] : PUBLISH_DONE);
		assert_int_equal(is_published(&stores[whole], &s->old), fault == 0 || broken == 1);
		assert_int_equal(fake_find(&stores[whole], claim) != NULL, fault == 0 || broken == 1);
		if (fault != 1)
			continue;
		diags_release(&s->w.d);
		for (unsigned k = 0; k < 2; k++)
			fake_open(&f[k], &stores[k], s->w.dg);
		expect(s, publish(reports, &s->w.mem, &s->new.tree, dests, 2, &s->o, s->w.dg, &s->w.d), 0);
		assert_true(is_published(&stores[0], &s->new) && is_published(&stores[1], &s->new));
	}
	fake_store_release(&stores[0]);
	fake_store_release(&stores[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_and_next, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_new, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dry_run, setup, teardown),
		cmocka_unit_test_setup_teardown(test_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lineage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_repair, setup, teardown),
		cmocka_unit_test_setup_teardown(test_expiry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_local_damage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_conditions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_death, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_outcomes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_destinations, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
