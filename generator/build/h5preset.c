#include "build/h5preset.h"

#include "build/h5entry.h"
#include "format/json.h"
#include "format/wire.h"

static bool is_official(const struct h5_release *h, int64_t commit_time)
{
	for (size_t i = 0; i < h->r.ntasks; i++) {
		const struct task *t = &h->r.tasks[i];

		if (t->type == TASK_OFFICIAL && t->status == STATUS_RELEASING && !t->dev &&
		    t->published_at <= commit_time)
			return true;
	}
	return false;
}

/* app->h5 is sorted by app, then ascending: the last one that fits is the newest. */
const struct h5_release *h5_newest(const struct app *app, const struct h5_app *h5, enum platform p, int64_t commit_time)
{
	const struct h5_release *found = NULL;

	for (size_t i = 0; i < app->nh5; i++) {
		const struct h5_release *h = &app->h5[i];

		if (h->app == h5 && h->r.platforms[p] && is_official(h, commit_time))
			found = h;
	}
	return found;
}

void h5_preset_path(struct strbuf *out, enum platform p)
{
	strbuf_addf(out, "h5/preset/%s/h5_json.json", platform_name(p));
}

int h5_preset(struct strbuf *out, const struct app *app, enum platform p, int64_t commit_time)
{
	json_t *data = json_array(), *o = NULL;
	bool failed = false;
	size_t n = 0;
	int bad = 0;

	for (size_t i = 0; i < app->nh5_apps; i++) {
		const struct h5_release *h = h5_newest(app, &app->h5_apps[i], p, commit_time);

		if (h)
			put_item(data, h5_entry(app, h, app->bases[0]), &failed);
		n += h != NULL;
	}
	if (n || failed) {
		o = h5_json(put_done(data, failed));
		bad = o ? json_write(out, o, JSON_WIRE) : -1;
	} else {
		json_decref(data);
	}
	json_decref(o);
	return bad;
}
