/* cmd/export_h5.c: h5_json.json of an app: the newest official package of every h5 app, as clients take them along. */
#include <stdlib.h>

#include "build/h5.h"
#include "build/h5entry.h"
#include "build/h5preset.h"
#include "cmd/export.h"

extern const struct command cmd_export_h5;

struct wanted {
	enum platform platform;
};

/* What mPaaS's file has, and no more. */
static json_t *entry_of(const struct app *app, const struct h5_release *h)
{
	json_t *entry = h5_entry(app, h, app->bases[0]);

	json_object_del(entry, "fileSize");
	json_object_del(entry, "sha256");
	return entry;
}

static json_t *make(struct load *l, struct app *app, const struct cmd_args *args, void *ctx)
{
	const struct wanted *w = ctx;
	struct h5_maker maker = {
		.tree = source_tree(l->source), .digests = l->digests, .good_defs = true, .a = &l->mem, .d = &l->d
	};
	struct h5_package *unmade;
	json_t *data;
	size_t n;

	(void)args;
	h5_prepare(&unmade, &n, app, &maker); /* finds the first file of a global package */
	if (l->d.errors)
		return NULL;
	data = json_array();
	for (size_t i = 0; i < app->nh5_apps; i++) {
		const struct h5_app *h5 = &app->h5_apps[i];
		const struct h5_release *h = h5_newest(app, h5, w->platform, l->model.commit_time);

		if (h)
			json_array_append_new(data, entry_of(app, h));
		else
			diag_warning(&l->d, SRCPOS_FILE(h5->origin.path),
				     "is left out: no package of it is officially released for %s",
				     platform_name(w->platform));
	}
	return h5_json(data);
}

static int run(const struct cmd_args *a)
{
	const char *text = cmd_value(a, "platform");
	struct wanted w;

	if (!platform_parse(&w.platform, slice_of(text)))
		return cmd_usage(a, "--platform is \"%s\"; it must be android, ios or harmony", text);
	return export_run(a, make, &w);
}

static const struct cmd_option options[] = {
	{ "platform", "PLATFORM", "android, ios or harmony", true, false },
	EXPORT_OPTIONS,
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_export_h5 = {
	"export h5", "REPO", 1, 1, "h5_json.json: the newest official package of every h5 app", options, run,
};
