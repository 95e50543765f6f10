#include "convert/idlist.h"

#include "base/text.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

void idlist_open(struct idlist *l, const char *path, struct diags *d)
{
	*l = (struct idlist){ .path = path, .d = d, .line = 1 };
}

void idlist_close(struct idlist *l)
{
	strbuf_release(&l->id);
}

static int fail(struct idlist *l, const char *what)
{
	l->failed = true;
	return diag_error(l->d, (struct srcpos){ l->path, l->line, 1 }, "%s", what);
}

static int end_id(struct idlist *l, struct strbuf *out)
{
	struct slice id = strbuf_slice(&l->id);

	if (!l->began && slice_starts(id, BYTE_ORDER_MARK))
		id = slice_from(id, sizeof(BYTE_ORDER_MARK) - 1);
	l->began = true;
	id = slice_trim(id);
	if (!text_is_utf8(id))
		return fail(l, "this line is not valid UTF-8; save the file as UTF-8");
	if (id.n) {
		strbuf_addslice(out, id);
		strbuf_addch(out, '\n');
		l->ids++;
	}
	strbuf_reset(&l->id);
	return 0;
}

/* Length of what `piece` begins with up to the next separator. */
static size_t run_of(struct slice piece)
{
	size_t n = 0;

	while (n < piece.n && piece.p[n] != ',' && piece.p[n] != '\n')
		n++;
	return n;
}

int idlist_add(struct idlist *l, struct strbuf *out, struct slice piece)
{
	while (piece.n && !l->failed) {
		size_t n = run_of(piece);

		if (l->id.n + n > IDLIST_ID)
			return fail(l, "an id is longer than 4096 bytes; ids are separated by commas or line breaks");
		strbuf_add(&l->id, piece.p, n);
		if (n == piece.n)
			return 0;
		if (end_id(l, out))
			return -1;
		l->line += piece.p[n] == '\n';
		piece = slice_from(piece, n + 1);
	}
	return l->failed ? -1 : 0;
}

int idlist_finish(struct idlist *l, struct strbuf *out)
{
	return l->failed ? -1 : end_id(l, out);
}
