/* Quick fixes: what is offered is loaded, judged as the system will, and handed over.
 *
 * Record "quickfix": "bundle", "versionCode": of what; "deployed": a patchVersionCode, as mdr_quickfix_done() had it; "offer", an object:
 * "patchVersionCode", "key" (of modules and bundle, below), "code" and "why" of the judgement, "files": names in storage. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolve/answer.h"
#include "resolve/devicewith.h"
#include "resolve/download.h"
#include "resolve/quickfixcheck.h"
#include "resolve/record.h"
#include "resolve/service.h"

#define RECORD "quickfix"
#define OFFER  "offer"

struct fixing {
	struct mdr_client *c;
	struct mdr_bundle bundle; /* as it is judged: `deployed` is known */
	const struct mdr_download *how;
	struct mdr_quickfix *out;
	struct mdr_error *err;
	enum platform platform;
	json_t *record;
	const json_t *modules; /* of the answer */
	char key[SHA256_HEX];
};

static struct arena *memory(const struct fixing *f)
{
	return &f->out->held->mem;
}

/* --- the record --------------------------------------------------------------------------------------------------------- */

static uint32_t code_in(const json_t *object, const char *key)
{
	int64_t value = record_int(object, key, 0);

	return value > 0 && value <= UINT32_MAX ? (uint32_t)value : 0;
}

/* Stores the record with another offer in it (taken; NULL: none). Then the files of the one before go, unless it names them too. */
static enum mdr_code replace_offer(const struct mdr_client *c, json_t *record, json_t *offer, struct mdr_error *err)
{
	json_auto_t *before = json_incref(json_object_get(record, OFFER));
	const json_t *files = json_object_get(before, "files");
	enum mdr_code code;

	if (offer && json_object_set_new(record, OFFER, offer))
		return fail_memory(err);
	if (!offer)
		(void)json_object_del(record, OFFER);
	code = record_store(c, RECORD, record, err);
	for (size_t i = 0; i < json_array_size(files) && !code; i++) {
		const char *name = json_string_value(json_array_get(files, i));

		if (name && download_is_name(name))
			packages_drop(c, name);
	}
	return code;
}

static bool is_of(const json_t *record, const struct mdr_bundle *bundle)
{
	const char *name = record_text(record, "bundle");

	return name && bundle->name && strcmp(name, bundle->name) == 0 &&
	       record_int(record, "versionCode", -1) == bundle->version_code;
}

/* Forgets what belongs to another bundle or version: the system did so when the app was updated. */
static enum mdr_code prune(struct fixing *f)
{
	json_auto_t *offer = json_incref(json_object_get(f->record, OFFER));

	if (!json_object_size(f->record) || is_of(f->record, &f->bundle))
		return MDR_OK;
	if (json_object_clear(f->record) || (offer && json_object_set(f->record, OFFER, offer)))
		return fail_memory(f->err);
	return replace_offer(f->c, f->record, NULL, f->err);
}

/* --- what is offered ---------------------------------------------------------------------------------------------------- */

/* What the judgement depends on, every text with its length before it. */
static void add_bundle(struct strbuf *out, const struct mdr_bundle *b)
{
	const char *const texts[] = {
		b->name, b->apl, b->app_identifier, b->app_id, b->abi, b->stage_type, b->anchors
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		strbuf_addf(out, "%zu:%s,", texts[i] ? strlen(texts[i]) + 1 : 0, texts[i] ? texts[i] : "");
	strbuf_addf(out, "%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%d%d%d%d%d,%d", b->version_code, b->deployed,
		    b->deploying, b->debug, b->debug_profile, b->replaces_uncompressed_libs, b->system_caller,
		    b->permitted, (int)b->stage);
}

/* The answer's modules, each of which can be loaded; and the key. */
static enum mdr_code read_modules(struct fixing *f, const json_t *answer)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	uint8_t hash[SHA256_SIZE];

	f->modules = json_object_get(answer, "hqf");
	f->out->patch_version_code = code_in(answer, "patchVersionCode");
	for (size_t i = 0; i < json_array_size(f->modules); i++) {
		const json_t *module = json_array_get(f->modules, i);
		struct wanted w;

		if (!record_text(module, "module") ||
		    !wanted_read(&w, f->c, f->platform, KIND_QUICKFIX, module, "url", "size"))
			return fail(f->err, MDR_REFUSED, "the answer is no quick fix: module %zu cannot be loaded", i);
		strbuf_addf(&text, "%s,", record_text(module, "sha256"));
	}
	if (!json_array_size(f->modules) || !f->out->patch_version_code)
		return fail(f->err, MDR_REFUSED, "the answer is no quick fix: no modules, or no patchVersionCode");
	if (json_array_size(f->modules) > QUICKFIX_FILES_MAX)
		return fail(f->err, MDR_MEMORY, "a quick fix of %zu modules; at most %u are loaded",
			    json_array_size(f->modules), QUICKFIX_FILES_MAX);
	add_bundle(&text, &f->bundle);
	if (text.failed || digest_sha256(f->c->terms.fetch.digests, hash, strbuf_slice(&text)))
		return fail_memory(f->err);
	digest_hex(f->key, hash, SHA256_SIZE);
	return MDR_OK;
}

