#include "cmd/passphrase.h"
#include "cmd/sign.h"

extern const struct command cmd_sign_add;

static enum key_role role_of(const struct draft *f)
{
	if (f->file.type == TUF_ROOT)
		return KEYS_ROOT;
	return slice_eqs(f->role, key_role_name(KEYS_TARGETS)) ? KEYS_TARGETS : KEYS_OBJECTS;
}

static int load(struct keyset *keys, struct sign_run *r, const struct cmd_args *a)
{
	CLEANUP(passphrase_close) struct passphrase_source passphrases = PASSPHRASE_SOURCE_INIT;
	const char *file = cmd_value(a, "key"), *dir = cmd_value(a, "keys");
	enum key_role role = role_of(&r->draft);

	passphrase_open(&passphrases);
	if (file)
		return keys_load_files(keys, &file, 1, key_role_name(role), &passphrases.keys, r->digests, &r->d);
	return keys_load(keys, dir, KEY_BIT(role), &passphrases.keys, r->digests, &r->d);
}

/* Whether a key of the set has signed already. */
static bool has_signed(const struct draft *f, const struct keyset *keys)
{
	for (size_t i = 0; i < keys->n; i++) {
		if (draft_signed_by(f, keys->keys[i].public.id))
			return true;
	}
	return false;
}

static int sign(struct sign_run *r, const struct cmd_args *a)
{
	struct draft *f = &r->draft;
	const char *from = cmd_value(a, "key") ? cmd_value(a, "key") : cmd_value(a, "keys");
	CLEANUP(keyset_release) struct keyset keys = KEYSET_INIT;
	bool before = draft_complete(f), signed_before;
	size_t n = 0;

	if (!before) {
		if (load(&keys, r, a))
			return -1;
		signed_before = has_signed(f, &keys);
		if (draft_sign(f, &keys, &n, &r->d))
			return -1;
		if (!n && !signed_before)
			return diag_error(&r->d, SRCPOS_FILE(f->path),
					  "%s has no key that may sign this and can (mdstatic sign show %s)", from,
					  f->path);
		if (n && draft_write(f, &r->d))
			return -1;
	}
	printf("added %zu signature%s\n", n, n == 1 ? "" : "s");
	sign_print(f, r->digests);
	sign_print_next(f, cmd_value(a, "keys"));
	return 0;
}

static int run(const struct cmd_args *a)
{
	struct sign_run r;

	if (!cmd_value(a, "key") == !cmd_value(a, "keys"))
		return cmd_usage(a, "one of --keys and --key says who signs");
	if (!sign_run_open(&r, a->positional[0]))
		(void)!sign(&r, a);
	return sign_run_close(&r, EXIT_DONE);
}

static const struct cmd_option options[] = {
	{ "keys", "KEYDIR", "signs with all keys of the folder that may and have not yet", false, false },
	{ "key", "PRIVATE.pem", "signs with this key", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_sign_add = {
	"sign add", "FILE", 1, 1, "signs a root or a file of a build with keys at hand", options, run,
};
