#include "inspect/jarmanifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/text.h"

#define NAME_MAX_BYTES 70u
#define ATTRIBUTES_MAX 256

struct reader {
	struct arena *a;
	struct slice rest;
	size_t line; /* that was taken last; from 1 */
	const char **why;
};

static int fail(struct reader *r, const char *reason)
{
	*r->why = arena_printf(r->a, "line %zu %s", r->line, reason).p;
	return -1;
}

/* The next line without its end. */
static struct slice take_line(struct reader *r)
{
	size_t n = 0, end;
	struct slice line;

	while (n < r->rest.n && r->rest.p[n] != '\r' && r->rest.p[n] != '\n')
		n++;
	end = n < r->rest.n ? n + 1 : n;
	if (end < r->rest.n && r->rest.p[n] == '\r' && r->rest.p[end] == '\n')
		end++;
	line = slice_sub(r->rest, 0, n);
	r->rest = slice_from(r->rest, end);
	r->line++;
	return line;
}

/* `first` and the lines that continue it. */
static struct slice take_value(struct reader *r, struct slice first)
{
	struct strbuf whole = STRBUF_INIT;
	struct slice value = first;

	if (!slice_starts(r->rest, " "))
		return first;
	strbuf_addslice(&whole, first);
	while (slice_starts(r->rest, " "))
		strbuf_addslice(&whole, slice_from(take_line(r), 1));
	if (!whole.failed)
		value = arena_copy(r->a, strbuf_slice(&whole));
	strbuf_release(&whole);
	return value;
}

static bool is_attribute_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i], lower = (char)(c | 0x20);

		if (!((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || (i && (c == '-' || c == '_'))))
			return false;
	}
	return name.n > 0 && name.n <= NAME_MAX_BYTES;
}

static int take_attribute(struct jar_attribute *out, struct reader *r)
{
	struct slice line = take_line(r);
	ptrdiff_t colon = slice_find(line, ':');

	if (colon < 0 || !is_attribute_name(slice_sub(line, 0, (size_t)colon)) ||
	    !slice_starts(slice_from(line, (size_t)colon + 1), " "))
		return fail(r, "is no attribute (`name: value`)");
	out->name = slice_sub(line, 0, (size_t)colon);
	out->value = take_value(r, slice_from(line, (size_t)colon + 2));
	return text_is_utf8(out->value) ? 0 : fail(r, "ends a value that is no UTF-8 text");
}

/* At least one attribute, and the empty lines behind the last. */
static int take_section(struct jar_section *out, struct reader *r)
{
	struct jar_attribute found[ATTRIBUTES_MAX], a;
	const char *start = r->rest.p;

	*out = (struct jar_section){ .n = 0 };
	while (r->rest.n && r->rest.p[0] != '\r' && r->rest.p[0] != '\n') {
		if (take_attribute(&a, r))
			return -1;
		for (size_t i = 0; i < out->n; i++)
			if (slice_eq_nocase(found[i].name, a.name))
				return fail(r, "repeats an attribute of its section");
		if (out->n == ATTRIBUTES_MAX)
			return fail(r, "is the 257th attribute of its section; at most 256 are read");
		found[out->n++] = a;
	}
	out->v = ARENA_ARRAY(r->a, struct jar_attribute, out->n);
	if (out->n)
		memcpy(out->v, found, out->n * sizeof(*found));
	if (r->rest.n)
		(void)take_line(r);
	out->raw = slice_bytes(start, (size_t)(r->rest.p - start));
	while (r->rest.n && (r->rest.p[0] == '\r' || r->rest.p[0] == '\n'))
		(void)take_line(r);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return slice_cmp(((const struct jar_section *)a)->name, ((const struct jar_section *)b)->name);
}

static int sort_sections(struct jar_manifest *m, struct reader *r)
{
	if (m->n)
		qsort(m->v, m->n, sizeof(*m->v), by_name);
	for (size_t i = 1; i < m->n; i++) {
		if (slice_eq(m->v[i - 1].name, m->v[i].name)) {
			*r->why = arena_printf(r->a, "it names \"" SLICE_FMT "\" twice", SLICE_ARG(m->v[i].name)).p;
			return -1;
		}
	}
	return 0;
}

int jar_manifest_read(struct jar_manifest *out, struct arena *a, struct slice bytes, const char **why)
{
	struct reader r = { a, bytes, 0, why };
	struct jar_section section;
	size_t cap = 0;

	*out = (struct jar_manifest){ .n = 0 };
	if (bytes.n > JAR_MANIFEST_MAX || (bytes.n && memchr(bytes.p, '\0', bytes.n))) {
		*why = "it is no text, or longer than 8 MiB";
		return -1;
	}
	if (take_section(&out->main, &r))
		return -1;
	while (r.rest.n) {
		if (take_section(&section, &r))
			return -1;
		if (!slice_eq_nocase(section.v[0].name, SLICE("Name"))) {
			*why = "a section does not begin with its name";
			return -1;
		}
		section.name = section.v[0].value;
		ARENA_PUSH(a, out->v, out->n, cap, section);
	}
	return sort_sections(out, &r);
}

const struct slice *jar_attribute(const struct jar_section *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq_nocase(s->v[i].name, slice_of(name)))
			return &s->v[i].value;
	return NULL;
}

const struct jar_section *jar_section(const struct jar_manifest *m, struct slice name)
{
	const struct jar_section key = { .name = name };

	return m->n ? bsearch(&key, m->v, m->n, sizeof(*m->v), by_name) : NULL;
}
