/* Several publishers at once: threads that take turns, one request each, in an order that follows from a seed; any of them may die at any
 * request. At every moment a device sees a whole release; at the end the winner's pointer stands, and nobody else says that he won. */
#include "world.h"

#include <pthread.h>

#include "publish/protocol.h"

#define ACTORS 3
#define SEEDS  25

enum { OLD, A, B, C, RELEASES }; /* A and B continue OLD, C continues A */

struct actor {
	struct race *race;
	size_t index;
	pthread_t thread;
	struct release *release;
	struct arena mem;
	struct digests *dg;
	struct diags d;
	struct fake f;
	struct publish_report report;
	int after; /* begins when the pointer is that release's; -1: at once */
	bool done;
	int code; /* -1: never began */
};

struct race {
	struct world w;
	struct release r[RELEASES];
	struct release *all[RELEASES];
	struct fake_store store;
	struct actor v[ACTORS];
	size_t n;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	int turn; /* whose; -1: nobody's */
	uint32_t dice;
	unsigned broken; /* how often a device saw no whole release */
};

static uint32_t roll(struct race *r, uint32_t n)
{
	r->dice = r->dice * 1664525u + 1013904223u;
	return (r->dice >> 8) % n;
}

/* --- turns ------------------------------------------------------------------------------------------------------------------ */

static bool may_go(struct race *r, size_t i)
{
	const struct actor *a = &r->v[i];

	return !a->done && (a->after < 0 || a->f.requests || seen_by_device(&r->store, r->all, RELEASES) == a->after);
}

static void pass_turn(struct race *r)
{
	size_t able[ACTORS], n = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (may_go(r, i))
			able[n++] = i;
	}
	r->turn = n ? (int)able[roll(r, (uint32_t)n)] : -1;
	pthread_cond_broadcast(&r->moved);
}

static void wait_turn(struct actor *a)
{
	while (a->race->turn != (int)a->index && a->race->turn != -1)
		pthread_cond_wait(&a->race->moved, &a->race->lock);
}

static void before_request(void *ctx, struct fake *f)
{
	struct actor *a = ctx;

	(void)f;
	a->race->broken += seen_by_device(&a->race->store, a->race->all, RELEASES) < 0;
	pass_turn(a->race);
	wait_turn(a);
}

static void *act(void *ctx)
{
	struct actor *a = ctx;
	struct publish_options o = { .now = WORLD_NOW };
	struct dest *dest = &a->f.dest;

	pthread_mutex_lock(&a->race->lock);
	wait_turn(a);
	if (a->race->turn == (int)a->index)
		a->code = publish(&a->report, &a->mem, &a->release->tree, &dest, 1, &o, a->dg, &a->d);
	a->done = true;
	pass_turn(a->race);
	pthread_mutex_unlock(&a->race->lock);
	return NULL;
}

static void enter(struct race *r, int release, int after, unsigned dies_at)
{
	struct actor *a = &r->v[r->n];

	*a = (struct actor){ .race = r, .index = r->n++, .release = &r->r[release], .after = after, .code = -1 };
	assert_int_equal(digests_new(&a->dg), 0);
	fake_open(&a->f, &r->store, a->dg);
	a->f.before = before_request;
	a->f.ctx = a;
	a->f.seed = roll(r, 100);
	a->f.dies_at = dies_at;
	a->f.death = roll(r, 2) ? FAULT_LOST : FAULT_UNKNOWN;
}

static void start(struct race *r)
{
	r->turn = -2;
	for (size_t i = 0; i < r->n; i++)
		assert_int_equal(pthread_create(&r->v[i].thread, NULL, act, &r->v[i]), 0);
	pthread_mutex_lock(&r->lock);
	pass_turn(r);
	pthread_mutex_unlock(&r->lock);
	for (size_t i = 0; i < r->n; i++)
		pthread_join(r->v[i].thread, NULL);
	for (size_t i = 0; i < r->n; i++) {
		arena_release(&r->v[i].mem);
		digests_free(r->v[i].dg);
		diags_release(&r->v[i].d);
	}
}

