#include "sign/roles.h"

#include <stdlib.h>
#include <string.h>

#define DAY INT64_C(86400)

static const int64_t lifetimes[TUF_TYPE_COUNT] = {
	[TUF_TARGETS] = 365 * DAY,
	[TUF_SNAPSHOT] = 30 * DAY,
	[TUF_TIMESTAMP] = 7 * DAY,
};

struct making {
	const struct roles_input *in;
	struct arena *a;
	struct digests *dg;
	struct diags *d;
	struct tuf_parts *out; /* has room for everything that comes */
};

/* Who signs a role's file: the private key, and what a reader holds its signatures against. */
struct signing {
	const struct private_key *key;
	const struct key_table *keys;
	const struct role_keys *role;
};

static int out_of_memory(struct diags *d)
{
	return diag_environment(d, NULL, "out of memory");
}

static int check_key(const struct roles_input *in, enum tuf_type type, struct diags *d)
{
	const struct role_keys *role = &in->root->root.roles[type];
	const struct private_key *key = &in->keys->v[type];
	const char *name = tuf_type_name(type);
	unsigned long long version = in->root->version;
	char id[SHA256_HEX];

	digest_hex(id, key->public.id, SHA256_SIZE);
	if (!role_keys_has(role, key->public.id))
		return diag_environment(d, key->path,
					"is not a key of the role %s: %s/%llu.root.json does not name its key id %s",
					name, in->roots_dir, version, id);
	if (role->threshold > 1)
		return diag_environment(
			d, key->path,
			"the role %s needs %u signatures (%s/%llu.root.json), and a build signs with one key", name,
			role->threshold, in->roots_dir, version);
	return 0;
}

/* What the role said before, when that is what `f` says now and it may stand a while longer. */
static int keep(bool *kept, struct making *m, const struct tuf_file *f, const struct tuf_part *old,
		const struct signing *s)
{
	struct tuf_file same = *f;
	struct strbuf bytes = STRBUF_INIT;
	uint64_t good = 0;
	int result = 0;

	*kept = false;
	if (!old || !old->file || old->file->expires - m->in->now < lifetimes[f->type] / 3 ||
	    !envelope_verify(&old->file->signatures, old->file->payload, s->keys, s->role, &good) ||
	    !envelope_all(&old->file->signatures, good))
		return 0;
	same.version = old->file->version;
	same.expires = old->file->expires;
	same.signatures = old->file->signatures;
	if (tuf_encode(&bytes, &same))
		result = out_of_memory(m->d);
	else
		*kept = slice_eq(strbuf_slice(&bytes), old->bytes);
	strbuf_release(&bytes);
	return result;
}

static int sign_file(struct slice *bytes, struct making *m, struct tuf_file *f, const struct private_key *key)
{
	struct signature *signature = ARENA_NEW(m->a, struct signature);
	struct strbuf text = STRBUF_INIT;
	int result = -1;

	memcpy(signature->keyid, key->public.id, SHA256_SIZE);
	if (tuf_payload(&text, f)) {
		out_of_memory(m->d);
	} else if (!key_sign(&signature->bytes, m->a, key, strbuf_slice(&text), m->d)) {
		f->payload = arena_copy(m->a, strbuf_slice(&text));
		f->signatures = (struct envelope){ .v = signature, .n = 1 };
		strbuf_reset(&text);
		result = tuf_encode(&text, f) ? out_of_memory(m->d) : 0;
		*bytes = arena_copy(m->a, strbuf_slice(&text));
	}
	strbuf_release(&text);
	return result;
}

/* Adds the role's file to the output: the old bytes, or a new version. */
static int settle(struct making *m, struct slice role, struct tuf_file *f, const struct signing *s)
{
	const struct tuf_part *old = m->in->previous ? tuf_part_find(m->in->previous, role) : NULL;
	struct tuf_part *part = &m->out->v[m->out->n];
	bool kept;

	f->app = m->in->app;
	if (keep(&kept, m, f, old, s))
		return -1;
	if (kept) {
		*part = *old;
	} else {
		f->version = old ? old->highest + 1 : 1;
		f->expires = m->in->now + lifetimes[f->type];
		*part = (struct tuf_part){ .role = role, .version = f->version, .highest = f->version, .file = f };
		if (sign_file(&part->bytes, m, f, s->key))
			return -1;
	}
	m->out->n++;
	return 0;
}

