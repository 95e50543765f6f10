#include "resolve/client.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define BLOB_TRUSTED "trusted"
#define BLOB_CLOCK   "clock"
#define BLOB_MAX     (16u << 20)

static struct mdr_limits with_defaults(struct mdr_limits l)
{
	l.root = l.root ? l.root : TUF_ROOT_MAX;
	l.timestamp = l.timestamp ? l.timestamp : TUF_TIMESTAMP_MAX;
	l.snapshot = l.snapshot ? l.snapshot : TUF_SNAPSHOT_MAX;
	l.targets = l.targets ? l.targets : TUF_TARGETS_MAX;
	l.object = l.object ? l.object : OBJECT_SIZE_MAX;
	l.memory = l.memory ? l.memory : 64u << 20;
	l.rotations = l.rotations ? l.rotations : TUF_ROOTS_MAX;
	return l;
}

/* --- storage ------------------------------------------------------------------------------------------------------------- */

static enum mdr_code load_blob(struct strbuf *out, const struct mdr_client *c, const char *name, struct mdr_error *err)
{
	struct mdr_sink sink = { out, BLOB_MAX, false };
	enum mdr_fetched result;

	strbuf_reset(out);
	result = c->load(c->storage_ctx, &sink, name);
	if (out->failed)
		return fail_memory(err);
	if (result == MDR_FAILED || sink.over)
		return fail(err, MDR_STORAGE, "the stored state \"%s\" cannot be read", name);
	if (result == MDR_ABSENT)
		strbuf_reset(out);
	return MDR_OK;
}

static enum mdr_code load_clock(struct mdr_client *c, struct slice text, struct mdr_error *err)
{
	uint64_t seen;

	if (text.n == 0)
		return MDR_OK;
	if (!text_uint(&seen, slice_trim(text)) || seen > INT64_MAX)
		return fail(err, MDR_STORAGE, "the stored state \"%s\" is damaged", BLOB_CLOCK);
	c->seen = c->kept_seen = (int64_t)seen;
	return MDR_OK;
}

static enum mdr_code load_state(struct mdr_client *c, struct mdr_error *err)
{
	struct strbuf blob = STRBUF_INIT;
	enum mdr_code code;

	if (!c->load)
		return MDR_OK;
	code = load_blob(&blob, c, BLOB_CLOCK, err);
	if (!code)
		code = load_clock(c, strbuf_slice(&blob), err);
	if (!code)
		code = load_blob(&blob, c, BLOB_TRUSTED, err);
	if (!code && blob.n)
		code = trust_load(&c->trust, &c->terms, strbuf_slice(&blob), err);
	strbuf_release(&blob);
	return code;
}

static enum mdr_code keep_trust(struct mdr_client *c, struct mdr_error *err)
{
	struct strbuf blob = STRBUF_INIT;
	enum mdr_code code = MDR_OK;

	if (trust_store(&blob, &c->trust, c->terms.fetch.digests))
		code = fail_memory(err);
	else if (!c->store(c->storage_ctx, BLOB_TRUSTED, blob.p, blob.n))
		code = fail(err, MDR_STORAGE, "the state \"%s\" cannot be stored", BLOB_TRUSTED);
	strbuf_release(&blob);
	if (!code)
		c->unkept = false;
	return code;
}

static enum mdr_code keep_clock(struct mdr_client *c, struct mdr_error *err)
{
	struct strbuf blob = STRBUF_INIT;
	enum mdr_code code = MDR_OK;

	strbuf_adduint(&blob, (uint64_t)c->seen);
	if (blob.failed)
		code = fail_memory(err);
	else if (!c->store(c->storage_ctx, BLOB_CLOCK, blob.p, blob.n))
		code = fail(err, MDR_STORAGE, "the state \"%s\" cannot be stored", BLOB_CLOCK);
	strbuf_release(&blob);
	if (!code)
		c->kept_seen = c->seen;
	return code;
}

enum mdr_code client_keep(struct mdr_client *c, struct mdr_error *err)
{
	enum mdr_code code = MDR_OK;

	if (c->unkept && c->store)
		code = keep_trust(c, err);
	if (!code && c->seen > c->kept_seen && c->store)
		code = keep_clock(c, err);
	return code;
}

/* --- open, refresh, close ------------------------------------------------------------------------------------------------ */

static enum mdr_code open_client(struct mdr_client *c, const struct mdr_config *config, struct mdr_error *err)
{
	enum mdr_code code;

	strbuf_adds(&c->app, config->app);
	if (c->app.failed || names_init(&c->names) || digests_new(&c->terms.fetch.digests))
		return fail_memory(err);
	c->terms.app = strbuf_slice(&c->app);
	c->terms.limits = with_defaults(config->limits);
	c->terms.fetch.fn = config->fetch;
	c->terms.fetch.ctx = config->fetch_ctx;
	c->load = config->load;
	c->store = config->store;
	c->storage_ctx = config->storage_ctx;
	code = trust_begin(&c->trust, &c->terms, slice_bytes(config->root, config->root_size), err);
	return code ? code : load_state(c, err);
}

enum mdr_code mdr_open(struct mdr_client **out, const struct mdr_config *config, struct mdr_error *err)
{
	struct mdr_client *c = calloc(1, sizeof(*c));
	enum mdr_code code;

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
	trust_release(&c->trust);
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
	c->unkept = c->unkept || changed;
	return MDR_OK;
}
