#include "publish/xml.h"

#include "base/refuse.h"
#include "base/text.h"
#include "publish/httpdate.h"
#include "publish/xmltree.h"

enum element {
	BUCKET,
	CODE,
	COMMON_PREFIXES,
	COMPLETED,
	CONTENTS,
	DELETED,
	DELETE_RESULT,
	ENCODING,
	ENDPOINT,
	ERROR,
	ETAG,
	INITIATED,
	KEY,
	LISTING,
	MESSAGE,
	MODIFIED,
	NEXT_KEY,
	NEXT_MARKER,
	NEXT_PART,
	NEXT_TOKEN,
	NEXT_UPLOAD,
	PART,
	PARTS,
	PART_NUMBER,
	PREFIX,
	REGION,
	REQUEST_ID,
	SERVER_TIME,
	SIZE,
	TRUNCATED,
	UPLOAD,
	UPLOADS,
	UPLOAD_BEGUN,
	UPLOAD_ID
};

static const char *const elements[] = {
	[BUCKET] = "Bucket",
	[CODE] = "Code",
	[COMMON_PREFIXES] = "CommonPrefixes",
	[COMPLETED] = "CompleteMultipartUploadResult",
	[CONTENTS] = "Contents",
	[DELETED] = "Deleted",
	[DELETE_RESULT] = "DeleteResult",
	[ENCODING] = "EncodingType",
	[ENDPOINT] = "Endpoint",
	[ERROR] = "Error",
	[ETAG] = "ETag",
	[INITIATED] = "Initiated",
	[KEY] = "Key",
	[LISTING] = "ListBucketResult",
	[MESSAGE] = "Message",
	[MODIFIED] = "LastModified",
	[NEXT_KEY] = "NextKeyMarker",
	[NEXT_MARKER] = "NextMarker",
	[NEXT_PART] = "NextPartNumberMarker",
	[NEXT_TOKEN] = "NextContinuationToken",
	[NEXT_UPLOAD] = "NextUploadIdMarker",
	[PART] = "Part",
	[PARTS] = "ListPartsResult",
	[PART_NUMBER] = "PartNumber",
	[PREFIX] = "Prefix",
	[REGION] = "Region",
	[REQUEST_ID] = "RequestId",
	[SERVER_TIME] = "ServerTime",
	[SIZE] = "Size",
	[TRUNCATED] = "IsTruncated",
	[UPLOAD] = "Upload",
	[UPLOADS] = "ListMultipartUploadsResult",
	[UPLOAD_BEGUN] = "InitiateMultipartUploadResult",
	[UPLOAD_ID] = "UploadId",
};

/* What a reader works on: the answer as a tree, and where its results go. */
struct answer {
	struct xmltree tree;
	struct arena *a;
	const char **why;
	bool encoded; /* keys are percent-encoded */
};

/* --- pieces ------------------------------------------------------------------------------------------------------------ */

static bool is_root(const struct answer *x, enum element name)
{
	return x->tree.v[0].name == name;
}

static int parse(struct answer *x, struct arena *a, struct slice body, const char **why)
{
	*x = (struct answer){ .a = a, .why = why };
	return xmltree_read(&x->tree, a, body, elements, COUNT(elements), why);
}

static int parse_as(struct answer *x, enum element root, struct arena *a, struct slice body, const char **why)
{
	if (parse(x, a, body, why))
		return -1;
	if (!is_root(x, root))
		return refusef(why, a, "it is <%s>, not <%s>", elements[x->tree.v[0].name], elements[root]);
	x->encoded = slice_eqs(xmltree_text(&x->tree, 0, ENCODING), "url");
	return 0;
}

/* `name` within `node`; empty where it is not there. */
static struct slice text_of(const struct answer *x, uint32_t node, enum element name)
{
	return xmltree_text(&x->tree, node, name);
}

static int lacks(const struct answer *x, enum element name)
{
	return refusef(x->why, x->a, "a <%s> is missing, or empty", elements[name]);
}

