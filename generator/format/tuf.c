#include "format/tuf.h"

#include <string.h>

#include "base/instant.h"
#include "format/json.h"
#include "format/wire.h"

#define ROLE_NAME_MAX 32
#define PATH_MAX_     255

struct reading { /* w->ctx */
	struct digests *dg;
};

/* Names of roles become names of files. */
static bool is_role_name(struct slice s)
{
	if (s.n < 1 || s.n > ROLE_NAME_MAX || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}

static bool is_delegated_name(struct slice s)
{
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		if (slice_eqs(s, tuf_type_name((enum tuf_type)i)))
			return false;
	}
	return is_role_name(s);
}

/* Target paths become paths of files: relative, ASCII, no part empty or beginning with a dot. `*` is for patterns. */
static bool is_path(struct slice s, bool pattern)
{
	char last = '/';

	if (s.n < 1 || s.n > PATH_MAX_)
		return false;
	for (size_t i = 0; i < s.n; last = s.p[i++]) {
		char c = s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
			     c == '_' || (pattern && c == '*');

		if (!plain && (last == '/' || (c != '.' && c != '/')))
			return false;
	}
	return last != '/';
}

static int read_version(struct wire *w, uint64_t *out, const json_t *v)
{
	int64_t n;

	if (wire_int(w, &n, v, 1, (int64_t)TUF_VERSION_MAX, "a version is not a number from 1 to 2^53 - 1"))
		return -1;
	*out = (uint64_t)n;
	return 0;
}

static int read_length(struct wire *w, uint64_t *out, const json_t *v)
{
	int64_t n;

	if (wire_int(w, &n, v, 0, (int64_t)TUF_VERSION_MAX, "a length is not a number from 0 to 2^53 - 1"))
		return -1;
	*out = (uint64_t)n;
	return 0;
}

static int read_sha256(struct wire *w, void *out, const json_t *v)
{
	return wire_hash(w, out, v, "sha256 is not 64 lower-case hex digits");
}

static int read_hashes(struct wire *w, uint8_t out[SHA256_SIZE], const json_t *v)
{
	static const struct wire_member members[] = { { "sha256", read_sha256, "hashes has no sha256" } };
	static const struct wire_shape shape = { "hashes is not an object", "unknown hash", members, COUNT(members) };

	return wire_object(w, out, v, &shape);
}

static int read_keyids(struct wire *w, void *out, const json_t *v)
{
	struct role_keys *r = out;

	if (json_array_size(v) > ENVELOPE_SIGNATURES_MAX)
		return wire_fail(w, "a role has more than 64 keys");
	r->ids = wire_array(w, &r->n, v, sizeof(*r->ids), read_sha256, "keyids is not an array with an entry");
	if (!r->ids)
		return -1;
	for (size_t i = 0; i < r->n; i++) {
		if (role_keys_has(&(struct role_keys){ .ids = r->ids, .n = i }, r->ids[i]))
			return wire_fail(w, "a role names a key twice");
	}
	return 0;
}

static int read_threshold(struct wire *w, void *out, const json_t *v)
{
	return wire_u32(w, &((struct role_keys *)out)->threshold, v, 1, ENVELOPE_SIGNATURES_MAX,
			"a threshold is not a number from 1 to 64");
}

static int role_keys_check(struct wire *w, const struct role_keys *r, const struct key_table *keys)
{
	if (r->threshold > r->n)
		return wire_fail(w, "a threshold is greater than the number of the role's keys");
	for (size_t i = 0; i < r->n; i++) {
		if (!key_table_find(keys, r->ids[i]))
			return wire_fail(w, "a role names a key that is not in keys");
	}
	return 0;
}

struct key_entry {
	struct slice id;
	struct pubkey key;
};

static int read_key(struct wire *w, void *out, const json_t *v)
{
	const struct reading *reading = w->ctx;
	struct key_entry *e = out;
	char id[SHA256_HEX];

	if (pubkey_decode(&e->key, w->a, v, reading->dg, &w->why))
		return -1;
	digest_hex(id, e->key.id, SHA256_SIZE);
	return slice_eqs(e->id, id) ? 0 : wire_fail(w, "a key id is not the hash of its key");
}

static int read_keys(struct wire *w, struct key_table *out, const json_t *v)
{
	struct key_entry *entries =
		wire_table(w, &out->n, v, sizeof(*entries), read_key, "keys is not an object with a key");

	if (!entries)
		return -1;
	out->v = arena_try(w->a, out->n, sizeof(*out->v));
	if (!out->v)
		return wire_fail(w, "out of memory");
	for (size_t i = 0; i < out->n; i++)
		out->v[i] = entries[i].key;
	return 0;
}

