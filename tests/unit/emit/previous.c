/* The previous tree across rotations: what is reused, which numbers count, and that a thief's leavings stop no build. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "emit/previous.h"
#include "format/paths.h"

#define NOW  INT64_C(1795248000)
#define APP  "DEMO01-default"
#define HUGE (TUF_VERSION_MAX - 1)

enum { TS = 1 << TUF_TIMESTAMP, SN = 1 << TUF_SNAPSHOT, TG = 1 << TUF_TARGETS };

struct world {
	char dir[64];
	struct arena mem;
	struct digests *dg;
	struct diags d;
	EVP_PKEY *pkey[TUF_TYPE_COUNT][2]; /* of each role the old and the new key */
	struct pubkey key[TUF_TYPE_COUNT][2];
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	strcpy(w->dir, "/tmp/mdstatic-previous-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(digests_new(&w->dg), 0);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		for (size_t k = 0; k < 2; k++) {
			uint8_t raw[32];
			size_t n = sizeof(raw);
			char hex[65];
			const char *why;

			w->pkey[i][k] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
			assert_int_equal(EVP_PKEY_get_raw_public_key(w->pkey[i][k], raw, &n), 1);
			digest_hex(hex, raw, sizeof(raw));
			assert_int_equal(pubkey_make(&w->key[i][k], PUBKEY_ED25519, arena_copy(&w->mem, slice_of(hex)),
						     w->dg, &why),
					 0);
		}
	}
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	assert_int_equal(file_remove_tree(w->dir, &w->d), 0);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		EVP_PKEY_free(w->pkey[i][0]);
		EVP_PKEY_free(w->pkey[i][1]);
	}
	diags_release(&w->d);
	digests_free(w->dg);
	arena_release(&w->mem);
	free(w);
	return 0;
}

/* --- files ------------------------------------------------------------------------------------------------------------------ */

static struct signature sign(struct world *w, enum tuf_type type, bool new_key, struct slice payload)
{
	struct signature s = { .bytes = { NULL, 64 } };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t *sig = arena_alloc(&w->mem, 64);
	size_t n = 64;

	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, w->pkey[type][new_key], NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, sig, &n, (const uint8_t *)payload.p, payload.n), 1);
	EVP_MD_CTX_free(ctx);
	memcpy(s.keyid, w->key[type][new_key].id, SHA256_SIZE);
	s.bytes = slice_bytes(sig, 64);
	return s;
}

static struct slice encode(struct world *w, struct tuf_file *f, bool new_key)
{
	struct strbuf text = STRBUF_INIT;
	struct signature *s = ARENA_NEW(&w->mem, struct signature);
	struct slice out;

	assert_int_equal(tuf_payload(&text, f), 0);
	*s = sign(w, f->type, new_key, strbuf_slice(&text));
	f->signatures = (struct envelope){ s, 1 };
	strbuf_reset(&text);
	assert_int_equal(tuf_encode(&text, f), 0);
	out = arena_copy(&w->mem, strbuf_slice(&text));
	strbuf_release(&text);
	return out;
}

static int id_cmp(const void *a, const void *b)
{
	return memcmp(((const struct pubkey *)a)->id, ((const struct pubkey *)b)->id, SHA256_SIZE);
}

/* A root that names the new keys of the roles in `replaced`; with `both` also the old ones. */
static struct slice root(struct world *w, uint64_t version, unsigned replaced, unsigned both)
{
	struct tuf_file f = { .type = TUF_ROOT, .version = version, .expires = NOW };
	struct pubkey *keys = ARENA_ARRAY(&w->mem, struct pubkey, 2 * TUF_TYPE_COUNT);

	memcpy(keys, w->key, sizeof(w->key));
	qsort(keys, 2 * TUF_TYPE_COUNT, sizeof(*keys), id_cmp);
	f.root.keys = (struct key_table){ keys, 2 * TUF_TYPE_COUNT };
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		struct role_keys *r = &f.root.roles[i];

		*r = (struct role_keys){ .ids = arena_calloc(&w->mem, 2, SHA256_SIZE), .n = 1, .threshold = 1 };
		memcpy(r->ids[0], w->key[i][replaced >> i & 1].id, SHA256_SIZE);
		if (both >> i & 1)
			memcpy(r->ids[r->n++], w->key[i][0].id, SHA256_SIZE);
	}
	return encode(w, &f, false);
}

