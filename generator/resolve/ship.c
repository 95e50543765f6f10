/* Ships: the three calls of SOT (schemas/FORMAT.md, section 11).
 *
 * Record "ship": the one in the cache: "name" in storage, "md5", "sha256", "size"; "versionKey" and "dev": for whom. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "resolve/answer.h"
#include "resolve/devicewith.h"
#include "resolve/download.h"
#include "resolve/record.h"
#include "resolve/service.h"

#define RECORD     "ship"
#define TRIES      2
#define UNIT_BYTES UINT64_C(102400)
#define UNIT_PRICE 3
#define PIECE      ((size_t)64 << 10)

/* A ship, in the tree or in the cache. */
struct ship {
	bool there;
	char name[MDR_NAME], md5[MD5_HEX];
	uint8_t sha256[SHA256_SIZE];
	uint64_t size;
};

struct shipping {
	struct mdr_client *c;
	struct mdr_ask ask;
	struct mdr_device device; /* of ask */
	const struct mdr_ship_app *app;
	struct mdr_ship *out;
	enum platform platform;
	bool loads,
		keeps; /* what the call does with a new ship: Sync loads it; a cache without a ship in the tree stays */
	json_t *record;
	struct ship cached;
	bool ours; /* the cached one is for this versionKey and channel */

	mdr_fetch_fn fetch; /* the client's own */
	void *fetch_ctx;
	bool reached; /* in this try */
};

/* What became of a try. `again`: it failed in a way that may pass. */
struct outcome {
	enum mdr_ship_status status;
	bool again;
};

/* --- the cache ---------------------------------------------------------------------------------------------------------- */

static bool same_ship(const struct ship *a, const struct ship *b)
{
	return a->there && b->there && strcmp(a->md5, b->md5) == 0 && memcmp(a->sha256, b->sha256, SHA256_SIZE) == 0;
}

static bool read_hashes(struct ship *out, const char *md5, const char *sha256)
{
	uint8_t bytes[MD5_SIZE];

	if (!md5 || !sha256 || !text_hex(bytes, MD5_SIZE, slice_of(md5)) ||
	    !text_hex(out->sha256, SHA256_SIZE, slice_of(sha256)))
		return false;
	(void)snprintf(out->md5, sizeof(out->md5), "%s", md5);
	download_name(out->name, out->sha256);
	return true;
}

/* What the record says, where its file is there. */
static enum mdr_code read_cache(struct shipping *s, struct mdr_error *err)
{
	const char *key = record_text(s->record, "versionKey");
	int64_t size = record_int(s->record, "size", 0);

	s->cached = (struct ship){ .there = false };
	s->ours = key && strcmp(key, s->app->version_key) == 0 && record_flag(s->record, "dev") == s->app->is_dev;
	if (size <= 0 || !read_hashes(&s->cached, record_text(s->record, "md5"), record_text(s->record, "sha256")))
		return MDR_OK;
	s->cached.size = (uint64_t)size;
	return download_there(&s->cached.there, s->c, s->cached.name, s->cached.size, err);
}

/* Makes `ship` the cached one; NULL: none. The file of the one before goes when the record says so. */
static enum mdr_code commit(struct shipping *s, const struct ship *ship, struct mdr_error *err)
{
	char sha256[SHA256_HEX];
	struct ship before = s->cached;
	json_t *record = json_object();
	enum mdr_code code;

	if (ship) {
		digest_hex(sha256, ship->sha256, SHA256_SIZE);
		json_decref(record);
		record = json_pack("{s:s,s:s,s:s,s:I,s:s,s:b}", "name", ship->name, "md5", ship->md5, "sha256", sha256,
				   "size", (json_int_t)ship->size, "versionKey", s->app->version_key, "dev",
				   s->app->is_dev);
	}
	code = record ? record_store(s->c, RECORD, record, err) : fail_memory(err);
	json_decref(record);
	if (code)
		return code;
	if (before.name[0])
		packages_drop(s->c, before.name);
	s->cached = ship ? *ship : (struct ship){ .there = false };
	s->ours = ship != NULL;
	return MDR_OK;
}

