/* Conformance, second part (see conformance.c): keys, thresholds, signatures, rotations. The table of the suite's tests is in conformance.c.
 * A new root comes with a new timestamp here: while timestamp.json is the trusted one and unexpired, the library looks for nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "repo.h"

#define STRICT "the library takes what the format describes, and nothing else"

/* --- thresholds and signatures -------------------------------------------------------------------------------------------- */

static void threshold_of_snapshot(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	repo_role(&r, TUF_SNAPSHOT, "s12", 3, NULL);
	repo_next_root(&r);
	repo_next(&r);
	accept_tree(&r);
	repo_role(&r, TUF_SNAPSHOT, "s12", 3, "s1");
	repo_next(&r);
	refuse_tree(&r, MDR_REFUSED, "metadata/3.snapshot.json: is not signed by enough of the keys");
	repo_role(&r, TUF_SNAPSHOT, "s12", 3, "s1z"); /* a third signature, by nobody */
	repo_next(&r);
	refuse_tree(&r, MDR_REFUSED, "metadata/4.snapshot.json: is not signed by enough of the keys");
	repo_role(&r, TUF_SNAPSHOT, "s12", 3, "s1t"); /* by the key of another role */
	repo_next(&r);
	refuse_tree(&r, MDR_REFUSED, "metadata/5.snapshot.json: is not signed by enough of the keys");
	repo_role(&r, TUF_SNAPSHOT, "s12", 3, NULL);
	repo_next(&r);
	accept_tree(&r);
	expect_trusted(&r, 2, 6, 6, 6);
	repo_release(&r);
}

/* The same signature more than once: the file is refused, also where the threshold would be met without. */
static void doubled_signatures(void **state)
{
	static const enum tuf_type types[] = { TUF_TARGETS, TUF_SNAPSHOT, TUF_TIMESTAMP };
	struct repo r;

	(void)state;
	for (size_t i = 0; i < COUNT(types) * 2; i++) {
		enum tuf_type type = types[i / 2];
		char name[64];

		snprintf(name, sizeof(name), "%s-%zu", __func__, i);
		repo_init(&r, name);
		accept_tree(&r);
		repo_role(&r, type, "12", 1 + i % 2, NULL);
		repo_next_root(&r);
		repo_role(&r, type, "12", 1 + i % 2, "11");
		repo_next(&r);
		refuse_tree(&r, MDR_REFUSED, "two signatures by one key");
		repo_role(&r, type, "12", 1 + i % 2, NULL);
		repo_next(&r);
		accept_tree(&r);
		repo_release(&r);
	}
}

static void bad_signature_beside_a_good_one(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	repo_role(&r, TUF_TIMESTAMP, "pq", 1, NULL);
	repo_next_root(&r);
	r.spoiled = 'p';
	repo_next(&r);
	accept_tree(&r);
	r.emptied = 'p';
	repo_next(&r);
	r.differs = STRICT;
	refuse_tree(&r, MDR_REFUSED, "metadata/timestamp.json: sig is not");
	repo_honest(&r);
	r.spoiled = 'q';
	repo_role(&r, TUF_TIMESTAMP, "pq", 2, NULL);
	repo_next_root(&r);
	repo_next(&r);
	refuse_tree(&r, MDR_REFUSED, "metadata/timestamp.json: is not signed by enough");
	repo_honest(&r);
	repo_next(&r);
	accept_tree(&r);
	repo_release(&r);
}

/* Each type as the second key of the root: needed, and then wrong. */
static void key_types(void **state)
{
	static const char *const keys[] = { "r1", "rE", "rR" };
	struct repo r;

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s-%zu", __func__, i);
		repo_init(&r, name);
		repo_role(&r, TUF_ROOT, keys[i], 2, NULL);
		repo_role(&r, TUF_TIMESTAMP, &keys[i][1], 1, NULL);
		repo_next_root(&r);
		repo_next(&r);
		accept_tree(&r);
		expect_trusted(&r, 2, 2, 2, 2);
		repo_next(&r);
		r.spoiled = keys[i][1];
		repo_next_root(&r);
		refuse_tree(&r, MDR_REFUSED, "metadata/3.root.json: is not signed by the threshold of");
		repo_honest(&r);
		repo_write_root(&r);
		accept_tree(&r);
		expect_trusted(&r, 3, 3, 3, 3);
		repo_release(&r);
	}
}

