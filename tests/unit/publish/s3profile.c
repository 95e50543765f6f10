/* Destinations that are reached in different ways in one run: "?profile=NAME" and custom domains. */
#include "canned.h"

#include "publish/s3call.h"
#include "s3world.h"

static const struct canned taken[] = { { "PUT", NULL, 200, NULL, NULL, 0, WAY_ANSWER } };

/* A service with a profile of its own, beside one that the environment names. */
struct pair {
	struct s3_world w;
	struct canned_server second;
};

static void pair_open(struct pair *p)
{
	struct strbuf text = STRBUF_INIT;
	char path[80];

	s3_world_open(&p->w, &(struct dest_settings){ .region = "r-option", .attempts = 2 });
	canned_start(&p->second);
	canned_rules(&p->w.server, taken, COUNT(taken));
	canned_rules(&p->second, taken, COUNT(taken));
	strbuf_addf(&text,
		    "[profile second]\naws_access_key_id = SECOND\naws_secret_access_key = other\n"
		    "region = r-second\nendpoint_url = http://127.0.0.1:%d\n"
		    "[profile amazon]\naws_access_key_id = AMAZON\naws_secret_access_key = other\n"
		    "[profile empty]\nregion = r-empty\n",
		    p->second.port);
	snprintf(path, sizeof(path), "%s/config", p->w.dir);
	assert_int_equal(file_create(path, strbuf_slice(&text), 0600, &p->w.d), 0);
	strbuf_release(&text);
	setenv("AWS_CONFIG_FILE", path, 1);
	setenv("AWS_ENDPOINT_URL", p->w.endpoint, 1);
	setenv("AWS_ENDPOINT_URL_S3", p->w.endpoint, 1);
	setenv("AWS_SESSION_TOKEN", "token-of-the-environment", 1);
	setenv("AWS_PROFILE", "empty", 1);
}

static void pair_close(struct pair *p)
{
	static const char *const names[] = { "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN",
					     "AWS_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" };

	for (size_t i = 0; i < COUNT(names); i++)
		unsetenv(names[i]);
	canned_stop(&p->second);
	s3_world_close(&p->w);
}

/* Options and variables are about the other destination; both directions. */
static void test_own_profile(void **state)
{
	const struct dest_settings settings = {
		.region = "r-option", .profile = "amazon", .custom_domain = true, .attempts = 2
	};
	struct dest *both[2];
	struct dest_put v[2];
	struct pair p;

	pair_open(&p);
	setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
	both[0] = p.w.t;
	assert_int_equal(dest_open(&both[1], "s3://other/p?profile=second", &settings, p.w.http, &p.w.d), 0);
	assert_string_equal(both[1]->name, "s3://other/p?profile=second");
	for (size_t i = 0; i < 2; i++) {
		v[i] = s3_put_of(&p.w, "k", SLICE("hello"));
		both[i]->ops->queue_put(both[i], &v[i]);
	}
	assert_int_equal(dest_run(both, 2, &p.w.d), 0);
	assert_int_equal(p.w.server.nseen, 1);
	assert_string_equal(p.w.server.seen[0].target, "/bucket/pre/k");
	assert_non_null(strstr(canned_header(&p.w.server.seen[0], "authorization"), "Credential=AKID/"));
	assert_non_null(strstr(canned_header(&p.w.server.seen[0], "authorization"), "/r-option/s3/"));
	assert_int_equal(p.second.nseen, 1);
	assert_string_equal(p.second.seen[0].target, "/other/p/k");
	assert_non_null(strstr(canned_header(&p.second.seen[0], "authorization"), "Credential=SECOND/"));
	assert_non_null(strstr(canned_header(&p.second.seen[0], "authorization"), "/r-second/s3/"));
	assert_null(canned_header(&p.second.seen[0], "x-amz-security-token"));
	dest_close(both[1]);
	pair_close(&p);
}

