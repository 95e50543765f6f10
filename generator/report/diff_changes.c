/* What was written differently in an app: releases, switches, whitelists, settings, keys. */
#include "report/diff_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/words.h"

void change_add(struct changes *c, bool attention, struct strbuf *text)
{
	struct arena *a = c->pair->a;
	struct diff_change change = { c->place, arena_copy(a, strbuf_slice(text)), attention };

	ARENA_PUSH(a, c->out->changes, c->out->nchanges, c->out->changes_cap, change);
	strbuf_reset(text);
}

void change_tell(struct changes *c, bool attention, const char *fmt, ...)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	va_list args;

	va_start(args, fmt);
	strbuf_vaddf(&text, fmt, args);
	va_end(args);
	change_add(c, attention, &text);
}

struct slice place_release(struct arena *a, const struct release *r)
{
	const char *kind = kind_name(r->kind);

	if (kind_is_single(r->kind)) /* its slot is the platform */
		return arena_printf(a, SLICE_FMT " %s " SLICE_FMT, SLICE_ARG(r->slot), kind,
				    SLICE_ARG(r->version_text));
	return arena_printf(a, "%s " SLICE_FMT " " SLICE_FMT, kind, SLICE_ARG(r->slot), SLICE_ARG(r->version_text));
}

/* --- values of JSON --------------------------------------------------------------------------------------------------------- */

/* To be freed; NULL: memory. */
static char *json_text(const json_t *value)
{
	return value ? json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;
}

static void tell_member(struct changes *c, const char *within, const char *key, const json_t *before,
			const json_t *after)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	char *was = json_text(before), *is = json_text(after);
	struct slice x = slice_of(was ? was : "none"), y = slice_of(is ? is : "none");
	size_t skip = part_skip(x, y);

	strbuf_addf(&text, "%s%s%s: ", within, *within ? "." : "", key);
	part_cut(&text, x, skip);
	strbuf_adds(&text, " → ");
	part_cut(&text, y, skip);
	change_add(c, false, &text);
	free(was);
	free(is);
}

static bool is_told_apart(const char *key, const char *const *apart)
{
	for (; *apart; apart++)
		if (strcmp(*apart, key) == 0)
			return true;
	return false;
}

/* The members of two objects that differ, but those that are told in better words; of objects in them theirs. */
static void members_compare(struct changes *c, const char *within, json_t *was, json_t *is, const char *const *apart)
{
	static const char *const none[] = { NULL };
	const char *key;
	json_t *value, *other;

	json_object_foreach(was, key, value)
	{
		other = json_object_get(is, key);
		if (is_told_apart(key, apart) || json_equal(value, other))
			continue;
		if (!*within && json_is_object(value) && json_is_object(other))
			members_compare(c, key, value, other, none);
		else
			tell_member(c, within, key, value, other);
	}
	json_object_foreach(is, key, value)
	{
		if (!is_told_apart(key, apart) && !json_object_get(was, key))
			tell_member(c, within, key, NULL, value);
	}
}

static void objects_compare(struct changes *c, struct slice before, struct slice after, const char *const *apart)
{
	json_t *was = json_loadb(before.p, before.n, 0, NULL), *is = json_loadb(after.p, after.n, 0, NULL);

	members_compare(c, "", was, is, apart);
	json_decref(was);
	json_decref(is);
}

/* --- files ------------------------------------------------------------------------------------------------------------------ */

static struct slice tail_of(const struct file_entry *e, struct slice folder)
{
	return slice_from(e->rel, folder.n);
}

/* Whether the release names this file of its folder as its package, its icon or a source. */
static bool is_named(const struct release *r, struct slice name)
{
	const struct slice none = SLICE("");
	struct slice files[2] = { none, none };

	if (r->kind == KIND_UPGRADE) {
		files[0] = upgrade_of(r)->package.rel;
		files[1] = upgrade_of(r)->icon;
	} else if (r->kind == KIND_HOTPATCH) {
		files[0] = hotpatch_of(r)->package.rel;
	} else if (r->kind == KIND_QUICKFIX) {
		for (size_t i = 0; i < quickfix_of(r)->nsources; i++)
			if (slice_eq(slice_from(quickfix_of(r)->sources[i].file, r->folder.n + 1), name))
				return true;
	}
	return slice_eq(slice_from(files[0], r->folder.n + 1), name) ||
	       slice_eq(slice_from(files[1], r->folder.n + 1), name);
}

