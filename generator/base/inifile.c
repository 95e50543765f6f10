/* base/inifile.c: one checked line at a time through inih. */
#include "base/inifile.h"

#include <ini.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/text.h"

/* Rates of false positives, in units of 10^-15. */
#define FPR_DECIMALS 15
#define FPR_MIN      UINT64_C(1000)
#define FPR_MAX      UINT64_C(100000000000)

struct scan {
	struct inifile *f;
	struct slice rest;    /* lines not yet handed to inih */
	uint32_t line;        /* of the line that inih works on */
	struct slice section; /* as written; NULL before the first */
	bool known;           /* that section has keys */
	bool awaits_key;      /* the line should lead to a call of on_key() */
};

static struct srcpos line_pos(const struct inifile *f, uint32_t line)
{
	return (struct srcpos){ f->origin.path, line, line ? 1 : 0 };
}

/* --- sections ------------------------------------------------------------------------------------------------------ */

static const char *section_hint(const struct inifile *f, struct slice name)
{
	struct slice *names = ARENA_ARRAY(f->a, struct slice, f->n);

	for (size_t i = 0; i < f->n; i++)
		names[i] = slice_of(f->keys[i].section);
	struct slice near = text_nearest(slice_trim(name), names, f->n);
	return near.n ? arena_printf(f->a, "; did you mean [" SLICE_FMT "]?", SLICE_ARG(near)).p : "";
}

static void open_section(struct scan *s, struct slice name)
{
	struct inifile *f = s->f;
	uint32_t earlier = 0;

	s->section = name;
	s->known = false;
	for (size_t i = 0; i < f->n; i++) {
		if (!slice_eqs(name, f->keys[i].section))
			continue;
		s->known = true;
		if (f->values[i].section_line)
			earlier = f->values[i].section_line;
		else
			f->values[i].section_line = s->line;
	}
	if (earlier)
		diag_error(f->d, line_pos(f, s->line), "duplicate section [" SLICE_FMT "]; it begins in line %u",
			   SLICE_ARG(name), (unsigned)earlier);
	if (!s->known)
		diag_error(f->d, line_pos(f, s->line), "unknown section [" SLICE_FMT "]%s", SLICE_ARG(name),
			   section_hint(f, name));
}

/* `[name]`, and behind it nothing but a comment. */
static void read_section(struct scan *s, struct slice line)
{
	ptrdiff_t end = slice_find(line, ']');
	struct slice tail = end < 0 ? line : slice_from(line, (size_t)end + 1);
	bool comment = tail.n && (tail.p[0] == ' ' || tail.p[0] == '\t') && slice_starts(slice_trim(tail), ";");

	if (end >= 0 && (!slice_trim(tail).n || comment)) {
		open_section(s, slice_sub(line, 1, (size_t)end - 1));
		return;
	}
	diag_error(s->f->d, line_pos(s->f, s->line), "a section is written [name], alone in its line");
	s->section = line;
	s->known = false;
}

/* --- keys ---------------------------------------------------------------------------------------------------------- */

static void report_unknown(const struct scan *s, struct slice name)
{
	const struct inifile *f = s->f;
	struct slice *near = ARENA_ARRAY(f->a, struct slice, f->n);
	const char *elsewhere = NULL;
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (slice_eqs(s->section, f->keys[i].section))
			near[n++] = slice_of(f->keys[i].name);
		else if (slice_eqs(name, f->keys[i].name) && !elsewhere)
			elsewhere = f->keys[i].section;
	}
	if (elsewhere)
		diag_error(f->d, line_pos(f, s->line),
			   "unknown key \"" SLICE_FMT "\" in [" SLICE_FMT "]; it belongs to [%s]", SLICE_ARG(name),
			   SLICE_ARG(s->section), elsewhere);
	else
		diag_error(f->d, line_pos(f, s->line), "unknown key \"" SLICE_FMT "\" in [" SLICE_FMT "]%s",
			   SLICE_ARG(name), SLICE_ARG(s->section), hint(f->a, text_nearest(name, near, n)));
}

