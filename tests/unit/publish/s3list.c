/* Listings and deletions. */
#include "canned.h"

#include "s3world.h"

#define ERROR(code) "<Error><Code>" code "</Code></Error>"

/* --- listings ------------------------------------------------------------------------------------------------------------- */

#define PAGE(more, items) "<ListBucketResult><EncodingType>url</EncodingType>" more items "</ListBucketResult>"
#define MORE(token)       "<IsTruncated>true</IsTruncated><NextContinuationToken>" token "</NextContinuationToken>"
#define ITEM(key, size)                                                                                                \
	"<Contents><Key>" key "</Key><Size>" size                                                                      \
	"</Size><ETag>&quot;abc&quot;</ETag><LastModified>2026-11-21T08:00:00.000Z</LastModified></Contents>"
#define GET_PAGE(in, times, body)                                                                                      \
	{                                                                                                              \
		"GET", in, 200, NULL, body, times, WAY_ANSWER                                                          \
	}

static const struct {
	const char *name;
	struct canned rules[4];
	const char *keys, *says;
	size_t requests;
	const char *prefix; /* NULL: "" */
} list_rows[] = {
	{ "nothing", { GET_PAGE(NULL, 1, PAGE("", "")) }, "", NULL, 1, NULL },
	{ "one page, out of order, with what is none of ours",
	  { GET_PAGE("list-type=2&max-keys=1000&prefix=pre%2F", 1,
		     PAGE("<IsTruncated>false</IsTruncated>",
			  ITEM("pre/b", "2") ITEM("pre/a%2B%20%C3%A9", "1") ITEM("pre/", "0") ITEM("prelude", "9"))) },
	  "a+ \xc3\xa9=1 b=2 ",
	  NULL,
	  1,
	  NULL },
	{ "pages",
	  { GET_PAGE("continuation-token=t%2B2&", 1, PAGE("", ITEM("pre/c", "3"))),
	    GET_PAGE("continuation-token=t1", 1, PAGE(MORE("t+2"), "")),
	    GET_PAGE(NULL, 1, PAGE(MORE("t1"), ITEM("pre/a", "1") ITEM("pre/b", "2"))) },
	  "a=1 b=2 c=3 ",
	  NULL,
	  3,
	  NULL },
	{ "a server of the first version",
	  { GET_PAGE("marker=pre%2Fb&max-keys=1000&prefix=pre%2F&start-after=pre%2Fb", 1,
		     PAGE("<IsTruncated>false</IsTruncated>", ITEM("pre/c", "3"))),
	    GET_PAGE(NULL, 1, PAGE("<IsTruncated>true</IsTruncated>", ITEM("pre/a", "1") ITEM("pre/b", "2"))) },
	  "a=1 b=2 c=3 ",
	  NULL,
	  2,
	  NULL },
	{ "a key on two pages",
	  { GET_PAGE("continuation-token=t1", 1, PAGE("", ITEM("pre/b", "2") ITEM("pre/c", "3"))),
	    GET_PAGE(NULL, 1, PAGE(MORE("t1"), ITEM("pre/a", "1") ITEM("pre/b", "2"))) },
	  "a=1 b=2 c=3 ",
	  NULL,
	  2,
	  NULL },
	{ "the same token for ever",
	  { GET_PAGE(NULL, 0, PAGE(MORE("t1"), ITEM("pre/a", "1"))) },
	  NULL,
	  "repeats itself",
	  2,
	  NULL },
	{ "empty pages for ever", { GET_PAGE(NULL, 0, PAGE(MORE("t1"), "")) }, NULL, "repeats itself", 2, NULL },
	{ "the same page for ever",
	  { GET_PAGE("token=t1", 1, PAGE(MORE("t2"), ITEM("pre/a", "1"))),
	    GET_PAGE(NULL, 1, PAGE(MORE("t1"), ITEM("pre/a", "1"))) },
	  NULL,
	  "repeats itself",
	  2,
	  NULL },
	{ "two pages in turn for ever",
	  { GET_PAGE("token=t1", 0, PAGE(MORE("t2"), ITEM("pre/a 1", "1"))),
	    GET_PAGE("token=t2", 0, PAGE(MORE("t1"), ITEM("pre/a 2", "1"))),
	    GET_PAGE(NULL, 1, PAGE(MORE("t1"), ITEM("pre/a 0", "1"))) },
	  NULL,
	  "repeats itself",
	  4,
	  NULL },
	{ "keys that nobody asked for",
	  { GET_PAGE("prefix=pre%2Fa%20", 1, PAGE("", ITEM("pre/b", "1") ITEM("pre/a 1", "1") ITEM("pre/a", "1"))) },
	  "a 1=1 ",
	  NULL,
	  1,
	  "a " },
	{ "more, and nothing to go on with",
	  { GET_PAGE(NULL, 0, PAGE("<IsTruncated>true</IsTruncated>", "")) },
	  NULL,
	  NULL,
	  1,
	  NULL },
	{ "malformed, then", { GET_PAGE(NULL, 1, "<ListBucketResult><Conte") }, NULL, "cannot be understood", 1, NULL },
	{ "busy, cut off, there",
	  { { "GET", NULL, 503, NULL, ERROR("SlowDown"), 1, WAY_ANSWER },
	    { "GET", NULL, 200, NULL, PAGE("", ITEM("pre/a", "1")), 1, WAY_CUT },
	    GET_PAGE(NULL, 1, PAGE("", ITEM("pre/a", "1"))) },
	  "a=1 ",
	  NULL,
	  3,
	  NULL },
	{ "forbidden",
	  { { "GET", NULL, 403, NULL, ERROR("AccessDenied"), 1, WAY_ANSWER } },
	  NULL,
	  "403 AccessDenied",
	  1,
	  NULL },
	{ "no such thing", { { "GET", NULL, 404, NULL, NULL, 1, WAY_ANSWER } }, NULL, "404", 1, NULL },
};

