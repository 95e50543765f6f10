#include "base/seal.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#define LABEL        "mdstatic/seal/v1"
#define TRY_SIZE     (SEAL_SALT_SIZE + 5)
#define TRY_TARGET   0 /* last byte of what is hashed */
#define TRY_KEY      1
#define NUMBER_SHIFT 43 /* the highest 21 bits of 64 */

static int derive(uint8_t out[SHA256_SIZE], struct digests *digests, struct slice what, struct slice text)
{
	return digest_sha256_3(digests, out, slice_bytes(LABEL, sizeof(LABEL)), what, text);
}

/* SHA-256 of the salt, the number (4 bytes, big endian) and one byte that tells what for. */
static int try_number(uint8_t out[SHA256_SIZE], struct digests *digests, const struct seal *s, uint32_t number,
		      uint8_t what)
{
	uint8_t block[TRY_SIZE];

	memcpy(block, s->salt, SEAL_SALT_SIZE);
	for (unsigned i = 0; i < 4; i++)
		block[SEAL_SALT_SIZE + i] = (uint8_t)(number >> (24 - 8 * i));
	block[TRY_SIZE - 1] = what;
	return digest_sha256(digests, out, slice_bytes(block, sizeof(block)));
}

static bool encrypt(uint8_t *out, uint8_t *tag, EVP_CIPHER_CTX *ctx, const uint8_t *key, const uint8_t *nonce,
		    struct slice text)
{
	int n = 0, last = 0;

	return EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
	       EVP_EncryptUpdate(ctx, out, &n, (const uint8_t *)text.p, (int)text.n) == 1 && (size_t)n == text.n &&
	       EVP_EncryptFinal_ex(ctx, out + n, &last) == 1 && last == 0 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, SEAL_TAG_SIZE, tag) == 1;
}

static int add_box(struct strbuf *box, const struct seal *s, const uint8_t key[SHA256_SIZE], struct slice text)
{
	EVP_CIPHER_CTX *ctx;
	int bad = -1;

	if (text.n > INT_MAX - SEAL_TAG_SIZE || !strbuf_grow(box, text.n + SEAL_TAG_SIZE))
		return -1;
	ctx = EVP_CIPHER_CTX_new();
	if (ctx && encrypt((uint8_t *)box->p + box->n, (uint8_t *)box->p + box->n + text.n, ctx, key, s->nonce, text)) {
		box->n += text.n + SEAL_TAG_SIZE;
		box->p[box->n] = '\0';
		bad = 0;
	}
	EVP_CIPHER_CTX_free(ctx);
	return bad;
}

int seal_make(struct seal *out, struct strbuf *box, struct digests *digests, struct slice text)
{
	uint8_t salt[SHA256_SIZE], number[SHA256_SIZE], nonce[SHA256_SIZE], key[SHA256_SIZE];
	uint32_t secret;

	/* each word with its NUL */
	if (derive(salt, digests, slice_bytes("salt", 5), text) ||
	    derive(number, digests, slice_bytes("number", 7), text) ||
	    derive(nonce, digests, slice_bytes("nonce", 6), text))
		return -1;
	memcpy(out->salt, salt, SEAL_SALT_SIZE);
	memcpy(out->nonce, nonce, SEAL_NONCE_SIZE);
	secret = (uint32_t)(digest_head64(number) >> NUMBER_SHIFT);
	if (try_number(out->target, digests, out, secret, TRY_TARGET) || try_number(key, digests, out, secret, TRY_KEY))
		return -1;
	return add_box(box, out, key, text);
}
