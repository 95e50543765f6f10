/* app.ini: any bytes are read without harm; errors have a place in the text; what is accepted keeps the promises of
 * model/model.h, and says the same with other line ends and with comments between its lines. */
#include "defs/appini.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "places.h"

/* Lines of an ini file have one key, so an error has no column to tell. */
static void check_columns(const struct diags *d)
{
	for (size_t i = 0; i < d->n; i++)
		REQUIRE(d->v[i].at.col == (d->v[i].at.line ? 1 : 0));
}

static void check_app(const struct app *app)
{
	REQUIRE(text_is_name(app->app_id) && text_is_name(app->workspace_id));
	REQUIRE(app->app_code.n == app->app_id.n + 1 + app->workspace_id.n);
	REQUIRE(app->nbases >= 1);
	for (size_t i = 0; i < app->nbases; i++)
		REQUIRE(slice_ends(app->bases[i], "/") && slice_find(app->bases[i], ' ') < 0);
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		REQUIRE(app->audience[p] >= AUDIENCE_UNKNOWN);
	REQUIRE(app->segments_max >= 1 && app->max_concurrent_tasks >= 1 && app->max_window_days >= 1);
}

static void check_same(const struct app *x, const struct app *y)
{
	REQUIRE(slice_eq(x->app_code, y->app_code) && slice_eq(x->name, y->name) &&
		slice_eq(x->tenant_id, y->tenant_id));
	REQUIRE(x->nbases == y->nbases && x->pointer_max_age == y->pointer_max_age);
	for (size_t i = 0; i < x->nbases; i++)
		REQUIRE(slice_eq(x->bases[i], y->bases[i]));
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		REQUIRE(x->audience[p] == y->audience[p] && slice_eq(x->package_name[p], y->package_name[p]));
	REQUIRE(slice_eq(x->filter_fpr, y->filter_fpr) && x->strict_resources == y->strict_resources);
}

/* The same lines with CRLF behind them, and a comment after each. */
static void check_reformatted(const struct app *app, struct slice text, struct arena *a)
{
	struct strbuf out = STRBUF_INIT;
	struct diags d = DIAGS_INIT;
	struct app again = { .dir = app->dir };

	for (struct slice rest = text, line; rest.p;) {
		line = slice_cut(&rest, '\n');
		if (slice_ends(line, "\r"))
			line.n--;
		strbuf_addslice(&out, line);
		strbuf_adds(&out, "\r\n; max = 1\r\n");
	}
	appini_read(&again, a, &d, (struct origin){ "app.ini", strbuf_slice(&out) });
	REQUIRE(d.errors == 0);
	check_same(app, &again);
	diags_release(&d);
	strbuf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_bytes(data, size);
	struct arena a = ARENA_INIT;
	struct diags d = DIAGS_INIT;
	struct app app = { .dir = SLICE("apps/x") };

	appini_read(&app, &a, &d, (struct origin){ "app.ini", text });
	check_places(&d, NULL, text, 0);
	check_columns(&d);
	if (d.errors == 0) {
		check_app(&app);
		check_reformatted(&app, text, &a);
	}
	diags_release(&d);
	arena_release(&a);
	return 0;
}
