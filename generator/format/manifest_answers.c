#include "format/json.h"
#include "format/manifest_parts.h"

static int read_version(struct wire *w, struct mf_answer *answer, const json_t *value)
{
	return wire_word(w, &answer->version, json_array_get(value, 0), "version of an answer is no text");
}

int manifest_read_answer(struct wire *w, void *out, const json_t *value)
{
	struct mf_answer *answer = out;

	if (json_array_size(value) != 3)
		return wire_fail(w, "an answer is no array of version, hash and length");
	if (read_version(w, answer, value) ||
	    wire_hash(w, answer->hash, json_array_get(value, 1), "hash of an answer is no hash"))
		return -1;
	return wire_u32(w, &answer->length, json_array_get(value, 2), 1, UINT32_MAX,
			"length of an answer is out of range");
}

/* Kept as text: most devices never get it, and those that do get a text. */
int manifest_read_inline(struct wire *w, void *out, const json_t *value)
{
	struct mf_answer *answer = out;
	struct strbuf text = STRBUF_INIT;
	bool kept;

	if (json_array_size(value) != 2 || !json_is_object(json_array_get(value, 1)))
		return wire_fail(w, "an answer is no array of version and object");
	if (read_version(w, answer, value))
		return -1;
	kept = !json_write(&text, json_array_get(value, 1), JSON_WIRE) &&
	       arena_try_copy(&answer->text, w->a, strbuf_slice(&text));
	strbuf_release(&text);
	return kept ? 0 : wire_fail(w, "out of memory");
}

/* --- modules of a quick fix --------------------------------------------------------------------------------------- */
static bool are_texts(const json_t *value)
{
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!json_is_string(json_array_get(value, i)))
			return false;
	return json_array_size(value) > 0; /* 0 for what is no array, too */
}

static bool is_module(const json_t *value)
{
	const json_t *abis = json_object_get(value, "abis");

	return are_texts(json_object_get(value, "types")) && (!abis || are_texts(abis));
}

int manifest_read_quickfix(struct wire *w, void *out, const json_t *value)
{
	static const char why[] = "hqf of an answer is no array of modules with types";
	const json_t *modules = json_object_get(json_array_get(value, 1), "hqf");

	if (modules && json_array_size(modules) == 0)
		return wire_fail(w, why);
	for (size_t i = 0; i < json_array_size(modules); i++)
		if (!is_module(json_array_get(modules, i)))
			return wire_fail(w, why);
	return manifest_read_inline(w, out, value);
}
