#include "base/external.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SHELL          "/bin/sh"
#define TICK_MS        50 /* how often a command is looked at that has closed nothing and says nothing */
#define GRACE_MS       1000
#define PIPE_BYTES     65536
#define LINE_MAX_BYTES 4096

extern char **environ;

struct child {
	const struct external *x;
	struct diags *d;
	pid_t pid;
	int in, out[2], err[2]; /* -1: closed */
	int tty;                /* whose foreground the command has; -1: none */
	struct termios shown;   /* of the terminal, before */
	struct strbuf line;     /* of its standard error, begun */
	size_t noise;
	int64_t deadline; /* of now_ms() */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void child_release(struct child *c)
{
	close_fd(&c->in);
	close_fd(&c->out[0]);
	close_fd(&c->out[1]);
	close_fd(&c->err[0]);
	close_fd(&c->err[1]);
	close_fd(&c->tty);
	strbuf_release(&c->line);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int fail(struct child *c, const char *what)
{
	return diag_environment(c->d, c->x->name, "cannot run the %s: %s: %s", c->x->what, what, strerror(errno));
}

/* --- starting ---------------------------------------------------------------------------------------------------------- */

/* A file, and not a pipe: nobody has to feed it, and a command that does not read it harms nobody. */
static int open_message(struct child *c, struct slice message)
{
	c->in = memfd_create("message", MFD_CLOEXEC);
	if (c->in < 0)
		return fail(c, "memfd_create");
	while (message.n) {
		ssize_t n = write(c->in, message.p, message.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(c, "write");
		message = slice_from(message, (size_t)n);
	}
	return lseek(c->in, 0, SEEK_SET) < 0 ? fail(c, "lseek") : 0;
}

static int open_pipe(struct child *c, int fds[2])
{
	if (pipe2(fds, O_CLOEXEC))
		return fail(c, "pipe");
	return fcntl(fds[0], F_SETFL, O_NONBLOCK) ? fail(c, "fcntl") : 0;
}

/* The caller frees it; its strings are those of `environ`. */
static char **clean_environ(const char *hidden)
{
	size_t n = 0, kept = 0;
	char **out;

	while (environ && environ[n])
		n++;
	out = calloc(n + 1, sizeof(*out));
	for (size_t i = 0; out && i < n; i++) {
		if (!hidden || !slice_starts(slice_of(environ[i]), hidden))
			out[kept++] = environ[i];
	}
	return out;
}

/* 0, or an errno. */
static int spawn(struct child *c, char **env)
{
	char shell[] = SHELL, option[] = "-c";
	char *command = strdup(c->x->command), *argv[] = { shell, option, command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int code = command ? 0 : ENOMEM;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	code = code ? code : posix_spawn_file_actions_addchdir_np(&files, c->x->dir);
	code = code ? code : posix_spawn_file_actions_adddup2(&files, c->in, STDIN_FILENO);
	code = code ? code : posix_spawn_file_actions_adddup2(&files, c->out[1], STDOUT_FILENO);
	code = code ? code : posix_spawn_file_actions_adddup2(&files, c->err[1], STDERR_FILENO);
	code = code ? code : posix_spawnattr_setsigmask(&attr, &none);
	code = code ? code : posix_spawnattr_setsigdefault(&attr, &all);
	code = code ? code : posix_spawnattr_setpgroup(&attr, 0);
	code = code ? code
		    : posix_spawnattr_setflags(&attr,
					       POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	code = code ? code : posix_spawn(&c->pid, SHELL, &files, &attr, argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	free(command);
	return code;
}

/* SIGTTOU would stop who is in the background, as this process is while the command has the terminal. */
static void block_stop(sigset_t *before)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &stop, before);
}

/* So that the command can ask for a PIN. It may have been stopped meanwhile because it asked too early. */
static void lend_terminal(struct child *c)
{
	sigset_t before;

	c->tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (c->tty >= 0 && (tcgetpgrp(c->tty) != getpgrp() || tcgetattr(c->tty, &c->shown)))
		close_fd(&c->tty);
	if (c->tty < 0)
		return;
	block_stop(&before);
	(void)tcsetpgrp(c->tty, c->pid);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)kill(-c->pid, SIGCONT);
}

/* A command that was ended while it asked has left the terminal without echo. */
static void take_terminal(struct child *c)
{
	sigset_t before;

	if (c->tty < 0)
		return;
	block_stop(&before);
	(void)tcsetpgrp(c->tty, getpgrp());
	(void)tcsetattr(c->tty, TCSADRAIN, &c->shown);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static int start(struct child *c, struct slice message)
{
	char **env;
	int code;

	if (open_message(c, message) || open_pipe(c, c->out) || open_pipe(c, c->err))
		return -1;
	env = clean_environ(c->x->hidden);
	code = env ? spawn(c, env) : ENOMEM;
	free(env);
	if (code) {
		errno = code;
		return fail(c, SHELL);
	}
	close_fd(&c->in);
	close_fd(&c->out[1]);
	close_fd(&c->err[1]);
	lend_terminal(c);
	return 0;
}

/* --- watching ---------------------------------------------------------------------------------------------------------- */

static void say_line(struct child *c)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (!c->line.n)
		return;
	diag_clean(&text, strbuf_slice(&c->line));
	if (!text.failed && text.p)
		fprintf(stderr, "%s: %s\n", c->x->name, text.p);
	strbuf_reset(&c->line);
}

static void say(struct child *c, struct slice text)
{
	for (size_t i = 0; i < text.n && c->noise < EXTERNAL_NOISE; i++, c->noise++) {
		if (text.p[i] == '\n' || c->line.n == LINE_MAX_BYTES)
			say_line(c);
		if (text.p[i] != '\n' && text.p[i] != '\r')
			strbuf_addch(&c->line, text.p[i]);
	}
}

/* Takes what a pipe can hold, if it is there; at the end of the pipe the descriptor is closed. */
static void drain(struct child *c, int *fd, struct strbuf *out)
{
	char buf[EXTERNAL_SLACK];
	ssize_t n = 1;

	for (size_t taken = 0; *fd >= 0 && n > 0 && taken < PIPE_BYTES; taken += sizeof(buf)) {
		n = read(*fd, buf, sizeof(buf));
		if (n > 0 && out)
			strbuf_add(out, buf, (size_t)n);
		else if (n > 0)
			say(c, slice_bytes(buf, (size_t)n));
		else if (n < 0 && errno == EINTR)
			n = 1;
		else if (n == 0 || errno != EAGAIN)
			close_fd(fd);
		if (out && out->n > c->x->limit)
			break;
	}
	OPENSSL_cleanse(buf, sizeof(buf)); /* the result may be a secret */
}

/* Without collecting it: its process id, and so its group's, stays taken. */
static bool has_ended(const struct child *c)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == c->pid;
}

/* Until the command has ended, or is over a limit. What it started may keep the pipes open: that is not waited for. */
static int attend(struct child *c, struct strbuf *out)
{
	size_t before = out->n;
	bool ended = false;

	while (!ended) {
		struct pollfd fds[] = { { c->out[0], POLLIN, 0 }, { c->err[0], POLLIN, 0 } };
		bool closed = c->out[0] < 0 && c->err[0] < 0;

		if (poll(fds, COUNT(fds), closed ? 5 : TICK_MS) == 0)
			say_line(c); /* a prompt */
		ended = has_ended(c);
		drain(c, &c->out[0], out);
		drain(c, &c->err[0], NULL);
		if (out->n - before > c->x->limit)
			return diag_environment(c->d, c->x->name, "the %s wrote more than %zu bytes", c->x->what,
						c->x->limit);
		if (!ended && now_ms() > c->deadline)
			return diag_environment(c->d, c->x->name, "the %s did not end within %u seconds", c->x->what,
						c->x->time_ms / 1000);
	}
	return 0;
}

/* --- ending ------------------------------------------------------------------------------------------------------------ */

static void sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

static void wait_a_while(const struct child *c)
{
	int64_t until = now_ms() + GRACE_MS;

	while (!has_ended(c) && now_ms() < until)
		sleep_ms(5);
}

static int collect(struct child *c, int *status)
{
	pid_t got;

	if (!has_ended(c)) /* it runs as somebody else, whom we may not end */
		return diag_environment(c->d, c->x->name, "the %s cannot be ended", c->x->what);
	do {
		got = waitpid(c->pid, status, 0);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? fail(c, "waitpid") : 0;
}

/* Ends what still runs, and collects the command. */
static int finish(struct child *c, int *status)
{
	if (!has_ended(c)) {
		(void)kill(-c->pid, SIGTERM);
		(void)kill(-c->pid, SIGCONT);
		wait_a_while(c);
	}
	(void)kill(-c->pid, SIGKILL);
	wait_a_while(c);
	take_terminal(c);
	say_line(c);
	return collect(c, status);
}

static int judge(const struct child *c, int status)
{
	if (WIFSIGNALED(status))
		return diag_environment(c->d, c->x->name, "the %s was killed by signal %d", c->x->what,
					WTERMSIG(status));
	if (WEXITSTATUS(status))
		return diag_environment(c->d, c->x->name, "the %s ended with exit code %d", c->x->what,
					WEXITSTATUS(status));
	return 0;
}

int external_run(struct strbuf *out, const struct external *x, struct slice message, struct diags *d)
{
	CLEANUP(child_release)
	struct child c = { .x = x, .d = d, .in = -1, .out = { -1, -1 }, .err = { -1, -1 }, .tty = -1 };
	int status = 0, result;

	c.deadline = now_ms() + x->time_ms;
	if (start(&c, message))
		return -1;
	result = attend(&c, out);
	if (finish(&c, &status))
		return -1;
	if (!result)
		result = judge(&c, status);
	if (out->failed || c.line.failed)
		return diag_environment(d, x->name, "out of memory");
	return result;
}
