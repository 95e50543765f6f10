/* publish/apps.h: the apps of a destination: its folders that may be named after an appCode, or those that --app names. */
#ifndef PUBLISH_APPS_H
#define PUBLISH_APPS_H

#include "publish/session.h"

#define APPS_OPTION                                                                                                    \
	{                                                                                                              \
		"app", "APPCODE", "only this app (default: all)", false, true                                          \
	}
#define APPS_MAX 256 /* --app options */

struct apps {
	struct slice *v; /* sorted */
	size_t n;
	bool named; /* by --app */
};

int apps_find(struct apps *out, struct session *s, struct dest *t) MUST_CHECK; /* in the session's arena */

#endif
