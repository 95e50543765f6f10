#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "print.h"

static const struct mdr_h5_rules rules = { .public_key = NULL };

static json_t *describe(const struct mdr_h5_app *a)
{
	return json_pack("{s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:b, s:b, s:b, s:I}", "id", a->id, "version",
			 a->version, "name", a->name, "installed", a->installed, "mainUrl", a->main_url, "vhost",
			 a->vhost, "fallbackUrl", a->fallback_url, "wifiOnly", a->wifi_only, "preload", a->preload,
			 "global", a->global, "fileSize", (json_int_t)a->size);
}

/* What is known is printed also where nothing is reachable; the exit code tells. */
static int list(struct session *s, const char *id)
{
	struct mdr_h5 h5 = { .apps = NULL };
	enum mdr_code known = mdr_h5_list(s->client, &s->ask, &rules, id, s->options->force, &h5, &s->err);
	json_t *apps;
	int code;

	if (known || h5.asked) /* else it may have failed to ask, which is no failure of the list */
		s->err.code = known;
	code = session_report(s);
	if (!code || s->err.code == MDR_UNREACHABLE) {
		apps = json_array();
		for (size_t i = 0; i < h5.n; i++)
			json_array_append_new(apps, describe(&h5.apps[i]));
		code = print_result(json_pack("{s:b, s:o}", "asked", h5.asked, "apps", apps), code);
	}
	mdr_h5_release(&h5);
	return code;
}

static int preload(struct session *s)
{
	struct mdr_download how = print_download();
	size_t loaded = 0;
	int code;

	s->err.code = mdr_h5_preload(s->client, &s->ask, &rules, &how, &loaded, &s->err);
	code = session_report(s);
	return print_result(json_pack("{s:I}", "loaded", (json_int_t)loaded), code);
}

/* The file's own bytes. */
static int read_file(struct session *s, const char *id, const char *path)
{
	struct mdr_text text = { NULL, 0, 0 };
	int code;

	s->err.code = mdr_h5_read(s->client, id, path, &text, &s->err);
	code = session_report(s);
	if (!code && (fwrite(text.p, 1, text.n, stdout) != text.n || fflush(stdout) != 0))
		code = EXIT_ENVIRONMENT;
	free(text.p);
	return code;
}

int command_h5(struct session *s, const char *const *args, int n)
{
	if (n == 3 && strcmp(args[0], "read") == 0)
		return read_file(s, args[1], args[2]);
	if (n == 1 && strcmp(args[0], "preload") == 0)
		return preload(s);
	if (n > 1)
		return options_refuse("h5 is followed by nothing, an id, preload, or read ID PATH");
	return list(s, n ? args[0] : NULL);
}
