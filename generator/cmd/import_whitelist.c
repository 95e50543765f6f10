/* cmd/import_whitelist.c: user ids, or expressions, into whitelists/<name>.txt or .regex. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fileio.h"
#include "base/text.h"
#include "cmd/import.h"
#include "convert/idlist.h"
#include "convert/regex.h"
#include "defs/reader.h"

extern const struct command cmd_import_whitelist;

#define PIECE     ((size_t)1 << 16) /* bytes read at a time */
#define REGEX_MAX ((uint64_t)1 << 20)

struct ids {
	struct import *im;
	struct idlist list;
	int from, to; /* to: -1 with --dry-run */
	const char *staged;
};

/* --- ids ---------------------------------------------------------------------------------------------------------------- */

static int write_all(struct ids *w, struct strbuf *text)
{
	struct slice rest = strbuf_slice(text);

	while (rest.n && w->to >= 0) {
		ssize_t n = write(w->to, rest.p, rest.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return diag_environment(&w->im->d, w->staged, "cannot write: %s", strerror(errno));
		rest = slice_from(rest, (size_t)n);
	}
	strbuf_reset(text);
	return 0;
}

static int copy_ids(struct ids *w)
{
	CLEANUP(strbuf_release) struct strbuf out = STRBUF_INIT;
	char piece[PIECE];

	for (;;) {
		ssize_t n = read(w->from, piece, sizeof(piece));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return diag_environment(&w->im->d, w->list.path, "cannot read: %s", strerror(errno));
		if (n == 0)
			break;
		if (idlist_add(&w->list, &out, slice_bytes(piece, (size_t)n)) || write_all(w, &out))
			return -1;
		cmd_progress("%" PRIu64 " ids", w->list.ids);
	}
	return idlist_finish(&w->list, &out) || write_all(w, &out) ? -1 : 0;
}

static int open_staged(struct ids *w)
{
	w->to = -1;
	if (w->im->dry_run)
		return 0;
	w->staged = import_stage(w->im);
	if (!w->staged)
		return -1;
	w->to = open(w->staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (w->to < 0)
		return diag_environment(&w->im->d, w->staged, "cannot be made: %s", strerror(errno));
	return 0;
}

static int close_staged(struct ids *w)
{
	int bad = 0;

	if (w->to >= 0 && (fsync(w->to) || fchmod(w->to, 0644)))
		bad = diag_environment(&w->im->d, w->staged, "cannot write: %s", strerror(errno));
	if (w->to >= 0 && close(w->to) && !bad)
		bad = diag_environment(&w->im->d, w->staged, "cannot write: %s", strerror(errno));
	return bad;
}

/* The ids, in a staged file; their number, or -1. */
static int64_t stage_ids(const char **staged, struct import *im, const char *path)
{
	struct ids w = { .im = im, .from = open(path, O_RDONLY | O_CLOEXEC) };
	int bad;

	if (w.from < 0)
		return diag_environment(&im->d, path, "cannot read: %s", strerror(errno));
	idlist_open(&w.list, path, &im->d);
	bad = open_staged(&w);
	if (!bad)
		bad = copy_ids(&w);
	if (close_staged(&w))
		bad = -1;
	cmd_progress_end();
	close(w.from);
	idlist_close(&w.list);
	*staged = w.staged;
	return bad ? -1 : (int64_t)w.list.ids;
}

/* --- expressions -------------------------------------------------------------------------------------------------------- */

static int64_t rewrite_regex(struct slice *out, struct import *im, const char *path)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT, good = STRBUF_INIT;
	int64_t n = 0;

	if (file_read(&text, path, REGEX_MAX, &im->d))
		return -1;
	struct slice rest = strbuf_slice(&text);
	if (slice_starts(rest, "\xef\xbb\xbf"))
		rest = slice_from(rest, 3);
	while (rest.p && rest.n) { /* blank lines stay, so that line numbers do */
		struct slice line = slice_trim(slice_cut(&rest, '\n'));

		regex_rewrite(&good, line);
		strbuf_addch(&good, '\n');
		n += line.n > 0;
	}
	*out = arena_copy(&im->a, strbuf_slice(&good));
	return n;
}

/* --- the list ----------------------------------------------------------------------------------------------------------- */

static const struct whitelist *find_list(const struct import *im, struct slice name)
{
	for (size_t i = 0; i < im->app->nwhitelists; i++)
		if (slice_eq(im->app->whitelists[i]->name, name))
			return im->app->whitelists[i];
	return NULL;
}

static int check_name(struct import *im, struct slice name, bool regex)
{
	const struct whitelist *old = find_list(im, name);
	const char *shown = quote(&im->a, name);

	if (!text_is_name(name))
		return diag_error(&im->d, SRCPOS_NONE,
				  "%s cannot be a list's name: 1 to 64 of A-Z a-z 0-9 . _ -, and the first no sign",
				  shown);
	if (!old)
		return 0;
	if (!cmd_flag(im->args, "replace"))
		return diag_error(&im->d, SRCPOS_FILE(old->path), "the list %s exists already; --replace replaces it",
				  shown);
	if (old->is_regex != regex)
		return diag_error(&im->d, SRCPOS_FILE(old->path), "the list %s is one of %s; remove it first", shown,
				  old->is_regex ? "expressions" : "ids");
	return 0;
}

/* whitelists/<name>.ini, where an option asks for it. */
static int add_settings(struct import *im, struct slice name)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct slice rel = import_path(im, "whitelists/" SLICE_FMT ".ini", SLICE_ARG(name));
	const char *type = cmd_value(im->args, "id-type");

	if (type)
		strbuf_addf(&text, "idType = %s\n", type);
	if (cmd_flag(im->args, "plain-ids"))
		strbuf_adds(&text, "plainIds = true\n");
	if (!text.n)
		return 0;
	if (import_exists(im, rel))
		return diag_error(&im->d, SRCPOS_FILE(import_shown(im, rel)),
				  "exists already; edit it, and leave --id-type and --plain-ids out");
	import_add(im, rel, arena_printf(&im->a, "[whitelist]\n%s", text.p));
	return 0;
}

