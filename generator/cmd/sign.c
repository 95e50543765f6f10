#include "cmd/sign.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/instant.h"
#include "format/wire.h"
#include "sign/rootfile.h"

int sign_run_open(struct sign_run *r, const char *path)
{
	*r = (struct sign_run){ .draft = DRAFT_INIT, .d = DIAGS_INIT };
	if (digests_new(&r->digests))
		return diag_environment(&r->d, NULL, "libcrypto gives no SHA-256 here");
	return path ? draft_open(&r->draft, path, r->digests, &r->d) : 0;
}

int sign_run_close(struct sign_run *r, int code)
{
	int found = diags_exit(&r->d);

	diags_print(&r->d, DIAG_TEXT, stderr);
	draft_release(&r->draft);
	digests_free(r->digests);
	diags_release(&r->d);
	return found ? found : code;
}

/* --- for people --------------------------------------------------------------------------------------------------------- */

static void print_want(const struct draft *f, const struct draft_want *want)
{
	const char *other = draft_complete(f) ? "unused" : "may sign";

	printf("%s: %" PRIu32 " signature%s, %" PRIu32 " needed\n", want->of, want->have, want->have == 1 ? "" : "s",
	       want->role->threshold);
	for (size_t i = 0; i < want->role->n; i++) {
		const struct pubkey *key = key_table_find(want->keys, want->role->ids[i]);
		char id[SHA256_HEX];

		digest_hex(id, key->id, SHA256_SIZE);
		printf("  %-8s key id %s (%s)\n", draft_signed_by(f, key->id) ? "signed" : other, id,
		       pubkey_type_name(key->type));
	}
}

void sign_print_next(const struct draft *f, const char *keydir)
{
	if (!draft_complete(f))
		printf("next: mdstatic sign add %s --keys %s, where a missing key is (or sign payload and sign "
		       "attach)\n",
		       f->path, keydir ? keydir : "KEYDIR");
	else
		printf("complete; next: %s\n", f->file.type == TUF_ROOT ? "commit it" : "the same build again");
}

void sign_print(const struct draft *f, struct digests *dg)
{
	struct arena scratch = ARENA_INIT;
	char expires[INSTANT_TEXT], hex[SHA256_HEX] = "";
	uint8_t hash[SHA256_SIZE];
	struct slice *changes = NULL;
	size_t n = 0;

	instant_format(expires, f->file.expires);
	printf("%s: " SLICE_FMT " version %" PRIu64 ", expires %s\n", f->path, SLICE_ARG(f->role), f->file.version,
	       expires);
	if (!digest_sha256(dg, hash, f->file.payload))
		digest_hex(hex, hash, sizeof(hash));
	printf("payload: %zu bytes, SHA-256 %s\n", f->file.payload.n, hex);
	if (f->file.type == TUF_ROOT)
		n = rootfile_changes(&changes, &scratch, f->before, &f->file);
	if (n && f->before)
		printf("against version %" PRIu64 ":\n", f->before->version);
	for (size_t i = 0; i < n; i++)
		printf("  " SLICE_FMT "\n", SLICE_ARG(changes[i]));
	for (size_t i = 0; i < f->nwants; i++)
		print_want(f, &f->wants[i]);
	arena_release(&scratch);
}

/* --- for programs ------------------------------------------------------------------------------------------------------- */

static json_t *want_json(const struct draft *f, const struct draft_want *want)
{
	json_t *json = json_object(), *keys = json_array();
	bool failed = false;

	for (size_t i = 0; i < want->role->n; i++) {
		const struct pubkey *key = key_table_find(want->keys, want->role->ids[i]);
		json_t *one = json_object();

		put_member(one, "keyid", put_hash(key->id), &failed);
		put_member(one, "keytype", json_string(pubkey_type_name(key->type)), &failed);
		put_member(one, "signed", json_boolean(draft_signed_by(f, key->id)), &failed);
		put_item(keys, one, &failed);
	}
	put_member(json, "keys", keys, &failed);
	put_member(json, "of", json_string(want->of), &failed);
	put_member(json, "signatures", json_integer(want->have), &failed);
	put_member(json, "threshold", json_integer(want->role->threshold), &failed);
	return put_done(json, failed);
}

static json_t *changes_json(const struct draft *f, struct arena *a)
{
	struct slice *changes;
	size_t n = rootfile_changes(&changes, a, f->before, &f->file);
	json_t *json = json_array();
	bool failed = false;

	for (size_t i = 0; i < n; i++)
		put_item(json, put_text(changes[i]), &failed);
	return put_done(json, failed);
}

static json_t *draft_json(const struct draft *f, struct arena *a, struct digests *dg)
{
	json_t *json = json_object(), *wants = json_array();
	char expires[INSTANT_TEXT];
	uint8_t hash[SHA256_SIZE];
	bool failed = digest_sha256(dg, hash, f->file.payload) != 0;

	instant_format(expires, f->file.expires);
	for (size_t i = 0; i < f->nwants; i++)
		put_item(wants, want_json(f, &f->wants[i]), &failed);
	if (f->file.type == TUF_ROOT)
		put_member(json, "changes", changes_json(f, a), &failed);
	else
		put_member(json, "app", put_text(f->file.app), &failed);
	put_member(json, "complete", json_boolean(draft_complete(f)), &failed);
	put_member(json, "expires", json_string(expires), &failed);
	put_member(json, "file", put_text(slice_of(f->path)), &failed);
	put_member(json, "payloadSha256", failed ? NULL : put_hash(hash), &failed);
	put_member(json, "role", put_text(f->role), &failed);
	put_member(json, "version", json_integer((json_int_t)f->file.version), &failed);
	put_member(json, "wants", wants, &failed);
	return put_done(json, failed);
}

int sign_print_json(const struct draft *f, struct digests *dg, struct diags *d)
{
	struct arena scratch = ARENA_INIT;
	json_t *json = draft_json(f, &scratch, dg);
	char *text = json ? json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS) : NULL;
	int result = text ? 0 : diag_environment(d, f->path, "out of memory, or the file's name is not UTF-8");

	if (text)
		printf("%s\n", text);
	free(text);
	json_decref(json);
	arena_release(&scratch);
	return result;
}
