/* build/qr.h: a text as a QR code, drawn as a path.
 *
 * Code       ISO/IEC 18004, byte mode, error correction M (15 %: survives a poster's dirt), the smallest version that fits;
 *            libqrencode chooses the mask, always the same one for the same text.
 * Drawing    SVG path data: each run of dark modules is a horizontal line, one unit thick, on coordinates that leave the quiet zone
 *            of four modules around: `M4 4.5h7…`. *size is the side with the zone, in units.
 * Errors     -1: the text is empty or too long (2331 bytes), or memory ended. A failed append sticks in `path`. */
#ifndef BUILD_QR_H
#define BUILD_QR_H

#include "base/attr.h"
#include "base/strbuf.h"

#define QR_QUIET 4 /* modules */

int qr_path(struct strbuf *path, unsigned *size, struct slice text) MUST_CHECK;

#endif
