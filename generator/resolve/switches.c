#include "resolve/switches.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "resolve/pace.h"
#include "resolve/record.h"
#include "resolve/service.h"

#define INTERVAL_KEY     "Load_Config_Interval"
#define INTERVAL_DEFAULT 30u
#define INTERVAL_MAX     43200u /* minutes: 30 days */

struct listener {
	char *key; /* NULL: any */
	mdr_switch_fn fn;
	void *ctx;
	bool gone; /* removed while listeners were told */
};

struct switches {
	json_t *values; /* NULL: the record was not read yet */
	struct pace pace;
	struct listener *v; /* in the order in which they came */
	size_t n, cap;
	bool telling;
};

/* --- life ---------------------------------------------------------------------------------------------------------------- */

int switches_new(struct switches **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -1;
}

void switches_free(struct switches *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].key);
	free(s->v);
	json_decref(s->values);
	free(s);
}

/* Reads the record, once. */
static enum mdr_code need_values(const struct mdr_client *c, struct mdr_error *err)
{
	struct switches *s = c->switches;
	json_t *record = NULL, *values;
	enum mdr_code code;

	if (s->values)
		return MDR_OK;
	code = record_load(&record, c, SWITCHES_RECORD, err);
	if (code)
		return code;
	values = json_object_get(record, "values");
	s->values = json_is_object(values) ? json_incref(values) : json_object();
	pace_load(&s->pace, json_is_object(values) ? record : NULL);
	json_decref(record);
	return s->values ? MDR_OK : fail_memory(err);
}

/* --- values -------------------------------------------------------------------------------------------------------------- */

const char *mdr_switch_value(struct mdr_client *c, const char *key, const char *fallback)
{
	struct mdr_error ignored; /* what cannot be read is as good as absent, and is tried again the next time */
	const char *value = need_values(c, &ignored) ? NULL : record_text(c->switches->values, key);

	return value ? value : fallback;
}

/* Seconds. */
static int64_t interval_of(const struct switches *s)
{
	const char *text = record_text(s->values, INTERVAL_KEY);
	uint64_t minutes;

	if (!text || !text_uint(&minutes, slice_of(text)) || minutes < 1 || minutes > INTERVAL_MAX)
		minutes = INTERVAL_DEFAULT;
	return (int64_t)minutes * 60;
}

int64_t mdr_switches_due(const struct mdr_client *c)
{
	struct mdr_error ignored;

	return need_values(c, &ignored) ? 0 : pace_next(&c->switches->pace, interval_of(c->switches));
}

/* --- listeners ----------------------------------------------------------------------------------------------------------- */

static bool same_key(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static struct listener *find_listener(struct switches *s, const char *key, mdr_switch_fn fn, const void *ctx)
{
	for (size_t i = 0; i < s->n; i++) {
		struct listener *l = &s->v[i];

		if (!l->gone && l->fn == fn && l->ctx == ctx && same_key(l->key, key))
			return l;
	}
	return NULL;
}

static bool grow(struct switches *s)
{
	size_t cap = s->cap ? 2 * s->cap : 4;
	struct listener *v;

	if (s->n < s->cap)
		return true;
	v = realloc(s->v, cap * sizeof(*v));
	if (!v)
		return false;
	s->v = v;
	s->cap = cap;
	return true;
}

int mdr_switch_listen(struct mdr_client *c, const char *key, mdr_switch_fn fn, void *ctx)
{
	struct switches *s = c->switches;
	struct listener l = { .fn = fn, .ctx = ctx };

	if (find_listener(s, key, fn, ctx))
		return 0;
	if (!grow(s))
		return -1;
	if (key) {
		l.key = strdup(key);
		if (!l.key)
			return -1;
	}
	s->v[s->n++] = l;
	return 0;
}

static void drop_gone(struct switches *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].gone)
			free(s->v[i].key);
		else
			s->v[kept++] = s->v[i];
	}
	s->n = kept;
}

void mdr_switch_unlisten(struct mdr_client *c, const char *key, mdr_switch_fn fn, void *ctx)
{
	struct listener *l = find_listener(c->switches, key, fn, ctx);

	if (!l)
		return;
	l->gone = true;
	if (!c->switches->telling)
		drop_gone(c->switches);
}

