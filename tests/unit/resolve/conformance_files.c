/* Conformance, third part (see conformance.c): what describes a file, targets, delegations, names, and other forms of metadata. The table of the
 * suite's tests is in conformance.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "repo.h"

#define STRICT "the library takes what the format describes, and nothing else"

/* --- what describes a file, and what does not fit ------------------------------------------------------------------------- */

static void lying_descriptions(void **state)
{
	static const char *const texts[] = { [LIE_HASH] = "another SHA-256",
					     [LIE_LONGER] = "bytes long",
					     [LIE_SHORTER] = "is longer than",
					     [LIE_VERSION] = "is missing" };
	struct repo r;

	(void)state;
	for (int i = 0; i < 8; i++) {
		enum tuf_type type = i / 4 ? TUF_SNAPSHOT : TUF_TARGETS;
		enum lie lie = (enum lie)(i % 4 + LIE_HASH);
		char name[64];

		snprintf(name, sizeof(name), "%s-%d", __func__, i);
		repo_init(&r, name);
		accept_tree(&r);
		r.lies[type] = lie;
		repo_next(&r);
		refuse_tree(&r, MDR_REFUSED, texts[lie]);
		repo_honest(&r);
		repo_next(&r);
		accept_tree(&r);
		repo_release(&r);
	}
}

/* Signed files of two editions in one tree. */
static void mix_and_match(void **state)
{
	struct slice targets, snapshot;
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	targets = tree_find(&r.t, "metadata/1.targets.json")->data;
	snapshot = tree_find(&r.t, "metadata/1.snapshot.json")->data;
	accept_tree(&r);
	repo_index(&r, "second");
	repo_next(&r);
	tree_put(&r.t, "metadata/2.targets.json", targets);
	refuse_tree(&r, MDR_REFUSED, "metadata/2.targets.json");
	repo_next(&r);
	tree_put(&r.t, "metadata/3.snapshot.json", snapshot);
	refuse_tree(&r, MDR_REFUSED, "metadata/3.snapshot.json");
	repo_next(&r);
	accept_tree(&r);
	repo_release(&r);
}

static void endless_data(void **state)
{
	static const char *const paths[] = { "metadata/timestamp.json", "metadata/2.root.json",
					     "metadata/2.snapshot.json", "metadata/2.targets.json" };
	struct repo r;

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		char name[64], text[96];

		snprintf(name, sizeof(name), "%s-%zu", __func__, i);
		snprintf(text, sizeof(text), "%s: is longer than", paths[i]);
		repo_init(&r, name);
		accept_tree(&r);
		repo_next_root(&r);
		repo_next(&r);
		r.t.flood = paths[i];
		refuse_tree(&r, MDR_REFUSED, text);
		r.t.flood = NULL;
		accept_tree(&r);
		repo_release(&r);
	}
}

/* --- targets ------------------------------------------------------------------------------------------------------------- */

static struct tree_file *index_file(struct repo *r)
{
	struct tree_file *found = NULL;

	for (size_t i = 0; i < r->t.n; i++)
		found = slice_starts(slice_of(r->t.v[i].path), "targets/index/") ? &r->t.v[i] : found;
	assert_non_null(found);
	return found;
}

/* Other bytes, also of the signed length, in the place of a file that the targets sign; and one that goes on for ever. */
static void substituted_target(void **state)
{
	static const char *const texts[] = { "has another SHA-256 than the signed one", "bytes long", "is longer than",
					     "is missing", "is longer than" };
	struct repo r;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct tree_file *f, good;
		char name[64], *copy;

		snprintf(name, sizeof(name), "%s-%zu", __func__, i);
		repo_init(&r, name);
		accept_tree(&r);
		repo_index(&r, "second");
		repo_next(&r);
		f = index_file(&r);
		good = *f;
		copy = arena_alloc(&r.t.mem, good.data.n + 1);
		memcpy(copy, good.data.p, good.data.n);
		memcpy(strstr(copy, "second"), "stolen", strlen("stolen"));
		f->data = (struct slice){ copy, good.data.n - (i == 1) + (i == 2) };
		f->gone = i == 3;
		r.t.flood = i == 4 ? f->path : NULL;
		refuse_tree(&r, MDR_REFUSED, texts[i]);
		r.t.flood = NULL;
		*f = good;
		accept_tree(&r);
		repo_release(&r);
	}
}

