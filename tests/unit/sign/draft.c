/* Files that several people sign: whose signatures count, in what order, and what is refused. */
#include <sys/stat.h>

#include "people.h"

static int id_cmp(const void *a, const void *b)
{
	return memcmp(((const struct pubkey *)a)->id, ((const struct pubkey *)b)->id, SHA256_SIZE);
}

static struct role_keys role_of(struct people *w, unsigned who, uint32_t threshold)
{
	struct role_keys role = { .ids = arena_calloc(&w->mem, PEOPLE, SHA256_SIZE), .threshold = threshold };

	for (size_t i = 0; i < PEOPLE; i++) {
		if (who >> i & 1)
			memcpy(role.ids[role.n++], w->key[i].id, SHA256_SIZE);
	}
	return role;
}

static struct key_table table_of(struct people *w)
{
	struct key_table table = { .v = ARENA_ARRAY(&w->mem, struct pubkey, PEOPLE), .n = PEOPLE };

	memcpy(table.v, w->key, sizeof(w->key));
	qsort(table.v, PEOPLE, sizeof(*table.v), id_cmp);
	return table;
}

/* A root of which `who` are the keys, unsigned. */
static struct tuf_file root_of(struct people *w, uint64_t version, unsigned who, uint32_t threshold)
{
	struct tuf_file f = { .type = TUF_ROOT, .version = version, .expires = NOW };

	f.root.keys = table_of(w);
	for (enum tuf_type t = TUF_ROOT; t < TUF_TYPE_COUNT; t++)
		f.root.roles[t] = role_of(w, t == TUF_ROOT ? who : 8, t == TUF_ROOT ? threshold : 1);
	return f;
}

static void sign_by(struct people *w, struct draft *f, unsigned who, size_t want)
{
	struct keyset set = keyset_of(w, who, who);
	size_t n;

	assert_int_equal(draft_sign(f, &set, &n, &w->d), 0);
	assert_int_equal(n, want);
}

/* A signed file of that root in the folder. */
static void write_root(struct people *w, const char *name, const struct tuf_file *root, unsigned signers)
{
	struct draft f = DRAFT_INIT;
	const char *path = arena_printf(&w->mem, "%s/1.root.json", w->dir).p;

	assert_int_equal(draft_open_root(&f, path, encoded(w, root), NULL, w->dg, &w->d), 0);
	sign_by(w, &f, signers, (size_t)__builtin_popcount(signers));
	write_file(w, name, encoded(w, &f.file));
	draft_release(&f);
}

static void test_two_roots_want_their_own(void **state)
{
	static const struct {
		unsigned signers;
		uint32_t old, new;
		bool complete;
	} cases[] = {
		{ 0, 0, 0, false },
		{ 1, 1, 0, false },
		{ 2, 1, 1, false },
		{ 4, 0, 1, false },
		{ 1 | 2, 2, 1, false },
		{ 2 | 4, 1, 2, false },
		{ 4 | 16, 0, 2, false },
		{ 1 | 2 | 4, 2, 2, true },
		{ 1 | 2 | 16, 2, 2, true },
		{ 1 | 4 | 16, 1, 2, false },
		{ 1 | 2 | 4 | 16, 2, 3, true },
	};
	struct people *w = *state;
	struct tuf_file one = root_of(w, 1, 1 | 2, 2), two = root_of(w, 2, 2 | 4 | 16, 2);

	write_root(w, "1.root.json", &one, 1 | 2);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct draft f = DRAFT_INIT;

		print_message("signed by %x\n", cases[i].signers);
		write_file(w, "2.root.json", encoded(w, &two));
		assert_int_equal(draft_open(&f, in(w, "2.root.json"), w->dg, &w->d), 0);
		sign_by(w, &f, cases[i].signers, (size_t)__builtin_popcount(cases[i].signers));
		assert_int_equal(draft_write(&f, &w->d), 0);
		draft_release(&f);
		assert_int_equal(draft_open(&f, in(w, "2.root.json"), w->dg, &w->d), 0);
		assert_int_equal(f.nwants, 2);
		assert_string_equal(f.wants[0].of, "version 1");
		assert_int_equal(f.wants[0].have, cases[i].old);
		assert_string_equal(f.wants[1].of, "version 2");
		assert_int_equal(f.wants[1].have, cases[i].new);
		assert_int_equal(draft_complete(&f), cases[i].complete);
		draft_release(&f);
	}
}

