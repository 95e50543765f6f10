/* defs/upgrade.c: upgrade releases. */
#include "defs/upgrade.h"

#include <stdlib.h>

#include "defs/package.h"
#include "defs/reader.h"
#include "defs/rule.h"
#include "defs/task.h"

/* The parts of `…/<platform>/<version>/release.json`. */
struct place {
	struct slice folder, platform, version;
};

static struct slice last_part(struct slice path)
{
	return slice_from(path, (size_t)(slice_rfind(path, '/') + 1));
}

static struct slice parent_of(struct slice path)
{
	ptrdiff_t slash = slice_rfind(path, '/');

	return slice_sub(path, 0, slash < 0 ? 0 : (size_t)slash);
}

static struct place place_of(struct slice rel)
{
	struct slice folder = parent_of(rel);

	return (struct place){ folder, last_part(parent_of(folder)), last_part(folder) };
}

static bool read_platform(struct upgrade *out, struct defs_scope *s, struct object *o, const struct place *at)
{
	struct slice name;

	if (field_string(&name, o, "platform", REQUIRED) && !slice_eq(name, at->platform))
		object_error(o, "platform", "\"platform\" is %s, but the folder is named %s", quote(s->a, name),
			     quote(s->a, at->platform));
	if (!platform_parse(&out->platform, at->platform))
		return object_error(o, "platform", "the folder %s is not a platform: android, ios or harmony",
				    quote(s->a, at->platform));
	if (out->platform != PLATFORM_ANDROID)
		return object_error(o, "platform", "upgrades for %s are not supported by this version of mdstatic",
				    platform_name(out->platform));
	return true;
}

static bool read_version(struct upgrade *out, struct defs_scope *s, struct object *o, const struct place *at)
{
	if (!field_version(&out->version, &out->version_text, o, "version", REQUIRED))
		return false;
	if (!slice_eq(out->version_text, at->version))
		object_error(o, "version", "\"version\" is %s, but the folder is named %s",
			     quote(s->a, out->version_text), quote(s->a, at->version));
	return true;
}

static void read_net_types(struct upgrade *out, struct defs_scope *s, struct object *o)
{
	values_read(&out->need_client_net_type, &out->nneed_client_net_type, s, o, "needClientNetType",
		    scope_element(s, SLICE("netType")));
}

static int read_release(struct upgrade *out, struct defs_scope *s, struct object *o, const struct place *at)
{
	struct task_context ctx = { KIND_UPGRADE, PLATFORM_ANDROID };

	if (!read_platform(out, s, o, at))
		return -1;
	bool has_version = read_version(out, s, o, at);
	package_read(&out->package, s, o, at->folder, ".apk");
	field_refuse(o, "distribution", "ios", "this release is for android");
	field_refuse(o, "symbols", "ios", "this release is for android");
	field_string(&out->memo, o, "memo", OPTIONAL);
	field_bool(&out->download_verification, o, "downloadVerification", OPTIONAL);
	read_net_types(out, s, o);
	unless_read(&out->unless, &out->nunless, s, o);
	tasks_read(&out->tasks, &out->ntasks, s, o, &ctx);
	object_finish(o);
	return has_version ? 0 : -1;
}

int upgrade_read(struct upgrade *out, struct defs_scope *s, struct origin origin, struct slice rel)
{
	CLEANUP(reader_close) struct reader r = { 0 };
	struct place at = place_of(rel);
	struct object o;

	*out = (struct upgrade){ .origin = origin };
	if (reader_open(&r, s->a, s->d, origin) || !reader_root(&o, &r))
		return -1;
	return read_release(out, s, &o, &at);
}

static int upgrade_cmp(const void *x, const void *y)
{
	const struct upgrade *a = x, *b = y;
	int c = (a->platform > b->platform) - (a->platform < b->platform);

	if (!c)
		c = version_cmp(&a->version, &b->version);
	return c ? c : slice_cmp(a->version_text, b->version_text);
}

void upgrades_finish(struct app *app, struct defs_scope *s)
{
	if (app->nupgrades)
		qsort(app->upgrades, app->nupgrades, sizeof(*app->upgrades), upgrade_cmp);
	for (size_t i = 1, first = 0; i < app->nupgrades; i++) {
		const struct upgrade *a = &app->upgrades[first], *b = &app->upgrades[i];
		if (a->platform != b->platform || version_cmp(&a->version, &b->version) != 0) {
			first = i;
			continue;
		}
		diag_error(s->d, origin_pos(&b->origin, "/version"), "%s is the same version as %s of %s",
			   quote(s->a, b->version_text), quote(s->a, a->version_text), a->origin.path);
	}
}
