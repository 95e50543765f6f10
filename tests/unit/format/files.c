#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "format/files.h"

#define HASH "00000000000000000000000000000000000000000000000000000000000000ff"
#define FILES                                                                                                          \
	"{\"files\":{\"h5/1/a\":[\"" HASH "\",3],\"h5/1/b\":[\"" HASH "\",0],\"h5/1/b/c\":[\"" HASH                    \
	"\",9]},\"format\":1}"

#define FILE(path) "{\"files\":{\"" path "\":[\"" HASH "\",3]},\"format\":1}"

static void test_both_ways(void **state)
{
	struct arena a = ARENA_INIT;
	struct strbuf out = STRBUF_INIT;
	struct files f, below;
	const char *why = "";

	(void)state;
	assert_int_equal(files_decode(&f, &a, SLICE(FILES), &why), 0);
	assert_int_equal(f.n, 3);
	assert_string_equal(f.v[0].path.p, "h5/1/a");
	assert_int_equal(f.v[0].length, 3);
	assert_int_equal(f.v[2].hash[31], 0xff);
	assert_int_equal(files_encode(&out, &f), 0);
	assert_string_equal(out.p, FILES);
	assert_ptr_equal(files_find(&f, SLICE("h5/1/b")), &f.v[1]);
	assert_null(files_find(&f, SLICE("h5/1/")));
	assert_null(files_find(&f, SLICE("z")));
	below = files_below(&f, SLICE("h5/1/b"));
	assert_ptr_equal(below.v, &f.v[1]);
	assert_int_equal(below.n, 2);
	assert_int_equal(files_below(&f, SLICE("h5/2")).n, 0);
	assert_int_equal(files_below(&f, SLICE("")).n, 3);
	assert_int_equal(files_below(&(struct files){ NULL, 0 }, SLICE("h5/")).n, 0);
	strbuf_release(&out);
	arena_release(&a);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "[]", "file is not a JSON object" },
		{ "{\"format\":1}", "there are no files" },
		{ "{\"files\":{\"h5/a\":[\"" HASH "\",3]}}", "there is no format" },
		{ "{\"files\":{\"h5/a\":[\"" HASH "\",3]},\"format\":2}", "format is not 1" },
		{ "{\"files\":{},\"format\":1}", "files is not an object with a file" },
		{ "{\"files\":{\"h5/a\":[\"" HASH "\",3]},\"format\":1,\"x\":1}",
		  "unknown key beside files and format" },
		{ "{\"files\":{\"h5/b\":[\"" HASH "\",3],\"h5/a\":[\"" HASH "\",3]},\"format\":1}",
		  "the keys of a table do not ascend" },
		{ "{\"files\":{\"h5/a\":[\"" HASH "\"]},\"format\":1}",
		  "a file is not an array of its hash and its length" },
		{ "{\"files\":{\"h5/a\":{\"hash\":1}},\"format\":1}",
		  "a file is not an array of its hash and its length" },
		{ "{\"files\":{\"h5/a\":[\"ff\",3]},\"format\":1}", "a file's hash is not 64 lower-case hex digits" },
		{ "{\"files\":{\"h5/a\":[\"" HASH "\",-1]},\"format\":1}", "a file's length is not a number of bytes" },
		{ "{\"files\":{\"../a\":[\"" HASH "\",3]},\"format\":1}",
		  "a path is absolute, leads out of its folder, or is not printable ASCII" },
		{ "{\"files\":{\"/a\":[\"" HASH "\",3]},\"format\":1}",
		  "a path is absolute, leads out of its folder, or is not printable ASCII" },
		{ FILE("h5"), "a path is in no folder" },
		{ FILE("metadata/x"), "a path is in the place of metadata/, targets/ or build.json" },
		{ FILE("Metadata/x"), "a path is in the place of metadata/, targets/ or build.json" },
		{ FILE("targets/o/x"), "a path is in the place of metadata/, targets/ or build.json" },
		{ FILE("BUILD.json/x"), "a path is in the place of metadata/, targets/ or build.json" },
		{ "{\"files\":{\"\xc3\xa9\":[\"" HASH "\",3]},\"format\":1}",
		  "a path is absolute, leads out of its folder, or is not printable ASCII" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		const char *why = "";
		struct files f;

		print_message("%s\n", cases[i].text);
		assert_int_equal(files_decode(&f, &a, slice_of(cases[i].text), &why), -1);
		assert_string_equal(why, cases[i].why);
		arena_release(&a);
	}
}

static void test_good_paths(void **state)
{
	static const char *const good[] = { FILE("h5/a"), FILE("pages/a.html"), FILE("cdn.example.com/A_b/c.js"),
					    FILE("targets.example.com/a"), FILE("build.json.x/a") };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct arena a = ARENA_INIT;
		const char *why = "";
		struct files f;

		print_message("%s\n", good[i]);
		assert_int_equal(files_decode(&f, &a, slice_of(good[i]), &why), 0);
		arena_release(&a);
	}
}

static void test_sort(void **state)
{
	struct listed_file v[] = { { .path = SLICE("h5/b") }, { .path = SLICE("h5/a/b") }, { .path = SLICE("h5/a") } };
	struct files f = { v, COUNT(v) }, none = { NULL, 0 };

	(void)state;
	files_sort(&f);
	assert_true(slice_eqs(v[0].path, "h5/a"));
	assert_true(slice_eqs(v[2].path, "h5/b"));
	files_sort(&none);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_good_paths),
		cmocka_unit_test(test_sort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