static enum mdr_code load_modules(struct fixing *f)
{
	size_t n = json_array_size(f->modules);
	const char **modules = arena_try(memory(f), n, sizeof(*modules));
	char(*files)[MDR_NAME] = arena_try(memory(f), n, sizeof(*files));

	if (!modules || !files)
		return fail_memory(f->err);
	for (size_t i = 0; i < n; i++) {
		const json_t *module = json_array_get(f->modules, i);
		struct wanted w;
		struct mdr_got got;
		enum mdr_code code;

		if (held_text(&modules[i], f->out->held, json_object_get(module, "module")))
			return fail_memory(f->err);
		if (!wanted_read(&w, f->c, f->platform, KIND_QUICKFIX, module, "url", "size"))
			return fail(f->err, MDR_REFUSED, "the answer is no quick fix: module %zu cannot be loaded", i);
		w.attempt = modules[i];
		code = download(&got, f->c, &w, f->how, f->err);
		if (code)
			return code;
		memcpy(files[i], got.name, sizeof(got.name));
	}
	f->out->modules = modules;
	f->out->files = files;
	f->out->n = n;
	return MDR_OK;
}

/* --- the judgement ------------------------------------------------------------------------------------------------------ */

/* Reads a file whole, and what it says; its bytes are gone afterwards. */
static enum mdr_code read_module(struct quickfix_file *out, struct fixing *f, size_t i)
{
	uint64_t limit = f->c->terms.limits.apply ? f->c->terms.limits.apply : MDR_DELTA_MEMORY, size = 0;
	const struct mdr_storage *s = &f->c->storage;
	const char *name = f->out->files[i];
	enum mdr_code code = MDR_OK;
	char *bytes;

	if (s->size(s->ctx, name, &size) != MDR_FETCHED)
		return fail(f->err, MDR_STORAGE, "%s: \"%s\" cannot be read", f->out->modules[i], name);
	if (size > limit)
		return fail(f->err, MDR_MEMORY, "%s: is longer than the limit for what is in memory whole",
			    f->out->modules[i]);
	bytes = malloc((size_t)size);
	if (!bytes)
		return fail_memory(f->err);
	if (!s->read(s->ctx, name, 0, bytes, (size_t)size))
		code = fail(f->err, MDR_STORAGE, "%s: \"%s\" cannot be read", f->out->modules[i], name);
	else if (quickfix_file_read(out, memory(f), slice_bytes(bytes, (size_t)size), f->bundle.anchors))
		code = fail_memory(f->err);
	free(bytes);
	return code;
}

/* Judges the files under names as the system wants them. */
static enum mdr_code judge(struct fixing *f)
{
	struct quickfix_file *v = arena_try(memory(f), f->out->n, sizeof(*v));
	size_t which;

	if (!v)
		return fail_memory(f->err);
	for (size_t i = 0; i < f->out->n; i++) {
		size_t size = strlen(f->out->modules[i]) + sizeof(".hqf");
		char *path = arena_try(memory(f), size, 1);
		enum mdr_code code;

		if (!path)
			return fail_memory(f->err);
		(void)snprintf(path, size, "%s.hqf", f->out->modules[i]);
		v[i].path = path;
		code = read_module(&v[i], f, i);
		if (code)
			return code;
	}
	f->err->text[0] = '\0';
	f->out->code = quickfix_judge(&f->bundle, v, f->out->n, &which, f->err);
	return MDR_OK;
}

static enum mdr_code keep_judgement(struct fixing *f)
{
	json_t *files = json_array(), *offer;
	bool failed = !files;

	for (size_t i = 0; i < f->out->n && !failed; i++)
		failed = json_array_append_new(files, json_string(f->out->files[i]));
	offer = failed ? NULL
		       : json_pack("{s:I,s:s,s:i,s:o,s:O}", "patchVersionCode", (json_int_t)f->out->patch_version_code,
				   "key", f->key, "code", f->out->code, "why", json_string(f->err->text), "files",
				   files);
	json_decref(files);
	if (!offer || json_object_set_new(f->record, "bundle", json_string(f->bundle.name)) ||
	    json_object_set_new(f->record, "versionCode", json_integer(f->bundle.version_code))) {
		json_decref(offer);
		return fail_memory(f->err);
	}
	return replace_offer(f->c, f->record, offer, f->err);
}

/* What the record says of this offer. */
static enum mdr_code tell(struct fixing *f)
{
	const json_t *offer = json_object_get(f->record, OFFER);

