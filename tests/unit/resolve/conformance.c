/* What the public conformance suite asks of TUF clients (theupdateframework/tuf-conformance), asked of the library in the words of our
 * format. The other parts are conformance_files.c (below: files) and conformance_keys.c (keys). Every tree that is made here is also given to
 * a standard client (tests/system/conformance.sh); where that decides otherwise, the step says why (`differs`).
 *
 *   the suite's test                                                             here
 *   test_basic_refresh_requests                                                  first_contact
 *   test_basic_refresh_trusted_data, test_basic_init_and_refresh                 first_contact
 *   test_implicit_refresh                                                        nothing_without_refresh (the library never refreshes by itself)
 *   test_invalid_initial_root, test_unsigned_initial_root                        bad_initial_root
 *   test_unsigned_metadata                                                       unsigned_metadata
 *   test_url_and_metadata_version_mismatch                                       version_in_the_name
 *   test_timestamp_content_changes, test_timestamp_eq_versions_check             same_timestamp_version
 *   test_snapshot_404, test_targets_404, test_timestamp_404                      missing_files
 *   test_incorrect_metadata_type                                                 incorrect_type
 *   test_root_expired, test_faketime                                             expired_root (of a refresh that failed nothing is kept, the root neither)
 *   test_snapshot_expired, test_targets_expired, test_timestamp_expired          expired
 *   test_expired_metadata                                                        expired_before_is_no_matter
 *   test_new_timestamp_version_rollback                                          rollback_of_timestamp
 *   test_simple_snapshot_rollback, test_snapshot_rollback                        rollback_of_snapshot
 *   test_targets_rollback                                                        rollback_of_targets
 *   test_new_timestamp_fast_forward_recovery                                     recovery_of_timestamp
 *   test_new_snapshot_fast_forward_recovery                                      recovery_of_snapshot
 *   test_new_targets_fast_forward_recovery                                       recovery_of_targets
 *   test_basic_metadata_hash_support, test_new_targets_hash_mismatch             files: lying_descriptions
 *   test_new_targets_version_mismatch, test_new_snapshot_version_mismatch        files: lying_descriptions
 *   test_client_downloads_expected_file, …_in_sub_dir                            first_contact (an index lies two folders deep)
 *   test_repository_substitutes_target_file                                      files: substituted_target, kept_target
 *   test_multiple_changes_to_target                                              files: many_editions
 *   test_download_with_hash_algorithms, …_with_unknown_hash_algorithm            files: hash_algorithms (sha256 alone)
 *   test_unusual_role_name                                                       files: role_names (a-z, 0-9 and -; others are refused)
 *   test_metadata_bytes_match, test_custom_fields                                files: other_forms (one encoding, known members alone)
 *   test_deprecated_keyid_hash_algorithms, test_wrong_hashing_algorithm          files: other_forms (the same)
 *   test_snapshot_does_not_meet_threshold, test_root_has_keys_but_not_snapshot   keys: threshold_of_snapshot
 *   test_snapshot_has_too_few_keys, test_snapshot_threshold                      keys: bad_roots (a threshold above the number of keys)
 *   test_duplicate_keys, test_duplicate_keys_root                                keys: doubled_key_ids
 *   test_duplicate_sig_keyids                                                    keys: doubled_signatures
 *   test_keytype_and_scheme                                                      keys: key_types
 *   test_invalid_sig_in_valid_metadata                                           keys: bad_signature_beside_a_good_one
 *   test_root_rotation                                                           keys: root_rotation, all of its cases by name
 *   test_non_root_rotations                                                      keys: other_rotations, all of its cases by name
 *
 *   Not here, since the library follows no delegation (hashes lead it to everything): test_graph_traversal, test_targetfile_search,
 *   test_delegated_targets_expired, test_expired_local_delegated_targets, test_expired_local_delegated_targets_updates. Not here, since these
 *   are trees of other generators, whose files have another form: test_static_repo. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "repo.h"

/* --- the workflow -------------------------------------------------------------------------------------------------------- */