/* What a device has it need not load: a file that is exchanged behind its hash is not even looked at. */
static void kept_target(void **state)
{
	struct mdr_client *c;
	struct mdr_error err;
	struct repo r;
	char *answer;

	(void)state;
	repo_init(&r, __func__);
	accept_tree(&r);
	index_file(&r)->data = SLICE("malicious data");
	assert_int_equal(repo_open(&c, &r, &err), MDR_OK);
	assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
	answer = tree_answer(c, "{\"platform\":\"android\"}", T0, MDR_SWITCH, 0, &err);
	assert_non_null(strstr(answer, "\"KEY\":\"first\""));
	free(answer);
	mdr_close(c);
	repo_release(&r);
}

static void many_editions(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	accept_tree(&r);
	for (int i = 0; i < 11; i++) {
		struct tree_file good;

		repo_index(&r, arena_printf(&r.t.mem, "edition-%d", i).p);
		repo_next(&r);
		if (i % 5)
			continue;
		good = *index_file(&r);
		index_file(&r)->data = arena_printf(&r.t.mem, "malicious contents %d", i);
		refuse_tree(&r, MDR_REFUSED, ".android-switch.json");
		*index_file(&r) = good;
		accept_tree(&r);
	}
	repo_release(&r);
}

/* A description that gives the signed file another length. */
static void wrong_length(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	accept_tree(&r);
	r.t.targets[0].length++; /* of one that the device has */
	repo_next(&r);
	refuse_tree(&r, MDR_REFUSED, "bytes long");
	repo_index(&r, "second");
	r.t.targets[0].length--;
	repo_next(&r);
	refuse_tree(&r, MDR_REFUSED, "is longer than");
	r.t.targets[0].length += 2;
	repo_next(&r);
	refuse_tree(&r, MDR_REFUSED, "bytes long");
	r.t.targets[0].length--;
	repo_next(&r);
	accept_tree(&r);
	repo_release(&r);
}

/* Targets that the library does not know are no concern of it. */
static void other_targets(void **state)
{
	struct repo r;

	(void)state;
	repo_init(&r, __func__);
	r.t.targets[1] = r.t.targets[0];
	r.t.targets[1].path = SLICE("index/v2/android-switch.json");
	r.t.ntargets = 2;
	tree_put(&r.t, arena_printf(&r.t.mem, "targets/index/v2/%s", strrchr(index_file(&r)->path, '/') + 1).p,
		 index_file(&r)->data);
	repo_next(&r);
	accept_tree(&r);
	r.t.targets[0] = r.t.targets[1]; /* and nothing that it knows: nothing is offered */
	r.t.ntargets = 1;
	repo_next(&r);
	accept_tree(&r);
	repo_release(&r);
}

static void hash_algorithms(void **state)
{
	static const struct {
		enum tuf_type type;
		const char *from, *to;
	} cases[] = {
		{ TUF_TARGETS, "\"hashes\":{\"sha256\":\"", "\"hashes\":{\"sha512\":\"0000\",\"sha256\":\"" },
		{ TUF_TARGETS, "\"hashes\":{\"sha256\":\"", "\"hashes\":{\"sha512\":\"" },
		{ TUF_TARGETS, "\"hashes\":{\"sha256\":\"", "\"hashes\":{\"unknown-hash\":\"" },
		{ TUF_SNAPSHOT, "\"hashes\":{\"sha256\":\"", "\"hashes\":{\"unknown-hash\":\"" },
		{ TUF_TIMESTAMP, "\"hashes\":{\"sha256\":\"", "\"hashes\":{\"unknown-hash\":\"" },
	};
	struct repo r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s-%zu", __func__, i);
		repo_init(&r, name);
		accept_tree(&r);
		repo_edit(&r, cases[i].type, cases[i].from, cases[i].to, false);
		repo_next(&r);
		refuse_tree(&r, MDR_REFUSED, "hash");
		repo_honest(&r);
		repo_next(&r);
		accept_tree(&r);
		repo_release(&r);
	}
}

