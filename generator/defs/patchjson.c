/* defs/patchjson.c: the app part and the module part. */
#include "defs/patchjson.h"

#include <inttypes.h>

#include "base/text.h"
#include "defs/reader.h"
#include "defs/rule.h"
#include "defs/textfile.h"

#define VERSION_NAME_MAX 127 /* bytes */
#define HASH_DIGITS      64

/* --- app ---------------------------------------------------------------------------------------------------------- */

static void read_number(struct object *app, const char *key, uint32_t min, uint32_t folder)
{
	uint64_t v;

	if (field_uint(&v, app, key, REQUIRED, min, INT32_MAX) && v != folder)
		object_error(app, key, "\"%s\" is %" PRIu64 ", but the release's folder says %" PRIu32, key, v, folder);
}

static void read_version_name(struct slice *out, struct object *app, const char *key, const struct patchjson *first,
			      struct slice same)
{
	struct arena *a = app->at.r->a;
	struct slice name;

	if (!field_string(&name, app, key, REQUIRED))
		return;
	if (!slice_trim(name).n || name.n > VERSION_NAME_MAX) {
		object_error(app, key, "\"%s\" must have 1 to %d bytes", key, VERSION_NAME_MAX);
		return;
	}
	*out = name;
	if (same.n && !slice_eq(name, same))
		object_error(app, key, "\"%s\" is %s, but %s has %s: all modules of a release carry the same one", key,
			     quote(a, name), first->path, quote(a, same));
}

static void read_app(struct patchjson *out, struct object *o, const struct quickfix *fix, const struct patchjson *first)
{
	static const struct patchjson nobody = { 0 };
	const struct patchjson *other = first ? first : &nobody;
	struct object app;
	struct slice bundle;

	if (!field_object(&app, o, "app", REQUIRED))
		return;
	if (field_string(&bundle, &app, "bundleName", REQUIRED) && !slice_eq(bundle, fix->bundle_name))
		object_error(&app, "bundleName", "\"bundleName\" is %s, but the release's folder says %s",
			     quote(o->at.r->a, bundle), quote(o->at.r->a, fix->bundle_name));
	read_number(&app, "versionCode", 0, fix->version_code);
	read_number(&app, "patchVersionCode", 1, fix->patch_version_code);
	read_version_name(&out->version_name, &app, "versionName", other, other->version_name);
	read_version_name(&out->patch_version_name, &app, "patchVersionName", other, other->patch_version_name);
	object_finish(&app);
}

/* --- module ------------------------------------------------------------------------------------------------------- */

/* The name becomes part of paths on a device. */
static void read_name(struct slice *out, struct object *module)
{
	struct slice name;
	size_t good = 0;

	if (!field_string(&name, module, "name", REQUIRED))
		return;
	while (good < name.n && (unsigned char)name.p[good] > ' ' && name.p[good] != '/' && name.p[good] != '\\' &&
	       name.p[good] != '%' && name.p[good] != 0x7f)
		good++;
	if (!name.n || good < name.n || name.p[0] == '.')
		object_error(
			module, "name",
			"\"name\" is %s; it must be a module's name, without white space, \"/\", \"\\\" and \"%%\", "
			"and not begin with \".\"",
			quote(module->at.r->a, name));
	else
		*out = name;
}

static bool is_hash(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
			return false;
	}
	return s.n == HASH_DIGITS;
}

static void read_type(struct object *module)
{
	struct slice type;

	if (!field_string(&type, module, "type", REQUIRED) || slice_eqs(type, "patch"))
		return;
	object_error(module, "type", "\"type\" is %s; it must be \"patch\"%s", quote(module->at.r->a, type),
		     slice_eqs(type, "hotreload") ? ": \"hotreload\" is for debugging" : "");
}

static void read_module(struct patchjson *out, struct defs_scope *s, struct object *o)
{
	struct object module;
	struct slice hash;

	if (!field_object(&module, o, "module", REQUIRED))
		return;
	read_name(&out->module, &module);
	read_type(&module);
	if (object_has(&module, "deviceTypes"))
		values_read(&out->types, &out->ntypes, s, &module, "deviceTypes",
			    scope_element(s, SLICE("deviceType")));
	else
		object_error(&module, NULL, "missing key \"deviceTypes\"");
	if (field_string(&hash, &module, "originalModuleHash", REQUIRED) && !is_hash(hash))
		object_error(
			&module, "originalModuleHash",
			"\"originalModuleHash\" is %s; it must be %d hex digits: the SHA-256 of the installed .hap",
			quote(s->a, hash), HASH_DIGITS);
	object_finish(&module);
}

void patchjson_read(struct patchjson *out, struct defs_scope *s, const struct file_entry *file,
		    const struct quickfix *fix, const struct patchjson *first)
{
	CLEANUP(reader_close) struct reader r = { 0 };
	struct origin origin;
	struct object o;

	*out = (struct patchjson){ .path = file->path };
	if (textfile_read(&origin, s->files, file, s->a, s->d))
		return;
	if (reader_open(&r, s->a, s->d, origin) || !reader_root(&o, &r))
		return;
	read_app(out, &o, fix, first);
	read_module(out, s, &o);
	object_finish(&o);
}
