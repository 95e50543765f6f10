/* A repository that can be told to do anything: roles of several keys and thresholds, signatures that are missing, doubled or forged,
 * descriptions that lie, texts that are changed before or after they are signed. One index hangs on it.
 *
 * Steps      accept() and refuse() let a device, which keeps its state from step to step, refresh and answer. Started with `--dump DIR` a test
 *            program writes each step's tree to DIR/<test>/<step>/ and a line to DIR/plan, so that another client can be held against the
 *            library (tests/system/conformance.mjs).
 * Keys       named by one character: 0-9 and a-z are Ed25519, E is P-256, R is RSA 2048. */
#ifndef TEST_RESOLVE_REPO_H
#define TEST_RESOLVE_REPO_H

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>

#undef fail /* of cmocka; the library has one of its own */
#include "base/fileio.h"
#include "resolve/client.h"
#include "tree.h"

struct repo_role {
	const char *keys;
	uint32_t threshold;
	const char *signers; /* NULL: all of `keys` */
};

enum lie { TRUTH, LIE_HASH, LIE_LONGER, LIE_SHORTER, LIE_VERSION };

struct repo_edit { /* of one role's file, until repo_honest() */
	enum tuf_type type;
	const char *from, *to;
	bool signed_already; /* of the whole file; else of what is signed */
};

struct repo {
	struct tree t;
	const char *name;
	struct repo_role roles[TUF_TYPE_COUNT];
	enum lie lies[TUF_TYPE_COUNT]; /* in what describes the role's file */
	struct repo_edit edits[4];
	size_t nedits;
	bool delegates;    /* targets delegate o/… to the role `objects` */
	const char *extra; /* snapshot lists this role, too; NULL: none */
	uint64_t extra_version;
	struct slice root; /* configured */
	int64_t now;
	const char *app;
	unsigned step, device;
	char spoiled, emptied; /* whose signatures are wrong, or empty; 0: nobody's */
	EVP_PKEY *p256, *rsa;
	const char *differs; /* of the next step: why standard clients decide the other way */
};

#define REPO_FLOOD 100000 /* words: more bytes than the limit of a root, or of any file whose length is signed here */

static const char *repo_dump; /* folder; NULL: nothing is written */

/* --- keys ---------------------------------------------------------------------------------------------------------------- */

static inline EVP_PKEY *repo_key(struct repo *r, char name)
{
	EVP_PKEY **made = name == 'E' ? &r->p256 : &r->rsa;

	if (name != 'E' && name != 'R')
		return tree_key((uint8_t)(100 + name));
	if (!*made)
		*made = name == 'E' ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048);
	assert_non_null(*made);
	EVP_PKEY_up_ref(*made);
	return *made;
}

static inline struct pubkey repo_pubkey(struct repo *r, char name)
{
	EVP_PKEY *key = repo_key(r, name);
	BIO *bio = BIO_new(BIO_s_mem());
	const char *why = "";
	struct pubkey out;
	char *pem;
	long n;

	if (name != 'E' && name != 'R') {
		out = tree_pubkey(&r->t, (uint8_t)(100 + name));
	} else {
		assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
		n = BIO_get_mem_data(bio, &pem);
		assert_int_equal(pubkey_make(&out, name == 'E' ? PUBKEY_P256 : PUBKEY_RSA,
					     arena_copy(&r->t.mem, slice_bytes(pem, (size_t)n)), r->t.dg, &why),
				 0);
	}
	BIO_free(bio);
	EVP_PKEY_free(key);
	return out;
}

/* `"<keyid>","sig":"<hex>"`, as the envelope has it. */
static inline void repo_sign(struct repo *r, struct strbuf *out, char name, struct slice payload)
{
	EVP_PKEY *key = repo_key(r, name);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	uint8_t sig[512];
	size_t n = sizeof(sig);
	bool ed = name != 'E' && name != 'R';

	assert_int_equal(EVP_DigestSignInit(ctx, &pctx, ed ? NULL : EVP_sha256(), NULL, key), 1);
	if (name == 'R') {
		assert_true(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) > 0);
		assert_true(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) > 0);
	}
	assert_int_equal(EVP_DigestSign(ctx, sig, &n, (const uint8_t *)payload.p, payload.n), 1);
	sig[n / 2] ^= name == r->spoiled;
	strbuf_addch(out, '"');
	strbuf_addhex(out, repo_pubkey(r, name).id, SHA256_SIZE);
	strbuf_adds(out, "\",\"sig\":\"");
	strbuf_addhex(out, sig, name == r->emptied ? 0 : n);
	strbuf_addch(out, '"');
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

/* --- files --------------------------------------------------------------------------------------------------------------- */

