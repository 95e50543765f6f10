#include "canned.h"

#include "publish/http.h"

struct ask {
	struct http_request r; /* first */
	struct http_lane *lane;
	const char *method, *url;
	struct slice body;
	bool refuse;    /* in prepare() */
	unsigned again; /* so often, later */
	int64_t retry_after;
	bool stop;     /* the lane, when it is done */
	unsigned ends; /* calls of done() */
	struct http_reply reply;
	char why[256];
	struct strbuf got;
};

static int prepare(struct http_request *r, struct http_out *o)
{
	struct ask *a = (struct ask *)r;

	if (a->refuse)
		return -1;
	o->method = a->method;
	o->url = a->url;
	o->body = a->body;
	http_line(o, "x-test", SLICE("1"));
	http_line(o, "expect", SLICE(""));
	return 0;
}

static void done(struct http_request *r, struct http_reply *reply)
{
	struct ask *a = (struct ask *)r;

	a->ends++;
	strbuf_release(&a->got);
	a->reply = *reply;
	a->got = *reply->body;
	*reply->body = (struct strbuf)STRBUF_INIT;
	snprintf(a->why, sizeof(a->why), "%s", reply->why ? reply->why : "");
	if (a->stop)
		http_lane_stop(a->lane);
	if (a->again > 0) {
		a->again--;
		http_submit_later(a->lane, &a->r, a->ends, a->retry_after);
	}
}

struct world {
	struct canned_server server;
	struct diags d;
	struct http *http;
	struct http_lane *lane;
	char url[256];
};

static struct world *open_world(struct world *w, unsigned connections)
{
	const struct http_settings settings = { .seed = 1, .stall_s = 1, .first_ms = 1 };

	canned_start(&w->server);
	w->d = (struct diags)DIAGS_INIT;
	assert_int_equal(http_new(&w->http, &settings, &w->d), 0);
	assert_int_equal(http_lane_new(&w->lane, w->http, connections, "tester/1"), 0);
	snprintf(w->url, sizeof(w->url), "http://127.0.0.1:%d/a/../b", w->server.port);
	return w;
}

static void close_world(struct world *w)
{
	http_lane_free(w->lane);
	http_free(w->http);
	canned_stop(&w->server);
	diags_release(&w->d);
}

static struct ask ask_of(struct world *w, const char *method, struct slice body)
{
	struct ask a = { .lane = w->lane, .method = method, .url = w->url, .body = body, .retry_after = -1 };

	a.r.prepare = prepare;
	a.r.done = done;
	a.r.limit = 1000;
	return a;
}

/* Many requests, few connections; nothing that a signature would have to know is added. */
static void test_kept(void **state)
{
	static const struct canned rules[] = { { "PUT", NULL, 200, NULL, "thanks", 0, WAY_ANSWER } };
	struct world w;
	struct ask v[100];

	open_world(&w, 4);
	canned_rules(&w.server, rules, COUNT(rules));
	for (size_t round = 0; round < 2; round++) {
		for (size_t i = 0; i < COUNT(v); i++) {
			v[i] = ask_of(&w, "PUT", SLICE("hello"));
			http_submit(w.lane, &v[i].r);
		}
		http_run(w.http);
		for (size_t i = 0; i < COUNT(v); i++) {
			assert_int_equal(v[i].ends, 1);
			assert_int_equal(v[i].reply.end, HTTP_ANSWERED);
			assert_int_equal(v[i].reply.status, 200);
			assert_int_equal(v[i].reply.sent, 5);
			assert_true(slice_eqs(strbuf_slice(&v[i].got), "thanks"));
			strbuf_release(&v[i].got);
		}
	}
	assert_int_equal(w.server.nseen, 2 * COUNT(v));
	assert_int_equal(w.server.accepted, 4);
	assert_int_equal(http_lane_connections(w.lane), 4);
	for (size_t i = 0; i < w.server.nseen; i++) {
		const struct seen *seen = &w.server.seen[i];

		assert_string_equal(seen->target, "/a/../b");
		assert_string_equal(seen->body, "hello");
		assert_null(canned_header(seen, "expect"));
		assert_null(canned_header(seen, "transfer-encoding"));
		assert_null(canned_header(seen, "content-type"));
		assert_string_equal(canned_header(seen, "user-agent"), "tester/1");
		assert_string_equal(canned_header(seen, "x-test"), "1");
	}
	close_world(&w);
}

