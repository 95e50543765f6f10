/* Runs two commands in turn, several times each, and prints the ratio of their CPU times (user + system of the finished
 * process, from the kernel's accounting): the median over the pairs, with minimum and maximum.
 *   pair RUNS LIMIT 'COMMAND A' 'COMMAND B'
 * Each command is given to sh -c with its output thrown away. Exit 1 when the median of A/B is above LIMIT (0: none). */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS_MAX 99

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* CPU seconds of `sh -c command`, or -1. */
static double run(const char *command)
{
	struct rusage usage;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(127);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return -1;
	return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	double ratio[RUNS_MAX], a[RUNS_MAX], b[RUNS_MAX], limit;
	long runs;

	if (argc != 5)
		return 2;
	runs = strtol(argv[1], NULL, 10);
	limit = strtod(argv[2], NULL);
	if (runs < 1 || runs > RUNS_MAX)
		return 2;
	for (long i = 0; i < runs; i++) {
		a[i] = run(argv[3]);
		b[i] = run(argv[4]);
		if (a[i] < 0 || b[i] <= 0) {
			fprintf(stderr, "a command failed: %s\n", a[i] < 0 ? argv[3] : argv[4]);
			return 3;
		}
		ratio[i] = a[i] / b[i];
	}
	qsort(ratio, (size_t)runs, sizeof(*ratio), by_value);
	qsort(a, (size_t)runs, sizeof(*a), by_value);
	qsort(b, (size_t)runs, sizeof(*b), by_value);
	printf("CPU %.3f s against %.3f s: ratio %.2f (%.2f to %.2f over %ld runs)", a[runs / 2], b[runs / 2],
	       ratio[runs / 2], ratio[0], ratio[runs - 1], runs);
	if (limit > 0)
		printf(", limit %.2f", limit);
	printf("\n");
	return limit > 0 && ratio[runs / 2] > limit;
}
