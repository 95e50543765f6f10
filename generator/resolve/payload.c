/* Answer objects: what a device gets for a release, once somebody wins it. */
#include <string.h>

#include "format/json.h"
#include "format/paths.h"
#include "resolve/program.h"

static int resolve_reference(json_t *holder, const char *key, const json_t *value, struct slice base)
{
	struct strbuf url = STRBUF_INIT;
	int failed;

	path_resolve(&url, base, slice_bytes(json_string_value(value), json_string_length(value)));
	failed = url.failed || json_object_set_new(holder, key, json_stringn(url.p ? url.p : "", url.n));
	strbuf_release(&url);
	return failed ? -1 : 0;
}

/* `downloadUrl` and `url`, wherever they stand. Depth is bounded by the parser. */
static int resolve_references(json_t *value, struct slice base)
{
	static const char *const keys[] = { "downloadUrl", "url" };
	const char *key;
	json_t *child;
	size_t i;

	json_array_foreach(value, i, child)
	{
		if (resolve_references(child, base))
			return -1;
	}
	json_object_foreach(value, key, child)
	{
		if (resolve_references(child, base))
			return -1;
	}
	for (i = 0; i < COUNT(keys); i++) {
		child = json_object_get(value, keys[i]);
		if (json_is_string(child) && resolve_reference(value, keys[i], child, base))
			return -1;
	}
	return 0;
}

static enum mdr_code complete(struct choice *c, struct table *t, const struct program *p, struct slice bytes,
			      const char *path, struct mdr_error *err)
{
	struct slice base = p->index.nbases ? p->index.bases[0] : (struct slice){ NULL, 0 }, task = c->mf->task;
	struct strbuf text = STRBUF_INIT;
	const char *why = "is no JSON object";
	json_t *json = NULL;
	bool ok;

	if (json_parse_wire(&json, bytes, bytes.n, &why) || !json_is_object(json)) {
		json_decref(json);
		return fail(err, MDR_REFUSED, "%s: %s", path, why);
	}
	ok = !resolve_references(json, base) && !json_object_set_new(json, "task", json_stringn(task.p, task.n)) &&
	     !json_write(&text, json, JSON_WIRE) && arena_try_copy(&c->text, &t->mem, strbuf_slice(&text));
	json_decref(json);
	strbuf_release(&text);
	return ok ? MDR_OK : fail_memory(err);
}

enum mdr_code program_answer(struct choice *c, struct table *t, const struct program *p, const struct fetcher *f,
			     const struct mdr_limits *limits, struct mdr_error *err)
{
	const struct mf_answer *answer = &t->manifest->answers[c->mf->answer];
	struct strbuf path = STRBUF_INIT, bytes = STRBUF_INIT;
	enum mdr_code code = MDR_OK;

	if (c->text.n)
		return MDR_OK;
	path_object(&path, answer->hash, "answer.json");
	if (path.failed)
		code = fail_memory(err);
	else if (answer->length > limits->object)
		code = fail(err, MDR_MEMORY, "%s: is longer than the limit for one object", path.p);
	if (!code)
		code = fetch_exact(&bytes, f, path.p, answer->length, answer->hash, err);
	if (!code)
		code = complete(c, t, p, strbuf_slice(&bytes), path.p, err);
	strbuf_release(&path);
	strbuf_release(&bytes);
	return code;
}
