#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cmd.h"
#include "base/fileio.h"
#include "base/instant.h"
#include "base/kinds.h"
#include "base/text.h"
#include "cmd/lines.h"
#include "cmd/treedir.h"
#include "resolve/fetch.h"
#include "resolve/jsontext.h"

extern const struct command cmd_resolve;

#define ROOT_MAX 512000

struct job {
	const struct cmd_args *args;
	const char *device, *devices; /* one of them */
	int64_t now, at;
	unsigned kinds, flags;
	struct treedir tree;
	struct mdr_client *client;
	struct diags d;
};

/* --- options -------------------------------------------------------------------------------------------------------------- */

static int take_at(struct job *j)
{
	const char *at = cmd_value(j->args, "at");

	j->at = j->now;
	if (!at)
		return 0;
	if (strcmp(at, "none") == 0) {
		j->at = MDR_NO_TIME;
		return 0;
	}
	if (!instant_parse(&j->at, slice_of(at))) {
		return cmd_usage(j->args, "--at is \"%s\"; it must be a time like 2026-11-21T08:00:00Z, or none", at);
	}
	return 0;
}

static int unknown_kind(struct job *j, const char *word)
{
	struct slice names[KIND_COUNT], near;

	for (size_t i = 0; i < KIND_COUNT; i++)
		names[i] = slice_of(kind_name((enum kind)i));
	near = text_nearest(slice_of(word), names, KIND_COUNT);
	if (near.n) {
		return cmd_usage(j->args, "unknown kind \"%s\"; did you mean \"" SLICE_FMT "\"?", word,
				 SLICE_ARG(near));
	}
	return cmd_usage(j->args, "unknown kind \"%s\"; it must be upgrade, hotpatch, h5, quickfix or switch", word);
}

static int take_kinds(struct job *j)
{
	const struct cmd_args *a = j->args;

	j->kinds = 0;
	for (size_t i = 0; i < a->noptions; i++) {
		enum kind kind;

		if (strcmp(a->names[i], "kind") != 0)
			continue;
		if (!kind_parse(&kind, slice_of(a->values[i])))
			return unknown_kind(j, a->values[i]);
		j->kinds |= 1u << kind;
	}
	if (!j->kinds)
		j->kinds = MDR_ALL;
	return 0;
}

static int take_options(struct job *j)
{
	int code = cmd_time(&j->now, j->args, "now");

	if (!code)
		code = take_at(j);
	if (!code)
		code = take_kinds(j);
	if (code)
		return code;
	j->device = cmd_value(j->args, "device");
	j->devices = cmd_value(j->args, "devices");
	if (!j->device == !j->devices)
		return cmd_usage(j->args, "give either --device FILE or --devices FILE");
	j->flags = (cmd_flag(j->args, "explain") ? MDR_EXPLAIN : 0) | (j->device ? MDR_INDENT : 0);
	return 0;
}

/* --- the client ----------------------------------------------------------------------------------------------------------- */

/* What the library said, as an error about the tree; 3 where the machine is to blame and not the files. */
static int report(struct job *j, const struct mdr_error *err)
{
	const char *tree = j->tree.folder.p;

	if (err->code == MDR_UNREACHABLE || err->code == MDR_STORAGE) {
		if (j->tree.why.n)
			return diag_environment(&j->d, tree, "%s (%s)", err->text, j->tree.why.p);
		return diag_environment(&j->d, tree, "%s", err->text);
	}
	if (err->code == MDR_MEMORY)
		return diag_environment(&j->d, tree, "%s", err->text);
	return diag_error(&j->d, SRCPOS_FILE(tree), "%s", err->text);
}

