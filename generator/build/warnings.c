#include "build/warnings.h"

#include "base/map.h"
#include "build/rulecheck.h"
#include "model/places.h"
#include "plan/prune.h"

/* What became of a task or a switch value, over all platforms. */
struct verdict {
	const void *subject;         /* the task or value */
	const struct offers *offers; /* of the first platform that has it */
	const struct offer *offer;
	bool reached; /* somewhere, or nobody on purpose */
	struct verdict *next;
};

/* A gray task that hides tasks of lower releases. */
struct closer {
	const void *task;
	const struct verdict *best; /* that it hides */
	size_t hidden;
};

struct warner {
	const struct app *app;
	struct diags *d;
	struct arena mem, scratch;
	struct verdict *first, **end; /* of one kind, those of a slot best first */
	struct map seen;              /* task or value → its verdict */
	struct places places;
};

/* Maps know bytes: here those of an address, which must stay where it is. */
static struct slice key_of(const void *const *address)
{
	return slice_bytes(address, sizeof(*address));
}

static struct srcpos pos(struct warner *w, const struct origin *o, const char *array, size_t index, const char *key)
{
	return places_pos(&w->places, o, arena_printf(&w->scratch, "/%s/%zu%s", array, index, key).p);
}

/* --- tasks -------------------------------------------------------------------------------------------------------- */

static struct srcpos task_pos(struct warner *w, const struct offer *o, const char *key)
{
	return pos(w, &o->release->origin, "tasks", o->task->index, key);
}

static const char *type_word(const struct task *t)
{
	return t->type == TASK_OFFICIAL ? "official" : "gray";
}

/* "official task "full" of this release", "… of release 5.1" */
static const char *task_name(struct warner *w, const struct offer *closer, const struct offer *hidden)
{
	struct slice release = SLICE("this release");

	if (closer->release != hidden->release)
		release = arena_printf(&w->scratch, "release " SLICE_FMT, SLICE_ARG(closer->release->version_text));
	return arena_printf(&w->scratch, "%s task \"" SLICE_FMT "\" of " SLICE_FMT, type_word(closer->task),
			    SLICE_ARG(closer->task->id), SLICE_ARG(release))
		.p;
}

static void count_hidden(struct warner *w, struct map *closers, const struct offer *closer, const struct verdict *v)
{
	const void *task = closer->task;
	struct closer *c = map_get(closers, key_of(&task));

	if (!c) {
		c = ARENA_NEW(&w->mem, struct closer);
		c->task = task;
		c->best = v;
		map_set(closers, key_of(&c->task), c);
	}
	c->hidden++;
}

static const struct offer *closer_of(const struct verdict *v)
{
	return &v->offers->v[v->offer->closer];
}

/* Hidden by a gray task of a higher release: said once for each such task. */
static bool is_behind_gray(const struct verdict *v)
{
	return v->offer->fate == OFFER_CLOSED && closer_of(v)->release != v->offer->release &&
	       closer_of(v)->task->type != TASK_OFFICIAL;
}

static void warn_hidden(struct warner *w, const struct verdict *v)
{
	const struct offer *o = v->offer, *closer = closer_of(v);
	bool own = closer->release == o->release;

	if (!own && o->task->published_at <= closer->task->published_at)
		return;
	diag_warning(w->d, task_pos(w, o, ""), "this task reaches nobody: %s%s takes every device that it could reach",
		     task_name(w, closer, o), own ? "" : ", published before it,");
}

static void warn_behind_gray(struct warner *w, const struct map *closers, const struct verdict *v)
{
	const struct offer *closer = closer_of(v);
	const void *task = closer->task;
	const struct closer *c = map_get(closers, key_of(&task));
	size_t more = c->hidden - 1;

	if (c->best != v)
		return;
	diag_warning(
		w->d, task_pos(w, v->offer, ""),
		"this task reaches nobody: %s takes every device that it could reach%s", task_name(w, closer, v->offer),
		more ? arena_printf(&w->scratch, ", and all those of %zu other task%s", more, more > 1 ? "s" : "").p
		     : "");
}

/* --- switch values ------------------------------------------------------------------------------------------------ */

static struct srcpos value_pos(struct warner *w, const struct offer *o, const char *key)
{
	return pos(w, &o->sw->origin, "values", (size_t)(o->value - o->sw->values), key);
}

static void warn_value(struct warner *w, const struct verdict *v)
{
	diag_warning(w->d, value_pos(w, v->offer, ""),
		     "this value is never reached: the earlier value \"" SLICE_FMT
		     "\" serves every device that it could serve",
		     SLICE_ARG(closer_of(v)->value->id));
}

/* --- rules that leave nobody -------------------------------------------------------------------------------------- */

/* Which of the n rules that are the offer's own leave nobody? */
enum contradiction { NO_CONTRADICTION, ONE_RULE, TOGETHER };

