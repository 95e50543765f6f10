#include <signal.h>
#include <unistd.h>

#include "cmd/cmd.h"

/* Packages are mapped, not copied: one that somebody cuts off meanwhile, or whose disk fails, cannot be read to its end. Nothing
 * has been published then, and what the run leaves behind goes with the next build. */
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

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = truncated, .sa_flags = SA_SIGINFO };

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
	return cmd_main(argc, argv);
}