/* Without --root the tree's own, which is bounded and missed as all that a device reads. */
static int read_own_root(struct job *j, struct strbuf *root)
{
	const struct fetcher tree = { .fn = treedir_fetch, .ctx = &j->tree };
	struct mdr_error err;

	if (fetch_file(root, &tree, "metadata/1.root.json", ROOT_MAX, NULL, &err))
		return report(j, &err);
	diag_warning(&j->d, SRCPOS_FILE(j->tree.path.p),
		     "trusted as it is: without --root nothing tells whose tree this is");
	return 0;
}

static int read_root(struct job *j, struct strbuf *root)
{
	const char *path = cmd_value(j->args, "root");

	return path ? file_read(root, path, ROOT_MAX, &j->d) : read_own_root(j, root);
}

static int open_client(struct job *j)
{
	struct mdr_config config = { .app = j->tree.app.p, .fetch = treedir_fetch, .fetch_ctx = &j->tree };
	struct strbuf root = STRBUF_INIT;
	struct mdr_error err;
	int result = read_root(j, &root);

	if (!result) {
		config.root = root.p ? root.p : "";
		config.root_size = root.n;
		if (j->tree.state.n) {
			config.storage = (struct mdr_storage){
				.ctx = &j->tree, .load = treedir_load, .store = treedir_store, .remove = treedir_remove
			};
		}
		if (mdr_open(&j->client, &config, &err) || mdr_refresh(j->client, j->now, &err))
			result = report(j, &err);
	}
	strbuf_release(&root);
	return result;
}

/* --- devices -------------------------------------------------------------------------------------------------------------- */

static enum mdr_code resolve(struct job *j, struct mdr_text *answer, struct slice json, struct mdr_error *err)
{
	struct mdr_parsed *keep = NULL;
	struct mdr_device device;
	enum mdr_code code = mdr_device_parse(&device, &keep, json.p ? json.p : "", json.n, err);

	if (!code)
		code = mdr_answer(j->client, &device, j->at, j->kinds, j->flags, answer, err);
	mdr_device_release(keep);
	return code;
}

static int one_device(struct job *j)
{
	const char *name = strcmp(j->device, "-") == 0 ? "standard input" : j->device;
	struct strbuf json = STRBUF_INIT;
	struct mdr_text answer = { NULL, 0, 0 };
	struct mdr_error err;
	enum mdr_code code;
	int result = name == j->device ? file_read(&json, name, LINES_MAX, &j->d)
				       : file_read_fd(&json, STDIN_FILENO, name, LINES_MAX, &j->d);

	if (!result) {
		code = resolve(j, &answer, strbuf_slice(&json), &err);
		if (code == MDR_DEVICE)
			result = diag_error(&j->d, SRCPOS_FILE(name), "%s", err.text);
		else if (code)
			result = report(j, &err);
		else
			printf("%s\n", answer.p);
	}
	free(answer.p);
	strbuf_release(&json);
	return result;
}

static void print_bad_line(struct job *j, uint64_t number, const char *text, struct mdr_text *scratch)
{
	struct strbuf message = STRBUF_INIT, out = { scratch->p, 0, scratch->cap, false };

	strbuf_addf(&message, "line %" PRIu64 ": %s", number, text);
	strbuf_reset(&out);
	strbuf_adds(&out, "{\"error\":");
	jsontext_string(&out, strbuf_slice(&message));
	strbuf_adds(&out, "}\n");
	if (out.failed || message.failed)
		diag_environment(&j->d, NULL, "out of memory");
	else
		(void)fwrite(out.p, 1, out.n, stdout); /* cmd_finish() looks whether everything was written */
	*scratch = (struct mdr_text){ out.p, out.n, out.cap };
	strbuf_release(&message);
}

/* 0 good, 1 a bad line (its error is printed in its place), -1 nothing more can come. */
static int one_line(struct job *j, const struct lines *l, struct slice line, struct mdr_text *answer)
{
	struct mdr_error err = { .code = MDR_DEVICE, .text = "is longer than 1 MiB" };
	enum mdr_code code = l->too_long ? MDR_DEVICE : resolve(j, answer, line, &err);

	if (code && code != MDR_DEVICE)
		return report(j, &err);
	if (code) {
		print_bad_line(j, l->number, err.text, answer);
		return 1;
	}
	fwrite_unlocked(answer->p, 1, answer->n, stdout);
	putc_unlocked('\n', stdout);
	return ferror(stdout) ? -1 : 0;
}

