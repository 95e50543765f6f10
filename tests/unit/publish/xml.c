/* Answers of servers as they are, or nearly are; and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "publish/xml.h"
#include "publish/xmltree.h"

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define S3  " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""

static bool same(struct slice got, const char *want)
{
	if (slice_eqs(got, want))
		return true;
	print_error("got \"" SLICE_FMT "\", want \"%s\"\n", SLICE_ARG(got), want);
	return false;
}

/* --- errors ------------------------------------------------------------------------------------------------------------ */

static void test_error(void **state)
{
	struct arena a = ARENA_INIT;
	struct xml_error e;
	const char *why;

	assert_int_equal(
		xml_read_error(
			&e, &a,
			SLICE(XML
			      "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The region 'us-east-1' is "
			      "wrong; expecting &apos;eu-west-1&apos; &amp; more</Message><Region>eu-west-1</Region>"
			      "<RequestId>4442587FB7D0A2F9</RequestId><HostId>x/y=</HostId></Error>"),
			&why),
		0);
	assert_true(same(e.code, "AuthorizationHeaderMalformed"));
	assert_true(same(e.message, "The region 'us-east-1' is wrong; expecting 'eu-west-1' & more"));
	assert_true(same(e.region, "eu-west-1"));
	assert_true(same(e.request_id, "4442587FB7D0A2F9"));
	assert_true(same(e.endpoint, ""));
	assert_int_equal(e.server_time, 0);
	assert_int_equal(
		xml_read_error(&e, &a,
			       SLICE("<Error><Code>PermanentRedirect</Code><Endpoint>b.s3.eu-west-1.amazonaws.com"
				     "</Endpoint><Bucket>b</Bucket></Error>"),
			       &why),
		0);
	assert_true(same(e.endpoint, "b.s3.eu-west-1.amazonaws.com"));
	assert_true(same(e.bucket, "b"));
	assert_int_equal(
		xml_read_error(
			&e, &a,
			SLICE("<Error><Code>RequestTimeTooSkewed</Code><RequestTime>20090208T002713Z</RequestTime>"
			      "<ServerTime>2026-11-21T08:00:00.5Z</ServerTime><Detail><Code>inner</Code></Detail></"
			      "Error>"),
			&why),
		0);
	assert_true(same(e.code, "RequestTimeTooSkewed"));
	assert_int_equal(e.server_time, 1795248000);
	assert_int_equal(
		xml_read_error(&e, &a,
			       SLICE(" \r\n" XML "<!-- c --><Error>x<Code>a<b>c</b><![CDATA[d]]>e</Code>x</Error>\n"),
			       &why),
		0);
	assert_true(same(e.code, "ade")); /* what is not asked for is skipped with all that is in it */
	arena_release(&a);
}

/* --- listings ---------------------------------------------------------------------------------------------------------- */

static void test_listing(void **state)
{
	struct arena a = ARENA_INIT;
	struct xml_listing l;
	const char *why;

	assert_int_equal(
		xml_read_listing(
			&l, &a,
			SLICE(XML
			      "<ListBucketResult" S3 "><Name>b</Name><Prefix>p/</Prefix><KeyCount>3</KeyCount>"
			      "<MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
			      "<NextContinuationToken>1/a+b%20==</NextContinuationToken>\n"
			      "<Contents><Key>p/a+b%2Bc%2541</Key><LastModified>2026-11-21T08:00:00.123Z</LastModified>"
			      "<ETag>&quot;0123-2&quot;</ETag><Size>0</Size><Owner><ID>x</ID></Owner>"
			      "<StorageClass>STANDARD</StorageClass></Contents>\n"
			      "<Contents><Size>9223372036854775807</Size><Key>p/%E6%97%A5%01</Key></Contents>"
			      "<CommonPrefixes><Prefix>p/q%2f</Prefix></CommonPrefixes>"
			      "<CommonPrefixes><Prefix>r/</Prefix></CommonPrefixes></ListBucketResult>"),
			&why),
		0);
	assert_int_equal(l.n, 2);
	assert_true(same(l.v[0].key, "p/a b+c%41"));
	assert_true(same(l.v[0].etag, "0123-2"));
	assert_int_equal(l.v[0].size, 0);
	assert_int_equal(l.v[0].modified, 1795248000);
	assert_true(same(l.v[1].key, "p/日\x01"));
	assert_true(same(l.v[1].etag, ""));
	assert_true(l.v[1].size == INT64_MAX);
	assert_int_equal(l.v[1].modified, 0);
	assert_int_equal(l.nprefixes, 2);
	assert_true(same(l.prefixes[0], "p/q/"));
	assert_true(same(l.prefixes[1], "r/"));
	assert_true(l.truncated);
	assert_true(same(l.token, "1/a+b%20==")); /* a token is never encoded */
	arena_release(&a);
}

