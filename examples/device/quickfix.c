#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "print.h"

static const char *state_name(enum mdr_quickfix_state state)
{
	switch (state) {
	case MDR_QUICKFIX_NONE:
		return "none";
	case MDR_QUICKFIX_KEPT:
		return "kept";
	case MDR_QUICKFIX_READY:
		return "ready";
	case MDR_QUICKFIX_ROLLBACK:
		return "rollback";
	case MDR_QUICKFIX_REFUSED:
		break;
	}
	return "refused";
}

static json_t *modules(const struct session *s, const struct mdr_quickfix *q)
{
	json_t *list = q->state == MDR_QUICKFIX_READY ? json_array() : NULL;

	for (size_t i = 0; list && i < q->n; i++)
		json_array_append_new(
			list, json_pack("{s:s*, s:o}", "module", q->modules[i], "file", print_file(s, q->files[i])));
	return list;
}

/* Here there is no system to ask: the bundle is the one that the device's JSON tells of, installed by a system app. */
static int sync(struct session *s)
{
	char *name = session_attribute(s, "bundleName"), *abi = session_attribute(s, "abi");
	const struct mdr_bundle bundle = { .name = name,
					   .version_code = s->device.version_code,
					   .abi = abi,
					   .deployed = s->device.patch_version_code,
					   .knows_deployed = s->device.has_patch_version_code,
					   .system_caller = true,
					   .permitted = true };
	struct mdr_download how = print_download();
	struct mdr_quickfix q = { .held = NULL };
	int code;

	s->err.code = mdr_quickfix_sync(s->client, &s->ask, &bundle, &how, &q, &s->err);
	code = session_report(s);
	if (!code)
		code = print_result(json_pack("{s:s, s:o*, s:s*, s:s*, s:I, s:o*}", "state", state_name(q.state),
					      "code", q.code ? json_integer(q.code) : NULL, "why", q.why, "task",
					      q.task[0] ? q.task : NULL, "patchVersionCode",
					      (json_int_t)q.patch_version_code, "modules", modules(s, &q)),
				    code);
	mdr_quickfix_release(&q);
	free(name);
	free(abi);
	return code;
}

static int done(struct session *s, const char *text)
{
	char *end = NULL;
	unsigned long patch = strtoul(text, &end, 10);

	if (end == text || *end || patch > INT32_MAX)
		return options_refuse("\"%s\" is no patchVersionCode", text);
	s->err.code = mdr_quickfix_done(s->client, (uint32_t)patch, &s->err);
	return session_report(s);
}

int command_quickfix(struct session *s, const char *const *args, int n)
{
	if (n == 2 && strcmp(args[0], "done") == 0)
		return done(s, args[1]);
	return n == 0 ? sync(s) : options_refuse("quickfix is followed by nothing, or done CODE");
}
