/* The strict reader: what is in an archive that it took: facts, content, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/zipwrite.h"
#include "zippieces.h"

/* --- content -------------------------------------------------------------------------------------------------------------- */
static const struct test_case contents[] = {
	{ "stored, changed", { { SET, DATA0, 1, BYTES("x") } }, "\"a\" is damaged: its CRC-32 is another one" },
	{ "deflated, changed", { { SET, DATA1, 6, BYTES("x") } }, "\"b\" is damaged: its CRC-32 is another one" },
	{ "no deflate", { { SET, DATA1, 0, BYTES("\7") } }, "\"b\" is damaged: it cannot be unpacked" },
	{ "no end", { { SET, DATA1, 0, BYTES("\0") } }, "\"b\" is damaged: it cannot be unpacked" },
	{ "cut off", { { SET, DATA1, 1, BYTES("\4\0\xfb\xff") } }, "\"b\" is damaged: it cannot be unpacked" },
	{ "bytes behind its end",
	  { { SET, DATA1, 1, BYTES("\2\0\xfd\xff") } },
	  "\"b\" is damaged: bytes follow its end" },
	{ "longer",
	  { { SET, LOCAL1, 22, BYTES("\2") }, { SET, CENTRAL1, 24, BYTES("\2") } },
	  "\"b\" is longer than the archive says" },
	{ "shorter",
	  { { SET, LOCAL1, 22, BYTES("\4") }, { SET, CENTRAL1, 24, BYTES("\4") } },
	  "\"b\" is shorter than the archive says" },
};

static int count_or_stop(void *ctx, struct slice piece)
{
	size_t *left = ctx;

	assert_true(piece.n > 0);
	if (piece.n > *left)
		return 7;
	*left -= piece.n;
	return 0;
}

static void test_contents(void **state)
{
	static const struct change none[CHANGES] = { { NOTHING } };
	static const struct zip_limits limits = { 0 };
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	const char *why;
	struct zip zip;

	(void)state;
	check_cases(contents, COUNT(contents));
	make(&bytes, none);
	assert_int_equal(zip_open(&zip, &a, strbuf_slice(&bytes), &limits, &why), 0);
	for (size_t i = 0; i < 2; i++) {
		size_t left = 2;

		why = "untouched";
		assert_int_equal(zip_unpack(&zip, &zip.v[i], count_or_stop, &left, &why), 7);
		assert_string_equal(why, "untouched");
		left = 3;
		assert_int_equal(zip_unpack(&zip, &zip.v[i], count_or_stop, &left, &why), 0);
		assert_int_equal(left, 0);
	}
	strbuf_release(&bytes);
	arena_release(&a);
}

/* Packed bytes that come in pieces of `width`. */
struct pieces {
	struct slice packed;
	size_t width;
	struct strbuf out;
};

static int get_piece(void *ctx, uint64_t offset, struct slice *piece)
{
	const struct pieces *p = ctx;

	if (!p->width)
		return 5;
	*piece = slice_sub(p->packed, (size_t)offset, p->width);
	return 0;
}

static int add_piece(void *ctx, struct slice piece)
{
	struct pieces *p = ctx;

	strbuf_addslice(&p->out, piece);
	return 0;
}

static void test_from_elsewhere(void **state)
{
	static const struct change none[CHANGES] = { { NOTHING } };
	static const struct zip_limits limits = { 0 };
	struct strbuf bytes = STRBUF_INIT, whole = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	const char *why = NULL;
	struct zip zip;

	(void)state;
	make(&bytes, none);
	assert_int_equal(zip_open(&zip, &a, strbuf_slice(&bytes), &limits, &why), 0);
	for (size_t i = 0; i < 2; i++) {
		struct zip_entry e = zip.v[i];
		struct pieces p = { .packed = slice_sub(zip.bytes, e.data, e.packed) };

		strbuf_reset(&whole);
		assert_int_equal(zip_read(&whole, &zip, &e, 100, &why), 0);
		assert_int_equal(zip_unpack_from(&e, &a, get_piece, add_piece, &p, &why), 5);
		for (p.width = 1; p.width <= e.packed + 3; p.width++) {
			strbuf_reset(&p.out);
			assert_int_equal(zip_unpack_from(&e, &a, get_piece, add_piece, &p, &why), 0);
			assert_true(slice_eq(strbuf_slice(&p.out), strbuf_slice(&whole)));
		}
		p.packed.n--;
		assert_int_equal(zip_unpack_from(&e, &a, get_piece, add_piece, &p, &why), -1);
		assert_non_null(strstr(why, " is cut off"));
		p.packed.n++;
		e.packed++;
		assert_int_equal(zip_unpack_from(&e, &a, get_piece, add_piece, &p, &why), -1);
		e.packed--;
		e.crc++;
		assert_int_equal(zip_unpack_from(&e, &a, get_piece, add_piece, &p, &why), -1);
		assert_non_null(strstr(why, " is damaged: its CRC-32 is another one"));
		strbuf_release(&p.out);
	}
	strbuf_release(&bytes);
	strbuf_release(&whole);
	arena_release(&a);
}

