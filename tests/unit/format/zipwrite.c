/* The archives that we write: their bytes, their limits, and that the strict reader takes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

#include "base/little.h"
#include "format/zipread.h"
#include "format/zipwrite.h"

/* APPNOTE.TXT, by hand: "a" holds "hi" (CRC-32 d8932aac), "b/c" nothing. */
static const uint8_t golden[] = { 'P',  'K',  3,    4, 20, 0, 0,  0, 0,  0, 0, 0, 0x21, 0,   0xac, 0x2a, 0x93,
				  0xd8, 2,    0,    0, 0,  2, 0,  0, 0,  1, 0, 0, 0, /* */
				  'a',  'h',  'i',                                   /* */
				  'P',  'K',  3,    4, 20, 0, 0,  0, 0,  0, 0, 0, 0x21, 0,   0,    0,    0,
				  0,    0,    0,    0, 0,  0, 0,  0, 0,  3, 0, 0, 0, /* */
				  'b',  '/',  'c',                                   /* */
				  'P',  'K',  1,    2, 20, 0, 20, 0, 0,  0, 0, 0, 0,    0,   0x21, 0,    0xac,
				  0x2a, 0x93, 0xd8, 2, 0,  0, 0,  2, 0,  0, 0, 1, 0,    0,   0,    0,    0,
				  0,    0,    0,    0, 0,  0, 0,  0, 0,  0, 0, 0, 'a', /* at 0 */
				  'P',  'K',  1,    2, 20, 0, 20, 0, 0,  0, 0, 0, 0,    0,   0x21, 0,    0,
				  0,    0,    0,    0, 0,  0, 0,  0, 0,  0, 0, 3, 0,    0,   0,    0,    0,
				  0,    0,    0,    0, 0,  0, 0,  0, 33, 0, 0, 0, 'b',  '/', 'c', /* at 33 */
				  'P',  'K',  5,    6, 0,  0, 0,  0, 2,  0, 2, 0, 96,   0,   0,    0,    66,
				  0,    0,    0,    0, 0 };

static void test_bytes(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct zip_writer z;
	const char *why;

	(void)state;
	strbuf_adds(&out, "before");
	zip_begin(&z, &out);
	zip_put(&z, SLICE("a"), SLICE("hi"));
	zip_put(&z, SLICE("b/c"), (struct slice){ NULL, 0 });
	assert_int_equal(zip_end(&z, &why), 0);
	assert_int_equal(out.n, 6 + sizeof(golden));
	assert_memory_equal(out.p + 6, golden, sizeof(golden));
	strbuf_release(&out);
}

/* "a" deflated, at a multiple of four: "aaaaaaaaaaaa" becomes 4b 4c 44 00 00; the extra field has a record of five bytes. */
static const uint8_t golden_how[] = { 'P',  'K',  3,    4, 20, 0, 0, 0,  8, 0, 0, 0, 0x21, 0, 0x76,
				      0x0a, 0xe3, 0xf6, 5, 0,  0, 0, 12, 0, 0, 0, 1, 0,    9, 0, /* */
				      'a',  0x35, 0xd9, 5, 0,  4, 0, 0,  0, 0,                   /* */
				      0x4b, 0x4c, 0x44, 0, 0 };

static void test_how(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct zip_writer z;
	const char *why;

	(void)state;
	zip_begin(&z, &out);
	zip_put_as(&z, SLICE("a"), SLICE("aaaaaaaaaaaa"), (struct zip_how){ .deflate = true, .align = 4 });
	assert_int_equal(zip_end(&z, &why), 0);
	assert_true(out.n > sizeof(golden_how));
	assert_memory_equal(out.p, golden_how, sizeof(golden_how));
	assert_memory_equal(out.p + sizeof(golden_how), "PK\1\2", 4);
	assert_int_equal(out.n, sizeof(golden_how) + 47 + 22);
	strbuf_release(&out);
}

