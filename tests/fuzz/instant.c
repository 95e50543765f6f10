/* An accepted instant is the second that the C library counts, and survives being written and read. */
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "require.h"

static int number(const char *p, int digits)
{
	int v = 0;

	while (digits-- > 0)
		v = v * 10 + (*p++ - '0');
	return v;
}

/* What the C library makes of the fields of an accepted text. */
static int64_t reference(const char *p)
{
	struct tm tm = { .tm_year = number(p, 4) - 1900,
			 .tm_mon = number(p + 5, 2) - 1,
			 .tm_mday = number(p + 8, 2),
			 .tm_hour = number(p + 11, 2),
			 .tm_min = number(p + 14, 2),
			 .tm_sec = number(p + 17, 2) };
	int64_t ahead = 0;

	if (p[19] == '+' || p[19] == '-')
		ahead = (number(p + 20, 2) * 60 + number(p + 23, 2)) * (p[19] == '-' ? -60 : 60);
	return (int64_t)timegm(&tm) - ahead;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_bytes(data, size);
	char out[INSTANT_TEXT];
	int64_t t = 0, again;

	if (!instant_parse(&t, text)) {
		if (size >= sizeof(t))
			memcpy(&t, data, sizeof(t));
	} else {
		REQUIRE(size == 20 || size == 25);
		REQUIRE(t == reference(text.p));
	}
	instant_format(out, t);
	REQUIRE(instant_parse(&again, slice_of(out)));
	REQUIRE(again == t || t < 0 || t > INT64_C(253402300799));
	return 0;
}
