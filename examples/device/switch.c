#include <stdio.h>

#include "commands.h"
#include "print.h"

/* The value is at hand also where nothing is reachable, or where what is reachable is refused: the exit code tells. */
int command_switch(struct session *s, const char *const *args, int n)
{
	const char *value;
	bool asked = false;
	int code;

	s->err.code = mdr_switches_refresh(s->client, &s->ask, s->options->force, &asked, &s->err);
	code = session_report(s);
	value = mdr_switch_value(s->client, args[0], n > 1 ? args[1] : NULL);
	if (s->options->json)
		return print_result(json_pack("{s:s, s:s?, s:b, s:I}", "key", args[0], "value", value, "asked", asked,
					      "due", (json_int_t)mdr_switches_due(s->client)),
				    code);
	if (!value)
		fprintf(stderr, "device: no value for %s\n", args[0]);
	else if (puts(value) == EOF || fflush(stdout) != 0)
		return EXIT_ENVIRONMENT;
	return code;
}