/* Nothing is not a piece. */
static void test_empty(void **state)
{
	static const struct zip_limits none = { 0 };
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct zip_writer w;
	const char *why;
	struct zip zip;

	(void)state;
	zip_begin(&w, &bytes);
	zip_put_as(&w, SLICE("stored"), SLICE(""), (struct zip_how){ .deflate = false });
	zip_put_as(&w, SLICE("deflated"), SLICE(""), (struct zip_how){ .deflate = true });
	assert_int_equal(zip_end(&w, &why), 0);
	assert_int_equal(zip_open(&zip, &a, strbuf_slice(&bytes), &none, &why), 0);
	for (size_t i = 0; i < 2; i++) {
		size_t left = 0;

		assert_int_equal(zip.v[i].packed, i ? 2 : 0);
		assert_int_equal(zip_unpack(&zip, &zip.v[i], count_or_stop, &left, &why), 0);
	}
	strbuf_release(&bytes);
	arena_release(&a);
}

/* --- what the entries say of themselves ------------------------------------------------------------------------------------- */
static void test_facts(void **state)
{
	static const struct zip_limits none = { 0 };
	static const struct {
		const char *what;
		struct change changes[CHANGES];
		bool link, folder;
	} cases[] = {
		{ "MS-DOS", { { SET, CENTRAL0, 41, BYTES("\xa1") } }, false, false },
		{ "no mode", { { SET, CENTRAL0, 5, BYTES("\3") } }, false, false },
		{ "a file", { { SET, CENTRAL0, 5, BYTES("\3") }, { SET, CENTRAL0, 41, BYTES("\x81") } }, false, false },
		{ "a symlink",
		  { { SET, CENTRAL0, 5, BYTES("\3") }, { SET, CENTRAL0, 41, BYTES("\xa1") } },
		  true,
		  false },
		{ "on a Mac",
		  { { SET, CENTRAL0, 5, BYTES("\x13") }, { SET, CENTRAL0, 41, BYTES("\xa1") } },
		  true,
		  false },
		{ "a device",
		  { { SET, CENTRAL0, 5, BYTES("\3") }, { SET, CENTRAL0, 41, BYTES("\x21") } },
		  true,
		  false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		const char *why;
		struct zip zip;

		print_message("%s\n", cases[i].what);
		make(&bytes, cases[i].changes);
		assert_int_equal(zip_open(&zip, &a, strbuf_slice(&bytes), &none, &why), 0);
		assert_int_equal(zip.n, 2);
		assert_int_equal(zip.v[0].link, cases[i].link);
		assert_int_equal(zip.v[0].folder, cases[i].folder);
		assert_false(zip.v[0].deflated);
		assert_true(zip.v[1].deflated);
		assert_int_equal(zip.v[1].header, 34);
		assert_int_equal(zip.v[1].data, 65);
		assert_int_equal(zip.v[1].packed, 8);
		assert_int_equal(zip.v[1].size, 3);
		assert_int_equal(zip.directory, 73);
		strbuf_release(&bytes);
		arena_release(&a);
	}
}

static void test_look_up(void **state)
{
	static const struct change changes[CHANGES] = { LONGER("/x", "\3") };
	static const struct zip_limits none = { 0 };
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	const char *why;
	struct zip zip;
	size_t first;

	(void)state;
	make(&bytes, changes);
	assert_int_equal(zip_open(&zip, &a, strbuf_slice(&bytes), &none, &why), 0);
	assert_ptr_equal(zip_find(&zip, SLICE("a/x")), &zip.v[0]);
	assert_ptr_equal(zip_find(&zip, SLICE("b")), &zip.v[1]);
	assert_null(zip_find(&zip, SLICE("a/")));
	assert_null(zip_find(&zip, SLICE("a/x ")));
	assert_null(zip_find(&zip, SLICE("")));
	assert_int_equal(zip_below(&zip, SLICE("a/"), &first), 1);
	assert_ptr_equal(zip.by_name[first], &zip.v[0]);
	assert_int_equal(zip_below(&zip, SLICE(""), &first), 2);
	assert_int_equal(first, 0);
	assert_int_equal(zip_below(&zip, SLICE("a/y"), &first), 0);
	assert_int_equal(zip_below(&zip, SLICE("c"), &first), 0);
	strbuf_release(&bytes);
	arena_release(&a);
}

/* --- limits --------------------------------------------------------------------------------------------------------------- */
static void test_limits(void **state)
{
	static const struct {
		struct zip_limits limits;
		const char *why;
	} cases[] = {
		{ { .entries = 2, .bytes = 6, .ratio = 1 }, "" },
		{ { .entries = 1 }, "it holds more than 1 files and folders" },
		{ { .bytes = 5 }, "it unpacks to more than 5 bytes" },
	};
	static const struct change none[CHANGES] = { { NOTHING } };
	struct strbuf bytes = STRBUF_INIT;

	(void)state;
	make(&bytes, none);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *why = read_exact(strbuf_slice(&bytes), &cases[i].limits);

		print_message("%s\n", cases[i].why);
		assert_string_equal(why ? why : "", cases[i].why);
	}
	strbuf_release(&bytes);
}

