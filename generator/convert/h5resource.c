#include "convert/h5resource.h"

#include <inttypes.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "convert/mds.h"
#include "convert/task.h"
#include "defs/reader.h"

#define H5_VERSION_PARTS 4

static const enum platform order[] = { PLATFORM_IOS, PLATFORM_ANDROID, PLATFORM_HARMONY };

bool client_versions_split(struct slice out[PLATFORM_COUNT], struct slice text)
{
	size_t n = 0;

	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		out[p] = (struct slice){ NULL, 0 };
	while (text.p) {
		struct slice part = slice_trim(slice_cut(&text, ';'));

		if (n == COUNT(order))
			return false;
		out[order[n++]] = part;
	}
	return n >= 2;
}

/* --- versions -------------------------------------------------------------------------------------------------------- */

struct slice h5_version_after(struct arena *a, struct slice last)
{
	CLEANUP(strbuf_release) struct strbuf out = STRBUF_INIT;
	struct version v;
	size_t parts = 1;

	if (!version_parse(&v, last))
		return SLICE(H5_VERSION_FIRST);
	for (size_t i = 0; i < last.n; i++)
		parts += last.p[i] == '.';
	if (parts < H5_VERSION_PARTS)
		parts = H5_VERSION_PARTS;
	v.part[parts - 1]++;
	for (size_t i = 0; i < parts; i++)
		strbuf_addf(&out, "%s%" PRIu32, i ? "." : "", v.part[i]);
	return arena_copy(a, strbuf_slice(&out));
}

/* --- defaults -------------------------------------------------------------------------------------------------------- */

json_t *h5_resource_default(bool global)
{
	json_t *out = json_object(), *range = json_object();

	if (!global)
		json_object_set_new(out, "mainUrl", json_string(H5_MAIN_URL));
	json_object_set_new(out, "platform", json_string("all"));
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		json_t *one = json_object();

		json_object_set_new(one, "min", json_string(H5_CLIENT_MIN));
		json_object_set_new(range, platform_name((enum platform)p), one);
	}
	json_object_set_new(out, "clientVersion", range);
	return out;
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

static const struct form_key keys[] = {
	{ "action", FORM_DROPPED },
	{ "appId", FORM_TAKEN },
	{ "workspaceId", FORM_TAKEN },
	{ "tenantId", FORM_DROPPED },
	{ "h5Id", FORM_TAKEN },
	{ "h5Name", FORM_TAKEN },
	{ "h5Version", FORM_TAKEN },
	{ "mainUrl", FORM_TAKEN },
	{ "extendInfo", FORM_TAKEN },
	{ "autoInstall", FORM_TAKEN },
	{ "installType", FORM_TAKEN },
	{ "platform", FORM_TAKEN },
	{ "clientVersionMin", FORM_TAKEN },
	{ "clientVersionMax", FORM_TAKEN },
	{ "repeatNebula", FORM_TAKEN },
	{ "resourceType", FORM_TAKEN },
	{ "memo", FORM_TAKEN },
	{ "fileUrl", FORM_DROPPED },
	{ "onexFlag", FORM_DROPPED },
	{ "vhost", FORM_DROPPED },
	{ "customDomainName", FORM_DROPPED },
	{ "id", FORM_DROPPED },
	{ "creator", FORM_DROPPED },
	{ "modifier", FORM_DROPPED },
	{ "gmtCreate", FORM_DROPPED },
	{ "gmtModified", FORM_DROPPED },
	{ "md5", FORM_DROPPED },
	{ "fileSize", FORM_DROPPED },
	{ "downloadUrl", FORM_DROPPED },
	{ "subUrl", FORM_EMPTY },
};
_Static_assert(COUNT(keys) <= FORM_KEYS, "a form holds FORM_KEYS keys");

/* 0 or 1: a word of each. */
static void read_code(struct h5_resource *r, const char *key, const char *const words[2])
{
	int64_t code;

	if (!form_int(&code, &r->form, key))
		return;
	if (code != 0 && code != 1)
		form_error(&r->form, key, "%s is %" JSON_INTEGER_FORMAT "; 0 (%s) and 1 (%s) are known", key,
			   (json_int_t)code, words[0], words[1]);
	else
		json_object_set_new(r->release, key, json_string(words[code]));
}

static void read_type(struct h5_resource *r)
{
	struct slice word;

	if (!form_text(&word, &r->form, "resourceType"))
		return;
	r->has_type = slice_eqs(word, "normal") || slice_eqs(word, "global");
	if (!r->has_type)
		form_error(&r->form, "resourceType", "resourceType %s is unknown; \"normal\" and \"global\" are known",
			   quote(r->form.s->a, word));
	else
		r->global = slice_eqs(word, "global");
}

static void read_repeat(struct h5_resource *r)
{
	int64_t code;

	if (!form_int(&code, &r->form, "repeatNebula"))
		return;
	if (code != 0 && code != 1)
		form_error(&r->form, "repeatNebula", "repeatNebula is %" JSON_INTEGER_FORMAT "; 0 and 1 are known",
			   (json_int_t)code);
	else if (r->global)
		json_object_set_new(r->release, "repeatNebula", json_boolean(code));
	else if (code)
		form_error(&r->form, "repeatNebula", "\"repeatNebula\" belongs to a global package");
}

