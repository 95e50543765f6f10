#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"
#include "publish/fileurl.h"

/* --- URLs ------------------------------------------------------------------------------------------------------------------ */

#define STORE "must be s3://bucket/prefix, with the store's address in --endpoint (for OSS, GCS and R2 too)"
#define FORM  "must be s3://bucket/prefix or file:///path"

static void test_url_fault(void **state)
{
	static const struct {
		const char *url, *fault; /* NULL: none */
	} cases[] = {
		{ "s3://bucket", NULL },
		{ "s3://bucket/prefix/", NULL },
		{ "s3://", "names no bucket" }, /* all others: tests of endpoint */
		{ "file:///srv/www", NULL },
		{ "file:///", NULL },
		{ "file://localhost/srv/www/", NULL },
		{ "file:///srv/a%20b+c%C3%A9", NULL },
		{ "file://srv/www", "names a host; a folder of this machine is file:///path, with three slashes" },
		{ "file://", "names no folder; a folder is file:///path, with three slashes" },
		{ "file://localhost", "names no folder; a folder is file:///path, with three slashes" },
		{ "file:///a%2Fb", "has %2F, a slash within a name, which no folder has" },
		{ "file:///a%2fb", "has %2F, a slash within a name, which no folder has" },
		{ "file:///a%00", "has a NUL, which no folder has" },
		{ "file:///a%2", "has a % without two hex digits behind it; a percent sign itself is written %25" },
		{ "file:///a%", "has a % without two hex digits behind it; a percent sign itself is written %25" },
		{ "file:///a%zz", "has a % without two hex digits behind it; a percent sign itself is written %25" },
		{ "file:///a?b", "has a ? or a #; in the name of a folder they are written %3F and %23" },
		{ "file:///a#b", "has a ? or a #; in the name of a folder they are written %3F and %23" },
		{ "/srv/www", "must begin with s3:// or file://; this folder is written with file:// in front" },
		{ "out", FORM },
		{ "", FORM },
		{ "file:/srv", FORM },
		{ "S3://bucket", FORM },
		{ "oss://bucket/a", STORE },
		{ "https://bucket.s3.amazonaws.com/", STORE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *fault = dest_url_fault(cases[i].url);

		print_message("%s\n", cases[i].url);
		if (cases[i].fault)
			assert_string_equal(fault ? fault : "none", cases[i].fault);
		else
			assert_null(fault);
	}
}

static void test_paths(void **state)
{
	static const struct {
		const char *url, *path;
	} cases[] = {
		{ "file:///srv/www", "/srv/www" },
		{ "file:///srv/www//", "/srv/www" },
		{ "file:///", "/" },
		{ "file:////", "/" },
		{ "file://LOCALHOST/a", "/a" },
		{ "file:///a%20b%25+c%c3%A9", "/a b%+c\xc3\xa9" },
		{ "file:///a/../b", "/a/../b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf path = STRBUF_INIT;

		print_message("%s\n", cases[i].url);
		assert_null(fileurl_path(&path, slice_of(cases[i].url)));
		assert_string_equal(path.p, cases[i].path);
		strbuf_release(&path);
	}
}

static void test_open(void **state)
{
	static const struct dest_settings settings = { .program = "test" };
	struct folder *f = *state;
	struct dest *t = NULL;
	char url[128];

	assert_int_equal(dest_open(&t, "nowhere", &settings, NULL, &f->d), -1);
	folder_errors(f, 1, "mdstatic: error: the destination " FORM "\n");
	folder_write(f, "file", "x");
	snprintf(url, sizeof(url), "file://%s/file", f->dir);
	assert_int_equal(dest_open(&t, url, &settings, NULL, &f->d), -1);
	folder_errors(f, 3, "DEST/file: error: is no folder\n");
	snprintf(url, sizeof(url), "file://%s/file/x", f->dir);
	assert_int_equal(dest_open(&t, url, &settings, NULL, &f->d), -1);
	folder_errors(f, 3, "DEST/file/x: error: cannot open: Not a directory\n");
	assert_null(t);
	assert_int_equal(dest_open(&t, f->url, &settings, NULL, &f->d), 0);
	assert_string_equal(t->name, f->url);
	dest_close(t);
	dest_close(NULL);
}

/* --- batches --------------------------------------------------------------------------------------------------------------- */

/* Destinations that note how they are run. */
static char noted[64];

static int note(char kind, struct dest *const *v, size_t n)
{
	size_t at = strlen(noted);

	noted[at++] = kind;
	for (size_t i = 0; i < n; i++)
		noted[at++] = v[i]->name[0];
	noted[at] = '\0';
	return v[0]->name[0] == 'f' ? -1 : 0;
}

static int run_x(struct dest *const *v, size_t n, struct diags *d)
{
	return note('X', v, n);
}

static int run_y(struct dest *const *v, size_t n, struct diags *d)
{
	return note('Y', v, n);
}

/* Those of one kind in one call, each once, whatever order they have; one that fails does not hold up the others. */
static void test_run(void **state)
{
	static const struct dest_ops x = { .run = run_x }, y = { .run = run_y };
	static const struct {
		const char *names, *kinds, *noted;
		int result;
	} cases[] = {
		{ "", "", "", 0 },
		{ "a", "x", "Xa", 0 },
		{ "abc", "xxx", "Xabc", 0 },
		{ "abcd", "xyxy", "XacYbd", 0 },
		{ "abcd", "xyyx", "XadYcb", 0 },
		{ "fb", "xy", "XfYb", -1 },
		{ "bf", "xy", "XbYf", -1 },
	};
	struct folder *f = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dest made[4] = { 0 }, *v[4];
		size_t n = strlen(cases[i].names);

		print_message("%s %s\n", cases[i].names, cases[i].kinds);
		noted[0] = '\0';
		for (size_t k = 0; k < n; k++) {
			made[k] =
				(struct dest){ .ops = cases[i].kinds[k] == 'x' ? &x : &y, .name = cases[i].names + k };
			v[k] = &made[k];
		}
		assert_int_equal(dest_run(v, n, &f->d), cases[i].result);
		assert_string_equal(noted, cases[i].noted);
	}
}

/* Two folders, several files in each, reads and writes in one batch; the progress that is told. */
struct told {
	uint64_t done, queued, bytes;
};

static void tell(void *ctx, const struct dest *t, uint64_t done, uint64_t queued, uint64_t bytes)
{
	struct told *told = ctx;

	assert_true(done == told->done + 1 && queued == 3);
	*told = (struct told){ done, queued, bytes };
}

static void test_batch(void **state)
{
	struct folder *f = *state;
	char url[128];
	struct dest *v[2] = { f->dest, NULL };
	struct dest_put puts[3] = { folder_put(f, "a/x", "1"), folder_put(f, "a/y", "22"),
				    folder_put(f, "a/x", "333") };
	struct dest_get gets[2] = { { .key = "there", .limit = 9 }, { .key = "none", .limit = 9 } };
	struct told told = { 0 };
	char *there;

	snprintf(url, sizeof(url), "file://%s/second", f->base);
	assert_int_equal(dir_open(&v[1], url, &f->d), 0);
	folder_write(f, "there", "old");
	f->dest->progress = tell;
	f->dest->progress_ctx = &told;
	f->dest->ops->queue_put(v[0], &puts[0]);
	f->dest->ops->queue_get(v[0], &gets[0]);
	f->dest->ops->queue_put(v[0], &puts[1]);
	f->dest->ops->queue_put(v[1], &puts[2]);
	f->dest->ops->queue_get(v[1], &gets[1]);
	assert_int_equal(dest_run(v, 2, &f->d), 0);
	for (size_t i = 0; i < COUNT(puts); i++)
		assert_int_equal(puts[i].outcome, DEST_DONE);
	assert_int_equal(gets[0].outcome, GET_FOUND);
	assert_int_equal(gets[1].outcome, GET_ABSENT);
	assert_string_equal(gets[0].body.p, "old");
	assert_true(told.done == 3 && told.bytes == 3);
	there = folder_read(f, "../second/a/x");
	assert_string_equal(there, "333");
	free(there);
	strbuf_release(&gets[0].body);
	/* What was queued is done with. */
	f->dest->progress = NULL;
	puts[0].outcome = DEST_PENDING;
	assert_int_equal(dest_run(v, 2, &f->d), 0);
	assert_int_equal(puts[0].outcome, DEST_PENDING);
	dest_close(v[1]);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_setup, folder_teardown)
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_url_fault),
		cmocka_unit_test(test_paths),
		TEST(test_open),
		TEST(test_run),
		TEST(test_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
