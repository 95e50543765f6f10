#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#define POOL_MAX 64

struct pool {
	atomic_size_t next;
	size_t n;
	void (*work)(void *ctx, size_t item);
	void *ctx;
};

static void *take_items(void *arg)
{
	struct pool *p = arg;

	for (;;) {
		size_t item = atomic_fetch_add(&p->next, 1);

		if (item >= p->n)
			return NULL;
		p->work(p->ctx, item);
	}
}

void pool_run(unsigned jobs, size_t n, void (*work)(void *ctx, size_t item), void *ctx)
{
	struct pool p = { .n = n, .work = work, .ctx = ctx };
	pthread_t thread[POOL_MAX];
	size_t started = 0, wanted = jobs < n ? jobs : n;

	if (wanted > POOL_MAX)
		wanted = POOL_MAX;
	while (started + 1 < wanted && pthread_create(&thread[started], NULL, take_items, &p) == 0)
		started++;
	take_items(&p);
	for (size_t i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
}

unsigned pool_processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)n : 1;
}
