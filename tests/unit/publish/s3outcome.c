/* What becomes of a put, whatever the server answers: the outcome, and the requests that it takes. */
#include "canned.h"

#include "s3world.h"

#define ERROR(code)  "<Error><Code>" code "</Code><Message>m</Message><RequestId>r</RequestId></Error>"
#define OURS         "5d41402abc4b2a76b9719d911017c592" /* the MD5 of "hello" */
#define OTHERS       "ffffffffffffffffffffffffffffffff"
#define BEFORE       "11111111111111111111111111111111"
#define HAS(n, etag) "Content-Length: " n "\r\nETag: \"" etag "\"\r\n"
#define PUT_(s, code)                                                                                                  \
	{                                                                                                              \
		"PUT", NULL, s, NULL, ERROR(code), 1, WAY_ANSWER                                                       \
	}
#define PUT_OK                                                                                                         \
	{                                                                                                              \
		"PUT", NULL, 200, NULL, NULL, 1, WAY_ANSWER                                                            \
	}
#define PUT_DROP                                                                                                       \
	{                                                                                                              \
		"PUT", NULL, 0, NULL, NULL, 1, WAY_DROP                                                                \
	}
#define HEAD_(h)                                                                                                       \
	{                                                                                                              \
		"HEAD", NULL, 200, h, NULL, 1, WAY_ANSWER                                                              \
	}
#define HEAD_404                                                                                                       \
	{                                                                                                              \
		"HEAD", NULL, 404, NULL, NULL, 1, WAY_ANSWER                                                           \
	}
#define HEAD_403                                                                                                       \
	{                                                                                                              \
		"HEAD", NULL, 400, NULL, NULL, 1, WAY_ANSWER                                                           \
	}
#define GET_(b)                                                                                                        \
	{                                                                                                              \
		"GET", NULL, 200, NULL, b, 1, WAY_ANSWER                                                               \
	}
#define GET_404                                                                                                        \
	{                                                                                                              \
		"GET", NULL, 404, NULL, ERROR("NoSuchKey"), 1, WAY_ANSWER                                              \
	}

enum { AS_IT_IS = 1 };

