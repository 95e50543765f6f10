/* The keys of a folder: what is accepted, what is refused, and that signatures verify. */
#include "keydir.h"

#include "sign/keys.h"
#include "sign/pkey.h"

#define NOW INT64_C(1767225600)
#define ALL (KEY_BIT(KEYS_ROOT) | KEY_BIT(KEYS_TARGETS) | KEY_BIT(KEYS_SNAPSHOT) | KEY_BIT(KEYS_TIMESTAMP))

static int setup(void **state)
{
	struct keydir *k = malloc(sizeof(*k));

	keydir_open(k);
	*state = k;
	return 0;
}

static int teardown(void **state)
{
	keydir_close(*state);
	free(*state);
	return 0;
}

static EVP_PKEY *ed25519(void)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

/* A passphrase for one test, and who asked for it. */
struct answer {
	const char *text, *role; /* text NULL: there is none */
	unsigned asked;
};

static int give(void *ctx, char *out, size_t cap, const char *role, const char *path, struct diags *d)
{
	struct answer *a = ctx;

	a->asked++;
	assert_string_equal(role, a->role);
	assert_true(slice_ends(slice_of(path), ".pem"));
	if (!a->text)
		return diag_environment(d, path, "nobody knows it");
	assert_true(strlen(a->text) <= cap);
	memcpy(out, a->text, strlen(a->text));
	return (int)strlen(a->text);
}

/* --- new keys ---------------------------------------------------------------------------------------------------------- */

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void test_new(void **state)
{
	static const char *const names[] = { "root.pem", "targets.pem", "snapshot.pem", "timestamp.pem", "h5.pem" };
	struct keydir *k = *state;
	const char *keys = keydir_path(k, "new/keys"), *roots = keydir_path(k, "new/roots"), *why = "";
	struct keyset set = KEYSET_INIT;
	struct strbuf root = STRBUF_INIT;
	struct tuf_chain chain;
	struct slice bytes;
	size_t bad;
	mode_t mask = umask(0077);

	assert_int_equal(keys_new(keys, roots, NOW, k->dg, &k->d), 0);
	umask(mask);
	assert_int_equal(mode_of(keys), 0700);
	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(mode_of(arena_printf(&k->mem, "%s/%s", keys, names[i]).p), 0600);
	assert_int_equal(file_read(&root, arena_printf(&k->mem, "%s/1.root.json", roots).p, TUF_ROOT_MAX, &k->d), 0);
	bytes = strbuf_slice(&root);
	assert_int_equal(tuf_chain_decode(&chain, &k->mem, k->dg, &bytes, 1, &bad, &why), 0);
	assert_int_equal(chain.v[0].expires, NOW + 365 * 86400);
	assert_int_equal(keys_load(&set, keys, ALL, NULL, k->dg, &k->d), 0);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		assert_true(role_keys_has(&chain.v[0].root.roles[i], set.roles[i].v[0]->public.id));
	keyset_release(&set);
	/* nothing is ever overwritten, and nothing is written beside what is there */
	assert_int_equal(k->d.n, 0);
	assert_int_equal(keys_new(keys, keydir_path(k, "new/other"), NOW, k->dg, &k->d), -1);
	assert_string_equal(keydir_said(k),
			    "K/new/keys/h5.pem: error: exists already; keys are made in a fresh place\n"
			    "K/new/keys/root.pem: error: exists already; keys are made in a fresh place\n"
			    "K/new/keys/snapshot.pem: error: exists already; keys are made in a fresh place\n"
			    "K/new/keys/targets.pem: error: exists already; keys are made in a fresh place\n"
			    "K/new/keys/timestamp.pem: error: exists already; keys are made in a fresh place\n");
	assert_int_equal(keys_new(keydir_path(k, "new/keys2"), roots, NOW, k->dg, &k->d), -1);
	assert_int_equal(access(keydir_path(k, "new/keys2"), F_OK), -1);
	assert_int_equal(diags_exit(&k->d), 3);
	assert_string_equal(keydir_said(k),
			    "K/new/roots/1.root.json: error: exists already; keys are made in a fresh place\n");
	strbuf_release(&root);
}