/* What servers leave out: everything in an empty listing; the declaration, quotes, the encoding. */
static void test_lean_listing(void **state)
{
	struct arena a = ARENA_INIT;
	struct xml_listing l;
	const char *why;

	assert_int_equal(xml_read_listing(&l, &a, SLICE("<ListBucketResult/>"), &why), 0);
	assert_int_equal(l.n + l.nprefixes + l.truncated + l.token.n, 0);
	assert_int_equal(
		xml_read_listing(
			&l, &a,
			SLICE(" \r\n\t<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a+b%20"
			      "<![CDATA[<c>]]></Key><ETag>abc</ETag><Size> 5\n</Size></Contents></ListBucketResult>"),
			&why),
		0);
	assert_int_equal(l.n, 1);
	assert_true(same(l.v[0].key, "a+b%20<c>"));
	assert_true(same(l.v[0].etag, "abc"));
	assert_int_equal(l.v[0].size, 5);
	arena_release(&a);
}

#define ITEM(key) "<Contents><Key>" key "</Key><Size>1</Size></Contents>"
#define BELOW(p)  "<CommonPrefixes><Prefix>" p "</Prefix></CommonPrefixes>"
#define MORE      "<IsTruncated>true</IsTruncated>"

/* A server that knows the first version only is asked to go on behind what came last. */
static void test_marker(void **state)
{
	static const struct {
		const char *inside, *marker;
	} cases[] = {
		{ MORE ITEM("a") ITEM("b"), "b" },
		{ MORE ITEM("b") ITEM("a"), "b" },
		{ MORE ITEM("b") BELOW("c/") BELOW("bb/"), "c/" },
		{ MORE BELOW("c/"), "c/" },
		{ MORE "<NextMarker>m</NextMarker>" ITEM("a"), "m" },
		{ MORE "<EncodingType>url</EncodingType><NextMarker>m+%41</NextMarker>" ITEM("a"), "m A" },
		{ MORE "<NextContinuationToken>t</NextContinuationToken>" ITEM("a"), "" },
		{ ITEM("a"), "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct xml_listing l;
		const char *why;

		print_message("%s\n", cases[i].inside);
		assert_int_equal(
			xml_read_listing(&l, &a,
					 arena_printf(&a, "<ListBucketResult>%s</ListBucketResult>", cases[i].inside),
					 &why),
			0);
		assert_true(same(l.marker, cases[i].marker));
		arena_release(&a);
	}
}

/* --- uploads in parts -------------------------------------------------------------------------------------------------- */

static void test_upload(void **state)
{
	struct arena a = ARENA_INIT;
	struct xml_completed c;
	struct slice id;
	const char *why;

	assert_int_equal(xml_read_upload(&id, &a,
					 SLICE(XML "<InitiateMultipartUploadResult" S3 "><Bucket>b</Bucket><Key>k</Key>"
						   "<UploadId>2~a.B_c</UploadId></InitiateMultipartUploadResult>"),
					 &why),
			 0);
	assert_true(same(id, "2~a.B_c"));
	assert_int_equal(
		xml_read_completed(&c, &a,
				   SLICE(XML "      \n<CompleteMultipartUploadResult" S3 "><Location>l</Location>"
					     "<ETag>\"abc-3\"</ETag></CompleteMultipartUploadResult>"),
				   &why),
		0);
	assert_false(c.failed);
	assert_true(same(c.etag, "abc-3"));
	assert_int_equal(xml_read_completed(&c, &a,
					    SLICE("<CompleteMultipartUploadResult></CompleteMultipartUploadResult>"),
					    &why),
			 0);
	assert_false(c.failed);
	assert_true(same(c.etag, ""));
	assert_int_equal(xml_read_completed(&c, &a,
					    SLICE(XML "\n\n<Error><Code>InternalError</Code><Message>We encountered an "
						      "internal error.</Message></Error>"),
					    &why),
			 0);
	assert_true(c.failed);
	assert_true(same(c.error.code, "InternalError"));
	arena_release(&a);
}

static void test_parts(void **state)
{
	struct arena a = ARENA_INIT;
	struct xml_uploads u;
	struct xml_parts p;
	const char *why;

	assert_int_equal(
		xml_read_parts(
			&p, &a,
			SLICE("<ListPartsResult" S3
			      "><UploadId>u</UploadId><NextPartNumberMarker>2</NextPartNumberMarker>"
			      "<IsTruncated>true</IsTruncated><Part><PartNumber>1</PartNumber><ETag>\"a\"</ETag>"
			      "<Size>16777216</Size></Part><Part><ETag>\"b\"</ETag><PartNumber>10000</PartNumber>"
			      "<Size>1</Size></Part></ListPartsResult>"),
			&why),
		0);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.v[0].number, 1);
	assert_int_equal(p.v[0].size, 16777216);
	assert_int_equal(p.v[1].number, 10000);
	assert_true(same(p.v[1].etag, "b"));
	assert_true(p.truncated);
	assert_int_equal(p.next, 2);
	assert_int_equal(
		xml_read_parts(&p, &a,
			       SLICE("<ListPartsResult><IsTruncated>true</IsTruncated><Part><PartNumber>7</PartNumber>"
				     "<Size>1</Size></Part></ListPartsResult>"),
			       &why),
		0);
	assert_int_equal(p.next, 7);
	assert_int_equal(
		xml_read_uploads(
			&u, &a,
			SLICE("<ListMultipartUploadsResult" S3
			      "><KeyMarker></KeyMarker><NextKeyMarker>a+b</NextKeyMarker>"
			      "<NextUploadIdMarker>u+2</NextUploadIdMarker><EncodingType>url</EncodingType>"
			      "<IsTruncated>true</IsTruncated><Upload><Key>a%20b</Key><UploadId>u+1</UploadId>"
			      "<Initiated>2026-11-21T08:00:00.000Z</Initiated></Upload></ListMultipartUploadsResult>"),
			&why),
		0);
	assert_int_equal(u.n, 1);
	assert_true(same(u.v[0].key, "a b"));
	assert_true(same(u.v[0].id, "u+1"));
	assert_int_equal(u.v[0].initiated, 1795248000);
	assert_true(u.truncated);
	assert_true(same(u.next_key, "a b"));
	assert_true(same(u.next_id, "u+2"));
	arena_release(&a);
}

