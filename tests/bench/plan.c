/* Planning against parsing: for each shape of definitions, what the planner makes of it, and the thread CPU of planning
 * beside that of jansson parsing the same definitions. Usage: plan [SHAPE]…; exit 1 when a limit is exceeded.
 *
 * Shapes    from a fixed seed. U: upgrades of R releases with up to T tasks (U300n: only the oldest has an official
 *           task); S: switches, half of them with rules; H: h5 apps with a version range each; P: hotpatches of so many
 *           products, half of them by versionKey. Made to hurt: P500, U50g (nothing is free), A, B, C (many rules on
 *           many attributes), F (65,536 free offers in one slot), G (guarded ones), V (60,000 values of an element).
 * Limits    a third of parsing; those made to hurt: one second and 256 MiB of arenas. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plan/plan.h"
#include "plan_world.h"

#define RUNS        5
#define LIMIT_MS    1000
#define LIMIT_BYTES ((size_t)256 << 20)

/* --- upgrades ----------------------------------------------------------------------------------------------------- */

static void open_task(struct world *w, struct task *t, enum task_type type, size_t number)
{
	t->id = arena_printf(&w->a, "t%zu", number);
	t->type = type;
	t->status = STATUS_RELEASING;
	t->published_at = COMMIT_TIME - 1000 - (int64_t)below(&w->seed, 100000);
	strbuf_addf(&w->text,
		    "%s{ \"id\": \"t%zu\", \"type\": \"%s\", \"publishedAt\": \"2026-11-21T08:00:00Z\", "
		    "\"upgradeMode\": \"once\", "
		    "\"silenceDays\": 3, \"prompt\": \"Faster start, fewer crashes.\", \"memo\": \"ticket %zu\"",
		    w->text.p[w->text.n - 1] == '[' ? "\n  " : ",\n  ", number,
		    type == TASK_OFFICIAL ? "official" : "gray", number * 7);
}

static void set_mode(struct world *w, struct task *t, bool free_ones)
{
	if (t->type == TASK_WHITELIST) {
		t->nwhitelists = 1 + below(&w->seed, 2);
		t->whitelists = ARENA_ARRAY(&w->a, struct whitelist *, t->nwhitelists);
		strbuf_adds(&w->text, ", \"mode\": \"whitelist\", \"whitelists\": [");
		for (size_t i = 0; i < t->nwhitelists; i++) {
			t->whitelists[i] = &w->lists[(i + below(&w->seed, 11)) % 12];
			strbuf_addf(&w->text, "%s\"" SLICE_FMT "\"", i ? ", " : "", SLICE_ARG(t->whitelists[i]->name));
		}
		strbuf_adds(&w->text, "]");
	} else if (t->type == TASK_WINDOW) {
		t->window = (struct window){ .end = COMMIT_TIME + 100000,
					     .users = 1 + below(&w->seed, 100000),
					     .audience = 1200000 };
		strbuf_addf(&w->text,
			    ", \"mode\": \"timeWindow\", \"window\": { \"start\": \"2026-11-21T08:00:00Z\", \"end\": "
			    "\"2026-11-25T08:00:00Z\", \"users\": %" PRIu64 " }",
			    t->window.users);
	} else {
		t->thousandths = free_ones && below(&w->seed, 10) == 0 ? 100000 : 1000 * (1 + below(&w->seed, 90));
		strbuf_addf(&w->text, ", \"mode\": \"percentage\", \"percent\": %u", t->thousandths / 1000);
	}
}

static void gray_task(struct world *w, struct task *t, size_t number, bool free_ones)
{
	static const size_t counts[] = { 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3 };
	uint32_t draw = below(&w->seed, 5);

	open_task(w, t, draw == 0 ? TASK_WHITELIST : draw == 1 ? TASK_WINDOW : TASK_PERCENTAGE, number);
	set_mode(w, t, free_ones);
	t->rules = random_rules(w, upgrade_weights, counts[below(&w->seed, COUNT(counts))]);
	if (!free_ones && t->rules.n == 0 && t->type == TASK_PERCENTAGE && t->thousandths == 100000)
		t->thousandths = 99000;
	strbuf_adds(&w->text, " }");
}

static struct upgrade *begin_release(struct world *w, uint32_t number)
{
	struct upgrade *u = &w->app.upgrades[w->app.nupgrades++];

