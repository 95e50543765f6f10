/* Objects that are sent in parts. */
#include "canned.h"

#include "publish/s3job.h"
#include "s3world.h"

#define ERROR(code)          "<Error><Code>" code "</Code></Error>"
#define UPLOADS(more, items) "<ListMultipartUploadsResult>" more items "</ListMultipartUploadsResult>"
#define UPLOAD(key, id, day)                                                                                           \
	"<Upload><Key>" key "</Key><UploadId>" id "</UploadId><Initiated>2026-11-" day "T00:00:00Z</Initiated></"      \
	"Upload>"

/* Small ones, straight into the queue of what is sent in parts; only where there must be two, of 16 MiB and a bit. */
#define SMALL 5
#define LARGE (((size_t)16 << 20) + 5)

#define NO_UPLOADS                                                                                                     \
	{                                                                                                              \
		"GET", "uploads=", 200, NULL, UPLOADS("", ""), 1, WAY_ANSWER                                           \
	}
#define CREATE(n)                                                                                                      \
	{                                                                                                              \
		"POST", "uploads=", 200, NULL,                                                                         \
			"<InitiateMultipartUploadResult><UploadId>U/1</UploadId></InitiateMultipartUploadResult>", n,  \
			WAY_ANSWER                                                                                     \
	}
#define PART(n)                                                                                                        \
	{                                                                                                              \
		"PUT", "uploadId=U%2F1", 200, "ETag: \"e\"\r\n", NULL, n, WAY_ANSWER                                   \
	}
#define PART_(s, body)                                                                                                 \
	{                                                                                                              \
		"PUT", NULL, s, NULL, body, 1, WAY_ANSWER                                                              \
	}
#define FINISH_(s, body)                                                                                               \
	{                                                                                                              \
		"POST", "uploadId=", s, NULL, body, 1, WAY_ANSWER                                                      \
	}
#define FINISH FINISH_(200, "<CompleteMultipartUploadResult><ETag>x-3</ETag></CompleteMultipartUploadResult>")
#define ABORT                                                                                                          \
	{                                                                                                              \
		"DELETE", "uploadId=", 204, NULL, NULL, 1, WAY_ANSWER                                                  \
	}
#define THERE                                                                                                          \
	{                                                                                                              \
		"HEAD", NULL, 200, "@ours", NULL, 1, WAY_ANSWER                                                        \
	}
#define ABSENT                                                                                                         \
	{                                                                                                              \
		"HEAD", NULL, 404, NULL, NULL, 1, WAY_ANSWER                                                           \
	}
#define LEFT(key)                                                                                                      \
	{                                                                                                              \
		"GET", "uploads=", 200, NULL, UPLOADS("", UPLOAD(key, "old", "01")), 1, WAY_ANSWER                     \
	}

