#include "base/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#define PIECE ((size_t)64 << 10) /* stays in the processor's cache from one algorithm to the next */

struct digests {
	EVP_MD *sha256;
	EVP_MD *md5; /* NULL until first asked for: where MD5 is switched off the rest still works */
	EVP_MD_CTX *ctx;
};

static int update(struct digests *d, struct slice data)
{
	return data.n == 0 || EVP_DigestUpdate(d->ctx, data.p, data.n) == 1 ? 0 : -1;
}

static int finish(struct digests *d, uint8_t *out)
{
	return EVP_DigestFinal_ex(d->ctx, out, NULL) == 1 ? 0 : -1;
}

int digests_new(struct digests **out)
{
	struct digests *d = calloc(1, sizeof(*d));

	if (!d)
		return -1;
	d->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	d->ctx = EVP_MD_CTX_new();
	if (!d->sha256 || !d->ctx) {
		digests_free(d);
		return -1;
	}
	*out = d;
	return 0;
}

void digests_free(struct digests *d)
{
	if (!d)
		return;
	EVP_MD_free(d->sha256);
	EVP_MD_free(d->md5);
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

void digests_free_at(struct digests **d)
{
	digests_free(*d);
}

int digest_sha256(struct digests *d, uint8_t out[SHA256_SIZE], struct slice data)
{
	if (EVP_DigestInit_ex(d->ctx, d->sha256, NULL) != 1 || update(d, data))
		return -1;
	return finish(d, out);
}

int digest_sha256_3(struct digests *d, uint8_t out[SHA256_SIZE], struct slice a, struct slice b, struct slice c)
{
	if (EVP_DigestInit_ex(d->ctx, d->sha256, NULL) != 1 || update(d, a) || update(d, b) || update(d, c))
		return -1;
	return finish(d, out);
}

static const EVP_MD *md5_of(struct digests *d)
{
	if (!d->md5)
		d->md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	return d->md5;
}

int digest_md5(struct digests *d, uint8_t out[MD5_SIZE], struct slice data)
{
	const EVP_MD *md5 = md5_of(d);

	if (!md5 || EVP_DigestInit_ex(d->ctx, md5, NULL) != 1 || update(d, data))
		return -1;
	return finish(d, out);
}

static int both(struct digests *d, EVP_MD_CTX *second, uint8_t *sha256, uint8_t *md5, struct slice data)
{
	if (EVP_DigestInit_ex(d->ctx, d->sha256, NULL) != 1 || EVP_DigestInit_ex(second, d->md5, NULL) != 1)
		return -1;
	for (; data.n; data = slice_from(data, PIECE)) {
		struct slice piece = slice_sub(data, 0, PIECE);

		if (update(d, piece) || EVP_DigestUpdate(second, piece.p, piece.n) != 1)
			return -1;
	}
	return finish(d, sha256) || EVP_DigestFinal_ex(second, md5, NULL) != 1 ? -1 : 0;
}

int digest_both(struct digests *d, uint8_t sha256[SHA256_SIZE], uint8_t md5[MD5_SIZE], struct slice data)
{
	EVP_MD_CTX *second = EVP_MD_CTX_new();
	int bad = !second || !md5_of(d) || both(d, second, sha256, md5, data) ? -1 : 0;

	EVP_MD_CTX_free(second);
	return bad;
}

struct digest_stream {
	const EVP_MD *sha256;
	EVP_MD_CTX *ctx;
};

int digest_stream_new(struct digest_stream **out, const struct digests *d)
{
	struct digest_stream *s = calloc(1, sizeof(*s));

	if (!s)
		return -1;
	s->sha256 = d->sha256;
	s->ctx = EVP_MD_CTX_new();
	if (!s->ctx) {
		free(s);
		return -1;
	}
	*out = s;
	return 0;
}

void digest_stream_free(struct digest_stream *s)
{
	if (!s)
		return;
	EVP_MD_CTX_free(s->ctx);
	free(s);
}

int digest_stream_begin(struct digest_stream *s)
{
	return EVP_DigestInit_ex(s->ctx, s->sha256, NULL) == 1 ? 0 : -1;
}

int digest_stream_add(struct digest_stream *s, struct slice piece)
{
	return piece.n == 0 || EVP_DigestUpdate(s->ctx, piece.p, piece.n) == 1 ? 0 : -1;
}

int digest_stream_end(struct digest_stream *s, uint8_t out[SHA256_SIZE])
{
	return EVP_DigestFinal_ex(s->ctx, out, NULL) == 1 ? 0 : -1;
}

void digest_hex(char *out, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*out++ = "0123456789abcdef"[bytes[i] >> 4];
		*out++ = "0123456789abcdef"[bytes[i] & 15];
	}
	*out = '\0';
}

uint64_t digest_head64(const uint8_t bytes[SHA256_SIZE])
{
	uint64_t head = 0;

	for (int i = 0; i < 8; i++)
		head = head << 8 | bytes[i];
	return head;
}
