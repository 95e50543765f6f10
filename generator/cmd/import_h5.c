/* cmd/import_h5.c: a folder of offline packages named <h5Id>.zip into h5/<h5Id>/<h5Version>/. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/fileio.h"
#include "build/h5.h"
#include "cmd/import.h"
#include "convert/h5resource.h"
#include "convert/task.h"
#include "convert/text.h"
#include "defs/reader.h"

extern const struct command cmd_import_h5;

#define ZIPS_MAX  100
#define BYTES_MAX ((uint64_t)300 << 20)
#define ID_DIGITS 8

struct zip {
	struct slice id;
	const char *path;
	uint64_t size;
};

struct batch {
	struct import *im;
	const char *folder;
	struct zip *zips; /* by id */
	size_t n, cap;
	struct h5_resource *resources; /* of --resources */
	size_t nresources;
	struct mds_option *names; /* --name ID=NAME */
	size_t nnames;
	struct file_map *maps;
	struct form_source source;
	json_t *json;
	bool global;
};

/* --- the folder ---------------------------------------------------------------------------------------------------------- */

static bool is_id(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n == ID_DIGITS;
}

static void add_zip(struct batch *b, const char *name)
{
	struct import *im = b->im;
	struct slice file = slice_of(name), id = slice_sub(file, 0, file.n > 4 ? file.n - 4 : 0);
	const char *path = arena_printf(&im->a, "%s/%s", b->folder, name).p;
	struct stat st;

	if (name[0] == '.')
		return;
	if (!slice_ends(file, ".zip")) {
		diag_warning(&im->d, SRCPOS_FILE(path), "is no zip; it is not imported");
		return;
	}
	if (!is_id(id)) {
		diag_error(&im->d, SRCPOS_FILE(path), "an offline package is named by its h5Id, like 20171228.zip");
		return;
	}
	if (stat(path, &st)) {
		diag_environment(&im->d, path, "cannot read: %s", strerror(errno));
		return;
	}
	struct zip z = { arena_copy(&im->a, id), path, (uint64_t)st.st_size };
	ARENA_PUSH(&im->a, b->zips, b->n, b->cap, z);
}

static int by_id(const void *x, const void *y)
{
	const struct zip *a = x, *b = y;

	return slice_cmp(a->id, b->id);
}

static int read_folder(struct batch *b)
{
	struct import *im = b->im;
	DIR *dir = opendir(b->folder);
	uint64_t bytes = 0;
	struct dirent *e;

	if (!dir)
		return diag_environment(&im->d, b->folder, "cannot read: %s", strerror(errno));
	while ((e = readdir(dir)))
		add_zip(b, e->d_name);
	closedir(dir);
	if (b->n)
		qsort(b->zips, b->n, sizeof(*b->zips), by_id);
	for (size_t i = 0; i < b->n; i++)
		bytes += b->zips[i].size;
	if (!b->n && !im->d.errors)
		diag_error(&im->d, SRCPOS_FILE(b->folder), "holds no offline package: a zip named like 20171228.zip");
	if (b->n > ZIPS_MAX)
		diag_error(&im->d, SRCPOS_FILE(b->folder), "holds %zu packages; a batch has at most %d", b->n,
			   ZIPS_MAX);
	if (bytes > BYTES_MAX)
		diag_error(&im->d, SRCPOS_FILE(b->folder),
			   "holds %" PRIu64 " bytes of packages; a batch has at most %" PRIu64, bytes, BYTES_MAX);
	return im->d.errors ? -1 : 0;
}

/* --- what is said of them ------------------------------------------------------------------------------------------------- */

static const struct h5_resource *find_resource(const struct batch *b, struct slice id)
{
	for (size_t i = 0; i < b->nresources; i++)
		if (slice_eq(b->resources[i].id, id))
			return &b->resources[i];
	return NULL;
}

static const struct zip *find_zip(const struct batch *b, struct slice id)
{
	for (size_t i = 0; i < b->n; i++)
		if (slice_eq(b->zips[i].id, id))
			return &b->zips[i];
	return NULL;
}

static void read_resource(struct batch *b, json_t *json, struct slice pointer)
{
	struct h5_resource *r = &b->resources[b->nresources];

	if (!h5_resource_read(r, &b->source, json, pointer, b->im->app, b->global))
		return;
	if (find_resource(b, r->id))
		form_error(&r->form, "h5Id", "%s is described twice", quote(&b->im->a, r->id));
	else if (!find_zip(b, r->id))
		form_error(&r->form, "h5Id", "there is no " SLICE_FMT ".zip in %s", SLICE_ARG(r->id), b->folder);
	b->nresources++;
}

