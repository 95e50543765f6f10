/* folder.h: the storage of a device in a folder of POSIX files.
 *
 * Files      a name of the library is a file's name; what is being written is called "_" and that name, which the library has no
 *            name for. One process at a time: the folder is locked. Symbolic links in it are refused.
 * Power      a blob is written beside, made last (fsync) and renamed, and the folder is made last: it is the old or the new one. A file is
 *            made last before it gets its name.
 * Errors     `why` tells of the last failure in words. */
#ifndef FOLDER_H
#define FOLDER_H

#include "mdresolve.h"

struct folder {
	int fd; /* of the folder; -1: not open */
	char why[512];
};

/* Makes the folder, readable by its owner alone, where it is missing. False: see `why`. */
bool folder_open(struct folder *f, const char *path);
void folder_close(struct folder *f);

/* The callbacks; they borrow `f`. */
struct mdr_storage folder_storage(struct folder *f);

#endif
