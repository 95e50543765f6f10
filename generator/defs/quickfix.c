/* defs/quickfix.c: quick fix releases. */
#include "defs/quickfix.h"

#include <stdlib.h>

#include "base/appname.h"
#include "base/text.h"
#include "defs/named.h"
#include "defs/patchjson.h"
#include "defs/pathname.h"
#include "defs/reader.h"
#include "defs/repeat.h"
#include "defs/task.h"

#define BUNDLE_MIN 7 /* bytes */
#define BUNDLE_MAX 128

/* --- the folder --------------------------------------------------------------------------------------------------- */

static bool read_code(uint32_t *out, struct defs_scope *s, struct srcpos at, struct slice folder, const char *what,
		      uint32_t min)
{
	uint64_t v;

	if (!text_uint(&v, folder) || v < min || v > INT32_MAX || (folder.p[0] == '0' && folder.n > 1)) {
		diag_error(s->d, at, "the folder %s is no %s: %u to 2147483647, without leading zeros",
			   quote(s->a, folder), what, (unsigned)min);
		return false;
	}
	*out = (uint32_t)v;
	return true;
}

static bool read_bundle(struct quickfix *out, struct defs_scope *s, struct srcpos at, struct slice folder)
{
	struct slice own = s->app->package_name[PLATFORM_HARMONY];

	if (!appname_is_package(folder) || folder.n < BUNDLE_MIN || folder.n > BUNDLE_MAX) {
		diag_error(s->d, at,
			   "the folder %s is no bundleName: parts of letters, digits and \"_\" joined by \".\", each "
			   "beginning with a letter, %d to %d bytes",
			   quote(s->a, folder), BUNDLE_MIN, BUNDLE_MAX);
		return false;
	}
	if (own.n && !slice_eq(own, folder))
		diag_error(s->d, at, "the folder is named %s, but [harmony] bundleName in app.ini is %s",
			   quote(s->a, folder), quote(s->a, own));
	out->bundle_name = folder;
	return true;
}

