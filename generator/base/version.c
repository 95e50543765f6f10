#include "base/version.h"

/* One part: digits only, below 2^31; leading zeros are allowed. */
static bool parse_part(uint32_t *out, struct slice s)
{
	uint32_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint32_t digit = (uint32_t)(unsigned char)s.p[i] - '0';

		if (digit > 9 || v > (INT32_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

bool version_parse(struct version *out, struct slice s)
{
	struct version v = { .n = 0 };
	size_t parts = 0;

	do {
		struct slice part = slice_cut(&s, '.');

		if (parts == VERSION_PARTS || !parse_part(&v.part[parts], part))
			return false;
		if (v.part[parts++] != 0)
			v.n = (uint8_t)parts;
	} while (s.p);
	*out = v;
	return true;
}

bool version_parse_device(struct version *out, struct slice s)
{
	s = slice_trim(s);
	if (slice_starts(s, "v") || slice_starts(s, "V"))
		s = slice_from(s, 1);
	return version_parse(out, s);
}

int version_cmp(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < VERSION_PARTS; i++)
		if (a->part[i] != b->part[i])
			return a->part[i] < b->part[i] ? -1 : 1;
	return 0;
}

void version_format(struct strbuf *out, const struct version *v)
{
	strbuf_adduint(out, v->part[0]);
	for (size_t i = 1; i < v->n; i++) {
		strbuf_addch(out, '.');
		strbuf_adduint(out, v->part[i]);
	}
}
