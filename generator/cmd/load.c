#include "cmd/load.h"

#include "base/pool.h"
#include "base/text.h"
#include "build/h5.h"
#include "build/hapcheck.h"
#include "build/ipacheck.h"
#include "build/package.h"
#include "build/quickfix.h"
#include "build/whitelists.h"
#include "defs/defs.h"
#include "defs/transition.h"

int load_usage(const struct cmd_args *a)
{
	if (cmd_value(a, "rev") && cmd_flag(a, "worktree"))
		return cmd_usage(a, "--rev and --worktree exclude each other");
	return 0;
}

int load_open(struct load *l, const struct cmd_args *a)
{
	struct source_options o = {
		.rev = cmd_value(a, "rev"),
		.worktree = cmd_flag(a, "worktree"),
		.any_owner = cmd_flag(a, "any-owner"),
	};

	return load_open_as(l, a->positional[0], &o);
}

int load_open_as(struct load *l, const char *repo, const struct source_options *o)
{
	if (digests_new(&l->digests))
		return diag_environment(&l->d, NULL, "libcrypto gives no SHA-256 here");
	if (source_open(&l->source, repo, o, &l->d))
		return -1;
	cmd_progress("reading definitions of %s",
		     *source_commit(l->source) ? source_commit(l->source) : "the work tree");
	if (defs_load(&l->model, source_tree(l->source), source_time(l->source), &l->mem, &l->d) && !l->d.errors)
		diag_environment(&l->d, NULL, "the definitions could not be read");
	cmd_progress_end();
	return 0;
}

int load_need_app(struct load *l, const char *code)
{
	struct slice *codes = ARENA_ARRAY(&l->mem, struct slice, l->model.napps), near;

	for (size_t i = 0; i < l->model.napps; i++) {
		codes[i] = l->model.apps[i].app_code;
		if (code && slice_eqs(codes[i], code))
			return 0;
	}
	if (!code)
		return 0;
	near = text_nearest(slice_of(code), codes, l->model.napps);
	if (near.n)
		return diag_error(
			&l->d, SRCPOS_NONE,
			"there is no app \"%s\" (an appCode is <appId>-<workspaceId>); did you mean \"" SLICE_FMT "\"?",
			code, SLICE_ARG(near));
	return diag_error(&l->d, SRCPOS_NONE, "there is no app \"%s\" (an appCode is <appId>-<workspaceId>)", code);
}

void load_transitions(const struct model *m, const struct filetree *tree, const struct source *s, struct arena *a,
		      struct diags *d)
{
	CLEANUP(source_close_at) struct source *before = NULL;
	CLEANUP(diags_release) struct diags unread = DIAGS_INIT;

	if (source_open_parent(&before, s, &unread) == 0)
		transitions_check(m, tree, source_tree(before), a, d);
}

void load_artifacts(struct load *l)
{
	const struct filetree *tree = source_tree(l->source);
	struct h5_maker maker = {
		.tree = tree, .digests = l->digests, .good_defs = l->d.errors == 0, .a = &l->mem, .d = &l->d
	};

	const struct quickfix_maker fixes = { tree, l->digests, l->model.commit_time, maker.good_defs, &l->mem, &l->d };

	for (size_t i = 0; i < l->model.napps; i++) {
		struct app *app = &l->model.apps[i];
		struct h5_package *unmade;
		struct whitelist_filter *none;
		size_t n;

		cmd_progress("reading packages and lists of " SLICE_FMT, SLICE_ARG(app->app_code));
		packages_prepare(app, tree, l->digests, NULL, &l->mem, &l->d);
		ipa_expiry_check(app, l->model.commit_time, &l->d);
		hap_expiry_check(app, l->model.commit_time, &l->d);
		h5_prepare(&unmade, &n, app, &maker);
		quickfixes_prepare(app, &fixes);
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
