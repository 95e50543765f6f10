#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/seal.h"

/* Made with Node's crypto from the words of FORMAT.md. */
static const struct {
	const char *text, *salt, *target, *nonce, *box;
} cases[] = {
	{ "", "bdef4295b101474cb93cb82f000863ed", "ffd196cc0f5da8f8a45053bf2a4960eee6506444a7074bfc1e7819451870c88c",
	  "1d6f239a3fe6c173165a6132", "f5ab38230c0748b729a0525ea926654f" },
	{ "a", "61f8021fc721751950dfab2785e6cb14", "9409383735f216800fdcf154b93d6bd5dffeed41b00c1865ede8feaa6c4ea2b0",
	  "f822bbcfd2922abd72ca87e8", "5cc09f54af85e5a0bbbe31ba5cff7ca02b" },
	{ "{\"link\":\"https://a.test/b.apk\"}", "e22a09df82d804779ac7aefe0afb8740",
	  "6b80c42d813c250cf4b50f7553fbec8a989d2af7de48223856f1aed35d89a590", "850e137e489eaa2c87703259",
	  "017b759c5a0c5fd8276ddb29fc9ce086c6ade6b1d0454b7da8aaec92157fa59646dc17f2f0ff6fc28e56d04194bc48" },
};

static void assert_hex(const void *bytes, size_t n, const char *want)
{
	struct strbuf hex = STRBUF_INIT;

	strbuf_addhex(&hex, bytes, n);
	assert_string_equal(hex.n ? hex.p : "", want);
	strbuf_release(&hex);
}

static void test_vectors(void **state)
{
	struct digests *digests = NULL;

	(void)state;
	assert_int_equal(digests_new(&digests), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf box = STRBUF_INIT;
		struct seal seal;

		print_message("%s\n", cases[i].text);
		assert_int_equal(seal_make(&seal, &box, digests, slice_of(cases[i].text)), 0);
		assert_hex(seal.salt, sizeof(seal.salt), cases[i].salt);
		assert_hex(seal.target, sizeof(seal.target), cases[i].target);
		assert_hex(seal.nonce, sizeof(seal.nonce), cases[i].nonce);
		assert_hex(box.p, box.n, cases[i].box);
		strbuf_release(&box);
	}
	digests_free(digests);
}

/* A box is appended. */
static void test_append(void **state)
{
	struct digests *digests = NULL;
	struct strbuf box = STRBUF_INIT;
	struct seal seal;

	(void)state;
	assert_int_equal(digests_new(&digests), 0);
	strbuf_adds(&box, "before");
	assert_int_equal(seal_make(&seal, &box, digests, SLICE("a")), 0);
	assert_int_equal(box.n, 6 + 1 + SEAL_TAG_SIZE);
	assert_memory_equal(box.p, "before", 6);
	assert_hex(box.p + 6, box.n - 6, cases[1].box);
	strbuf_release(&box);
	digests_free(digests);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors), cmocka_unit_test(test_append) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
