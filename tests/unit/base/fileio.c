#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fileio.h"

/* Every test runs in a fresh folder, which is the current one, under a umask that would hide a careless mode. */
static int set_up(void **state)
{
	char *dir = strdup("/tmp/fileio-XXXXXX");

	umask(0077);
	*state = dir;
	return dir && mkdtemp(dir) ? chdir(dir) : -1;
}

static int tear_down(void **state)
{
	struct diags d = DIAGS_INIT;
	int result = chdir("/") || file_remove_tree(*state, &d) ? -1 : 0;

	diags_release(&d);
	free(*state);
	return result;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* The path must have failed with one error that names it and ends in that exit code. */
static void assert_failed(struct diags *d, int code, const char *path, const char *part)
{
	print_message("%s: %s\n", d->v[0].at.path, d->v[0].text);
	assert_int_equal(d->n, 1);
	assert_int_equal(diags_exit(d), code);
	assert_string_equal(d->v[0].at.path, path);
	assert_non_null(strstr(d->v[0].text, part));
	diags_release(d);
}

/* The environment failed. */
static void assert_refused(struct diags *d, const char *path, const char *part)
{
	assert_failed(d, 3, path, part);
}

/* The file itself is not what was asked for. */
static void assert_unfit(struct diags *d, const char *path, const char *part)
{
	assert_failed(d, 1, path, part);
}

static void test_create_and_read(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct diags d = DIAGS_INIT;

	assert_int_equal(file_create("a", slice_bytes("x\0y", 3), 0644, &d), 0);
	assert_int_equal(mode_of("a"), 0644);
	assert_int_equal(file_create("empty", SLICE(""), 0400, &d), 0);
	assert_int_equal(mode_of("empty"), 0400);
	strbuf_adds(&out, "before");
	assert_int_equal(file_read(&out, "a", 3, &d), 0);
	assert_true(slice_eq(strbuf_slice(&out), slice_bytes("beforex\0y", 9)));
	assert_int_equal(file_read(&out, "empty", 0, &d), 0);
	assert_int_equal(out.n, 9);
	assert_int_equal(file_read_optional(&out, "none", 1, &d), 1);
	assert_int_equal(file_read_optional(&out, "a/none", 1, &d), 1);
	assert_int_equal(d.n, 0);
	assert_int_equal(file_create("a", SLICE("z"), 0644, &d), -1);
	assert_refused(&d, "a", "File exists");
	assert_int_equal(file_read(&out, "a", 2, &d), -1);
	assert_unfit(&d, "a", "larger than 2 bytes");
	assert_int_equal(out.n, 9);
	assert_int_equal(file_create("huge", SLICE(""), 0600, &d), 0);
	assert_int_equal(truncate("huge", (off_t)1 << 40), 0);
	assert_int_equal(file_read(&out, "huge", 2, &d), -1); /* before memory is taken */
	assert_unfit(&d, "huge", "larger than 2 bytes");
	assert_int_equal(file_read(&out, "none", 2, &d), -1);
	assert_refused(&d, "none", "No such file");
	strbuf_release(&out);
}

/* Neither a folder nor a FIFO is read, and the FIFO does not stop the program. */
static void test_odd_files(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct diags d = DIAGS_INIT;
	struct file_map map;

	assert_int_equal(mkdir("dir", 0700), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(file_read(&out, "dir", 9, &d), -1);
	assert_unfit(&d, "dir", "not a regular file");
	assert_int_equal(file_read(&out, "fifo", 9, &d), -1);
	assert_unfit(&d, "fifo", "not a regular file");
	assert_int_equal(file_map(&map, "fifo", &d), -1);
	assert_unfit(&d, "fifo", "not a regular file");
	assert_int_equal(symlink("target", "link"), 0);
	assert_int_equal(file_create("link", SLICE("x"), 0644, &d), -1);
	assert_refused(&d, "link", "File exists");
	assert_false(exists("target"));
	strbuf_release(&out);
}

static void test_read_fd(void **state)
{
	static const char bytes[5000];
	struct strbuf out = STRBUF_INIT;
	struct diags d = DIAGS_INIT;
	int ends[2];

	for (uint64_t limit = sizeof(bytes) - 1; limit <= sizeof(bytes); limit++) {
		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], bytes, sizeof(bytes)), sizeof(bytes));
		close(ends[1]);
		assert_int_equal(file_read_fd(&out, ends[0], "(pipe)", limit, &d), limit == sizeof(bytes) ? 0 : -1);
		assert_int_equal(out.n, limit == sizeof(bytes) ? sizeof(bytes) : 0);
		close(ends[0]);
	}
	assert_unfit(&d, "(pipe)", "larger than 4999 bytes");
	assert_int_equal(file_read_fd(&out, -1, "(closed)", 1, &d), -1);
	assert_refused(&d, "(closed)", "Bad file descriptor");
	strbuf_release(&out);
}