	u->platform = PLATFORM_ANDROID;
	u->r.kind = KIND_UPGRADE;
	u->r.slot = SLICE("android");
	u->r.platforms[PLATFORM_ANDROID] = true;
	u->r.version_text = arena_printf(&w->a, "%u.%u.%u", 1 + number / 25, number / 5 % 5, number % 5);
	u->version = to_version(u->r.version_text);
	begin_file(w);
	strbuf_addf(&w->text,
		    "{\n \"platform\": \"android\", \"version\": \"" SLICE_FMT "\",\n \"package\": { \"url\": "
		    "\"https://download.example.com/app.apk\", \"size\": 123456789, \"sha256\": "
		    "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\" },\n \"tasks\": [",
		    SLICE_ARG(u->r.version_text));
	return u;
}

static void end_release(struct world *w)
{
	strbuf_adds(&w->text, "\n ]\n}\n");
	end_file(w);
}

/* `officials`: every release below that number has one. */
static void upgrades(struct world *w, uint32_t releases, uint32_t most, uint32_t officials, bool free_ones)
{
	w->app.upgrades = ARENA_ARRAY(&w->a, struct upgrade, releases);
	for (uint32_t i = 0; i < releases; i++) {
		struct upgrade *u = begin_release(w, i);

		u->r.ntasks = most > 1 ? most / 2 + below(&w->seed, most / 2 + 1) : 1;
		u->r.tasks = ARENA_ARRAY(&w->a, struct task, u->r.ntasks);
		for (size_t k = 0; k < u->r.ntasks; k++) {
			if (k > 0 || i >= officials) {
				gray_task(w, &u->r.tasks[k], k, free_ones);
				continue;
			}
			open_task(w, &u->r.tasks[k], TASK_OFFICIAL, k);
			strbuf_adds(&w->text, " }");
		}
		end_release(w);
	}
}

/* One release; every task has one rule on each of `attrs` attributes with `values` values. */
static void crossed(struct world *w, uint32_t tasks, uint32_t attrs, uint32_t values, uint32_t named, bool free_ones)
{
	struct upgrade *u;

	w->app.upgrades = ARENA_ARRAY(&w->a, struct upgrade, 1);
	u = begin_release(w, 1);
	u->r.ntasks = tasks;
	u->r.tasks = ARENA_ARRAY(&w->a, struct task, tasks);
	for (uint32_t i = 0; i < tasks; i++) {
		struct task *t = &u->r.tasks[i];

		open_task(w, t, TASK_PERCENTAGE, i);
		t->thousandths = free_ones ? 100000 : 50000;
		strbuf_addf(&w->text, ", \"mode\": \"percentage\", \"percent\": %u, \"rules\": [",
			    t->thousandths / 1000);
		t->rules.v = ARENA_ARRAY(&w->a, struct rule, attrs);
		for (uint32_t k = 0; k < attrs; k++) {
			const struct weight weight = { arena_printf(&w->a, "attr%u", k).p, ATTR_TEXT, 100, values };

			t->rules.v[t->rules.n] = list_rule(w, &weight, RULE_CONTAINS, named);
			write_rule(w, &t->rules.v[t->rules.n++]);
		}
		strbuf_adds(&w->text, "] }");
	}
	end_release(w);
}

/* --- switches ----------------------------------------------------------------------------------------------------- */

static struct slice payload(struct world *w)
{
	uint32_t draw = below(&w->seed, 100);

	if (draw < 60)
		return draw % 2 ? SLICE("1") : SLICE("0");
	if (draw < 85)
		return arena_printf(&w->a, "variant-%u", below(&w->seed, 1000));
	return arena_printf(&w->a, "%0*u", 80 + (int)below(&w->seed, 270), draw);
}

static void switch_value(struct world *w, struct switch_value *v, size_t number, size_t rules)
{
	static const char *const types[] = { "full", "whitelist", "percentage" };

	v->id = arena_printf(&w->a, "v%zu", number);
	v->value = payload(w);
	v->platforms[PLATFORM_ANDROID] = true;
	v->type = rules > 0 && below(&w->seed, 10) < 3 ? 1 + below(&w->seed, 2) : SWITCH_FULL;
	v->thousandths = 1000 * (1 + below(&w->seed, 99));
	strbuf_addf(&w->text,
		    "%s{ \"id\": \"v%zu\", \"value\": \"" SLICE_FMT "\", \"platform\": \"all\", \"type\": \"%s\"",
		    w->text.p[w->text.n - 1] == '[' ? "\n  " : ",\n  ", number, SLICE_ARG(v->value), types[v->type]);
	if (v->type == SWITCH_WHITELIST) {
		v->whitelists = ARENA_ARRAY(&w->a, struct whitelist *, 1);
		v->whitelists[v->nwhitelists++] = &w->lists[below(&w->seed, 12)];
		strbuf_addf(&w->text, ", \"whitelists\": [\"" SLICE_FMT "\"]", SLICE_ARG(v->whitelists[0]->name));
	}
	if (v->type == SWITCH_PERCENTAGE)
		strbuf_addf(&w->text, ", \"percent\": %u", v->thousandths / 1000);
	if (rules > 0)
		v->rules = random_rules(w, switch_weights, rules);
	strbuf_adds(&w->text, " }");
}