static struct tuf_chain chain_of(struct world *w, unsigned replaced, unsigned both, size_t n)
{
	struct slice files[2] = { root(w, 1, 0, 0), root(w, 2, replaced, both) };
	struct tuf_chain chain;
	const char *why;
	size_t bad;

	assert_int_equal(tuf_chain_decode(&chain, &w->mem, w->dg, files, n, &bad, &why), 0);
	return chain;
}

static void put(struct world *w, const char *name, struct slice bytes)
{
	const char *path = arena_printf(&w->mem, "%s/tree/%s", w->dir, name).p;
	struct slice folder = slice_of(path);

	folder.n = (size_t)slice_rfind(folder, '/');
	assert_int_equal(file_mkdirs(arena_str(&w->mem, folder), 0755, &w->d), 0);
	assert_int_equal(file_replace(path, bytes, 0644, &w->d), 0);
}

static struct tuf_meta put_role(struct world *w, const char *role, struct tuf_file *f, bool new_key)
{
	struct tuf_meta meta = { .role = slice_of(role), .version = f->version };
	struct strbuf path = STRBUF_INIT;
	struct slice bytes;

	f->app = SLICE(APP);
	f->expires = NOW;
	bytes = encode(w, f, new_key);
	meta.length = bytes.n;
	assert_int_equal(digest_sha256(w->dg, meta.hash, bytes), 0);
	path_metadata(&path, f->type == TUF_TIMESTAMP ? 0 : f->version, role);
	put(w, path.p, bytes);
	strbuf_release(&path);
	return meta;
}

struct spec {
	unsigned new_keys; /* roles that are signed by their new key */
	uint64_t timestamp, snapshot, targets;
	bool lies; /* the snapshot lists targets that are not there */
};

/* A tree of one object, recipes.json, under root 1. */
static void put_tree(struct world *w, const struct spec *s)
{
	struct recipe recipe = { .key = { 1 }, .name = SLICE("package.apk"), .length = 1 };
	struct strbuf bytes = STRBUF_INIT, path = STRBUF_INIT;
	struct slice pattern = SLICE("o/*/*");
	bool tg = s->new_keys & TG;
	struct tuf_delegation d = { SLICE("objects"), { &w->key[TUF_TARGETS][tg].id, 1, 1 }, &pattern, 1 };
	struct tuf_target object = { .length = 0 };
	struct tuf_meta metas[3], up;
	struct tuf_file f = { .type = TUF_TARGETS, .version = s->targets };

	assert_int_equal(recipes_encode(&bytes, &(struct recipes){ &recipe, 1 }), 0);
	assert_int_equal(digest_sha256(w->dg, object.hash, strbuf_slice(&bytes)), 0);
	object.length = bytes.n;
	path_object(&path, object.hash, RECIPES_NAME);
	put(w, path.p, strbuf_slice(&bytes));
	strbuf_reset(&path);
	path_object_target(&path, object.hash, RECIPES_NAME);
	object.path = arena_copy(&w->mem, strbuf_slice(&path));
	strbuf_release(&path);
	strbuf_release(&bytes);
	f.targets = (struct tuf_targets){ .v = &object, .n = 1 };
	metas[0] = put_role(w, "objects", &f, tg);
	f.targets =
		(struct tuf_targets){ .keys = { &w->key[TUF_TARGETS][tg], 1 }, .delegations = &d, .ndelegations = 1 };
	metas[1] = put_role(w, "targets", &f, tg);
	metas[1].version += s->lies;
	put(w, "metadata/1.retired.json", SLICE("its last file"));
	metas[2] = (struct tuf_meta){ .role = SLICE("retired"), .version = 1, .length = 13 };
	assert_int_equal(digest_sha256(w->dg, metas[2].hash, SLICE("its last file")), 0);
	f = (struct tuf_file){ .type = TUF_SNAPSHOT, .version = s->snapshot, .metas = { metas, 3 } };
	up = put_role(w, "snapshot", &f, s->new_keys & SN);
	f = (struct tuf_file){ .type = TUF_TIMESTAMP, .version = s->timestamp, .metas = { &up, 1 } };
	put_role(w, "timestamp", &f, s->new_keys & TS);
	put(w, "metadata/1.root.json", root(w, 1, 0, 0));
}

static int load(struct world *w, struct previous *p, const struct tuf_chain *chain)
{
	const char *dir = arena_printf(&w->mem, "%s/tree", w->dir).p;

	*p = (struct previous)PREVIOUS_INIT;
	return previous_load(p, dir, SLICE(APP), chain, w->dg, &w->d);
}

