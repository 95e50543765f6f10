#include "sign/rootfile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "base/instant.h"
#include "format/paths.h"
#include "sign/roots.h"

struct making {
	const struct rootfile_input *in;
	struct arena *a; /* the draft's */
	struct digests *dg;
	struct diags *d;
	struct slice *files; /* 1.root.json, 2.root.json, … */
	size_t nfiles;
	struct tuf_chain chain;        /* of them: all, or all but a draft */
	const struct tuf_file *before; /* the newest of the chain; NULL: none */
};

static const char *root_path(const struct making *m, uint64_t number)
{
	return arena_printf(m->a, "%s/%" PRIu64 ".root.json", m->in->dir, number).p;
}

static struct srcpos newest_at(const struct making *m)
{
	return SRCPOS_FILE(root_path(m, m->before->version));
}

static int id_cmp(const void *a, const void *b)
{
	return memcmp(a, b, SHA256_SIZE);
}

static int key_cmp(const void *a, const void *b)
{
	return memcmp(((const struct pubkey *)a)->id, ((const struct pubkey *)b)->id, SHA256_SIZE);
}

/* --- what is there ------------------------------------------------------------------------------------------------------ */

static int count_files(uint64_t *newest, const struct making *m)
{
	struct file_list files = { .mem = ARENA_INIT };
	uint64_t number;
	struct slice role;
	int result;

	*newest = 0;
	if (!file_exists(m->in->dir))
		return 0;
	result = file_walk(&files, m->in->dir, m->d);
	for (size_t i = 0; !result && i < files.n; i++) {
		if (metadata_name(&number, &role, files.path[i]) && slice_eqs(role, "root") && number > *newest)
			*newest = number;
	}
	file_list_release(&files);
	return result;
}

static int read_files(struct making *m)
{
	struct strbuf bytes = STRBUF_INIT;
	uint64_t newest;
	int result = count_files(&newest, m);

	if (!result && newest > TUF_ROOTS_MAX)
		result = diag_error(m->d, SRCPOS_FILE(root_path(m, newest)),
				    "devices follow a chain of %d roots at most", TUF_ROOTS_MAX);
	if (result)
		return -1;
	m->files = ARENA_ARRAY(m->a, struct slice, newest);
	for (uint64_t i = 1; !result && i <= newest; i++) {
		strbuf_reset(&bytes);
		result = file_read_optional(&bytes, root_path(m, i), TUF_ROOT_MAX, m->d);
		if (result > 0)
			diag_error(m->d, SRCPOS_FILE(root_path(m, newest)),
				   "%s is missing: the chain of roots has no gaps", root_path(m, i));
		m->files[m->nfiles++] = arena_copy(m->a, strbuf_slice(&bytes));
	}
	strbuf_release(&bytes);
	return result ? -1 : 0;
}

/* The chain; a draft at its end is no part of it, and is in the way unless it is made again. */
static int find_chain(struct making *m)
{
	const char *why, *path = root_path(m, m->nfiles);
	size_t bad = 0;
	bool good = m->nfiles == 0 || tuf_chain_decode(&m->chain, m->a, m->dg, m->files, m->nfiles, &bad, &why) == 0;

	if (good && m->in->again)
		return diag_error(m->d, SRCPOS_FILE(m->nfiles ? path : m->in->dir),
				  "there is no draft that could be made again");
	if (!good && bad < m->nfiles)
		return roots_decode(&m->chain, m->a, m->dg, m->files, m->nfiles, m->in->dir, m->d);
	if (!good && !m->in->again)
		return diag_error(m->d, SRCPOS_FILE(path),
				  "is there already and not complete (mdstatic sign show %s); sign it, or make it anew "
				  "with --again",
				  path);
	if (!good && m->nfiles > 1 && roots_decode(&m->chain, m->a, m->dg, m->files, m->nfiles - 1, m->in->dir, m->d))
		return -1;
	m->before = m->chain.n ? &m->chain.v[m->chain.n - 1] : NULL;
	if (m->chain.n == TUF_ROOTS_MAX)
		return diag_error(m->d, newest_at(m), "devices follow a chain of %d roots at most", TUF_ROOTS_MAX);
	if (m->in->overlap && !m->before)
		return diag_error(m->d, SRCPOS_FILE(m->in->dir),
				  "there is no root yet whose keys could stay (--overlap)");
	return 0;
}

/* --- what comes --------------------------------------------------------------------------------------------------------- */

