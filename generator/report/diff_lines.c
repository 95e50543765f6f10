/* The candidates of a segment, before and after, as one list: what stays, what goes, what comes. */
#include "report/diff_parts.h"

#include "plan/share.h"

#define MATCH_MAX 1000000 /* pairs of candidates that are looked at; more are told as all gone and all new */
#define NO_GUARD  "{}"
#define EVERYBODY "everybody"

/* --- how many devices ----------------------------------------------------------------------------------------------------------- */

static uint32_t highest_point(const struct window *w)
{
	uint32_t highest = w->nramp ? 0 : 100000;

	for (size_t i = 0; i < w->nramp; i++)
		if (w->ramp[i].thousandths > highest)
			highest = w->ramp[i].thousandths;
	return highest;
}

static struct estimate window_share(const struct offer *o, int64_t now)
{
	const struct window *w = &o->task->window;
	struct estimate share = ESTIMATE_ALL;

	if (w->end <= now)
		return ESTIMATE_NONE;
	if (o->has_limit)
		share = estimate_limit(share_limit(share_of(w->users, (uint64_t)w->audience)));
	return estimate_and(share, estimate_thousandths(highest_point(w)));
}

/* So many of all devices; patterns, and texts that are not at hand, count nothing. */
static uint64_t listed(const struct segment_maker *m, const struct diff_side *side, const struct offer *o)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < o->nlists; i++) {
		uint64_t ids = list_ids(m->lists, side, o->lists[i]);

		sum += ids == LIST_UNKNOWN ? 0 : ids;
	}
	return m->devices ? estimate_ratio(sum, m->devices).high : 0;
}

static bool is_uncounted(const struct segment_maker *m, const struct diff_side *side, const struct offer *o)
{
	bool known = !o->nlists;

	for (size_t i = 0; i < o->nlists && m->devices; i++)
		known = known || list_ids(m->lists, side, o->lists[i]) != LIST_UNKNOWN;
	return o->dev || !known;
}

static bool is_conditional(const struct segment_maker *m, const struct slot_side *side, const struct offer *o)
{
	CLEANUP(strbuf_release) struct strbuf rest = STRBUF_INIT;

	partition_rest(&rest, m->partition, side->offers, o);
	return rest.n > 0;
}

struct estimate offer_take(struct estimate *left, const struct segment_maker *m, const struct slot_side *side,
			   const struct offer *o)
{
	struct estimate share = ESTIMATE_ALL;

	if (o->dev || (o->has_until && o->until <= m->now))
		return ESTIMATE_NONE;
	if (o->nlists)
		return estimate_take_some(left, listed(m, side->side, o));
	if (o->has_percent)
		share = estimate_thousandths(o->thousandths);
	else if (o->has_window)
		share = window_share(o, m->now);
	if (is_conditional(m, side, o))
		share.low = 0;
	return estimate_take(left, share);
}

/* --- one list of two ------------------------------------------------------------------------------------------------------------ */

struct match { /* two lists of numbers, and how long the longest common part from (i, j) on is */
	const uint32_t *x, *y;
	size_t nx, ny;
	uint32_t *longest;
};

static uint32_t *cell(const struct match *m, size_t i, size_t j)
{
	return &m->longest[i * (m->ny + 1) + j];
}

static const uint32_t *numbers(struct arena *a, const struct slot_side *side, const struct offer_view *view)
{
	uint32_t *out = ARENA_ARRAY(a, uint32_t, view->n);

	for (size_t i = 0; i < view->n; i++)
		out[i] = side->means[view->v[i] - side->offers->v];
	return out;
}

static void match_make(struct match *out, struct arena *a, const struct segment_maker *m, const struct segment *s)
{
	*out = (struct match){ numbers(a, m->before, &s->before), numbers(a, m->after, &s->after), s->before.n,
			       s->after.n, NULL };
	if ((out->nx + 1) * (out->ny + 1) > MATCH_MAX)
		return;
	out->longest = ARENA_ARRAY(a, uint32_t, (out->nx + 1) * (out->ny + 1));
	for (size_t i = out->nx; i-- > 0;) {
		for (size_t j = out->ny; j-- > 0;) {
			uint32_t without_x = *cell(out, i + 1, j), without_y = *cell(out, i, j + 1);

			*cell(out, i, j) = out->x[i] == out->y[j]   ? *cell(out, i + 1, j + 1) + 1
					   : without_x >= without_y ? without_x
								    : without_y;
		}
	}
}

/* --- lines -------------------------------------------------------------------------------------------------------------------------- */

struct lines {
	const struct segment_maker *m;
	struct diff_segment *out;
	struct estimate left_before, left_after;
	size_t before, after;         /* how many there are of each */
	bool open_before, open_after; /* the last one leaves somebody behind */
};

static struct slice rest_of(const struct lines *l, const struct slot_side *side, const struct offer *o)
{
	CLEANUP(strbuf_release) struct strbuf rest = STRBUF_INIT;

