/* cmd/export_switches.c: all switches of an app as one JSON file. */
#include "cmd/export.h"
#include "convert/switches.h"

extern const struct command cmd_export_switches;

static json_t *make(struct load *l, struct app *app, const struct cmd_args *args, void *ctx)
{
	json_t *out = json_array();

	(void)l;
	(void)args;
	(void)ctx;
	for (size_t i = 0; i < app->nswitches; i++)
		json_array_append_new(out, switch_export(&app->switches[i]));
	return out;
}

static int run(const struct cmd_args *a)
{
	return export_run(a, make, NULL);
}

static const struct cmd_option options[] = {
	EXPORT_OPTIONS,
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_export_switches = {
	"export switches", "REPO", 1, 1, "the switches of an app as one JSON file", options, run,
};