/* The keys of a role: those of the settings, and with overlap those that it had. Also appends them to the table. */
static void compose_role(struct making *m, struct tuf_file *next, size_t role, struct pubkey *table, size_t *n)
{
	const struct role_keyring *ring = &m->in->keys->roles[role];
	const struct role_keys none = { .n = 0 };
	const struct role_keys *had =
		m->before && m->in->overlap & KEY_BIT(role) ? &m->before->root.roles[role] : &none;
	struct role_keys *made = &next->root.roles[role];

	made->ids = arena_calloc(m->a, ring->n + had->n, SHA256_SIZE);
	made->threshold = m->in->keys->settings.roles[role].threshold;
	for (size_t i = 0; i < ring->n; i++) {
		memcpy(made->ids[made->n++], ring->v[i]->public.id, SHA256_SIZE);
		table[(*n)++] = ring->v[i]->public;
	}
	for (size_t i = 0; i < had->n; i++) {
		if (role_keys_has(made, had->ids[i]))
			continue;
		memcpy(made->ids[made->n++], had->ids[i], SHA256_SIZE);
		table[(*n)++] = *key_table_find(&m->before->root.keys, had->ids[i]);
	}
	qsort(made->ids, made->n, SHA256_SIZE, id_cmp);
}

static void compose(struct making *m, struct tuf_file *next)
{
	struct pubkey *table =
		ARENA_ARRAY(m->a, struct pubkey, TUF_TYPE_COUNT * (ROLE_KEYS_MAX + (size_t)ENVELOPE_SIGNATURES_MAX));
	size_t n = 0, distinct = 0;

	*next = (struct tuf_file){ .type = TUF_ROOT, .version = m->before ? m->before->version + 1 : 1 };
	next->expires = m->in->now + m->in->keys->settings.roles[KEYS_ROOT].expires;
	for (size_t role = 0; role < TUF_TYPE_COUNT; role++)
		compose_role(m, next, role, table, &n);
	qsort(table, n, sizeof(*table), key_cmp);
	for (size_t i = 0; i < n; i++) {
		if (!distinct || key_cmp(&table[i], &table[distinct - 1]) != 0)
			table[distinct++] = table[i];
	}
	next->root.keys = (struct key_table){ .v = table, .n = distinct };
}

static bool same_keys(const struct role_keys *a, const struct role_keys *b)
{
	for (size_t i = 0; i < a->n; i++) {
		if (!role_keys_has(b, a->ids[i]))
			return false;
	}
	return a->n == b->n && a->threshold == b->threshold;
}

static int check_change(const struct making *m, const struct tuf_file *next)
{
	const struct tuf_file *before = m->before;
	char expires[INSTANT_TEXT];

	if (!before || m->in->renew || m->in->again ||
	    before->expires - m->in->now < m->in->keys->settings.roles[KEYS_ROOT].resign)
		return 0;
	for (size_t role = 0; role < TUF_TYPE_COUNT; role++) {
		if (!same_keys(&before->root.roles[role], &next->root.roles[role]))
			return 0;
	}
	instant_format(expires, before->expires);
	return diag_error(m->d, newest_at(m),
			  "has these keys and thresholds and is good until %s: nothing would change; --renew makes the "
			  "next version all the same",
			  expires);
}

/* A key of the root is for the root alone, or the thief of an online key has everything. */
static int check_roles(const struct making *m, const struct tuf_file *next)
{
	const struct role_keys *root = &next->root.roles[TUF_ROOT];
	const struct srcpos at = SRCPOS_FILE(m->in->keys->settings.path);
	char id[SHA256_HEX];

	for (enum tuf_type t = TUF_ROOT; t < TUF_TYPE_COUNT; t++) {
		const struct role_keys *role = &next->root.roles[t];

		if (role->n > ENVELOPE_SIGNATURES_MAX)
			return diag_error(m->d, at,
					  "the role %s would have %zu keys, and %d is the most; leave out --overlap",
					  tuf_type_name(t), role->n, ENVELOPE_SIGNATURES_MAX);
		for (size_t i = 0; t != TUF_ROOT && i < root->n; i++) {
			digest_hex(id, root->ids[i], SHA256_SIZE);
			if (role_keys_has(role, root->ids[i]))
				return diag_error(m->d, at,
						  "the key id %s would be of the roles root and %s; a key of the root "
						  "belongs to the root alone",
						  id, tuf_type_name(t));
		}
	}
	return 0;
}

