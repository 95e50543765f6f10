/* Random definitions for bench/plan.c: each as model structs and as the JSON text that they would be read from. */
#ifndef BENCH_PLAN_WORLD_H
#define BENCH_PLAN_WORLD_H

#include <stdlib.h>

#include "base/strbuf.h"
#include "model/model.h"

#define COMMIT_TIME 1700000000

/* --- randomness --------------------------------------------------------------------------------------------------- */

static inline uint32_t below(uint64_t *seed, uint32_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)((*seed >> 32) % n);
}

/* --- definitions, as structs and as text -------------------------------------------------------------------------- */

struct file {
	size_t from, n; /* in text */
};

struct world {
	struct arena a;
	struct app app;
	struct strbuf text; /* all files, one after the other */
	struct file *files;
	size_t nfiles, files_cap;
	uint64_t seed;
	struct whitelist lists[12];
};

struct weight {
	const char *element;
	enum attr_type type;
	uint32_t percent, values;
};

static const struct weight upgrade_weights[] = {
	{ "city", ATTR_TEXT, 35, 20 },   { "mobileModel", ATTR_FOLD, 25, 30 }, { "osVersion", ATTR_VERSION, 20, 8 },
	{ "netType", ATTR_FOLD, 10, 4 }, { "isp", ATTR_FOLD, 10, 4 },
};
static const struct weight switch_weights[] = {
	{ "appVersion", ATTR_VERSION, 45, 40 },
	{ "osVersion", ATTR_VERSION, 15, 8 },
	{ "mobileModel", ATTR_FOLD, 13, 30 },
	{ "city", ATTR_TEXT, 12, 20 },
	{ "deviceType", ATTR_FOLD, 7, 4 },
	{ "netType", ATTR_FOLD, 5, 4 },
	{ "isp", ATTR_FOLD, 3, 4 },
};

static inline void begin_file(struct world *w)
{
	struct file file = { w->text.n, 0 };

	ARENA_PUSH(&w->a, w->files, w->nfiles, w->files_cap, file);
}

static inline void end_file(struct world *w)
{
	struct file *file = &w->files[w->nfiles - 1];

	file->n = w->text.n - file->from;
}

static inline struct slice value_text(struct world *w, const char *element, enum attr_type type, uint32_t i)
{
	if (type == ATTR_VERSION)
		return arena_printf(&w->a, "%u.%u.%u", 1 + i / 5, i % 5, i % 3);
	return arena_printf(&w->a, "%s-%u", element, i);
}

static inline struct version to_version(struct slice text)
{
	struct version v;

	if (!version_parse(&v, text))
		abort();
	return v;
}

static inline void write_rule(struct world *w, const struct rule *r)
{
	strbuf_addf(&w->text, "%s{ \"element\": \"" SLICE_FMT "\", \"operation\": \"%s\", \"value\": ",
		    w->text.p[w->text.n - 1] == '[' ? "" : ", ", SLICE_ARG(r->element), rule_op_name(r->op));
	if (r->op == RULE_CONTAINS || r->op == RULE_EXCLUDES) {
		for (size_t i = 0; i < r->nvalues; i++)
			strbuf_addf(&w->text, "%s\"" SLICE_FMT "\"", i ? ", " : "[", SLICE_ARG(r->values[i]));
		strbuf_adds(&w->text, "]");
	} else {
		strbuf_adds(&w->text, "{");
		for (int upper = 0; upper < 2; upper++) {
			if (!(upper ? r->has_upper : r->has_lower))
				continue;
			strbuf_addf(&w->text, "%s\"%s\": \"", w->text.p[w->text.n - 1] == '{' ? "" : ", ",
				    upper ? "upper" : "lower");
			version_format(&w->text, upper ? &r->upper : &r->lower);
			strbuf_adds(&w->text, "\"");
		}
		strbuf_adds(&w->text, "}");
	}
	strbuf_addf(&w->text, "%s }", r->default_result ? ", \"defaultResult\": true" : "");
}

static inline struct rule list_rule(struct world *w, const struct weight *k, enum rule_op op, uint32_t most)
{
	struct rule r = { .element = slice_of(k->element), .type = k->type, .op = op };
	uint32_t n = 1 + below(&w->seed, most), first = below(&w->seed, k->values), step = 1 + below(&w->seed, 3);

	r.values = ARENA_ARRAY(&w->a, struct slice, n);
	r.versions = k->type == ATTR_VERSION ? ARENA_ARRAY(&w->a, struct version, n) : NULL;
	for (uint32_t i = 0; i < n && i * step < k->values; i++) {
		r.values[i] = value_text(w, k->element, k->type, (first + i * step) % k->values);
		if (r.versions)
			r.versions[i] = to_version(r.values[i]);
		r.nvalues++;
	}
	return r;
}

static inline struct rule range_rule(struct world *w, const struct weight *k)
{
	struct rule r = { .element = slice_of(k->element), .type = k->type, .op = RULE_IN };
	uint32_t lower = below(&w->seed, k->values), upper = lower + below(&w->seed, k->values - lower);

	r.has_lower = below(&w->seed, 4) > 0;
	r.has_upper = !r.has_lower || below(&w->seed, 3) == 0;
	r.lower = to_version(value_text(w, "", k->type, lower));
	r.upper = to_version(value_text(w, "", k->type, upper));
	return r;
}

static inline struct rule random_rule(struct world *w, const struct weight *weights)
{
	uint32_t draw = below(&w->seed, 100);
	struct rule r;

	while (draw >= weights->percent)
		draw -= weights++->percent;
	if (weights->type == ATTR_VERSION && below(&w->seed, 5) > 0)
		r = range_rule(w, weights);
	else
		r = list_rule(w, weights, below(&w->seed, 8) ? RULE_CONTAINS : RULE_EXCLUDES, 4);
	r.default_result = below(&w->seed, 10) == 0;
	return r;
}

static inline struct rules random_rules(struct world *w, const struct weight *weights, size_t n)
{
	struct rules rules = { ARENA_ARRAY(&w->a, struct rule, n), n };

	strbuf_adds(&w->text, ", \"rules\": [");
	for (size_t i = 0; i < n; i++) {
		rules.v[i] = random_rule(w, weights);
		write_rule(w, &rules.v[i]);
	}
	strbuf_adds(&w->text, "]");
	return rules;
}

#endif
