/* A small but whole signed tree, made without sign/ (which emit must not know): one Ed25519 key for all roles. */
#ifndef TESTS_EMIT_TINY_H
#define TESTS_EMIT_TINY_H

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "emit/object.h"
#include "emit/previous.h"
#include "emit/tree.h"
#include "emit/verify.h"
#include "format/filter.h"
#include "format/index.h"
#include "format/json.h"
#include "format/paths.h"

#define TINY_APP "DEMO01-default"
#define TINY_NOW INT64_C(1767225600)

struct tiny {
	char dir[64];
	struct arena mem;
	struct digests *dg;
	EVP_PKEY *pkey;
	struct pubkey key;
	struct slice root;
	struct tuf_chain chain;
	struct objects objects;
	struct tuf_target indexes[3]; /* sorted by path */
	struct slice index_bytes[3];
	struct listed_file listed[2]; /* of files.json */
	const char *h5_answer;        /* NULL: a good one */
};

static inline const char *tiny_in(struct tiny *t, const char *name)
{
	return arena_printf(&t->mem, "%s/%s", t->dir, name).p;
}

static inline struct slice tiny_keep(struct tiny *t, struct strbuf *sb)
{
	struct slice out = arena_copy(&t->mem, strbuf_slice(sb));

	strbuf_release(sb);
	return out;
}

static inline struct slice tiny_sign(struct tiny *t, struct slice message)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t *sig = arena_alloc(&t->mem, 64);
	size_t n = 64;

	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, t->pkey, NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, sig, &n, (const uint8_t *)message.p, message.n), 1);
	EVP_MD_CTX_free(ctx);
	return slice_bytes(sig, n);
}

static inline struct envelope tiny_envelope(struct tiny *t, struct strbuf *payload)
{
	struct signature *s = ARENA_NEW(&t->mem, struct signature);

	memcpy(s->keyid, t->key.id, SHA256_SIZE);
	s->bytes = tiny_sign(t, strbuf_slice(payload));
	strbuf_release(payload);
	return (struct envelope){ s, 1 };
}

static inline struct slice tiny_file(struct tiny *t, struct tuf_file *f)
{
	struct strbuf payload = STRBUF_INIT, file = STRBUF_INIT;

	assert_int_equal(tuf_payload(&payload, f), 0);
	f->signatures = tiny_envelope(t, &payload);
	assert_int_equal(tuf_encode(&file, f), 0);
	return tiny_keep(t, &file);
}

