#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cmd.h"
#include "base/instant.h"
#include "base/pool.h"

#define WORDS 12

/* --- a table of our own, in place of cmd/table.c ------------------------------------------------------------------ */
static char saw[512]; /* what a command was given */

static int record(const struct cmd_args *a)
{
	size_t n = (size_t)snprintf(saw, sizeof(saw), "%s", a->command->name);

	for (size_t i = 0; i < a->npositional; i++)
		n += (size_t)snprintf(saw + n, sizeof(saw) - n, " [%s]", a->positional[i]);
	for (size_t i = 0; i < a->noptions; i++)
		n += (size_t)snprintf(saw + n, sizeof(saw) - n, " %s=[%s]", a->names[i], a->values[i]);
	return EXIT_RACE;
}

static int numbers(const struct cmd_args *a)
{
	enum diag_format format;
	int64_t now;
	unsigned jobs;
	int code = cmd_time(&now, a, "now");

	if (!code)
		code = cmd_jobs(&jobs, a);
	if (!code)
		code = cmd_diag_format(&format, a);
	if (!code)
		snprintf(saw, sizeof(saw), "%lld %u %d",
			 cmd_value(a, "now")    ? (long long)now
			 : now == instant_now() ? 0
						: -1,
			 cmd_value(a, "jobs")        ? jobs
			 : jobs == pool_processors() ? 0
						     : 99,
			 (int)format);
	return code;
}

static const struct cmd_option options[] = {
	{ "out", "DIR", "where to", true, false }, { "app", "CODE", "which", false, true },
	{ "rev", "REV", "what", false, false },    { "worktree", NULL, "a flag", false, false },
	{ NULL, NULL, NULL, false, false },
};
static const struct cmd_option number_options[] = {
	{ "now", "TIME", "when", false, false },
	{ "jobs", "N", "how many", false, false },
	{ "format", "text|json|github", "how", false, false },
	{ NULL, NULL, NULL, false, false },
};
static const struct cmd_option no_options[] = { { NULL, NULL, NULL, false, false } };
static const struct command make_it = { "make", "REPO [KIND]", 1, 2, "makes it", options, record };
static const struct command keys_new = { "keys new", "", 0, 0, "new keys", no_options, record };
static const struct command count = { "count", "", 0, 0, "counts", number_options, numbers };
static const struct command *const commands[] = { &make_it, &keys_new, &count };
static const struct program program = { "mdstatic", "a program of our own", commands, 3 };

/* --- calls -------------------------------------------------------------------------------------------------------- */
struct call {
	const char *words[WORDS];
	int code;
	const char *said; /* how stderr begins, where the command is not run; else what it saw */
};

