#include "resolve/cache.h"

#include <stdlib.h>
#include <string.h>

#include "resolve/blob.h"

#define LIST     "objects"
#define MAGIC    "mdresolve objects 1\n"
#define LIST_MAX 4096 /* objects */
#define KEPT_MAX                                                                                                       \
	2048 /* of them after cache_trim(): the list has room for those of the next tree, however small all are */
#define ROW        (SHA256_SIZE + 8)
#define SIZE_BOUND (UINT64_C(1) << 32) /* of one object: sums do not overflow */

void cache_release(struct cache *o)
{
	for (size_t i = 0; i < o->n; i++)
		strbuf_release(&o->v[i].bytes);
	free(o->v);
	*o = (struct cache){ .limit = 0 };
}

static struct cached *find(const struct cache *o, const uint8_t hash[SHA256_SIZE])
{
	for (size_t i = 0; i < o->n; i++) {
		if (memcmp(o->v[i].hash, hash, SHA256_SIZE) == 0)
			return &o->v[i];
	}
	return NULL;
}

/* A new row at the end; NULL: memory, or there are too many. */
static struct cached *add(struct cache *o, const uint8_t hash[SHA256_SIZE], uint64_t size)
{
	struct cached *made;

	if (o->n == LIST_MAX)
		return NULL;
	if (o->n == o->cap) {
		size_t cap = o->cap ? o->cap * 2 : 8;
		struct cached *v = realloc(o->v, cap * sizeof(*v));

		if (!v)
			return NULL;
		o->v = v;
		o->cap = cap;
	}
	made = &o->v[o->n++];
	*made = (struct cached){ .size = size };
	memcpy(made->hash, hash, SHA256_SIZE);
	return made;
}

static void drop(struct cache *o, struct cached *gone)
{
	size_t at = (size_t)(gone - o->v);

	strbuf_release(&gone->bytes);
	memmove(gone, gone + 1, (o->n - at - 1) * sizeof(*gone));
	o->n--;
}

/* --- the list ------------------------------------------------------------------------------------------------------------ */

/* How many rows of the list, which is sorted, have room. */
static size_t fitting(const struct cache *o)
{
	uint64_t sum = 0;
	size_t n = 0;

	while (n < o->n && n < KEPT_MAX && o->v[n].size <= o->limit - sum)
		sum += o->v[n++].size;
	return n;
}

static enum mdr_code read_list(struct cache *o, struct slice blob, struct mdr_error *err)
{
	struct slice body, row;
	uint64_t size;

	if (blob_open(&body, blob, MAGIC, o->digests))
		return fail_memory(err);
	while (blob_take(&row, &body, SHA256_SIZE) && blob_take64(&size, &body) && o->n < LIST_MAX) {
		const uint8_t *hash = (const uint8_t *)row.p;

		if (size <= SIZE_BOUND && !find(o, hash) && !add(o, hash, size))
			return fail_memory(err);
	}
	o->changed = fitting(o) < o->n; /* what could not be removed in time */
	return MDR_OK;
}

enum mdr_code cache_open(struct cache *out, const struct mdr_storage *storage, uint64_t limit, struct digests *digests,
			 struct mdr_error *err)
{
	struct strbuf blob = STRBUF_INIT;
	enum mdr_code code;

	if (!storage->load || !storage->store || !storage->remove)
		return MDR_OK;
	*out = (struct cache){ .storage = *storage, .digests = digests, .limit = limit };
	code = blob_load(&blob, storage, LIST, sizeof(MAGIC) + SHA256_SIZE + (uint64_t)LIST_MAX * ROW, err);
	if (!code)
		code = read_list(out, strbuf_slice(&blob), err);
	strbuf_release(&blob);
	return code;
}

/* Those in use first. The order within both halves stays. */
static enum mdr_code sort_by_use(struct cache *o, struct mdr_error *err)
{
	struct cached *v = malloc((o->n + 1) * sizeof(*v));
	size_t n = 0;

	if (!v)
		return fail_memory(err);
	for (int used = 1; used >= 0; used--) {
		for (size_t i = 0; i < o->n; i++) {
			if (o->v[i].used == (used != 0))
				v[n++] = o->v[i];
		}
	}
	free(o->v);
	o->v = v;
	o->cap = o->n + 1;
	return MDR_OK;
}

static enum mdr_code store_list(struct cache *o, struct mdr_error *err)
{
	struct strbuf blob = STRBUF_INIT;
	enum mdr_code code = MDR_OK;

	blob_begin(&blob, MAGIC);
	for (size_t i = 0; i < o->n; i++) {
		strbuf_add(&blob, o->v[i].hash, SHA256_SIZE);
		blob_add64(&blob, o->v[i].size);
	}
	if (blob_seal(&blob, MAGIC, o->digests))
		code = fail_memory(err);
	if (!code)
		code = blob_store(&o->storage, LIST, strbuf_slice(&blob), err);
	strbuf_release(&blob);
	return code;
}

/* --- reading ------------------------------------------------------------------------------------------------------------- */

static void blob_name(char out[MDR_NAME], const uint8_t hash[SHA256_SIZE])
{
	memcpy(out, "object-", sizeof("object-"));
	digest_hex(out + sizeof("object-") - 1, hash, SHA256_SIZE / 2);
}

/* Whether `out` holds it now. One that is not in the list, because the list was lost, is put there again; one that is damaged stays there,
 * so that it is removed one day if it cannot be stored anew. */