/* Roots whose keys and roles do not fit together. */
static void bad_roots(void **state)
{
	static const struct {
		const char *name, *from, *to, *text;
		bool differs;
	} cases[] = {
		{ "threshold-above-keys", "\"threshold\":1},\"targets\"", "\"threshold\":2},\"targets\"",
		  "a threshold is greater than the number of the role's keys", false },
		{ "threshold-zero", "\"threshold\":1},\"targets\"", "\"threshold\":0},\"targets\"",
		  "a threshold is not a number from 1 to 64", false },
		{ "no-keys", "\"keys\":{", "\"keys\":{},\"was\":{", "", false },
		{ "unknown-key-type", "\"keytype\":\"ed25519\"", "\"keytype\":\"ed448\"", "", false },
		{ "unknown-scheme", "\"scheme\":\"ed25519\"", "\"scheme\":\"ed448\"", "", true },
		{ "key-too-short", "\"public\":\"", "\"public\":\"0\",\"was\":\"", "", false },
		{ "no-timestamp-role", "\"timestamp\":{", "\"timestump\":{", "roles must be", false },
		{ "fifth-role", "\"roles\":{", "\"roles\":{\"mirrors\":{\"keyids\":[],\"threshold\":1},",
		  "roles must be", true },
		{ "not-consistent", "\"consistent_snapshot\":true", "\"consistent_snapshot\":false",
		  "consistent_snapshot is not true", false },
		{ "spec-version-2", "\"spec_version\":\"1.0.34\"", "\"spec_version\":\"2.0.0\"",
		  "spec_version is not 1.0.34", false },
		{ "spec-version-older", "\"spec_version\":\"1.0.34\"", "\"spec_version\":\"1.0.19\"",
		  "spec_version is not 1.0.34", true },
		{ "no-version", "\"version\":2}", "\"vers\":2}", "", false },
		{ "version-as-text", "\"version\":2}", "\"version\":\"2\"}", "", false },
		{ "expires-no-time", "\"expires\":\"2027-11-21T08:00:00Z\"", "\"expires\":\"2027-02-30T08:00:00Z\"",
		  "expires is not a time", true },
	};
	struct repo r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char name[64], text[128];

		snprintf(name, sizeof(name), "%s-%s", __func__, cases[i].name);
		repo_init(&r, name);
		accept_tree(&r);
		repo_edit(&r, TUF_ROOT, cases[i].from, cases[i].to, false);
		repo_next_root(&r);
		repo_next(&r);
		snprintf(text, sizeof(text), "metadata/2.root.json: %s", cases[i].text);
		r.differs = cases[i].differs ? STRICT : NULL;
		refuse_tree(&r, MDR_REFUSED, text);
		repo_honest(&r);
		repo_write_root(&r);
		repo_next(&r);
		repo_new_device(&r); /* a standard client may have kept the root by now, although it refused the rest */
		accept_tree(&r);
		repo_release(&r);
	}
}

/* A role that names a key twice, so that one signature would count as two. */
static void doubled_key_ids(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	accept_tree(&r);
	repo_role(&r, TUF_SNAPSHOT, "ss", 2, "s");
	repo_next_root(&r);
	repo_next(&r);
	refuse_tree(&r, MDR_REFUSED, "metadata/2.root.json: a role names a key twice");
	repo_role(&r, TUF_SNAPSHOT, "s", 1, NULL);
	repo_write_root(&r);
	repo_publish(&r);
	accept_tree(&r);
	repo_release(&r);
}

/* --- rotation ------------------------------------------------------------------------------------------------------------ */

struct root_version {
	const char *keys;
	uint32_t threshold;
	const char *signers;
};

