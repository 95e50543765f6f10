/* cmd/hqf_sign.c: a quick fix signed by somebody else's program, and its work looked at.
 *
 * The program gets a copy of the file and the name of one to make, in a folder of their own beside the output. What it makes must hold
 * the same files with the same contents, and a signing block that verifies; else nothing is written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/instant.h"
#include "build/hapsigcheck.h"
#include "cmd/hqf.h"
#include "cmd/output.h"

extern const struct command cmd_hqf_sign;

#define SHELL      "/bin/sh"
#define FILE_MODE  0600
#define PAGES_INFO ".pages.info" /* signing tools add it */

static const struct cms_query nobody = { .at = 0 };

struct signing {
	struct hqf_run run;
	const char *path, *out, *command;
	bool appqf;
	struct slice before, after;
	char *folder;                   /* NULL: not made */
	const char *in_path, *out_path; /* in it: what the program reads and makes */
};

static int fail(struct signing *s, const char *why)
{
	return diag_error(&s->run.d, SRCPOS_FILE(s->path), "what the command made is not taken: %s", why);
}

/* --- the program -------------------------------------------------------------------------------------------------------- */

static int make_folder(struct signing *s)
{
	char *name = arena_str(&s->run.mem, arena_printf(&s->run.mem, "%s.XXXXXX", s->out));

	if (!mkdtemp(name))
		return diag_environment(&s->run.d, name, "cannot make a folder: %s", strerror(errno));
	s->folder = name;
	s->in_path = arena_printf(&s->run.mem, "%s/in-%s", name, hqf_base_name(s->path)).p;
	s->out_path = arena_printf(&s->run.mem, "%s/%s", name, hqf_base_name(s->out)).p;
	return file_create(s->in_path, s->before, FILE_MODE, &s->run.d);
}

/* 'it''s' in the shell's way. */
static void add_quoted(struct strbuf *out, const char *path)
{
	strbuf_addch(out, '\'');
	for (; *path; path++) {
		if (*path == '\'')
			strbuf_adds(out, "'\\''");
		else
			strbuf_addch(out, *path);
	}
	strbuf_addch(out, '\'');
}

static void add_command(struct strbuf *out, const struct signing *s)
{
	const char *p = s->command;

	while (*p) {
		if (!strncmp(p, "{in}", 4)) {
			add_quoted(out, s->in_path);
			p += 4;
		} else if (!strncmp(p, "{out}", 5)) {
			add_quoted(out, s->out_path);
			p += 5;
		} else {
			strbuf_addch(out, *p++);
		}
	}
}

/* In the child: what the program says is no result of ours, and goes to stderr. */
static _Noreturn void become(const struct signing *s, const char *text)
{
	if (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 && !setenv("HQF_IN", s->in_path, 1) &&
	    !setenv("HQF_OUT", s->out_path, 1))
		execl(SHELL, SHELL, "-c", text, (char *)NULL);
	_exit(127);
}

static int run_command(struct signing *s)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	int status;
	pid_t child;

	add_command(&text, s);
	if (text.failed)
		return diag_environment(&s->run.d, NULL, "out of memory");
	child = fork();
	if (child == 0)
		become(s, text.p ? text.p : "");
	if (child < 0)
		return diag_environment(&s->run.d, NULL, "cannot start the command: %s", strerror(errno));
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return diag_environment(&s->run.d, NULL, "cannot wait for the command: %s", strerror(errno));
	}
	if (WIFSIGNALED(status))
		return diag_environment(&s->run.d, NULL, "the command was killed by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status))
		return diag_environment(&s->run.d, NULL, "the command ended with exit code %d", WEXITSTATUS(status));
	if (!file_exists(s->out_path))
		return diag_environment(&s->run.d, NULL,
					"the command made no file: it finds its name in {out} or $HQF_OUT");
	return hqf_run_map(&s->after, &s->run, s->out_path);
}

/* --- its work ----------------------------------------------------------------------------------------------------------- */

static int same_content(struct signing *s, const struct zip *before, const struct zip_entry *e, const struct zip *after)
{
	CLEANUP(strbuf_release) struct strbuf a = STRBUF_INIT;
	CLEANUP(strbuf_release) struct strbuf b = STRBUF_INIT;
	const struct zip_entry *now = zip_find(after, e->name);
	const char *why;

	if (!now)
		return fail(s,
			    arena_printf(&s->run.mem, "\"" SLICE_FMT "\" is not in it any more", SLICE_ARG(e->name)).p);
	if (zip_read(&a, before, e, HQF_BYTES_MAX, &why) || zip_read(&b, after, now, HQF_BYTES_MAX, &why))
		return fail(s, why);
	if (!slice_eq(strbuf_slice(&a), strbuf_slice(&b)))
		return fail(s, arena_printf(&s->run.mem, "\"" SLICE_FMT "\" has other content", SLICE_ARG(e->name)).p);
	return 0;
}