static bool read_folder(struct quickfix *out, struct defs_scope *s)
{
	struct slice patch = out->r.folder, version = path_parent(patch), bundle = path_parent(version);
	struct srcpos at = SRCPOS_FILE(out->r.origin.path);
	bool ok = read_bundle(out, s, at, path_last(bundle));

	ok &= read_code(&out->version_code, s, at, path_last(version), "versionCode", 0);
	ok &= read_code(&out->patch_version_code, s, at, path_last(patch), "patchVersionCode", 1);
	out->r.slot = slice_from(version, bundle.n - path_last(bundle).n);
	out->r.version_text = path_last(patch);
	return ok;
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static void drop_repeats(struct quickfix *out, struct defs_scope *s, const struct array *items,
			 const struct slice *files, const size_t *index)
{
	const size_t *first = repeats_find(&s->scratch, files, out->nsources);
	size_t kept = 0;

	for (size_t i = 0; first && i < out->nsources; i++) {
		struct node n = array_item(items, index[i]);

		if (first[i] == i)
			out->sources[kept++] = out->sources[i];
		else
			node_error(&n, "%s is repeated", quote(s->a, slice_from(files[i], out->r.folder.n + 1)));
	}
	if (first)
		out->nsources = kept;
}

static void read_hqf(struct quickfix *out, struct defs_scope *s, struct object *o)
{
	struct array items;

	out->input = QUICKFIX_HQF;
	if (!field_array(&items, o, "hqf", REQUIRED))
		return;
	if (!items.n)
		object_error(o, "hqf", "\"hqf\" is empty; name at least one file");
	struct slice *files = ARENA_ARRAY(&s->scratch, struct slice, items.n);
	size_t *index = ARENA_ARRAY(&s->scratch, size_t, items.n);
	out->sources = ARENA_ARRAY(s->a, struct quickfix_source, items.n);
	for (size_t i = 0; i < items.n; i++) {
		struct node n = array_item(&items, i);

		if (!named_file(&out->sources[out->nsources].file, s, &n, out->r.folder, ".hqf"))
			continue;
		files[out->nsources] = out->sources[out->nsources].file;
		index[out->nsources++] = i;
	}
	drop_repeats(out, s, &items, files, index);
}

static void read_appqf(struct quickfix *out, struct defs_scope *s, struct object *o)
{
	out->input = QUICKFIX_APPQF;
	out->sources = ARENA_NEW(s->a, struct quickfix_source);
	out->nsources = named_file_read(&out->sources->file, s, o, "appqf", REQUIRED, out->r.folder, ".appqf");
}

/* --- modules ------------------------------------------------------------------------------------------------------ */

struct modules {
	struct array items;
	struct patchjson *v; /* by number of the item; zeroed where it could not be read */
	const struct patchjson *first;
};

static void read_folders(struct quickfix_source *out, struct defs_scope *s, struct object *o, struct slice folder)
{
	struct node n;

	if (field_node(&n, o, "ets", OPTIONAL))
		(void)named_folder(&out->ets, s, &n, folder);
	if (field_node(&n, o, "libs", OPTIONAL))
		(void)named_folder(&out->libs, s, &n, folder);
	if (!object_has(o, "ets") && !object_has(o, "libs"))
		object_error(o, NULL, "missing key \"ets\" or \"libs\": this module would change nothing");
}

static void read_module(struct quickfix *out, struct modules *m, struct defs_scope *s, struct object *o, size_t i)
{
	struct quickfix_source *source = &out->sources[out->nsources++];
	struct slice folder = out->r.folder;

	if (named_file_read(&source->file, s, o, "patch", REQUIRED, folder, ".json")) {
		patchjson_read(&m->v[i], s, filetree_find(s->files, source->file), out, m->first);
		m->first = m->first ? m->first : &m->v[i];
	}
	named_file_read(&source->base, s, o, "base", REQUIRED, folder, ".hap");
	read_folders(source, s, o, folder);
	object_finish(o);
}

/* The first device type that both modules are for, as devices compare them; empty: none. */
static struct slice common_type(const struct patchjson *a, const struct patchjson *b)
{
	for (size_t i = 0; i < a->ntypes; i++)
		for (size_t k = 0; k < b->ntypes; k++)
			if (slice_eq_nocase(a->types[i], b->types[k]))
				return a->types[i];
	return SLICE("");
}

/* A device would get the module twice, and refuse both. */
static void check_same_module(const struct modules *m, struct defs_scope *s)
{
	for (size_t i = 0; i < m->items.n; i++) {
		const struct patchjson *b = &m->v[i];

		for (size_t k = 0; b->module.n && k < i; k++) {
			const struct patchjson *a = &m->v[k];
			struct slice type = slice_eq(a->module, b->module) ? common_type(a, b) : SLICE("");
			struct node n = array_item(&m->items, i);

			if (!type.n)
				continue;
			node_error(&n, "the module %s for %s is also that of %s", quote(s->a, b->module),
				   quote(s->a, type), a->path);
			break;
		}
	}
}

static void read_modules(struct quickfix *out, struct defs_scope *s, struct object *o)
{
	struct modules m = { .first = NULL };

	out->input = QUICKFIX_MODULES;
	if (!field_array(&m.items, o, "modules", REQUIRED))
		return;
	if (!m.items.n)
		object_error(o, "modules", "\"modules\" is empty; name at least one");
	m.v = ARENA_ARRAY(&s->scratch, struct patchjson, m.items.n);
	out->sources = ARENA_ARRAY(s->a, struct quickfix_source, m.items.n);
	for (size_t i = 0; i < m.items.n; i++) {
		struct node n = array_item(&m.items, i);
		struct object module;

		if (node_object(&module, &n))
			read_module(out, &m, s, &module, i);
	}
	check_same_module(&m, s);
}

/* --- release.json ------------------------------------------------------------------------------------------------- */

/* Exactly one of the three keys; where there are more, all are read, so that what they name counts as named. */
static void read_inputs(struct quickfix *out, struct defs_scope *s, struct object *o)
{
	static const char *const keys[] = { "hqf", "appqf", "modules" };
	static void (*const readers[])(struct quickfix *, struct defs_scope *,
				       struct object *) = { read_hqf, read_appqf, read_modules };
	const char *first = NULL;

	for (size_t i = 0; i < COUNT(keys); i++) {
		if (!object_has(o, keys[i])) {
			field_skip(o, keys[i]);
			continue;
		}
		out->nsources = 0;
		readers[i](out, s, o);
		if (first)
			diag_error(s->d, object_key_pos(o, keys[i]),
				   "\"%s\" beside \"%s\"; a release has one of \"hqf\", \"appqf\" and \"modules\"",
				   keys[i], first);
		else
			first = keys[i];
	}
	if (!first)
		object_error(o, NULL, "missing key \"hqf\", \"appqf\" or \"modules\"");
}

int quickfix_read(struct quickfix *out, struct defs_scope *s, struct origin origin, struct slice rel)
{
	CLEANUP(reader_close) struct reader r = { 0 };
	struct task_context ctx = { .kind = KIND_QUICKFIX, .platforms = out->r.platforms };
	struct object o;

	*out = (struct quickfix){ .r = { .kind = KIND_QUICKFIX, .origin = origin, .folder = path_parent(rel) } };
	out->r.platforms[PLATFORM_HARMONY] = true;
	bool known = read_folder(out, s);
	if (reader_open(&r, s->a, s->d, origin) || !reader_root(&o, &r))
		return -1;
	read_inputs(out, s, &o);
	tasks_read(&out->r.tasks, &out->r.ntasks, s, &o, &ctx);
	object_finish(&o);
	return known ? 0 : -1;
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static int quickfix_cmp(const void *x, const void *y)
{
	const struct quickfix *a = x, *b = y;
	int c = slice_cmp(a->r.slot, b->r.slot);

	return c ? c
		 : (a->patch_version_code > b->patch_version_code) - (a->patch_version_code < b->patch_version_code);
}

void quickfixes_finish(struct app *app)
{
	if (app->nquickfixes)
		qsort(app->quickfixes, app->nquickfixes, sizeof(*app->quickfixes), quickfix_cmp);
}
