#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "format/zipwrite.h"
#include "pack/delta.h"

static void fill(struct strbuf *out, size_t n, uint32_t x)
{
	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		strbuf_addch(out, (char)(x >> 24));
	}
}

/* What a decoder makes of the body. */
static void assert_applies(struct slice delta, struct slice base, struct slice result)
{
	struct slice body = slice_from(delta, DELTA_HEADER);
	ZSTD_DCtx *c = ZSTD_createDCtx();
	char *out = malloc(result.n);

	ZSTD_DCtx_refPrefix(c, base.p, base.n);
	assert_true(ZSTD_decompressDCtx(c, out, result.n, body.p, body.n) == result.n);
	assert_memory_equal(out, result.p, result.n);
	assert_int_equal(ZSTD_getDictID_fromFrame(body.p, body.n), 0);
	ZSTD_freeDCtx(c);
	free(out);
}

static void test_make(void **state)
{
	static const struct {
		const char *name;
		size_t before, in, after; /* bytes of the base that stay, that come in, that stay */
		size_t most;              /* bytes of the delta */
	} cases[] = {
		{ "the same", 100000, 0, 0, 200 },
		{ "one byte in the middle", 50000, 1, 49999, 250 },
		{ "half of it new", 50000, 50000, 0, 50300 },
		{ "nothing kept", 0, 1000, 0, 1200 },
		{ "longer than the base by far", 100000, 200000, 0, 200400 },
		{ "one byte", 0, 1, 0, 200 },
	};
	struct digests *dg = NULL;

	(void)state;
	assert_int_equal(digests_new(&dg), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf base = STRBUF_INIT, result = STRBUF_INIT, delta = STRBUF_INIT, again = STRBUF_INIT;
		struct delta_header h;
		uint8_t hash[SHA256_SIZE];
		const char *why;

		print_message("%s\n", cases[i].name);
		fill(&base, 100000, 1);
		strbuf_add(&result, base.p, cases[i].before);
		fill(&result, cases[i].in, 77);
		strbuf_add(&result, base.p + cases[i].before, cases[i].after);
		strbuf_adds(&delta, "stays");
		assert_int_equal(delta_make(&delta, DELTA_FILE, strbuf_slice(&base), strbuf_slice(&result), dg), 0);
		assert_int_equal(delta_make(&again, DELTA_FILE, strbuf_slice(&base), strbuf_slice(&result), dg), 0);
		assert_memory_equal(delta.p, "stays", 5);
		assert_true(slice_eq(slice_from(strbuf_slice(&delta), 5), strbuf_slice(&again)));
		assert_true(again.n <= cases[i].most);
		assert_int_equal(delta_decode(&h, strbuf_slice(&again), &why), 0);
		assert_true(h.base_size == base.n && h.result_size == result.n && h.form == DELTA_FILE);
		assert_true(h.body_size == again.n - DELTA_HEADER);
		assert_int_equal(digest_sha256(dg, hash, strbuf_slice(&base)), 0);
		assert_memory_equal(hash, h.base, SHA256_SIZE);
		assert_int_equal(digest_sha256(dg, hash, strbuf_slice(&result)), 0);
		assert_memory_equal(hash, h.result, SHA256_SIZE);
		assert_int_equal(digest_sha256(dg, hash, slice_from(strbuf_slice(&again), DELTA_HEADER)), 0);
		assert_memory_equal(hash, h.body, SHA256_SIZE);
		assert_applies(strbuf_slice(&again), strbuf_slice(&base), strbuf_slice(&result));
		strbuf_release(&base);
		strbuf_release(&result);
		strbuf_release(&delta);
		strbuf_release(&again);
	}
	digests_free(dg);
}

/* Of new text: better than the fast level does alone. */
static void test_smallest(void **state)
{
	static const char *const words[] = { "device",  "package", "release ", "version",
					     "of the ", "and ",    "a ",       "signed" };
	struct strbuf base = STRBUF_INIT, text = STRBUF_INIT, delta = STRBUF_INIT;
	size_t room = ZSTD_compressBound(200000), fast;
	char *out = malloc(room);
	struct digests *dg = NULL;
	uint32_t x = 5;

	(void)state;
	assert_int_equal(digests_new(&dg), 0);
	fill(&base, 1000, 1);
	while (text.n < 100000) {
		x = x * 1664525 + 1013904223;
		strbuf_adds(&text, words[x >> 29]);
	}
	fast = ZSTD_compress(out, room, text.p, text.n, 3);
	assert_int_equal(delta_make(&delta, DELTA_FILE, strbuf_slice(&base), strbuf_slice(&text), dg), 0);
	print_message("%zu bytes, of the fast level %zu\n", delta.n - DELTA_HEADER, fast);
	assert_true((delta.n - DELTA_HEADER) * 10 < fast * 9);
	strbuf_release(&base);
	strbuf_release(&text);
	strbuf_release(&delta);
	digests_free(dg);
	free(out);
}

/* A base that looks like a dictionary of zstd is one of raw content all the same. */
static void test_dictionary(void **state)
{
	static const char base[] = "\x37\xa4\x30\xec and what follows the magic of a dictionary, over and over again";
	struct strbuf delta = STRBUF_INIT;
	struct digests *dg = NULL;
	struct slice s = slice_bytes(base, sizeof(base));

	(void)state;
	assert_int_equal(digests_new(&dg), 0);
	assert_int_equal(delta_make(&delta, DELTA_FILE, s, s, dg), 0);
	assert_applies(strbuf_slice(&delta), s, s);
	strbuf_release(&delta);
	digests_free(dg);
}

/* The same files in the same order, whatever way they were held. */
static void test_store(void **state)
{
	struct strbuf amr = STRBUF_INIT, stored = STRBUF_INIT, tar = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct zip_writer w;
	const char *why;
	struct zip z;

	(void)state;
	zip_begin(&w, &amr);
	zip_put(&w, SLICE("Manifest.xml"), SLICE("<package/>"));
	zip_put(&w, SLICE("CERT.json"), SLICE("{}"));
	zip_put_as(&w, SLICE("20171228.tar"), SLICE("tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"),
		   (struct zip_how){ .deflate = true });
	assert_int_equal(zip_end(&w, &why), 0);
	assert_int_equal(delta_store_amr(&stored, &a, strbuf_slice(&amr), &why), 0);
	assert_int_equal(zip_open(&z, &a, strbuf_slice(&stored), &(struct zip_limits){ 0 }, &why), 0);
	assert_int_equal(z.n, 3);
	assert_true(slice_eqs(z.v[0].name, "Manifest.xml") && slice_eqs(z.v[1].name, "CERT.json"));
	assert_true(slice_eqs(z.v[2].name, "20171228.tar"));
	for (size_t i = 0; i < 3; i++)
		assert_false(z.v[i].deflated);
	assert_int_equal(zip_read(&tar, &z, &z.v[2], 100, &why), 0);
	assert_true(tar.n == 60 && tar.p[59] == 't');
	strbuf_truncate(&amr, amr.n - 30);
	assert_int_equal(delta_store_amr(&stored, &a, strbuf_slice(&amr), &why), -1);
	strbuf_release(&amr);
	strbuf_release(&stored);
	strbuf_release(&tar);
	arena_release(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_smallest),
		cmocka_unit_test(test_dictionary),
		cmocka_unit_test(test_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