static enum contradiction contradiction(struct warner *w, const struct verdict *v, size_t n)
{
	const struct rule_table *t = &v->offers->rules;
	const uint32_t *rules = v->offer->rules.v;
	enum contradiction found = NO_CONTRADICTION;

	for (size_t i = 0; i < n; i++) {
		struct set all = t->v[rules[i]].holds;

		if (set_is_empty(&all))
			return ONE_RULE;
		for (size_t k = i + 1; k < n; k++)
			if (t->v[rules[k]].attr == t->v[rules[i]].attr)
				all = set_and(&w->scratch, &all, &t->v[rules[k]].holds);
		if (set_is_empty(&all))
			found = TOGETHER;
	}
	return found;
}

static void warn_never(struct warner *w, const struct verdict *v)
{
	const struct offer *o = v->offer;
	enum contradiction found = contradiction(w, v, o->value ? o->value->rules.n : o->task->rules.n);
	struct srcpos at = o->value ? value_pos(w, o, "/rules") : task_pos(w, o, "/rules");

	if (found == TOGETHER)
		diag_warning(w->d, at, "no device can satisfy all of these rules");
	else if (found == NO_CONTRADICTION)
		diag_warning(w->d, at, "no device that release " SLICE_FMT " is for can satisfy these rules",
			     SLICE_ARG(o->release->version_text));
	/* else the definitions said so at the rule */
}

/* --- fates -------------------------------------------------------------------------------------------------------- */

static void judge(struct warner *w, const struct offers *offers)
{
	for (size_t i = 0; i < offers->n; i++) {
		const struct offer *o = &offers->v[i];
		const void *subject = o->value ? (const void *)o->value : o->task;
		struct verdict *v = map_get(&w->seen, key_of(&subject));

		if (!v) {
			v = ARENA_NEW(&w->mem, struct verdict);
			*v = (struct verdict){ .subject = subject, .offers = offers, .offer = o };
			map_set(&w->seen, key_of(&v->subject), v);
			*w->end = v;
			w->end = &v->next;
		}
		v->reached = v->reached || o->fate == OFFER_LIVE || o->fate == OFFER_NOBODY;
	}
}

static void warn_kind(struct warner *w)
{
	struct map closers = MAP_INIT;

	for (const struct verdict *v = w->first; v; v = v->next)
		if (!v->reached && !v->offer->value && is_behind_gray(v))
			count_hidden(w, &closers, closer_of(v), v);
	for (const struct verdict *v = w->first; v; v = v->next, arena_reset(&w->scratch)) {
		if (v->reached)
			continue;
		if (v->offer->fate == OFFER_NEVER)
			warn_never(w, v);
		else if (v->offer->value)
			warn_value(w, v);
		else if (v->offer->task->type == TASK_ROLLBACK)
			continue; /* another release took over: as it should be */
		else if (is_behind_gray(v))
			warn_behind_gray(w, &closers, v);
		else
			warn_hidden(w, v);
	}
	map_release(&closers);
}

static void check_fates(struct warner *w, int64_t commit_time)
{
	for (int k = 0; k < KIND_COUNT; k++) {
		w->first = NULL;
		w->end = &w->first;
		for (int p = 0; p < PLATFORM_COUNT; p++) {
			struct offers *offers = ARENA_NEW(&w->mem, struct offers);

			if (k == KIND_SWITCH)
				offers_switch(offers, &w->mem, w->app, (enum platform)p);
			else
				offers_releases(offers, &w->mem, w->app, (enum platform)p, (enum kind)k, commit_time);
			offers_prune(offers, &w->mem, &w->scratch);
			arena_reset(&w->scratch);
			judge(w, offers);
		}
		warn_kind(w);
		map_release(&w->seen);
		w->seen = (struct map)MAP_INIT;
		arena_reset(&w->mem);
	}
}

/* --- forced ------------------------------------------------------------------------------------------------------- */

static bool was_gray(const struct release *r, const struct task *before)
{
	for (size_t i = 0; i < r->ntasks; i++) {
		const struct task *t = &r->tasks[i];

		if (t->type != TASK_OFFICIAL && t->status != STATUS_PENDING && t->published_at < before->published_at)
			return true;
	}
	return false;
}

static void check_forced(struct warner *w, const struct upgrade *u)
{
	for (size_t i = 0; i < u->r.ntasks; i++) {
		const struct task *t = &u->r.tasks[i];

		if (t->type == TASK_OFFICIAL && t->status == STATUS_RELEASING && t->upgrade_mode == MODE_FORCED &&
		    !t->dev && !was_gray(&u->r, t))
			diag_warning(
				w->d, pos(w, &u->r.origin, "tasks", t->index, "/upgradeMode"),
				"this upgrade is forced on everybody, and no gray task of its release came before");
	}
}

/* --- quick fixes taken back --------------------------------------------------------------------------------------- */

