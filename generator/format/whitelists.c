#include "format/filter.h"
#include "format/manifest.h"
#include "format/wire.h"

static int read_list_file(struct wire *w, void *out, const json_t *value)
{
	struct mf_whitelist *l = out;

	return wire_hash(w, l->file, value, "file of a whitelist is no hash");
}

static int read_list_id(struct wire *w, void *out, const json_t *value)
{
	struct mf_whitelist *l = out;

	return id_type_parse(&l->id_type, wire_slice(value))
		       ? 0
		       : wire_fail(w, "id of a whitelist is not userId or deviceId");
}

static int read_list_probes(struct wire *w, void *out, const json_t *value)
{
	struct mf_whitelist *l = out;

	return wire_u32(w, &l->probes, value, 1, FILTER_PROBES_MAX, "k of a whitelist is out of range");
}

static int read_list_ids(struct wire *w, void *out, const json_t *value)
{
	struct mf_whitelist *l = out;
	int64_t n;

	if (wire_int(w, &n, value, 0, (int64_t)FILTER_IDS_MAX, "n of a whitelist is out of range"))
		return -1;
	l->ids = (uint64_t)n;
	return 0;
}

static int read_list_pages(struct wire *w, void *out, const json_t *value)
{
	struct mf_whitelist *l = out;

	return wire_u32(w, &l->pages, value, 1, FILTER_PAGES_MAX, "p of a whitelist is out of range");
}

static int read_list_root(struct wire *w, void *out, const json_t *value)
{
	struct mf_whitelist *l = out;

	return wire_hash(w, l->root, value, "root of a whitelist is no hash");
}

static int read_pattern(struct wire *w, void *out, const json_t *value)
{
	static const char why[] = "a pattern of a whitelist is no text of 1 to 4096 bytes";

	return json_string_length(value) > MF_PATTERN_MAX ? wire_fail(w, why) : wire_word(w, out, value, why);
}

static int read_list_patterns(struct wire *w, void *out, const json_t *value)
{
	static const char why[] = "patterns of a whitelist is no array of 1 to 20 texts";
	struct mf_whitelist *l = out;

	if (json_array_size(value) > MF_PATTERNS_MAX)
		return wire_fail(w, why);
	l->patterns = wire_array(w, &l->npatterns, value, sizeof(*l->patterns), read_pattern, why);
	return l->patterns ? 0 : -1;
}

#define NO_LIST      "a whitelist is no object"
#define UNKNOWN_LIST "a whitelist has an unknown key"

static int read_expressions(struct wire *w, void *out, const json_t *value)
{
	static const struct wire_member members[] = {
		{ "id", read_list_id, "a whitelist has no id" },
		{ "patterns", read_list_patterns, "a whitelist has no patterns" },
	};
	static const struct wire_shape shape = { NO_LIST, UNKNOWN_LIST, members, COUNT(members) };

	return wire_object(w, out, value, &shape);
}

static int read_filter(struct wire *w, void *out, const json_t *value)
{
	static const struct wire_member members[] = {
		{ "file", read_list_file, "a whitelist has no file" },
		{ "id", read_list_id, "a whitelist has no id" },
		{ "k", read_list_probes, "a whitelist has no k" },
		{ "n", read_list_ids, "a whitelist has no n" },
		{ "p", read_list_pages, "a whitelist has no p" },
		{ "root", read_list_root, "a whitelist has no root" },
	};
	static const struct wire_shape shape = { NO_LIST, UNKNOWN_LIST, members, COUNT(members) };

	return wire_object(w, out, value, &shape);
}

static int read_list(struct wire *w, void *out, const json_t *value)
{
	return json_object_get(value, "patterns") ? read_expressions(w, out, value) : read_filter(w, out, value);
}

int whitelists_decode(struct mf_whitelist **out, size_t *n, struct arena *a, const json_t *json, const char **why)
{
	struct wire w = { .a = a };
	struct mf_whitelist *v = wire_table(&w, n, json, sizeof(*v), read_list, "whitelists is no table of whitelists");

	*why = w.why;
	if (!v)
		return -1;
	*out = v;
	return 0;
}

static json_t *encode_patterns(const struct mf_whitelist *l)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < l->npatterns; i++)
		put_item(array, put_text(l->patterns[i]), &failed);
	return put_done(array, failed);
}

static json_t *encode_list(const struct mf_whitelist *l)
{
	json_t *object = json_object();
	bool failed = false;

	if (l->npatterns) {
		put_member(object, "id", json_string(id_type_name(l->id_type)), &failed);
		put_member(object, "patterns", encode_patterns(l), &failed);
		return put_done(object, failed);
	}
	put_member(object, "file", put_hash(l->file), &failed);
	put_member(object, "id", json_string(id_type_name(l->id_type)), &failed);
	put_member(object, "k", json_integer(l->probes), &failed);
	put_member(object, "n", json_integer((json_int_t)l->ids), &failed);
	put_member(object, "p", json_integer(l->pages), &failed);
	put_member(object, "root", put_hash(l->root), &failed);
	return put_done(object, failed);
}

json_t *whitelists_encode(const struct mf_whitelist *v, size_t n)
{
	json_t *object = json_object();
	bool failed = false;

	for (size_t i = 0; i < n; i++)
		put_named(object, v[i].name, encode_list(&v[i]), &failed);
	return put_done(object, failed);
}
