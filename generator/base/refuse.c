#include "base/refuse.h"

#include <stdarg.h>
#include <stdio.h>

int refusef(const char **why, struct arena *a, const char *fmt, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	text = n < 0 ? NULL : arena_try(a, (size_t)n + 1, 1);
	if (!text)
		return refuse(why, REFUSE_NO_MEMORY);
	va_start(args, fmt);
	(void)vsnprintf(text, (size_t)n + 1, fmt, args);
	va_end(args);
	return refuse(why, text);
}