static void test_replies(void **state)
{
	static const struct {
		const char *name;
		struct canned rule;
		enum http_end end;
		int status;
		size_t body;
		bool over;
	} cases[] = {
		{ "empty", { NULL, NULL, 204, NULL, NULL, 0, WAY_ANSWER }, HTTP_ANSWERED, 204, 0, false },
		{ "at the limit", { NULL, NULL, 200, NULL, "@1000", 0, WAY_ANSWER }, HTTP_ANSWERED, 200, 1000, false },
		{ "above it", { NULL, NULL, 200, NULL, "@1001", 0, WAY_ANSWER }, HTTP_ANSWERED, 200, 1000, true },
		{ "without end", { NULL, NULL, 200, NULL, "@9000000", 0, WAY_ANSWER }, HTTP_ANSWERED, 200, 1000, true },
		{ "an error's page",
		  { NULL, NULL, 500, NULL, "@60000", 0, WAY_ANSWER },
		  HTTP_ANSWERED,
		  500,
		  60000,
		  false },
		{ "a huge one", { NULL, NULL, 500, NULL, "@9000000", 0, WAY_ANSWER }, HTTP_ANSWERED, 500, 65536, true },
		{ "a redirect",
		  { NULL, NULL, 301, "Location: http://127.0.0.1:1/\r\n", NULL, 0, WAY_ANSWER },
		  HTTP_ANSWERED,
		  301,
		  0,
		  false },
		{ "cut", { NULL, NULL, 200, NULL, "@1000", 0, WAY_CUT }, HTTP_BROKEN, 200, 500, false },
		{ "dropped", { NULL, NULL, 200, NULL, NULL, 0, WAY_DROP }, HTTP_BROKEN, 0, 0, false },
		{ "silent", { NULL, NULL, 200, NULL, NULL, 0, WAY_STALL }, HTTP_BROKEN, 0, 0, false },
		{ "no HTTP", { NULL, NULL, 200, "garbage\r\n", "x", 0, WAY_ANSWER }, HTTP_BROKEN, 200, 0, false },
	};
	static const char *const methods[] = { "GET", "PUT" };

	for (size_t i = 0; i < COUNT(cases); i++) {
		for (size_t m = 0; m < COUNT(methods); m++) {
			struct world w;
			struct ask a;

			print_message("%s, %s\n", cases[i].name, methods[m]);
			open_world(&w, 1);
			canned_rules(&w.server, &cases[i].rule, 1);
			a = ask_of(&w, methods[m], m ? SLICE("bytes") : SLICE(""));
			http_submit(w.lane, &a.r);
			http_run(w.http);
			assert_int_equal(a.ends, 1);
			assert_int_equal(a.reply.end, cases[i].end);
			assert_int_equal(a.reply.status, cases[i].status);
			assert_int_equal(a.got.n, cases[i].body);
			assert_int_equal(a.reply.over, cases[i].over);
			assert_int_equal(a.reply.end == HTTP_ANSWERED, a.why[0] == '\0');
			assert_int_equal(w.server.nseen, 1); /* libcurl repeats nothing on its own */
			strbuf_release(&a.got);
			close_world(&w);
		}
	}
}

static void test_headers(void **state)
{
	static const struct canned rules[] = {
		{ "HEAD", NULL, 200,
		  "ETag: W/\"abc\"\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nlast-modified: Sun, 06 Nov 1994 08:49:36 "
		  "GMT\r\n"
		  "X-Goog-Generation: 1234567890123456\r\nContent-Length: 77\r\nRetry-After: 7\r\n"
		  "x-amz-request-id: tx1\r\nx-amz-bucket-region: eu-west-3\r\n",
		  NULL, 1, WAY_ANSWER },
		{ "HEAD", NULL, 200, "ETag: unquoted\r\nDate: yesterday\r\nRetry-After: soon\r\n", NULL, 1,
		  WAY_ANSWER },
		{ "HEAD", NULL, 200,
		  "ETag: \"12345678901234567890123456789012345678901234567890123456789012345678901234567890"
		  "123456789012345678901234567890123456789012345678901\"\r\n",
		  NULL, 1, WAY_ANSWER },
	};
	struct world w;
	struct ask v[3];

	open_world(&w, 1);
	canned_rules(&w.server, rules, COUNT(rules));
	for (size_t i = 0; i < COUNT(v); i++) {
		v[i] = ask_of(&w, "HEAD", SLICE(""));
		http_submit(w.lane, &v[i].r);
	}
	http_run(w.http);
	assert_string_equal(v[0].reply.etag, "abc");
	assert_int_equal(v[0].reply.date, 784111777);
	assert_int_equal(v[0].reply.modified, 784111776);
	assert_string_equal(v[0].reply.generation, "1234567890123456");
	assert_true(v[0].reply.has_length);
	assert_int_equal(v[0].reply.length, 77);
	assert_int_equal(v[0].reply.retry_after, 7);
	assert_string_equal(v[0].reply.request_id, "tx1");
	assert_string_equal(v[0].reply.region, "eu-west-3");
	assert_string_equal(v[1].reply.etag, "unquoted");
	assert_int_equal(v[1].reply.date, 0);
	assert_int_equal(v[1].reply.retry_after, -1);
	assert_string_equal(v[1].reply.generation, ""); /* of the reply before */
	assert_string_equal(v[2].reply.etag, "");       /* too long to be kept */
	close_world(&w);
}

