#include "cmd/export.h"

#include <stdlib.h>

#include "base/fileio.h"
#include "cmd/import.h"
#include "convert/text.h"

#define FILE_MODE 0644

static void write_out(struct load *l, const struct cmd_args *args, json_t *json)
{
	const char *path = cmd_value(args, "out");
	struct slice text = definition_text(&l->mem, json);

	if (path && file_exists(path))
		diag_error(&l->d, SRCPOS_FILE(path), "exists already; nothing is written");
	else if (path && file_create(path, text, FILE_MODE, &l->d))
		return;
	else if (!path)
		fwrite(text.p, 1, text.n, stdout);
}

int export_run(const struct cmd_args *args, export_app *make, void *ctx)
{
	struct load l = LOAD_INIT;
	int code = load_usage(args);

	if (code)
		return code;
	if (!load_open(&l, args) && !l.d.errors) {
		diags_release(&l.d); /* warnings of the definitions are check's to print */
		struct app *app = import_app(&l.model, args, &l.d);
		json_t *json = app ? make(&l, app, args, ctx) : NULL;
		if (json)
			write_out(&l, args, json);
		json_decref(json);
	}
	code = diags_exit(&l.d);
	diags_print(&l.d, DIAG_TEXT, stderr);
	load_close(&l);
	return code;
}
