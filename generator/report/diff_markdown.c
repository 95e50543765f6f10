/* A diff as the comment under a pull request.
 *
 * Outside text (names, values, memos) is escaped so that it stays text on GitHub and GitLab: no markup, no HTML, no link, and behind
 * what would begin a mention or a reference stands a zero-width space. All of it is one line.
 * Length: comments are bounded. What must not be missed stands first, of all apps. What would exceed the bound is left out, whole
 * rows at a time, and the end says so. */
#include "report/diff_parts.h"

#include "base/diag.h"

#define SEGMENTS_SHOWN 6    /* of a slot; further ones are folded away */
#define CHANGES_SHOWN  12   /* the same of changes */
#define TAIL_BYTES     1200 /* for what must stand at the end */
#define ZERO_WIDTH     "&#8203;"

struct comment {
	struct strbuf *out;
	size_t left_out; /* rows for which there was no room */
};

/* --- escaping --------------------------------------------------------------------------------------------------------------------- */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* A sign that begins a mention or a reference where a word follows: users, issues, merge requests, labels, … */
static bool is_reference(struct slice s, size_t i)
{
	static const char signs[] = "@#!~$%&^";

	return slice_find(slice_of(signs), s.p[i]) >= 0 && i + 1 < s.n && is_word(s.p[i + 1]);
}

static void add_char(struct strbuf *out, char c)
{
	static const char escaped[] = "\\`*_[]#|~$^@";

	switch (c) {
	case '<':
		strbuf_adds(out, "&lt;");
		return;
	case '>':
		strbuf_adds(out, "&gt;");
		return;
	case '&':
		strbuf_adds(out, "&amp;");
		return;
	default:
		if (slice_find(slice_of(escaped), c) >= 0)
			strbuf_addch(out, '\\');
		strbuf_addch(out, c);
	}
}

/* "GH-1" and "www." are links too, and "://" makes one. */
static bool is_link(struct slice s, size_t i)
{
	if (s.p[i] == ':')
		return slice_starts(slice_from(s, i), "://");
	if (s.p[i] == '-')
		return i >= 2 && slice_eq_nocase(slice_sub(s, i - 2, 2), SLICE("gh"));
	return s.p[i] == '.' && i >= 3 && slice_eq_nocase(slice_sub(s, i - 3, 3), SLICE("www"));
}

static void add_escaped(struct strbuf *out, struct slice text)
{
	CLEANUP(strbuf_release) struct strbuf clean = STRBUF_INIT;
	struct slice s;

	diag_clean(&clean, text);
	s = strbuf_slice(&clean);
	for (size_t i = 0; i < s.n; i++) {
		add_char(out, s.p[i]);
		if (is_reference(s, i) || is_link(s, i))
			strbuf_adds(out, ZERO_WIDTH);
	}
}

/* Words that were collected, which are then empty again. */
static void add_words(struct strbuf *out, struct strbuf *words)
{
	add_escaped(out, strbuf_slice(words));
	strbuf_reset(words);
}

/* Appends `text`, whatever it is, where there is room. */
static bool fits(struct comment *c, const struct strbuf *text)
{
	if (c->left_out == 0 && c->out->n + text->n + TAIL_BYTES <= DIFF_COMMENT_MAX) {
		strbuf_addslice(c->out, strbuf_slice(text));
		return true;
	}
	c->left_out++;
	return false;
}

/* --- definitions ------------------------------------------------------------------------------------------------------------------ */

/* A text of no more than DIFF_ITEM_MAX bytes, before they are escaped: one must not leave no room for others. */
static void add_item(struct strbuf *out, struct slice text)
{
	size_t n = text.n < DIFF_ITEM_MAX ? text.n : DIFF_ITEM_MAX;

	while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--; /* not in the middle of a character */
	add_escaped(out, slice_sub(text, 0, n));
	if (n < text.n)
		strbuf_adds(out, "…");
}

