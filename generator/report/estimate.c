#include "report/estimate.h"

#define THOUSANDTHS 100000u /* of a whole percentage */
#define DIGITS      3       /* that are told */
#define NEAR        50      /* bounds that differ by less than a 50th read as one number */

__extension__ typedef unsigned __int128 uint128;

/* --- parts --------------------------------------------------------------------------------------------------------------- */

/* To the nearest part. */
static uint64_t times(uint64_t a, uint64_t b)
{
	return (uint64_t)(((uint128)a * b + ESTIMATE_WHOLE / 2) / ESTIMATE_WHOLE);
}

static uint64_t capped(uint64_t a)
{
	return a < ESTIMATE_WHOLE ? a : ESTIMATE_WHOLE;
}

struct estimate estimate_ratio(uint64_t part, uint64_t whole)
{
	uint64_t parts =
		part >= whole ? ESTIMATE_WHOLE : (uint64_t)(((uint128)part * ESTIMATE_WHOLE + whole / 2) / whole);

	return (struct estimate){ parts, parts };
}

struct estimate estimate_thousandths(uint32_t thousandths)
{
	return estimate_ratio(thousandths, THOUSANDTHS);
}

struct estimate estimate_limit(uint64_t limit)
{
	uint64_t parts = limit >> 4; /* 2^64 / ESTIMATE_WHOLE */

	return (struct estimate){ parts, parts };
}

struct estimate estimate_and(struct estimate a, struct estimate b)
{
	return (struct estimate){ times(a.low, b.low), times(a.high, b.high) };
}

struct estimate estimate_add(struct estimate a, struct estimate b)
{
	return (struct estimate){ capped(a.low + b.low), capped(a.high + b.high) };
}

struct estimate estimate_take(struct estimate *left, struct estimate share)
{
	struct estimate taken = estimate_and(*left, share);
	struct estimate others = { ESTIMATE_WHOLE - share.high, ESTIMATE_WHOLE - share.low };

	*left = estimate_and(*left, others);
	return taken;
}

struct estimate estimate_take_some(struct estimate *left, uint64_t most)
{
	struct estimate taken = { 0, most < left->high ? most : left->high };

	left->low -= taken.high < left->low ? taken.high : left->low;
	return taken;
}

static uint64_t merge(uint64_t a, uint64_t na, uint64_t b, uint64_t nb)
{
	uint128 whole = (uint128)na + nb;

	return whole ? capped((uint64_t)(((uint128)a * na + (uint128)b * nb + whole / 2) / whole)) : a;
}

struct estimate estimate_merge(struct estimate a, uint64_t na, struct estimate b, uint64_t nb)
{
	return (struct estimate){ merge(a.low, na, b.low, nb), merge(a.high, na, b.high, nb) };
}

uint64_t estimate_devices(uint64_t part, uint64_t devices)
{
	return (uint64_t)(((uint128)part * devices + ESTIMATE_WHOLE / 2) / ESTIMATE_WHOLE);
}

/* --- the census of an attribute -------------------------------------------------------------------------------------------- */

#define REGION_OTHER 1 /* any other text, or below all versions that rules name */

/* Whether the rest may be in the set, which does not have REGION_OTHER. */
static bool may_hold_rest(const struct estimate_census *c, const struct set *s)
{
	for (uint32_t i = 0; i < s->n; i += 2) {
		uint32_t end = i + 1 < s->n ? s->at[i + 1] : c->regions;

		for (uint32_t region = s->at[i]; region < end && region < c->regions; region++)
			if (!c->open || c->open[region])
				return true;
	}
	return false;
}

struct estimate estimate_set(const struct estimate_census *c, const struct set *s)
{
	uint64_t total = c->total > c->sum ? c->total : c->sum, rest, devices = 0;
	struct estimate known;

	if (set_is_full(s))
		return ESTIMATE_ALL;
	if (set_is_empty(s))
		return ESTIMATE_NONE;
	total = total ? total : 1;
	rest = total - c->sum;
	for (uint32_t region = 0; c->devices && region < c->regions; region++)
		devices += set_has(s, region) ? c->devices[region] : 0;
	if (set_has(s, REGION_OTHER))
		return estimate_ratio(devices + rest, total);
	known = estimate_ratio(devices, total);
	if (!(c->type == ATTR_VERSION && devices) && may_hold_rest(c, s))
		known.high = estimate_ratio(devices + rest, total).high;
	return known;
}

/* --- words ----------------------------------------------------------------------------------------------------------------- */

static uint64_t rounded(uint64_t v)
{
	uint64_t unit = 1;

	for (uint64_t rest = v; rest >= 1000; rest /= 10)
		unit *= 10;
	return (v + unit / 2) / unit * unit;
}

static void add_grouped(struct strbuf *out, uint64_t v)
{
	char digits[32];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	while (n--) {
		strbuf_addch(out, digits[n]);
		if (n && n % DIGITS == 0)
			strbuf_addch(out, ',');
	}
}

struct reading { /* what is told of an estimate */
	uint64_t low, high;
	bool percent; /* in thousandths of one */
};

static struct reading reading_of(struct estimate e, uint64_t devices)
{
	uint64_t unit = devices ? devices : THOUSANDTHS;
	uint64_t low = estimate_devices(e.low, unit), high = estimate_devices(e.high, unit);

	if (high - low <= high / NEAR)
		low = high = low + (high - low) / 2;
	return (struct reading){ rounded(low), rounded(high), devices == 0 };
}

static void add_number(struct strbuf *out, const struct reading *r, uint64_t v)
{
	if (r->percent)
		strbuf_addthousandths(out, (uint32_t)v);
	else
		add_grouped(out, v);
}

static void add_reading(struct strbuf *out, const struct reading *r, bool about)
{
	if (r->high == 0) {
		strbuf_adds(out, "0");
	} else if (r->low == r->high) {
		strbuf_adds(out, about ? "≈ " : "");
		add_number(out, r, r->high);
	} else if (r->low == 0) {
		strbuf_adds(out, "up to ");
		add_number(out, r, r->high);
	} else {
		strbuf_adds(out, about ? "≈ " : "");
		add_number(out, r, r->low);
		strbuf_adds(out, " to ");
		add_number(out, r, r->high);
	}
}

void estimate_words(struct strbuf *out, struct estimate e, uint64_t devices, const char *unit)
{
	struct reading r = reading_of(e, devices);

	add_reading(out, &r, true);
	strbuf_adds(out, r.percent ? " %" : unit);
}

bool estimate_reads_same(struct estimate a, struct estimate b, uint64_t devices)
{
	struct reading x = reading_of(a, devices), y = reading_of(b, devices);

	return x.low == y.low && x.high == y.high;
}

void estimate_change_words(struct strbuf *out, struct estimate before, struct estimate after, uint64_t devices,
			   const char *unit)
{
	struct reading b = reading_of(before, devices), a = reading_of(after, devices);

	if (!estimate_reads_same(before, after, devices)) {
		add_reading(out, &b, true);
		strbuf_adds(out, " → ");
		add_reading(out, &a, b.low == 0);
	} else {
		add_reading(out, &a, true);
	}
	strbuf_adds(out, a.percent ? " %" : unit);
}
