#include "resolve/record.h"

#include "format/json.h"
#include "resolve/blob.h"

#define MAGIC "mdresolve record 1\n"

/* What came from storage as an object: an empty one where there is nothing that counts. A text under its own checksum was written here, so
 * that only memory can be what keeps it from being read; to take it for damage would lose it. */
static enum mdr_code decode(json_t **out, struct slice blob, struct digests *dg, struct mdr_error *err)
{
	struct slice body;
	json_t *json = NULL;
	const char *why;

	if (blob_open(&body, blob, MAGIC, dg) || (body.n && json_parse_wire(&json, body, RECORD_MAX, &why)))
		return fail_memory(err);
	if (!json_is_object(json)) {
		json_decref(json);
		json = json_object();
	}
	*out = json;
	return json ? MDR_OK : fail_memory(err);
}

enum mdr_code record_load(json_t **out, const struct mdr_client *c, const char *name, struct mdr_error *err)
{
	struct strbuf blob = STRBUF_INIT;
	enum mdr_code code = MDR_OK;

	if (c->storage.load)
		code = blob_load(&blob, &c->storage, name, RECORD_MAX, err);
	if (!code)
		code = decode(out, strbuf_slice(&blob), c->terms.fetch.digests, err);
	strbuf_release(&blob);
	return code;
}

enum mdr_code record_store(const struct mdr_client *c, const char *name, const json_t *record, struct mdr_error *err)
{
	struct strbuf blob = STRBUF_INIT;
	enum mdr_code code = MDR_OK;

	if (!c->storage.store)
		return MDR_OK;
	blob_begin(&blob, MAGIC);
	if (json_write(&blob, record, JSON_WIRE) || blob_seal(&blob, MAGIC, c->terms.fetch.digests))
		code = fail_memory(err);
	else if (blob.n > RECORD_MAX)
		code = fail(err, MDR_MEMORY, "the state \"%s\" would be longer than %u bytes", name, RECORD_MAX);
	else
		code = blob_store(&c->storage, name, strbuf_slice(&blob), err);
	strbuf_release(&blob);
	return code;
}

const char *record_text(const json_t *record, const char *key)
{
	return json_string_value(json_object_get(record, key));
}

int64_t record_int(const json_t *record, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(record, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool record_flag(const json_t *record, const char *key)
{
	return json_is_true(json_object_get(record, key));
}
