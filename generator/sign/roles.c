#include "sign/roles.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/span.h"
#include "sign/rolefile.h"

static int out_of_memory(struct diags *d)
{
	return diag_environment(d, NULL, "out of memory");
}

/* One key of the role at least is one that the root names. */
static int check_keys(const struct roles_input *in, enum tuf_type type, struct diags *d)
{
	const struct signing s = signing_of(in, type);
	char id[SHA256_HEX];

	for (size_t i = 0; i < s.ring->n; i++) {
		if (role_keys_has(s.ids, s.ring->v[i]->public.id))
			return 0;
	}
	for (size_t i = 0; i < s.ring->n; i++) {
		digest_hex(id, s.ring->v[i]->public.id, SHA256_SIZE);
		diag_environment(d, s.ring->v[i]->path,
				 "is not a key of the role %s: %s/%llu.root.json does not name its key id %s",
				 tuf_type_name(type), in->roots_dir, (unsigned long long)in->root->version, id);
	}
	return -1;
}

/* --- objects ------------------------------------------------------------------------------------------------------------ */
struct bins {
	unsigned digits; /* 0: one role; 1: 16 bins; 2: 256 */
	size_t n;
};

static unsigned hex_digit(char c)
{
	return (unsigned)(c >= 'a' ? c - 'a' + 10 : c - '0');
}

/* Number of the bin of "o/<h16>/…". */
static size_t bin_of(struct slice path, unsigned digits)
{
	size_t bin = 0;

	for (unsigned i = 0; i < digits; i++)
		bin = bin * 16 + hex_digit(path.p[2 + i]);
	return bin;
}

static size_t fullest(const struct roles_input *in, unsigned digits)
{
	size_t most = 0;

	for (size_t i = 0, run = 0; i < in->nobjects; i++) {
		bool same = i && bin_of(in->objects[i].path, digits) == bin_of(in->objects[i - 1].path, digits);

		run = same ? run + 1 : 1;
		most = run > most ? run : most;
	}
	return most;
}

/* By the names that the previous snapshot lists. */
static unsigned previous_digits(const struct tuf_parts *previous)
{
	unsigned digits = 0;

	for (size_t i = 0; previous && i < previous->n; i++) {
		struct slice role = previous->v[i].role;
		size_t n = slice_starts(role, "objects-") && previous->v[i].version ? role.n - strlen("objects-") : 0;

		digits = n > digits ? (unsigned)n : digits;
	}
	return digits < 2 ? digits : 2;
}

static struct bins bins_for(const struct roles_input *in)
{
	struct bins bins = { .digits = previous_digits(in->previous) };

	while (bins.digits < 2 && fullest(in, bins.digits) > ROLES_OBJECTS_MAX)
		bins.digits++;
	bins.n = (size_t)1 << 4 * bins.digits;
	return bins;
}

static struct slice bin_name(struct arena *a, struct bins bins, size_t bin)
{
	return bins.digits ? arena_printf(a, "objects-%0*zx", (int)bins.digits, bin) : SLICE("objects");
}

static int pubkey_cmp(const void *a, const void *b)
{
	return memcmp(((const struct pubkey *)a)->id, ((const struct pubkey *)b)->id, SHA256_SIZE);
}

/* The keys that the settings name for objects. */
static struct role_keys own_keys(struct key_table *table, struct arena *a, const struct keyset *keys)
{
	const struct role_keyring *ring = &keys->roles[KEYS_OBJECTS];
	struct role_keys out = { .threshold = keys->settings.roles[KEYS_OBJECTS].threshold, .n = ring->n };

	table->v = ARENA_ARRAY(a, struct pubkey, ring->n);
	table->n = ring->n;
	out.ids = arena_calloc(a, ring->n, sizeof(*out.ids));
	for (size_t i = 0; i < ring->n; i++) {
		table->v[i] = ring->v[i]->public;
		memcpy(out.ids[i], ring->v[i]->public.id, SHA256_SIZE);
	}
	qsort(table->v, table->n, sizeof(*table->v), pubkey_cmp);
	return out;
}

/* Those that the root names for targets. */
static struct role_keys keys_of_targets(struct key_table *table, struct making *m)
{
	const struct tuf_root *root = &m->in->root->root;
	const struct role_keys *role = &root->roles[TUF_TARGETS];

