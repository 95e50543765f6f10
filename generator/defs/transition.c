/* defs/transition.c: ended tasks and published h5 versions, before and after. */
#include "defs/transition.h"

#include <jansson.h>
#include <string.h>

#include "defs/pathname.h"
#include "defs/reader.h"
#include "defs/textfile.h"
#include "model/places.h"

#define CONTENT_MAX (UINT64_C(1) << 30) /* bytes of one file that are compared; packages are smaller */

/* Two revisions, and where errors go. */
struct check {
	const struct filetree *tree, *before;
	struct arena *a;
	struct diags *d;
	struct places *places;
};

static json_t *parse(struct slice text)
{
	return json_loadb(text.p ? text.p : "", text.n, 0, NULL);
}

/* --- tasks -------------------------------------------------------------------------------------------------------------- */

static json_t *find_task(json_t *tasks, const char *id)
{
	size_t i;
	json_t *task;

	json_array_foreach(tasks, i, task)
	{
		const char *own = json_string_value(json_object_get(task, "id"));

		if (own && strcmp(own, id) == 0)
			return task;
	}
	return NULL;
}

/* The first key that the task has gained or that has another value; else one that it has lost. */
static const char *changed_key(json_t *before, json_t *now)
{
	const char *key;
	json_t *value;

	json_object_foreach(now, key, value)
	{
		if (!json_equal(value, json_object_get(before, key)))
			return key;
	}
	json_object_foreach(before, key, value)
	{
		if (!json_object_get(now, key))
			return key;
	}
	return NULL;
}

static void check_task(const struct check *c, const struct origin *file, json_t *before, json_t *now, size_t index)
{
	struct arena *a = c->a;
	const char *key = changed_key(before, now), *id = json_string_value(json_object_get(now, "id"));

	if (key)
		diag_error(
			c->d, places_pos(c->places, file, arena_printf(a, "/tasks/%zu/%s", index, key).p),
			"the task %s has ended in the commit before, and an ended task never changes again: leave %s "
			"as it was, or make a task with another id",
			quote(a, slice_of(id)), quote(a, slice_of(key)));
}

static void check_tasks(const struct check *c, const struct origin *file, json_t *before, json_t *now)
{
	json_t *earlier = json_object_get(before, "tasks"), *task;
	size_t i;

	json_array_foreach(json_object_get(now, "tasks"), i, task)
	{
		const char *id = json_string_value(json_object_get(task, "id"));
		json_t *old = id ? find_task(earlier, id) : NULL;
		const char *status = json_string_value(json_object_get(old, "status"));

		if (status && strcmp(status, "ended") == 0)
			check_task(c, file, old, task, i);
	}
}

/* --- the content of files ----------------------------------------------------------------------------------------------- */

static bool same_object(const struct file_entry *x, const struct file_entry *y)
{
	return *x->id && strcmp(x->id, y->id) == 0;
}

/* A file of the work tree has its id once it was read; two objects may still hold the same (a Git LFS pointer and its object). A
 * file that cannot be read now is reported by whoever needs it; one that could be read before and is not at hand any more has
 * changed, or it would be at hand. */
static bool same_bytes(const struct check *c, const struct file_entry *now, const struct file_entry *before)
{
	CLEANUP(diags_release) struct diags unread = DIAGS_INIT;
	struct blob mine = { 0 }, theirs = { 0 };
	bool same = same_object(now, before);

	if (same || filetree_read(&mine, c->tree, now, CONTENT_MAX, &unread))
		return true;
	same = same_object(now, before);
	if (!same && filetree_read(&theirs, c->before, before, CONTENT_MAX, &unread) == 0)
		same = slice_eq(mine.data, theirs.data);
	blob_release(&mine);
	blob_release(&theirs);
	return same;
}

/* The files of a package that is a folder or a zip: all whose path begins with the prefix. */
static bool same_files(const struct check *c, struct slice prefix)
{
	size_t mine, theirs;
	size_t n = filetree_below(c->tree, prefix, &mine);

	if (filetree_below(c->before, prefix, &theirs) != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct file_entry *x = &c->tree->v[mine + i], *y = &c->before->v[theirs + i];

		if (!slice_eq(x->rel, y->rel) || x->kind != y->kind)
			return false;
		if (x->kind == FILE_REGULAR && !same_bytes(c, x, y))
			return false;
	}
	return true;
}

/* --- published h5 versions ---------------------------------------------------------------------------------------------- */

static bool is_published(json_t *release)
{
	json_t *task;
	size_t i;

	json_array_foreach(json_object_get(release, "tasks"), i, task)
	{
		const char *status = json_string_value(json_object_get(task, "status"));

		if (!status || strcmp(status, "pending") != 0)
			return true;
	}
	return false;
}

