#include "build/deltas.h"

#include <inttypes.h>
#include <string.h>

#include "build/h5.h"
#include "build/package.h"
#include "pack/delta.h"

#define MILLION 1000000

/* --- which ---------------------------------------------------------------------------------------------------------------- */

static bool was_published(const struct release *r, int64_t commit_time)
{
	for (size_t i = 0; i < r->ntasks; i++) {
		if (r->tasks[i].status != STATUS_PENDING && r->tasks[i].published_at <= commit_time)
			return true;
	}
	return false;
}

/* `from` stands before `to` in the list of their kind. */
static bool leads_to(const struct release *from, const struct release *to)
{
	if (!slice_eq(from->slot, to->slot))
		return false;
	return to->kind != KIND_HOTPATCH || version_cmp(&hotpatch_of(from)->product, &hotpatch_of(to)->product) == 0;
}

/* What a release has that devices download: NULL where that is no file of ours to make a delta of. */
static const uint8_t *file_of(uint64_t *size, const struct release *r)
{
	const struct package *p = package_of(r);

	if (r->kind == KIND_H5) {
		*size = h5_of(r)->size;
		return h5_of(r)->sha256;
	}
	if (!p)
		return NULL;
	*size = p->size;
	return p->sha256;
}

static struct deltas *deltas_of(struct app *app, const struct release *r)
{
	switch (r->kind) {
	case KIND_UPGRADE:
		return &app->upgrades[upgrade_of(r) - app->upgrades].package.deltas;
	case KIND_HOTPATCH:
		return &app->hotpatches[hotpatch_of(r) - app->hotpatches].package.deltas;
	case KIND_H5:
		return &app->h5[h5_of(r) - app->h5].deltas;
	case KIND_QUICKFIX:
	case KIND_SWITCH:
	case KIND_COUNT:
		break;
	}
	return NULL;
}

/* --- reasons ---------------------------------------------------------------------------------------------------------------- */

static const char *too_much_memory(uint64_t need, struct arena *a)
{
	return arena_printf(a, "it would take %" PRIu64 " bytes to apply; devices take at most %" PRIu64, need,
			    DELTA_MEMORY_MAX)
		.p;
}

static bool is_small(const struct delta_pair *p, uint64_t size, const struct app *app)
{
	return size * MILLION <= p->full * app->delta_max_ratio;
}

static const char *too_large(const struct delta_pair *p, uint64_t size, const struct app *app, struct arena *a)
{
	return arena_printf(a,
			    "it has %" PRIu64 " bytes; [delta] maxRatio allows %" PRIu64 " of the package's %" PRIu64,
			    size, p->full * app->delta_max_ratio / MILLION, p->full)
		.p;
}

static uint64_t need(uint64_t base, uint64_t result)
{
	const struct delta_header h = { .base_size = base, .result_size = result, .memory = delta_memory(DELTA_ZSTD) };

	return delta_need(&h);
}

/* What can be known without looking into the files. */
static const char *hopeless(const struct delta_pair *p, const struct delta_maker *m)
{
	const struct package *to = package_of(p->to), *from = package_of(p->from);
	uint64_t size = 0;
	const uint8_t *hash = file_of(&size, p->from);
	uint64_t full = 0;

	if (!m->app->delta_from)
		return "[delta] from is 0";
	if (p->to->kind == KIND_UPGRADE && upgrade_of(p->to)->distribution == DIST_ENTERPRISE)
		return "iOS installs whole packages";
	if (to && !to->rel.n)
		return "the package is kept elsewhere";
	if (!hash)
		return "the earlier release has no package";
	if (from && !from->rel.n)
		return "the earlier package is kept elsewhere";
	if (!memcmp(hash, file_of(&full, p->to), SHA256_SIZE))
		return "both packages are the same file";
	if (!size || !full)
		return "one of the packages is empty";
	if (to && need(size, full) > DELTA_MEMORY_MAX)
		return too_much_memory(need(size, full), m->a);
	return NULL;
}

/* --- recipes ---------------------------------------------------------------------------------------------------------------- */

static bool make_key(uint8_t key[SHA256_SIZE], const struct delta_pair *p, const struct delta_maker *m)
{
	uint64_t size;
	const uint8_t *base = file_of(&size, p->from);
	bool is_h5 = p->to->kind == KIND_H5;
	struct slice parts[] = { SLICE(DELTA_RECIPE), { NULL, 0 }, { NULL, 0 }, is_h5 ? SLICE("tar") : SLICE("file") };

	if (is_h5 && h5_of(p->from)->has_tar)
		base = h5_of(p->from)->tar_sha256;
	parts[1] = slice_bytes(base, SHA256_SIZE);
	parts[2] = slice_bytes(file_of(&size, p->to), SHA256_SIZE);
	return recipe_key(key, m->book, parts, COUNT(parts));
}

