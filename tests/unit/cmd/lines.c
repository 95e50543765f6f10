#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/lines.h"

/* A stream with these bytes. */
static int stream_of(const void *bytes, size_t n)
{
	int fd = memfd_create("lines", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void test_lines(void **state)
{
	static const struct {
		const char *text;
		const char *lines[4];
	} cases[] = {
		{ "", { NULL } },
		{ "a", { "a", NULL } },
		{ "a\n", { "a", NULL } },
		{ "\n", { "", NULL } },
		{ "a\n\nb", { "a", "", "b", NULL } },
		{ "a\r\nb\n", { "a\r", "b", NULL } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int fd = stream_of(cases[i].text, strlen(cases[i].text));
		struct lines l;
		struct slice line;
		size_t n = 0;

		print_message("\"%s\"\n", cases[i].text);
		assert_int_equal(lines_open(&l, fd), 0);
		for (; lines_next(&l, &line) == 1; n++) {
			assert_non_null(cases[i].lines[n]);
			assert_true(slice_eqs(line, cases[i].lines[n]));
			assert_true(l.number == n + 1 && !l.too_long);
		}
		assert_null(cases[i].lines[n]);
		assert_int_equal(lines_next(&l, &line), 0);
		lines_close(&l);
		close(fd);
	}
}

/* Lines around the limit, between short ones: a too long one costs itself only. */
static void test_long(void **state)
{
	static const size_t extra[] = { 0, 1, 2, 1000, LINES_MAX, 3 * LINES_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT(extra); i++) {
		size_t n = LINES_MAX + extra[i];
		char *text = malloc(n + 4);
		struct lines l;
		struct slice line;
		int fd;

		print_message("limit + %zu\n", extra[i]);
		memset(text, 'x', n + 4);
		memcpy(text, "a\n", 2);
		memcpy(text + 2 + n, "\nb", 2);
		fd = stream_of(text, n + 4);
		assert_int_equal(lines_open(&l, fd), 0);
		assert_int_equal(lines_next(&l, &line), 1);
		assert_true(slice_eqs(line, "a"));
		assert_int_equal(lines_next(&l, &line), 1);
		assert_true(l.too_long == (extra[i] > 0));
		assert_int_equal(line.n, extra[i] ? 0 : n);
		assert_int_equal(lines_next(&l, &line), 1);
		assert_true(slice_eqs(line, "b") && !l.too_long && l.number == 3);
		assert_int_equal(lines_next(&l, &line), 0);
		lines_close(&l);
		close(fd);
		free(text);
	}
}

static void test_unreadable(void **state)
{
	struct lines l;
	struct slice line;

	(void)state;
	assert_int_equal(lines_open(&l, -1), 0);
	assert_int_equal(lines_next(&l, &line), -1);
	lines_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_unreadable),
	};

	return cmocka_run_group_tests_name("cmd/lines", tests, NULL, NULL);
}
