#include "canned.h"

#include <fcntl.h>

#include "publish/http.h"
#include "publish/s3.h"
#include "s3world.h"

#define ERROR(code)  "<Error><Code>" code "</Code><Message>m</Message><RequestId>r</RequestId></Error>"
#define OURS         "5d41402abc4b2a76b9719d911017c592" /* the MD5 of "hello" */
#define BEFORE       "11111111111111111111111111111111"
#define HAS(n, etag) "Content-Length: " n "\r\nETag: \"" etag "\"\r\n"

/* --- what is sent --------------------------------------------------------------------------------------------------------- */

static const struct {
	enum dest_condition condition;
	enum dest_claim claim;
	enum dest_match match;
	const char *name, *value;
} header_rows[] = {
	{ DEST_ALWAYS, CLAIM_STANDARD, MATCH_QUOTED, NULL, NULL },
	{ DEST_IF_ABSENT, CLAIM_UNKNOWN, MATCH_UNKNOWN, "if-none-match", "*" },
	{ DEST_IF_ABSENT, CLAIM_STANDARD, MATCH_UNKNOWN, "if-none-match", "*" },
	{ DEST_IF_ABSENT, CLAIM_OSS, MATCH_UNKNOWN, "x-oss-forbid-overwrite", "true" },
	{ DEST_IF_ABSENT, CLAIM_GCS, MATCH_UNKNOWN, "x-goog-if-generation-match", "0" },
	{ DEST_IF_MATCH, CLAIM_UNKNOWN, MATCH_UNKNOWN, "if-match", "\"" BEFORE "\"" },
	{ DEST_IF_MATCH, CLAIM_UNKNOWN, MATCH_QUOTED, "if-match", "\"" BEFORE "\"" },
	{ DEST_IF_MATCH, CLAIM_UNKNOWN, MATCH_UNQUOTED, "if-match", BEFORE },
	{ DEST_IF_MATCH, CLAIM_UNKNOWN, MATCH_GENERATION, "x-goog-if-generation-match", "123" },
};

