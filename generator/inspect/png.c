#include "inspect/png.h"

#include <zlib.h>

#include "base/big.h"
#include "base/refuse.h"

#define SIGNATURE   "\x89PNG\r\n\x1a\n"
#define CHUNK_FRAME 12u /* length, type, CRC-32 */
#define IHDR_SIZE   13u

/* The chunk that `*rest` begins with, its data in *out, and `*rest` behind it; false: it is cut off or damaged. */
static bool take_chunk(struct slice *type, struct slice *out, struct slice *rest)
{
	uint32_t size;

	if (rest->n < CHUNK_FRAME)
		return false;
	size = big32(rest->p);
	if (size > rest->n - CHUNK_FRAME)
		return false;
	*type = slice_sub(*rest, 4, 4);
	*out = slice_sub(*rest, 8, size);
	if (crc32_z(0, (const unsigned char *)type->p, (z_size_t)size + 4) != big32(rest->p + 8 + (size_t)size))
		return false;
	*rest = slice_from(*rest, CHUNK_FRAME + (size_t)size);
	return true;
}

int png_read(struct png *out, struct slice bytes, const char **why)
{
	struct slice rest = slice_from(bytes, sizeof(SIGNATURE) - 1), type, data;

	if (!slice_starts(bytes, SIGNATURE))
		return refuse(why, "it does not begin as PNG images do");
	if (!take_chunk(&type, &data, &rest) || !slice_eqs(type, "IHDR") || data.n != IHDR_SIZE)
		return refuse(why, "it does not begin with a whole IHDR chunk");
	out->width = big32(data.p);
	out->height = big32(data.p + 4);
	do {
		if (!take_chunk(&type, &data, &rest))
			return refuse(why, "it is cut off or damaged");
	} while (!slice_eqs(type, "IEND"));
	return rest.n ? refuse(why, "bytes follow its end") : 0;
}