static const struct parts_row {
	const char *name;
	size_t length;
	struct canned rules[8];
	enum dest_outcome outcome;
	const char *methods, *says;
} parts_rows[] = {
	{ "new", LARGE, { NO_UPLOADS, CREATE(1), PART(2), FINISH }, DEST_DONE, "GET POST PUT PUT POST", NULL },
	{ "no list of uploads",
	  SMALL,
	  { { "GET", NULL, 501, NULL, NULL, 1, WAY_ANSWER }, CREATE(1), PART(1), FINISH },
	  DEST_DONE,
	  "GET POST PUT POST",
	  NULL },
	{ "begun, and gone since",
	  SMALL,
	  { LEFT("pre/big"),
	    { "GET", "uploadId=old", 404, NULL, ERROR("NoSuchUpload"), 1, WAY_ANSWER },
	    CREATE(1),
	    PART(1),
	    FINISH },
	  DEST_DONE,
	  "GET GET POST PUT POST",
	  NULL },
	{ "begun of another key",
	  SMALL,
	  { LEFT("pre/big2"), CREATE(1), PART(1), FINISH },
	  DEST_DONE,
	  "GET POST PUT POST",
	  NULL },
	{ "a part is not there after all",
	  LARGE,
	  { NO_UPLOADS,
	    CREATE(1),
	    PART(1),
	    PART_(500, NULL),
	    { "GET", "max-parts=1&part-number-marker=1&", 200, NULL, "<ListPartsResult></ListPartsResult>", 1,
	      WAY_ANSWER },
	    PART(1),
	    FINISH },
	  DEST_DONE,
	  "GET POST PUT PUT GET PUT POST",
	  NULL },
	{ "a busy server",
	  SMALL,
	  { NO_UPLOADS, CREATE(1), PART_(503, ERROR("SlowDown")), PART(1), FINISH },
	  DEST_DONE,
	  "GET POST PUT PUT POST",
	  NULL },
	{ "a part is refused",
	  LARGE,
	  { NO_UPLOADS, CREATE(1), PART_(400, ERROR("InvalidArgument")), ABORT },
	  DEST_FAILED,
	  "GET POST PUT DELETE",
	  "InvalidArgument" },
	{ "ended by somebody",
	  SMALL,
	  { NO_UPLOADS, CREATE(2), PART_(404, ERROR("NoSuchUpload")), PART(1), FINISH },
	  DEST_DONE,
	  "GET POST PUT POST PUT POST",
	  NULL },
	{ "ended by somebody, again and again",
	  SMALL,
	  { NO_UPLOADS, CREATE(0), { "PUT", NULL, 404, NULL, ERROR("NoSuchUpload"), 0, WAY_ANSWER } },
	  DEST_FAILED,
	  "GET POST PUT POST PUT POST PUT",
	  "ended by somebody else" },
	{ "completed, says nobody",
	  LARGE,
	  { NO_UPLOADS, CREATE(1), PART(2), FINISH_(500, NULL), THERE },
	  DEST_DONE,
	  "GET POST PUT PUT POST HEAD",
	  NULL },
	{ "not completed",
	  SMALL,
	  { NO_UPLOADS, CREATE(1), PART(1), { "POST", "uploadId=", 0, NULL, NULL, 1, WAY_DROP }, ABSENT, FINISH },
	  DEST_DONE,
	  "GET POST PUT POST HEAD POST",
	  NULL },
	{ "200 with an error",
	  SMALL,
	  { NO_UPLOADS, CREATE(1), PART(1), FINISH_(200, "   " ERROR("InternalError")), ABSENT, FINISH },
	  DEST_DONE,
	  "GET POST PUT POST HEAD POST",
	  NULL },
	{ "200 with a final error",
	  SMALL,
	  { NO_UPLOADS, CREATE(1), PART(1), FINISH_(200, ERROR("InvalidPart")), ABORT },
	  DEST_FAILED,
	  "GET POST PUT POST DELETE",
	  "InvalidPart" },
	{ "200 with nothing",
	  SMALL,
	  { NO_UPLOADS, CREATE(1), PART(1), FINISH_(200, NULL), THERE },
	  DEST_DONE,
	  "GET POST PUT POST HEAD",
	  NULL },
	{ "completed by another publisher",
	  SMALL,
	  { NO_UPLOADS, CREATE(1), PART(1), FINISH_(404, ERROR("NoSuchUpload")), THERE },
	  DEST_DONE,
	  "GET POST PUT POST HEAD",
	  NULL },
	{ "removed by another one",
	  SMALL,
	  { NO_UPLOADS, CREATE(2), PART(2), FINISH_(404, ERROR("NoSuchUpload")), ABSENT, FINISH },
	  DEST_DONE,
	  "GET POST PUT POST HEAD POST PUT POST",
	  NULL },
	{ "not begun",
	  SMALL,
	  { NO_UPLOADS, { "POST", NULL, 403, NULL, ERROR("AccessDenied"), 1, WAY_ANSWER } },
	  DEST_FAILED,
	  "GET POST",
	  "AccessDenied" },
	{ "begun with an odd answer",
	  SMALL,
	  { NO_UPLOADS, { "POST", NULL, 200, NULL, "<html/>", 1, WAY_ANSWER } },
	  DEST_FAILED,
	  "GET POST",
	  "no upload that can be understood" },
	{ "wrong credentials in the middle",
	  LARGE,
	  { NO_UPLOADS, CREATE(1), PART(1), PART_(403, ERROR("AccessDenied")) },
	  DEST_FAILED,
	  "GET POST PUT PUT",
	  "AccessDenied" },
};

