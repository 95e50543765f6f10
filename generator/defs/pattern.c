/* defs/pattern.c: a recursive descent over the grammar; then PCRE2 has a say. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "defs/pattern.h"

#include <pcre2.h>
#include <string.h>

#include "base/text.h"

#define COUNT_MAX    255               /* n and m of {n,m} */
#define NEST_MAX     250               /* parentheses inside each other, as PCRE2 */
#define SYNTAX       "^$\\.*+?()[]{}|" /* what a backslash is needed for */
#define MESSAGE_ROOM 256

struct parse {
	struct slice text;
	size_t at;
	unsigned depth; /* parentheses */
	struct arena *a;
	struct pattern_fault *fault;
	char *to; /* what goes to devices */
	size_t n;
};

/* --- small steps -------------------------------------------------------------------------------------------------- */

/* The byte at `at`; 0 behind the end, which is never part of a pattern itself. */
static char byte_at(const struct parse *p, size_t at)
{
	if (at < p->text.n)
		return p->text.p[at];
	return '\0';
}

static char peek(const struct parse *p)
{
	return byte_at(p, p->at);
}

static bool next_is(const struct parse *p, const char *s)
{
	return slice_starts(slice_from(p->text, p->at), s);
}

static bool fail(struct parse *p, size_t offset, const char *why)
{
	*p->fault = (struct pattern_fault){ offset, why };
	return false;
}

static bool fail_here(struct parse *p, const char *why)
{
	return fail(p, p->at, why);
}

