#include "format/buildinfo.h"

#include <string.h>

#include "format/json.h"
#include "format/wire.h"

static json_t *delta_json(const struct buildinfo_delta *d)
{
	json_t *o = json_object();
	bool failed = false;

	put_member(o, "from", put_text(d->from), &failed);
	put_member(o, "kind", json_string(kind_name(d->kind)), &failed);
	put_member(o, "slot", put_text(d->slot), &failed);
	put_member(o, "version", put_text(d->version), &failed);
	if (d->size)
		put_member(o, "size", json_integer((json_int_t)d->size), &failed);
	else
		put_member(o, "reason", put_text(d->reason), &failed);
	return put_done(o, failed);
}

static json_t *deltas_json(const struct buildinfo *b)
{
	json_t *list = json_array();
	bool failed = false;

	for (size_t i = 0; i < b->ndeltas; i++)
		put_item(list, delta_json(&b->deltas[i]), &failed);
	return put_done(list, failed);
}

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
	if (b->ndeltas)
		put_member(json, "deltas", deltas_json(b), &failed);
	put_member(json, "elsewhere", elsewhere, &failed);
	put_member(json, "lineage", lineage, &failed);
	if (b->pointer_max_age != BUILDINFO_MAX_AGE)
		put_member(json, "pointerMaxAge", json_integer(b->pointer_max_age), &failed);
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

static int read_delta_from(struct wire *w, void *out, const json_t *v)
{
	return wire_word(w, &((struct buildinfo_delta *)out)->from, v, "from of a delta is not a text");
}

static int read_delta_kind(struct wire *w, void *out, const json_t *v)
{
	bool known = kind_parse(&((struct buildinfo_delta *)out)->kind, wire_slice(v));

	return known ? 0 : wire_fail(w, "kind of a delta is not a kind");
}

static int read_delta_reason(struct wire *w, void *out, const json_t *v)
{
	return wire_word(w, &((struct buildinfo_delta *)out)->reason, v, "reason of a delta is not a text");
}

static int read_delta_size(struct wire *w, void *out, const json_t *v)
{
	int64_t n;

	if (wire_int(w, &n, v, 1, INT64_MAX, "size of a delta is not a number of bytes"))
		return -1;
	((struct buildinfo_delta *)out)->size = (uint64_t)n;
	return 0;
}

static int read_delta_slot(struct wire *w, void *out, const json_t *v)
{
	return wire_word(w, &((struct buildinfo_delta *)out)->slot, v, "slot of a delta is not a text");
}

static int read_delta_version(struct wire *w, void *out, const json_t *v)
{
	return wire_word(w, &((struct buildinfo_delta *)out)->version, v, "version of a delta is not a text");
}

static int read_delta(struct wire *w, void *out, const json_t *v)
{
	static const struct wire_member members[] = {
		{ "from", read_delta_from, "a delta has no from" },
		{ "kind", read_delta_kind, "a delta has no kind" },
		{ "reason", read_delta_reason, NULL },
		{ "size", read_delta_size, NULL },
		{ "slot", read_delta_slot, "a delta has no slot" },
		{ "version", read_delta_version, "a delta has no version" },
	};
	static const struct wire_shape shape = { "a delta is not an object", "unknown key in a delta", members,
						 COUNT(members) };
	struct buildinfo_delta *d = out;

	if (wire_object(w, d, v, &shape))
		return -1;
	return !d->size == !d->reason.n ? wire_fail(w, "a delta has either a size or a reason") : 0;
}

static int read_deltas(struct wire *w, void *out, const json_t *v)
{
	struct buildinfo *b = out;

	b->deltas =
		wire_array(w, &b->ndeltas, v, sizeof(*b->deltas), read_delta, "deltas is not an array with a delta");
	return b->deltas ? 0 : -1;
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

static int read_pointer_max_age(struct wire *w, void *out, const json_t *v)
{
	int64_t n;

	if (wire_int(w, &n, v, 0, BUILDINFO_MAX_AGE_MAX, "pointerMaxAge is not a number of seconds, at most 86400"))
		return -1;
	((struct buildinfo *)out)->pointer_max_age = (uint32_t)n;
	return 0;
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
		{ "deltas", read_deltas, NULL },
		{ "elsewhere", read_elsewhere, "there is no elsewhere" },
		{ "lineage", read_lineage, "there is no lineage" },
		{ "pointerMaxAge", read_pointer_max_age, NULL },
		{ "tool", read_tool, "there is no tool" },
	};
	static const struct wire_shape shape = { "signed is not an object", "unknown key in signed", members,
						 COUNT(members) };
	struct wire w = { .a = a };
	struct buildinfo b = { .pointer_max_age = BUILDINFO_MAX_AGE };
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
