/* convert/switches.h: many switches in one JSON file, the form of schemas/INTERCHANGE.md.
 *
 * Form       an array of what switches/<KEY>.json holds, each with its "key". Platforms may be spelt as MDS does (Android, iOS,
 *            HarmonyOS), types in any case. It holds all that a switch says.
 * Places     what is wrong with a switch is found by the reader of definitions. Where it finds something, it is given
 *            switch_check(): the whole file with all but this switch turned to spaces, so that line and column are the file's.
 * Ownership  texts live in the arena; json_t results are new values. */
#ifndef CONVERT_SWITCHES_H
#define CONVERT_SWITCHES_H

#include "convert/form.h"

struct switch_import {
	struct slice key;
	struct slice pointer; /* of the switch in the file */
	struct slice text;    /* switches/<KEY>.json */
};

/* All of a file; an object alone is one switch. -1: errors recorded. */
int switches_import(struct switch_import **out, size_t *n, const struct form_source *s, json_t *json) MUST_CHECK;

struct srcpos switch_key_pos(const struct switch_import *i, const struct form_source *s);
struct slice switch_check(const struct switch_import *i, const struct form_source *s);

/* One switch in that form. */
json_t *switch_export(const struct switch_def *s);

#endif
