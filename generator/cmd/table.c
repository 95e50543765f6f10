#include "cmd/cmd.h"

#include "base/slice.h"

extern const struct command cmd_init, cmd_check, cmd_list, cmd_build, cmd_resolve, cmd_verify, cmd_keys_new,
	cmd_task_pause, cmd_task_resume, cmd_task_end, cmd_task_publish, cmd_task_percent, cmd_task_new,
	cmd_import_switches, cmd_import_whitelist, cmd_import_h5, cmd_import_tasks, cmd_export_switches, cmd_export_h5,
	cmd_export_tasks, cmd_inspect, cmd_delta_show, cmd_delta_apply, cmd_hqf_build, cmd_hqf_join, cmd_hqf_split,
	cmd_hqf_sign, cmd_hqf_show;

const struct command *const commands[] = {
	&cmd_init,
	&cmd_check,
	&cmd_list,
	&cmd_task_pause,
	&cmd_task_resume,
	&cmd_task_end,
	&cmd_task_publish,
	&cmd_task_percent,
	&cmd_task_new,
	&cmd_build,
	&cmd_resolve,
	&cmd_verify,
	&cmd_inspect,
	&cmd_delta_show,
	&cmd_delta_apply,
	&cmd_hqf_build,
	&cmd_hqf_join,
	&cmd_hqf_split,
	&cmd_hqf_sign,
	&cmd_hqf_show,
	&cmd_keys_new,
	&cmd_import_switches,
	&cmd_import_whitelist,
	&cmd_import_h5,
	&cmd_import_tasks,
	&cmd_export_switches,
	&cmd_export_h5,
	&cmd_export_tasks,
};
const size_t ncommands = COUNT(commands); /* NOLINT(bugprone-sizeof-expression): an array of pointers is meant */
