#include "resolve/quickfixfile.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <string.h>

#include "format/wire.h"
#include "inspect/factjson.h"
#include "inspect/hapsig.h"

#define PATCH_JSON "patch.json"

enum patch_type patch_type_of(struct slice name)
{
	return slice_eqs(name, "patch") ? PATCH_PATCH : slice_eqs(name, "hotreload") ? PATCH_HOTRELOAD : PATCH_UNKNOWN;
}

unsigned quickfix_abi(struct slice name)
{
	static const char *const abis[] = { "arm64-v8a", "armeabi", "armeabi-v7a", "x86", "x86_64" };

	for (size_t i = 0; i < COUNT(abis); i++) {
		if (slice_eqs(name, abis[i]))
			return 1u << i;
	}
	return 0;
}

struct reading {
	struct quickfix_file *out;
	struct arena *a;      /* what stays */
	struct arena scratch; /* what does not */
	struct zip z;
	const char *why;
};

/* --- patch.json --------------------------------------------------------------------------------------------------------- */

static int bad_member(struct reading *r, const char *key, const json_t *value, const char *must)
{
	return refusef(&r->why, r->a, PATCH_JSON ": %s %s%s", key, value ? "must be " : "is missing",
		       value ? must : "");
}

static int read_name(struct slice *out, struct reading *r, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	struct slice name = wire_slice(value);

	if (!name.n || memmem(name.p, name.n, "../", 3))
		return bad_member(r, key, value, "a text that is not empty, without ../");
	return arena_try_copy(out, r->a, name) ? 0 : refuse(&r->why, REFUSE_NO_MEMORY);
}

static int read_number(uint32_t *out, struct reading *r, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 0 || number > UINT32_MAX)
		return bad_member(r, key, value, "a number from 0 to 4294967295");
	*out = (uint32_t)number;
	return 0;
}

static int read_type(struct reading *r, const json_t *module)
{
	const json_t *value = json_object_get(module, "type");

	if (!json_is_string(value))
		return bad_member(r, "type", value, "a text");
	r->out->type = patch_type_of(wire_slice(value));
	return 0;
}

/* What may be absent, and is not looked at but for its type. */
static int see_text(struct reading *r, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return !value || json_is_string(value) ? 0 : bad_member(r, key, value, "a text");
}

static int see_texts(struct reading *r, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	bool good = !value || json_is_array(value);

	for (size_t i = 0; good && i < json_array_size(value); i++)
		good = json_is_string(json_array_get(value, i));
	return good ? 0 : bad_member(r, key, value, "an array of texts");
}

static int read_members(struct reading *r, const json_t *json)
{
	const json_t *app = json_object_get(json, "app"), *module = json_object_get(json, "module");
	struct quickfix_file *out = r->out;

	return read_name(&out->bundle, r, app, "bundleName") ||
			       read_number(&out->version_code, r, app, "versionCode") ||
			       see_text(r, app, "versionName") ||
			       read_number(&out->patch_version_code, r, app, "patchVersionCode") ||
			       see_text(r, app, "patchVersionName") || read_name(&out->module, r, module, "name") ||
			       read_type(r, module) || see_texts(r, module, "deviceTypes") ||
			       see_text(r, module, "originalModuleHash")
		       ? -1
		       : 0;
}

static int read_patch(struct reading *r)
{
	const struct zip_entry *e = zip_find(&r->z, SLICE(PATCH_JSON));
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	json_auto_t *json = NULL;
	const char *cause;

	if (!e)
		return refuse(&r->why, "it holds no " PATCH_JSON);
	if (e->size > QUICKFIX_PATCH_MAX)
		return refuse(&r->why, REFUSE_NO_MEMORY);
	if (zip_read(&text, &r->z, e, QUICKFIX_PATCH_MAX, &r->why))
		return -1;
	json = fact_json(strbuf_slice(&text), QUICKFIX_PATCH_MAX, &cause);
	if (!json && refused_memory(cause))
		return refuse(&r->why, cause);
	if (!json_is_object(json))
		return refusef(&r->why, r->a, PATCH_JSON " %s", json ? "is no object" : cause);
	return read_members(r, json);
}

/* --- files -------------------------------------------------------------------------------------------------------------- */