/* Applies the edits of a role, each of which must find its text. */
static inline void repo_apply(struct repo *r, struct strbuf *text, enum tuf_type type, bool signed_already)
{
	for (size_t i = 0; i < r->nedits; i++) {
		const struct repo_edit *e = &r->edits[i];
		struct strbuf out = STRBUF_INIT;
		const char *at;

		if (e->type != type || e->signed_already != signed_already)
			continue;
		at = strstr(text->p, e->from);
		if (!at)
			print_message("not found: %s in %s\n", e->from, text->p);
		assert_non_null(at);
		strbuf_add(&out, text->p, (size_t)(at - text->p));
		strbuf_adds(&out, e->to);
		strbuf_adds(&out, at + strlen(e->from));
		strbuf_release(text);
		*text = out;
	}
}

static inline struct role_keys repo_role_keys(struct repo *r, enum tuf_type type)
{
	const struct repo_role *role = &r->roles[type];
	struct role_keys out = { .n = strlen(role->keys), .threshold = role->threshold };

	out.ids = arena_alloc(&r->t.mem, (out.n + 1) * SHA256_SIZE);
	for (size_t i = 0; i < out.n; i++)
		memcpy(out.ids[i], repo_pubkey(r, role->keys[i]).id, SHA256_SIZE);
	return out;
}

/* Signs and stores one role's file; *meta (NULL: nobody describes it) is what its describer says of it. */
static inline void repo_write(struct repo *r, struct tuf_file *f, enum tuf_type type, struct tuf_meta *meta)
{
	const char *signers = r->roles[type].signers ? r->roles[type].signers : r->roles[type].keys;
	struct strbuf payload = STRBUF_INIT, wire = STRBUF_INIT, file = STRBUF_INIT, path = STRBUF_INIT;

	f->type = type;
	f->version = r->t.spec.version[type];
	f->expires = r->t.spec.expires[type];
	f->app = type == TUF_ROOT ? (struct slice){ NULL, 0 } : slice_of(r->app);
	assert_int_equal(tuf_payload(&payload, f), 0);
	assert_int_equal(tuf_encode(&wire, f), 0); /* without signatures: {"signatures":[],"signed":…} */
	repo_apply(r, &payload, type, false);
	repo_apply(r, &wire, type, false);
	strbuf_adds(&file, "{\"signatures\":[");
	for (size_t i = 0; signers[i]; i++) {
		strbuf_adds(&file, i ? ",{\"keyid\":" : "{\"keyid\":");
		repo_sign(r, &file, signers[i], strbuf_slice(&payload));
		strbuf_addch(&file, '}');
	}
	strbuf_adds(&file, "],\"signed\":");
	strbuf_adds(&file, wire.p + strlen("{\"signatures\":[],\"signed\":"));
	repo_apply(r, &file, type, true);
	path_metadata(&path, type == TUF_TIMESTAMP ? 0 : f->version, tuf_type_name(type));
	tree_put(&r->t, path.p, strbuf_slice(&file));
	if (meta) {
		*meta = (struct tuf_meta){ .role = slice_of(tuf_type_name(type)),
					   .version = f->version + (r->lies[type] == LIE_VERSION),
					   .length = file.n + (r->lies[type] == LIE_LONGER) -
						     (r->lies[type] == LIE_SHORTER) };
		assert_int_equal(digest_sha256(r->t.dg, meta->hash, strbuf_slice(&file)), 0);
		meta->hash[0] ^= r->lies[type] == LIE_HASH;
	}
	strbuf_release(&payload);
	strbuf_release(&wire);
	strbuf_release(&file);
	strbuf_release(&path);
}

static inline void repo_write_root(struct repo *r)
{
	struct tuf_file f = { 0 };
	struct pubkey *keys = arena_alloc(&r->t.mem, 64 * sizeof(*keys));
	char seen[64] = "";
	size_t n = 0;

	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		f.root.roles[i] = repo_role_keys(r, (enum tuf_type)i);
		for (const char *k = r->roles[i].keys; *k; k++) {
			if (strchr(seen, *k))
				continue;
			seen[n] = *k;
			keys[n++] = repo_pubkey(r, *k);
		}
	}
	qsort(keys, n, sizeof(keys[0]), tree_compare_keys);
	f.root.keys = (struct key_table){ keys, n };
	repo_write(r, &f, TUF_ROOT, NULL);
}

static inline void repo_next_root(struct repo *r)
{
	r->t.spec.version[TUF_ROOT]++;
	repo_write_root(r);
}

