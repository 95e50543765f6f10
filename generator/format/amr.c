#include "format/amr.h"

#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "base/pem.h"
#include "base/refuse.h"
#include "base/strbuf.h"

#define SIGNATURE_MAX ((size_t)1024) /* bytes: of a key of 8192 bits */

/* --- the three files -------------------------------------------------------------------------------------------------- */

struct parts {
	struct zip zip;
	const struct zip_entry *manifest, *cert, *tar;
};

static const struct zip_entry **part_of(struct parts *p, struct slice name)
{
	if (slice_eqs(name, AMR_MANIFEST_NAME))
		return &p->manifest;
	if (slice_eqs(name, AMR_CERT_NAME))
		return &p->cert;
	return slice_ends(name, ".tar") && slice_find(name, '/') < 0 && !p->tar ? &p->tar : NULL;
}

static int find_parts(struct parts *p, struct arena *a, const char **why)
{
	for (size_t i = 0; i < p->zip.n; i++) {
		const struct zip_entry **part = part_of(p, p->zip.v[i].name);

		if (!part)
			return refusef(why, a,
				       "it holds \"" SLICE_FMT "\" beside " AMR_MANIFEST_NAME ", " AMR_CERT_NAME
				       " and one .tar: clients refuse what is not signed",
				       SLICE_ARG(p->zip.v[i].name));
		*part = &p->zip.v[i];
	}
	if (!p->manifest)
		return refuse(why, "it holds no " AMR_MANIFEST_NAME);
	if (!p->tar)
		return refuse(why, "it holds no .tar");
	return p->cert ? 0 : refuse(why, "it holds no " AMR_CERT_NAME ": it is not signed, and clients refuse it");
}

/* --- SHA-1, which is all that clients know ---------------------------------------------------------------------------- */

static void md_ctx_free_at(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
}

static int hash_text(uint8_t out[AMR_SHA1_SIZE], struct slice text, const char **why)
{
	return EVP_Digest(text.p ? text.p : "", text.n, out, NULL, EVP_sha1(), NULL) == 1
		       ? 0
		       : refuse(why, AMR_CANNOT_HASH);
}

/* --- Manifest.xml ----------------------------------------------------------------------------------------------------- */

static void skip_space(struct slice *rest)
{
	while (rest->n && slice_find(SLICE(" \t\r\n"), rest->p[0]) >= 0)
		*rest = slice_from(*rest, 1);
}

static bool skip(struct slice *rest, const char *text)
{
	if (!slice_starts(*rest, text))
		return false;
	*rest = slice_from(*rest, strlen(text));
	return true;
}

/* `<name>text</name>`. */
static bool cut_element(struct slice *name, struct slice *text, struct slice *rest)
{
	if (!skip(rest, "<"))
		return false;
	*name = slice_cut(rest, '>');
	if (!rest->p || !name->n)
		return false;
	*text = slice_trim(slice_cut(rest, '<'));
	if (!rest->p || !skip(rest, "/") || !slice_eq(slice_cut(rest, '>'), *name))
		return false;
	return rest->p && slice_find(*text, '&') < 0;
}

static bool parse_manifest(struct amr *out, struct slice text)
{
	struct slice rest = text, name, value;

	skip_space(&rest);
	if (slice_starts(rest, "<?xml "))
		slice_cut(&rest, '>');
	skip_space(&rest);
	if (!skip(&rest, "<package>"))
		return false;
	for (skip_space(&rest); !skip(&rest, "</package>"); skip_space(&rest)) {
		struct slice *field;

		if (!cut_element(&name, &value, &rest))
			return false;
		field = slice_eqs(name, "uid") ? &out->id : slice_eqs(name, "version") ? &out->version : NULL;
		if (field && (field->n || !value.n))
			return false;
		if (field)
			*field = value;
	}
	skip_space(&rest);
	return !rest.n && out->id.n && out->version.n;
}