/* --- a world of races -------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	struct fake_store with;
	bool exact; /* knows matches: a slow winner cannot undo the pages of who continues him */
} kinds[] = {
	{ "AWS", { .oss = IGNORED, .gcs = IGNORED }, true },
	{ "AWS with a key service", { .oss = IGNORED, .gcs = IGNORED, .encrypts = true }, true },
	{ "old Ceph", { .oss = IGNORED, .gcs = IGNORED, .unquoted = true }, true },
	{ "GCS", { .standard = IGNORED, .matches = IGNORED, .oss = IGNORED, .tells_generations = true }, false },
	{ "OSS", { .standard = ANSWERS_501, .matches = ANSWERS_501, .gcs = IGNORED }, false },
};

static int setup(void **state)
{
	struct race *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	world_open(&r->w);
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->moved, NULL);
	for (size_t i = 0; i < RELEASES; i++)
		r->all[i] = &r->r[i];
	release_make(&r->w, &r->r[OLD], "old", 1, NULL);
	release_make(&r->w, &r->r[A], "a", 2, &r->r[OLD]);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	struct race *r = *state;

	fake_store_release(&r->store);
	pthread_mutex_destroy(&r->lock);
	pthread_cond_destroy(&r->moved);
	world_close(&r->w);
	free(r);
	return 0;
}

static int alone(struct race *r, int release)
{
	struct publish_options o = { .now = WORLD_NOW };
	struct publish_report report;
	struct diags d = DIAGS_INIT;
	struct fake f;
	struct dest *dest = &f.dest;
	int code;

	fake_open(&f, &r->store, r->w.dg);
	code = publish(&report, &r->w.mem, &r->r[release].tree, &dest, 1, &o, r->w.dg, &d);
	diags_release(&d);
	return code;
}

/* OLD is there; the actors are yet to come. */
static void begin(struct race *r, size_t kind, unsigned seed)
{
	fake_store_release(&r->store);
	r->store = kinds[kind].with;
	r->store.clock = WORLD_NOW - 1000;
	r->n = 0;
	r->broken = 0;
	r->dice = seed * 2654435761u + (uint32_t)kind;
	assert_int_equal(alone(r, OLD), 0);
}

static bool all_but_pages(struct race *r, int release)
{
	return seen_by_device(&r->store, &r->all[release], 1) == 0;
}

static void expect_state(struct race *r, size_t kind, unsigned seed, bool good, const char *what)
{
	if (good && !r->broken)
		return;
	fail_msg("%s, seed %u: %s (codes %d %d %d, broken %u times)", kinds[kind].name, seed, what, r->v[0].code,
		 r->n > 1 ? r->v[1].code : -1, r->n > 2 ? r->v[2].code : -1, r->broken);
}

/* --- races -------------------------------------------------------------------------------------------------------------------- */

/* A and B at once: one of them wins, whole. */
static void race_of_two(struct race *r, bool empty)
{
	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (unsigned seed = 0; seed < SEEDS; seed++) {
			int winner;

			begin(r, k, seed);
			if (empty)
				fake_store_release(&r->store);
			enter(r, A, -1, 0);
			enter(r, B, -1, 0);
			start(r);
			r->broken = empty ? 0 : r->broken; /* there was no pointer */
			winner = seen_by_device(&r->store, r->all, RELEASES);
			expect_state(r, k, seed, winner == A || winner == B, "nobody won");
			expect_state(r, k, seed, r->v[0].code == (winner == A ? 0 : 4), "wrong code of A");
			expect_state(r, k, seed, r->v[1].code == (winner == B ? 0 : 4), "wrong code of B");
			expect_state(r, k, seed, is_published(&r->store, &r->r[winner]), "a mix");
		}
	}
}