	partition_rest(&rest, l->m->partition, side->offers, o);
	return arena_copy(l->m->a, strbuf_slice(&rest));
}

/* Whom the candidate takes, from those whom no earlier one of its list took. */
static struct slice who_of(const struct lines *l, const struct offer *o, struct slice rest, bool first)
{
	struct slice who = offer_who(l->m->a, o, l->m->now);

	if (slice_starts(who, EVERYBODY "; ")) /* "channel dev" */
		who = slice_from(who, sizeof(EVERYBODY "; ") - 1);
	if (!first && slice_eqs(who, EVERYBODY))
		who = SLICE("everybody else");
	if (!rest.n)
		return who;
	return arena_printf(l->m->a, SLICE_FMT "; " SLICE_FMT, SLICE_ARG(who), SLICE_ARG(rest));
}

static struct diff_line *line_of(struct lines *l, const struct slot_side *side, const struct offer *o, bool first)
{
	struct diff_line *line = &l->out->lines[l->out->nlines++];
	const struct meaning *meaning = &side->meanings[o - side->offers->v];
	struct slice rest = rest_of(l, side, o);

	*line = (struct diff_line){
		.who = who_of(l, o, rest, first),
		.rest = rest,
		.what = offer_what(l->m->a, o),
		.task = offer_task_name(o),
		.version = o->value ? SLICE("") : o->release->version_text,
		.uncounted = is_uncounted(l->m, side->side, o),
		.guard = meaning->guard,
		.payload = meaning->payload,
	};
	return line;
}

static bool is_open(const struct lines *l, const struct slot_side *side, const struct offer *o)
{
	return !slice_eqs(side->meanings[o - side->offers->v].guard, NO_GUARD) || is_conditional(l->m, side, o);
}

static void add_before(struct lines *l, struct diff_line *line, const struct offer *o)
{
	line->before = true;
	line->devices_before = offer_take(&l->left_before, l->m, l->m->before, o);
	l->open_before = is_open(l, l->m->before, o);
	l->before++;
}

static void add_after(struct lines *l, struct diff_line *line, const struct offer *o)
{
	line->after = true;
	line->devices_after = offer_take(&l->left_after, l->m, l->m->after, o);
	l->open_after = is_open(l, l->m->after, o);
	l->after++;
}

/* A difference is told with the line that comes. */
static void add_note(struct arena *a, const struct diff_line *was, struct diff_line *is)
{
	struct slice answer = payload_difference(a, was->payload, is->payload), guard = SLICE("");

	if (slice_eq(was->who, is->who))
		guard = payload_difference(a, was->guard, is->guard);
	is->note = arena_printf(a, SLICE_FMT "%s" SLICE_FMT, SLICE_ARG(answer), answer.n && guard.n ? ", " : "",
				SLICE_ARG(guard));
}

static void add_notes(struct arena *a, struct diff_segment *s)
{
	for (size_t i = 0; i < s->nlines; i++) {
		for (size_t k = 0; k < s->nlines; k++) {
			const struct diff_line *was = &s->lines[i];
			struct diff_line *is = &s->lines[k];

			if (was->before && !was->after && is->after && !is->before && slice_eq(was->task, is->task) &&
			    slice_eq(was->version, is->version))
				add_note(a, was, is);
		}
	}
}

/* Whom nothing takes. */
static void add_nothing(struct lines *l)
{
	bool before = l->open_before || !l->before, after = l->open_after || !l->after;

	if (!before && !after)
		return;
	l->out->lines[l->out->nlines++] = (struct diff_line){
		.before = before,
		.after = after,
		.who = l->before + l->after && (before ? l->before : l->after) ? SLICE("everybody else")
									       : SLICE("everybody"),
		.what = l->m->otherwise,
		.devices_before = before ? l->left_before : ESTIMATE_NONE,
		.devices_after = after ? l->left_after : ESTIMATE_NONE,
	};
}

void lines_make(struct diff_segment *out, const struct segment_maker *m, const struct segment *s)
{
	struct lines l = { .m = m, .out = out, .left_before = out->devices, .left_after = out->devices };
	struct match match;

	match_make(&match, m->a, m, s);
	out->lines = ARENA_ARRAY(m->a, struct diff_line, match.nx + match.ny + 1);
	for (size_t i = 0, j = 0; i < match.nx || j < match.ny;) {
		bool both = match.longest && i < match.nx && j < match.ny && match.x[i] == match.y[j];
		bool goes = !both && i < match.nx &&
			    (j == match.ny || !match.longest || *cell(&match, i + 1, j) >= *cell(&match, i, j + 1));
		struct diff_line *line = both || !goes ? line_of(&l, m->after, s->after.v[j], l.after == 0)
						       : line_of(&l, m->before, s->before.v[i], l.before == 0);

		if (both || goes)
			add_before(&l, line, s->before.v[i++]);
		if (both || !goes)
			add_after(&l, line, s->after.v[j++]);
	}
	add_notes(m->a, out);
	add_nothing(&l);
}
