#include "base/diag.h"

#include <stdlib.h>

#include "base/text.h"

/* What could end a line, move a terminal's cursor or reorder what a reviewer reads. */
static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

void diag_clean(struct strbuf *out, struct slice s)
{
	while (s.n > 0) {
		uint32_t cp;
		size_t n = text_next(&cp, s);

		if (n == 0 || is_control(cp))
			strbuf_addch(out, '?');
		else
			strbuf_add(out, s.p, n);
		s = slice_from(s, n > 0 ? n : 1);
	}
}

PRINTF_LIKE(4, 0)
static void record(struct diags *d, struct srcpos at, enum diag_level level, const char *fmt, va_list args)
{
	CLEANUP(strbuf_release) struct strbuf raw = STRBUF_INIT;
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct diag item = { .at = at, .level = level };

	strbuf_vaddf(&raw, fmt, args);
	diag_clean(&text, strbuf_slice(&raw));
	if (raw.failed || text.failed)
		item.text = "(out of memory for this message)";
	else
		item.text = arena_str(&d->mem, strbuf_slice(&text));
	if (at.path)
		item.at.path = arena_str(&d->mem, slice_of(at.path));
	ARENA_PUSH(&d->mem, d->v, d->n, d->cap, item);
	if (level == DIAG_ERROR)
		d->errors++;
	else
		d->warnings++;
}

void diags_add(struct diags *to, const struct diags *from)
{
	for (size_t i = 0; i < from->n; i++) {
		struct diag item = from->v[i];

		item.text = arena_str(&to->mem, slice_of(item.text));
		if (item.at.path)
			item.at.path = arena_str(&to->mem, slice_of(item.at.path));
		ARENA_PUSH(&to->mem, to->v, to->n, to->cap, item);
	}
	to->errors += from->errors;
	to->warnings += from->warnings;
	to->environment = to->environment || from->environment;
}

void diags_release(struct diags *d)
{
	arena_release(&d->mem);
	*d = (struct diags)DIAGS_INIT;
}

int diag_error(struct diags *d, struct srcpos at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	record(d, at, DIAG_ERROR, fmt, args);
	va_end(args);
	return -1;
}

int diag_warning(struct diags *d, struct srcpos at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	record(d, at, DIAG_WARNING, fmt, args);
	va_end(args);
	return 0;
}

int diag_environment(struct diags *d, const char *path, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	record(d, SRCPOS_FILE(path), DIAG_ERROR, fmt, args);
	va_end(args);
	d->environment = true;
	return -1;
}

static int compare(const void *left, const void *right)
{
	const struct diag *a = left, *b = right;
	int order = slice_cmp(slice_of(a->at.path), slice_of(b->at.path));

	if (order == 0)
		order = (a->at.path != NULL) - (b->at.path != NULL);
	if (order == 0)
		order = (a->at.line > b->at.line) - (a->at.line < b->at.line);
	if (order == 0)
		order = (a->at.col > b->at.col) - (a->at.col < b->at.col);
	if (order == 0)
		order = (a->level > b->level) - (a->level < b->level);
	return order != 0 ? order : slice_cmp(slice_of(a->text), slice_of(b->text));
}

void diags_sort(struct diags *d)
{
	size_t kept = 0;

	if (d->n == 0)
		return;
	qsort(d->v, d->n, sizeof(*d->v), compare);
	for (size_t i = 1; i < d->n; i++) {
		if (compare(&d->v[kept], &d->v[i]) != 0)
			d->v[++kept] = d->v[i];
		else if (d->v[i].level == DIAG_ERROR)
			d->errors--;
		else
			d->warnings--;
	}
	d->n = kept + 1;
}

static const char *level_name(enum diag_level level)
{
	return level == DIAG_ERROR ? "error" : "warning";
}

static void add_text(struct strbuf *out, const struct diag *item, const char *program)
{
	if (item->at.path)
		diag_clean(out, slice_of(item->at.path));
	else
		strbuf_adds(out, program ? program : "mdstatic");
	if (item->at.path && item->at.line > 0)
		strbuf_addf(out, ":%u", (unsigned)item->at.line);
	if (item->at.path && item->at.line > 0 && item->at.col > 0)
		strbuf_addf(out, ":%u", (unsigned)item->at.col);
	strbuf_addf(out, ": %s: %s\n", level_name(item->level), item->text);
}

/* Of a clean text only these two need an escape. */
static void add_json_string(struct strbuf *out, struct slice s)
{
	strbuf_addch(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			strbuf_addch(out, '\\');
		strbuf_addch(out, s.p[i]);
	}
	strbuf_addch(out, '"');
}

static void add_json(struct strbuf *out, const struct diag *item)
{
	CLEANUP(strbuf_release) struct strbuf path = STRBUF_INIT;

	strbuf_addch(out, '{');
	if (item->at.path) {
		diag_clean(&path, slice_of(item->at.path));
		strbuf_adds(out, "\"path\":");
		add_json_string(out, strbuf_slice(&path));
		strbuf_addch(out, ',');
	}
	if (item->at.path && item->at.line > 0)
		strbuf_addf(out, "\"line\":%u,", (unsigned)item->at.line);
	if (item->at.path && item->at.line > 0 && item->at.col > 0)
		strbuf_addf(out, "\"col\":%u,", (unsigned)item->at.col);
	strbuf_addf(out, "\"level\":\"%s\",\"message\":", level_name(item->level));
	add_json_string(out, slice_of(item->text));
	strbuf_addch(out, '}');
}

/* GitHub's escapes: `%` always, and in properties also what separates them. A clean text has no line breaks. */
static void add_github_escaped(struct strbuf *out, struct slice s, bool property)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '%' || (property && (c == ':' || c == ',')))
			strbuf_addf(out, "%%%02X", (unsigned)c);
		else
			strbuf_addch(out, c);
	}
}

static void add_github(struct strbuf *out, const struct diag *item)
{
	CLEANUP(strbuf_release) struct strbuf path = STRBUF_INIT;

	strbuf_addf(out, "::%s", level_name(item->level));
	if (item->at.path) {
		diag_clean(&path, slice_of(item->at.path));
		strbuf_adds(out, " file=");
		add_github_escaped(out, strbuf_slice(&path), true);
	}
	if (item->at.path && item->at.line > 0)
		strbuf_addf(out, ",line=%u", (unsigned)item->at.line);
	if (item->at.path && item->at.line > 0 && item->at.col > 0)
		strbuf_addf(out, ",col=%u", (unsigned)item->at.col);
	strbuf_adds(out, "::");
	add_github_escaped(out, slice_of(item->text), false);
	strbuf_addch(out, '\n');
}

void diags_print(struct diags *d, enum diag_format format, FILE *to)
{
	CLEANUP(strbuf_release) struct strbuf out = STRBUF_INIT;

	diags_sort(d);
	if (format == DIAG_JSON)
		(void)fputc('[', to);
	for (size_t i = 0; i < d->n; i++) {
		strbuf_reset(&out);
		if (format == DIAG_JSON && i > 0)
			strbuf_addch(&out, ',');
		if (format == DIAG_JSON)
			add_json(&out, &d->v[i]);
		else if (format == DIAG_GITHUB)
			add_github(&out, &d->v[i]);
		else
			add_text(&out, &d->v[i], d->program);
		(void)fwrite(out.p, 1, out.n, to); /* the caller asks ferror() once, at the end */
	}
	if (format == DIAG_JSON)
		(void)fputs("]\n", to);
}

int diags_exit(const struct diags *d)
{
	return d->environment ? 3 : d->errors > 0 ? 1 : 0;
}
