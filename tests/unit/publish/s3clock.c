/* What is signed and what is sent name the same second, whenever the clock ticks: each look at it is a second later here. */
#include "canned.h"

#include <time.h>

#include "base/instant.h"
#include "publish/sigv4.h"
#include "s3world.h"

static time_t now = 1795305590; /* 2026-11-21T23:59:50Z */

time_t time(time_t *out)
{
	time_t t = now++;

	if (out)
		*out = t;
	return t;
}

static int64_t sent_time(const struct seen *seen)
{
	const char *date = canned_header(seen, "x-amz-date");
	char iso[32];
	int64_t t;

	assert_non_null(date);
	snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", date, date + 4, date + 6, date + 9, date + 11,
		 date + 13);
	assert_true(instant_parse(&t, slice_of(iso)));
	return t;
}

/* As the server does: from the request alone. */
static void assert_signed(const struct seen *seen)
{
	char id[] = "AKID", secret[] = "secretsecret", names[256], payload[128];
	static char values[16][1024];
	const struct credentials c = { .id = id, .secret = secret };
	struct sigv4_header headers[16];
	struct sigv4_request r = { .method = seen->method, .path = slice_of(seen->target), .headers = headers };
	struct sigv4_key key = { .id = NULL };
	struct strbuf wanted = STRBUF_INIT;

	snprintf(names, sizeof(names), "%s", strstr(canned_header(seen, "authorization"), "SignedHeaders=") + 14);
	*strchr(names, ',') = '\0';
	snprintf(payload, sizeof(payload), "%s", canned_header(seen, "x-amz-content-sha256"));
	r.payload_hex = payload;
	for (char *rest = names, *name; (name = strsep(&rest, ";")); r.nheaders++) {
		snprintf(values[r.nheaders], sizeof(values[0]), "%s", canned_header(seen, name));
		headers[r.nheaders] = (struct sigv4_header){ slice_of(name), slice_of(values[r.nheaders]) };
	}
	r.time = sent_time(seen);
	assert_int_equal(sigv4_authorization(&wanted, &key, &c, "us-east-1", &r), 0);
	assert_string_equal(canned_header(seen, "authorization"), wanted.p);
	strbuf_release(&wanted);
	sigv4_key_wipe(&key);
}

static void test_one_second(void **state)
{
	static const struct canned rules[] = { { NULL, NULL, 200, NULL, NULL, 0, WAY_ANSWER } };
	struct s3_world w;
	int64_t day = 0;

	s3_world_open(&w, NULL);
	canned_rules(&w.server, rules, COUNT(rules));
	for (size_t i = 0; i < 20; i++) {
		struct dest_put p = s3_put_of(&w, "k", SLICE("hello"));

		assert_int_equal(dest_write(w.t, &p, &w.d), 0);
		assert_signed(&w.server.seen[i]);
		if (i == 0)
			day = sent_time(&w.server.seen[i]) / 86400;
	}
	assert_int_equal(sent_time(&w.server.seen[19]) / 86400, day + 1); /* the day's key was another one */
	s3_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
