#include "sign/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sign/pkey.h"

#define PEM_MAX 16384

struct pem { /* the text of a private key: cleansed at scope exit */
	char bytes[PEM_MAX];
	size_t n;
};

static void pem_cleanse(struct pem *p)
{
	OPENSSL_cleanse(p, sizeof(*p));
}

static void close_at(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int pem_read(struct pem *out, const char *path, struct diags *d)
{
	CLEANUP(close_at) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return diag_environment(d, path, "cannot open the private key: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return diag_environment(d, path, "the private key is not a regular file");
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return diag_environment(d, path,
					"group or others may read this private key (mode %04o); run: chmod 600 %s",
					(unsigned)(st.st_mode & 07777), path);
	for (;;) {
		ssize_t got = read(fd, out->bytes + out->n, sizeof(out->bytes) - out->n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return diag_environment(d, path, "cannot read the private key: %s", strerror(errno));
		if (got == 0)
			return 0;
		out->n += (size_t)got;
		if (out->n == sizeof(out->bytes))
			return diag_environment(d, path, "too long for a private key in PEM");
	}
}

static int no_passphrase(char *buf, int size, int writing, void *ctx)
{
	(void)buf, (void)size, (void)writing, (void)ctx;
	return -1;
}

int pkey_load(EVP_PKEY **out, const char *path, struct diags *d)
{
	CLEANUP(pem_cleanse) struct pem pem = { .n = 0 };
	CLEANUP(bio_free_at) BIO *in = NULL;

	if (pem_read(&pem, path, d))
		return -1;
	in = BIO_new_mem_buf(pem.bytes, (int)pem.n);
	*out = in ? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL) : NULL;
	ERR_clear_error();
	return *out ? 0 : diag_environment(d, path, "is not a private key in PEM (PKCS#8) without a passphrase");
}

static int ed25519_text(struct slice *out, struct arena *a, const EVP_PKEY *pkey)
{
	uint8_t raw[32];
	char hex[2 * sizeof(raw) + 1];
	size_t n = sizeof(raw);

	if (EVP_PKEY_get_raw_public_key(pkey, raw, &n) != 1 || n != sizeof(raw))
		return -1;
	digest_hex(hex, raw, sizeof(raw));
	*out = arena_copy(a, slice_of(hex));
	return 0;
}

static int pem_text(struct slice *out, struct arena *a, const EVP_PKEY *pkey)
{
	CLEANUP(bio_free_at) BIO *pem = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	long n;

	if (!pem || PEM_write_bio_PUBKEY(pem, pkey) != 1 || (n = BIO_get_mem_data(pem, &bytes)) <= 0)
		return -1;
	*out = arena_copy(a, slice_bytes(bytes, (size_t)n));
	return 0;
}

int pkey_public(struct pubkey *out, struct arena *a, const EVP_PKEY *pkey, const char *path, struct digests *dg,
		struct diags *d)
{
	enum pubkey_type type = EVP_PKEY_is_a(pkey, "EC") ? PUBKEY_P256 : PUBKEY_RSA;
	struct slice text = { NULL, 0 };
	const char *why;
	int failed;

	if (EVP_PKEY_is_a(pkey, "ED25519")) {
		type = PUBKEY_ED25519;
		failed = ed25519_text(&text, a, pkey);
	} else {
		failed = pem_text(&text, a, pkey);
	}
	if (failed || pubkey_make(out, type, text, dg, &why))
		return diag_environment(d, path,
					"no key that can sign: it must be Ed25519, EC P-256 (named curve, "
					"uncompressed point) or RSA of %d to %d bits",
					PUBKEY_RSA_MIN_BITS, PUBKEY_RSA_MAX_BITS);
	return 0;
}

int keys_load(struct keyset *out, const char *dir, unsigned needed, struct digests *dg, struct diags *d)
{
	int result = 0;

	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		struct private_key *k = &out->v[i];

		if (!(needed & KEY_BIT(i)))
			continue;
		k->path = arena_printf(&out->mem, "%s/%s.pem", dir, tuf_type_name((enum tuf_type)i)).p;
		if (pkey_load(&k->pkey, k->path, d) || pkey_public(&k->public, &out->mem, k->pkey, k->path, dg, d))
			result = -1;
	}
	return result;
}

void keyset_release(struct keyset *k)
{
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		EVP_PKEY_free(k->v[i].pkey);
	arena_release(&k->mem);
	*k = (struct keyset)KEYSET_INIT;
}

int key_sign(struct slice *sig, struct arena *a, const struct private_key *k, struct slice message, struct diags *d)
{
	CLEANUP(md_ctx_free_at) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const char *md = k->public.type == PUBKEY_ED25519 ? NULL : "SHA256";
	const unsigned char *bytes = (const unsigned char *)message.p;
	EVP_PKEY_CTX *pctx = NULL;
	unsigned char *made = NULL;
	size_t n = 0;
	bool good = ctx && EVP_DigestSignInit_ex(ctx, &pctx, md, NULL, NULL, k->pkey, NULL) == 1;

	if (good && k->public.type == PUBKEY_RSA)
		good = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good && EVP_DigestSign(ctx, NULL, &n, bytes, message.n) == 1;
	if (good) {
		made = arena_alloc(a, n);
		good = EVP_DigestSign(ctx, made, &n, bytes, message.n) == 1;
	}
	ERR_clear_error();
	if (!good)
		return diag_environment(d, k->path, "cannot sign with this key");
	*sig = slice_bytes(made, n);
	return 0;
}
