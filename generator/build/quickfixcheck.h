/* build/quickfixcheck.h: the modules of a quick fix held against their definition, and against each other.
 *
 * Errors     what contradicts the definitions or makes a device refuse the release: another app part than the folders' names; a
 *            module's name twice for one device type; libraries for other ABIs than those of another module that a device gets
 *            too; a profile for another bundleName, expired or not valid yet at the commit's time; signers or profiles that
 *            differ from module to module; in modules that we build, an originalModuleHash that is none.
 * Warnings   not signed; signed for debugging, or by the market; originalModuleHash that is none; compressed code; entries that
 *            devices do not look at; .so.diff files.
 * Ended      releases, no task of which can reach a device any more, keep what they have: whether their profiles have expired is not
 *            asked, and unsigned modules are not told of. Where no task is releasing an expired profile is a warning. */
#ifndef BUILD_QUICKFIXCHECK_H
#define BUILD_QUICKFIXCHECK_H

#include "inspect/hqf.h"
#include "model/model.h"

/* One module on its way: where it comes from, and its bytes. */
struct module_input {
	const char *pointer; /* into release.json */
	const char *label;   /* for messages */
	bool ready;          /* not built by us */
	size_t source;       /* number of the input in q->sources */
	struct slice bytes;
};

struct modules_check {
	const struct quickfix *q;
	const char *named; /* where the release has its bundleName and codes: "the folder's name is" */
	int64_t commit_time;
	struct arena *a; /* until the last module */
	struct diags *d;
	struct checked_module *v; /* those before */
	size_t n, cap;
};

/* `hqf` is borrowed until the last module. */
void module_check(struct modules_check *c, const struct module_input *in, const struct hqf *hqf);

#endif
