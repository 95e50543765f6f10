/* What the probe finds out about each kind of destination, and that it leaves the root as it is. */
#include "world.h"

#include "publish/probe.h"

static const struct {
	const char *name;
	struct fake_store with;
	enum dest_claim claim;
	enum dest_match match;
	unsigned requests; /* where the root is there and no neighbour is known */
} cases[] = {
	{ "AWS", { .oss = IGNORED, .gcs = IGNORED }, CLAIM_STANDARD, MATCH_QUOTED, 4 },
	{ "AWS with a key service",
	  { .oss = IGNORED, .gcs = IGNORED, .encrypts = true },
	  CLAIM_STANDARD,
	  MATCH_QUOTED,
	  4 },
	{ "old Ceph", { .oss = IGNORED, .gcs = IGNORED, .unquoted = true }, CLAIM_STANDARD, MATCH_UNQUOTED, 4 },
	{ "OSS", { .standard = ANSWERS_501, .matches = ANSWERS_501, .gcs = IGNORED }, CLAIM_OSS, MATCH_NONE, 3 },
	{ "GCS",
	  { .standard = IGNORED, .matches = IGNORED, .oss = IGNORED, .tells_generations = true },
	  CLAIM_GCS,
	  MATCH_GENERATION,
	  4 },
	{ "claims alone", { .matches = IGNORED, .oss = IGNORED, .gcs = IGNORED }, CLAIM_STANDARD, MATCH_NONE, 4 },
	{ "claims, and 501 to matches",
	  { .matches = ANSWERS_501, .oss = IGNORED, .gcs = IGNORED },
	  CLAIM_STANDARD,
	  MATCH_NONE,
	  3 },
	{ "Swift",
	  { .standard = ANSWERS_501, .matches = ANSWERS_501, .oss = IGNORED, .gcs = IGNORED },
	  CLAIM_NONE,
	  MATCH_NONE,
	  3 },
	{ "ignores all",
	  { .standard = IGNORED, .oss = IGNORED, .gcs = IGNORED, .matches = IGNORED },
	  CLAIM_NONE,
	  MATCH_NONE,
	  5 },
	{ "matches, and no claims",
	  { .standard = IGNORED, .oss = IGNORED, .gcs = IGNORED },
	  CLAIM_NONE,
	  MATCH_QUOTED,
	  5 },
};

struct scene {
	struct world w;
	struct fake_store store;
	struct release r;
	struct fake f;
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	world_open(&s->w);
	release_make(&s->w, &s->r, "aaaa", 1, NULL);
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

static void begin(struct scene *s, size_t i, bool there)
{
	const struct tree_file *root = release_file(&s->r, "metadata/1.root.json");

	print_message("%s, the root is%s there\n", cases[i].name, there ? "" : " not");
	fake_store_release(&s->store);
	s->store = cases[i].with;
	s->store.generation = UINT64_C(1795248000000000);
	if (there)
		fake_put(&s->store, root->key, release_bytes(&s->r, root));
	fake_open(&s->f, &s->store, s->w.dg);
	diags_release(&s->w.d);
}

static void test_kinds(void **state)
{
	struct scene *s = *state;
	const struct tree_file *file = release_file(&s->r, "metadata/1.root.json");

	for (size_t i = 0; i < COUNT(cases); i++) {
		for (int there = 0; there < 2; there++) {
			struct probe_root root = { .file = file, .there = there };

			begin(s, i, there);
			assert_int_equal(probe(&s->f.dest, &root, &s->w.d), PROBE_DONE);
			assert_true(root.there);
			assert_int_equal(s->f.dest.claim, cases[i].claim);
			assert_int_equal(s->f.dest.match, cases[i].match);
			if (there)
				assert_int_equal(s->f.requests, cases[i].requests);
			assert_int_equal(s->store.n, 1);
			assert_true(release_is_there(&s->store, &s->r, (size_t)(file - s->r.files)));
		}
	}
}

/* A request is lost, or its answer is; or it is the last one. */
static void test_faults(void **state)
{
	struct scene *s = *state;
	const struct tree_file *file = release_file(&s->r, "metadata/1.root.json");

	for (size_t i = 0; i < COUNT(cases); i++) {
		for (unsigned n = 1; n < 12; n++) {
			for (int fault = FAULT_LOST; fault <= FAULT_UNKNOWN; fault++) {
				struct probe_root root = { .file = file, .there = n % 2 };

				begin(s, i, n % 2);
				s->f.fault_at = n;
				s->f.fault = (enum fake_fault)fault;
				assert_int_equal(probe(&s->f.dest, &root, &s->w.d), PROBE_DONE);
				assert_int_equal(s->f.dest.claim, cases[i].claim);
				assert_int_equal(s->f.dest.match, cases[i].match);
				begin(s, i, n % 2);
				s->f.dies_at = n;
				root.there = n % 2;
				if (probe(&s->f.dest, &root, &s->w.d) == PROBE_DONE)
					assert_false(s->f.dead);
			}
		}
	}
}

/* Somebody else probes at the same time: he puts the same bytes before some request of ours, or before each. */
struct other {
	struct scene *s;
	const struct tree_file *file;
	unsigned at; /* 0: each */
};

static void write_meanwhile(void *ctx, struct fake *f)
{
	struct other *o = ctx;

	if (!o->at || f->requests == o->at)
		fake_put(&o->s->store, o->file->key, release_bytes(&o->s->r, o->file));
}

static void test_races(void **state)
{
	struct scene *s = *state;
	const struct tree_file *file = release_file(&s->r, "metadata/1.root.json");

	for (size_t i = 0; i < COUNT(cases); i++) {
		for (unsigned n = 0; n < 12; n++) {
			struct probe_root root = { .file = file, .there = true };
			struct other other = { s, file, n };
			enum probe_result got;

			begin(s, i, true);
			s->f.before = write_meanwhile;
			s->f.ctx = &other;
			got = probe(&s->f.dest, &root, &s->w.d);
			if (got == PROBE_FAILED &&
			    n == 0) /* one who writes all the time where each write has a version */
				continue;
			assert_int_equal(got, PROBE_DONE);
			assert_int_equal(s->f.dest.claim, cases[i].claim);
			assert_int_equal(s->f.dest.match, cases[i].match);
		}
	}
}

static void test_other_root(void **state)
{
	struct scene *s = *state;
	struct probe_root root = { .file = release_file(&s->r, "metadata/1.root.json") };

	begin(s, 0, false);
	fake_put(&s->store, root.file->key, SLICE("came meanwhile"));
	assert_int_equal(probe(&s->f.dest, &root, &s->w.d), PROBE_RACE);
	assert_int_equal(fake_find(&s->store, root.file->key)->writes, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_races, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_root, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