static const struct {
	const char *name;
	bool fails; /* the last one */
	struct root_version v[5];
} root_cases[] = {
	{ "1-of-1-key-rotation", false, { { "1", 1, "1" }, { "2", 1, "21" }, { "2", 1, "2" } } },
	{ "1-of-1-key-rotation-unused-signatures",
	  false,
	  { { "1", 1, "314" }, { "2", 1, "3214" }, { "2", 1, "324" } } },
	{ "3-of-5-sign-with-different-keycombos",
	  false,
	  { { "01234", 3, "024" }, { "01234", 3, "041" }, { "01234", 3, "013" }, { "01234", 3, "013" } } },
	{ "3-of-5-one-key-rotated", false, { { "01234", 3, "024" }, { "01345", 3, "041" } } },
	{ "3-of-5-one-key-rotated-with-intermediate-step",
	  false,
	  { { "01234", 3, "024" }, { "01345", 3, "0245" }, { "01345", 3, "045" } } },
	{ "3-of-5-all-keys-rotated-with-intermediate-step",
	  false,
	  { { "01234", 3, "024" }, { "56789", 3, "024567" }, { "56789", 3, "567" } } },
	{ "1-of-3-threshold-increase-to-2-of-3", false, { { "123", 1, "1" }, { "123", 2, "12" } } },
	{ "2-of-3-threshold-decrease-to-1-of-3", false, { { "123", 2, "12" }, { "123", 1, "12" }, { "123", 1, "1" } } },
	{ "1-of-2-threshold-increase-to-2-of-2", false, { { "1", 1, "1" }, { "12", 2, "12" } } },
	{ "1-of-1-key-rotation-fail-not-signed-with-old-key", true, { { "1", 1, "1" }, { "2", 1, "234" } } },
	{ "1-of-1-key-rotation-fail-not-signed-with-new-key", true, { { "1", 1, "1" }, { "2", 1, "134" } } },
	{ "3-of-5-one-key-rotate-fails-not-signed-with-3-new-keys",
	  true,
	  { { "01234", 3, "024" }, { "01345", 3, "024" } } },
	{ "3-of-5-one-key-rotate-fails-not-signed-with-3-old-keys",
	  true,
	  { { "01234", 3, "024" }, { "01345", 3, "045" } } },
	{ "1-of-3-threshold-bump-to-2-of-3-fails-new-threshold-not-reached",
	  true,
	  { { "123", 1, "1" }, { "123", 2, "2" } } },
	{ "2-of-3-threshold-decr-to-1-of-3-fails-old-threshold-not-reached",
	  true,
	  { { "123", 2, "12" }, { "123", 1, "1" } } },
};

/* Each sequence of roots in one refresh, and root by root. */
static void root_rotation(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(root_cases) * 2; i++) {
		const struct root_version *v = root_cases[i / 2].v;
		bool by_step = i % 2, fails = root_cases[i / 2].fails;
		char name[128];
		struct repo r;
		size_t n = 0;

		while (n < COUNT(root_cases[0].v) && v[n].keys)
			n++;
		snprintf(name, sizeof(name), "root-%s%s", root_cases[i / 2].name, by_step ? "-by-step" : "");
		print_message("%s\n", name);
		repo_init(&r, name);
		r.t.spec.version[TUF_ROOT] = 0;
		for (size_t k = 0; k < n; k++) {
			repo_role(&r, TUF_ROOT, v[k].keys, v[k].threshold, v[k].signers);
			repo_next_root(&r);
			repo_next(&r);
			r.root = tree_find(&r.t, "metadata/1.root.json")->data;
			if (fails && k + 1 == n)
				refuse_tree(&r, MDR_REFUSED, "root.json: is not signed by the threshold of ");
			else if (by_step || k + 1 == n)
				accept_tree(&r);
		}
		if (!fails)
			expect_trusted(&r, n, n + 1, n + 1, n + 1);
		else if (by_step)
			expect_trusted(&r, n - 1, n, n, n);
		repo_release(&r);
	}
}

static const struct {
	const char *name;
	bool fails;
	struct root_version v;
} other_cases[] = {
	{ "1-of-1-key-rotation", false, { "2", 1, "2" } },
	{ "1-of-1-key-rotation-unused-signatures", false, { "1", 1, "314" } },
	{ "1-of-1-key-rotation-fail-not-signed-with-new-key", true, { "2", 1, "134" } },
	{ "3-of-5-one-key-signature-wrong-not-signed-with-3-expected-keys", true, { "01345", 3, "024" } },
	{ "2-of-5-one-key-signature-missing-threshold-not-reached", true, { "01345", 3, "04" } },
	{ "3-of-5-sign-first-combo", false, { "01234", 3, "024" } },
	{ "3-of-5-sign-second-combo", false, { "01234", 3, "041" } },
	{ "3-of-5-sign-third-combo", false, { "01234", 3, "013" } },
	{ "3-of-5-sign-fourth-combo", false, { "01234", 3, "123" } },
	{ "3-of-5-sign-fifth-combo", false, { "01234", 3, "234" } },
};

