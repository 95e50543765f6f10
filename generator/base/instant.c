#include "base/instant.h"

#include <time.h>

#define DAY_SECONDS  INT64_C(86400)
#define LAST_INSTANT INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 0000-01-01 (Gregorian, as if it had always been in use) to the first day of the year. */
static int64_t days_before_year(int year)
{
	int64_t past = year - 1; /* leap years among 0 .. past; year 0 is one */

	return year == 0 ? 0 : (int64_t)365 * year + past / 4 - past / 100 + past / 400 + 1;
}

static int64_t days_since_1970(int year, int month, int day)
{
	int64_t days = days_before_year(year) - days_before_year(1970) + day - 1;

	for (int m = 1; m < month; m++)
		days += days_in_month(year, m);
	return days;
}

/* Reads exactly `digits` digits of a number in least..most from the front of `s`. */
static bool take_number(int *out, struct slice *s, size_t digits, int least, int most)
{
	int v = 0;

	if (s->n < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = slice_from(*s, digits);
	*out = v;
	return v >= least && v <= most;
}

/* Reads one of the bytes of `allowed`. */
static bool take_char(char *out, struct slice *s, struct slice allowed)
{
	if (s->n == 0 || slice_find(allowed, *s->p) < 0)
		return false;
	*out = *s->p;
	*s = slice_from(*s, 1);
	return true;
}

/* Z, z, +HH:MM or -HH:MM as seconds that local time is ahead. */
static bool take_offset(int64_t *out, struct slice *s)
{
	int hours, minutes;
	char sign, colon;

	if (!take_char(&sign, s, SLICE("Zz+-")))
		return false;
	*out = 0;
	if (sign == 'Z' || sign == 'z')
		return true;
	if (!take_number(&hours, s, 2, 0, 23) || !take_char(&colon, s, SLICE(":")) ||
	    !take_number(&minutes, s, 2, 0, 59))
		return false;
	*out = ((int64_t)hours * 60 + minutes) * (sign == '-' ? -60 : 60);
	return true;
}

bool instant_parse(int64_t *out, struct slice s)
{
	int year, month, day, hour, minute, second;
	int64_t ahead, t;
	char c;

	if (!take_number(&year, &s, 4, 0, 9999) || !take_char(&c, &s, SLICE("-")) ||
	    !take_number(&month, &s, 2, 1, 12) || !take_char(&c, &s, SLICE("-")) ||
	    !take_number(&day, &s, 2, 1, days_in_month(year, month)) || !take_char(&c, &s, SLICE("Tt")) ||
	    !take_number(&hour, &s, 2, 0, 23) || !take_char(&c, &s, SLICE(":")) ||
	    !take_number(&minute, &s, 2, 0, 59) || !take_char(&c, &s, SLICE(":")) ||
	    !take_number(&second, &s, 2, 0, 59) || !take_offset(&ahead, &s) || s.n > 0)
		return false;
	t = days_since_1970(year, month, day) * DAY_SECONDS + (hour * INT64_C(60) + minute) * 60 + second - ahead;
	if (t < 0 || t > LAST_INSTANT)
		return false;
	*out = t;
	return true;
}

static void put_number(char *out, size_t digits, int64_t v)
{
	while (digits-- > 0) {
		out[digits] = (char)('0' + v % 10);
		v /= 10;
	}
}

void instant_format(char out[INSTANT_TEXT], int64_t t)
{
	static const char form[INSTANT_TEXT] = "0000-00-00T00:00:00Z";
	int64_t day, second;
	int year, month = 1;

	t = t < 0 ? 0 : t > LAST_INSTANT ? LAST_INSTANT : t;
	day = t / DAY_SECONDS;
	second = t % DAY_SECONDS;
	year = 1970 + (int)(day / 366); /* too early by a few years at most */
	while (days_since_1970(year + 1, 1, 1) <= day)
		year++;
	day -= days_since_1970(year, 1, 1);
	for (; day >= days_in_month(year, month); month++)
		day -= days_in_month(year, month);
	for (size_t i = 0; i < sizeof(form); i++)
		out[i] = form[i];
	put_number(out, 4, year);
	put_number(out + 5, 2, month);
	put_number(out + 8, 2, day + 1);
	put_number(out + 11, 2, second / 3600);
	put_number(out + 14, 2, second / 60 % 60);
	put_number(out + 17, 2, second % 60);
}

int64_t instant_now(void)
{
	return (int64_t)time(NULL);
}