/* Targets, snapshot and timestamp as their versions are. */
static inline void repo_publish(struct repo *r)
{
	struct pubkey key = repo_pubkey(r, 't');
	struct slice pattern = SLICE("o/*/*");
	struct tuf_delegation objects = { .name = SLICE("objects"),
					  .keys = { .ids = &key.id, .n = 1, .threshold = 1 },
					  .paths = &pattern,
					  .npaths = 1 };
	struct tuf_meta meta[3];
	struct tuf_file targets = { .targets = { .v = r->t.targets, .n = r->t.ntargets } };
	struct tuf_file snapshot = { .metas = { meta, r->extra ? 2 : 1 } }, timestamp = { .metas = { &meta[2], 1 } };

	if (r->delegates) {
		targets.targets.keys = (struct key_table){ &key, 1 };
		targets.targets.delegations = &objects;
		targets.targets.ndelegations = 1;
	}
	repo_write(r, &targets, TUF_TARGETS, &meta[0]);
	meta[1] = meta[0];
	meta[1].role = slice_of(r->extra);
	meta[1].version = r->extra_version;
	repo_write(r, &snapshot, TUF_SNAPSHOT, &meta[2]);
	repo_write(r, &timestamp, TUF_TIMESTAMP, NULL);
}

static inline void repo_next(struct repo *r)
{
	for (int i = TUF_TARGETS; i <= TUF_TIMESTAMP; i++)
		r->t.spec.version[i]++;
	repo_publish(r);
}

static inline void repo_versions(struct repo *r, uint64_t targets, uint64_t snapshot, uint64_t timestamp)
{
	r->t.spec.version[TUF_TARGETS] = targets;
	r->t.spec.version[TUF_SNAPSHOT] = snapshot;
	r->t.spec.version[TUF_TIMESTAMP] = timestamp;
	repo_publish(r);
}

static inline void repo_role(struct repo *r, enum tuf_type type, const char *keys, uint32_t threshold,
			     const char *signers)
{
	r->roles[type] = (struct repo_role){ keys, threshold, signers };
}

static inline void repo_edit(struct repo *r, enum tuf_type type, const char *from, const char *to, bool signed_already)
{
	assert_true(r->nedits < COUNT(r->edits));
	r->edits[r->nedits++] = (struct repo_edit){ type, from, to, signed_already };
}

static inline void repo_honest(struct repo *r)
{
	memset(r->lies, 0, sizeof(r->lies));
	r->nedits = 0;
	r->spoiled = r->emptied = 0;
}

/* The one switch's value. */
static inline void repo_index(struct repo *r, const char *value)
{
	tree_index(&r->t, PLATFORM_ANDROID, KIND_SWITCH,
		   arena_printf(&r->t.mem,
				"{\"app\":\"" APP "\",\"bases\":[\"https://cdn.example.com/d/\"],\"format\":1,"
				"\"kind\":\"switch\",\"manifest\":{\"slots\":{\"KEY\":[{\"t\":\"0\",\"v\":\"%s\"}]}},"
				"\"platform\":\"android\"}",
				value));
}

static inline void repo_init(struct repo *r, const char *name)
{
	*r = (struct repo){ .name = name,
			    .now = T0,
			    .app = APP,
			    .roles = { { "r", 1, NULL }, { "t", 1, NULL }, { "s", 1, NULL }, { "p", 1, NULL } } };
	tree_init(&r->t);
	repo_index(r, "first");
	repo_write_root(r);
	repo_publish(r);
	r->root = tree_find(&r->t, "metadata/1.root.json")->data;
}

static inline void repo_release(struct repo *r)
{
	EVP_PKEY_free(r->p256);
	EVP_PKEY_free(r->rsa);
	tree_release(&r->t);
}

static inline void repo_new_device(struct repo *r)
{
	store_wipe(&r->t.store);
	r->device++;
}

/* --- the dump ------------------------------------------------------------------------------------------------------------ */

static inline void repo_put(const char *path, struct slice data)
{
	struct diags d = DIAGS_INIT;
	struct strbuf folder = STRBUF_INIT;
	FILE *out;

	strbuf_add(&folder, path, (size_t)(strrchr(path, '/') - path));
	assert_int_equal(file_mkdirs(folder.p, 0755, &d), 0);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(data.p, 1, data.n, out), data.n);
	assert_int_equal(fclose(out), 0);
	strbuf_release(&folder);
	diags_release(&d);
}

