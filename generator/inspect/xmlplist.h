/* inspect/xmlplist.h: XML property lists as nodes; inspect/plist.h is what others use.
 *
 * XML itself is read by expat. The document type may be named, as Apple's tools do, but not be declared within the file: there are
 * no entities but those of XML, and nothing outside is loaded.
 *
 * Fills v, n and root of *out; texts lie in the arena. -1: *why is constant or in the arena, and names the line. */
#ifndef INSPECT_XMLPLIST_H
#define INSPECT_XMLPLIST_H

#include "inspect/plist.h"

int xmlplist_read(struct plist *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

#endif
