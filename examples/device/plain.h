/* plain.h: text from elsewhere (a server, a tree), for a terminal. */
#ifndef PLAIN_H
#define PLAIN_H

/* Makes each control character of UTF-8 text (C0, DEL, C1), and each byte of a broken one that a terminal may take for such, a '?'. */
void plain(char *text);

#endif
