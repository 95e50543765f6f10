/* app.ini: any bytes are read without harm; errors have a place in the text; what is accepted keeps the promises of
 * model/model.h, and says the same with other line ends and with comments between its lines. */
#include <stdint.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "defs/appini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static uint32_t count_lines(struct slice text)
{
	uint32_t n = 0;

	for (struct slice rest = text; rest.p; n++)
		(void)slice_cut(&rest, '\n');
	return n;
}

static void check_places(const struct diags *d, struct slice text)
{
	for (size_t i = 0; i < d->n; i++) {
		require(d->v[i].at.line <= count_lines(text));
		require(d->v[i].at.col == (d->v[i].at.line ? 1 : 0));
	}
}

static void check_app(const struct app *app)
{
	require(text_is_name(app->app_id) && text_is_name(app->workspace_id));
	require(app->app_code.n == app->app_id.n + 1 + app->workspace_id.n);
	require(app->nbases >= 1);
	for (size_t i = 0; i < app->nbases; i++)
		require(slice_ends(app->bases[i], "/") && slice_find(app->bases[i], ' ') < 0);
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		require(app->audience[p] >= AUDIENCE_UNKNOWN);
	require(app->segments_max >= 1 && app->max_concurrent_tasks >= 1 && app->max_window_days >= 1);
}

static void check_same(const struct app *x, const struct app *y)
{
	require(slice_eq(x->app_code, y->app_code) && slice_eq(x->name, y->name) &&
		slice_eq(x->tenant_id, y->tenant_id));
	require(x->nbases == y->nbases && x->pointer_max_age == y->pointer_max_age);
	for (size_t i = 0; i < x->nbases; i++)
		require(slice_eq(x->bases[i], y->bases[i]));
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		require(x->audience[p] == y->audience[p] && slice_eq(x->package_name[p], y->package_name[p]));
	require(slice_eq(x->filter_fpr, y->filter_fpr) && x->strict_resources == y->strict_resources);
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
	require(d.errors == 0);
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
	check_places(&d, text);
	if (d.errors == 0) {
		check_app(&app);
		check_reformatted(&app, text, &a);
	}
	diags_release(&d);
	arena_release(&a);
	return 0;
}
