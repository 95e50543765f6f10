#include "sign/keys.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/external.h"
#include "sign/pkey.h"
#include "sign/signature.h"

/* --- loading ----------------------------------------------------------------------------------------------------------- */

struct loading {
	struct keyset *out;
	const struct passphrases *ask;
	struct digests *dg;
	struct diags *d;
};

static struct key *find_path(struct keyset *set, const char *path)
{
	for (size_t i = 0; i < set->n; i++) {
		if (!strcmp(set->keys[i].path, path))
			return &set->keys[i];
	}
	return NULL;
}

static int load_file(struct loading *l, const struct key_source *from, const char *role)
{
	struct key *k = &l->out->keys[l->out->n];
	const struct pkey_file file = { from->path, role, l->ask };
	CLEANUP(pkey_free_at) EVP_PKEY *pkey = NULL;
	bool is_private;

	*k = (struct key){ .path = from->path, .dir = l->out->settings.dir };
	if (pkey_load_any(&pkey, &is_private, &file, l->d) ||
	    pkey_public(&k->public, &l->out->mem, pkey, k->path, l->dg, l->d))
		return -1;
	if (is_private)
		k->pkey = TAKE(pkey);
	l->out->n++;
	return 0;
}

static int set_exec(struct key *k, const struct key_source *from, struct diags *d)
{
	if (!from->exec)
		return 0;
	if (k->pkey)
		return diag_environment(d, k->path,
					"a command signs for this key, so only its public half belongs here");
	if (k->exec && strcmp(k->exec, from->exec) != 0)
		return diag_environment(d, k->path,
					SETTINGS_NAME " names two different commands that sign for this key");
	k->exec = from->exec;
	return 0;
}

static const struct key *ring_find(const struct role_keyring *ring, const struct key *k)
{
	for (size_t i = 0; i < ring->n; i++) {
		if (!memcmp(ring->v[i]->public.id, k->public.id, SHA256_SIZE))
			return ring->v[i];
	}
	return NULL;
}

static int add_key(struct role_keyring *ring, struct key *k, enum key_role role, struct diags *d)
{
	const struct key *same = ring_find(ring, k);

	if (same)
		return diag_environment(d, k->path, "is the same key as %s; a key counts once in the role %s",
					same->path, key_role_name(role));
	ring->v[ring->n++] = k;
	return 0;
}

/* The keys of snapshot and timestamp are at hand day and night: who takes one should not have got a key that signs releases. */
static void warn_of_shared(const struct keyset *set, struct diags *d)
{
	static const enum key_role online[] = { KEYS_SNAPSHOT, KEYS_TIMESTAMP };
	static const enum key_role others[] = { KEYS_ROOT, KEYS_TARGETS, KEYS_OBJECTS };

	for (size_t i = 0; i < COUNT(online) * COUNT(others); i++) {
		enum key_role on = online[i / COUNT(others)], off = others[i % COUNT(others)];
		const struct role_keyring *ring = &set->roles[on];

		if (off == KEYS_OBJECTS && !set->settings.roles[off].named)
			continue;
		for (size_t k = 0; k < ring->n; k++) {
			if (ring_find(&set->roles[off], ring->v[k]))
				diag_warning(
					d, SRCPOS_FILE(ring->v[k]->path),
					"is a key of %s and of %s: who takes the online key has the other; give each "
					"its own",
					key_role_name(off), key_role_name(on));
		}
	}
}

static int load_role(struct loading *l, enum key_role role)
{
	const struct role_settings *from = &l->out->settings.roles[role];
	struct role_keyring *ring = &l->out->roles[role];
	int result = 0;

	ring->v = ARENA_ARRAY(&l->out->mem, struct key *, ROLE_KEYS_MAX);
	for (size_t i = 0; i < ROLE_KEYS_MAX; i++) {
		const struct key_source *source = &from->keys[i];
		struct key *k;

		if (!source->path)
			continue;
		k = find_path(l->out, source->path);
		if (!k && load_file(l, source, key_role_name(role))) {
			result = -1;
			continue;
		}
		k = k ? k : &l->out->keys[l->out->n - 1];
		if (set_exec(k, source, l->d) || add_key(ring, k, role, l->d))
			result = -1;
	}
	return result;
}

