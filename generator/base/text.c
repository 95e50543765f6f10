#include "base/text.h"

#include <string.h>

#define QUOTE_MAX 80 /* bytes of outside text in a message */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

size_t text_next(uint32_t *codepoint, struct slice s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 }; /* by length: below it the form is overlong */
	unsigned char lead = s.n > 0 ? (unsigned char)*s.p : 0xff;
	size_t n = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;
	uint32_t cp = n > 1 ? lead & (0x7fu >> n) : lead;

	if (n == 0 || n > s.n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (c & 0x3f);
	}
	if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*codepoint = cp;
	return n;
}

bool text_is_utf8(struct slice s)
{
	uint32_t cp;

	for (size_t i = 0, n; i < s.n; i += n) {
		n = text_next(&cp, slice_from(s, i));
		if (n == 0)
			return false;
	}
	return true;
}

void text_put(struct strbuf *out, uint32_t codepoint)
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = codepoint < 0x80 ? 1 : codepoint < 0x800 ? 2 : codepoint < 0x10000 ? 3 : 4;
	char bytes[4];

	for (size_t i = n - 1; i > 0; i--, codepoint >>= 6)
		bytes[i] = (char)(0x80 | (codepoint & 0x3f));
	bytes[0] = (char)(lead[n] | codepoint);
	strbuf_add(out, bytes, n);
}

static uint32_t utf16_unit(struct slice units, size_t i, bool big_endian)
{
	const unsigned char *p = (const unsigned char *)units.p + 2 * i;

	return big_endian ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

bool text_put_utf16(struct strbuf *out, struct slice units, bool big_endian)
{
	size_t n = units.n / 2;

	for (size_t i = 0; i < n; i++) {
		uint32_t c = utf16_unit(units, i, big_endian);

		if (c >= 0xd800 && c < 0xe000) {
			uint32_t low = ++i < n ? utf16_unit(units, i, big_endian) : 0;

			if (c >= 0xdc00 || low < 0xdc00 || low > 0xdfff)
				return false;
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		}
		text_put(out, c);
	}
	return units.n % 2 == 0;
}

size_t text_codepoints(struct slice s)
{
	size_t count = 0;
	uint32_t cp;

	for (; s.n > 0; count++) {
		size_t n = text_next(&cp, s);

		s = slice_from(s, n > 0 ? n : 1);
	}
	return count;
}

bool text_is_name(struct slice s)
{
	if (s.n == 0 || s.n > 64 || !is_alnum(*s.p))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '.' && s.p[i] != '_' && s.p[i] != '-')
			return false;
	return true;
}

bool text_is_url_path_byte(char c)
{
	return is_alnum(c) || (c && strchr("/-._~!$&'()*+,;=:@", c));
}

static bool is_digits(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.n > 0;
}

bool text_is_personal(struct slice s)
{
	ptrdiff_t at = slice_find(s, '@');

	if (at > 0)
		return slice_rfind(s, '.') > at + 1;
	if (s.n == 11 && s.p[0] == '1' && s.p[1] >= '3')
		return is_digits(s);
	return s.n >= 9 && s.n <= 16 && s.p[0] == '+' && is_digits(slice_from(s, 1));
}

struct slice text_fold(struct arena *a, struct slice s)
{
	char *p = arena_str(a, s);

	for (size_t i = 0; i < s.n; i++)
		p[i] = lower(p[i]);
	return (struct slice){ p, s.n };
}

/* What it costs to put one byte in the place of another, in halves. */
static unsigned replace_cost(char a, char b)
{
	return a == b ? 0 : lower(a) == lower(b) ? 1 : 2;
}

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance in halves; anything above `most` where it is larger than that. Both words
 * are at most TEXT_NEAREST_MAX long. */
