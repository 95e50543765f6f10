/* Roles over many builds: what stays, what gets a new version, how objects are cut into bins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "sign/roles.h"

#define NOW INT64_C(1767225600)
#define DAY INT64_C(86400)

struct world {
	char dir[64];
	struct arena mem;
	struct digests *dg;
	struct diags d;
	struct keyset keys;
	struct tuf_chain chain;
	struct slice root;
};

static const char *in(struct world *w, const char *name)
{
	return arena_printf(&w->mem, "%s/%s", w->dir, name).p;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct strbuf root = STRBUF_INIT;

	strcpy(w->dir, "/tmp/mdstatic-roles-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(digests_new(&w->dg), 0);
	assert_int_equal(keys_new(in(w, "keys"), in(w, "roots"), NOW, w->dg, &w->d), 0);
	assert_int_equal(keys_load(&w->keys, in(w, "keys"), 15, NULL, w->dg, &w->d), 0);
	assert_int_equal(file_read(&root, in(w, "roots/1.root.json"), TUF_ROOT_MAX, &w->d), 0);
	w->root = arena_copy(&w->mem, strbuf_slice(&root));
	strbuf_release(&root);
	assert_int_equal(roots_check(&w->chain, &w->mem, w->dg, &w->root, 1, "keys", NOW,
				     &w->keys.settings.roles[KEYS_ROOT], &w->d),
			 0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	assert_int_equal(file_remove_tree(w->dir, &w->d), 0);
	keyset_release(&w->keys);
	diags_release(&w->d);
	digests_free(w->dg);
	arena_release(&w->mem);
	free(w);
	return 0;
}

static int target_cmp(const void *a, const void *b)
{
	return slice_cmp(((const struct tuf_target *)a)->path, ((const struct tuf_target *)b)->path);
}

static struct tuf_target *make_objects(struct world *w, size_t n)
{
	struct tuf_target *v = ARENA_ARRAY(&w->mem, struct tuf_target, n + 1);

	for (size_t i = 0; i < n; i++) {
		char hex[SHA256_HEX];

		assert_int_equal(digest_sha256(w->dg, v[i].hash, slice_bytes(&i, sizeof(i))), 0);
		digest_hex(hex, v[i].hash, 32);
		v[i].path = arena_printf(&w->mem, "o/%.16s/manifest.json", hex);
		v[i].length = i;
	}
	qsort(v, n, sizeof(*v), target_cmp);
	return v;
}

static struct tuf_parts build(struct world *w, int64_t now, size_t objects, const struct tuf_parts *previous)
{
	struct tuf_target index = { .path = SLICE("index/v1/android-switch.json"), .length = 7 };
	struct roles_input in = { .app = SLICE("DEMO01-default"),
				  .now = now,
				  .root = &w->chain.v[0],
				  .roots_dir = "keys",
				  .keys = &w->keys,
				  .indexes = &index,
				  .nindexes = 1,
				  .objects = make_objects(w, objects),
				  .nobjects = objects,
				  .previous = previous };
	struct tuf_parts out = { 0 };

	if (roles_make(&out, &w->mem, w->dg, &in, &w->d))
		fail_msg("%s", w->d.v[w->d.n - 1].text);
	return out;
}

static const struct tuf_part *part(const struct tuf_parts *p, const char *role)
{
	const struct tuf_part *found = tuf_part_find(p, slice_of(role));

	if (!found)
		fail_msg("no role %s", role);
	return found;
}

static uint64_t version(const struct tuf_parts *p, const char *role)
{
	return part(p, role)->version;
}

static void test_first(void **state)
{
	struct world *w = *state;
	struct tuf_parts p = build(w, NOW, 3, NULL);
	static const struct {
		const char *role;
		int64_t days;
	} roles[] = { { "objects", 365 }, { "snapshot", 30 }, { "targets", 365 }, { "timestamp", 7 } };

	assert_int_equal(p.n, COUNT(roles));
	for (size_t i = 0; i < COUNT(roles); i++) {
		const struct tuf_part *r = part(&p, roles[i].role);
		struct tuf_file back;
		const char *why = "";

		print_message("%s\n", roles[i].role);
		assert_int_equal(r->version, 1);
		assert_int_equal(r->file->expires, NOW + roles[i].days * DAY);
		assert_int_equal(tuf_decode(&back, &w->mem, w->dg, r->file->type, r->bytes, &why), 0);
		assert_true(slice_eq(back.payload, r->file->payload));
		assert_true(slice_eqs(back.app, "DEMO01-default"));
	}
	assert_true(part(&p, "timestamp")->bytes.n <= 640);
}

/* When a role of an unchanged tree gets new bytes: each row is days after the first build and versions then. */
static void test_unchanged(void **state)
{
	static const struct {
		int64_t seconds;
		uint64_t timestamp, snapshot, targets, objects;
	} cases[] = {
		{ 0, 1, 1, 1, 1 },         { 4 * DAY, 1, 1, 1, 1 },      { 5 * DAY, 2, 1, 1, 1 },
		{ 20 * DAY, 2, 1, 1, 1 },  { 20 * DAY + 1, 2, 2, 1, 1 }, { 243 * DAY, 2, 2, 1, 1 },
		{ 244 * DAY, 2, 2, 2, 2 }, { -3 * DAY, 1, 1, 1, 1 },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tuf_parts first = build(w, NOW, 3, NULL), p = build(w, NOW + cases[i].seconds, 3, &first);

		print_message("%lld seconds\n", (long long)cases[i].seconds);
		assert_int_equal(version(&p, "timestamp"), cases[i].timestamp);
		assert_int_equal(version(&p, "snapshot"), cases[i].snapshot);
		assert_int_equal(version(&p, "targets"), cases[i].targets);
		assert_int_equal(version(&p, "objects"), cases[i].objects);
		for (size_t k = 0; k < p.n; k++) {
			if (p.v[k].version == 1)
				assert_true(slice_eq(p.v[k].bytes, first.v[k].bytes));
		}
	}
}

