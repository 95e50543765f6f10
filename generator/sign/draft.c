#include "sign/draft.h"

#include <inttypes.h>
#include <string.h>

#include "base/fileio.h"
#include "format/paths.h"
#include "sign/signature.h"

#define DRAFT_MODE 0644

struct opening {
	struct draft *out;
	struct digests *dg;
	struct diags *d;
	uint64_t number;    /* in the file's name */
	const char *beside; /* the file's folder and a slash; "" for the folder that we are in */
};

static struct srcpos at(const struct draft *f)
{
	return SRCPOS_FILE(f->path);
}

/* --- who signs ---------------------------------------------------------------------------------------------------------- */

static ptrdiff_t find_signature(const struct draft *f, const uint8_t keyid[SHA256_SIZE])
{
	for (size_t i = 0; i < f->file.signatures.n; i++) {
		if (!memcmp(f->file.signatures.v[i].keyid, keyid, SHA256_SIZE))
			return (ptrdiff_t)i;
	}
	return -1;
}

bool draft_signed_by(const struct draft *f, const uint8_t keyid[SHA256_SIZE])
{
	return find_signature(f, keyid) >= 0;
}

const struct pubkey *draft_key(const struct draft *f, const uint8_t keyid[SHA256_SIZE])
{
	for (size_t i = 0; i < f->nwants; i++) {
		if (role_keys_has(f->wants[i].role, keyid))
			return key_table_find(f->wants[i].keys, keyid);
	}
	return NULL;
}

bool draft_complete(const struct draft *f)
{
	for (size_t i = 0; i < f->nwants; i++) {
		if (f->wants[i].have < f->wants[i].role->threshold)
			return false;
	}
	return true;
}

static void count_signatures(struct draft *f)
{
	for (size_t i = 0; i < f->nwants; i++) {
		struct draft_want *want = &f->wants[i];

		want->have = 0;
		for (size_t k = 0; k < f->file.signatures.n; k++)
			want->have += role_keys_has(want->role, f->file.signatures.v[k].keyid);
	}
}

static void add_want(struct draft *f, const char *of, const struct key_table *keys, const struct role_keys *role)
{
	f->wants[f->nwants++] = (struct draft_want){ .of = of, .keys = keys, .role = role };
}

/* The key, which must be wanted. */
static int wanted_key(const struct pubkey **out, const struct draft *f, const uint8_t keyid[SHA256_SIZE],
		      struct diags *d)
{
	char id[SHA256_HEX];

	*out = draft_key(f, keyid);
	digest_hex(id, keyid, SHA256_SIZE);
	return *out ? 0
		    : diag_error(d, at(f), "the key id %s may not sign this: it is no " SLICE_FMT " key of %s%s%s", id,
				 SLICE_ARG(f->role), f->wants[0].of, f->nwants > 1 ? " or " : "",
				 f->nwants > 1 ? f->wants[1].of : "");
}

/* --- opening ------------------------------------------------------------------------------------------------------------ */

/* A file of the same folder that says who signs: published metadata, or with `draft` one in the making. */
static int read_beside(const struct tuf_file **out, struct opening *o, const char *name, enum tuf_type type, bool draft)
{
	struct arena *a = &o->out->mem;
	struct tuf_file *f = ARENA_NEW(a, struct tuf_file);
	const char *path = arena_printf(a, "%s%s", o->beside, name).p, *why;
	struct strbuf bytes = STRBUF_INIT;
	int result = file_read_optional(&bytes, path, tuf_limit(type), o->d);

	if (result > 0)
		result = diag_error(o->d, at(o->out), "%s must lie beside it: it says whose signatures count", name);
	else if (!result && (draft ? tuf_decode_draft(f, a, o->dg, type, strbuf_slice(&bytes), &why)
				   : tuf_decode(f, a, o->dg, type, strbuf_slice(&bytes), &why)))
		result = diag_error(o->d, SRCPOS_FILE(path), "%s", why);
	strbuf_release(&bytes);
	*out = f;
	return result;
}

/* root.json, or the root before this one. */
static int read_root(const struct tuf_file **out, struct opening *o, const char *name, uint64_t version)
{
	const char *path = arena_printf(&o->out->mem, "%s%s", o->beside, name).p, *why;

	if (read_beside(out, o, name, TUF_ROOT, false))
		return -1;
	if (version && (*out)->version != version)
		return diag_error(o->d, SRCPOS_FILE(path), "says that it is version %" PRIu64, (*out)->version);
	return tuf_root_follows(*out, NULL, NULL, &why) ? diag_error(o->d, SRCPOS_FILE(path), "%s", why) : 0;
}