static struct switch_def *begin_switch(struct world *w, size_t values)
{
	struct switch_def *sw = &w->app.switches[w->app.nswitches++];

	sw->key = arena_printf(&w->a, "feature_key_%05zu", w->app.nswitches);
	sw->active = true;
	sw->values = ARENA_ARRAY(&w->a, struct switch_value, values);
	sw->nvalues = values;
	begin_file(w);
	strbuf_adds(&w->text, "{\n \"note\": \"owned by the core team\",\n \"values\": [");
	return sw;
}

static void switches(struct world *w, uint32_t n)
{
	w->app.switches = ARENA_ARRAY(&w->a, struct switch_def, n);
	for (uint32_t i = 0; i < n; i++) {
		size_t ruled = below(&w->seed, 2) ? 1 + below(&w->seed, 3) : 0;
		struct switch_def *sw = begin_switch(w, ruled + 1);

		for (size_t k = 0; k <= ruled; k++)
			switch_value(w, &sw->values[k], k, k < ruled ? 1 + below(&w->seed, 2) : 0);
		end_release(w);
	}
}

/* --- releases of other kinds ---------------------------------------------------------------------------------------- */

/* One task: official, or gray with a rule. */
static void small_task(struct world *w, struct release *r, bool gray)
{
	r->ntasks = 1;
	r->tasks = ARENA_NEW(&w->a, struct task);
	r->tasks->id = SLICE("t0");
	r->tasks->type = gray ? TASK_PERCENTAGE : TASK_OFFICIAL;
	r->tasks->status = STATUS_RELEASING;
	r->tasks->published_at = COMMIT_TIME - 1000;
	r->tasks->thousandths = 20000;
	strbuf_addf(&w->text,
		    "\n \"tasks\": [\n  { \"id\": \"t0\", \"type\": \"%s\", \"publishedAt\": \"2026-11-21T08:00:00Z\", "
		    "\"memo\": \"ticket %zu\"%s",
		    gray ? "gray" : "official", w->nfiles, gray ? ", \"mode\": \"percentage\", \"percent\": 20" : "");
	if (gray)
		r->tasks->rules = random_rules(w, switch_weights, 1);
	strbuf_adds(&w->text, " }");
	end_release(w);
}

static void package(struct world *w, const struct h5_app *of, uint32_t number, bool gray)
{
	struct h5_release *h = &w->app.h5[w->app.nh5++];
	struct slice min = value_text(w, "", ATTR_VERSION, below(&w->seed, 40));

	h->app = of;
	h->r.kind = KIND_H5;
	h->r.slot = of->id;
	h->r.version_text = arena_printf(&w->a, "1.0.0.%u", number);
	h->version = to_version(h->r.version_text);
	h->r.platforms[PLATFORM_ANDROID] = true;
	h->r.memo = SLICE("Faster start, fewer crashes.");
	h->main_url = SLICE("/www/index.html");
	h->extend_info = SLICE("{\"asyncReqRate\":\"600\",\"launchParams\":{\"showTitleBar\":true}}");
	h->client[PLATFORM_ANDROID].min = to_version(min);
	begin_file(w);
	strbuf_addf(&w->text,
		    "{\n \"version\": \"" SLICE_FMT "\", \"mainUrl\": \"" SLICE_FMT "\", \"memo\": \"" SLICE_FMT
		    "\",\n \"extendInfo\": " SLICE_FMT
		    ",\n \"platform\": [\"android\"], \"clientVersion\": { \"android\": "
		    "{ \"min\": \"" SLICE_FMT "\" } },",
		    SLICE_ARG(h->r.version_text), SLICE_ARG(h->main_url), SLICE_ARG(h->r.memo),
		    SLICE_ARG(h->extend_info), SLICE_ARG(min));
	small_task(w, &h->r, gray);
}

