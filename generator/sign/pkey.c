#include "sign/pkey.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fileio.h"
#include "base/pem.h"
#include "base/text.h"

#define PEM_MAX       16384
#define ED25519_BYTES 32
#define PBKDF2_ROUNDS 600000
#define PBKDF2_SALT   16

struct pem { /* the text of a key: cleansed at scope exit */
	char bytes[PEM_MAX];
	size_t n;
	mode_t mode;
};

static void pem_cleanse(struct pem *p)
{
	OPENSSL_cleanse(p, sizeof(*p));
}

/* --- files ------------------------------------------------------------------------------------------------------------ */

static int pem_read(struct pem *out, const char *path, struct diags *d)
{
	CLEANUP(file_close_at) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return diag_environment(d, path, "cannot open the key: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return diag_environment(d, path, "the key is not a regular file");
	out->mode = st.st_mode & 07777;
	for (;;) {
		ssize_t got = read(fd, out->bytes + out->n, sizeof(out->bytes) - out->n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return diag_environment(d, path, "cannot read the key: %s", strerror(errno));
		if (got == 0)
			return 0;
		out->n += (size_t)got;
		if (out->n == sizeof(out->bytes))
			return diag_environment(d, path, "too long for a key in PEM");
	}
}

static bool pem_is_private(const struct pem *p)
{
	static const char mark[] = "PRIVATE KEY-----";

	return memmem(p->bytes, p->n, mark, sizeof(mark) - 1) != NULL;
}

/* Who can read a private key has it; who can replace a public one says who signs. */
static int pem_check_mode(const struct pem *p, const char *path, struct diags *d)
{
	if (pem_is_private(p) && p->mode & (S_IRWXG | S_IRWXO))
		return diag_environment(d, path,
					"group or others may read this private key (mode %04o); run: chmod 600 %s",
					(unsigned)p->mode, path);
	if (p->mode & (S_IWGRP | S_IWOTH))
		return diag_environment(d, path,
					"group or others may replace this public key (mode %04o); run: chmod 644 %s",
					(unsigned)p->mode, path);
	return 0;
}

/* --- private keys ------------------------------------------------------------------------------------------------------ */

struct asking {
	const struct pkey_file *file;
	struct diags *d;
	bool asked, answered;
};

static int on_passphrase(char *buf, int size, int writing, void *ctx)
{
	struct asking *a = ctx;
	const struct passphrases *from = a->file->ask;
	int n;

	(void)writing;
	if (a->asked) /* OpenSSL tries a second way to read the file; nobody is asked twice */
		return -1;
	a->asked = true;
	n = from && size > 0 ? from->ask(from->ctx, buf, (size_t)size, a->file->role, a->file->path, a->d) : -1;
	a->answered = n >= 0;
	return n;
}

static int read_private(EVP_PKEY **out, const struct pem *pem, const struct pkey_file *file, struct diags *d)
{
	CLEANUP(bio_free_at) BIO *in = BIO_new_mem_buf(pem->bytes, (int)pem->n);
	struct asking asking = { .file = file, .d = d };
	size_t errors = d->errors;

	*out = in ? PEM_read_bio_PrivateKey(in, NULL, on_passphrase, &asking) : NULL;
	ERR_clear_error();
	if (*out)
		return 0;
	if (asking.answered)
		return diag_environment(d, file->path, "the passphrase does not open this key, or the file is damaged");
	if (asking.asked)
		return d->errors > errors
			       ? -1
			       : diag_environment(d, file->path, "is encrypted, and there is no passphrase for it");
	return diag_environment(d, file->path, "is not a private key in PEM (PKCS#8)");
}

static int read_public(EVP_PKEY **out, const struct pem *pem, const struct pkey_file *file, struct diags *d)
{
	CLEANUP(bio_free_at) BIO *in = BIO_new_mem_buf(pem->bytes, (int)pem->n);

	*out = in ? PEM_read_bio_PUBKEY(in, NULL, pem_no_passphrase, NULL) : NULL;
	ERR_clear_error();
	return *out ? 0
		    : diag_environment(d, file->path,
				       "is neither a private key in PEM (PKCS#8) nor a public one "
				       "(SubjectPublicKeyInfo)");
}

int pkey_load_any(EVP_PKEY **out, bool *is_private, const struct pkey_file *file, struct diags *d)
{
	CLEANUP(pem_cleanse) struct pem pem = { .n = 0 };

	if (pem_read(&pem, file->path, d) || pem_check_mode(&pem, file->path, d))
		return -1;
	*is_private = pem_is_private(&pem);
	return *is_private ? read_private(out, &pem, file, d) : read_public(out, &pem, file, d);
}

int pkey_load(EVP_PKEY **out, const struct pkey_file *file, struct diags *d)
{
	CLEANUP(pem_cleanse) struct pem pem = { .n = 0 };

	if (pem_read(&pem, file->path, d) || pem_check_mode(&pem, file->path, d))
		return -1;
	return read_private(out, &pem, file, d);
}

int pkey_generate(EVP_PKEY **out, enum pubkey_type type, unsigned bits, const char *path, struct diags *d)
{
	*out = type == PUBKEY_RSA    ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits)
	       : type == PUBKEY_P256 ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
				     : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (*out)
		return 0;
	ERR_clear_error();
	return diag_environment(d, path, "cannot generate this key");
}

/* PBES2: PBKDF2 with HMAC-SHA-256, AES-256-CBC; what every reader of PKCS#8 knows, with more rounds than OpenSSL's own 2048. */
static bool write_encrypted(BIO *out, const EVP_PKEY *pkey, struct slice passphrase)
{
	X509_ALGOR *pbe =
		PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), PBKDF2_ROUNDS, NULL, PBKDF2_SALT, NULL, NID_hmacWithSHA256);
	PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(pkey);
	X509_SIG *sealed = pbe && plain ? PKCS8_set0_pbe(passphrase.p, (int)passphrase.n, plain, pbe) : NULL;
	bool good = sealed && PEM_write_bio_PKCS8(out, sealed) == 1;

	if (!sealed)
		X509_ALGOR_free(pbe);
	X509_SIG_free(sealed);
	PKCS8_PRIV_KEY_INFO_free(plain);
	return good;
}

