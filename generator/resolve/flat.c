#include "resolve/flat.h"

#include <string.h>

#include "base/text.h"

#define DIGITS_MAX 18 /* any number of so many digits fits 64 bits */

struct cursor {
	const char *p, *end;
};

static bool at_space(const struct cursor *c)
{
	return c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r');
}

/* Passes white space, then `wanted`. */
static bool take(struct cursor *c, char wanted)
{
	while (at_space(c))
		c->p++;
	if (c->p == c->end || *c->p != wanted)
		return false;
	c->p++;
	return true;
}

/* A text behind its opening quote. */
static bool take_text(struct cursor *c, struct slice *out)
{
	const char *start = c->p;
	unsigned char high = 0;

	for (; c->p < c->end && *c->p != '"'; c->p++) {
		unsigned char byte = (unsigned char)*c->p;

		if (byte < 0x20 || byte == '\\')
			return false;
		high |= byte;
	}
	if (c->p == c->end)
		return false;
	*out = (struct slice){ start, (size_t)(c->p++ - start) };
	return high < 0x80 || text_is_utf8(*out);
}

static bool take_word(struct cursor *c, struct slice word)
{
	if ((size_t)(c->end - c->p) < word.n || memcmp(c->p, word.p, word.n) != 0)
		return false;
	c->p += word.n;
	return true;
}

static bool take_integer(struct cursor *c, struct mdr_device *d, struct slice name)
{
	bool negative = *c->p == '-';
	int64_t value = 0;
	const char *start;

	if (negative)
		c->p++;
	start = c->p;
	while (c->p < c->end && *c->p >= '0' && *c->p <= '9' && c->p - start < DIGITS_MAX)
		value = value * 10 + (*c->p++ - '0');
	device_number(d, name, (double)(negative ? -value : value));
	return c->p > start && (*start != '0' || c->p == start + 1);
}

/* A value that is no text. What follows it must be `,` or `}`, so that "1.5" or "nullx" do not pass for "1" and "null", nor
 * a long number for its beginning. */
static bool take_other(struct cursor *c, struct mdr_device *d, struct slice name)
{
	if (c->p == c->end)
		return false;
	switch (*c->p) {
	case 't':
		return take_word(c, SLICE("true"));
	case 'f':
		return take_word(c, SLICE("false"));
	case 'n':
		return take_word(c, SLICE("null"));
	default:
		return take_integer(c, d, name);
	}
}

static bool is_new(const struct slice *names, size_t n, struct slice name)
{
	for (size_t i = 0; i < n; i++) {
		if (slice_eq(names[i], name))
			return false;
	}
	return true;
}

/* "name": value. Texts go to `attrs`. */
static bool take_member(struct cursor *c, struct slice *names, size_t nnames, struct mdr_device *d,
			struct mdr_attr *attrs)
{
	struct slice *name = &names[nnames], value;

	if (!take(c, '"') || !take_text(c, name) || !is_new(names, nnames, *name) || !take(c, ':'))
		return false;
	if (!take(c, '"'))
		return take_other(c, d, *name);
	if (!take_text(c, &value))
		return false;
	attrs[d->n++] = (struct mdr_attr){ name->p, value.p, name->n, value.n };
	return true;
}

bool flat_read(struct mdr_device *out, struct mdr_attr attrs[FLAT_MAX], struct slice json)
{
	struct cursor c = { json.p, json.p + json.n };
	struct slice names[FLAT_MAX];
	size_t nnames = 0;

	*out = (struct mdr_device){ .attrs = attrs };
	if (!take(&c, '{'))
		return false;
	if (!take(&c, '}')) {
		do {
			if (nnames == FLAT_MAX || !take_member(&c, names, nnames, out, attrs))
				return false;
			nnames++;
		} while (take(&c, ','));
		if (!take(&c, '}'))
			return false;
	}
	while (at_space(&c))
		c.p++;
	return c.p == c.end;
}
