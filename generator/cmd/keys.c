#include "sign/keys.h"
#include "base/cmd.h"
#include "base/digest.h"
#include "base/secrecy.h"

extern const struct command cmd_keys_new;

static int run_new(const struct cmd_args *a)
{
	struct diags d = DIAGS_INIT;
	struct digests *digests = NULL;
	int64_t now;
	int code = cmd_time(&now, a, "now");

	if (code)
		return code;
	secrecy_guard();
	if (digests_new(&digests))
		diag_environment(&d, NULL, "libcrypto gives no SHA-256 here");
	else if (!keys_new(a->positional[0], cmd_value(a, "root"), now, digests, &d))
		printf("development keys: %s (keep them out of the repository)\nroot: %s/1.root.json (commit it)\n",
		       a->positional[0], cmd_value(a, "root"));
	diags_print(&d, DIAG_TEXT, stderr);
	code = diags_exit(&d);
	digests_free(digests);
	diags_release(&d);
	return code;
}

static const struct cmd_option options[] = {
	{ "root", "DIR", "where 1.root.json is written: the repository's keys folder", true, false },
	{ "now", "TIME", "when the root's year begins (default: the clock)", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_keys_new = {
	"keys new", "KEYDIR", 1, 1, "a development set of keys, and the signed TUF root", options, run_new,
};
