/* defs/upgrade.c: upgrade releases. */
#include "defs/upgrade.h"

#include <stdlib.h>

#include "base/appname.h"
#include "defs/named.h"
#include "defs/package.h"
#include "defs/pathname.h"
#include "defs/reader.h"
#include "defs/release.h"
#include "defs/rule.h"
#include "defs/task.h"

#define TESTERS_MAX 10000 /* external testers of one app at Apple */

/* --- distribution: how an iOS app reaches its users --------------------------------------------------------------- */

static const char *const types[] = {
	[DIST_APP_STORE - 1] = "appStore",
	[DIST_ENTERPRISE - 1] = "enterprise",
	[DIST_TEST_FLIGHT - 1] = "testFlight",
};

static const struct dist_key {
	const char *name;
	enum distribution owner;
} dist_keys[] = {
	{ "url", DIST_APP_STORE },          { "package", DIST_ENTERPRISE },     { "icon", DIST_ENTERPRISE },
	{ "bundleId", DIST_ENTERPRISE },    { "publicLink", DIST_TEST_FLIGHT }, { "expires", DIST_TEST_FLIGHT },
	{ "maxTesters", DIST_TEST_FLIGHT },
};

/* Refuses the keys of the other types; with an unknown type (DIST_PACKAGE) it passes over all. */
static void skip_others(struct object *o, enum distribution type)
{
	for (size_t i = 0; i < COUNT(dist_keys); i++) {
		const struct dist_key *key = &dist_keys[i];

		if (type == DIST_PACKAGE)
			field_skip(o, key->name);
		else if (key->owner != type)
			field_refuse(o, key->name, arena_printf(o->at.r->a, "type \"%s\"", types[key->owner - 1]).p,
				     arena_printf(o->at.r->a, "this distribution has type \"%s\"", types[type - 1]).p);
	}
}

static void read_bundle_id(struct upgrade *out, struct defs_scope *s, struct object *o)
{
	out->bundle_id = s->app->package_name[PLATFORM_IOS];
	if (field_string(&out->bundle_id, o, "bundleId", OPTIONAL) && !appname_is_bundle_id(out->bundle_id))
		object_error(o, "bundleId",
			     "\"bundleId\" is %s; it must be a bundle identifier such as com.example.demo",
			     quote(s->a, out->bundle_id));
	else if (!out->bundle_id.n && !object_has(o, "bundleId") && out->package.url.n)
		object_error(
			o, NULL,
			"the install manifest needs the app's identifier: set \"bundleId\" here, or [ios] bundleId "
			"in app.ini");
}

static void read_enterprise(struct upgrade *out, struct defs_scope *s, struct object *o)
{
	package_read(&out->package, s, o, out->r.folder, ".ipa", OPTIONAL);
	named_file_read(&out->icon, s, o, "icon", OPTIONAL, out->r.folder, ".png");
	read_bundle_id(out, s, o);
}

static void read_test_flight(struct upgrade *out, struct object *o)
{
	uint64_t testers = 0;

	field_url(&out->link, o, "publicLink", REQUIRED);
	field_time(&out->expires, o, "expires", REQUIRED);
	if (field_uint(&testers, o, "maxTesters", REQUIRED, 1, TESTERS_MAX))
		out->max_testers = (uint32_t)testers;
}

static void read_distribution(struct upgrade *out, struct defs_scope *s, struct object *release)
{
	struct object o;
	size_t word;

	if (!field_object(&o, release, "distribution", REQUIRED))
		return;
	if (field_word(&word, &o, "type", REQUIRED, types, COUNT(types)))
		out->distribution = (enum distribution)(word + 1);
	skip_others(&o, out->distribution);
	if (out->distribution == DIST_APP_STORE)
		field_url(&out->link, &o, "url", REQUIRED);
	else if (out->distribution == DIST_ENTERPRISE)
		read_enterprise(out, s, &o);
	else if (out->distribution == DIST_TEST_FLIGHT)
		read_test_flight(out, &o);
	object_finish(&o);
}

