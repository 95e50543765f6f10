#include <inttypes.h>
#include <stdio.h>

#define ZLIB_CONST /* next_in is not written to */
#include <zlib.h>

#include "format/zip_parts.h"

#define CHUNK ((size_t)32 << 10)
#define PIECE ((size_t)1 << 30) /* zlib counts in 32 bits */

/* --- looking things up -------------------------------------------------------------------------------------------------- */

static size_t first_from(const struct zip *z, struct slice name)
{
	size_t low = 0, high = z->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (slice_cmp(z->by_name[mid]->name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct zip_entry *zip_find(const struct zip *z, struct slice name)
{
	size_t i = first_from(z, name);

	return i < z->n && slice_eq(z->by_name[i]->name, name) ? z->by_name[i] : NULL;
}

size_t zip_below(const struct zip *z, struct slice prefix, size_t *first)
{
	size_t n = 0;

	*first = first_from(z, prefix);
	while (*first + n < z->n && slice_eq(slice_sub(z->by_name[*first + n]->name, 0, prefix.n), prefix))
		n++;
	return n;
}

/* --- unpacking ---------------------------------------------------------------------------------------------------------- */

struct unpacking {
	const struct zip_entry *e;
	struct arena *a;
	zip_get_fn get;
	int (*put)(void *ctx, struct slice piece);
	void *ctx;
	const char **why;
	uint64_t taken, size; /* packed bytes, unpacked bytes, so far */
	uLong crc;
};

static int fail_entry(const struct unpacking *u, const char *reason)
{
	return zip_fail_named(u->a, u->e->name, u->why, reason);
}

/* The next packed bytes, at least one; empty behind the last. */
static int next_packed(struct unpacking *u, struct slice *piece)
{
	uint64_t left = u->e->packed - u->taken;
	int bad;

	*piece = (struct slice){ NULL, 0 };
	if (!left)
		return 0;
	bad = u->get(u->ctx, u->taken, piece);
	if (bad)
		return bad;
	*piece = slice_sub(*piece, 0, left < PIECE ? (size_t)left : PIECE);
	u->taken += piece->n;
	return piece->n ? 0 : fail_entry(u, "is cut off");
}

static int put_piece(struct unpacking *u, struct slice piece)
{
	u->size += piece.n;
	u->crc = crc32_z(u->crc, (const Bytef *)piece.p, piece.n);
	if (u->size > u->e->size)
		return fail_entry(u, "is longer than the archive says");
	return piece.n ? u->put(u->ctx, piece) : 0;
}

static int put_stored(struct unpacking *u)
{
	struct slice packed;
	int bad = next_packed(u, &packed);

	while (packed.n && !bad) {
		bad = put_piece(u, slice_sub(packed, 0, CHUNK));
		packed = slice_from(packed, CHUNK);
		if (!packed.n && !bad)
			bad = next_packed(u, &packed);
	}
	return bad;
}

static int inflate_all(struct unpacking *u, z_stream *zs)
{
	char chunk[CHUNK];
	struct slice packed = { NULL, 0 };
	int state = Z_OK, bad = 0;

	while (state != Z_STREAM_END && !bad) {
		bad = packed.n ? 0 : next_packed(u, &packed);
		if (bad)
			return bad;
		zs->next_in = (const Bytef *)packed.p;
		zs->avail_in = (uInt)packed.n;
		zs->next_out = (Bytef *)chunk;
		zs->avail_out = CHUNK;
		state = inflate(zs, Z_NO_FLUSH);
		if (state == Z_MEM_ERROR)
			return refuse(u->why, ZIP_NO_MEMORY);
		if (state != Z_OK && state != Z_STREAM_END)
			return fail_entry(u, "is damaged: it cannot be unpacked");
		packed = slice_from(packed, packed.n - zs->avail_in);
		bad = put_piece(u, slice_bytes(chunk, CHUNK - zs->avail_out));
	}
	return !bad && (packed.n || u->taken < u->e->packed) ? fail_entry(u, "is damaged: bytes follow its end") : bad;
}

static int put_deflated(struct unpacking *u)
{
	z_stream zs = { .zalloc = Z_NULL };
	int bad;

	if (inflateInit2(&zs, -MAX_WBITS) != Z_OK)
		return refuse(u->why, ZIP_NO_MEMORY);
	bad = inflate_all(u, &zs);
	inflateEnd(&zs);
	return bad;
}

static int unpack(struct unpacking *u)
{
	int bad = u->e->deflated ? put_deflated(u) : put_stored(u);

	if (bad)
		return bad;
	if (u->size != u->e->size)
		return fail_entry(u, "is shorter than the archive says");
	return u->crc == u->e->crc ? 0 : fail_entry(u, "is damaged: its CRC-32 is another one");
}

int zip_unpack_from(const struct zip_entry *e, struct arena *a, zip_get_fn get,
		    int (*put)(void *ctx, struct slice piece), void *ctx, const char **why)
{
	struct unpacking u = { e, a, get, put, ctx, why, 0, 0, crc32(0, NULL, 0) };

	return unpack(&u);
}

/* Packed bytes that lie in memory. */
struct in_memory {
	struct slice packed;
	int (*put)(void *ctx, struct slice piece);
	void *ctx;
};

static int get_rest(void *ctx, uint64_t offset, struct slice *piece)
{
	const struct in_memory *m = ctx;

	*piece = slice_from(m->packed, (size_t)offset);
	return 0;
}

static int put_on(void *ctx, struct slice piece)
{
	const struct in_memory *m = ctx;

	return m->put(m->ctx, piece);
}

struct slice zip_part(const struct zip *z, uint64_t at, uint64_t n)
{
	struct slice rest = slice_from(z->bytes, at < z->bytes.n ? (size_t)at : z->bytes.n);

	return slice_sub(rest, 0, n < rest.n ? (size_t)n : rest.n);
}

int zip_unpack(const struct zip *z, const struct zip_entry *e, int (*put)(void *ctx, struct slice piece), void *ctx,
	       const char **why)
{
	struct in_memory m = { zip_part(z, e->data, e->packed), put, ctx };

	return zip_unpack_from(e, z->a, get_rest, put_on, &m, why);
}

static int append(void *ctx, struct slice piece)
{
	strbuf_addslice(ctx, piece);
	return 0;
}

int zip_read(struct strbuf *out, const struct zip *z, const struct zip_entry *e, uint64_t limit, const char **why)
{
	char text[80];

	if (e->size > limit) {
		(void)snprintf(text, sizeof(text), "is %" PRIu64 " bytes; at most %" PRIu64 " are read", e->size,
			       limit);
		return zip_fail_named(z->a, e->name, why, text);
	}
	if (!strbuf_grow(out, (size_t)e->size))
		return refuse(why, ZIP_NO_MEMORY);
	if (zip_unpack(z, e, append, out, why))
		return -1;
	return out->failed ? refuse(why, ZIP_NO_MEMORY) : 0;
}
