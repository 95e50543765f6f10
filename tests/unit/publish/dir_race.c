/* Publishers that write to one folder at the same time, each a process of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "folder.h"

#define RACERS 16
#define ROUNDS 20
#define KEY    "A-b/metadata/7.snapshot.json"
#define LONG   ((size_t)100000)
#define FAILED 20 /* above every outcome */

/* What a racer does, in a process and with a destination of its own: its exit status. */
typedef int racer(struct folder *f, struct dest *t, int number);

static int run_racer(struct folder *f, racer *run, int number, pthread_barrier_t *start)
{
	struct diags d = DIAGS_INIT;
	struct dest *t = NULL;
	int status = dir_open(&t, f->url, &d) ? FAILED : 0;

	alarm(60);
	pthread_barrier_wait(start);
	if (!status)
		status = run(f, t, number);
	diags_print(&f->d, DIAG_TEXT, stderr);
	return status;
}

/* All of them at once: how many ended with each status. */
static void race(size_t counts[FAILED + 1], struct folder *f, racer *run)
{
	pthread_barrier_t *start =
		mmap(NULL, sizeof(*start), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_barrierattr_t shared;
	pid_t pids[RACERS];

	assert_true(start != MAP_FAILED);
	pthread_barrierattr_init(&shared);
	pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	assert_int_equal(pthread_barrier_init(start, &shared, RACERS), 0);
	memset(counts, 0, (FAILED + 1) * sizeof(*counts));
	fflush(NULL);
	for (int i = 0; i < RACERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(run_racer(f, run, i, start));
		assert_true(pids[i] > 0);
	}
	for (int i = 0; i < RACERS; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= FAILED);
		counts[WEXITSTATUS(status)]++;
	}
	pthread_barrier_destroy(start);
	munmap(start, sizeof(*start));
}

/* The racer's own bytes: one letter, many times, so that what is half of one and half of another shows. */
static struct dest_put long_put(struct folder *f, const char *key, int number)
{
	char *bytes = arena_alloc(&f->mem, LONG + 1);

	memset(bytes, 'a' + number, LONG);
	return folder_put(f, key, bytes);
}

static void assert_whole(struct folder *f, const char *key)
{
	char *bytes = folder_read(f, key);

	assert_non_null(bytes);
	assert_int_equal(strlen(bytes), LONG);
	assert_int_equal(strspn(bytes, (char[]){ bytes[0], '\0' }), LONG);
	free(bytes);
}

/* --- who wins -------------------------------------------------------------------------------------------------------------- */

static int claim(struct folder *f, struct dest *t, int number)
{
	struct dest_put p = long_put(f, KEY, number);

	p.condition = DEST_IF_ABSENT;
	return dest_write(t, &p, &f->d) ? FAILED : (int)p.outcome;
}

static void test_claim(void **state)
{
	struct folder *f = *state;
	size_t counts[FAILED + 1];

	for (int i = 0; i < ROUNDS; i++) {
		race(counts, f, claim);
		assert_int_equal(counts[DEST_DONE], 1);
		assert_int_equal(counts[DEST_REFUSED], RACERS - 1);
		assert_whole(f, KEY);
		assert_int_equal(folder_temps(f, "A-b/metadata"), 0);
		assert_int_equal(unlink(folder_in(f, KEY)), 0);
	}
}

static int claim_same(struct folder *f, struct dest *t, int number)
{
	return claim(f, t, 0);
}

/* The same bytes are everybody's: a publisher that was killed and runs again must not lose against itself. */
static void test_same(void **state)
{
	struct folder *f = *state;
	size_t counts[FAILED + 1];

	race(counts, f, claim_same);
	assert_int_equal(counts[DEST_DONE], RACERS);
	assert_whole(f, KEY);
	assert_int_equal(folder_temps(f, "A-b/metadata"), 0);
}

static int replace(struct folder *f, struct dest *t, int number)
{
	struct dest_version version = { .etag = "0cc175b9c0f1b6a831c399e269772661" }; /* of "a" */
	struct dest_put p = long_put(f, KEY, number);

	p.condition = DEST_IF_MATCH;
	p.version = &version;
	return dest_write(t, &p, &f->d) ? FAILED : (int)p.outcome;
}

