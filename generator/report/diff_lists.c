/* Whitelists of a diff: how many ids they have, and how many come and go. */
#include "report/diff_parts.h"

#include <string.h>

#include "build/whitelist.h"
#include "report/listchange.h"

static const struct file_entry *entry_of(const struct diff_side *side, const struct whitelist *list)
{
	return filetree_find(side->tree, list->rel);
}

/* What keeps a text from being read is a warning: a review goes on without the number. */
static bool read_text(struct blob *out, const struct diff_side *side, const struct whitelist *list, struct diags *d)
{
	CLEANUP(diags_release) struct diags why = DIAGS_INIT;
	const struct file_entry *e = entry_of(side, list);

	*out = (struct blob){ .release = NULL };
	if (e && filetree_read(out, side->tree, e, WHITELIST_MAX, &why) == 0)
		return true;
	diag_warning(d, SRCPOS_FILE(list->path), "the ids are not counted: %s", why.n ? why.v[0].text : "no such file");
	return false;
}

uint64_t list_ids(struct list_cache *c, const struct diff_side *side, const struct whitelist *list)
{
	const struct file_entry *e = entry_of(side, list);
	struct slice id = slice_of(e ? e->id : "");
	struct blob text;
	uint64_t *count;

	if (list->is_regex)
		return LIST_UNKNOWN;
	count = map_get(&c->counts, id);
	if (count)
		return *count;
	count = ARENA_NEW(c->a, uint64_t);
	*count = LIST_UNKNOWN;
	if (read_text(&text, side, list, c->d))
		*count = list_count(text.data);
	blob_release(&text);
	map_put(&c->counts, id, count);
	return *count;
}

bool list_is_same(const struct diff_side *base, const struct whitelist *before, const struct diff_side *head,
		  const struct whitelist *after)
{
	const struct file_entry *a = entry_of(base, before), *b = entry_of(head, after);

	return a && b && strcmp(a->id, b->id) == 0 && before->is_regex == after->is_regex;
}

static const struct whitelist *find_list(const struct app *app, struct slice name)
{
	for (size_t i = 0; app && i < app->nwhitelists; i++)
		if (slice_eq(app->whitelists[i]->name, name))
			return app->whitelists[i];
	return NULL;
}

static const char *same_content(struct list_cache *c, const struct diff_side *base, const struct whitelist *before,
				const struct diff_side *head, const struct whitelist *after)
{
	uint64_t added, removed;
	bool known = before->is_regex == after->is_regex &&
		     list_difference(&added, &removed, base, before, head, after, c->d);

	return entry_of(known && !added && !removed ? base : head, known && !added && !removed ? before : after)->id;
}

const char *list_content(struct list_cache *c, const struct app *before, const struct diff_side *base,
			 const struct diff_side *side, const struct whitelist *list)
{
	const struct whitelist *was = side == base ? NULL : find_list(before, list->name);
	const struct file_entry *is = entry_of(side, list), *old = was ? entry_of(base, was) : NULL;
	struct slice key;
	const char **known;

	if (!is || !old || strcmp(is->id, old->id) == 0)
		return is ? is->id : "";
	key = arena_printf(c->a, "%s %s", old->id, is->id);
	known = map_get(&c->contents, key);
	if (!known) {
		known = ARENA_NEW(c->a, const char *);
		*known = same_content(c, base, was, side, list);
		map_put(&c->contents, key, known);
	}
	return *known;
}

static bool has_pattern(const struct whitelist *list, struct slice pattern)
{
	for (size_t i = 0; i < list->npatterns; i++)
		if (slice_eq(list->patterns[i], pattern))
			return true;
	return false;
}

static uint64_t patterns_without(const struct whitelist *list, const struct whitelist *other)
{
	uint64_t n = 0;

	for (size_t i = 0; i < list->npatterns; i++)
		n += !has_pattern(other, list->patterns[i]);
	return n;
}

bool list_difference(uint64_t *added, uint64_t *removed, const struct diff_side *base, const struct whitelist *before,
		     const struct diff_side *head, const struct whitelist *after, struct diags *d)
{
	CLEANUP(blob_release) struct blob was = { .release = NULL };
	CLEANUP(blob_release) struct blob is = { .release = NULL };
	struct list_change change;

	if (before->is_regex && after->is_regex) {
		*added = patterns_without(after, before);
		*removed = patterns_without(before, after);
		return true;
	}
	if (!read_text(&was, base, before, d) || !read_text(&is, head, after, d))
		return false;
	if (list_change(&change, was.data, is.data)) {
		diag_environment(d, after->path, "out of memory while its ids are compared");
		return false;
	}
	*added = change.added;
	*removed = change.removed;
	return true;
}