static const struct put_row {
	const char *name;
	enum dest_condition condition;
	int as_it_is;
	struct canned rules[6];
	enum dest_outcome outcome;
	const char *methods;
	const char *says; /* part of the message */
} rows[] = {
	{ "taken", DEST_ALWAYS, 0, { PUT_OK }, DEST_DONE, "PUT", NULL },
	{ "500, absent",
	  DEST_ALWAYS,
	  0,
	  { PUT_(500, "InternalError"), HEAD_404, PUT_OK },
	  DEST_DONE,
	  "PUT HEAD PUT",
	  NULL },
	{ "500, ours",
	  DEST_ALWAYS,
	  0,
	  { PUT_(500, "InternalError"), HEAD_(HAS("5", OURS)) },
	  DEST_DONE,
	  "PUT HEAD",
	  NULL },
	{ "500, another length",
	  DEST_ALWAYS,
	  0,
	  { PUT_(500, ""), HEAD_(HAS("6", OURS)), PUT_OK },
	  DEST_DONE,
	  "PUT HEAD PUT",
	  NULL },
	{ "500, encrypted bucket, ours",
	  DEST_ALWAYS,
	  0,
	  { PUT_(500, ""), HEAD_(HAS("5", OTHERS)), GET_("hello") },
	  DEST_DONE,
	  "PUT HEAD GET",
	  NULL },
	{ "500, no ETag, others",
	  DEST_ALWAYS,
	  0,
	  { PUT_(500, ""), HEAD_("Content-Length: 5\r\n"), GET_("hallo"), PUT_OK },
	  DEST_DONE,
	  "PUT HEAD GET PUT",
	  NULL },
	{ "500, gone meanwhile",
	  DEST_ALWAYS,
	  0,
	  { PUT_(500, ""), HEAD_(HAS("5", "x-1")), GET_404, PUT_OK },
	  DEST_DONE,
	  "PUT HEAD GET PUT",
	  NULL },
	{ "500, longer than it said",
	  DEST_ALWAYS,
	  0,
	  { PUT_(500, ""), HEAD_(HAS("5", "x")), GET_("hello, world"), PUT_OK },
	  DEST_DONE,
	  "PUT HEAD GET PUT",
	  NULL },
	{ "500, HEAD is refused",
	  DEST_ALWAYS,
	  0,
	  { PUT_(500, ""), HEAD_403, GET_("hello") },
	  DEST_DONE,
	  "PUT HEAD GET",
	  NULL },
	{ "502", DEST_ALWAYS, 0, { PUT_(502, ""), HEAD_(HAS("5", OURS)) }, DEST_DONE, "PUT HEAD", NULL },
	{ "503 of a proxy",
	  DEST_ALWAYS,
	  0,
	  { { "PUT", NULL, 503, NULL, "<html>sorry</html>", 1, WAY_ANSWER }, HEAD_(HAS("5", OURS)) },
	  DEST_DONE,
	  "PUT HEAD",
	  NULL },
	{ "504", DEST_ALWAYS, 0, { PUT_(504, ""), HEAD_404, PUT_OK }, DEST_DONE, "PUT HEAD PUT", NULL },
	{ "dropped, ours", DEST_ALWAYS, 0, { PUT_DROP, HEAD_(HAS("5", OURS)) }, DEST_DONE, "PUT HEAD", NULL },
	{ "dropped, absent", DEST_ALWAYS, 0, { PUT_DROP, HEAD_404, PUT_OK }, DEST_DONE, "PUT HEAD PUT", NULL },
	{ "cut off",
	  DEST_ALWAYS,
	  0,
	  { { "PUT", NULL, 200, NULL, "@100", 1, WAY_CUT }, HEAD_(HAS("5", OURS)) },
	  DEST_DONE,
	  "PUT HEAD",
	  NULL },
	{ "slow server",
	  DEST_ALWAYS,
	  0,
	  { PUT_(400, "RequestTimeout"), HEAD_404, PUT_OK },
	  DEST_DONE,
	  "PUT HEAD PUT",
	  NULL },
	{ "409 of another write",
	  DEST_ALWAYS,
	  0,
	  { PUT_(409, "OperationAborted"), HEAD_404, PUT_OK },
	  DEST_DONE,
	  "PUT HEAD PUT",
	  NULL },
	{ "slow down", DEST_ALWAYS, 0, { PUT_(503, "SlowDown"), PUT_OK }, DEST_DONE, "PUT PUT", NULL },
	{ "too many",
	  DEST_ALWAYS,
	  0,
	  { { "PUT", NULL, 429, NULL, NULL, 2, WAY_ANSWER }, PUT_OK },
	  DEST_DONE,
	  "PUT PUT PUT",
	  NULL },
	{ "settling meets a 500 too",
	  DEST_ALWAYS,
	  0,
	  { PUT_(500, ""), { "HEAD", NULL, 500, NULL, NULL, 1, WAY_ANSWER }, HEAD_(HAS("5", OURS)) },
	  DEST_DONE,
	  "PUT HEAD HEAD",
	  NULL },
	{ "damaged",
	  DEST_ALWAYS,
	  0,
	  { PUT_(400, "BadDigest") },
	  DEST_FAILED,
	  "PUT",
	  "400 BadDigest: m (request r); the bytes were damaged" },
	{ "forbidden", DEST_ALWAYS, 0, { PUT_(403, "AccessDenied") }, DEST_FAILED, "PUT", "403 AccessDenied" },
	{ "no such bucket", DEST_ALWAYS, 0, { PUT_(404, "NoSuchBucket") }, DEST_FAILED, "PUT", "404 NoSuchBucket" },
	{ "read-only", DEST_ALWAYS, 0, { PUT_(405, "MethodNotAllowed") }, DEST_FAILED, "PUT", "may be read-only" },
	{ "full", DEST_ALWAYS, 0, { PUT_(507, "") }, DEST_FAILED, "PUT", "507" },
	{ "quota", DEST_ALWAYS, 0, { PUT_(400, "QuotaExceeded") }, DEST_FAILED, "PUT", "is full" },
	{ "412 without a condition", DEST_ALWAYS, 0, { PUT_(412, "PreconditionFailed") }, DEST_FAILED, "PUT", "412" },
	{ "501 without a condition", DEST_ALWAYS, 0, { PUT_(501, "NotImplemented") }, DEST_FAILED, "PUT", "501" },
	{ "redirect",
	  DEST_ALWAYS,
	  0,
	  { { "PUT", NULL, 301, "x-amz-bucket-region: eu-west-3\r\nLocation: http://127.0.0.1:1/\r\n",
	      ERROR("PermanentRedirect"), 1, WAY_ANSWER } },
	  DEST_FAILED,
	  "PUT",
	  "use --region eu-west-3" },
	{ "another region",
	  DEST_ALWAYS,
	  0,
	  { { "PUT", NULL, 400, NULL,
	      "<Error><Code>AuthorizationHeaderMalformed</Code><Region>cn-north-1</Region></Error>", 1, WAY_ANSWER } },
	  DEST_FAILED,
	  "PUT",
	  "use --region cn-north-1" },
	{ "a redirect to nowhere",
	  DEST_ALWAYS,
	  0,
	  { { "PUT", NULL, 307, NULL, NULL, 1, WAY_ANSWER } },
	  DEST_FAILED,
	  "PUT",
	  "redirects are not followed" },
	{ "never",
	  DEST_ALWAYS,
	  0,
	  { { "PUT", NULL, 500, NULL, ERROR("InternalError"), 0, WAY_ANSWER },
	    { "HEAD", NULL, 404, NULL, NULL, 0, WAY_ANSWER } },
	  DEST_FAILED,
	  "PUT HEAD PUT HEAD PUT HEAD PUT HEAD",
	  "gave up after 4 attempts: the server answered 500 InternalError" },
	{ "always busy",
	  DEST_ALWAYS,
	  0,
	  { { "PUT", NULL, 503, NULL, ERROR("SlowDown"), 0, WAY_ANSWER } },
	  DEST_FAILED,
	  "PUT PUT PUT PUT",
	  "gave up after 4 attempts: the server answered 503 SlowDown" },
	{ "a huge page",
	  DEST_ALWAYS,
	  0,
	  { { "PUT", NULL, 400, NULL, "@9000000", 1, WAY_ANSWER } },
	  DEST_FAILED,
	  "PUT",
	  "the server answered 400" },
	{ "malformed",
	  DEST_ALWAYS,
	  0,
	  { { "PUT", NULL, 400, NULL, "<Error><Code>SlowDown</Co", 1, WAY_ANSWER } },
	  DEST_FAILED,
	  "PUT",
	  "the server answered 400" },

	{ "claimed", DEST_IF_ABSENT, 0, { PUT_OK }, DEST_DONE, "PUT", NULL },
	{ "412, ours",
	  DEST_IF_ABSENT,
	  0,
	  { PUT_(412, "PreconditionFailed"), HEAD_(HAS("5", OURS)) },
	  DEST_DONE,
	  "PUT HEAD",
	  NULL },
	{ "412, another length",
	  DEST_IF_ABSENT,
	  0,
	  { PUT_(412, ""), HEAD_(HAS("6", OTHERS)) },
	  DEST_REFUSED,
	  "PUT HEAD",
	  NULL },
	{ "412, others",
	  DEST_IF_ABSENT,
	  0,
	  { PUT_(412, ""), HEAD_(HAS("5", OTHERS)), GET_("hallo") },
	  DEST_REFUSED,
	  "PUT HEAD GET",
	  NULL },
	{ "412, gone", DEST_IF_ABSENT, 0, { PUT_(412, ""), HEAD_404, PUT_OK }, DEST_DONE, "PUT HEAD PUT", NULL },
	{ "412, as it is", DEST_IF_ABSENT, AS_IT_IS, { PUT_(412, "") }, DEST_REFUSED, "PUT", NULL },
	{ "409 of OSS, others",
	  DEST_IF_ABSENT,
	  0,
	  { PUT_(409, "FileAlreadyExists"), HEAD_(HAS("6", OTHERS)) },
	  DEST_REFUSED,
	  "PUT HEAD",
	  NULL },
	{ "409 of OSS, as it is",
	  DEST_IF_ABSENT,
	  AS_IT_IS,
	  { PUT_(409, "FileAlreadyExists") },
	  DEST_REFUSED,
	  "PUT",
	  NULL },
	{ "409 conflict, absent",
	  DEST_IF_ABSENT,
	  0,
	  { PUT_(409, "ConditionalRequestConflict"), HEAD_404, PUT_OK },
	  DEST_DONE,
	  "PUT HEAD PUT",
	  NULL },
	{ "409 conflict, as it is",
	  DEST_IF_ABSENT,
	  AS_IT_IS,
	  { PUT_(409, "ConditionalRequestConflict"), PUT_(412, "") },
	  DEST_REFUSED,
	  "PUT PUT",
	  NULL },
	{ "500, ours", DEST_IF_ABSENT, 0, { PUT_(500, ""), HEAD_(HAS("5", OURS)) }, DEST_DONE, "PUT HEAD", NULL },
	{ "500, others",
	  DEST_IF_ABSENT,
	  0,
	  { PUT_(500, ""), HEAD_(HAS("7", OTHERS)) },
	  DEST_REFUSED,
	  "PUT HEAD",
	  NULL },
	{ "500, absent, then taken from us",
	  DEST_IF_ABSENT,
	  0,
	  { PUT_(500, ""), HEAD_404, PUT_(412, ""), HEAD_(HAS("9", OTHERS)) },
	  DEST_REFUSED,
	  "PUT HEAD PUT HEAD",
	  NULL },
	{ "dropped, ours", DEST_IF_ABSENT, 0, { PUT_DROP, HEAD_(HAS("5", OURS)) }, DEST_DONE, "PUT HEAD", NULL },
	{ "unknown condition", DEST_IF_ABSENT, 0, { PUT_(501, "NotImplemented") }, DEST_UNSUPPORTED, "PUT", NULL },
	{ "unknown condition, as it is",
	  DEST_IF_ABSENT,
	  AS_IT_IS,
	  { PUT_(501, "NotImplemented") },
	  DEST_UNSUPPORTED,
	  "PUT",
	  NULL },

	{ "replaced", DEST_IF_MATCH, 0, { PUT_OK }, DEST_DONE, "PUT", NULL },
	{ "412, unchanged",
	  DEST_IF_MATCH,
	  0,
	  { PUT_(412, ""), HEAD_(HAS("9", BEFORE)), PUT_OK },
	  DEST_DONE,
	  "PUT HEAD PUT",
	  NULL },
	{ "412, changed",
	  DEST_IF_MATCH,
	  0,
	  { PUT_(412, ""), HEAD_(HAS("9", OTHERS)) },
	  DEST_REFUSED,
	  "PUT HEAD",
	  NULL },
	{ "412, ours", DEST_IF_MATCH, 0, { PUT_(412, ""), HEAD_(HAS("5", OURS)) }, DEST_DONE, "PUT HEAD", NULL },
	{ "412, gone", DEST_IF_MATCH, 0, { PUT_(412, ""), HEAD_404 }, DEST_REFUSED, "PUT HEAD", NULL },
	{ "404", DEST_IF_MATCH, 0, { PUT_(404, "NoSuchKey"), HEAD_404 }, DEST_REFUSED, "PUT HEAD", NULL },
	{ "412, as it is", DEST_IF_MATCH, AS_IT_IS, { PUT_(412, "") }, DEST_REFUSED, "PUT", NULL },
	{ "a lost race as a 500",
	  DEST_IF_MATCH,
	  0,
	  { PUT_(500, "UnknownError"), HEAD_(HAS("5", OTHERS)), GET_("hallo") },
	  DEST_REFUSED,
	  "PUT HEAD GET",
	  NULL },
	{ "500, unchanged",
	  DEST_IF_MATCH,
	  0,
	  { PUT_(500, ""), HEAD_(HAS("9", BEFORE)), PUT_OK },
	  DEST_DONE,
	  "PUT HEAD PUT",
	  NULL },
	{ "dropped, ours", DEST_IF_MATCH, 0, { PUT_DROP, HEAD_(HAS("5", OURS)) }, DEST_DONE, "PUT HEAD", NULL },
	{ "unknown condition", DEST_IF_MATCH, 0, { PUT_(501, "NotImplemented") }, DEST_UNSUPPORTED, "PUT", NULL },
};

