/* base/pem.h: reading PEM without a terminal.
 *
 * OpenSSL asks on the terminal, or reads standard input, when a PEM says that it is encrypted, be it a certificate or a public key. Whoever reads one
 * that must not be gives this as its callback. */
#ifndef BASE_PEM_H
#define BASE_PEM_H

int pem_no_passphrase(char *buf, int size, int writing, void *ctx); /* -1: there is none */

#endif