static void test_map(void **state)
{
	struct diags d = DIAGS_INIT;
	struct file_map map;

	assert_int_equal(file_create("a", SLICE("content"), 0600, &d), 0);
	assert_int_equal(file_create("empty", SLICE(""), 0600, &d), 0);
	assert_int_equal(file_map(&map, "a", &d), 0);
	assert_true(slice_eqs(map.data, "content"));
	file_unmap(&map);
	file_unmap(&map);
	assert_int_equal(file_map(&map, "empty", &d), 0);
	assert_int_equal(map.data.n, 0);
	file_unmap(&map);
	assert_int_equal(file_map(&map, "none", &d), -1);
	assert_refused(&d, "none", "No such file");
}

static void test_descriptors(void **state)
{
	CLEANUP(file_close_at) int fd = open("a", O_RDWR | O_CREAT, 0600);
	CLEANUP(file_close_at) int other = open("a", O_RDONLY);
	CLEANUP(file_close_at) int folder = open(".", O_RDONLY);
	struct diags d = DIAGS_INIT;
	struct file_map map;

	assert_int_equal(file_write_fd(fd, SLICE("con"), "(file)", &d), 0);
	assert_int_equal(file_write_fd(fd, SLICE("tent"), "(file)", &d), 0);
	assert_int_equal(file_map_fd(&map, other, "(file)", &d), 0);
	assert_true(slice_eqs(map.data, "content"));
	file_unmap(&map);
	assert_int_equal(file_write_fd(other, SLICE("x"), "(file)", &d), -1);
	assert_refused(&d, "(file)", "Bad file descriptor");
	assert_int_equal(file_map_fd(&map, folder, "(folder)", &d), -1);
	assert_unfit(&d, "(folder)", "is not a regular file");

	assert_int_equal(file_lock(fd, true, "(file)", &d), 0);
	assert_int_equal(file_lock(other, true, "(file)", &d), 0);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
	assert_int_equal(file_lock(-1, false, "(none)", &d), -1);
	assert_refused(&d, "(none)", "Bad file descriptor");
}

static void test_replace(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct diags d = DIAGS_INIT;

	assert_int_equal(file_replace("a", SLICE("one"), 0600, &d), 0);
	assert_int_equal(file_create("a.tmp", SLICE("left behind"), 0600, &d), 0);
	assert_int_equal(file_replace("a", SLICE("two"), 0644, &d), 0);
	assert_int_equal(file_read(&out, "a", 9, &d), 0);
	assert_string_equal(out.p, "two");
	assert_int_equal(mode_of("a"), 0644);
	assert_false(exists("a.tmp"));
	assert_int_equal(d.n, 0);

	assert_int_equal(file_mkdirs("dir/full", 0755, &d), 0);
	assert_int_equal(file_replace("dir", SLICE("x"), 0644, &d), -1);
	assert_refused(&d, "dir", "Is a directory");
	assert_false(exists("dir.tmp"));
	assert_int_equal(file_replace("none/a", SLICE("x"), 0644, &d), -1);
	diags_release(&d);
	strbuf_release(&out);
}

