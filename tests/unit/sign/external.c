/* Commands that sign: what they get, what is taken from them, and how the bad ones end. */
#include "keydir.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/external.h"
#include "sign/keys.h"

#define K "K/a.pub: error: the command that signs for it "

static int run(struct keydir *k, struct strbuf *out, const char *command, unsigned time_ms, struct slice message)
{
	const struct external x = {
		command, k->dir, keydir_path(k, "a.pub"), "command that signs for it", PASSPHRASE_VARIABLE,
		4096,    time_ms
	};

	return external_run(out, &x, message, &k->d);
}

static const struct {
	const char *command, *out, *said;
} cases[] = {
	{ "cat", "the message", "" },
	{ "cat /dev/stdin; cat /dev/stdin", "the messagethe message", "" }, /* a file: opened anew it begins anew */
	{ "printf 1; printf 2", "12", "" },
	{ ":", "", "" },
	{ "basename \"$PWD\" | cut -c1-9", "mdstatic-\n", "" },
	{ "exit 3", "", K "ended with exit code 3\n" },
	{ "cat; exit 1", "the message", K "ended with exit code 1\n" },
	{ "kill -9 $$", "", K "was killed by signal 9\n" },
	{ "head -c 4096 /dev/zero | tr '\\0' x | tail -c 3", "xxx", "" },
	{ "exec <&- >&-; sleep 0.1", "", "" },
};

static void test_commands(void **state)
{
	struct keydir k;

	keydir_open(&k);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		print_message("%s\n", cases[i].command);
		assert_int_equal(run(&k, &out, cases[i].command, 10000, SLICE("the message")), *cases[i].said ? -1 : 0);
		assert_string_equal(keydir_said(&k), cases[i].said);
		assert_true(slice_eqs(strbuf_slice(&out), cases[i].out));
		strbuf_release(&out);
	}
	keydir_close(&k);
}

/* A long message and a command that reads none of it, or only a part. */
static void test_message(void **state)
{
	static const char *const commands[] = { "wc -c | tr -d ' \\n'", "printf 300000",
						"head -c 1 >/dev/null; printf 300000" };
	struct keydir k;
	char *bytes = calloc(1, 300000);

	keydir_open(&k);
	assert_non_null(bytes);
	for (size_t i = 0; i < COUNT(commands); i++) {
		struct strbuf out = STRBUF_INIT;

		print_message("%s\n", commands[i]);
		assert_int_equal(run(&k, &out, commands[i], 10000, slice_bytes(bytes, 300000)), 0);
		assert_string_equal(out.p, "300000");
		strbuf_release(&out);
	}
	free(bytes);
	keydir_close(&k);
}

static void test_too_much(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct keydir k;

	keydir_open(&k);
	assert_int_equal(run(&k, &out, "head -c 4096 /dev/zero", 10000, SLICE("")), 0);
	assert_int_equal(out.n, 4096);
	assert_int_equal(run(&k, &out, "yes", 10000, SLICE("")), -1);
	assert_string_equal(keydir_said(&k), K "wrote more than 4096 bytes\n");
	strbuf_release(&out);
	keydir_close(&k);
}

static int64_t seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static bool has_children(void)
{
	return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

/* True when the process whose number stands in the file is gone, or soon is. */
static bool is_gone(struct keydir *k, const char *file)
{
	const struct timespec tick = { 0, 10000000 };
	struct strbuf text = STRBUF_INIT;
	bool gone = false;
	pid_t pid;

	assert_int_equal(file_read(&text, keydir_path(k, file), 64, &k->d), 0);
	pid = (pid_t)strtol(text.p, NULL, 10);
	assert_true(pid > 1);
	for (int i = 0; i < 200 && !gone; i++) {
		char path[64], state = 0;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		f = fopen(path, "r");
		gone = !f || (fscanf(f, "%*d %*s %c", &state) == 1 && state == 'Z'); /* somebody else's to collect */
		if (f)
			fclose(f);
		nanosleep(&tick, NULL);
	}
	strbuf_release(&text);
	return gone;
}

/* Each leaves a process behind whose number it wrote; nothing of it lives on, and nobody waits for it. */
static void test_ends_what_it_started(void **state)
{
	static const struct {
		const char *command, *said;
		unsigned time_ms;
	} runs[] = {
		{ "sleep 100 & echo $! >pid; wait", K "did not end within 0 seconds\n", 300 },
		{ "trap '' TERM; sleep 100 & echo $! >pid; wait; wait", K "did not end within 0 seconds\n", 300 },
		{ "sleep 100 & echo $! >pid; printf x", "", 20000 },
		{ "sleep 100 & echo $! >pid; yes", K "wrote more than 4096 bytes\n", 20000 },
		{ "sh -c 'echo $$ >pid; kill -STOP $$' & wait; sleep 100", K "did not end within 0 seconds\n", 300 },
	};
	struct keydir k;

	keydir_open(&k);
	for (size_t i = 0; i < COUNT(runs); i++) {
		struct strbuf out = STRBUF_INIT;
		int64_t began = seconds_now();

		print_message("%s\n", runs[i].command);
		assert_int_equal(run(&k, &out, runs[i].command, runs[i].time_ms, SLICE("")), *runs[i].said ? -1 : 0);
		assert_string_equal(keydir_said(&k), runs[i].said);
		assert_true(seconds_now() - began < 8);
		assert_true(is_gone(&k, "pid"));
		assert_false(has_children());
		strbuf_release(&out);
	}
	keydir_close(&k);
}

/* What a run prints on our standard error. */
static const char *noise_of(struct keydir *k, const char *command)
{
	const char *path = keydir_path(k, "noise");
	struct strbuf out = STRBUF_INIT, text = STRBUF_INIT;
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), kept = dup(STDERR_FILENO);
	const char *found;

	assert_true(file >= 0 && kept >= 0);
	assert_true(dup2(file, STDERR_FILENO) >= 0);
	assert_int_equal(run(k, &out, command, 10000, SLICE("")), 0);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	close(file);
	close(kept);
	assert_int_equal(file_read(&text, path, 1000000, &k->d), 0);
	found = arena_str(&k->mem, strbuf_slice(&text));
	strbuf_release(&text);
	strbuf_release(&out);
	return found;
}