/* --- one release -------------------------------------------------------------------------------------------------- */

/* What the platform's own keys say where to get the release. */
static void read_source(struct upgrade *out, struct defs_scope *s, struct object *o)
{
	static const char *const suffixes[] = { [PLATFORM_ANDROID] = ".apk", [PLATFORM_HARMONY] = ".hap .app" };
	const char *here = arena_printf(s->a, "this release is for %s", platform_name(out->platform)).p;

	if (out->platform == PLATFORM_IOS) {
		read_distribution(out, s, o);
		field_refuse(o, "package", "android and harmony, and to an enterprise distribution", here);
		named_file_read(&out->symbols, s, o, "symbols", OPTIONAL, out->r.folder, ".tgz");
		return;
	}
	package_read(&out->package, s, o, out->r.folder, suffixes[out->platform], OPTIONAL);
	field_refuse(o, "distribution", "ios", here);
	field_refuse(o, "symbols", "ios", here);
}

/* TestFlight builds last for 90 days, releases for longer. */
static void check_expires(const struct upgrade *u, struct defs_scope *s)
{
	if (u->distribution != DIST_TEST_FLIGHT || !u->expires || u->expires > s->commit_time)
		return;
	for (size_t i = 0; i < u->r.ntasks; i++) {
		if (u->r.tasks[i].status != STATUS_RELEASING)
			continue;
		diag_warning(s->d, origin_pos(&u->r.origin, "/distribution/expires"),
			     "the build has expired at the commit's time: this release reaches nobody");
		return;
	}
}

static int read_release(struct upgrade *out, struct defs_scope *s, struct object *o)
{
	struct slice folder = out->r.folder;
	struct task_context ctx = { .kind = KIND_UPGRADE, .platforms = out->r.platforms, .upgrade = out };

	if (!release_platform_read(&out->platform, &out->r, s, o, out->r.slot))
		return -1;
	bool has_version =
		release_version_read(&out->version, &out->r.version_text, s, o, "version", path_last(folder));
	read_source(out, s, o);
	field_string(&out->r.memo, o, "memo", OPTIONAL);
	field_bool(&out->download_verification, o, "downloadVerification", OPTIONAL);
	values_read(&out->need_client_net_type, &out->nneed_client_net_type, s, o, "needClientNetType",
		    scope_element(s, SLICE("netType")));
	unless_read(&out->r.unless, &out->r.nunless, s, o);
	tasks_read(&out->r.tasks, &out->r.ntasks, s, o, &ctx);
	check_expires(out, s);
	object_finish(o);
	return has_version ? 0 : -1;
}

int upgrade_read(struct upgrade *out, struct defs_scope *s, struct origin origin, struct slice rel)
{
	CLEANUP(reader_close) struct reader r = { 0 };
	struct slice folder = path_parent(rel);
	struct object o;

	*out = (struct upgrade){
		.r = { .kind = KIND_UPGRADE,
		       .origin = origin,
		       .folder = folder,
		       .slot = path_last(path_parent(folder)) },
	};
	if (reader_open(&r, s->a, s->d, origin) || !reader_root(&o, &r))
		return -1;
	return read_release(out, s, &o);
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static int upgrade_cmp(const void *x, const void *y)
{
	const struct upgrade *a = x, *b = y;
	int c = slice_cmp(a->r.slot, b->r.slot);

	if (!c)
		c = version_cmp(&a->version, &b->version);
	return c ? c : slice_cmp(a->r.version_text, b->r.version_text);
}

static bool same_upgrade(const void *x, const void *y)
{
	const struct upgrade *a = x, *b = y;

	return a->platform == b->platform && version_cmp(&a->version, &b->version) == 0;
}

void upgrades_finish(struct app *app, struct defs_scope *s)
{
	if (app->nupgrades)
		qsort(app->upgrades, app->nupgrades, sizeof(*app->upgrades), upgrade_cmp);
	releases_distinct(app->upgrades, app->nupgrades, sizeof(*app->upgrades), same_upgrade, "/version",
			  "is the same version as", s);
}
