/* Signatures against the examples of the S3 API reference, and against those that an implementation by other people (botocore) makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "publish/sigv4.h"

#define NOW   INT64_C(1795248000) /* 2026-11-21T08:00:00Z */
#define LOCAL "127.0.0.1:7480"

static char own_id[] = "mdstaticAccessKey", own_secret[] = "mdstaticSecretKey0123456789abcdefghijkl";
static char example_id[] = "AKIAIOSFODNN7EXAMPLE", example_secret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
static char token_id[] = "ASIAEXAMPLE", token_secret[] = "a/b+c=d";
#define TOKEN "IQoJb3JpZ2luX2VjE+/=IQoJb3JpZ2luX2VjE+/=IQoJb3JpZ2luX2VjE+/="

/* --- the examples of the reference ----------------------------------------------------------------------------------- */

#define EXAMPLE_TIME INT64_C(1369353600) /* 20130524T000000Z */
#define EXAMPLE_HOST "examplebucket.s3.amazonaws.com"
#define WELCOME      "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"

static const struct {
	const char *method, *path, *query, *payload;
	const char *headers[6]; /* name, value, … further ones */
	const char *names, *signature;
} examples[] = {
	{ "GET",
	  "/test.txt",
	  "",
	  SIGV4_EMPTY,
	  { "range", "bytes=0-9" },
	  "host;range;x-amz-content-sha256;x-amz-date",
	  "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41" },
	{ "PUT",
	  "/test%24file.text",
	  "",
	  WELCOME,
	  { "x-amz-storage-class", "REDUCED_REDUNDANCY", "date", "Fri, 24 May 2013 00:00:00 GMT" },
	  "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
	  "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd" },
	{ "GET",
	  "/",
	  "lifecycle=",
	  SIGV4_EMPTY,
	  { NULL },
	  "host;x-amz-content-sha256;x-amz-date",
	  "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543" },
	{ "GET",
	  "/",
	  "max-keys=2&prefix=J",
	  SIGV4_EMPTY,
	  { NULL },
	  "host;x-amz-content-sha256;x-amz-date",
	  "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7" },
};

static void test_examples(void **state)
{
	const struct credentials c = { .id = example_id, .secret = example_secret };
	struct sigv4_key key = { .id = NULL };

	for (size_t i = 0; i < COUNT(examples); i++) {
		struct sigv4_header headers[8] = {
			{ SLICE("x-amz-date"), SLICE("20130524T000000Z") },
			{ SLICE("host"), SLICE(EXAMPLE_HOST) },
			{ SLICE("x-amz-content-sha256"), slice_of(examples[i].payload) },
		};
		struct sigv4_request r = { .method = examples[i].method,
					   .path = slice_of(examples[i].path),
					   .query = slice_of(examples[i].query),
					   .headers = headers,
					   .nheaders = 3,
					   .payload_hex = examples[i].payload,
					   .time = EXAMPLE_TIME };
		struct strbuf got = STRBUF_INIT, want = STRBUF_INIT;

		print_message("%s %s\n", r.method, examples[i].path);
		for (size_t h = 0; examples[i].headers[h]; h += 2)
			headers[r.nheaders++] = (struct sigv4_header){ slice_of(examples[i].headers[h]),
								       slice_of(examples[i].headers[h + 1]) };
		strbuf_addf(&want,
			    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
			    "SignedHeaders=%s, Signature=%s",
			    examples[i].names, examples[i].signature);
		assert_int_equal(sigv4_authorization(&got, &key, &c, "us-east-1", &r), 0);
		assert_string_equal(got.p, want.p);
		strbuf_release(&got);
		strbuf_release(&want);
	}
	sigv4_key_wipe(&key);
}

/* --- keys that need encoding ------------------------------------------------------------------------------------------- */