static void test_changed(void **state)
{
	struct world *w = *state;
	struct tuf_parts first = build(w, NOW, 3, NULL), p;

	for (size_t i = 0; i < first.n; i++) {
		if (slice_eqs(first.v[i].role, "snapshot"))
			first.v[i].highest = 41; /* a publisher that died claimed up to 41 */
	}
	p = build(w, NOW + 60, 4, &first);
	assert_int_equal(version(&p, "objects"), 2);
	assert_int_equal(version(&p, "targets"), 1);
	assert_int_equal(version(&p, "snapshot"), 42);
	assert_int_equal(version(&p, "timestamp"), 2);
	assert_int_equal(tuf_meta_find(&part(&p, "snapshot")->file->metas, SLICE("objects"))->version, 2);
	assert_int_equal(part(&p, "timestamp")->file->metas.v[0].version, 42);
}

static void test_bins(void **state)
{
	static const struct {
		size_t objects, bins;
	} cases[] = { { 0, 1 }, { ROLES_OBJECTS_MAX, 1 }, { ROLES_OBJECTS_MAX + 1, 16 }, { 6600, 256 }, { 5, 256 } };
	struct world *w = *state;
	struct tuf_parts p = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct tuf_file *targets;
		size_t listed = 0;

		p = build(w, NOW + (int64_t)i, cases[i].objects, i ? &p : NULL);
		targets = part(&p, "targets")->file;
		print_message("%zu objects: %zu bins\n", cases[i].objects, targets->targets.ndelegations);
		assert_int_equal(targets->targets.ndelegations, cases[i].bins);
		for (size_t b = 0; b < cases[i].bins; b++) {
			const struct tuf_delegation *d = &targets->targets.delegations[b];
			const struct tuf_file *f = tuf_part_find(&p, d->name)->file;

			listed += f->targets.n;
			assert_true(f->targets.n <= ROLES_OBJECTS_MAX);
			assert_true(tuf_signed_by_delegation(f, &targets->targets, d, NULL));
			for (size_t k = 0; k < f->targets.n; k++)
				assert_true(tuf_path_matches(d->paths[0], f->targets.v[k].path));
		}
		assert_int_equal(listed, cases[i].objects);
		assert_true(part(&p, "snapshot")->bytes.n < 100000);
	}
	/* names stay in the snapshot, and their last files with them */
	assert_int_equal(part(&p, "snapshot")->file->metas.n, 1 + 1 + 16 + 256);
	assert_null(part(&p, "objects")->file);
	assert_null(part(&p, "objects-a")->file);
	assert_true(part(&p, "objects-a")->bytes.n > 0);
	assert_non_null(part(&p, "objects-a0")->file);
}

static void test_foreign_keys(void **state)
{
	struct world *w = *state;
	struct roles_input input = { .app = SLICE("A-b"), .now = NOW, .root = &w->chain.v[0], .roots_dir = "keys" };
	struct keyset other = KEYSET_INIT;
	struct diags d = DIAGS_INIT;
	struct tuf_parts out;

	assert_int_equal(keys_new(in(w, "foreign/keys"), in(w, "foreign/roots"), NOW, w->dg, &d), 0);
	assert_int_equal(keys_load(&other, in(w, "foreign/keys"), 15, NULL, w->dg, &d), 0);
	input.keys = &other;
	assert_int_equal(roles_make(&out, &w->mem, w->dg, &input, &d), -1);
	assert_int_equal(d.errors, 3);
	assert_int_equal(diags_exit(&d), 3);
	assert_non_null(strstr(d.v[0].at.path, "targets.pem"));
	assert_non_null(strstr(d.v[0].text, "role targets"));
	keyset_release(&other);
	diags_release(&d);
}