static void add_list(struct import *im, struct slice rel, struct slice text, const char *staged)
{
	import_add(im, rel, text);
	struct import_file *f = &im->files[im->n - 1];
	f->staged = staged;
	f->replaces = import_exists(im, rel);
	f->check = text;
	f->shown = im->args->positional[0];
}

static int64_t import_list(struct import *im, const char *path)
{
	struct slice name = slice_of(cmd_value(im->args, "name")), text = { NULL, 0 };
	bool regex = cmd_flag(im->args, "regex");
	const char *staged = NULL;
	int64_t n;

	if (check_name(im, name, regex))
		return -1;
	n = regex ? rewrite_regex(&text, im, path) : stage_ids(&staged, im, path);
	if (n < 0 || add_settings(im, name))
		return -1;
	add_list(im, import_path(im, "whitelists/" SLICE_FMT ".%s", SLICE_ARG(name), regex ? "regex" : "txt"), text,
		 staged);
	im->errors_only = true; /* of a new list everybody knows that nothing names it yet */
	im->facts = json_pack("{s:I}", regex ? "patterns" : "ids", (json_int_t)n);
	return import_commit(im) ? -1 : n;
}

static int check_options(const struct cmd_args *a)
{
	const char *type = cmd_value(a, "id-type");

	if (type && strcmp(type, "userId") != 0 && strcmp(type, "deviceId") != 0)
		return cmd_usage(a, "--id-type is \"%s\"; it must be userId or deviceId", type);
	if (cmd_flag(a, "regex") && cmd_flag(a, "plain-ids"))
		return cmd_usage(a, "--plain-ids is for a list of ids, not of expressions");
	return 0;
}

static int run(const struct cmd_args *a)
{
	struct import im = { .d = DIAGS_INIT, .a = ARENA_INIT };
	int code = check_options(a);
	char summary[64];
	int64_t n = 0;

	if (code)
		return code;
	if (!import_open(&im, a, a->positional[1]))
		n = import_list(&im, a->positional[0]);
	snprintf(summary, sizeof(summary), "%" PRId64 " %s%s", n, cmd_flag(a, "regex") ? "pattern" : "id",
		 n == 1 ? "" : "s");
	return import_end(&im, summary);
}

static const struct cmd_option options[] = {
	{ "name", "NAME", "the list's name", true, false },
	{ "id-type", "userId|deviceId", "what the ids are (default userId)", false, false },
	{ "regex", NULL, "FILE holds expressions, one a line; anchors, \\d and \\w are rewritten", false, false },
	{ "plain-ids", NULL, "phone numbers and e-mail addresses are meant", false, false },
	{ "replace", NULL, "replace a list that is there", false, false },
	IMPORT_OPTIONS,
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_import_whitelist = {
	"import whitelist",
	"FILE REPO",
	2,
	2,
	"a list of ids, with commas or line breaks, into the work tree",
	options,
	run,
};