/* A slot for each of n apps, with up to 5 versions; the newest of some is gray. */
static void packages(struct world *w, uint32_t n)
{
	static const uint32_t versions[] = { 1, 2, 3, 5 };

	w->app.h5_apps = ARENA_ARRAY(&w->a, struct h5_app, n);
	w->app.h5 = ARENA_ARRAY(&w->a, struct h5_release, 5 * (size_t)n);
	for (uint32_t i = 0; i < n; i++) {
		struct h5_app *of = &w->app.h5_apps[i];
		uint32_t count = versions[below(&w->seed, 4)];

		of->id = arena_printf(&w->a, "1%07u", i);
		of->name = SLICE("Payments");
		for (uint32_t k = 0; k < count; k++)
			package(w, of, k, k + 1 == count && below(&w->seed, 7) == 0);
	}
}

/* One to three patches of each of n products, every second of which has a versionKey. */
static void hotpatches(struct world *w, uint32_t n)
{
	w->app.hotpatches = ARENA_ARRAY(&w->a, struct hotpatch, 3 * (size_t)n);
	for (uint32_t i = 0; i < 3 * n; i++) {
		struct hotpatch *h = &w->app.hotpatches[w->app.nhotpatches];
		uint32_t product = i % n, number = 1 + i / n;

		if (number > 1 + product % 3)
			continue;
		w->app.nhotpatches++;
		h->product_text = arena_printf(&w->a, "%u.%u.0", 1 + product / 10, product % 10);
		h->product = to_version(h->product_text);
		h->patch_number = number;
		h->version_key = product % 2 ? arena_printf(&w->a, "build-%u", 1000 + product) : SLICE("");
		h->r.kind = KIND_HOTPATCH;
		h->r.slot = SLICE("android");
		h->r.version_text = arena_printf(&w->a, SLICE_FMT "/%u", SLICE_ARG(h->product_text), number);
		h->r.platforms[PLATFORM_ANDROID] = true;
		begin_file(w);
		strbuf_addf(&w->text,
			    "{\n \"platform\": \"android\", \"productVersion\": \"" SLICE_FMT
			    "\", \"patchNumber\": %u,\n \"package\": { \"file\": \"patch.jar\" }, \"versionKey\": "
			    "\"" SLICE_FMT "\",",
			    SLICE_ARG(h->product_text), number, SLICE_ARG(h->version_key));
		small_task(w, &h->r, number == 1 + product % 3);
	}
}

/* --- measuring ---------------------------------------------------------------------------------------------------- */

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double parse_ms(const struct world *w)
{
	double best = 1e9;

	for (int run = 0; run < RUNS; run++) {
		double start = cpu_ms(), took;

		for (size_t i = 0; i < w->nfiles; i++) {
			json_error_t error;
			json_t *json =
				json_loadb(w->text.p + w->files[i].from, w->files[i].n, JSON_REJECT_DUPLICATES, &error);

			if (!json) {
				fprintf(stderr, "%s in line %d of file %zu\n", error.text, error.line, i);
				exit(1);
			}
			json_decref(json);
		}
		took = cpu_ms() - start;
		best = took < best ? took : best;
	}
	return best;
}

/* The best of some runs; false where a limit is exceeded. `hostile`: made to hurt, may take longer. */
static bool report(const char *name, const struct world *w, enum kind kind, bool hostile, struct digests *hashing)
{
	static const char *const shape_names[] = { "nothing", "inline", "segments", "units" };
	double parse = parse_ms(w), best = 1e9;
	bool good = true;

	for (int run = 0; run < RUNS; run++) {
		struct arena a = ARENA_INIT, scratch = ARENA_INIT;
		double start = cpu_ms(), took;
		uint64_t bytes = 0;
		struct plan p;

		if (plan_make(&p, &a, &scratch, &w->app, PLATFORM_ANDROID, kind, COMMIT_TIME, hashing))
			exit(3);
		took = cpu_ms() - start;
		best = took < best ? took : best;
		for (size_t i = 0; i < p.nmanifests; i++)
			bytes += p.manifests[i].bytes;
		good = (hostile ? best <= LIMIT_MS : best * 3 <= parse) && a.used + scratch.used <= LIMIT_BYTES;
		if (run == RUNS - 1)
			printf("%-10s %6zu %6zu  %-8s %3zu %4zu %8.1f %8.1f %9zu %8.2f %8.2f %6.2f%s\n", name,
			       p.offers.n, p.nlive, shape_names[p.shape], p.nfolds, p.nmanifests, (double)bytes / 1024,
			       (double)w->text.n / 1024, (a.used + scratch.used) / 1024, best, parse, best / parse,
			       !good              ? "  above the limit"
			       : best * 3 > parse ? "  above 1/3"
						  : "");
		arena_release(&a);
		arena_release(&scratch);
	}
	return good;
}

