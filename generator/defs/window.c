/* defs/window.c: time windows and their ramps. */
#include "defs/window.h"

#include <inttypes.h>

#include "base/instant.h"
#include "base/strbuf.h"

#define DAY 86400

struct window_reader {
	struct defs_scope *s;
	struct object o;
	struct window *w;
	bool has_start, has_end; /* known, and good */
};

/* --- ramp --------------------------------------------------------------------------------------------------------- */

static void check_point(const struct window_reader *r, const struct object *o, const struct ramp_point *p)
{
	char at[INSTANT_TEXT], start[INSTANT_TEXT], end[INSTANT_TEXT];

	instant_format(at, p->at);
	if (r->has_start && p->at < r->w->start) {
		instant_format(start, r->w->start);
		object_error(o, "at", "at is %s, before the window starts (%s)", at, start);
	}
	if (r->has_end && p->at >= r->w->end) {
		instant_format(end, r->w->end);
		object_error(o, "at", "at is %s; it must lie before the window ends (%s)", at, end);
	}
}

static void check_order(const struct object *o, const struct ramp_point *p, const struct ramp_point *before)
{
	if (p->at <= before->at)
		object_error(o, "at", "the points of a ramp must ascend: this one is not later than the one before it");
	if (p->thousandths < before->thousandths)
		object_warning(o, "percent",
			       "the percentage falls: devices that were offered the release lose the offer");
}

static bool point_read(struct ramp_point *out, const struct window_reader *r, struct object *o)
{
	bool at = field_time(&out->at, o, "at", REQUIRED);
	bool percent = field_percent(&out->thousandths, o, "percent", REQUIRED);

	object_finish(o);
	if (at)
		check_point(r, o, out);
	return at && percent;
}

static void ramp_read(struct window_reader *r)
{
	struct array items;
	struct window *w = r->w;

	if (!field_array(&items, &r->o, "ramp", OPTIONAL))
		return;
	if (!items.n)
		object_error(&r->o, "ramp", "\"ramp\" is empty; leave it out, or name points");
	w->ramp = ARENA_ARRAY(r->s->a, struct ramp_point, items.n);
	for (size_t i = 0; i < items.n; i++) {
		struct node n = array_item(&items, i);
		struct object o;
		struct ramp_point *p = &w->ramp[w->nramp];
		if (!node_object(&o, &n) || !point_read(p, r, &o))
			continue;
		if (w->nramp++)
			check_order(&o, p, p - 1);
	}
}

/* --- times -------------------------------------------------------------------------------------------------------- */

static void check_end(const struct window_reader *r, const struct task *t, bool has_published)
{
	const struct window *w = r->w;
	int64_t days = r->s->app->max_window_days;

	if (has_published && w->end <= t->published_at)
		object_error(&r->o, "end", "the window must end after publishedAt");
	else if (r->has_start && w->end <= w->start)
		object_error(&r->o, "end", "the window must end after it starts");
	else if (r->has_start && w->end - w->start > days * DAY)
		object_error(&r->o, "end", "the window is longer than %" PRId64 " days ([policy] maxWindowDays)", days);
	else if (t->status == STATUS_RELEASING && w->end <= r->s->commit_time)
		object_warning(&r->o, "end", "the window is over at the commit's time: this task reaches nobody");
}

static void times_read(struct window_reader *r, const struct task *t, bool has_published)
{
	struct object *o = &r->o;

	r->has_start = field_time(&r->w->start, o, "start", OPTIONAL);
	if (!object_has(o, "start") && has_published) {
		r->w->start = t->published_at;
		r->has_start = true;
	}
	r->has_end = field_time(&r->w->end, o, "end", REQUIRED);
	if (r->has_end)
		check_end(r, t, has_published);
}

/* The sum over the platforms; an error that names each key that would make it known. */
static void audience_fallback(struct window_reader *r, const bool platforms[PLATFORM_COUNT])
{
	CLEANUP(strbuf_release) struct strbuf names = STRBUF_INIT, keys = STRBUF_INIT;
	const int64_t *known = r->s->app->audience;

	r->w->audience = 0;
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		const char *name = platform_name((enum platform)p);

		if (!platforms[p])
			continue;
		if (known[p] != AUDIENCE_UNKNOWN) {
			r->w->audience += known[p];
			continue;
		}
		strbuf_addf(&names, "%s%s", names.n ? " and " : "", name);
		strbuf_addf(&keys, "%s[%s] audience", keys.n ? " and " : "", name);
	}
	if (names.n)
		object_error(&r->o, NULL,
			     "no audience for " SLICE_FMT ": set " SLICE_FMT
			     " in app.ini, or \"audience\" in the window",
			     SLICE_ARG(strbuf_slice(&names)), SLICE_ARG(strbuf_slice(&keys)));
}

static void audience_read(struct window_reader *r, const bool platforms[PLATFORM_COUNT])
{
	uint64_t own;

	if (field_uint(&own, &r->o, "audience", OPTIONAL, 1, INT64_MAX))
		r->w->audience = (int64_t)own;
	else if (!object_has(&r->o, "audience"))
		audience_fallback(r, platforms);
}

static void users_read(struct window_reader *r, const struct upgrade *upgrade)
{
	if (field_uint(&r->w->users, &r->o, "users", REQUIRED, 1, INT64_MAX) && upgrade && upgrade->max_testers &&
	    r->w->users > upgrade->max_testers)
		object_warning(&r->o, "users",
			       "users is %" PRIu64 ", but TestFlight takes %" PRIu32
			       " testers (maxTesters): the others find it full",
			       r->w->users, upgrade->max_testers);
}

void window_read(struct window *out, struct defs_scope *s, struct object *task, const struct task *t,
		 bool has_published, const struct task_context *ctx)
{
	struct window_reader r = { .s = s, .w = out };

	if (!field_object(&r.o, task, "window", REQUIRED))
		return;
	times_read(&r, t, has_published);
	users_read(&r, ctx->upgrade);
	audience_read(&r, ctx->platforms);
	ramp_read(&r);
	object_finish(&r.o);
}