static const struct task *releasing(const struct release *r, bool rollback)
{
	for (size_t i = 0; i < r->ntasks; i++) {
		const struct task *t = &r->tasks[i];

		if (t->status == STATUS_RELEASING && (t->type == TASK_ROLLBACK) == rollback)
			return t;
	}
	return NULL;
}

/* `number`: of a quick fix that is rolled back. */
static void check_higher(struct warner *w, const struct task *rollback, size_t number)
{
	const struct release **v = w->app->releases[KIND_QUICKFIX];

	for (size_t i = number + 1; i < w->app->nreleases[KIND_QUICKFIX] && slice_eq(v[i]->slot, v[number]->slot);
	     i++) {
		if (!releasing(v[i], false) || releasing(v[i], true))
			continue;
		diag_warning(w->d, pos(w, &v[number]->origin, "tasks", rollback->index, ""),
			     "a device that has patch " SLICE_FMT
			     " drops it for this task, and is offered it again; end this "
			     "task once the higher patch is out",
			     SLICE_ARG(v[i]->version_text));
		return;
	}
}

/* Whether devices got it before that time, and are offered it no more, nor told to drop it. */
static bool left_behind(const struct release *r, int64_t before)
{
	for (size_t i = 0; i < r->ntasks && !release_has(r, STATUS_RELEASING); i++) {
		const struct task *t = &r->tasks[i];

		if (t->type != TASK_ROLLBACK && !t->dev && t->status != STATUS_PENDING && t->published_at < before)
			return true;
	}
	return false;
}

/* `number`: of a quick fix that is out by `task`. */
static void check_lower(struct warner *w, const struct task *task, size_t number)
{
	const struct release **v = w->app->releases[KIND_QUICKFIX];

	for (size_t i = number + 1; i < w->app->nreleases[KIND_QUICKFIX] && slice_eq(v[i]->slot, v[number]->slot);
	     i++) {
		if (!left_behind(v[i], task->published_at))
			continue;
		diag_warning(w->d, pos(w, &v[number]->origin, "tasks", task->index, ""),
			     "a device that has patch " SLICE_FMT
			     ", which was out before, keeps it: it takes no lower one; "
			     "roll that one back, or give this one a higher patchVersionCode",
			     SLICE_ARG(v[i]->version_text));
		return;
	}
}

static void check_rollbacks(struct warner *w)
{
	const struct release **v = w->app->releases[KIND_QUICKFIX];

	for (size_t i = 0; i < w->app->nreleases[KIND_QUICKFIX]; i++, arena_reset(&w->scratch)) {
		const struct task *rollback = releasing(v[i], true), *task = releasing(v[i], false);

		if (rollback)
			check_higher(w, rollback, i);
		else if (task && !task->dev)
			check_lower(w, task, i);
	}
}

/* --- audience ----------------------------------------------------------------------------------------------------- */

/* An h5 release or a switch value for many platforms tells little of one of them. */
static bool is_on(const struct app *app, enum platform p)
{
	static const enum kind kinds[] = { KIND_UPGRADE, KIND_HOTPATCH, KIND_QUICKFIX };

	for (size_t k = 0; k < COUNT(kinds); k++)
		for (size_t i = 0; i < app->nreleases[kinds[k]]; i++)
			if (app->releases[kinds[k]][i]->platforms[p])
				return true;
	return false;
}

static void check_audience(struct warner *w)
{
	const struct app *app = w->app;
	bool known = false, said = false;

	for (int p = 0; p < PLATFORM_COUNT; p++) {
		const char *name = platform_name((enum platform)p);

		if (app->audience[p] != AUDIENCE_UNKNOWN) {
			known = true;
		} else if (is_on(app, (enum platform)p)) {
			said = true;
			diag_warning(w->d, SRCPOS_FILE(app->origin.path),
				     "no audience for %s: reviews cannot say how many devices are reached; set [%s] "
				     "audience",
				     name, name);
		}
	}
	if (!known && !said && (app->nh5 || app->nswitches))
		diag_warning(w->d, SRCPOS_FILE(app->origin.path),
			     "no audience: reviews cannot say how many devices are reached; set audience in [android], "
			     "[ios] or [harmony]");
}

void warnings_check(const struct app *app, int64_t commit_time, struct diags *d)
{
	struct warner w = {
		.app = app, .d = d, .mem = ARENA_INIT, .scratch = ARENA_INIT, .seen = MAP_INIT, .places = PLACES_INIT
	};

	check_fates(&w, commit_time);
	for (size_t i = 0; i < app->nupgrades; i++, arena_reset(&w.scratch))
		check_forced(&w, &app->upgrades[i]);
	check_rollbacks(&w);
	check_audience(&w);
	rules_check(app, d);
	places_release(&w.places);
	arena_release(&w.scratch);
	arena_release(&w.mem);
}