static void test_list(void **state)
{

	for (size_t i = 0; i < COUNT(list_rows); i++) {
		struct dest_listing l = DEST_LISTING_INIT;
		const char *prefix = list_rows[i].prefix ? list_rows[i].prefix : "";
		struct strbuf got = STRBUF_INIT;
		struct s3_world w;
		int bad;

		print_message("%s\n", list_rows[i].name);
		s3_world_open(&w, NULL);
		canned_rules(&w.server, list_rows[i].rules, COUNT(list_rows[i].rules));
		bad = w.t->ops->list(w.t, &l, &prefix, 1, &w.d);
		assert_int_equal(bad, list_rows[i].keys ? 0 : -1);
		assert_int_equal(w.d.n, list_rows[i].keys ? 0 : 1);
		assert_int_equal(w.server.nseen, list_rows[i].requests);
		assert_int_equal(w.t->counts.lists, list_rows[i].requests);
		for (size_t k = 0; k < l.n; k++)
			strbuf_addf(&got, SLICE_FMT "=%d ", SLICE_ARG(l.v[k].key), (int)l.v[k].size);
		if (list_rows[i].keys)
			assert_true(slice_eqs(strbuf_slice(&got), list_rows[i].keys));
		if (list_rows[i].says)
			assert_non_null(strstr(w.d.v[0].text, list_rows[i].says));
		if (list_rows[i].keys && l.n > 0) {
			assert_true(slice_eqs(l.v[0].etag, "abc"));
			assert_int_equal(l.v[0].modified, 1795248000);
		}
		strbuf_release(&got);
		dest_listing_release(&l);
		s3_world_close(&w);
	}
}

static void test_prefixes(void **state)
{
	static const struct canned rules[] = {
		GET_PAGE("prefix=pre%2Fa", 1, PAGE("", ITEM("pre/a1", "1"))),
		GET_PAGE("prefix=pre%2Fb", 1, PAGE("", ITEM("pre/b1", "1"))),
		GET_PAGE("delimiter=%2F", 1,
			 PAGE("",
			      ITEM("pre/file", "1") "<CommonPrefixes><Prefix>pre/DEMO02-x/</Prefix></CommonPrefixes>"
						    "<CommonPrefixes><Prefix>pre/DEMO01-x/</Prefix></CommonPrefixes>")),
	};
	struct dest_listing l = DEST_LISTING_INIT, folders = DEST_LISTING_INIT;
	struct s3_world w;

	s3_world_open(&w, NULL);
	canned_rules(&w.server, rules, COUNT(rules));
	assert_int_equal(w.t->ops->list(w.t, &l, (const char *const[]){ "b", "a" }, 2, &w.d), 0);
	assert_int_equal(l.n, 2);
	assert_true(slice_eqs(l.v[0].key, "a1") && slice_eqs(l.v[1].key, "b1"));
	assert_int_equal(w.t->ops->folders(w.t, &folders, &w.d), 0);
	assert_int_equal(folders.n, 2);
	assert_true(slice_eqs(folders.v[0].key, "DEMO01-x") && slice_eqs(folders.v[1].key, "DEMO02-x"));
	dest_listing_release(&l);
	dest_listing_release(&folders);
	s3_world_close(&w);
}

/* --- deletions ------------------------------------------------------------------------------------------------------------ */

#define DELETED(items)    "<DeleteResult>" items "</DeleteResult>"
#define FAILED(key, code) "<Error><Key>" key "</Key><Code>" code "</Code><Message>so it is</Message></Error>"
#define DELETE_204                                                                                                     \
	{                                                                                                              \
		"DELETE", NULL, 204, NULL, NULL, 0, WAY_ANSWER                                                         \
	}