static void note_made(const struct delta_pair *p, const struct delta_maker *m, const uint8_t key[SHA256_SIZE])
{
	struct recipe_fact from = recipe_fact_hex(m->a, "from", p->delta.from_sha256, SHA256_SIZE);
	struct recipe r = { .name = SLICE(DELTA_NAME), .length = p->delta.size, .facts = &from, .nfacts = 1 };

	memcpy(r.key, key, SHA256_SIZE);
	memcpy(r.hash, p->delta.sha256, SHA256_SIZE);
	recipe_note(m->book, &r);
}

/* What devices load instead is the package, which the tree lists. */
static void note_dropped(const struct delta_pair *p, const struct delta_maker *m, const uint8_t key[SHA256_SIZE],
			 const char *fact, uint64_t value)
{
	struct recipe_fact why = recipe_fact_uint(m->a, fact, value);
	struct recipe r = { .facts = &why, .nfacts = 1 };
	char name[PACKAGE_NAME] = H5_AMR_NAME;

	if (p->to->kind != KIND_H5)
		package_object_name(name, p->to);
	r.name = arena_copy(m->a, slice_of(name));
	memcpy(r.key, key, SHA256_SIZE);
	memcpy(r.hash, file_of(&r.length, p->to), SHA256_SIZE);
	recipe_note(m->book, &r);
}

static void drop_large(struct delta_pair *p, const struct delta_maker *m, const uint8_t key[SHA256_SIZE], uint64_t size)
{
	p->missing = too_large(p, size, m->app, m->a);
	note_dropped(p, m, key, "size", size);
}

static void drop_heavy(struct delta_pair *p, const struct delta_maker *m, const uint8_t key[SHA256_SIZE],
		       uint64_t memory)
{
	p->missing = too_much_memory(memory, m->a);
	note_dropped(p, m, key, "memory", memory);
}

/* False: it has to be made. */
static bool reuse(struct delta_pair *p, const struct delta_maker *m, const uint8_t key[SHA256_SIZE])
{
	const struct recipe *r = recipe_find(m->book, key);
	uint64_t value;

	if (!r)
		return false;
	if (slice_eqs(r->name, DELTA_NAME)) {
		if (!recipe_get_hex(p->delta.from_sha256, SHA256_SIZE, r, "from"))
			return false;
		memcpy(p->delta.sha256, r->hash, SHA256_SIZE);
		p->delta.size = r->length;
		if (is_small(p, r->length, m->app))
			note_made(p, m, key);
		else
			drop_large(p, m, key, r->length);
		return true;
	}
	if (recipe_get_uint(&value, r, "memory")) {
		drop_heavy(p, m, key, value);
		return true;
	}
	if (!recipe_get_uint(&value, r, "size") || is_small(p, value, m->app))
		return false;
	drop_large(p, m, key, value);
	return true;
}

/* --- bytes ------------------------------------------------------------------------------------------------------------------ */

struct side { /* of a pair */
	struct blob blob;
	struct strbuf made;
	struct slice bytes; /* in one of them */
};

static void side_release(struct side *s)
{
	blob_release(&s->blob);
	strbuf_release(&s->made);
}

static bool has_hash(struct slice bytes, const uint8_t want[SHA256_SIZE], const struct delta_maker *m)
{
	uint8_t hash[SHA256_SIZE];

	return !digest_sha256(m->digests, hash, bytes) && !memcmp(hash, want, SHA256_SIZE);
}

/* 0, 1: it is not at hand, as it was when it was hashed. */
static int read_package(struct side *out, const struct package *p, const struct delta_maker *m)
{
	CLEANUP(diags_release) struct diags unread = DIAGS_INIT;
	const struct file_entry *e = filetree_find(m->tree, p->rel);

	if (!e || filetree_read(&out->blob, m->tree, e, DELTA_MEMORY_MAX, &unread))
		return 1;
	out->bytes = out->blob.data;
	return has_hash(out->bytes, p->sha256, m) ? 0 : 1;
}

/* What the .amr is to become, in its place; as read_package(). `*heavy` is set where it alone is more than devices take. */
static int unpack_tar(struct side *out, struct slice amr, const struct h5_release *h, uint64_t *heavy,
		      const struct delta_maker *m)
{
	CLEANUP(arena_release) struct arena mem = ARENA_INIT;
	const struct zip_entry *tar;
	const char *why;
	struct zip z;

	if (delta_open_tar(&tar, &z, &mem, amr, &why))
		return 1;
	if (tar->size > DELTA_MEMORY_MAX) {
		*heavy = tar->size;
		return 0;
	}
	if (zip_read(&out->made, &z, tar, DELTA_MEMORY_MAX, &why))
		return 1;
	out->bytes = strbuf_slice(&out->made);
	return has_hash(out->bytes, h->tar_sha256, m) || (!h->has_tar && has_hash(amr, h->sha256, m)) ? 0 : 1;
}

