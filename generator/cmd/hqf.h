/* cmd/hqf.h: what the commands `mdstatic hqf …` share.
 *
 * Input      files of the machine, not of a repository: mapped, hostile.
 * Errors     at the file: "FILE: error: why"; a file that cannot be opened is of the environment. */
#ifndef CMD_HQF_H
#define CMD_HQF_H

#include "base/cmd.h"
#include "base/digest.h"
#include "base/fileio.h"
#include "inspect/hqf.h"

#define HQF_INPUTS_MAX 256 /* on one command line */

struct hqf_run {
	struct arena mem;
	struct digests *digests;
	struct file_map maps[HQF_INPUTS_MAX];
	size_t nmaps;
	struct diags d;
};

int hqf_run_open(struct hqf_run *r) MUST_CHECK;
/* Maps a file until hqf_run_close(). */
int hqf_run_map(struct slice *out, struct hqf_run *r, const char *path) MUST_CHECK;
/* Prints what was found, frees everything: the exit code. */
int hqf_run_close(struct hqf_run *r, const struct cmd_args *a);

/* The part of a path behind its last `/`. */
const char *hqf_base_name(const char *path);

/* An option that names a file to make: 0, or EXIT_USAGE where it does not end as it must. */
int hqf_check_ending(const struct cmd_args *a, const char *what, const char *path, const char *ending);

#endif