static void set_value(const struct scan *s, size_t key, struct slice value)
{
	const struct inifile *f = s->f;
	struct ini_value *v = &f->values[key];

	if (v->line) {
		diag_error(f->d, line_pos(f, s->line), "duplicate key \"%s\"; it is set in line %u", f->keys[key].name,
			   (unsigned)v->line);
		return;
	}
	v->line = s->line;
	if (!value.n)
		diag_error(f->d, line_pos(f, s->line), "\"%s\" has no value; leave the line out or give one",
			   f->keys[key].name);
	v->text = arena_copy(f->a, value);
}

static int on_key(void *ctx, const char *section, const char *name, const char *value)
{
	struct scan *s = ctx;

	(void)section; /* cut by inih at 49 bytes; s->section is whole */
	s->awaits_key = false;
	if (!s->section.p) {
		diag_error(s->f->d, line_pos(s->f, s->line), "key \"%s\" stands before the first section", name);
		return 1;
	}
	if (!s->known)
		return 1;
	for (size_t i = 0; i < s->f->n; i++) {
		if (slice_eqs(s->section, s->f->keys[i].section) && strcmp(name, s->f->keys[i].name) == 0) {
			set_value(s, i, slice_of(value));
			return 1;
		}
	}
	report_unknown(s, slice_of(name));
	return 1;
}

/* --- lines --------------------------------------------------------------------------------------------------------- */