static int compare(struct signing *s)
{
	static const struct zip_limits limits = { HQF_FILES_MAX, HQF_BYTES_MAX, HQF_RATIO_MAX };
	struct zip before, after;
	const char *why;

	if (zip_open(&before, &s->run.mem, s->before, &limits, &why) ||
	    zip_open(&after, &s->run.mem, s->after, &limits, &why))
		return fail(s, why);
	for (size_t i = 0; i < before.n; i++) {
		if (same_content(s, &before, before.by_name[i], &after))
			return -1;
	}
	for (size_t i = 0; i < after.n; i++) {
		struct slice name = after.by_name[i]->name;

		if (!zip_find(&before, name) && !slice_eqs(name, PAGES_INFO))
			return fail(s, arena_printf(&s->run.mem, "\"" SLICE_FMT "\" is new in it", SLICE_ARG(name)).p);
	}
	return 0;
}

struct signature {
	bool is_signed;
	struct hapsig sig;
	struct slice bundle_name;
};

static int read_signature(struct signature *out, struct signing *s, struct slice bytes, const char **why)
{
	struct appqf all;
	struct hqf hqf;

	if (!s->appqf) {
		if (hqf_read(&hqf, &s->run.mem, bytes, &nobody, why))
			return -1;
		*out = (struct signature){ hqf.is_signed, hqf.sig, hqf.patch.bundle_name };
		return 0;
	}
	if (appqf_read(&all, &s->run.mem, bytes, &nobody, why) ||
	    hqf_read(&hqf, &s->run.mem, all.v[0].bytes, &nobody, why))
		return -1;
	*out = (struct signature){ all.is_signed, all.sig, hqf.patch.bundle_name };
	return 0;
}

static int check(struct signing *s)
{
	struct signature signature;
	const char *why;
	struct hapsig_judge judge = { &s->run.d, SRCPOS_FILE(s->path), "what the command made", SLICE(""),
				      "patch.json says" };
	struct task now = { .status = STATUS_RELEASING };
	const struct release release = { .tasks = &now, .ntasks = 1 };

	if (read_signature(&signature, s, s->after, &why))
		return fail(s, why);
	if (!signature.is_signed)
		return fail(s, "it is not signed");
	if (compare(s))
		return -1;
	judge.bundle_name = signature.bundle_name;
	hapsig_check(&judge, &signature.sig);
	hapsig_check_time(&judge, &release, signature.sig.profile.not_before, signature.sig.profile.not_after,
			  instant_now());
	return s->run.d.errors ? -1 : 0;
}

/* --- the command -------------------------------------------------------------------------------------------------------- */

static int sign(struct signing *s)
{
	struct hqf_run *r = &s->run;
	struct signature before;
	const char *why;
	bool there;

	if (hqf_run_map(&s->before, r, s->path))
		return -1;
	if (file_exists(s->out))
		return diag_error(&r->d, SRCPOS_FILE(s->out), "exists; a signature comes out different every time");
	if (read_signature(&before, s, s->before, &why))
		return diag_error(&r->d, SRCPOS_FILE(s->path), "%s", why);
	if (make_folder(s) || run_command(s) || check(s) || output_write(&there, s->out, s->after, &r->d))
		return -1;
	return output_tell(there, s->out, s->after, r->digests, &r->d);
}

static int sign_and_clean(struct signing *s)
{
	int bad = sign(s);

	return s->folder && file_remove_tree(s->folder, &s->run.d) ? -1 : bad;
}

static int run(const struct cmd_args *a)
{
	struct signing s = { .path = a->positional[0], .out = cmd_value(a, "out"), .command = cmd_value(a, "exec") };

	s.appqf = slice_ends(slice_of(s.path), ".appqf");
	if (hqf_check_ending(a, "FILE", s.path, s.appqf ? ".appqf" : ".hqf") ||
	    hqf_check_ending(a, "--out", s.out, s.appqf ? ".appqf" : ".hqf"))
		return EXIT_USAGE;
	if (!hqf_run_open(&s.run))
		(void)sign_and_clean(&s);
	return hqf_run_close(&s.run, a);
}

static const struct cmd_option options[] = {
	{ "exec", "COMMAND", "what signs, for the shell: {in} and {out} (also $HQF_IN, $HQF_OUT) are the files", true,
	  false },
	{ "out", "FILE", "the signed file; it must not be there yet", true, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_hqf_sign = {
	"hqf sign", "FILE", 1, 1, "an .hqf or .appqf signed by another program, whose work is verified", options, run,
};
