/* What was written differently in an app beside its releases and switches: app.ini, keys, whitelists, resources, the census. */
#include "report/diff_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- app.ini -------------------------------------------------------------------------------------------------------------------- */

struct setting {
	struct slice section, key, value;
};

struct settings {
	struct setting *v;
	size_t n, cap;
};

/* The text is one that base/inifile.h has accepted. */
static struct settings settings_read(struct arena *a, struct slice text)
{
	struct settings out = { NULL, 0, 0 };
	struct slice section = SLICE("");

	for (struct slice rest = text, line; rest.p;) {
		ptrdiff_t at;
		size_t end;

		line = slice_trim(slice_cut(&rest, '\n'));
		if (!line.n || line.p[0] == ';' || line.p[0] == '#')
			continue;
		for (end = 1; end < line.n; end++)
			if (line.p[end] == ';' && (line.p[end - 1] == ' ' || line.p[end - 1] == '\t'))
				break;
		line = slice_trim(slice_sub(line, 0, end));
		if (line.p[0] == '[') {
			section = slice_trim(slice_sub(line, 1, line.n - 2));
			continue;
		}
		for (at = 0; (size_t)at < line.n && line.p[at] != '=' && line.p[at] != ':';)
			at++;
		struct setting one = { section, slice_trim(slice_sub(line, 0, (size_t)at)),
				       slice_trim(slice_from(line, (size_t)at + 1)) };
		ARENA_PUSH(a, out.v, out.n, out.cap, one);
	}
	return out;
}

static const struct setting *find_setting(const struct settings *s, const struct setting *like)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->v[i].section, like->section) && slice_eq(s->v[i].key, like->key))
			return &s->v[i];
	return NULL;
}

/* What a reviewer has to think of with it; "": nothing. */
static const char *consequence(const struct setting *s)
{
	if (slice_eqs(s->key, "baseUrl"))
		return ": every address in answers changes; the tree must be served there";
	if (slice_eqs(s->key, "audience"))
		return ": windows take other shares of devices, whitelists have another rate";
	if (slice_eqs(s->section, "policy"))
		return ": what this repository allows changes";
	return "";
}

static void setting_tell(struct changes *c, const struct setting *s, struct slice before, struct slice after)
{
	change_tell(c, true, "[" SLICE_FMT "] " SLICE_FMT ": " SLICE_FMT " → " SLICE_FMT "%s", SLICE_ARG(s->section),
		    SLICE_ARG(s->key), SLICE_ARG(before), SLICE_ARG(after), consequence(s));
}

void settings_compare(struct changes *c)
{
	const struct app *before = c->pair->before, *after = c->pair->after;
	struct settings was = settings_read(c->pair->a, before->origin.text);
	struct settings is = settings_read(c->pair->a, after->origin.text);

	c->place = SLICE("app.ini");
	for (size_t i = 0; i < was.n; i++) {
		const struct setting *now = find_setting(&is, &was.v[i]);

		if (!now || !slice_eq(now->value, was.v[i].value))
			setting_tell(c, &was.v[i], was.v[i].value, now ? now->value : SLICE("none"));
	}
	for (size_t i = 0; i < is.n; i++)
		if (!find_setting(&was, &is.v[i]))
			setting_tell(c, &is.v[i], SLICE("none"), is.v[i].value);
	if (!slice_eq(before->dir, after->dir))
		change_tell(c, false, "moves from " SLICE_FMT " to " SLICE_FMT, SLICE_ARG(before->dir),
			    SLICE_ARG(after->dir));
}

/* --- keys ------------------------------------------------------------------------------------------------------------------------- */

void keys_compare(struct changes *c)
{
	const struct app *before = c->pair->before, *after = c->pair->after;

	c->place = SLICE("keys");
	for (size_t i = 0; i < before->nroots && i < after->nroots; i++)
		if (!slice_eq(before->roots[i], after->roots[i]))
			change_tell(c, true,
				    "%zu.root.json has other bytes: devices that trust the one before stay with it",
				    i + 1);
	for (size_t i = before->nroots; i < after->nroots; i++)
		change_tell(c, true, "%zu.root.json is new: devices will trust the keys that it names", i + 1);
	for (size_t i = after->nroots; i < before->nroots; i++)
		change_tell(c, true, "%zu.root.json is removed: devices that know it accept nothing older", i + 1);
}

/* --- whitelists ----------------------------------------------------------------------------------------------------------------- */

static void list_options_compare(struct changes *c, const struct whitelist *before, const struct whitelist *after)
{
	if (before->id_type != after->id_type)
		change_tell(c, true, "idType: %s → %s", id_type_name(before->id_type), id_type_name(after->id_type));
	if (!slice_eq(before->fpr, after->fpr))
		change_tell(c, false, "fpr: " SLICE_FMT " → " SLICE_FMT,
			    SLICE_ARG(before->fpr.n ? before->fpr : SLICE("none")),
			    SLICE_ARG(after->fpr.n ? after->fpr : SLICE("none")));
	if (before->plain_ids != after->plain_ids)
		change_tell(c, true, "plainIds: %s → %s", before->plain_ids ? "true" : "false",
			    after->plain_ids ? "true" : "false");
}

