#include "cmd/rolestate.h"

#include <string.h>

#include "sign/roles.h"

const char *role_due_word(enum role_due due)
{
	static const char *const words[] = { "good", "due", "replaced keys", "expired" };

	return words[due];
}

bool role_signed_by(const struct role_state *s, const uint8_t keyid[SHA256_SIZE])
{
	for (size_t i = 0; i < s->file->signatures.n; i++) {
		if (!memcmp(s->file->signatures.v[i].keyid, keyid, SHA256_SIZE))
			return true;
	}
	return false;
}

/* Roots sign themselves: what the chain took is signed well. */
static enum role_due due_of(const struct tuf_part *p, const struct tuf_file *root, const struct tuf_file *targets,
			    const struct settings *settings, int64_t now)
{
	int64_t left = p->file->expires - now;
	enum key_role role = roles_key_role(p);

	if (left <= 0)
		return ROLE_EXPIRED;
	if (role != KEYS_ROOT && !roles_stands(p, root, targets, settings, now) && left >= settings->roles[role].resign)
		return ROLE_REPLACED;
	return left < settings->roles[role].resign ? ROLE_DUE : ROLE_GOOD;
}

static void add_file(struct role_state *s, const struct tuf_part *p, enum role_due due)
{
	if (!s->files || p->file->expires < s->file->expires)
		s->file = p->file;
	if (!s->files || p->version < s->lowest)
		s->lowest = p->version;
	if (p->version > s->highest)
		s->highest = p->version;
	if (due > s->due)
		s->due = due;
	s->files++;
}

/* Who may sign for a role now. */
static void name_keys(struct role_state *s, const struct tuf_file *root, const struct tuf_file *targets)
{
	bool objects = s->role == KEYS_OBJECTS;

	s->keys = objects ? &targets->targets.delegations[0].keys : &root->root.roles[s->role];
	s->table = objects ? &targets->targets.keys : &root->root.keys;
}

size_t role_states(struct role_state out[KEYS_ROLES], const struct tuf_chain *chain, const struct metadata *m,
		   const struct settings *settings, int64_t now)
{
	static const enum key_role order[KEYS_ROLES] = { KEYS_ROOT, KEYS_TARGETS, KEYS_OBJECTS, KEYS_SNAPSHOT,
							 KEYS_TIMESTAMP };
	struct tuf_file *root = &chain->v[chain->n - 1];
	const struct tuf_part newest = { .role = SLICE("root"), .version = root->version, .file = root };
	const struct tuf_file *targets = tuf_part_find(&m->parts, SLICE("targets"))->file;
	size_t n = 0;

	for (size_t i = 0; i < KEYS_ROLES; i++) {
		struct role_state s = { .role = order[i] };

		if (s.role == KEYS_ROOT)
			add_file(&s, &newest, due_of(&newest, root, targets, settings, now));
		for (size_t k = 0; k < m->parts.n; k++) {
			const struct tuf_part *p = &m->parts.v[k];

			if (p->file && roles_key_role(p) == s.role)
				add_file(&s, p, due_of(p, root, targets, settings, now));
		}
		if (!s.files)
			continue;
		name_keys(&s, root, targets);
		out[n++] = s;
	}
	return n;
}
