/* Any bytes as each of S3's answers: read or refused with a reason, twice with the same result and in bounded memory. A list that
 * goes on says where; what it names can be asked to be deleted, and stands in that request as it was read. */
#include <string.h>

#include "publish/xml.h"
#include "publish/xmltree.h"
#include "require.h"

static bool has_nul(struct slice s)
{
	return slice_find(s, '\0') >= 0;
}

/* The body of a request is read again: element `item` holds `want`, n times. */
static void read_again(struct slice body, const char *root, const char *item, const char *leaf,
		       const struct slice *want, size_t n)
{
	const char *const wanted[] = { root, item, leaf };
	struct arena a = ARENA_INIT;
	struct xmltree t;
	const char *why;
	size_t i = 0;

	REQUIRE(xmltree_read(&t, &a, body, wanted, COUNT(wanted), &why) == 0);
	for (uint32_t node = t.v[0].first; node != XMLTREE_NONE; node = t.v[node].next, i++)
		REQUIRE(i < n && slice_eq(xmltree_text(&t, node, 2), want[i]));
	REQUIRE(i == n);
	arena_release(&a);
}

static void write_delete(const struct xml_listing *l, struct arena *a)
{
	struct slice *keys = ARENA_ARRAY(a, struct slice, l->n);
	const char **names = ARENA_ARRAY(a, const char *, l->n);
	struct strbuf out = STRBUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		const char *name = arena_str(a, l->v[i].key);

		strbuf_reset(&out);
		if (xml_write_delete(&out, &name, 1))
			continue;
		keys[n] = l->v[i].key;
		names[n++] = name;
	}
	strbuf_reset(&out);
	REQUIRE(xml_write_delete(&out, names, n) == 0);
	if (out.n <= XMLTREE_MAX)
		read_again(strbuf_slice(&out), "Delete", "Object", "Key", keys, n);
	strbuf_release(&out);
}

static void check_listing(const struct xml_listing *l, struct arena *a)
{
	for (size_t i = 0; i < l->n; i++) {
		REQUIRE(l->v[i].key.n && !has_nul(l->v[i].key) && !has_nul(l->v[i].etag));
		REQUIRE(l->v[i].size <= INT64_MAX && l->v[i].modified >= 0);
	}
	for (size_t i = 0; i < l->nprefixes; i++)
		REQUIRE(l->prefixes[i].n && !has_nul(l->prefixes[i]));
	REQUIRE(!l->truncated || l->token.n || l->marker.n);
	write_delete(l, a);
}

static void check_parts(const struct xml_parts *p, struct arena *a)
{
	struct slice *quoted = ARENA_ARRAY(a, struct slice, p->n);
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < p->n; i++) {
		REQUIRE(p->v[i].number >= 1 && p->v[i].number <= XML_PARTS_MAX);
		quoted[i] = arena_printf(a, "\"" SLICE_FMT "\"", SLICE_ARG(p->v[i].etag));
	}
	REQUIRE(!p->truncated || p->next);
	REQUIRE(xml_write_complete(&out, p->v, p->n) == 0);
	read_again(strbuf_slice(&out), "CompleteMultipartUpload", "Part", "ETag", quoted, p->n);
	strbuf_release(&out);
}

static void check_error(const struct xml_error *e)
{
	REQUIRE(e->code.n && !has_nul(e->code) && !has_nul(e->message) && e->server_time >= 0);
}

union answer {
	struct xml_error error;
	struct xml_listing listing;
	struct slice id;
	struct xml_completed completed;
	struct xml_parts parts;
	struct xml_uploads uploads;
	struct xml_deleted deleted;
};

enum { ERROR, LISTING, UPLOAD, COMPLETED, PARTS, UPLOADS, DELETED, ANSWERS };

static int read_as(int what, union answer *out, struct arena *a, struct slice bytes, const char **why)
{
	switch (what) {
	case ERROR:
		return xml_read_error(&out->error, a, bytes, why);
	case LISTING:
		return xml_read_listing(&out->listing, a, bytes, why);
	case UPLOAD:
		return xml_read_upload(&out->id, a, bytes, why);
	case COMPLETED:
		return xml_read_completed(&out->completed, a, bytes, why);
	case PARTS:
		return xml_read_parts(&out->parts, a, bytes, why);
	case UPLOADS:
		return xml_read_uploads(&out->uploads, a, bytes, why);
	default:
		return xml_read_deleted(&out->deleted, a, bytes, why);
	}
}

static void check(int what, const union answer *x, struct arena *a)
{
	if (what == ERROR)
		check_error(&x->error);
	else if (what == LISTING)
		check_listing(&x->listing, a);
	else if (what == COMPLETED && x->completed.failed)
		check_error(&x->completed.error);
	else if (what == PARTS)
		check_parts(&x->parts, a);
	else if (what == UPLOADS)
		REQUIRE(!x->uploads.truncated || x->uploads.next_key.n);
	else if (what == UPLOAD)
		REQUIRE(x->id.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_bytes(data, size);

	for (int what = 0; what < ANSWERS; what++) {
		struct arena a = ARENA_INIT, b = ARENA_INIT;
		const char *why = NULL, *why_again = NULL;
		union answer x, again;
		int bad = read_as(what, &x, &a, bytes, &why);

		REQUIRE(a.used <= 64 * size + 4096);
		REQUIRE(read_as(what, &again, &b, bytes, &why_again) == bad);
		if (bad)
			REQUIRE(why && *why && strcmp(why, why_again) == 0);
		else
			check(what, &x, &a);
		arena_release(&a);
		arena_release(&b);
	}
	return 0;
}