static void first_contact(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	accept_tree(&r);
	assert_int_equal(r.t.fetches, 5); /* timestamp, 2.root, snapshot, targets, the index */
	expect_trusted(&r, 1, 1, 1, 1);
	accept_tree(&r);
	assert_int_equal(r.t.fetches, 1);
	repo_next(&r);
	accept_tree(&r);
	expect_trusted(&r, 1, 2, 2, 2);
	repo_release(&r);
}

static void nothing_without_refresh(void **state)
{
	struct mdr_client *c;
	struct mdr_error err;
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	assert_int_equal(repo_open(&c, &r, &err), MDR_OK);
	assert_null(tree_answer(c, "{\"platform\":\"android\"}", T0, MDR_SWITCH, 0, &err));
	assert_int_equal(err.code, MDR_STATELESS);
	assert_int_equal(r.t.fetches, 0);
	mdr_close(c);
	repo_release(&r);
}

static void bad_initial_root(void **state)
{
	static const struct {
		const char *from, *to;
		bool signed_already;
	} edits[] = {
		{ ",\"version\":1}", "}", false },
		{ "\"_type\":\"root\"", "\"_type\":\"targets\"", false },
		{ "\"version\":1}", "\"version\":2}", true },
		{ "\"sig\":\"", "\"sig\":\"00", true },
	};
	struct repo r;

	(void)state;
	for (size_t i = 0; i < COUNT(edits); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s-%zu", __func__, i);
		repo_init(&r, name);
		repo_edit(&r, TUF_ROOT, edits[i].from, edits[i].to, edits[i].signed_already);
		repo_write_root(&r);
		r.root = tree_find(&r.t, "metadata/1.root.json")->data;
		refuse_tree(&r, MDR_REFUSED, "the trusted root: ");
		assert_int_equal(r.t.fetches, 0);
		repo_release(&r);
	}
}

/* Signed by nobody, or by somebody else. */
static void unsigned_metadata(void **state)
{
	static const char *const paths[TUF_TYPE_COUNT] = { "metadata/2.root.json", "metadata/2.targets.json",
							   "metadata/2.snapshot.json", "metadata/timestamp.json" };
	struct repo r;

	(void)state;
	for (int i = 0; i < TUF_TYPE_COUNT * 2; i++) {
		enum tuf_type type = (enum tuf_type)(i / 2);
		char name[64];

		snprintf(name, sizeof(name), "%s-%d", __func__, i);
		repo_init(&r, name);
		accept_tree(&r);
		r.roles[type].signers = i % 2 ? "z" : "";
		if (type == TUF_ROOT)
			repo_next_root(&r);
		repo_next(&r);
		refuse_tree(&r, MDR_REFUSED, paths[type]);
		r.roles[type].signers = NULL;
		if (type == TUF_ROOT)
			repo_write_root(&r);
		repo_next(&r);
		accept_tree(&r);
		repo_release(&r);
	}
}

/* The name says 2, the file 3. */
static void version_in_the_name(void **state)
{
	static const enum tuf_type types[] = { TUF_ROOT, TUF_SNAPSHOT, TUF_TARGETS };
	struct repo r;

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s-%zu", __func__, i);
		repo_init(&r, name);
		accept_tree(&r);
		if (types[i] == TUF_TARGETS)
			repo_edit(&r, types[i], "\"version\":2}", "\"version\":3}", false);
		else
			repo_edit(&r, types[i], "\"1.0.34\",\"version\":2", "\"1.0.34\",\"version\":3", false);
		if (types[i] == TUF_ROOT)
			repo_next_root(&r);
		repo_next(&r);
		refuse_tree(&r, MDR_REFUSED, "version");
		repo_release(&r);
	}
}

static void missing_files(void **state)
{
	static const char *const paths[] = { "metadata/timestamp.json", "metadata/2.snapshot.json",
					     "metadata/2.targets.json" };
	struct repo r;

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s-%zu", __func__, i);
		repo_init(&r, name);
		accept_tree(&r);
		repo_next(&r);
		tree_find(&r.t, paths[i])->gone = true;
		refuse_tree(&r, MDR_REFUSED, paths[i]);
		tree_find(&r.t, paths[i])->gone = false;
		accept_tree(&r);
		repo_release(&r);
	}
}