/* A profile without an endpoint means Amazon's, and one without a region Amazon's first. */
static void test_defaults(void **state)
{
	const struct dest_settings settings = { .region = "r-option", .path_style = true };
	struct dest *t;
	struct pair p;

	pair_open(&p);
	assert_int_equal(dest_open(&t, "s3://other?profile=amazon", &settings, p.w.http, &p.w.d), 0);
	assert_string_equal(((struct s3 *)t)->endpoint.host, "other.s3.us-east-1.amazonaws.com");
	assert_string_equal(((struct s3 *)t)->credentials.id, "AMAZON");
	assert_null(((struct s3 *)t)->credentials.token);
	dest_close(t);
	pair_close(&p);
}

/* Keys of the environment never stand in for those that a profile does not have. */
static void test_missing(void **state)
{
	static const struct {
		const char *url, *says;
	} cases[] = {
		{ "s3://other/p?profile=nobody", "there is no profile \"nobody\"" },
		{ "s3://other/p?profile=secnd", "did you mean \"second\"" },
		{ "s3://other/p?profile=empty", "there are no credentials" },
		{ "s3://other/p?profile=", "has a query that is not" },
		{ "s3://other/p?x=1&profile=second", "has a query that is not" },
	};
	const struct dest_settings settings = { .attempts = 2 };
	struct dest *t;
	struct pair p;

	pair_open(&p);
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].url);
		assert_int_equal(dest_open(&t, cases[i].url, &settings, p.w.http, &p.w.d), -1);
		assert_int_equal(p.w.d.n, i + 1);
		assert_non_null(strstr(p.w.d.v[i].text, cases[i].says));
		assert_null(strstr(p.w.d.v[i].text, "secretsecret"));
	}
	assert_int_equal(p.w.server.nseen + p.second.nseen, 0);
	pair_close(&p);
}

/* What is to be changed stands in the profile: options are not about this destination. */
static void test_region(void **state)
{
	static const struct canned rules[] = {
		{ "PUT", NULL, 301, "x-amz-bucket-region: eu-west-3\r\n", NULL, 0, WAY_ANSWER },
	};
	const struct dest_settings settings = { .attempts = 2 };
	struct dest_put v;
	struct dest *t;
	struct pair p;

	pair_open(&p);
	canned_rules(&p.second, rules, COUNT(rules));
	assert_int_equal(dest_open(&t, "s3://other/p?profile=second", &settings, p.w.http, &p.w.d), 0);
	v = s3_put_of(&p.w, "k", SLICE("hello"));
	assert_int_equal(dest_write(t, &v, &p.w.d), -1);
	assert_non_null(strstr(p.w.d.v[0].text, "region = eu-west-3 in profile \"second\""));
	assert_null(strstr(p.w.d.v[0].text, "--region"));
	dest_close(t);
	pair_close(&p);
}

static void test_custom_domain(void **state)
{
	static const struct canned rules[] = {
		{ "PUT", NULL, 200, NULL, NULL, 0, WAY_ANSWER },
		{ "GET", NULL, 200, NULL, "<ListBucketResult></ListBucketResult>", 0, WAY_ANSWER },
	};
	struct dest_listing l = DEST_LISTING_INIT;
	struct s3_world w;
	struct dest_put p;
	struct dest *t;

	s3_world_open(&w, &(struct dest_settings){ .custom_domain = true, .attempts = 2 });
	canned_rules(&w.server, rules, COUNT(rules));
	p = s3_put_of(&w, "k", SLICE("hello"));
	assert_int_equal(dest_write(w.t, &p, &w.d), 0);
	assert_string_equal(w.server.seen[0].target, "/pre/k");
	assert_string_equal(canned_header(&w.server.seen[0], "host"), w.endpoint + strlen("http://"));
	assert_int_equal(w.t->ops->list(w.t, &l, (const char *const[]){ "" }, 1, &w.d), 0);
	assert_memory_equal(w.server.seen[1].target, "/?encoding-type=url&list-type=2", 31);
	assert_int_equal(dest_open(&t, "s3://bucket/x", &(struct dest_settings){ .custom_domain = true }, w.http, &w.d),
			 -1);
	assert_non_null(strstr(w.d.v[0].text, "a custom domain needs --endpoint"));
	dest_listing_release(&l);
	s3_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_profile),   cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_missing),       cmocka_unit_test(test_region),
		cmocka_unit_test(test_custom_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