struct large {
	size_t length;
	char *bytes, md5[2][MD5_HEX], headers[256]; /* of the whole, as a HEAD gives them */
};

static void large_make(struct large *l, size_t length)
{
	static const size_t size = (size_t)16 << 20;
	size_t n = (length + size - 1) / size;
	uint8_t all[2][MD5_SIZE], whole[MD5_SIZE];
	struct digests *dg = NULL;
	char hex[MD5_HEX];

	assert_int_equal(digests_new(&dg), 0);
	l->length = length;
	l->bytes = malloc(length);
	assert_non_null(l->bytes);
	memset(l->bytes, 'p', length);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(digest_md5(dg, all[i], slice_sub(slice_bytes(l->bytes, length), i * size, size)), 0);
		digest_hex(l->md5[i], all[i], MD5_SIZE);
	}
	assert_int_equal(digest_md5(dg, whole, slice_bytes(all, n * MD5_SIZE)), 0);
	digest_hex(hex, whole, MD5_SIZE);
	snprintf(l->headers, sizeof(l->headers), "Content-Length: %zu\r\nETag: \"%s-%zu\"\r\n", length, hex, n);
	digests_free(dg);
}

/* Runs it; -1 as dest_run() gives it. */
static int put_parts(struct s3_world *w, const struct large *l, struct dest_put *p)
{
	*p = (struct dest_put){
		.key = "big", .body = { l->bytes, l->length }, .length = l->length, .class = &w->class, .settle = true
	};
	assert_int_equal(digest_sha256(w->digests, p->sha256, p->body), 0);
	s3_queue_parts((struct s3 *)w->t, p);
	return dest_run(&w->t, 1, &w->d);
}

static void test_parts(void **state)
{
	for (size_t i = 0; i < COUNT(parts_rows); i++) {
		const struct parts_row *row = &parts_rows[i];
		struct canned rules[COUNT(row->rules)];
		struct s3_world w;
		struct dest_put p;
		struct large l;
		size_t n = 0;

		print_message("%s\n", row->name);
		large_make(&l, row->length);
		for (; n < COUNT(rules) && (row->rules[n].status || row->rules[n].way == WAY_DROP); n++) {
			rules[n] = row->rules[n];
			if (rules[n].headers && rules[n].headers[0] == '@')
				rules[n].headers = l.headers;
		}
		s3_world_open(&w, &(struct dest_settings){ .connections = 1, .attempts = 4 });
		canned_rules(&w.server, rules, n);
		assert_int_equal(put_parts(&w, &l, &p), row->outcome == DEST_FAILED ? -1 : 0);
		assert_string_equal(canned_methods(&w.server), row->methods);
		assert_int_equal(p.outcome, row->outcome);
		assert_int_equal(w.d.n, row->says ? 1 : 0);
		if (row->says)
			assert_non_null(strstr(w.d.v[0].text, row->says));
		s3_world_close(&w);
		free(l.bytes);
	}
}

static void add_part(struct strbuf *to, int number, const char *md5, size_t size)
{
	strbuf_addf(to, "<Part><PartNumber>%d</PartNumber><ETag>&quot;%s&quot;</ETag><Size>%zu</Size></Part>", number,
		    md5, size);
}