static void list_compare(struct changes *c, const struct whitelist *before, const struct whitelist *after)
{
	uint64_t added, removed;

	list_options_compare(c, before, after);
	if (before->is_regex != after->is_regex)
		change_tell(c, true, before->is_regex ? "its patterns become ids" : "its ids become patterns");
	else if (list_is_same(c->pair->base, before, c->pair->head, after))
		return;
	else if (!list_difference(&added, &removed, c->pair->base, before, c->pair->head, after, c->pair->d))
		change_tell(c, true, "its ids change, they were not counted");
	else if (added || removed)
		change_tell(c, true, "%s: + %" PRIu64 ", − %" PRIu64 "%s", after->is_regex ? "patterns" : "ids", added,
			    removed, removed ? ": who is no longer listed falls out" : "");
	else
		change_tell(c, false, "the same %s, written in another way", after->is_regex ? "patterns" : "ids");
}

static void list_tell(struct changes *c, const struct whitelist *list, bool is_new)
{
	const struct diff_side *side = is_new ? c->pair->head : c->pair->base;
	uint64_t n = list->is_regex ? list->npatterns : list_ids(c->pair->lists, side, list);

	if (n == LIST_UNKNOWN)
		change_tell(c, !is_new, "is %s", is_new ? "new" : "removed");
	else
		change_tell(c, !is_new, "is %s: %" PRIu64 " %s%s", is_new ? "new" : "removed", n,
			    list->is_regex ? "pattern" : "id", n == 1 ? "" : "s");
}

void whitelists_compare(struct changes *c)
{
	const struct app *before = c->pair->before, *after = c->pair->after;
	size_t i = 0, j = 0, n = before->nwhitelists, m = after->nwhitelists;

	while (i < n || j < m) {
		struct whitelist *const *was = &before->whitelists[i], *const *is = &after->whitelists[j];
		int order = i == n ? 1 : j == m ? -1 : slice_cmp((*was)->name, (*is)->name);
		struct slice name = order <= 0 ? (*was)->name : (*is)->name;

		c->place = arena_printf(c->pair->a, "whitelist " SLICE_FMT, SLICE_ARG(name));
		if (order < 0)
			list_tell(c, *was, false);
		else if (order > 0)
			list_tell(c, *is, true);
		else
			list_compare(c, *was, *is);
		i += order <= 0;
		j += order >= 0;
	}
}

/* --- resources, the census -------------------------------------------------------------------------------------------------------- */

static const struct element *find_element(const struct app *app, struct slice name)
{
	for (size_t i = 0; i < app->nelements; i++)
		if (slice_eq(app->elements[i].name, name) && app->elements[i].declared)
			return &app->elements[i];
	return NULL;
}

/* Both are sorted. */
static size_t listed_without(const struct element *e, const struct element *other)
{
	size_t n = 0;

	for (size_t i = 0; i < e->nlisted; i++)
		n += !other || !other->nlisted ||
		     !bsearch(&e->listed[i], other->listed, other->nlisted, sizeof(struct slice), slice_order);
	return n;
}

/* Either may be NULL. */
static void resource_compare(struct changes *c, struct slice name, const struct element *before,
			     const struct element *after)
{
	size_t added = after ? listed_without(after, before) : 0, removed = before ? listed_without(before, after) : 0;

	c->place = arena_printf(c->pair->a, "resources " SLICE_FMT, SLICE_ARG(name));
	if (!before || !after)
		change_tell(c, false, "%s: %zu value%s", after ? "is new" : "is removed", added + removed,
			    added + removed == 1 ? "" : "s");
	else if (added || removed)
		change_tell(c, false, "values: + %zu, − %zu", added, removed);
}

void resources_compare(struct changes *c)
{
	const struct app *before = c->pair->before, *after = c->pair->after;

	for (size_t i = 0; i < before->nelements; i++)
		if (before->elements[i].declared)
			resource_compare(c, before->elements[i].name, &before->elements[i],
					 find_element(after, before->elements[i].name));
	for (size_t i = 0; i < after->nelements; i++)
		if (after->elements[i].declared && !find_element(before, after->elements[i].name))
			resource_compare(c, after->elements[i].name, NULL, &after->elements[i]);
}

static const char *census_id(const struct diff_side *side, const struct app *app, struct arena *a)
{
	const struct file_entry *e =
		filetree_find(side->tree, arena_printf(a, SLICE_FMT "/audience.json", SLICE_ARG(app->dir)));

	return e ? e->id : "";
}

void census_compare(struct changes *c)
{
	const char *was = census_id(c->pair->base, c->pair->before, c->pair->a);
	const char *is = census_id(c->pair->head, c->pair->after, c->pair->a);

	c->place = SLICE("audience.json");
	if (strcmp(was, is) != 0)
		change_tell(c, false,
			    !*was  ? "is new: estimates count with it"
			    : !*is ? "is removed: estimates do without it"
				   : "has other counts: estimates, before and after, take the new ones");
}
