#include "format/zipwrite.h"

#define ZLIB_CONST /* next_in is not written to */
#include <zlib.h>

#include "base/little.h"

#define LOCAL_HEADER   0x04034b50u
#define CENTRAL_HEADER 0x02014b50u
#define END64_HEADER   0x06064b50u
#define LOCATOR        0x07064b50u
#define END_HEADER     0x06054b50u
#define LOCAL_SIZE     30u
#define LOCAL_PACKED   18u /* where the local header has the packed size */
#define VERSION        20u
#define VERSION64      45u
#define DATE           0x0021u /* 1980-01-01 */
#define EXTRA_ZIP64    0x0001u
#define EXTRA_ALIGN    0xd935u
#define EXTRA64_SIZE   20u /* of a local header: both sizes */
#define ALIGN_SIZE     6u  /* of the smallest record */
#define ONES16         0xffffu
#define ONES32         UINT64_C(0xffffffff)
#define DEFLATED_MAX   UINT64_C(0xff000000) /* this much is less than 4 GiB deflated, however little it likes to be */
#define CHUNK          ((size_t)64 << 10)
#define SOME           ((size_t)1 << 30) /* zlib counts in 32 bits */

struct entry {
	struct slice name;
	uint64_t offset, packed, size;
	uint32_t crc;
	bool deflated;
	bool large;     /* the local header has the sizes in zip64's record */
	uint32_t align; /* what the padding says */
	uint32_t pad;   /* bytes of it; 0, or at least ALIGN_SIZE */
};

static void put16(struct strbuf *out, uint32_t v)
{
	strbuf_addch(out, (char)(v & 0xff));
	strbuf_addch(out, (char)(v >> 8 & 0xff));
}

static void put32(struct strbuf *out, uint64_t v)
{
	put16(out, v & 0xffff);
	put16(out, v >> 16 & 0xffff);
}

static void put64(struct strbuf *out, uint64_t v)
{
	put32(out, v);
	put32(out, v >> 32);
}

static uint64_t at_most(uint64_t v, uint64_t max)
{
	return v < max ? v : max;
}

void zip_begin(struct zip_writer *z, struct strbuf *out)
{
	*z = (struct zip_writer){ .out = out, .start = out->n };
}

void zip_begin_sink(struct zip_writer *z, int (*put)(void *ctx, struct slice piece), void *ctx)
{
	*z = (struct zip_writer){ .put = put, .ctx = ctx };
}

static struct strbuf *buffer(struct zip_writer *z)
{
	return z->out ? z->out : &z->own;
}

static uint64_t offset(struct zip_writer *z)
{
	return z->given + buffer(z)->n - z->start;
}

static void give(struct zip_writer *z, struct slice piece)
{
	if (!z->why && piece.n && z->put(z->ctx, piece))
		z->why = ZIP_WRITE_STOPPED;
	z->given += piece.n;
}

/* Gives the sink, if any, what stands in the buffer. */
static void flush(struct zip_writer *z)
{
	if (buffer(z)->failed && !z->why)
		z->why = "out of memory";
	if (z->out)
		return;
	give(z, strbuf_slice(&z->own));
	strbuf_reset(&z->own);
}

/* --- headers ------------------------------------------------------------------------------------------------------------ */

/* What both headers of an entry say in the same words: from the version to the name's length. */
static void put_common(struct strbuf *out, const struct entry *e, bool zip64, uint64_t packed, uint64_t size)
{
	put16(out, zip64 ? VERSION64 : VERSION); /* needed to extract */
	put16(out, 0);                           /* flags */
	put16(out, e->deflated ? 8 : 0);
	put16(out, 0); /* 00:00:00 */
	put16(out, DATE);
	put32(out, e->crc);
	put32(out, packed);
	put32(out, size);
	put16(out, (uint32_t)e->name.n);
}

static void put_padding(struct strbuf *out, const struct entry *e)
{
	put16(out, EXTRA_ALIGN);
	put16(out, e->pad - 4);
	put16(out, e->align);
	for (uint32_t i = ALIGN_SIZE; i < e->pad; i++)
		strbuf_addch(out, '\0');
}

static void put_local(struct strbuf *out, const struct entry *e)
{
	put32(out, LOCAL_HEADER);
	put_common(out, e, e->large, e->large ? ONES32 : e->packed, e->large ? ONES32 : e->size);
	put16(out, (e->large ? EXTRA64_SIZE : 0) + e->pad);
	strbuf_addslice(out, e->name);
	if (e->large) {
		put16(out, EXTRA_ZIP64);
		put16(out, EXTRA64_SIZE - 4);
		put64(out, e->size);
		put64(out, e->packed);
	}
	if (e->pad)
		put_padding(out, e);
}

/* The packed size, known now, into the header that was written at `header`. */
static void set_packed(struct strbuf *out, size_t header, const struct entry *e)
{
	char *p = out->p + header;

	if (!e->large) {
		little32_put(p + LOCAL_PACKED, (uint32_t)e->packed);
		return;
	}
	p += LOCAL_SIZE + e->name.n + EXTRA64_SIZE - 8;
	little32_put(p, (uint32_t)e->packed);
	little32_put(p + 4, (uint32_t)(e->packed >> 32));
}