/* The bytes of zlib at level 9, with its usual memory. */
static void test_level(void **state)
{
	static char text[200000], packed[200000];
	struct strbuf out = STRBUF_INIT;
	z_stream zs = { .zalloc = Z_NULL };
	struct zip_writer z;
	const char *why;

	(void)state;
	for (size_t i = 0; i + 8 < sizeof(text); i += 8)
		snprintf(text + i, 9, "%08zx", i * i * 2654435761 >> 7 & 0xfffff);
	assert_int_equal(deflateInit2(&zs, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	zs.next_in = (Bytef *)text;
	zs.avail_in = sizeof(text);
	zs.next_out = (Bytef *)packed;
	zs.avail_out = sizeof(packed);
	assert_int_equal(deflate(&zs, Z_FINISH), Z_STREAM_END);
	zip_begin(&z, &out);
	zip_put_as(&z, SLICE("a"), slice_bytes(text, sizeof(text)), (struct zip_how){ .deflate = true });
	assert_int_equal(zip_end(&z, &why), 0);
	assert_int_equal(little32(out.p + 18), zs.total_out);
	assert_memory_equal(out.p + 31, packed, zs.total_out);
	deflateEnd(&zs);
	strbuf_release(&out);
}

/* --- read back ---------------------------------------------------------------------------------------------------------- */
static struct zip_how how_of(size_t i)
{
	static const uint32_t aligns[] = { 0, 4, 4096, 1, 2 };

	return (struct zip_how){ .deflate = i % 3 == 1, .align = aligns[i % COUNT(aligns)] };
}

static void put_many(struct zip_writer *z, size_t n)
{
	char name[300];

	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "f/%0*zu", (int)(i % 200) + 4, i); /* names of many lengths */
		zip_put_as(z, slice_of(name), slice_bytes(golden, i % sizeof(golden)), how_of(i));
	}
}

static void check_entry(const struct zip *zip, size_t i)
{
	const struct zip_entry *e = &zip->v[i];
	struct strbuf data = STRBUF_INIT;
	struct zip_how how = how_of(i);
	const char *why = "";

	assert_int_equal(e->size, i % sizeof(golden));
	assert_int_equal(e->deflated, how.deflate);
	assert_int_equal(how.align ? e->data % how.align : 0, 0);
	assert_false(e->link || e->folder);
	assert_int_equal(zip_read(&data, zip, e, sizeof(golden), &why), 0);
	assert_int_equal(data.n, e->size);
	assert_memory_equal(data.n ? data.p : "", golden, data.n);
	strbuf_release(&data);
}

static void test_read_back(void **state)
{
	static const struct zip_limits limits = { 0 };
	struct strbuf out = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct zip_writer z;
	const char *why = "";
	struct zip zip;

	(void)state;
	zip_begin(&z, &out);
	put_many(&z, 1000);
	assert_int_equal(zip_end(&z, &why), 0);
	assert_int_equal(zip_open(&zip, &a, strbuf_slice(&out), &limits, &why), 0);
	assert_int_equal(zip.n, 1000);
	for (size_t i = 0; i < zip.n; i++)
		check_entry(&zip, i);
	arena_release(&a);
	strbuf_release(&out);
}

/* Padding is as small as its record allows. */
static void test_padding(void **state)
{
	static const char name[] = "0123456789";

	(void)state;
	for (size_t n = 1; n < sizeof(name); n++) { /* data would begin at 30 + n */
		static const size_t pads[] = { 0, 9, 0, 7, 6, 9, 0, 7, 6, 9, 0 };
		struct strbuf out = STRBUF_INIT;
		struct zip_writer z;
		const char *why;
		size_t extra;

		print_message("%zu\n", n);
		zip_begin(&z, &out);
		zip_put_as(&z, slice_bytes(name, n), SLICE("x"), (struct zip_how){ .align = 4 });
		assert_int_equal(zip_end(&z, &why), 0);
		extra = little16(out.p + 28);
		assert_int_equal(extra, pads[n]);
		assert_int_equal((30 + n + extra) % 4, 0);
		strbuf_release(&out);
	}
}

/* --- what is refused ------------------------------------------------------------------------------------------------------ */
static void test_names(void **state)
{
	static const char fault[] = "a name in a zip archive must be printable ASCII";
	static const struct slice names[] = {
		{ "", 0 }, { "\xc3\xa9", 2 }, { "a\n", 2 }, { "\x7f", 1 }, { "a\0b", 3 }
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct strbuf out = STRBUF_INIT;
		struct zip_writer z;
		const char *why;

		print_message("%zu\n", i);
		zip_begin(&z, &out);
		zip_put(&z, SLICE("a"), SLICE("hi"));
		zip_put(&z, names[i], SLICE("x"));
		zip_put(&z, SLICE("b"), SLICE("ignored"));
		assert_int_equal(zip_end(&z, &why), -1);
		assert_string_equal(why, fault);
		strbuf_release(&out);
	}
}

/* --- sinks ---------------------------------------------------------------------------------------------------------------- */
#define LARGE_PIECE ((size_t)1 << 20)

struct sink {
	struct strbuf kept; /* all pieces but large ones */
	char *map;          /* not NULL: they are written to their place instead */
	uint64_t n, stop;   /* stops there; 0: never */
	size_t largest;     /* piece that was kept */
};

static int take(void *ctx, struct slice piece)
{
	struct sink *s = ctx;

	s->n += piece.n;
	if (s->stop && s->n > s->stop)
		return 7;
	if (piece.n >= LARGE_PIECE)
		return 0;
	if (s->map)
		memcpy(s->map + s->n - piece.n, piece.p, piece.n);
	else
		strbuf_addslice(&s->kept, piece);
	if (piece.n > s->largest)
		s->largest = piece.n;
	return 0;
}

