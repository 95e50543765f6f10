#include "publish/sigv4.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/instant.h"
#include "base/secrecy.h"

/* The words in which Amazon and Google say the same. */
struct dialect {
	const char *algorithm, *service, *terminal;
	const char *prefix; /* of the secret, as the first key */
};

static const struct dialect *dialect_of(bool google)
{
	static const struct dialect amazon = { "AWS4-HMAC-SHA256", "s3", "aws4_request", "AWS4" };
	static const struct dialect googles = { "GOOG4-HMAC-SHA256", "storage", "goog4_request", "GOOG4" };

	return google ? &googles : &amazon;
}

_Static_assert(sizeof(((struct sigv4_key *)NULL)->key) == SHA256_SIZE, "the key is an HMAC");

/* --- encoding ---------------------------------------------------------------------------------------------------------- */

static bool is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

static void encode(struct strbuf *out, struct slice raw, bool keep_slash)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < raw.n; i++) {
		unsigned char byte = (unsigned char)raw.p[i];

		if (is_unreserved(raw.p[i]) || (keep_slash && raw.p[i] == '/'))
			strbuf_addch(out, raw.p[i]);
		else
			strbuf_add(out, (char[]){ '%', hex[byte >> 4], hex[byte & 15] }, 3);
	}
}

void sigv4_encode(struct strbuf *out, struct slice raw)
{
	encode(out, raw, false);
}

void sigv4_encode_path(struct strbuf *out, struct slice raw)
{
	encode(out, raw, true);
}

static int pair_order(const void *a, const void *b)
{
	const struct sigv4_pair *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void sigv4_query(struct strbuf *out, const struct sigv4_pair *pairs, size_t n)
{
	struct sigv4_pair sorted[SIGV4_QUERY_MAX] = { { NULL, NULL } };
	size_t kept = 0;

	for (size_t i = 0; i < n && kept < SIGV4_QUERY_MAX; i++) {
		if (pairs[i].value)
			sorted[kept++] = pairs[i];
	}
	qsort(sorted, kept, sizeof(*sorted), pair_order);
	for (size_t i = 0; i < kept; i++) {
		if (i)
			strbuf_addch(out, '&');
		sigv4_encode(out, slice_of(sorted[i].name));
		strbuf_addch(out, '=');
		sigv4_encode(out, slice_of(sorted[i].value));
	}
}

void sigv4_date(char out[SIGV4_DATE], int64_t time)
{
	char text[INSTANT_TEXT];
	size_t n = 0;

	instant_format(text, time);
	for (const char *p = text; *p; p++) {
		if (*p != '-' && *p != ':')
			out[n++] = *p;
	}
	out[n] = '\0';
}

/* --- the day's key ----------------------------------------------------------------------------------------------------- */

static bool hmac(uint8_t out[SHA256_SIZE], const uint8_t *key, size_t key_size, struct slice data)
{
	unsigned n = 0;

	return HMAC(EVP_sha256(), key, (int)key_size, (const unsigned char *)(data.p ? data.p : ""), data.n, out, &n) !=
		       NULL &&
	       n == SHA256_SIZE;
}

static bool derive(uint8_t out[SHA256_SIZE], const struct dialect *in, struct slice date, struct slice region,
		   const char *secret)
{
	struct slice steps[] = { date, region, slice_of(in->service), slice_of(in->terminal) };
	struct strbuf first = STRBUF_INIT;
	bool good;

	strbuf_grow(&first, strlen(in->prefix) + strlen(secret)); /* so that nothing moves and is left behind */
	strbuf_adds(&first, in->prefix);
	strbuf_adds(&first, secret);
	good = !first.failed && hmac(out, (const uint8_t *)first.p, first.n, steps[0]);
	for (size_t i = 1; good && i < COUNT(steps); i++) {
		uint8_t before[SHA256_SIZE];

		memcpy(before, out, SHA256_SIZE);
		good = hmac(out, before, SHA256_SIZE, steps[i]);
		OPENSSL_cleanse(before, sizeof(before));
	}
	strbuf_wipe(&first);
	return good;
}

void sigv4_key_wipe(struct sigv4_key *k)
{
	free(k->id);
	free(k->region);
	OPENSSL_cleanse(k, sizeof(*k));
	k->id = k->region = NULL;
}

static bool key_fits(const struct sigv4_key *k, const struct credentials *c, bool google, struct slice date,
		     const char *region)
{
	return k->id && k->region && k->google == google && k->generation == c->generation &&
	       slice_eqs(date, k->date) && !strcmp(k->id, c->id) && !strcmp(k->region, region);
}

static bool make_key(struct sigv4_key *k, const struct credentials *c, bool google, struct slice date,
		     const char *region)
{
	if (key_fits(k, c, google, date, region))
		return true;
	sigv4_key_wipe(k);
	if (!derive(k->key, dialect_of(google), date, slice_of(region), c->secret))
		return false;
	k->id = strdup(c->id);
	k->region = strdup(region);
	k->google = google;
	k->generation = c->generation;
	memcpy(k->date, date.p, date.n);
	return k->id && k->region;
}

/* --- the request ------------------------------------------------------------------------------------------------------- */

static int header_order(const void *a, const void *b)
{
	const struct sigv4_header *x = a, *y = b;

	return slice_cmp(x->name, y->name);
}

/* Without blanks at its ends, and one for each run of them. */
static void add_value(struct strbuf *out, struct slice value)
{
	value = slice_trim(value);
	for (size_t i = 0; i < value.n; i++) {
		bool blank = value.p[i] == ' ' || value.p[i] == '\t';

		if (!blank)
			strbuf_addch(out, value.p[i]);
		else if (value.p[i - 1] != ' ' && value.p[i - 1] != '\t') /* the first byte is no blank */
			strbuf_addch(out, ' ');
	}
}

static void add_names(struct strbuf *out, const struct sigv4_header *sorted, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			strbuf_addch(out, ';');
		strbuf_addslice(out, sorted[i].name);
	}
}