static const struct tuf_part *part(const struct previous *p, const char *role)
{
	static const struct tuf_part none = { .version = 0 };
	const struct tuf_part *found = tuf_part_find(&p->parts, slice_of(role));

	return found ? found : &none;
}

static bool warned(const struct world *w, const char *text)
{
	for (size_t i = 0; i < w->d.n; i++) {
		if (strstr(w->d.v[i].text, text))
			return true;
	}
	return false;
}

static int fresh(void **state)
{
	struct world *w = *state;

	diags_release(&w->d);
	return file_remove_tree(arena_printf(&w->mem, "%s/tree", w->dir).p, &w->d);
}

/* --- tests ------------------------------------------------------------------------------------------------------------------ */

/* Keys that the second root replaces, of a tree that was signed under the first. */
static void test_rotations(void **state)
{
	static const struct {
		const char *what;
		unsigned replaced, both;
		struct spec tree;
		const char *unusable;                                    /* NULL: it is reused */
		uint64_t timestamp, snapshot, targets, objects, retired; /* highest */
		unsigned files;                                          /* whose file is kept */
		bool listed;                                             /* the retired role stays listed */
		const char *warning;
	} cases[] = {
		{ "none", 0, 0, { 0, 7, 6, 5, false }, NULL, 7, 6, 5, 5, 1, TS | SN | TG, true, NULL },
		{ "timestamp", TS, 0, { 0, 7, 6, 5, false }, NULL, 7, 6, 5, 5, 1, SN | TG, true, NULL },
		{ "snapshot", SN, 0, { 0, 7, 6, 5, false }, NULL, 7, 6, 5, 5, 1, TS | TG, false, NULL },
		{ "targets",
		  TG,
		  0,
		  { 0, 7, 6, 5, false },
		  "its targets are signed by keys that root version 2 no longer names",
		  7,
		  6,
		  5,
		  5,
		  1,
		  TS | SN,
		  true,
		  NULL },
		{ "all, with an overlap",
		  TS | SN | TG,
		  TS | SN | TG,
		  { 0, 7, 6, 5, false },
		  NULL,
		  7,
		  6,
		  5,
		  5,
		  1,
		  TS | SN | TG,
		  true,
		  NULL },
		{ "all", TS | SN | TG, 0, { 0, 7, 6, 5, false }, "no longer names", 7, 6, 5, 5, 1, 0, false, NULL },
		{ "driven up, nothing replaced",
		  0,
		  0,
		  { 0, HUGE, HUGE, 5, false },
		  NULL,
		  HUGE,
		  HUGE,
		  5,
		  5,
		  1,
		  TS | SN | TG,
		  true,
		  NULL },
		{ "driven up to what is continued",
		  TS | SN,
		  0,
		  { 0, VERSION_CONTINUED_MAX, VERSION_CONTINUED_MAX, 5, false },
		  NULL,
		  VERSION_CONTINUED_MAX,
		  VERSION_CONTINUED_MAX,
		  5,
		  5,
		  1,
		  TG,
		  false,
		  NULL },
		{ "driven up above it",
		  TS | SN,
		  0,
		  { 0, VERSION_CONTINUED_MAX + 1, VERSION_CONTINUED_MAX + 1, 5, false },
		  NULL,
		  0,
		  0,
		  5,
		  5,
		  1,
		  TG,
		  false,
		  "the version of timestamp (and of other roles), above 2^52" },
		{ "only the timestamp's key replaced",
		  TS,
		  0,
		  { 0, HUGE, HUGE, 5, false },
		  NULL,
		  0,
		  HUGE,
		  5,
		  5,
		  1,
		  SN | TG,
		  true,
		  "the version of timestamp, above 2^52" },
		{ "only the snapshot's key replaced",
		  SN,
		  0,
		  { 0, HUGE, HUGE, 5, false },
		  NULL,
		  HUGE,
		  HUGE,
		  5,
		  5,
		  1,
		  TS | TG,
		  false,
		  NULL },
		{ "targets driven up by who is still good",
		  TS | SN,
		  0,
		  { 0, 7, 6, HUGE, false },
		  NULL,
		  7,
		  6,
		  HUGE,
		  HUGE,
		  1,
		  TG,
		  false,
		  NULL },
		{ "targets too, and theirs alone replaced",
		  TG,
		  0,
		  { 0, 7, 6, HUGE, false },
		  "no longer names",
		  7,
		  6,
		  HUGE,
		  HUGE,
		  1,
		  TS | SN,
		  true,
		  NULL },
		{ "targets too, and all replaced",
		  TS | SN | TG,
		  0,
		  { 0, 7, HUGE, HUGE, false },
		  "no longer names",
		  7,
		  0,
		  0,
		  0,
		  1,
		  0,
		  false,
		  "the version of snapshot (and of other roles)" },
		{ "a snapshot by replaced keys that lies",
		  SN,
		  0,
		  { 0, 7, 6, 5, true },
		  "does not hold together",
		  7,
		  6,
		  6,
		  5,
		  1,
		  0,
		  false,
		  NULL },
		{ "signed anew under the second root",
		  TS | SN | TG,
		  0,
		  { TS | SN | TG, 7, 6, 5, false },
		  NULL,
		  7,
		  6,
		  5,
		  5,
		  1,
		  TS | SN | TG,
		  true,
		  NULL },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tuf_chain chain = chain_of(w, cases[i].replaced, cases[i].both, 2);
		struct previous p;
		unsigned files;

		print_message("%s\n", cases[i].what);
		assert_int_equal(fresh(state), 0);
		put_tree(w, &cases[i].tree);
		/* names of what is current do not matter here: test_names() */
		if (load(w, &p, &chain))
			fail_msg("%s", w->d.v[0].text);
		files = (part(&p, "timestamp")->file ? TS : 0) | (part(&p, "snapshot")->file ? SN : 0) |
			(part(&p, "targets")->file && part(&p, "objects")->file ? TG : 0);
		assert_true(!p.unusable == !cases[i].unusable);
		if (p.unusable)
			assert_non_null(strstr(p.unusable, cases[i].unusable));
		assert_int_equal(p.recipes.n, cases[i].unusable ? 0 : 1);
		assert_int_equal(p.nobjects, cases[i].unusable ? 0 : 1);
		assert_true(part(&p, "timestamp")->highest == cases[i].timestamp);
		assert_int_equal(files, cases[i].files);
		assert_int_equal(part(&p, "retired")->version, cases[i].listed ? 1 : 0);
		assert_int_equal(w->d.n, cases[i].warning ? w->d.warnings : 0);
		if (cases[i].warning)
			assert_true(warned(w, cases[i].warning));
		assert_true(part(&p, "snapshot")->highest == cases[i].snapshot);
		assert_true(part(&p, "targets")->highest == cases[i].targets);
		assert_true(part(&p, "objects")->highest == cases[i].objects);
		assert_true(part(&p, "retired")->highest == cases[i].retired);
		previous_release(&p);
	}
}

