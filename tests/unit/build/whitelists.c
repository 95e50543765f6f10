#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/whitelists.h"
#include "world.h"

#define LISTS 11

static const struct {
	const char *name, *text; /* text NULL: the file is not there */
	bool used, regex;
} lists[LISTS] = {
	{ "a", "u1\nu2\nu3\n", true, false },
	{ "b", "", true, false },
	{ "c", "u1,u1\n", true, false },
	{ "d", "u1\n\xff\n", true, false }, /* an error */
	{ "e", "nobody\nuses\nthis\nthis\n", false, false },
	{ "f", "[a-z]+\n[a-z]+\n", true, true },
	{ "g", NULL, true, false },            /* an error */
	{ "h", "\xef\xbb\xbf", false, false }, /* an error */
	{ "i", "u9\n", true, false },
	{ "j", "13800138000\n", true, false },
	{ "k", "x\ny\nz\nz\n", true, false },
};

static const char said[] = "repo/b.txt: warning: this list holds no id: nobody is on it\n"
			   "repo/c.txt: warning: 1 of 2 ids are repetitions\n"
			   "repo/d.txt:2:1: error: this line is not valid UTF-8\n"
			   "repo/e.txt: warning: 1 of 4 ids are repetitions\n"
			   "repo/g.txt: error: this list is not in the revision\n"
			   "repo/h.txt:1:1: error: a byte order mark; save the file as UTF-8 without one\n"
			   "repo/j.txt: warning: 1 of 1 ids look like phone numbers or e-mail addresses; a filter does "
			   "not hide ids that can be enumerated: use opaque ids, or say plainIds = true in j.ini\n"
			   "repo/k.txt: warning: 1 of 4 ids are repetitions\n";

static void make_world(struct world *w)
{
	world_init(w);
	w->app.whitelists = ARENA_ARRAY(&w->mem, struct whitelist *, LISTS);
	w->app.nwhitelists = LISTS;
	for (size_t i = 0; i < LISTS; i++) {
		struct whitelist *list = ARENA_NEW(&w->mem, struct whitelist);
		struct slice rel = arena_printf(&w->mem, "%s.txt", lists[i].name);

		*list = (struct whitelist){ .name = slice_of(lists[i].name),
					    .path = arena_printf(&w->mem, "repo/%s.txt", lists[i].name).p,
					    .rel = rel,
					    .used = lists[i].used,
					    .is_regex = lists[i].regex };
		w->app.whitelists[i] = list;
		if (lists[i].text)
			world_add(w, rel.p, slice_of(lists[i].text));
	}
}

static void release_filters(struct whitelist_filter *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		whitelist_filter_release(&v[i]);
}

/* What `check` does: all lists are read, none is encoded. */
static void test_check(void **state)
{
	(void)state;
	for (unsigned jobs = 1; jobs <= 8; jobs++) {
		struct whitelist_filter *v;
		struct world w;
		size_t n = 99;

		print_message("%u jobs\n", jobs);
		make_world(&w);
		whitelists_prepare(&v, &n, &w.mem, &w.app, &w.tree, jobs, NULL, &w.d);
		assert_int_equal(n, 0);
		assert_int_equal(w.reads, 9); /* neither f nor g */
		assert_string_equal(world_said(&w), said);
		assert_int_equal(w.d.errors, 3);
		assert_false(w.d.environment);
		world_release(&w);
	}
}