static const struct {
	const char *name;
	const char *keys[3];
	struct canned rules[3];
	const char *methods, *says;
} remove_rows[] = {
	{ "all", { "a", "b&", "c" }, { { "POST", "?delete", 200, NULL, DELETED(""), 1, WAY_ANSWER } }, "POST", NULL },
	{ "one", { "a" }, { DELETE_204 }, "DELETE", NULL },
	{ "one that is not there",
	  { "a" },
	  { { "DELETE", "/pre/a", 404, NULL, ERROR("NoSuchKey"), 1, WAY_ANSWER } },
	  "DELETE",
	  NULL },
	{ "some not at once",
	  { "a", "b", "c" },
	  { { "POST", NULL, 200, NULL, DELETED(FAILED("pre/b", "InternalError")), 1, WAY_ANSWER },
	    { "DELETE", "/pre/b", 204, NULL, NULL, 1, WAY_ANSWER } },
	  "POST DELETE",
	  NULL },
	{ "one is not there",
	  { "a", "b" },
	  { { "POST", NULL, 200, NULL, DELETED(FAILED("pre/b", "NoSuchKey")), 1, WAY_ANSWER } },
	  "POST",
	  NULL },
	{ "some never",
	  { "a", "b" },
	  { { "POST", NULL, 200, NULL, DELETED(FAILED("pre/b", "AccessDenied")), 1, WAY_ANSWER } },
	  "POST",
	  "was not deleted: AccessDenied: so it is" },
	{ "what nobody asked for",
	  { "a", "b" },
	  { { "POST", NULL, 200, NULL, DELETED(FAILED("pre/c", "InternalError")), 1, WAY_ANSWER }, DELETE_204 },
	  "POST",
	  "was not deleted: InternalError" },
	{ "what is elsewhere",
	  { "a", "b" },
	  { { "POST", NULL, 200, NULL, DELETED(FAILED("xxx/b", "InternalError")), 1, WAY_ANSWER }, DELETE_204 },
	  "POST",
	  "was not deleted: InternalError" },
	{ "unknown request",
	  { "a", "b" },
	  { { "POST", NULL, 501, NULL, NULL, 1, WAY_ANSWER }, DELETE_204 },
	  "POST DELETE DELETE",
	  NULL },
	{ "not allowed",
	  { "a", "b" },
	  { { "POST", NULL, 405, NULL, NULL, 1, WAY_ANSWER }, DELETE_204 },
	  "POST DELETE DELETE",
	  NULL },
	{ "Google",
	  { "a", "b" },
	  { { "POST", NULL, 400, NULL, ERROR("InvalidArgument"), 1, WAY_ANSWER }, DELETE_204 },
	  "POST DELETE DELETE",
	  NULL },
	{ "another answer",
	  { "a", "b" },
	  { { "POST", NULL, 200, NULL, "<html/>", 1, WAY_ANSWER }, DELETE_204 },
	  "POST DELETE DELETE",
	  NULL },
	{ "keys that XML cannot carry", { "a", "b\x01" }, { DELETE_204 }, "DELETE DELETE", NULL },
	{ "read-only", { "a" }, { { "DELETE", NULL, 405, NULL, NULL, 0, WAY_ANSWER } }, "DELETE", "read-only" },
	{ "forbidden",
	  { "a", "b" },
	  { { NULL, NULL, 403, NULL, ERROR("AccessDenied"), 0, WAY_ANSWER } },
	  "POST",
	  "AccessDenied" },
	{ "broken, then fine",
	  { "a", "b" },
	  { { "POST", NULL, 0, NULL, NULL, 1, WAY_DROP }, { "POST", NULL, 200, NULL, DELETED(""), 1, WAY_ANSWER } },
	  "POST POST",
	  NULL },
};

static void test_remove(void **state)
{

	for (size_t i = 0; i < COUNT(remove_rows); i++) {
		struct s3_world w;
		size_t n = 0;
		int bad;

		print_message("%s\n", remove_rows[i].name);
		while (n < 3 && remove_rows[i].keys[n])
			n++;
		s3_world_open(&w, NULL);
		canned_rules(&w.server, remove_rows[i].rules, COUNT(remove_rows[i].rules));
		bad = w.t->ops->remove(w.t, remove_rows[i].keys, n, &w.d);
		assert_string_equal(canned_methods(&w.server), remove_rows[i].methods);
		assert_int_equal(bad, remove_rows[i].says ? -1 : 0);
		assert_int_equal(w.d.n, remove_rows[i].says ? 1 : 0);
		if (remove_rows[i].says)
			assert_non_null(strstr(w.d.v[0].text, remove_rows[i].says));
		if (i == 0) {
			assert_non_null(canned_header(&w.server.seen[0], "content-md5"));
			assert_non_null(strstr(w.server.seen[0].body, "<Key>pre/b&#38;</Key>"));
		}
		s3_world_close(&w);
	}
}

