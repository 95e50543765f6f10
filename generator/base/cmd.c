#include "base/cmd.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/pool.h"
#include "base/text.h"

#define LISTED_MAX   64 /* names offered to text_nearest() */
#define OPTION_WIDTH 26 /* of the left column of a command's page */

/* "mdstatic keys new", "mdstatic-publish" */
static void print_name(const struct program *p, const struct command *c, FILE *to)
{
	fprintf(to, "%s%s%s", p->name, *c->name ? " " : "", c->name);
}

static void print_usage(const struct program *p, const struct command *c, FILE *to)
{
	fputs("usage: ", to);
	print_name(p, c, to);
	fprintf(to, "%s%s", *c->positional ? " " : "", c->positional);
	for (const struct cmd_option *o = c->options; o->name; o++) {
		fprintf(to, " %s--%s%s%s%s%s", o->required ? "" : "[", o->name, o->value ? " " : "",
			o->value ? o->value : "", o->required ? "" : "]", o->many ? "..." : "");
	}
	fputc('\n', to);
}

static void print_options(const struct command *c)
{
	for (const struct cmd_option *o = c->options; o->name; o++) {
		char left[64];
		snprintf(left, sizeof(left), "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
		printf("  %-*s %s\n", OPTION_WIDTH, left, o->help);
	}
	printf("  %-*s %s\n", OPTION_WIDTH, "--help", "this page");
}

static int print_help(const struct program *p, const struct command *c)
{
	print_name(p, c, stdout);
	printf(": %s\n\n", c->summary);
	print_usage(p, c, stdout);
	printf("\n");
	print_options(c);
	return EXIT_DONE;
}
int cmd_usage(const struct cmd_args *a, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_name(a->program, a->command, stderr);
	fputs(": ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	print_usage(a->program, a->command, stderr);
	return EXIT_USAGE;
}

/* The README's table: each command with what it cannot do without; the rest is said by its --help. */
/* In a cell of a table a bar would end it. */
static void print_cell(const char *text)
{
	for (; *text; text++)
		printf(*text == '|' ? "\\%c" : "%c", *text);
}

static void print_markdown(const struct program *p)
{
	printf("| command | does |\n|---|---|\n");
	for (size_t i = 0; i < p->n; i++) {
		const struct command *c = p->commands[i];

		printf("| `");
		print_name(p, c, stdout);
		printf("%s", *c->positional ? " " : "");
		print_cell(c->positional);
		for (const struct cmd_option *o = c->options; o->name; o++) {
			if (o->required)
				printf(" --%s %s", o->name, o->value);
		}
		printf("` | %s |\n", c->summary);
	}
}

/* What the program does without a command's name; NULL: nothing. */
static const struct command *main_command(const struct program *p)
{
	return *p->commands[0]->name ? NULL : p->commands[0];
}

static void print_main_usage(const struct program *p, FILE *to)
{
	const struct command *c = main_command(p);

	if (c)
		print_usage(p, c, to);
	fprintf(to, "%s%s COMMAND [ARGUMENT]...\n", c ? "       " : "usage: ", p->name);
}

static int help_all(const struct program *p)
{
	int width = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct command *c = p->commands[i];
		int n = (int)strlen(*c->name ? c->name : c->positional);

		width = n > width ? n : width;
	}
	printf("%s: %s\n\n", p->name, p->summary);
	print_main_usage(p, stdout);
	printf("\n");
	if (main_command(p)) {
		print_options(main_command(p));
		printf("\n");
	}
	for (size_t i = 0; i < p->n; i++) {
		const struct command *c = p->commands[i];

		printf("  %-*s %s\n", width, *c->name ? c->name : c->positional, c->summary);
	}
	printf("\n`%s COMMAND --help` tells more about one of them.\n"
	       "exit: 0 done, 1 definitions or tree are bad, 2 usage, 3 the environment failed, 4 somebody else "
	       "published first\n",
	       p->name);
	return EXIT_DONE;
}

/* Matches one- and two-word names; *words is how many arguments the name took. */
static const struct command *find_command(const struct program *p, int argc, char **argv, int *words)
{
	for (size_t i = 0; i < p->n; i++) {
		const char *name = p->commands[i]->name;
		const char *space = strchr(name, ' ');

		if (!space && *name && strcmp(argv[1], name) == 0) {
			*words = 1;
			return p->commands[i];
		}
		if (space && argc > 2 && strlen(argv[1]) == (size_t)(space - name) &&
		    strncmp(argv[1], name, (size_t)(space - name)) == 0 && strcmp(argv[2], space + 1) == 0) {
			*words = 2;
			return p->commands[i];
		}
	}
	return NULL;
}

static int unknown_command(const struct program *p, int argc, char **argv)
{
	struct slice names[LISTED_MAX], near;
	char two[128];
	size_t n = 0;

	for (size_t i = 0; i < p->n && n < LISTED_MAX; i++)
		names[n++] = slice_of(p->commands[i]->name);
	snprintf(two, sizeof(two), "%s%s%s", argv[1], argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
	near = text_nearest(slice_of(argv[1]), names, n);
	if (!near.n)
		near = text_nearest(slice_of(two), names, n);
	for (size_t i = 0; i < n && !near.n; i++) {
		struct slice rest = names[i];
		if (slice_eqs(slice_cut(&rest, ' '), argv[1]))
			near = names[i];
	}
	fprintf(stderr, "%s: unknown command \"%s\"", p->name, argv[1]);
	if (near.n)
		fprintf(stderr, "; did you mean \"" SLICE_FMT "\"?", SLICE_ARG(near));
	fprintf(stderr, "\n`%s help` lists the commands.\n", p->name);
	return EXIT_USAGE;
}

static const struct cmd_option *find_option(const struct command *c, struct slice name)
{
	for (const struct cmd_option *o = c->options; o->name; o++) {
		if (slice_eqs(name, o->name))
			return o;
	}
	return NULL;
}

static int unknown_option(const struct cmd_args *a, struct slice name)
{
	struct slice names[LISTED_MAX], near;
	size_t n = 0;

	for (const struct cmd_option *o = a->command->options; o->name && n < LISTED_MAX; o++)
		names[n++] = slice_of(o->name);
	near = text_nearest(name, names, n);
	if (near.n)
		return cmd_usage(a, "unknown option --" SLICE_FMT "; did you mean --" SLICE_FMT "?", SLICE_ARG(name),
				 SLICE_ARG(near));
	return cmd_usage(a, "unknown option --" SLICE_FMT, SLICE_ARG(name));
}

/* One option at argv[*i]: `--name value`, `--name=value` or a flag. */
static int take_option(struct cmd_args *a, int argc, char **argv, int *i)
{
	struct slice rest = slice_of(argv[*i] + 2), name = slice_cut(&rest, '=');
	const struct cmd_option *o = find_option(a->command, name);
	const char *value = rest.p;

	if (!o)
		return unknown_option(a, name);
	if (!o->value && value)
		return cmd_usage(a, "--%s takes no value", o->name);
	if (o->value && !value) {
		if (*i + 1 >= argc)
			return cmd_usage(a, "--%s needs a value: %s", o->name, o->value);
		value = argv[++*i];
	}
	if (!o->many && (o->value ? cmd_value(a, o->name) != NULL : cmd_flag(a, o->name)))
		return cmd_usage(a, "--%s is given twice", o->name);
	a->names[a->noptions] = o->name;
	a->values[a->noptions++] = value ? value : "";
	return 0;
}

static int take_args(struct cmd_args *a, int argc, char **argv)
{
	bool literal = false;

	for (int i = 0; i < argc; i++) {
		if (!literal && strcmp(argv[i], "--") == 0) {
			literal = true;
		} else if (!literal && strncmp(argv[i], "--", 2) == 0) {
			int bad = take_option(a, argc, argv, &i);
			if (bad)
				return bad;
		} else if (!literal && argv[i][0] == '-' && argv[i][1]) {
			return cmd_usage(a, "unknown option %s; options begin with two dashes", argv[i]);
		} else {
			a->positional[a->npositional++] = argv[i];
		}
	}
	if (a->npositional < a->command->min_positional)
		return cmd_usage(a, "something is missing: %s", a->command->positional);
	if (a->npositional > a->command->max_positional)
		return cmd_usage(a, "too many arguments: \"%s\"", a->positional[a->command->max_positional]);
	for (const struct cmd_option *o = a->command->options; o->name; o++) {
		if (o->required && !cmd_value(a, o->name))
			return cmd_usage(a, "--%s %s is required", o->name, o->value);
	}
	return 0;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return false;
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

static int run_command(const struct program *p, const struct command *c, int argc, char **argv)
{
	struct cmd_args a = { .program = p, .command = c };
	size_t room = (size_t)argc + 1;
	int code;

	if (wants_help(argc, argv))
		return cmd_finish(&a, print_help(p, c));
	a.positional = calloc(room, sizeof(*a.positional));
	a.names = calloc(room, sizeof(*a.names));
	a.values = calloc(room, sizeof(*a.values));
	if (!a.positional || !a.names || !a.values) {
		fprintf(stderr, "%s: out of memory\n", p->name);
		code = EXIT_ENVIRONMENT;
	} else {
		code = take_args(&a, argc, argv);
		if (!code)
			code = cmd_finish(&a, c->run(&a));
	}
	free(a.positional);
	free(a.names);
	free(a.values);
	return code;
}

/* help [--markdown|COMMAND] */
static int run_help(const struct program *p, int argc, char **argv)
{
	const struct command *c;
	int words = 0;

	if (argc < 2)
		return help_all(p);
	if (strcmp(argv[1], "--markdown") == 0) {
		print_markdown(p);
		return EXIT_DONE;
	}
	c = find_command(p, argc, argv, &words);
	return c ? print_help(p, c) : unknown_command(p, argc, argv);
}

int cmd_main(const struct program *p, int argc, char **argv)
{
	const struct command *c;
	struct cmd_args none = { .program = p };
	int words = 0;

	if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "C")) {
		fprintf(stderr, "%s: cannot set the C locale\n", p->name);
		return EXIT_ENVIRONMENT;
	}
	if (argc < 2) {
		print_main_usage(p, stderr);
		fprintf(stderr, "`%s help` lists the commands.\n", p->name);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("%s %s\n", p->name, MDSTATIC_VERSION);
		return cmd_finish(&none, EXIT_DONE);
	}
	c = find_command(p, argc, argv, &words);
	if (c)
		return run_command(p, c, argc - 1 - words, argv + 1 + words);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return cmd_finish(&none, run_help(p, argc - 1, argv + 1));
	c = main_command(p);
	return c ? run_command(p, c, argc - 1, argv + 1) : unknown_command(p, argc, argv);
}

const char *cmd_value(const struct cmd_args *a, const char *option)
{
	for (size_t i = a->noptions; i-- > 0;) {
		if (strcmp(a->names[i], option) == 0)
			return a->values[i];
	}
	return NULL;
}

bool cmd_flag(const struct cmd_args *a, const char *option)
{
	return cmd_value(a, option) != NULL;
}

size_t cmd_values(const struct cmd_args *a, const char *option, const char **out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < a->noptions && n < max; i++) {
		if (strcmp(a->names[i], option) == 0)
			out[n++] = a->values[i];
	}
	return n;
}

