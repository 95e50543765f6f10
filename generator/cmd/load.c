#include "cmd/load.h"

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
	if (defs_load(&l->model, source_tree(l->source), source_time(l->source), &l->mem, &l->d))
		return -1;
	cmd_progress_end();
	return 0;
}

void load_close(struct load *l)
{
	source_close(l->source);
	digests_free(l->digests);
	arena_release(&l->mem);
	diags_release(&l->d);
}