/* The canonical request, and its SHA-256 in hex. */
static bool digest_request(char out[SHA256_HEX], const struct sigv4_request *r, const struct sigv4_header *sorted)
{
	CLEANUP(strbuf_wipe) struct strbuf text = STRBUF_INIT; /* a session token is in it */
	uint8_t sha256[SHA256_SIZE];

	strbuf_adds(&text, r->method);
	strbuf_addch(&text, '\n');
	strbuf_addslice(&text, r->path);
	strbuf_addch(&text, '\n');
	strbuf_addslice(&text, r->query);
	strbuf_addch(&text, '\n');
	for (size_t i = 0; i < r->nheaders; i++) {
		strbuf_addslice(&text, sorted[i].name);
		strbuf_addch(&text, ':');
		add_value(&text, sorted[i].value);
		strbuf_addch(&text, '\n');
	}
	strbuf_addch(&text, '\n');
	add_names(&text, sorted, r->nheaders);
	strbuf_addch(&text, '\n');
	strbuf_adds(&text, r->payload_hex);
	if (text.failed || !SHA256((const unsigned char *)text.p, text.n, sha256))
		return false;
	digest_hex(out, sha256, SHA256_SIZE);
	return true;
}

/* What is signed: algorithm, time, scope, and the digest of the request. */
static bool sign(char out[SHA256_HEX], const struct sigv4_key *key, const char *date, struct slice scope,
		 const char *digest)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	uint8_t signature[SHA256_SIZE];

	strbuf_adds(&text, dialect_of(key->google)->algorithm);
	strbuf_addch(&text, '\n');
	strbuf_adds(&text, date);
	strbuf_addch(&text, '\n');
	strbuf_addslice(&text, scope);
	strbuf_addch(&text, '\n');
	strbuf_adds(&text, digest);
	if (text.failed || !hmac(signature, key->key, SHA256_SIZE, strbuf_slice(&text)))
		return false;
	digest_hex(out, signature, SHA256_SIZE);
	return true;
}

int sigv4_authorization(struct strbuf *out, struct sigv4_key *key, const struct credentials *c, const char *region,
			const struct sigv4_request *r)
{
	CLEANUP(strbuf_release) struct strbuf scope = STRBUF_INIT;
	const struct dialect *in = dialect_of(r->google);
	struct sigv4_header sorted[SIGV4_HEADERS_MAX];
	char date[SIGV4_DATE], digest[SHA256_HEX], signature[SHA256_HEX];
	size_t before = out->n;

	if (r->nheaders > SIGV4_HEADERS_MAX)
		return -1;
	for (size_t i = 0; i < r->nheaders; i++)
		sorted[i] = r->headers[i];
	qsort(sorted, r->nheaders, sizeof(*sorted), header_order);
	sigv4_date(date, r->time);
	strbuf_addf(&scope, "%.8s/%s/%s/%s", date, region, in->service, in->terminal);
	if (scope.failed || !make_key(key, c, r->google, slice_bytes(date, 8), region) ||
	    !digest_request(digest, r, sorted) || !sign(signature, key, date, strbuf_slice(&scope), digest))
		return -1;
	strbuf_addf(out, "%s Credential=%s/%s, SignedHeaders=", in->algorithm, c->id, scope.p);
	add_names(out, sorted, r->nheaders);
	strbuf_addf(out, ", Signature=%s", signature);
	if (out->failed)
		strbuf_truncate(out, before);
	return out->failed ? -1 : 0;
}