static void test_unsent(void **state)
{
	static const struct canned rules[] = { { NULL, NULL, 200, NULL, NULL, 0, WAY_ANSWER } };
	static const struct {
		const char *url;
		enum http_end end;
	} cases[] = {
		{ "http://127.0.0.1:1/", HTTP_UNREACHED },
		{ "http://no.such.host.invalid/", HTTP_UNREACHED },
		{ "ftp://127.0.0.1/", HTTP_DISTRUSTED },
		{ "file:///etc/passwd", HTTP_DISTRUSTED },
	};
	struct world w;
	struct ask v[4];

	open_world(&w, 1);
	canned_rules(&w.server, rules, COUNT(rules));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ask a = ask_of(&w, "GET", SLICE(""));

		print_message("%s\n", cases[i].url);
		a.url = cases[i].url;
		http_submit(w.lane, &a.r);
		http_run(w.http);
		assert_int_equal(a.reply.end, cases[i].end);
		assert_int_equal(a.ends, 1);
		assert_true(a.why[0] != '\0');
	}
	for (size_t i = 0; i < COUNT(v); i++) {
		v[i] = ask_of(&w, "GET", SLICE(""));
		http_submit(w.lane, &v[i].r);
	}
	v[0].refuse = true;
	v[1].stop = true;
	http_run(w.http);
	assert_int_equal(v[0].reply.end, HTTP_UNSENT);
	assert_int_equal(v[1].reply.end, HTTP_ANSWERED);
	assert_int_equal(v[2].reply.end, HTTP_UNSENT);
	assert_int_equal(v[3].reply.end, HTTP_UNSENT);
	assert_int_equal(w.server.nseen, 1);
	http_submit(w.lane, &v[2].r); /* the next run begins anew */
	http_run(w.http);
	assert_int_equal(v[2].reply.end, HTTP_ANSWERED);
	close_world(&w);
}

/* Later ones come back; what is submitted first goes first; two lanes run side by side. */
static void test_order(void **state)
{
	static const struct canned rules[] = { { NULL, NULL, 200, NULL, NULL, 0, WAY_ANSWER } };
	struct http_lane *second = NULL;
	struct world w;
	struct ask v[3], other;

	open_world(&w, 1);
	canned_rules(&w.server, rules, COUNT(rules));
	assert_int_equal(http_lane_new(&second, w.http, 2, "tester/2"), 0);
	v[0] = ask_of(&w, "GET", SLICE(""));
	v[1] = ask_of(&w, "PUT", SLICE(""));
	v[2] = ask_of(&w, "DELETE", SLICE(""));
	v[0].again = 3;
	for (size_t i = 0; i < COUNT(v); i++)
		http_submit_first(w.lane, &v[i].r);
	other = ask_of(&w, "POST", SLICE("x"));
	other.lane = second;
	http_submit(second, &other.r);
	http_run(w.http);
	assert_int_equal(v[0].ends, 4);
	assert_int_equal(other.ends, 1);
	assert_int_equal(w.server.nseen, 7);
	assert_true(strstr(canned_methods(&w.server), "DELETE") < strstr(canned_methods(&w.server), "PUT"));
	assert_true(strstr(canned_methods(&w.server), "PUT") < strstr(canned_methods(&w.server), "GET"));
	http_lane_free(second);
	close_world(&w);
}

