#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/slice.h"
#include "publish/answer.h"
#include "publish/retry.h"

/* Anything from nothing to the window, both ends near; the window doubles, up to its bound. */
static void test_windows(void **state)
{
	static const struct {
		unsigned attempts;
		uint32_t window;
	} cases[] = { { 1, 100 },   { 2, 200 },    { 3, 400 },    { 8, 12800 },
		      { 9, 20000 }, { 10, 20000 }, { 64, 20000 }, { 4000000000u, 20000 } };
	uint64_t random = 1;

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t least = UINT32_MAX, most = 0;

		print_message("after %u attempts\n", cases[i].attempts);
		for (size_t n = 0; n < 2000; n++) {
			uint32_t delay = retry_delay(&random, RETRY_FIRST_MS, cases[i].attempts, -1);

			least = delay < least ? delay : least;
			most = delay > most ? delay : most;
		}
		assert_true(most <= cases[i].window && most > cases[i].window * 95 / 100);
		assert_true(least < cases[i].window * 5 / 100);
	}
}

static void test_retry_after(void **state)
{
	static const struct {
		int64_t said;
		uint32_t least, most;
	} cases[] = { { -1, 0, 100 },       { 0, 0, 100 },        { 1, 1000, 1100 },          { 7, 7000, 7100 },
		      { 60, 60000, 60100 }, { 61, 60000, 60100 }, { INT64_MAX, 60000, 60100 } };
	uint64_t random = 2;

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("Retry-After %lld\n", (long long)cases[i].said);
		for (size_t n = 0; n < 200; n++) {
			uint32_t delay = retry_delay(&random, 100, 1, cases[i].said);

			assert_in_range(delay, cases[i].least, cases[i].most);
		}
	}
}

/* The same seed, the same delays; another seed, others: publishers that fail together do not come back together. */
static void test_seeds(void **state)
{
	uint64_t a = 5, b = 5, c = 6;
	unsigned same = 0;

	for (size_t i = 0; i < 100; i++) {
		uint32_t first = retry_delay(&a, 100, 8, -1);

		assert_int_equal(first, retry_delay(&b, 100, 8, -1));
		same += first == retry_delay(&c, 100, 8, -1);
	}
	assert_true(same < 5);
}

static void test_pace(void **state)
{
	struct pace p;

	pace_init(&p, 32);
	assert_int_equal(pace_allows(&p), 32);
	pace_complaint(&p, 1000, 900);
	assert_int_equal(pace_allows(&p), 16);
	for (size_t i = 0; i < 31; i++) /* the others of the same volley say nothing new */
		pace_complaint(&p, 1010, 950);
	assert_int_equal(pace_allows(&p), 16);
	pace_complaint(&p, 1100, 1000);
	assert_int_equal(pace_allows(&p), 8);
	for (size_t i = 0; i < 8; i++)
		pace_good(&p);
	assert_int_equal(pace_allows(&p), 9);
	for (int64_t t = 2000; t < 2100; t++)
		pace_complaint(&p, t, t);
	assert_int_equal(pace_allows(&p), 1);
	for (size_t i = 0; i < 32 * 32; i++)
		pace_good(&p);
	assert_int_equal(pace_allows(&p), 32);
	pace_init(&p, 0);
	assert_int_equal(pace_allows(&p), 1);
	pace_init(&p, 1000);
	pace_complaint(&p, 1, 1);
	for (size_t i = 0; i < 1000 * 1000; i++)
		pace_good(&p);
	assert_int_equal(pace_allows(&p), 1000);
}

/* The code goes first, then the status. */
static void test_answers(void **state)
{
	static const struct {
		int status;
		const char *code;
		enum answer means;
	} cases[] = {
		{ 200, "", ANSWER_GOOD },
		{ 204, "", ANSWER_GOOD },
		{ 200, "InternalError", ANSWER_OPEN },
		{ 200, "SomethingNew", ANSWER_FAULT },
		{ 301, "PermanentRedirect", ANSWER_REGION },
		{ 307, "", ANSWER_REGION },
		{ 400, "AuthorizationHeaderMalformed", ANSWER_REGION },
		{ 400, "", ANSWER_FAULT },
		{ 400, "BadDigest", ANSWER_FAULT },
		{ 400, "RequestTimeout", ANSWER_OPEN },
		{ 400, "ExpiredToken", ANSWER_TOKEN },
		{ 400, "ExcessHeaderValues", ANSWER_UNKNOWN_WAY },
		{ 403, "", ANSWER_WRONG },
		{ 403, "AccessDenied", ANSWER_WRONG },
		{ 403, "InvalidAccessKeyId", ANSWER_WRONG },
		{ 403, "SignatureDoesNotMatch", ANSWER_WRONG },
		{ 403, "RequestTimeTooSkewed", ANSWER_CLOCK },
		{ 403, "ExpiredToken", ANSWER_TOKEN },
		{ 403, "QuotaExceeded", ANSWER_WRONG },
		{ 404, "", ANSWER_ABSENT },
		{ 404, "NoSuchKey", ANSWER_ABSENT },
		{ 404, "NoSuchBucket", ANSWER_WRONG },
		{ 404, "NoSuchUpload", ANSWER_FAULT },
		{ 405, "MethodNotAllowed", ANSWER_METHOD },
		{ 408, "", ANSWER_OPEN },
		{ 409, "", ANSWER_CONDITION },
		{ 409, "FileAlreadyExists", ANSWER_CONDITION },
		{ 409, "OperationAborted", ANSWER_OPEN },
		{ 409, "ConditionalRequestConflict", ANSWER_OPEN },
		{ 412, "PreconditionFailed", ANSWER_CONDITION },
		{ 429, "", ANSWER_LATER },
		{ 500, "InternalError", ANSWER_OPEN },
		{ 501, "NotImplemented", ANSWER_UNKNOWN_WAY },
		{ 502, "", ANSWER_OPEN },
		{ 503, "SlowDown", ANSWER_LATER },
		{ 503, "ServiceUnavailable", ANSWER_OPEN },
		{ 503, "", ANSWER_OPEN },
		{ 504, "", ANSWER_OPEN },
		{ 507, "", ANSWER_WRONG },
		{ 599, "", ANSWER_OPEN },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%d %s\n", cases[i].status, cases[i].code);
		assert_int_equal(answer_of(cases[i].status, slice_of(cases[i].code)), cases[i].means);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows), cmocka_unit_test(test_retry_after), cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_pace),    cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