static void test_make(void **state)
{
	struct keydir *k = *state;
	const char *path = keydir_path(k, "one.pem"), *public = keydir_path(k, "one.pem.pub");
	struct answer answer = { "secret", "", 0 };
	const struct passphrases ask = { give, &answer };

	for (enum pubkey_type t = PUBKEY_ED25519; t <= PUBKEY_RSA; t++) {
		for (int encrypted = 0; encrypted < (t == PUBKEY_P256 ? 2 : 1); encrypted++) {
			struct keyset set = KEYSET_INIT;
			const char *const files[] = { path, public };
			struct strbuf text = STRBUF_INIT;
			struct pubkey made;

			print_message("type %d%s\n", (int)t, encrypted ? ", encrypted" : "");
			assert_int_equal(keys_make(&made, &k->mem, path, t, encrypted ? &ask : NULL, k->dg, &k->d), 0);
			assert_int_equal(made.type, t);
			assert_int_equal(mode_of(path), 0600);
			assert_int_equal(mode_of(public), 0644);
			assert_int_equal(file_read(&text, path, 10000, &k->d), 0);
			assert_true(
				slice_starts(strbuf_slice(&text), encrypted ? "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
									    : "-----BEGIN PRIVATE KEY-----\n"));
			assert_int_equal(keys_load_files(&set, files, 2, "", &ask, k->dg, &k->d), 0);
			for (size_t i = 0; i < 2; i++)
				assert_memory_equal(set.keys[i].public.id, made.id, SHA256_SIZE);
			assert_non_null(set.keys[0].pkey);
			assert_null(set.keys[1].pkey);
			unlink(path);
			unlink(public);
			keyset_release(&set);
			strbuf_release(&text);
		}
	}
	assert_int_equal(answer.asked, 2);
	assert_int_equal(k->d.n, 0);
}

/* Neither half is overwritten, and nobody is asked for a passphrase in vain. */
static void test_make_refused(void **state)
{
	struct keydir *k = *state;
	const char *path = keydir_path(k, "two.pem");
	struct answer answer = { NULL, "", 0 };
	const struct passphrases ask = { give, &answer };
	struct pubkey made;

	keydir_write(k, "two.pem.pub", SLICE("x"), 0644);
	assert_int_equal(keys_make(&made, &k->mem, path, PUBKEY_ED25519, &ask, k->dg, &k->d), -1);
	assert_string_equal(keydir_said(k), "K/two.pem.pub: error: exists already; keys are made in a fresh place\n");
	assert_int_equal(access(path, F_OK), -1);
	keydir_write(k, "two.pem", SLICE("x"), 0644);
	unlink(keydir_path(k, "two.pem.pub"));
	assert_int_equal(keys_make(&made, &k->mem, path, PUBKEY_ED25519, &ask, k->dg, &k->d), -1);
	assert_string_equal(keydir_said(k), "K/two.pem: error: exists already; keys are made in a fresh place\n");
	unlink(path);
	assert_int_equal(symlink("nowhere", keydir_path(k, "two.pem.pub")), 0);
	assert_int_equal(keys_make(&made, &k->mem, path, PUBKEY_ED25519, &ask, k->dg, &k->d), -1);
	assert_string_equal(keydir_said(k), "K/two.pem.pub: error: exists already; keys are made in a fresh place\n");
	assert_int_equal(access(path, F_OK), -1);
	unlink(keydir_path(k, "two.pem.pub"));
	assert_int_equal(answer.asked, 0);
	assert_int_equal(keys_make(&made, &k->mem, path, PUBKEY_ED25519, &ask, k->dg, &k->d), -1);
	assert_string_equal(keydir_said(k), "K/two.pem: error: nobody knows it\n");
	assert_int_equal(access(path, F_OK), -1);
}

