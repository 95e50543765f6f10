/* resolve/verdict.h: what a whitelist says of an id. UNKNOWN: it could not be asked (now), so nothing is certain. */
#ifndef RESOLVE_VERDICT_H
#define RESOLVE_VERDICT_H

enum listed { LISTED_NO, LISTED_YES, LISTED_UNKNOWN };

#endif
