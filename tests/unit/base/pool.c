#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/pool.h"
#include "base/slice.h"

#define ITEMS 1000

static size_t threads_left = SIZE_MAX; /* how many may still be started */

/* In place of the system's, to be without threads at will. */
int pthread_create(pthread_t *out, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
	int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (!threads_left)
		return EAGAIN;
	threads_left--;
	*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	return real(out, attr, start, arg);
}

struct run {
	atomic_size_t taken;         /* items so far */
	atomic_size_t busy, busiest; /* threads at work */
	atomic_uint count[ITEMS];    /* how often each item was worked on */
	size_t order[ITEMS];         /* place of each item among those taken */
	pthread_t thread[ITEMS];
	size_t together; /* an item waits until so many threads were at work at once, or 10 seconds */
};

static void work(void *ctx, size_t item)
{
	struct run *r = ctx;
	size_t busy = atomic_fetch_add(&r->busy, 1) + 1, most = atomic_load(&r->busiest);

	while (busy > most && !atomic_compare_exchange_weak(&r->busiest, &most, busy))
		;
	atomic_fetch_add(&r->count[item], 1);
	r->order[item] = atomic_fetch_add(&r->taken, 1);
	r->thread[item] = pthread_self();
	for (int i = 0; i < 10000 && atomic_load(&r->busiest) < r->together; i++)
		usleep(1000);
	atomic_fetch_sub(&r->busy, 1);
}

static size_t threads_of(const struct run *r, size_t n)
{
	size_t distinct = 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < i && !pthread_equal(r->thread[k], r->thread[i]))
			k++;
		distinct += k == i;
	}
	return distinct;
}

static void test_each_once(void **state)
{
	static const struct {
		unsigned jobs;
		size_t n, most; /* threads */
	} cases[] = {
		{ 0, 0, 0 }, { 1, 0, 0 },       { 8, 0, 0 },         { 0, 5, 1 },
		{ 1, 1, 1 }, { 8, 1, 1 },       { 1, 100, 1 },       { 2, 100, 2 },
		{ 3, 2, 2 }, { 64, ITEMS, 64 }, { 1000, ITEMS, 64 }, { 0xffffffff, ITEMS, 64 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static struct run r;

		print_message("%u jobs, %zu items\n", cases[i].jobs, cases[i].n);
		memset(&r, 0, sizeof(r));
		threads_left = 100;
		pool_run(cases[i].jobs, cases[i].n, work, &r);
		assert_int_equal(100 - threads_left, cases[i].most ? cases[i].most - 1 : 0); /* the caller works, too */
		threads_left = SIZE_MAX;
		assert_int_equal(r.taken, cases[i].n);
		for (size_t k = 0; k < ITEMS; k++)
			assert_int_equal(r.count[k], k < cases[i].n ? 1 : 0);
		assert_in_range(r.busiest, cases[i].n > 0, cases[i].most);
		assert_in_range(threads_of(&r, cases[i].n), cases[i].n > 0, cases[i].most);
	}
}

/* One job: the caller does it all, one item after the other. */
static void test_alone(void **state)
{
	static struct run r;

	(void)state;
	pool_run(1, ITEMS, work, &r);
	for (size_t i = 0; i < ITEMS; i++) {
		assert_int_equal(r.order[i], i);
		assert_true(pthread_equal(r.thread[i], pthread_self()));
	}
}

/* Items that need each other are worked on at once, one of them by the calling thread. */
static void test_together(void **state)
{
	static struct run r = { .together = 4 };
	bool caller = false;

	(void)state;
	pool_run(4, 4, work, &r);
	assert_int_equal(r.busiest, 4);
	assert_int_equal(threads_of(&r, 4), 4);
	for (size_t i = 0; i < 4; i++)
		caller = caller || pthread_equal(r.thread[i], pthread_self());
	assert_true(caller);
}

/* Where threads cannot be started the others do their work. */
static void test_no_threads(void **state)
{
	(void)state;
	for (size_t left = 0; left < 3; left++) {
		static struct run r;

		print_message("%zu threads\n", left);
		memset(&r, 0, sizeof(r));
		threads_left = left;
		pool_run(8, 100, work, &r);
		threads_left = SIZE_MAX;
		assert_int_equal(r.taken, 100);
		for (size_t i = 0; i < 100; i++)
			assert_int_equal(r.count[i], 1);
		assert_in_range(threads_of(&r, 100), 1, left + 1);
	}
}

static void test_processors(void **state)
{
	(void)state;
	assert_in_range(pool_processors(), 1, 65536);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),  cmocka_unit_test(test_alone),      cmocka_unit_test(test_together),
		cmocka_unit_test(test_no_threads), cmocka_unit_test(test_processors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