static int store_amr(struct side *out, struct slice amr, const struct h5_release *h, uint64_t *heavy,
		     const struct delta_maker *m)
{
	CLEANUP(arena_release) struct arena mem = ARENA_INIT;
	const struct zip_entry *tar;
	const char *why;
	struct zip z;

	if (!has_hash(amr, h->sha256, m) || delta_open_tar(&tar, &z, &mem, amr, &why))
		return 1;
	if (tar->size > DELTA_MEMORY_MAX) {
		*heavy = tar->size;
		return 0;
	}
	if (delta_store_amr(&out->made, &mem, amr, &why))
		return 1;
	out->bytes = strbuf_slice(&out->made);
	return 0;
}

/* One side of the pair: 0, 1: it is not at hand, -1 an error in d. */
static int read_side(struct side *out, const struct release *r, bool is_base, uint64_t *heavy,
		     const struct delta_maker *m)
{
	CLEANUP(strbuf_release) struct strbuf amr = STRBUF_INIT;
	int missing;

	if (r->kind != KIND_H5)
		return read_package(out, package_of(r), m);
	missing = m->amr(m->ctx, &amr, h5_of(r));
	if (missing)
		return missing;
	return is_base ? unpack_tar(out, strbuf_slice(&amr), h5_of(r), heavy, m)
		       : store_amr(out, strbuf_slice(&amr), h5_of(r), heavy, m);
}

/* --- making ----------------------------------------------------------------------------------------------------------------- */

static int compress(struct delta_pair *p, struct slice base, struct slice result, const struct delta_maker *m,
		    const uint8_t key[SHA256_SIZE])
{
	enum delta_form form = p->to->kind == KIND_H5 ? DELTA_TAR : DELTA_FILE;
	uint64_t size;

	if (delta_make(&p->bytes, form, base, result, m->digests) ||
	    digest_sha256(m->digests, p->delta.sha256, strbuf_slice(&p->bytes)))
		return diag_environment(m->d, p->to->origin.path, "cannot make a delta: out of memory");
	p->delta.size = p->bytes.n;
	memcpy(p->delta.from_sha256, file_of(&size, p->from), SHA256_SIZE);
	if (is_small(p, p->bytes.n, m->app)) {
		note_made(p, m, key);
		return 0;
	}
	drop_large(p, m, key, p->bytes.n);
	strbuf_release(&p->bytes);
	return 0;
}

static int make(struct delta_pair *p, const struct delta_maker *m, const uint8_t key[SHA256_SIZE])
{
	CLEANUP(side_release) struct side base = { .made = STRBUF_INIT }, result = { .made = STRBUF_INIT };
	uint64_t heavy = 0;
	int missing = read_side(&base, p->from, true, &heavy, m);

	if (missing == 1)
		p->missing = "the earlier package is not at hand";
	if (!missing && !heavy) {
		missing = read_side(&result, p->to, false, &heavy, m);
		if (missing == 1)
			p->missing = "the package is not at hand";
	}
	if (missing)
		return missing < 0 ? -1 : 0;
	if (!heavy && need(base.bytes.n, result.bytes.n) > DELTA_MEMORY_MAX)
		heavy = need(base.bytes.n, result.bytes.n);
	if (!heavy)
		return compress(p, base.bytes, result.bytes, m, key);
	drop_heavy(p, m, key, heavy);
	return 0;
}

static int make_pair(struct delta_pair *p, const struct delta_maker *m)
{
	uint8_t key[SHA256_SIZE];
	int bad = 0;

	(void)file_of(&p->full, p->to);
	p->delta.from = p->from->version_text;
	p->missing = hopeless(p, m);
	if (p->missing)
		return 0;
	if (!make_key(key, p, m))
		return diag_environment(m->d, p->to->origin.path, "cannot make a delta: libcrypto cannot hash");
	if (!reuse(p, m, key))
		bad = make(p, m, key);
	return bad;
}

/* Where it stands in the list of its kind. */
static size_t place_of(const struct app *app, const struct release *r)
{
	size_t i = 0;

	while (i < app->nreleases[r->kind] && app->releases[r->kind][i] != r)
		i++;
	return i;
}

int delta_pairs_add(struct delta_pairs *out, const struct release *r, const struct delta_maker *m)
{
	struct deltas *deltas = deltas_of(m->app, r);
	uint64_t size;
	size_t left = m->app->delta_from ? m->app->delta_from : 1, cap = 0;

	if (!deltas || !file_of(&size, r))
		return 0;
	for (size_t i = place_of(m->app, r); i-- > 0 && left > 0;) {
		struct delta_pair pair = { .to = r, .from = m->app->releases[r->kind][i], .bytes = STRBUF_INIT };
		int bad;

		if (!leads_to(pair.from, r) || !was_published(pair.from, m->commit_time))
			continue;
		bad = make_pair(&pair, m);
		ARENA_PUSH(m->a, out->v, out->n, out->cap, pair);
		if (bad)
			return -1;
		if (!pair.missing)
			ARENA_PUSH(m->a, deltas->v, deltas->n, cap, pair.delta);
		left--;
	}
	return 0;
}

void delta_pairs_release(struct delta_pairs *p)
{
	for (size_t i = 0; i < p->n; i++)
		strbuf_release(&p->v[i].bytes);
	*p = (struct delta_pairs){ NULL, 0, 0 };
}
