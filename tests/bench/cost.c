/* What a build costs: runs COMMAND (a build of REPO at REV), then plans the same definitions.
 *   cost REPO REV COMMAND…
 * Prints a line: CPU milliseconds and peak KiB of the command, CPU milliseconds of planning (all platforms and kinds; the
 * best of some runs). The command's output is thrown away; its exit code other than 0 becomes ours. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "defs/defs.h"
#include "plan/plan.h"
#include "source/source.h"

#define RUNS 5

/* Before anything else takes memory: a child's peak begins with what its parent held. */
static int run(struct rusage *usage, char **command)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(127);
		execv(command[0], command);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, usage) != pid || !WIFEXITED(status))
		return 3;
	return WEXITSTATUS(status);
}

static double milliseconds(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* -1: hashing failed. */
static int plan_all(const struct model *model, struct digests *digests)
{
	struct arena a = ARENA_INIT, scratch = ARENA_INIT;
	int bad = 0;

	for (size_t i = 0; i < model->napps * PLATFORM_COUNT && !bad; i++) {
		const enum kind kinds[] = { KIND_UPGRADE, KIND_SWITCH };

		for (size_t k = 0; k < COUNT(kinds) && !bad; k++) {
			struct plan p;

			bad = plan_make(&p, &a, &scratch, &model->apps[i / PLATFORM_COUNT],
					(enum platform)(i % PLATFORM_COUNT), kinds[k], model->commit_time, digests);
			arena_reset(&a);
			arena_reset(&scratch);
		}
	}
	arena_release(&a);
	arena_release(&scratch);
	return bad;
}

static int plan_repo(double *best, const char *repo, const char *rev, struct diags *d)
{
	CLEANUP(source_close_at) struct source *source = NULL;
	CLEANUP(digests_free_at) struct digests *digests = NULL;
	const struct source_options o = { .rev = rev };
	struct arena mem = ARENA_INIT;
	struct model model;
	int bad = digests_new(&digests);

	if (!bad)
		bad = source_open(&source, repo, &o, d);
	if (!bad)
		bad = defs_load(&model, source_tree(source), source_time(source), &mem, d);
	*best = 1e9;
	for (int i = 0; i < RUNS && !bad; i++) {
		double start = cpu_ms(), took;

		bad = plan_all(&model, digests);
		took = cpu_ms() - start;
		*best = took < *best ? took : *best;
	}
	arena_release(&mem);
	return bad;
}

int main(int argc, char **argv)
{
	struct diags d = DIAGS_INIT;
	struct rusage usage;
	double best;
	int code;

	if (argc < 4)
		return 2;
	code = run(&usage, argv + 3);
	if (!code && plan_repo(&best, argv[1], argv[2], &d)) {
		diags_print(&d, DIAG_TEXT, stderr);
		code = 3;
	}
	if (!code)
		printf("%.1f %ld %.2f\n", milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime), usage.ru_maxrss,
		       best);
	diags_release(&d);
	return code;
}