static struct signing signing_of(const struct making *m, enum tuf_type type)
{
	return (struct signing){ .key = &m->in->keys->v[type],
				 .keys = &m->in->root->root.keys,
				 .role = &m->in->root->root.roles[type] };
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

static unsigned previous_digits(const struct tuf_parts *previous)
{
	const struct tuf_part *targets = previous ? tuf_part_find(previous, SLICE("targets")) : NULL;
	size_t n = targets && targets->file ? targets->file->targets.ndelegations : 0;

	return n > 16 ? 2 : n > 1 ? 1 : 0;
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

/* The roles that list objects, and the delegations that lead to them. */
static int make_objects(struct making *m, struct tuf_targets *delegator)
{
	const struct private_key *key = &m->in->keys->v[TUF_TARGETS];
	struct pubkey *public = ARENA_NEW(m->a, struct pubkey);
	struct bins bins = bins_for(m->in);
	size_t next = 0;

	*public = key->public;
	delegator->keys = (struct key_table){ .v = public, .n = 1 };
	delegator->delegations = ARENA_ARRAY(m->a, struct tuf_delegation, bins.n);
	delegator->ndelegations = bins.n;
	for (size_t bin = 0; bin < bins.n; bin++) {
		struct tuf_delegation *d = &delegator->delegations[bin];
		struct tuf_file *f = ARENA_NEW(m->a, struct tuf_file);
		size_t first = next;

		d->name = bin_name(m->a, bins, bin);
		d->keys = (struct role_keys){ .ids = &public->id, .n = 1, .threshold = 1 };
		d->paths = ARENA_NEW(m->a, struct slice);
		d->npaths = 1;
		*d->paths = bins.digits ? arena_printf(m->a, "o/%0*zx*/*", (int)bins.digits, bin) : SLICE("o/*/*");
		while (next < m->in->nobjects && bin_of(m->in->objects[next].path, bins.digits) == bin)
			next++;
		f->type = TUF_TARGETS;
		f->targets.n = next - first;
		if (f->targets.n) {
			f->targets.v = ARENA_ARRAY(m->a, struct tuf_target, f->targets.n);
			memcpy(f->targets.v, m->in->objects + first, f->targets.n * sizeof(*f->targets.v));
		}
		if (settle(m, d->name, f, &(struct signing){ key, &delegator->keys, &d->keys }))
			return -1;
	}
	return 0;
}

static int make_targets(struct making *m)
{
	struct tuf_file *f = ARENA_NEW(m->a, struct tuf_file);
	struct signing s = signing_of(m, TUF_TARGETS);

	f->type = TUF_TARGETS;
	if (make_objects(m, &f->targets))
		return -1;
	f->targets.n = m->in->nindexes;
	if (f->targets.n) {
		f->targets.v = ARENA_ARRAY(m->a, struct tuf_target, f->targets.n);
		memcpy(f->targets.v, m->in->indexes, f->targets.n * sizeof(*f->targets.v));
	}
	return settle(m, SLICE("targets"), f, &s);
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
	struct signing s = signing_of(m, type);

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
	return settle(m, slice_of(tuf_type_name(type)), f, &s);
}

static int part_cmp(const void *a, const void *b)
{
	return slice_cmp(((const struct tuf_part *)a)->role, ((const struct tuf_part *)b)->role);
}

int roles_make(struct tuf_parts *out, struct arena *a, struct digests *dg, const struct roles_input *in,
	       struct diags *d)
{
	struct tuf_parts made = { 0 };
	struct making m = { .in = in, .a = a, .dg = dg, .d = d, .out = &made };
	int bad = 0;

	for (enum tuf_type t = TUF_TARGETS; t < TUF_TYPE_COUNT; t++)
		bad |= check_key(in, t, d);
	if (bad)
		return -1;
	made.v =
		ARENA_ARRAY(a, struct tuf_part, bins_for(in).n + TUF_TYPE_COUNT + (in->previous ? in->previous->n : 0));
	if (make_targets(&m))
		return -1;
	add_retired(&m);
	if (make_metas(&m, TUF_SNAPSHOT, made.v, made.n) || make_metas(&m, TUF_TIMESTAMP, &made.v[made.n - 1], 1))
		return -1;
	qsort(made.v, made.n, sizeof(*made.v), part_cmp);
	*out = made;
	return 0;
}

/* --- build.json ---------------------------------------------------------------------------------------------------------- */
static bool says_the_same(struct arena *a, struct slice previous, struct slice payload, const struct pubkey *key)
{
	struct buildinfo old;
	const char *why;

	return previous.n && !buildinfo_decode(&old, a, previous, &why) && slice_eq(old.payload, payload) &&
	       old.signatures.n == 1 && !memcmp(old.signatures.v[0].keyid, key->id, SHA256_SIZE) &&
	       pubkey_verify(key, payload, old.signatures.v[0].bytes);
}

int roles_buildinfo(struct strbuf *out, struct arena *a, const struct buildinfo *b, struct slice previous,
		    const struct private_key *timestamp, struct diags *d)
{
	struct buildinfo made = *b;
	struct signature signature;
	struct strbuf payload = STRBUF_INIT;
	int result = -1;

	memcpy(signature.keyid, timestamp->public.id, SHA256_SIZE);
	if (buildinfo_payload(&payload, b)) {
		out_of_memory(d);
	} else if (says_the_same(a, previous, strbuf_slice(&payload), &timestamp->public)) {
		strbuf_addslice(out, previous);
		result = out->failed ? out_of_memory(d) : 0;
	} else if (!key_sign(&signature.bytes, a, timestamp, strbuf_slice(&payload), d)) {
		made.signatures = (struct envelope){ .v = &signature, .n = 1 };
		result = buildinfo_encode(out, &made) ? out_of_memory(d) : 0;
	}
	strbuf_release(&payload);
	return result;
}