static void test_deleted(void **state)
{
	struct arena a = ARENA_INIT;
	struct xml_deleted x;
	const char *why;

	assert_int_equal(xml_read_deleted(&x, &a, SLICE(XML "<DeleteResult" S3 "/>"), &why), 0);
	assert_int_equal(x.n + x.nfailed, 0);
	assert_int_equal(xml_read_deleted(&x, &a,
					  SLICE("<DeleteResult><Deleted><Key>a+%41</Key></Deleted><Error><Key>b</"
						"Key><VersionId>v</VersionId>"
						"<Code>AccessDenied</Code><Message>no</Message></"
						"Error><Error><Code>SlowDown</Code></Error>"
						"</DeleteResult>"),
					  &why),
			 0);
	assert_int_equal(x.n, 1);
	assert_true(same(x.v[0], "a+%41"));
	assert_int_equal(x.nfailed, 2);
	assert_true(same(x.failed[0].key, "b"));
	assert_true(same(x.failed[0].code, "AccessDenied"));
	assert_true(same(x.failed[0].message, "no"));
	assert_true(same(x.failed[1].key, ""));
	arena_release(&a);
}

/* --- what is refused --------------------------------------------------------------------------------------------------- */

enum what { ERROR_, LISTING_, UPLOAD_, COMPLETED_, PARTS_, UPLOADS_, DELETED_ };

static int read_as(enum what what, struct arena *a, struct slice body, const char **why)
{
	union {
		struct xml_error error;
		struct xml_listing listing;
		struct slice id;
		struct xml_completed completed;
		struct xml_parts parts;
		struct xml_uploads uploads;
		struct xml_deleted deleted;
	} out;

	switch (what) {
	case ERROR_:
		return xml_read_error(&out.error, a, body, why);
	case LISTING_:
		return xml_read_listing(&out.listing, a, body, why);
	case UPLOAD_:
		return xml_read_upload(&out.id, a, body, why);
	case COMPLETED_:
		return xml_read_completed(&out.completed, a, body, why);
	case PARTS_:
		return xml_read_parts(&out.parts, a, body, why);
	case UPLOADS_:
		return xml_read_uploads(&out.uploads, a, body, why);
	default:
		return xml_read_deleted(&out.deleted, a, body, why);
	}
}

