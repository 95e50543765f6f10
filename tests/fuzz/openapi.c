/* Release tasks of any bytes: each is refused with a place in the text, or becomes a task that the reader of definitions knows key
 * by key. What can be written again in the same form means the same. */
#include <stdlib.h>

#include "../unit/defs/world.h"
#include "base/text.h"
#include "convert/rules.h"
#include "convert/task.h"
#include "convert/text.h"
#include "defs/upgrade.h"
#include "places.h"

#define PACKAGE "{\"url\":\"https://d.example.com/a.apk\",\"size\":1,\"sha256\":\"%064d\"}"

/* The definition may have a fault (a window too long), but not one of form. */
static void check_form(const struct diags *d)
{
	static const char *const faults[] = { "unknown key",    "missing key \"type\"", "missing key \"mode\"",
					      "not valid JSON", "duplicate key",        "invalid UTF-8" };

	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; k < COUNT(faults); k++)
			REQUIRE(!slice_starts(slice_of(d->v[i].text), faults[k]));
}

static struct origin release_of(struct world *w, struct task_import *t)
{
	json_t *task = json_deep_copy(t->task);

	if (!t->id.n)
		json_object_set_new(task, "id", json_string("t"));
	struct slice text = definition_text(&w->a, task);
	json_decref(task);
	text = arena_printf(&w->a,
			    "{\"platform\":\"android\",\"version\":\"5.0.0\",\"package\":" PACKAGE
			    ",\"tasks\":[" SLICE_FMT "]}",
			    1, SLICE_ARG(text));
	return (struct origin){ WORLD_PATH, text };
}

/* What the reader of definitions makes of a task. False: it has a fault. */
static bool read_upgrade(struct upgrade *out, struct world *w, struct task_import *t)
{
	struct diags said = DIAGS_INIT, *outer = w->s.d;

	w->s.d = &said;
	REQUIRE(upgrade_read(out, &w->s, release_of(w, t), SLICE("up/android/5.0.0/release.json")) == 0);
	w->s.d = outer;
	check_form(&said);
	bool good = !said.errors;
	diags_release(&said);
	return good;
}

static void check_same_rules(const struct rules *a, const struct rules *b)
{
	json_t *x = rules_define(a), *y = rules_define(b);

	REQUIRE(json_equal(x, y));
	json_decref(x);
	json_decref(y);
}

/* Definition → form → definition: the same. */
static void check_again(struct world *w, const struct upgrade *u, const struct task_options *o, json_t *before)
{
	struct diags warnings = DIAGS_INIT;
	json_t *form = task_export(&w->app, &u->r, &u->r.tasks[0], o, &warnings);
	struct task_import again;
	struct upgrade read;

	REQUIRE((form != NULL) || warnings.n > 0);
	if (form) {
		char *text = json_dumps(form, JSON_REAL_PRECISION(6));
		struct form_source s = { &w->a, &w->d, { WORLD_PATH, slice_of(text) }, NULL, "" };
		json_t *parsed = json_loads(text, 0, NULL);

		REQUIRE(parsed && task_import(&again, &s, parsed, SLICE(""), o));
		REQUIRE(read_upgrade(&read, w, &again));
		check_same_rules(&u->r.tasks[0].rules, &read.r.tasks[0].rules);
		json_object_set(before, "id", json_object_get(again.task, "id"));
		json_object_del(before, "rules"); /* compared above: here their versions may be written otherwise */
		json_object_del(again.task, "rules");
		REQUIRE(json_equal(before, again.task));
		task_import_release(&again);
		json_decref(parsed);
		free(text);
	}
	json_decref(form);
	diags_release(&warnings);
}

static void check_upgrade(struct world *w, struct task_import *t, const struct task_options *o)
{
	struct upgrade u;

	if (read_upgrade(&u, w, t))
		check_again(w, &u, o, t->task);
}

static void check_all(struct world *w, struct origin origin)
{
	struct form_source s = { &w->a, &w->d, origin, NULL, "" };
	struct task_options o = { .app = &w->app, .zone = SLICE(MDS_ZONE), .kind = KIND_UPGRADE };
	struct reader r;

	if (reader_open(&r, &w->a, &w->d, origin) == 0 && !w->d.errors) {
		size_t n = json_is_array(r.root) ? json_array_size(r.root) : 1;
		for (size_t i = 0; i < n; i++) {
			bool list = json_is_array(r.root);
			struct slice at = list ? arena_printf(&w->a, "/%zu", i) : SLICE("");
			size_t errors = w->d.errors;
			struct task_import t;

			if (!task_import(&t, &s, list ? json_array_get(r.root, i) : r.root, at, &o)) {
				REQUIRE(w->d.errors > errors);
				continue;
			}
			REQUIRE(w->d.errors == errors);
			if (t.kind == KIND_UPGRADE)
				check_upgrade(w, &t, &o);
			task_import_release(&t);
		}
	}
	reader_close(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_bytes(data, size);
	struct world w;

	world_init(&w);
	w.app.app_id = SLICE("DEMO01");
	w.app.workspace_id = SLICE("default");
	check_all(&w, (struct origin){ WORLD_PATH, text });
	check_places(&w.d, WORLD_PATH, text, 1);
	world_release(&w);
	return 0;
}
