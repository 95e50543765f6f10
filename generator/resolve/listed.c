#include "resolve/listed.h"

#include <string.h>

#include "format/paths.h"
#include "resolve/blob.h"

#define BLOB  "verdicts"
#define MAGIC "mdresolve verdicts 1\n"
#define ROW   (SHA256_SIZE + 3 * 8)

static struct listed_verdict *place_of(struct listed_cache *cache, const uint8_t root[SHA256_SIZE],
				       const struct filter_key *id)
{
	return &cache->v[(digest_head64(root) ^ id->h) % LISTED_KEPT];
}

static bool is_kept(const struct listed_verdict *v, const uint8_t root[SHA256_SIZE], const struct filter_key *id)
{
	return v->known && v->id.h == id->h && v->id.seed == id->seed && memcmp(v->root, root, SHA256_SIZE) == 0;
}

static enum listed read_page(const struct fetcher *f, const struct mf_whitelist *list, const struct filter_key *id)
{
	struct strbuf path = STRBUF_INIT, record = STRBUF_INIT;
	uint32_t number = filter_page_of(id->h, list->pages), length;
	enum listed result = LISTED_UNKNOWN;
	struct mdr_error ignored;
	uint64_t offset;
	struct slice page;
	const char *why;

	filter_record_range(&offset, &length, list->pages, number);
	path_object(&path, list->file, "filter.bin");
	if (!path.failed && !fetch_part(&record, f, path.p, offset, length, &ignored) &&
	    !filter_check_record(&page, f->digests, strbuf_slice(&record), number, list->pages, list->root, &why))
		result = filter_page_has(page, id->seed, list->probes) ? LISTED_YES : LISTED_NO;
	strbuf_release(&path);
	strbuf_release(&record);
	return result;
}

enum listed listed_look_up(struct listed_cache *cache, const struct fetcher *f, struct slice app,
			   const struct mf_whitelist *list, struct slice id)
{
	uint8_t salt[SHA256_SIZE];
	struct listed_verdict *kept;
	struct filter_key key;
	enum listed result;

	if (filter_salt(salt, f->digests, app, list->name) || filter_hash(&key, f->digests, salt, id))
		return LISTED_UNKNOWN;
	kept = place_of(cache, list->root, &key);
	if (is_kept(kept, list->root, &key))
		return kept->listed ? LISTED_YES : LISTED_NO;
	result = read_page(f, list, &key);
	if (result != LISTED_UNKNOWN) {
		cache->changed = true;
		*kept = (struct listed_verdict){ .id = key, .known = true, .listed = result == LISTED_YES };
		memcpy(kept->root, list->root, SHA256_SIZE);
	}
	return result;
}

/* --- storage ------------------------------------------------------------------------------------------------------------- */

static bool take_row(struct listed_verdict *out, struct slice *rest)
{
	struct slice root;
	uint64_t listed;

	if (!blob_take(&root, rest, SHA256_SIZE) || !blob_take64(&out->id.h, rest) ||
	    !blob_take64(&out->id.seed, rest) || !blob_take64(&listed, rest))
		return false;
	memcpy(out->root, root.p, SHA256_SIZE);
	out->listed = listed == 1;
	out->known = true;
	return true;
}

enum mdr_code listed_load(struct listed_cache *cache, const struct mdr_storage *storage, struct digests *dg,
			  struct mdr_error *err)
{
	struct strbuf blob = STRBUF_INIT;
	struct listed_verdict v;
	struct slice body = { NULL, 0 };
	enum mdr_code code =
		blob_load(&blob, storage, BLOB, sizeof(MAGIC) + SHA256_SIZE + (uint64_t)LISTED_KEPT * ROW, err);

	if (!code && blob_open(&body, strbuf_slice(&blob), MAGIC, dg))
		code = fail_memory(err);
	while (take_row(&v, &body))
		*place_of(cache, v.root, &v.id) = v;
	strbuf_release(&blob);
	return code;
}

enum mdr_code listed_store(struct listed_cache *cache, const struct mdr_storage *storage, struct digests *dg,
			   struct mdr_error *err)
{
	struct strbuf blob = STRBUF_INIT;
	enum mdr_code code;

	blob_begin(&blob, MAGIC);
	for (size_t i = 0; i < LISTED_KEPT; i++) {
		const struct listed_verdict *v = &cache->v[i];

		if (!v->known)
			continue;
		strbuf_add(&blob, v->root, SHA256_SIZE);
		blob_add64(&blob, v->id.h);
		blob_add64(&blob, v->id.seed);
		blob_add64(&blob, v->listed);
	}
	code = blob_seal(&blob, MAGIC, dg) ? fail_memory(err) : blob_store(storage, BLOB, strbuf_slice(&blob), err);
	strbuf_release(&blob);
	cache->changed = code != MDR_OK;
	return code;
}