/* While the passphrase is asked, somebody puts something where the public half belongs. */
static int give_late(void *ctx, char *out, size_t cap, const char *role, const char *path, struct diags *d)
{
	struct keydir *k = ctx;

	(void)cap, (void)role, (void)path, (void)d;
	assert_int_equal(mkdir(keydir_path(k, "late.pem.pub"), 0700), 0);
	out[0] = 'x';
	return 1;
}

static void test_make_both_or_none(void **state)
{
	struct keydir *k = *state;
	const struct passphrases ask = { give_late, k };
	struct pubkey made;

	assert_int_equal(keys_make(&made, &k->mem, keydir_path(k, "late.pem"), PUBKEY_ED25519, &ask, k->dg, &k->d), -1);
	assert_string_equal(keydir_said(k), "K/late.pem.pub: error: cannot create: File exists\n");
	assert_false(file_exists(keydir_path(k, "late.pem")));
}

/* --- what a file may hold ---------------------------------------------------------------------------------------------- */

static void test_types(void **state)
{
	static const struct {
		const char *name, *group;
		size_t bits;
		bool good;
	} cases[] = {
		{ "ED25519", NULL, 0, true }, { "EC", "P-256", 0, true },  { "RSA", NULL, 2048, true },
		{ "ED448", NULL, 0, false },  { "EC", "P-384", 0, false }, { "RSA", NULL, 1024, false },
		{ "X25519", NULL, 0, false },
	};
	struct keydir *k = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct keyset set = KEYSET_INIT;
		struct slice sig, message = SLICE("what is signed");
		EVP_PKEY *pkey = cases[i].group  ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", cases[i].group)
				 : cases[i].bits ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", cases[i].bits)
						 : EVP_PKEY_Q_keygen(NULL, NULL, cases[i].name);

		print_message("%s %s %zu\n", cases[i].name, cases[i].group ? cases[i].group : "", cases[i].bits);
		keydir_private(k, "targets.pem", pkey, NULL);
		assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TARGETS), NULL, k->dg, &k->d),
				 cases[i].good ? 0 : -1);
		if (cases[i].good) {
			assert_int_equal(key_sign(&sig, &k->mem, set.roles[KEYS_TARGETS].v[0], message, &k->d), 0);
			assert_true(pubkey_verify(&set.keys[0].public, message, sig));
		}
		assert_string_equal(keydir_said(k),
				    cases[i].good
					    ? ""
					    : "K/targets.pem: error: no key that can sign: it must be Ed25519, EC "
					      "P-256 (named curve, uncompressed point) or RSA of 2048 to 4096 bits\n");
		keyset_release(&set);
		EVP_PKEY_free(pkey);
	}
}

/* PEM in the forms of OpenSSL's older programs. */
static void test_traditional(void **state)
{
	struct keydir *k = *state;
	EVP_PKEY *keys[] = { EVP_EC_gen("P-256"), EVP_RSA_gen(2048) };

	for (size_t i = 0; i < COUNT(keys); i++) {
		struct keyset set = KEYSET_INIT;
		const char *path = keydir_path(k, "targets.pem");
		BIO *out = BIO_new_file(path, "w");

		if (i == 0)
			BIO_puts(out, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n");
		assert_int_equal(PEM_write_bio_PrivateKey_traditional(out, keys[i], NULL, NULL, 0, NULL, NULL), 1);
		BIO_free(out);
		chmod(path, 0600);
		assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TARGETS), NULL, k->dg, &k->d), 0);
		assert_true(key_can_sign(&set.keys[0]));
		keyset_release(&set);
		EVP_PKEY_free(keys[i]);
	}
}

