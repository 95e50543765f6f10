#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "format/delta.h"
#include "format/zipwrite.h"

static struct delta_header example(void)
{
	struct delta_header h = {
		.method = DELTA_ZSTD,
		.form = DELTA_TAR,
		.base_size = 0x010203,
		.result_size = 7,
		.body_size = 300,
		.memory = 262144,
	};

	memset(h.base, 0xb0, SHA256_SIZE);
	memset(h.result, 0xb1, SHA256_SIZE);
	memset(h.body, 0xb2, SHA256_SIZE);
	return h;
}

/* The bytes as FORMAT.md has them. */
static void test_bytes(void **state)
{
	static const char start[] = "mdsdelta\1\1\1\0"
				    "\0\0\0\0\0\1\2\3"
				    "\0\0\0\0\0\0\0\7"
				    "\0\0\0\0\0\0\1\x2c"
				    "\0\0\0\0\0\4\0\0";
	const struct delta_header h = example();
	struct delta_header again;
	uint8_t bytes[DELTA_HEADER + 5] = { 0 };
	const char *why;

	(void)state;
	delta_encode(bytes, &h);
	assert_memory_equal(bytes, start, 44);
	assert_memory_equal(bytes + 44, h.base, SHA256_SIZE);
	assert_memory_equal(bytes + 76, h.result, SHA256_SIZE);
	assert_memory_equal(bytes + 108, h.body, SHA256_SIZE);
	assert_int_equal(delta_decode(&again, slice_bytes(bytes, sizeof(bytes)), &why), 0);
	assert_int_equal(again.method, DELTA_ZSTD);
	assert_int_equal(again.form, DELTA_TAR);
	assert_true(again.base_size == h.base_size && again.result_size == 7 && again.body_size == 300);
	assert_true(again.memory == 262144 && delta_need(&again) == h.base_size + 7 + 262144);
	assert_memory_equal(again.base, h.base, SHA256_SIZE);
	assert_memory_equal(again.result, h.result, SHA256_SIZE);
	assert_memory_equal(again.body, h.body, SHA256_SIZE);
}

#define FOREIGN "it is no delta, or is cut off"
#define EMPTY   "its base, result or body is empty"
#define HEAVY   "it takes more than 256 MiB to apply"
#define MEMORY  "the memory in its head is not that of its method"

/* A byte of the example that is another one. */
static void test_refused(void **state)
{
	static const struct {
		const char *name;
		size_t at;
		const char *bytes;
		size_t n;
		const char *why;
	} cases[] = {
		{ "magic", 0, "M", 1, FOREIGN },
		{ "end of the magic", 7, "b", 1, FOREIGN },
		{ "version 0", 8, "\0", 1, "it is a delta of another version" },
		{ "version 2", 8, "\2", 1, "it is a delta of another version" },
		{ "method 0", 9, "\0", 1, "it is made by a method that is not known here" },
		{ "method 9", 9, "\x09", 1, "it is made by a method that is not known here" },
		{ "form 2", 10, "\2", 1, "its base has a form that is not known here" },
		{ "the zero", 11, "\1", 1, "a byte of its head that must be 0 is not" },
		{ "no base", 17, "\0\0\0", 3, EMPTY },
		{ "no result", 27, "\0", 1, EMPTY },
		{ "no body", 34, "\0\0", 2, EMPTY },
		{ "a large base", 12, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, HEAVY },
		{ "a large result", 20, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, HEAVY },
		{ "a large body", 28, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, HEAVY },
		{ "base and result", 12, "\0\0\0\0\x08\0\0\0\0\0\0\0\x08\0\0\0", 16, HEAVY },
		{ "one byte too many", 12, "\0\0\0\0\x07\xfe\0\1\0\0\0\0\x07\xfe\0\0", 16, HEAVY },
		{ "the most", 12, "\0\0\0\0\x07\xfe\0\0\0\0\0\0\x07\xfe\0\0", 16, NULL },
		{ "the longest body", 28, "\0\0\0\0\x10\0\0\0", 8, NULL },
		{ "a body beyond", 28, "\0\0\0\0\x10\0\0\1", 8, HEAVY },
		{ "no memory", 41, "\0", 1, MEMORY },
		{ "other memory", 36, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, MEMORY },
		{ "form 0", 10, "\0", 1, NULL },
	};
	const struct delta_header h = example();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct delta_header out;
		uint8_t bytes[DELTA_HEADER];
		const char *why = NULL;

		print_message("%s\n", cases[i].name);
		delta_encode(bytes, &h);
		memcpy(bytes + cases[i].at, cases[i].bytes, cases[i].n);
		assert_int_equal(delta_decode(&out, slice_bytes(bytes, sizeof(bytes)), &why), cases[i].why ? -1 : 0);
		if (cases[i].why)
			assert_string_equal(why, cases[i].why);
	}
}

static void test_cut_off(void **state)
{
	const struct delta_header h = example();
	struct delta_header out;
	uint8_t bytes[DELTA_HEADER];
	const char *why = NULL;

	(void)state;
	delta_encode(bytes, &h);
	for (size_t n = 0; n < DELTA_HEADER; n++) {
		assert_int_equal(delta_decode(&out, slice_bytes(bytes, n), &why), -1);
		assert_string_equal(why, FOREIGN);
	}
}

/* Which file of an archive is the base. */
static void test_tar(void **state)
{
	static const struct {
		const char *names[4];
		const char *tar;
	} cases[] = {
		{ { "Manifest.xml", "CERT.json", "20171228.tar" }, "20171228.tar" },
		{ { "x.tar" }, "x.tar" },
		{ { "Manifest.xml", "CERT.json" }, NULL },
		{ { "a.tar", "b.tar" }, NULL },
		{ { "a.tar.gz", "tar" }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf amr = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		const struct zip_entry *tar;
		struct zip_writer w;
		const char *why;
		struct zip z;

		print_message("%s\n", cases[i].names[0]);
		zip_begin(&w, &amr);
		for (size_t k = 0; cases[i].names[k]; k++)
			zip_put(&w, slice_of(cases[i].names[k]), SLICE("content"));
		assert_int_equal(zip_end(&w, &why), 0);
		assert_int_equal(delta_open_tar(&tar, &z, &a, strbuf_slice(&amr), &why), cases[i].tar ? 0 : -1);
		if (cases[i].tar)
			assert_true(slice_eqs(tar->name, cases[i].tar));
		else
			assert_string_equal(why, "it holds no tar, or several");
		arena_release(&a);
		strbuf_release(&amr);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_tar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