	f->out->code = (int)record_int(offer, "code", MDR_QF_OK);
	f->out->state = f->out->code ? MDR_QUICKFIX_REFUSED : MDR_QUICKFIX_READY;
	if (!f->out->code)
		return MDR_OK;
	f->out->n = 0;
	f->out->files = NULL;
	f->out->modules = NULL;
	if (held_text(&f->out->why, f->out->held, json_object_get(offer, "why")))
		return fail_memory(f->err);
	return MDR_OK;
}

/* --- answers ------------------------------------------------------------------------------------------------------------ */

static enum mdr_code use_offer(struct fixing *f, const json_t *answer)
{
	const json_t *offer = json_object_get(f->record, OFFER);
	enum mdr_code code = read_modules(f, answer);
	bool judged;

	if (code)
		return code;
	judged = record_text(offer, "key") && strcmp(record_text(offer, "key"), f->key) == 0;
	if (judged && record_int(offer, "code", MDR_QF_OK) != MDR_QF_OK)
		return tell(f);
	code = load_modules(f);
	if (!code && !judged)
		code = judge(f);
	if (!code && !judged)
		code = keep_judgement(f);
	return code ? code : tell(f);
}

/* Nothing is offered, or the fix is taken back: what was only loaded goes, what is deployed is told. */
static enum mdr_code keep_deployed(struct fixing *f, enum mdr_quickfix_state state)
{
	const json_t *offer = json_object_get(f->record, OFFER);
	uint32_t deployed = f->bundle.deployed;

	f->out->state = deployed ? state : MDR_QUICKFIX_NONE;
	f->out->patch_version_code = deployed;
	if (!offer || (deployed && code_in(offer, "patchVersionCode") == deployed))
		return MDR_OK;
	return replace_offer(f->c, f->record, NULL, f->err);
}

static enum mdr_code ask_tree(struct fixing *f, const struct mdr_ask *ask)
{
	const struct other_attr others[] = { { "bundleName", f->bundle.name } };
	struct mdr_device device;
	const struct mdr_ask asked = { &device, ask->now, ask->at };
	json_auto_t *answer = NULL;
	const char *task;
	enum mdr_code code = answer_platform(&f->platform, ask->device, f->err);

	if (!code && device_with(&device, memory(f), ask->device, others, COUNT(others)))
		code = fail_memory(f->err);
	if (code)
		return code;
	device.has_version_code = true;
	device.version_code = f->bundle.version_code;
	device.has_patch_version_code = f->bundle.deployed != 0;
	device.patch_version_code = f->bundle.deployed;
	code = service_ask(&answer, f->c, &asked, KIND_QUICKFIX, 0, f->err);
	if (code)
		return code;
	task = record_text(answer, "task");
	(void)snprintf(f->out->task, sizeof(f->out->task), "%s", task ? task : "");
	if (!json_is_object(answer))
		return keep_deployed(f, MDR_QUICKFIX_KEPT);
	if (record_text(answer, "action") && strcmp(record_text(answer, "action"), "rollback") == 0)
		return keep_deployed(f, MDR_QUICKFIX_ROLLBACK);
	return use_offer(f, answer);
}

/* --- the calls ---------------------------------------------------------------------------------------------------------- */

static enum mdr_code sync(struct fixing *f, const struct mdr_ask *ask)
{
	enum mdr_code code = record_load(&f->record, f->c, RECORD, f->err);

	if (!code)
		code = prune(f);
	if (code || !f->bundle.name)
		return code;
	if (!f->bundle.knows_deployed) {
		f->bundle.deployed = code_in(f->record, "deployed");
		f->bundle.deploying = 0;
	}
	return ask_tree(f, ask);
}

enum mdr_code mdr_quickfix_sync(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_bundle *bundle,
				const struct mdr_download *how, struct mdr_quickfix *out, struct mdr_error *err)
{
	struct fixing f = { .c = c, .bundle = *bundle, .how = how, .out = out, .err = err };
	enum mdr_code code;

	*out = (struct mdr_quickfix){ .held = held_new(c) };
	f.bundle.folder = NULL; /* the app gives the system other paths */
	code = out->held ? sync(&f, ask) : fail_memory(err);
	json_decref(f.record);
	if (code)
		mdr_quickfix_release(out);
	return code;
}

void mdr_quickfix_release(struct mdr_quickfix *q)
{
	held_free(q->held);
	*q = (struct mdr_quickfix){ .held = NULL };
}

enum mdr_code mdr_quickfix_done(struct mdr_client *c, uint32_t patch_version_code, struct mdr_error *err)
{
	json_auto_t *record = NULL;
	enum mdr_code code = record_load(&record, c, RECORD, err);

	if (code)
		return code;
	if (json_object_set_new(record, "deployed", json_integer(patch_version_code)))
		return fail_memory(err);
	return patch_version_code ? record_store(c, RECORD, record, err) : replace_offer(c, record, NULL, err);
}
