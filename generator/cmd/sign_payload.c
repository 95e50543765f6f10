#include <unistd.h>

#include "cmd/output.h"
#include "cmd/sign.h"

extern const struct command cmd_sign_payload;

static void write_payload(struct sign_run *r, const char *out)
{
	struct slice payload = r->draft.file.payload;
	bool there;

	if (!out)
		fwrite(payload.p, 1, payload.n, stdout); /* cmd_finish() checks the stream */
	else if (!output_write(&there, out, payload, &r->d))
		(void)!output_tell(there, out, payload, r->digests, &r->d);
}

static int run(const struct cmd_args *a)
{
	const char *out = cmd_value(a, "out");
	struct sign_run r;

	if (!out && isatty(STDOUT_FILENO))
		return cmd_usage(a, "the payload is not for a terminal; give --out FILE, or redirect it");
	if (!sign_run_open(&r, a->positional[0]))
		write_payload(&r, out);
	return sign_run_close(&r, EXIT_DONE);
}

static const struct cmd_option options[] = {
	{ "out", "FILE", "where to (default: standard output)", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_sign_payload = {
	"sign payload", "FILE", 1, 1, "the bytes that are to be signed, to carry them to another machine", options, run,
};