static bool names_key(const struct keyset *set, const uint8_t id[SHA256_SIZE])
{
	for (size_t i = 0; i < set->n; i++) {
		if (!memcmp(set->keys[i].public.id, id, SHA256_SIZE))
			return true;
	}
	return false;
}

static int check_reachable(const struct making *m)
{
	const struct role_keys *wanted;
	uint32_t named = 0;

	if (!m->before)
		return 0;
	wanted = &m->before->root.roles[TUF_ROOT];
	for (size_t i = 0; i < wanted->n; i++)
		named += names_key(m->in->keys, wanted->ids[i]) || names_key(m->in->old, wanted->ids[i]);
	if (named >= wanted->threshold)
		return 0;
	return diag_error(
		m->d, newest_at(m),
		"wants %" PRIu32 " of its root keys to sign the next version, and %s and --old name %" PRIu32
		" of them; name the others too (--old KEY.pem; a public key is enough): what they do not sign, no "
		"device takes",
		wanted->threshold, m->in->keys->settings.path, named);
}

/* --- making it ---------------------------------------------------------------------------------------------------------- */

static int sign_and_write(struct draft *out, struct making *m, const struct tuf_file *next)
{
	const char *path = root_path(m, next->version);
	struct strbuf bytes = STRBUF_INIT;
	size_t n;
	int result = tuf_encode(&bytes, next)
			     ? diag_environment(m->d, path, "out of memory")
			     : draft_open_root(out, path, strbuf_slice(&bytes), m->before, m->dg, m->d);

	strbuf_release(&bytes);
	if (result || draft_sign(out, m->in->keys, &n, m->d) || draft_sign(out, m->in->old, &n, m->d) ||
	    file_mkdirs(m->in->dir, 0755, m->d))
		return -1;
	return draft_write(out, m->d);
}

int rootfile_make(struct draft *out, const struct rootfile_input *in, struct digests *dg, struct diags *d)
{
	struct making m = { .in = in, .a = &out->mem, .dg = dg, .d = d };
	struct tuf_file next;

	if (read_files(&m) || find_chain(&m))
		return -1;
	compose(&m, &next);
	if (check_roles(&m, &next) || check_change(&m, &next) || check_reachable(&m))
		return -1;
	return sign_and_write(out, &m, &next);
}

/* --- in words ----------------------------------------------------------------------------------------------------------- */

struct changes {
	struct arena *a;
	struct slice *v;
	size_t n, cap;
};

static void say(struct changes *c, struct slice line)
{
	ARENA_PUSH(c->a, c->v, c->n, c->cap, line);
}

/* The role's keys in `x` that it has not in `y` (NULL: in none). */
static void say_keys(struct changes *c, enum tuf_type role, const struct tuf_root *x, const struct tuf_root *y,
		     const char *what)
{
	const struct role_keys *keys = &x->roles[role];

	for (size_t i = 0; i < keys->n; i++) {
		char id[SHA256_HEX];

		if (y && role_keys_has(&y->roles[role], keys->ids[i]))
			continue;
		digest_hex(id, keys->ids[i], SHA256_SIZE);
		say(c, arena_printf(c->a, "%s: key id %s (%s) %s", tuf_type_name(role), id,
				    pubkey_type_name(key_table_find(&x->keys, keys->ids[i])->type), what));
	}
}

size_t rootfile_changes(struct slice **out, struct arena *a, const struct tuf_file *before, const struct tuf_file *next)
{
	struct changes c = { .a = a };
	char now[INSTANT_TEXT], was[INSTANT_TEXT];

	for (enum tuf_type t = TUF_ROOT; t < TUF_TYPE_COUNT; t++) {
		uint32_t threshold = next->root.roles[t].threshold;

		say_keys(&c, t, &next->root, before ? &before->root : NULL, "added");
		if (before)
			say_keys(&c, t, &before->root, &next->root, "removed");
		if (!before)
			say(&c, arena_printf(a, "%s: threshold %" PRIu32, tuf_type_name(t), threshold));
		else if (before->root.roles[t].threshold != threshold)
			say(&c, arena_printf(a, "%s: threshold %" PRIu32 ", was %" PRIu32, tuf_type_name(t), threshold,
					     before->root.roles[t].threshold));
	}
	instant_format(now, next->expires);
	instant_format(was, before ? before->expires : next->expires);
	if (!before)
		say(&c, arena_printf(a, "expires %s", now));
	else if (before->expires != next->expires)
		say(&c, arena_printf(a, "expires %s, was %s", now, was));
	*out = c.v;
	return c.n;
}