static inline void tiny_open(struct tiny *t)
{
	static const uint8_t seed[32] = { 1, 2, 3 };
	struct tuf_file root = { .type = TUF_ROOT, .version = 1, .expires = TINY_NOW + 86400 };
	uint8_t raw[32];
	size_t n = sizeof(raw), bad;
	char hex[65];
	const char *why = "";

	memset(t, 0, sizeof(*t));
	strcpy(t->dir, "/tmp/mdstatic-emit-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	assert_int_equal(digests_new(&t->dg), 0);
	t->pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	assert_int_equal(EVP_PKEY_get_raw_public_key(t->pkey, raw, &n), 1);
	digest_hex(hex, raw, 32);
	assert_int_equal(pubkey_make(&t->key, PUBKEY_ED25519, arena_copy(&t->mem, slice_of(hex)), t->dg, &why), 0);
	root.root.keys = (struct key_table){ &t->key, 1 };
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		root.root.roles[i] = (struct role_keys){ &t->key.id, 1, 1 };
	t->root = tiny_file(t, &root);
	assert_int_equal(tuf_chain_decode(&t->chain, &t->mem, t->dg, &t->root, 1, &bad, &why), 0);
}

static inline void tiny_close(struct tiny *t)
{
	struct diags d = DIAGS_INIT;

	assert_int_equal(file_remove_tree(t->dir, &d), 0);
	diags_release(&d);
	objects_release(&t->objects);
	EVP_PKEY_free(t->pkey);
	digests_free(t->dg);
	arena_release(&t->mem);
}

static inline struct object tiny_object(struct tiny *t, const char *name, struct slice bytes)
{
	struct object o = { .length = bytes.n, .name = name, .data = bytes };

	assert_int_equal(digest_sha256(t->dg, o.hash, bytes), 0);
	objects_add(&t->objects, o);
	return o;
}

static inline void tiny_index(struct tiny *t, size_t i, const struct index *ix)
{
	struct strbuf bytes = STRBUF_INIT, path = STRBUF_INIT;

	assert_int_equal(index_encode(&bytes, ix), 0);
	t->index_bytes[i] = tiny_keep(t, &bytes);
	path_index_target(&path, ix->platform, ix->kind);
	t->indexes[i] = (struct tuf_target){ .path = tiny_keep(t, &path), .length = t->index_bytes[i].n };
	assert_int_equal(digest_sha256(t->dg, t->indexes[i].hash, t->index_bytes[i]), 0);
}

/* A list of a few ids; the upgrade's candidate is guarded by it. */
static inline struct mf_whitelist tiny_filter(struct tiny *t)
{
	struct mf_whitelist w = { .name = SLICE("staff"), .id_type = ID_USER, .ids = 3 };
	struct filter_key keys[3];
	struct filter_plan plan;
	struct strbuf bytes = STRBUF_INIT;
	uint8_t salt[32];
	struct object o;

	assert_int_equal(filter_salt(salt, t->dg, SLICE(TINY_APP), w.name), 0);
	for (size_t i = 0; i < COUNT(keys); i++)
		assert_int_equal(filter_hash(&keys[i], t->dg, salt, slice_bytes(&i, sizeof(i))), 0);
	assert_int_equal(filter_sort_unique(keys, COUNT(keys)), COUNT(keys));
	assert_int_equal(filter_plan(&plan, 3, UINT64_C(1000000000)), 0);
	assert_int_equal(filter_encode(&bytes, w.root, t->dg, keys, COUNT(keys), plan), 0);
	o = tiny_object(t, "filter.bin", tiny_keep(t, &bytes));
	memcpy(w.file, o.hash, 32);
	w.pages = plan.pages;
	w.probes = plan.probes;
	return w;
}

static inline void tiny_upgrade(struct tiny *t, unsigned generation)
{
	static struct slice bases[] = { { "https://cdn.example.com/", 24 } };
	struct object apk =
		tiny_object(t, "package.apk", arena_printf(&t->mem, "the package of generation %u", generation));
	struct strbuf url = STRBUF_INIT;
	struct object answer;
	struct mf_whitelist list = tiny_filter(t);
	uint32_t zero = 0;
	struct mf_candidate candidate = { .task = SLICE("full"), .lists = &zero, .nlists = 1 };
	struct mf_slot slot = { SLICE("android"), &candidate, 1 };
	struct mf_answer a = { .version = SLICE("5.0.0") };
	struct manifest m = {
		.slots = &slot, .nslots = 1, .whitelists = &list, .nwhitelists = 1, .answers = &a, .nanswers = 1
	};
	struct index ix = { .app = SLICE(TINY_APP),
			    .platform = PLATFORM_ANDROID,
			    .kind = KIND_UPGRADE,
			    .bases = bases,
			    .nbases = 1,
			    .inline_manifest = &m };

	path_object(&url, apk.hash, apk.name);
	answer = tiny_object(t, "answer.json",
			     arena_printf(&t->mem, "{\"downloadUrl\":\"%s\",\"version\":\"5.0.0\"}", url.p));
	strbuf_release(&url);
	memcpy(a.hash, answer.hash, 32);
	a.length = (uint32_t)answer.length;
	tiny_index(t, 1, &ix);
}

#define TINY_H5 "h5/20171228/1.0_all/nebula/"

/* A package, and a file of it; the content of both is their path. */
static inline void tiny_files(struct tiny *t)
{
	static const char *const paths[] = { TINY_H5 "20171228_1.0.amr", TINY_H5 "fallback/www/index.html" };
	struct strbuf json = STRBUF_INIT;

	for (size_t i = 0; i < COUNT(paths); i++) {
		t->listed[i] = (struct listed_file){ .path = slice_of(paths[i]), .length = strlen(paths[i]) };
		assert_int_equal(digest_sha256(t->dg, t->listed[i].hash, slice_of(paths[i])), 0);
	}
	assert_int_equal(files_encode(&json, &(struct files){ t->listed, COUNT(t->listed) }), 0);
	tiny_object(t, FILES_NAME, tiny_keep(t, &json));
}

static inline void tiny_h5(struct tiny *t)
{
	static struct slice bases[] = { { "https://cdn.example.com/", 24 } };
	struct mf_candidate candidate = { .task = SLICE("full") };
	struct mf_slot slot = { SLICE("20171228"), &candidate, 1 };
	struct mf_answer a = { .version = SLICE("1.0"), .text = slice_of(t->h5_answer) };
	struct manifest m = { .slots = &slot, .nslots = 1, .answers = &a, .nanswers = 1 };
	struct index ix = { .app = SLICE(TINY_APP),
			    .platform = PLATFORM_ANDROID,
			    .kind = KIND_H5,
			    .bases = bases,
			    .nbases = 1,
			    .inline_manifest = &m };
	char hex[SHA256_HEX];

	digest_hex(hex, t->listed[0].hash, SHA256_SIZE);
	if (!t->h5_answer)
		a.text = arena_printf(&t->mem,
				      "{\"fallback_base_url\":\"" TINY_H5
				      "fallback/\",\"fileSize\":%zu,\"package_url\":\"" SLICE_FMT
				      "\",\"sha256\":\"%s\"}",
				      (size_t)t->listed[0].length, SLICE_ARG(t->listed[0].path), hex);
	tiny_index(t, 0, &ix);
}

static inline void tiny_switches(struct tiny *t)
{
	static struct slice bases[] = { { "https://cdn.example.com/", 24 } };
	struct mf_candidate candidate = { .task = SLICE("0"), .value = SLICE("on") };
	struct mf_slot slot = { SLICE("KEY"), &candidate, 1 };
	struct manifest m = { .slots = &slot, .nslots = 1 };
	json_t *json = manifest_encode(&m, KIND_SWITCH, false);
	struct index_unit unit = { .bits = 1 };
	struct index ix = { .app = SLICE(TINY_APP),
			    .platform = PLATFORM_IOS,
			    .kind = KIND_SWITCH,
			    .bases = bases,
			    .nbases = 1,
			    .units = &unit,
			    .nunits = 1 };
	struct strbuf bytes = STRBUF_INIT;
	struct object o;
	uint8_t hash[32];

	assert_int_equal(digest_sha256(t->dg, hash, slot.name), 0);
	assert_non_null(json);
	assert_int_equal(json_write(&bytes, json, JSON_WIRE), 0);
	json_decref(json);
	o = tiny_object(t, "manifest.json", tiny_keep(t, &bytes));
	unit.prefix = hash[0] >> 7;
	memcpy(unit.hash, o.hash, 32);
	ix.longest = (uint32_t)o.length;
	tiny_index(t, 2, &ix);
}

static inline void tiny_recipes(struct tiny *t, unsigned generation)
{
	struct recipe r = { .key = { 1 }, .name = SLICE("package.apk"), .length = generation };
	struct strbuf bytes = STRBUF_INIT;

	assert_int_equal(recipes_encode(&bytes, &(struct recipes){ &r, 1 }), 0);
	tiny_object(t, RECIPES_NAME, tiny_keep(t, &bytes));
}

static inline struct tuf_meta tiny_add(struct tiny *t, struct tree *tree, const char *role, struct tuf_file *f,
				       struct diags *d)
{
	struct slice bytes;
	struct tuf_meta meta = { .role = slice_of(role), .version = f->version };
	struct strbuf path = STRBUF_INIT;

	f->app = SLICE(TINY_APP);
	bytes = tiny_file(t, f);
	meta.length = bytes.n;
	assert_int_equal(digest_sha256(t->dg, meta.hash, bytes), 0);
	path_metadata(&path, f->type == TUF_TIMESTAMP ? 0 : f->version, role);
	assert_int_equal(tree_file(tree, path.p, bytes, d), 0);
	strbuf_release(&path);
	return meta;
}

static inline void tiny_metadata(struct tiny *t, struct tree *tree, unsigned version, const struct elsewhere *kept,
				 size_t nkept, struct diags *d)
{
	struct tuf_file f = { .type = TUF_TARGETS, .version = version, .expires = TINY_NOW + 3600 };
	struct slice path = SLICE("o/*/*");
	struct tuf_delegation delegation = { SLICE("objects"), { &t->key.id, 1, 1 }, &path, 1 };
	struct tuf_meta metas[2], snapshot, timestamp;
	struct buildinfo b = { .app = SLICE(TINY_APP),
			       .commit = SLICE("c0ffee"),
			       .tool = SLICE("0.1.0"),
			       .nlineage = 1,
			       .elsewhere = (struct elsewhere *)(uintptr_t)kept,
			       .nelsewhere = nkept,
			       .pointer_max_age = BUILDINFO_MAX_AGE };
	struct strbuf payload = STRBUF_INIT, bytes = STRBUF_INIT;

	f.targets = (struct tuf_targets){ .v = objects_targets(&t->mem, &t->objects), .n = t->objects.n };
	metas[0] = tiny_add(t, tree, "objects", &f, d);
	f.targets = (struct tuf_targets){ t->indexes, COUNT(t->indexes), { &t->key, 1 }, &delegation, 1 };
	metas[1] = tiny_add(t, tree, "targets", &f, d);
	f = (struct tuf_file){
		.type = TUF_SNAPSHOT, .version = version, .expires = TINY_NOW + 3600, .metas = { metas, 2 }
	};
	snapshot = tiny_add(t, tree, "snapshot", &f, d);
	f = (struct tuf_file){
		.type = TUF_TIMESTAMP, .version = version, .expires = TINY_NOW + 3600, .metas = { &snapshot, 1 }
	};
	timestamp = tiny_add(t, tree, "timestamp", &f, d);
	b.lineage = &timestamp.hash;
	assert_int_equal(buildinfo_payload(&payload, &b), 0);
	b.signatures = tiny_envelope(t, &payload);
	assert_int_equal(buildinfo_encode(&bytes, &b), 0);
	assert_int_equal(tree_file(tree, BUILDINFO_NAME, strbuf_slice(&bytes), d), 0);
	strbuf_release(&bytes);
}

/* Makes the content of a generation; its objects are in t->objects then. */
static inline void tiny_content(struct tiny *t, unsigned generation)
{
	objects_release(&t->objects);
	tiny_upgrade(t, generation);
	tiny_switches(t);
	tiny_files(t);
	tiny_h5(t);
	tiny_recipes(t, generation);
	objects_sort(&t->objects);
}

/* Fills a tree that was begun with that content. Objects without content that nowhere are: noted as kept elsewhere. */
static inline void tiny_fill(struct tiny *t, struct tree *tree, unsigned version, struct diags *d)
{
	struct elsewhere *kept = ARENA_ARRAY(&t->mem, struct elsewhere, t->objects.n);
	size_t nkept = 0;

	for (size_t i = 0; i < t->objects.n; i++) {
		int placed = tree_object(tree, &t->objects.v[i], d);
		struct strbuf path = STRBUF_INIT;

		assert_true(placed >= 0);
		path_object(&path, t->objects.v[i].hash, t->objects.v[i].name);
		if (placed)
			kept[nkept++] = (struct elsewhere){ tiny_keep(t, &path), t->objects.v[i].length };
		strbuf_release(&path);
	}
	for (size_t i = 0; i < COUNT(t->indexes); i++) {
		struct strbuf path = STRBUF_INIT;

		path_target_file(&path, t->indexes[i].path, t->indexes[i].hash);
		assert_int_equal(tree_file(tree, path.p, t->index_bytes[i], d), 0);
		strbuf_release(&path);
	}
	for (size_t i = 0; i < COUNT(t->listed); i++)
		assert_int_equal(tree_listed(tree, &t->listed[i], t->listed[i].path, d), 0);
	assert_int_equal(tree_file(tree, "metadata/1.root.json", t->root, d), 0);
	tiny_metadata(t, tree, version, kept, nkept, d);
}

/* One whole build of generation `generation` into OUT. */
static inline void tiny_build(struct tiny *t, const char *out, unsigned generation, struct diags *d)
{
	struct outdir dir = OUTDIR_INIT;
	struct tree tree = TREE_INIT;
	const char *app = arena_printf(&t->mem, "%s/" TINY_APP, out).p;

	tiny_content(t, generation);
	assert_int_equal(outdir_open(&dir, out, d), 0);
	assert_int_equal(tree_begin(&tree, &dir, SLICE(TINY_APP), app, d), 0);
	tiny_fill(t, &tree, generation, d);
	assert_int_equal(tree_commit(&tree, NULL, d), 0);
	tree_end(&tree);
	outdir_close(&dir);
}

/* 0 when `tree` verifies; its errors are in *d. */
static inline int tiny_verify(struct tiny *t, const char *tree, bool complete, int64_t now, struct verify_result *r,
			      struct diags *d)
{
	struct verify_options o = { .now = now, .root = t->root, .root_name = "1.root.json", .complete = complete };

	return verify_tree(r, tree, &o, t->dg, d);
}

#endif
