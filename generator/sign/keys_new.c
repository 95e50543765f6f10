/* Development keys and the root that names them. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fileio.h"
#include "sign/pkey.h"

#define ROOT_LIFETIME (INT64_C(365) * 86400)
#define H5_BITS       ((size_t)2048)

/* Nothing may stand where something is about to be written: a key that is lost cannot be made again. */
static int must_not_exist(const char *path, struct diags *d)
{
	if (access(path, F_OK) == 0)
		return diag_environment(d, path, "exists already; development keys are made in a fresh place");
	if (errno == ENOENT ||
	    errno == ENOTDIR) /* no folder yet, or none that can be made: that is reported once, later */
		return 0;
	return diag_environment(d, path, "cannot look for an existing file: %s", strerror(errno));
}

static int write_private(const EVP_PKEY *pkey, const char *path, struct diags *d)
{
	CLEANUP(bio_free_at) BIO *out = BIO_new(BIO_s_secmem()); /* cleansed when freed and when it grows */
	char *bytes = NULL;
	long n;

	if (!out || PEM_write_bio_PKCS8PrivateKey(out, pkey, NULL, NULL, 0, NULL, NULL) != 1 ||
	    (n = BIO_get_mem_data(out, &bytes)) <= 0) {
		ERR_clear_error();
		return diag_environment(d, path, "cannot write the private key");
	}
	return file_create(path, slice_bytes(bytes, (size_t)n), 0600, d);
}

static int new_key(struct private_key *k, struct arena *a, struct digests *dg, struct diags *d)
{
	k->pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (!k->pkey) {
		ERR_clear_error();
		return diag_environment(d, k->path, "cannot generate an Ed25519 key");
	}
	return pkey_public(&k->public, a, k->pkey, k->path, dg, d) ? -1 : write_private(k->pkey, k->path, d);
}

static int new_h5_key(const char *path, struct diags *d)
{
	CLEANUP(pkey_free_at) EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", H5_BITS);

	if (!pkey) {
		ERR_clear_error();
		return diag_environment(d, path, "cannot generate an RSA key");
	}
	return write_private(pkey, path, d);
}

static int id_cmp(const void *a, const void *b)
{
	return memcmp(((const struct pubkey *)a)->id, ((const struct pubkey *)b)->id, SHA256_SIZE);
}

static int write_root(struct keyset *keys, const char *path, int64_t now, struct diags *d)
{
	struct tuf_file root = { .type = TUF_ROOT, .version = 1, .expires = now + ROOT_LIFETIME };
	struct signature signature;
	struct pubkey table[TUF_TYPE_COUNT];
	struct strbuf payload = STRBUF_INIT, file = STRBUF_INIT;
	int result = -1;

	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		table[i] = keys->v[i].public;
		root.root.roles[i] = (struct role_keys){ .ids = &keys->v[i].public.id, .n = 1, .threshold = 1 };
	}
	qsort(table, COUNT(table), sizeof(*table), id_cmp);
	root.root.keys = (struct key_table){ .v = table, .n = COUNT(table) };
	memcpy(signature.keyid, keys->v[TUF_ROOT].public.id, SHA256_SIZE);
	if (tuf_payload(&payload, &root))
		diag_environment(d, path, "out of memory");
	else if (!key_sign(&signature.bytes, &keys->mem, &keys->v[TUF_ROOT], strbuf_slice(&payload), d)) {
		root.signatures = (struct envelope){ .v = &signature, .n = 1 };
		result = tuf_encode(&file, &root) ? diag_environment(d, path, "out of memory")
						  : file_create(path, strbuf_slice(&file), 0644, d);
	}
	strbuf_release(&payload);
	strbuf_release(&file);
	return result;
}

static int make_all(struct keyset *keys, const char *h5, const char *root, int64_t now, struct digests *dg,
		    struct diags *d)
{
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		if (new_key(&keys->v[i], &keys->mem, dg, d))
			return -1;
	}
	return new_h5_key(h5, d) ? -1 : write_root(keys, root, now, d);
}

int keys_new(const char *keydir, const char *rootdir, int64_t now, struct digests *dg, struct diags *d)
{
	struct keyset keys = KEYSET_INIT;
	const char *h5 = arena_printf(&keys.mem, "%s/h5.pem", keydir).p;
	const char *root = arena_printf(&keys.mem, "%s/1.root.json", rootdir).p;
	int result = must_not_exist(h5, d) | must_not_exist(root, d);

	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		keys.v[i].path = arena_printf(&keys.mem, "%s/%s.pem", keydir, tuf_type_name((enum tuf_type)i)).p;
		result |= must_not_exist(keys.v[i].path, d);
	}
	if (!result)
		result = file_mkdirs(keydir, 0700, d) || file_mkdirs(rootdir, 0755, d)
				 ? -1
				 : make_all(&keys, h5, root, now, dg, d);
	keyset_release(&keys);
	return result ? -1 : 0;
}