/* Two builds with the same number. */
static void test_same_number(void **state)
{
	struct race *r = *state;

	release_make(&r->w, &r->r[B], "b", 2, &r->r[OLD]);
	release_make(&r->w, &r->r[C], "c", 3, &r->r[A]);
	race_of_two(r, false);
}

/* The first ones at an empty destination. */
static void test_first(void **state)
{
	struct race *r = *state;

	release_make(&r->w, &r->r[B], "b", 3, &r->r[OLD]);
	release_make(&r->w, &r->r[C], "c", 4, &r->r[A]);
	race_of_two(r, true);
}

/* B knew of what A had left, whom it took for dead, and has a higher number. */
static void test_other_number(void **state)
{
	struct race *r = *state;

	release_make(&r->w, &r->r[B], "b", 3, &r->r[OLD]);
	release_make(&r->w, &r->r[C], "c", 4, &r->r[A]);
	race_of_two(r, false);
}

/* The same commit built and published twice. */
static void test_twins(void **state)
{
	struct race *r = *state;

	release_make(&r->w, &r->r[B], "b", 2, &r->r[OLD]);
	release_make(&r->w, &r->r[C], "c", 3, &r->r[A]);
	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (unsigned seed = 0; seed < SEEDS; seed++) {
			begin(r, k, seed);
			enter(r, A, -1, 0);
			enter(r, A, -1, 0);
			start(r);
			expect_state(r, k, seed, r->v[0].code == 0 && r->v[1].code == 0, "one of them did not win");
			expect_state(r, k, seed, is_published(&r->store, &r->r[A]), "not published");
		}
	}
}

/* Any of them may die; whoever is run again afterwards completes, or learns that he lost. */
static void test_deaths(void **state)
{
	struct race *r = *state;

	release_make(&r->w, &r->r[B], "b", 2, &r->r[OLD]);
	release_make(&r->w, &r->r[C], "c", 3, &r->r[A]);
	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (unsigned seed = 0; seed < 3 * SEEDS; seed++) {
			int a, b, winner;

			begin(r, k, seed);
			enter(r, A, -1, 1 + roll(r, 30));
			enter(r, B, -1, roll(r, 2) ? 1 + roll(r, 30) : 0);
			start(r);
			winner = seen_by_device(&r->store, r->all, RELEASES);
			expect_state(r, k, seed, winner >= 0, "no whole release");
			expect_state(r, k, seed, r->v[0].code || winner == A, "A says that he won");
			expect_state(r, k, seed, r->v[1].code || winner == B, "B says that he won");
			a = alone(r, A);
			b = alone(r, B);
			winner = seen_by_device(&r->store, r->all, RELEASES);
			expect_state(r, k, seed, (a == 0) != (b == 0) && (a == 0 || a == 4) && (b == 0 || b == 4),
				     "not one winner after all");
			expect_state(r, k, seed, winner == (a ? B : A), "not the winner's pointer");
			expect_state(r, k, seed, all_but_pages(r, winner), "not whole");
			expect_state(r, k, seed, is_published(&r->store, &r->r[winner]), "a mix");
		}
	}
}

/* C pulls as soon as devices see A, and A is still busy: its notes, and what it does to its pointer, do not undo C. */
static void test_successor(void **state)
{
	struct race *r = *state;
	unsigned met = 0;

	release_make(&r->w, &r->r[B], "b", 2, &r->r[OLD]);
	release_make(&r->w, &r->r[C], "c", 3, &r->r[A]);
	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (unsigned seed = 0; seed < 2 * SEEDS; seed++) {
			begin(r, k, seed);
			enter(r, A, -1, 0);
			enter(r, B, -1, 0);
			enter(r, C, A, 0);
			start(r);
			if (r->v[2].code < 0)
				continue;
			met++;
			expect_state(r, k, seed, r->v[2].code == 0, "C did not win");
			expect_state(r, k, seed, r->v[0].code == 0, "A did not win before");
			expect_state(r, k, seed, r->v[1].code == 4, "B won");
			expect_state(r, k, seed, seen_by_device(&r->store, r->all, RELEASES) == C, "not C's pointer");
			expect_state(r, k, seed, !kinds[k].exact || is_published(&r->store, &r->r[C]), "a mix");
		}
	}
	assert_true(met > COUNT(kinds) * SEEDS / 4);
}

