#include "base/span.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

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

bool span_parse(int64_t *seconds, struct slice s)
{
	static const char units[] = "smhd";
	static const int64_t of[] = { 1, 60, 3600, 86400 };
	const char *unit = s.n ? strchr(units, s.p[s.n - 1]) : NULL;
	int64_t each = unit && *unit ? of[unit - units] : 0;
	uint64_t n;

	if (!text_uint(&n, slice_sub(s, 0, each ? s.n - 1 : s.n)) || (n && !each))
		return false;
	if (each && n > (uint64_t)(SPAN_MAX / each))
		return false;
	*seconds = (int64_t)n * each;
	return true;
}