#define LIST(inside) "<ListBucketResult>" inside "</ListBucketResult>"
#define PART(inside) "<ListPartsResult><Part>" inside "</Part></ListPartsResult>"
#define FOREIGN      "line 1: it is no answer of S3: its outermost element is another"
#define NO_SIZE      "a <Size> is missing, or no number up to 9223372036854775807"
#define NO_PART      "a <PartNumber> is missing, or no number up to 10000"
#define NOT_ENCODED  "a <Key> is not encoded as <EncodingType> says"
#define ENCODED(key) LIST("<EncodingType>url</EncodingType>" ITEM(key))
#define DEEP         "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"

static const struct {
	enum what what;
	const char *body, *why;
} bad[] = {
	{ ERROR_, "", "line 1: no element found" },
	{ ERROR_, "   ", "line 1: no element found" },
	{ ERROR_, "no", "line 1: syntax error" },
	{ ERROR_, "<html><body>503</body></html>", FOREIGN },
	{ ERROR_, "<Error><Code>x</Code>", "line 1: no element found" },
	{ ERROR_, "<Error><Code>x</Code></Error><Error/>", "line 1: junk after document element" },
	{ ERROR_, "<Error>\n<Code>x</Cod></Error>", "line 2: mismatched tag" },
	{ ERROR_, "<Error><Message>x</Message></Error>", "a <Code> is missing, or empty" },
	{ ERROR_, "<Code>x</Code>", "it is <Code>, not <Error>" },
	{ ERROR_, LIST(""), "it is <ListBucketResult>, not <Error>" },
	{ ERROR_, "<!DOCTYPE Error><Error><Code>x</Code></Error>", "line 1: it has a document type" },
	{ ERROR_, "<!DOCTYPE Error [<!ENTITY a \"b\">]><Error><Code>&a;</Code></Error>",
	  "line 1: it has a document type" },
	{ ERROR_, "<Error><Code>&a;</Code></Error>", "line 1: undefined entity" },
	{ ERROR_, "<Error><Code>&#1;</Code></Error>", "line 1: reference to invalid character number" },
	{ ERROR_, "<Error><Code>\xff</Code></Error>", "line 1: not well-formed (invalid token)" },
	{ ERROR_, "<Error>" DEEP, "line 1: its elements are too deep in one another" },
	{ LISTING_, "<Error><Code>x</Code></Error>", "it is <Error>, not <ListBucketResult>" },
	{ LISTING_, LIST("<Contents><Size>1</Size></Contents>"), "a <Key> is missing, or empty" },
	{ LISTING_, LIST("<Contents><Key>k</Key></Contents>"), NO_SIZE },
	{ LISTING_, LIST("<Contents><Key>k</Key><Size>-1</Size></Contents>"), NO_SIZE },
	{ LISTING_, LIST("<Contents><Key>k</Key><Size>1.5</Size></Contents>"), NO_SIZE },
	{ LISTING_, LIST("<Contents><Key>k</Key><Size>9223372036854775808</Size></Contents>"), NO_SIZE },
	{ LISTING_, LIST("<CommonPrefixes></CommonPrefixes>"), "a <Prefix> is missing, or empty" },
	{ LISTING_, LIST("<IsTruncated>yes</IsTruncated>"), "<IsTruncated> is neither true nor false" },
	{ LISTING_, LIST(MORE), "it says that there is more, but not where" },
	{ LISTING_, ENCODED("a%"), NOT_ENCODED },
	{ LISTING_, ENCODED("a%4"), NOT_ENCODED },
	{ LISTING_, ENCODED("a%4g"), NOT_ENCODED },
	{ LISTING_, ENCODED("a%00"), NOT_ENCODED },
	{ UPLOAD_, "<InitiateMultipartUploadResult/>", "a <UploadId> is missing, or empty" },
	{ COMPLETED_, LIST(""), "it is <ListBucketResult>, not <CompleteMultipartUploadResult>" },
	{ COMPLETED_, "<Error/>", "a <Code> is missing, or empty" },
	{ PARTS_, PART("<Size>1</Size>"), NO_PART },
	{ PARTS_, PART("<PartNumber>10001</PartNumber><Size>1</Size>"), NO_PART },
	{ PARTS_, PART("<PartNumber>0</PartNumber><Size>1</Size>"), "a part has the number 0" },
	{ PARTS_, PART("<PartNumber>1</PartNumber>"), NO_SIZE },
	{ PARTS_, "<ListPartsResult><IsTruncated>true</IsTruncated></ListPartsResult>",
	  "it says that there is more, but not where" },
	{ UPLOADS_, "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated></ListMultipartUploadsResult>",
	  "it says that there is more, but not where" },
	{ UPLOADS_, "<ListMultipartUploadsResult><Upload><Key>k</Key></Upload></ListMultipartUploadsResult>",
	  "a <UploadId> is missing, or empty" },
	{ UPLOADS_, "<ListMultipartUploadsResult><Upload><UploadId>k</UploadId></Upload></ListMultipartUploadsResult>",
	  "a <Key> is missing, or empty" },
	{ DELETED_, "<DeleteResult><Deleted/></DeleteResult>", "a <Key> is missing, or empty" },
	{ DELETED_, "<DeleteResult><Error><Key>k</Key></Error></DeleteResult>", "a <Code> is missing, or empty" },
};

