#include "resolve/listed.h"

#include <string.h>

#include "format/paths.h"

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
		*kept = (struct listed_verdict){ .id = key, .known = true, .listed = result == LISTED_YES };
		memcpy(kept->root, list->root, SHA256_SIZE);
	}
	return result;
}