/* A snapshot that the timestamp's key signed, and that says what a timestamp would, in the timestamp's place. */
static void incorrect_type(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	accept_tree(&r);
	repo_next(&r);
	repo_edit(&r, TUF_TIMESTAMP, "\"_type\":\"timestamp\"", "\"_type\":\"snapshot\"", false);
	repo_publish(&r);
	refuse_tree(&r, MDR_REFUSED, "metadata/timestamp.json: _type is of another role");
	repo_release(&r);
}

static void same_timestamp_version(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	accept_tree(&r);
	repo_versions(&r, 1, 100, 1);
	accept_tree(&r);
	expect_trusted(&r, 1, 1, 1, 1);
	repo_versions(&r, 1, 100, 2);
	accept_tree(&r);
	expect_trusted(&r, 1, 1, 100, 2);
	repo_release(&r);
}

/* --- expiry -------------------------------------------------------------------------------------------------------------- */

static void expired_root(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	accept_tree(&r);
	r.t.spec.expires[TUF_ROOT] = T0 + 7 * DAY;
	r.t.spec.expires[TUF_TIMESTAMP] = T0 + 30 * DAY;
	repo_next_root(&r);
	repo_next(&r);
	accept_tree(&r);
	r.now = T0 + 7 * DAY - 1;
	accept_tree(&r);
	r.now = T0 + 7 * DAY;
	refuse_tree(&r, MDR_EXPIRED, "metadata/2.root.json: expired at 2026-11-28T08:00:00Z");
	r.t.spec.expires[TUF_ROOT] = T0 + 60 * DAY;
	repo_next_root(&r);
	repo_next(&r);
	accept_tree(&r);
	expect_trusted(&r, 3, 3, 3, 3);
	repo_release(&r);
}

static void expired(void **state)
{
	struct repo r;

	(void)state;
	for (int i = TUF_TARGETS; i <= TUF_TIMESTAMP; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s-%d", __func__, i);
		repo_init(&r, name);
		accept_tree(&r);
		r.t.spec.expires[i] = T0 - 5 * DAY;
		repo_next(&r);
		refuse_tree(&r, MDR_EXPIRED, tuf_type_name((enum tuf_type)i));
		expect_trusted(&r, 1, 1, 1, 1);
		r.t.spec.expires[i] = T0 + 5 * DAY;
		repo_next(&r);
		accept_tree(&r);
		repo_release(&r);
	}
}

/* A device that was away while everything expired takes what is new. */
static void expired_before_is_no_matter(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	accept_tree(&r);
	r.now = T0 + 18 * DAY;
	refuse_tree(&r, MDR_EXPIRED, "metadata/timestamp.json"); /* a freeze */
	r.t.spec.expires[TUF_TIMESTAMP] = T0 + 21 * DAY;
	repo_next(&r);
	accept_tree(&r);
	expect_trusted(&r, 1, 2, 2, 2);
	r.now = T0 + 40 * DAY;
	for (int i = TUF_TARGETS; i <= TUF_TIMESTAMP; i++)
		r.t.spec.expires[i] = T0 + 90 * DAY;
	repo_next(&r);
	accept_tree(&r);
	repo_release(&r);
}

/* --- rollback ------------------------------------------------------------------------------------------------------------ */

static void rollback_of_timestamp(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	repo_versions(&r, 1, 1, 2);
	accept_tree(&r);
	repo_versions(&r, 1, 1, 1);
	refuse_tree(&r, MDR_OLDER, "metadata/timestamp.json: version 1 is older than the trusted 2");
	assert_int_equal(r.t.fetches, 2);
	repo_versions(&r, 1, 1, 3);
	accept_tree(&r);
	repo_release(&r);
}

static void rollback_of_snapshot(void **state)
{
	struct slice timestamp;
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	repo_versions(&r, 1, 2, 2);
	accept_tree(&r);
	timestamp = tree_find(&r.t, "metadata/timestamp.json")->data;
	repo_versions(&r, 1, 1, 2); /* the snapshot alone */
	tree_put(&r.t, "metadata/timestamp.json", timestamp);
	accept_tree(&r);
	expect_trusted(&r, 1, 1, 2, 2);
	repo_versions(&r, 1, 1, 3);
	refuse_tree(&r, MDR_OLDER, "metadata/timestamp.json: version 1 of the snapshot is older than the trusted 2");
	repo_release(&r);
}

