#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "print.h"

static const char *status_name(enum mdr_ship_status status)
{
	switch (status) {
	case MDR_SHIP_SUCCESS:
		return "success";
	case MDR_SHIP_FAILURE:
		return "failure";
	case MDR_SHIP_ERROR:
		return "error";
	case MDR_SHIP_APPLY_ERROR:
		return "applyError";
	case MDR_SHIP_DISABLED:
		return "shipDisable";
	case MDR_SHIP_HAS_NEWER:
		return "hasSyncNewer";
	case MDR_SHIP_NEWEST:
		break;
	}
	return "alreadyNewest";
}

static int status_code(enum mdr_ship_status status)
{
	if (status == MDR_SHIP_FAILURE)
		return EXIT_ENVIRONMENT;
	return status == MDR_SHIP_ERROR || status == MDR_SHIP_APPLY_ERROR ? EXIT_BAD : EXIT_DONE;
}

/* A program without code to exchange: every ship can be loaded, and which one was is told. */
static bool load(void *ctx, const char *name, const char *md5)
{
	json_t *loaded = json_string(name);

	(void)md5;
	return json_object_set_new(ctx, "loaded", loaded) == 0;
}

typedef void ship_fn(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_ship_app *app,
		     struct mdr_ship *out);

static int ship(struct session *s, ship_fn *call)
{
	char *key = session_attribute(s, "versionKey"), *channel = session_attribute(s, "channel");
	json_t *result = json_object();
	struct mdr_ship_app app = { .version_key = key ? key : "",
				    .is_dev = s->options->dev || (channel && strcmp(channel, "dev") == 0),
				    .load = load,
				    .load_ctx = result,
				    .how = print_download() };
	struct mdr_ship out = { .requests = 0 };
	json_t *more;
	int code;

	if (result)
		call(s->client, &s->ask, &app, &out);
	free(key);
	free(channel);
	s->err = out.error;
	(void)session_report(s);
	code = status_code(out.status);
	more = json_pack("{s:i, s:s, s:b, s:s*, s:s*, s:I, s:I, s:I, s:s*}", "status", (int)out.status, "name",
			 status_name(out.status), "applied", out.applied, "appliedMd5",
			 out.applied_md5[0] ? out.applied_md5 : NULL, "md5", out.md5[0] ? out.md5 : NULL, "requests",
			 (json_int_t)out.requests, "bytes", (json_int_t)out.loaded, "units", (json_int_t)out.units,
			 "error", s->err.code ? s->err.text : NULL);
	if (json_object_update(result, more))
		code = EXIT_ENVIRONMENT;
	json_decref(more);
	return print_result(result, code);
}

int command_sync(struct session *s, const char *const *args, int n)
{
	(void)args;
	(void)n;
	return ship(s, mdr_ship_sync);
}

int command_apply(struct session *s, const char *const *args, int n)
{
	(void)args;
	(void)n;
	return ship(s, mdr_ship_apply_cached_and_pull);
}

int command_pull(struct session *s, const char *const *args, int n)
{
	(void)args;
	(void)n;
	return ship(s, mdr_ship_pull);
}
