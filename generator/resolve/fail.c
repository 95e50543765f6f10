#include "resolve/fail.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

/* Names of outside files come into messages: control characters (those of U+0080 to U+009F too) and bytes that are no UTF-8, such as the
 * first half of a character that did not fit, become '?'. */
static void clean(char *text)
{
	for (struct slice rest = slice_of(text); rest.n;) {
		uint32_t cp = 0;
		size_t n = text_next(&cp, rest);

		if (n == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) {
			n = n ? n : 1;
			for (size_t i = 0; i < n; i++)
				text[i] = '?';
		}
		text += n;
		rest = slice_from(rest, n);
	}
}

void fail_set(struct mdr_error *err, enum mdr_code code, const char *fmt, ...)
{
	va_list args;

	err->code = code;
	va_start(args, fmt);
	if (vsnprintf(err->text, sizeof(err->text), fmt, args) < 0)
		err->text[0] = '\0';
	va_end(args);
	clean(err->text);
}