static const struct call calls[] = {
	{ { "make", "r", "--out", "d" }, EXIT_RACE, "make [r] out=[d]" },
	{ { "make", "--out=d", "r", "upgrade" }, EXIT_RACE, "make [r] [upgrade] out=[d]" },
	{ { "make", "--out=a=b", "r" }, EXIT_RACE, "make [r] out=[a=b]" },
	{ { "make", "--out=", "r" }, EXIT_RACE, "make [r] out=[]" },
	{ { "make", "--out", "--rev", "r" }, EXIT_RACE, "make [r] out=[--rev]" },
	{ { "make", "r", "--worktree", "--out", "d" }, EXIT_RACE, "make [r] worktree=[] out=[d]" },
	{ { "make", "r", "--app", "x", "--app=y", "--out", "d" }, EXIT_RACE, "make [r] app=[x] app=[y] out=[d]" },
	{ { "make", "--out", "d", "--", "--rev", "-x" }, EXIT_RACE, "make [--rev] [-x] out=[d]" },
	{ { "make", "--out", "d", "--", "--", "--help" }, EXIT_RACE, "make [--] [--help] out=[d]" },
	{ { "make", "-", "--out", "d" }, EXIT_RACE, "make [-] out=[d]" },
	{ { "make", "", "--out", "d" }, EXIT_RACE, "make [] out=[d]" },
	{ { "keys", "new" }, EXIT_RACE, "keys new" },
	{ { "make", "--out", "d" }, EXIT_USAGE, "mdstatic make: something is missing: REPO [KIND]\n" },
	{ { "make", "r", "k", "x", "--out", "d" }, EXIT_USAGE, "mdstatic make: too many arguments: \"x\"\n" },
	{ { "make", "r" }, EXIT_USAGE, "mdstatic make: --out DIR is required\n" },
	{ { "make", "r", "--out" }, EXIT_USAGE, "mdstatic make: --out needs a value: DIR\n" },
	{ { "make", "r", "--out", "d", "--out", "d" }, EXIT_USAGE, "mdstatic make: --out is given twice\n" },
	{ { "make", "r", "--worktree", "--worktree" }, EXIT_USAGE, "mdstatic make: --worktree is given twice\n" },
	{ { "make", "r", "--worktree=1" }, EXIT_USAGE, "mdstatic make: --worktree takes no value\n" },
	{ { "make", "r", "--ouT", "d" }, EXIT_USAGE, "mdstatic make: unknown option --ouT; did you mean --out?\n" },
	{ { "make", "r", "--worktrees" },
	  EXIT_USAGE,
	  "mdstatic make: unknown option --worktrees; did you mean --worktree?\n" },
	{ { "make", "r", "--something" }, EXIT_USAGE, "mdstatic make: unknown option --something\n" },
	{ { "make", "r", "--=d" }, EXIT_USAGE, "mdstatic make: unknown option --\n" },
	{ { "make", "r", "-o", "d" }, EXIT_USAGE, "mdstatic make: unknown option -o; options begin with two dashes\n" },
	{ { "keys", "new", "x" }, EXIT_USAGE, "mdstatic keys new: too many arguments: \"x\"\n" },
	{ { "mkae" }, EXIT_USAGE, "mdstatic: unknown command \"mkae\"; did you mean \"make\"?\n" },
	{ { "keys", "nwe" }, EXIT_USAGE, "mdstatic: unknown command \"keys\"; did you mean \"keys new\"?\n" },
	{ { "frobnicate" }, EXIT_USAGE, "mdstatic: unknown command \"frobnicate\"\n" },
	{ { "" }, EXIT_USAGE, "mdstatic: unknown command \"\"" },
	{ { NULL }, EXIT_USAGE, "usage: mdstatic COMMAND [ARGUMENT]...\n" },
	{ { "count" }, EXIT_DONE, "0 0 0" },
	{ { "count", "--now", "1970-01-01T01:00:00+01:00", "--jobs", "64", "--format", "json" }, EXIT_DONE, "0 64 1" },
	{ { "count", "--now", "2026-11-21T08:00:00Z", "--jobs", "1", "--format", "github" },
	  EXIT_DONE,
	  "1795248000 1 2" },
	{ { "count", "--format", "text" }, EXIT_DONE, "0 0 0" },
	{ { "count", "--now", "now" },
	  EXIT_USAGE,
	  "mdstatic count: --now is \"now\"; it must be a time like 2026-11-21T08:00:00Z\n" },
	{ { "count", "--jobs", "0" }, EXIT_USAGE, "mdstatic count: --jobs is \"0\"; it must lie in 1..64\n" },
	{ { "count", "--jobs", "65" }, EXIT_USAGE, "mdstatic count: --jobs is \"65\"; it must lie in 1..64\n" },
	{ { "count", "--jobs=-1" }, EXIT_USAGE, "mdstatic count: --jobs is \"-1\"; it must lie in 1..64\n" },
	{ { "count", "--jobs=4294967297" },
	  EXIT_USAGE,
	  "mdstatic count: --jobs is \"4294967297\"; it must lie in 1..64\n" },
	{ { "count", "--format", "JSON" },
	  EXIT_USAGE,
	  "mdstatic count: --format is \"JSON\"; it must be text, json or github\n" },
};

