/* A signed tree in memory, made by hand: what the device library is tested against. Keys are Ed25519 from fixed seeds. */
#ifndef TEST_RESOLVE_TREE_H
#define TEST_RESOLVE_TREE_H

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "format/paths.h"
#include "format/tuf.h"
#include "resolve/mdresolve.h"
#include "store.h"

#define T0    INT64_C(1795248000) /* 2026-11-21T08:00:00Z */
#define DAY   INT64_C(86400)
#define FILES 256
#define APP   "DEMO01-default"

struct tree_file {
	const char *path;
	struct slice data;
	bool gone;
};

/* What a repository says of itself; change it and publish again. */
struct tree_spec {
	const char *app;
	uint64_t version[TUF_TYPE_COUNT];
	int64_t expires[TUF_TYPE_COUNT];
	uint8_t seed[TUF_TYPE_COUNT]; /* of the role's key */
	uint8_t old_root;             /* seed of the root key before a rotation; 0: none */
};

struct tree {
	struct arena mem;
	struct digests *dg;
	struct tree_file v[FILES];
	size_t n;
	struct tuf_target targets[8]; /* sorted by path */
	size_t ntargets;
	struct tree_spec spec;

	size_t fetches;     /* since the last reset */
	const char *down;   /* a path whose fetch fails; NULL: none */
	bool offline;       /* every fetch fails */
	bool endless;       /* every file goes on for ever */
	const char *flood;  /* this one does; NULL: none */
	struct store store; /* of the device */
};

static inline void tree_init(struct tree *t)
{
	*t = (struct tree){ .mem = ARENA_INIT,
			    .spec = { .app = APP,
				      .version = { 1, 1, 1, 1 },
				      .expires = { T0 + 365 * DAY, T0 + 365 * DAY, T0 + 30 * DAY, T0 + 7 * DAY },
				      .seed = { 1, 2, 3, 4 } } };
	assert_int_equal(digests_new(&t->dg), 0);
}

static inline void tree_release(struct tree *t)
{
	store_release(&t->store);
	digests_free(t->dg);
	arena_release(&t->mem);
}

static inline struct tree_file *tree_find(struct tree *t, const char *path)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->v[i].path, path) == 0)
			return &t->v[i];
	}
	return NULL;
}

static inline void tree_put(struct tree *t, const char *path, struct slice data)
{
	struct tree_file *f = tree_find(t, path);

	if (!f) {
		assert_true(t->n < FILES);
		f = &t->v[t->n++];
		f->path = arena_str(&t->mem, slice_of(path));
	}
	f->data = arena_copy(&t->mem, data);
	f->gone = false;
}

/* `text`, in which `'` stands for a quotation mark. */
static inline struct slice quoted(struct tree *t, const char *text)
{
	struct slice copy = arena_copy(&t->mem, slice_of(text));
	char *p = arena_str(&t->mem, copy);

	for (size_t i = 0; i < copy.n; i++)
		p[i] = p[i] == '\'' ? '"' : p[i];
	return (struct slice){ p, copy.n };
}

/* An object by its content; gives its hash in hex. */
static inline const char *tree_object(struct tree *t, const char *name, struct slice data)
{
	uint8_t hash[SHA256_SIZE];
	char hex[SHA256_HEX];
	struct strbuf path = STRBUF_INIT;

	assert_int_equal(digest_sha256(t->dg, hash, data), 0);
	path_object(&path, hash, name);
	tree_put(t, path.p, data);
	strbuf_release(&path);
	digest_hex(hex, hash, SHA256_SIZE);
	return arena_str(&t->mem, slice_of(hex));
}

/* An index, as a target that the next tree_publish() signs. Call in the order of paths; an old one of the name goes. */
static inline void tree_index(struct tree *t, enum platform p, enum kind k, struct slice text)
{
	struct strbuf path = STRBUF_INIT, file = STRBUF_INIT;
	struct tuf_target *target = NULL;

	path_index_target(&path, p, k);
	for (size_t i = 0; i < t->ntargets; i++) {
		if (slice_eq(t->targets[i].path, strbuf_slice(&path)))
			target = &t->targets[i];
	}
	if (!target)
		target = &t->targets[t->ntargets++];
	target->path = arena_copy(&t->mem, strbuf_slice(&path));
	target->length = text.n;
	assert_int_equal(digest_sha256(t->dg, target->hash, text), 0);
	path_target_file(&file, target->path, target->hash);
	tree_put(t, file.p, text);
	strbuf_release(&path);
	strbuf_release(&file);
}