/* --- bytes -------------------------------------------------------------------------------------------------------------- */

struct hashing {
	struct digest_stream *sha256;
	EVP_MD *md5;
	EVP_MD_CTX *ctx;
	char *piece;
};

static void hashing_end(struct hashing *h)
{
	digest_stream_free(h->sha256);
	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(h->md5);
	free(h->piece);
}

static bool hashing_begin(struct hashing *h, const struct mdr_client *c)
{
	*h = (struct hashing){ .md5 = EVP_MD_fetch(NULL, "MD5", NULL),
			       .ctx = EVP_MD_CTX_new(),
			       .piece = malloc(PIECE) };
	return h->md5 && h->ctx && h->piece && !digest_stream_new(&h->sha256, c->terms.fetch.digests) &&
	       !digest_stream_begin(h->sha256) && EVP_DigestInit_ex(h->ctx, h->md5, NULL) == 1;
}

/* False: storage, or libcrypto, fails. */
static bool hash_file(uint8_t sha256[SHA256_SIZE], uint8_t md5[MD5_SIZE], struct hashing *h, const struct mdr_client *c,
		      const struct ship *ship)
{
	const struct mdr_storage *st = &c->storage;

	for (uint64_t at = 0; at < ship->size;) {
		size_t n = ship->size - at < PIECE ? (size_t)(ship->size - at) : PIECE;

		if (!st->read(st->ctx, ship->name, at, h->piece, n) ||
		    digest_stream_add(h->sha256, slice_bytes(h->piece, n)) ||
		    EVP_DigestUpdate(h->ctx, h->piece, n) != 1)
			return false;
		at += n;
	}
	return !digest_stream_end(h->sha256, sha256) && EVP_DigestFinal_ex(h->ctx, md5, NULL) == 1;
}

static enum mdr_code hash_ship(uint8_t sha256[SHA256_SIZE], uint8_t md5[MD5_SIZE], const struct mdr_client *c,
			       const struct ship *ship, struct mdr_error *err)
{
	struct hashing h;
	enum mdr_code code = MDR_OK;

	if (!hashing_begin(&h, c))
		code = fail_memory(err);
	else if (!hash_file(sha256, md5, &h, c, ship))
		code = fail(err, MDR_STORAGE, "ship %s: its file cannot be read", ship->md5);
	hashing_end(&h);
	return code;
}

/* Whether the file is the ship, byte for byte. MDR_REFUSED: it is not, and gone (but where another service has it for what it is). */
static enum mdr_code check_bytes(const struct shipping *s, const struct ship *ship, struct mdr_error *err)
{
	uint8_t sha256[SHA256_SIZE], md5[MD5_SIZE];
	char hex[MD5_HEX];
	enum mdr_code code = hash_ship(sha256, md5, s->c, ship, err);

	if (code)
		return code;
	digest_hex(hex, md5, MD5_SIZE);
	if (memcmp(sha256, ship->sha256, SHA256_SIZE) != 0)
		(void)s->c->storage.remove(s->c->storage.ctx, ship->name);
	else if (strcmp(hex, ship->md5) != 0)
		packages_drop(s->c, ship->name);
	else
		return MDR_OK;
	return fail(err, MDR_REFUSED, "ship %s: its bytes are not those that were signed", ship->md5);
}

/* --- the tree ----------------------------------------------------------------------------------------------------------- */

static enum mdr_fetched count_fetch(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset, uint64_t limit)
{
	struct shipping *s = ctx;
	uint64_t wanted = sink->limit;
	enum mdr_fetched result = s->fetch(s->fetch_ctx, sink, path, offset, limit);

	s->reached = s->reached || result != MDR_FAILED || sink->limit != wanted;
	return result;
}

/* What a failure before a ship is known means. */
static struct outcome failed_asking(enum mdr_code code)
{
	if (code == MDR_UNREACHABLE)
		return (struct outcome){ MDR_SHIP_FAILURE, true };
	return (struct outcome){ MDR_SHIP_ERROR, code == MDR_REFUSED || code == MDR_OLDER || code == MDR_EXPIRED };
}