static void test_refused_files(void **state)
{
	static const struct {
		const char *text; /* NULL: a private key */
		mode_t mode;
		const char *said;
	} cases[] = {
		{ NULL, 0640, "group or others may read this private key (mode 0640); run: chmod 600 K/targets.pem\n" },
		{ NULL, 0604, "group or others may read this private key (mode 0604); run: chmod 600 K/targets.pem\n" },
		{ NULL, 0601, "group or others may read this private key (mode 0601); run: chmod 600 K/targets.pem\n" },
		{ "public", 0664,
		  "group or others may replace this public key (mode 0664); run: chmod 644 K/targets.pem\n" },
		{ "x\n", 0600, "is neither a private key in PEM (PKCS#8) nor a public one (SubjectPublicKeyInfo)\n" },
		{ "", 0600, "is neither a private key in PEM (PKCS#8) nor a public one (SubjectPublicKeyInfo)\n" },
		{ "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n", 0600,
		  "is not a private key in PEM (PKCS#8)\n" },
		{ "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4=\n-----END ENCRYPTED PRIVATE KEY-----\n", 0600,
		  "is not a private key in PEM (PKCS#8)\n" },
	};
	struct keydir *k = *state;
	EVP_PKEY *pkey = ed25519();

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct keyset set = KEYSET_INIT;
		const char *path = keydir_path(k, "targets.pem");

		print_message("%04o %s", (unsigned)cases[i].mode, cases[i].said);
		if (cases[i].text)
			keydir_write(k, "targets.pem", slice_of(cases[i].text), 0600);
		else
			keydir_private(k, "targets.pem", pkey, NULL);
		chmod(path, cases[i].mode);
		assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TARGETS), NULL, k->dg, &k->d), -1);
		assert_int_equal(diags_exit(&k->d), 3);
		assert_string_equal(keydir_said(k), arena_printf(&k->mem, "K/targets.pem: error: %s", cases[i].said).p);
		keyset_release(&set);
	}
	EVP_PKEY_free(pkey);
}

/* What stands in the place of a key: nothing, a folder, a pipe that nobody writes to, too much, a link. */
static void test_no_files(void **state)
{
	struct keydir *k = *state;
	const char *path = keydir_path(k, "timestamp.pem");
	struct keyset set = KEYSET_INIT;
	EVP_PKEY *pkey = ed25519();
	char *much = calloc(1, 20000);

	unlink(path);
	assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TIMESTAMP), NULL, k->dg, &k->d), -1);
	assert_string_equal(keydir_said(k), "K/timestamp.pem: error: cannot open the key: No such file or directory\n");
	keyset_release(&set);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TIMESTAMP), NULL, k->dg, &k->d), -1);
	assert_string_equal(keydir_said(k), "K/timestamp.pem: error: the key is not a regular file\n");
	keyset_release(&set);
	rmdir(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TIMESTAMP), NULL, k->dg, &k->d), -1);
	assert_string_equal(keydir_said(k), "K/timestamp.pem: error: the key is not a regular file\n");
	keyset_release(&set);
	keydir_write(k, "timestamp.pem", slice_bytes(much, 20000), 0600);
	assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TIMESTAMP), NULL, k->dg, &k->d), -1);
	assert_string_equal(keydir_said(k), "K/timestamp.pem: error: too long for a key in PEM\n");
	keyset_release(&set);
	/* a link is followed, and what counts is the file that it leads to */
	unlink(path);
	keydir_private(k, "elsewhere.pem", pkey, NULL);
	assert_int_equal(symlink(keydir_path(k, "elsewhere.pem"), path), 0);
	assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TIMESTAMP), NULL, k->dg, &k->d), 0);
	keyset_release(&set);
	chmod(keydir_path(k, "elsewhere.pem"), 0644);
	assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TIMESTAMP), NULL, k->dg, &k->d), -1);
	assert_non_null(strstr(keydir_said(k), "others may read this private key (mode 0644)"));
	keyset_release(&set);
	unlink(path);
	EVP_PKEY_free(pkey);
	free(much);
}

/* --- passphrases ------------------------------------------------------------------------------------------------------- */

