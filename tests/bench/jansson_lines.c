/* The reference of the resolve bench: parses every line of a file with jansson and prints it again, compact and with sorted
 * keys as answers are.
 *   jansson_lines FILE */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_line(void *line, size_t n)
{
	json_error_t error;
	json_t *value = json_loadb(line, n, 0, &error);
	int bad = value ? json_dumpf(value, stdout, JSON_COMPACT | JSON_SORT_KEYS) : -1;

	json_decref(value);
	putchar('\n');
	return bad;
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int bad = 0;
	FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!in)
		return 3;
	while (!bad && (n = getline(&line, &room, in)) > 0)
		bad = print_line(line, (size_t)n - (line[n - 1] == '\n'));
	free(line);
	fclose(in);
	return bad ? 1 : 0;
}