static struct outcome failed_loading(enum mdr_code code)
{
	if (code == MDR_UNREACHABLE || code == MDR_CANCELLED)
		return (struct outcome){ MDR_SHIP_FAILURE, code == MDR_UNREACHABLE };
	return (struct outcome){ MDR_SHIP_APPLY_ERROR, code == MDR_REFUSED };
}

static struct outcome done(enum mdr_ship_status status)
{
	return (struct outcome){ status, false };
}

static bool knows_key(const struct shipping *s)
{
	const struct program *p = s->c->programs[s->platform][KIND_HOTPATCH];

	return p && index_knows_key(&p->index, slice_of(s->app->version_key));
}

/* Nothing is out: is the key at least known? */
static struct outcome nothing_out(struct shipping *s)
{
	struct mdr_error *err = &s->out->error;
	enum mdr_code code = MDR_OK;

	if (!knows_key(s)) {
		fail_set(err, MDR_ABSENT_HERE, "nobody knows the versionKey \"%s\"", s->app->version_key);
		return done(MDR_SHIP_ERROR);
	}
	if (!s->keeps && (s->cached.name[0] || json_object_size(s->record)))
		code = commit(s, NULL, err);
	return code ? done(MDR_SHIP_ERROR) : done(MDR_SHIP_DISABLED);
}

/* The ship that the tree has; false: the answer is no ship. */
static bool read_active(struct ship *out, struct wanted *w, const struct shipping *s, const json_t *answer)
{
	*out = (struct ship){ .there = false };
	if (!wanted_read(w, s->c, s->platform, KIND_HOTPATCH, answer, "downloadUrl", "fileSize") ||
	    !read_hashes(out, record_text(answer, "hotpatchVersion"), record_text(answer, "sha256")))
		return false;
	out->size = w->size;
	out->there = true;
	return true;
}

/* --- a ship that is out ------------------------------------------------------------------------------------------------- */

/* Into the process where the call does that, then into the cache. */
static struct outcome take(struct shipping *s, const struct ship *active)
{
	enum mdr_code code = MDR_OK;

	if (s->loads && !(s->app->load && s->app->load(s->app->load_ctx, active->name, active->md5))) {
		fail_set(&s->out->error, MDR_CANCELLED, "ship %s: the app could not load it", active->md5);
		packages_drop(s->c, active->name);
		return done(MDR_SHIP_APPLY_ERROR);
	}
	if (!s->ours || !same_ship(active, &s->cached))
		code = commit(s, active, &s->out->error);
	if (code)
		return failed_loading(code);
	return done(s->loads ? MDR_SHIP_SUCCESS : MDR_SHIP_HAS_NEWER);
}

static struct outcome load_and_take(struct shipping *s, const struct ship *active, const struct wanted *w)
{
	struct mdr_got got;
	enum mdr_code code = download(&got, s->c, w, &s->app->how, &s->out->error);

	s->out->loaded += got.fetched;
	if (code)
		return failed_loading(code);
	code = check_bytes(s, active, &s->out->error);
	return code ? done(MDR_SHIP_APPLY_ERROR) : take(s, active); /* its MD5 would be another one again */
}

static struct outcome use_active(struct shipping *s, const struct ship *active, const struct wanted *w)
{
	enum mdr_code code;

	if (!same_ship(active, &s->cached))
		return load_and_take(s, active, w);
	if (s->ours && !s->loads)
		return done(MDR_SHIP_NEWEST);
	code = check_bytes(s, active, &s->out->error);
	if (!code)
		return take(s, active);
	if (code != MDR_REFUSED)
		return failed_loading(code);
	s->cached.there = false;
	return load_and_take(s, active, w);
}

static struct outcome attempt(struct shipping *s)
{
	struct mdr_error *err = &s->out->error;
	json_auto_t *answer = NULL;
	struct wanted w;
	struct ship active;
	const char *action;
	enum mdr_code code = service_ask(&answer, s->c, &s->ask, KIND_HOTPATCH, MDR_STRICT, err);

