/* publish/fileurl.h: folders as URLs (RFC 8089): "file:///srv/www", "file://localhost/srv/www".
 *
 * Form   an absolute path; %XX stands for the byte XX (RFC 3986 section 2.1), every other byte for itself, "+" too. A host but
 *        localhost, a query and a fragment are faults, and so are %00 and %2F, which no name of a file has. */
#ifndef PUBLISH_FILEURL_H
#define PUBLISH_FILEURL_H

#include "base/slice.h"
#include "base/strbuf.h"

#define FILEURL_SCHEME "file://"

/* Appends the path, without slashes at its end ("/" apart). NULL, or what is wrong; `out` may have grown then. */
const char *fileurl_path(struct strbuf *out, struct slice url);

#endif
