/* A folder of keys for one test: made empty, removed at the end. */
#ifndef TESTS_KEYDIR_H
#define TESTS_KEYDIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/fileio.h"

struct keydir {
	char dir[64];
	struct arena mem;
	struct diags d;
	struct digests *dg;
};

static inline void keydir_open(struct keydir *k)
{
	*k = (struct keydir){ .dir = "/tmp/mdstatic-keydir-XXXXXX", .mem = ARENA_INIT, .d = DIAGS_INIT };
	assert_non_null(mkdtemp(k->dir));
	assert_int_equal(digests_new(&k->dg), 0);
}

static inline void keydir_close(struct keydir *k)
{
	struct diags d = DIAGS_INIT;

	assert_int_equal(file_remove_tree(k->dir, &d), 0);
	diags_release(&d);
	diags_release(&k->d);
	digests_free(k->dg);
	arena_release(&k->mem);
}

static inline const char *keydir_path(struct keydir *k, const char *name)
{
	return arena_printf(&k->mem, "%s/%s", k->dir, name).p;
}

static inline void keydir_write(struct keydir *k, const char *name, struct slice text, mode_t mode)
{
	const char *path = keydir_path(k, name);

	unlink(path);
	assert_int_equal(file_create(path, text, mode, &k->d), 0);
}

/* `passphrase` NULL: not encrypted. */
static inline void keydir_private(struct keydir *k, const char *name, EVP_PKEY *pkey, const char *passphrase)
{
	const char *path = keydir_path(k, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(PEM_write_PKCS8PrivateKey(f, pkey, passphrase ? EVP_aes_128_cbc() : NULL, NULL, 0, NULL,
						   (void *)(uintptr_t)passphrase),
			 1);
	fclose(f);
	assert_int_equal(chmod(path, 0600), 0);
}

static inline void keydir_public(struct keydir *k, const char *name, EVP_PKEY *pkey)
{
	const char *path = keydir_path(k, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(PEM_write_PUBKEY(f, pkey), 1);
	fclose(f);
	assert_int_equal(chmod(path, 0644), 0);
}

/* What was recorded since the last call, as it is printed, with K for the folder. */
static inline const char *keydir_said(struct keydir *k)
{
	struct strbuf out = STRBUF_INIT;
	char *text = NULL, *at;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	diags_print(&k->d, DIAG_TEXT, f);
	fclose(f);
	for (char *rest = text; *rest; rest = at + strlen(k->dir)) {
		at = strstr(rest, k->dir);
		strbuf_add(&out, rest, at ? (size_t)(at - rest) : strlen(rest));
		if (!at)
			break;
		strbuf_addch(&out, 'K');
	}
	free(text);
	text = arena_str(&k->mem, strbuf_slice(&out));
	strbuf_release(&out);
	diags_release(&k->d);
	k->d = (struct diags)DIAGS_INIT;
	return text;
}

#endif
