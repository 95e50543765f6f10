#include "sign/rolefile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int out_of_memory(struct diags *d)
{
	return diag_environment(d, NULL, "out of memory");
}

struct signing signing_of(const struct roles_input *in, enum tuf_type type)
{
	enum key_role role = (enum key_role)type;

	return (struct signing){ .role = role,
				 .ring = &in->keys->roles[role],
				 .keys = &in->root->root.keys,
				 .ids = &in->root->root.roles[type] };
}

static const struct role_settings *settings_of(const struct making *m, const struct signing *s)
{
	return &m->in->keys->settings.roles[s->role];
}

/* --- signatures ----------------------------------------------------------------------------------------------------------- */

static bool has_signed(const struct envelope *e, const uint8_t keyid[SHA256_SIZE])
{
	for (size_t i = 0; i < e->n; i++) {
		if (!memcmp(e->v[i].keyid, keyid, SHA256_SIZE))
			return true;
	}
	return false;
}

static int signature_cmp(const void *a, const void *b)
{
	return memcmp(((const struct signature *)a)->keyid, ((const struct signature *)b)->keyid, SHA256_SIZE);
}

int signing_add(struct envelope *e, struct arena *a, const struct signing *s, struct slice payload, struct diags *d)
{
	struct signature *v = ARENA_ARRAY(a, struct signature, e->n + s->ring->n + 1);

	if (e->n)
		memcpy(v, e->v, e->n * sizeof(*v));
	e->v = v;
	for (size_t i = 0; i < s->ring->n; i++) {
		const struct key *k = s->ring->v[i];

		if (!key_can_sign(k) || !role_keys_has(s->ids, k->public.id) || has_signed(e, k->public.id))
			continue;
		memcpy(v[e->n].keyid, k->public.id, SHA256_SIZE);
		if (key_sign(&v[e->n].bytes, a, k, payload, d))
			return -1;
		e->n++;
	}
	if (e->n)
		qsort(v, e->n, sizeof(*v), signature_cmp);
	return 0;
}

/* --- kept ----------------------------------------------------------------------------------------------------------------- */

bool signing_stands(const struct signing *s, const struct tuf_file *f, const struct settings *settings, int64_t now)
{
	uint64_t good = 0;

	return f->expires - now >= settings->roles[s->role].resign &&
	       envelope_verify(&f->signatures, f->payload, s->keys, s->ids, &good) &&
	       envelope_all(&f->signatures, good);
}

/* What the role said before, when that is what `f` says now and it may stand a while longer. */
static int keep(bool *kept, struct making *m, const struct tuf_file *f, const struct tuf_part *old,
		const struct signing *s)
{
	struct tuf_file same = *f;
	struct strbuf bytes = STRBUF_INIT;
	int result = 0;

	*kept = false;
	if (m->anew || !old || !old->file || !signing_stands(s, old->file, &m->in->keys->settings, m->in->now))
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

/* --- pending -------------------------------------------------------------------------------------------------------------- */

static struct pending *pending_of(const struct making *m, const struct signing *s)
{
	return s->role == KEYS_TARGETS || s->role == KEYS_OBJECTS ? m->in->pending : NULL;
}

/* The waiting file says what `f` says, and its expiry will do. */
static int same_payload(bool *same, struct making *m, const struct tuf_file *f, const struct tuf_file *waiting,
			const struct signing *s)
{
	struct tuf_file wanted = *f;
	struct strbuf payload = STRBUF_INIT;
	int result = 0;

	wanted.expires = waiting->expires;
	if (tuf_payload(&payload, &wanted))
		result = out_of_memory(m->d);
	*same = slice_eq(strbuf_slice(&payload), waiting->payload) && waiting->expires <= f->expires &&
		waiting->expires - m->in->now >= settings_of(m, s)->resign;
	strbuf_release(&payload);
	return result;
}

static struct envelope good_signatures(struct making *m, const struct tuf_file *f, const struct signing *s)
{
	struct envelope out = { .v = ARENA_ARRAY(m->a, struct signature, f->signatures.n + 1) };

	for (size_t i = 0; i < f->signatures.n; i++) {
		const struct signature *sig = &f->signatures.v[i];
		const struct pubkey *key = key_table_find(s->keys, sig->keyid);

		if (key && role_keys_has(s->ids, key->id) && pubkey_verify(key, f->payload, sig->bytes))
			out.v[out.n++] = *sig;
	}
	return out;
}

/* Expiry and signatures of a file that waits, where there is one. */
static int take_pending(struct making *m, struct slice role, struct tuf_file *f, const struct signing *s)
{
	struct pending *p = pending_of(m, s);
	struct tuf_file waiting;
	bool same;
	int found = p ? pending_find(&waiting, p, role, f->version, m->dg, m->d) : 1;

	if (found)
		return found < 0 ? -1 : 0;
	if (same_payload(&same, m, f, &waiting, s))
		return -1;
	if (!same)
		return waiting.signatures.n
			       ? diag_warning(m->d, SRCPOS_FILE(pending_path(p, role, f->version)),
					      "said something else than this build, and is made anew: its signatures "
					      "are gone")
			       : 0;
	f->signatures = good_signatures(m, &waiting, s);
	f->expires = waiting.expires;
	return 0;
}

/* The keys of the role that have not signed: a name where the settings have one, and the head of the key id. */
static const char *missing_keys(struct making *m, const struct tuf_file *f, const struct signing *s)
{
	CLEANUP(strbuf_release) struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < s->ids->n; i++) {
		if (has_signed(&f->signatures, s->ids->ids[i]))
			continue;
		strbuf_adds(&out, out.n ? ", " : "");
		strbuf_addhex(&out, s->ids->ids[i], 8);
		for (size_t k = 0; k < s->ring->n; k++) {
			if (!memcmp(s->ring->v[k]->public.id, s->ids->ids[i], SHA256_SIZE))
				strbuf_addf(&out, " (%s)", s->ring->v[k]->path);
		}
	}
	return arena_str(m->a, strbuf_slice(&out));
}

