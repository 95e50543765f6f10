#include "build/warnings.h"
#include "cmd/load.h"
#include "sign/roots.h"

extern const struct command cmd_check;

static void print_summary(const struct load *l)
{
	fprintf(stderr, "%zu error%s, %zu warning%s in %zu app%s\n", l->d.errors, l->d.errors == 1 ? "" : "s",
		l->d.warnings, l->d.warnings == 1 ? "" : "s", l->model.napps, l->model.napps == 1 ? "" : "s");
}

/* A root that waits for signatures must not be merged: nothing could be built under it. */
static void check_roots(struct load *l)
{
	const struct slice *last = NULL;
	struct tuf_chain chain;

	for (size_t i = 0; i < l->model.napps; i++) {
		const struct app *app = &l->model.apps[i];

		if (app->nroots && app->roots != last)
			(void)!roots_decode(&chain, &l->mem, l->digests, app->roots, app->nroots, app->roots_dir,
					    &l->d);
		last = app->roots;
	}
}

static int run(const struct cmd_args *a)
{
	struct load l = LOAD_INIT;
	enum diag_format format;
	int code = load_usage(a);

	if (!code)
		code = cmd_diag_format(&format, a);
	if (code)
		return code;
	if (!load_open(&l, a)) {
		load_artifacts(&l);
		check_roots(&l);
		load_transitions(&l.model, source_tree(l.source), l.source, &l.mem, &l.d);
		for (size_t i = 0; i < l.model.napps && !l.d.errors; i++)
			warnings_check(&l.model.apps[i], l.model.commit_time, &l.d);
	}
	code = diags_exit(&l.d);
	diags_print(&l.d, format, code == EXIT_ENVIRONMENT && format == DIAG_TEXT ? stderr : stdout);
	if (format == DIAG_TEXT && code != EXIT_ENVIRONMENT)
		print_summary(&l);
	load_close(&l);
	return code;
}

static const struct cmd_option options[] = {
	LOAD_OPTIONS,
	{ "format", "text|json|github", "how errors and warnings are printed (default text)", false, false },
	{ "json", NULL, "the same as --format json", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_check = {
	"check", "REPO", 1, 1, "every error and warning of the definitions, sorted", options, run,
};