static int read_resources(struct batch *b)
{
	const char *path = cmd_value(b->im->args, "resources");
	json_t *item;
	size_t i;

	if (!path)
		return 0;
	if (import_json(&b->json, &b->source, b->im, path))
		return -1;
	size_t n = json_is_array(b->json) ? json_array_size(b->json) : 1;
	b->resources = ARENA_ARRAY(&b->im->a, struct h5_resource, n + 1);
	if (json_is_array(b->json)) {
		json_array_foreach(b->json, i, item)
		{
			read_resource(b, item, arena_printf(&b->im->a, "/%zu", i));
		}
	} else {
		read_resource(b, b->json, SLICE(""));
	}
	return b->im->d.errors ? -1 : 0;
}

/* --- one package ---------------------------------------------------------------------------------------------------------- */

static const struct h5_app *find_app(const struct import *im, struct slice id)
{
	for (size_t i = 0; i < im->app->nh5_apps; i++)
		if (slice_eq(im->app->h5_apps[i].id, id))
			return &im->app->h5_apps[i];
	return NULL;
}

/* The highest version of the app; empty: there is none. */
static struct slice last_version(const struct import *im, struct slice id)
{
	struct slice last = { NULL, 0 };
	struct version highest = { .n = 0 };

	for (size_t i = 0; i < im->app->nh5; i++) {
		const struct h5_release *h = &im->app->h5[i];

		if (!slice_eq(h->app->id, id) || (last.n && version_cmp(&h->version, &highest) <= 0))
			continue;
		last = h->r.version_text;
		highest = h->version;
	}
	return last;
}

static struct slice choose_version(const struct batch *b, const struct zip *z, const struct h5_resource *r)
{
	const char *given = cmd_value(b->im->args, "version");
	struct slice last = last_version(b->im, z->id);

	if (r && r->version.n)
		return r->version;
	if (given)
		return slice_of(given);
	return last.n ? h5_version_after(&b->im->a, last) : SLICE(H5_VERSION_FIRST);
}

static int check_version(const struct batch *b, const struct zip *z, struct slice text)
{
	struct import *im = b->im;
	struct version v, other;

	if (!version_parse(&v, text))
		return diag_error(&im->d, SRCPOS_FILE(z->path), "%s is not a version", quote(&im->a, text));
	for (size_t i = 0; i < im->app->nh5; i++) {
		other = im->app->h5[i].version;
		if (slice_eq(im->app->h5[i].app->id, z->id) && version_cmp(&v, &other) == 0)
			return diag_error(&im->d, SRCPOS_FILE(z->path),
					  "h5 app " SLICE_FMT " has version " SLICE_FMT " already; nothing is imported",
					  SLICE_ARG(z->id), SLICE_ARG(text));
	}
	return 0;
}

static void add_app(struct batch *b, const struct zip *z, const struct h5_resource *r, bool global)
{
	struct import *im = b->im;
	struct slice name = r && r->name.n ? r->name : z->id;
	json_t *app = json_object();

	for (size_t i = 0; i < b->nnames; i++)
		if (slice_eq(b->names[i].code, z->id))
			name = b->names[i].word;
	json_object_set_new(app, "name", json_stringn(name.p, name.n));
	json_object_set_new(app, "resourceType", json_string(global ? "global" : "normal"));
	import_add(im, import_path(im, "h5/" SLICE_FMT "/app.json", SLICE_ARG(z->id)), definition_text(&im->a, app));
	json_decref(app);
}

static int import_zip(struct batch *b, size_t index)
{
	const struct zip *z = &b->zips[index];
	const struct h5_resource *r = find_resource(b, z->id);
	const struct h5_app *app = find_app(b->im, z->id);
	bool global = r ? r->global : app ? app->global : b->global;
	struct slice version = choose_version(b, z, r);
	struct import *im = b->im;

	if (app && global != app->global)
		return diag_error(&im->d, SRCPOS_FILE(z->path),
				  "h5 app " SLICE_FMT " is %s; its resourceType never changes", SLICE_ARG(z->id),
				  app->global ? "global" : "normal");
	if (check_version(b, z, version) || file_map(&b->maps[index], z->path, &im->d))
		return -1;
	json_t *release = json_object(), *said = r ? json_incref(r->release) : h5_resource_default(global);
	json_object_set_new(release, "version", json_stringn(version.p, version.n));
	json_object_update(release, said);
	json_object_set_new(release, "tasks", json_array());
	if (!app)
		add_app(b, z, r, global);
	struct slice folder = import_path(im, "h5/" SLICE_FMT "/" SLICE_FMT, SLICE_ARG(z->id), SLICE_ARG(version));
	import_add(im, arena_printf(&im->a, SLICE_FMT "/package.zip", SLICE_ARG(folder)), b->maps[index].data);
	im->files[im->n - 1].check = b->maps[index].data;
	im->files[im->n - 1].shown = z->path;
	import_add(im, arena_printf(&im->a, SLICE_FMT "/release.json", SLICE_ARG(folder)),
		   definition_text(&im->a, release));
	json_decref(release);
	json_decref(said);
	return 0;
}