static void put_central(struct strbuf *out, const struct entry *e)
{
	const uint64_t v[] = { e->size, e->packed, e->offset }; /* in zip64's order */
	unsigned wide = 0;

	for (size_t i = 0; i < COUNT(v); i++)
		wide += v[i] >= ONES32;
	put32(out, CENTRAL_HEADER);
	put16(out, wide ? VERSION64 : VERSION); /* made by */
	put_common(out, e, e->large || wide, at_most(e->packed, ONES32), at_most(e->size, ONES32));
	put16(out, wide ? 4 + 8 * wide : 0);
	put16(out, 0); /* comment */
	put16(out, 0); /* disk */
	put16(out, 0); /* internal attributes */
	put32(out, 0); /* external attributes */
	put32(out, at_most(e->offset, ONES32));
	strbuf_addslice(out, e->name);
	if (!wide)
		return;
	put16(out, EXTRA_ZIP64);
	put16(out, 8 * wide);
	for (size_t i = 0; i < COUNT(v); i++) {
		if (v[i] >= ONES32)
			put64(out, v[i]);
	}
}

/* --- entries ------------------------------------------------------------------------------------------------------------ */

static bool is_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] < ' ' || name.p[i] > '~')
			return false;
	}
	return name.n > 0 && name.n <= ONES16;
}

static uint32_t checksum(struct slice data)
{
	uLong crc = crc32(0, NULL, 0);

	return (uint32_t)(data.n ? crc32_z(crc, (const Bytef *)data.p, data.n) : crc);
}

static void deflate_all(struct strbuf *out, z_stream *zs, struct slice data)
{
	int state = Z_OK;

	while (state != Z_STREAM_END && strbuf_grow(out, CHUNK)) {
		struct slice some = slice_sub(data, 0, SOME);
		size_t room = out->cap - out->n - 1 < SOME ? out->cap - out->n - 1 : SOME;

		zs->next_in = (const Bytef *)some.p;
		zs->avail_in = (uInt)some.n;
		zs->next_out = (Bytef *)(out->p + out->n);
		zs->avail_out = (uInt)room;
		state = deflate(zs, some.n == data.n ? Z_FINISH : Z_NO_FLUSH);
		data = slice_from(data, some.n - zs->avail_in);
		out->n += room - zs->avail_out;
	}
	if (!out->failed)
		out->p[out->n] = '\0';
}

static void put_deflated(struct zip_writer *z, struct entry *e, struct slice data)
{
	struct strbuf *out = buffer(z);
	size_t header = out->n, start;
	z_stream zs = { .zalloc = Z_NULL };

	put_local(out, e);
	start = out->n;
	if (deflateInit2(&zs, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		out->failed = true;
		return;
	}
	deflate_all(out, &zs, data);
	deflateEnd(&zs);
	e->packed = out->n - start;
	if (!out->failed)
		set_packed(out, header, e);
	flush(z);
}

static void put_stored(struct zip_writer *z, const struct entry *e, struct slice data)
{
	put_local(buffer(z), e);
	flush(z);
	if (z->out)
		strbuf_addslice(z->out, data);
	else
		give(z, data);
}

static uint32_t padding(const struct entry *e)
{
	uint64_t data = e->offset + LOCAL_SIZE + e->name.n + (e->large ? EXTRA64_SIZE : 0);
	uint32_t pad = e->align ? (uint32_t)(-data & (e->align - 1)) : 0;

	while (pad && pad < ALIGN_SIZE)
		pad += e->align;
	return pad;
}

void zip_put_as(struct zip_writer *z, struct slice name, struct slice data, struct zip_how how)
{
	struct entry e = { .name = name,
			   .offset = offset(z),
			   .packed = data.n,
			   .size = data.n,
			   .deflated = how.deflate,
			   .large = data.n >= (how.deflate ? DEFLATED_MAX : ONES32),
			   .align = how.align };

	if (!z->why && !is_name(name))
		z->why = "a name in a zip archive must be printable ASCII";
	if (z->why)
		return;
	z->n++;
	e.crc = checksum(data);
	e.pad = padding(&e);
	if (how.deflate)
		put_deflated(z, &e, data);
	else
		put_stored(z, &e, data);
	put_central(&z->central, &e);
}

void zip_put(struct zip_writer *z, struct slice name, struct slice data)
{
	zip_put_as(z, name, data, (struct zip_how){ .deflate = false });
}

/* --- the end ------------------------------------------------------------------------------------------------------------ */

static void put_end64(struct strbuf *out, uint64_t n, uint64_t size, uint64_t directory)
{
	put32(out, END64_HEADER);
	put64(out, 44); /* bytes of this record from here */
	put16(out, VERSION64);
	put16(out, VERSION64);
	put32(out, 0); /* disks */
	put32(out, 0);
	put64(out, n);
	put64(out, n);
	put64(out, size);
	put64(out, directory);
	put32(out, LOCATOR);
	put32(out, 0); /* disk */
	put64(out, directory + size);
	put32(out, 1); /* disks */
}

static void put_end(struct strbuf *out, uint64_t n, uint64_t size, uint64_t directory)
{
	if (n >= ONES16 || size >= ONES32 || directory >= ONES32)
		put_end64(out, n, size, directory);
	put32(out, END_HEADER);
	put16(out, 0); /* disks */
	put16(out, 0);
	put16(out, (uint32_t)at_most(n, ONES16));
	put16(out, (uint32_t)at_most(n, ONES16));
	put32(out, at_most(size, ONES32));
	put32(out, at_most(directory, ONES32));
	put16(out, 0); /* comment */
}

int zip_end(struct zip_writer *z, const char **why)
{
	uint64_t directory = offset(z);

	put_end(&z->central, z->n, z->central.n, directory);
	if (z->central.failed && !z->why)
		z->why = "out of memory";
	if (z->out)
		strbuf_addslice(z->out, strbuf_slice(&z->central));
	else
		give(z, strbuf_slice(&z->central));
	flush(z);
	strbuf_release(&z->central);
	strbuf_release(&z->own);
	*why = z->why;
	return z->why ? -1 : 0;
}