static void other_rotations(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(other_cases) * 3; i++) {
		enum tuf_type type = (enum tuf_type)(TUF_TARGETS + i % 3);
		const struct root_version *v = &other_cases[i / 3].v;
		char name[128];
		struct repo r;

		snprintf(name, sizeof(name), "%s-%s", tuf_type_name(type), other_cases[i / 3].name);
		print_message("%s\n", name);
		repo_init(&r, name);
		accept_tree(&r);
		repo_role(&r, type, v->keys, v->threshold, v->signers);
		repo_next_root(&r);
		repo_next(&r);
		if (other_cases[i / 3].fails)
			refuse_tree(&r, MDR_REFUSED, "is not signed by enough of the keys that the root names");
		else
			accept_tree(&r);
		repo_release(&r);
	}
}

/* A file that the key to come has signed too still counts when the old key goes: with it its version. */
static void overlap(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	repo_role(&r, TUF_TIMESTAMP, "p", 1, "pq");
	repo_versions(&r, 1, 1, 5);
	accept_tree(&r);
	repo_role(&r, TUF_TIMESTAMP, "q", 1, NULL);
	repo_next_root(&r);
	repo_versions(&r, 1, 1, 4);
	refuse_tree(&r, MDR_OLDER, "metadata/timestamp.json: version 4 is older than the trusted 5");
	repo_versions(&r, 1, 1, 6);
	accept_tree(&r);
	repo_release(&r);
}

/* Ten roots at once, every one of which exchanges every key; for a device that was away, and for a new one. */
static void ten_roots(void **state)
{
	static const char *const keys[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j" };
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	accept_tree(&r);
	for (size_t i = 0; i < COUNT(keys); i++) {
		const char *both = arena_printf(&r.t.mem, "%s%s", keys[i], i ? keys[i - 1] : "r").p;

		repo_role(&r, TUF_ROOT, keys[i], 1, both);
		for (int type = TUF_TARGETS; type <= TUF_TIMESTAMP; type++)
			repo_role(&r, (enum tuf_type)type, keys[(i + (size_t)type) % COUNT(keys)], 1, NULL);
		repo_next_root(&r);
		repo_next(&r);
	}
	accept_tree(&r);
	expect_trusted(&r, 11, 11, 11, 11);
	repo_new_device(&r);
	accept_tree(&r);
	expect_trusted(&r, 11, 11, 11, 11);
	repo_release(&r);
}

/* A root left out, a root twice, and more of them than a device follows at once. */
static void root_gaps(void **state)
{
	struct mdr_client *c;
	struct mdr_error err;
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	accept_tree(&r);
	repo_next_root(&r);
	repo_next_root(&r);
	repo_next(&r);
	tree_put(&r.t, "metadata/2.root.json", tree_find(&r.t, "metadata/3.root.json")->data);
	refuse_tree(&r, MDR_REFUSED, "metadata/2.root.json: version is not the previous root's version + 1");
	tree_put(&r.t, "metadata/2.root.json", r.root);
	refuse_tree(&r, MDR_REFUSED, "metadata/2.root.json: version is not the previous root's version + 1");
	tree_find(&r.t, "metadata/2.root.json")->gone = true; /* the chain ends before the gap */
	accept_tree(&r);
	expect_trusted(&r, 1, 2, 2, 2);
	repo_release(&r);

	repo_init(&r, "too-many-roots");
	for (int i = 0; i < 4; i++)
		repo_next_root(&r);
	assert_int_equal(repo_open(&c, &r, &err), MDR_OK);
	c->terms.limits.rotations = 3;
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_REFUSED);
	assert_string_equal(err.text, "metadata: more than 3 new roots at once");
	c->terms.limits.rotations = 4;
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	mdr_close(c);
	repo_release(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threshold_of_snapshot),
		cmocka_unit_test(doubled_signatures),
		cmocka_unit_test(bad_signature_beside_a_good_one),
		cmocka_unit_test(key_types),
		cmocka_unit_test(bad_roots),
		cmocka_unit_test(doubled_key_ids),
		cmocka_unit_test(root_rotation),
		cmocka_unit_test(other_rotations),
		cmocka_unit_test(overlap),
		cmocka_unit_test(ten_roots),
		cmocka_unit_test(root_gaps),
	};

	repo_arguments(argc, argv);
	return cmocka_run_group_tests_name("resolve/conformance_keys", tests, NULL, NULL);
}
