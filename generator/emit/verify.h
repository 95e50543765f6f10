/* emit/verify.h: every signature, hash and length of a tree, for `mdstatic verify`.
 *
 * Input      the output folder of a build (with one folder for each app), or one app's folder; outside bytes.
 * Published  what stands at a destination has more in it than the tree: files of earlier releases, notes of the pruner, also objects that
 *            the last build kept elsewhere. With `published` they are counted and not refused; all else is checked the same.
 * Refused    anything but what a build writes: a file that nothing lists, one that is missing or differs by a bit, expired or
 *            mixed metadata, an index that leads to something that is not listed or does not decode.
 * Errors     one located error per finding (exit 1), the file's path as given and below; files that cannot be read: exit 3. */
#ifndef EMIT_VERIFY_H
#define EMIT_VERIFY_H

#include "base/diag.h"
#include "base/digest.h"
#include "base/slice.h"

struct verify_role {
	struct slice role;
	uint64_t version;
	int64_t expires;
};

struct verify_app {
	struct slice app;
	struct slice commit, tool; /* from build.json */
	struct verify_role *roles; /* root, timestamp, snapshot, targets, objects… */
	size_t nroles;
	uint64_t files, bytes;               /* in the tree */
	uint64_t objects;                    /* listed */
	uint64_t elsewhere, elsewhere_bytes; /* of them kept elsewhere */
	uint64_t others;                     /* files that nothing lists, of a tree as it is published */
};

struct verify_result {
	struct arena mem;
	struct verify_app *apps; /* by name */
	size_t napps;
};
#define VERIFY_RESULT_INIT                                                                                             \
	{                                                                                                              \
		.mem = ARENA_INIT                                                                                      \
	}

struct verify_options {
	int64_t now;
	struct slice root;     /* bytes of the trusted ROOT.json */
	const char *root_name; /* for messages */
	bool complete;         /* objects kept elsewhere count as missing */
	bool published;
};

/* 0: the tree is good. -1: at least one error in `d`; `out` holds what was found so far. */
int verify_tree(struct verify_result *out, const char *tree, const struct verify_options *o, struct digests *dg,
		struct diags *d) MUST_CHECK;
void verify_result_release(struct verify_result *r);

#endif
