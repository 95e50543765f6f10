#include <string.h>

#include "base/cmd.h"
#include "cmd/passphrase.h"

extern const struct command cmd_keys_make;

static const char *const types[] = { [PUBKEY_ED25519] = "ed25519", [PUBKEY_P256] = "ecdsa", [PUBKEY_RSA] = "rsa" };

/* 0, or EXIT_USAGE with a message. */
static int read_type(enum pubkey_type *out, const struct cmd_args *a)
{
	const char *word = cmd_value(a, "type");

	*out = PUBKEY_ED25519;
	for (size_t i = 0; i < COUNT(types); i++) {
		if (word && !strcmp(word, types[i])) {
			*out = (enum pubkey_type)i;
			return 0;
		}
	}
	return word ? cmd_usage(a, "--type is \"%s\"; it must be ed25519, ecdsa or rsa", word) : 0;
}

static void make(const struct cmd_args *a, enum pubkey_type type, struct digests *dg, struct diags *d)
{
	CLEANUP(passphrase_close) struct passphrase_source pass = PASSPHRASE_SOURCE_INIT;
	CLEANUP(arena_release) struct arena mem = ARENA_INIT;
	const char *path = a->positional[0];
	char id[SHA256_HEX];
	struct pubkey key;

	passphrase_open(&pass);
	if (keys_make(&key, &mem, path, type, cmd_flag(a, "encrypt") ? &pass.fresh : NULL, dg, d))
		return;
	digest_hex(id, key.id, SHA256_SIZE);
	printf("private key: %s (keep it out of the repository)\npublic key: %s" PUBLIC_SUFFIX "\nkey id: %s\n", path,
	       path, id);
}

static int run(const struct cmd_args *a)
{
	struct diags d = DIAGS_INIT;
	struct digests *digests = NULL;
	enum pubkey_type type;
	int code = read_type(&type, a);

	if (code)
		return code;
	if (digests_new(&digests))
		diag_environment(&d, NULL, "libcrypto gives no SHA-256 here");
	else
		make(a, type, digests, &d);
	diags_print(&d, DIAG_TEXT, stderr);
	code = diags_exit(&d);
	digests_free(digests);
	diags_release(&d);
	return cmd_finish(a, code);
}

static const struct cmd_option options[] = {
	{ "type", "TYPE", "ed25519 (default), ecdsa (P-256) or rsa (3072 bits)", false, false },
	{ "encrypt", NULL, "with a passphrase: $MDSTATIC_PASSPHRASE, else it is asked for", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_keys_make = {
	"keys make", "FILE", 1, 1, "one private key, and its public half FILE" PUBLIC_SUFFIX, options, run,
};