/* Copies the next `n` bytes. */
static void copy(struct parse *p, size_t n)
{
	memcpy(p->to + p->n, p->text.p + p->at, n);
	p->n += n;
	p->at += n;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

/* --- characters --------------------------------------------------------------------------------------------------- */

/* A backslash before a letter, a digit or white space. */
static bool fail_escape(struct parse *p, char c)
{
	static const struct {
		const char *letters, *why;
	} known[] = {
		{ "d", "\\d means other digits on other platforms; write [0-9]" },
		{ "w", "\\w means other letters on other platforms; write [A-Za-z0-9_]" },
		{ "s", "\\s means other white space on other platforms; write [ ] for a space" },
		{ "DWSHVNR",
		  "capitals such as \\D stand for whatever is not named; list what is allowed, as in [A-Za-z]" },
		{ "bBAzZG", "a pattern is matched with the whole id; leave the anchor out" },
		{ "123456789kg", "there are no back references; repeat the expression" },
		{ "pPX", "there are no classes by name; list what is allowed, as in [A-Za-z]" },
		{ "xuUo0c", "write the character itself" },
		{ "tnrfvae", "control characters are not allowed in a pattern" },
		{ "QE", "there is no quoting of whole texts; put a backslash before each sign that needs one" },
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (strchr(known[i].letters, c))
			return fail_here(p, known[i].why);
	return fail_here(p, is_letter(c) ? "a letter needs no backslash, and some letters change their meaning by one"
					 : "a backslash must stand before a punctuation mark; write [ ] for a space");
}

/* `\` and a punctuation mark; `needed` are those that keep their backslash. *c: the mark. */
static bool parse_escape(char *c, struct parse *p, const char *needed)
{
	*c = byte_at(p, p->at + 1);
	if (!*c)
		return fail_here(p, "a backslash at the end; write \\\\ for the character");
	if (is_letter(*c) || is_digit(*c) || *c == ' ' || is_control((unsigned char)*c) || (unsigned char)*c >= 0x80)
		return fail_escape(p, *c);
	p->at += !strchr(needed, *c);
	copy(p, strchr(needed, *c) ? 2 : 1);
	return true;
}

/* Any code point that is allowed. */
static bool parse_literal(struct parse *p)
{
	uint32_t cp;
	size_t n = text_next(&cp, slice_from(p->text, p->at));

	if (is_control(cp))
		return fail_here(p, "control characters are not allowed in a pattern");
	copy(p, n);
	return true;
}

/* --- classes ------------------------------------------------------------------------------------------------------ */

/* One member, its code point. */
static bool parse_member(uint32_t *cp, struct parse *p)
{
	char c = peek(p);

	if (c == '\\') {
		bool ok = parse_escape(&c, p, SYNTAX "-");

		*cp = (unsigned char)c;
		return ok;
	}
	if (next_is(p, "[:"))
		return fail_here(p, "there are no classes by name; list what is allowed, as in [A-Za-z]");
	if (c == '[')
		return fail_here(p, "a class inside a class; write \\[ for the character");
	if (c == '^')
		return fail_here(p, "\"^\" in a class; write \\^ for the character");
	if (c == '-')
		return fail_here(p, "\"-\" stands for itself only as the first or last of a class; write \\-");
	(void)text_next(cp, slice_from(p->text, p->at));
	return parse_literal(p);
}

/* Some platforms take these for operators. */
static bool check_doubled(struct parse *p, size_t from, size_t start)
{
	for (size_t i = from + 1; i < p->n; i++)
		if (p->to[i] == p->to[i - 1] && strchr("&~|-", p->to[i]))
			return fail(p, start,
				    "\"&&\", \"~~\", \"||\" and \"--\" in a class are operators on some platforms; "
				    "name each character once");
	return true;
}

/* A member, or a range. */
static bool parse_range(struct parse *p)
{
	size_t start = p->at;
	uint32_t first, last;

	if (!parse_member(&first, p))
		return false;
	if (peek(p) != '-' || next_is(p, "-]"))
		return true;
	copy(p, 1);
	if (p->at == p->text.n)
		return true; /* the class does not end: its error */
	if (!parse_member(&last, p))
		return false;
	return first <= last || fail(p, start, "this range is empty: its first character is above its last");
}

static bool parse_class(struct parse *p)
{
	size_t start = p->at, from = p->n;

	copy(p, 1);
	if (peek(p) == '^')
		return fail_here(p, "\"[^\" stands for whatever is not named; list what is allowed, as in [A-Za-z]");
	if (peek(p) == ']')
		return fail(p, start, "an empty class; write \\] for the character");
	if (peek(p) == '-')
		copy(p, 1);
	while (p->at < p->text.n && peek(p) != ']') {
		if (next_is(p, "-]"))
			copy(p, 1);
		else if (!parse_range(p))
			return false;
	}
	if (peek(p) != ']')
		return fail(p, start, "this class does not end; write ] behind it, or \\[ for the character");
	copy(p, 1);
	return check_doubled(p, from, start);
}

/* --- quantifiers -------------------------------------------------------------------------------------------------- */

/* The number at the front of *s; false where there is none or it is above COUNT_MAX. */
static bool take_count(uint64_t *out, struct slice *s)
{
	size_t n = 0;

	while (n < s->n && is_digit(s->p[n]))
		n++;
	struct slice digits = slice_sub(*s, 0, n);
	*s = slice_from(*s, n);
	return text_uint(out, digits) && *out <= COUNT_MAX;
}

/* `{n}`, `{n,}`, `{n,m}`. */
static bool parse_counts(bool *unbounded, struct parse *p)
{
	struct slice rest = slice_from(p->text, p->at + 1);
	uint64_t n = 0, m = 0;

	if (!rest.n || !is_digit(*rest.p))
		return fail_here(p, slice_starts(rest, ",") ? "write {0,m} for \"at most m\""
							    : "write \\{ for the character");
	bool good = take_count(&n, &rest);
	bool comma = slice_starts(rest, ",");
	rest = slice_from(rest, comma);
	*unbounded = comma && slice_starts(rest, "}");
	if (comma && !*unbounded && rest.n && is_digit(*rest.p))
		good &= take_count(&m, &rest);
	else
		m = n;
	if (!slice_starts(rest, "}"))
		return fail_here(p, "a count is {n}, {n,} or {n,m}; write \\{ for the character");
	if (!good)
		return fail_here(p, "counts go from 0 to 255");
	if (m < n)
		return fail_here(p, "the first count is above the second");
	copy(p, (size_t)(rest.p + 1 - (p->text.p + p->at)));
	return true;
}

/* What follows an atom. *unbounded: set where the quantifier is one; else left alone. */
static bool parse_quantifier(bool *unbounded, struct parse *p)
{
	size_t start = p->at;
	char c = peek(p);
	bool endless = c == '*' || c == '+';

	if (!c || !strchr("?*+{", c))
		return true;
	if (c != '{')
		copy(p, 1);
	else if (!parse_counts(&endless, p))
		return false;
	if (endless && *unbounded)
		return fail(p, start,
			    "an endless repetition of something that holds one itself; give one of the two an upper "
			    "bound, as in {0,255}");
	*unbounded |= endless;
	switch (peek(p)) {
	case '?':
		return fail_here(p, "there are no lazy quantifiers, and none is needed: the whole id is matched");
	case '+':
		return fail_here(p, "there are no possessive quantifiers, and none is needed");
	case '*':
	case '{':
		return fail_here(p, "a quantifier behind a quantifier; put what is to be repeated in parentheses");
	default:
		return true;
	}
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static bool parse_alternatives(bool *unbounded, struct parse *p);

static bool parse_group(bool *unbounded, struct parse *p)
{
	size_t start = p->at;

	if (next_is(p, "(?") || next_is(p, "(*"))
		return fail_here(p, "a group is ( and ) alone: neither names, flags nor looking around");
	if (p->depth == NEST_MAX)
		return fail_here(p, "more than 250 parentheses inside each other");
	copy(p, 1);
	p->depth++;
	if (!parse_alternatives(unbounded, p))
		return false;
	p->depth--;
	if (peek(p) != ')')
		return fail(p, start, "this parenthesis is never closed; write \\( for the character");
	copy(p, 1);
	return true;
}

/* *unbounded: whether the atom holds an endless repetition. */
static bool parse_atom(bool *unbounded, struct parse *p)
{
	char c = peek(p);

	switch (c) {
	case '\\':
		return parse_escape(&c, p, SYNTAX);
	case '[':
		return parse_class(p);
	case '(':
		return parse_group(unbounded, p);
	case '.':
		copy(p, 1);
		return true;
	case '^':
		return fail_here(p,
				 "a pattern is matched with the whole id; leave ^ out, or write \\^ for the character");
	case '$':
		return fail_here(p,
				 "a pattern is matched with the whole id; leave $ out, or write \\$ for the character");
	case ']':
	case '}':
		return fail_here(p, c == ']' ? "write \\] for the character" : "write \\} for the character");
	case '?':
	case '*':
	case '+':
	case '{':
		return fail_here(p, "there is nothing to repeat; write a backslash before the character itself");
	default:
		return parse_literal(p);
	}
}

/* Up to `)` or the end. *unbounded: as of an atom. */
static bool parse_alternatives(bool *unbounded, struct parse *p)
{
	while (p->at < p->text.n && peek(p) != ')') {
		bool endless = false;

		if (peek(p) == '|') {
			copy(p, 1);
			continue;
		}
		if (!parse_atom(&endless, p) || !parse_quantifier(&endless, p))
			return false;
		*unbounded |= endless;
	}
	return true;
}

static bool parse_all(struct parse *p)
{
	bool unbounded = false;

	if (p->text.n > PATTERN_MAX)
		return fail(p, PATTERN_MAX, "a pattern has at most 4096 bytes; split it");
	if (!parse_alternatives(&unbounded, p))
		return false;
	return p->at == p->text.n || fail_here(p, "this parenthesis closes nothing; write \\) for the character");
}

/* Compiled as readers do it. */
static bool compiles(struct parse *p)
{
	static const uint32_t options =
		PCRE2_UTF | PCRE2_DOTALL | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C;
	PCRE2_UCHAR text[MESSAGE_ROOM] = "";
	PCRE2_SIZE where = 0;
	int error = 0;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)p->to, p->n, options, &error, &where, NULL);

	if (code) {
		pcre2_code_free(code);
		return true;
	}
	(void)pcre2_get_error_message(error, text, sizeof(text));
	return fail(
		p, 0,
		arena_printf(p->a, "too large or too deep for PCRE2, with which devices match: %s", (const char *)text)
			.p);
}

bool pattern_read(struct slice *out, struct pattern_fault *fault, struct slice text, struct arena *a)
{
	struct parse p = { .text = text, .a = a, .fault = fault, .to = arena_alloc(a, text.n + 1) };

	if (!parse_all(&p) || !compiles(&p))
		return false;
	*out = slice_bytes(p.to, p.n);
	return true;
}