/* Runs it with one of the streams going to a file, whose content the caller frees. */
static char *call(int *code, const char *const *words, FILE *stream, int fd)
{
	char *argv[WORDS + 2] = { (char *)(uintptr_t) "mdstatic" }, *text = calloc(1, 8192);
	FILE *file = tmpfile();
	int argc = 1, kept;

	for (; argc <= WORDS && words[argc - 1]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	*saw = '\0';
	assert_non_null(file);
	assert_non_null(text);
	fflush(stream);
	kept = dup(fd);
	dup2(fileno(file), fd);
	*code = cmd_main(&program, argc, argv);
	fflush(stream);
	dup2(kept, fd);
	close(kept);
	rewind(file);
	(void)fread(text, 1, 8191, file);
	(void)fclose(file);
	return text;
}

static void test_calls(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(calls); i++) {
		const struct call *c = &calls[i];
		bool run = c->code == EXIT_RACE || c->code == EXIT_DONE;
		char *text;
		int code;

		print_message("%zu: %s\n", i, c->said);
		text = call(&code, c->words, stderr, STDERR_FILENO);
		assert_int_equal(code, c->code);
		assert_string_equal(saw, run ? c->said : "");
		if (run)
			assert_string_equal(text, "");
		else if (strncmp(text, c->said, strlen(c->said)) != 0)
			assert_string_equal(text, c->said);
		free(text);
	}
}

/* Usage follows what is wrong. */
static void test_usage(void **state)
{
	static const char *const words[WORDS] = { "make", "r" };
	char *text;
	int code;

	(void)state;
	text = call(&code, words, stderr, STDERR_FILENO);
	assert_string_equal(text,
			    "mdstatic make: --out DIR is required\n"
			    "usage: mdstatic make REPO [KIND] --out DIR [--app CODE]... [--rev REV] [--worktree]\n");
	free(text);
}

static void test_help(void **state)
{
	static const struct {
		const char *words[WORDS];
		const char *holds;
	} cases[] = {
		{ { "make", "--help" }, "mdstatic make: makes it\n\nusage: mdstatic make REPO [KIND] --out DIR" },
		{ { "make", "--nonsense", "-h" }, "--app CODE" },
		{ { "keys", "new", "--help" }, "usage: mdstatic keys new\n" },
		{ { "help" }, "  keys new new keys\n" },
		{ { "--help" }, "exit: 0 done, 1 definitions or tree are bad, 2 usage, 3 the environment failed" },
		{ { "help", "--markdown" },
		  "| `mdstatic make REPO [KIND] --out DIR` | makes it |\n| `mdstatic keys new` | new keys |\n" },
		{ { "--version" }, "mdstatic " MDSTATIC_VERSION "\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *text;
		int code;

		text = call(&code, cases[i].words, stdout, STDOUT_FILENO);
		print_message("%s\n", cases[i].holds);
		assert_int_equal(code, EXIT_DONE);
		assert_non_null(strstr(text, cases[i].holds));
		assert_string_equal(saw, "");
		free(text);
	}
}

static void test_values(void **state)
{
	const char *names[] = { "app", "rev", "app", "app" }, *values[] = { "a", "r", "b", "c" }, *got[3];
	const struct cmd_args a = { .names = names, .values = values, .noptions = 4 };

	(void)state;
	assert_string_equal(cmd_value(&a, "app"), "c");
	assert_null(cmd_value(&a, "ap"));
	assert_true(cmd_flag(&a, "rev"));
	assert_false(cmd_flag(&a, "worktree"));
	assert_int_equal(cmd_values(&a, "app", got, 3), 3);
	assert_string_equal(got[0], "a");
	assert_string_equal(got[2], "c");
	assert_int_equal(cmd_values(&a, "app", got, 2), 2);
	assert_string_equal(got[1], "b");
	assert_int_equal(cmd_values(&a, "out", got, 3), 0);
}

/* What could not be written is a failure, whatever the command said. */
static void test_full(void **state)
{
	static const char *const words[WORDS] = { "help" };
	int kept, code, full;
	char *text;

	(void)state;
	fflush(stdout);
	kept = dup(STDOUT_FILENO);
	full = open("/dev/full", O_WRONLY);
	assert_true(kept >= 0 && full >= 0);
	dup2(full, STDOUT_FILENO);
	text = call(&code, words, stderr, STDERR_FILENO);
	dup2(kept, STDOUT_FILENO);
	clearerr(stdout);
	close(kept);
	close(full);
	assert_int_equal(code, EXIT_ENVIRONMENT);
	assert_string_equal(text, "mdstatic: cannot write the output: No space left on device\n");
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),  cmocka_unit_test(test_usage), cmocka_unit_test(test_help),
		cmocka_unit_test(test_values), cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
