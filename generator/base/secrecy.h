/* base/secrecy.h: secrets in memory, and how they leave it. */
#ifndef BASE_SECRECY_H
#define BASE_SECRECY_H

#include "base/strbuf.h"

/* No core file, and no other process may look into this one: before any secret is read. */
void secrecy_guard(void);

/* Overwritten, then freed. What a strbuf left behind when it grew is out of reach: who adds a secret makes room first. */
void secret_free(char *secret); /* a C string; NULL is fine */
void strbuf_wipe(struct strbuf *sb);

#endif
