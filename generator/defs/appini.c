/* defs/appini.c: the table of keys, and what their values must be. */
#include "defs/appini.h"

#include "base/appname.h"
#include "base/inifile.h"
#include "base/text.h"
#include "defs/url.h"

#define AUDIENCE_MAX   UINT64_C(100000000000)
#define MIRRORS        9
#define HOST_MAX       253
#define LABEL_MAX      63
#define RATIO_DECIMALS 6

enum {
	APP_ID,
	WORKSPACE_ID,
	TENANT_ID,
	NAME,
	BASE_URL,
	MIRROR_1,
	MIRROR_LAST = MIRROR_1 + MIRRORS - 1,
	POINTER_MAX_AGE,
	ANDROID_AUDIENCE,
	PACKAGE_NAME,
	IOS_AUDIENCE,
	BUNDLE_ID,
	HARMONY_AUDIENCE,
	BUNDLE_NAME,
	VHOST,
	GLOBAL_HOST,
	DELTA_FROM,
	MAX_RATIO,
	SEGMENTS_MAX,
	FPR,
	STRICT_RESOURCES,
	MAX_CONCURRENT_TASKS,
	MAX_WINDOW_DAYS,
	REQUIRE_CANARY,
	KEYS
};

static const struct ini_key keys[KEYS] = {
	[APP_ID] = { "app", "appId" },
	[WORKSPACE_ID] = { "app", "workspaceId" },
	[TENANT_ID] = { "app", "tenantId" },
	[NAME] = { "app", "name" },
	[BASE_URL] = { "cdn", "baseUrl" },
	[MIRROR_1] = { "cdn", "mirror1" },
	{ "cdn", "mirror2" },
	{ "cdn", "mirror3" },
	{ "cdn", "mirror4" },
	{ "cdn", "mirror5" },
	{ "cdn", "mirror6" },
	{ "cdn", "mirror7" },
	{ "cdn", "mirror8" },
	[MIRROR_LAST] = { "cdn", "mirror9" },
	[POINTER_MAX_AGE] = { "cdn", "pointerMaxAge" },
	[ANDROID_AUDIENCE] = { "android", "audience" },
	[PACKAGE_NAME] = { "android", "packageName" },
	[IOS_AUDIENCE] = { "ios", "audience" },
	[BUNDLE_ID] = { "ios", "bundleId" },
	[HARMONY_AUDIENCE] = { "harmony", "audience" },
	[BUNDLE_NAME] = { "harmony", "bundleName" },
	[VHOST] = { "h5", "vhost" },
	[GLOBAL_HOST] = { "h5", "globalHost" },
	[DELTA_FROM] = { "delta", "from" },
	[MAX_RATIO] = { "delta", "maxRatio" },
	[SEGMENTS_MAX] = { "segments", "max" },
	[FPR] = { "filter", "fpr" },
	[STRICT_RESOURCES] = { "policy", "strictResources" },
	[MAX_CONCURRENT_TASKS] = { "policy", "maxConcurrentTasks" },
	[MAX_WINDOW_DAYS] = { "policy", "maxWindowDays" },
	[REQUIRE_CANARY] = { "policy", "requireCanary" },
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* --- forms --------------------------------------------------------------------------------------------------------- */

static bool is_host(struct slice s)
{
	if (!s.n || s.n > HOST_MAX)
		return false;
	for (struct slice label; s.p;) {
		label = slice_cut(&s, '.');
		if (!label.n || label.n > LABEL_MAX || label.p[0] == '-' || label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!is_letter(label.p[i]) && !is_digit(label.p[i]) && label.p[i] != '-')
				return false;
	}
	return true;
}

/* --- sections ------------------------------------------------------------------------------------------------------ */

static void read_name(struct slice *out, const struct inifile *f, size_t key)
{
	struct slice text;

	if (!inifile_text(&text, f, key))
		return;
	if (text_is_name(text))
		*out = text;
	else
		inifile_error(
			f, key,
			"must be 1 to 64 letters, digits, \".\", \"_\" and \"-\", and begin with a letter or digit");
}

static void read_app(struct app *app, const struct inifile *f)
{
	inifile_require(f, APP_ID);
	inifile_require(f, WORKSPACE_ID);
	read_name(&app->app_id, f, APP_ID);
	read_name(&app->workspace_id, f, WORKSPACE_ID);
	(void)inifile_text(&app->tenant_id, f, TENANT_ID);
	(void)inifile_text(&app->name, f, NAME);
	if (app->app_id.n && app->workspace_id.n)
		app->app_code = arena_printf(f->a, SLICE_FMT "-" SLICE_FMT, SLICE_ARG(app->app_id),
					     SLICE_ARG(app->workspace_id));
}

static bool read_base(struct slice *out, const struct inifile *f, size_t key)
{
	struct slice url;

	if (!inifile_text(&url, f, key))
		return false;
	const char *problem = url_problem(url);
	if (problem)
		return inifile_error(f, key, "%s", problem);
	if (slice_find(url, '?') >= 0 || slice_find(url, '#') >= 0)
		return inifile_error(f, key, "must not hold \"?\" or \"#\": paths are appended to it");
	if (!slice_ends(url, "/"))
		return inifile_error(f, key, "must end in \"/\": paths are appended to it");
	*out = url;
	return true;
}

static bool base_is_known(const struct app *app, struct slice url)
{
	for (size_t i = 0; i < app->nbases; i++)
		if (slice_eq(app->bases[i], url))
			return true;
	return false;
}

static void read_cdn(struct app *app, const struct inifile *f)
{
	struct slice url = SLICE("");
	uint64_t age;

	inifile_require(f, BASE_URL);
	app->bases = ARENA_ARRAY(f->a, struct slice, 1 + MIRRORS);
	for (size_t key = BASE_URL; key <= MIRROR_LAST; key++) {
		if (key > MIRROR_1 && inifile_has(f, key) && !inifile_has(f, key - 1))
			inifile_error(f, key, "leaves a gap: there is no \"%s\"", keys[key - 1].name);
		if (!read_base(&url, f, key))
			continue;
		if (base_is_known(app, url))
			inifile_error(f, key, "repeats an address from above");
		else
			app->bases[app->nbases++] = url;
	}
	if (inifile_uint(&age, f, POINTER_MAX_AGE, 0, 86400))
		app->pointer_max_age = (uint32_t)age;
}

static void read_package(struct slice *out, const struct inifile *f, size_t key)
{
	struct slice text;

	if (!inifile_text(&text, f, key))
		return;
	if (key == BUNDLE_ID ? appname_is_bundle_id(text) : appname_is_package(text))
		*out = text;
	else if (key == BUNDLE_ID)
		inifile_error(f, key, "must be a bundle identifier such as com.example.demo");
	else
		inifile_error(f, key, "must be a package name such as com.example.demo");
}

static void read_platforms(struct app *app, const struct inifile *f)
{
	static const struct {
		enum platform platform;
		size_t audience, name;
	} rows[] = {
		{ PLATFORM_ANDROID, ANDROID_AUDIENCE, PACKAGE_NAME },
		{ PLATFORM_IOS, IOS_AUDIENCE, BUNDLE_ID },
		{ PLATFORM_HARMONY, HARMONY_AUDIENCE, BUNDLE_NAME },
	};
	uint64_t audience;

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (inifile_uint(&audience, f, rows[i].audience, 0, AUDIENCE_MAX))
			app->audience[rows[i].platform] = (int64_t)audience;
		else if (inifile_has(f, rows[i].audience))
			app->audience[rows[i].platform] = 0; /* known but bad: no window need complain again */
		read_package(&app->package_name[rows[i].platform], f, rows[i].name);
	}
}

