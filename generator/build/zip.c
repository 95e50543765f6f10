#include "build/zip.h"

#include <zlib.h>

#define LOCAL_HEADER   0x04034b50u
#define CENTRAL_HEADER 0x02014b50u
#define END_HEADER     0x06054b50u
#define VERSION        20u
#define DATE           0x0021u /* 1980-01-01 */
#define ENTRIES_MAX    0xffffu
#define SIZE_MAX_ZIP32 UINT64_C(0xffffffff)
#define END_SIZE       22

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

void zip_begin(struct zip_writer *z, struct strbuf *out)
{
	*z = (struct zip_writer){ .out = out, .start = out->n };
}

static uint32_t checksum(struct slice data)
{
	uLong crc = crc32(0, NULL, 0);

	return (uint32_t)(data.n ? crc32_z(crc, (const Bytef *)data.p, data.n) : crc);
}

/* What the local header and the directory say in the same words. */
static void put_common(struct strbuf *out, struct slice name, struct slice data, uint32_t crc)
{
	put16(out, VERSION); /* needed to extract */
	put16(out, 0);       /* flags */
	put16(out, 0);       /* stored */
	put16(out, 0);       /* 00:00:00 */
	put16(out, DATE);
	put32(out, crc);
	put32(out, data.n); /* compressed */
	put32(out, data.n);
	put16(out, (uint32_t)name.n);
	put16(out, 0); /* extra field */
}

static bool is_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] < ' ' || name.p[i] > '~')
			return false;
	}
	return name.n > 0 && name.n <= 0xffff;
}

void zip_put(struct zip_writer *z, struct slice name, struct slice data)
{
	uint64_t offset = z->out->n - z->start;
	uint32_t crc;

	if (!is_name(name))
		z->why = "a name in a zip archive must be printable ASCII";
	else if (data.n > SIZE_MAX_ZIP32 || offset + data.n > SIZE_MAX_ZIP32)
		z->why = "a zip archive of 4 GiB or more is not supported";
	else if (z->n == ENTRIES_MAX)
		z->why = "a zip archive of more than 65535 files is not supported";
	if (z->why)
		return;
	z->n++;
	crc = checksum(data);
	put32(z->out, LOCAL_HEADER);
	put_common(z->out, name, data, crc);
	strbuf_addslice(z->out, name);
	strbuf_addslice(z->out, data);
	put32(&z->central, CENTRAL_HEADER);
	put16(&z->central, VERSION); /* made by */
	put_common(&z->central, name, data, crc);
	put16(&z->central, 0); /* comment */
	put16(&z->central, 0); /* disk */
	put16(&z->central, 0); /* internal attributes */
	put32(&z->central, 0); /* external attributes */
	put32(&z->central, offset);
	strbuf_addslice(&z->central, name);
}

int zip_end(struct zip_writer *z, const char **why)
{
	uint64_t offset = z->out->n - z->start;

	if (!z->why && offset + z->central.n + END_SIZE > SIZE_MAX_ZIP32)
		z->why = "a zip archive of 4 GiB or more is not supported";
	strbuf_addslice(z->out, strbuf_slice(&z->central));
	put32(z->out, END_HEADER);
	put16(z->out, 0); /* disks */
	put16(z->out, 0);
	put16(z->out, (uint32_t)z->n);
	put16(z->out, (uint32_t)z->n);
	put32(z->out, z->central.n);
	put32(z->out, offset);
	put16(z->out, 0); /* comment */
	if (!z->why && (z->out->failed || z->central.failed))
		z->why = "out of memory";
	strbuf_release(&z->central);
	*why = z->why;
	return z->why ? -1 : 0;
}