/* --- changes ------------------------------------------------------------------------------------------------------------- */

struct change {
	const char *key, *old, *now; /* borrowed from both values; NULL: absent */
};

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct change *)a)->key, ((const struct change *)b)->key);
}

/* *out is new (free), sorted. -1: memory. */
static int find_changes(struct change **out, size_t *n, json_t *old, json_t *now)
{
	struct change *v = calloc(json_object_size(old) + json_object_size(now) + 1, sizeof(*v));
	const char *key;
	json_t *value;

	*out = v;
	*n = 0;
	if (!v)
		return -1;
	json_object_foreach(old, key, value)
	{
		struct change each = { key, json_string_value(value), record_text(now, key) };

		if (each.old && (!each.now || strcmp(each.old, each.now) != 0))
			v[(*n)++] = each;
	}
	json_object_foreach(now, key, value)
	{
		struct change each = { key, record_text(old, key), json_string_value(value) };

		if (each.now && !each.old)
			v[(*n)++] = each;
	}
	qsort(v, *n, sizeof(*v), by_key);
	return 0;
}

/* Listeners may come and go meanwhile: s->v may move. Those who come hear of the next refresh first. */
static void tell(struct switches *s, const struct change *changes, size_t n)
{
	size_t listeners = s->n;

	s->telling = true;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < listeners; k++) {
			const struct listener l = s->v[k];

			if (!l.gone && (!l.key || strcmp(l.key, changes[i].key) == 0))
				l.fn(l.ctx, changes[i].key, changes[i].old, changes[i].now);
		}
	}
	s->telling = false;
	drop_gone(s);
}

/* --- refreshing ---------------------------------------------------------------------------------------------------------- */

static enum mdr_code store(const struct mdr_client *c, json_t *values, const struct pace *pace, struct mdr_error *err)
{
	json_t *record = json_object();
	enum mdr_code code = MDR_OK;

	if (!record || json_object_set(record, "values", values) || pace_store(record, pace))
		code = fail_memory(err);
	if (!code)
		code = record_store(c, SWITCHES_RECORD, record, err);
	json_decref(record);
	return code;
}

/* Takes over `answer`, a reference that is its own where all is well. */
static enum mdr_code adopt(struct switches *s, const struct mdr_client *c, json_t *answer, const struct pace *pace,
			   struct mdr_error *err)
{
	struct change *changes;
	json_t *old = s->values;
	size_t n;
	enum mdr_code code = find_changes(&changes, &n, old, answer) ? fail_memory(err) : store(c, answer, pace, err);

	if (!code) {
		s->values = answer;
		s->pace = *pace;
		tell(s, changes, n);
		json_decref(old);
	}
	free(changes);
	return code;
}

static enum mdr_code ask_tree(struct mdr_client *c, const struct mdr_ask *ask, const char *device,
			      struct mdr_error *err)
{
	struct pace pace = c->switches->pace;
	json_t *answer = NULL;
	enum mdr_code code = service_ask(&answer, c, ask, KIND_SWITCH, 0, err);

	if (!code) {
		if (c->incomplete)
			pace_incomplete(&pace, ask->now, device);
		else
			pace_answered(&pace, ask->now, device);
		code = adopt(c->switches, c, answer, &pace, err);
		if (code)
			json_decref(answer);
	}
	if (code)
		pace_failed(&c->switches->pace, ask->now, device);
	return code;
}

enum mdr_code mdr_switches_refresh(struct mdr_client *c, const struct mdr_ask *ask, bool force, bool *asked,
				   struct mdr_error *err)
{
	struct switches *s = c->switches;
	char device[SHA256_HEX];
	enum mdr_code code;

	*asked = false;
	if (s->telling)
		return fail(err, MDR_CANCELLED, "a listener cannot refresh the switches that it is told of");
	code = need_values(c, err);
	if (!code && pace_device(device, c->terms.fetch.digests, ask->device))
		code = fail_memory(err);
	if (code || (!force && !pace_due(&s->pace, ask->now, interval_of(s), device)))
		return code;
	code = ask_tree(c, ask, device, err);
	*asked = !code;
	return code;
}
