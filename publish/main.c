#include "base/cmd.h"
#include "base/sigbus.h"
#include "base/slice.h"

extern const struct command publish_command, pull_command, prune_command;

static const struct command *const commands[] = { &publish_command, &pull_command, &prune_command };

static const struct program program = {
	"mdstatic-publish", "puts a signed tree into object storage, safely whatever dies in between", commands,
	COUNT(commands), /* NOLINT(bugprone-sizeof-expression): an array of pointers is meant */
};

int main(int argc, char **argv)
{
	sigbus_explain();
	return cmd_main(&program, argc, argv);
}
