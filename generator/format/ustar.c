#include "format/ustar.h"

#include <stdlib.h>
#include <string.h>

#include "base/refuse.h"
#include "base/relpath.h"

_Static_assert(sizeof(struct ustar_header) == USTAR_BLOCK, "a header is one block");

static int refuse_entry(const struct ustar *t, struct slice name, const char *reason, const char **why)
{
	return refusef(why, t->a, "the tar's \"" SLICE_FMT "\" %s", SLICE_ARG(name), reason);
}

static bool all_zero(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i])
			return false;
	}
	return true;
}

/* Octal digits, with blanks before and blanks or NULs behind them: all that readers on phones know. */
static bool parse_octal(uint64_t *out, const char *field, size_t width)
{
	size_t i = 0, digits = 0;

	*out = 0;
	while (i < width && field[i] == ' ')
		i++;
	for (; i < width && field[i] >= '0' && field[i] <= '7'; i++, digits++)
		*out = *out << 3 | (uint64_t)(field[i] - '0');
	while (i < width && (field[i] == ' ' || !field[i]))
		i++;
	return i == width && digits;
}

static bool good_checksum(const struct ustar_header *h)
{
	const unsigned char *bytes = (const unsigned char *)h;
	uint64_t want;
	uint32_t sum = 0;

	for (size_t i = 0; i < USTAR_BLOCK; i++) {
		bool inside = i >= offsetof(struct ustar_header, checksum) && i < offsetof(struct ustar_header, type);

		sum += inside ? ' ' : bytes[i];
	}
	return parse_octal(&want, h->checksum, sizeof(h->checksum)) && want == sum;
}

static int check_form(const struct ustar *t, struct slice name, const char **why)
{
	const struct ustar_header *h = &t->header;

	if (memcmp(h->magic, "ustar", 6) != 0 && memcmp(h->magic, "ustar ", 6) != 0)
		return refuse(why, "the tar is not of the ustar format");
	if (h->type == 'x' || h->type == 'g' || h->type == 'L' || h->type == 'K')
		return refuse_entry(t, name, "is a pax or GNU record, which clients take for a file", why);
	if (h->type != '0' && h->type && h->type != '5')
		return refuse_entry(t, name, "is neither a file nor a folder", why);
	if (!all_zero(slice_bytes(h->prefix, sizeof(h->prefix))))
		return refuse_entry(t, name, "has a path of more than 100 bytes", why);
	return 0;
}

/* Room for one more in t->v. */
static bool grow(struct ustar *t)
{
	size_t cap = t->cap ? 2 * t->cap : 16;
	struct ustar_file *v;

	if (t->n < t->cap)
		return true;
	v = arena_try(t->a, cap, sizeof(*v));
	if (!v)
		return false;
	if (t->n)
		memcpy(v, t->v, t->n * sizeof(*v));
	t->v = v;
	t->cap = cap;
	return true;
}

static int list_entry(struct ustar *t, struct slice name, const char **why)
{
	struct ustar_file f = t->file;

	if (t->n == USTAR_FILES_MAX)
		return refuse(why, "the tar holds too many files and folders");
	if (!arena_try_copy(&f.path, t->a, name) || !grow(t))
		return refuse(why, REFUSE_NO_MEMORY);
	t->v[t->n++] = f;
	return 0;
}

static int take_entry(struct ustar *t, struct slice name, uint64_t size, const char **why)
{
	bool folder = t->header.type == '5';
	const char *fault;

	if (folder && slice_ends(name, "/"))
		name.n--;
	fault = relpath_fault(name);
	if (fault)
		return refuse_entry(t, name, fault, why);
	if (folder && size)
		return refuse_entry(t, name, "is a folder with content", why);
	t->file = (struct ustar_file){ .path = name, .size = size, .folder = folder };
	t->bytes += size;
	t->left = size;
	t->padding = (USTAR_BLOCK - size % USTAR_BLOCK) % USTAR_BLOCK;
	if (!t->visit)
		return list_entry(t, name, why);
	t->visit(t->ctx, &t->file, (struct slice){ NULL, 0 });
	return 0;
}

static int take_header(struct ustar *t, const char **why)
{
	const struct ustar_header *h = &t->header;
	struct slice name = slice_bytes(h->name, strnlen(h->name, sizeof(h->name)));
	uint64_t size;

	t->have = 0;
	if (all_zero(slice_bytes(h, USTAR_BLOCK))) {
		t->ended = true;
		return 0;
	}
	if (!good_checksum(h))
		return refuse(why, "the tar is damaged: a header's checksum is another one");
	if (check_form(t, name, why))
		return -1;
	if (!parse_octal(&size, h->size, sizeof(h->size)))
		return refuse_entry(t, name, "has a size that clients cannot read", why);
	return take_entry(t, name, size, why);
}

/* Takes what belongs to a header, and gives how much that was. */
static size_t put_header(struct ustar *t, struct slice piece, bool *whole)
{
	struct slice part = slice_sub(piece, 0, USTAR_BLOCK - t->have);

	memcpy((char *)&t->header + t->have, part.p, part.n);
	t->have += part.n;
	*whole = t->have == USTAR_BLOCK;
	return part.n;
}

static size_t least(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

int ustar_put(struct ustar *t, struct slice piece, const char **why)
{
	t->size += piece.n;
	while (piece.n) {
		size_t n = least(t->left ? t->left : t->padding, piece.n);
		bool whole = false;

		if (t->ended)
			return all_zero(piece) ? 0 : refuse(why, "the tar has bytes behind its end");
		if (t->left) {
			if (t->visit)
				t->visit(t->ctx, &t->file, slice_sub(piece, 0, n));
			t->left -= n;
		} else if (t->padding) {
			t->padding -= n;
		} else {
			n = put_header(t, piece, &whole);
		}
		if (whole && take_header(t, why))
			return -1;
		piece = slice_from(piece, n);
	}
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return slice_cmp(((const struct ustar_file *)a)->path, ((const struct ustar_file *)b)->path);
}

int ustar_end(struct ustar *t, const char **why)
{
	if (!t->ended || t->size % USTAR_BLOCK)
		return refuse(why, "the tar is cut off");
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_path);
	for (size_t i = 1; i < t->n; i++) {
		if (slice_eq(t->v[i - 1].path, t->v[i].path))
			return refuse_entry(t, t->v[i].path, "is there twice", why);
	}
	return 0;
}