static void test_passphrases(void **state)
{
	static const struct {
		const char *text, *said;
		bool nobody;
	} cases[] = {
		{ "secret", "", false },
		{ "Secret", "K/targets.pem: error: the passphrase does not open this key, or the file is damaged\n",
		  false },
		{ "", "K/targets.pem: error: the passphrase does not open this key, or the file is damaged\n", false },
		{ NULL, "K/targets.pem: error: nobody knows it\n", false },
		{ NULL, "K/targets.pem: error: is encrypted, and there is no passphrase for it\n", true },
	};
	struct keydir *k = *state;
	EVP_PKEY *pkey = ed25519();

	keydir_private(k, "targets.pem", pkey, "secret");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer answer = { cases[i].text, "targets", 0 };
		const struct passphrases ask = { give, &answer };
		struct keyset set = KEYSET_INIT;

		print_message("%s\n", cases[i].said);
		assert_int_equal(
			keys_load(&set, k->dir, KEY_BIT(KEYS_TARGETS), cases[i].nobody ? NULL : &ask, k->dg, &k->d),
			*cases[i].said ? -1 : 0);
		assert_int_equal(answer.asked, cases[i].nobody ? 0 : 1);
		assert_int_equal(diags_exit(&k->d), *cases[i].said ? 3 : 0);
		assert_string_equal(keydir_said(k), cases[i].said);
		keyset_release(&set);
	}
	EVP_PKEY_free(pkey);
}

/* --- roles ------------------------------------------------------------------------------------------------------------- */

static void test_rings(void **state)
{
	struct keydir *k = *state;
	EVP_PKEY *a = ed25519(), *b = ed25519(), *c = ed25519();
	struct keyset set = KEYSET_INIT;
	struct role_keys only = { .n = 1, .threshold = 1 };
	const struct role_keyring *targets = &set.roles[KEYS_TARGETS];

	keydir_private(k, "a.pem", a, NULL);
	keydir_public(k, "b.pub", b);
	keydir_private(k, "c.pem", c, NULL);
	keydir_write(k, SETTINGS_NAME,
		     SLICE("[targets]\nkey2 = b.pub\nkey5 = c.pem\nkey9 = a.pem\n[root]\nkey1 = a.pem\n"), 0600);
	assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TARGETS) | KEY_BIT(KEYS_ROOT), NULL, k->dg, &k->d), 0);
	assert_string_equal(keydir_said(k), "");
	assert_int_equal(set.n, 3); /* each file once */
	assert_int_equal(targets->n, 3);
	assert_string_equal(targets->v[0]->path, keydir_path(k, "b.pub"));
	assert_string_equal(targets->v[1]->path, keydir_path(k, "c.pem"));
	assert_ptr_equal(targets->v[2], set.roles[KEYS_ROOT].v[0]);
	assert_int_equal(set.roles[KEYS_OBJECTS].n, 3); /* those of targets */
	assert_int_equal(set.roles[KEYS_SNAPSHOT].n, 0);
	assert_false(key_can_sign(targets->v[0]));
	assert_ptr_equal(keyring_signer(targets, NULL), targets->v[1]);
	only.ids = &targets->v[2]->public.id;
	assert_ptr_equal(keyring_signer(targets, &only), targets->v[2]);
	only.ids = &targets->v[0]->public.id;
	assert_null(keyring_signer(targets, &only));
	keyset_release(&set);
	unlink(keydir_path(k, SETTINGS_NAME));
	EVP_PKEY_free(a);
	EVP_PKEY_free(b);
	EVP_PKEY_free(c);
}