/* Whoever signs first: the file is the same, and everybody may read it. */
static void test_order_of_signing(void **state)
{
	static const unsigned orders[][3] = { { 1, 2, 4 }, { 4, 2, 1 }, { 2, 4, 1 }, { 2, 1, 4 } };
	struct people *w = *state;
	struct tuf_file root = root_of(w, 1, 1 | 2 | 4, 3);
	struct slice first = { NULL, 0 };
	struct stat st;

	for (size_t i = 0; i < COUNT(orders); i++) {
		struct draft f = DRAFT_INIT;
		struct strbuf bytes = STRBUF_INIT;

		write_file(w, "1.root.json", encoded(w, &root));
		for (size_t k = 0; k < COUNT(orders[i]); k++) {
			assert_int_equal(draft_open(&f, in(w, "1.root.json"), w->dg, &w->d), 0);
			assert_false(draft_complete(&f));
			sign_by(w, &f, orders[i][k], 1);
			sign_by(w, &f, orders[i][k], 0);
			assert_int_equal(draft_write(&f, &w->d), 0);
			draft_release(&f);
		}
		assert_int_equal(file_read(&bytes, in(w, "1.root.json"), TUF_ROOT_MAX, &w->d), 0);
		if (!i)
			first = arena_copy(&w->mem, strbuf_slice(&bytes));
		assert_true(slice_eq(strbuf_slice(&bytes), first));
		strbuf_release(&bytes);
	}
	assert_int_equal(stat(in(w, "1.root.json"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static struct slice signature_by(struct people *w, size_t who, struct slice message)
{
	struct keyset set = keyset_of(w, 1u << who, 1u << who);
	struct slice sig;

	assert_int_equal(key_sign(&sig, &w->mem, &set.keys[0], message, &w->d), 0);
	return sig;
}

static void test_attach(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, 1, 1 | 16 | 32, 2);
	struct draft f = DRAFT_INIT;
	struct slice payload, changed;

	assert_int_equal(draft_open_root(&f, "1.root.json", encoded(w, &root), NULL, w->dg, &w->d), 0);
	payload = f.file.payload;
	changed = arena_printf(&w->mem, SLICE_FMT " ", SLICE_ARG(payload));

	assert_int_equal(draft_attach(&f, w->key[1].id, signature_by(w, 1, payload), &w->d), -1);
	assert_true(said(w, "may not sign this: it is no root key of version 1"));
	assert_int_equal(draft_attach(&f, w->key[0].id, signature_by(w, 1, payload), &w->d), -1);
	assert_true(said(w, "not 64 bytes of Ed25519, over the message itself"));
	assert_int_equal(draft_attach(&f, w->key[4].id, signature_by(w, 4, changed), &w->d), -1);
	assert_true(said(w, "not ECDSA with SHA-256, in DER"));
	assert_int_equal(draft_attach(&f, w->key[5].id, SLICE(""), &w->d), -1);
	assert_true(said(w, "not RSASSA-PSS"));
	assert_int_equal(f.file.signatures.n, 0);
	assert_null(draft_key(&f, w->key[1].id));
	assert_non_null(draft_key(&f, w->key[5].id));

	for (size_t i = 0; i < 3; i++) /* ECDSA and RSA-PSS sign differently each time */
		assert_int_equal(draft_attach(&f, w->key[5].id, signature_by(w, 5, payload), &w->d), 0);
	assert_int_equal(f.file.signatures.n, 1);
	assert_int_equal(f.wants[0].have, 1);
	assert_false(draft_complete(&f));
	assert_true(draft_signed_by(&f, w->key[5].id));
	assert_int_equal(draft_attach(&f, w->key[4].id, signature_by(w, 4, payload), &w->d), 0);
	assert_true(draft_complete(&f));
	assert_int_equal(draft_attach(&f, w->key[4].id, signature_by(w, 4, payload), &w->d), 0);
	assert_int_equal(f.file.signatures.n, 2);
	draft_release(&f);
}

/* Keys that are only named sign nothing. */
static void test_public_keys_do_not_sign(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, 1, 1 | 2 | 4, 2);
	struct keyset set = keyset_of(w, 1 | 2 | 8, 2 | 8);
	struct draft f = DRAFT_INIT;
	size_t n;

	assert_int_equal(draft_open_root(&f, "1.root.json", encoded(w, &root), NULL, w->dg, &w->d), 0);
	assert_int_equal(draft_sign(&f, &set, &n, &w->d), 0);
	assert_int_equal(n, 1);
	assert_true(draft_signed_by(&f, w->key[1].id));
	assert_false(draft_signed_by(&f, w->key[0].id));
	draft_release(&f);
}

/* What somebody changed after another had signed is not read, whatever it says. */
static void test_changed(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, 1, 1 | 2, 2);
	struct draft f = DRAFT_INIT;

	assert_int_equal(draft_open_root(&f, "1.root.json", encoded(w, &root), NULL, w->dg, &w->d), 0);
	sign_by(w, &f, 1, 1);
	root.signatures = f.file.signatures;
	root.expires += DAY;
	write_file(w, "1.root.json", encoded(w, &root));
	draft_release(&f);
	assert_int_equal(draft_open(&f, in(w, "1.root.json"), w->dg, &w->d), -1);
	assert_true(said(w, "does not hold: the file was changed after it was signed"));
	draft_release(&f);
}

static void test_the_root_before(void **state)
{
	struct people *w = *state;
	struct tuf_file one = root_of(w, 1, 1, 1), two = root_of(w, 2, 2, 1), three = root_of(w, 3, 2, 1);
	struct draft f = DRAFT_INIT;

	write_file(w, "2.root.json", encoded(w, &two));
	assert_int_equal(draft_open(&f, in(w, "2.root.json"), w->dg, &w->d), -1);
	assert_true(said(w, "1.root.json must lie beside it"));
	draft_release(&f);

	write_file(w, "1.root.json", encoded(w, &one)); /* nobody has signed it */
	assert_int_equal(draft_open(&f, in(w, "2.root.json"), w->dg, &w->d), -1);
	assert_true(said(w, "signatures is not an array with an entry"));
	draft_release(&f);

	one = root_of(w, 1, 1 | 2, 2);
	write_root(w, "1.root.json", &one, 1); /* one of two has */
	assert_int_equal(draft_open(&f, in(w, "2.root.json"), w->dg, &w->d), -1);
	assert_true(said(w, "is not signed by the threshold of its own root keys"));
	draft_release(&f);

	write_root(w, "2.root.json", &one, 3); /* it says that it is version 1 */
	write_file(w, "3.root.json", encoded(w, &three));
	assert_int_equal(draft_open(&f, in(w, "3.root.json"), w->dg, &w->d), -1);
	assert_true(said(w, "says that it is version 1"));
	draft_release(&f);

	write_file(w, "4.root.json", encoded(w, &three));
	assert_int_equal(draft_open(&f, in(w, "4.root.json"), w->dg, &w->d), -1);
	assert_true(said(w, "says that it is version 3"));
	draft_release(&f);
}

static struct tuf_file targets_of(struct people *w, uint64_t version, unsigned who)
{
	struct tuf_delegation *d = ARENA_NEW(&w->mem, struct tuf_delegation);
	struct tuf_file f = { .type = TUF_TARGETS, .app = SLICE("DEMO01-default"), .version = version, .expires = NOW };
	struct slice *path = ARENA_NEW(&w->mem, struct slice);

	*path = SLICE("o/*/*");
	*d = (struct tuf_delegation){ SLICE("objects"), role_of(w, who, 1), path, 1 };
	f.targets = (struct tuf_targets){ .keys = table_of(w), .delegations = d, .ndelegations = 1 };
	return f;
}

/* The files of a build: root.json speaks for targets, the newest targets for objects. */
static void test_files_of_a_build(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, 5, 1, 1), objects = { .type = TUF_TARGETS, .app = SLICE("DEMO01-default") };
	struct tuf_file nine = targets_of(w, 9, 2), ten = targets_of(w, 10, 4);
	struct draft f = DRAFT_INIT;

	objects.version = 3;
	objects.expires = NOW;
	root.version = 1;
	write_root(w, "root.json", &root, 1);
	write_file(w, "9.targets.json", encoded(w, &nine));
	write_file(w, "10.targets.json", encoded(w, &ten));
	write_file(w, "3.objects.json", encoded(w, &objects));
	assert_int_equal(draft_open(&f, in(w, "10.targets.json"), w->dg, &w->d), 0);
	assert_string_equal(f.wants[0].of, "root.json");
	assert_non_null(draft_key(&f, w->key[3].id));
	assert_null(draft_key(&f, w->key[0].id));
	sign_by(w, &f, 8, 1);
	assert_true(draft_complete(&f));
	draft_release(&f);

	assert_int_equal(draft_open(&f, in(w, "3.objects.json"), w->dg, &w->d), 0);
	assert_string_equal(f.wants[0].of, "10.targets.json");
	assert_non_null(draft_key(&f, w->key[2].id));
	assert_null(draft_key(&f, w->key[1].id));
	assert_int_equal(f.nwants, 1);
	draft_release(&f);

	objects.app = SLICE("DEMO02-default"); /* of another app */
	write_file(w, "3.objects.json", encoded(w, &objects));
	assert_int_equal(draft_open(&f, in(w, "3.objects.json"), w->dg, &w->d), -1);
	assert_true(said(w, "10.targets.json delegates nothing to it"));
	draft_release(&f);
}

static void test_names(void **state)
{
	static const char *const names[] = { "root.json", "1.snapshot.json", "timestamp.json", "1.root.jso",
					     "x",         "0.root.json",     "1.Root.json" };
	struct people *w = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		struct draft f = DRAFT_INIT;

		print_message("%s\n", names[i]);
		assert_int_equal(draft_open(&f, in(w, names[i]), w->dg, &w->d), -1);
		assert_true(said(w, "only N.root.json, N.targets.json and N.objects….json are signed in this way"));
		draft_release(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_two_roots_want_their_own, fresh),
		cmocka_unit_test_setup(test_order_of_signing, fresh),
		cmocka_unit_test_setup(test_attach, fresh),
		cmocka_unit_test_setup(test_public_keys_do_not_sign, fresh),
		cmocka_unit_test_setup(test_changed, fresh),
		cmocka_unit_test_setup(test_the_root_before, fresh),
		cmocka_unit_test_setup(test_files_of_a_build, fresh),
		cmocka_unit_test_setup(test_names, fresh),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