static int all_lines(struct job *j, struct lines *l, const char *name)
{
	struct mdr_text answer = { NULL, 0, 0 };
	struct slice line;
	uint64_t bad = 0;
	int result = 0, more;

	while ((more = lines_next(l, &line)) > 0) {
		result = one_line(j, l, line, &answer);
		if (result < 0)
			break;
		bad += (uint64_t)result;
	}
	if (more < 0)
		diag_environment(&j->d, name, "cannot read: %s", strerror(errno));
	if (bad)
		diag_error(&j->d, SRCPOS_FILE(name), "%" PRIu64 " bad line%s; see the output", bad, bad > 1 ? "s" : "");
	free(answer.p);
	return result < 0 || more < 0 || bad ? -1 : 0;
}

static int many_devices(struct job *j)
{
	bool from_stdin = strcmp(j->devices, "-") == 0;
	const char *name = from_stdin ? "standard input" : j->devices;
	int fd = from_stdin ? STDIN_FILENO : open(j->devices, O_RDONLY | O_CLOEXEC), result;
	struct lines lines;

	if (fd < 0)
		return diag_environment(&j->d, name, "cannot open: %s", strerror(errno));
	if (lines_open(&lines, fd))
		result = diag_environment(&j->d, NULL, "out of memory");
	else
		result = all_lines(j, &lines, name);
	lines_close(&lines);
	if (!from_stdin)
		close(fd);
	return result;
}

/* --- the command ---------------------------------------------------------------------------------------------------------- */

static int run_job(struct job *j)
{
	struct strbuf several = STRBUF_INIT;
	const struct cmd_args *a = j->args;
	int found =
		treedir_find(&j->tree, a->positional[0], cmd_value(a, "app"), cmd_value(a, "state"), &several, &j->d);
	int code = EXIT_DONE;

	if (found > 0)
		code = cmd_usage(a, "the tree holds several apps (%s); name one with --app", several.p);
	else if (found == 0 && !open_client(j))
		(void)(j->device ? one_device(j) : many_devices(j)); /* what went wrong is in j->d */
	strbuf_release(&several);
	return code ? code : diags_exit(&j->d);
}

static int run(const struct cmd_args *a)
{
	struct job j = { .args = a, .tree = TREEDIR_INIT, .d = DIAGS_INIT };
	int code = take_options(&j);

	if (code)
		return code;
	code = run_job(&j);
	(void)fflush(stdout); /* answers before errors; cmd_finish() checks */
	diags_print(&j.d, DIAG_TEXT, stderr);
	diags_release(&j.d);
	mdr_close(j.client);
	treedir_release(&j.tree);
	return code;
}

static const struct cmd_option options[] = {
	{ "app", "APPCODE", "the app; may be left out where the tree holds one", false, false },
	{ "device", "FILE", "one device, a JSON object (- is standard input)", false, false },
	{ "devices", "FILE", "many devices, one a line; one compact answer a line (- is standard input)", false,
	  false },
	{ "root", "ROOT.json", "the root that is trusted (default: the tree's own 1.root.json)", false, false },
	{ "now", "TIME", "judges expiry (default: the clock)", false, false },
	{ "at", "TIME", "judges windows and ramps; none: no trusted time (default: --now)", false, false },
	{ "kind", "KIND", "only upgrade, hotpatch, h5, quickfix or switch", false, true },
	{ "explain", NULL, "adds why, task by task", false, false },
	{ "state", "DIR", "keeps what was trusted, so that an older tree is refused next time", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_resolve = {
	"resolve", "TREE", 1, 1, "what a device gets, by the device library", options, run,
};