/* The platforms as an object with a key for each, so that their order is free. */
static json_t *platform_set(json_t *platform)
{
	json_t *set = json_object(), *name;
	size_t i;

	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		if (json_is_string(platform) && strcmp(json_string_value(platform), "all") == 0)
			json_object_set_new(set, platform_name((enum platform)p), json_true());
	json_array_foreach(platform, i, name)
	{
		if (json_is_string(name))
			json_object_set_new(set, json_string_value(name), json_true());
	}
	return set;
}

static json_t *value_or(json_t *release, const char *key, const char *otherwise)
{
	json_t *value = json_object_get(release, key);

	return value ? json_incref(value) : json_string(otherwise);
}

/* What clients are told of a version and keep: a new reference. */
static json_t *content_of(json_t *release)
{
	json_t *content = json_object();

	json_object_set_new(content, "mainUrl", value_or(release, "mainUrl", ""));
	json_object_set_new(content, "extendInfo", value_or(release, "extendInfo", ""));
	json_object_set_new(content, "autoInstall", value_or(release, "autoInstall", "wifi"));
	json_object_set_new(content, "installType", value_or(release, "installType", "lazy"));
	json_object_set_new(content, "platform", platform_set(json_object_get(release, "platform")));
	return content;
}

static bool same_package(const struct check *c, struct slice folder)
{
	static const char *const inputs[] = { "package.zip", "www/", "files/" };

	for (size_t i = 0; i < COUNT(inputs); i++)
		if (!same_files(c, arena_printf(c->a, SLICE_FMT "/%s", SLICE_ARG(folder), inputs[i])))
			return false;
	return true;
}

static void check_published(const struct check *c, const struct release *r, json_t *before, json_t *now)
{
	json_t *mine = content_of(now), *theirs = content_of(before);

	if (!json_equal(mine, theirs) || !same_package(c, r->folder))
		diag_error(c->d, places_pos(c->places, &r->origin, "/version"),
			   "version " SLICE_FMT " is published with other content; raise the version",
			   SLICE_ARG(r->version_text));
	json_decref(mine);
	json_decref(theirs);
}

static void check_resource_type(const struct check *c, const struct origin *file, json_t *before, json_t *now)
{
	const char *was = json_string_value(json_object_get(before, "resourceType"));
	const char *is = json_string_value(json_object_get(now, "resourceType"));

	if (was && is && strcmp(was, is) != 0)
		diag_error(
			c->d, places_pos(c->places, file, "/resourceType"),
			"the resourceType of an h5 app never changes, and this one is %s; make an app with another id",
			quote(c->a, slice_of(was)));
}

/* --- all ---------------------------------------------------------------------------------------------------------------- */

/* Whether nothing can have changed that is looked at here; nothing is read for that but files whose object is not known. */
static bool is_untouched(const struct check *c, const struct release *release, const struct file_entry *now,
			 const struct file_entry *before)
{
	return same_object(now, before) && (!release || release->kind != KIND_H5 || same_package(c, release->folder));
}

static void compare(const struct check *c, const struct origin *file, const struct release *release, json_t *before,
		    json_t *now)
{
	if (!json_is_object(before) || !json_is_object(now))
		return;
	if (release)
		check_tasks(c, file, before, now);
	else
		check_resource_type(c, file, before, now);
	if (release && release->kind == KIND_H5 && is_published(before))
		check_published(c, release, before, now);
}

/* `release` is NULL for an app.json. */
static void check_file(const struct check *c, const struct origin *file, const struct release *release)
{
	CLEANUP(diags_release) struct diags unread = DIAGS_INIT;
	size_t above = slice_of(c->tree->v[0].path).n - c->tree->v[0].rel.n; /* from a path to its rel */
	struct slice rel = slice_from(slice_of(file->path), above);
	const struct file_entry *mine = filetree_find(c->tree, rel), *old = filetree_find(c->before, rel);
	struct origin earlier;

	if (!mine || !old || old->kind != FILE_REGULAR || is_untouched(c, release, mine, old) ||
	    textfile_read(&earlier, c->before, old, c->a, &unread))
		return;
	json_t *before = parse(earlier.text), *now = parse(file->text);
	compare(c, file, release, before, now);
	json_decref(before);
	json_decref(now);
}

void transitions_check(const struct model *now, const struct filetree *tree, const struct filetree *before,
		       struct arena *a, struct diags *d)
{
	CLEANUP(places_release) struct places places = PLACES_INIT;
	const struct check c = { tree, before, a, d, &places };

	for (size_t i = 0; i < now->napps; i++) {
		const struct app *app = &now->apps[i];

		for (size_t k = 0; k < KIND_COUNT; k++)
			for (size_t r = 0; r < app->nreleases[k]; r++)
				check_file(&c, &app->releases[k][r]->origin, app->releases[k][r]);
		for (size_t h = 0; h < app->nh5_apps; h++)
			check_file(&c, &app->h5_apps[h].origin, NULL);
	}
}