int pkey_create(const EVP_PKEY *pkey, const char *path, struct slice passphrase, struct diags *d)
{
	CLEANUP(bio_free_at) BIO *out = BIO_new(BIO_s_secmem()); /* cleansed when freed and when it grows */
	char *bytes = NULL;
	long n = 0;
	bool good = out && (passphrase.n ? write_encrypted(out, pkey, passphrase)
					 : PEM_write_bio_PKCS8PrivateKey(out, pkey, NULL, NULL, 0, NULL, NULL) == 1);

	if (good)
		n = BIO_get_mem_data(out, &bytes);
	ERR_clear_error();
	if (n <= 0)
		return diag_environment(d, path, "cannot write the private key");
	return file_create(path, slice_bytes(bytes, (size_t)n), 0600, d);
}

/* --- public halves ----------------------------------------------------------------------------------------------------- */

static int ed25519_text(struct slice *out, struct arena *a, const EVP_PKEY *pkey)
{
	uint8_t raw[ED25519_BYTES];
	char hex[2 * sizeof(raw) + 1];
	size_t n = sizeof(raw);

	if (EVP_PKEY_get_raw_public_key(pkey, raw, &n) != 1 || n != sizeof(raw))
		return -1;
	digest_hex(hex, raw, sizeof(raw));
	*out = arena_copy(a, slice_of(hex));
	return 0;
}

static int spki_pem(struct slice *out, struct arena *a, const EVP_PKEY *pkey)
{
	CLEANUP(bio_free_at) BIO *pem = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	long n;

	if (!pem || PEM_write_bio_PUBKEY(pem, pkey) != 1 || (n = BIO_get_mem_data(pem, &bytes)) <= 0) {
		ERR_clear_error();
		return -1;
	}
	*out = arena_copy(a, slice_bytes(bytes, (size_t)n));
	return 0;
}

/* An Ed25519 key stands in metadata as 32 bytes in hex, the others as PEM. */
int pubkey_pem(struct slice *out, struct arena *a, const struct pubkey *k)
{
	CLEANUP(pkey_free_at) EVP_PKEY *pkey = NULL;
	uint8_t raw[ED25519_BYTES];

	if (k->type != PUBKEY_ED25519) {
		*out = arena_copy(a, k->text);
		return 0;
	}
	if (text_hex(raw, sizeof(raw), k->text))
		pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, sizeof(raw));
	return pkey ? spki_pem(out, a, pkey) : -1;
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
		failed = spki_pem(&text, a, pkey);
	}
	if (failed || pubkey_make(out, type, text, dg, &why))
		return diag_environment(d, path,
					"no key that can sign: it must be Ed25519, EC P-256 (named curve, "
					"uncompressed point) or RSA of %d to %d bits",
					PUBKEY_RSA_MIN_BITS, PUBKEY_RSA_MAX_BITS);
	return 0;
}