static bool has_control(struct slice line)
{
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

static bool is_comment(struct slice line)
{
	struct slice inner = slice_trim(line);

	return !inner.n || inner.p[0] == ';' || inner.p[0] == '#';
}

/* Why inih would misread the line, or NULL. */
static const char *line_problem(const struct scan *s, struct slice line)
{
	if (!text_is_utf8(line))
		return "the line is not valid UTF-8";
	if (has_control(line))
		return "the line holds a control character";
	if (line.n > INIFILE_LINE)
		return arena_printf(s->f->a, "the line is %zu bytes long; at most %d are allowed", line.n, INIFILE_LINE)
			.p;
	if (!is_comment(line) && (line.p[0] == ' ' || line.p[0] == '\t'))
		return "a key or section must begin in the first column";
	return NULL;
}

static void report_no_key(struct scan *s)
{
	if (s->awaits_key)
		diag_error(s->f->d, line_pos(s->f, s->line), "expected \"key = value\" or \"[section]\"");
	s->awaits_key = false;
}

/* An ini_reader: hands inih the next line, or an empty one where it has nothing to do with it. */
static char *next_line(char *to, int size, void *ctx)
{
	struct scan *s = ctx;

	report_no_key(s);
	if (!s->rest.n || size < INIFILE_LINE + 2)
		return NULL;
	struct slice line = slice_cut(&s->rest, '\n');
	s->line++;
	if (slice_ends(line, "\r"))
		line.n--;
	const char *problem = line_problem(s, line);
	if (problem) {
		diag_error(s->f->d, line_pos(s->f, s->line), "%s", problem);
		line.n = 0;
	}
	if (slice_starts(line, "[")) {
		read_section(s, line);
		line.n = 0;
	}
	s->awaits_key = !is_comment(line);
	if (line.n)
		memcpy(to, line.p, line.n);
	memcpy(to + line.n, "\n", 2);
	return to;
}

void inifile_read(struct inifile *out, struct arena *a, struct diags *d, struct origin origin,
		  const struct ini_key *keys, size_t n)
{
	*out = (struct inifile){ origin, keys, ARENA_ARRAY(a, struct ini_value, n), n, a, d };
	struct scan s = { .f = out, .rest = origin.text };

	if (slice_starts(s.rest, "\xef\xbb\xbf")) {
		diag_error(d, (struct srcpos){ origin.path, 1, 1 },
			   "the file begins with a byte order mark; save it as UTF-8 without one");
		s.rest = slice_from(s.rest, 3);
	}
	/* Its result is the first line that it cannot read: next_line() sees and reports every one. */
	(void)ini_parse_stream(next_line, &s, on_key, &s);
}

/* --- values -------------------------------------------------------------------------------------------------------- */

struct srcpos inifile_pos(const struct inifile *f, size_t key)
{
	const struct ini_value *v = &f->values[key];

	return line_pos(f, v->line ? v->line : v->section_line);
}

bool inifile_has(const struct inifile *f, size_t key)
{
	return f->values[key].line != 0;
}

bool inifile_error(const struct inifile *f, size_t key, const char *fmt, ...)
{
	CLEANUP(strbuf_release) struct strbuf what = STRBUF_INIT;
	va_list args;

	va_start(args, fmt);
	strbuf_vaddf(&what, fmt, args);
	va_end(args);
	diag_error(f->d, inifile_pos(f, key), "%s \"" SLICE_FMT "\" %s", f->keys[key].name,
		   SLICE_ARG(f->values[key].text), what.p ? what.p : "");
	return false;
}

void inifile_require(const struct inifile *f, size_t key)
{
	const struct ini_key *k = &f->keys[key];

	if (!inifile_has(f, key))
		diag_error(f->d, inifile_pos(f, key), "the required key \"%s\" of [%s] is missing", k->name,
			   k->section);
}

bool inifile_text(struct slice *out, const struct inifile *f, size_t key)
{
	if (!f->values[key].text.n)
		return false;
	*out = f->values[key].text;
	return true;
}

bool inifile_bool(bool *out, const struct inifile *f, size_t key)
{
	struct slice text;

	if (!inifile_text(&text, f, key))
		return false;
	if (!slice_eqs(text, "true") && !slice_eqs(text, "false"))
		return inifile_error(f, key, "must be true or false");
	*out = slice_eqs(text, "true");
	return true;
}

static bool is_digits(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

bool inifile_uint(uint64_t *out, const struct inifile *f, size_t key, uint64_t min, uint64_t max)
{
	struct slice text;
	uint64_t v;

	if (!inifile_text(&text, f, key))
		return false;
	if (!is_digits(text))
		return inifile_error(f, key, "must be a whole number, in digits alone");
	if (!text_uint(&v, text) || v < min || v > max)
		return inifile_error(f, key, "must lie in %llu..%llu", (unsigned long long)min,
				     (unsigned long long)max);
	*out = v;
	return true;
}

/* A decimal number in units of 10^-FPR_DECIMALS, with or without an exponent below 0. */
static bool read_rate(uint64_t *out, struct slice text)
{
	ptrdiff_t e = slice_find(text, 'e') >= 0 ? slice_find(text, 'e') : slice_find(text, 'E');
	struct slice exponent = e < 0 ? SLICE("-0") : slice_from(text, (size_t)e + 1);
	uint64_t v, places;

	if (!text_decimal(&v, e < 0 ? text : slice_sub(text, 0, (size_t)e), FPR_DECIMALS) ||
	    !slice_starts(exponent, "-") || !text_uint(&places, slice_from(exponent, 1)))
		return false;
	for (; places && v; places--) {
		if (v % 10)
			return false;
		v /= 10;
	}
	*out = v;
	return true;
}

bool inifile_fpr(struct slice *out, const struct inifile *f, size_t key)
{
	struct slice text;
	uint64_t v;

	if (!inifile_text(&text, f, key))
		return false;
	if (!read_rate(&v, text))
		return inifile_error(f, key,
				     "must be a decimal number such as 0.000001 or 1e-6, with at most %d decimals",
				     FPR_DECIMALS);
	if (v < FPR_MIN || v > FPR_MAX)
		return inifile_error(f, key, "must lie in 1e-12..0.0001");
	*out = slice_find(text, '-') < 0 ? text : arena_printf(f->a, "0.%0*llu", FPR_DECIMALS, (unsigned long long)v);
	return true;
}
