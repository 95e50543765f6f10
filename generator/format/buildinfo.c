#include "format/buildinfo.h"

#include <string.h>

#include "format/json.h"
#include "format/wire.h"

static json_t *signed_json(const struct buildinfo *b)
{
	json_t *json = json_object(), *lineage = json_array(), *elsewhere = json_object();
	bool failed = false;

	for (size_t i = 0; i < b->nlineage; i++)
		put_item(lineage, put_hash(b->lineage[i]), &failed);
	for (size_t i = 0; i < b->nelsewhere; i++)
		put_named(elsewhere, b->elsewhere[i].path, json_integer((json_int_t)b->elsewhere[i].length), &failed);
	put_member(json, "_type", json_string("build"), &failed);
	put_member(json, "app", put_text(b->app), &failed);
	put_member(json, "commit", put_text(b->commit), &failed);
	put_member(json, "elsewhere", elsewhere, &failed);
	put_member(json, "lineage", lineage, &failed);
	put_member(json, "tool", put_text(b->tool), &failed);
	return put_done(json, failed);
}

int buildinfo_payload(struct strbuf *out, const struct buildinfo *b)
{
	json_auto_t *json = signed_json(b);

	return json ? json_write(out, json, JSON_CANONICAL) : -1;
}

int buildinfo_encode(struct strbuf *out, const struct buildinfo *b)
{
	json_auto_t *json = signed_json(b);

	return json ? envelope_encode(out, &b->signatures, json) : -1;
}

static int read_type(struct wire *w, void *out, const json_t *v)
{
	(void)out;
	return slice_eqs(wire_slice(v), "build") ? 0 : wire_fail(w, "_type is not build");
}

static int read_app(struct wire *w, void *out, const json_t *v)
{
	return wire_word(w, &((struct buildinfo *)out)->app, v, "app is not a text");
}

static int read_commit(struct wire *w, void *out, const json_t *v)
{
	return wire_text(w, &((struct buildinfo *)out)->commit, v, "commit is not a text");
}

static int read_tool(struct wire *w, void *out, const json_t *v)
{
	return wire_word(w, &((struct buildinfo *)out)->tool, v, "tool is not a text");
}

static int read_elsewhere_length(struct wire *w, void *out, const json_t *v)
{
	int64_t n;

	if (wire_int(w, &n, v, 0, INT64_MAX, "elsewhere is not a table of lengths"))
		return -1;
	((struct elsewhere *)out)->length = (uint64_t)n;
	return 0;
}

static int read_elsewhere(struct wire *w, void *out, const json_t *v)
{
	struct buildinfo *b = out;

	if (json_is_object(v) && json_object_size(v) == 0)
		return 0;
	b->elsewhere = wire_table(w, &b->nelsewhere, v, sizeof(*b->elsewhere), read_elsewhere_length,
				  "elsewhere is not an object");
	return b->elsewhere ? 0 : -1;
}

static int read_timestamp_hash(struct wire *w, void *out, const json_t *v)
{
	return wire_hash(w, out, v, "lineage is not an array of hashes");
}

static int read_lineage(struct wire *w, void *out, const json_t *v)
{
	static const char why[] = "lineage is not an array of 1 to 50 hashes";
	struct buildinfo *b = out;

	if (json_array_size(v) > BUILDINFO_LINEAGE)
		return wire_fail(w, why);
	b->lineage = wire_array(w, &b->nlineage, v, SHA256_SIZE, read_timestamp_hash, why);
	return b->lineage ? 0 : -1;
}

static int check_encoding(struct wire *w, struct buildinfo *b, struct slice bytes)
{
	struct strbuf again = STRBUF_INIT, payload = STRBUF_INIT;
	int result = 0;

	if (buildinfo_encode(&again, b) || buildinfo_payload(&payload, b) ||
	    !arena_try_copy(&b->payload, w->a, strbuf_slice(&payload)))
		result = wire_fail(w, "out of memory");
	else if (!slice_eq(strbuf_slice(&again), bytes))
		result = wire_fail(w, "is not in the one form that mdstatic writes (order, white space, escapes)");
	strbuf_release(&again);
	strbuf_release(&payload);
	return result;
}

int buildinfo_decode(struct buildinfo *out, struct arena *a, struct slice bytes, const char **why)
{
	static const struct wire_member members[] = {
		{ "_type", read_type, "there is no _type" },
		{ "app", read_app, "there is no app" },
		{ "commit", read_commit, "there is no commit" },
		{ "elsewhere", read_elsewhere, "there is no elsewhere" },
		{ "lineage", read_lineage, "there is no lineage" },
		{ "tool", read_tool, "there is no tool" },
	};
	static const struct wire_shape shape = { "signed is not an object", "unknown key in signed", members,
						 COUNT(members) };
	struct wire w = { .a = a };
	struct buildinfo b = { 0 };
	json_auto_t *json = NULL;

	if (envelope_decode(&b.signatures, &json, a, bytes, BUILDINFO_MAX, why))
		return -1;
	if (wire_object(&w, &b, json, &shape) || check_encoding(&w, &b, bytes)) {
		*why = w.why;
		return -1;
	}
	*out = b;
	return 0;
}

static size_t append(uint8_t (*v)[SHA256_SIZE], size_t n, const uint8_t hash[SHA256_SIZE])
{
	if (n && !memcmp(v[n - 1], hash, SHA256_SIZE))
		return n;
	if (n == BUILDINFO_LINEAGE)
		memmove(v[0], v[1], --n * SHA256_SIZE);
	memcpy(v[n], hash, SHA256_SIZE);
	return n + 1;
}

size_t buildinfo_lineage(uint8_t (*out)[SHA256_SIZE], const struct buildinfo *earlier, const uint8_t *previous,
			 const uint8_t now[SHA256_SIZE])
{
	size_t n = 0;

	for (size_t i = 0; earlier && i < earlier->nlineage; i++)
		n = append(out, n, earlier->lineage[i]);
	if (previous)
		n = append(out, n, previous);
	return append(out, n, now);
}
