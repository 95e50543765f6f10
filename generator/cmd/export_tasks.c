/* cmd/export_tasks.c: the tasks of an app in the form of MDS's OpenAPI. */
#include "cmd/export.h"
#include "cmd/import.h"
#include "convert/task.h"

extern const struct command cmd_export_tasks;

static const enum kind kinds[] = { KIND_UPGRADE, KIND_HOTPATCH, KIND_H5 };

struct wanted {
	struct task_options o;
	bool kind[KIND_COUNT];
};

static json_t *make(struct load *l, struct app *app, const struct cmd_args *args, void *ctx)
{
	const struct wanted *w = ctx;
	json_t *out = json_array();

	(void)args;
	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (size_t i = 0; w->kind[kinds[k]] && i < app->nreleases[kinds[k]]; i++) {
			const struct release *r = app->releases[kinds[k]][i];

			for (size_t t = 0; t < r->ntasks; t++) {
				json_t *one = task_export(app, r, &r->tasks[t], &w->o, &l->d);
				if (one)
					json_array_append_new(out, one);
			}
		}
	}
	for (size_t i = 0; i < app->nreleases[KIND_QUICKFIX]; i++) {
		const struct release *r = app->releases[KIND_QUICKFIX][i];

		if (r->ntasks && w->kind[KIND_QUICKFIX])
			diag_warning(&l->d, SRCPOS_FILE(r->origin.path),
				     "its tasks are left out: MDS's OpenAPI has none for quick fixes");
	}
	return out;
}

static int read_kinds(struct wanted *w, const struct cmd_args *a)
{
	const char *words[KIND_COUNT];
	size_t n = cmd_values(a, "kind", words, COUNT(words));
	enum kind k;

	for (size_t i = 0; i < COUNT(w->kind); i++)
		w->kind[i] = n == 0;
	for (size_t i = 0; i < n; i++) {
		if (!kind_parse(&k, slice_of(words[i])) || k == KIND_QUICKFIX || k == KIND_SWITCH)
			return cmd_usage(a, "--kind is \"%s\"; it must be upgrade, hotpatch or h5", words[i]);
		w->kind[k] = true;
	}
	return 0;
}

static int run(const struct cmd_args *a)
{
	CLEANUP(arena_release) struct arena mem = ARENA_INIT;
	struct wanted w = { .kind = { false } };
	int code = read_kinds(&w, a);

	if (!code)
		code = task_options_read(&w.o, &mem, a);
	return code ? code : export_run(a, make, &w);
}

static const struct cmd_option options[] = {
	{ "kind", "KIND", "upgrade, hotpatch or h5 only", false, true },
	TASK_OPTIONS,
	EXPORT_OPTIONS,
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_export_tasks = {
	"export tasks", "REPO", 1, 1, "release tasks in the form of MDS's OpenAPI", options, run,
};
