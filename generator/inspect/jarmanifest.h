/* inspect/jarmanifest.h: the manifest syntax of JAR files: MANIFEST.MF, *.SF, and a hotpatch's PATCH.MF.
 *
 * Bytes      "JAR File Specification": lines end in CR LF, LF or CR; `name: value`; a line that begins with a space continues the
 *            one before (writers break lines at 72 bytes, longer ones are read too); an empty line ends a section; each section
 *            but the first begins with `Name:`.
 *            Writers break lines inside a character too: a value is UTF-8 when its lines are joined.
 * Input      hostile: UTF-8 without NUL; a section named twice and an attribute that is there twice are refused, so that nobody
 *            has to guess which one counts; at most JAR_MANIFEST_MAX bytes.
 * Ownership  slices look into `bytes`; values that were continued are copied into the arena.
 * Memory     at most about 16 times the input. */
#ifndef INSPECT_JARMANIFEST_H
#define INSPECT_JARMANIFEST_H

#include "base/arena.h"

#define JAR_MANIFEST_MAX ((uint64_t)8 << 20)

struct jar_attribute {
	struct slice name, value;
};

struct jar_section {
	struct slice name; /* of its file; of the first section empty */
	struct slice raw;  /* its bytes, with the empty line behind it */
	struct jar_attribute *v;
	size_t n;
};

struct jar_manifest {
	struct jar_section main; /* empty where the text is */
	struct jar_section *v;   /* the others, sorted by name */
	size_t n;
};

/* -1: a reason of one line, constant or in the arena. */
int jar_manifest_read(struct jar_manifest *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

const struct slice *jar_attribute(const struct jar_section *s, const char *name); /* case is ignored; NULL: absent */
const struct jar_section *jar_section(const struct jar_manifest *m, struct slice name); /* NULL: absent */

#endif
