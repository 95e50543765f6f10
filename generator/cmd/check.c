#include "cmd/load.h"
#include "defs/transition.h"

extern const struct command cmd_check;

static void print_summary(const struct load *l)
{
	fprintf(stderr, "%zu error%s, %zu warning%s in %zu app%s\n", l->d.errors, l->d.errors == 1 ? "" : "s",
		l->d.warnings, l->d.warnings == 1 ? "" : "s", l->model.napps, l->model.napps == 1 ? "" : "s");
}

/* Against the first parent, where it is at hand. */
static void check_transitions(struct load *l)
{
	CLEANUP(source_close_at) struct source *before = NULL;
	CLEANUP(diags_release) struct diags unread = DIAGS_INIT;

	if (source_open_parent(&before, l->source, &unread) == 0)
		transitions_check(&l->model, source_tree(l->source), source_tree(before), &l->mem, &l->d);
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
		check_transitions(&l);
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