/* --- the shapes --------------------------------------------------------------------------------------------------- */

static void u5x5(struct world *w)
{
	upgrades(w, 5, 5, 2, true);
}

static void u50x10(struct world *w)
{
	upgrades(w, 50, 10, 47, true);
}

static void u300x10(struct world *w)
{
	upgrades(w, 300, 10, 297, true);
}

static void u300n(struct world *w)
{
	upgrades(w, 300, 10, 1, true);
}

static void u50g(struct world *w)
{
	upgrades(w, 50, 10, 0, false);
}

static void s100(struct world *w)
{
	switches(w, 100);
}

static void s500(struct world *w)
{
	switches(w, 500);
}

static void s10k(struct world *w)
{
	switches(w, 10000);
}

static void h1000(struct world *w)
{
	packages(w, 1000);
}

static void p50(struct world *w)
{
	hotpatches(w, 50);
}

static void p500(struct world *w)
{
	hotpatches(w, 500);
}

static void a64x6x10(struct world *w)
{
	crossed(w, 64, 6, 10, 5, false);
}

static void a64x6x40(struct world *w)
{
	crossed(w, 64, 6, 40, 20, false);
}

static void b20x2(struct world *w)
{
	crossed(w, 64, 20, 2, 1, false);
}

static void c600x6x60(struct world *w)
{
	crossed(w, 600, 6, 60, 4, false);
}

static void f65536(struct world *w)
{
	crossed(w, 65536, 1, 65536, 1, true);
}

static void f65536x3(struct world *w)
{
	crossed(w, 65536, 3, 300, 3, true);
}

static void g65536(struct world *w)
{
	crossed(w, 65536, 1, 1000, 1, false);
}

static void g65536x3(struct world *w)
{
	crossed(w, 65536, 3, 60, 3, false);
}

static void v60000(struct world *w)
{
	crossed(w, 64, 2, 60000, 1000, false);
}

static const struct {
	const char *name;
	void (*make)(struct world *w);
	enum kind kind;
	bool hostile;
} shapes[] = {
	{ "U5x5", u5x5, KIND_UPGRADE, false },          { "U50x10", u50x10, KIND_UPGRADE, false },
	{ "U300x10", u300x10, KIND_UPGRADE, false },    { "U300n", u300n, KIND_UPGRADE, false },
	{ "S100", s100, KIND_SWITCH, false },           { "S500", s500, KIND_SWITCH, false },
	{ "S10k", s10k, KIND_SWITCH, false },           { "H1000", h1000, KIND_H5, false },
	{ "P50", p50, KIND_HOTPATCH, false },           { "P500", p500, KIND_HOTPATCH, true },
	{ "U50g", u50g, KIND_UPGRADE, true },           { "A64x6x10", a64x6x10, KIND_UPGRADE, true },
	{ "A64x6x40", a64x6x40, KIND_UPGRADE, true },   { "B20x2", b20x2, KIND_UPGRADE, true },
	{ "C600x6x60", c600x6x60, KIND_UPGRADE, true }, { "F65536", f65536, KIND_UPGRADE, true },
	{ "F65536x3", f65536x3, KIND_UPGRADE, true },   { "G65536", g65536, KIND_UPGRADE, true },
	{ "G65536x3", g65536x3, KIND_UPGRADE, true },   { "V60000", v60000, KIND_UPGRADE, true },
};

static bool wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	CLEANUP(digests_free_at) struct digests *hashing = NULL;
	int bad = 0;

	if (digests_new(&hashing))
		return 3;
	printf("shape      offers   live  shape  folds man. manif.KB  json KB arena KiB  plan ms parse ms  ratio\n");
	for (size_t i = 0; i < COUNT(shapes); i++) {
		struct world w = { .a = ARENA_INIT, .text = STRBUF_INIT, .seed = 88172645463325252u };

		if (!wanted(shapes[i].name, argc, argv))
			continue;
		w.app.segments_max = 256;
		for (size_t k = 0; k < COUNT(w.lists); k++)
			w.lists[k].name = arena_printf(&w.a, "wl%02zu", k);
		shapes[i].make(&w);
		app_list_releases(&w.app, &w.a);
		bad += !report(shapes[i].name, &w, shapes[i].kind, shapes[i].hostile, hashing);
		strbuf_release(&w.text);
		arena_release(&w.a);
	}
	return bad > 0;
}
