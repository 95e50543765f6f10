#include "cmd/sign.h"

extern const struct command cmd_sign_show;

static int run(const struct cmd_args *a)
{
	struct sign_run r;
	int code = EXIT_BAD;

	if (!sign_run_open(&r, a->positional[0])) {
		code = draft_complete(&r.draft) ? EXIT_DONE : EXIT_BAD;
		if (cmd_flag(a, "json")) {
			(void)!sign_print_json(&r.draft, r.digests, &r.d);
		} else {
			sign_print(&r.draft, r.digests);
			sign_print_next(&r.draft, NULL);
		}
	}
	return sign_run_close(&r, code);
}

static const struct cmd_option options[] = {
	{ "json", NULL, "the same as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_sign_show = {
	"sign show", "FILE", 1, 1, "who has signed a root or a file of a build; exit 1: not complete", options, run,
};