static unsigned distance(struct slice a, struct slice b, unsigned most)
{
	unsigned rows[3][TEXT_NEAREST_MAX + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];

	for (unsigned j = 0; j <= b.n; j++)
		above[j] = 2 * j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned best = row[0] = 2 * i, *spare = before;

		for (unsigned j = 1; j <= b.n; j++) {
			row[j] = min(above[j], row[j - 1]) + 2;
			row[j] = min(row[j], above[j - 1] + replace_cost(a.p[i - 1], b.p[j - 1]));
			if (i > 1 && j > 1) {
				unsigned crossed = replace_cost(a.p[i - 1], b.p[j - 2]);

				crossed += replace_cost(a.p[i - 2], b.p[j - 1]);
				if (crossed < 2)
					row[j] = min(row[j], before[j - 2] + 2 + crossed);
			}
			best = min(best, row[j]);
		}
		if (best > most)
			return best;
		before = above;
		above = row;
		row = spare;
	}
	return above[b.n];
}

struct slice text_nearest(struct slice word, const struct slice *candidates, size_t n)
{
	struct slice nearest = { NULL, 0 };
	unsigned most;

	if (word.n == 0 || word.n > TEXT_NEAREST_MAX)
		return nearest;
	most = word.n >= 6 ? (unsigned)word.n / 3 * 2 : 2;
	most = min(most, (unsigned)word.n * 2 - 1);
	for (size_t i = 0; i < n; i++) {
		struct slice c = candidates[i];
		size_t gap = c.n > word.n ? c.n - word.n : word.n - c.n;
		unsigned far;

		if (c.n == 0 || c.n > TEXT_NEAREST_MAX || gap * 2 > most)
			continue;
		far = distance(word, c, most);
		if (far > 1 && slice_eq_nocase(word, c))
			far = 1; /* case alone is one mistake, however many letters it took */
		if (far > most)
			continue;
		nearest = c;
		if (far == 0)
			break;
		most = far - 1;
	}
	return nearest;
}

bool text_uint(uint64_t *out, struct slice s)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]) || __builtin_mul_overflow(v, (uint64_t)10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	*out = v;
	return true;
}

bool text_decimal(uint64_t *out, struct slice s, unsigned decimals)
{
	bool dotted = slice_find(s, '.') >= 0;
	struct slice part = s, whole = slice_cut(&part, '.');
	uint64_t v;

	if (!text_uint(&v, whole) || (dotted && part.n == 0))
		return false;
	for (size_t i = 0; i < part.n; i++)
		if (!is_digit(part.p[i]) || (i >= decimals && part.p[i] != '0'))
			return false;
	for (size_t i = 0; i < decimals; i++) {
		uint64_t digit = i < part.n ? (uint64_t)(part.p[i] - '0') : 0;

		if (__builtin_mul_overflow(v, (uint64_t)10, &v) || __builtin_add_overflow(v, digit, &v))
			return false;
	}
	*out = v;
	return true;
}

/* -1: none. */
static int hex_digit(char c, bool capitals)
{
	if (is_digit(c))
		return c - '0';
	if (capitals && c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(uint8_t *out, size_t n, struct slice s, bool capitals)
{
	if (s.n % 2 != 0 || s.n / 2 != n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (hex_digit(s.p[i], capitals) < 0)
			return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)((unsigned)hex_digit(s.p[2 * i], capitals) << 4 |
				   (unsigned)hex_digit(s.p[2 * i + 1], capitals));
	return true;
}

bool text_hex(uint8_t *out, size_t n, struct slice s)
{
	return read_hex(out, n, s, false);
}

bool text_hex_any(uint8_t *out, size_t n, struct slice s)
{
	return read_hex(out, n, s, true);
}

const char *quote(struct arena *a, struct slice s)
{
	size_t n = s.n;

	if (n > QUOTE_MAX)
		for (n = QUOTE_MAX; n && ((unsigned char)s.p[n] & 0xc0) == 0x80;)
			n--;
	return arena_printf(a, "\"" SLICE_FMT "%s\"", SLICE_ARG(slice_sub(s, 0, n)), n < s.n ? "…" : "").p;
}

const char *hint(struct arena *a, struct slice word)
{
	return word.n ? arena_printf(a, "; did you mean %s?", quote(a, word)).p : "";
}