static void test_headers(void **state)
{
	static const struct canned rules[] = { { NULL, NULL, 200, NULL, NULL, 0, WAY_ANSWER } };
	static const char *const all[] = { "if-none-match", "if-match", "x-oss-forbid-overwrite",
					   "x-goog-if-generation-match" };
	const struct dest_version before = { .etag = BEFORE, .generation = "123" };
	struct s3_world w;

	s3_world_open(&w, NULL);
	for (size_t i = 0; i < COUNT(header_rows); i++) {
		bool google = header_rows[i].name && strstr(header_rows[i].name, "goog");
		const struct seen *seen = &w.server.seen[0];
		struct dest_put p = s3_put_of(&w, "a b/\xc3\xa9", SLICE("hello"));

		print_message("%s: %s\n", header_rows[i].name ? header_rows[i].name : "always",
			      header_rows[i].value ? header_rows[i].value : "");
		canned_rules(&w.server, rules, COUNT(rules));
		p.condition = header_rows[i].condition;
		p.claim = header_rows[i].claim;
		p.match = header_rows[i].match;
		p.version = &before;
		assert_int_equal(dest_write(w.t, &p, &w.d), 0);
		assert_string_equal(seen->target, "/bucket/pre/a%20b/%C3%A9");
		assert_string_equal(seen->body, "hello");
		assert_string_equal(canned_header(seen, "content-md5"), "XUFAKrxLKna5cZ2REBfFkg==");
		assert_string_equal(canned_header(seen, "content-type"), "text/plain");
		assert_string_equal(canned_header(seen, "cache-control"), "max-age=1");
		assert_string_equal(canned_header(seen, "content-encoding"), "gzip");
		assert_string_equal(canned_header(seen, google ? "x-goog-content-sha256" : "x-amz-content-sha256"),
				    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
		assert_memory_equal(canned_header(seen, "authorization"), google ? "GOOG4-HMAC" : "AWS4-HMAC-", 10);
		/* Google takes no request that speaks both languages. */
		assert_int_equal(strcasestr(seen->headers, "\r\nx-amz-") != NULL, !google);
		assert_non_null(canned_header(seen, google ? "x-goog-date" : "x-amz-date"));
		assert_null(canned_header(seen, "expect"));
		assert_null(canned_header(seen, "x-amz-checksum-sha256"));
		assert_non_null(strstr(canned_header(seen, "user-agent"), "mdstatic-publish/"));
		for (size_t k = 0; k < COUNT(all); k++) {
			bool wanted = header_rows[i].name && !strcmp(all[k], header_rows[i].name);

			assert_int_equal(canned_header(seen, all[k]) != NULL, wanted);
			if (wanted)
				assert_string_equal(canned_header(seen, all[k]), header_rows[i].value);
		}
	}
	s3_world_close(&w);
}

/* What the destination cannot do is not tried. */
static void test_unsupported(void **state)
{
	const struct dest_version none = { .etag = "" };
	struct s3_world w;
	struct dest_put p;

	s3_world_open(&w, NULL);
	p = s3_put_of(&w, "k", SLICE("hello"));
	p.condition = DEST_IF_ABSENT;
	w.t->claim = CLAIM_NONE;
	assert_int_equal(dest_write(w.t, &p, &w.d), 0);
	assert_int_equal(p.outcome, DEST_UNSUPPORTED);
	p.condition = DEST_IF_MATCH;
	p.version = &none;
	assert_int_equal(dest_write(w.t, &p, &w.d), 0);
	assert_int_equal(p.outcome, DEST_UNSUPPORTED);
	assert_int_equal(w.server.nseen, 0);
	s3_world_close(&w);
}

static void test_checksums(void **state)
{
	static const struct canned rules[] = { { NULL, NULL, 200, NULL, NULL, 0, WAY_ANSWER } };
	const struct dest_settings settings = { .checksums = true, .program = "me/2" };
	struct s3_world w;
	struct dest_put p;

	s3_world_open(&w, &settings);
	canned_rules(&w.server, rules, COUNT(rules));
	p = s3_put_of(&w, "k", SLICE("hello"));
	assert_int_equal(dest_write(w.t, &p, &w.d), 0);
	assert_string_equal(canned_header(&w.server.seen[0], "x-amz-checksum-sha256"),
			    "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
	assert_string_equal(canned_header(&w.server.seen[0], "user-agent"), "me/2");
	s3_world_close(&w);
}

/* Bytes that are not what they were when the tree was built are not sent, and that is no fault of the destination. */
static void test_changed(void **state)
{
	static const struct canned rules[] = { { NULL, NULL, 200, NULL, NULL, 0, WAY_ANSWER } };
	struct s3_world w;
	struct dest_put v[4];
	char path[128];

	s3_world_open(&w, NULL);
	canned_rules(&w.server, rules, COUNT(rules));
	snprintf(path, sizeof(path), "%s/file", w.dir);
	assert_int_equal(file_create(path, SLICE("hello"), 0644, &w.d), 0);
	for (size_t i = 0; i < COUNT(v); i++) {
		v[i] = s3_put_of(&w, i == 0 ? "same" : "other", SLICE("hello"));
		v[i].file = path;
		v[i].body = (struct slice){ NULL, 0 };
		w.t->ops->queue_put(w.t, &v[i]);
	}
	v[1].sha256[31] ^= 1;
	v[2].length = 6;
	v[3].file = "/nonexistent/file";
	assert_int_equal(dest_run(&w.t, 1, &w.d), -1);
	assert_int_equal(v[0].outcome, DEST_DONE);
	assert_int_equal(v[1].outcome, DEST_FAILED);
	assert_int_equal(v[2].outcome, DEST_FAILED);
	assert_int_equal(v[3].outcome, DEST_FAILED);
	assert_int_equal(w.server.nseen, 1);
	assert_int_equal(w.d.n, 3);
	assert_string_equal(w.d.v[0].at.path, path);
	assert_non_null(strstr(w.d.v[0].text, "changed since it was built"));
	assert_int_equal(unlink(path), 0);
	s3_world_close(&w);
}

/* --- batches -------------------------------------------------------------------------------------------------------------- */

/* What would be the same for every key is told once. */
static void test_told_once(void **state)
{
	static const struct {
		const char *name;
		struct canned rule;
		size_t most; /* requests */
	} cases[] = {
		{ "credentials", { NULL, NULL, 403, NULL, ERROR("InvalidAccessKeyId"), 0, WAY_ANSWER }, 8 },
		{ "bucket", { NULL, NULL, 404, NULL, ERROR("NoSuchBucket"), 0, WAY_ANSWER }, 8 },
		{ "region", { NULL, NULL, 301, NULL, ERROR("PermanentRedirect"), 0, WAY_ANSWER }, 8 },
		{ "token", { NULL, NULL, 400, NULL, ERROR("ExpiredToken"), 0, WAY_ANSWER }, 8 },
		{ "clock", { NULL, NULL, 403, NULL, ERROR("RequestTimeTooSkewed"), 0, WAY_ANSWER }, 8 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct s3_world w;
		struct dest_put v[100];

		print_message("%s\n", cases[i].name);
		s3_world_open(&w, NULL);
		canned_rules(&w.server, &cases[i].rule, 1);
		for (size_t k = 0; k < COUNT(v); k++) {
			v[k] = s3_put_of(&w, "k", SLICE("hello"));
			w.t->ops->queue_put(w.t, &v[k]);
		}
		assert_int_equal(dest_run(&w.t, 1, &w.d), -1);
		assert_int_equal(w.d.n, 1);
		assert_int_equal(diags_exit(&w.d), 3);
		assert_null(strstr(w.d.v[0].text, "secretsecret"));
		for (size_t k = 0; k < COUNT(v); k++)
			assert_int_equal(v[k].outcome, DEST_FAILED);
		assert_in_range(w.server.nseen, 1, cases[i].most);
		s3_world_close(&w);
	}
}

/* A server that nobody reaches, or that never gets anything done, is given up after a few keys. */
static void test_down(void **state)
{
	static const struct canned rules[] = {
		{ "PUT", NULL, 500, NULL, NULL, 0, WAY_ANSWER },
		{ "HEAD", NULL, 404, NULL, NULL, 0, WAY_ANSWER },
	};
	const struct dest_settings nobody = { .endpoint = "http://127.0.0.1:1", .attempts = 3, .connections = 2 };

	for (size_t down = 0; down < 2; down++) {
		struct s3_world w;
		struct dest_put v[50];

		s3_world_open(&w, down ? &nobody : NULL);
		canned_rules(&w.server, rules, COUNT(rules));
		for (size_t k = 0; k < COUNT(v); k++) {
			v[k] = s3_put_of(&w, "k", SLICE("hello"));
			w.t->ops->queue_put(w.t, &v[k]);
		}
		assert_int_equal(dest_run(&w.t, 1, &w.d), -1);
		assert_int_equal(w.d.n, down ? 1 : 3);
		assert_non_null(strstr(w.d.v[0].text, "gave up after"));
		for (size_t k = 0; k < COUNT(v); k++)
			assert_int_equal(v[k].outcome, DEST_FAILED);
		assert_true(w.server.nseen < 150);
		s3_world_close(&w);
	}
}

static void test_clock(void **state)
{
	static const struct canned rules[] = {
		{ "PUT", NULL, 403, "Date: Sat, 21 Nov 2037 08:00:00 GMT\r\n", ERROR("RequestTimeTooSkewed"), 1,
		  WAY_ANSWER },
		{ NULL, NULL, 200, NULL, NULL, 0, WAY_ANSWER },
	};
	struct s3_world w;
	struct dest_put v[3];

	s3_world_open(&w, &(struct dest_settings){ .connections = 1 });
	canned_rules(&w.server, rules, COUNT(rules));
	for (size_t k = 0; k < COUNT(v); k++) {
		v[k] = s3_put_of(&w, "k", SLICE("hello"));
		w.t->ops->queue_put(w.t, &v[k]);
	}
	assert_int_equal(dest_run(&w.t, 1, &w.d), 0);
	assert_int_equal(w.server.nseen, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(!memcmp(canned_header(&w.server.seen[i], "x-amz-date"), "20371121T08000", 14), i > 0);
	s3_world_close(&w);
}

/* An expired token is fetched anew, once for all who met it, where there is a process that may have a better one. */
static void test_token(void **state)
{
	static const struct canned rules[] = {
		{ NULL, NULL, 400, NULL, ERROR("ExpiredToken"), 4, WAY_ANSWER },
		{ NULL, NULL, 200, NULL, NULL, 0, WAY_ANSWER },
	};
	struct s3_world w;
	struct dest_put v[20];

	s3_world_open_profile(&w, "credential_process = n=$(cat '%s/n' 2>/dev/null || echo 1); echo $((n+1)) > '%s/n'; "
				  "printf '{\"Version\":1,\"AccessKeyId\":\"AK%%s\",\"SecretAccessKey\":\"s\","
				  "\"SessionToken\":\"T%%s\"}' $n $n");
	canned_rules(&w.server, rules, COUNT(rules));
	for (size_t i = 0; i < COUNT(v); i++) {
		v[i] = s3_put_of(&w, "k", SLICE("hello"));
		w.t->ops->queue_put(w.t, &v[i]);
	}
	assert_int_equal(dest_run(&w.t, 1, &w.d), 0);
	assert_int_equal(w.server.nseen, COUNT(v) + 4);
	for (size_t i = 0; i < w.server.nseen; i++) {
		const struct seen *seen = &w.server.seen[i];

		assert_string_equal(canned_header(seen, "x-amz-security-token"), i < 4 ? "T1" : "T2");
		assert_non_null(
			strstr(canned_header(seen, "authorization"), i < 4 ? "Credential=AK1/" : "Credential=AK2/"));
	}
	s3_world_close(&w);
}

/* What is started meanwhile (credential_process) has none of our connections. */
static void test_inherits_nothing(void **state)
{
	static const struct canned rules[] = { { NULL, NULL, 200, NULL, NULL, 0, WAY_ANSWER } };
	struct s3_world w;
	struct dest_put p;
	unsigned seen = 0;

	s3_world_open(&w, NULL);
	canned_rules(&w.server, rules, COUNT(rules));
	p = s3_put_of(&w, "k", SLICE("hello"));
	assert_int_equal(dest_write(w.t, &p, &w.d), 0);
	for (int fd = 3; fd < 256; fd++) {
		struct sockaddr_in peer = { .sin_family = AF_UNSPEC };
		socklen_t n = sizeof(peer);

		if (getpeername(fd, (struct sockaddr *)&peer, &n) || peer.sin_family != AF_INET)
			continue;
		seen++;
		assert_int_not_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	}
	assert_int_equal(seen, 2); /* ours, and the server's */
	s3_world_close(&w);
}

static void count_progress(void *ctx, const struct dest *t, uint64_t done, uint64_t queued, uint64_t bytes)
{
	uint64_t *seen = ctx;

	assert_true(done <= queued);
	seen[0] = done;
	seen[1] = queued;
	seen[2] = bytes;
}

/* Several destinations run side by side; one that fails does not hold up the other. */
static void test_two(void **state)
{
	static const struct canned rules[] = {
		{ "PUT", "/second/", 403, NULL, ERROR("AccessDenied"), 0, WAY_ANSWER },
		{ "PUT", NULL, 200, NULL, NULL, 0, WAY_ANSWER },
	};
	struct dest *both[2];
	struct s3_world w;
	struct dest_put v[2][20];
	uint64_t seen[3] = { 0 };

	s3_world_open(&w, NULL);
	canned_rules(&w.server, rules, COUNT(rules));
	both[0] = w.t;
	s3_world_second(&w, &both[1], "s3://second/x");
	both[0]->progress = count_progress;
	both[0]->progress_ctx = seen;
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < COUNT(v[k]); i++) {
			v[k][i] = s3_put_of(&w, "k", SLICE("hello"));
			both[k]->ops->queue_put(both[k], &v[k][i]);
		}
	}
	assert_int_equal(dest_run(both, 2, &w.d), -1);
	for (size_t i = 0; i < COUNT(v[0]); i++) {
		assert_int_equal(v[0][i].outcome, DEST_DONE);
		assert_int_equal(v[1][i].outcome, DEST_FAILED);
	}
	assert_int_equal(w.d.n, 1);
	assert_int_equal(both[0]->counts.puts, COUNT(v[0]));
	assert_int_equal(both[0]->counts.sent, 5 * COUNT(v[0]));
	assert_int_equal(both[0]->counts.connections, 4);
	assert_int_equal(seen[0], COUNT(v[0]));
	assert_int_equal(seen[1], COUNT(v[0]));
	assert_int_equal(seen[2], 5 * COUNT(v[0]));
	dest_close(both[1]);
	s3_world_close(&w);
}

/* --- reading -------------------------------------------------------------------------------------------------------------- */

#define X16        "xxxxxxxxxxxxxxxx"
#define X128       X16 X16 X16 X16 X16 X16 X16 X16
#define X1024      X128 X128 X128 X128 X128 X128 X128 X128
#define LONG_ERROR "<Error><Code>" X1024 X1024 "</Code><RequestId>" X1024 X1024 "</RequestId></Error>"

static const struct {
	const char *name;
	struct canned rules[3];
	int outcome;
	const char *methods, *body, *says;
} get_rows[] = {
	{ "there",
	  { { "GET", NULL, 200, HAS("5", OURS) "x-goog-generation: 12\r\n", "hello", 1, WAY_ANSWER } },
	  GET_FOUND,
	  "GET",
	  "hello",
	  NULL },
	{ "empty",
	  { { "GET", NULL, 200, HAS("0", OURS) "x-goog-generation: 12\r\n", "", 1, WAY_ANSWER } },
	  GET_FOUND,
	  "GET",
	  "",
	  NULL },
	{ "absent", { { "GET", NULL, 404, NULL, ERROR("NoSuchKey"), 1, WAY_ANSWER } }, GET_ABSENT, "GET", "", NULL },
	{ "no bucket",
	  { { "GET", NULL, 404, NULL, ERROR("NoSuchBucket"), 1, WAY_ANSWER } },
	  GET_FAILED,
	  "GET",
	  "",
	  "NoSuchBucket" },
	{ "forbidden",
	  { { "GET", NULL, 403, NULL, ERROR("AccessDenied"), 1, WAY_ANSWER } },
	  GET_FAILED,
	  "GET",
	  "",
	  "s3:ListBucket" },
	{ "too long",
	  { { "GET", NULL, 200, NULL, "@101", 1, WAY_ANSWER } },
	  GET_FAILED,
	  "GET",
	  "",
	  "longer than 100 bytes" },
	{ "cut, then whole",
	  { { "GET", NULL, 200, NULL, "@50", 1, WAY_CUT },
	    { "GET", NULL, 200, HAS("5", OURS) "x-goog-generation: 12\r\n", "hello", 1, WAY_ANSWER } },
	  GET_FOUND,
	  "GET GET",
	  "hello",
	  NULL },
	{ "busy, broken, there",
	  { { "GET", NULL, 500, NULL, NULL, 1, WAY_ANSWER },
	    { "GET", NULL, 0, NULL, NULL, 1, WAY_DROP },
	    { "GET", NULL, 200, HAS("5", OURS) "x-goog-generation: 12\r\n", "hello", 1, WAY_ANSWER } },
	  GET_FOUND,
	  "GET GET GET",
	  "hello",
	  NULL },
	{ "an ETag that is no text",
	  { { "GET", NULL, 200, "ETag: \"a\rx: y\"\r\nx-goog-generation: 1\t2\r\n", "hello", 1, WAY_ANSWER } },
	  GET_FOUND,
	  "GET",
	  "hello",
	  NULL },
	{ "a code without end",
	  { { "GET", NULL, 418, NULL, LONG_ERROR, 1, WAY_ANSWER } },
	  GET_FAILED,
	  "GET",
	  "",
	  "418" },
	{ "odd", { { "GET", NULL, 418, NULL, NULL, 1, WAY_ANSWER } }, GET_FAILED, "GET", "", "418" },
};

static void test_get(void **state)
{

	for (size_t i = 0; i < COUNT(get_rows); i++) {
		struct s3_world w;
		struct dest_get g = { .key = "k", .limit = 100 };
		bool text;

		print_message("%s\n", get_rows[i].name);
		s3_world_open(&w, NULL);
		canned_rules(&w.server, get_rows[i].rules, COUNT(get_rows[i].rules));
		assert_int_equal(dest_read(w.t, &g, &w.d), get_rows[i].outcome == GET_FAILED ? -1 : 0);
		assert_string_equal(canned_methods(&w.server), get_rows[i].methods);
		assert_int_equal(g.outcome, get_rows[i].outcome);
		assert_true(slice_eqs(strbuf_slice(&g.body), get_rows[i].body));
		text = g.outcome == GET_FOUND && !strstr(get_rows[i].name, "no text");
		assert_string_equal(g.version.etag, text ? OURS : "");
		assert_string_equal(g.version.generation, text ? "12" : "");
		assert_true(w.d.n == 0 || strlen(w.d.v[0].text) < 1024);
		if (get_rows[i].says)
			assert_non_null(strstr(w.d.v[0].text, get_rows[i].says));
		strbuf_release(&g.body);
		s3_world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_checksums),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_told_once),
		cmocka_unit_test(test_down),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_inherits_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