/* The encoding of forms: "+" is a blank. */
static bool decode(struct slice *out, struct arena *a, struct slice s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t byte = (uint8_t)(s.p[i] == '+' ? ' ' : s.p[i]);

		if (s.p[i] == '%') {
			if (!text_hex_any(&byte, 1, slice_sub(s, i + 1, 2)) || !byte)
				return false;
			i += 2;
		}
		p[n++] = (char)byte;
	}
	*out = slice_bytes(p, n);
	return true;
}

/* A key, a prefix or a marker; empty where it is not there. */
static int read_name(struct slice *out, const struct answer *x, uint32_t node, enum element name)
{
	*out = text_of(x, node, name);
	if (x->encoded && out->n && !decode(out, x->a, *out))
		return refusef(x->why, x->a, "a <%s> is not encoded as <EncodingType> says", elements[name]);
	return 0;
}

static int read_key(struct slice *out, const struct answer *x, uint32_t node)
{
	if (read_name(out, x, node, KEY))
		return -1;
	return out->n ? 0 : lacks(x, KEY);
}

static int read_number(uint64_t *out, const struct answer *x, uint32_t node, enum element name, uint64_t most)
{
	if (!text_uint(out, slice_trim(text_of(x, node, name))) || *out > most)
		return refusef(x->why, x->a, "a <%s> is missing, or no number up to %llu", elements[name],
			       (unsigned long long)most);
	return 0;
}

static int64_t time_of(const struct answer *x, uint32_t node, enum element name)
{
	int64_t t = 0;

	return httpdate_parse_iso(&t, slice_trim(text_of(x, node, name))) ? t : 0;
}

static struct slice unquote(struct slice etag)
{
	etag = slice_trim(etag);
	if (etag.n >= 2 && etag.p[0] == '"' && etag.p[etag.n - 1] == '"')
		etag = slice_sub(etag, 1, etag.n - 2);
	return etag;
}

static struct slice etag_of(const struct answer *x, uint32_t node)
{
	return unquote(text_of(x, node, ETAG));
}

static int read_truncated(bool *out, const struct answer *x)
{
	struct slice text = slice_trim(text_of(x, 0, TRUNCATED));

	*out = slice_eqs(text, "true");
	if (text.n && !*out && !slice_eqs(text, "false"))
		return refuse(x->why, "<IsTruncated> is neither true nor false");
	return 0;
}

/* A list goes on, but nothing says where. */
static int leads_nowhere(const struct answer *x)
{
	return refuse(x->why, "it says that there is more, but not where");
}

/* --- errors ------------------------------------------------------------------------------------------------------------ */

static int error_of(struct xml_error *out, const struct answer *x)
{
	*out = (struct xml_error){
		.code = text_of(x, 0, CODE),
		.message = text_of(x, 0, MESSAGE),
		.region = text_of(x, 0, REGION),
		.endpoint = text_of(x, 0, ENDPOINT),
		.bucket = text_of(x, 0, BUCKET),
		.request_id = text_of(x, 0, REQUEST_ID),
		.server_time = time_of(x, 0, SERVER_TIME),
	};
	return out->code.n ? 0 : lacks(x, CODE);
}

int xml_read_error(struct xml_error *out, struct arena *a, struct slice body, const char **why)
{
	struct answer x;

	return parse_as(&x, ERROR, a, body, why) ? -1 : error_of(out, &x);
}

/* --- listings ---------------------------------------------------------------------------------------------------------- */

static int read_object(struct xml_object *out, const struct answer *x, uint32_t node)
{
	out->etag = etag_of(x, node);
	out->modified = time_of(x, node, MODIFIED);
	return read_key(&out->key, x, node) || read_number(&out->size, x, node, SIZE, INT64_MAX) ? -1 : 0;
}

static int read_items(struct xml_listing *out, const struct answer *x)
{
	out->v = ARENA_ARRAY(x->a, struct xml_object, xmltree_count(&x->tree, 0, CONTENTS));
	out->prefixes = ARENA_ARRAY(x->a, struct slice, xmltree_count(&x->tree, 0, COMMON_PREFIXES));
	for (uint32_t i = x->tree.v[0].first; i != XMLTREE_NONE; i = x->tree.v[i].next) {
		if (x->tree.v[i].name == CONTENTS && read_object(&out->v[out->n++], x, i))
			return -1;
		if (x->tree.v[i].name == COMMON_PREFIXES &&
		    (read_name(&out->prefixes[out->nprefixes], x, i, PREFIX) || !out->prefixes[out->nprefixes++].n))
			return *x->why ? -1 : lacks(x, PREFIX);
	}
	return 0;
}