static void see_files(struct reading *r)
{
	for (size_t i = 0; i < r->z.n; i++) {
		struct slice name = r->z.v[i].name, rest = slice_from(name, sizeof("libs/") - 1);

		if (slice_starts(name, "resources/rawfile/"))
			r->out->rawfile = true;
		if (slice_starts(name, "libs/") && slice_find(rest, '/') >= 0)
			r->out->abis |= quickfix_abi(slice_cut(&rest, '/'));
	}
}

/* --- signature ---------------------------------------------------------------------------------------------------------- */

static int make_app_id(struct reading *r, const struct happrofile *p)
{
	size_t head = p->bundle_name.n + 1, size = head + (p->app.key.n + 2) / 3 * 4 + 1;
	char *text = arena_try(r->a, size, 1);

	if (!text || p->app.key.n > INT32_MAX)
		return -1;
	memcpy(text, p->bundle_name.p, head - 1);
	text[head - 1] = '_';
	r->out->app_id.p = text;
	r->out->app_id.n = head + (size_t)EVP_EncodeBlock((unsigned char *)text + head,
							  (const unsigned char *)p->app.key.p, (int)p->app.key.n);
	return 0;
}

static int keep_profile(struct reading *r, const struct happrofile *p)
{
	struct quickfix_file *out = r->out;

	return arena_try_copy(&out->profile_bundle, r->a, p->bundle_name) && arena_try_copy(&out->apl, r->a, p->apl) &&
			       arena_try_copy(&out->app_identifier, r->a, p->app_identifier) &&
			       arena_try_copy(&out->profile_type, r->a, p->type) &&
			       arena_try_copy(&out->distribution, r->a, p->distribution) && !make_app_id(r, p)
		       ? 0
		       : refuse(&r->why, REFUSE_NO_MEMORY);
}

static int read_signature(struct reading *r, const char *anchors)
{
	static const int codes[] = {
		[HAPSIG_BLOCK] = MDR_QF_SIGN_NONE,          [HAPSIG_SIGNATURE] = MDR_QF_SIGN_CONTENT,
		[HAPSIG_SOURCE] = MDR_QF_SIGN_SOURCE,       [HAPSIG_NO_PROFILE] = MDR_QF_SIGN_NO_PROFILE,
		[HAPSIG_PROFILE] = MDR_QF_SIGN_PROFILE,     [HAPSIG_DIGEST] = MDR_QF_SIGN_DIGEST,
		[HAPSIG_INTEGRITY] = MDR_QF_SIGN_INTEGRITY,
	};
	const struct cms_query trust = { .anchors = slice_of(anchors ? anchors : ""), .timeless = true };
	struct hapsig sig = { .fault = HAPSIG_BLOCK };

	r->why = "it is not signed";
	if (hapsig_is_there(&r->z) && !hapsig_read(&sig, &r->scratch, &r->z, &trust, &r->why))
		return keep_profile(r, &sig.profile);
	if (refused_memory(r->why))
		return -1;
	r->out->fault = codes[sig.fault];
	return 0;
}

/* --- all ---------------------------------------------------------------------------------------------------------------- */

/* The reason outlives the scratch. */
static int keep_reason(const char **out, struct reading *r)
{
	struct slice copy;

	if (refused_memory(r->why) || !arena_try_copy(&copy, r->a, slice_of(r->why)))
		return -1;
	*out = copy.p;
	return 0;
}

static int read_file(struct reading *r, struct slice bytes, const char *anchors)
{
	static const struct zip_limits none = { .entries = 0 };

	if (zip_open(&r->z, &r->scratch, bytes, &none, &r->why) || read_patch(r))
		return keep_reason(&r->out->unreadable, r);
	see_files(r);
	if (read_signature(r, anchors))
		return -1;
	return r->out->fault ? keep_reason(&r->out->fault_why, r) : 0;
}

int quickfix_file_read(struct quickfix_file *out, struct arena *a, struct slice bytes, const char *anchors)
{
	struct reading r = { .out = out, .a = a, .scratch = ARENA_INIT };
	const char *path = out->path;
	int bad;

	*out = (struct quickfix_file){ .path = path };
	r.scratch.limit = QUICKFIX_FILE_WORK;
	bad = read_file(&r, bytes, anchors);
	arena_release(&r.scratch);
	return bad;
}
