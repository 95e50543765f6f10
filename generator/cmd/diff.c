#include <string.h>

#include "cmd/load.h"
#include "report/diff.h"

extern const struct command cmd_diff;

typedef void write_fn(struct strbuf *out, const struct diff *diff);

struct form {
	const char *name;
	write_fn *write; /* NULL: JSON */
};

static const struct form forms[] = {
	{ "text", diff_text },
	{ "markdown", diff_markdown },
	{ "json", NULL },
	{ "html", diff_html },
};

static int read_form(const struct form **out, const struct cmd_args *a)
{
	const char *name = cmd_value(a, "format");

	if (cmd_flag(a, "json") && name)
		return cmd_usage(a, "--json and --format exclude each other");
	name = cmd_flag(a, "json") ? "json" : name ? name : "text";
	for (size_t i = 0; i < COUNT(forms); i++) {
		if (strcmp(forms[i].name, name) == 0) {
			*out = &forms[i];
			return 0;
		}
	}
	return cmd_usage(a, "--format is \"%s\"; it must be text, markdown, json or html", name);
}

/* Errors of a revision are its own: whoever reads them knows which one is bad. */
static int read_revision(struct load *l, const struct cmd_args *a, const char *which, const char *rev)
{
	struct source_options o = { .rev = rev, .any_owner = cmd_flag(a, "any-owner") };
	int code;

	(void)!load_open_as(l, a->positional[0], &o);
	code = diags_exit(&l->d);
	if (!code)
		return 0;
	diags_print(&l->d, DIAG_TEXT, stderr);
	fprintf(stderr, "mdstatic: %s (%s) cannot be compared\n", which, rev);
	return code;
}

static struct diff_side side_of(const struct load *l, const char *rev)
{
	return (struct diff_side){ rev, source_commit(l->source), &l->model, source_tree(l->source) };
}

static void print_diff(const struct diff *diff, const struct form *form, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	json_t *json;

	if (form->write) {
		form->write(&text, diff);
		if (text.failed)
			diag_environment(d, NULL, "out of memory");
		else
			fputs(text.p, stdout);
		return;
	}
	json = diff_json(diff);
	if (!json || json_dumpf(json, stdout, JSON_INDENT(2) | JSON_SORT_KEYS))
		diag_environment(d, NULL, "out of memory");
	json_decref(json);
	puts("");
}

static int compare(struct load *base, struct load *head, const struct cmd_args *a, const struct form *form)
{
	struct diff_side was = side_of(base, a->positional[1]), is = side_of(head, a->positional[2]);
	struct diff diff;
	int code;

	if (diff_make(&diff, &head->mem, &was, &is, &head->d) == 0)
		print_diff(&diff, form, &head->d);
	diags_print(&head->d, DIAG_TEXT, stderr);
	code = diags_exit(&head->d);
	if (!code && cmd_flag(a, "exit-code") && !diff_is_empty(&diff))
		code = EXIT_BAD;
	return code;
}

/* Warnings of definitions are check's to tell. */
static void drop_warnings(struct load *l)
{
	diags_release(&l->d);
	l->d = (struct diags)DIAGS_INIT;
}

static int run(const struct cmd_args *a)
{
	struct load base = LOAD_INIT, head = LOAD_INIT;
	const struct form *form = forms;
	int code = read_form(&form, a);

	if (code)
		return code;
	code = read_revision(&head, a, "HEAD", a->positional[2]);
	if (!code)
		code = read_revision(&base, a, "BASE", a->positional[1]);
	if (!code) {
		drop_warnings(&base);
		drop_warnings(&head);
		code = compare(&base, &head, a, form);
	}
	load_close(&base);
	load_close(&head);
	return code;
}

static const struct cmd_option options[] = {
	{ "format", "FORM", "text (default), markdown (for a comment), json or html", false, false },
	{ "json", NULL, "the same as --format json", false, false },
	{ "exit-code", NULL, "exit 1 where the definitions differ", false, false },
	{ "any-owner", NULL, "also read a repository that belongs to another user", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_diff = {
	"diff",
	"REPO BASE HEAD",
	3,
	3,
	"who gets what, before and after a change, with how many devices that is",
	options,
	run,
};
