/* A diff as one page: no script, no other file, every outside text escaped. */
#include "report/diff_parts.h"

#include "base/diag.h"

static const char head[] =
	"<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Who gets "
	"what</title>\n<style>\n"
	"body { font: 15px/1.5 system-ui, sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; color: "
	"#1c2026 }\n"
	"h1 { font-size: 1.5em } h2 { font-size: 1.25em; margin-top: 2em } h3 { font-size: 1.05em; margin-top: 1.6em "
	"}\n"
	"table { border-collapse: collapse; width: 100% } td, th { border: 1px solid #d4d9e0; padding: .4em .6em; "
	"text-align: left; "
	"vertical-align: top }\n"
	".watch { border-left: 4px solid #c2410c; background: #fff4ed; padding: .5em 1em } .watch ul { margin: 0; "
	"padding-left: 1.2em }\n"
	".goes { background: #ffeceb } .comes { background: #e8f7ec } .n { color: #57606a; white-space: nowrap }\n"
	"ul.lines { list-style: none; margin: 0; padding: 0 }\n</style>\n";

static void add_escaped(struct strbuf *out, struct slice text)
{
	CLEANUP(strbuf_release) struct strbuf clean = STRBUF_INIT;

	diag_clean(&clean, text);
	for (size_t i = 0; i < clean.n; i++) {
		switch (clean.p[i]) {
		case '&':
			strbuf_adds(out, "&amp;");
			break;
		case '<':
			strbuf_adds(out, "&lt;");
			break;
		case '>':
			strbuf_adds(out, "&gt;");
			break;
		case '"':
			strbuf_adds(out, "&quot;");
			break;
		case '\'':
			strbuf_adds(out, "&#39;");
			break;
		default:
			strbuf_addch(out, clean.p[i]);
		}
	}
}

/* Words that were collected, which are then empty again, between two tags. */
static void add_words(struct strbuf *out, const char *before, struct strbuf *words, const char *after)
{
	strbuf_adds(out, before);
	add_escaped(out, strbuf_slice(words));
	strbuf_adds(out, after);
	strbuf_reset(words);
}

static void add_text(struct strbuf *out, const char *before, struct slice text, const char *after)
{
	strbuf_adds(out, before);
	add_escaped(out, text);
	strbuf_adds(out, after);
}

/* --- definitions ------------------------------------------------------------------------------------------------------------------ */

static bool has_changes(const struct diff_app *app, bool attention)
{
	for (size_t i = 0; i < app->nchanges; i++)
		if (app->changes[i].attention == attention)
			return true;
	return false;
}

static void add_attention(struct strbuf *out, const struct diff_app *app)
{
	if (!has_changes(app, true))
		return;
	strbuf_adds(out, "<div class=\"watch\"><strong>Do not miss</strong>\n<ul>\n");
	for (size_t i = 0; i < app->nchanges; i++) {
		if (!app->changes[i].attention)
			continue;
		add_text(out, "<li><strong>", app->changes[i].place, "</strong>: ");
		add_text(out, "", app->changes[i].text, "\n");
	}
	strbuf_adds(out, "</ul></div>\n");
}

static void add_changes(struct strbuf *out, const struct diff_app *app)
{
	if (!has_changes(app, false))
		return;
	strbuf_adds(out, "<h3>Definitions</h3>\n<table>\n<tr><th>Definition<th>Change\n");
	for (size_t i = 0; i < app->nchanges; i++) {
		if (app->changes[i].attention)
			continue;
		add_text(out, "<tr><td>", app->changes[i].place, "");
		add_text(out, "<td>", app->changes[i].text, "\n");
	}
	strbuf_adds(out, "</table>\n");
}

/* --- slots ------------------------------------------------------------------------------------------------------------------------ */

static void add_candidates(struct strbuf *out, const struct diff_slot *slot, const struct diff_segment *s, bool after)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	strbuf_adds(out, "<td><ul class=\"lines\">\n");
	for (size_t i = 0; i < s->nlines; i++) {
		const struct diff_line *line = &s->lines[i];
		const char *tag = line->before && line->after ? "<li>"
				  : after                     ? "<li class=\"comes\">"
							      : "<li class=\"goes\">";

		if (after ? !line->after : !line->before)
			continue;
		words_line(&words, line);
		add_words(out, tag, &words, "");
		words_line_devices(&words, slot, line, !after, after);
		add_words(out, " <span class=\"n\">", &words, "</span>\n");
	}
	strbuf_adds(out, "</ul>\n");
}

static void add_effects(struct strbuf *out, const struct diff_slot *slot)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	if (!slot->neffects)
		return;
	strbuf_adds(out, "<ul>\n");
	for (size_t i = 0; i < slot->neffects; i++) {
		add_text(out, "<li><strong>", slot->effects[i].what, "</strong>: ");
		estimate_change_words(&words, slot->effects[i].before, slot->effects[i].after, slot->devices,
				      " devices");
		add_words(out, "", &words, "\n");
	}
	strbuf_adds(out, "</ul>\n");
}

static void add_slot(struct strbuf *out, const struct diff_slot *slot)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	words_slot(&words, slot);
	strbuf_adds(&words, slot->is_new ? " (new)" : slot->is_gone ? " (gone)" : "");
	add_words(out, "<h3>", &words, "</h3>\n");
	add_effects(out, slot);
	strbuf_adds(out, "<table>\n<tr><th>Devices<th>Before<th>After\n");
	for (size_t i = 0; i < slot->nsegments; i++) {
		const struct diff_segment *s = &slot->segments[i];

		add_text(out, "<tr><td>", s->words, "<br>");
		estimate_words(&words, s->devices, slot->devices, " devices");
		add_words(out, "<span class=\"n\">", &words, "</span>\n");
		add_candidates(out, slot, s, false);
		add_candidates(out, slot, s, true);
	}
	strbuf_adds(out, "</table>\n");
	if (slot->further)
		strbuf_addf(out, "<p>and %llu further segments, too many to tell\n", (unsigned long long)slot->further);
}

void diff_html(struct strbuf *out, const struct diff *diff)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	strbuf_addf(out, "%s<h1>Who gets what</h1>\n", head);
	words_revision(&words, &diff->base);
	strbuf_adds(&words, " → ");
	words_revision(&words, &diff->head);
	add_words(out, "<p>", &words, "\n");
	for (size_t i = 0; i < diff->napps; i++) {
		const struct diff_app *app = &diff->apps[i];

		add_text(out, "<h2>", (app->after ? app->after : app->before)->app_code, "</h2>\n");
		words_summary(&words, app);
		add_words(out, "<p>", &words, "\n");
		add_attention(out, app);
		add_changes(out, app);
		for (size_t k = 0; k < app->nslots; k++)
			add_slot(out, &app->slots[k]);
	}
	if (diff_is_empty(diff)) {
		strbuf_adds(out, "<p>" DIFF_SAME " " DIFF_NOTHING "\n");
		return;
	}
	words_estimates(&words, diff);
	add_words(out, "<p><small>", &words, "</small>\n");
}