int cmd_time(int64_t *out, const struct cmd_args *a, const char *option)
{
	const char *text = cmd_value(a, option);

	*out = instant_now();
	if (text && !instant_parse(out, slice_of(text)))
		return cmd_usage(a, "--%s is \"%s\"; it must be a time like 2026-11-21T08:00:00Z", option, text);
	return 0;
}

int cmd_jobs(unsigned *out, const struct cmd_args *a)
{
	const char *text = cmd_value(a, "jobs");
	uint64_t n = 0;

	*out = pool_processors();
	if (!text)
		return 0;
	if (!text_uint(&n, slice_of(text)) || n < 1 || n > 64)
		return cmd_usage(a, "--jobs is \"%s\"; it must lie in 1..64", text);
	*out = (unsigned)n;
	return 0;
}

int cmd_diag_format(enum diag_format *out, const struct cmd_args *a)
{
	const char *text = cmd_value(a, "format");

	*out = cmd_flag(a, "json") ? DIAG_JSON : DIAG_TEXT;
	if (text && cmd_flag(a, "json"))
		return cmd_usage(a, "--format and --json exclude each other");
	if (!text || strcmp(text, "text") == 0)
		return 0;
	if (strcmp(text, "json") == 0)
		*out = DIAG_JSON;
	else if (strcmp(text, "github") == 0)
		*out = DIAG_GITHUB;
	else
		return cmd_usage(a, "--format is \"%s\"; it must be text, json or github", text);
	return 0;
}

int cmd_finish(const struct cmd_args *a, int code)
{
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "%s%s%s: cannot write the output: %s\n", a->program->name,
			a->command && *a->command->name ? " " : "", a->command ? a->command->name : "",
			strerror(errno));
		return EXIT_ENVIRONMENT;
	}
	return code;
}

void cmd_progress(const char *fmt, ...)
{
	va_list args;

	if (!isatty(STDERR_FILENO))
		return;
	va_start(args, fmt);
	fputs("\r\033[K", stderr);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fflush(stderr);
}

void cmd_progress_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}
