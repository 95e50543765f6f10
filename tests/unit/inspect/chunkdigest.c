#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "../signedapk.h"
#include "inspect/chunkdigest.h"

#define CHUNK ((size_t)1 << 20)

/* The definition, on a copy. */
static void direct(uint8_t out[64], const EVP_MD *md, const struct slice *sections, size_t n, struct slice further)
{
	struct strbuf whole = STRBUF_INIT;
	uint8_t digest[64];
	unsigned size;
	uint32_t count = 0;

	strbuf_adds(&whole, "Zcccc");
	for (size_t i = 0; i < n; i++) {
		for (size_t at = 0; at < sections[i].n; at += CHUNK, count++) {
			struct slice part = slice_sub(sections[i], at, CHUNK);
			struct strbuf chunk = STRBUF_INIT;

			strbuf_addch(&chunk, (char)0xa5);
			add_u32(&chunk, (uint32_t)part.n);
			strbuf_addslice(&chunk, part);
			assert_int_equal(EVP_Digest(chunk.p, chunk.n, digest, &size, md, NULL), 1);
			strbuf_add(&whole, (const char *)digest, size);
			strbuf_release(&chunk);
		}
	}
	little32_put(whole.p + 1, count);
	strbuf_addslice(&whole, further);
	assert_int_equal(EVP_Digest(whole.p, whole.n, out, &size, md, NULL), 1);
	strbuf_release(&whole);
}

static void test_sizes(void **state)
{
	static const size_t sizes[][3] = { { 0, 0, 0 },         { 1, 0, 2 },
					   { CHUNK - 1, 3, 0 }, { CHUNK, CHUNK, CHUNK },
					   { CHUNK + 1, 0, 9 }, { 3 * CHUNK, 7, 5 } };
	const EVP_MD *mds[] = { EVP_sha256(), EVP_sha384(), EVP_sha512() };
	char *bytes = malloc(3 * CHUNK);

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < 3 * CHUNK; i++)
		bytes[i] = (char)(i * 7 + (i >> 12));
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct slice sections[3], further[] = { SLICE("one"), SLICE(""), SLICE("two") };

		for (size_t k = 0; k < 3; k++)
			sections[k] = slice_bytes(bytes + k, sizes[i][k] > k ? sizes[i][k] - k : 0);
		for (int h = CHUNK_SHA256; h <= CHUNK_SHA512; h++) {
			uint8_t got[CHUNKDIGEST_MAX], want[64];

			print_message("%zu %d\n", i, h);
			direct(want, mds[h], sections, 3, SLICE("onetwo"));
			assert_int_equal(chunkdigest(got, (enum chunk_hash)h, sections, 3, further, 3), 0);
			assert_int_equal(chunkdigest_size((enum chunk_hash)h), EVP_MD_get_size(mds[h]));
			assert_memory_equal(got, want, chunkdigest_size((enum chunk_hash)h));
		}
	}
	free(bytes);
}

/* By hand: SHA-256 of 5a 00000000, of no section. */
static void test_empty(void **state)
{
	static const uint8_t want[] = { 0x5a, 0, 0, 0, 0 };
	uint8_t got[CHUNKDIGEST_MAX], hash[32];

	(void)state;
	sha256_of(hash, slice_bytes(want, sizeof(want)));
	assert_int_equal(chunkdigest(got, CHUNK_SHA256, NULL, 0, NULL, 0), 0);
	assert_memory_equal(got, hash, 32);
}

static void test_sections(void **state)
{
	static const struct zip_limits limits = { 0 };
	struct slice sections[CHUNKDIGEST_SECTIONS];
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct zip zip;
	const char *why;

	(void)state;
	zip_make(&bytes, (struct test_zip_entry[]){ { "a", { "b", 1 }, 0, true }, { NULL, { NULL, 0 }, 0, false } });
	assert_int_equal(zip_open(&zip, &a, strbuf_slice(&bytes), &limits, &why), 0);
	assert_int_equal(chunkdigest_sections(sections, &zip, 7, &why), 0);
	assert_true(sections[0].p == bytes.p && sections[0].n == 7);
	assert_true(sections[1].p == bytes.p + zip.directory && sections[1].n == bytes.n - 22 - zip.directory);
	assert_int_equal(sections[2].n, 22);
	assert_int_equal(little32(sections[2].p + 16), 7);
	assert_memory_equal(sections[2].p, bytes.p + bytes.n - 22, 16);
	assert_memory_equal(sections[2].p + 20, bytes.p + bytes.n - 2, 2);
	zip.end--; /* as in zip64, another record stands there */
	assert_int_equal(chunkdigest_sections(sections, &zip, 7, &why), -1);
	assert_string_equal(why, "it is of the zip64 format, which no signing block goes with");
	arena_release(&a);
	strbuf_release(&bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
