/* New keys: one, or a development set and the root that names it. */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fileio.h"
#include "sign/pkey.h"

#define ROOT_LIFETIME (INT64_C(365) * 86400)
#define H5_BITS       2048
#define RSA_BITS      3072

/* Nothing may stand where something is about to be written: a key that is lost cannot be made again. */
static int must_not_exist(const char *path, struct diags *d)
{
	struct stat st;

	if (lstat(path, &st) == 0) /* a link that leads nowhere is in the way too */
		return diag_environment(d, path, "exists already; keys are made in a fresh place");
	if (errno == ENOENT ||
	    errno == ENOTDIR) /* no folder yet, or none that can be made: that is reported once, later */
		return 0;
	return diag_environment(d, path, "cannot look for an existing file: %s", strerror(errno));
}

static int new_key(struct key *k, struct arena *a, struct digests *dg, struct diags *d)
{
	return pkey_generate(&k->pkey, PUBKEY_ED25519, 0, k->path, d) ||
			       pkey_public(&k->public, a, k->pkey, k->path, dg, d) ||
			       pkey_create(k->pkey, k->path, SLICE(""), d)
		       ? -1
		       : 0;
}

static int new_h5_key(const char *path, struct diags *d)
{
	CLEANUP(pkey_free_at) EVP_PKEY *pkey = NULL;

	return pkey_generate(&pkey, PUBKEY_RSA, H5_BITS, path, d) || pkey_create(pkey, path, SLICE(""), d) ? -1 : 0;
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
		table[i] = keys->keys[i].public;
		root.root.roles[i] = (struct role_keys){ .ids = &keys->keys[i].public.id, .n = 1, .threshold = 1 };
	}
	qsort(table, COUNT(table), sizeof(*table), id_cmp);
	root.root.keys = (struct key_table){ .v = table, .n = COUNT(table) };
	memcpy(signature.keyid, keys->keys[TUF_ROOT].public.id, SHA256_SIZE);
	if (tuf_payload(&payload, &root))
		diag_environment(d, path, "out of memory");
	else if (!key_sign(&signature.bytes, &keys->mem, &keys->keys[TUF_ROOT], strbuf_slice(&payload), d)) {
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
		if (new_key(&keys->keys[i], &keys->mem, dg, d))
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

	keys.n = TUF_TYPE_COUNT;
	keys.keys = ARENA_ARRAY(&keys.mem, struct key, keys.n);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		keys.keys[i].path = arena_printf(&keys.mem, "%s/%s.pem", keydir, tuf_type_name((enum tuf_type)i)).p;
		result |= must_not_exist(keys.keys[i].path, d);
	}
	if (!result)
		result = file_mkdirs(keydir, 0700, d) || file_mkdirs(rootdir, 0755, d)
				 ? -1
				 : make_all(&keys, h5, root, now, dg, d);
	keyset_release(&keys);
	return result ? -1 : 0;
}

/* --- one key ----------------------------------------------------------------------------------------------------------- */

struct secret {
	char bytes[1024];
	int n;
};

static void secret_cleanse(struct secret *s)
{
	OPENSSL_cleanse(s, sizeof(*s));
}

int keys_make(struct pubkey *out, struct arena *a, const char *path, enum pubkey_type type,
	      const struct passphrases *encrypt, struct digests *dg, struct diags *d)
{
	CLEANUP(secret_cleanse) struct secret secret = { .n = 0 };
	CLEANUP(pkey_free_at) EVP_PKEY *pkey = NULL;
	const char *public = arena_printf(a, "%s" PUBLIC_SUFFIX, path).p;
	struct slice pem;

	if (must_not_exist(path, d) | must_not_exist(public, d))
		return -1;
	if (encrypt)
		secret.n = encrypt->ask(encrypt->ctx, secret.bytes, sizeof(secret.bytes), "", path, d);
	if (secret.n < 0 || pkey_generate(&pkey, type, RSA_BITS, path, d) || pkey_public(out, a, pkey, path, dg, d))
		return -1;
	if (pubkey_pem(&pem, a, out))
		return diag_environment(d, public, "out of memory");
	if (pkey_create(pkey, path, slice_bytes(secret.bytes, (size_t)secret.n), d))
		return -1;
	if (file_create(public, pem, 0644, d)) {
		unlink(path); /* nobody has it yet, and it would be in the way of the next attempt */
		return -1;
	}
	return 0;
}