/* --- what all roles have */
static int read_type(struct wire *w, void *out, const json_t *v)
{
	const struct tuf_file *f = out;

	return slice_eqs(wire_slice(v), tuf_type_name(f->type)) ? 0 : wire_fail(w, "_type is of another role");
}

static int read_app(struct wire *w, void *out, const json_t *v)
{
	return wire_word(w, &((struct tuf_file *)out)->app, v, "app is not a text");
}

static int read_expires(struct wire *w, void *out, const json_t *v)
{
	return instant_parse(&((struct tuf_file *)out)->expires, wire_slice(v)) ? 0
										: wire_fail(w, "expires is not a time");
}

static int read_spec_version(struct wire *w, void *out, const json_t *v)
{
	(void)out;
	return slice_eqs(wire_slice(v), TUF_SPEC_VERSION) ? 0 : wire_fail(w, "spec_version is not " TUF_SPEC_VERSION);
}

static int read_file_version(struct wire *w, void *out, const json_t *v)
{
	return read_version(w, &((struct tuf_file *)out)->version, v);
}

#define COMMON_MEMBERS                                                                                                 \
	{ "_type", read_type, "there is no _type" }, { "expires", read_expires, "there is no expires" },               \
		{ "spec_version", read_spec_version, "there is no spec_version" },                                     \
	{                                                                                                              \
		"version", read_file_version, "there is no version"                                                    \
	}
#define APP_MEMBER                                                                                                     \
	{                                                                                                              \
		"app", read_app, "there is no app"                                                                     \
	}

/* --- root */
static int read_consistent(struct wire *w, void *out, const json_t *v)
{
	bool consistent;

	(void)out;
	return wire_true(w, &consistent, v, "consistent_snapshot is not true");
}

static int read_root_keys(struct wire *w, void *out, const json_t *v)
{
	return read_keys(w, &((struct tuf_file *)out)->root.keys, v);
}

static int read_root_role(struct wire *w, struct role_keys *out, const json_t *v)
{
	static const struct wire_member members[] = { { "keyids", read_keyids, "a role has no keyids" },
						      { "threshold", read_threshold, "a role has no threshold" } };
	static const struct wire_shape shape = { "a role is not an object", "unknown key in a role", members,
						 COUNT(members) };

	return wire_object(w, out, v, &shape);
}

static int read_root_roles(struct wire *w, void *out, const json_t *v)
{
	struct tuf_root *root = &((struct tuf_file *)out)->root;

	if (json_object_size(v) != TUF_TYPE_COUNT)
		return wire_fail(w, "roles must be root, snapshot, targets and timestamp");
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
		const json_t *role = json_object_get(v, tuf_type_name((enum tuf_type)i));

		if (!role)
			return wire_fail(w, "roles must be root, snapshot, targets and timestamp");
		if (read_root_role(w, &root->roles[i], role))
			return -1;
	}
	return 0;
}

/* --- targets */
static int read_target_hashes(struct wire *w, void *out, const json_t *v)
{
	return read_hashes(w, ((struct tuf_target *)out)->hash, v);
}

static int read_target_length(struct wire *w, void *out, const json_t *v)
{
	return read_length(w, &((struct tuf_target *)out)->length, v);
}

static int read_target(struct wire *w, void *out, const json_t *v)
{
	static const struct wire_member members[] = { { "hashes", read_target_hashes, "a target has no hashes" },
						      { "length", read_target_length, "a target has no length" } };
	static const struct wire_shape shape = { "a target is not an object", "unknown key in a target", members,
						 COUNT(members) };

	if (!is_path(((struct tuf_target *)out)->path, false))
		return wire_fail(w, "a target's path is no plain relative path");
	return wire_object(w, out, v, &shape);
}

static int read_targets(struct wire *w, void *out, const json_t *v)
{
	struct tuf_targets *t = &((struct tuf_file *)out)->targets;

	if (json_is_object(v) && json_object_size(v) == 0)
		return 0;
	t->v = wire_table(w, &t->n, v, sizeof(*t->v), read_target, "targets is not an object");
	return t->v ? 0 : -1;
}

static int read_name(struct wire *w, void *out, const json_t *v)
{
	struct tuf_delegation *d = out;

	if (wire_word(w, &d->name, v, "a delegation's name is not a text"))
		return -1;
	return is_delegated_name(d->name) ? 0
					  : wire_fail(w, "a delegation's name is not of a-z, 0-9 and -, or is taken");
}

