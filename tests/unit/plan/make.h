/* Small definitions for the tests of plan/, made as model structs; everything lives in the arena. */
#ifndef UNIT_PLAN_MAKE_H
#define UNIT_PLAN_MAKE_H

#include <stdlib.h>

#include "base/arena.h"
#include "model/model.h"

static inline struct version make_version(const char *text)
{
	struct version v;

	if (!version_parse(&v, slice_of(text)))
		abort();
	return v;
}

static inline enum attr_type make_type(const char *element)
{
	static const struct {
		const char *name;
		enum attr_type type;
	} types[] = { { "appVersion", ATTR_VERSION },
		      { "osVersion", ATTR_VERSION },
		      { "netType", ATTR_FOLD },
		      { "isp", ATTR_FOLD },
		      { "mobileModel", ATTR_FOLD } };

	for (size_t i = 0; i < COUNT(types); i++)
		if (slice_eqs(slice_of(element), types[i].name))
			return types[i].type;
	return ATTR_TEXT;
}

/* contains, excludes; `list` is separated by blanks. */
static inline struct rule make_list(struct arena *a, const char *element, enum rule_op op, const char *list)
{
	struct rule r = { .element = slice_of(element), .type = make_type(element), .op = op };
	size_t cap = 0, vcap = 0, n = 0;

	for (struct slice rest = arena_copy(a, slice_of(list)); rest.p;) {
		struct slice value = slice_cut(&rest, ' ');
		struct version v = { .n = 0 };

		ARENA_PUSH(a, r.values, r.nvalues, cap, value);
		if (r.type == ATTR_VERSION && !version_parse(&v, value))
			abort();
		if (r.type == ATTR_VERSION)
			ARENA_PUSH(a, r.versions, n, vcap, v);
	}
	return r;
}

/* in, out; NULL: no such bound */
static inline struct rule make_range(const char *element, enum rule_op op, const char *lower, const char *upper,
				     bool exclusive)
{
	struct rule r = { .element = slice_of(element), .type = ATTR_VERSION, .op = op, .exclusive = exclusive };

	r.has_lower = lower;
	r.has_upper = upper;
	if (lower)
		r.lower = make_version(lower);
	if (upper)
		r.upper = make_version(upper);
	return r;
}

static inline struct rules make_rules(struct arena *a, const struct rule *v, size_t n)
{
	struct rules rules = { ARENA_ARRAY(a, struct rule, n), n };

	for (size_t i = 0; i < n; i++)
		rules.v[i] = v[i];
	return rules;
}

static inline struct task make_task(const char *id, enum task_type type, int64_t published_at)
{
	return (struct task){ .id = slice_of(id),
			      .type = type,
			      .status = STATUS_RELEASING,
			      .published_at = published_at,
			      .thousandths = type == TASK_PERCENTAGE ? 50000 : 0 };
}

/* What kinds share, for android. */
static inline struct release make_release(struct arena *a, enum kind kind, const char *slot, const char *version,
					  const struct task *tasks, size_t n)
{
	struct release r = { .kind = kind,
			     .slot = slice_of(slot),
			     .version_text = slice_of(version),
			     .platforms = { [PLATFORM_ANDROID] = true },
			     .tasks = ARENA_ARRAY(a, struct task, n),
			     .ntasks = n };

	for (size_t i = 0; i < n; i++)
		r.tasks[i] = tasks[i];
	return r;
}

static inline struct upgrade make_upgrade(struct arena *a, const char *version, const struct task *tasks, size_t n)
{
	return (struct upgrade){ .r = make_release(a, KIND_UPGRADE, "android", version, tasks, n),
				 .platform = PLATFORM_ANDROID,
				 .version = make_version(version) };
}

#endif