static void rollback_of_targets(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	repo_versions(&r, 3, 2, 2);
	accept_tree(&r);
	repo_versions(&r, 1, 3, 3);
	refuse_tree(&r, MDR_OLDER,
		    "metadata/3.snapshot.json: version 1 of role \"targets\" is older than the trusted 3");
	expect_trusted(&r, 1, 3, 2, 2);
	repo_versions(&r, 3, 4, 4);
	accept_tree(&r);
	repo_release(&r);
}

/* A name that a snapshot listed stays, and its version never falls; also of a role that the library never reads. */
static void roles_of_snapshot(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	r.extra = "objects";
	r.extra_version = 5;
	repo_next(&r);
	accept_tree(&r);
	r.extra = NULL;
	repo_next(&r);
	refuse_tree(&r, MDR_REFUSED, "metadata/3.snapshot.json: role \"objects\" has vanished");
	r.extra = "objects";
	r.extra_version = 4;
	repo_next(&r);
	refuse_tree(&r, MDR_OLDER,
		    "metadata/4.snapshot.json: version 4 of role \"objects\" is older than the trusted 5");
	r.extra_version = 6;
	repo_next(&r);
	accept_tree(&r);
	repo_release(&r);
}

/* --- fast forward, and back ---------------------------------------------------------------------------------------------- */

static void recovery_of_timestamp(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	repo_versions(&r, 1, 1, 100);
	accept_tree(&r);
	repo_role(&r, TUF_TIMESTAMP, "q", 1, NULL);
	repo_next_root(&r);
	repo_versions(&r, 1, 1, 1);
	accept_tree(&r);
	expect_trusted(&r, 2, 1, 1, 1);
	repo_release(&r);
}

static void recovery_of_snapshot(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	repo_versions(&r, 1, 99999, 2);
	accept_tree(&r);
	repo_role(&r, TUF_TIMESTAMP, "q", 1, NULL);
	repo_role(&r, TUF_SNAPSHOT, "v", 1, NULL);
	repo_next_root(&r);
	repo_versions(&r, 1, 1, 3);
	accept_tree(&r);
	expect_trusted(&r, 2, 1, 1, 3);
	repo_release(&r);
}

static void recovery_of_targets(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	repo_versions(&r, 100, 2, 2);
	accept_tree(&r);
	repo_role(&r, TUF_TARGETS, "u", 1, NULL); /* alone that frees nothing: the snapshot still knows the version */
	repo_next_root(&r);
	repo_versions(&r, 2, 3, 3);
	refuse_tree(&r, MDR_OLDER,
		    "metadata/3.snapshot.json: version 2 of role \"targets\" is older than the trusted 100");
	repo_role(&r, TUF_SNAPSHOT, "v", 1, NULL);
	repo_next_root(&r);
	repo_versions(&r, 2, 4, 4);
	accept_tree(&r);
	expect_trusted(&r, 3, 2, 4, 4);
	repo_release(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_contact),
		cmocka_unit_test(nothing_without_refresh),
		cmocka_unit_test(bad_initial_root),
		cmocka_unit_test(unsigned_metadata),
		cmocka_unit_test(version_in_the_name),
		cmocka_unit_test(missing_files),
		cmocka_unit_test(incorrect_type),
		cmocka_unit_test(same_timestamp_version),
		cmocka_unit_test(expired_root),
		cmocka_unit_test(expired),
		cmocka_unit_test(expired_before_is_no_matter),
		cmocka_unit_test(rollback_of_timestamp),
		cmocka_unit_test(rollback_of_snapshot),
		cmocka_unit_test(rollback_of_targets),
		cmocka_unit_test(roles_of_snapshot),
		cmocka_unit_test(recovery_of_timestamp),
		cmocka_unit_test(recovery_of_snapshot),
		cmocka_unit_test(recovery_of_targets),
	};

	repo_arguments(argc, argv);
	return cmocka_run_group_tests_name("resolve/conformance", tests, NULL, NULL);
}