/* The newest root by the days that it has left: the settings say when that is too few, and when a warning is due. */
static void test_roots(void **state)
{
	static const struct {
		int64_t day;
		int64_t resign, minimum; /* days; 0: the default of resign */
		int result;
		const char *said;
	} cases[] = {
		{ 0, 0, 1, 0, NULL },
		{ 243, 0, 1, 0, NULL },
		{ 244, 0, 1, 0, "the root expires at 2027-01-01T00:00:00Z, in 121 days; sign the next version" },
		{ 364, 0, 1, 0, "in 1 day; sign" },
		{ 364, 0, 2, -1, "in 1 day, and [root] minimum is 2 days: nothing is published under it" },
		{ 365, 0, 0, -1, "expired at 2027-01-01T00:00:00Z: devices refuse" },
		{ 243, 122, 1, 0, NULL },
		{ 300, 30, 1, 0, NULL },
		{ 336, 30, 1, 0, "in 29 days" },
	};
	struct world *w = *state;
	struct slice twice[2] = { w->root, w->root };
	struct tuf_chain chain;
	struct diags d = DIAGS_INIT;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct role_settings s = w->keys.settings.roles[KEYS_ROOT];
		int64_t now = NOW + cases[i].day * DAY;

		print_message("day %lld\n", (long long)cases[i].day);
		s.resign = cases[i].resign ? cases[i].resign * DAY : s.resign;
		s.minimum = cases[i].minimum * DAY;
		assert_int_equal(roots_check(&chain, &w->mem, w->dg, &w->root, 1, "keys", now, &s, &d),
				 cases[i].result);
		assert_int_equal(d.n, cases[i].said ? 1 : 0);
		assert_int_equal(diags_exit(&d), cases[i].result ? 1 : 0);
		if (cases[i].said)
			assert_non_null(strstr(d.v[0].text, cases[i].said));
		diags_release(&d);
	}
	assert_int_equal(
		roots_check(&chain, &w->mem, w->dg, twice, 2, "keys", NOW, &w->keys.settings.roles[KEYS_ROOT], &d), -1);
	assert_string_equal(d.v[d.n - 1].at.path, "keys/2.root.json");
	assert_int_equal(
		roots_check(&chain, &w->mem, w->dg, NULL, 0, "keys", NOW, &w->keys.settings.roles[KEYS_ROOT], &d), -1);
	assert_int_equal(diags_exit(&d), 1);
	diags_release(&d);
}

static void test_buildinfo(void **state)
{
	struct world *w = *state;
	uint8_t lineage[1][SHA256_SIZE] = { { 1 } };
	struct elsewhere kept = { SLICE("targets/o/0123456789abcdef/00.filter.bin"), 4096 };
	struct buildinfo b = { .app = SLICE("A-b"),
			       .commit = SLICE("c0ffee"),
			       .tool = SLICE("0.1.0"),
			       .lineage = lineage,
			       .nlineage = 1,
			       .elsewhere = &kept,
			       .nelsewhere = 1,
			       .pointer_max_age = 1 };
	struct buildinfo back;
	struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
	const char *why = "";

	assert_int_equal(roles_buildinfo(&first, &w->mem, &b, SLICE(""), &w->keys, &w->chain.v[0], &w->d), 0);
	assert_int_equal(buildinfo_decode(&back, &w->mem, strbuf_slice(&first), &why), 0);
	assert_int_equal(back.pointer_max_age, 1);
	assert_true(envelope_verify(&back.signatures, back.payload, &w->chain.v[0].root.keys,
				    &w->chain.v[0].root.roles[TUF_TIMESTAMP], NULL));
	assert_int_equal(roles_buildinfo(&second, &w->mem, &b, strbuf_slice(&first), &w->keys, &w->chain.v[0], &w->d),
			 0);
	assert_true(slice_eq(strbuf_slice(&first), strbuf_slice(&second)));
	strbuf_release(&first);
	strbuf_release(&second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first),     cmocka_unit_test(test_unchanged),    cmocka_unit_test(test_changed),
		cmocka_unit_test(test_bins),      cmocka_unit_test(test_foreign_keys), cmocka_unit_test(test_roots),
		cmocka_unit_test(test_buildinfo),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
