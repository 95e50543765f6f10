/* report/list_text.c: a list for people: a table of releases, one of switches, one of whitelists and one of resources. */
#include "report/columns.h"
#include "report/list.h"
#include "report/words.h"

#define VALUE_COLUMNS 24 /* of a switch's value */

/* A cell of what a words_…() function appended, which is then empty again. */
static void cell_of(struct columns *t, struct strbuf *words)
{
	columns_cell(t, strbuf_slice(words));
	strbuf_reset(words);
}

static void number_cell(struct columns *t, size_t n)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_adduint(&text, n);
	cell_of(t, &text);
}

static void print_table(struct strbuf *out, struct columns *t, bool *first)
{
	if (columns_rows(t) > 0 && !*first)
		strbuf_addch(out, '\n');
	*first = *first && columns_rows(t) == 0;
	columns_print(out, t);
	columns_release(t);
}

/* --- releases -------------------------------------------------------------------------------------------------------------- */

/* The columns of the release itself; empty in the rows of its further tasks. */
static void release_cells(struct columns *t, const struct release *r, bool again)
{
	columns_cells(t, again ? "" : kind_name(r->kind));
	columns_cell(t, again ? SLICE("") : r->slot);
	columns_cell(t, again ? SLICE("") : r->version_text);
	columns_cells(t, again ? "" : words_state(release_state(r)));
}

static void add_release(struct columns *t, const struct release *r, int64_t now)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;
	bool again = false;

	words_release(&words, r);
	if (words.n > 0 || r->ntasks == 0) {
		release_cells(t, r, false);
		columns_cells(t, "");
		columns_cells(t, "");
		cell_of(t, &words);
		again = true;
	}
	for (size_t i = 0; i < r->ntasks; i++, again = true) {
		release_cells(t, r, again);
		columns_cell(t, r->tasks[i].id);
		columns_cells(t, words_status(r->tasks[i].status));
		words_task(&words, &r->tasks[i], now);
		cell_of(t, &words);
	}
}

static void print_releases(struct strbuf *out, const struct list_app *l, int64_t now, bool *first)
{
	static const char *const heads[] = { "KIND", "SLOT", "VERSION", "STATE", "TASK", "STATUS", "REACHES" };
	struct columns t;

	columns_init(&t, heads, COUNT(heads));
	for (size_t i = 0; i < l->nreleases; i++)
		add_release(&t, l->releases[i], now);
	print_table(out, &t, first);
}

/* --- switches, whitelists, resources --------------------------------------------------------------------------------------- */

static void add_switch(struct columns *t, const struct switch_def *s)
{
	CLEANUP(strbuf_release) struct strbuf words = STRBUF_INIT;

	if (s->nvalues == 0) {
		columns_cell(t, s->key);
		columns_cells(t, s->active ? "yes" : "no");
		for (size_t i = 0; i < 4; i++)
			columns_cells(t, "");
	}
	for (size_t i = 0; i < s->nvalues; i++) {
		columns_cell(t, i ? SLICE("") : s->key);
		columns_cells(t, i ? "" : s->active ? "yes" : "no");
		columns_cell(t, s->values[i].id);
		columns_cell(t, s->values[i].value);
		words_platforms(&words, s->values[i].platforms);
		cell_of(t, &words);
		words_value(&words, &s->values[i]);
		cell_of(t, &words);
	}
}

static void print_switches(struct strbuf *out, const struct list_app *l, bool *first)
{
	static const char *const heads[] = { "SWITCH", "ACTIVE", "ID", "VALUE", "PLATFORM", "REACHES" };
	struct columns t;

	columns_init(&t, heads, COUNT(heads));
	t.limit[3] = VALUE_COLUMNS;
	for (size_t i = 0; i < l->nswitches; i++)
		add_switch(&t, l->switches[i]);
	print_table(out, &t, first);
}

static void print_whitelists(struct strbuf *out, const struct list_app *l, bool *first)
{
	static const char *const heads[] = { "WHITELIST", "HOLDS", "OF", "USED BY" };
	struct columns t;

	columns_init(&t, heads, COUNT(heads));
	for (size_t i = 0; i < l->nwhitelists; i++) {
		columns_cell(&t, l->whitelists[i]->name);
		columns_cells(&t, l->whitelists[i]->is_regex ? "patterns" : "ids");
		columns_cells(&t, id_type_name(l->whitelists[i]->id_type));
		number_cell(&t, l->uses[i]);
	}
	print_table(out, &t, first);
}

static void print_resources(struct strbuf *out, const struct list_app *l, bool *first)
{
	static const char *const heads[] = { "RESOURCE", "VALUES" };
	struct columns t;

	columns_init(&t, heads, COUNT(heads));
	for (size_t i = 0; i < l->nresources; i++) {
		columns_cell(&t, l->resources[i]->name);
		number_cell(&t, l->resources[i]->nlisted);
	}
	print_table(out, &t, first);
}

void list_text(struct strbuf *out, const struct list *l)
{
	for (size_t i = 0; i < l->napps; i++) {
		const struct list_app *app = &l->apps[i];
		bool first = true;

		if (!(app->nreleases + app->nswitches + app->nwhitelists + app->nresources))
			continue;
		strbuf_addf(out, "%s" SLICE_FMT "\n", out->n ? "\n" : "", SLICE_ARG(app->app->app_code));
		print_releases(out, app, l->now, &first);
		print_switches(out, app, &first);
		print_whitelists(out, app, &first);
		print_resources(out, app, &first);
	}
}