/* --- delegations and names ------------------------------------------------------------------------------------------------ */

/* A delegation is not followed; one that is malformed makes the file that holds it malformed. */
static void delegations(void **state)
{
	static const struct {
		const char *name, *from, *to, *text;
		bool differs;
	} cases[] = {
		{ "not-terminating", "\"terminating\":true", "\"terminating\":false", "is not terminating", true },
		{ "no-terminating", "\"terminating\":true,", "", "does not say terminating", false },
		{ "no-paths", "\"paths\":[\"o/*/*\"],", "", "has no paths", true },
		{ "hash-prefixes", "\"paths\":[\"o/*/*\"]", "\"path_hash_prefixes\":[\"00\"]", "", true },
		{ "path-upwards", "\"paths\":[\"o/*/*\"]", "\"paths\":[\"../*\"]", "no plain relative pattern", true },
		{ "threshold-above-keys", "\"threshold\":1}]}", "\"threshold\":2}]}", "a threshold is greater", true },
		{ "threshold-zero", "\"threshold\":1}]}", "\"threshold\":0}]}", "a threshold is not", false },
		{ "no-keys", "\"delegations\":{\"keys\":{", "\"delegations\":{\"keys\":{},\"was\":{", "", false },
		{ "no-roles", "\"roles\":[{", "\"rules\":[{", "", true },
		{ "roles-object", "\"roles\":[{", "\"roles\":{\"a\":0},\"rules\":[{", "", false },
		{ "name-taken", "\"name\":\"objects\"", "\"name\":\"timestamp\"", "or is taken", false },
		{ "name-number", "\"name\":\"objects\"", "\"name\":9", "", false },
	};
	struct repo r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s-%s", __func__, cases[i].name);
		repo_init(&r, name);
		r.delegates = true;
		repo_next(&r);
		accept_tree(&r);
		repo_edit(&r, TUF_TARGETS, cases[i].from, cases[i].to, false);
		repo_next(&r);
		r.differs = cases[i].differs ? STRICT : NULL;
		refuse_tree(&r, MDR_REFUSED, cases[i].text[0] ? cases[i].text : "metadata/3.targets.json: ");
		repo_honest(&r);
		repo_next(&r);
		accept_tree(&r);
		repo_release(&r);
	}
}

/* Names of roles become names of files and of requests. */
static void role_names(void **state)
{
	static const struct {
		const char *name;
		bool good, listed; /* asked of a snapshot, too */
	} cases[] = {
		{ "a", true, false },
		{ "objects-9f", true, false },
		{ "o23456789-123456789-123456789-12", true, false },
		{ "o23456789-123456789-123456789-123", false, true },
		{ "?", false, true },
		{ "#", false, true },
		{ "/delegatedrole", false, true },
		{ "../delegatedrole", false, true },
		{ "..", false, true },
		{ "a/b", false, true },
		{ "a.b", false, true },
		{ "9", false, true },
		{ "A", false, true },
		{ "\xc3\xa9", false, false },
		{ "", false, true },
	};
	struct repo r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases) * 2; i++) {
		bool listed = i % 2; /* in the snapshot; else delegated to */
		const char *role = cases[i / 2].name;
		char name[64];

		if (listed && !cases[i / 2].listed)
			continue;
		snprintf(name, sizeof(name), "%s-%zu", __func__, i);
		print_message("%s: \"%s\"\n", name, role);
		repo_init(&r, name);
		r.delegates = true;
		r.extra = "objects";
		r.extra_version = 1;
		accept_tree(&r);
		if (listed)
			repo_edit(&r, TUF_SNAPSHOT, "\"objects.json\":", arena_printf(&r.t.mem, "\"%s.json\":", role).p,
				  false);
		else
			repo_edit(&r, TUF_TARGETS, "\"name\":\"objects\"",
				  arena_printf(&r.t.mem, "\"name\":\"%s\"", role).p, false);
		repo_next(&r);
		r.differs = cases[i / 2].good ? NULL : STRICT;
		if (cases[i / 2].good)
			accept_tree(&r);
		else
			refuse_tree(&r, MDR_REFUSED, listed ? "metadata/2.snapshot.json" : "metadata/2.targets.json");
		repo_release(&r);
	}
}