	s->out->md5[0] = '\0';
	if (code)
		return failed_asking(code);
	action = record_text(answer, "action");
	if (!action || strcmp(action, "apply") != 0)
		return nothing_out(s);
	if (!read_active(&active, &w, s, answer)) {
		fail_set(err, MDR_REFUSED, "the answer is no ship");
		return failed_asking(MDR_REFUSED);
	}
	w.attempt = "ship";
	memcpy(s->out->md5, active.md5, sizeof(active.md5));
	return use_active(s, &active, &w);
}

/* --- the calls ---------------------------------------------------------------------------------------------------------- */

static void pull(struct shipping *s)
{
	struct outcome o = { MDR_SHIP_ERROR, true };
	struct fetcher *f = &s->c->terms.fetch;

	s->fetch = f->fn;
	s->fetch_ctx = f->ctx;
	f->fn = count_fetch;
	f->ctx = s;
	for (unsigned i = 0; i < TRIES && o.again; i++) {
		s->reached = false;
		o = attempt(s);
		s->out->requests += s->reached;
	}
	f->fn = s->fetch;
	f->ctx = s->fetch_ctx;
	s->out->status = o.status;
	s->out->units = s->out->requests + UNIT_PRICE * ((s->out->loaded + UNIT_BYTES - 1) / UNIT_BYTES);
}

/* Loads the cached ship, if it is whole and for this app. */
static void apply_cached(struct shipping *s)
{
	struct mdr_error ignored;

	if (!s->cached.there || !s->ours || !s->app->load)
		return;
	if (check_bytes(s, &s->cached, &ignored)) {
		s->cached.there = false;
		return;
	}
	s->out->applied = s->app->load(s->app->load_ctx, s->cached.name, s->cached.md5);
	if (s->out->applied)
		memcpy(s->out->applied_md5, s->cached.md5, sizeof(s->cached.md5));
}

static enum mdr_code begin(struct shipping *s, const struct mdr_ask *ask, struct arena *mem, struct mdr_error *err)
{
	const struct other_attr others[] = { { "versionKey", s->app->version_key },
					     { "channel", s->app->is_dev ? "dev" : NULL } };
	enum mdr_code code = answer_platform(&s->platform, ask->device, err);

	if (!s->app->version_key)
		return fail(err, MDR_DEVICE, "a ship is asked for without a versionKey");
	if (!code && device_with(&s->device, mem, ask->device, others, COUNT(others)))
		code = fail_memory(err);
	s->ask = (struct mdr_ask){ &s->device, ask->now, ask->at };
	if (!code)
		code = record_load(&s->record, s->c, RECORD, err);
	return code ? code : read_cache(s, err);
}

/* `applies`: the cached ship first. */
static void run(struct shipping *s, const struct mdr_ask *ask, bool applies)
{
	struct arena mem = ARENA_INIT;

	*s->out = (struct mdr_ship){ .status = MDR_SHIP_ERROR };
	if (!begin(s, ask, &mem, &s->out->error)) {
		if (applies)
			apply_cached(s);
		pull(s);
	}
	if (s->out->status != MDR_SHIP_FAILURE && s->out->status != MDR_SHIP_ERROR &&
	    s->out->status != MDR_SHIP_APPLY_ERROR)
		s->out->error = (struct mdr_error){ .code = MDR_OK };
	json_decref(s->record);
	arena_release(&mem);
}

void mdr_ship_sync(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_ship_app *app,
		   struct mdr_ship *out)
{
	struct shipping s = { .c = c, .app = app, .out = out, .loads = true, .keeps = true };

	run(&s, ask, false);
}

void mdr_ship_apply_cached_and_pull(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_ship_app *app,
				    struct mdr_ship *out)
{
	struct shipping s = { .c = c, .app = app, .out = out };

	run(&s, ask, true);
}

void mdr_ship_pull(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_ship_app *app,
		   struct mdr_ship *out)
{
	struct shipping s = { .c = c, .app = app, .out = out };

	run(&s, ask, false);
}
