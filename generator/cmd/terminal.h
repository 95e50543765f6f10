/* cmd/terminal.h: a question to the person at the terminal, the answer to which is not shown. */
#ifndef CMD_TERMINAL_H
#define CMD_TERMINAL_H

#include <stddef.h>

/* One line, without its end, of at most `cap` bytes: how many, or -1: there is no terminal (errno ENXIO or so), it was closed (0), the line is too long
 * (ERANGE). A signal that ends or stops the program does so after the terminal is as it was; after a stop the question is asked again. */
int terminal_ask(char *out, size_t cap, const char *question);

#endif
