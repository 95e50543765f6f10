#include <string.h>

#include "cmd/passphrase.h"
#include "cmd/sign.h"
#include "sign/rootfile.h"

extern const struct command cmd_keys_root;

/* The roles of --overlap: 0, or EXIT_USAGE with a message. */
static int read_overlap(unsigned *out, const struct cmd_args *a)
{
	*out = 0;
	for (size_t i = 0; i < a->noptions; i++) {
		unsigned bit = 0;

		if (strcmp(a->names[i], "overlap") != 0)
			continue;
		for (enum tuf_type t = TUF_ROOT; t < TUF_TYPE_COUNT; t++)
			bit |= strcmp(a->values[i], tuf_type_name(t)) == 0 ? KEY_BIT(t) : 0;
		if (!bit)
			return cmd_usage(a, "--overlap is \"%s\"; it must be root, targets, snapshot or timestamp",
					 a->values[i]);
		*out |= bit;
	}
	return 0;
}

/* Keys that overlap, and are good until a root comes without them. */
static void print_overlap(const struct draft *f, const struct rootfile_input *in)
{
	for (enum tuf_type t = TUF_ROOT; t < TUF_TYPE_COUNT; t++) {
		const struct role_keys *role = &f->file.root.roles[t];

		for (size_t i = 0; (in->overlap & KEY_BIT(t)) && i < role->n; i++) {
			const struct role_keyring *ring = &in->keys->roles[t];
			char id[SHA256_HEX];
			bool named = false;

			for (size_t k = 0; k < ring->n; k++)
				named = named || !memcmp(ring->v[k]->public.id, role->ids[i], SHA256_SIZE);
			digest_hex(id, role->ids[i], SHA256_SIZE);
			if (!named)
				printf("%s: key id %s stays, until a root is made without --overlap %s\n",
				       tuf_type_name(t), id, tuf_type_name(t));
		}
	}
}

static int make(struct sign_run *r, struct rootfile_input in, const struct cmd_args *a)
{
	unsigned needed = KEY_BIT(KEYS_ROOT) | KEY_BIT(KEYS_TARGETS) | KEY_BIT(KEYS_SNAPSHOT) | KEY_BIT(KEYS_TIMESTAMP);
	CLEANUP(keyset_release) struct keyset keys = KEYSET_INIT;
	CLEANUP(keyset_release) struct keyset old = KEYSET_INIT;
	CLEANUP(passphrase_close) struct passphrase_source passphrases = PASSPHRASE_SOURCE_INIT;
	const char **files = ARENA_ARRAY(&old.mem, const char *, a->noptions);
	size_t n = cmd_values(a, "old", files, a->noptions);

	passphrase_open(&passphrases);
	in.keys = &keys;
	in.old = &old;
	if (keys_load(&keys, cmd_value(a, "keys"), needed, &passphrases.keys, r->digests, &r->d) ||
	    keys_load_files(&old, files, n, "root", &passphrases.keys, r->digests, &r->d) ||
	    rootfile_make(&r->draft, &in, r->digests, &r->d))
		return -1;
	printf("written ");
	sign_print(&r->draft, r->digests);
	print_overlap(&r->draft, &in);
	sign_print_next(&r->draft, cmd_value(a, "keys"));
	return 0;
}

static int run(const struct cmd_args *a)
{
	struct rootfile_input in = { .dir = a->positional[0],
				     .renew = cmd_flag(a, "renew"),
				     .again = cmd_flag(a, "again") };
	struct sign_run r;
	int code = cmd_time(&in.now, a, "now");

	if (!code)
		code = read_overlap(&in.overlap, a);
	if (code)
		return code;
	if (!sign_run_open(&r, NULL))
		(void)!make(&r, in, a);
	return sign_run_close(&r, EXIT_DONE);
}

static const struct cmd_option options[] = {
	{ "keys", "KEYDIR", "whose settings (trust.ini) name the keys and thresholds; it may hold public keys", true,
	  false },
	{ "overlap", "ROLE", "the keys that the role has now stay good: root, targets, snapshot or timestamp", false,
	  true },
	{ "old", "KEY.pem", "a key of the newest root that the settings name no more: it signs, or is named", false,
	  true },
	{ "renew", NULL, "also where nothing changes but the expiry", false, false },
	{ "again", NULL, "in the place of a root that is not complete; who signed that signs again", false, false },
	{ "now", "TIME", "when its time begins (default: the clock)", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_keys_root = {
	"keys root", "DIR", 1, 1, "the repository's next root, signed with the keys at hand", options, run,
};
