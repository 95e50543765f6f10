/* defs/resources.c: the elements of an app. */
#include "defs/resources.h"

#include <stdlib.h>

#include "base/text.h"
#include "defs/element.h"
#include "defs/reader.h"
#include "defs/repeat.h"
#include "defs/rule.h"
#include "defs/textfile.h"

/* What a device sends in another form, or for another purpose, than as a value for rules. */
static const struct {
	const char *name, *why;
} reserved[] = {
	{ "versionCode", "versionCode is a number in a device; rules compare texts" },
	{ "patchVersionCode", "patchVersionCode is a number in a device; rules compare texts" },
	{ "versionKey", "versionKey chooses hotpatches (\"versionKey\" of their release.json); rules cannot name it" },
};

static const char *const platforms[] = { "all", "android", "ios", "harmony" };

/* --- one file ---------------------------------------------------------------------------------------------------------- */

static bool item_read(struct slice *value, struct slice *key, const struct element *e, const struct node *n)
{
	struct object o;
	struct node v;
	struct slice name;
	size_t platform;
	bool ok = false;

	if (!node_object(&o, n))
		return false;
	if (field_string(&name, &o, "name", REQUIRED) && !slice_trim(name).n)
		object_error(&o, "name", "\"name\" must not be empty");
	if (field_node(&v, &o, "value", REQUIRED)) {
		struct version version;

		ok = e->type == ATTR_VERSION ? node_version(&version, value, &v)
					     : node_string(value, &v) && value_text_ok(&v, *value);
		if (ok && e->type == ATTR_VERSION)
			*key = arena_copy(n->r->a, slice_bytes(version.part, sizeof(version.part)));
		else if (ok)
			*key = e->type == ATTR_FOLD ? text_fold(n->r->a, *value) : *value;
	}
	(void)field_word(&platform, &o, "platform", OPTIONAL, platforms, COUNT(platforms));
	object_finish(&o);
	return ok;
}

static void report_repeats(const struct array *items, const struct slice *keys, const size_t *index, size_t n)
{
	const size_t *first = repeats_find(items->at.r->a, keys, n);

	for (size_t i = 0; first && i < n; i++) {
		if (first[i] == i)
			continue;
		struct node item = array_item(items, index[i]);
		struct object o;
		if (node_object(&o, &item))
			object_error(&o, "value", "the same value stands in item %zu", index[first[i]] + 1);
	}
}

static int by_bytes(const void *x, const void *y)
{
	const struct slice *a = x, *b = y;

	return slice_cmp(*a, *b);
}

static void values_load(struct element *e, struct reader *r)
{
	struct node root = reader_node(r);
	struct array items;

	if (!node_array(&items, &root))
		return;
	e->listed = ARENA_ARRAY(r->a, struct slice, items.n);
	struct slice *keys = ARENA_ARRAY(r->a, struct slice, items.n);
	size_t *index = ARENA_ARRAY(r->a, size_t, items.n);
	for (size_t i = 0; i < items.n; i++) {
		struct node n = array_item(&items, i);

		index[e->nlisted] = i;
		if (item_read(&e->listed[e->nlisted], &keys[e->nlisted], e, &n))
			e->nlisted++;
	}
	report_repeats(&items, keys, index, e->nlisted);
	if (e->nlisted)
		qsort(e->listed, e->nlisted, sizeof(*e->listed), by_bytes);
}

/* --- all ---------------------------------------------------------------------------------------------------------------- */

/* The element that the file is about: a built-in one, or a new one behind them; NULL and an error where its name cannot be. */
static struct element *element_for(struct app *app, const struct layout_file *f, struct diags *d)
{
	for (size_t i = 0; i < COUNT(reserved); i++) {
		if (!slice_eqs(f->name, reserved[i].name))
			continue;
		diag_error(d, SRCPOS_FILE(f->entry->path), "%s", reserved[i].why);
		return NULL;
	}
	for (size_t i = 0; i < BUILTIN_ELEMENTS; i++) {
		struct element *e = &app->elements[i];

		if (slice_eq(f->name, e->name))
			return e;
		if (!slice_eq_nocase(f->name, e->name))
			continue;
		diag_error(d, SRCPOS_FILE(f->entry->path), "the element is written \"" SLICE_FMT "\"; rename the file",
			   SLICE_ARG(e->name));
		return NULL;
	}
	struct element *e = &app->elements[app->nelements++];
	*e = (struct element){ .name = f->name, .type = ATTR_TEXT };
	return e;
}

static int by_name(const void *x, const void *y)
{
	const struct element *a = x, *b = y;

	return slice_cmp(a->name, b->name);
}

void resources_load(struct app *app, const struct layout_app *files, const struct filetree *tree, struct arena *a,
		    struct diags *d)
{
	app->elements = ARENA_ARRAY(a, struct element, BUILTIN_ELEMENTS + files->n);
	app->nelements = BUILTIN_ELEMENTS;
	for (size_t i = 0; i < BUILTIN_ELEMENTS; i++)
		app->elements[i] = (struct element){ .name = slice_of(builtin_elements[i].name),
						     .type = builtin_elements[i].type };
	for (size_t i = 0; i < files->n; i++) {
		const struct layout_file *f = &files->files[i];
		struct element *e = f->kind == LAYOUT_RESOURCE ? element_for(app, f, d) : NULL;
		struct origin origin;
		struct reader r;

		if (!e || textfile_read(&origin, tree, f->entry, a, d))
			continue;
		e->declared = true;
		if (reader_open(&r, a, d, origin) == 0)
			values_load(e, &r);
		reader_close(&r);
	}
	qsort(app->elements + BUILTIN_ELEMENTS, app->nelements - BUILTIN_ELEMENTS, sizeof(*app->elements), by_name);
}