/* The step's tree, the configured root, and a line of the plan: a JSON object. `versions`: of root, targets, snapshot, timestamp. */
static inline void repo_dump_step(struct repo *r, bool accepted, const uint64_t versions[TUF_TYPE_COUNT])
{
	struct strbuf path = STRBUF_INIT;
	char now[INSTANT_TEXT];
	FILE *plan;

	for (size_t i = 0; i < r->t.n; i++) {
		const struct tree_file *f = &r->t.v[i];
		struct strbuf data = STRBUF_INIT;

		if (f->gone)
			continue;
		strbuf_addslice(&data, f->data);
		for (size_t k = 0; r->t.flood && strcmp(r->t.flood, f->path) == 0 && k < REPO_FLOOD; k++)
			strbuf_adds(&data, "and on ");
		strbuf_reset(&path);
		strbuf_addf(&path, "%s/%s/%u/%s", repo_dump, r->name, r->step, f->path);
		repo_put(path.p, strbuf_slice(&data));
		strbuf_release(&data);
	}
	strbuf_reset(&path);
	strbuf_addf(&path, "%s/%s/root.json", repo_dump, r->name);
	repo_put(path.p, r->root);
	strbuf_reset(&path);
	strbuf_addf(&path, "%s/plan", repo_dump);
	plan = fopen(path.p, "a");
	assert_non_null(plan);
	instant_format(now, r->now);
	fprintf(plan, "{\"test\":\"%s\",\"device\":%u,\"step\":%u,\"now\":\"%s\",\"accepted\":%s", r->name, r->device,
		r->step, now, accepted ? "true" : "false");
	fprintf(plan, ",\"versions\":[%llu,%llu,%llu,%llu]", (unsigned long long)versions[0],
		(unsigned long long)versions[1], (unsigned long long)versions[2], (unsigned long long)versions[3]);
	if (r->differs)
		fprintf(plan, ",\"differs\":\"%s\"", r->differs);
	fprintf(plan, "}\n");
	assert_int_equal(fclose(plan), 0);
	strbuf_release(&path);
}

/* --- steps --------------------------------------------------------------------------------------------------------------- */

static inline enum mdr_code repo_open(struct mdr_client **c, struct repo *r, struct mdr_error *err)
{
	struct mdr_config config = { .app = APP,
				     .root = r->root.p,
				     .root_size = r->root.n,
				     .fetch = tree_fetch,
				     .fetch_ctx = &r->t,
				     .storage = store_callbacks(&r->t.store) };

	*c = NULL;
	*err = (struct mdr_error){ .code = MDR_OK };
	return mdr_open(c, &config, err);
}

/* What the device trusts, by what it kept; 0: nothing. */
static inline void repo_trusted(struct repo *r, uint64_t versions[TUF_TYPE_COUNT])
{
	struct mdr_client *c;
	struct mdr_error err;

	memset(versions, 0, TUF_TYPE_COUNT * sizeof(*versions));
	if (repo_open(&c, r, &err))
		return;
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		versions[i] = c->trust.roles[i] ? c->trust.roles[i]->file.version : 0;
	mdr_close(c);
}

static inline void repo_step(struct repo *r, enum mdr_code wanted, const char *text)
{
	uint64_t before[TUF_TYPE_COUNT], after[TUF_TYPE_COUNT];
	struct mdr_client *c;
	struct mdr_error err;
	enum mdr_code code;

	repo_trusted(r, before);
	r->t.fetches = 0;
	code = repo_open(&c, r, &err);
	if (!code)
		code = mdr_refresh(c, r->now, &err);
	if (!code) {
		free(tree_answer(c, "{\"platform\":\"android\"}", r->now, MDR_SWITCH, 0, &err));
		code = err.code;
	}
	mdr_close(c);
	repo_trusted(r, after);
	if (repo_dump)
		repo_dump_step(r, code == MDR_OK, after);
	if (code != wanted || (text && !strstr(err.text, text)))
		print_message("%s, step %u: code %d: %s\n", r->name, r->step, (int)code, err.text);
	assert_int_equal(code, wanted);
	if (text)
		assert_non_null(strstr(err.text, text));
	if (code)
		assert_memory_equal(before, after, sizeof(before));
	r->step++;
	r->differs = NULL;
}

static inline void accept_tree(struct repo *r)
{
	repo_step(r, MDR_OK, NULL);
}

static inline void refuse_tree(struct repo *r, enum mdr_code code, const char *text)
{
	repo_step(r, code, text);
}

/* What the device trusts of root, targets, snapshot, timestamp. */
static inline void expect_trusted(struct repo *r, uint64_t root, uint64_t targets, uint64_t snapshot,
				  uint64_t timestamp)
{
	uint64_t found[TUF_TYPE_COUNT], wanted[TUF_TYPE_COUNT] = { root, targets, snapshot, timestamp };

	repo_trusted(r, found);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		assert_int_equal(found[i], wanted[i]);
}

/* `--dump DIR`, the only argument that such a program takes. */
static inline void repo_arguments(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--dump") == 0)
		repo_dump = argv[2];
}

#endif
