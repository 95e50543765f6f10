/* cmd/keys_show.c: what keys are, and who signs for what. Nothing secret is ever printed: what is shown comes from public halves. */
#include <inttypes.h>
#include <jansson.h>
#include <sys/stat.h>

#include "base/cmd.h"
#include "base/fileio.h"
#include "base/span.h"
#include "cmd/passphrase.h"
#include "format/wire.h"

extern const struct command cmd_keys_show;

struct showing {
	struct passphrase_source pass;
	struct digests *digests;
	struct arena mem;
	struct diags d;
	json_t *json; /* NULL: as text */
	bool failed;  /* memory, or a name that JSON cannot hold */
};

static const char *type_name(const struct key *k)
{
	static const char *const names[] = {
		[PUBKEY_ED25519] = "ed25519", [PUBKEY_P256] = "ecdsa-sha2-nistp256", [PUBKEY_RSA] = "rsassa-pss-sha256"
	};

	return names[k->public.type];
}

/* What signs for the key. */
static const char *signer_name(const struct key *k)
{
	return k->pkey ? "private key" : k->exec ? "public key, signed for by a command" : "public key";
}

/* --- files ------------------------------------------------------------------------------------------------------------- */

static json_t *key_json(const struct key *k)
{
	char id[SHA256_HEX];

	digest_hex(id, k->public.id, SHA256_SIZE);
	return json_pack("{s:s, s:s, s:s, s:s}", "file", k->path, "keyid", id, "scheme", type_name(k), "signs",
			 k->pkey   ? "file"
			 : k->exec ? "command"
				   : "nothing");
}

static void show_key(struct showing *s, const struct key *k, struct slice pem)
{
	char id[SHA256_HEX];
	json_t *item;

	digest_hex(id, k->public.id, SHA256_SIZE);
	if (!s->json) {
		printf("%s: %s, %s\nkey id: %s\n" SLICE_FMT, k->path, type_name(k), signer_name(k), id, SLICE_ARG(pem));
		return;
	}
	item = key_json(k);
	put_member(item, "pem", put_text(pem), &s->failed);
	put_item(s->json, item, &s->failed);
}

static void show_file(struct showing *s, const char *path)
{
	CLEANUP(keyset_release) struct keyset set = KEYSET_INIT;
	struct slice pem;

	if (keys_load_files(&set, &path, 1, "", &s->pass.keys, s->digests, &s->d))
		return;
	if (pubkey_pem(&pem, &s->mem, &set.keys[0].public))
		diag_environment(&s->d, path, "out of memory");
	else
		show_key(s, &set.keys[0], pem);
}

/* --- folders ----------------------------------------------------------------------------------------------------------- */

static void print_role(const struct keyset *set, enum key_role role)
{
	const struct role_settings *r = &set->settings.roles[role];
	const struct role_keyring *ring = &set->roles[role];
	char expires[SPAN_TEXT], resign[SPAN_TEXT], minimum[SPAN_TEXT];

	span_format(expires, r->expires);
	span_format(resign, r->resign);
	span_format(minimum, r->minimum);
	printf("%s: threshold %u of %zu, good for %s, signed again with less than %s left", key_role_name(role),
	       r->threshold, ring->n, expires, resign);
	if (r->minimum)
		printf(", never published with less than %s left", minimum);
	printf("\n");
	if (role == KEYS_OBJECTS && !r->named) {
		printf("  the keys of targets\n");
		return;
	}
	for (size_t i = 0; i < ring->n; i++) {
		char id[SHA256_HEX];

		digest_hex(id, ring->v[i]->public.id, SHA256_SIZE);
		printf("  %s %s: %s, %s\n", id, ring->v[i]->path, type_name(ring->v[i]), signer_name(ring->v[i]));
	}
	if (!ring->n)
		printf("  no key: there is no %s\n", r->keys[0].path);
}

static json_t *role_json(struct showing *s, const struct keyset *set, enum key_role role)
{
	const struct role_settings *r = &set->settings.roles[role];
	json_t *keys = json_array();

	for (size_t i = 0; i < set->roles[role].n; i++)
		put_item(keys, key_json(set->roles[role].v[i]), &s->failed);
	return json_pack("{s:o, s:i, s:I, s:I, s:I}", "keys", keys, "threshold", (int)r->threshold, "expires",
			 (json_int_t)r->expires, "resign", (json_int_t)r->resign, "minimum", (json_int_t)r->minimum);
}

/* All roles but those that have only a default name, and no file of it: no machine has every key. */
static int roles_here(unsigned *out, struct showing *s, const char *dir)
{
	struct settings settings;

	*out = 0;
	if (settings_load(&settings, &s->mem, dir, &s->d))
		return -1;
	for (size_t i = 0; i < KEYS_ROLES; i++) {
		const struct role_settings *r = &settings.roles[i];

		if (r->named || (r->keys[0].path && file_exists(r->keys[0].path)))
			*out |= KEY_BIT(i);
	}
	return 0;
}

static void show_folder(struct showing *s, const char *dir)
{
	CLEANUP(keyset_release) struct keyset set = KEYSET_INIT;
	json_t *roles = json_object();
	unsigned needed;

	if (roles_here(&needed, s, dir) || keys_load(&set, dir, needed, &s->pass.keys, s->digests, &s->d)) {
		json_decref(roles);
		return;
	}
	for (size_t i = 0; i < KEYS_ROLES; i++) {
		if (s->json)
			put_member(roles, key_role_name((enum key_role)i), role_json(s, &set, (enum key_role)i),
				   &s->failed);
		else
			print_role(&set, (enum key_role)i);
	}
	if (s->json)
		put_item(s->json, json_pack("{s:s, s:O}", "dir", dir, "roles", roles), &s->failed);
	json_decref(roles);
}

/* --- the command ------------------------------------------------------------------------------------------------------- */

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static void show_all(struct showing *s, const struct cmd_args *a)
{
	for (size_t i = 0; i < a->npositional; i++) {
		if (is_folder(a->positional[i]))
			show_folder(s, a->positional[i]);
		else
			show_file(s, a->positional[i]);
	}
	if (s->failed)
		diag_environment(&s->d, NULL, "out of memory, or a file's name is not UTF-8");
	if (s->json && !s->d.errors) {
		json_dumpf(s->json, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
		printf("\n");
	}
}

static int run(const struct cmd_args *a)
{
	struct showing s = { .mem = ARENA_INIT, .d = DIAGS_INIT, .json = cmd_flag(a, "json") ? json_array() : NULL };
	int code;

	passphrase_open(&s.pass);
	if (digests_new(&s.digests))
		diag_environment(&s.d, NULL, "libcrypto gives no SHA-256 here");
	else
		show_all(&s, a);
	passphrase_close(&s.pass);
	diags_print(&s.d, DIAG_TEXT, stderr);
	code = diags_exit(&s.d);
	json_decref(s.json);
	digests_free(s.digests);
	arena_release(&s.mem);
	diags_release(&s.d);
	return cmd_finish(a, code);
}

static const struct cmd_option options[] = {
	{ "json", NULL, "the same as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_keys_show = {
	"keys show", "FILE...", 1, 64, "key ids and public halves; of a KEYDIR: who signs for which role, for how long",
	options,     run,
};