static const struct {
	const char *key, *path, *signature;
} odd[] = {
	{ "sp ace.txt", "sp%20ace.txt", "23e98680e82b568cee7df995e49af4bb475b6c4e183d061cadcf9a320c0b0a56" },
	{ "plus+eq=amp&.txt", "plus%2Beq%3Damp%26.txt",
	  "d6de475ace915177afbec5ee12ae677b6ee9ef844dbfef28e7148ad54167d198" },
	{ "tilde~(1)!*'.txt", "tilde~%281%29%21%2A%27.txt",
	  "4d4b913e11058081e34133cb9126a467cd58705373cf6f328c846dfffeedb898" },
	{ "uni-é-日本-🎉.txt", "uni-%C3%A9-%E6%97%A5%E6%9C%AC-%F0%9F%8E%89.txt",
	  "8de9a952f31eef15317441a4b59cf70d125651d9b7ffd71b9455b7de892df473" },
	{ "pct%41.txt", "pct%2541.txt", "a2982ee7bfe0aa0874c922c38f5f9ab019eb54b4a97002846f8e73bd0b4b181a" },
	{ "e%2Ff", "e%252Ff", "c50fb83e3e40d741a473f5d8a4ffd42522352c0ca8ccc1004cc3c61117d809c3" },
	{ "dir//double", "dir//double", "23eaf8a12b81aa3358ea1947a73c84d5b5d0f02071f404872991b6ec01f7e712" },
	{ "a:b@c,d;e$.txt", "a%3Ab%40c%2Cd%3Be%24.txt",
	  "1903ae80253e42f19763adf72633c11b1ba9546be8decbddf645b6701012b8b8" },
	{ "q?x#y.txt", "q%3Fx%23y.txt", "e48dc06f1dfef695004d95eae35c2a0b634f6bf8fd62992dce565c8c191a77e0" },
	{ "[x]{y}|z^`\"<>\\.txt", "%5Bx%5D%7By%7D%7Cz%5E%60%22%3C%3E%5C.txt",
	  "9779e94bd12f7682dcf7c147cc4d9e58555aa8e8e1f717df5cef5a90cdb923d0" },
};

static bool ends_with_signature(const struct strbuf *authorization, const char *signature)
{
	return slice_ends(strbuf_slice(authorization), signature) &&
	       authorization->p[authorization->n - strlen(signature) - 1] == '=';
}

static void test_odd_keys(void **state)
{
	const struct credentials c = { .id = own_id, .secret = own_secret };
	const struct sigv4_header headers[] = {
		{ SLICE("host"), SLICE(LOCAL) },
		{ SLICE("x-amz-date"), SLICE("20261121T080000Z") },
		{ SLICE("x-amz-content-sha256"), SLICE(SIGV4_EMPTY) },
		{ SLICE("if-none-match"), SLICE("*") },
		{ SLICE("content-md5"), SLICE("1B2M2Y8AsgTpgAmY7PhCfg==") },
		{ SLICE("cache-control"), SLICE("max-age=60") },
	};
	struct sigv4_key key = { .id = NULL };

	for (size_t i = 0; i < COUNT(odd); i++) {
		struct strbuf path = STRBUF_INIT, got = STRBUF_INIT;
		struct sigv4_request r = { .method = "PUT",
					   .headers = headers,
					   .nheaders = COUNT(headers),
					   .payload_hex = SIGV4_EMPTY,
					   .time = NOW };

		print_message("%s\n", odd[i].key);
		strbuf_adds(&path, "/mdstatic/");
		sigv4_encode_path(&path, slice_of(odd[i].key));
		assert_string_equal(path.p + strlen("/mdstatic/"), odd[i].path);
		r.path = strbuf_slice(&path);
		assert_int_equal(sigv4_authorization(&got, &key, &c, "eu-central-1", &r), 0);
		assert_true(ends_with_signature(&got, odd[i].signature));
		strbuf_release(&path);
		strbuf_release(&got);
	}
	sigv4_key_wipe(&key);
}

