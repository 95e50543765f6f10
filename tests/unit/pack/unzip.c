/* Archives that others made: what is taken, and everything that is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "../zip.h"
#include "format/zipwrite.h"
#include "pack/unzip.h"

#define CENTRAL_MADE_BY 5 /* the system: 3 is Unix */
#define CENTRAL_FLAGS   8
#define CENTRAL_SIZE    24 /* unpacked */
#define CENTRAL_MODE    40 /* upper half of the external attributes */
#define LOCAL_FLAGS     6
#define LOCAL_SIZE      22
#define LOCAL_NAME      30

/* An archive by our own writer, which takes any printable name. */
static void write_names(struct strbuf *out, const char *const *names)
{
	struct zip_writer z;
	const char *why;

	zip_begin(&z, out);
	for (; *names; names++)
		zip_put(&z, slice_of(*names), slice_ends(slice_of(*names), "/") ? SLICE("") : SLICE("content"));
	assert_int_equal(zip_end(&z, &why), 0);
}

/* Where the directory's entry of the last file begins. */
static size_t last_central(const struct strbuf *zip)
{
	for (size_t at = zip->n - 4; at > 0; at--) {
		if (!memcmp(zip->p + at, "PK\1\2", 4))
			return at;
	}
	fail_msg("no directory");
	return 0;
}

static size_t last_local(const struct strbuf *zip)
{
	for (size_t at = last_central(zip); at > 0; at--) {
		if (!memcmp(zip->p + at, "PK\3\4", 4))
			return at;
	}
	return 0;
}

/* Reads a copy that ends where the memory ends; the reason lives in *a, "" is a good archive. */
static const char *read_exact(struct arena *a, struct slice zip, struct fileset *files)
{
	char *copy = malloc(zip.n ? zip.n : 1);
	const char *why = "";

	memcpy(copy, zip.p ? zip.p : "", zip.n);
	if (unzip_read(files, slice_bytes(copy, zip.n), &why))
		why = arena_str(a, slice_of(why));
	free(copy);
	return why;
}

/* --- names ---------------------------------------------------------------------------------------------------------- */
static const struct {
	const char *names[4];
	const char *why;
} names[] = {
	{ { "a", "b/c", "b/d" }, "" },
	{ { "b/", "b/c/", "b/c/d" }, "" },
	{ { "b/c", "b/" }, "" },
	{ { "../x" }, "\"../x\" leads out of its folder (..)" },
	{ { "a/../../x" }, "\"a/../../x\" leads out of its folder (..)" },
	{ { "../" }, "\"../\" leads out of its folder (..)" },
	{ { "/etc/passwd" }, "\"/etc/passwd\" is absolute" },
	{ { "/" }, "\"/\" is absolute" },
	{ { "C:/x" }, "the path \"C:/x\" is absolute" },
	{ { "a//b" }, "the path \"a//b\" has an empty part" },
	{ { "./a" }, "the path \"./a\" has a part that is a dot" },
	{ { "a", "a" }, "\"a\" is there twice" },
	{ { "a", "b", "a" }, "\"a\" is there twice" },
	{ { "a", "A" }, "the paths \"A\" and \"a\" differ in nothing but case" },
	{ { "a/b", "A/c" }, "the paths \"A\" and \"a\" differ in nothing but case" },
	{ { "a/x/b", "a/X" }, "the paths \"a/X\" and \"a/x\" differ in nothing but case" },
	{ { "a", "a/b" }, "the path \"a\" is a file and a folder" },
	{ { "a/b", "a.b", "a" }, "the path \"a\" is a file and a folder" },
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct fileset files = FILESET_INIT;
		struct strbuf zip = STRBUF_INIT;
		struct arena a = ARENA_INIT;

		print_message("%s\n", names[i].why);
		write_names(&zip, names[i].names);
		assert_string_equal(read_exact(&a, strbuf_slice(&zip), &files), names[i].why);
		fileset_release(&files);
		strbuf_release(&zip);
		arena_release(&a);
	}
}