static int read_manifest(struct amr *out, const struct parts *p, struct arena *a, const char **why)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct slice tar = p->tar->name;

	if (zip_read(&text, &p->zip, p->manifest, AMR_TEXT_MAX, why) ||
	    hash_text(out->manifest_sha1, strbuf_slice(&text), why))
		return -1;
	if (!parse_manifest(out, strbuf_slice(&text)))
		return refuse(why, AMR_MANIFEST_NAME
			      " is not of the form <package><uid>ID</uid>...<version>VERSION</version></package>");
	if (!arena_try_copy(&out->id, a, out->id) || !arena_try_copy(&out->version, a, out->version) ||
	    !arena_try_copy(&out->tar_name, a, tar))
		return refuse(why, REFUSE_NO_MEMORY);
	if (!slice_eq(out->id, slice_sub(tar, 0, tar.n - 4)))
		return refusef(why, a,
			       AMR_MANIFEST_NAME " has the uid \"" SLICE_FMT "\", and the files are in " SLICE_FMT
						 ": clients look for <uid>.tar",
			       SLICE_ARG(out->id), SLICE_ARG(tar));
	return 0;
}

/* --- CERT.json -------------------------------------------------------------------------------------------------------- */

/* What is written in the only way there is: 1; 0 where it is not; -1 where memory ended. */
static int decode_base64(struct slice *out, struct arena *a, struct slice text)
{
	CLEANUP(strbuf_release) struct strbuf again = STRBUF_INIT;
	size_t padding = slice_ends(text, "==") ? 2 : slice_ends(text, "=") ? 1 : 0;
	unsigned char *bytes;
	int n;

	if (!text.n || text.n % 4 || text.n > (SIGNATURE_MAX + 2) / 3 * 4)
		return 0;
	bytes = arena_try(a, text.n, 1);
	if (!bytes)
		return -1;
	n = EVP_DecodeBlock(bytes, (const unsigned char *)text.p, (int)text.n);
	if (n < 0 || (size_t)n <= padding)
		return 0;
	*out = slice_bytes(bytes, (size_t)n - padding);
	strbuf_addbase64(&again, *out);
	if (again.failed)
		return -1;
	return slice_eq(strbuf_slice(&again), text);
}

static int by_name(const void *a, const void *b)
{
	return slice_cmp(((const struct amr_signature *)a)->name, ((const struct amr_signature *)b)->name);
}

static int take_signatures(struct amr *out, json_t *cert, struct arena *a, const char **why)
{
	const char *key;
	json_t *value;

	out->signatures = arena_try(a, json_object_size(cert), sizeof(*out->signatures));
	if (!out->signatures)
		return refuse(why, REFUSE_NO_MEMORY);
	json_object_foreach(cert, key, value)
	{
		struct amr_signature *s = &out->signatures[out->nsignatures++];
		int good =
			decode_base64(&s->bytes, a, slice_bytes(json_string_value(value), json_string_length(value)));

		if (good < 0 || !arena_try_copy(&s->name, a, slice_of(key)))
			return refuse(why, REFUSE_NO_MEMORY);
		if (!good)
			return refusef(why, a, AMR_CERT_NAME ": \"%s\" is not a signature in base64", key);
	}
	if (out->nsignatures)
		qsort(out->signatures, out->nsignatures, sizeof(*out->signatures), by_name);
	return 0;
}

static const struct amr_signature *find_signature(const struct amr *amr, struct slice name)
{
	const struct amr_signature key = { .name = name };

	return amr->nsignatures ? bsearch(&key, amr->signatures, amr->nsignatures, sizeof(*amr->signatures), by_name)
				: NULL;
}

static int need_signature(const struct amr *amr, struct slice name, struct arena *a, const char **why)
{
	if (find_signature(amr, name))
		return 0;
	return refusef(why, a, AMR_CERT_NAME " has no signature of " SLICE_FMT, SLICE_ARG(name));
}

static int read_cert(struct amr *out, const struct parts *p, struct arena *a, const char **why)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	json_error_t error;
	json_t *cert;
	int bad;

	if (zip_read(&text, &p->zip, p->cert, AMR_TEXT_MAX, why))
		return -1;
	cert = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &error);
	if (!cert && json_error_code(&error) == json_error_out_of_memory)
		return refuse(why, REFUSE_NO_MEMORY);
	bad = json_is_object(cert) ? take_signatures(out, cert, a, why)
				   : refuse(why, AMR_CERT_NAME " is not a JSON object");
	json_decref(cert);
	return bad || need_signature(out, out->tar_name, a, why) ||
			       need_signature(out, SLICE(AMR_MANIFEST_NAME), a, why)
		       ? -1
		       : 0;
}

