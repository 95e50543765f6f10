#include "report/diff.h"

#include "report/diff_parts.h"

#define WIDE 2 /* half of all devices is what nobody should reach unseen */

/* --- what must not be missed of a slot ---------------------------------------------------------------------------------------- */

static bool is_wide(struct estimate e)
{
	return e.low >= ESTIMATE_WHOLE / WIDE;
}

/* Nothing below tells how many get what, or not all of it. */
static void watch_uncounted(struct changes *c, const struct diff_slot *slot)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	words_slot(&text, slot);
	c->place = arena_copy(c->pair->a, strbuf_slice(&text));
	if (slot->uncounted)
		change_tell(c, true, "its rules part devices into too many segments to add up who gets what");
	if (slot->further)
		change_tell(c, true, "%llu segments that change are not told: they are too many",
			    (unsigned long long)slot->further);
}

/* An answer that half of the devices or more get, and did not before. */
static void watch_slot(struct changes *c, const struct diff_slot *slot)
{
	if (slot->uncounted || slot->further)
		watch_uncounted(c, slot);
	for (size_t i = 0; i < slot->neffects; i++) {
		const struct diff_effect *e = &slot->effects[i];
		CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

		if (is_wide(e->before) || !is_wide(e->after))
			continue;
		words_slot(&text, slot);
		c->place = arena_copy(c->pair->a, strbuf_slice(&text));
		strbuf_reset(&text);
		strbuf_addf(&text, SLICE_FMT " reaches half of the devices or more: ", SLICE_ARG(e->what));
		estimate_change_words(&text, e->before, e->after, slot->devices, " devices");
		change_add(c, true, &text);
	}
}

/* --- apps ------------------------------------------------------------------------------------------------------------------------ */

static int app_compare(struct diff *out, const struct app_pair *pair)
{
	struct diff_app *app = &out->apps[out->napps];
	struct changes c = { .out = app, .pair = pair };

	*app = (struct diff_app){
		.before = pair->before,
		.after = pair->after,
		.state = !pair->before  ? DIFF_NEW
			 : !pair->after ? DIFF_GONE
					: DIFF_CHANGED,
	};
	changes_make(app, pair);
	if (slots_make(app, pair))
		return diag_environment(pair->d, NULL, "out of memory");
	for (size_t i = 0; i < app->nslots; i++)
		watch_slot(&c, &app->slots[i]);
	if (app->nchanges || app->nslots)
		out->napps++;
	return 0;
}

int diff_make(struct diff *out, struct arena *a, const struct diff_side *base, const struct diff_side *head,
	      struct diags *d)
{
	struct list_cache lists = { .a = a, .d = d };
	struct app_pair pair = { .base = base, .head = head, .lists = &lists, .a = a, .d = d };
	const struct app *was = base->model->apps, *is = head->model->apps;
	size_t i = 0, j = 0, n = base->model->napps, m = head->model->napps;
	int bad = 0;

	*out = (struct diff){ .base = *base, .head = *head, .apps = ARENA_ARRAY(a, struct diff_app, n + m) };
	while (!bad && (i < n || j < m)) {
		int order = i == n ? 1 : j == m ? -1 : slice_cmp(was[i].app_code, is[j].app_code);

		pair.before = pair.after = NULL;
		if (order <= 0)
			pair.app = pair.before = &was[i++];
		if (order >= 0)
			pair.app = pair.after = &is[j++];
		bad = app_compare(out, &pair);
	}
	map_release(&lists.counts);
	map_release(&lists.contents);
	return bad;
}

bool diff_is_empty(const struct diff *diff)
{
	return diff->napps == 0;
}
