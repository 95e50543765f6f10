#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "publish/endpoint.h"

/* --- what is taken ----------------------------------------------------------------------------------------------------- */

static const struct {
	const char *url, *server, *region;
	enum endpoint_style style;
	const char *object; /* URL of the key "a b" */
	const char *bucket; /* URL of the bucket itself, with the query "list-type=2" */
} good[] = {
	/* Amazon */
	{ "s3://releases", NULL, "us-east-1", false, "https://releases.s3.us-east-1.amazonaws.com/a%20b",
	  "https://releases.s3.us-east-1.amazonaws.com/?list-type=2" },
	{ "s3://releases/", NULL, "cn-north-1", false, "https://releases.s3.cn-north-1.amazonaws.com.cn/a%20b",
	  "https://releases.s3.cn-north-1.amazonaws.com.cn/?list-type=2" },
	{ "s3://releases/mds/v1", NULL, "us-east-1", true, "https://s3.us-east-1.amazonaws.com/releases/mds/v1/a%20b",
	  "https://s3.us-east-1.amazonaws.com/releases?list-type=2" },
	{ "s3://releases.example.com/x/", NULL, "eu-west-1", false,
	  "https://s3.eu-west-1.amazonaws.com/releases.example.com/x/a%20b",
	  "https://s3.eu-west-1.amazonaws.com/releases.example.com?list-type=2" },
	/* others */
	{ "s3://releases/p", "https://s3.oss-cn-hangzhou.aliyuncs.com", "cn-hangzhou", false,
	  "https://releases.s3.oss-cn-hangzhou.aliyuncs.com/p/a%20b",
	  "https://releases.s3.oss-cn-hangzhou.aliyuncs.com/?list-type=2" },
	{ "s3://releases", "https://0123abcd.r2.cloudflarestorage.com/", "auto", true,
	  "https://0123abcd.r2.cloudflarestorage.com/releases/a%20b",
	  "https://0123abcd.r2.cloudflarestorage.com/releases?list-type=2" },
	{ "s3://releases", "storage.googleapis.com", "auto", false, "https://releases.storage.googleapis.com/a%20b",
	  "https://releases.storage.googleapis.com/?list-type=2" },
	{ "s3://my.releases", "http://s3.example.com", "r", STYLE_AUTO, "http://my.releases.s3.example.com/a%20b",
	  "http://my.releases.s3.example.com/?list-type=2" },
	/* what cannot carry a bucket in front */
	{ "s3://releases", "http://127.0.0.1:9000", "r", STYLE_AUTO, "http://127.0.0.1:9000/releases/a%20b",
	  "http://127.0.0.1:9000/releases?list-type=2" },
	{ "s3://releases", "http://[::1]:9000/", "r", STYLE_AUTO, "http://[::1]:9000/releases/a%20b",
	  "http://[::1]:9000/releases?list-type=2" },
	{ "s3://releases", "http://[::ffff:10.0.0.1]", "r", STYLE_AUTO, "http://[::ffff:10.0.0.1]/releases/a%20b",
	  "http://[::ffff:10.0.0.1]/releases?list-type=2" },
	{ "s3://releases", "https://[2001:db8::1]", "r", STYLE_AUTO, "https://[2001:db8::1]/releases/a%20b",
	  "https://[2001:db8::1]/releases?list-type=2" },
	{ "s3://releases", "localhost:9000", "r", STYLE_AUTO, "https://localhost:9000/releases/a%20b",
	  "https://localhost:9000/releases?list-type=2" },
	{ "s3://Old_Bucket", "http://minio", "r", STYLE_AUTO, "http://minio/Old_Bucket/a%20b",
	  "http://minio/Old_Bucket?list-type=2" },
	{ "s3://releases", "http://s3.localhost:7480", "r", STYLE_AUTO, "http://releases.s3.localhost:7480/a%20b",
	  "http://releases.s3.localhost:7480/?list-type=2" },
	{ "s3://Old_Bucket", "https://s3.example.com", "r", STYLE_PATH, "https://s3.example.com/Old_Bucket/a%20b",
	  "https://s3.example.com/Old_Bucket?list-type=2" },
	/* ports, paths, case */
	{ "s3://abc", "HTTPS-is-a-host.example.com:443", "r", STYLE_AUTO,
	  "https://abc.https-is-a-host.example.com/a%20b", "https://abc.https-is-a-host.example.com/?list-type=2" },
	{ "s3://abc", "http://S3.Example.com:80/", "r", STYLE_AUTO, "http://abc.s3.example.com/a%20b",
	  "http://abc.s3.example.com/?list-type=2" },
	{ "s3://abc", "https://s3.example.com:80", "r", STYLE_AUTO, "https://abc.s3.example.com:80/a%20b",
	  "https://abc.s3.example.com:80/?list-type=2" },
	{ "s3://abc/x", "https://example.com/storage/v1/s3/", "r", STYLE_PATH,
	  "https://example.com/storage/v1/s3/abc/x/a%20b", "https://example.com/storage/v1/s3/abc?list-type=2" },
	/* the endpoint is the bucket's own */
	{ "s3://abc/x", "https://files.example.com", "r", STYLE_DOMAIN, "https://files.example.com/x/a%20b",
	  "https://files.example.com/?list-type=2" },
	{ "s3://Old_Bucket", "http://10.0.0.1:9000/base", "r", STYLE_DOMAIN, "http://10.0.0.1:9000/base/a%20b",
	  "http://10.0.0.1:9000/base/?list-type=2" },
	/* a profile of its own is no part of the place */
	{ "s3://abc/x?profile=r2", NULL, "r", STYLE_PATH, "https://s3.r.amazonaws.com/abc/x/a%20b",
	  "https://s3.r.amazonaws.com/abc?list-type=2" },
	{ "s3://abc?profile=a?b", NULL, "r", STYLE_PATH, "https://s3.r.amazonaws.com/abc/a%20b",
	  "https://s3.r.amazonaws.com/abc?list-type=2" },
	/* prefixes stay as they are */
	{ "s3://abc//x//y//", NULL, "r", STYLE_PATH, "https://s3.r.amazonaws.com/abc/x//y/a%20b",
	  "https://s3.r.amazonaws.com/abc?list-type=2" },
	{ "s3://abc/é %41+...", NULL, "r", STYLE_PATH, "https://s3.r.amazonaws.com/abc/%C3%A9%20%2541%2B.../a%20b",
	  "https://s3.r.amazonaws.com/abc?list-type=2" },
};

