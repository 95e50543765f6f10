#include "cmd/load.h"

#include "base/pool.h"
#include "build/package.h"
#include "build/whitelists.h"
#include "defs/defs.h"

int load_usage(const struct cmd_args *a)
{
	if (cmd_value(a, "rev") && cmd_flag(a, "worktree"))
		return cmd_usage(a->command, "--rev and --worktree exclude each other");
	return 0;
}

int load_open(struct load *l, const struct cmd_args *a)
{
	struct source_options o = {
		.rev = cmd_value(a, "rev"),
		.worktree = cmd_flag(a, "worktree"),
		.any_owner = cmd_flag(a, "any-owner"),
	};

	if (digests_new(&l->digests))
		return diag_environment(&l->d, NULL, "libcrypto gives no SHA-256 here");
	if (source_open(&l->source, a->positional[0], &o, &l->d))
		return -1;
	cmd_progress("reading definitions of %s",
		     *source_commit(l->source) ? source_commit(l->source) : "the work tree");
	if (defs_load(&l->model, source_tree(l->source), source_time(l->source), &l->mem, &l->d) && !l->d.errors)
		diag_environment(&l->d, NULL, "the definitions could not be read");
	cmd_progress_end();
	return 0;
}

void load_artifacts(struct load *l)
{
	const struct filetree *tree = source_tree(l->source);

	for (size_t i = 0; i < l->model.napps; i++) {
		struct app *app = &l->model.apps[i];
		struct whitelist_filter *none;
		size_t n;

		cmd_progress("reading packages and lists of " SLICE_FMT, SLICE_ARG(app->app_code));
		packages_prepare(app, tree, l->digests, NULL, &l->mem, &l->d);
		whitelists_prepare(&none, &n, &l->mem, app, tree, pool_processors(), NULL, &l->d);
	}
	cmd_progress_end();
}

void load_close(struct load *l)
{
	source_close(l->source);
	digests_free(l->digests);
	arena_release(&l->mem);
	diags_release(&l->d);
}
