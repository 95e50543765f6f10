/* defs/url.h: URLs in definitions: https, or http to a loopback host; printable ASCII, a host, no user. */
#ifndef DEFS_URL_H
#define DEFS_URL_H

#include "base/slice.h"

/* NULL: fine; else what is wrong, as the end of a message: `must begin with "https://"`. */
const char *url_problem(struct slice url);

#endif
