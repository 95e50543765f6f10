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
		{ "{\"files\":{\"a\":[\"" HASH "\",3]}}", "there is no format" },
		{ "{\"files\":{\"a\":[\"" HASH "\",3]},\"format\":2}", "format is not 1" },
		{ "{\"files\":{},\"format\":1}", "files is not an object with a file" },
		{ "{\"files\":{\"a\":[\"" HASH "\",3]},\"format\":1,\"x\":1}", "unknown key beside files and format" },
		{ "{\"files\":{\"b\":[\"" HASH "\",3],\"a\":[\"" HASH "\",3]},\"format\":1}",
		  "the keys of a table do not ascend" },
		{ "{\"files\":{\"a\":[\"" HASH "\"]},\"format\":1}",
		  "a file is not an array of its hash and its length" },
		{ "{\"files\":{\"a\":{\"hash\":1}},\"format\":1}",
		  "a file is not an array of its hash and its length" },
		{ "{\"files\":{\"a\":[\"ff\",3]},\"format\":1}", "a file's hash is not 64 lower-case hex digits" },
		{ "{\"files\":{\"a\":[\"" HASH "\",-1]},\"format\":1}", "a file's length is not a number of bytes" },
		{ "{\"files\":{\"../a\":[\"" HASH "\",3]},\"format\":1}",
		  "a path is absolute, leads out of its folder, or is not printable ASCII" },
		{ "{\"files\":{\"/a\":[\"" HASH "\",3]},\"format\":1}",
		  "a path is absolute, leads out of its folder, or is not printable ASCII" },
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

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_both_ways), cmocka_unit_test(test_refused) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
