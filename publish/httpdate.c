#include "publish/httpdate.h"

#include <stdio.h>

#include "base/instant.h"
#include "base/text.h"

/* 1 to n, or 0: the word that `s` begins with, of words of three letters. */
static unsigned word_number(struct slice s, struct slice words)
{
	for (unsigned i = 1; words.n; i++, words = slice_from(words, 3)) {
		if (slice_eq(slice_sub(s, 0, 3), slice_sub(words, 0, 3)))
			return i;
	}
	return 0;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
bool httpdate_parse(int64_t *out, struct slice s)
{
	unsigned month = word_number(slice_from(s, 8), SLICE("JanFebMarAprMayJunJulAugSepOctNovDec"));
	char iso[32]; /* of 20 */

	if (s.n != 29 || !month || !word_number(s, SLICE("MonTueWedThuFriSatSun")) ||
	    !slice_eqs(slice_sub(s, 3, 2), ", ") || s.p[7] != ' ' || s.p[11] != ' ' || s.p[16] != ' ' ||
	    !slice_eqs(slice_from(s, 25), " GMT"))
		return false;
	snprintf(iso, sizeof(iso), "%.4s-%02u-%.2sT%.8sZ", s.p + 12, month, s.p + 5, s.p + 17);
	return instant_parse(out, slice_of(iso));
}

bool httpdate_parse_iso(int64_t *out, struct slice s)
{
	struct slice fraction = slice_from(s, 19);
	char iso[64];
	size_t n = 1;

	if (!slice_starts(fraction, "."))
		return instant_parse(out, s);
	while (n < fraction.n && fraction.p[n] >= '0' && fraction.p[n] <= '9')
		n++;
	if (n == 1 || fraction.n - n > sizeof("+00:00") - 1)
		return false;
	snprintf(iso, sizeof(iso), "%.19s" SLICE_FMT, s.p, SLICE_ARG(slice_from(fraction, n)));
	return instant_parse(out, slice_of(iso));
}

bool httpdate_retry_after(int64_t *seconds, struct slice s, int64_t now)
{
	uint64_t n;
	int64_t at;

	if (text_uint(&n, s)) {
		*seconds = n < RETRY_AFTER_MAX ? (int64_t)n : RETRY_AFTER_MAX;
		return true;
	}
	if (!httpdate_parse(&at, s))
		return false;
	*seconds = at <= now ? 0 : at - now < RETRY_AFTER_MAX ? at - now : RETRY_AFTER_MAX;
	return true;
}
