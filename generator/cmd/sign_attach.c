#include <string.h>

#include "base/fileio.h"
#include "base/secrecy.h"
#include "base/text.h"
#include "cmd/sign.h"
#include "sign/signature.h"

extern const struct command cmd_sign_attach;

#define SIGNATURE_FILE_MAX 4096

/* Whose signature it is: --keyid, or the key in --key, of which only the public half counts. */
static int whose(uint8_t id[SHA256_SIZE], struct sign_run *r, const struct cmd_args *a)
{
	const char *path = cmd_value(a, "key");
	struct keyset keys = KEYSET_INIT;
	int result = 0;

	if (!path)
		return text_hex(id, SHA256_SIZE, slice_of(cmd_value(a, "keyid"))) ? 0 : -1;
	secrecy_guard(); /* it may be the private key */
	result = keys_load_files(&keys, &path, 1, tuf_type_name(r->draft.file.type), NULL, r->digests, &r->d);
	if (!result)
		memcpy(id, keys.keys[0].public.id, SHA256_SIZE);
	keyset_release(&keys);
	return result;
}

/* The signature of a wanted key, in the form that holds; any other goes on as it is, to be refused. */
static void understand(struct slice *signature, struct draft *f, const uint8_t id[SHA256_SIZE])
{
	const struct pubkey *key = draft_key(f, id);

	if (key)
		(void)!signature_find(signature, &f->mem, key, f->file.payload, *signature);
}

static int attach(struct sign_run *r, const struct cmd_args *a)
{
	struct strbuf bytes = STRBUF_INIT;
	uint8_t id[SHA256_SIZE];
	char hex[SHA256_HEX];
	struct slice signature;
	bool had;
	int result = -1;

	if (draft_complete(&r->draft)) {
		diag_error(&r->d, SRCPOS_FILE(r->draft.path),
			   "has the signatures that it needs, and does not change any more");
		goto out;
	}
	if (whose(id, r, a) || file_read(&bytes, cmd_value(a, "signature"), SIGNATURE_FILE_MAX, &r->d))
		goto out;
	signature = strbuf_slice(&bytes);
	understand(&signature, &r->draft, id);
	had = draft_signed_by(&r->draft, id);
	if (draft_attach(&r->draft, id, signature, &r->d) || draft_write(&r->draft, &r->d))
		goto out;
	digest_hex(hex, id, sizeof(id));
	printf("%s the signature by key id %s\n", had ? "replaced" : "added", hex);
	sign_print(&r->draft, r->digests);
	sign_print_next(&r->draft, NULL);
	result = 0;
out:
	strbuf_release(&bytes);
	return result;
}

static int run(const struct cmd_args *a)
{
	const char *keyid = cmd_value(a, "keyid");
	uint8_t id[SHA256_SIZE];
	struct sign_run r;

	if (!cmd_value(a, "key") == !keyid)
		return cmd_usage(a, "one of --key and --keyid says whose signature it is");
	if (keyid && !text_hex(id, SHA256_SIZE, slice_of(keyid)))
		return cmd_usage(a, "--keyid is \"%s\"; it must be 64 lower-case hex digits", keyid);
	if (!sign_run_open(&r, a->positional[0]))
		(void)!attach(&r, a);
	return sign_run_close(&r, EXIT_DONE);
}

static const struct cmd_option options[] = {
	{ "signature", "FILE", "what the key made of the payload: raw bytes, hex or base64", true, false },
	{ "key", "PUBLIC.pem", "whose it is: the key", false, false },
	{ "keyid", "HEX", "whose it is: the key id", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_sign_attach = {
	"sign attach", "FILE", 1, 1, "adds a signature that was made elsewhere", options, run,
};