static void test_good(void **state)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct strbuf got = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		struct endpoint e;
		const char *why = NULL;

		print_message("%s at %s\n", good[i].url, good[i].server ? good[i].server : "Amazon");
		assert_null(endpoint_url_fault(good[i].url));
		assert_int_equal(
			endpoint_make(&e, &a, good[i].url, good[i].server, good[i].region, good[i].style, &why), 0);
		endpoint_url(&got, &e, "a b", NULL);
		assert_string_equal(got.p, good[i].object);
		strbuf_reset(&got);
		endpoint_url(&got, &e, NULL, "list-type=2");
		assert_string_equal(got.p, good[i].bucket);
		assert_int_equal(e.aws, !good[i].server);
		strbuf_release(&got);
		arena_release(&a);
	}
}

/* The pieces that are signed: host as the header has it, path as the URL has it; and the key as the bucket has it. */
static void test_parts(void **state)
{
	struct strbuf got = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct endpoint e;
	const char *why;

	assert_int_equal(endpoint_make(&e, &a, "s3://abc/p q", "http://s3.example.com:8080", "r", STYLE_AUTO, &why), 0);
	assert_string_equal(e.scheme, "http");
	assert_string_equal(e.host, "abc.s3.example.com:8080");
	assert_string_equal(e.bucket, "abc");
	assert_string_equal(e.prefix, "p q/");
	assert_false(e.path_style);
	endpoint_path(&got, &e, "k/é");
	assert_string_equal(got.p, "/p%20q/k/%C3%A9");
	strbuf_reset(&got);
	endpoint_path(&got, &e, NULL);
	assert_string_equal(got.p, "/");
	strbuf_reset(&got);
	endpoint_key(&got, &e, "k/é");
	assert_string_equal(got.p, "p q/k/é");
	strbuf_reset(&got);
	assert_int_equal(endpoint_make(&e, &a, "s3://abc", "http://10.0.0.1", "r", STYLE_AUTO, &why), 0);
	assert_true(e.path_style);
	assert_string_equal(e.prefix, "");
	endpoint_key(&got, &e, "k");
	assert_string_equal(got.p, "k");
	strbuf_release(&got);
	arena_release(&a);
}

