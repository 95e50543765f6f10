/* Destinations that know claims only (Alibaba OSS): what a publisher leaves who dies between his claim and the pointer. */
#include "world.h"

#include "publish/claims.h"

#define POINTER WORLD_APP "/metadata/timestamp.json"
#define SLOT_2  WORLD_APP "/metadata/2.timestamp.json"

enum { OLD, A, B, C, RELEASES }; /* A and B continue OLD, C continues A */

struct scene {
	struct world w;
	struct fake_store store;
	struct release r[RELEASES];
	struct release *all[RELEASES];
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	world_open(&s->w);
	s->store = (struct fake_store){ .standard = ANSWERS_501, .matches = ANSWERS_501, .gcs = IGNORED };
	release_make(&s->w, &s->r[OLD], "old", 1, NULL);
	release_make(&s->w, &s->r[A], "a", 2, &s->r[OLD]);
	release_make(&s->w, &s->r[B], "b", 5, &s->r[OLD]);
	release_make(&s->w, &s->r[C], "c", 3, &s->r[A]);
	for (size_t i = 0; i < RELEASES; i++)
		s->all[i] = &s->r[i];
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	fake_store_release(&s->store);
	world_close(&s->w);
	free(s);
	return 0;
}

/* `dies_after`: the key that exists when it dies; NULL: it does not. */
static void die_after(void *ctx, struct fake *f)
{
	if (fake_find(f->store, ctx) && !f->dead)
		f->dies_at = f->requests;
}

static int go(struct scene *s, int release, const char *dies_after, bool dry)
{
	struct publish_options o = { .now = WORLD_NOW, .dry_run = dry };
	struct publish_report report;
	struct fake f;
	struct dest *dest = &f.dest;

	fake_open(&f, &s->store, s->w.dg);
	if (dies_after) {
		f.before = die_after;
		f.ctx = (void *)(uintptr_t)dies_after;
		f.death = FAULT_LOST;
	}
	diags_release(&s->w.d);
	return publish(&report, &s->w.mem, &s->r[release].tree, &dest, 1, &o, s->w.dg, &s->w.d);
}

static int seen(struct scene *s)
{
	return seen_by_device(&s->store, s->all, RELEASES);
}

static void leave_claim(struct scene *s)
{
	assert_int_equal(go(s, OLD, NULL, false), 0);
	assert_int_equal(go(s, A, SLOT_2, false), 3);
	assert_non_null(fake_find(&s->store, SLOT_2));
	assert_int_equal(seen(s), OLD);
}

static bool pending(struct scene *s, uint64_t version)
{
	const char *prefix = WORLD_APP "/";
	struct dest_listing l = DEST_LISTING_INIT;
	struct fake f;
	bool found;

	fake_open(&f, &s->store, s->w.dg);
	assert_int_equal(fake_list(&f.dest, &l, &prefix, 1, &s->w.d), 0);
	found = claims_pending(&l, SLICE(WORLD_APP), version);
	dest_listing_release(&l);
	return found;
}

static void test_rerun(void **state)
{
	struct scene *s = *state;

	leave_claim(s);
	assert_true(pending(s, 1));
	assert_int_equal(go(s, A, NULL, false), 0);
	assert_true(is_published(&s->store, &s->r[A]));
	assert_false(pending(s, 2));
	assert_int_equal(fake_find(&s->store, SLOT_2)->writes, 1);
}

/* The decision was made: whoever comes completes it, also one who loses by it, and one who continues it. */
static void test_completed_by_others(void **state)
{
	struct scene *s = *state;
	size_t before;

	leave_claim(s);
	before = s->store.generation;
	assert_int_equal(go(s, B, NULL, true), 4);
	assert_int_equal(s->store.generation, before); /* a dry run writes nothing */
	assert_int_equal(go(s, B, NULL, false), 4);
	assert_int_equal(seen(s), A);
	assert_int_equal(go(s, C, NULL, false), 0);
	assert_int_equal(seen(s), C);
	assert_int_equal(go(s, A, NULL, false), 4);
	assert_int_equal(seen(s), C);
}

/* A pointer that a slow publisher has put over a newer one and left, because he died: the chain leads on. */
static void test_stale_pointer(void **state)
{
	struct scene *s = *state;
	const struct tree_file *f = release_role(&s->r[OLD], FILE_POINTER);

	assert_int_equal(go(s, OLD, NULL, false), 0);
	assert_int_equal(go(s, A, NULL, false), 0);
	assert_int_equal(go(s, C, NULL, false), 0);
	fake_put(&s->store, POINTER, release_bytes(&s->r[OLD], f));
	assert_int_equal(go(s, B, NULL, false), 4);
	assert_int_equal(seen(s), C);
	fake_put(&s->store, POINTER, release_bytes(&s->r[OLD], f));
	assert_int_equal(go(s, C, NULL, false), 0);
	assert_true(is_published(&s->store, &s->r[C]));
	fake_remove(&s->store, POINTER);
	assert_int_equal(go(s, A, NULL, false), 4);
	assert_int_equal(seen(s), C);
}

/* A has claimed and is slow: B completes A's pointer for it, C continues that and is done; then A writes its own pointer at last. */
struct slow {
	struct scene *s;
	bool come;
	int b, c;
};

static void overtake(void *ctx, struct fake *f)
{
	struct slow *slow = ctx;

	if (slow->come || !fake_find(f->store, SLOT_2))
		return;
	slow->come = true;
	slow->b = go(slow->s, B, NULL, false);
	slow->c = go(slow->s, C, NULL, false);
}

static void test_overtaken(void **state)
{
	struct scene *s = *state;
	struct publish_options o = { .now = WORLD_NOW };
	struct slow slow = { .s = s };
	struct publish_report report;
	struct diags d = DIAGS_INIT;
	struct fake f;
	struct dest *dest = &f.dest;

	assert_int_equal(go(s, OLD, NULL, false), 0);
	fake_open(&f, &s->store, s->w.dg);
	f.before = overtake;
	f.ctx = &slow;
	assert_int_equal(publish(&report, &s->w.mem, &s->r[A].tree, &dest, 1, &o, s->w.dg, &d), 0);
	diags_release(&d);
	assert_int_equal(slow.b, 4);
	assert_int_equal(slow.c, 0);
	assert_int_equal(seen(s), C);
	assert_true(is_published(&s->store, &s->r[C]));
}

/* The number of a claim follows from what it continues, not from its own: B with version 5 claims what A would. */
static void test_leap(void **state)
{
	struct scene *s = *state;

	assert_int_equal(go(s, OLD, NULL, false), 0);
	assert_int_equal(go(s, B, NULL, false), 0);
	assert_non_null(fake_find(&s->store, SLOT_2));
	assert_null(fake_find(&s->store, WORLD_APP "/metadata/5.timestamp.json"));
	assert_int_equal(go(s, A, NULL, false), 4);
	assert_int_equal(seen(s), B);
}

static void test_hostile(void **state)
{
	struct scene *s = *state;
	const struct tree_file *old = release_role(&s->r[OLD], FILE_POINTER);
	const struct slice cases[] = { SLICE(""), SLICE("{}"), release_bytes(&s->r[OLD], old) };

	for (size_t i = 0; i < COUNT(cases); i++) {
		fake_store_release(&s->store);
		assert_int_equal(go(s, OLD, NULL, false), 0);
		fake_put(&s->store, SLOT_2, cases[i]);
		assert_int_equal(go(s, A, NULL, false), 3);
		assert_int_equal(seen(s), OLD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rerun, setup, teardown),
		cmocka_unit_test_setup_teardown(test_completed_by_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stale_pointer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overtaken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
