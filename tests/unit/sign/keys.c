/* Key files: what is accepted, what is refused, and that signatures verify. */
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

#include "base/fileio.h"
#include "sign/keys.h"

#define NOW INT64_C(1767225600)

struct world {
	char dir[64];
	struct arena mem;
	struct digests *dg;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	strcpy(w->dir, "/tmp/mdstatic-keys-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(digests_new(&w->dg), 0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	struct diags d = DIAGS_INIT;

	assert_int_equal(file_remove_tree(w->dir, &d), 0);
	diags_release(&d);
	digests_free(w->dg);
	arena_release(&w->mem);
	free(w);
	return 0;
}

static const char *in(struct world *w, const char *name)
{
	return arena_printf(&w->mem, "%s/%s", w->dir, name).p;
}

static bool says(const struct diags *d, const char *text)
{
	for (size_t i = 0; i < d->n; i++) {
		if (strstr(d->v[i].text, text))
			return true;
	}
	return false;
}

static void test_new(void **state)
{
	static const char *const names[] = { "root.pem", "targets.pem", "snapshot.pem", "timestamp.pem", "h5.pem" };
	struct world *w = *state;
	struct diags d = DIAGS_INIT;
	const char *keys = in(w, "new/keys"), *roots = in(w, "new/roots"), *why = "";
	struct keyset set = KEYSET_INIT;
	struct strbuf root = STRBUF_INIT;
	struct tuf_chain chain;
	struct slice bytes;
	struct stat st;
	size_t bad;
	mode_t mask = umask(0077);

	assert_int_equal(keys_new(keys, roots, NOW, w->dg, &d), 0);
	umask(mask);
	assert_int_equal(stat(keys, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(stat(arena_printf(&w->mem, "%s/%s", keys, names[i]).p, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
	assert_int_equal(file_read(&root, arena_printf(&w->mem, "%s/1.root.json", roots).p, TUF_ROOT_MAX, &d), 0);
	bytes = strbuf_slice(&root);
	assert_int_equal(tuf_chain_decode(&chain, &w->mem, w->dg, &bytes, 1, &bad, &why), 0);
	assert_int_equal(chain.v[0].expires, NOW + 365 * 86400);
	assert_int_equal(
		keys_load(&set, keys,
			  KEY_BIT(TUF_ROOT) | KEY_BIT(TUF_TARGETS) | KEY_BIT(TUF_SNAPSHOT) | KEY_BIT(TUF_TIMESTAMP),
			  w->dg, &d),
		0);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		assert_true(role_keys_has(&chain.v[0].root.roles[i], set.v[i].public.id));
	keyset_release(&set);
	/* nothing is ever overwritten, and nothing is written beside what is there */
	assert_int_equal(keys_new(keys, in(w, "new/other"), NOW, w->dg, &d), -1);
	assert_true(says(&d, "exists already"));
	assert_int_equal(keys_new(in(w, "new/keys2"), roots, NOW, w->dg, &d), -1);
	assert_int_equal(access(in(w, "new/keys2"), F_OK), -1);
	assert_int_equal(diags_exit(&d), 3);
	strbuf_release(&root);
	diags_release(&d);
}

static void write_key(struct world *w, const char *dir, EVP_PKEY *k, const char *passphrase, mode_t mode)
{
	char *path = arena_str(&w->mem, arena_printf(&w->mem, "%s/targets.pem", dir));
	FILE *f;

	mkdir(dir, 0700);
	unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_PKCS8PrivateKey(f, k, passphrase ? EVP_aes_128_cbc() : NULL, NULL, 0, NULL,
						   (void *)(uintptr_t)passphrase),
			 1);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
	EVP_PKEY_free(k);
}

static void test_types(void **state)
{
	static const struct {
		const char *name, *group;
		size_t bits;
		bool good;
	} cases[] = {
		{ "ED25519", NULL, 0, true }, { "EC", "P-256", 0, true },  { "RSA", NULL, 2048, true },
		{ "ED448", NULL, 0, false },  { "EC", "P-384", 0, false }, { "RSA", NULL, 1024, false },
		{ "X25519", NULL, 0, false },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *dir = in(w, "types");
		struct keyset set = KEYSET_INIT;
		struct diags d = DIAGS_INIT;
		struct slice sig, message = SLICE("what is signed");
		EVP_PKEY *k = cases[i].group  ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", cases[i].group)
			      : cases[i].bits ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", cases[i].bits)
					      : EVP_PKEY_Q_keygen(NULL, NULL, cases[i].name);

		print_message("%s %s %zu\n", cases[i].name, cases[i].group ? cases[i].group : "", cases[i].bits);
		write_key(w, dir, k, NULL, 0600);
		assert_int_equal(keys_load(&set, dir, KEY_BIT(TUF_TARGETS), w->dg, &d), cases[i].good ? 0 : -1);
		if (cases[i].good) {
			assert_int_equal(key_sign(&sig, &w->mem, &set.v[TUF_TARGETS], message, &d), 0);
			assert_true(pubkey_verify(&set.v[TUF_TARGETS].public, message, sig));
		} else {
			assert_true(says(&d, "no key that can sign"));
		}
		keyset_release(&set);
		diags_release(&d);
	}
}

static void test_refused_files(void **state)
{
	struct world *w = *state;
	const char *dir = in(w, "files");
	struct keyset set = KEYSET_INIT;
	struct diags d = DIAGS_INIT;

	write_key(w, dir, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL, 0640);
	assert_int_equal(keys_load(&set, dir, KEY_BIT(TUF_TARGETS), w->dg, &d), -1);
	assert_true(says(&d, "chmod 600"));
	write_key(w, dir, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), "secret", 0600);
	assert_int_equal(keys_load(&set, dir, KEY_BIT(TUF_TARGETS), w->dg, &d), -1);
	assert_true(says(&d, "without a passphrase"));
	assert_int_equal(keys_load(&set, dir, KEY_BIT(TUF_SNAPSHOT), w->dg, &d), -1);
	assert_true(says(&d, "No such file"));
	assert_int_equal(diags_exit(&d), 3);
	keyset_release(&set);
	diags_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_refused_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