/* An entry of 2 MiB + 1 that is said to be packed into 8 KiB. */
static void test_ratio(void **state)
{
	static const struct {
		uint32_t ratio;
		const char *why;
	} cases[] = { { 1, "it unpacks to more than 1 times its size" },
		      { 125, "it unpacks to more than 125 times its size" },
		      { 126, "" } };
	static char packed[8192];
	const struct change changes[CHANGES] = { { ADD, DATA1, 0, { packed, sizeof(packed) } },
						 { SET, LOCAL1, 18, BYTES("\x08\x20\0\0\x01\0\x20") },
						 { SET, CENTRAL1, 20, BYTES("\x08\x20\0\0\x01\0\x20") } };
	struct strbuf bytes = STRBUF_INIT;

	(void)state;
	make(&bytes, changes);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct zip_limits limits = { .ratio = cases[i].ratio };
		struct arena a = ARENA_INIT;
		const char *why = "";
		struct zip zip;
		int bad = zip_open(&zip, &a, strbuf_slice(&bytes), &limits, &why);

		print_message("%u\n", cases[i].ratio);
		assert_int_equal(bad, *cases[i].why ? -1 : 0);
		assert_string_equal(why, cases[i].why);
		arena_release(&a);
	}
	strbuf_release(&bytes);
}

static void test_cut_off(void **state)
{
	static const struct change changes[CHANGES] = { FLAG,
							{ ADD, DESC1, 0, BYTES(CRC1 "\10\0\0\0\3\0\0\0") },
							WITH_64,
							{ SET, END, 8, BYTES(ONES ONES ONES) } };
	static const struct zip_limits none = { 0 };
	struct strbuf bytes = STRBUF_INIT;

	(void)state;
	make(&bytes, changes);
	assert_null(read_exact(strbuf_slice(&bytes), &none));
	for (size_t n = 0; n < bytes.n; n++)
		assert_string_equal(read_exact(slice_bytes(bytes.p, n), &none), NO_END);
	for (size_t n = 1; n < bytes.n; n++)
		assert_non_null(read_exact(slice_from(strbuf_slice(&bytes), n), &none));
	strbuf_release(&bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents), cmocka_unit_test(test_from_elsewhere), cmocka_unit_test(test_empty),
		cmocka_unit_test(test_facts),    cmocka_unit_test(test_look_up),        cmocka_unit_test(test_limits),
		cmocka_unit_test(test_ratio),    cmocka_unit_test(test_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
