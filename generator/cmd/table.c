#include "cmd/cmd.h"

#include "base/slice.h"

extern const struct command cmd_init, cmd_check, cmd_build, cmd_resolve, cmd_verify, cmd_keys_new;

const struct command *const commands[] = {
	&cmd_init, &cmd_check, &cmd_build, &cmd_resolve, &cmd_verify, &cmd_keys_new,
};
const size_t ncommands = COUNT(commands); /* NOLINT(bugprone-sizeof-expression): an array of pointers is meant */
