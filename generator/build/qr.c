#include "build/qr.h"

#include <qrencode.h>

static bool is_dark(const QRcode *code, int x, int y)
{
	return x < code->width && (code->data[y * code->width + x] & 1);
}

static void add_row(struct strbuf *path, const QRcode *code, int y)
{
	for (int x = 0, start; x < code->width; x++) {
		if (!is_dark(code, x, y))
			continue;
		for (start = x; is_dark(code, x, y);)
			x++;
		strbuf_addf(path, "M%d %d.5h%d", start + QR_QUIET, y + QR_QUIET, x - start);
	}
}

int qr_path(struct strbuf *path, unsigned *size, struct slice text)
{
	QRcode *code;

	if (text.n == 0 || text.n > INT16_MAX)
		return -1;
	code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
	if (!code)
		return -1;
	*size = (unsigned)code->width + 2 * QR_QUIET;
	for (int y = 0; y < code->width; y++)
		add_row(path, code, y);
	QRcode_free(code);
	return 0;
}
