/* convert/release.c: the release.json that a task asks for where there is none yet. */
#include <inttypes.h>

#include "base/text.h"
#include "convert/task.h"

struct slice mds_public_address(struct slice pair)
{
	struct slice rest = pair, internal = slice_cut(&rest, ';');

	return slice_trim(rest.p ? rest : internal);
}

static bool put_text(json_t *o, const char *name, const struct form *f, const char *key)
{
	struct slice text;

	if (!form_text(&text, f, key))
		return false;
	text = slice_trim(text);
	json_object_set_new(o, name, json_stringn(text.p, text.n));
	return true;
}

/* {"url", "size", "sha256", "md5"?}: MDS knows the first two; the hash is said by whoever has the file. */
static json_t *elsewhere(const struct form *f)
{
	static const char *const needed[] = { "downloadUrl", "fileSize", "sha256" };
	json_t *out = json_object();
	struct slice url;
	int64_t size;
	bool good = true;

	for (size_t i = 0; i < COUNT(needed); i++)
		good &= form_require(f, needed[i]);
	if (form_text(&url, f, "downloadUrl")) {
		url = mds_public_address(url);
		json_object_set_new(out, "url", json_stringn(url.p, url.n));
	}
	if (form_int(&size, f, "fileSize"))
		json_object_set_new(out, "size", json_integer(size));
	put_text(out, "sha256", f, "sha256");
	put_text(out, "md5", f, "md5");
	if (good && json_object_size(out) >= COUNT(needed))
		return out;
	json_decref(out);
	return NULL;
}

static bool put_package(json_t *release, const struct task_import *t)
{
	if (t->kind == KIND_UPGRADE && t->platform == PLATFORM_IOS) {
		json_t *store = json_object();

		json_object_set_new(store, "type", json_string("appStore"));
		json_object_set_new(release, "distribution", store);
		return form_require(&t->form, "appstoreUrl") && put_text(store, "url", &t->form, "appstoreUrl");
	}
	json_t *package = elsewhere(&t->form);
	if (package)
		json_object_set_new(release, "package", package);
	return package != NULL;
}

json_t *task_new_release(const struct task_import *t, uint32_t patch_number)
{
	json_t *out;

	if (t->kind == KIND_H5) {
		form_error(&t->form, "h5Version",
			   "there is no version " SLICE_FMT " of h5 app " SLICE_FMT "; import its package first",
			   SLICE_ARG(t->version), SLICE_ARG(t->h5_id));
		return NULL;
	}
	out = json_object();
	json_object_set_new(out, "platform", json_string(platform_name(t->platform)));
	json_object_set_new(out, t->kind == KIND_UPGRADE ? "version" : "productVersion",
			    json_stringn(t->version.p, t->version.n));
	if (t->kind == KIND_HOTPATCH)
		json_object_set_new(out, "patchNumber", json_integer(patch_number));
	if (!put_package(out, t)) {
		form_error(&t->form, NULL,
			   "there is no release %s " SLICE_FMT " yet, and this does not say where its file is",
			   platform_name(t->platform), SLICE_ARG(t->version));
		json_decref(out);
		return NULL;
	}
	json_object_set_new(out, "tasks", json_array());
	return out;
}
