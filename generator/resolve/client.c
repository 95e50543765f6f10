#include "resolve/client.h"

#include <stdlib.h>
#include <string.h>

#include "resolve/blob.h"
#include "resolve/switches.h"

#define SEEN_STEP     3600 /* seconds: a later `now` alone is stored no more often */
#define VERDICT_KEEPS 16   /* times that verdicts alone are stored */

static struct mdr_limits with_defaults(struct mdr_limits l)
{
	l.root = l.root ? l.root : TUF_ROOT_MAX;
	l.timestamp = l.timestamp ? l.timestamp : TUF_TIMESTAMP_MAX;
	l.snapshot = l.snapshot ? l.snapshot : TUF_SNAPSHOT_MAX;
	l.targets = l.targets ? l.targets : TUF_TARGETS_MAX;
	l.object = l.object ? l.object : OBJECT_SIZE_MAX;
	l.memory = l.memory ? l.memory : 64u << 20;
	l.cache = l.cache ? l.cache : 4u << 20;
	l.rotations = l.rotations ? l.rotations : TUF_ROOTS_MAX;
	return l;
}

/* --- storage ------------------------------------------------------------------------------------------------------------- */

static enum mdr_code load_floor(struct mdr_client *c, struct mdr_error *err)
{
	struct strbuf blob = STRBUF_INIT;
	enum mdr_code code = blob_load(&blob, &c->storage, FLOOR_BLOB, FLOOR_MAX, err);

	if (!code && floor_read(&c->trust.floor, &blob, &c->trust.owner, &c->trust.roles[TUF_ROOT]->file,
				c->terms.fetch.digests))
		code = fail_memory(err);
	c->seen = c->trust.floor.seen;
	strbuf_release(&blob);
	return code;
}

static enum mdr_code load_trust(struct mdr_client *c, struct mdr_error *err)
{
	struct strbuf blob = STRBUF_INIT;
	enum mdr_code code = blob_load(&blob, &c->storage, TRUST_BLOB, TRUST_MAX, err);

	if (!code)
		code = trust_load(&c->trust, &c->terms, strbuf_slice(&blob), err);
	strbuf_release(&blob);
	return code;
}

static enum mdr_code load_state(struct mdr_client *c, struct mdr_error *err)
{
	enum mdr_code code;

	if (!c->storage.load || !c->storage.store)
		return MDR_OK;
	code = load_floor(c, err);
	if (!code)
		code = load_trust(c, err);
	if (!code && trust_mend_floor(&c->trust, &c->floor_unkept, c->terms.fetch.digests))
		code = fail_memory(err);
	if (!code)
		code = cache_open(&c->cache, &c->storage, c->terms.limits.cache, c->terms.fetch.digests, err);
	if (!code)
		code = listed_load(&c->listed, &c->storage, c->terms.fetch.digests, err);
	c->terms.fetch.cache = &c->cache;
	return code;
}

/* Which objects the client works with; those that it need not read again are not seen in any other way. */
static void mark_objects(struct mdr_client *c)
{
	for (size_t i = 0; i < PLATFORM_COUNT; i++) {
		for (size_t j = 0; j < KIND_COUNT; j++) {
			if (c->programs[i][j])
				program_use(c->programs[i][j], &c->cache);
		}
	}
}

static enum mdr_code keep_floor(struct mdr_client *c, struct mdr_error *err)
{
	struct floor *f = &c->trust.floor;
	enum mdr_code code;

	if (f->seen < c->seen && floor_see(f, c->seen, c->terms.fetch.digests))
		return fail_memory(err);
	code = blob_store(&c->storage, FLOOR_BLOB, strbuf_slice(&f->blob), err);
	c->floor_unkept = code != MDR_OK;
	return code;
}

static enum mdr_code keep_trust(struct mdr_client *c, struct mdr_error *err)
{
	struct strbuf blob = STRBUF_INIT;
	enum mdr_code code = MDR_OK;

	if (trust_store(&blob, &c->trust, c->terms.fetch.digests))
		code = fail_memory(err);
	if (!code)
		code = blob_store(&c->storage, TRUST_BLOB, strbuf_slice(&blob), err);
	strbuf_release(&blob);
	c->unkept = code != MDR_OK;
	return code;
}

enum mdr_code client_keep(struct mdr_client *c, struct mdr_error *err)
{
	bool floor = c->floor_unkept || c->seen - c->trust.floor.seen >= SEEN_STEP;
	bool more = floor || c->unkept || c->cache.changed;
	enum mdr_code code = MDR_OK;

	if (!c->storage.load || !c->storage.store || (!more && !c->listed.changed))
		return MDR_OK;
	if (!more && ++c->keeps > VERDICT_KEEPS)
		return MDR_OK;
	if (floor)
		code = keep_floor(c, err);
	if (!code && c->cache.changed)
		mark_objects(c);
	if (!code)
		code = cache_keep(&c->cache, err);
	if (!code && c->listed.changed)
		code = listed_store(&c->listed, &c->storage, c->terms.fetch.digests, err);
	if (!code && c->unkept)
		code = keep_trust(c, err);
	return code ? code : cache_trim(&c->cache, err);
}

/* --- open, refresh, close ------------------------------------------------------------------------------------------------ */

static enum mdr_code open_client(struct mdr_client *c, const struct mdr_config *config, struct mdr_error *err)
{
	enum mdr_code code;

	strbuf_adds(&c->app, config->app);
	if (c->app.failed || names_init(&c->names) || switches_new(&c->switches) ||
	    digests_new(&c->terms.fetch.digests))
		return fail_memory(err);
	c->terms.app = strbuf_slice(&c->app);
	c->terms.limits = with_defaults(config->limits);
	c->terms.fetch.fn = config->fetch;
	c->terms.fetch.ctx = config->fetch_ctx;
	c->storage = config->storage;
	code = trust_begin(&c->trust, &c->terms, slice_bytes(config->root, config->root_size), err);
	return code ? code : load_state(c, err);
}

enum mdr_code mdr_open(struct mdr_client **out, const struct mdr_config *config, struct mdr_error *err)
{
	struct mdr_client *c = calloc(1, sizeof(*c));
	enum mdr_code code;

	*out = NULL;
	if (!c)
		return fail_memory(err);
	code = open_client(c, config, err);
	if (code)
		mdr_close(c);
	else
		*out = c;
	return code;
}

void mdr_close(struct mdr_client *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < PLATFORM_COUNT; i++) {
		for (size_t j = 0; j < KIND_COUNT; j++)
			program_free(c->programs[i][j]);
	}
	for (size_t i = 0; i < KIND_COUNT; i++)
		strbuf_release(&c->parts[i]);
	strbuf_release(&c->explain);
	strbuf_release(&c->app);
	matcher_free(c->matcher);
	switches_free(c->switches);
	trust_release(&c->trust);
	cache_release(&c->cache);
	names_release(&c->names);
	digests_free(c->terms.fetch.digests);
	free(c->values);
	free(c);
}

enum mdr_code mdr_refresh(struct mdr_client *c, int64_t now, struct mdr_error *err)
{
	int64_t judged = now > c->seen ? now : c->seen;
	bool changed = false;
	enum mdr_code code = trust_refresh(&c->trust, &c->terms, judged, &changed, err);

	if (code)
		return code;
	c->seen = judged;
	if (changed) {
		c->unkept = c->floor_unkept = true;
		mark_objects(c); /* a program may outlive several trees that come to no answer */
		cache_age(&c->cache);
	}
	return MDR_OK;
}
