#include <inttypes.h>

#define ZLIB_CONST /* next_in is not written to */
#include <zlib.h>

#include "format/zip_parts.h"

#define CHUNK ((size_t)32 << 10)

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
	const struct zip *z;
	const struct zip_entry *e;
	int (*put)(void *ctx, struct slice piece);
	void *ctx;
	const char **why;
	uint64_t size;
	uLong crc;
};

static int put_piece(struct unpacking *u, struct slice piece)
{
	u->size += piece.n;
	u->crc = crc32_z(u->crc, (const Bytef *)piece.p, piece.n);
	if (u->size > u->e->size)
		return zip_fail_named(u->z, u->e->name, u->why, "is longer than the archive says");
	return piece.n ? u->put(u->ctx, piece) : 0;
}

static int put_stored(struct unpacking *u, struct slice packed)
{
	int bad = 0;

	while (packed.n && !bad) {
		bad = put_piece(u, slice_sub(packed, 0, CHUNK));
		packed = slice_from(packed, CHUNK);
	}
	return bad;
}

static int inflate_all(struct unpacking *u, z_stream *zs, struct slice packed)
{
	char chunk[CHUNK];
	int state = Z_OK, bad = 0;

	while (state != Z_STREAM_END && !bad) {
		struct slice some = slice_sub(packed, 0, (size_t)1 << 30); /* zlib counts in 32 bits */

		zs->next_in = (const Bytef *)some.p;
		zs->avail_in = (uInt)some.n;
		zs->next_out = (Bytef *)chunk;
		zs->avail_out = CHUNK;
		state = inflate(zs, Z_NO_FLUSH);
		if (state == Z_MEM_ERROR)
			return refuse(u->why, ZIP_NO_MEMORY);
		if (state != Z_OK && state != Z_STREAM_END)
			return zip_fail_named(u->z, u->e->name, u->why, "is damaged: it cannot be unpacked");
		packed = slice_from(packed, some.n - zs->avail_in);
		bad = put_piece(u, slice_bytes(chunk, CHUNK - zs->avail_out));
	}
	return !bad && packed.n ? zip_fail_named(u->z, u->e->name, u->why, "is damaged: bytes follow its end") : bad;
}

static int put_deflated(struct unpacking *u, struct slice packed)
{
	z_stream zs = { .zalloc = Z_NULL };
	int bad;

	if (inflateInit2(&zs, -MAX_WBITS) != Z_OK)
		return refuse(u->why, ZIP_NO_MEMORY);
	bad = inflate_all(u, &zs, packed);
	inflateEnd(&zs);
	return bad;
}

int zip_unpack(const struct zip *z, const struct zip_entry *e, int (*put)(void *ctx, struct slice piece), void *ctx,
	       const char **why)
{
	struct unpacking u = { z, e, put, ctx, why, 0, crc32(0, NULL, 0) };
	struct slice packed = slice_sub(z->bytes, e->data, e->packed);
	int bad = e->deflated ? put_deflated(&u, packed) : put_stored(&u, packed);

	if (bad)
		return bad;
	if (u.size != e->size)
		return zip_fail_named(z, e->name, why, "is shorter than the archive says");
	return u.crc == e->crc ? 0 : zip_fail_named(z, e->name, why, "is damaged: its CRC-32 is another one");
}

static int append(void *ctx, struct slice piece)
{
	strbuf_addslice(ctx, piece);
	return 0;
}

int zip_read(struct strbuf *out, const struct zip *z, const struct zip_entry *e, uint64_t limit, const char **why)
{
	if (e->size > limit)
		return zip_fail_named(
			z, e->name, why,
			arena_printf(z->a, "is %" PRIu64 " bytes; at most %" PRIu64 " are read", e->size, limit).p);
	if (!strbuf_grow(out, e->size))
		return refuse(why, ZIP_NO_MEMORY);
	if (zip_unpack(z, e, append, out, why))
		return -1;
	return out->failed ? refuse(why, ZIP_NO_MEMORY) : 0;
}