/* The tree has a folder of that name. */
static bool is_taken(struct slice host)
{
	static const char *const taken[] = { "build.json", "h5", "metadata", "pages", "targets" };
	size_t i = 0;

	while (i < COUNT(taken) && !slice_eq_nocase(host, slice_of(taken[i])))
		i++;
	return i < COUNT(taken);
}

static void read_h5(struct app *app, const struct inifile *f)
{
	struct slice *hosts[] = { &app->h5_vhost, &app->h5_global_host };

	for (size_t key = VHOST; key <= GLOBAL_HOST; key++) {
		if (inifile_text(hosts[key - VHOST], f, key) && !is_host(*hosts[key - VHOST]))
			inifile_error(f, key, "must be a plain host name, without scheme, port and path");
	}
	if (is_taken(app->h5_global_host))
		inifile_error(
			f, GLOBAL_HOST,
			"is one of the names that the tree has for itself: build.json, h5, metadata, pages, targets");
}

static void read_delta(struct app *app, const struct inifile *f)
{
	struct slice text;
	uint64_t v;

	if (inifile_uint(&v, f, DELTA_FROM, 0, 50))
		app->delta_from = (uint32_t)v;
	if (!inifile_text(&text, f, MAX_RATIO))
		return;
	if (text_decimal(&v, text, RATIO_DECIMALS) && v >= 1 && v <= 1000000)
		app->delta_max_ratio = (uint32_t)v;
	else
		inifile_error(f, MAX_RATIO, "must be a decimal number above 0, at most 1, with at most %d decimals",
			      RATIO_DECIMALS);
}

static void read_policy(struct app *app, const struct inifile *f)
{
	uint64_t v;

	if (inifile_uint(&v, f, SEGMENTS_MAX, 1, 65536))
		app->segments_max = (uint32_t)v;
	(void)inifile_fpr(&app->filter_fpr, f, FPR);
	(void)inifile_bool(&app->strict_resources, f, STRICT_RESOURCES);
	(void)inifile_bool(&app->require_canary, f, REQUIRE_CANARY);
	if (inifile_uint(&v, f, MAX_CONCURRENT_TASKS, 1, 1000))
		app->max_concurrent_tasks = (uint32_t)v;
	if (inifile_uint(&v, f, MAX_WINDOW_DAYS, 1, 365))
		app->max_window_days = (uint32_t)v;
}

void appini_defaults(struct app *app)
{
	app->pointer_max_age = 60;
	app->segments_max = 256;
	app->delta_from = 3;
	app->delta_max_ratio = 700000;
	app->max_concurrent_tasks = 10;
	app->max_window_days = 7;
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		app->audience[p] = AUDIENCE_UNKNOWN;
}

struct srcpos appini_read(struct app *app, struct arena *a, struct diags *d, struct origin origin)
{
	struct inifile f;

	appini_defaults(app);
	app->origin = origin;
	inifile_read(&f, a, d, origin, keys, KEYS);
	read_app(app, &f);
	read_cdn(app, &f);
	read_platforms(app, &f);
	read_h5(app, &f);
	read_delta(app, &f);
	read_policy(app, &f);
	return inifile_pos(&f, APP_ID);
}