/* An object, or a string that holds one. */
static void read_extend_info(struct h5_resource *r)
{
	json_t *v = form_value(&r->form, "extendInfo"), *info;
	json_error_t err;

	if (!v)
		return;
	if (json_is_string(v))
		info = json_loadb(json_string_value(v), json_string_length(v), JSON_REJECT_DUPLICATES, &err);
	else
		info = json_incref(v);
	if (json_is_object(info))
		json_object_set(r->release, "extendInfo", info);
	else
		form_error(&r->form, "extendInfo", "\"extendInfo\" must be an object, or a string that holds one");
	json_decref(info);
}

/* Which platforms `platform` names; without it the parts of clientVersionMin decide. */
static bool read_platforms(bool out[PLATFORM_COUNT], struct h5_resource *r, const struct slice min[PLATFORM_COUNT])
{
	enum platform one = PLATFORM_ANDROID;
	struct slice word = { NULL, 0 };
	bool named = form_text(&word, &r->form, "platform") && !slice_eq_nocase(word, SLICE("all"));

	if (named && !mds_platform_parse(&one, word))
		return form_error(&r->form, "platform",
				  "platform %s is unknown; all, Android, iOS and Harmony are known",
				  quote(r->form.s->a, word));
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		out[p] = named ? p == (size_t)one : min[p].n > 0 || !form_has(&r->form, "clientVersionMin");
	return true;
}

static bool read_triple(struct slice out[PLATFORM_COUNT], struct h5_resource *r, const char *key)
{
	struct slice text;
	struct version v;

	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		out[p] = (struct slice){ NULL, 0 };
	if (!form_has(&r->form, key))
		return true;
	if (!form_text(&text, &r->form, key))
		return false;
	if (!client_versions_split(out, text))
		return form_error(&r->form, key,
				  "%s %s must be two or three versions: iOS;Android or iOS;Android;Harmony", key,
				  quote(r->form.s->a, text));
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		if (out[p].n && !version_parse(&v, out[p]))
			return form_error(&r->form, key, "%s is not a version", quote(r->form.s->a, out[p]));
	return true;
}

static void put_range(json_t *ranges, enum platform p, struct slice min, struct slice max)
{
	json_t *one = json_object();

	json_object_set_new(one, "min", min.n ? json_stringn(min.p, min.n) : json_string(H5_CLIENT_MIN));
	if (max.n)
		json_object_set_new(one, "max", json_stringn(max.p, max.n));
	json_object_set_new(ranges, platform_name(p), one);
}

static void read_clients(struct h5_resource *r)
{
	struct slice min[PLATFORM_COUNT], max[PLATFORM_COUNT];
	bool named[PLATFORM_COUNT] = { false };
	size_t n = 0;

	if (!read_triple(min, r, "clientVersionMin") || !read_triple(max, r, "clientVersionMax") ||
	    !read_platforms(named, r, min))
		return;
	json_t *ranges = json_object(), *list = json_array();
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		if (!named[p])
			continue;
		put_range(ranges, (enum platform)p, min[p], max[p]);
		json_array_append_new(list, json_string(platform_name((enum platform)p)));
		n++;
	}
	if (!n)
		form_error(&r->form, "clientVersionMin", "\"clientVersionMin\" names no platform");
	if (n == PLATFORM_COUNT)
		json_object_set_new(r->release, "platform", json_string("all"));
	else
		json_object_set(r->release, "platform", list);
	json_object_set_new(r->release, "clientVersion", ranges);
	json_decref(list);
}

static void read_identity(struct h5_resource *r, const struct app *app)
{
	struct slice text;

	if (form_text(&text, &r->form, "appId") && !slice_eq(text, app->app_id))
		form_error(&r->form, "appId", "appId %s is another app's; this one has %s", quote(r->form.s->a, text),
			   quote(r->form.s->a, app->app_id));
	if (form_text(&text, &r->form, "workspaceId") && !slice_eq(text, app->workspace_id))
		form_error(&r->form, "workspaceId", "workspaceId %s is another app's; this one has %s",
			   quote(r->form.s->a, text), quote(r->form.s->a, app->workspace_id));
	if (form_require(&r->form, "h5Id"))
		form_text(&r->id, &r->form, "h5Id");
	form_text(&r->name, &r->form, "h5Name");
	form_version(&r->version, &r->form, "h5Version");
}

static void read_main_url(struct h5_resource *r)
{
	struct slice text = SLICE(H5_MAIN_URL);

	if (!form_text(&text, &r->form, "mainUrl") && form_has(&r->form, "mainUrl"))
		return;
	if (!r->global)
		json_object_set_new(r->release, "mainUrl", json_stringn(text.p, text.n));
}

bool h5_resource_read(struct h5_resource *out, const struct form_source *s, json_t *json, struct slice pointer,
		      const struct app *app, bool global)
{
	static const char *const install[] = { "lazy", "preload" };
	static const char *const networks[] = { "wifi", "any" };
	size_t errors = s->d->errors;
	struct slice memo;

	*out = (struct h5_resource){ .global = global };
	if (!form_open(&out->form, s, json, pointer, keys, COUNT(keys)))
		return false;
	out->release = json_object();
	read_identity(out, app);
	read_type(out);
	read_main_url(out);
	read_extend_info(out);
	read_code(out, "autoInstall", networks);
	read_code(out, "installType", install);
	read_clients(out);
	read_repeat(out);
	if (form_text(&memo, &out->form, "memo"))
		json_object_set_new(out->release, "memo", json_stringn(memo.p, memo.n));
	if (s->d->errors == errors)
		return true;
	h5_resource_release(out);
	return false;
}

void h5_resource_release(struct h5_resource *r)
{
	json_decref(r->release);
	r->release = NULL;
}
