#include "print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plain.h"

int print_result(json_t *result, int code)
{
	bool bad = !result || json_dumpf(result, stdout, JSON_INDENT(2) | JSON_SORT_KEYS) != 0 ||
		   putchar('\n') == EOF || fflush(stdout) != 0;

	json_decref(result);
	if (!bad)
		return code;
	fputs("device: error: the result cannot be printed\n", stderr);
	return EXIT_ENVIRONMENT;
}

json_t *print_file(const struct session *s, const char *name)
{
	return json_sprintf("%s/%s/%s", s->options->state, s->options->app, name);
}

int print_add_got(json_t *result, const struct session *s, const struct mdr_got *got)
{
	char why[sizeof(got->why_full)];
	json_t *more;
	int failed;

	if (!got->name[0])
		return 0;
	memcpy(why, got->why_full, sizeof(why));
	plain(why);
	more = json_pack("{s:o, s:I, s:I, s:b, s:s*}", "file", print_file(s, got->name), "size", (json_int_t)got->size,
			 "fetched", (json_int_t)got->fetched, "byDelta", got->by_delta, "whyFull", why[0] ? why : NULL);
	failed = json_object_update(result, more);
	json_decref(more);
	return failed;
}

static bool progress(void *ctx, uint64_t done, uint64_t total)
{
	(void)ctx;
	fprintf(stderr, "\r%3" PRIu64 " %% of %" PRIu64 " KiB%s", total ? done * 100 / total : 100,
		(total + 1023) / 1024, done == total ? "\n" : "");
	return true;
}

struct mdr_download print_download(void)
{
	return (struct mdr_download){ .progress = isatty(STDERR_FILENO) ? progress : NULL };
}