static void test_noise(void **state)
{
	static const struct {
		const char *command, *noise;
	} runs[] = {
		{ "echo one >&2; echo >&2; echo two >&2", "K/a.pub: one\nK/a.pub: two\n" },
		{ "printf 'no end' >&2", "K/a.pub: no end\n" },
		{ "printf 'touch it' >&2; sleep 0.3; echo ' done' >&2", "K/a.pub: touch it\nK/a.pub:  done\n" },
		{ "printf '\\033[2Ja\\r\\nb\\377\\n' >&2", "K/a.pub: ?[2Ja\nK/a.pub: b?\n" },
	};
	struct keydir k;

	keydir_open(&k);
	for (size_t i = 0; i < COUNT(runs); i++) {
		const char *noise = noise_of(&k, runs[i].command), *at = noise;
		struct strbuf seen = STRBUF_INIT;

		print_message("%s\n", runs[i].command);
		for (const char *next; (next = strstr(at, k.dir)); at = next + strlen(k.dir)) {
			strbuf_add(&seen, at, (size_t)(next - at));
			strbuf_addch(&seen, 'K');
		}
		strbuf_adds(&seen, at);
		assert_string_equal(seen.p, runs[i].noise);
		strbuf_release(&seen);
	}
	assert_true(strlen(noise_of(&k, "yes 12345678901234567890 | head -c 1000000 >&2")) < 400000);
	keydir_close(&k);
}

static void test_environment(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct keydir k;

	keydir_open(&k);
	setenv(PASSPHRASE_VARIABLE, "secret", 1);
	setenv(PASSPHRASE_VARIABLE "_TARGETS", "secret", 1);
	setenv("OTHER", "kept", 1);
	assert_int_equal(run(&k, &out, "env | grep -c secret; printf %s \"$OTHER\"", 10000, SLICE("")), 0);
	assert_string_equal(out.p, "0\nkept");
	unsetenv(PASSPHRASE_VARIABLE);
	unsetenv(PASSPHRASE_VARIABLE "_TARGETS");
	unsetenv("OTHER");
	strbuf_release(&out);
	keydir_close(&k);
}

/* What a shell counts that is started in the plain way. */
static void count_plainly(char *out, int size)
{
	FILE *plain = popen("ls /proc/self/fd | wc -l", "r");

	assert_non_null(plain);
	assert_non_null(fgets(out, size, plain));
	pclose(plain);
}

/* Signals are as in a new process, and no file is open that was not open before; 32 and 33 belong to the C library. */
static void test_inherits_nothing(void **state)
{
	struct strbuf out = STRBUF_INIT;
	sigset_t set, before;
	struct keydir k;
	char files[32];

	keydir_open(&k);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &before);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(
		run(&k, &out, "ls /proc/self/fd | wc -l; grep -E 'Sig(Blk|Ign)' /proc/self/status", 10000, SLICE("")),
		0);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	count_plainly(files, sizeof(files));
	assert_true(slice_starts(strbuf_slice(&out), files));
	assert_non_null(strstr(out.p, "SigBlk:\t0000000000000000\n"));
	assert_true(slice_ends(strbuf_slice(&out), "0000000\n")); /* of SigIgn */
	strbuf_release(&out);
	keydir_close(&k);
}

static size_t open_files(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void test_leaves_no_file_open(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct keydir k;
	size_t before;

	keydir_open(&k);
	before = open_files();
	assert_int_equal(run(&k, &out, "cat", 10000, SLICE("x")), 0);
	assert_int_equal(run(&k, &out, "yes", 10000, SLICE("x")), -1);
	assert_int_equal(run(&k, &out, "exit 1", 10000, SLICE("x")), -1);
	assert_int_equal(open_files(), before);
	strbuf_release(&out);
	keydir_close(&k);
}

static void test_no_folder(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct keydir k;
	const struct external x = { "cat", "/nowhere/at/all", "name", "command", NULL, 4096, 10000 };

	keydir_open(&k);
	assert_int_equal(external_run(&out, &x, SLICE("x"), &k.d), -1);
	assert_true(slice_starts(slice_of(keydir_said(&k)), "name: error: ")); /* valgrind does not learn why */
	strbuf_release(&out);
	keydir_close(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_ends_what_it_started),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_inherits_nothing),
		cmocka_unit_test(test_leaves_no_file_open),
		cmocka_unit_test(test_no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