int keys_load(struct keyset *out, const char *dir, unsigned needed, const struct passphrases *ask, struct digests *dg,
	      struct diags *d)
{
	struct loading l = { out, ask, dg, d };
	int result = 0;

	if (settings_load(&out->settings, &out->mem, dir, d))
		return -1;
	if (needed & KEY_BIT(KEYS_OBJECTS) && !out->settings.roles[KEYS_OBJECTS].named)
		needed |= KEY_BIT(KEYS_TARGETS);
	out->keys = ARENA_ARRAY(&out->mem, struct key, (size_t)KEYS_ROLES * ROLE_KEYS_MAX);
	for (size_t i = 0; i < KEYS_ROLES; i++) {
		if (needed & KEY_BIT(i) && load_role(&l, (enum key_role)i))
			result = -1;
	}
	if (!out->settings.roles[KEYS_OBJECTS].named)
		out->roles[KEYS_OBJECTS] = out->roles[KEYS_TARGETS];
	warn_of_shared(out, d);
	return result;
}

int keys_load_files(struct keyset *out, const char *const *paths, size_t n, const char *role,
		    const struct passphrases *ask, struct digests *dg, struct diags *d)
{
	struct loading l = { out, ask, dg, d };
	int result = 0;

	out->keys = ARENA_ARRAY(&out->mem, struct key, n);
	for (size_t i = 0; i < n; i++) {
		struct key_source source = { .path = arena_str(&out->mem, slice_of(paths[i])) };

		if (load_file(&l, &source, role))
			result = -1;
	}
	return result;
}

void keyset_release(struct keyset *k)
{
	for (size_t i = 0; i < k->n; i++)
		EVP_PKEY_free(k->keys[i].pkey);
	arena_release(&k->mem);
	*k = (struct keyset)KEYSET_INIT;
}

/* --- signing ----------------------------------------------------------------------------------------------------------- */

bool key_can_sign(const struct key *k)
{
	return k->pkey || k->exec;
}

const struct key *keyring_signer(const struct role_keyring *r, const struct role_keys *allowed)
{
	for (size_t i = 0; i < r->n; i++) {
		if (key_can_sign(r->v[i]) && (!allowed || role_keys_has(allowed, r->v[i]->public.id)))
			return r->v[i];
	}
	return NULL;
}

static int sign_here(struct slice *sig, struct arena *a, const struct key *k, struct slice message, struct diags *d)
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

static int sign_elsewhere(struct slice *sig, struct arena *a, const struct key *k, struct slice message,
			  struct diags *d)
{
	const struct external x = {
		.command = k->exec,
		.dir = k->dir,
		.name = k->path,
		.what = "command that signs for it",
		.hidden = PASSPHRASE_VARIABLE,
		.limit = KEYS_EXEC_OUTPUT,
		.time_ms = EXTERNAL_TIME_MS,
	};
	CLEANUP(strbuf_release) struct strbuf out = STRBUF_INIT;

	if (external_run(&out, &x, message, d))
		return -1;
	if (!slice_trim(strbuf_slice(&out)).n)
		return diag_environment(d, k->path, "the command that signs for it wrote no signature");
	if (signature_find(sig, a, &k->public, message, strbuf_slice(&out)))
		return 0;
	return diag_environment(
		d, k->path,
		"the command that signs for it wrote %zu bytes, which are no signature by this key of "
		"what it was given; wanted: %s%s",
		out.n, signature_scheme(k->public.type),
		k->public.type == PUBKEY_P256 && out.n == 64 ? "; 64 bytes are r and s as PKCS #11 gives them" : "");
}

int key_sign(struct slice *sig, struct arena *a, const struct key *k, struct slice message, struct diags *d)
{
	if (k->pkey)
		return sign_here(sig, a, k, message, d);
	if (k->exec)
		return sign_elsewhere(sig, a, k, message, d);
	return diag_environment(d, k->path, "is a public key, and no command signs for it");
}