/* --- the tar ---------------------------------------------------------------------------------------------------------- */

struct tar_pass {
	struct ustar walk;
	EVP_MD_CTX *sha1;
	const char **why;
};

static int put_piece(void *ctx, struct slice piece)
{
	struct tar_pass *pass = ctx;

	if (EVP_DigestUpdate(pass->sha1, piece.p, piece.n) != 1)
		return refuse(pass->why, AMR_CANNOT_HASH);
	return ustar_put(&pass->walk, piece, pass->why);
}

static int read_tar(struct amr *out, const struct parts *p, struct arena *a, const char **why)
{
	CLEANUP(md_ctx_free_at) EVP_MD_CTX *sha1 = EVP_MD_CTX_new();
	struct tar_pass pass = { .walk = { .a = a }, .sha1 = sha1, .why = why };

	if (!sha1 || EVP_DigestInit_ex(sha1, EVP_sha1(), NULL) != 1)
		return refuse(why, AMR_CANNOT_HASH);
	if (zip_unpack(&p->zip, p->tar, put_piece, &pass, why) || ustar_end(&pass.walk, why))
		return -1;
	if (EVP_DigestFinal_ex(sha1, out->tar_sha1, NULL) != 1)
		return refuse(why, AMR_CANNOT_HASH);
	out->tar = *p->tar;
	out->tar.name = out->tar_name;
	out->files = pass.walk.v;
	out->nfiles = pass.walk.n;
	out->bytes = pass.walk.bytes;
	return 0;
}

int amr_read(struct amr *out, struct arena *a, struct slice bytes, const char **why)
{
	static const struct zip_limits limits = { .entries = AMR_ENTRIES_MAX,
						  .bytes = AMR_BYTES_MAX + 2 * AMR_TEXT_MAX };
	struct parts p = { .manifest = NULL };

	*out = (struct amr){ .nfiles = 0 };
	if (zip_open(&p.zip, a, bytes, &limits, why) || find_parts(&p, a, why))
		return -1;
	out->in_order = p.manifest < p.cert && p.cert < p.tar && p.manifest->header < p.cert->header &&
			p.cert->header < p.tar->header;
	return read_manifest(out, &p, a, why) || read_cert(out, &p, a, why) || read_tar(out, &p, a, why) ? -1 : 0;
}

/* --- verifying -------------------------------------------------------------------------------------------------------- */

static EVP_PKEY *read_key(struct slice pem)
{
	BIO *in = pem.n <= AMR_TEXT_MAX ? BIO_new_mem_buf(pem.p ? pem.p : "", (int)pem.n) : NULL;
	EVP_PKEY *key = in ? PEM_read_bio_PUBKEY(in, NULL, pem_no_passphrase, NULL) : NULL;

	BIO_free(in);
	if (key && !EVP_PKEY_is_a(key, "RSA")) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

static bool good_signature(EVP_PKEY *key, struct slice signature, const uint8_t sha1[AMR_SHA1_SIZE])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	bool good = ctx && EVP_PKEY_verify_init(ctx) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha1()) == 1 &&
		    EVP_PKEY_verify(ctx, (const unsigned char *)signature.p, signature.n, sha1, AMR_SHA1_SIZE) == 1;

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

bool amr_is_key(struct slice pem)
{
	EVP_PKEY *key = read_key(pem);
	bool good = key != NULL;

	EVP_PKEY_free(key);
	return good;
}

int amr_verify(const struct amr *amr, struct slice pem, struct arena *a, const char **why)
{
	const struct {
		struct slice name;
		const uint8_t *sha1;
	} files[] = { { amr->tar_name, amr->tar_sha1 }, { SLICE(AMR_MANIFEST_NAME), amr->manifest_sha1 } };
	EVP_PKEY *key = read_key(pem);
	int bad = key ? 0 : refuse(why, "the key is not an RSA public key in PEM");

	for (size_t i = 0; i < COUNT(files) && !bad; i++) {
		const struct amr_signature *s = find_signature(amr, files[i].name);

		if (!s || !good_signature(key, s->bytes, files[i].sha1))
			bad = refusef(why, a, "the signature of " SLICE_FMT " is not one by this key",
				      SLICE_ARG(files[i].name));
	}
	EVP_PKEY_free(key);
	return bad;
}