/* Beside what a release is made of: its definition, which is compared by what it says, and what is read by people alone. */
static bool is_beside(struct slice name)
{
	static const char *const others[] = { "README", "LICENSE", ".git", "OWNERS", "CODEOWNERS", "release.json" };

	for (size_t i = 0; i < COUNT(others) && slice_find(name, '/') < 0; i++)
		if (slice_starts(name, others[i]))
			return true;
	return false;
}

struct bytes { /* files of a release that came, went, or have other bytes */
	size_t n;
	struct slice one; /* the first of them */
	const char *what;
};

static void count_file(struct bytes *b, struct slice name, const char *what)
{
	if (!b->n++) {
		b->one = name;
		b->what = what;
	}
}

/* Files below the folders of one release in both revisions, which are sorted in the same way. */
static struct bytes files_compare(const struct app_pair *p, const struct release *before, const struct release *after)
{
	struct slice was = arena_printf(p->a, SLICE_FMT "/", SLICE_ARG(before->folder));
	struct slice is = arena_printf(p->a, SLICE_FMT "/", SLICE_ARG(after->folder));
	const struct filetree *old = p->base->tree, *new = p->head->tree;
	size_t i, j, end_i = filetree_below(old, was, &i), end_j = filetree_below(new, is, &j);
	struct bytes out = { 0 };

	for (end_i += i, end_j += j; i < end_i || j < end_j;) {
		struct slice x = i < end_i ? tail_of(&old->v[i], was) : SLICE("");
		struct slice y = j < end_j ? tail_of(&new->v[j], is) : SLICE("");
		int order = i == end_i ? 1 : j == end_j ? -1 : slice_cmp(x, y);
		struct slice name = order <= 0 ? x : y;

		if ((!is_beside(name) || is_named(before, name) || is_named(after, name)) &&
		    (order || strcmp(old->v[i].id, new->v[j].id) != 0))
			count_file(&out, name, order < 0 ? "is removed" : order > 0 ? "is new" : "has other bytes");
		i += order <= 0;
		j += order >= 0;
	}
	return out;
}

static bool was_published(const struct release *r)
{
	return release_has(r, STATUS_RELEASING) || release_has(r, STATUS_PAUSED) || release_has(r, STATUS_ENDED);
}

static void tell_bytes(struct changes *c, const struct release *before, const struct release *after)
{
	struct bytes b = files_compare(c->pair, before, after);
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (!b.n)
		return;
	strbuf_addf(&text, SLICE_FMT " %s", SLICE_ARG(b.one), b.what);
	if (b.n > 1)
		strbuf_addf(&text, ", and %zu more file%s changed", b.n - 1, b.n > 2 ? "s" : "");
	if (was_published(before))
		strbuf_adds(&text, ": devices may have this version with the bytes before");
	change_add(c, was_published(before), &text);
}

/* --- releases ----------------------------------------------------------------------------------------------------------------- */

static void unless_compare(struct changes *c, const struct release *before, const struct release *after)
{
	struct release was = { .kind = KIND_UPGRADE, .unless = before->unless, .nunless = before->nunless };
	struct release is = { .kind = KIND_UPGRADE, .unless = after->unless, .nunless = after->nunless };
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	bool same = was.nunless == is.nunless;

	for (size_t i = 0; same && i < was.nunless; i++)
		same = rules_are_same(&was.unless[i], &is.unless[i]);
	if (same)
		return;
	if (was.nunless)
		words_release(&text, &was);
	strbuf_adds(&text, was.nunless ? " → " : "no exceptions → ");
	if (is.nunless)
		words_release(&text, &is);
	else
		strbuf_adds(&text, "no exceptions");
	change_add(c, false, &text);
}

/* What it would take to make the bytes of a package kept elsewhere others: its hash. */
static bool has_other_hash(const struct release *before, const struct release *after)
{
	const struct package *was, *is;

	if (before->kind == KIND_UPGRADE) {
		was = &upgrade_of(before)->package;
		is = &upgrade_of(after)->package;
	} else if (before->kind == KIND_HOTPATCH) {
		was = &hotpatch_of(before)->package;
		is = &hotpatch_of(after)->package;
	} else {
		return false;
	}
	return was->url.n && is->url.n && memcmp(was->sha256, is->sha256, sizeof(was->sha256)) != 0;
}

static void release_compare(struct changes *c, const struct release *before, const struct release *after)
{
	static const char *const apart[] = { "tasks", "unless", "$schema", NULL };

	c->place = place_release(c->pair->a, after);
	tell_bytes(c, before, after);
	if (slice_eq(before->origin.text, after->origin.text))
		return;
	if (has_other_hash(before, after))
		change_tell(c, was_published(before), "the package has other bytes%s",
			    was_published(before) ? ": devices may have this version with the bytes before" : "");
	objects_compare(c, before->origin.text, after->origin.text, apart);
	unless_compare(c, before, after);
	tasks_compare(c, before, after);
}

