/* What a listing says about a tree, and what must be read because it says nothing. */
#include "world.h"

#include "publish/plan.h"

struct scene {
	struct world w;
	struct fake_store store;
	struct release r;
	struct fake f;
	struct pub_plan plan;
	bool race;
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

static int plan(struct scene *s)
{
	struct survey survey = SURVEY_INIT;
	int bad;

	fake_open(&s->f, &s->store, s->w.dg);
	diags_release(&s->w.d);
	s->race = false;
	assert_int_equal(survey_take(&survey, &s->w.mem, &s->f.dest, &s->r.app, &s->w.d), 0);
	s->f.requests = 0;
	bad = plan_against(&s->plan, &s->w.mem, &s->r.app, &s->f.dest, &survey, false, s->w.dg, &s->w.d, &s->race);
	survey_release(&survey);
	return bad;
}

static void put_all(struct scene *s)
{
	for (size_t i = 0; i < s->r.app.n; i++)
		fake_put(&s->store, s->r.files[i].key, s->r.bytes[i]);
}

/* Another text of the same length. */
static void change(struct scene *s, const struct tree_file *f)
{
	struct slice bytes = arena_copy(&s->w.mem, release_bytes(&s->r, f));

	*(char *)(uintptr_t)bytes.p ^= 1;
	fake_put(&s->store, f->key, bytes);
}

static void test_empty(void **state)
{
	struct scene *s = *state;

	assert_int_equal(plan(s), 0);
	assert_int_equal(s->plan.n, s->r.app.n - 2); /* without pointer and notes */
	assert_int_equal(s->plan.there, 0);
	assert_int_equal(s->f.requests, 0);
	for (size_t i = 1; i < s->plan.n; i++) {
		enum file_role a = s->plan.v[i - 1].file->class.role, b = s->plan.v[i].file->class.role;

		assert_true(a < b || (a == b && slice_cmp(s->plan.v[i - 1].file->path, s->plan.v[i].file->path) < 0));
	}
}

/* Honest ETags: nothing is read. Others: one file says so for all; metadata and pages are read in any case. */
static void test_all_there(void **state)
{
	struct scene *s = *state;

	for (int encrypts = 0; encrypts < 2; encrypts++) {
		s->store.encrypts = encrypts;
		put_all(s);
		assert_int_equal(plan(s), 0);
		assert_int_equal(s->plan.n, 0);
		assert_int_equal(s->plan.there, s->r.app.n - 2);
		assert_int_equal(s->f.requests, encrypts ? 1 + 3 + 2 : 0);
	}
}

static void test_pages(void **state)
{
	struct scene *s = *state;
	const struct tree_file *page = release_role(&s->r, FILE_MUTABLE);

	for (int encrypts = 0; encrypts < 2; encrypts++) {
		struct dest_version version = { "", "" };

		s->store.encrypts = encrypts;
		put_all(s);
		change(s, page);
		assert_int_equal(plan(s), 0);
		assert_int_equal(s->plan.n, 1);
		assert_ptr_equal(s->plan.v[0].file, page);
		assert_int_equal(s->plan.v[0].reason, PLAN_CHANGED);
		fake_etag(version.etag, &s->f, fake_find(&s->store, page->key));
		assert_string_equal(s->plan.v[0].version.etag, version.etag);
	}
}

/* A page that a pruner has condemned is sent before the pointer, unless somebody has written it since. */
static void test_condemned_page(void **state)
{
	struct scene *s = *state;
	const struct tree_file *page = release_role(&s->r, FILE_MUTABLE);
	const char *list = arena_printf(&s->w.mem, "{\"condemned\":{\"" SLICE_FMT "\":100},\"deleting\":0,\"v\":1}",
					SLICE_ARG(page->path))
				   .p;

	for (int later = 0; later < 2; later++) {
		put_all(s);
		s->store.clock = later ? 101 : 100;
		change(s, page);
		fake_put(&s->store, WORLD_APP "/" CONDEMNED_NAME, slice_of(list));
		assert_int_equal(plan(s), 0);
		assert_int_equal(s->plan.n, 1);
		assert_int_equal(s->plan.v[0].reason, later ? PLAN_CHANGED : PLAN_CONDEMNED);
	}
}

/* In an encrypting bucket too, where all ETags are other ones: what was never read is known by its length alone. */
static void test_conflicts(void **state)
{
	struct scene *s = *state;

	for (size_t i = 0; i < s->r.app.n; i++) {
		const struct tree_file *f = &s->r.files[i];

		for (int encrypts = 0; encrypts < 2 && f->class.role < FILE_MUTABLE; encrypts++) {
			bool by_length = encrypts && (f->class.role == FILE_OBJECT || f->class.role == FILE_LISTED);
			int bad;

			print_message("%s, %d\n", f->key, encrypts);
			s->store.encrypts = encrypts;
			put_all(s);
			change(s, f);
			bad = plan(s);
			assert_int_equal(s->race, bad != 0);
			if (!by_length)
				assert_int_equal(bad, -1);
		}
	}
}

static void test_many_missing(void **state)
{
	struct scene *s = *state;
	struct tree_file *v = ARENA_ARRAY(&s->w.mem, struct tree_file, 100);

	for (size_t i = 0; i < 100; i++) {
		v[i] = *release_role(&s->r, FILE_OBJECT);
		v[i].path = arena_printf(&s->w.mem, "targets/o/00/%03zu", i);
		v[i].key = arena_printf(&s->w.mem, WORLD_APP "/targets/o/00/%03zu", i).p;
		v[i].local = NULL;
	}
	s->r.app.v = v;
	s->r.app.n = 100;
	assert_int_equal(plan(s), -1);
	assert_false(s->race);
	assert_false(s->w.d.environment);
	assert_int_equal(s->w.d.n, 11);
	assert_non_null(strstr(s->w.d.v[10].text, "90 more files"));
}

/* Of any tree, small or large: no prefix begins another, and each file has one. */
static void test_prefixes(void **state)
{
	static const char *const paths[] = { "build.json",
					     "cdn.example.com/DEMO01_default/a.js",
					     "h5/20171228/1.0_all/nebula/a.amr",
					     "h5/preset/android/h5_json.json",
					     "metadata/1.root.json",
					     "pages/index.html",
					     "targets/index/v1/0a.android-h5.json",
					     "targets/other",
					     "targets/z/other" };
	struct scene *s = *state;

	for (size_t n = SURVEY_SPLIT - 1; n <= SURVEY_SPLIT + 2; n++) {
		struct tree_file *v = ARENA_ARRAY(&s->w.mem, struct tree_file, n);
		struct app_tree t = { .app = SLICE(WORLD_APP), .v = v, .n = n };
		const char *const *prefixes;
		size_t count;

		for (size_t i = 0; i < n; i++)
			v[i].path = i < COUNT(paths) ? slice_of(paths[i])
						     : arena_printf(&s->w.mem, "targets/o/%016zx/%zu", i << 52, i);
		qsort(v, n, sizeof(*v), release_by_path);
		count = survey_prefixes(&prefixes, &s->w.mem, &t);
		assert_int_equal(count, n < SURVEY_SPLIT ? 1 : 16 + COUNT(paths) - 1);
		for (size_t i = 0; i < n; i++) {
			struct slice key = arena_printf(&s->w.mem, WORLD_APP "/" SLICE_FMT, SLICE_ARG(v[i].path));
			size_t hits = 0;

			for (size_t k = 0; k < count; k++)
				hits += slice_starts(key, prefixes[k]);
			if (hits != 1)
				fail_msg(SLICE_FMT " is in %zu prefixes", SLICE_ARG(key), hits);
		}
		for (size_t i = 0; i < count; i++) {
			for (size_t k = 0; k < count; k++)
				assert_true(i == k || !slice_starts(slice_of(prefixes[i]), prefixes[k]));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_condemned_page, setup, teardown),
		cmocka_unit_test_setup_teardown(test_conflicts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_prefixes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
