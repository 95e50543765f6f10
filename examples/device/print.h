/* print.h: results as JSON with sorted keys. */
#ifndef PRINT_H
#define PRINT_H

#include <jansson.h>

#include "session.h"

/* Prints and frees `result`; NULL: memory ended. `code`, or EXIT_ENVIRONMENT where it cannot be printed. */
int print_result(json_t *result, int code);

/* What was loaded, under the keys file, size, fetched, byDelta, whyFull of `result`; nothing where `got` names no file. -1: memory. */
int print_add_got(json_t *result, const struct session *s, const struct mdr_got *got);
/* The path of a file in the state, as the caller's to json_decref(); NULL: memory. */
json_t *print_file(const struct session *s, const char *name);

/* How to load: with progress where standard error is a terminal. */
struct mdr_download print_download(void);

#endif
