/* cmd/sign.h: what the commands about files that wait for signatures share: `mdstatic sign …` and `keys root`. */
#ifndef CMD_SIGN_H
#define CMD_SIGN_H

#include "base/cmd.h"
#include "base/digest.h"
#include "sign/draft.h"

struct sign_run {
	struct digests *digests;
	struct draft draft;
	struct diags d;
};

/* Opens the draft (`path` NULL: none yet). Close it also after an error. */
int sign_run_open(struct sign_run *r, const char *path) MUST_CHECK;
/* Prints what was found, frees everything: the exit code; `code` where nothing was wrong. */
int sign_run_close(struct sign_run *r, int code);

/* On stdout, for people: what a root changes, and who has signed. */
void sign_print(const struct draft *f, struct digests *dg);
/* What comes next; `keydir` (may be NULL) is named there. */
void sign_print_next(const struct draft *f, const char *keydir);
/* The same as JSON. */
int sign_print_json(const struct draft *f, struct digests *dg, struct diags *d) MUST_CHECK;

#endif
