/* The key of h5 packages: what is accepted, that signatures verify with it, and that they are always the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fileio.h"
#include "sign/h5key.h"

struct world {
	char dir[64];
	struct digests *dg;
	struct h5key key;
	struct diags d;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	strcpy(w->dir, "/tmp/mdstatic-h5key-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(digests_new(&w->dg), 0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	h5key_release(&w->key);
	assert_int_equal(file_remove_tree(w->dir, &w->d), 0);
	diags_release(&w->d);
	digests_free(w->dg);
	free(w);
	return 0;
}

/* Writes h5.pem, and gives the key to compare with. */
static EVP_PKEY *write_key(struct world *w, EVP_PKEY *pkey, mode_t mode)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/h5.pem", w->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_non_null(pkey);
	assert_int_equal(PEM_write_PrivateKey(f, pkey, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
	return pkey;
}

static bool verifies(EVP_PKEY *pkey, const char *digest, struct slice sig, struct slice message)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	bool good;

	assert_int_equal(EVP_DigestVerifyInit_ex(ctx, &pctx, digest, NULL, NULL, pkey, NULL), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PADDING), 1);
	good = EVP_DigestVerify(ctx, (const uint8_t *)sig.p, sig.n, (const uint8_t *)message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

static void test_sign(void **state)
{
	struct world *w = *state;
	EVP_PKEY *pkey = write_key(w, EVP_RSA_gen(2048), 0600);
	struct strbuf sig = STRBUF_INIT, again = STRBUF_INIT;
	const struct signer *s = &w->key.signer;
	struct slice message = SLICE("the tar");

	assert_int_equal(h5key_load(&w->key, w->dir, NULL, w->dg, &w->d), 0);
	assert_int_equal(s->id.n, 64);
	strbuf_adds(&sig, "before");
	assert_int_equal(s->sign(s->ctx, &sig, message, &w->d), 0);
	assert_int_equal(sig.n, 6 + 256);
	assert_int_equal(s->sign(s->ctx, &again, message, &w->d), 0);
	assert_memory_equal(sig.p + 6, again.p, 256);
	assert_true(verifies(pkey, "SHA1", strbuf_slice(&again), message));
	assert_false(verifies(pkey, "SHA256", strbuf_slice(&again), message));
	assert_false(verifies(pkey, "SHA1", strbuf_slice(&again), SLICE("the taR")));
	assert_int_equal(w->d.n, 0);
	EVP_PKEY_free(pkey);
	strbuf_release(&sig);
	strbuf_release(&again);
}

static void expect_refused(struct world *w, const char *text)
{
	assert_int_equal(h5key_load(&w->key, w->dir, NULL, w->dg, &w->d), -1);
	assert_int_equal(w->d.n, 1);
	assert_true(w->d.environment);
	assert_non_null(strstr(w->d.v[0].text, text));
	assert_true(slice_ends(slice_of(w->d.v[0].at.path), "/h5.pem"));
}

static void test_absent(void **state)
{
	expect_refused(*state, "cannot open the key");
}

static void test_open_to_others(void **state)
{
	EVP_PKEY_free(write_key(*state, EVP_RSA_gen(2048), 0640));
	expect_refused(*state, "group or others may read this private key");
}

static void test_short(void **state)
{
	EVP_PKEY_free(write_key(*state, EVP_RSA_gen(1024), 0600));
	expect_refused(*state, "must be an RSA key of 2048 to 4096 bits");
}

static void test_another_kind(void **state)
{
	EVP_PKEY_free(write_key(*state, EVP_EC_gen("P-256"), 0600));
	expect_refused(*state, "must be an RSA key of 2048 to 4096 bits");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sign, setup, teardown),
		cmocka_unit_test_setup_teardown(test_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open_to_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_short, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_kind, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
