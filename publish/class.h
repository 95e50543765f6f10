/* publish/class.h: how the files of a tree are to be served, by their path.
 *
 * Cache      "public, max-age=31536000, immutable" for what never changes under its name; "public, max-age=<pointerMaxAge>" for what
 *            may (0: "no-cache"); "no-cache" for build.json and prune.json, which no device reads.
 * Types      by extension, in letters of any case; packages as the platforms' stores and installers expect them; text is UTF-8; what
 *            is not known: application/octet-stream.
 * Encoding   files are stored as they are: devices check hashes and lengths. Only what is compressed by its form (svgz) says so. */
#ifndef PUBLISH_CLASS_H
#define PUBLISH_CLASS_H

#include "base/slice.h"

enum file_role {
	FILE_OBJECT,   /* targets/: named after its content */
	FILE_CLAIM,    /* metadata/N.snapshot.json: whoever has it publishes version N */
	FILE_METADATA, /* the rest of metadata/ */
	FILE_LISTED,   /* h5/, global packages: never other bytes under a name */
	FILE_MUTABLE,  /* pages/, h5/preset/ */
	FILE_POINTER,  /* timestamp.json */
	FILE_NOTES     /* build.json */
};

struct file_class {
	enum file_role role;
	const char *type;     /* Content-Type */
	const char *encoding; /* Content-Encoding, or NULL */
	char cache[48];       /* Cache-Control */
};

/* `path` is relative to <appCode>/. */
enum file_role file_role(struct slice path);
void file_class(struct file_class *out, struct slice path, uint32_t pointer_max_age);

#endif
