/* defs/h5.c: h5 apps and their releases. */
#include "defs/h5.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "defs/extendinfo.h"
#include "defs/pathname.h"
#include "defs/platforms.h"
#include "defs/reader.h"
#include "defs/release.h"
#include "defs/task.h"

#define ID_DIGITS 8
#define PATH_MAX_ 100 /* bytes of a path inside a package, as clients can unpack it */

/* --- app.json ----------------------------------------------------------------------------------------------------- */

/* Why a name is no h5Id; NULL: it is one. */
static const char *id_problem(struct slice id)
{
	static const char *const taken[] = { "20000196", "66666692", "68687029", "68687209" };
	static const char *const prefixes[] = { "666666", "20000" };
	uint64_t v;

	if (id.n != ID_DIGITS || !text_uint(&v, id))
		return "an h5Id is 8 digits";
	for (size_t i = 0; i < COUNT(taken); i++)
		if (slice_eqs(id, taken[i]))
			return "the platform uses this h5Id itself; choose another";
	for (size_t i = 0; i < COUNT(prefixes); i++)
		if (slice_starts(id, prefixes[i]))
			return "an h5Id must not begin with 666666 or 20000, which the platform keeps for itself";
	return NULL;
}

static bool read_type(bool *global, struct defs_scope *s, struct object *o)
{
	static const char *const words[] = { "normal", "global" };
	size_t word;

	if (!field_word(&word, o, "resourceType", REQUIRED, words, COUNT(words)))
		return false;
	*global = word == 1;
	if (*global && !s->app->h5_global_host.n)
		object_error(o, "resourceType",
			     "a global app needs [h5] globalHost in app.ini: the first folder inside its packages");
	return true;
}

int h5_app_read(struct h5_app *out, struct defs_scope *s, struct origin origin, struct slice id)
{
	CLEANUP(reader_close) struct reader r = { 0 };
	const char *problem = id_problem(id);
	struct object o;

	*out = (struct h5_app){ .origin = origin, .id = id };
	if (problem)
		diag_error(s->d, SRCPOS_FILE(origin.path), "the folder %s does not fit: %s", quote(s->a, id), problem);
	if (reader_open(&r, s->a, s->d, origin) || !reader_root(&o, &r))
		return -1;
	if (field_string(&out->name, &o, "name", REQUIRED) && !slice_trim(out->name).n)
		object_error(&o, "name", "\"name\" must not be empty");
	bool known = read_type(&out->global, s, &o);
	object_finish(&o);
	return known ? 0 : -1;
}

/* --- the package -------------------------------------------------------------------------------------------------- */

static const char *const inputs[] = { "package.zip", "www", "files" };
static const char *const input_names[] = { "package.zip", "the folder www/", "the folder files/" };
enum input { INPUT_ZIP, INPUT_WWW, INPUT_FILES };

static struct slice below(struct arena *a, struct slice folder, const char *name)
{
	return arena_printf(a, SLICE_FMT "/%s", SLICE_ARG(folder), name);
}

static bool is_there(struct defs_scope *s, struct slice rel, enum input input)
{
	size_t first;

	if (input == INPUT_ZIP)
		return filetree_find(s->files, rel) != NULL;
	return filetree_below(s->files, below(&s->scratch, rel, ""), &first) > 0;
}

/* Which of the three lies in the folder; false where none or several do. `global` NULL: not known. */
static bool find_input(enum input *out, struct h5_release *h, struct defs_scope *s, const bool *global)
{
	struct srcpos at = SRCPOS_FILE(h->r.origin.path);
	const char *wanted = !global ? "www/ or files/" : *global ? "files/" : "www/";
	size_t n = 0;

	for (enum input i = INPUT_ZIP; i <= INPUT_FILES; i++) {
		struct slice rel = below(s->a, h->r.folder, inputs[i]);

		if (!is_there(s, rel, i))
			continue;
		i == INPUT_ZIP ? scope_name_file(s, rel) : scope_name_folder(s, rel);
		if (n++)
			diag_error(s->d, at, "%s and %s are both here; keep one of the two", input_names[*out],
				   input_names[i]);
		*out = i;
		h->input = rel;
		h->is_folder = i != INPUT_ZIP;
	}
	if (!n)
		diag_error(s->d, at, "there is no package: put package.zip or the folder %s beside this file", wanted);
	return n == 1;
}

/* Clients find the files of a global package by their URLs. */
static void check_path(const struct file_entry *e, struct slice path, bool global, struct defs_scope *s)
{
	size_t bad = 0;

	while (bad < path.n && (global ? text_is_url_path_byte(path.p[bad]) : (unsigned char)path.p[bad] < 0x80))
		bad++;
	if (path.n > PATH_MAX_)
		diag_error(s->d, SRCPOS_FILE(e->path),
			   "the path %s inside the package has %zu bytes; at most %d are allowed", quote(s->a, path),
			   path.n, PATH_MAX_);
	if (bad == path.n)
		return;
	if ((unsigned char)path.p[bad] >= 0x80)
		diag_error(s->d, SRCPOS_FILE(e->path), "a path inside a package must be ASCII; rename the file");
	else
		diag_error(s->d, SRCPOS_FILE(e->path),
			   "\"%c\" in a path of a global package: pages refer to it by URL, where this would be "
			   "encoded; rename the file",
			   path.p[bad]);
}