static void add_watched(struct comment *c, const struct diff_app *app, const char *head)
{
	for (size_t i = 0; i < app->nchanges; i++) {
		const struct diff_change *change = &app->changes[i];
		CLEANUP(strbuf_release) struct strbuf item = STRBUF_INIT;

		if (!change->attention)
			continue;
		strbuf_addf(&item, "%s- ⚠ **", head);
		add_item(&item, change->place);
		strbuf_adds(&item, "**: ");
		add_item(&item, change->text);
		strbuf_addch(&item, '\n');
		fits(c, &item);
		head = "";
	}
}

static bool has_watched(const struct diff_app *app)
{
	for (size_t i = 0; i < app->nchanges; i++)
		if (app->changes[i].attention)
			return true;
	return false;
}

/* Of all apps, before what else is told of any: what is cut off stands below. */
static void add_attention(struct comment *c, const struct diff *diff)
{
	CLEANUP(strbuf_release) struct strbuf head = STRBUF_INIT;
	bool first = true;

	for (size_t i = 0; i < diff->napps; i++) {
		const struct diff_app *app = &diff->apps[i];

		if (!has_watched(app))
			continue;
		strbuf_adds(&head, first ? "\n**Do not miss**\n\n" : "");
		if (diff->napps > 1) {
			strbuf_adds(&head, first ? "" : "\n");
			add_item(&head, (app->after ? app->after : app->before)->app_code);
			strbuf_adds(&head, ":\n\n");
		}
		add_watched(c, app, head.p);
		strbuf_reset(&head);
		first = false;
	}
	if (c->left_out)
		strbuf_addf(c->out, "\n**%zu more must not be missed** for which a comment has no room.\n",
			    c->left_out);
}

static size_t count_changes(const struct diff_app *app)
{
	size_t n = 0;

	for (size_t i = 0; i < app->nchanges; i++)
		n += !app->changes[i].attention;
	return n;
}

static void open_fold(struct comment *c, const char *what, size_t n, const char *table)
{
	strbuf_addf(c->out, "\n<details><summary>%zu %s%s</summary>\n\n%s", n, what, n == 1 ? "" : "s", table);
}

static void close_fold(struct comment *c)
{
	strbuf_adds(c->out, "\n</details>\n");
}

static void add_changes(struct comment *c, const struct diff_app *app)
{
	static const char table[] = "| Definition | Change |\n|---|---|\n";
	size_t n = count_changes(app);
	bool folded = n > CHANGES_SHOWN;

	if (!n)
		return;
	if (folded)
		open_fold(c, "change", n, table);
	else
		strbuf_addf(c->out, "\n%s", table);
	for (size_t i = 0; i < app->nchanges; i++) {
		CLEANUP(strbuf_release) struct strbuf row = STRBUF_INIT;

		if (app->changes[i].attention)
			continue;
		strbuf_adds(&row, "| ");
		add_item(&row, app->changes[i].place);
		strbuf_adds(&row, " | ");
		add_item(&row, app->changes[i].text);
		strbuf_adds(&row, " |\n");
		fits(c, &row);
	}
	if (folded)
		close_fold(c);
}

/* --- slots ------------------------------------------------------------------------------------------------------------------------ */

static void add_effects(struct comment *c, const struct diff_slot *slot)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	for (size_t i = 0; i < slot->neffects; i++) {
		CLEANUP(strbuf_release) struct strbuf item = STRBUF_INIT;

		strbuf_addf(&item, "%s- **", i ? "" : "\n");
		add_escaped(&item, slot->effects[i].what);
		strbuf_adds(&item, "**: ");
		estimate_change_words(&words, slot->effects[i].before, slot->effects[i].after, slot->devices,
				      " devices");
		add_words(&item, &words);
		strbuf_addch(&item, '\n');
		fits(c, &item);
	}
}