static void test_encode(void **state)
{
	struct strbuf all = STRBUF_INIT, path = STRBUF_INIT;
	char bytes[256];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	sigv4_encode(&all, slice_bytes(bytes, sizeof(bytes)));
	assert_int_equal(all.n, 66 + 3 * (256 - 66)); /* letters, digits, - . _ ~ */
	assert_memory_equal(all.p, "%00%01%02", 9);
	assert_non_null(strstr(all.p, "%2B%2C-.%2F0123456789%3A"));
	assert_non_null(strstr(all.p, "%40ABC"));
	assert_non_null(strstr(all.p, "%5E_%60abc"));
	assert_non_null(strstr(all.p, "%7D~%7F%80"));
	assert_true(slice_ends(strbuf_slice(&all), "%FD%FE%FF"));
	sigv4_encode_path(&path, SLICE("/a b/c"));
	assert_string_equal(path.p, "/a%20b/c");
	strbuf_release(&all);
	strbuf_release(&path);
}

/* --- queries ----------------------------------------------------------------------------------------------------------- */

static void test_query(void **state)
{
	const struct sigv4_pair pairs[] = {
		{ "uploads", "" },  { "list-type", "2" },  { "prefix", "a/é +&=" },
		{ "absent", NULL }, { "encoding", "url" }, { "delimiter", "/" },
	};
	struct strbuf got = STRBUF_INIT;

	sigv4_query(&got, pairs, COUNT(pairs));
	assert_string_equal(got.p, "delimiter=%2F&encoding=url&list-type=2&prefix=a%2F%C3%A9%20%2B%26%3D&uploads=");
	strbuf_reset(&got);
	sigv4_query(&got, pairs, 0);
	assert_int_equal(got.n, 0);
	strbuf_release(&got);
}

struct signing {
	const char *name;
	const struct credentials *c;
	const char *method, *path, *region;
	struct sigv4_pair pairs[8];
	struct sigv4_header more[4];
	const char *payload, *names, *signature;
};

static void sign_one(const struct signing *s, struct sigv4_key *key)
{
	struct strbuf query = STRBUF_INIT, got = STRBUF_INIT;
	struct sigv4_header headers[8] = {
		{ SLICE("host"), SLICE(LOCAL) },
		{ SLICE("x-amz-date"), SLICE("20261121T080000Z") },
		{ SLICE("x-amz-content-sha256"), slice_of(s->payload) },
	};
	struct sigv4_request r = { .method = s->method,
				   .path = slice_of(s->path),
				   .headers = headers,
				   .nheaders = 3,
				   .payload_hex = s->payload,
				   .time = NOW };

	print_message("%s\n", s->name);
	for (size_t i = 0; s->more[i].name.p; i++)
		headers[r.nheaders++] = s->more[i];
	sigv4_query(&query, s->pairs, COUNT(s->pairs));
	r.query = strbuf_slice(&query);
	assert_int_equal(sigv4_authorization(&got, key, s->c, s->region, &r), 0);
	assert_non_null(strstr(got.p, s->names));
	assert_true(ends_with_signature(&got, s->signature));
	strbuf_release(&query);
	strbuf_release(&got);
}

/* A list with all that must be encoded, an empty value, a session token, an unsigned payload, headers with blanks. One key cache for
 * all of them, so that it has to notice what changes. */
