/* Writing a tree: reuse, modes, leftovers, and a process that dies at any moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tiny.h"

static int setup(void **state)
{
	struct tiny *t = malloc(sizeof(*t));

	tiny_open(t);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	tiny_close(*state);
	free(*state);
	return 0;
}

static const char *file_of(struct tiny *t, const char *out, const char *name)
{
	struct strbuf path = STRBUF_INIT;

	for (size_t i = 0; i < t->objects.n; i++) {
		if (!strcmp(t->objects.v[i].name, name))
			path_object(&path, t->objects.v[i].hash, name);
	}
	strbuf_addch(&path, '\0');
	return arena_printf(&t->mem, "%s/" TINY_APP "/%s", out, tiny_keep(t, &path).p).p;
}

static struct stat stat_of(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		fail_msg("%s is not there", path);
	return st;
}

static void test_modes(void **state)
{
	struct tiny *t = *state;
	struct file_list files = { .mem = ARENA_INIT };
	struct diags d = DIAGS_INIT;
	mode_t mask = umask(0077);
	const char *out = tiny_in(t, "out");

	tiny_build(t, out, 1, &d);
	umask(mask);
	assert_int_equal(file_walk(&files, out, &d), 0);
	for (size_t i = 0; i < files.n; i++) {
		struct slice path = arena_printf(&t->mem, "%s/" SLICE_FMT, out, SLICE_ARG(files.path[i]));

		if (slice_ends(path, OUTDIR_LOCK))
			continue;
		assert_int_equal(stat_of(path.p).st_mode & 07777, 0644);
		for (path.n = (size_t)slice_rfind(path, '/'); path.n > strlen(out);
		     path.n = (size_t)slice_rfind(path, '/'))
			assert_int_equal(stat_of(arena_str(&t->mem, path)).st_mode & 07777, 0755);
	}
	assert_true(files.n > 10);
	file_list_release(&files);
	diags_release(&d);
}

static void flip_a_bit(const char *path)
{
	FILE *f = fopen(path, "r+");
	int c;

	assert_non_null(f);
	c = fgetc(f);
	assert_int_equal(fseek(f, 0, SEEK_SET), 0);
	assert_int_equal(fputc(c ^ 1, f), c ^ 1);
	assert_int_equal(fclose(f), 0);
}

/* Unchanged objects keep their inode; damaged ones are written again; an equal tree is left alone. */
static void test_reuse(void **state)
{
	struct tiny *t = *state;
	struct outdir dir = OUTDIR_INIT;
	struct tree tree = TREE_INIT;
	struct diags d = DIAGS_INIT;
	struct verify_result r = VERIFY_RESULT_INIT;
	const char *out = tiny_in(t, "out"), *filter, *manifest, *answer;
	struct stat before, list, folder;
	bool changed = true;

	tiny_build(t, out, 1, &d);
	filter = file_of(t, out, "filter.bin");
	manifest = file_of(t, out, "manifest.json");
	before = stat_of(manifest);
	list = stat_of(filter);
	assert_int_equal(truncate(filter, 100), 0);
	tiny_build(t, out, 1, &d);
	assert_int_equal(tiny_verify(t, out, true, TINY_NOW, &r, &d), 0);
	verify_result_release(&r);
	answer = file_of(t, out, "answer.json");
	flip_a_bit(answer);
	tiny_build(t, out, 1, &d);
	assert_int_equal(tiny_verify(t, out, true, TINY_NOW, &r, &d), 0);
	verify_result_release(&r);
	tiny_build(t, out, 2, &d);
	assert_int_equal(stat_of(manifest).st_ino, before.st_ino);
	assert_int_not_equal(stat_of(filter).st_ino, list.st_ino);
	assert_int_equal(tiny_verify(t, out, true, TINY_NOW, &r, &d), 0);

	folder = stat_of(tiny_in(t, "out/" TINY_APP));
	assert_int_equal(outdir_open(&dir, out, &d), 0);
	assert_int_equal(tree_begin(&tree, &dir, SLICE(TINY_APP), tiny_in(t, "out/" TINY_APP), &d), 0);
	tiny_fill(t, &tree, 2, &d);
	assert_int_equal(tree_commit(&tree, &changed, &d), 0);
	tree_end(&tree);
	outdir_close(&dir);
	assert_false(changed);
	assert_int_equal(stat_of(tiny_in(t, "out/" TINY_APP)).st_ino, folder.st_ino);
	assert_int_equal(d.n, 0);
	verify_result_release(&r);
	diags_release(&d);
}

