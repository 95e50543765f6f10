#include "cmd/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/slice.h"

#define LINE_BYTES 4096 /* the longest line that a terminal hands out */

struct asking {
	int tty, signals; /* -1: not open */
	struct termios shown;
	sigset_t before;
};

static void close_asking(struct asking *a)
{
	int code = errno;

	if (a->tty >= 0)
		close(a->tty);
	if (a->signals >= 0)
		close(a->signals);
	errno = code;
}

static void put(int tty, const char *text)
{
	/* Who does not see the question sees the program wait. */
	if (write(tty, text, strlen(text)) < 0)
		return;
}

/* From here to show() a signal is only noted: in the descriptor, and pending. */
static int hide(struct asking *a, const char *question)
{
	static const int noted[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	struct termios hidden;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(noted); i++)
		sigaddset(&set, noted[i]);
	if (tcgetattr(a->tty, &a->shown))
		return -1;
	a->signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (a->signals < 0 || pthread_sigmask(SIG_BLOCK, &set, &a->before))
		return -1;
	hidden = a->shown;
	hidden.c_lflag &= (tcflag_t) ~(unsigned)ECHO;
	hidden.c_lflag |= ICANON | ISIG;
	put(a->tty, question);
	if (tcsetattr(a->tty, TCSAFLUSH, &hidden) == 0)
		return 0;
	pthread_sigmask(SIG_SETMASK, &a->before, NULL);
	return -1;
}

/* A signal that came meanwhile takes effect here. */
static void show(struct asking *a)
{
	int code = errno;

	put(a->tty, "\n");
	tcsetattr(a->tty, TCSADRAIN, &a->shown);
	close(a->signals);
	a->signals = -1;
	pthread_sigmask(SIG_SETMASK, &a->before, NULL);
	errno = code;
}

/* 1: a line was read into buf; 0: a signal came; -1. */
static int wait_for_line(const struct asking *a, char *buf, ssize_t *n)
{
	struct pollfd fds[] = { { a->tty, POLLIN, 0 }, { a->signals, POLLIN, 0 } };

	for (;;) {
		if (poll(fds, COUNT(fds), -1) < 0 && errno != EINTR)
			return -1;
		if (fds[1].revents)
			return 0;
		if (!fds[0].revents)
			continue;
		*n = read(a->tty, buf, LINE_BYTES);
		if (*n >= 0)
			return 1;
		if (errno != EINTR)
			return -1;
	}
}

static int take_line(char *out, size_t cap, const char *line, ssize_t n)
{
	if (n > 0 && line[n - 1] == '\n')
		n--;
	else if (n == 0) {
		errno = 0;
		return -1;
	}
	if ((size_t)n > cap) {
		errno = ERANGE;
		return -1;
	}
	memcpy(out, line, (size_t)n);
	return (int)n;
}

int terminal_ask(char *out, size_t cap, const char *question)
{
	CLEANUP(close_asking)
	struct asking a = { .tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC), .signals = -1 };
	char line[LINE_BYTES];
	ssize_t n = 0;
	int got;

	if (a.tty < 0)
		return -1;
	do {
		if (hide(&a, question))
			return -1;
		got = wait_for_line(&a, line, &n);
		show(&a);
	} while (got == 0);
	if (got > 0)
		got = take_line(out, cap, line, n);
	explicit_bzero(line, sizeof(line));
	return got;
}