static int read_pattern(struct wire *w, void *out, const json_t *v)
{
	static const char why[] = "a delegation's path is no plain relative pattern";

	return wire_word(w, out, v, why) ? -1 : is_path(*(struct slice *)out, true) ? 0 : wire_fail(w, why);
}

static int read_paths(struct wire *w, void *out, const json_t *v)
{
	struct tuf_delegation *d = out;

	d->paths = wire_array(w, &d->npaths, v, sizeof(*d->paths), read_pattern, "paths is not an array with an entry");
	return d->paths ? 0 : -1;
}

static int read_terminating(struct wire *w, void *out, const json_t *v)
{
	bool terminating;

	(void)out;
	return wire_true(w, &terminating, v, "a delegation is not terminating");
}

static int read_delegated_keyids(struct wire *w, void *out, const json_t *v)
{
	return read_keyids(w, &((struct tuf_delegation *)out)->keys, v);
}

static int read_delegated_threshold(struct wire *w, void *out, const json_t *v)
{
	return read_threshold(w, &((struct tuf_delegation *)out)->keys, v);
}

static int read_delegation(struct wire *w, void *out, const json_t *v)
{
	static const struct wire_member members[] = {
		{ "keyids", read_delegated_keyids, "a delegation has no keyids" },
		{ "name", read_name, "a delegation has no name" },
		{ "paths", read_paths, "a delegation has no paths" },
		{ "terminating", read_terminating, "a delegation does not say terminating" },
		{ "threshold", read_delegated_threshold, "a delegation has no threshold" },
	};
	static const struct wire_shape shape = { "a delegation is not an object", "unknown key in a delegation",
						 members, COUNT(members) };

	return wire_object(w, out, v, &shape);
}

static int read_delegated_keys(struct wire *w, void *out, const json_t *v)
{
	return read_keys(w, &((struct tuf_targets *)out)->keys, v);
}

static int read_delegated_roles(struct wire *w, void *out, const json_t *v)
{
	struct tuf_targets *t = out;

	if (json_array_size(v) > TUF_DELEGATIONS_MAX)
		return wire_fail(w, "more than 256 delegated roles");
	t->delegations = wire_array(w, &t->ndelegations, v, sizeof(*t->delegations), read_delegation,
				    "delegated roles is not an array with an entry");
	return t->delegations ? 0 : -1;
}

static int read_delegations(struct wire *w, void *out, const json_t *v)
{
	static const struct wire_member members[] = { { "keys", read_delegated_keys, "delegations has no keys" },
						      { "roles", read_delegated_roles, "delegations has no roles" } };
	static const struct wire_shape shape = { "delegations is not an object", "unknown key in delegations", members,
						 COUNT(members) };

	return wire_object(w, &((struct tuf_file *)out)->targets, v, &shape);
}

/* --- snapshot and timestamp */
static int read_meta_hashes(struct wire *w, void *out, const json_t *v)
{
	return read_hashes(w, ((struct tuf_meta *)out)->hash, v);
}

static int read_meta_length(struct wire *w, void *out, const json_t *v)
{
	return read_length(w, &((struct tuf_meta *)out)->length, v);
}

static int read_meta_version(struct wire *w, void *out, const json_t *v)
{
	return read_version(w, &((struct tuf_meta *)out)->version, v);
}

static int read_meta(struct wire *w, void *out, const json_t *v)
{
	static const struct wire_member members[] = { { "hashes", read_meta_hashes, "an entry of meta has no hashes" },
						      { "length", read_meta_length, "an entry of meta has no length" },
						      { "version", read_meta_version,
							"an entry of meta has no version" } };
	static const struct wire_shape shape = { "an entry of meta is not an object", "unknown key in an entry of meta",
						 members, COUNT(members) };
	struct tuf_meta *m = out;

	if (!slice_ends(m->role, ".json"))
		return wire_fail(w, "an entry of meta does not end in .json");
	m->role.n -= strlen(".json");
	return is_role_name(m->role) ? wire_object(w, m, v, &shape)
				     : wire_fail(w, "an entry of meta is no role's file");
}

static int read_metas(struct wire *w, void *out, const json_t *v)
{
	struct tuf_metas *m = &((struct tuf_file *)out)->metas;

	m->v = wire_table(w, &m->n, v, sizeof(*m->v), read_meta, "meta is not an object with an entry");
	return m->v ? 0 : -1;
}

