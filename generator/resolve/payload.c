/* Answers: what a device gets for a release, once it has won it. */
#include <string.h>

#include "format/json.h"
#include "format/paths.h"
#include "format/references.h"
#include "resolve/cache.h"
#include "resolve/jsontext.h"
#include "resolve/program.h"

static int resolve_reference(void *ctx, json_t *holder, const char *key, struct slice reference)
{
	const struct slice *base = ctx;
	struct strbuf url = STRBUF_INIT;
	int failed;

	path_resolve(&url, *base, reference);
	failed = url.failed || json_object_set_new(holder, key, json_stringn(url.p ? url.p : "", url.n));
	strbuf_release(&url);
	return failed ? -1 : 0;
}

/* Appends the answer with whole URLs and its task. -1: memory. */
static int write_answer(struct strbuf *out, json_t *answer, const struct program *p, const struct choice *c)
{
	struct slice base = p->index.nbases ? p->index.bases[0] : (struct slice){ NULL, 0 }, task = c->mf->task;

	if (references_each(answer, p->index.kind, resolve_reference, &base) ||
	    json_object_set_new(answer, "task", json_stringn(task.p, task.n)))
		return -1;
	return json_write(out, answer, JSON_WIRE);
}

/* --- answer objects ------------------------------------------------------------------------------------------------------ */

static enum mdr_code complete(struct choice *c, struct table *t, const struct program *p, struct slice bytes,
			      const char *path, struct mdr_error *err)
{
	struct strbuf text = STRBUF_INIT;
	const char *why = "is no JSON object";
	json_t *json = NULL;
	bool ok;

	if (json_parse_wire(&json, bytes, bytes.n, &why) || !json_is_object(json)) {
		json_decref(json);
		return fail(err, MDR_REFUSED, "%s: %s", path, why);
	}
	ok = !write_answer(&text, json, p, c) && arena_try_copy(&c->text, &t->mem, strbuf_slice(&text));
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
		code = cache_read(&bytes, f, path.p, answer->length, true, answer->hash, err);
	if (!code)
		code = complete(c, t, p, strbuf_slice(&bytes), path.p, err);
	if (!code)
		cache_done(f, answer->hash, &bytes);
	strbuf_release(&path);
	strbuf_release(&bytes);
	return code;
}

/* --- answers in a manifest ----------------------------------------------------------------------------------------------- */

/* A new value; NULL: memory, for the text was one of a value that had been read. */
static json_t *parse_inline(const struct choice *c, const struct table *t)
{
	struct slice text = t->manifest->answers[c->mf->answer].text;
	json_t *json = NULL;
	const char *why;

	return json_parse_wire(&json, text, text.n, &why) ? NULL : json;
}

int program_member(struct choice *c, struct table *t, const struct program *p, struct slice slot)
{
	struct strbuf text = STRBUF_INIT;
	json_t *json;
	bool ok;

	if (c->text.n)
		return 0;
	json = parse_inline(c, t);
	jsontext_string(&text, slot);
	strbuf_addch(&text, ':');
	ok = json && !write_answer(&text, json, p, c) && !text.failed &&
	     arena_try_copy(&c->text, &t->mem, strbuf_slice(&text));
	json_decref(json);
	strbuf_release(&text);
	return ok ? 0 : -1;
}

/* As values of type fold in rules. `texts` NULL: a module that does not ask. */
static bool is_among(const json_t *texts, struct value *v)
{
	if (!texts)
		return true;
	for (size_t i = 0; value_text(v) && i < json_array_size(texts); i++) {
		const json_t *text = json_array_get(texts, i);

		if (slice_eq_nocase(slice_bytes(json_string_value(text), json_string_length(text)), v->text))
			return true;
	}
	return false;
}

/* Takes away the modules that are not for the device, and of the others what says so. */
static void filter_modules(json_t *modules, struct value *values)
{
	for (size_t i = 0; i < json_array_size(modules);) {
		json_t *module = json_array_get(modules, i);

		if (is_among(json_object_get(module, "types"), &values[NAME_DEVICE_TYPE]) &&
		    is_among(json_object_get(module, "abis"), &values[NAME_ABI])) {
			(void)json_object_del(module, "types");
			(void)json_object_del(module, "abis");
			i++;
		} else {
			(void)json_array_remove(modules, i);
		}
	}
}

int program_quickfix(struct strbuf *out, const struct choice *c, const struct table *t, const struct program *p,
		     struct value *values)
{
	json_t *json = parse_inline(c, t), *modules = json_object_get(json, "hqf");
	int result = json ? 0 : -1;

	filter_modules(modules, values);
	if (!result && (!modules || json_array_size(modules) > 0))
		result = write_answer(out, json, p, c) ? -1 : 1;
	json_decref(json);
	return result;
}
