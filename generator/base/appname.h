/* base/appname.h: how apps are named on their platforms. */
#ifndef BASE_APPNAME_H
#define BASE_APPNAME_H

#include "base/slice.h"

/* Android's packageName and HarmonyOS's bundleName: two or more parts of letters, digits and underscores, joined by full stops,
 * each beginning with a letter. */
bool appname_is_package(struct slice s);
/* Apple's bundle identifier: parts of letters, digits and hyphens, joined by full stops. */
bool appname_is_bundle_id(struct slice s);

#endif