/* The candidates of one revision, what only it has in bold. */
static void add_candidates(struct strbuf *row, const struct diff_slot *slot, const struct diff_segment *s, bool after)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;
	const char *between = "";

	for (size_t i = 0; i < s->nlines; i++) {
		const struct diff_line *line = &s->lines[i];
		bool own = !(line->before && line->after);

		if ((after ? !line->after : !line->before) || line_is_context(s, line))
			continue;
		strbuf_addf(row, "%s%s", between, own ? "**" : "");
		words_line(&words, line);
		add_words(row, &words);
		strbuf_adds(row, own ? "**: " : ": ");
		words_line_devices(&words, slot, line, !after, after);
		add_words(row, &words);
		between = "<br>";
	}
}

static void add_segment(struct comment *c, const struct diff_slot *slot, const struct diff_segment *s)
{
	CLEANUP(strbuf_release) struct strbuf row = STRBUF_INIT;
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	strbuf_adds(&row, "| ");
	add_escaped(&row, s->words);
	strbuf_adds(&row, "<br>");
	estimate_words(&words, s->devices, slot->devices, " devices");
	add_words(&row, &words);
	strbuf_adds(&row, " | ");
	add_candidates(&row, slot, s, false);
	strbuf_adds(&row, " | ");
	add_candidates(&row, slot, s, true);
	strbuf_adds(&row, " |\n");
	fits(c, &row);
}

static void add_segments(struct comment *c, const struct diff_slot *slot)
{
	static const char table[] = "| Devices | Before | After |\n|---|---|---|\n";

	for (size_t i = 0; i < slot->nsegments; i++) {
		if (i == 0)
			strbuf_addf(c->out, "\n%s", table);
		if (i == SEGMENTS_SHOWN)
			open_fold(c, "further segment", slot->nsegments - i, table);
		add_segment(c, slot, &slot->segments[i]);
	}
	if (slot->nsegments > SEGMENTS_SHOWN)
		close_fold(c);
	if (slot->further)
		strbuf_addf(c->out, "\nand %llu further segments, too many to tell\n",
			    (unsigned long long)slot->further);
}

static void add_slot(struct comment *c, const struct diff_slot *slot)
{
	CLEANUP(strbuf_release) struct strbuf head = STRBUF_INIT;
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	strbuf_adds(&head, "\n#### ");
	words_slot(&words, slot);
	add_words(&head, &words);
	strbuf_adds(&head, slot->is_new ? " (new)\n" : slot->is_gone ? " (gone)\n" : "\n");
	if (!fits(c, &head))
		return;
	add_effects(c, slot);
	add_segments(c, slot);
}

static void add_app(struct comment *c, const struct diff_app *app)
{
	CLEANUP(strbuf_release) struct strbuf head = STRBUF_INIT;
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	strbuf_adds(&head, "\n**");
	add_escaped(&head, (app->after ? app->after : app->before)->app_code);
	strbuf_adds(&head, "**: ");
	words_summary(&words, app);
	add_words(&head, &words);
	strbuf_addch(&head, '\n');
	if (!fits(c, &head))
		return;
	add_changes(c, app);
	for (size_t i = 0; i < app->nslots; i++)
		add_slot(c, &app->slots[i]);
}

void diff_markdown(struct strbuf *out, const struct diff *diff)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;
	struct comment c = { .out = out };

	strbuf_adds(out, DIFF_MARKER "\n### Who gets what\n\n");
	words_revision(&words, &diff->base);
	strbuf_adds(&words, " → ");
	words_revision(&words, &diff->head);
	add_words(out, &words);
	strbuf_addch(out, '\n');
	add_attention(&c, diff);
	for (size_t i = 0; i < diff->napps; i++)
		add_app(&c, &diff->apps[i]);
	if (diff_is_empty(diff)) {
		strbuf_adds(out, "\n" DIFF_SAME " " DIFF_NOTHING "\n");
		return;
	}
	if (c.left_out)
		strbuf_adds(out, "\n**Cut here:** a comment has room for no more. `mdstatic diff` prints all of it.\n");
	words_estimates(&words, diff);
	strbuf_adds(out, "\n<sub>");
	add_words(out, &words);
	strbuf_adds(out, "</sub>\n");
}