static void want_root_keys(struct draft *f, const struct tuf_file *root)
{
	add_want(f, arena_printf(&f->mem, "version %" PRIu64, root->version).p, &root->root.keys,
		 &root->root.roles[TUF_ROOT]);
}

static int want_root(struct opening *o)
{
	struct draft *f = o->out;
	uint64_t last = f->file.version - 1;

	if (last && !f->before &&
	    read_root(&f->before, o, arena_printf(&f->mem, "%" PRIu64 ".root.json", last).p, last))
		return -1;
	if (f->before)
		want_root_keys(f, f->before);
	want_root_keys(f, &f->file);
	return 0;
}

static int want_targets(struct opening *o)
{
	const struct tuf_file *root;

	if (read_root(&root, o, "root.json", 0))
		return -1;
	add_want(o->out, "root.json", &root->root.keys, &root->root.roles[TUF_TARGETS]);
	return 0;
}

/* The file of targets with the highest number in the folder. */
static int newest_targets(const char **name, struct opening *o)
{
	struct file_list files = { .mem = ARENA_INIT };
	uint64_t newest = 0, number;
	struct slice role;
	int result = file_walk(&files, *o->beside ? o->beside : ".", o->d);

	for (size_t i = 0; !result && i < files.n; i++) {
		if (metadata_name(&number, &role, files.path[i]) && slice_eqs(role, "targets") && number > newest)
			newest = number;
	}
	file_list_release(&files);
	if (!result && !newest)
		result = diag_error(o->d, at(o->out),
				    "N.targets.json must lie beside it: it says whose signatures count");
	*name = arena_printf(&o->out->mem, "%" PRIu64 ".targets.json", newest).p;
	return result;
}

static int want_objects(struct opening *o)
{
	struct draft *f = o->out;
	const struct tuf_delegation *delegation;
	const struct tuf_file *targets;
	const char *name;

	if (newest_targets(&name, o) || read_beside(&targets, o, name, TUF_TARGETS, true))
		return -1;
	delegation = tuf_delegation_find(&targets->targets, f->role);
	if (!delegation || !slice_eq(targets->app, f->file.app))
		return diag_error(o->d, at(f), "%s delegates nothing to it", name);
	add_want(f, name, &targets->targets.keys, &delegation->keys);
	return 0;
}

static enum tuf_type type_of(const struct draft *f)
{
	return slice_eqs(f->role, "root") ? TUF_ROOT : TUF_TARGETS;
}

/* What the name says: its number and role. */
static int read_name(struct opening *o)
{
	struct draft *f = o->out;
	struct slice path = slice_of(f->path), name = slice_from(path, (size_t)(slice_rfind(path, '/') + 1));

	o->beside = arena_str(&f->mem, slice_sub(path, 0, path.n - name.n));
	if (!metadata_name(&o->number, &f->role, name) || !o->number ||
	    !(slice_eqs(f->role, "root") || slice_eqs(f->role, "targets") || slice_starts(f->role, "objects")))
		return diag_error(o->d, at(f),
				  "only N.root.json, N.targets.json and N.objects….json are signed in this way");
	return 0;
}

/* Every signature that is there is by a key that may sign, and holds. */
static int check_signatures(struct opening *o)
{
	const struct draft *f = o->out;

	for (size_t i = 0; i < f->file.signatures.n; i++) {
		const struct signature *s = &f->file.signatures.v[i];
		const struct pubkey *key;
		char id[SHA256_HEX];

		if (wanted_key(&key, f, s->keyid, o->d))
			return -1;
		digest_hex(id, s->keyid, SHA256_SIZE);
		if (!pubkey_verify(key, f->file.payload, s->bytes))
			return diag_error(
				o->d, at(f),
				"the signature by the key id %s does not hold: the file was changed after it was "
				"signed; make it anew (%s)",
				id, f->file.type == TUF_ROOT ? "mdstatic keys root --again" : "the same build");
	}
	return 0;
}