/* --- the whole */
static const struct wire_member root_members[] = {
	COMMON_MEMBERS,
	{ "consistent_snapshot", read_consistent, "there is no consistent_snapshot" },
	{ "keys", read_root_keys, "there are no keys" },
	{ "roles", read_root_roles, "there are no roles" },
};
static const struct wire_member targets_members[] = {
	COMMON_MEMBERS,
	APP_MEMBER,
	{ "delegations", read_delegations, NULL },
	{ "targets", read_targets, "there is no targets" },
};
static const struct wire_member metas_members[] = {
	COMMON_MEMBERS,
	APP_MEMBER,
	{ "meta", read_metas, "there is no meta" },
};

#define SIGNED_SHAPE(members)                                                                                          \
	{                                                                                                              \
		"signed is not an object", "unknown key in signed", members, COUNT(members)                            \
	}
static const struct wire_shape shapes[TUF_TYPE_COUNT] = { SIGNED_SHAPE(root_members), SIGNED_SHAPE(targets_members),
							  SIGNED_SHAPE(metas_members), SIGNED_SHAPE(metas_members) };

/* What the tables cannot say: how the members of a file fit together. */
static int check_file(struct wire *w, const struct tuf_file *f)
{
	if (f->type == TUF_ROOT) {
		for (size_t i = 0; i < TUF_TYPE_COUNT; i++) {
			if (role_keys_check(w, &f->root.roles[i], &f->root.keys))
				return -1;
		}
	} else if (f->type == TUF_TARGETS) {
		for (size_t i = 0; i < f->targets.ndelegations; i++) {
			const struct tuf_delegation *d = &f->targets.delegations[i];

			if (role_keys_check(w, &d->keys, &f->targets.keys))
				return -1;
			if (tuf_delegation_find(&f->targets, d->name) != d)
				return wire_fail(w, "a role is delegated to twice");
		}
	} else if (f->type == TUF_SNAPSHOT) {
		if (!tuf_meta_find(&f->metas, SLICE("targets")))
			return wire_fail(w, "meta has no targets.json");
		if (tuf_meta_find(&f->metas, SLICE("root")) || tuf_meta_find(&f->metas, SLICE("snapshot")) ||
		    tuf_meta_find(&f->metas, SLICE("timestamp")))
			return wire_fail(w, "meta of a snapshot lists root, snapshot or timestamp");
	} else if (f->metas.n != 1 || !slice_eqs(f->metas.v[0].role, "snapshot")) {
		return wire_fail(w, "meta is not snapshot.json alone");
	}
	return 0;
}

/* A file has one encoding: what was understood, written again, must be what was read. */
static int check_encoding(struct wire *w, struct tuf_file *f, struct slice bytes)
{
	struct strbuf again = STRBUF_INIT, payload = STRBUF_INIT;
	int result = 0;

	if (tuf_encode(&again, f) || tuf_payload(&payload, f) ||
	    !arena_try_copy(&f->payload, w->a, strbuf_slice(&payload)))
		result = wire_fail(w, "out of memory");
	else if (!slice_eq(strbuf_slice(&again), bytes))
		result = wire_fail(w, "is not in the one form that mdstatic writes (order, white space, escapes)");
	strbuf_release(&again);
	strbuf_release(&payload);
	return result;
}

static int decode(struct tuf_file *out, struct arena *a, struct digests *dg, enum tuf_type type, struct slice bytes,
		  bool draft, const char **why)
{
	struct reading reading = { dg };
	struct wire w = { .a = a, .ctx = &reading };
	struct tuf_file f = { .type = type };
	json_auto_t *json = NULL;

	if (draft ? envelope_decode_draft(&f.signatures, &json, a, bytes, tuf_limit(type), why)
		  : envelope_decode(&f.signatures, &json, a, bytes, tuf_limit(type), why))
		return -1;
	if (wire_object(&w, &f, json, &shapes[type]) || check_file(&w, &f) || check_encoding(&w, &f, bytes)) {
		*why = w.why;
		return -1;
	}
	*out = f;
	return 0;
}

int tuf_decode(struct tuf_file *out, struct arena *a, struct digests *dg, enum tuf_type type, struct slice bytes,
	       const char **why)
{
	return decode(out, a, dg, type, bytes, false, why);
}

int tuf_decode_draft(struct tuf_file *out, struct arena *a, struct digests *dg, enum tuf_type type, struct slice bytes,
		     const char **why)
{
	return decode(out, a, dg, type, bytes, true, why);
}