/* A zip of 64 KB shall not take gigabytes because each of its folders has a name. */
static void test_long_names(void **state)
{
	static const struct {
		size_t n;
		const char *why;
	} cases[] = {
		{ FILESET_PATH_MAX, "" },
		{ FILESET_PATH_MAX + 1,
		  "the path \"a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/"
		  "a/a/a/a/a/a/a/a/a/a/a/a/a/…\" has more than 1024 bytes" },
		{ 65535,
		  "the path \"a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/"
		  "a/a/a/a/a/a/a/…\" has more than 1024 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf zip = STRBUF_INIT, name = STRBUF_INIT;
		struct fileset files = FILESET_INIT;
		struct arena a = ARENA_INIT;

		print_message("%zu\n", cases[i].n);
		for (size_t k = 0; k + 1 < cases[i].n; k++)
			strbuf_addch(&name, k % 2 ? '/' : 'a');
		strbuf_addch(&name, 'b');
		write_names(&zip, (const char *const[]){ name.p, NULL });
		assert_string_equal(read_exact(&a, strbuf_slice(&zip), &files), cases[i].why);
		fileset_release(&files);
		strbuf_release(&name);
		strbuf_release(&zip);
		arena_release(&a);
	}
}

/* --- entries that are no plain files ---------------------------------------------------------------------------------- */
static void patch_symlink(struct strbuf *zip)
{
	zip->p[last_central(zip) + CENTRAL_MADE_BY] = 3;
	zip->p[last_central(zip) + CENTRAL_MODE + 1] = (char)0xa1;
}

static void patch_encrypted(struct strbuf *zip)
{
	zip->p[last_central(zip) + CENTRAL_FLAGS] |= 1;
	zip->p[last_local(zip) + LOCAL_FLAGS] |= 1;
}

static void patch_content(struct strbuf *zip)
{
	zip->p[last_local(zip) + LOCAL_NAME + 1] ^= 1;
}

static void patch_size(struct strbuf *zip)
{
	zip->p[last_central(zip) + CENTRAL_SIZE]++;
	zip->p[last_local(zip) + LOCAL_SIZE]++;
}

static void patch_central_size(struct strbuf *zip)
{
	zip->p[last_central(zip) + CENTRAL_SIZE]++;
}

static void patch_local_name(struct strbuf *zip)
{
	zip->p[last_local(zip) + LOCAL_NAME] = 'z';
}

static void patch_accent(struct strbuf *zip)
{
	zip->p[last_central(zip) + 46] = (char)0xe9;
	zip->p[last_local(zip) + LOCAL_NAME] = (char)0xe9;
}

static const struct {
	const char *what;
	void (*patch)(struct strbuf *zip);
	const char *why;
} patches[] = {
	{ "a symlink", patch_symlink, "\"b\" is a symbolic link or a special file" },
	{ "encrypted", patch_encrypted, "\"b\" is encrypted" },
	{ "a bit of the content", patch_content, "\"b\" is damaged: its CRC-32 is another one" },
	{ "a wrong size", patch_size, "\"b\" is stored, but its two lengths differ" },
	{ "a wrong size in the directory", patch_central_size, "\"b\" is stored, but its two lengths differ" },
	{ "another name in front of the content", patch_local_name,
	  "\"b\" is not the same in the directory and in the header before the file" },
	{ "a name in Latin-1", patch_accent, "the path \"\xe9\" is not printable ASCII" },
};

static void test_patches(void **state)
{
	static const char *const two[] = { "a", "b", NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(patches); i++) {
		struct fileset files = FILESET_INIT;
		struct strbuf zip = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		const char *why;

		write_names(&zip, two);
		patches[i].patch(&zip);
		why = read_exact(&a, strbuf_slice(&zip), &files);
		print_message("%s: %s\n", patches[i].what, why);
		assert_string_equal(why, patches[i].why);
		fileset_release(&files);
		strbuf_release(&zip);
		arena_release(&a);
	}
}

/* --- sizes ------------------------------------------------------------------------------------------------------------ */
static void test_cut_off(void **state)
{
	static const char *const three[] = { "a", "b/c", "d", NULL };
	struct strbuf zip = STRBUF_INIT;
	struct arena a = ARENA_INIT;

	(void)state;
	write_names(&zip, three);
	for (size_t n = 0; n < zip.n; n++) {
		struct fileset files = FILESET_INIT;

		if (!*read_exact(&a, slice_bytes(zip.p, n), &files))
			fail_msg("%zu of %zu bytes are taken for an archive", n, zip.n);
		fileset_release(&files);
	}
	strbuf_release(&zip);
	arena_release(&a);
}

static void test_deflated(void **state)
{
	static const char text[] = "the same, the same, the same, the same, the same, the same";
	struct fileset files = FILESET_INIT;
	struct strbuf zip = STRBUF_INIT;
	struct arena a = ARENA_INIT;

	(void)state;
	zip_make(&zip, (struct test_zip_entry[]){ { "b", { text, sizeof(text) - 1 }, 0, false },
						  { "a", { text, sizeof(text) - 1 }, 0, true },
						  { NULL, { NULL, 0 }, 0, false } });
	assert_string_equal(read_exact(&a, strbuf_slice(&zip), &files), "");
	assert_int_equal(files.n, 2);
	assert_string_equal(files.v[0].path.p, "a");
	assert_false(files.v[0].deflated);
	assert_true(files.v[1].deflated);
	for (size_t i = 0; i < 2; i++)
		assert_true(slice_eqs(fileset_bytes(&files, &files.v[i]), text));
	fileset_release(&files);
	strbuf_release(&zip);
	arena_release(&a);
}

/* Zeros deflate to a thousandth: beyond the first MiB that is more than UNZIP_RATIO allows. */
static void test_bomb(void **state)
{
	static const struct {
		size_t zeros;
		const char *why;
	} cases[] = {
		{ 1000000, "" },
		{ 1 << 20, "" },
		{ 2 << 20, "it unpacks to more than 200 times its size" },
		{ 64 << 20, "it unpacks to more than 200 times its size" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fileset files = FILESET_INIT;
		struct strbuf zip = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		const char *why;

		zip_make(&zip, (struct test_zip_entry[]){ { "zeros", { NULL, 0 }, cases[i].zeros, false },
							  { NULL, { NULL, 0 }, 0, false } });
		why = read_exact(&a, strbuf_slice(&zip), &files);
		print_message("%zu zeros in %zu bytes: %s\n", cases[i].zeros, zip.n, why);
		assert_string_equal(why, cases[i].why);
		assert_true(files.bytes.cap <= ((size_t)1 << 20) + UNZIP_RATIO * zip.n + 65536);
		fileset_release(&files);
		strbuf_release(&zip);
		arena_release(&a);
	}
}

static void test_many(void **state)
{
	(void)state;
	for (size_t n = FILESET_FILES_MAX; n <= FILESET_FILES_MAX + 1; n++) {
		struct fileset files = FILESET_INIT;
		struct strbuf zip = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct zip_writer z;
		const char *why;
		char name[16];

		zip_begin(&z, &zip);
		for (size_t i = 0; i < n; i++) {
			snprintf(name, sizeof(name), "%zu", i);
			zip_put(&z, slice_of(name), SLICE("x"));
		}
		assert_int_equal(zip_end(&z, &why), 0);
		assert_string_equal(read_exact(&a, strbuf_slice(&zip), &files),
				    n > FILESET_FILES_MAX ? "it holds more than 10000 files" : "");
		fileset_release(&files);
		strbuf_release(&zip);
		arena_release(&a);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),   cmocka_unit_test(test_long_names), cmocka_unit_test(test_patches),
		cmocka_unit_test(test_cut_off), cmocka_unit_test(test_deflated),   cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_many),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8")) /* as main() does */
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
