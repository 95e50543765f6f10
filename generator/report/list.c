#include "report/list.h"

#include "base/map.h"

const struct slice list_topics[LIST_TOPICS] = {
	[KIND_UPGRADE] = SLICE("upgrade"),
	[KIND_HOTPATCH] = SLICE("hotpatch"),
	[KIND_H5] = SLICE("h5"),
	[KIND_QUICKFIX] = SLICE("quickfix"),
	[KIND_SWITCH] = SLICE("switch"),
	[LIST_WHITELISTS] = SLICE("whitelist"),
	[LIST_RESOURCES] = SLICE("resource"),
};

bool list_topic_parse(size_t *out, struct slice word)
{
	static const char *const folders[LIST_TOPICS] = { "upgrades", "hotpatches", "h5",       "quickfixes",
							  "switches", "whitelists", "resources" };

	for (size_t i = 0; i < LIST_TOPICS; i++) {
		if (slice_eq(word, list_topics[i]) || slice_eqs(word, folders[i])) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* --- search -------------------------------------------------------------------------------------------------------------- */

static bool holds(struct slice text, struct slice word)
{
	for (size_t i = 0; i + word.n <= text.n; i++) {
		if (slice_eq_nocase(slice_sub(text, i, word.n), word))
			return true;
	}
	return false;
}

static bool lists_hold(struct whitelist *const *lists, size_t n, struct slice word)
{
	for (size_t i = 0; i < n; i++) {
		if (holds(lists[i]->name, word))
			return true;
	}
	return false;
}

static bool release_holds(const struct release *r, struct slice word)
{
	bool found = holds(r->slot, word) || holds(r->version_text, word) || holds(r->memo, word) ||
		     (r->kind == KIND_H5 && holds(h5_of(r)->app->name, word));

	for (size_t i = 0; i < r->ntasks && !found; i++) {
		const struct task *t = &r->tasks[i];

		found = holds(t->id, word) || holds(t->memo, word) || lists_hold(t->whitelists, t->nwhitelists, word);
	}
	return found;
}

static bool switch_holds(const struct switch_def *s, struct slice word)
{
	bool found = holds(s->key, word) || holds(s->note, word);

	for (size_t i = 0; i < s->nvalues && !found; i++)
		found = holds(s->values[i].id, word) ||
			lists_hold(s->values[i].whitelists, s->values[i].nwhitelists, word);
	return found;
}

/* --- selection ------------------------------------------------------------------------------------------------------------- */

struct selection {
	struct list_app *out;
	const struct list_query *query;
	bool everything; /* no topic was named */
	struct arena *a;
};

static bool is_wanted(const struct selection *s, size_t topic)
{
	return s->everything || s->query->topics[topic];
}

/* A slot's releases stand oldest first in the model. */
static void select_kind(struct selection *s, enum kind kind)
{
	const struct app *app = s->out->app;
	const struct release *const *all = app->releases[kind];
	size_t n = app->nreleases[kind];

	for (size_t first = 0, end; first < n; first = end) {
		for (end = first + 1; end < n && slice_eq(all[end]->slot, all[first]->slot);)
			end++;
		for (size_t i = end; i-- > first;) {
			if (release_holds(all[i], s->query->match))
				s->out->releases[s->out->nreleases++] = all[i];
		}
	}
}

static void select_releases(struct selection *s)
{
	size_t room = 0;

	for (size_t k = 0; k < KIND_COUNT; k++)
		room += s->out->app->nreleases[k];
	s->out->releases = ARENA_ARRAY(s->a, const struct release *, room);
	for (size_t k = 0; k < KIND_COUNT; k++) {
		if (k != KIND_SWITCH && is_wanted(s, k))
			select_kind(s, (enum kind)k);
	}
}

static void select_switches(struct selection *s)
{
	const struct app *app = s->out->app;

	s->out->switches = ARENA_ARRAY(s->a, const struct switch_def *, app->nswitches);
	for (size_t i = 0; i < app->nswitches && is_wanted(s, KIND_SWITCH); i++) {
		if (switch_holds(&app->switches[i], s->query->match))
			s->out->switches[s->out->nswitches++] = &app->switches[i];
	}
}

static void count_uses(const struct map *counts, struct whitelist *const *lists, size_t n)
{
	for (size_t i = 0; i < n; i++)
		++*(size_t *)map_get(counts, lists[i]->name);
}

static void count_all_uses(const struct map *counts, const struct app *app)
{
	for (size_t k = 0; k < KIND_COUNT; k++) {
		for (size_t i = 0; i < app->nreleases[k]; i++) {
			const struct release *r = app->releases[k][i];

			for (size_t j = 0; j < r->ntasks; j++)
				count_uses(counts, r->tasks[j].whitelists, r->tasks[j].nwhitelists);
		}
	}
	for (size_t i = 0; i < app->nswitches; i++) {
		for (size_t j = 0; j < app->switches[i].nvalues; j++)
			count_uses(counts, app->switches[i].values[j].whitelists,
				   app->switches[i].values[j].nwhitelists);
	}
}

static void select_whitelists(struct selection *s)
{
	const struct app *app = s->out->app;
	size_t *counts = ARENA_ARRAY(s->a, size_t, app->nwhitelists);
	struct map by_name = MAP_INIT;

	s->out->whitelists = ARENA_ARRAY(s->a, const struct whitelist *, app->nwhitelists);
	s->out->uses = ARENA_ARRAY(s->a, size_t, app->nwhitelists);
	for (size_t i = 0; i < app->nwhitelists; i++)
		map_put(&by_name, app->whitelists[i]->name, &counts[i]);
	count_all_uses(&by_name, app);
	map_release(&by_name);
	for (size_t i = 0; i < app->nwhitelists; i++) {
		if (!is_wanted(s, LIST_WHITELISTS) || !holds(app->whitelists[i]->name, s->query->match))
			continue;
		s->out->uses[s->out->nwhitelists] = counts[i];
		s->out->whitelists[s->out->nwhitelists++] = app->whitelists[i];
	}
}

static void select_resources(struct selection *s)
{
	const struct app *app = s->out->app;

	s->out->resources = ARENA_ARRAY(s->a, const struct element *, app->nelements);
	for (size_t i = 0; i < app->nelements && is_wanted(s, LIST_RESOURCES); i++) {
		if (app->elements[i].declared && holds(app->elements[i].name, s->query->match))
			s->out->resources[s->out->nresources++] = &app->elements[i];
	}
}

void list_select(struct list *out, const struct model *m, const struct list_query *q, struct arena *a)
{
	struct selection s = { .query = q, .everything = true, .a = a };

	for (size_t i = 0; i < LIST_TOPICS; i++)
		s.everything = s.everything && !q->topics[i];
	*out = (struct list){ .apps = ARENA_ARRAY(a, struct list_app, m->napps), .now = m->commit_time };
	for (size_t i = 0; i < m->napps; i++) {
		if (q->app && !slice_eqs(m->apps[i].app_code, q->app))
			continue;
		s.out = &out->apps[out->napps++];
		s.out->app = &m->apps[i];
		select_releases(&s);
		select_switches(&s);
		select_whitelists(&s);
		select_resources(&s);
	}
}
