/* publish/dir.h: a folder as a destination: "file:///srv/www", as a web server on this machine or on a shared file system serves it.
 *
 * Readers    see whole files: bytes go into a file beside (".mdstatic-publish.<16 hex digits>"), which is synced, and then gets its name.
 *            Files are 0644, folders 0755, whatever the umask. What dest_run() has placed is lasting when it returns.
 * Conditions DEST_IF_ABSENT: the file system gives a name only once (renameat2 with RENAME_NOREPLACE, else link). DEST_IF_MATCH: the
 *            bytes are compared and replaced under a lock on DEST/.mdstatic-publish.lock, which whoever replaces anything takes. An ETag
 *            is the MD5 of the bytes. So claim and match are known from the start, and there is nothing to probe.
 * Killed     a publisher that was killed leaves its unfinished file. list() skips those; the next dest_run() that writes removes what
 *            list() found, when it is an hour old and nobody has it open.
 * Symlinks   DEST may be one. Below it none is followed: one that is in the way is an error, others count for nothing.
 * Names      "", "." and ".." as parts of a key, and names that begin with ".mdstatic-publish.", are errors.
 * Absent     a DEST that is not there is empty; the first write makes it.
 * Errors     of the file system: environment errors with the path "<url>/<key>". They end the batch. A local file whose bytes are not what
 *            they must be: an error (exit 1) that names it, and the batch goes on. */
#ifndef PUBLISH_DIR_H
#define PUBLISH_DIR_H

#include "publish/dest.h"

#define DIR_OWN_PREFIX ".mdstatic-publish."

/* -1: not a URL of a folder (usage), or DEST is there and no folder. */
int dir_open(struct dest **out, const char *url, struct diags *d) MUST_CHECK;

#endif