/* The first folder inside the package, with its slash. */
static struct slice top_folder(const struct h5_release *h, struct defs_scope *s)
{
	const struct app *app = s->app;

	if (!h->app->global)
		return SLICE("www/");
	return arena_printf(&s->scratch, SLICE_FMT "/" SLICE_FMT "_" SLICE_FMT "/", SLICE_ARG(app->h5_global_host),
			    SLICE_ARG(app->app_id), SLICE_ARG(app->workspace_id));
}

static void check_folder(const struct h5_release *h, struct defs_scope *s)
{
	struct slice top = top_folder(h, s), prefix = below(&s->scratch, h->input, "");
	size_t first, n = filetree_below(s->files, prefix, &first);

	for (size_t i = first; i < first + n; i++) {
		const struct file_entry *e = &s->files->v[i];
		struct slice rest = slice_from(e->rel, prefix.n);

		if (e->kind == FILE_REGULAR)
			check_path(e, arena_printf(&s->scratch, SLICE_FMT SLICE_FMT, SLICE_ARG(top), SLICE_ARG(rest)),
				   h->app->global, s);
	}
}

static void read_package(struct h5_release *h, struct defs_scope *s)
{
	const bool *global = h->app ? &h->app->global : NULL;
	enum input input = INPUT_ZIP;

	if (!find_input(&input, h, s, global) || input == INPUT_ZIP || !global)
		return;
	if (*global == (input == INPUT_FILES))
		check_folder(h, s);
	else
		diag_error(s->d, SRCPOS_FILE(h->r.origin.path),
			   *global ? "the folder www/ is for a normal app, and this one is global: its files belong "
				     "into files/"
				   : "the folder files/ is for a global app, and this one is normal: its pages belong "
				     "into www/");
}

/* --- mainUrl ------------------------------------------------------------------------------------------------------ */

/* ^/[\w /]+\.html$ */
static bool is_main_url(struct slice url)
{
	if (!slice_starts(url, "/") || !slice_ends(url, ".html") || url.n < sizeof("/x.html") - 1)
		return false;
	for (size_t i = 1; i < url.n - (sizeof(".html") - 1); i++) {
		char c = url.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
		      c == ' ' || c == '/'))
			return false;
	}
	return true;
}

/* The page of the folder that was probably meant. */
static struct slice nearest_page(const struct h5_release *h, struct defs_scope *s, struct slice url)
{
	struct slice prefix = below(&s->scratch, h->input, ""), inside = below(&s->scratch, h->input, url.p + 1);
	size_t first, n = filetree_below(s->files, prefix, &first), pages = 0;
	struct slice *names = ARENA_ARRAY(&s->scratch, struct slice, n);

	if (filetree_find(s->files, inside))
		return slice_from(inside, h->r.folder.n);
	for (size_t i = first; i < first + n; i++)
		if (slice_ends(s->files->v[i].rel, ".html"))
			names[pages++] = slice_from(s->files->v[i].rel, h->r.folder.n);
	return text_nearest(url, names, pages);
}

/* Where the package is the folder www/; of a zip build/ knows. */
static void check_page(const struct h5_release *h, struct defs_scope *s, const struct object *o, struct slice url)
{
	if (!slice_eqs(path_last(h->input), inputs[INPUT_WWW]))
		return;
	if (!filetree_find(s->files, below(&s->scratch, h->r.folder, url.p + 1)))
		object_error(o, "mainUrl", "there is no file %s in the package%s", quote(s->a, url),
			     hint(s->a, nearest_page(h, s, url)));
}

static void read_main_url(struct h5_release *h, struct defs_scope *s, struct object *o)
{
	struct slice url;

	if (h->app && h->app->global) {
		field_refuse(o, "mainUrl", "a normal app", "this one is global");
		return;
	}
	if (!field_string(&url, o, "mainUrl", h->app ? REQUIRED : OPTIONAL))
		return;
	if (!is_main_url(url)) {
		object_error(o, "mainUrl",
			     "\"mainUrl\" is %s; it must be like \"/www/index.html\": letters, digits, \"_\", \" \" "
			     "and \"/\" before \".html\"",
			     quote(s->a, url));
		return;
	}
	h->main_url = url;
	check_page(h, s, o, url);
}

/* --- clientVersion ------------------------------------------------------------------------------------------------ */

static bool read_range(struct client_range *out, struct object *ranges, const char *platform)
{
	struct object range;
	struct slice min, max;

	if (!field_object(&range, ranges, platform, REQUIRED))
		return false;
	bool low = field_version(&out->min, &min, &range, "min", REQUIRED);
	bool high = field_version(&out->max, &max, &range, "max", OPTIONAL);
	out->has_max = object_has(&range, "max");
	object_finish(&range);
	if (low && high && version_cmp(&out->min, &out->max) > 0)
		object_error(&range, "min", "min " SLICE_FMT " is above max " SLICE_FMT, SLICE_ARG(min),
			     SLICE_ARG(max));
	return true;
}