static void test_requests(void **state)
{
	static const struct credentials own = { .id = own_id, .secret = own_secret };
	static const struct credentials temporary = { .id = token_id, .secret = token_secret };
	const struct signing cases[] = {
		{ "list",
		  &own,
		  "GET",
		  "/mdstatic",
		  "auto",
		  { { "list-type", "2" },
		    { "prefix", "DEMO 01/é+&=" },
		    { "delimiter", "/" },
		    { "encoding-type", "url" },
		    { "continuation-token", "1/a+b==" },
		    { "start-after", "" } },
		  { { { NULL, 0 }, { NULL, 0 } } },
		  SIGV4_EMPTY,
		  "=host;x-amz-content-sha256;x-amz-date,",
		  "59de0a4791de2a9c3bae0e06c11da2cdab84da14131984c876a7823da9af3c9c" },
		{ "uploads",
		  &own,
		  "POST",
		  "/mdstatic/a",
		  "auto",
		  { { "uploads", "" } },
		  { { { NULL, 0 }, { NULL, 0 } } },
		  SIGV4_EMPTY,
		  "=host;x-amz-content-sha256;x-amz-date,",
		  "28577e95865d4acdd47ffe054b19dd17f9df358bde8e519b1f39692e932f6dfb" },
		{ "token",
		  &temporary,
		  "DELETE",
		  "/b/k",
		  "cn-north-1",
		  { { NULL, NULL } },
		  { { SLICE("x-amz-security-token"), SLICE(TOKEN) } },
		  SIGV4_UNSIGNED,
		  "=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,",
		  "9028ddace9c6325a55dbbe6a5502c0f4cee6332e8a1237ab616a24703c2a61c2" },
		{ "blanks",
		  &temporary,
		  "PUT",
		  "/b/k",
		  "cn-north-1",
		  { { NULL, NULL } },
		  { { SLICE("x-amz-security-token"), SLICE(TOKEN) },
		    { SLICE("x-amz-meta-a-b"), SLICE("  two   words  ") },
		    { SLICE("x-amz-meta-a"), SLICE("1") } },
		  "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5",
		  "=host;x-amz-content-sha256;x-amz-date;x-amz-meta-a;x-amz-meta-a-b;x-amz-security-token,",
		  "779258c9d7f18499d94a86849044a8431ad216c455219cdf008cc09b7b169a11" },
	};
	struct sigv4_key key = { .id = NULL };

	for (size_t round = 0; round < 2; round++) {
		for (size_t i = 0; i < COUNT(cases); i++)
			sign_one(&cases[i], &key);
	}
	sigv4_key_wipe(&key);
	assert_null(key.id);
}

/* Blanks at the ends of a value, and more than one in it, make no difference. */
static void test_blanks(void **state)
{
	static const char *const same[] = { "two words", " two words\t", "two \t words", "two\t\twords" };
	const struct credentials c = { .id = own_id, .secret = own_secret };
	struct sigv4_key key = { .id = NULL };
	struct strbuf first = STRBUF_INIT;

	for (size_t i = 0; i < COUNT(same); i++) {
		const struct sigv4_header header = { SLICE("x-amz-meta"), slice_of(same[i]) };
		const struct sigv4_request r = { .method = "GET",
						 .path = SLICE("/"),
						 .headers = &header,
						 .nheaders = 1,
						 .payload_hex = SIGV4_EMPTY,
						 .time = NOW };
		struct strbuf got = STRBUF_INIT;

		print_message("\"%s\"\n", same[i]);
		assert_int_equal(sigv4_authorization(i ? &got : &first, &key, &c, "r", &r), 0);
		if (i)
			assert_string_equal(got.p, first.p);
		strbuf_release(&got);
	}
	strbuf_release(&first);
	sigv4_key_wipe(&key);
}

/* Google's words for the same; computed by hand with Python's hmac. */
static void test_google(void **state)
{
	const struct credentials c = { .id = own_id, .secret = own_secret };
	const struct sigv4_header headers[] = {
		{ SLICE("x-goog-if-generation-match"), SLICE("0") },
		{ SLICE("host"), SLICE("storage.googleapis.com") },
		{ SLICE("x-goog-date"), SLICE("20261121T080000Z") },
		{ SLICE("x-goog-content-sha256"), SLICE(SIGV4_EMPTY) },
	};
	const struct sigv4_request r = { .method = "PUT",
					 .path = SLICE("/b/k"),
					 .headers = headers,
					 .nheaders = COUNT(headers),
					 .payload_hex = SIGV4_EMPTY,
					 .time = NOW,
					 .google = true };
	struct sigv4_key key = { .id = NULL };
	struct strbuf got = STRBUF_INIT;

	assert_int_equal(sigv4_authorization(&got, &key, &c, "auto", &r), 0);
	assert_string_equal(
		got.p, "GOOG4-HMAC-SHA256 Credential=mdstaticAccessKey/20261121/auto/storage/goog4_request, "
		       "SignedHeaders=host;x-goog-content-sha256;x-goog-date;x-goog-if-generation-match, Signature="
		       "ff7e15533a48915988bb02624d268e79319a9d94f3dfcc4d2db71a0cc70a4a1c");
	strbuf_release(&got);
	sigv4_key_wipe(&key);
}

/* --- the key that is kept ---------------------------------------------------------------------------------------------- */

