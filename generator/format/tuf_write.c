/* Metadata as JSON. Reading it is in tuf.c, who may sign it in tuf_trust.c. */
#include "base/instant.h"
#include "format/json.h"
#include "format/tuf.h"
#include "format/wire.h"

static const char *const type_names[TUF_TYPE_COUNT] = { "root", "targets", "snapshot", "timestamp" };

const char *tuf_type_name(enum tuf_type t)
{
	return type_names[t];
}

static json_t *number(uint64_t v)
{
	return json_integer((json_int_t)v);
}

static json_t *hashes_json(const uint8_t hash[SHA256_SIZE])
{
	json_t *json = json_object();
	bool failed = false;

	put_member(json, "sha256", put_hash(hash), &failed);
	return put_done(json, failed);
}

static json_t *keys_json(const struct key_table *keys)
{
	json_t *json = json_object();
	bool failed = false;
	char id[SHA256_HEX];

	for (size_t i = 0; i < keys->n; i++) {
		digest_hex(id, keys->v[i].id, SHA256_SIZE);
		put_member(json, id, pubkey_encode(&keys->v[i]), &failed);
	}
	return put_done(json, failed);
}

static void put_role_keys(json_t *json, const struct role_keys *r, bool *failed)
{
	json_t *ids = json_array();

	for (size_t i = 0; i < r->n; i++)
		put_item(ids, put_hash(r->ids[i]), failed);
	put_member(json, "keyids", ids, failed);
	put_member(json, "threshold", number(r->threshold), failed);
}

static void put_root(json_t *json, const struct tuf_root *root, bool *failed)
{
	json_t *roles = json_object();

	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		json_t *role = json_object();

		put_role_keys(role, &root->roles[i], failed);
		put_member(roles, type_names[i], role, failed);
	}
	put_member(json, "consistent_snapshot", json_true(), failed);
	put_member(json, "keys", keys_json(&root->keys), failed);
	put_member(json, "roles", roles, failed);
}

static json_t *delegation_json(const struct tuf_delegation *d)
{
	json_t *json = json_object(), *paths = json_array();
	bool failed = false;

	for (size_t i = 0; i < d->npaths; i++)
		put_item(paths, put_text(d->paths[i]), &failed);
	put_role_keys(json, &d->keys, &failed);
	put_member(json, "name", put_text(d->name), &failed);
	put_member(json, "paths", paths, &failed);
	put_member(json, "terminating", json_true(), &failed);
	return put_done(json, failed);
}

static json_t *delegations_json(const struct tuf_targets *t)
{
	json_t *json = json_object(), *roles = json_array();
	bool failed = false;

	for (size_t i = 0; i < t->ndelegations; i++)
		put_item(roles, delegation_json(&t->delegations[i]), &failed);
	put_member(json, "keys", keys_json(&t->keys), &failed);
	put_member(json, "roles", roles, &failed);
	return put_done(json, failed);
}

static json_t *target_json(const struct tuf_target *t)
{
	json_t *json = json_object();
	bool failed = false;

	put_member(json, "hashes", hashes_json(t->hash), &failed);
	put_member(json, "length", number(t->length), &failed);
	return put_done(json, failed);
}

static void put_targets(json_t *json, const struct tuf_targets *t, bool *failed)
{
	json_t *targets = json_object();

	for (size_t i = 0; i < t->n; i++)
		put_named(targets, t->v[i].path, target_json(&t->v[i]), failed);
	put_member(json, "targets", targets, failed);
	if (t->ndelegations)
		put_member(json, "delegations", delegations_json(t), failed);
}

static void put_meta(json_t *metas, const struct tuf_meta *m, bool *failed)
{
	json_t *json = json_object();
	struct strbuf name = STRBUF_INIT;

	strbuf_addslice(&name, m->role);
	strbuf_adds(&name, ".json");
	put_member(json, "hashes", hashes_json(m->hash), failed);
	put_member(json, "length", number(m->length), failed);
	put_member(json, "version", number(m->version), failed);
	*failed = *failed || name.failed;
	put_named(metas, strbuf_slice(&name), json, failed);
	strbuf_release(&name);
}

static void put_metas(json_t *json, const struct tuf_metas *m, bool *failed)
{
	json_t *metas = json_object();

	for (size_t i = 0; i < m->n; i++)
		put_meta(metas, &m->v[i], failed);
	put_member(json, "meta", metas, failed);
}

static json_t *signed_json(const struct tuf_file *f)
{
	json_t *json = json_object();
	char expires[INSTANT_TEXT];
	bool failed = false;

	instant_format(expires, f->expires);
	put_member(json, "_type", json_string(type_names[f->type]), &failed);
	put_member(json, "expires", json_string(expires), &failed);
	put_member(json, "spec_version", json_string(TUF_SPEC_VERSION), &failed);
	put_member(json, "version", number(f->version), &failed);
	if (f->type == TUF_ROOT)
		put_root(json, &f->root, &failed);
	else
		put_member(json, "app", put_text(f->app), &failed);
	if (f->type == TUF_TARGETS)
		put_targets(json, &f->targets, &failed);
	if (f->type == TUF_SNAPSHOT || f->type == TUF_TIMESTAMP)
		put_metas(json, &f->metas, &failed);
	return put_done(json, failed);
}

int tuf_payload(struct strbuf *out, const struct tuf_file *f)
{
	json_auto_t *json = signed_json(f);

	return json ? json_write(out, json, JSON_CANONICAL) : -1;
}

int tuf_encode(struct strbuf *out, const struct tuf_file *f)
{
	json_auto_t *json = signed_json(f);

	return json ? envelope_encode(out, &f->signatures, json) : -1;
}