/* --- forms --------------------------------------------------------------------------------------------------------------- */

/* A file has one encoding, and no member that the format does not name. A standard client takes many of these; a build never makes them. */
static void other_forms(void **state)
{
	static const struct {
		const char *name;
		enum tuf_type type;
		const char *from, *to;
		bool signed_already, differs;
	} cases[] = {
		{ "custom-field", TUF_ROOT, "\"expires\":", "\"custom-field\":1,\"expires\":", false, true },
		{ "custom-field", TUF_TARGETS, "\"expires\":", "\"custom-field\":1,\"expires\":", false, true },
		{ "custom-field", TUF_SNAPSHOT, "\"expires\":", "\"custom-field\":1,\"expires\":", false, true },
		{ "custom-field", TUF_TIMESTAMP, "\"expires\":", "\"custom-field\":1,\"expires\":", false, true },
		{ "keyid-hash-algorithms", TUF_ROOT,
		  "\"keytype\":", "\"keyid_hash_algorithms\":[\"md5\"],\"keytype\":", false, true },
		{ "a-space-more", TUF_TIMESTAMP, "{\"signatures\"", "{ \"signatures\"", true, true },
		{ "a-space-inside", TUF_TIMESTAMP, "\"signed\":{", "\"signed\": {", true, true },
		{ "escaped-letter", TUF_TIMESTAMP, "\"timestamp\"", "\"\\u0074imestamp\"", true, true },
		{ "upper-case-signature", TUF_TIMESTAMP, "\"sig\":\"", "\"sig\":\"AB", true, false },
		{ "key-twice", TUF_TIMESTAMP, "\"expires\":", "\"app\":\"OTHER\",\"expires\":", true, false },
		{ "fraction", TUF_TIMESTAMP, "\"version\":2}", "\"version\":2.0}", true, true },
		{ "large-version", TUF_TIMESTAMP, "34\",\"version\":2", "34\",\"version\":9007199254740992", false,
		  true },
		{ "negative-version", TUF_TIMESTAMP, "34\",\"version\":2", "34\",\"version\":-2", false, false },
		{ "no-app", TUF_TIMESTAMP, "\"app\":\"" APP "\",", "", false, true },
		{ "other-meta", TUF_TIMESTAMP, "\"meta\":{", "\"meta\":{\"other.json\":{\"version\":1},", false,
		  false },
		{ "no-length", TUF_TIMESTAMP, "\"length\":", "\"lengths\":", false, true },
		{ "no-json", TUF_TIMESTAMP, "{\"signatures\"", "<html>", true, false },
	};
	struct repo r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s-%zu-%s", __func__, i, cases[i].name);
		print_message("%s\n", name);
		repo_init(&r, name);
		accept_tree(&r);
		repo_edit(&r, cases[i].type, cases[i].from, cases[i].to, cases[i].signed_already);
		if (cases[i].type == TUF_ROOT)
			repo_next_root(&r);
		repo_next(&r);
		r.differs = cases[i].differs ? STRICT : NULL;
		refuse_tree(&r, MDR_REFUSED, "metadata/");
		repo_release(&r);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lying_descriptions), cmocka_unit_test(mix_and_match),
		cmocka_unit_test(endless_data),       cmocka_unit_test(substituted_target),
		cmocka_unit_test(kept_target),        cmocka_unit_test(many_editions),
		cmocka_unit_test(wrong_length),       cmocka_unit_test(other_targets),
		cmocka_unit_test(hash_algorithms),    cmocka_unit_test(delegations),
		cmocka_unit_test(role_names),         cmocka_unit_test(other_forms),
	};

	repo_arguments(argc, argv);
	return cmocka_run_group_tests_name("resolve/conformance_files", tests, NULL, NULL);
}