static int decode(struct opening *o, struct slice bytes)
{
	struct draft *f = o->out;
	enum tuf_type type = type_of(f);
	const char *why;
	int result;

	if (tuf_decode_draft(&f->file, &f->mem, o->dg, type, bytes, &why))
		return diag_error(o->d, at(f), "%s", why);
	if (f->file.version != o->number)
		return diag_error(o->d, at(f), "says that it is version %" PRIu64, f->file.version);
	result = type == TUF_ROOT ? want_root(o) : slice_eqs(f->role, "targets") ? want_targets(o) : want_objects(o);
	if (result || check_signatures(o))
		return -1;
	count_signatures(f);
	return 0;
}

int draft_open(struct draft *out, const char *path, struct digests *dg, struct diags *d)
{
	struct opening o = { .out = out, .dg = dg, .d = d };
	CLEANUP(strbuf_release) struct strbuf bytes = STRBUF_INIT;

	out->path = arena_str(&out->mem, slice_of(path));
	if (read_name(&o) || file_read(&bytes, path, tuf_limit(type_of(out)), d))
		return -1;
	return decode(&o, strbuf_slice(&bytes));
}

int draft_open_root(struct draft *out, const char *path, struct slice bytes, const struct tuf_file *before,
		    struct digests *dg, struct diags *d)
{
	struct opening o = { .out = out, .dg = dg, .d = d };

	out->path = arena_str(&out->mem, slice_of(path));
	out->before = before;
	return read_name(&o) ? -1 : decode(&o, bytes);
}

void draft_release(struct draft *f)
{
	arena_release(&f->mem);
	*f = (struct draft)DRAFT_INIT;
}

/* --- signing ------------------------------------------------------------------------------------------------------------ */

/* Puts the signature where the order of the key ids wants it. */
static void insert_signature(struct draft *f, const struct signature *s)
{
	const struct envelope *old = &f->file.signatures;
	struct envelope made = { .v = ARENA_ARRAY(&f->mem, struct signature, old->n + 1) };
	bool placed = false;

	for (size_t i = 0; i < old->n; i++) {
		int order = memcmp(old->v[i].keyid, s->keyid, SHA256_SIZE);

		if (!placed && order >= 0) {
			made.v[made.n++] = *s;
			placed = true;
		}
		if (order != 0)
			made.v[made.n++] = old->v[i];
	}
	if (!placed)
		made.v[made.n++] = *s;
	f->file.signatures = made;
}

int draft_attach(struct draft *f, const uint8_t keyid[SHA256_SIZE], struct slice signature, struct diags *d)
{
	struct signature s = { .bytes = arena_copy(&f->mem, signature) };
	const struct pubkey *key;
	char id[SHA256_HEX];

	memcpy(s.keyid, keyid, SHA256_SIZE);
	digest_hex(id, keyid, SHA256_SIZE);
	if (wanted_key(&key, f, keyid, d))
		return -1;
	if (!pubkey_verify(key, f->file.payload, signature))
		return diag_error(d, at(f),
				  "this is no signature of the file by the key id %s: it is by another key, of another "
				  "payload, or not %s",
				  id, signature_scheme(key->type));
	if (find_signature(f, keyid) < 0 && f->file.signatures.n == ENVELOPE_SIGNATURES_MAX)
		return diag_error(d, at(f), "has %d signatures already", ENVELOPE_SIGNATURES_MAX);
	insert_signature(f, &s);
	count_signatures(f);
	return 0;
}

int draft_sign(struct draft *f, const struct keyset *keys, size_t *n, struct diags *d)
{
	*n = 0;
	for (size_t i = 0; i < keys->n; i++) {
		const struct key *k = &keys->keys[i];
		struct slice signature;

		if (!draft_key(f, k->public.id) || draft_signed_by(f, k->public.id) || !key_can_sign(k))
			continue;
		if (key_sign(&signature, &f->mem, k, f->file.payload, d) || draft_attach(f, k->public.id, signature, d))
			return -1;
		++*n;
	}
	return 0;
}

int draft_write(const struct draft *f, struct diags *d)
{
	struct strbuf bytes = STRBUF_INIT;
	int result = tuf_encode(&bytes, &f->file) ? diag_environment(d, f->path, "out of memory")
						  : file_replace(f->path, strbuf_slice(&bytes), DRAFT_MODE, d);

	strbuf_release(&bytes);
	return result;
}