/* A write that fails half-way leaves nothing behind, and what was to be replaced as it was. */
static void test_failed_write(void **state)
{
	struct rlimit before, small;
	struct strbuf out = STRBUF_INIT;
	struct diags d = DIAGS_INIT;

	assert_int_equal(file_create("b", SLICE("old"), 0600, &d), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ 4, before.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(file_create("a", SLICE("longer"), 0644, &d), -1);
	assert_refused(&d, "a", "File too large");
	assert_int_equal(file_replace("b", SLICE("longer"), 0644, &d), -1);
	assert_refused(&d, "b.tmp", "File too large");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_false(exists("a"));
	assert_false(exists("b.tmp"));
	assert_int_equal(file_read(&out, "b", 9, &d), 0);
	assert_string_equal(out.p, "old");
	strbuf_release(&out);
}

static void test_mkdirs(void **state)
{
	struct diags d = DIAGS_INIT;
	char longest[300];

	assert_int_equal(file_mkdirs("a//b/./c/", 0755, &d), 0);
	assert_int_equal(mode_of("a"), 0755);
	assert_int_equal(mode_of("a/b/c"), 0755);
	assert_int_equal(chmod("a", 0711), 0);
	assert_int_equal(file_mkdirs("a/b/d", 0700, &d), 0);
	assert_int_equal(mode_of("a"), 0711); /* what was there is left alone */
	assert_int_equal(file_mkdirs(*state, 0755, &d), 0);
	assert_int_equal(file_mkdirs("/", 0755, &d), 0);
	assert_int_equal(file_mkdirs("", 0755, &d), 0);
	assert_int_equal(symlink("a", "link"), 0);
	assert_int_equal(file_mkdirs("link/e", 0755, &d), 0);
	assert_true(exists("a/e"));
	assert_int_equal(d.n, 0);

	assert_int_equal(file_create("file", SLICE(""), 0600, &d), 0);
	assert_int_equal(file_mkdirs("file/x", 0755, &d), -1);
	assert_refused(&d, "file/x", "Not a directory");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(file_mkdirs(longest, 0755, &d), -1);
	assert_refused(&d, longest, "too long");
}

static void test_remove_tree(void **state)
{
	struct diags d = DIAGS_INIT;

	assert_int_equal(file_mkdirs("keep/me", 0700, &d), 0);
	assert_int_equal(file_mkdirs("tree/a/b", 0700, &d), 0);
	assert_int_equal(file_create("tree/a/f", SLICE("x"), 0400, &d), 0);
	assert_int_equal(symlink("../../keep", "tree/a/link"), 0);
	assert_int_equal(symlink("keep", "link"), 0);
	assert_int_equal(mkfifo("tree/fifo", 0600), 0);
	assert_int_equal(file_remove_tree("tree", &d), 0);
	assert_false(exists("tree"));
	assert_int_equal(file_remove_tree("link/", &d), 0);
	assert_false(exists("link"));
	assert_true(exists("keep/me"));
	assert_int_equal(file_remove_tree("tree", &d), 0);
	assert_int_equal(file_remove_tree("none/below", &d), 0);
	assert_int_equal(d.n, 0);
	assert_int_equal(file_remove_tree("", &d), -1);
	assert_refused(&d, "", "no path");
}

static void test_depth(void **state)
{
	struct file_list list = { .n = 0 };
	struct strbuf path = STRBUF_INIT;
	struct diags d = DIAGS_INIT;

	strbuf_adds(&path, "deep");
	for (int i = 0; i < 300; i++)
		strbuf_adds(&path, "/d");
	assert_int_equal(file_mkdirs(path.p, 0700, &d), 0);
	assert_int_equal(file_walk(&list, "deep", &d), -1);
	assert_non_null(strstr(d.v[0].text, "nested deeper"));
	diags_release(&d);
	strbuf_truncate(&path, strlen("deep") + 2 * 100);
	assert_int_equal(file_remove_tree(path.p, &d), 0);
	assert_int_equal(file_remove_tree("deep", &d), 0);
	assert_int_equal(d.n, 0);
	strbuf_release(&path);
}

static void test_walk(void **state)
{
	static const char *const files[] = { "a", "b-c", "b/c", "b/c-d/e", "b/d", "b0", "\xff" };
	static const size_t order[] = { 4, 0, 6, 2, 5, 1, 3 };
	struct file_list list = { .n = 0 };
	struct diags d = DIAGS_INIT;

	assert_int_equal(file_mkdirs("root/b/c-d", 0700, &d), 0);
	assert_int_equal(file_mkdirs("root/empty", 0700, &d), 0);
	for (size_t i = 0; i < COUNT(order); i++) {
		char path[64];

		snprintf(path, sizeof(path), "root/%s", files[order[i]]);
		assert_int_equal(file_create(path, slice_bytes("xxxxxxx", order[i]), 0600, &d), 0);
	}
	for (int slash = 0; slash < 2; slash++) {
		assert_int_equal(file_walk(&list, slash ? "root/" : "root", &d), 0);
		assert_int_equal(list.n, COUNT(files));
		for (size_t i = 0; i < list.n; i++) {
			assert_string_equal(list.path[i].p, files[i]);
			assert_int_equal(list.size[i], i);
		}
		file_list_release(&list);
	}
	assert_int_equal(file_walk(&list, "root/empty", &d), 0);
	assert_int_equal(list.n, 0);
	file_list_release(&list);
	assert_int_equal(d.n, 0);
	assert_int_equal(symlink("a", "root/b/link"), 0);
	assert_int_equal(file_walk(&list, "root", &d), -1);
	assert_unfit(&d, "root/b/link", "symlink");
	assert_int_equal(file_walk(&list, "none", &d), -1);
	assert_refused(&d, "none", "No such file");
}

static void test_exists(void **state)
{
	assert_false(file_exists("none"));
	assert_true(file_exists("."));
	assert_int_equal(symlink("none", "dangling"), 0);
	assert_true(file_exists("dangling"));
}

static void test_sync(void **state)
{
	struct diags d = DIAGS_INIT;

	assert_int_equal(file_sync_dir(".", &d), 0);
	assert_int_equal(file_sync_dir("none", &d), -1);
	assert_refused(&d, "none", "No such file");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_create_and_read),
		TEST(test_odd_files),
		TEST(test_read_fd),
		TEST(test_map),
		TEST(test_descriptors),
		TEST(test_replace),
		TEST(test_failed_write),
		TEST(test_mkdirs),
		TEST(test_remove_tree),
		TEST(test_depth),
		TEST(test_walk),
		TEST(test_exists),
		TEST(test_sync),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