/* Where a server goes on that knows no tokens: its marker, else what came last. */
static int read_marker(struct xml_listing *out, const struct answer *x)
{
	if (read_name(&out->marker, x, 0, NEXT_MARKER))
		return -1;
	if (out->marker.n)
		return 0;
	for (size_t i = 0; i < out->n; i++)
		out->marker = slice_cmp(out->v[i].key, out->marker) > 0 ? out->v[i].key : out->marker;
	for (size_t i = 0; i < out->nprefixes; i++)
		out->marker = slice_cmp(out->prefixes[i], out->marker) > 0 ? out->prefixes[i] : out->marker;
	return out->marker.n ? 0 : leads_nowhere(x);
}

int xml_read_listing(struct xml_listing *out, struct arena *a, struct slice body, const char **why)
{
	struct answer x;

	*out = (struct xml_listing){ .n = 0 };
	if (parse_as(&x, LISTING, a, body, why) || read_items(out, &x) || read_truncated(&out->truncated, &x))
		return -1;
	out->token = text_of(&x, 0, NEXT_TOKEN);
	return out->truncated && !out->token.n ? read_marker(out, &x) : 0;
}

/* --- uploads in parts -------------------------------------------------------------------------------------------------- */

int xml_read_upload(struct slice *upload_id, struct arena *a, struct slice body, const char **why)
{
	struct answer x;

	if (parse_as(&x, UPLOAD_BEGUN, a, body, why))
		return -1;
	*upload_id = text_of(&x, 0, UPLOAD_ID);
	return upload_id->n ? 0 : lacks(&x, UPLOAD_ID);
}

int xml_read_completed(struct xml_completed *out, struct arena *a, struct slice body, const char **why)
{
	struct answer x;

	*out = (struct xml_completed){ .failed = false };
	if (parse(&x, a, body, why))
		return -1;
	if (is_root(&x, ERROR)) {
		out->failed = true;
		return error_of(&out->error, &x);
	}
	if (!is_root(&x, COMPLETED))
		return refusef(why, a, "it is <%s>, not <%s>", elements[x.tree.v[0].name], elements[COMPLETED]);
	out->etag = etag_of(&x, 0);
	return 0;
}

static int read_part(struct xml_part *out, const struct answer *x, uint32_t node)
{
	uint64_t number;

	out->etag = etag_of(x, node);
	if (read_number(&number, x, node, PART_NUMBER, XML_PARTS_MAX) ||
	    read_number(&out->size, x, node, SIZE, INT64_MAX))
		return -1;
	out->number = (uint32_t)number;
	return out->number ? 0 : refuse(x->why, "a part has the number 0");
}

int xml_read_parts(struct xml_parts *out, struct arena *a, struct slice body, const char **why)
{
	struct answer x;
	uint64_t next = 0;

	*out = (struct xml_parts){ .n = 0 };
	if (parse_as(&x, PARTS, a, body, why) || read_truncated(&out->truncated, &x))
		return -1;
	out->v = ARENA_ARRAY(a, struct xml_part, xmltree_count(&x.tree, 0, PART));
	for (uint32_t i = x.tree.v[0].first; i != XMLTREE_NONE; i = x.tree.v[i].next) {
		if (x.tree.v[i].name == PART && read_part(&out->v[out->n++], &x, i))
			return -1;
	}
	if (!out->truncated)
		return 0;
	if (text_of(&x, 0, NEXT_PART).n && read_number(&next, &x, 0, NEXT_PART, XML_PARTS_MAX))
		return -1;
	for (size_t i = 0; i < out->n && !next; i++)
		out->next = out->v[i].number > out->next ? out->v[i].number : out->next;
	out->next = next ? (uint32_t)next : out->next;
	return out->next ? 0 : leads_nowhere(&x);
}

static int read_begun(struct xml_upload *out, const struct answer *x, uint32_t node)
{
	out->id = text_of(x, node, UPLOAD_ID);
	out->initiated = time_of(x, node, INITIATED);
	if (read_key(&out->key, x, node))
		return -1;
	return out->id.n ? 0 : lacks(x, UPLOAD_ID);
}