/* Numbers that files of metadata/ bear. */
static void test_names(void **state)
{
	static const struct {
		const char *name;
		const char *role;
		uint64_t highest;
		bool planted;
	} cases[] = {
		{ "9.snapshot.json", "snapshot", 9, false },
		{ "5.snapshot.json", "snapshot", 6, false },
		{ "1048582.snapshot.json", "snapshot", 1048582, false }, /* 6 + 2^20 */
		{ "1048583.snapshot.json", "snapshot", 6, true },
		{ "9007199254740990.snapshot.json", "snapshot", 6, true },
		{ "9007199254740991.targets.json", "targets", 5, true },
		{ "9007199254740992.targets.json", "targets", 5, false }, /* no number of a version */
		{ "12.objects-a.json", "objects-a", 12, false },
		{ "12.objects-a0.json", "objects-a0", 12, false },
		{ "12.objects-a0b.json", "objects-a0b", 0, false },
		{ "12.objects-g.json", "objects-g", 0, false },
		{ "12.somebody.json", "somebody", 0, false },
		{ "1048577.objects-a.json", "objects-a", 0, true },
		{ "012.snapshot.json", "snapshot", 6, false },
		{ "9.timestamp.json", "timestamp", 9, false },
		{ "9.root.json", "root", 0, false },
		{ "9007199254740991.root.json", "root", 0, false },
	};
	const struct spec spec = { 0, 7, 6, 5, false };
	struct world *w = *state;
	struct tuf_chain chain = chain_of(w, 0, 0, 1);

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct previous p;

		print_message("%s\n", cases[i].name);
		assert_int_equal(fresh(state), 0);
		put_tree(w, &spec);
		put(w, arena_printf(&w->mem, "metadata/%s", cases[i].name).p, SLICE("junk"));
		assert_int_equal(load(w, &p, &chain), 0);
		assert_true(part(&p, cases[i].role)->highest == cases[i].highest);
		assert_int_equal(w->d.warnings, cases[i].planted ? 1 : 0);
		if (cases[i].planted)
			assert_non_null(strstr(w->d.v[0].at.path, cases[i].name));
		previous_release(&p);
	}
}

