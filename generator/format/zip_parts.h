/* format/zip_parts.h: what the files of the zip reader share. */
#ifndef FORMAT_ZIP_PARTS_H
#define FORMAT_ZIP_PARTS_H

#include "base/refuse.h"
#include "format/zipread.h"

/* As refusef(), about an entry: `"<name>" <reason>`; of a very long name the beginning. */
int zip_fail_named(struct arena *a, struct slice name, const char **why, const char *reason);

#endif
