#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/strbuf.h"

/* FIPS 180-2 and RFC 1321 vectors. */
static void test_vectors(void **state)
{
	static const struct {
		const char *text, *sha256, *md5;
	} cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		  "d41d8cd98f00b204e9800998ecf8427e" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		  "900150983cd24fb0d6963f7d28e17f72" },
		{ "message digest", "f7846f55cf23e14eebeab5b4e1550cad5b509e3348fbc4efa3a1413d393cb650",
		  "f96b697d7cb7938d525a2f31aaf161d0" },
	};
	struct digests *d = NULL;

	assert_int_equal(digests_new(&d), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice s = slice_of(cases[i].text);
		uint8_t sha256[SHA256_SIZE], md5[MD5_SIZE];
		char hex[SHA256_HEX];

		print_message("%s\n", cases[i].text);
		assert_int_equal(digest_sha256(d, sha256, s), 0);
		digest_hex(hex, sha256, SHA256_SIZE);
		assert_string_equal(hex, cases[i].sha256);
		assert_int_equal(digest_md5(d, md5, s), 0);
		digest_hex(hex, md5, MD5_SIZE);
		assert_string_equal(hex, cases[i].md5);
		for (size_t cut = 0; cut <= s.n; cut++) {
			struct slice a = slice_sub(s, 0, cut / 2), b = slice_sub(s, cut / 2, cut - cut / 2);

			assert_int_equal(digest_sha256_3(d, sha256, a, b, slice_from(s, cut)), 0);
			digest_hex(hex, sha256, SHA256_SIZE);
			assert_string_equal(hex, cases[i].sha256);
		}
	}
	digests_free(d);
	digests_free(NULL);
}

/* In one pass: the same, on both sides of a piece's length. */
static void test_both(void **state)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 3 * 65536 + 7 };
	struct digests *d = NULL;
	struct strbuf bytes = STRBUF_INIT;

	assert_int_equal(digests_new(&d), 0);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		uint8_t sha256[SHA256_SIZE], md5[MD5_SIZE], sha256_both[SHA256_SIZE], md5_both[MD5_SIZE];

		print_message("%zu\n", sizes[i]);
		while (bytes.n < sizes[i])
			strbuf_addch(&bytes, (char)(bytes.n * 31 >> 3));
		assert_int_equal(digest_both(d, sha256_both, md5_both, strbuf_slice(&bytes)), 0);
		assert_int_equal(digest_sha256(d, sha256, strbuf_slice(&bytes)), 0);
		assert_int_equal(digest_md5(d, md5, strbuf_slice(&bytes)), 0);
		assert_memory_equal(sha256, sha256_both, SHA256_SIZE);
		assert_memory_equal(md5, md5_both, MD5_SIZE);
	}
	strbuf_release(&bytes);
	digests_free(d);
}

static void test_head(void **state)
{
	static const uint8_t bytes[SHA256_SIZE] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xff };
	char hex[5] = "....";

	assert_true(digest_head64(bytes) == UINT64_C(0x0123456789abcdef));
	digest_hex(hex, bytes + 6, 2);
	assert_string_equal(hex, "cdef");
	digest_hex(hex, bytes, 0);
	assert_string_equal(hex, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