static void test_bad(void **state)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		size_t n = strlen(bad[i].body);
		char *exact = malloc(n + !n);
		struct arena a = ARENA_INIT;
		const char *why = NULL;

		print_message("%s\n", bad[i].body);
		memcpy(exact, bad[i].body, n);
		assert_int_equal(read_as(bad[i].what, &a, slice_bytes(exact, n), &why), -1);
		assert_string_equal(why, bad[i].why);
		arena_release(&a);
		free(exact);
	}
}

static void test_long_text(void **state)
{
	struct strbuf body = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct xml_error e;
	const char *why;

	for (size_t n = XMLTREE_TEXT; n <= XMLTREE_TEXT + 1; n++) {
		strbuf_reset(&body);
		strbuf_adds(&body, "<Error><Code>");
		for (size_t i = 0; i < n; i++)
			strbuf_addch(&body, 'x');
		strbuf_adds(&body, "</Code></Error>");
		assert_int_equal(xml_read_error(&e, &a, strbuf_slice(&body), &why), n > XMLTREE_TEXT ? -1 : 0);
	}
	assert_string_equal(why, "line 1: a text is too long");
	strbuf_reset(&body); /* blanks between elements are no text */
	strbuf_addf(&body, "<Error><Code>x</Code>%*s</Error>", (int)XMLTREE_TEXT + 1, "");
	assert_int_equal(xml_read_error(&e, &a, strbuf_slice(&body), &why), 0);
	strbuf_release(&body);
	arena_release(&a);
}

/* --- bodies of requests ------------------------------------------------------------------------------------------------ */

#define DELETE_HEAD XML "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>"

static void test_delete(void **state)
{
	static const char *const keys[] = { "a b", "<&>\"'", "日\r\n\t\x7f" };
	static const char *const impossible[] = { "\x01", "a\x1f", "\xef\xbf\xbe", "\xff", "\xed\xa0\x80" };
	struct strbuf out = STRBUF_INIT;

	assert_int_equal(xml_write_delete(&out, keys, COUNT(keys)), 0);
	assert_string_equal(out.p, DELETE_HEAD
			    "<Object><Key>a b</Key></Object><Object><Key>&#60;&#38;&#62;&#34;'</Key></Object>"
			    "<Object><Key>日&#13;&#10;&#9;\x7f</Key></Object></Delete>");
	for (size_t i = 0; i < COUNT(impossible); i++) {
		strbuf_reset(&out);
		assert_int_equal(xml_write_delete(&out, &impossible[i], 1), -1);
	}
	strbuf_release(&out);
}

static void test_complete(void **state)
{
	const struct xml_part parts[] = { { 1, SLICE("abc"), 5 }, { 10000, SLICE("<x>"), 1 } };
	const struct xml_part broken = { 1, SLICE("\x02"), 1 };
	struct strbuf out = STRBUF_INIT;

	assert_int_equal(xml_write_complete(&out, parts, COUNT(parts)), 0);
	assert_string_equal(out.p, XML "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
				       "<Part><PartNumber>1</PartNumber><ETag>&#34;abc&#34;</ETag></Part>"
				       "<Part><PartNumber>10000</PartNumber><ETag>&#34;&#60;x&#62;&#34;</ETag></Part>"
				       "</CompleteMultipartUpload>");
	assert_int_equal(xml_write_complete(&out, &broken, 1), -1);
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error),   cmocka_unit_test(test_listing),  cmocka_unit_test(test_lean_listing),
		cmocka_unit_test(test_marker),  cmocka_unit_test(test_upload),   cmocka_unit_test(test_parts),
		cmocka_unit_test(test_deleted), cmocka_unit_test(test_bad),      cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_delete),  cmocka_unit_test(test_complete),
	};

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
