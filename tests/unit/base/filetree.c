#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/filetree.h"

#define ENTRY(rel_)                                                                                                    \
	{                                                                                                              \
		.path = "repo/" rel_, .rel = { rel_, sizeof(rel_) - 1 }, .kind = FILE_REGULAR                          \
	}

static const struct file_entry entries[] = {
	ENTRY("README"), ENTRY("a"),     ENTRY("a-b/x"), ENTRY("a/b"),
	ENTRY("a/c"),    ENTRY("a/c/d"), ENTRY("a0"),    ENTRY("\xff"),
};

/* A source that counts what is open. */
struct source {
	struct slice content;
	int result, open;
};

static void release_counted(void *handle, struct slice data)
{
	struct source *source = handle;

	assert_true(slice_eq(data, source->content));
	source->open--;
}

static int read_counted(void *ctx, struct blob *out, const struct file_entry *e, uint64_t limit, struct diags *d)
{
	struct source *source = ctx;

	if (source->result)
		return diag_error(d, SRCPOS_FILE(e->path), "refused");
	source->open++;
	*out = (struct blob){ .data = source->content, .handle = source, .release = release_counted };
	return 0;
}

static void test_find(void **state)
{
	const struct filetree t = { .v = entries, .n = COUNT(entries) }, empty = { .n = 0 };
	static const char *const absent[] = { "", "A", "a/", "a/bb", "b", "readme", "\xff\xff" };

	for (size_t i = 0; i < COUNT(entries); i++)
		assert_ptr_equal(filetree_find(&t, entries[i].rel), &entries[i]);
	for (size_t i = 0; i < COUNT(absent); i++) {
		print_message("%s\n", absent[i]);
		assert_null(filetree_find(&t, slice_of(absent[i])));
	}
	assert_null(filetree_find(&empty, SLICE("a")));
}

static void test_below(void **state)
{
	const struct filetree t = { .v = entries, .n = COUNT(entries) };
	static const struct {
		const char *prefix;
		size_t first, n;
	} cases[] = {
		{ "", 0, 8 },  { "a", 1, 6 },    { "a/", 3, 3 }, { "a/c", 4, 2 },      { "a/c/", 5, 1 },
		{ "b", 7, 0 }, { "\xff", 7, 1 }, { "0", 0, 0 },  { "\xff\xff", 8, 0 }, { "README", 0, 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t first = 99;

		print_message("%s\n", cases[i].prefix);
		assert_int_equal(filetree_below(&t, slice_of(cases[i].prefix), &first), cases[i].n);
		assert_int_equal(first, cases[i].first);
	}
}

static void test_read(void **state)
{
	struct source source = { .content = SLICE("content") };
	const struct filetree t = { .v = entries, .n = COUNT(entries), .ctx = &source, .read = read_counted };
	struct file_entry odd = entries[0];
	struct diags d = DIAGS_INIT;
	struct blob blob;

	assert_int_equal(filetree_read(&blob, &t, &entries[0], 7, &d), 0);
	assert_true(slice_eqs(blob.data, "content"));
	assert_int_equal(source.open, 1);
	blob_release(&blob);
	blob_release(&blob);
	assert_int_equal(source.open, 0);
	assert_int_equal(filetree_read(&blob, &t, &entries[0], 6, &d), -1);
	assert_int_equal(source.open, 0);
	assert_string_equal(d.v[0].text, "has 7 bytes; at most 6 are allowed");
	assert_string_equal(d.v[0].at.path, "repo/README");
	odd.kind = FILE_SYMLINK;
	assert_int_equal(filetree_read(&blob, &t, &odd, 7, &d), -1);
	odd.kind = FILE_SUBMODULE;
	assert_int_equal(filetree_read(&blob, &t, &odd, 7, &d), -1);
	assert_non_null(strstr(d.v[1].text, "symlink"));
	assert_non_null(strstr(d.v[2].text, "submodule"));
	source.result = -1;
	assert_int_equal(filetree_read(&blob, &t, &entries[0], 7, &d), -1);
	blob_release(&blob); /* zeroed after a failure */
	assert_int_equal(d.errors, 4);
	assert_int_equal(source.open, 0);
	diags_release(&d);
}

static int locate(void *ctx, struct file_place *out, const struct file_entry *e, struct arena *a, struct diags *d)
{
	*out = (struct file_place){ arena_str(a, slice_of("file")), 7 };
	return *(int *)ctx ? diag_error(d, SRCPOS_FILE(e->path), "nowhere") : 0;
}

static void test_locate(void **state)
{
	int failing = 0;
	struct filetree t = { .v = entries, .n = COUNT(entries), .ctx = &failing };
	struct file_place place = { "before", 1 };
	struct arena a = ARENA_INIT;
	struct diags d = DIAGS_INIT;

	assert_int_equal(filetree_locate(&place, &t, &entries[0], &a, &d), 0);
	assert_null(place.file);
	assert_int_equal(place.size, 0);
	t.locate = locate;
	assert_int_equal(filetree_locate(&place, &t, &entries[0], &a, &d), 0);
	assert_string_equal(place.file, "file");
	assert_int_equal(place.size, 7);
	failing = 1;
	assert_int_equal(filetree_locate(&place, &t, &entries[0], &a, &d), -1);
	diags_release(&d);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_locate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