/* After a theft: the count begins again above the names that are believed. */
static void test_restart_above_names(void **state)
{
	const struct spec spec = { 0, HUGE, HUGE, 5, false };
	struct world *w = *state;
	struct tuf_chain chain = chain_of(w, TS | SN, 0, 2);
	struct previous p;

	put_tree(w, &spec);
	put(w, "metadata/41.snapshot.json", SLICE("a good one of before"));
	assert_int_equal(load(w, &p, &chain), 0);
	assert_true(part(&p, "snapshot")->highest == 41);
	assert_true(part(&p, "timestamp")->highest == 0);
	previous_release(&p);
}

/* A fault is an error, unless it lies below a file by replaced keys: a thief had them, and stops nothing. */
static void test_faults(void **state)
{
	static const struct {
		const char *what;
		unsigned replaced;
		struct spec tree;
		const char *error;    /* NULL: the tree is taken … */
		const char *unusable; /* … for its numbers alone, or whole (NULL) */
	} cases[] = {
		{ "a timestamp by a stranger", 0, { TS, 7, 6, 5, false }, "not signed by the keys of its role", NULL },
		{ "a snapshot by a stranger", 0, { SN, 7, 6, 5, false }, "not signed by the keys of its role", NULL },
		{ "the same, below a timestamp by replaced keys",
		  TS,
		  { SN, 7, 6, 5, false },
		  NULL,
		  "not signed by the keys of its role" },
		{ "a new root's snapshot below an old one's timestamp", TS | SN, { SN, 7, 6, 5, false }, NULL, NULL },
		{ "targets that are not there", 0, { 0, 7, 6, 5, true }, "this file of the metadata is missing", NULL },
		{ "the same, of targets whose keys were replaced",
		  TG,
		  { 0, 7, 6, 5, true },
		  "this file of the metadata is missing",
		  NULL },
		{ "the same, below a timestamp by replaced keys",
		  TS,
		  { 0, 7, 6, 5, true },
		  "this file of the metadata is missing",
		  NULL },
		{ "the same, below a snapshot by replaced keys",
		  SN,
		  { 0, 7, 6, 5, true },
		  NULL,
		  "this file of the metadata is missing" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tuf_chain chain = chain_of(w, cases[i].replaced, 0, 2);
		struct previous p;

		print_message("%s\n", cases[i].what);
		assert_int_equal(fresh(state), 0);
		put_tree(w, &cases[i].tree);
		assert_int_equal(load(w, &p, &chain), cases[i].error ? -1 : 0);
		assert_true(!cases[i].error || warned(w, cases[i].error));
		assert_true(!p.unusable == !cases[i].unusable);
		if (cases[i].unusable) {
			assert_non_null(strstr(p.unusable, cases[i].unusable));
			assert_true(part(&p, "snapshot")->highest == 6);
			assert_null(part(&p, "timestamp")->file);
		}
		previous_release(&p);
	}
}

/* The roots of the tree: as far as they go, and those of the commit. */
static void test_roots(void **state)
{
	const struct spec spec = { 0, 7, 6, 5, false };
	struct world *w = *state;
	struct tuf_chain one = chain_of(w, 0, 0, 1), two = chain_of(w, TS, 0, 2);
	struct previous p;

	put_tree(w, &spec);
	put(w, "metadata/2.root.json", two.bytes[1]);
	assert_int_equal(load(w, &p, &two), 0);
	previous_release(&p);
	assert_int_equal(load(w, &p, &one), -1);
	assert_true(warned(w, "the commit's chain of roots ends at version 1"));
	diags_release(&w->d);
	put(w, "metadata/2.root.json", root(w, 2, SN, 0));
	assert_int_equal(load(w, &p, &two), -1);
	assert_true(warned(w, "differs from the commit's root of that version"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_rotations, fresh),
		cmocka_unit_test_setup(test_names, fresh),
		cmocka_unit_test_setup(test_restart_above_names, fresh),
		cmocka_unit_test_setup(test_faults, fresh),
		cmocka_unit_test_setup(test_roots, fresh),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
