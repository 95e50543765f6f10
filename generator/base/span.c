#include "base/span.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/slice.h"

void span_format(char out[SPAN_TEXT], int64_t seconds)
{
	static const struct {
		const char *name;
		uint64_t seconds;
	} units[] = { { "day", 86400 }, { "hour", 3600 }, { "minute", 60 }, { "second", 1 } };
	uint64_t left = seconds < 0 ? 0 - (uint64_t)seconds : (uint64_t)seconds, n;
	size_t i = 0;
	int used;

	while (i + 1 < COUNT(units) && left < units[i].seconds)
		i++;
	n = left / units[i].seconds;
	used = snprintf(out, SPAN_TEXT, "%" PRIu64 " %s%s", n, units[i].name, n == 1 ? "" : "s");
	left %= units[i].seconds;
	if (n >= 10 || i + 1 == COUNT(units) || left < units[i + 1].seconds)
		return;
	n = left / units[i + 1].seconds;
	(void)snprintf(out + used, SPAN_TEXT - (size_t)used, " %" PRIu64 " %s%s", n, units[i + 1].name,
		       n == 1 ? "" : "s");
}