	table->v = ARENA_ARRAY(m->a, struct pubkey, role->n);
	table->n = 0;
	for (size_t i = 0; i < root->keys.n; i++) {
		if (role_keys_has(role, root->keys.v[i].id))
			table->v[table->n++] = root->keys.v[i];
	}
	return *role;
}

bool roles_objects_vouched(struct arena *a, const struct tuf_parts *parts, const struct tuf_file *root,
			   const struct keyset *keys)
{
	bool own = keys->settings.roles[KEYS_OBJECTS].named;
	struct key_table table = root->root.keys;
	const struct role_keys ids = own ? own_keys(&table, a, keys) : root->root.roles[TUF_TARGETS];

	for (size_t i = 0; i < parts->n; i++) {
		const struct tuf_part *p = &parts->v[i];

		if (p->file && roles_key_role(p) == KEYS_OBJECTS &&
		    !envelope_verify(&p->file->signatures, p->file->payload, &table, &ids, NULL))
			return false;
	}
	return true;
}

/* What a role of `nbins` lists: the objects from *next on that fall into it. */
static struct tuf_file *bin_file(struct making *m, struct bins bins, size_t bin, size_t *next)
{
	struct tuf_file *f = ARENA_NEW(m->a, struct tuf_file);
	size_t first = *next;

	while (*next < m->in->nobjects && bin_of(m->in->objects[*next].path, bins.digits) == bin)
		++*next;
	f->type = TUF_TARGETS;
	f->targets.n = *next - first;
	if (f->targets.n) {
		f->targets.v = ARENA_ARRAY(m->a, struct tuf_target, f->targets.n);
		memcpy(f->targets.v, m->in->objects + first, f->targets.n * sizeof(*f->targets.v));
	}
	return f;
}

/* The roles that list objects, and the delegations that lead to them. */
static int make_objects(struct making *m, struct tuf_targets *delegator)
{
	bool own = m->in->keys->settings.roles[KEYS_OBJECTS].named;
	struct role_keys keys =
		own ? own_keys(&delegator->keys, m->a, m->in->keys) : keys_of_targets(&delegator->keys, m);
	struct signing s = { KEYS_OBJECTS, &m->in->keys->roles[KEYS_OBJECTS], &delegator->keys, &keys };
	struct bins bins = bins_for(m->in);
	size_t next = 0;

	delegator->delegations = ARENA_ARRAY(m->a, struct tuf_delegation, bins.n);
	delegator->ndelegations = bins.n;
	for (size_t bin = 0; bin < bins.n; bin++) {
		struct tuf_delegation *d = &delegator->delegations[bin];

		d->name = bin_name(m->a, bins, bin);
		d->keys = keys;
		d->paths = ARENA_NEW(m->a, struct slice);
		d->npaths = 1;
		*d->paths = bins.digits ? arena_printf(m->a, "o/%0*zx*/*", (int)bins.digits, bin) : SLICE("o/*/*");
		if (rolefile_settle(m, d->name, bin_file(m, bins, bin, &next), &s))
			return -1;
	}
	return 0;
}

/* While objects wait for signatures, the file that says whose lies beside them. */
static int accompany(struct making *m)
{
	const struct tuf_part *targets = &m->out->v[m->out->n - 1];

	return targets->bytes.n ? pending_leave(m->in->pending, targets->role, targets->file, m->in->root, m->d) : 0;
}

static int make_targets(struct making *m)
{
	struct tuf_file *f = ARENA_NEW(m->a, struct tuf_file);
	struct signing s = signing_of(m->in, TUF_TARGETS);
	bool waiting;

	f->type = TUF_TARGETS;
	if (make_objects(m, &f->targets))
		return -1;
	waiting = m->in->pending && m->in->pending->waiting;
	f->targets.n = m->in->nindexes;
	if (f->targets.n) {
		f->targets.v = ARENA_ARRAY(m->a, struct tuf_target, f->targets.n);
		memcpy(f->targets.v, m->in->indexes, f->targets.n * sizeof(*f->targets.v));
	}
	if (rolefile_settle(m, SLICE("targets"), f, &s))
		return -1;
	return waiting ? accompany(m) : 0;
}

