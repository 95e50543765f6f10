#include "base/sigbus.h"

#include <signal.h>
#include <unistd.h>

#include "base/cmd.h"

static void truncated(int number, siginfo_t *info, void *context)
{
	static const char text[] =
		"mdstatic: error: a file became shorter, or its disk failed, while it was being read\n";
	ssize_t told;

	(void)context;
	if (info->si_code != BUS_ADRERR) { /* something else: as if nobody listened */
		signal(number, SIG_DFL);
		raise(number);
		return;
	}
	told = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)told; /* there is nobody else to tell */
	_exit(EXIT_ENVIRONMENT);
}

void sigbus_explain(void)
{
	struct sigaction action = { .sa_sigaction = truncated, .sa_flags = SA_SIGINFO };

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
}
