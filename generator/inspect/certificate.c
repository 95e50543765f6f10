#include "inspect/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

#include "base/pem.h"

static void x509_free_at(X509 **x)
{
	X509_free(*x);
}

static void bio_free_at(BIO **b)
{
	BIO_free(*b);
}

static bool seconds_of(int64_t *out, const ASN1_TIME *t)
{
	struct tm tm;

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = timegm(&tm);
	return true;
}

static int read_subject(struct certificate *out, struct arena *a, X509 *x, const char **why)
{
	CLEANUP(bio_free_at) BIO *text = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n;

	*why = "the subject of a certificate cannot be read";
	if (!text || X509_NAME_print_ex(text, X509_get_subject_name(x), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
		return -1;
	n = BIO_get_mem_data(text, &p);
	*why = "the subject of a certificate is longer than 1024 bytes";
	if (n < 0 || n > CERTIFICATE_SUBJECT_MAX)
		return -1;
	return arena_try_copy(&out->subject, a, slice_bytes(p, (size_t)n)) ? 0 : refuse(why, REFUSE_NO_MEMORY);
}

static int copy_bytes(struct certificate *out, struct arena *a, const X509 *x, const char **why)
{
	const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(x);
	int n = i2d_X509(x, NULL);
	unsigned char *der;

	if (n <= 0 || (size_t)n > CERTIFICATE_MAX)
		return refuse(why, "a certificate is longer than 64 KiB");
	der = arena_try(a, (size_t)n, 1);
	if (!der || !key ||
	    !arena_try_copy(&out->key, a, slice_bytes(ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key))))
		return refuse(why, REFUSE_NO_MEMORY);
	out->der = slice_bytes(der, (size_t)n);
	*why = "a certificate cannot be hashed";
	return i2d_X509(x, &der) == n && EVP_Digest(out->der.p, out->der.n, out->sha256, NULL, EVP_sha256(), NULL) == 1
		       ? 0
		       : -1;
}

int certificate_of(struct certificate *out, struct arena *a, X509 *x, const char **why)
{
	if (copy_bytes(out, a, x, why))
		return -1;
	*why = "the validity of a certificate cannot be read";
	if (!seconds_of(&out->not_before, X509_get0_notBefore(x)) ||
	    !seconds_of(&out->not_after, X509_get0_notAfter(x)))
		return -1;
	return read_subject(out, a, x, why);
}

int certificate_read(struct certificate *out, struct arena *a, struct slice der, const char **why)
{
	CLEANUP(x509_free_at) X509 *x = NULL;
	const unsigned char *p = (const unsigned char *)der.p;
	int bad = -1;

	*out = (struct certificate){ .not_before = 0 };
	*why = "a certificate is empty, or longer than 64 KiB";
	if (der.n == 0 || der.n > CERTIFICATE_MAX)
		return -1;
	ERR_set_mark();
	x = d2i_X509(NULL, &p, (long)der.n);
	if (!x)
		*why = "a certificate is no X.509 in DER";
	else if (p != (const unsigned char *)der.p + der.n)
		*why = "something follows a certificate";
	else
		bad = certificate_of(out, a, x, why);
	ERR_pop_to_mark();
	return bad;
}

int certificate_read_pem(struct certificate *out, struct arena *a, struct slice pem, const char **why)
{
	CLEANUP(bio_free_at) BIO *in = NULL;
	CLEANUP(x509_free_at) X509 *x = NULL;
	int bad = -1;

	*out = (struct certificate){ .not_before = 0 };
	*why = "a certificate is empty, or longer than 64 KiB";
	if (pem.n == 0 || pem.n > CERTIFICATE_MAX)
		return -1;
	ERR_set_mark();
	in = BIO_new_mem_buf(pem.p, (int)pem.n);
	x = in ? PEM_read_bio_X509(in, NULL, pem_no_passphrase, NULL) : NULL;
	*why = "it holds no certificate in PEM";
	if (x)
		bad = certificate_of(out, a, x, why);
	ERR_pop_to_mark();
	return bad;
}