/* --- what is in the zips -------------------------------------------------------------------------------------------------- */

static bool is_new(const struct import *im, const struct h5_release *h)
{
	return overlay_find(&im->overlay, h->r.origin.path) != NULL;
}

/* The new packages, and these alone, as check reads them. */
static int check_packages(struct import *im)
{
	CLEANUP(diags_release) struct diags found = DIAGS_INIT;
	CLEANUP(digests_free_at) struct digests *digests = NULL;
	struct h5_maker maker = { .tree = &im->overlay.tree, .good_defs = true, .a = &im->a, .d = &found };
	struct h5_package *unmade;
	struct app *all = import_app(&im->after, im->args, &im->d), some;
	size_t n;

	if (!all || digests_new(&digests))
		return diag_environment(&im->d, NULL, "libcrypto gives no SHA-256 here");
	some = *all;
	some.nh5 = 0;
	some.h5 = ARENA_ARRAY(&im->a, struct h5_release, all->nh5 + 1);
	for (size_t i = 0; i < all->nh5; i++)
		if (is_new(im, &all->h5[i]))
			some.h5[some.nh5++] = all->h5[i];
	maker.digests = digests;
	h5_prepare(&unmade, &n, &some, &maker);
	import_report(im, &im->d, &found);
	return found.errors ? -1 : 0;
}

/* --- all ------------------------------------------------------------------------------------------------------------------ */

static int check_name(const struct batch *b, struct slice id)
{
	if (!find_zip(b, id))
		return diag_error(&b->im->d, SRCPOS_NONE, "--name: there is no " SLICE_FMT ".zip in %s", SLICE_ARG(id),
				  b->folder);
	if (find_app(b->im, id))
		return diag_error(&b->im->d, SRCPOS_NONE,
				  "--name: h5 app " SLICE_FMT " exists already; its name is in its app.json",
				  SLICE_ARG(id));
	return 0;
}

static void import_folder(struct batch *b)
{
	bool bad = false;

	if (read_folder(b) || read_resources(b))
		return;
	for (size_t i = 0; i < b->nnames; i++)
		bad |= check_name(b, b->names[i].code) != 0;
	b->maps = ARENA_ARRAY(&b->im->a, struct file_map, b->n);
	for (size_t i = 0; i < b->n; i++)
		bad |= import_zip(b, i) != 0;
	if (!bad && !import_check(b->im, &b->im->d) && !check_packages(b->im) && !import_write(b->im))
		return;
	b->im->n = 0;
}

static void release_batch(struct batch *b)
{
	for (size_t i = 0; b->maps && i < b->n; i++)
		file_unmap(&b->maps[i]);
	for (size_t i = 0; i < b->nresources; i++)
		h5_resource_release(&b->resources[i]);
	json_decref(b->json);
}

static int check_options(struct batch *b, const struct cmd_args *a)
{
	const char *type = cmd_value(a, "resource-type");

	if (type && strcmp(type, "normal") != 0 && strcmp(type, "global") != 0)
		return cmd_usage(a, "--resource-type is \"%s\"; it must be normal or global", type);
	b->global = type && strcmp(type, "global") == 0;
	return import_pairs(&b->names, &b->nnames, &b->im->a, a, "name");
}

static int run(const struct cmd_args *a)
{
	struct import im = { .d = DIAGS_INIT, .a = ARENA_INIT };
	struct batch b = { .im = &im, .folder = a->positional[0] };
	int code = check_options(&b, a);
	char summary[96];

	if (code) {
		arena_release(&im.a);
		return code;
	}
	if (!import_open(&im, a, a->positional[1]))
		import_folder(&b);
	release_batch(&b);
	snprintf(summary, sizeof(summary), "%zu package%s without tasks; `mdstatic task new` releases %s", b.n,
		 b.n == 1 ? "" : "s", b.n == 1 ? "it" : "them");
	return import_end(&im, summary);
}

static const struct cmd_option options[] = {
	{ "version", "V", "the h5Version of all (default: 0.0.0.1, or the highest plus one)", false, false },
	{ "name", "ID=NAME", "the name of a new h5 app (default: its id)", false, true },
	{ "resource-type", "normal|global", "of new h5 apps (default normal)", false, false },
	{ "resources", "FILE", "what MDS's OpenAPI says of the packages (schemas/INTERCHANGE.md)", false, false },
	IMPORT_OPTIONS,
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_import_h5 = {
	"import h5", "FOLDER REPO", 2, 2, "offline packages named <h5Id>.zip into the work tree", options, run,
};