static void check_maxima(const struct h5_release *h, const struct object *ranges, const bool *read)
{
	size_t with = 0, without = 0, lacks = 0;

	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		if (!read[p])
			continue;
		if (h->client[p].has_max) {
			with++;
		} else if (!without++) {
			lacks = p;
		}
	}
	if (with && without)
		object_error(ranges, platform_name((enum platform)lacks),
			     "missing key \"max\": either all platforms have one, or none");
}

/* `named`: the release's platforms are known. */
static void read_client_version(struct h5_release *h, struct object *o, bool named)
{
	bool read[PLATFORM_COUNT] = { false };
	struct object ranges;

	if (!field_object(&ranges, o, "clientVersion", REQUIRED))
		return;
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		const char *name = platform_name((enum platform)p);

		if (h->r.platforms[p] || (!named && object_has(&ranges, name)))
			read[p] = read_range(&h->client[p], &ranges, name);
		else if (named)
			field_refuse(&ranges, name, "releases for this platform", "\"platform\" does not name it");
		else
			field_skip(&ranges, name);
	}
	object_finish(&ranges);
	check_maxima(h, &ranges, read);
}

/* --- release.json ------------------------------------------------------------------------------------------------- */

static void read_install(struct h5_release *h, struct object *o)
{
	static const char *const networks[] = { "wifi", "any" };
	static const char *const types[] = { "lazy", "preload" };
	size_t network = 0, type = 0;

	field_word(&network, o, "autoInstall", OPTIONAL, networks, COUNT(networks));
	field_word(&type, o, "installType", OPTIONAL, types, COUNT(types));
	h->any_network = network == 1;
	h->preload = type == 1;
	if (h->app && !h->app->global)
		field_refuse(o, "repeatNebula", "a global app", "this one is normal");
	else
		field_bool(&h->repeat_nebula, o, "repeatNebula", OPTIONAL);
}

static int read_release(struct h5_release *h, struct defs_scope *s, struct object *o)
{
	struct task_context ctx = { .kind = KIND_H5, .platforms = h->r.platforms };
	bool known = release_version_read(&h->version, &h->r.version_text, s, o, "version", path_last(h->r.folder));

	read_package(h, s);
	read_main_url(h, s, o);
	extendinfo_read(&h->extend_info, o);
	read_install(h, o);
	bool named = platforms_read(h->r.platforms, o, PLATFORMS_ALL_OR_ARRAY);
	read_client_version(h, o, named);
	field_string(&h->r.memo, o, "memo", OPTIONAL);
	tasks_read(&h->r.tasks, &h->r.ntasks, s, o, &ctx);
	object_finish(o);
	return known ? 0 : -1;
}

int h5_read(struct h5_release *out, struct defs_scope *s, struct origin origin, struct slice rel,
	    const struct h5_app *app)
{
	CLEANUP(reader_close) struct reader r = { 0 };
	struct slice folder = path_parent(rel);
	struct object o;

	*out = (struct h5_release){
		.r = { .kind = KIND_H5, .origin = origin, .folder = folder, .slot = path_last(path_parent(folder)) },
		.app = app,
	};
	if (reader_open(&r, s->a, s->d, origin) || !reader_root(&o, &r))
		return -1;
	return read_release(out, s, &o);
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static int app_cmp(const void *x, const void *y)
{
	const struct h5_app *a = x, *b = y;

	return slice_cmp(a->id, b->id);
}

static int release_cmp(const void *x, const void *y)
{
	const struct h5_release *a = x, *b = y;
	int c = slice_cmp(a->r.slot, b->r.slot);

	if (!c)
		c = version_cmp(&a->version, &b->version);
	return c ? c : slice_cmp(a->r.version_text, b->r.version_text);
}

static void sort_apps(struct app *app)
{
	if (!app->nh5_apps)
		return;
	qsort(app->h5_apps, app->nh5_apps, sizeof(*app->h5_apps), app_cmp);
	for (size_t i = 0; i < app->nh5; i++) {
		struct h5_app key = { .id = app->h5[i].r.slot };

		app->h5[i].app = bsearch(&key, app->h5_apps, app->nh5_apps, sizeof(key), app_cmp);
	}
}

static bool same_release(const void *x, const void *y)
{
	const struct h5_release *a = x, *b = y;

	return slice_eq(a->r.slot, b->r.slot) && version_cmp(&a->version, &b->version) == 0;
}

void h5_finish(struct app *app, struct defs_scope *s)
{
	sort_apps(app);
	if (app->nh5)
		qsort(app->h5, app->nh5, sizeof(*app->h5), release_cmp);
	releases_distinct(app->h5, app->nh5, sizeof(*app->h5), same_release, "/version", "is the same version as", s);
}