static enum mdr_code read_kept(struct strbuf *out, bool *found, struct cache *o, uint64_t length,
			       const uint8_t hash[SHA256_SIZE], struct mdr_error *err)
{
	struct cached *kept = find(o, hash);
	char name[MDR_NAME];
	uint8_t sum[SHA256_SIZE];
	enum mdr_code code;

	strbuf_reset(out);
	if (kept && kept->waits) {
		strbuf_addslice(out, strbuf_slice(&kept->bytes));
		*found = kept->used = !out->failed;
		return out->failed ? fail_memory(err) : MDR_OK;
	}
	blob_name(name, hash);
	code = blob_load(out, &o->storage, name, length, err);
	if (code)
		return code;
	if (digest_sha256(o->digests, sum, strbuf_slice(out)))
		return fail_memory(err);
	*found = memcmp(sum, hash, SHA256_SIZE) == 0;
	if (*found && !kept) {
		kept = add(o, hash, out->n);
		o->changed = true;
	}
	if (kept) {
		kept->used = *found;
		kept->lost = !*found;
	}
	return MDR_OK;
}

enum mdr_code cache_read(struct strbuf *out, const struct fetcher *f, const char *path, uint64_t length, bool exact,
			 const uint8_t hash[SHA256_SIZE], struct mdr_error *err)
{
	bool found = false;
	enum mdr_code code = MDR_OK;

	if (f->cache && f->cache->limit)
		code = read_kept(out, &found, f->cache, length, hash, err);
	if (code || (found && (!exact || out->n == length)))
		return code;
	return exact ? fetch_exact(out, f, path, length, hash, err) : fetch_hashed(out, f, path, length, hash, err);
}

/* Whether one more object has room beside those in use. */
static bool has_room(const struct cache *o, uint64_t size)
{
	uint64_t sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < o->n; i++) {
		n += o->v[i].used;
		sum += o->v[i].used ? o->v[i].size : 0;
	}
	return n < KEPT_MAX && sum <= o->limit && size <= o->limit - sum;
}

/* The row of an object that was fetched; NULL: it is kept already, or has no room. */
static struct cached *row_for(struct cache *o, const uint8_t hash[SHA256_SIZE], uint64_t size)
{
	struct cached *kept = find(o, hash);

	if ((kept && (kept->waits || !kept->lost)) || !has_room(o, size))
		return NULL;
	if (!kept)
		return add(o, hash, size);
	kept->size = size;
	return kept;
}

/* Without room for it, or memory, the object is fetched again next time, and that is all. */
void cache_done(const struct fetcher *f, const uint8_t hash[SHA256_SIZE], struct strbuf *bytes)
{
	struct cache *o = f->cache;
	struct cached *made = o && o->limit ? row_for(o, hash, bytes->n) : NULL;
	char *exact;

	if (!made) {
		strbuf_release(bytes);
		return;
	}
	exact = realloc(bytes->p, bytes->n + 1);
	if (exact) {
		bytes->p = exact;
		bytes->cap = bytes->n + 1;
	}
	made->bytes = *bytes;
	made->waits = made->used = o->changed = true;
	*bytes = (struct strbuf)STRBUF_INIT;
}

/* --- what is in use ------------------------------------------------------------------------------------------------------ */

/* Those of a tree that did not come to an answer. */
static void drop_unused(struct cache *o)
{
	for (size_t i = o->n; i-- > 0;) {
		struct cached *x = &o->v[i];

		if (!x->waits || x->used)
			continue;
		if (!x->lost) {
			drop(o, x);
			continue;
		}
		strbuf_release(&x->bytes); /* the damaged one still lies in storage */
		x->waits = false;
	}
}

void cache_age(struct cache *o)
{
	drop_unused(o);
	for (size_t i = 0; i < o->n; i++)
		o->v[i].used = false;
}

void cache_use(struct cache *o, const uint8_t hash[SHA256_SIZE])
{
	struct cached *kept = find(o, hash);

	if (kept)
		kept->used = true;
}

/* --- writing ------------------------------------------------------------------------------------------------------------- */

static enum mdr_code store_object(struct cache *o, struct cached *x, struct mdr_error *err)
{
	char name[MDR_NAME];
	enum mdr_code code;

	blob_name(name, x->hash);
	code = blob_store(&o->storage, name, strbuf_slice(&x->bytes), err);
	if (code)
		return code;
	strbuf_release(&x->bytes);
	x->waits = x->lost = false;
	return MDR_OK;
}

enum mdr_code cache_keep(struct cache *o, struct mdr_error *err)
{
	enum mdr_code code;

	if (!o->changed)
		return MDR_OK;
	drop_unused(o);
	code = sort_by_use(o, err);
	if (!code)
		code = store_list(o, err);
	for (size_t i = 0; i < o->n && !code; i++) {
		if (o->v[i].waits)
			code = store_object(o, &o->v[i], err);
	}
	o->changed = code != MDR_OK;
	return code;
}

enum mdr_code cache_trim(struct cache *o, struct mdr_error *err)
{
	size_t keep = fitting(o);
	enum mdr_code code = MDR_OK;

	if (o->n == keep)
		return MDR_OK;
	o->changed = true;
	while (o->n > keep && !code) {
		char name[MDR_NAME];

		blob_name(name, o->v[o->n - 1].hash);
		code = blob_remove(&o->storage, name, err);
		if (!code)
			drop(o, &o->v[o->n - 1]);
	}
	if (!code)
		code = store_list(o, err);
	o->changed = code != MDR_OK;
	return code;
}
