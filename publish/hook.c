#include "publish/hook.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define VARIABLE "MDSTATIC_DEST="

extern char **environ;

static int fail(const char *command, const char *what, struct diags *d)
{
	return diag_environment(d, NULL, "the hook \"%s\" %s; everything is published", command, what);
}

/* A file that only we know, with one key a line: unlike a pipe it never waits for its reader. */
static int open_list(int *out, const char *const *keys, size_t n, const char *command, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	int fd = memfd_create("mdstatic-publish", MFD_CLOEXEC);

	for (size_t i = 0; i < n; i++)
		strbuf_addf(&text, "%s\n", keys[i]);
	if (fd >= 0 && !text.failed && write(fd, text.p, text.n) == (ssize_t)text.n && lseek(fd, 0, SEEK_SET) == 0) {
		*out = fd;
		return 0;
	}
	if (fd >= 0)
		close(fd);
	return fail(command, "cannot be told what has changed: memory has ended", d);
}

/* Our environment with the variable. */
static char **environment_of(struct arena *a, const char *dest)
{
	size_t n = 0, kept = 1;
	char **v;

	while (environ[n])
		n++;
	v = ARENA_ARRAY(a, char *, n + 2);
	v[0] = arena_str(a, arena_printf(a, VARIABLE "%s", dest));
	for (size_t i = 0; i < n; i++) {
		if (strncmp(environ[i], VARIABLE, strlen(VARIABLE)) != 0)
			v[kept++] = environ[i];
	}
	return v;
}

static int start(pid_t *out, const char *command, const char *dest, int list)
{
	posix_spawn_file_actions_t actions;
	struct arena mem = ARENA_INIT;
	char *argv[] = { arena_str(&mem, SLICE("sh")), arena_str(&mem, SLICE("-c")), arena_str(&mem, slice_of(command)),
			 NULL };
	int error = posix_spawn_file_actions_init(&actions);

	if (error) {
		arena_release(&mem);
		return error;
	}
	error = posix_spawn_file_actions_adddup2(&actions, list, STDIN_FILENO);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	if (!error)
		error = posix_spawn(out, "/bin/sh", &actions, NULL, argv, environment_of(&mem, dest));
	posix_spawn_file_actions_destroy(&actions);
	arena_release(&mem);
	return error;
}

static int wait_for(pid_t pid, const char *command, struct diags *d)
{
	char text[64];
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return fail(command, "cannot be waited for", d);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		snprintf(text, sizeof(text), "ended with exit code %d", WEXITSTATUS(status));
	else
		snprintf(text, sizeof(text), "was ended by signal %d", WTERMSIG(status));
	return fail(command, text, d);
}

int hook_run(const char *command, const char *dest, const char *const *keys, size_t n, struct diags *d)
{
	int list = -1, error;
	pid_t pid;

	if (open_list(&list, keys, n, command, d))
		return -1;
	error = start(&pid, command, dest, list);
	close(list);
	if (error)
		return fail(command, strerror(error), d);
	return wait_for(pid, command, d);
}