/* --- snapshot, timestamp ------------------------------------------------------------------------------------------------- */
/* A name that a snapshot once had stays in it, or clients refuse the next one. */
static void add_retired(struct making *m)
{
	const struct tuf_parts *previous = m->in->previous;
	struct tuf_parts made = *m->out;

	for (size_t i = 0; previous && i < previous->n; i++) {
		const struct tuf_part *p = &previous->v[i];
		bool present = slice_eqs(p->role, "snapshot") || slice_eqs(p->role, "timestamp");

		for (size_t k = 0; k < made.n && !present; k++)
			present = slice_eq(made.v[k].role, p->role);
		if (present || p->version == 0)
			continue;
		m->out->v[m->out->n] = *p;
		m->out->v[m->out->n++].file = NULL;
	}
}

static int make_metas(struct making *m, enum tuf_type type, const struct tuf_part *parts, size_t n)
{
	struct tuf_file *f = ARENA_NEW(m->a, struct tuf_file);
	struct signing s = signing_of(m->in, type);

	f->type = type;
	f->metas.v = ARENA_ARRAY(m->a, struct tuf_meta, n);
	f->metas.n = n;
	for (size_t i = 0; i < n; i++) {
		struct tuf_meta *meta = &f->metas.v[i];

		*meta = (struct tuf_meta){ .role = parts[i].role,
					   .version = parts[i].version,
					   .length = parts[i].bytes.n };
		if (digest_sha256(m->dg, meta->hash, parts[i].bytes))
			return diag_environment(m->d, NULL, "cannot hash");
	}
	return rolefile_settle(m, slice_of(tuf_type_name(type)), f, &s);
}

static int part_cmp(const void *a, const void *b)
{
	return slice_cmp(((const struct tuf_part *)a)->role, ((const struct tuf_part *)b)->role);
}

/* --- all of them ------------------------------------------------------------------------------------------------------------ */
enum key_role roles_key_role(const struct tuf_part *part)
{
	for (enum key_role r = KEYS_ROOT; r < KEYS_OBJECTS; r++) {
		if (slice_eqs(part->role, key_role_name(r)))
			return r;
	}
	return KEYS_OBJECTS;
}

bool roles_stands(const struct tuf_part *part, const struct tuf_file *root, const struct tuf_file *targets,
		  const struct settings *settings, int64_t now)
{
	struct signing s = { .role = roles_key_role(part), .keys = &root->root.keys };
	const struct tuf_delegation *d;

	if (s.role != KEYS_OBJECTS) {
		s.ids = &root->root.roles[s.role];
	} else {
		d = tuf_delegation_find(&targets->targets, part->role);
		s.keys = &targets->targets.keys;
		s.ids = d ? &d->keys : NULL;
	}
	return s.ids && signing_stands(&s, part->file, settings, now);
}

static int refuse_expiry(const struct tuf_part *p, const struct roles_input *in, struct arena *a, struct diags *d)
{
	enum key_role role = roles_key_role(p);
	int64_t left = p->file->expires - in->now;
	const char *path = arena_printf(a, "%s/%llu." SLICE_FMT ".json", in->roots_dir, (unsigned long long)p->version,
					SLICE_ARG(p->role))
				   .p;
	char expires[INSTANT_TEXT], text[SPAN_TEXT], least[SPAN_TEXT];

	instant_format(expires, p->file->expires);
	span_format(text, left);
	span_format(least, in->keys->settings.roles[role].minimum);
	if (left <= 0)
		return diag_error(
			d, SRCPOS_FILE(path),
			"expired at %s: nothing is published with it; run mdstatic build with the keys of this "
			"role",
			expires);
	return diag_error(
		d, SRCPOS_FILE(path),
		"expires at %s, in %s, and [%s] minimum of %s is %s: nothing is published with it; run mdstatic "
		"build with the keys of this role",
		expires, text, key_role_name(role), in->keys->settings.path, least);
}

/* Nothing is published that expires sooner than the settings allow. */
static int check_minimum(const struct tuf_parts *made, const struct roles_input *in, struct arena *a, struct diags *d)
{
	int bad = 0;

	for (size_t i = 0; i < made->n; i++) {
		const struct tuf_part *p = &made->v[i];
		int64_t left = p->file ? p->file->expires - in->now : 0;

		if (p->file && (left <= 0 || left < in->keys->settings.roles[roles_key_role(p)].minimum))
			bad = refuse_expiry(p, in, a, d);
	}
	return bad;
}