/* A thousand at a time; a server that does not know that is asked once. */
static void test_remove_many(void **state)
{
	static const struct canned good[] = { { "POST", NULL, 200, NULL, DELETED(""), 0, WAY_ANSWER }, DELETE_204 };
	static const struct canned single[] = { { "POST", NULL, 501, NULL, NULL, 0, WAY_ANSWER }, DELETE_204 };
	static char text[2001][8];
	const char *keys[2001];
	struct s3_world w;

	for (size_t i = 0; i < COUNT(keys); i++) {
		snprintf(text[i], sizeof(text[i]), "k%zu", i);
		keys[i] = text[i];
	}
	s3_world_open(&w, NULL);
	canned_rules(&w.server, good, COUNT(good));
	assert_int_equal(w.t->ops->remove(w.t, keys, COUNT(keys), &w.d), 0);
	assert_int_equal(w.t->counts.posts, 2);
	assert_int_equal(w.t->counts.deletes, 1);
	s3_world_close(&w);
	s3_world_open(&w, NULL);
	canned_rules(&w.server, single, COUNT(single));
	assert_int_equal(w.t->ops->remove(w.t, keys, 30, &w.d), 0);
	assert_int_equal(w.t->ops->remove(w.t, keys, 30, &w.d), 0);
	assert_int_equal(w.t->counts.posts, 1);
	assert_int_equal(w.t->counts.deletes, 60);
	s3_world_close(&w);
}

#define UPLOADS(more, items) "<ListMultipartUploadsResult>" more items "</ListMultipartUploadsResult>"
#define UPLOAD(key, id, day)                                                                                           \
	"<Upload><Key>" key "</Key><UploadId>" id "</UploadId><Initiated>2026-11-" day "T00:00:00Z</Initiated></"      \
	"Upload>"

static void test_remove_parts(void **state)
{
	static const struct canned rules[] = {
		{ "GET", "key-marker=pre%2Fb", 200, NULL,
		  UPLOADS("", UPLOAD("pre/c%2B", "u4", "01") UPLOAD("pre/z", "u5", "20")), 1, WAY_ANSWER },
		{ "GET", "uploads=", 200, NULL,
		  UPLOADS("<IsTruncated>true</IsTruncated><NextKeyMarker>pre/b</NextKeyMarker><NextUploadIdMarker>u2</"
			  "NextUploadIdMarker>",
			  UPLOAD("pre/a", "u1", "01") UPLOAD("pre/b", "u2", "02") UPLOAD("other", "u3", "01")),
		  1, WAY_ANSWER },
		{ "DELETE", "/pre/a?uploadId=u1", 204, NULL, NULL, 1, WAY_ANSWER },
		{ "DELETE", "/pre/b?uploadId=u2", 404, NULL, ERROR("NoSuchUpload"), 1, WAY_ANSWER },
		{ "DELETE", "/pre/c%252B?uploadId=u4", 204, NULL, NULL, 1, WAY_ANSWER },
	};
	static const struct canned none[] = { { NULL, NULL, 501, NULL, NULL, 0, WAY_ANSWER } };
	static const struct canned circle[] = {
		{ "GET", "key-marker=k1", 200, NULL,
		  UPLOADS("<IsTruncated>true</IsTruncated><NextKeyMarker>k2</NextKeyMarker>", ""), 0, WAY_ANSWER },
		{ "GET", NULL, 200, NULL,
		  UPLOADS("<IsTruncated>true</IsTruncated><NextKeyMarker>k1</NextKeyMarker>", ""), 50, WAY_ANSWER },
	};
	struct s3_world w;
	uint64_t count = 0;

	s3_world_open(&w, NULL);
	for (int dry = 1; dry >= 0; dry--) {
		canned_rules(&w.server, rules, COUNT(rules));
		assert_int_equal(w.t->ops->remove_parts(w.t, "", 1794000000, dry, &count, &w.d), 0);
		assert_int_equal(count, 3);
		assert_string_equal(canned_methods(&w.server), dry ? "GET GET" : "GET GET DELETE DELETE DELETE");
	}
	canned_rules(&w.server, none, COUNT(none));
	assert_int_equal(w.t->ops->remove_parts(w.t, "", 1794000000, false, &count, &w.d), 0);
	assert_int_equal(count, 0);
	canned_rules(&w.server, circle, COUNT(circle));
	assert_int_equal(w.t->ops->remove_parts(w.t, "", 1794000000, false, &count, &w.d), 0);
	assert_string_equal(canned_methods(&w.server), "GET GET GET GET");
	s3_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),        cmocka_unit_test(test_prefixes),     cmocka_unit_test(test_remove),
		cmocka_unit_test(test_remove_many), cmocka_unit_test(test_remove_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
