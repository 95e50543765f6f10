/* defs/transition.c: ended tasks, before and after. */
#include "defs/transition.h"

#include <jansson.h>
#include <string.h>

#include "defs/reader.h"
#include "defs/textfile.h"

/* The array of tasks of a release, borrowed from `*root`, which is the caller's to let go; NULL: there is none. */
static json_t *tasks_of(json_t **root, struct slice text)
{
	*root = json_loadb(text.p ? text.p : "", text.n, 0, NULL);
	return json_object_get(*root, "tasks");
}

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

static void check_task(const struct origin *file, json_t *before, json_t *now, size_t index, struct arena *a,
		       struct diags *d)
{
	const char *key = changed_key(before, now), *id = json_string_value(json_object_get(now, "id"));

	if (key)
		diag_error(
			d, origin_pos(file, arena_printf(a, "/tasks/%zu/%s", index, key).p),
			"the task %s has ended in the commit before, and an ended task never changes again: leave %s "
			"as it was, or make a task with another id",
			quote(a, slice_of(id)), quote(a, slice_of(key)));
}

static void check_file(const struct origin *file, struct slice earlier, struct arena *a, struct diags *d)
{
	json_t *root_before, *root_now, *task;
	json_t *before = tasks_of(&root_before, earlier), *now = tasks_of(&root_now, file->text);
	size_t i;

	json_array_foreach(now, i, task)
	{
		const char *id = json_string_value(json_object_get(task, "id"));
		json_t *old = id ? find_task(before, id) : NULL;
		const char *status = json_string_value(json_object_get(old, "status"));

		if (status && strcmp(status, "ended") == 0)
			check_task(file, old, task, i, a, d);
	}
	json_decref(root_before);
	json_decref(root_now);
}

static bool same_object(const struct file_entry *x, const struct file_entry *y)
{
	return *x->id && strcmp(x->id, y->id) == 0;
}

void transitions_check(const struct model *now, const struct filetree *tree, const struct filetree *before,
		       struct arena *a, struct diags *d)
{
	size_t above = tree->n ? slice_of(tree->v[0].path).n - tree->v[0].rel.n : 0; /* from a path to its rel */

	for (size_t i = 0; i < now->napps; i++) {
		for (size_t k = 0; k < now->apps[i].nupgrades; k++) {
			CLEANUP(diags_release) struct diags unread = DIAGS_INIT;
			const struct origin *file = &now->apps[i].upgrades[k].origin;
			struct slice rel = slice_from(slice_of(file->path), above);
			const struct file_entry *mine = filetree_find(tree, rel), *old = filetree_find(before, rel);
			struct origin earlier;

			if (mine && old && old->kind == FILE_REGULAR && !same_object(mine, old) &&
			    textfile_read(&earlier, before, old, a, &unread) == 0)
				check_file(file, earlier.text, a, d);
		}
	}
}