/* --- signing ------------------------------------------------------------------------------------------------------------- */

static inline EVP_PKEY *tree_key(uint8_t seed)
{
	uint8_t bytes[32];

	memset(bytes, seed, sizeof(bytes));
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, bytes, sizeof(bytes));
}

static inline struct pubkey tree_pubkey(struct tree *t, uint8_t seed)
{
	EVP_PKEY *key = tree_key(seed);
	uint8_t raw[32];
	size_t n = sizeof(raw);
	char hex[65];
	const char *why = "";
	struct pubkey out;

	assert_int_equal(EVP_PKEY_get_raw_public_key(key, raw, &n), 1);
	EVP_PKEY_free(key);
	digest_hex(hex, raw, n);
	assert_int_equal(pubkey_make(&out, PUBKEY_ED25519, arena_copy(&t->mem, slice_of(hex)), t->dg, &why), 0);
	return out;
}

static inline void tree_sign(struct tree *t, struct tuf_file *f, const uint8_t *seeds, size_t n)
{
	struct strbuf payload = STRBUF_INIT;

	assert_int_equal(tuf_payload(&payload, f), 0);
	f->signatures.v = arena_alloc(&t->mem, n * sizeof(*f->signatures.v));
	f->signatures.n = n;
	for (size_t i = 0; i < n; i++) {
		EVP_PKEY *key = tree_key(seeds[i]);
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		uint8_t sig[64];
		size_t size = sizeof(sig);
		struct pubkey pub = tree_pubkey(t, seeds[i]);

		assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key), 1);
		assert_int_equal(EVP_DigestSign(ctx, sig, &size, (const uint8_t *)payload.p, payload.n), 1);
		memcpy(f->signatures.v[i].keyid, pub.id, SHA256_SIZE);
		f->signatures.v[i].bytes = arena_copy(&t->mem, slice_bytes(sig, size));
		EVP_MD_CTX_free(ctx);
		EVP_PKEY_free(key);
	}
	strbuf_release(&payload);
}

static inline int tree_compare_keys(const void *a, const void *b)
{
	return memcmp(((const struct pubkey *)a)->id, ((const struct pubkey *)b)->id, SHA256_SIZE);
}

/* Signs and writes one role's file; *meta (may be NULL) describes it. */
static inline void tree_write(struct tree *t, struct tuf_file *f, enum tuf_type type, struct tuf_meta *meta)
{
	const struct tree_spec *s = &t->spec;
	uint8_t seeds[2] = { s->seed[type], s->old_root };
	struct strbuf bytes = STRBUF_INIT, path = STRBUF_INIT;

	f->type = type;
	f->version = s->version[type];
	f->expires = s->expires[type];
	if (type != TUF_ROOT)
		f->app = slice_of(s->app);
	tree_sign(t, f, seeds, type == TUF_ROOT && s->old_root ? 2 : 1);
	assert_int_equal(tuf_encode(&bytes, f), 0);
	path_metadata(&path, type == TUF_TIMESTAMP ? 0 : f->version, tuf_type_name(type));
	tree_put(t, path.p, strbuf_slice(&bytes));
	if (meta) {
		*meta = (struct tuf_meta){ .role = slice_of(tuf_type_name(type)),
					   .version = f->version,
					   .length = bytes.n };
		assert_int_equal(digest_sha256(t->dg, meta->hash, strbuf_slice(&bytes)), 0);
	}
	strbuf_release(&bytes);
	strbuf_release(&path);
}