static size_t rules_of(const struct put_row *row)
{
	size_t n = 0;

	while (n < COUNT(row->rules) && row->rules[n].status + (row->rules[n].way == WAY_DROP) > 0)
		n++;
	return n;
}

static void test_outcomes(void **state)
{
	static const char *const conditions[] = { "always", "if absent", "if match" };
	const struct dest_version before = { .etag = BEFORE };

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct put_row *row = &rows[i];
		struct s3_world w;
		struct dest_put p;
		int bad;

		print_message("%s: %s\n", conditions[row->condition], row->name);
		s3_world_open(&w, NULL);
		canned_rules(&w.server, row->rules, rules_of(row));
		p = s3_put_of(&w, "a/b", SLICE("hello"));
		p.condition = row->condition;
		p.settle = !row->as_it_is;
		p.version = &before;
		bad = dest_write(w.t, &p, &w.d);
		assert_string_equal(canned_methods(&w.server), row->methods);
		assert_int_equal(p.outcome, row->outcome);
		assert_int_equal(bad, row->outcome == DEST_FAILED ? -1 : 0);
		assert_int_equal(w.d.n, row->outcome == DEST_FAILED ? 1 : 0);
		assert_int_equal(diags_exit(&w.d), row->outcome == DEST_FAILED ? 3 : 0);
		if (row->says)
			assert_non_null(strstr(w.d.v[0].text, row->says));
		s3_world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