/* What a dead publisher left is not sent again; a part of which nobody knows is looked for. */
static void test_continued(void **state)
{
	struct strbuf left = STRBUF_INIT, settled = STRBUF_INIT;
	struct s3_world w;
	struct dest_put p;
	struct large l;
	const char *body;

	large_make(&l, LARGE);
	strbuf_adds(&left, "<ListPartsResult>");
	add_part(&left, 1, l.md5[0], (size_t)16 << 20);
	add_part(&left, 2, l.md5[1], 4);                /* another length */
	add_part(&left, 9, l.md5[1], (size_t)16 << 20); /* none of ours */
	strbuf_adds(&left, "</ListPartsResult>");
	strbuf_adds(&settled, "<ListPartsResult>");
	add_part(&settled, 2, l.md5[1], 5);
	strbuf_adds(&settled, "</ListPartsResult>");
	const struct canned rules[] = {
		{ "GET", "uploads=", 200, NULL,
		  UPLOADS("", UPLOAD("pre/big", "old", "02") UPLOAD("pre/big", "first", "01")
				      UPLOAD("pre/bigger", "x", "03")),
		  1, WAY_ANSWER },
		{ "GET", "big?uploadId=old", 200, NULL, left.p, 1, WAY_ANSWER },
		{ "PUT", "partNumber=2&uploadId=old", 0, NULL, NULL, 1, WAY_DROP },
		{ "GET", "max-parts=1&part-number-marker=1&uploadId=old", 200, NULL, settled.p, 1, WAY_ANSWER },
		FINISH,
	};
	s3_world_open(&w, &(struct dest_settings){ .connections = 1, .attempts = 4 });
	canned_rules(&w.server, rules, COUNT(rules));
	assert_int_equal(put_parts(&w, &l, &p), 0);
	assert_string_equal(canned_methods(&w.server), "GET GET PUT GET POST");
	assert_int_equal(p.outcome, DEST_DONE);
	assert_int_equal(w.server.seen[2].length, 5);
	assert_non_null(canned_header(&w.server.seen[2], "content-md5"));
	body = w.server.seen[4].body;
	for (size_t i = 0; i < 2; i++) {
		char wanted[128];

		snprintf(wanted, sizeof(wanted), "<PartNumber>%zu</PartNumber>", i + 1);
		assert_non_null(strstr(body, wanted));
		assert_non_null(strstr(strstr(body, wanted), l.md5[i]));
	}
	s3_world_close(&w);
	strbuf_release(&left);
	strbuf_release(&settled);
	free(l.bytes);
}

/* What is longer than WHOLE_MAX goes in parts, unless it has a condition; and not at all where it is not what it was. */
static void test_which(void **state)
{
	static const struct canned rules[] = { { NULL, NULL, 400, NULL, ERROR("Enough"), 0, WAY_ANSWER } };
	size_t length = ((size_t)32 << 20) + 1;
	char *bytes = calloc(1, length);
	struct s3_world w;
	struct dest_put p;

	assert_non_null(bytes);
	s3_world_open(&w, NULL);
	p = s3_put_of(&w, "big", slice_bytes(bytes, length));
	for (int conditional = 0; conditional < 2; conditional++) {
		canned_rules(&w.server, rules, COUNT(rules));
		p.condition = conditional ? DEST_IF_ABSENT : DEST_ALWAYS;
		assert_int_equal(dest_write(w.t, &p, &w.d), -1);
		assert_string_equal(canned_methods(&w.server), conditional ? "PUT" : "GET POST");
		p.length--;
		p.body.n--;
		canned_rules(&w.server, rules, COUNT(rules));
		assert_int_equal(dest_write(w.t, &p, &w.d), -1); /* another hash */
		assert_int_equal(w.server.nseen, 0);
		p.length++;
		p.body.n++;
	}
	p.sha256[0] ^= 1;
	p.condition = DEST_ALWAYS;
	assert_int_equal(dest_write(w.t, &p, &w.d), -1);
	assert_int_equal(p.outcome, DEST_FAILED);
	assert_int_equal(w.server.nseen, 0);
	p.length = UINT64_C(6) << 30;
	p.condition = DEST_IF_ABSENT;
	assert_int_equal(dest_write(w.t, &p, &w.d), -1);
	assert_int_equal(w.server.nseen, 0);
	s3_world_close(&w);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_continued),
		cmocka_unit_test(test_which),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
