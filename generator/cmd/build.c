#include <string.h>

#include "base/fileio.h"
#include "cmd/appbuild.h"

extern const struct command cmd_build;

#define APPS_MAX 256 /* --app options */

/* The apps that --app names, or all. NULL-terminated; an unknown code is an error. */
static struct app **choose_apps(struct load *l, const struct cmd_args *a)
{
	const char *codes[APPS_MAX];
	size_t n = cmd_values(a, "app", codes, APPS_MAX), chosen = 0;
	struct app **out = ARENA_ARRAY(&l->mem, struct app *, l->model.napps + 1);

	for (size_t i = 0; i < l->model.napps; i++) {
		bool wanted = n == 0;

		for (size_t k = 0; k < n; k++)
			wanted = wanted || slice_eqs(l->model.apps[i].app_code, codes[k]);
		if (wanted)
			out[chosen++] = &l->model.apps[i];
	}
	for (size_t k = 0; k < n; k++)
		load_need_app(l, codes[k]);
	return out;
}

static bool has_h5(struct app **apps)
{
	bool found = false;

	for (size_t i = 0; apps[i]; i++)
		found = found || apps[i]->nh5;
	return found;
}

/* Everything that can be wrong with any of the apps is found before the first byte is written. */
static int build_apps(struct load *l, struct build_run *run, struct app **apps)
{
	struct arena mem = ARENA_INIT;
	struct appbuild *builds;
	size_t n = 0, done = 0;

	while (apps[n])
		n++;
	builds = ARENA_ARRAY(&mem, struct appbuild, n);
	for (size_t i = 0; i < n; i++)
		appbuild_prepare(&builds[i], run, apps[i]);
	if (!n && !l->d.errors)
		diag_error(&l->d, SRCPOS_NONE, "there is no app: apps/<name>/app.ini is missing");
	for (; done < n && !l->d.errors; done++)
		appbuild_write(&builds[done], run);
	if (!l->d.errors)
		appbuild_report(builds, n, run);
	for (size_t i = 0; i < n; i++)
		appbuild_release(&builds[i]);
	arena_release(&mem);
	return l->d.errors ? -1 : 0;
}

static void build(struct load *l, struct build_run *run, const struct cmd_args *a)
{
	unsigned needed = KEY_BIT(TUF_TARGETS) | KEY_BIT(TUF_SNAPSHOT) | KEY_BIT(TUF_TIMESTAMP);
	struct app **apps;

	if (load_open(l, a))
		return;
	if (l->d.errors) {
		load_artifacts(l); /* all that is wrong is said in one run */
		return;
	}
	apps = choose_apps(l, a);
	if (run->previous && !file_exists(run->previous)) {
		diag_environment(&l->d, run->previous,
				 "there is no such folder to continue; leave --previous out to begin anew");
		return;
	}
	if (keys_load(&run->keys, cmd_value(a, "keys"), needed, l->digests, &l->d) && l->d.environment)
		return;
	if (has_h5(apps) && h5key_load(&run->h5key, cmd_value(a, "keys"), l->digests, &l->d))
		return;
	if (!outdir_open(&run->out, cmd_value(a, "out"), &l->d))
		build_apps(l, run, apps);
	outdir_close(&run->out);
}

static int run(const struct cmd_args *a)
{
	struct load l = LOAD_INIT;
	struct build_run r = { .load = &l,
			       .keys = KEYSET_INIT,
			       .h5key = H5KEY_INIT,
			       .out = OUTDIR_INIT,
			       .previous = cmd_value(a, "previous"),
			       .json = cmd_flag(a, "json") };
	int code = load_usage(a);

	if (!code)
		code = cmd_time(&r.now, a, "now");
	if (!code)
		code = cmd_jobs(&r.jobs, a);
	if (code)
		return code;
	build(&l, &r, a);
	code = diags_exit(&l.d);
	diags_print(&l.d, DIAG_TEXT, stderr);
	keyset_release(&r.keys);
	h5key_release(&r.h5key);
	load_close(&l);
	return code;
}

static const struct cmd_option options[] = {
	LOAD_OPTIONS,
	{ "app", "APPCODE", "only this app (default: all)", false, true },
	{ "out", "DIR", "where the tree is written, DIR/<appCode> for each app", true, false },
	{ "keys", "DIR", "private keys: targets.pem snapshot.pem timestamp.pem, and h5.pem for h5 packages", true,
	  false },
	{ "previous", "DIR", "the tree that this one continues (default: what --out holds)", false, false },
	{ "now", "TIME", "the time that signatures begin (default: the clock)", false, false },
	{ "jobs", "N", "how many threads may work (default: one for each processor); the output is the same", false,
	  false },
	{ "json", NULL, "print what was built and how it was planned as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_build = {
	"build", "REPO", 1, 1, "the signed tree, DIR/<appCode>/... for every app", options, run,
};
