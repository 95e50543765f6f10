/* An index that is accepted is written again with the bytes of its value, unless it holds something of a later version;
 * and no device, whatever its values, walks out of its tables. The input is the index; devices take their values from
 * it. */
#include <string.h>

#include "format/index.h"
#include "format/json.h"
#include "require.h"

struct device {
	struct slice text;
	size_t at, asked;
};

static bool value_of(void *ctx, struct slice attribute, struct slice *value)
{
	struct device *d = ctx;

	d->asked++;
	*value = slice_sub(d->text, d->at + d->asked * attribute.n, 1 + d->asked);
	return d->at % 3 != 0;
}

static bool all_known(const struct index *ix)
{
	for (size_t i = 0; i < ix->nattrs; i++)
		if (!ix->attrs[i].known)
			return false;
	for (size_t i = 0; ix->inline_manifest && i < ix->inline_manifest->nrules; i++)
		if (!ix->inline_manifest->rules[i].known)
			return false;
	return true;
}

static void check_again(const struct index *ix, struct slice bytes)
{
	struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
	const char *why = NULL;
	json_t *json = NULL;

	REQUIRE((index_encode(&second, ix) == 0) == all_known(ix));
	if (all_known(ix)) {
		REQUIRE(json_parse_wire(&json, bytes, OBJECT_SIZE_MAX, &why) == 0);
		REQUIRE(json_write(&first, json, JSON_WIRE) == 0);
		REQUIRE(slice_eq(strbuf_slice(&first), strbuf_slice(&second)));
	}
	json_decref(json);
	strbuf_release(&first);
	strbuf_release(&second);
}

static void check_devices(const struct index *ix, struct slice bytes)
{
	for (size_t at = 0; at < 64; at++) {
		struct device d = { .text = bytes, .at = at };
		uint8_t hash[32] = { 0 };
		const struct index_unit *unit;

		if (ix->nsegments)
			REQUIRE(index_segment(ix, value_of, &d) < ix->nsegments && d.asked == ix->nfolds);
		memcpy(hash, bytes.p + (bytes.n < 32 + at ? 0 : at), bytes.n < 32 ? bytes.n : 32);
		unit = index_unit_of(ix, hash);
		for (size_t i = 0; i < ix->nunits; i++) {
			uint64_t head =
				(uint64_t)hash[0] << 24 | (uint64_t)hash[1] << 16 | (uint64_t)hash[2] << 8 | hash[3];
			const struct index_unit *u = &ix->units[i];

			REQUIRE((head >> (32 - u->bits) == u->prefix) == (u == unit));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_bytes(data, size);
	struct arena mem = { .limit = 64u << 20 };
	const char *why = NULL;
	struct index ix;

	if (index_decode(&ix, &mem, bytes, &why)) {
		REQUIRE(why);
	} else {
		int shapes = (ix.inline_manifest != NULL) + (ix.nsegments != 0) + (ix.nunits != 0);

		REQUIRE(shapes == 1 || (shapes == 0 && ix.nversion_keys > 0));
		REQUIRE((ix.nsegments + ix.nunits > 0) == (ix.longest > 0));
		for (size_t i = 0; i < ix.nversion_keys; i++)
			REQUIRE(ix.kind == KIND_HOTPATCH && index_knows_key(&ix, ix.version_keys[i]));
		check_again(&ix, bytes);
		check_devices(&ix, bytes);
	}
	arena_release(&mem);
	return 0;
}