static void test_match(void **state)
{
	struct folder *f = *state;
	size_t counts[FAILED + 1];

	for (int i = 0; i < ROUNDS; i++) {
		folder_write(f, KEY, "a");
		race(counts, f, replace);
		assert_int_equal(counts[DEST_DONE], 1);
		assert_int_equal(counts[DEST_REFUSED], RACERS - 1);
		assert_whole(f, KEY);
		assert_int_equal(folder_temps(f, "A-b/metadata"), 0);
	}
}

/* --- readers, pruners, death ------------------------------------------------------------------------------------------------ */

static int read_all(struct dest *t, struct folder *f)
{
	for (int i = 0; i < 50; i++) {
		struct dest_get g = { .key = KEY, .limit = LONG };
		bool whole;

		if (dest_read(t, &g, &f->d) || g.outcome != GET_FOUND)
			return FAILED;
		whole = g.body.n == LONG && strspn(g.body.p, (char[]){ g.body.p[0], '\0' }) == LONG;
		strbuf_release(&g.body);
		if (!whole)
			return 1;
	}
	return 0;
}

static int read_or_write(struct folder *f, struct dest *t, int number)
{
	if (number % 2)
		return read_all(t, f);
	for (int i = 0; i < 10; i++) {
		struct dest_put p = long_put(f, KEY, number);

		if (dest_write(t, &p, &f->d) || p.outcome != DEST_DONE)
			return FAILED;
	}
	return 0;
}

static void test_readers(void **state)
{
	struct folder *f = *state;
	size_t counts[FAILED + 1];
	struct dest_put p = long_put(f, KEY, 0);

	assert_int_equal(dest_write(f->dest, &p, &f->d), 0);
	race(counts, f, read_or_write);
	assert_int_equal(counts[0], RACERS);
}

/* A folder goes when its last file does, also just when somebody is about to write to it. One writes, all others prune. */
static int put_or_prune(struct folder *f, struct dest *t, int number)
{
	const char *key = "A-b/o/x", *none = "A-b/o/none";

	for (int i = 0; i < (number ? 300 : 100); i++) {
		struct dest_put p = folder_put(f, key, "x");

		if (number == 0 && (dest_write(t, &p, &f->d) || p.outcome != DEST_DONE))
			return FAILED;
		if (t->ops->remove(t, number ? &none : &key, 1, &f->d))
			return FAILED;
	}
	return 0;
}

static void test_pruners(void **state)
{
	struct folder *f = *state;
	size_t counts[FAILED + 1];

	race(counts, f, put_or_prune);
	assert_int_equal(counts[0], RACERS);
	assert_false(file_exists(folder_in(f, "A-b")));
}

static int write_for_ever(struct folder *f, struct dest *t, int number)
{
	for (int i = 0;; i++) {
		struct dest_put p = long_put(f, arena_printf(&f->mem, "A-b/%d", i % 8).p, i % 26);

		if (dest_write(t, &p, &f->d))
			return FAILED;
	}
}

/* Whatever is there after a death is whole, and what was being written is out of sight, and goes with the next publisher. */
static void test_killed(void **state)
{
	static const char *const all[] = { "A-b/" };
	struct folder *f = *state;
	struct dest_put last = folder_put(f, "A-b/last", "x");
	struct dest_listing l = DEST_LISTING_INIT;

	for (int i = 0; i < 30; i++) {
		struct timespec moment = { 0, 1000000 + 700000L * i };
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (pid == 0)
			_exit(write_for_ever(f, f->dest, 0));
		nanosleep(&moment, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
	}
	assert_int_equal(f->dest->ops->list(f->dest, &l, all, 1, &f->d), 0);
	assert_true(l.n > 0);
	for (size_t i = 0; i < l.n; i++)
		assert_whole(f, arena_str(&f->mem, l.v[i].key));
	dest_listing_release(&l);
	print_message("%zu unfinished files\n", folder_temps(f, "A-b"));
	folder_age_temps(f, "A-b");
	assert_int_equal(f->dest->ops->list(f->dest, &l, all, 1, &f->d), 0);
	assert_int_equal(dest_write(f->dest, &last, &f->d), 0);
	assert_int_equal(folder_temps(f, "A-b"), 0);
	dest_listing_release(&l);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_setup, folder_teardown)
	static const struct CMUnitTest tests[] = {
		TEST(test_claim),   TEST(test_same),    TEST(test_match),
		TEST(test_readers), TEST(test_pruners), TEST(test_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