/* What `build` does: those that are used get filters; order, bytes and messages do not depend on the number of threads. */
static void test_build(void **state)
{
	static const char *const filtered[] = { "a", "b", "c", "i", "j", "k" };
	struct whitelist_filter *first;
	struct world one;
	size_t nfirst;

	(void)state;
	make_world(&one);
	whitelists_prepare(&first, &nfirst, &one.mem, &one.app, &one.tree, 1, &one.book, &one.d);
	assert_int_equal(nfirst, COUNT(filtered));
	for (unsigned jobs = 1; jobs <= 8; jobs++) {
		struct whitelist_filter *v;
		struct world w;
		size_t n;

		print_message("%u jobs\n", jobs);
		make_world(&w);
		whitelists_prepare(&v, &n, &w.mem, &w.app, &w.tree, jobs, &w.book, &w.d);
		assert_string_equal(world_said(&w), said);
		assert_int_equal(n, nfirst);
		assert_int_equal(w.book.n, n);
		for (size_t i = 0; i < n; i++) {
			assert_true(slice_eqs(v[i].list->name, filtered[i]));
			assert_memory_equal(&v[i].plan, &first[i].plan, sizeof(v[i].plan));
			assert_memory_equal(v[i].file, first[i].file, SHA256_SIZE);
			assert_true(slice_eq(strbuf_slice(&v[i].bytes), strbuf_slice(&first[i].bytes)));
			assert_ptr_equal(whitelists_find(v, n, v[i].list), &v[i]);
			assert_memory_equal(w.book.v[i].hash, v[i].file, SHA256_SIZE);
		}
		for (size_t i = 3; i < 8; i++) /* d to h */
			assert_null(whitelists_find(v, n, w.app.whitelists[i]));
		release_filters(v, n);
		world_release(&w);
	}
	release_filters(first, nfirst);
	world_release(&one);
}

/* The next build reads what has no filter, what has changed, and what is not used. */
static void test_reuse(void **state)
{
	struct whitelist_filter *v, *next;
	struct world w;
	size_t n, nnext;

	(void)state;
	make_world(&w);
	whitelists_prepare(&v, &n, &w.mem, &w.app, &w.tree, 3, &w.book, &w.d);
	world_next(&w);
	w.data[0] = SLICE("u1\nu2\nu4\n"); /* a, whose id tells; k does without */
	memset(w.entries[0].id, '0', 40);
	w.entries[9].id[0] = '\0';
	assert_true(slice_eqs(w.entries[9].rel, "k.txt"));
	whitelists_prepare(&next, &nnext, &w.mem, &w.app, &w.tree, 3, &w.book, &w.d);
	assert_int_equal(w.reads, 5); /* a, d, e, h, k */
	assert_string_equal(world_said(&w),
			    "repo/d.txt:2:1: error: this line is not valid UTF-8\n"
			    "repo/e.txt: warning: 1 of 4 ids are repetitions\n"
			    "repo/g.txt: error: this list is not in the revision\n"
			    "repo/h.txt:1:1: error: a byte order mark; save the file as UTF-8 without one\n"
			    "repo/k.txt: warning: 1 of 4 ids are repetitions\n");
	assert_int_equal(nnext, n);
	assert_int_equal(w.book.n, n - 1); /* but k */
	for (size_t i = 0; i < n; i++) {
		bool made = i == 0 || i == n - 1;

		assert_ptr_equal(next[i].list, v[i].list);
		assert_int_equal(next[i].bytes.n > 0, made);
		assert_int_equal(memcmp(next[i].file, v[i].file, SHA256_SIZE) == 0, i != 0);
		assert_int_equal(next[i].ids, v[i].ids);
		assert_int_equal(next[i].length, v[i].length);
	}
	release_filters(v, n);
	release_filters(next, nnext);
	world_release(&w);
}

static void test_broken(void **state)
{
	struct whitelist_filter *v;
	struct world w;
	size_t n;

	(void)state;
	make_world(&w);
	w.broken = true;
	whitelists_prepare(&v, &n, &w.mem, &w.app, &w.tree, 2, &w.book, &w.d);
	assert_int_equal(n, 0);
	assert_int_equal(w.book.n, 0);
	assert_int_equal(w.d.errors, 10);
	assert_true(w.d.environment);
	world_release(&w);
}

static void test_none(void **state)
{
	struct whitelist_filter *v;
	struct world w;
	size_t n = 9;

	(void)state;
	world_init(&w);
	whitelists_prepare(&v, &n, &w.mem, &w.app, &w.tree, 4, &w.book, &w.d);
	assert_int_equal(n, 0);
	assert_int_equal(w.d.n, 0);
	world_release(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),  cmocka_unit_test(test_build), cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_broken), cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
