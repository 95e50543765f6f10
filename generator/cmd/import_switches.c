/* cmd/import_switches.c: a file of switches into switches/<KEY>.json. */
#include "base/map.h"
#include "cmd/import.h"
#include "convert/switches.h"
#include "defs/reader.h"

extern const struct command cmd_import_switches;

static bool is_there(const struct import *im, struct slice key)
{
	for (size_t i = 0; i < im->app->nswitches; i++)
		if (slice_eq(im->app->switches[i].key, key))
			return true;
	return false;
}

/* Files whose keys cannot be names of files are refused by the check of all definitions; a slash must not get that far. */
static bool is_file_name(struct slice key)
{
	return key.n > 0 && key.n <= 50 && slice_find(key, '/') < 0 && slice_find(key, '\0') < 0 && key.p[0] != '.';
}

static void add_switches(struct import *im, const struct form_source *s, struct switch_import *v, size_t n)
{
	struct map seen = MAP_INIT;

	for (size_t i = 0; i < n; i++) {
		struct slice rel = import_path(im, "switches/" SLICE_FMT ".json", SLICE_ARG(v[i].key));
		const char *key = quote(&im->a, v[i].key);

		if (!is_file_name(v[i].key))
			diag_error(&im->d, switch_key_pos(&v[i], s), "%s is not a switch key: 1 to 50 of A-Z a-z 0-9 _",
				   key);
		else if (is_there(im, v[i].key) || import_exists(im, rel))
			diag_error(&im->d, switch_key_pos(&v[i], s),
				   "the switch %s exists already; nothing is imported", key);
		else if (map_put(&seen, v[i].key, &v[i]))
			diag_error(&im->d, switch_key_pos(&v[i], s), "the switch %s is in the file twice", key);
		else
			import_add(im, rel, v[i].text);
	}
	map_release(&seen);
}

/* Where something is wrong, the switches are read once more, each where it stands in the file. */
static int commit_switches(struct import *im, const struct form_source *s, const struct switch_import *v)
{
	CLEANUP(diags_release) struct diags trial = DIAGS_INIT;

	if (im->d.errors)
		return -1;
	if (import_check(im, &trial)) {
		for (size_t i = 0; i < im->n; i++) {
			im->files[i].check = switch_check(&v[i], s);
			im->files[i].shown = s->origin.path;
		}
	}
	return import_commit(im);
}

static void import_file(struct import *im, const char *path)
{
	struct switch_import *v;
	struct form_source s;
	json_t *json;
	size_t n;

	if (import_json(&json, &s, im, path))
		return;
	if (switches_import(&v, &n, &s, json) == 0) {
		add_switches(im, &s, v, n);
		if (commit_switches(im, &s, v))
			im->n = 0;
	}
	json_decref(json);
}

static int run(const struct cmd_args *a)
{
	struct import im = { .d = DIAGS_INIT, .a = ARENA_INIT };
	char summary[64];

	if (!import_open(&im, a, a->positional[1]))
		import_file(&im, a->positional[0]);
	snprintf(summary, sizeof(summary), "%zu switch%s", im.n, im.n == 1 ? "" : "es");
	return import_end(&im, summary);
}

static const struct cmd_option options[] = {
	IMPORT_OPTIONS,
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_import_switches = {
	"import switches", "FILE REPO", 2, 2, "switches from one JSON file (schemas/INTERCHANGE.md) into the work tree",
	options,           run,
};
