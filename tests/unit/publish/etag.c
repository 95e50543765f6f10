#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "publish/etag.h"

#define MIB (UINT64_C(1) << 20)

static void test_part_size(void **state)
{
	static const struct {
		uint64_t length, size;
	} cases[] = {
		{ 0, 16 * MIB },
		{ 1, 16 * MIB },
		{ 32 * MIB, 16 * MIB },
		{ UINT64_C(160000) * MIB, 16 * MIB },     /* 10,000 parts */
		{ UINT64_C(160000) * MIB + 1, 17 * MIB }, /* else 10,001 */
		{ UINT64_C(170000) * MIB, 17 * MIB },
		{ UINT64_C(170000) * MIB + 1, 18 * MIB },
		{ UINT64_C(5) << 40, 525 * MIB }, /* the longest object of S3 */
		{ UINT64_MAX, UINT64_C(1759218605) * MIB },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t size = part_size(cases[i].length);

		print_message("%llu\n", (unsigned long long)cases[i].length);
		assert_int_equal(size, cases[i].size);
		assert_true(cases[i].length / size + (cases[i].length % size != 0) <= 10000);
	}
}

/* MD5 of "abc", and of nothing. */
#define ABC  "900150983cd24fb0d6963f7d28e17f72"
#define NONE "d41d8cd98f00b204e9800998ecf8427e"

static void test_compare(void **state)
{
	static const struct {
		const char *etag, *bytes;
		enum etag_verdict verdict;
	} cases[] = {
		{ ABC, "abc", ETAG_SAME },
		{ "900150983CD24FB0D6963F7D28E17F72", "abc", ETAG_SAME },
		{ ABC, "abd", ETAG_DIFFERS },
		{ NONE, "", ETAG_SAME },
		{ NONE, "a", ETAG_DIFFERS },
		/* one part: the MD5 of the MD5 of "abc" */
		{ "af5da9f45af7a300e3aded972f8ff687-1", "abc", ETAG_SAME },
		{ "AF5DA9F45AF7A300E3ADED972F8FF687-1", "abc", ETAG_SAME },
		{ ABC "-1", "abc", ETAG_DIFFERS },
		{ ABC "-2", "abc", ETAG_SAYS_NOTHING },
		{ ABC "-0", "abc", ETAG_SAYS_NOTHING },
		{ ABC "-", "abc", ETAG_SAYS_NOTHING },
		{ ABC "-x", "abc", ETAG_SAYS_NOTHING },
		{ ABC "-99999999999999999999", "abc", ETAG_SAYS_NOTHING },
		{ "", "abc", ETAG_SAYS_NOTHING },
		{ "-1", "abc", ETAG_SAYS_NOTHING },
		{ "\"" ABC "\"", "abc", ETAG_SAYS_NOTHING },
		{ "900150983cd24fb0d6963f7d28e17f7", "abc", ETAG_SAYS_NOTHING },
		{ "g00150983cd24fb0d6963f7d28e17f72", "abc", ETAG_SAYS_NOTHING },
		{ ABC "0", "abc", ETAG_SAYS_NOTHING },
	};
	struct digests *dg;

	(void)state;
	assert_int_equal(digests_new(&dg), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum etag_verdict v;

		print_message("%s of %s\n", cases[i].etag, cases[i].bytes);
		assert_int_equal(etag_compare(&v, slice_of(cases[i].etag), slice_of(cases[i].bytes), dg), 0);
		assert_int_equal(v, cases[i].verdict);
	}
	digests_free(dg);
}

/* 33 MiB are three parts: two of 16 MiB and one of 1 MiB. */
static void test_parts(void **state)
{
	static const size_t cuts[] = { 16 << 20, 16 << 20, 1 << 20 };
	size_t n = 33 << 20, at = 0;
	char *bytes = malloc(n);
	uint8_t sums[COUNT(cuts)][MD5_SIZE], all[MD5_SIZE];
	struct strbuf etag = STRBUF_INIT;
	struct digests *dg;
	enum etag_verdict v;

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i >> 16);
	assert_int_equal(digests_new(&dg), 0);
	for (size_t i = 0; i < COUNT(cuts); at += cuts[i++])
		assert_int_equal(digest_md5(dg, sums[i], slice_bytes(bytes + at, cuts[i])), 0);
	assert_int_equal(digest_md5(dg, all, slice_bytes(sums, sizeof(sums))), 0);
	strbuf_addhex(&etag, all, sizeof(all));
	strbuf_adds(&etag, "-3");
	assert_int_equal(etag_compare(&v, strbuf_slice(&etag), slice_bytes(bytes, n), dg), 0);
	assert_int_equal(v, ETAG_SAME);
	bytes[n - 1] ^= 1;
	assert_int_equal(etag_compare(&v, strbuf_slice(&etag), slice_bytes(bytes, n), dg), 0);
	assert_int_equal(v, ETAG_DIFFERS);
	strbuf_release(&etag);
	digests_free(dg);
	free(bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_part_size),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
