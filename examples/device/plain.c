#include "plain.h"

/* Bytes of the character at `p`; 0: it is none. NUL ends the text, and is no byte of a tail. */
static int length_of(const unsigned char *p)
{
	int n = *p < 0x80 ? 1 : *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc2 ? 2 : 0;

	for (int i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

static int is_control(const unsigned char *p)
{
	return *p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] < 0xa0);
}

void plain(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p;) {
		int n = length_of(p);

		if (n == 0 || is_control(p))
			*p = '?';
		else
			p += n - 1;
		p++;
	}
}
