/* build/hapsigcheck.h: what the signature of a harmony package says, judged.
 *
 * The block itself was verified when it was read (inspect/hapsig.h). What is left are names and times: an error where devices refuse
 * the package, a warning where few of them take it. */
#ifndef BUILD_HAPSIGCHECK_H
#define BUILD_HAPSIGCHECK_H

#include "inspect/hapsig.h"
#include "model/model.h"

struct hapsig_judge {
	struct diags *d;
	struct srcpos at;
	const char *label;        /* the package, for messages */
	struct slice bundle_name; /* that the profile must name */
	const char *whose;        /* "patch.json says", "module.json says" */
};

void hapsig_check(const struct hapsig_judge *j, const struct hapsig *sig);
/* Whether the profile is valid at `now`: an error where a task of `r` is releasing, a warning where one may be again. */
void hapsig_check_time(const struct hapsig_judge *j, const struct release *r, int64_t not_before, int64_t not_after,
		       int64_t now);
/* What makes two packages those of one app: signer, and apl, app-identifier and type of the profile. `other` is named `label`. */
void hapsig_compare(const struct hapsig_judge *j, const struct hapsig *sig, const char *label,
		    const struct hapsig *other);

#endif
