/* base/appname.c: the forms of app names. */
#include "base/appname.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A letter, a digit, or `also`. */
static bool is_word(char c, char also)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == also;
}

bool appname_is_package(struct slice s)
{
	size_t parts = 0;

	for (struct slice part; s.p; parts++) {
		part = slice_cut(&s, '.');
		if (!part.n || !is_letter(part.p[0]))
			return false;
		for (size_t i = 1; i < part.n; i++)
			if (!is_word(part.p[i], '_'))
				return false;
	}
	return parts >= 2;
}

bool appname_is_bundle_id(struct slice s)
{
	if (!s.p)
		return false;
	for (struct slice part; s.p;) {
		part = slice_cut(&s, '.');
		if (!part.n)
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!is_word(part.p[i], '-'))
				return false;
	}
	return true;
}