static void test_sink(void **state)
{
	struct sink sink = { .kept = STRBUF_INIT };
	struct strbuf out = STRBUF_INIT;
	struct zip_writer z;
	const char *why;

	(void)state;
	zip_begin(&z, &out);
	put_many(&z, 500);
	assert_int_equal(zip_end(&z, &why), 0);
	zip_begin_sink(&z, take, &sink);
	put_many(&z, 500);
	assert_int_equal(zip_end(&z, &why), 0);
	assert_int_equal(sink.kept.n, out.n);
	assert_memory_equal(sink.kept.p, out.p, out.n);
	for (size_t stop = 1; stop < out.n; stop += 1 + stop / 3) {
		struct sink full = { .kept = STRBUF_INIT, .stop = stop };

		zip_begin_sink(&z, take, &full);
		put_many(&z, 500);
		assert_int_equal(zip_end(&z, &why), -1);
		assert_string_equal(why, ZIP_WRITE_STOPPED);
		assert_memory_equal(full.kept.n ? full.kept.p : "", out.p, full.kept.n); /* and not once again */
		strbuf_release(&full.kept);
	}
	strbuf_release(&sink.kept);
	strbuf_release(&out);
}

/* --- zip64 ---------------------------------------------------------------------------------------------------------------- */
static void test_entries(void **state)
{
	static const struct zip_limits limits = { 0 };

	(void)state;
	for (size_t n = 65534; n <= 65536; n++) {
		struct strbuf out = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct zip_writer z;
		struct zip zip;
		const char *why = "", *end;
		char name[16];

		zip_begin(&z, &out);
		for (size_t i = 0; i < n; i++) {
			snprintf(name, sizeof(name), "%zu", i);
			zip_put(&z, slice_of(name), SLICE(""));
		}
		assert_int_equal(zip_end(&z, &why), 0);
		end = out.p + out.n - 22;
		assert_int_equal(memcmp(end - 20, "PK\6\7", 4) == 0, n > 65534);
		assert_int_equal(little16(end + 10), n > 65534 ? 65535 : n);
		assert_true(little32(end + 16) < 0xffffffff);
		assert_int_equal(zip_open(&zip, &a, strbuf_slice(&out), &limits, &why), 0);
		assert_int_equal(zip.n, n);
		assert_int_equal(zip.end, n > 65534 ? out.n - 22 - 76 : out.n - 22);
		arena_release(&a);
		strbuf_release(&out);
	}
}

/* Zeros that take no memory. */
static char *map_zeros(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

#define FOUR_GIB ((size_t)1 << 32)
#define ROOM     (FOUR_GIB + ((size_t)1 << 20))

/* One file of 4 GiB, and one behind it: all that can be large is. The archive is never in memory but for its headers. */
static void test_large(void **state)
{
	static const struct zip_limits limits = { 0 };
	struct sink sink = { .map = map_zeros(ROOM) };
	char *zeros = map_zeros(FOUR_GIB);
	struct arena a = ARENA_INIT;
	struct zip_writer z;
	struct zip zip;
	const char *why = "";

	(void)state;
	zip_begin_sink(&z, take, &sink);
	zip_put_as(&z, SLICE("large"), slice_bytes(zeros, FOUR_GIB), (struct zip_how){ .align = 4096 });
	zip_put_as(&z, SLICE("behind"), SLICE("hi"), (struct zip_how){ .align = 4, .deflate = true });
	assert_int_equal(zip_end(&z, &why), 0);
	assert_true(sink.largest < 8192);
	assert_int_equal(zip_open(&zip, &a, slice_bytes(sink.map, sink.n), &limits, &why), 0);
	assert_int_equal(zip.n, 2);
	assert_true(zip.v[0].size == FOUR_GIB && zip.v[0].packed == FOUR_GIB);
	assert_int_equal(zip.v[0].crc, 0xd202ef8d);
	assert_int_equal(zip.v[0].data, 4096);
	assert_true(zip.v[1].header == FOUR_GIB + 4096);
	assert_int_equal(zip.v[1].size, 2);
	assert_true(zip.directory > FOUR_GIB);
	munmap(sink.map, ROOM);
	munmap(zeros, FOUR_GIB);
	arena_release(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),     cmocka_unit_test(test_how),     cmocka_unit_test(test_level),
		cmocka_unit_test(test_read_back), cmocka_unit_test(test_padding), cmocka_unit_test(test_names),
		cmocka_unit_test(test_sink),      cmocka_unit_test(test_entries), cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
