/* People with keys, for the tests of what several of them sign: a folder, and keysets that are made in memory. */
#ifndef TESTS_PEOPLE_H
#define TESTS_PEOPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "sign/pkey.h"
#include "sign/rootfile.h"

#define PEOPLE 6
#define NOW    INT64_C(1795248000) /* 2026-11-21T08:00:00Z */
#define DAY    INT64_C(86400)

struct people {
	char dir[64];
	struct arena mem;
	struct digests *dg;
	struct diags d;
	EVP_PKEY *pkey[PEOPLE]; /* Ed25519; 4: P-256, 5: RSA */
	struct pubkey key[PEOPLE];
};

static inline const char *in(struct people *w, const char *name)
{
	return arena_printf(&w->mem, "%s/%s", w->dir, name).p;
}

static int setup(void **state)
{
	struct people *w = calloc(1, sizeof(*w));

	strcpy(w->dir, "/tmp/mdstatic-people-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(digests_new(&w->dg), 0);
	for (size_t i = 0; i < PEOPLE; i++) {
		w->pkey[i] = i < 4   ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
			     : i < 5 ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
				     : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
		assert_int_equal(pkey_public(&w->key[i], &w->mem, w->pkey[i], "key", w->dg, &w->d), 0);
	}
	*state = w;
	return 0;
}

/* Before each test: an empty folder. */
static int fresh(void **state)
{
	struct people *w = *state;

	diags_release(&w->d);
	return file_remove_tree(w->dir, &w->d) || file_mkdirs(w->dir, 0700, &w->d);
}

static int teardown(void **state)
{
	struct people *w = *state;

	diags_release(&w->d);
	assert_int_equal(file_remove_tree(w->dir, &w->d), 0);
	for (size_t i = 0; i < PEOPLE; i++)
		EVP_PKEY_free(w->pkey[i]);
	diags_release(&w->d);
	digests_free(w->dg);
	arena_release(&w->mem);
	free(w);
	return 0;
}

/* Whether the one error since the last question says `text`; forgets it. */
static inline bool said(struct people *w, const char *text)
{
	bool found = false;

	for (size_t i = 0; i < w->d.n; i++)
		found = found || strstr(w->d.v[i].text, text) != NULL;
	if (!found)
		diags_print(&w->d, DIAG_TEXT, stdout);
	found = found && w->d.errors == 1;
	diags_release(&w->d);
	return found;
}

/* The people of the bits in `who`; those of `here` have their private keys with them. */
static inline struct keyset keyset_of(struct people *w, unsigned who, unsigned here)
{
	struct keyset set = { .keys = ARENA_ARRAY(&w->mem, struct key, PEOPLE) };

	for (size_t i = 0; i < PEOPLE; i++) {
		if (who >> i & 1)
			set.keys[set.n++] = (struct key){ .public = w->key[i],
							  .pkey = here >> i & 1 ? w->pkey[i] : NULL,
							  .path = "key.pem" };
	}
	return set;
}

static inline struct slice encoded(struct people *w, const struct tuf_file *f)
{
	struct strbuf bytes = STRBUF_INIT;
	struct slice out;

	assert_int_equal(tuf_encode(&bytes, f), 0);
	out = arena_copy(&w->mem, strbuf_slice(&bytes));
	strbuf_release(&bytes);
	return out;
}

static inline void write_file(struct people *w, const char *name, struct slice bytes)
{
	assert_int_equal(file_replace(in(w, name), bytes, 0600, &w->d), 0);
}

#endif
