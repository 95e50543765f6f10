#include "format/envelope.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/json.h"
#include "format/wire.h"

#define SIGNATURE_MAX 1024 /* bytes; RSA 4096 has 512 */

static json_t *signature_json(const struct signature *s)
{
	json_t *json = json_object();
	struct strbuf sig = STRBUF_INIT;
	bool failed = false;

	strbuf_addhex(&sig, s->bytes.p, s->bytes.n);
	put_member(json, "keyid", put_hash(s->keyid), &failed);
	put_member(json, "sig", sig.failed ? NULL : put_text(strbuf_slice(&sig)), &failed);
	strbuf_release(&sig);
	return put_done(json, failed);
}

int envelope_encode(struct strbuf *out, const struct envelope *e, const json_t *signed_part)
{
	json_auto_t *list = json_array();
	bool failed = false;

	for (size_t i = 0; i < e->n; i++)
		put_item(list, signature_json(&e->v[i]), &failed);
	if (failed)
		return -1;
	strbuf_adds(out, "{\"signatures\":");
	if (json_write(out, list, JSON_WIRE))
		return -1;
	strbuf_adds(out, ",\"signed\":");
	if (json_write(out, signed_part, JSON_WIRE))
		return -1;
	strbuf_addch(out, '}');
	return out->failed ? -1 : 0;
}

struct frame {
	bool draft;
	struct envelope envelope;
	const json_t *signed_part;
};

static int read_keyid(struct wire *w, void *out, const json_t *v)
{
	return wire_hash(w, ((struct signature *)out)->keyid, v, "a signature's keyid is not a hash");
}

static int read_sig(struct wire *w, void *out, const json_t *v)
{
	static const char why[] = "sig is not an even number of hex digits";
	struct signature *s = out;
	struct slice hex;
	uint8_t *bytes;

	if (wire_word(w, &hex, v, why))
		return -1;
	if (hex.n % 2 || hex.n / 2 > SIGNATURE_MAX)
		return wire_fail(w, why);
	bytes = arena_try(w->a, hex.n / 2, 1);
	if (!bytes || !text_hex(bytes, hex.n / 2, hex))
		return wire_fail(w, bytes ? why : "memory ended");
	s->bytes = slice_bytes(bytes, hex.n / 2);
	return 0;
}

static int read_signature(struct wire *w, void *out, const json_t *v)
{
	static const struct wire_member members[] = {
		{ "keyid", read_keyid, "a signature has no keyid" },
		{ "sig", read_sig, "a signature has no sig" },
	};
	static const struct wire_shape shape = { "a signature is not an object", "unknown key in a signature", members,
						 COUNT(members) };

	return wire_object(w, out, v, &shape);
}

static int read_signatures(struct wire *w, void *out, const json_t *v)
{
	struct frame *frame = out;
	struct envelope *e = &frame->envelope;

	if (frame->draft && json_is_array(v) && json_array_size(v) == 0)
		return 0;
	if (json_array_size(v) > ENVELOPE_SIGNATURES_MAX)
		return wire_fail(w, "more than 64 signatures");
	e->v = wire_array(w, &e->n, v, sizeof(*e->v), read_signature, "signatures is not an array with an entry");
	if (!e->v)
		return -1;
	for (size_t i = 0; i < e->n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (!memcmp(e->v[i].keyid, e->v[k].keyid, SHA256_SIZE))
				return wire_fail(w, "two signatures by one key");
		}
	}
	return 0;
}

static int read_signed(struct wire *w, void *out, const json_t *v)
{
	if (!json_is_object(v))
		return wire_fail(w, "signed is not an object");
	((struct frame *)out)->signed_part = v;
	return 0;
}

static int decode(struct envelope *out, json_t **signed_part, struct arena *a, struct slice bytes, uint64_t limit,
		  bool draft, const char **why)
{
	static const struct wire_member members[] = {
		{ "signatures", read_signatures, "there are no signatures" },
		{ "signed", read_signed, "there is no signed part" },
	};
	static const struct wire_shape shape = { "file is not a JSON object",
						 "unknown key beside signatures and signed", members, COUNT(members) };
	struct wire w = { .a = a };
	struct frame frame = { .draft = draft };
	json_auto_t *json = NULL;

	if (json_parse_wire(&json, bytes, (size_t)limit, why))
		return -1;
	if (wire_object(&w, &frame, json, &shape)) {
		*why = w.why;
		return -1;
	}
	*out = frame.envelope;
	*signed_part = json_incref(json_object_get(json, "signed"));
	return 0;
}

int envelope_decode(struct envelope *out, json_t **signed_part, struct arena *a, struct slice bytes, uint64_t limit,
		    const char **why)
{
	return decode(out, signed_part, a, bytes, limit, false, why);
}

int envelope_decode_draft(struct envelope *out, json_t **signed_part, struct arena *a, struct slice bytes,
			  uint64_t limit, const char **why)
{
	return decode(out, signed_part, a, bytes, limit, true, why);
}

bool envelope_verify(const struct envelope *e, struct slice payload, const struct key_table *keys,
		     const struct role_keys *role, uint64_t *good)
{
	uint32_t valid = 0;

	for (size_t i = 0; i < e->n && i < ENVELOPE_SIGNATURES_MAX; i++) {
		const struct pubkey *key = key_table_find(keys, e->v[i].keyid);

		if (!key || !role_keys_has(role, key->id) || !pubkey_verify(key, payload, e->v[i].bytes))
			continue;
		valid++;
		if (good)
			*good |= UINT64_C(1) << i;
	}
	return role->threshold >= 1 && valid >= role->threshold;
}

bool envelope_all(const struct envelope *e, uint64_t good)
{
	return e->n >= 1 && e->n <= ENVELOPE_SIGNATURES_MAX && good == UINT64_MAX >> (ENVELOPE_SIGNATURES_MAX - e->n);
}

static int id_cmp(const void *id, const void *key)
{
	return memcmp(id, ((const struct pubkey *)key)->id, SHA256_SIZE);
}

const struct pubkey *key_table_find(const struct key_table *t, const uint8_t id[SHA256_SIZE])
{
	return t->n ? bsearch(id, t->v, t->n, sizeof(*t->v), id_cmp) : NULL;
}

bool role_keys_has(const struct role_keys *r, const uint8_t id[SHA256_SIZE])
{
	for (size_t i = 0; i < r->n; i++) {
		if (!memcmp(r->ids[i], id, SHA256_SIZE))
			return true;
	}
	return false;
}