static inline void tree_write_root(struct tree *t)
{
	struct tuf_file f = { 0 };
	struct pubkey keys[TUF_TYPE_COUNT];
	uint8_t ids[TUF_TYPE_COUNT][SHA256_SIZE];

	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		keys[i] = tree_pubkey(t, t->spec.seed[i]);
		memcpy(ids[i], keys[i].id, SHA256_SIZE);
		f.root.roles[i] = (struct role_keys){ .ids = &ids[i], .n = 1, .threshold = 1 };
	}
	qsort(keys, TUF_TYPE_COUNT, sizeof(keys[0]), tree_compare_keys);
	f.root.keys = (struct key_table){ keys, TUF_TYPE_COUNT };
	tree_write(t, &f, TUF_ROOT, NULL);
}

/* Everything but the root, from t->targets and t->spec. */
static inline void tree_publish(struct tree *t)
{
	struct tuf_file targets = { .targets = { .v = t->targets, .n = t->ntargets } };
	struct tuf_meta meta[2];
	struct tuf_file snapshot = { .metas = { &meta[0], 1 } }, timestamp = { .metas = { &meta[1], 1 } };

	tree_write(t, &targets, TUF_TARGETS, &meta[0]);
	tree_write(t, &snapshot, TUF_SNAPSHOT, &meta[1]);
	tree_write(t, &timestamp, TUF_TIMESTAMP, NULL);
}

/* The next version of everything but the root. */
static inline void tree_publish_next(struct tree *t)
{
	t->spec.version[TUF_TARGETS]++;
	t->spec.version[TUF_SNAPSHOT]++;
	t->spec.version[TUF_TIMESTAMP]++;
	tree_publish(t);
}

/* --- callbacks ----------------------------------------------------------------------------------------------------------- */

static inline enum mdr_fetched tree_fetch(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset,
					  uint64_t limit)
{
	struct tree *t = ctx;
	const struct tree_file *f = tree_find(t, path);
	struct slice part;

	t->fetches++;
	if (t->offline || (t->down && strcmp(t->down, path) == 0))
		return MDR_FAILED;
	if (!f || f->gone)
		return MDR_ABSENT;
	part = slice_sub(slice_from(f->data, (size_t)offset), 0, (size_t)limit);
	for (size_t i = 0; i < part.n; i += 100) { /* in pieces, as networks do */
		struct slice piece = slice_sub(part, i, 100);

		if (!mdr_sink_add(sink, piece.p, piece.n))
			return MDR_FETCHED;
	}
	while ((t->endless || (t->flood && strcmp(t->flood, path) == 0)) && mdr_sink_add(sink, "and on ", 7))
		continue;
	return MDR_FETCHED;
}

static inline enum mdr_code tree_open_as(struct mdr_client **out, struct tree *t, const char *app, struct slice root,
					 struct mdr_error *err)
{
	struct mdr_config config = { .app = app,
				     .root = root.p,
				     .root_size = root.n,
				     .fetch = tree_fetch,
				     .fetch_ctx = t,
				     .storage = store_callbacks(&t->store) };

	*out = NULL;
	*err = (struct mdr_error){ .code = MDR_OK };
	return mdr_open(out, &config, err);
}

static inline struct mdr_client *tree_open(struct tree *t)
{
	struct mdr_client *c;
	struct mdr_error err;

	if (tree_open_as(&c, t, APP, tree_find(t, "metadata/1.root.json")->data, &err))
		print_message("%s\n", err.text);
	assert_non_null(c);
	return c;
}

/* An answer as the caller's to free; NULL with *err on an error. */
static inline char *tree_answer(struct mdr_client *c, const char *device, int64_t at, unsigned kinds, unsigned flags,
				struct mdr_error *err)
{
	struct mdr_text text = { NULL, 0, 0 };
	struct mdr_device d;
	struct mdr_parsed *keep = NULL;
	enum mdr_code code;

	*err = (struct mdr_error){ .code = MDR_OK };
	code = mdr_device_parse(&d, &keep, device, strlen(device), err);
	if (!code)
		code = mdr_answer(c, &d, at, kinds, flags, &text, err);
	mdr_device_release(keep);
	if (!code)
		return text.p;
	assert_int_equal(text.n, 0);
	assert_int_equal(err->code, code);
	free(text.p);
	return NULL;
}

#endif