int xml_read_uploads(struct xml_uploads *out, struct arena *a, struct slice body, const char **why)
{
	struct answer x;

	*out = (struct xml_uploads){ .n = 0 };
	if (parse_as(&x, UPLOADS, a, body, why) || read_truncated(&out->truncated, &x) ||
	    read_name(&out->next_key, &x, 0, NEXT_KEY))
		return -1;
	out->next_id = text_of(&x, 0, NEXT_UPLOAD);
	out->v = ARENA_ARRAY(a, struct xml_upload, xmltree_count(&x.tree, 0, UPLOAD));
	for (uint32_t i = x.tree.v[0].first; i != XMLTREE_NONE; i = x.tree.v[i].next) {
		if (x.tree.v[i].name == UPLOAD && read_begun(&out->v[out->n++], &x, i))
			return -1;
	}
	return out->truncated && !out->next_key.n ? leads_nowhere(&x) : 0;
}

/* --- deleting ---------------------------------------------------------------------------------------------------------- */

static int read_undeleted(struct xml_undeleted *out, const struct answer *x, uint32_t node)
{
	out->key = text_of(x, node, KEY);
	out->code = text_of(x, node, CODE);
	out->message = text_of(x, node, MESSAGE);
	return out->code.n ? 0 : lacks(x, CODE);
}

int xml_read_deleted(struct xml_deleted *out, struct arena *a, struct slice body, const char **why)
{
	struct answer x;

	*out = (struct xml_deleted){ .n = 0 };
	if (parse_as(&x, DELETE_RESULT, a, body, why))
		return -1;
	out->v = ARENA_ARRAY(a, struct slice, xmltree_count(&x.tree, 0, DELETED));
	out->failed = ARENA_ARRAY(a, struct xml_undeleted, xmltree_count(&x.tree, 0, ERROR));
	for (uint32_t i = x.tree.v[0].first; i != XMLTREE_NONE; i = x.tree.v[i].next) {
		if (x.tree.v[i].name == DELETED && read_key(&out->v[out->n++], &x, i))
			return -1;
		if (x.tree.v[i].name == ERROR && read_undeleted(&out->failed[out->nfailed++], &x, i))
			return -1;
	}
	return 0;
}

/* --- bodies of requests ------------------------------------------------------------------------------------------------ */

/* What text between tags must not be; line breaks and tabs too, which readers may change. False: XML has no way to say it. */
static bool add_text(struct strbuf *out, struct slice s)
{
	uint32_t c;

	for (size_t n; s.n; s = slice_from(s, n)) {
		n = text_next(&c, s);
		if (!n || c == 0xfffe || c == 0xffff || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
			return false;
		if (c < 0x20 || c == '&' || c == '<' || c == '>' || c == '"')
			strbuf_addf(out, "&#%u;", (unsigned)c);
		else
			strbuf_add(out, s.p, n);
	}
	return true;
}

int xml_write_delete(struct strbuf *out, const char *const *keys, size_t n)
{
	strbuf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Delete xmlns=\"" XML_NAMESPACE
			 "\"><Quiet>true</Quiet>");
	for (size_t i = 0; i < n; i++) {
		strbuf_adds(out, "<Object><Key>");
		if (!add_text(out, slice_of(keys[i])))
			return -1;
		strbuf_adds(out, "</Key></Object>");
	}
	strbuf_adds(out, "</Delete>");
	return out->failed ? -1 : 0;
}

int xml_write_complete(struct strbuf *out, const struct xml_part *parts, size_t n)
{
	strbuf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CompleteMultipartUpload xmlns=\"" XML_NAMESPACE
			 "\">");
	for (size_t i = 0; i < n; i++) {
		strbuf_addf(out, "<Part><PartNumber>%u</PartNumber><ETag>&#34;", (unsigned)parts[i].number);
		if (!add_text(out, parts[i].etag))
			return -1;
		strbuf_adds(out, "&#34;</ETag></Part>");
	}
	strbuf_adds(out, "</CompleteMultipartUpload>");
	return out->failed ? -1 : 0;
}
