#include "base/cmd.h"

#include "base/slice.h"

extern const struct command cmd_init, cmd_check, cmd_list, cmd_build, cmd_resolve, cmd_verify, cmd_keys_new,
	cmd_keys_make, cmd_keys_show, cmd_task_pause, cmd_task_resume, cmd_task_end, cmd_task_publish, cmd_task_percent,
	cmd_task_new, cmd_import_switches, cmd_import_whitelist, cmd_import_h5, cmd_import_tasks, cmd_export_switches,
	cmd_export_h5, cmd_export_tasks, cmd_inspect, cmd_delta_show, cmd_delta_apply, cmd_hqf_build, cmd_hqf_join,
	cmd_hqf_split, cmd_hqf_sign, cmd_hqf_show, cmd_keys_root, cmd_sign_payload, cmd_sign_attach, cmd_sign_add,
	cmd_sign_show, cmd_refresh, cmd_status, cmd_render, cmd_diff;

extern const struct program mdstatic_program;

static const struct command *const commands[] = {
	&cmd_init,
	&cmd_check,
	&cmd_list,
	&cmd_render,
	&cmd_diff,
	&cmd_task_pause,
	&cmd_task_resume,
	&cmd_task_end,
	&cmd_task_publish,
	&cmd_task_percent,
	&cmd_task_new,
	&cmd_build,
	&cmd_resolve,
	&cmd_verify,
	&cmd_refresh,
	&cmd_status,
	&cmd_inspect,
	&cmd_delta_show,
	&cmd_delta_apply,
	&cmd_hqf_build,
	&cmd_hqf_join,
	&cmd_hqf_split,
	&cmd_hqf_sign,
	&cmd_hqf_show,
	&cmd_keys_new,
	&cmd_keys_make,
	&cmd_keys_show,
	&cmd_keys_root,
	&cmd_sign_payload,
	&cmd_sign_attach,
	&cmd_sign_add,
	&cmd_sign_show,
	&cmd_import_switches,
	&cmd_import_whitelist,
	&cmd_import_h5,
	&cmd_import_tasks,
	&cmd_export_switches,
	&cmd_export_h5,
	&cmd_export_tasks,
};

const struct program mdstatic_program = {
	"mdstatic", "releases, whitelists and switches for mobile apps, as a signed static tree", commands,
	COUNT(commands), /* NOLINT(bugprone-sizeof-expression): an array of pointers is meant */
};