/* While many fail, no more of them wait than there are connections: the others have not begun. */
static void test_waiting(void **state)
{
	static const struct canned rules[] = { { NULL, NULL, 200, NULL, NULL, 0, WAY_ANSWER } };
	static char urls[40][256];
	struct world w;
	struct ask v[COUNT(urls)];

	open_world(&w, 2);
	canned_rules(&w.server, rules, COUNT(rules));
	for (size_t i = 0; i < COUNT(v); i++) {
		snprintf(urls[i], sizeof(urls[i]), "http://127.0.0.1:%d/%zu", w.server.port, i);
		v[i] = ask_of(&w, "GET", SLICE(""));
		v[i].url = urls[i];
		v[i].again = 1;
		v[i].retry_after = i < 2;
		http_submit(w.lane, &v[i].r);
	}
	http_run(w.http);
	assert_int_equal(w.server.nseen, 2 * COUNT(v));
	assert_true(!strcmp(w.server.seen[2].target, "/0") || !strcmp(w.server.seen[2].target, "/1"));
	close_world(&w);
}

/* What waits for a time far away ends at once when the lane is stopped. */
static void test_stopped_waiting(void **state)
{
	static const struct canned rules[] = { { NULL, NULL, 200, NULL, NULL, 0, WAY_ANSWER } };
	int64_t begun = http_clock();
	struct world w;
	struct ask v[2];

	open_world(&w, 2);
	canned_rules(&w.server, rules, COUNT(rules));
	for (size_t i = 0; i < COUNT(v); i++)
		v[i] = ask_of(&w, "GET", SLICE(""));
	v[0].again = 1;
	v[0].retry_after = 20;
	v[1].stop = true;
	http_submit_later(w.lane, &v[1].r, 9, -1);
	http_submit(w.lane, &v[0].r);
	http_run(w.http);
	assert_int_equal(v[0].ends, 2);
	assert_int_equal(v[0].reply.end, HTTP_UNSENT);
	assert_true(http_clock() - begun < 10000);
	close_world(&w);
}

/* A kept connection that breaks after the request: libcurl would repeat it, behind the back of whoever has to settle what it did. */
static void test_no_repetition(void **state)
{
	static const struct canned rules[] = {
		{ NULL, NULL, 200, NULL, NULL, 1, WAY_ANSWER },
		{ NULL, NULL, 200, NULL, NULL, 1, WAY_DROP },
		{ NULL, NULL, 200, NULL, NULL, 0, WAY_ANSWER },
	};
	struct world w;

	open_world(&w, 1);
	canned_rules(&w.server, rules, COUNT(rules));
	for (size_t i = 0; i < COUNT(rules); i++) {
		struct ask a = ask_of(&w, "PUT", SLICE("bytes"));

		http_submit(w.lane, &a.r);
		http_run(w.http);
		assert_int_equal(a.ends, 1);
		assert_int_equal(a.reply.end, i == 1 ? HTTP_BROKEN : HTTP_ANSWERED);
		assert_int_equal(w.server.nseen, i + 1);
	}
	close_world(&w);
}

/* An answer in the middle of a large body, after which the connection breaks, is an answer or is open, and is never repeated. */
static void test_early(void **state)
{
	static const struct canned rules[] = { { NULL, NULL, 403, NULL, "no", 0, WAY_EARLY } };
	static char body[1 << 20];
	struct world w;
	struct ask v[8];

	open_world(&w, 2);
	canned_rules(&w.server, rules, COUNT(rules));
	for (size_t i = 0; i < COUNT(v); i++) {
		v[i] = ask_of(&w, "PUT", slice_bytes(body, sizeof(body)));
		http_submit(w.lane, &v[i].r);
	}
	http_run(w.http);
	for (size_t i = 0; i < COUNT(v); i++) {
		assert_int_equal(v[i].ends, 1);
		assert_true(v[i].reply.end == HTTP_ANSWERED || v[i].reply.end == HTTP_BROKEN);
		strbuf_release(&v[i].got);
	}
	assert_in_range(w.server.nseen, 1, COUNT(v));
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),          cmocka_unit_test(test_replies),
		cmocka_unit_test(test_headers),       cmocka_unit_test(test_unsent),
		cmocka_unit_test(test_order),         cmocka_unit_test(test_early),
		cmocka_unit_test(test_waiting),       cmocka_unit_test(test_stopped_waiting),
		cmocka_unit_test(test_no_repetition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