/* --- what is not ------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *url, *why;
} bad_urls[] = {
	{ "", "does not begin with \"s3://\"" },
	{ "releases", "does not begin with \"s3://\"" },
	{ "S3://releases", "does not begin with \"s3://\"" },
	{ "https://releases.s3.amazonaws.com", "does not begin with \"s3://\"" },
	{ "s3://", "names no bucket" },
	{ "s3:///prefix", "names no bucket" },
	{ "s3://?x", "names no bucket" },
	{ "s3://key:secret@releases", "names a user (\"@\"); keys come from the environment or a profile" },
	{ "s3://localhost:9000/releases",
	  "names a port (\":\"); what stands behind \"s3://\" is a bucket, and its server is the endpoint" },
	{ "s3://ab", "has a bucket whose name is not 3 to 63 characters long" },
	{ "s3://a123456789012345678901234567890123456789012345678901234567890123",
	  "has a bucket whose name is not 3 to 63 characters long" },
	{ "s3://rele ases", "has a bucket with a character that is no letter, digit, \"-\", \".\" or \"_\"" },
	{ "s3://rele%41ses", "has a bucket with a character that is no letter, digit, \"-\", \".\" or \"_\"" },
	{ "s3://releases\n/x", "has a bucket with a character that is no letter, digit, \"-\", \".\" or \"_\"" },
	{ "s3://-releases", "has a bucket whose name does not begin and end with a letter or a digit" },
	{ "s3://releases./x", "has a bucket whose name does not begin and end with a letter or a digit" },
	{ "s3://rele..ases", "has a bucket with two full stops in a row" },
	{ "s3://192.168.0.1/x", "has a bucket that is an IP address" },
	{ "s3://abc?versioning", "has a query that is not \"?profile=NAME\"" },
	{ "s3://abc/x?y", "has a query that is not \"?profile=NAME\"" },
	{ "s3://abc/x#y", "has a fragment (\"#\")" },
	{ "s3://abc/../x", "has \".\" or \"..\" as a part of its path, which HTTP would take away" },
	{ "s3://abc/x/..", "has \".\" or \"..\" as a part of its path, which HTTP would take away" },
	{ "s3://abc/x/./y", "has \".\" or \"..\" as a part of its path, which HTTP would take away" },
	{ "s3://abc/x\xff", "has a path that is no UTF-8" },
	{ "s3://abc/x\ty", "has a control character" },
};

static void test_bad_urls(void **state)
{
	struct arena a = ARENA_INIT;
	char longest[5 + 4 + 514] = "s3://abc/";

	for (size_t i = 0; i < COUNT(bad_urls); i++) {
		struct endpoint e;
		const char *why = NULL;

		print_message("%s\n", bad_urls[i].url);
		assert_non_null(endpoint_url_fault(bad_urls[i].url));
		assert_string_equal(endpoint_url_fault(bad_urls[i].url), bad_urls[i].why);
		assert_int_equal(endpoint_make(&e, &a, bad_urls[i].url, NULL, "r", STYLE_PATH, &why), -1);
		assert_string_equal(why, bad_urls[i].why);
	}
	memset(longest + 9, 'x', 512);
	assert_null(endpoint_url_fault(longest));
	longest[9 + 512] = 'x';
	assert_string_equal(endpoint_url_fault(longest), "has a path of more than 512 bytes");
	arena_release(&a);
}

#define HOST " has no host that is a name or an IP address"
#define PORT " has a port that is no number in 1..65535"
#define PATH " has a path with something else than letters, digits and - . _ ~ in its parts"
#define USER " names a user (\"@\"); keys come from the environment or a profile"

static const struct {
	const char *server, *region, *why;
} bad_servers[] = {
	{ "", "r", "the endpoint \"\"" HOST },
	{ "https://", "r", "the endpoint \"https://\"" HOST },
	{ "https:///x", "r", "the endpoint \"https:///x\"" HOST },
	{ "ftp://x.y", "r", "the endpoint \"ftp://x.y\" does not begin with \"https://\" or \"http://\"" },
	{ "HTTPS://x.y", "r", "the endpoint \"HTTPS://x.y\" does not begin with \"https://\" or \"http://\"" },
	{ "https://u:p@x.y", "r", "the endpoint" USER },
	{ "https://x.y?a", "r", "the endpoint \"https://x.y?a\" has a query or a fragment" },
	{ "https://x.y/#a", "r", "the endpoint \"https://x.y/#a\" has a query or a fragment" },
	{ "https://x y", "r", "the endpoint \"https://x y\"" HOST },
	{ "https://x..y", "r", "the endpoint \"https://x..y\"" HOST },
	{ "https://.x", "r", "the endpoint \"https://.x\"" HOST },
	{ "https://xé", "r", "the endpoint \"https://xé\"" HOST },
	{ "https://[::1", "r", "the endpoint \"https://[::1\"" HOST },
	{ "https://[]", "r", "the endpoint \"https://[]\"" HOST },
	{ "https://[", "r", "the endpoint \"https://[\"" HOST },
	{ "https://[fe80::1%eth0]", "r", "the endpoint \"https://[fe80::1%eth0]\"" HOST },
	{ "https://::1", "r", "the endpoint \"https://::1\"" HOST },
	{ "https://x.y:", "r", "the endpoint \"https://x.y:\"" PORT },
	{ "https://x.y:0", "r", "the endpoint \"https://x.y:0\"" PORT },
	{ "https://x.y:65536", "r", "the endpoint \"https://x.y:65536\"" PORT },
	{ "https://x.y:http", "r", "the endpoint \"https://x.y:http\"" PORT },
	{ "https://[::1]x:9", "r", "the endpoint \"https://[::1]x:9\"" HOST },
	{ "https://x.y/a%20b", "r", "the endpoint \"https://x.y/a%20b\"" PATH },
	{ "https://x.y/a/../b", "r", "the endpoint \"https://x.y/a/../b\"" PATH },
	{ NULL, "", "the region \"\" is none: letters, digits, \"-\", \"_\" and \".\" make one" },
	{ NULL, "us east", "the region \"us east\" is none: letters, digits, \"-\", \"_\" and \".\" make one" },
	{ NULL, "us/east", "the region \"us/east\" is none: letters, digits, \"-\", \"_\" and \".\" make one" },
};

static void test_bad_servers(void **state)
{
	struct arena a = ARENA_INIT;
	struct endpoint e;
	const char *why;

	for (size_t i = 0; i < COUNT(bad_servers); i++) {
		print_message("%s\n", bad_servers[i].why);
		why = NULL;
		assert_int_equal(
			endpoint_make(&e, &a, "s3://abc", bad_servers[i].server, bad_servers[i].region, true, &why),
			-1);
		assert_string_equal(why, bad_servers[i].why);
	}
	assert_int_equal(endpoint_make(&e, &a, "s3://abc", "https://abc.x.y", "r", STYLE_AUTO, &why), -1);
	assert_string_equal(why,
			    "the endpoint \"https://abc.x.y\" has the bucket in front already; leave it out there");
	assert_int_equal(endpoint_make(&e, &a, "s3://Old_Bucket", NULL, "us-east-1", false, &why), -1);
	assert_string_equal(why,
			    "the bucket \"Old_Bucket\" has a capital or \"_\", so it can be no part of a host's name; "
			    "only path style names it");
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_bad_urls),
		cmocka_unit_test(test_bad_servers),
	};

	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
