#include "sign/signature.h"

#include <openssl/evp.h>

#include "base/text.h"

static struct slice squeeze(struct arena *a, struct slice text)
{
	char *out = arena_alloc(a, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (slice_trim(slice_sub(text, i, 1)).n)
			out[n++] = text.p[i];
	}
	return slice_bytes(out, n);
}

static struct slice from_hex(struct arena *a, struct slice text)
{
	uint8_t *out = arena_alloc(a, text.n / 2 + 1);

	return text_hex(out, text.n / 2, text_fold(a, text)) ? slice_bytes(out, text.n / 2) : SLICE("");
}

static struct slice from_base64(struct arena *a, struct slice text)
{
	uint8_t *out = arena_alloc(a, text.n + 1);
	int n = text.n % 4 ? -1 : EVP_DecodeBlock(out, (const unsigned char *)text.p, (int)text.n);

	while (n > 0 && slice_ends(text, "=")) {
		text.n--;
		n--;
	}
	return slice_bytes(out, n < 0 ? 0 : (size_t)n);
}

bool signature_find(struct slice *sig, struct arena *a, const struct pubkey *key, struct slice message,
		    struct slice written)
{
	struct slice text = squeeze(a, written);
	const struct slice forms[] = { arena_copy(a, written), from_hex(a, text), from_base64(a, text) };

	for (size_t i = 0; i < COUNT(forms); i++) {
		if (forms[i].n && pubkey_verify(key, message, forms[i])) {
			*sig = forms[i];
			return true;
		}
	}
	return false;
}

const char *signature_scheme(enum pubkey_type t)
{
	static const char *const schemes[] = { [PUBKEY_ED25519] = "64 bytes of Ed25519, over the message itself",
					       [PUBKEY_P256] = "ECDSA with SHA-256, in DER",
					       [PUBKEY_RSA] = "RSASSA-PSS with SHA-256 and a salt of 32 bytes" };

	return schemes[t];
}