static void test_rings_refused(void **state)
{
	static const struct {
		const char *text, *said;
		int result;
	} cases[] = {
		{ "[targets]\nkey1 = a.pem\nkey2 = a.pub\n",
		  "K/a.pub: error: is the same key as K/a.pem; a key counts once in the role targets\n", -1 },
		{ "[targets]\nkey1 = a.pem\nkey2 = ./a.pem\n",
		  "K/trust.ini:3:1: error: key2 \"./a.pem\" has a part that is a dot; name a "
		  "file beside trust.ini, or an absolute path\n",
		  -1 },
		{ "[targets]\nkey1 = a.pem\nexec1 = true\n",
		  "K/a.pem: error: a command signs for this key, so only its public half belongs here\n", -1 },
		{ "[targets]\nkey1 = a.pub\nexec1 = true\n[snapshot]\nkey1 = a.pub\nexec1 = false\n",
		  "K/a.pub: error: trust.ini names two different commands that sign for this key\n", -1 },
		{ "[root]\nkey1 = a.pub\n[timestamp]\nkey1 = a.pem\n",
		  "K/a.pem: warning: is a key of root and of timestamp: who takes the online key has the other; give "
		  "each "
		  "its own\n",
		  0 },
		{ "[snapshot]\nkey1 = a.pem\n[timestamp]\nkey1 = a.pem\n", "", 0 },
		{ "[targets]\nkey1 = a.pem\n[timestamp]\nkey1 = a.pem\n",
		  "K/a.pem: warning: is a key of targets and of timestamp: who takes the online key has the other; "
		  "give each "
		  "its own\n",
		  0 },
		{ "[objects]\nkey1 = a.pem\n[timestamp]\nkey1 = a.pem\n",
		  "K/a.pem: warning: is a key of objects and of timestamp: who takes the online key has the other; "
		  "give each "
		  "its own\n",
		  0 },
	};
	struct keydir *k = *state;
	EVP_PKEY *a = ed25519(), *b = ed25519();

	keydir_private(k, "a.pem", a, NULL);
	keydir_public(k, "a.pub", a);
	keydir_private(k, "root.pem", b, NULL);
	keydir_private(k, "targets.pem", b, NULL);
	EVP_PKEY_free(b);
	b = ed25519();
	keydir_private(k, "snapshot.pem", b, NULL);
	keydir_private(k, "timestamp.pem", b, NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct keyset set = KEYSET_INIT;

		print_message("%s\n", cases[i].text);
		keydir_write(k, SETTINGS_NAME, slice_of(cases[i].text), 0600);
		assert_int_equal(keys_load(&set, k->dir, ALL | KEY_BIT(KEYS_OBJECTS), NULL, k->dg, &k->d),
				 cases[i].result);
		assert_string_equal(keydir_said(k), cases[i].said);
		keyset_release(&set);
	}
	unlink(keydir_path(k, SETTINGS_NAME));
	EVP_PKEY_free(a);
	EVP_PKEY_free(b);
}

/* --- commands that sign ------------------------------------------------------------------------------------------------ */

static void test_exec(void **state)
{
	static const char sign[] = "openssl pkeyutl -sign -rawin -inkey p.pem -in /dev/stdin";
	static const char not_it[] =
		", which are no signature by this key of what it was given; wanted: 64 bytes of Ed25519, "
		"over the message itself\n";
	static const struct {
		const char *after, *said; /* what the command does with the signature; NULL: nothing is said */
	} cases[] = {
		{ "", NULL },
		{ " | od -An -v -tx1 | tr -d ' \\n'", NULL },
		{ " | od -An -v -tx1 | tr a-f A-F", NULL },
		{ " | base64", NULL },
		{ " | base64 -w0", NULL },
		{ " | head -c 63", "wrote 63 bytes" },
		{ " | od -An -v -tx1 | head -1", "wrote 49 bytes" },
		{ " | tr '\\000-\\377' x", "wrote 64 bytes" },
		{ " >/dev/null", "wrote no signature\n" },
		{ " >/dev/null; echo; echo", "wrote no signature\n" },
		{ " >/dev/null; exit 2", "ended with exit code 2\n" },
	};
	struct keydir *k = *state;
	EVP_PKEY *pkey = ed25519();
	struct slice message = SLICE("{\"signed\":1}");

	keydir_private(k, "p.pem", pkey, NULL);
	keydir_public(k, "p.pub", pkey);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct keyset set = KEYSET_INIT;
		struct slice sig, text;
		const char *said = cases[i].said;

		print_message("%s\n", cases[i].after);
		text = arena_printf(&k->mem, "[targets]\nkey1 = p.pub\nexec1 = %s%s\n", sign, cases[i].after);
		keydir_write(k, SETTINGS_NAME, text, 0600);
		assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TARGETS), NULL, k->dg, &k->d), 0);
		assert_true(key_can_sign(&set.keys[0]));
		assert_int_equal(key_sign(&sig, &k->mem, &set.keys[0], message, &k->d), said ? -1 : 0);
		assert_int_equal(diags_exit(&k->d), said ? 3 : 0);
		if (!said)
			assert_true(pubkey_verify(&set.keys[0].public, message, sig));
		assert_string_equal(keydir_said(k),
				    said ? arena_printf(&k->mem, "K/p.pub: error: the command that signs for it %s%s",
							said, strchr(said, '\n') ? "" : not_it)
						    .p
					 : "");
		keyset_release(&set);
	}
	unlink(keydir_path(k, SETTINGS_NAME));
	EVP_PKEY_free(pkey);
}