static void sign_plain(struct strbuf *out, struct sigv4_key *key, const struct credentials *c, const char *region,
		       int64_t time, bool google)
{
	const struct sigv4_header host = { SLICE("host"), SLICE(LOCAL) };
	const struct sigv4_request r = { .method = "GET",
					 .path = SLICE("/"),
					 .headers = &host,
					 .nheaders = 1,
					 .payload_hex = SIGV4_EMPTY,
					 .time = time,
					 .google = google };

	strbuf_reset(out);
	assert_int_equal(sigv4_authorization(out, key, c, region, &r), 0);
}

/* Whatever changes, the kept key gives what a fresh one does; and it is not derived anew where nothing changes. */
static void test_key(void **state)
{
	static char other_secret[] = "another";
	const struct {
		struct credentials c;
		const char *region;
		int64_t time;
		bool google;
	} cases[] = {
		{ { .id = own_id, .secret = own_secret }, "us-east-1", NOW, false },
		{ { .id = own_id, .secret = own_secret }, "us-east-1", NOW + 60, false },
		{ { .id = own_id, .secret = own_secret }, "us-east-1", NOW + 86400, false },
		{ { .id = own_id, .secret = own_secret }, "us-east-2", NOW + 86400, false },
		{ { .id = token_id, .secret = own_secret }, "us-east-2", NOW + 86400, false },
		{ { .id = token_id, .secret = other_secret, .generation = 1 }, "us-east-2", NOW + 86400, false },
		{ { .id = token_id, .secret = other_secret, .generation = 1 }, "us-east-2", NOW + 86400, true },
		{ { .id = own_id, .secret = own_secret }, "us-east-1", NOW, false },
	};
	struct sigv4_key kept = { .id = NULL };
	struct strbuf got = STRBUF_INIT, want = STRBUF_INIT;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sigv4_key fresh = { .id = NULL };

		print_message("%zu\n", i);
		sign_plain(&want, &fresh, &cases[i].c, cases[i].region, cases[i].time, cases[i].google);
		sign_plain(&got, &kept, &cases[i].c, cases[i].region, cases[i].time, cases[i].google);
		assert_string_equal(got.p, want.p);
		assert_memory_equal(kept.key, fresh.key, sizeof(kept.key));
		sigv4_key_wipe(&fresh);
	}
	memset(kept.key, 0, sizeof(kept.key));
	sign_plain(&got, &kept, &cases[0].c, "us-east-1", NOW, false);
	assert_string_not_equal(got.p, want.p);
	sigv4_key_wipe(&kept);
	strbuf_release(&got);
	strbuf_release(&want);
}

static void test_too_many(void **state)
{
	const struct credentials c = { .id = own_id, .secret = own_secret };
	struct sigv4_header headers[SIGV4_HEADERS_MAX + 1];
	struct sigv4_request r = {
		.method = "GET", .path = SLICE("/"), .headers = headers, .payload_hex = SIGV4_EMPTY
	};
	struct sigv4_key key = { .id = NULL };
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < COUNT(headers); i++)
		headers[i] = (struct sigv4_header){ SLICE("host"), SLICE("x") };
	r.nheaders = COUNT(headers);
	strbuf_adds(&out, "as before");
	assert_int_equal(sigv4_authorization(&out, &key, &c, "r", &r), -1);
	assert_string_equal(out.p, "as before");
	r.nheaders--;
	assert_int_equal(sigv4_authorization(&out, &key, &c, "r", &r), 0);
	sigv4_key_wipe(&key);
	strbuf_release(&out);
}

static void test_date(void **state)
{
	char got[SIGV4_DATE];

	sigv4_date(got, NOW);
	assert_string_equal(got, "20261121T080000Z");
	sigv4_date(got, 0);
	assert_string_equal(got, "19700101T000000Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples), cmocka_unit_test(test_odd_keys), cmocka_unit_test(test_encode),
		cmocka_unit_test(test_query),    cmocka_unit_test(test_requests), cmocka_unit_test(test_google),
		cmocka_unit_test(test_blanks),   cmocka_unit_test(test_key),      cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_date),
	};

	return cmocka_run_group_tests_name("sigv4", tests, NULL, NULL);
}
