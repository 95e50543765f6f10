#include "build/template.h"

#include <string.h>

struct filling {
	struct strbuf *out;
	const struct template_set *set;
	const char **why;
};

struct scope { /* a row's fields, then those around it */
	struct template_fields fields;
	const struct scope *around;
};

static int fill(struct filling *f, struct slice text, const struct scope *scope, bool shown);

static int fail(const struct filling *f, const char *why)
{
	*f->why = why;
	return -1;
}

/* --- texts ---------------------------------------------------------------------------------------------------------------- */

static const char *escape_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\t':
	case '\n':
	case '\r':
		return NULL;
	default:
		return (unsigned char)c < 0x20 || c == 0x7f ? "\uFFFD" : NULL;
	}
}

static void add_escaped(struct strbuf *out, struct slice text)
{
	size_t start = 0;

	for (size_t i = 0; i < text.n; i++) {
		const char *escape = escape_of(text.p[i]);

		if (!escape)
			continue;
		strbuf_addslice(out, slice_sub(text, start, i - start));
		strbuf_adds(out, escape);
		start = i + 1;
	}
	strbuf_addslice(out, slice_from(text, start));
}

/* --- names ---------------------------------------------------------------------------------------------------------------- */

static const struct template_field *find_field(const struct scope *scope, struct slice name)
{
	for (; scope; scope = scope->around) {
		for (size_t i = 0; i < scope->fields.n; i++) {
			if (slice_eqs(name, scope->fields.v[i].name))
				return &scope->fields.v[i];
		}
	}
	return NULL;
}

static const struct embedded *find_file(const struct template_set *set, struct slice path)
{
	for (size_t i = 0; i < set->nfiles; i++) {
		if (slice_eqs(path, set->files[i].path))
			return &set->files[i];
	}
	return NULL;
}

/* --- tags ----------------------------------------------------------------------------------------------------------------- */

static int add_field(struct filling *f, struct slice name, const struct scope *scope, bool shown)
{
	const struct template_field *field = find_field(scope, name);

	if (!field || field->rows)
		return fail(f, "a template names a field that is not there");
	if (shown)
		add_escaped(f->out, field->text);
	return 0;
}

static int add_file(struct filling *f, struct slice path, bool shown)
{
	const struct embedded *file = find_file(f->set, path);

	if (!file)
		return fail(f, "a template names a file that is not there");
	if (shown)
		strbuf_add(f->out, file->data, file->n);
	return 0;
}

static int add_hash(struct filling *f, struct slice path, bool shown)
{
	const struct embedded *file = find_file(f->set, path);
	uint8_t hash[SHA256_SIZE];

	if (!file)
		return fail(f, "a template names a file that is not there");
	if (!shown)
		return 0;
	if (digest_sha256(f->set->digests, hash, slice_bytes(file->data, file->n)))
		return fail(f, "libcrypto cannot hash");
	strbuf_adds(f->out, "sha256-");
	strbuf_addbase64(f->out, slice_bytes(hash, sizeof(hash)));
	return 0;
}

static int fill_section(struct filling *f, const struct template_field *field, struct slice body,
			const struct scope *scope, bool shown)
{
	int bad = 0;

	if (!field)
		return fail(f, "a template names a field that is not there");
	if (!field->rows)
		return fill(f, body, scope, shown && field->text.n);
	for (size_t i = 0; i < field->nrows && !bad; i++) {
		const struct scope row = { field->rows[i], scope };

		bad = fill(f, body, &row, shown);
	}
	return bad;
}

/* The length of what stands before a tag, without the indentation of a line that the tag has to itself: nothing but tabs before
 * it, a line break behind it. That one is dropped, too. */
static size_t without_line(struct slice before, struct slice *behind)
{
	size_t n = before.n;

	while (n > 0 && before.p[n - 1] == '\t')
		n--;
	if ((n > 0 && before.p[n - 1] != '\n') || !slice_starts(*behind, "\n"))
		return before.n;
	*behind = slice_from(*behind, 1);
	return n;
}

/* Cuts `*rest` at the section's end tag and gives what stands before it. */
static bool cut_section(struct slice *body, struct slice *rest, struct slice name)
{
	for (size_t at = 0; at < rest->n; at++) {
		struct slice tag = slice_from(*rest, at);

		if (!slice_starts(tag, "{{/") || !slice_eq(slice_sub(tag, 3, name.n), name) ||
		    !slice_starts(slice_from(tag, 3 + name.n), "}}"))
			continue;
		*body = slice_sub(*rest, 0, at);
		*rest = slice_from(tag, 5 + name.n);
		body->n = without_line(*body, rest);
		return true;
	}
	return false;
}

static int fill_tag(struct filling *f, struct slice tag, struct slice *rest, const struct scope *scope, bool shown)
{
	struct slice name = slice_from(tag, 1), body;

	switch (tag.n ? *tag.p : '\0') {
	case '#':
		if (!cut_section(&body, rest, name))
			return fail(f, "a section of a template does not end");
		return fill_section(f, find_field(scope, name), body, scope, shown);
	case '/':
		return fail(f, "a section of a template ends that did not begin");
	case '>':
		return add_file(f, name, shown);
	case '=':
		return add_hash(f, name, shown);
	default:
		return add_field(f, tag, scope, shown);
	}
}

static const char *find_braces(struct slice text, const char *braces)
{
	return text.n ? memmem(text.p, text.n, braces, 2) : NULL;
}

static int fill(struct filling *f, struct slice text, const struct scope *scope, bool shown)
{
	const char *open, *close;
	int bad = 0;

	while (!bad && (open = find_braces(text, "{{"))) {
		struct slice before = slice_sub(text, 0, (size_t)(open - text.p)), rest, tag;

		rest = slice_from(text, before.n + 2);
		close = find_braces(rest, "}}");
		if (!close)
			return fail(f, "a tag of a template does not end");
		tag = slice_sub(rest, 0, (size_t)(close - rest.p));
		rest = slice_from(rest, tag.n + 2);
		if (slice_starts(tag, "#"))
			before.n = without_line(before, &rest);
		if (shown)
			strbuf_addslice(f->out, before);
		bad = fill_tag(f, tag, &rest, scope, shown);
		text = rest;
	}
	if (shown && !bad)
		strbuf_addslice(f->out, text);
	return bad;
}

int template_fill(struct strbuf *out, const struct template_set *set, const char *file, struct template_fields fields,
		  const char **why)
{
	struct filling f = { out, set, why };
	const struct scope top = { fields, NULL };
	const struct embedded *text = find_file(set, slice_of(file));

	if (!text)
		return fail(&f, "there is no such template");
	if (fill(&f, slice_bytes(text->data, text->n), &top, true))
		return -1;
	return out->failed ? fail(&f, "out of memory") : 0;
}
