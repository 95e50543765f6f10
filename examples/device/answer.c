#include <stdio.h>
#include <stdlib.h>

#include "commands.h"

static enum mdr_code answer(struct session *s, struct mdr_text *out)
{
	return mdr_answer(s->client, &s->device, s->ask.at, MDR_ALL, MDR_INDENT, out, &s->err);
}

/* What the last verified tree said; the failure that led here is the exit code. */
static enum mdr_code last_answer(struct session *s, struct mdr_text *out, int *code)
{
	*code = session_report(s);
	return session_reopen(s) ? s->err.code : answer(s, out);
}

int command_answer(struct session *s, const char *const *args, int n)
{
	struct mdr_text text = { NULL, 0, 0 };
	enum mdr_code result = mdr_refresh(s->client, s->ask.now, &s->err);
	int code = EXIT_DONE;

	(void)args;
	(void)n;
	if (!result)
		result = answer(s, &text);
	if (result == MDR_UNREACHABLE)
		result = last_answer(s, &text, &code);
	if (result)
		code = session_report(s);
	else if (puts(text.p) == EOF || fflush(stdout) != 0)
		code = EXIT_ENVIRONMENT;
	free(text.p);
	return code;
}

int command_clean(struct session *s, const char *const *args, int n)
{
	s->err.code = mdr_clean(s->client, args, (size_t)n, &s->err);
	return session_report(s);
}
