/* convert/task.h: release tasks of MDS's OpenAPI from and to tasks of definitions.
 *
 * Form       schemas/INTERCHANGE.md: the fields of CreateMcubeUpgradeTask, CreateMcubeHotpatchTask and CreateMcubeNebulaTask,
 *            and of the lists of tasks that MDS answers with, each task beside the fields that name its release.
 * Import     what has no counterpart is refused by name; nothing is guessed that could reach more devices.
 * Export     never wider than the definition: a task with a condition that the form cannot hold is left out, with a warning.
 * Errors     recorded with the place in the text that is read, or at the definition that is written. */
#ifndef CONVERT_TASK_H
#define CONVERT_TASK_H

#include "convert/form.h"
#include "convert/mds.h"

struct mds_option { /* `--whitelist 931=testers` */
	struct slice code, word;
};

struct task_options {
	const struct app *app;
	struct slice zone; /* of times without one; mds_zone_ok() */
	int64_t now;       /* when a task begins that does not say it */
	enum kind kind;    /* of a task without "action"; KIND_COUNT: such a task is an error */
	const struct mds_option *whitelists, *upgrade_types;
	size_t nwhitelists, nupgrade_types;
};

struct task_import {
	struct form form; /* for further complaints */
	enum kind kind;
	enum platform platform; /* upgrade, hotpatch */
	struct slice h5_id;     /* h5 */
	struct slice version;   /* as written: of the app, the hotpatch's productVersion, the h5Version */
	uint32_t patch_number;  /* hotpatch; 0: not said */
	struct slice id;        /* empty: not said */
	json_t *task;           /* as definitions have it, but for a missing "id" */
};

/* Reads one task. On false (errors recorded) there is nothing to release. */
bool task_import(struct task_import *out, const struct form_source *s, json_t *json, struct slice pointer,
		 const struct task_options *o);
void task_import_release(struct task_import *t);

/* A release.json without tasks for a task whose release does not exist: an upgrade or a hotpatch whose package is kept elsewhere,
 * or a store's page. NULL: errors recorded. */
json_t *task_new_release(const struct task_import *t, uint32_t patch_number);

/* A task in the form above. NULL: it is left out (warning recorded). */
json_t *task_export(const struct app *app, const struct release *r, const struct task *t, const struct task_options *o,
		    struct diags *d);

/* The public one of an address pair `internal;public`, or the only one. */
struct slice mds_public_address(struct slice pair);

#endif
