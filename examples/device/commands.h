/* commands.h: what the program can do: each command takes its own arguments, prints one JSON object (`switch`: a line) and gives an
 * exit code. What went wrong is on standard error; then standard output is empty but where the command says otherwise. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "session.h"

typedef int command_fn(struct session *s, const char *const *args, int n);

command_fn command_answer;   /* what the device gets; from the last verified tree where nothing is reachable */
command_fn command_check;    /* the upgrade check; state "error" is printed too */
command_fn command_decline;  /* VERSION */
command_fn command_download; /* upgrade | h5 ID */
command_fn command_hotpatch; /* [current | started] */
command_fn command_h5;       /* [ID | preload | read ID PATH] */
command_fn command_quickfix; /* [done CODE] */
command_fn command_switch;   /* KEY [DEFAULT] */
command_fn command_sync, command_apply, command_pull;
command_fn command_clean;

#endif
