#include "report/columns.h"

#include "base/diag.h"
#include "base/text.h"

struct range {
	uint32_t from, to;
};

static const struct range wide[] = {
	{ 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x2329, 0x232a },   { 0x23e9, 0x23ec },   { 0x25fd, 0x25fe },
	{ 0x2614, 0x2615 },   { 0x2648, 0x2653 },   { 0x26aa, 0x26ab },   { 0x26bd, 0x26be },   { 0x26c4, 0x26c5 },
	{ 0x2705, 0x2705 },   { 0x270a, 0x270b },   { 0x2728, 0x2728 },   { 0x274c, 0x274c },   { 0x2753, 0x2755 },
	{ 0x2757, 0x2757 },   { 0x2b50, 0x2b50 },   { 0x2e80, 0x303e },   { 0x3041, 0x33ff },   { 0x3400, 0x4dbf },
	{ 0x4e00, 0xa4cf },   { 0xa960, 0xa97c },   { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },   { 0xfe10, 0xfe19 },
	{ 0xfe30, 0xfe6b },   { 0xff01, 0xff60 },   { 0xffe0, 0xffe6 },   { 0x16fe0, 0x18cff }, { 0x1aff0, 0x1b2ff },
	{ 0x1f18e, 0x1f18e }, { 0x1f191, 0x1f19a }, { 0x1f200, 0x1f320 }, { 0x1f32d, 0x1f335 }, { 0x1f337, 0x1f37c },
	{ 0x1f37e, 0x1f393 }, { 0x1f3a0, 0x1f3ca }, { 0x1f3e0, 0x1f3f0 }, { 0x1f400, 0x1f4fc }, { 0x1f4ff, 0x1f53d },
	{ 0x1f550, 0x1f567 }, { 0x1f5fb, 0x1f64f }, { 0x1f680, 0x1f6c5 }, { 0x1f6cc, 0x1f6cc }, { 0x1f6d0, 0x1f6d7 },
	{ 0x1f6eb, 0x1f6ec }, { 0x1f6f4, 0x1f6fc }, { 0x1f7e0, 0x1f7eb }, { 0x1f90c, 0x1f9ff }, { 0x1fa70, 0x1faff },
	{ 0x20000, 0x3fffd },
};

/* Combining marks and format characters that turn up in names and notes. */
static const struct range narrow[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x0610, 0x061a },   { 0x064b, 0x065f },
	{ 0x0e31, 0x0e31 }, { 0x0e34, 0x0e3a }, { 0x0e47, 0x0e4e }, { 0x1ab0, 0x1aff },   { 0x1dc0, 0x1dff },
	{ 0x200b, 0x200f }, { 0x2060, 0x2064 }, { 0x20d0, 0x20ff }, { 0x302a, 0x302d },   { 0x3099, 0x309a },
	{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff }, { 0xe0100, 0xe01ef },
};

static bool is_in(uint32_t cp, const struct range *v, size_t n)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cp > v[middle].to)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && cp >= v[low].from;
}

/* The columns of the code point that `s` begins with, and its bytes. */
static size_t next_columns(size_t *bytes, struct slice s)
{
	uint32_t cp = '?';

	*bytes = text_next(&cp, s);
	if (*bytes == 0)
		*bytes = 1;
	if (is_in(cp, narrow, COUNT(narrow)))
		return 0;
	return is_in(cp, wide, COUNT(wide)) ? 2 : 1;
}

size_t columns_width(struct slice s)
{
	size_t columns = 0;

	for (size_t n; s.n > 0; s = slice_from(s, n))
		columns += next_columns(&n, s);
	return columns;
}

void columns_init(struct columns *t, const char *const *heads, size_t ncolumns)
{
	*t = (struct columns){ .mem = ARENA_INIT, .heads = heads, .ncolumns = ncolumns };
}

void columns_release(struct columns *t)
{
	arena_release(&t->mem);
}

/* As much of the text as fits, with a mark that some is missing. */
static void add_cut(struct strbuf *out, struct slice text, size_t limit)
{
	size_t columns = 0, kept = 0, n;

	while (kept < text.n) {
		columns += next_columns(&n, slice_from(text, kept));
		if (columns > limit - 1)
			break;
		kept += n;
	}
	strbuf_addslice(out, slice_sub(text, 0, kept));
	strbuf_adds(out, "…");
}

void columns_cell(struct columns *t, struct slice text)
{
	CLEANUP(strbuf_release) struct strbuf clean = STRBUF_INIT;
	CLEANUP(strbuf_release) struct strbuf cut = STRBUF_INIT;
	size_t limit = t->limit[t->n % t->ncolumns];
	struct slice kept;

	diag_clean(&clean, text);
	kept = strbuf_slice(&clean);
	if (limit > 0 && columns_width(kept) > limit) {
		add_cut(&cut, kept, limit);
		kept = strbuf_slice(&cut);
	}
	kept = arena_copy(&t->mem, kept);
	ARENA_PUSH(&t->mem, t->cells, t->n, t->cap, kept);
}

void columns_cells(struct columns *t, const char *text)
{
	columns_cell(t, slice_of(text));
}

size_t columns_rows(const struct columns *t)
{
	return t->n / t->ncolumns;
}

static void print_row(struct strbuf *out, const struct columns *t, const struct slice *row, const size_t *widths)
{
	size_t missing = 0; /* spaces that are due before the next text */

	for (size_t i = 0; i < t->ncolumns; i++) {
		for (; row[i].n > 0 && missing > 0; missing--)
			strbuf_addch(out, ' ');
		strbuf_addslice(out, row[i]);
		missing += widths[i] - columns_width(row[i]) + 2;
	}
	strbuf_addch(out, '\n');
}

void columns_print(struct strbuf *out, const struct columns *t)
{
	size_t widths[COLUMNS_MAX];
	struct slice heads[COLUMNS_MAX];

	if (!t->n || !t->ncolumns)
		return;
	for (size_t i = 0; i < t->ncolumns; i++) {
		heads[i] = slice_of(t->heads[i]);
		widths[i] = columns_width(heads[i]);
	}
	for (size_t i = 0; i < t->n; i++) {
		size_t columns = columns_width(t->cells[i]);

		if (columns > widths[i % t->ncolumns])
			widths[i % t->ncolumns] = columns;
	}
	print_row(out, t, heads, widths);
	for (size_t i = 0; i < t->n; i += t->ncolumns)
		print_row(out, t, t->cells + i, widths);
}
