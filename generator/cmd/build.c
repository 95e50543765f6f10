#include <string.h>

#include "base/fileio.h"
#include "cmd/appbuild.h"
#include "cmd/passphrase.h"

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
	bool prepared;

	while (apps[n])
		n++;
	builds = ARENA_ARRAY(&mem, struct appbuild, n);
	for (size_t i = 0; i < n; i++)
		appbuild_prepare(&builds[i], run, apps[i]);
	if (!n && !l->d.errors)
		diag_error(&l->d, SRCPOS_NONE, "there is no app: apps/<name>/app.ini is missing");
	prepared = !l->d.errors;
	for (size_t i = 0; i < n && prepared; i++)
		appbuild_sign(&builds[i], run);
	for (; done < n && !l->d.errors; done++)
		appbuild_write(&builds[done], run);
	if (!l->d.errors)
		appbuild_report(builds, n, run);
	for (size_t i = 0; i < n; i++)
		appbuild_release(&builds[i]);
	arena_release(&mem);
	return l->d.errors ? -1 : 0;
}

static int load_keys(struct build_run *run, const char *dir, bool h5)
{
	const unsigned needed =
		KEY_BIT(KEYS_TARGETS) | KEY_BIT(KEYS_OBJECTS) | KEY_BIT(KEYS_SNAPSHOT) | KEY_BIT(KEYS_TIMESTAMP);
	CLEANUP(passphrase_close) struct passphrase_source pass = PASSPHRASE_SOURCE_INIT;
	struct load *l = run->load;

	passphrase_open(&pass);
	if (keys_load(&run->keys, dir, needed, &pass.keys, l->digests, &l->d))
		return -1;
	return h5 ? h5key_load(&run->h5key, dir, &pass.keys, l->digests, &l->d) : 0;
}

static void build(struct load *l, struct build_run *run, const struct cmd_args *a)
{
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
	if (!load_keys(run, cmd_value(a, "keys"), has_h5(apps)) && !outdir_open(&run->out, cmd_value(a, "out"), &l->d))
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
			       .signatures = cmd_value(a, "signatures"),
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
	{ "signatures", "DIR",
	  "where files wait, in DIR/<appCode>, for signatures of targets that no key here makes; people sign there and "
	  "run the "
	  "same build again: it writes anew only what says something else",
	  false, false },
	{ "now", "TIME", "the time that signatures begin (default: the clock)", false, false },
	{ "jobs", "N", "how many threads may work (default: one for each processor); the output is the same", false,
	  false },
	{ "json", NULL, "print what was built and how it was planned as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_build = {
	"build", "REPO", 1, 1, "the signed tree, DIR/<appCode>/... for every app", options, run,
};