/* Snapshot and timestamp over the parts that are there. `old`: the snapshot that stays; NULL: a new one is made. */
static int finish(struct tuf_parts *out, struct making *m, const struct tuf_part *old)
{
	struct tuf_parts *made = m->out;

	if (old)
		made->v[made->n++] = *old;
	else if (make_metas(m, TUF_SNAPSHOT, made->v, made->n))
		return -1;
	if (make_metas(m, TUF_TIMESTAMP, &made->v[made->n - 1], 1) || m->lacking[KEYS_SNAPSHOT] ||
	    m->lacking[KEYS_TIMESTAMP] || check_minimum(made, m->in, m->a, m->d))
		return -1;
	qsort(made->v, made->n, sizeof(*made->v), part_cmp);
	*out = *made;
	return 0;
}

int roles_make(struct tuf_parts *out, struct arena *a, struct digests *dg, const struct roles_input *in,
	       struct diags *d)
{
	struct tuf_parts made = { 0 };
	struct making m = { .in = in, .a = a, .dg = dg, .d = d, .out = &made };
	int bad = 0;

	for (enum tuf_type t = TUF_TARGETS; t < TUF_TYPE_COUNT; t++)
		bad |= check_keys(in, t, d);
	if (bad)
		return -1;
	made.v =
		ARENA_ARRAY(a, struct tuf_part, bins_for(in).n + TUF_TYPE_COUNT + (in->previous ? in->previous->n : 0));
	if (make_targets(&m) || m.lacking[KEYS_TARGETS] || m.lacking[KEYS_OBJECTS] ||
	    (in->pending && in->pending->waiting))
		return -1;
	add_retired(&m);
	return finish(out, &m, NULL);
}

int roles_refresh(struct tuf_parts *out, struct arena *a, struct digests *dg, const struct roles_input *in,
		  bool snapshot, struct diags *d)
{
	struct tuf_parts made = { .v = ARENA_ARRAY(a, struct tuf_part, in->previous->n + TUF_TYPE_COUNT) };
	struct making m = { .in = in, .a = a, .dg = dg, .d = d, .out = &made, .anew = true };
	const struct tuf_part *old = tuf_part_find(in->previous, SLICE("snapshot"));

	if (check_keys(in, TUF_TIMESTAMP, d) || (snapshot && check_keys(in, TUF_SNAPSHOT, d)))
		return -1;
	for (size_t i = 0; i < in->previous->n; i++) {
		const struct tuf_part *p = &in->previous->v[i];

		if (p->version && roles_key_role(p) != KEYS_SNAPSHOT && roles_key_role(p) != KEYS_TIMESTAMP)
			made.v[made.n++] = *p;
	}
	return finish(out, &m, snapshot ? NULL : old);
}

/* --- build.json ---------------------------------------------------------------------------------------------------------- */
static bool says_the_same(struct arena *a, struct slice previous, struct slice payload, const struct signing *s)
{
	struct buildinfo old;
	uint64_t good = 0;
	const char *why;

	return previous.n && !buildinfo_decode(&old, a, previous, &why) && slice_eq(old.payload, payload) &&
	       envelope_verify(&old.signatures, payload, s->keys, s->ids, &good) && envelope_all(&old.signatures, good);
}

int roles_buildinfo(struct strbuf *out, struct arena *a, const struct buildinfo *b, struct slice previous,
		    const struct keyset *keys, const struct tuf_file *root, struct diags *d)
{
	const struct signing s = signing_of(&(struct roles_input){ .keys = keys, .root = root }, TUF_TIMESTAMP);
	struct buildinfo made = *b;
	struct strbuf payload = STRBUF_INIT;
	int result = -1;

	made.signatures = (struct envelope){ 0 };
	if (buildinfo_payload(&payload, b)) {
		out_of_memory(d);
	} else if (says_the_same(a, previous, strbuf_slice(&payload), &s)) {
		strbuf_addslice(out, previous);
		result = out->failed ? out_of_memory(d) : 0;
	} else if (!signing_add(&made.signatures, a, &s, strbuf_slice(&payload), d)) {
		result = buildinfo_encode(out, &made) ? out_of_memory(d) : 0;
	}
	strbuf_release(&payload);
	return result;
}
