/* A main() for fuzz targets where no fuzzing engine exists: runs LLVMFuzzerTestOneInput() once for every file named on the
 * command line, for every file below a folder that is named, or, without arguments, for what stands on stdin. Each input
 * is announced before it runs, so that the last line of a crash names it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fileio.h"

#define LIMIT ((uint64_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is copied to a piece of exactly its size, so that a sanitizer sees the first byte that is read behind it. */
static void run(const char *name, struct slice input)
{
	uint8_t *exact = malloc(input.n > 0 ? input.n : 1);

	if (!exact)
		abort();
	if (input.n > 0)
		memcpy(exact, input.p, input.n);
	printf("%s\n", name);
	fflush(stdout);
	LLVMFuzzerTestOneInput(exact, input.n);
	free(exact);
}

static int replay_file(const char *path, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf input = STRBUF_INIT;

	if (file_read(&input, path, LIMIT, d))
		return -1;
	run(path, strbuf_slice(&input));
	return 0;
}

static int replay_folder(const char *root, struct diags *d)
{
	CLEANUP(file_list_release) struct file_list files = { .n = 0 };
	int result = 0;

	if (file_walk(&files, root, d))
		return -1;
	for (size_t i = 0; i < files.n; i++) {
		struct slice path = arena_printf(&files.mem, "%s/%s", root, files.path[i].p);

		if (replay_file(path.p, d))
			result = -1;
	}
	return result;
}

static int replay_stdin(struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf input = STRBUF_INIT;

	if (file_read_fd(&input, 0, "(stdin)", LIMIT, d))
		return -1;
	run("(stdin)", strbuf_slice(&input));
	return 0;
}

int main(int argc, char **argv)
{
	struct diags d = DIAGS_INIT;
	int result = argc < 2 ? replay_stdin(&d) : 0;

	for (int i = 1; i < argc; i++) {
		struct stat st;
		bool folder = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);

		if (folder ? replay_folder(argv[i], &d) : replay_file(argv[i], &d))
			result = -1;
	}
	diags_print(&d, DIAG_TEXT, stderr);
	diags_release(&d);
	return result ? 1 : 0;
}
