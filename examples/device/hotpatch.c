#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "print.h"

static const char *state_name(enum mdr_hotpatch_state state)
{
	switch (state) {
	case MDR_HOTPATCH_NONE:
		return "none";
	case MDR_HOTPATCH_KEPT:
		return "kept";
	case MDR_HOTPATCH_RESTART:
		return "restart";
	case MDR_HOTPATCH_REFUSED:
		break;
	}
	return "refused";
}

static int sync(struct session *s)
{
	struct mdr_download how = print_download();
	struct mdr_hotpatch patch = { .rollback = false };
	json_t *result;
	int code;

	s->err.code = mdr_hotpatch_sync(s->client, &s->ask, &how, NULL, NULL, &patch, &s->err);
	code = session_report(s);
	if (code)
		return code;
	result = json_pack("{s:s, s:b, s:s*, s:s*}", "state", state_name(patch.state), "rollback", patch.rollback,
			   "hotpatchVersion", patch.version[0] ? patch.version : NULL, "task",
			   patch.task[0] ? patch.task : NULL);
	if (print_add_got(result, s, &patch.got))
		code = EXIT_ENVIRONMENT;
	return print_result(result, code);
}

/* What the app would load at its start. */
static int current(struct session *s)
{
	char *version = session_attribute(s, "appVersion"), name[MDR_NAME] = "";
	int code;

	s->err.code = mdr_hotpatch_current(s->client, version ? version : "", name, &s->err);
	free(version);
	code = session_report(s);
	return code ? code : print_result(json_pack("{s:o*}", "file", name[0] ? print_file(s, name) : NULL), code);
}

int command_hotpatch(struct session *s, const char *const *args, int n)
{
	if (n == 0)
		return sync(s);
	if (n == 1 && strcmp(args[0], "current") == 0)
		return current(s);
	if (n != 1 || strcmp(args[0], "started") != 0)
		return options_refuse("hotpatch is followed by nothing, current or started");
	s->err.code = mdr_hotpatch_started(s->client, &s->err);
	return session_report(s);
}