/* Signatures by another key, of another message, or r and s without DER. */
static void test_exec_of_others(void **state)
{
	static const struct {
		const char *command, *said;
	} cases[] = {
		{ "openssl dgst -sha256 -sign p.pem", NULL },
		{ "openssl dgst -sha256 -sign q.pem", "bytes, which are no signature by this key" },
		{ "cat >/dev/null; echo | openssl dgst -sha256 -sign p.pem",
		  "bytes, which are no signature by this key" },
		{ "openssl dgst -sha512 -sign p.pem", "wanted: ECDSA with SHA-256, in DER\n" },
		{ "head -c 64 /dev/zero",
		  "wanted: ECDSA with SHA-256, in DER; 64 bytes are r and s as PKCS #11 gives them\n" },
	};
	struct keydir *k = *state;
	EVP_PKEY *p = EVP_EC_gen("P-256"), *q = EVP_EC_gen("P-256");

	keydir_private(k, "p.pem", p, NULL);
	keydir_public(k, "p.pub", p);
	keydir_private(k, "q.pem", q, NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct keyset set = KEYSET_INIT;
		struct slice sig;
		const char *said;

		print_message("%s\n", cases[i].command);
		keydir_write(k, SETTINGS_NAME,
			     arena_printf(&k->mem, "[targets]\nkey1 = p.pub\nexec1 = %s\n", cases[i].command), 0600);
		assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TARGETS), NULL, k->dg, &k->d), 0);
		assert_int_equal(key_sign(&sig, &k->mem, &set.keys[0], SLICE("m"), &k->d), cases[i].said ? -1 : 0);
		said = keydir_said(k);
		if (cases[i].said)
			assert_non_null(strstr(said, cases[i].said));
		else
			assert_string_equal(said, "");
		keyset_release(&set);
	}
	unlink(keydir_path(k, SETTINGS_NAME));
	EVP_PKEY_free(p);
	EVP_PKEY_free(q);
}

/* A public key that nothing signs for. */
static void test_public_signs_nothing(void **state)
{
	struct keydir *k = *state;
	struct keyset set = KEYSET_INIT;
	EVP_PKEY *pkey = ed25519();
	struct slice sig;

	keydir_public(k, "targets.pem", pkey);
	assert_int_equal(keys_load(&set, k->dir, KEY_BIT(KEYS_TARGETS), NULL, k->dg, &k->d), 0);
	assert_int_equal(key_sign(&sig, &k->mem, &set.keys[0], SLICE("m"), &k->d), -1);
	assert_string_equal(keydir_said(k), "K/targets.pem: error: is a public key, and no command signs for it\n");
	keyset_release(&set);
	EVP_PKEY_free(pkey);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_make_refused),
		cmocka_unit_test(test_make_both_or_none),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_traditional),
		cmocka_unit_test(test_refused_files),
		cmocka_unit_test(test_no_files),
		cmocka_unit_test(test_passphrases),
		cmocka_unit_test(test_rings),
		cmocka_unit_test(test_rings_refused),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_exec_of_others),
		cmocka_unit_test(test_public_signs_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
