/* base/refuse.h: how functions that know no place say why they refuse their input: -1, and a text in *why that is constant or lives
 * as long as the caller's arena. */
#ifndef BASE_REFUSE_H
#define BASE_REFUSE_H

static inline int refuse(const char **why, const char *reason)
{
	*why = reason;
	return -1;
}

#endif