/* An object that is only in the previous tree: from another folder it is copied, and never linked. */
static void test_previous_elsewhere(void **state)
{
	struct tiny *t = *state;
	struct outdir dir = OUTDIR_INIT;
	struct tree tree = TREE_INIT;
	struct diags d = DIAGS_INIT;
	struct object kept, gone = { .length = 5, .name = "filter.bin" };
	const char *out = tiny_in(t, "out"), *other = tiny_in(t, "other");

	tiny_build(t, other, 1, &d);
	kept = t->objects.v[0];
	kept.data = (struct slice){ NULL, 0 };
	assert_int_equal(outdir_open(&dir, out, &d), 0);
	assert_int_equal(tree_begin(&tree, &dir, SLICE(TINY_APP), tiny_in(t, "other/" TINY_APP), &d), 0);
	assert_int_equal(tree_object(&tree, &kept, &d), 0);
	assert_int_equal(tree_object(&tree, &gone, &d), 1);
	assert_int_equal(stat_of(file_of(t, other, kept.name)).st_nlink, 1);
	gone.path = file_of(t, other, "filter.bin"); /* a file whose bytes are not those that were promised */
	assert_int_equal(tree_object(&tree, &gone, &d), -1);
	assert_int_equal(diags_exit(&d), 3);
	tree_end(&tree);
	outdir_close(&dir);
	assert_int_equal(access(tiny_in(t, "out/" TINY_APP), F_OK), -1); /* never committed */
	diags_release(&d);
}

static void test_leftovers(void **state)
{
	struct tiny *t = *state;
	struct diags d = DIAGS_INIT;
	struct outdir dir = OUTDIR_INIT;
	const char *out = tiny_in(t, "out");

	tiny_build(t, out, 1, &d);
	assert_int_equal(file_mkdirs(tiny_in(t, "out/." TINY_APP ".tmp.123/metadata"), 0755, &d), 0);
	assert_int_equal(file_mkdirs(tiny_in(t, "out/." TINY_APP ".tmp.mine"), 0755, &d), 0);
	assert_int_equal(file_mkdirs(tiny_in(t, "out/.GONE-b.old/metadata"), 0755, &d), 0);
	assert_int_equal(file_mkdirs(tiny_in(t, "out/." TINY_APP ".old"), 0755, &d), 0);
	assert_int_equal(outdir_open(&dir, out, &d), 0);
	assert_int_equal(access(tiny_in(t, "out/." TINY_APP ".tmp.123"), F_OK), -1);
	assert_int_equal(access(tiny_in(t, "out/." TINY_APP ".tmp.mine"), F_OK), 0); /* not ours */
	assert_int_equal(access(tiny_in(t, "out/GONE-b/metadata"), F_OK),
			 0); /* moved away, never replaced: moved back */
	assert_int_equal(access(tiny_in(t, "out/." TINY_APP ".old"), F_OK), -1);
	assert_int_equal(access(tiny_in(t, "out/" TINY_APP "/build.json"), F_OK), 0);
	outdir_close(&dir);
	diags_release(&d);
}

static uint64_t elapsed_ns(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((now.tv_sec - since->tv_sec) * 1000000000 + (now.tv_nsec - since->tv_nsec));
}

static pid_t start_build(struct tiny *t, const char *out, unsigned generation)
{
	pid_t child = fork();
	struct diags d = DIAGS_INIT;

	assert_true(child >= 0);
	if (child == 0) {
		tiny_build(t, out, generation, &d);
		_exit(0);
	}
	return child;
}

/* A child that builds is killed; what stands there then is one whole generation. The moment hovers around the exchange: after a
 * build that got through the next one is killed sooner, else later. */
static void test_killed(void **state)
{
	enum { ROUNDS = 60 };
	struct tiny *t = *state;
	struct diags d = DIAGS_INIT;
	const char *out = tiny_in(t, "out"), *app = tiny_in(t, "out/" TINY_APP);
	struct timespec start;
	unsigned killed = 0, written = 0;
	uint64_t wait_ns, there = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	assert_true(waitpid(start_build(t, out, 1), NULL, 0) > 0);
	wait_ns = elapsed_ns(&start) / 2;
	assert_int_equal(file_remove_tree(app, &d), 0);
	for (unsigned round = 1; round <= ROUNDS; round++) {
		struct verify_result r = VERIFY_RESULT_INIT;
		pid_t child = start_build(t, out, round);
		uint64_t before = there;
		int status;

		nanosleep(&(struct timespec){ 0, (long)(wait_ns % 1000000000) }, NULL);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		killed += WIFSIGNALED(status) ? 1 : 0;
		if (access(app, F_OK) == 0) {
			if (tiny_verify(t, out, true, TINY_NOW, &r, &d))
				fail_msg("round %u: %s: %s", round, d.v[0].at.path, d.v[0].text);
			there = r.apps[0].roles[4].version; /* of timestamp */
		} else {
			there = 0;
		}
		assert_true(there == before || there == round); /* the old one, absent as before, or the new one */
		written += there == round;
		wait_ns = there == round ? wait_ns * 7 / 8 : wait_ns * 9 / 8 + 1000;
		verify_result_release(&r);
	}
	print_message("killed in %u of %d rounds, written in %u\n", killed, ROUNDS, written);
	assert_true(killed > 0 && written > 0); /* else nothing was tried */
	tiny_build(t, out, ROUNDS + 1, &d);
	assert_int_equal(d.n, 0);
	diags_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_modes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reuse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_previous_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leftovers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
