/* Words that all outputs of a diff share. */
#include "report/diff_parts.h"
#include "report/words.h"

#define COMMIT_DIGITS 12

void words_slot(struct strbuf *out, const struct diff_slot *slot)
{
	if (kind_is_single(slot->kind)) { /* its slot is the platform */
		strbuf_addf(out, SLICE_FMT " %s", SLICE_ARG(slot->slot), kind_name(slot->kind));
		return;
	}
	strbuf_addf(out, "%s " SLICE_FMT, kind_name(slot->kind), SLICE_ARG(slot->slot));
	if (slot->kind == KIND_QUICKFIX)
		return; /* harmony's alone */
	strbuf_adds(out, " on ");
	words_platforms(out, slot->platforms);
}

static uint64_t moved(const struct diff_slot *slot, const struct diff_effect *e)
{
	uint64_t low = e->before.low > e->after.low ? e->before.low - e->after.low : e->after.low - e->before.low;
	uint64_t high =
		e->before.high > e->after.high ? e->before.high - e->after.high : e->after.high - e->before.high;

	return estimate_devices(low > high ? low : high, slot->devices ? slot->devices : 1000);
}

void words_summary(struct strbuf *out, const struct diff_app *app)
{
	const struct diff_slot *largest = NULL;

	if (app->nslots == 0) {
		strbuf_adds(out, DIFF_NOTHING);
		return;
	}
	for (size_t i = 0; i < app->nslots; i++) {
		const struct diff_slot *slot = &app->slots[i];

		if (slot->neffects && (!largest || moved(slot, slot->effects) > moved(largest, largest->effects)))
			largest = slot;
	}
	if (app->nslots > 1)
		strbuf_addf(out, "%zu slots change", app->nslots);
	if (!largest && app->nslots == 1) {
		words_slot(out, &app->slots[0]);
		strbuf_adds(out, " changes");
	}
	if (!largest)
		return;
	strbuf_adds(out, app->nslots > 1 ? "; the largest effect: " : "");
	words_slot(out, largest);
	strbuf_addf(out, ", " SLICE_FMT ": ", SLICE_ARG(largest->effects->what));
	estimate_change_words(out, largest->effects->before, largest->effects->after, largest->devices, " devices");
}

void words_line(struct strbuf *out, const struct diff_line *line)
{
	strbuf_addf(out, SLICE_FMT " → " SLICE_FMT, SLICE_ARG(line->who), SLICE_ARG(line->what));
	if (!line->task.n)
		return;
	strbuf_addf(out, " (" SLICE_FMT, SLICE_ARG(line->task));
	if (line->note.n)
		strbuf_addf(out, "; other " SLICE_FMT, SLICE_ARG(line->note));
	strbuf_addch(out, ')');
}

void words_line_devices(struct strbuf *out, const struct diff_slot *slot, const struct diff_line *line, bool before,
			bool after)
{
	if (line->uncounted)
		strbuf_adds(out, "not counted");
	else if (before && after)
		estimate_change_words(out, line->devices_before, line->devices_after, slot->devices, "");
	else
		estimate_words(out, before ? line->devices_before : line->devices_after, slot->devices, "");
}

bool line_is_context(const struct diff_segment *s, const struct diff_line *line)
{
	return line->before && line->after && line != &s->lines[s->nlines - 1];
}

void words_revision(struct strbuf *out, const struct diff_side *side)
{
	struct slice commit = slice_sub(slice_of(side->commit), 0, COMMIT_DIGITS);

	if (slice_starts(slice_of(side->commit), side->rev))
		strbuf_addslice(out, commit);
	else
		strbuf_addf(out, "%s (" SLICE_FMT ")", side->rev, SLICE_ARG(commit));
}

void words_estimates(struct strbuf *out, const struct diff *diff)
{
	bool census = false;

	for (size_t i = 0; i < diff->napps; i++)
		census = census || diff->apps[i].has_census;
	strbuf_adds(out, "Estimates: the audience in app.ini");
	strbuf_adds(out, census ? ", the shares in audience.json, taken as independent of each other; what it does not "
				  "name is the rest. "
				: "; there is no audience.json to tell cities or versions apart. ");
	strbuf_adds(out,
		    "Windows count as open and full, a whitelist as at most its ids; patterns and the dev channel are "
		    "not counted.");
}
