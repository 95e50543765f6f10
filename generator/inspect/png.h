/* inspect/png.h: the size of a PNG image (ISO/IEC 15948).
 *
 * The chunks are walked, their checksums compared; the image itself is not unpacked. -1: it is no such image, is damaged or cut
 * off, or does not begin with IHDR (Xcode's own form does not, and only iOS apps can show that); *why is constant. */
#ifndef INSPECT_PNG_H
#define INSPECT_PNG_H

#include "base/attr.h"
#include "base/slice.h"

struct png {
	uint32_t width, height; /* pixels */
};

int png_read(struct png *out, struct slice bytes, const char **why) MUST_CHECK;

#endif