static int lack(struct making *m, struct slice role, struct tuf_file *f, const struct signing *s)
{
	struct pending *p = pending_of(m, s);
	uint32_t missing = s->ids->threshold - (uint32_t)f->signatures.n;
	const char *path;

	if (p) {
		path = pending_path(p, role, f->version);
		p->waiting++;
		diag_error(m->d, SRCPOS_FILE(path),
			   "lacks %" PRIu32
			   " signature%s, by %s of %s; sign it (mdstatic sign add, or sign payload and "
			   "sign attach), then run this build again",
			   missing, missing == 1 ? "" : "s", missing == 1 ? "one" : "some", missing_keys(m, f, s));
		return pending_leave(p, role, f, m->in->root, m->d);
	}
	if (!m->lacking[s->role])
		diag_environment(m->d, m->in->keys->settings.dir,
				 "the role %s needs %" PRIu32 " signature%s (%s/%" PRIu64
				 ".root.json), and the keys here make %zu%s",
				 key_role_name(s->role), s->ids->threshold, s->ids->threshold == 1 ? "" : "s",
				 m->in->roots_dir, m->in->root->version, f->signatures.n,
				 s->role == KEYS_SNAPSHOT || s->role == KEYS_TIMESTAMP
					 ? ""
					 : "; with --signatures DIR the others sign what the build leaves there");
	m->lacking[s->role] = true;
	return 0;
}

/* --- made anew ------------------------------------------------------------------------------------------------------------ */

static int make(struct making *m, struct tuf_part *part, const struct signing *s)
{
	struct tuf_file *f = part->file;
	struct strbuf text = STRBUF_INIT;
	int result = -1;

	if (tuf_payload(&text, f)) {
		out_of_memory(m->d);
	} else {
		f->payload = arena_copy(m->a, strbuf_slice(&text));
		result = signing_add(&f->signatures, m->a, s, f->payload, m->d);
	}
	if (!result && f->signatures.n < s->ids->threshold) {
		result = lack(m, part->role, f, s);
	} else if (!result) {
		strbuf_reset(&text);
		result = tuf_encode(&text, f) ? out_of_memory(m->d) : 0;
		part->bytes = arena_copy(m->a, strbuf_slice(&text));
	}
	strbuf_release(&text);
	return result;
}

int rolefile_settle(struct making *m, struct slice role, struct tuf_file *f, const struct signing *s)
{
	const struct tuf_part *old = m->in->previous ? tuf_part_find(m->in->previous, role) : NULL;
	struct tuf_part *part = &m->out->v[m->out->n++];
	bool kept;

	f->app = m->in->app;
	if (keep(&kept, m, f, old, s))
		return -1;
	if (kept) {
		*part = *old;
		return 0;
	}
	if (old && old->highest >= TUF_VERSION_MAX)
		return diag_error(m->d, SRCPOS_NONE,
				  "the role " SLICE_FMT " has used up its version numbers, 2^53 - 1 being the last; a "
				  "new root that replaces its keys, and those of snapshot and timestamp, lets them "
				  "begin again",
				  SLICE_ARG(role));
	f->version = old ? old->highest + 1 : 1;
	f->expires = m->in->now + settings_of(m, s)->expires;
	*part = (struct tuf_part){ .role = role, .version = f->version, .highest = f->version, .file = f };
	return take_pending(m, role, f, s) || make(m, part, s) ? -1 : 0;
}
