#include <string.h>

#include "base/cmd.h"
#include "base/digest.h"
#include "base/fileio.h"
#include "base/secrecy.h"
#include "cmd/starter.h"
#include "sign/keys.h"
#include "source/source.h"

extern const struct command cmd_init;

#define DIR_MODE  0755
#define FILE_MODE 0644
#define EXEC_MODE 0755
#define OURS      ".mdstatic"
#define KEYS      OURS "/keys" /* private; the starter's .gitignore has it */
#define ROOT      "keys"

/* DIR/path, whose folders are made as needed. */
static int write_file(const char *dir, const char *path, struct slice data, struct diags *d)
{
	struct strbuf full = STRBUF_INIT, folder = STRBUF_INIT;
	const mode_t mode = slice_starts(data, "#!") ? EXEC_MODE : FILE_MODE;
	int bad;

	strbuf_addf(&full, "%s/%s", dir, path);
	strbuf_addslice(&folder, slice_sub(strbuf_slice(&full), 0, (size_t)slice_rfind(strbuf_slice(&full), '/')));
	bad = file_mkdirs(folder.p, DIR_MODE, d) || file_create(full.p, data, mode, d) ? -1 : 0;
	strbuf_release(&full);
	strbuf_release(&folder);
	return bad;
}

static int check_absent(const char *dir, const char *path, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf full = STRBUF_INIT;

	strbuf_addf(&full, "%s/%s", dir, path);
	if (full.failed)
		return diag_environment(d, NULL, "out of memory");
	if (file_exists(full.p))
		return diag_environment(d, full.p, "exists already; init writes into a new or empty folder only");
	return 0;
}

/* Nothing of what init would write may be there: the user's files are never touched, and a second run changes nothing. */
static int check_empty(const char *dir, struct diags *d)
{
	int bad = check_absent(dir, OURS, d) | check_absent(dir, ROOT "/1.root.json", d);

	for (size_t i = 0; i < nstarter_files; i++) {
		if (!slice_starts(slice_of(starter_files[i].path), OURS "/"))
			bad |= check_absent(dir, starter_files[i].path, d);
	}
	return bad;
}

static int make_keys(const char *dir, int64_t now, struct diags *d)
{
	struct strbuf keys = STRBUF_INIT, root = STRBUF_INIT;
	struct digests *digests = NULL;
	int bad = -1;

	strbuf_addf(&keys, "%s/" KEYS, dir);
	strbuf_addf(&root, "%s/" ROOT, dir);
	secrecy_guard();
	if (digests_new(&digests))
		diag_environment(d, NULL, "libcrypto gives no SHA-256 here");
	else
		bad = keys_new(keys.p, root.p, now, digests, d);
	digests_free(digests);
	strbuf_release(&keys);
	strbuf_release(&root);
	return bad;
}

static int make_starter(const char *dir, int64_t now, struct diags *d)
{
	if (check_empty(dir, d) || file_mkdirs(dir, DIR_MODE, d))
		return -1;
	for (size_t i = 0; i < nstarter_files; i++) {
		if (write_file(dir, starter_files[i].path, slice_bytes(starter_files[i].data, starter_files[i].n), d))
			return -1;
	}
	if (make_keys(dir, now, d) || source_create(dir, d))
		return -1;
	printf("%s: starter definitions, and development keys in %s/" KEYS " (git ignores them)\n"
	       "next:\n  cd %s && git add -A && git commit -m 'starter definitions'\n"
	       "  mdstatic check .\n  mdstatic build . --out tree --keys " KEYS "\n"
	       "publish on push: .github/workflows/definitions.yml, .gitlab-ci.yml, or mdstatic init --hooks "
	       "REPO.git\n",
	       dir, dir, dir);
	return 0;
}

static int run(const struct cmd_args *a)
{
	const char *dir = a->positional[0];
	struct diags d = DIAGS_INIT;
	int64_t now;
	int bad, code = cmd_time(&now, a, "now");

	if (code)
		return code;
	bad = cmd_flag(a, "hooks") ? hooks_install(dir, &d) : make_starter(dir, now, &d);
	diags_print(&d, DIAG_TEXT, stderr);
	code = bad ? diags_exit(&d) : cmd_finish(a, EXIT_DONE);
	diags_release(&d);
	return code;
}

static const struct cmd_option options[] = {
	{ "hooks", NULL, "DIR is a repository that is pushed to: only git hooks, which check and publish", false,
	  false },
	{ "now", "TIME", "when the root's year begins (default: the clock)", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_init = {
	"init", "DIR", 1, 1, "starter definitions, development keys in DIR/.mdstatic/keys, CI files", options, run,
};
