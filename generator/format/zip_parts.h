/* format/zip_parts.h: what the files of the zip reader share. */
#ifndef FORMAT_ZIP_PARTS_H
#define FORMAT_ZIP_PARTS_H

#include "format/zipread.h"

/* -1, and the reason. */
int zip_fail(const char **why, const char *reason);
/* The same about an entry: `"<name>" <reason>`; of a very long name the beginning. */
int zip_fail_named(const struct zip *z, struct slice name, const char **why, const char *reason);

#endif
