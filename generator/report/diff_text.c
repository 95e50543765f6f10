/* A diff for a terminal: what goes, what comes, what stays, as in a diff of text. */
#include "report/columns.h"
#include "report/diff_parts.h"

#include "base/diag.h"

/* Words as one clean line. */
static void add_clean(struct strbuf *out, struct strbuf *words)
{
	diag_clean(out, strbuf_slice(words));
	strbuf_reset(words);
}

static void add_line(struct strbuf *out, const char *indent, struct strbuf *words)
{
	strbuf_adds(out, indent);
	add_clean(out, words);
	strbuf_addch(out, '\n');
}

/* --- definitions ------------------------------------------------------------------------------------------------------------------ */

static void add_attention(struct strbuf *out, const struct diff_app *app)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;
	const char *head = "\n  Do not miss\n";

	for (size_t i = 0; i < app->nchanges; i++) {
		const struct diff_change *c = &app->changes[i];

		if (!c->attention)
			continue;
		strbuf_adds(out, head);
		head = "";
		strbuf_addf(&words, "! " SLICE_FMT ": " SLICE_FMT, SLICE_ARG(c->place), SLICE_ARG(c->text));
		add_line(out, "    ", &words);
	}
}

static void add_changes(struct strbuf *out, const struct diff_app *app)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;
	struct slice place = SLICE("");
	const char *head = "\n  Definitions\n";

	for (size_t i = 0; i < app->nchanges; i++) {
		const struct diff_change *c = &app->changes[i];

		if (c->attention)
			continue;
		strbuf_adds(out, head);
		head = "";
		if (!slice_eq(place, c->place)) {
			strbuf_addslice(&words, c->place);
			add_line(out, "    ", &words);
			place = c->place;
		}
		strbuf_addslice(&words, c->text);
		add_line(out, "      ", &words);
	}
}

/* --- slots ------------------------------------------------------------------------------------------------------------------------ */

static void add_effects(struct strbuf *out, const struct diff_slot *slot)
{
	static const char *const heads[] = { "", "" };
	CLEANUP(columns_release) struct columns t;
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	columns_init(&t, heads, COUNT(heads));
	for (size_t i = 0; i < slot->neffects; i++) {
		strbuf_addf(&words, "    " SLICE_FMT, SLICE_ARG(slot->effects[i].what));
		columns_cell(&t, strbuf_slice(&words));
		strbuf_reset(&words);
		estimate_change_words(&words, slot->effects[i].before, slot->effects[i].after, slot->devices,
				      " devices");
		columns_cell(&t, strbuf_slice(&words));
		strbuf_reset(&words);
	}
	columns_print(&words, &t);
	strbuf_addslice(out, slice_from(strbuf_slice(&words), words.n ? 1 : 0)); /* without the empty head */
}

static void add_segment(struct strbuf *out, const struct diff_slot *slot, const struct diff_segment *s)
{
	static const char *const heads[] = { "", "" };
	CLEANUP(columns_release) struct columns t;
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	strbuf_addf(&words, SLICE_FMT ": ", SLICE_ARG(s->words));
	estimate_words(&words, s->devices, slot->devices, " devices");
	strbuf_addch(out, '\n');
	add_line(out, "    ", &words);
	columns_init(&t, heads, COUNT(heads));
	for (size_t i = 0; i < s->nlines; i++) {
		const struct diff_line *line = &s->lines[i];

		if (line_is_context(s, line))
			continue;
		strbuf_addf(&words, "      %s ", line->before ? line->after ? " " : "-" : "+");
		words_line(&words, line);
		columns_cell(&t, strbuf_slice(&words));
		strbuf_reset(&words);
		words_line_devices(&words, slot, line, line->before, line->after);
		columns_cell(&t, strbuf_slice(&words));
		strbuf_reset(&words);
	}
	columns_print(&words, &t);
	strbuf_addslice(out, slice_from(strbuf_slice(&words), words.n ? 1 : 0));
}

static void add_slot(struct strbuf *out, const struct diff_slot *slot)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	strbuf_adds(out, "\n");
	words_slot(&words, slot);
	strbuf_adds(&words, slot->is_new ? " (new)" : slot->is_gone ? " (gone)" : "");
	add_line(out, "  ", &words);
	add_effects(out, slot);
	for (size_t i = 0; i < slot->nsegments; i++)
		add_segment(out, slot, &slot->segments[i]);
	if (slot->further) {
		strbuf_addf(&words, "and %llu further segments, too many to tell", (unsigned long long)slot->further);
		strbuf_addch(out, '\n');
		add_line(out, "    ", &words);
	}
}

static void add_app(struct strbuf *out, const struct diff_app *app)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	strbuf_addf(&words, SLICE_FMT ": ", SLICE_ARG((app->after ? app->after : app->before)->app_code));
	words_summary(&words, app);
	strbuf_addch(out, '\n');
	add_line(out, "", &words);
	add_attention(out, app);
	add_changes(out, app);
	for (size_t i = 0; i < app->nslots; i++)
		add_slot(out, &app->slots[i]);
}

void diff_text(struct strbuf *out, const struct diff *diff)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	words_revision(&words, &diff->base);
	strbuf_adds(&words, " → ");
	words_revision(&words, &diff->head);
	add_line(out, "", &words);
	for (size_t i = 0; i < diff->napps; i++)
		add_app(out, &diff->apps[i]);
	if (diff_is_empty(diff)) {
		strbuf_adds(out, DIFF_SAME " " DIFF_NOTHING "\n");
		return;
	}
	words_estimates(&words, diff);
	add_line(out, "\n", &words);
}