static void release_is_new(struct changes *c, const struct release *r)
{
	c->place = place_release(c->pair->a, r);
	change_tell(c, false, "is new: %s", words_state(release_state(r)));
	tasks_compare(c, NULL, r);
}

static void release_is_gone(struct changes *c, const struct release *r)
{
	c->place = place_release(c->pair->a, r);
	change_tell(c, release_has(r, STATUS_RELEASING), "is removed; it was %s", words_state(release_state(r)));
}

static int by_name(const struct release *a, const struct release *b)
{
	int order = slice_cmp(a->slot, b->slot);

	return order ? order : slice_cmp(a->version_text, b->version_text);
}

static int release_order(const void *x, const void *y)
{
	return by_name(*(const struct release *const *)x, *(const struct release *const *)y);
}

/* The releases of a kind by slot and version text: a version that is written in another way is another release. */
static const struct release **sorted_releases(struct arena *a, const struct app *app, size_t kind)
{
	const struct release **out = ARENA_ARRAY(a, const struct release *, app->nreleases[kind]);

	if (!app->nreleases[kind])
		return out;
	memcpy(out, app->releases[kind], app->nreleases[kind] * sizeof(const struct release *));
	qsort(out, app->nreleases[kind], sizeof(const struct release *), release_order);
	return out;
}

static void releases_compare(struct changes *c, size_t kind)
{
	const struct app *before = c->pair->before, *after = c->pair->after;
	const struct release **was = sorted_releases(c->pair->a, before, kind);
	const struct release **is = sorted_releases(c->pair->a, after, kind);
	size_t i = 0, j = 0, n = before->nreleases[kind], m = after->nreleases[kind];

	while (i < n || j < m) {
		int order = i == n ? 1 : j == m ? -1 : by_name(was[i], is[j]);

		if (order < 0)
			release_is_gone(c, was[i++]);
		else if (order > 0)
			release_is_new(c, is[j++]);
		else
			release_compare(c, was[i++], is[j++]);
	}
}

/* --- switches ------------------------------------------------------------------------------------------------------------------ */

static void switch_compare(struct changes *c, const struct switch_def *before, const struct switch_def *after)
{
	static const char *const apart[] = { "values", "active", "$schema", NULL };

	if (slice_eq(before->origin.text, after->origin.text))
		return;
	objects_compare(c, before->origin.text, after->origin.text, apart);
	if (before->active != after->active)
		change_tell(c, false, after->active ? "is turned on" : "is turned off: apps use their own default");
	values_compare(c, before, after);
}

static void switch_is_new(struct changes *c, const struct switch_def *s)
{
	change_tell(c, false, "is new%s", s->active ? "" : ", not active");
	values_compare(c, NULL, s);
}

static void switches_compare(struct changes *c)
{
	const struct app *before = c->pair->before, *after = c->pair->after;
	size_t i = 0, j = 0, n = before->nswitches, m = after->nswitches;

	while (i < n || j < m) {
		const struct switch_def *was = &before->switches[i], *is = &after->switches[j];
		int order = i == n ? 1 : j == m ? -1 : slice_cmp(was->key, is->key);

		c->place = arena_printf(c->pair->a, "switch " SLICE_FMT, SLICE_ARG((order <= 0 ? was : is)->key));
		if (order < 0)
			change_tell(c, false, "is removed: apps use their own default");
		else if (order > 0)
			switch_is_new(c, is);
		else
			switch_compare(c, was, is);
		i += order <= 0;
		j += order >= 0;
	}
}

/* --- all -------------------------------------------------------------------------------------------------------------------------- */

/* An app that comes or goes is told by its name; what its devices get, by its slots. */
static void app_tell(struct changes *c)
{
	c->place = SLICE("app");
	if (c->pair->after)
		change_tell(c, true, "is new: its tree begins with this release; baseUrl " SLICE_FMT,
			    SLICE_ARG(c->pair->app->bases[0]));
	else
		change_tell(c, true,
			    "is removed: nothing is built for it any more; devices keep what was published last");
}

void changes_make(struct diff_app *out, const struct app_pair *pair)
{
	struct changes c = { .out = out, .pair = pair };

	if (!pair->before || !pair->after) {
		app_tell(&c);
		return;
	}
	settings_compare(&c);
	keys_compare(&c);
	for (size_t k = 0; k < KIND_COUNT; k++)
		releases_compare(&c, k);
	switches_compare(&c);
	whitelists_compare(&c);
	resources_compare(&c);
	census_compare(&c);
}
