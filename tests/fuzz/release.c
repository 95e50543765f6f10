/* A release.json of any bytes: it is read or refused, and everything that is said about it has a place in the text. */
#include "../unit/defs/world.h"
#include "base/text.h"
#include "defs/upgrade.h"
#include "places.h"

static void check_window(const struct window *w)
{
	REQUIRE(w->users >= 1 && w->audience >= 0 && w->start < w->end);
	for (size_t i = 0; i < w->nramp; i++) {
		REQUIRE(w->ramp[i].thousandths <= 100000 && w->ramp[i].at >= w->start && w->ramp[i].at < w->end);
		REQUIRE(!i || w->ramp[i - 1].at < w->ramp[i].at);
	}
}

static void check_task(const struct task *t)
{
	REQUIRE(text_is_name(t->id));
	REQUIRE(t->status == STATUS_PENDING || t->published_at >= 0);
	REQUIRE((t->type == TASK_WHITELIST) == (t->nwhitelists > 0));
	REQUIRE(t->thousandths <= 100000 && (t->type == TASK_PERCENTAGE || !t->thousandths));
	REQUIRE(t->type != TASK_OFFICIAL || !t->rules.n);
	if (t->type == TASK_WINDOW && t->status != STATUS_PENDING)
		check_window(&t->window);
	for (size_t i = 0; i < t->rules.n; i++) {
		const struct rule *r = &t->rules.v[i];
		bool list = r->op == RULE_CONTAINS || r->op == RULE_EXCLUDES;
		REQUIRE(list ? r->nvalues > 0 : r->has_lower || r->has_upper);
		REQUIRE((list && r->type == ATTR_VERSION) == (r->versions != NULL));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_bytes(data, size);
	struct origin origin = { WORLD_PATH, text };
	struct world w;
	struct upgrade u;

	world_init(&w);
	int result = upgrade_read(&u, &w.s, origin, SLICE("up/android/5.0.0/release.json"));
	check_places(&w.d, WORLD_PATH, text, 1);
	if (!w.d.errors) {
		REQUIRE(result == 0 && u.platform == PLATFORM_ANDROID && slice_eqs(u.r.version_text, "5.0.0"));
		REQUIRE((u.package.rel.n > 0) != (u.package.url.n > 0));
		for (size_t i = 0; i < u.r.ntasks; i++)
			check_task(&u.r.tasks[i]);
	}
	world_release(&w);
	return 0;
}