/* --- a whole publisher between two requests of another one --------------------------------------------------------------------- */

struct visit {
	struct race *race;
	int release, when; /* comes when the pointer is that release's */
	unsigned at;       /* or later */
	int code;          /* -1: did not come */
};

static void visit_before(void *ctx, struct fake *f)
{
	struct visit *v = ctx;

	if (v->code >= 0 || f->requests < v->at || seen_by_device(&v->race->store, v->race->all, RELEASES) != v->when)
		return;
	v->code = alone(v->race, v->release);
}

/* A publishes; the visitor comes before its n-th request. *n is 0 when A has not so many. */
static int visited(struct race *r, struct visit *v, unsigned *n)
{
	struct publish_options o = { .now = WORLD_NOW };
	struct publish_report report;
	struct diags d = DIAGS_INIT;
	struct fake f;
	struct dest *dest = &f.dest;
	int code;

	fake_open(&f, &r->store, r->w.dg);
	f.before = visit_before;
	f.ctx = v;
	v->race = r;
	v->at = *n;
	v->code = -1;
	code = publish(&report, &r->w.mem, &r->r[A].tree, &dest, 1, &o, r->w.dg, &d);
	diags_release(&d);
	*n = f.requests < *n ? 0 : *n + 1;
	return code;
}

/* B, which continues OLD too. */
static void test_rival_at_every_request(void **state)
{
	struct race *r = *state;

	release_make(&r->w, &r->r[C], "c", 9, &r->r[A]);
	for (uint64_t version = 2; version <= 3; version++) {
		release_make(&r->w, &r->r[B], version == 2 ? "b2" : "b3", version, &r->r[OLD]);
		for (size_t k = 0; k < COUNT(kinds); k++) {
			for (unsigned n = 1; n;) {
				struct visit v = { .release = B, .when = OLD };
				int code, winner;

				begin(r, k, n);
				code = visited(r, &v, &n);
				winner = seen_by_device(&r->store, r->all, RELEASES);
				expect_state(r, k, n, code == (winner == A ? 0 : 4), "wrong code of A");
				expect_state(r, k, n, v.code < 0 || v.code == (winner == B ? 0 : 4), "wrong code of B");
				expect_state(r, k, n, is_published(&r->store, &r->r[winner]), "a mix");
			}
		}
	}
}

/* C, which continues A: it comes when the pointer is there, and A still has to write its pages and notes. */
static void test_successor_at_every_request(void **state)
{
	struct race *r = *state;

	release_make(&r->w, &r->r[B], "b", 2, &r->r[OLD]);
	release_make(&r->w, &r->r[C], "c", 3, &r->r[A]);
	for (size_t k = 0; k < COUNT(kinds); k++) {
		unsigned came = 0;

		for (unsigned n = 1; n;) {
			struct visit v = { .release = C, .when = A };

			begin(r, k, n);
			expect_state(r, k, n, visited(r, &v, &n) == 0, "A did not win");
			if (v.code < 0)
				continue;
			came++;
			expect_state(r, k, n, v.code == 0, "C did not win");
			expect_state(r, k, n, seen_by_device(&r->store, r->all, RELEASES) == C, "not C's pointer");
			expect_state(r, k, n, !kinds[k].exact || is_published(&r->store, &r->r[C]), "a mix");
		}
		assert_true(came > 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_number, setup, teardown),
		cmocka_unit_test_setup_teardown(test_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_number, setup, teardown),
		cmocka_unit_test_setup_teardown(test_twins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deaths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_successor, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rival_at_every_request, setup, teardown),
		cmocka_unit_test_setup_teardown(test_successor_at_every_request, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
