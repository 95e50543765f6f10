/* An object store in memory as a destination, with everything that can go wrong: conditions in each form honoured, ignored or answered
 * with 501; requests that are lost, or whose answer is; a publisher that dies; another one who comes in between. */
#ifndef TESTS_PUBLISH_FAKE_H
#define TESTS_PUBLISH_FAKE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "publish/dest.h"

#define FAKE_OBJECTS 256

enum fake_form { HONOURED, IGNORED, ANSWERS_501 };

struct fake_object {
	char *key, *bytes;
	size_t n;
	int64_t modified;
	uint64_t generation; /* counts the writes of the whole store */
	unsigned writes;
};

struct fake_store {                         /* what several publishers share */
	struct fake_object v[FAKE_OBJECTS]; /* sorted by key */
	size_t n;
	uint64_t generation;
	enum fake_form standard, oss, gcs, matches;
	bool unquoted; /* If-Match is compared with its quotes */
	bool encrypts; /* every write has an ETag of its own, which is no MD5 */
	bool tells_generations;
	int64_t clock;
};

enum fake_fault { FAULT_NONE, FAULT_LOST /* never arrives */, FAULT_UNKNOWN /* arrives, its answer does not */ };

struct fake {             /* one publisher's view */
	struct dest dest; /* first */
	struct fake_store *store;
	struct digests *dg;
	struct dest_put *puts[FAKE_OBJECTS];
	struct dest_get *gets[FAKE_OBJECTS];
	size_t nputs, ngets;
	unsigned requests; /* so far */
	unsigned dies_at;  /* number of the request with which it dies: the process sees nothing afterwards; 0: never */
	enum fake_fault death; /* whether that one arrives */
	unsigned fault_at;
	enum fake_fault fault;
	unsigned seed;                             /* order of the requests of a batch; 0: as queued */
	void (*before)(void *ctx, struct fake *f); /* each request */
	void *ctx;
	bool dead;
};

/* --- the store ------------------------------------------------------------------------------------------------------------ */

static inline struct fake_object *fake_find(struct fake_store *s, const char *key)
{
	for (size_t i = 0; i < s->n; i++) {
		if (!strcmp(s->v[i].key, key))
			return &s->v[i];
	}
	return NULL;
}

static inline void fake_put(struct fake_store *s, const char *key, struct slice bytes)
{
	struct fake_object *o = fake_find(s, key);
	size_t at = s->n;

	if (!o) {
		while (at && strcmp(s->v[at - 1].key, key) > 0)
			at--;
		memmove(&s->v[at + 1], &s->v[at], (s->n - at) * sizeof(*o));
		if (++s->n == FAKE_OBJECTS)
			abort();
		o = &s->v[at];
		*o = (struct fake_object){ .key = strdup(key) };
	}
	free(o->bytes);
	o->bytes = malloc(bytes.n + 1);
	if (bytes.n)
		memcpy(o->bytes, bytes.p, bytes.n);
	o->n = bytes.n;
	o->modified = s->clock;
	o->generation = ++s->generation;
	o->writes++;
}

static inline void fake_remove(struct fake_store *s, const char *key)
{
	struct fake_object *o = fake_find(s, key);

	if (!o)
		return;
	free(o->key);
	free(o->bytes);
	memmove(o, o + 1, (size_t)(&s->v[--s->n] - o) * sizeof(*o));
}

static inline void fake_store_copy(struct fake_store *to, const struct fake_store *from)
{
	*to = *from;
	for (size_t i = 0; i < to->n; i++) {
		to->v[i].key = strdup(from->v[i].key);
		to->v[i].bytes = malloc(from->v[i].n + 1);
		memcpy(to->v[i].bytes, from->v[i].bytes, from->v[i].n);
	}
}

static inline void fake_store_release(struct fake_store *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].key);
		free(s->v[i].bytes);
	}
	s->n = 0;
}

static inline void fake_etag(char out[DEST_ETAG_MAX], const struct fake *f, const struct fake_object *o)
{
	uint8_t md5[MD5_SIZE];

	if (f->store->encrypts) {
		snprintf(out, DEST_ETAG_MAX, "%032" PRIx64, o->generation);
		return;
	}
	if (digest_md5(f->dg, md5, slice_bytes(o->bytes, o->n)))
		abort();
	digest_hex(out, md5, MD5_SIZE);
}

/* --- conditions ------------------------------------------------------------------------------------------------------------ */

static inline enum fake_form form_of(const struct fake *f, const struct dest_put *p)
{
	enum dest_claim claim = p->claim ? p->claim : f->dest.claim;
	enum dest_match match = p->match ? p->match : f->dest.match;

	if (p->condition == DEST_IF_MATCH)
		return match == MATCH_GENERATION ? f->store->gcs : f->store->matches;
	if (claim == CLAIM_UNKNOWN || claim == CLAIM_NONE)
		abort(); /* a condition without a form */
	return claim == CLAIM_STANDARD ? f->store->standard : claim == CLAIM_OSS ? f->store->oss : f->store->gcs;
}

static inline bool holds(const struct fake *f, const struct dest_put *p)
{
	const struct fake_object *o = fake_find(f->store, p->key);
	enum dest_match match = p->match ? p->match : f->dest.match;
	char text[DEST_ETAG_MAX];

	if (p->condition == DEST_IF_ABSENT)
		return !o;
	if (!o)
		return false;
	if (match == MATCH_GENERATION) {
		snprintf(text, sizeof(text), "%" PRIu64, o->generation);
		return !strcmp(text, p->version->generation);
	}
	fake_etag(text, f, o);
	return !strcmp(text, p->version->etag) && (match == MATCH_UNQUOTED || !f->store->unquoted);
}

/* The answer of the server: 200, 412, 501. */
static inline int serve(struct fake *f, const struct dest_put *p, struct slice bytes)
{
	if (p->condition != DEST_ALWAYS) {
		enum fake_form form = form_of(f, p);

		if (form == ANSWERS_501)
			return 501;
		if (form == HONOURED && !holds(f, p))
			return 412;
	}
	fake_put(f->store, p->key, bytes);
	return 200;
}

/* --- a publisher's requests ------------------------------------------------------------------------------------------------- */

/* Whether the next request arrives, and whether its answer does. */
static inline enum fake_fault fake_step(struct fake *f)
{
	enum fake_fault fault = FAULT_NONE;

	if (f->dead)
		return FAULT_LOST;
	f->requests++;
	if (f->before)
		f->before(f->ctx, f);
	if (f->requests == f->fault_at)
		fault = f->fault;
	if (f->requests == f->dies_at) {
		f->dead = true;
		fault = f->death;
	}
	return fault;
}

static inline int fake_died(struct diags *d)
{
	return diag_environment(d, NULL, "the publisher has died");
}

static inline bool fake_same(struct fake *f, const struct dest_put *p, struct slice bytes)
{
	const struct fake_object *o = fake_find(f->store, p->key);

	return o && slice_eq(slice_bytes(o->bytes, o->n), bytes);
}

/* As publish/dest.h says: what is open is settled by reading, which is a request as well. */
static inline void fake_settle(struct fake *f, struct dest_put *p, struct slice bytes, struct diags *d)
{
	for (;;) {
		enum fake_fault fault = fake_step(f);
		int status = fault == FAULT_LOST ? 0 : serve(f, p, bytes);

		f->dest.counts.puts++;
		if (f->dead) {
			p->outcome = DEST_FAILED;
			fake_died(d);
			return;
		}
		if (fault && !p->settle)
			continue;
		if (!fault && (status == 200 || status == 501 || !p->settle)) {
			p->outcome = status == 200 ? DEST_DONE : status == 501 ? DEST_UNSUPPORTED : DEST_REFUSED;
			return;
		}
		fault = fake_step(f);
		f->dest.counts.gets++;
		if (f->dead) {
			p->outcome = DEST_FAILED;
			fake_died(d);
			return;
		}
		if (fault == FAULT_NONE && fake_same(f, p, bytes)) {
			p->outcome = DEST_DONE;
			return;
		}
		if (fault == FAULT_NONE && status == 412) {
			p->outcome = DEST_REFUSED;
			return;
		}
	}
}

static inline void fake_do_put(struct fake *f, struct dest_put *p, struct diags *d)
{
	struct strbuf file = STRBUF_INIT;
	struct slice bytes = p->body;
	uint8_t hash[SHA256_SIZE];

	p->outcome = DEST_FAILED;
	if (p->file && file_read(&file, p->file, 1 << 20, d))
		return;
	if (p->file)
		bytes = strbuf_slice(&file);
	if (digest_sha256(f->dg, hash, bytes) || bytes.n != p->length || memcmp(hash, p->sha256, SHA256_SIZE) != 0)
		diag_error(d, SRCPOS_FILE(p->file), "differs from its SHA-256 in the metadata");
	else
		fake_settle(f, p, bytes, d);
	strbuf_release(&file);
}

static inline void fake_do_get(struct fake *f, struct dest_get *g, struct diags *d)
{
	enum fake_fault fault = fake_step(f);
	const struct fake_object *o = fake_find(f->store, g->key);

	f->dest.counts.gets++;
	g->outcome = GET_FAILED;
	if (f->dead || (o && o->n > g->limit)) {
		fake_died(d);
		return;
	}
	if (fault) { /* asked again */
		fake_do_get(f, g, d);
		return;
	}
	g->outcome = o ? GET_FOUND : GET_ABSENT;
	g->version = (struct dest_version){ "", "" };
	if (!o)
		return;
	strbuf_add(&g->body, o->bytes, o->n);
	fake_etag(g->version.etag, f, o);
	if (f->store->tells_generations)
		snprintf(g->version.generation, sizeof(g->version.generation), "%" PRIu64, o->generation);
	g->modified = o->modified;
}

/* Some order of n things that follows from the seed. */
static inline size_t fake_order(const struct fake *f, size_t i, size_t n)
{
	return f->seed ? (i * 7919 + f->seed) % n : i; /* 7919 is a prime above any n here */
}

static inline int fake_run(struct dest *const *v, size_t n, struct diags *d)
{
	bool bad = false;

	for (size_t i = 0; i < n; i++) {
		struct fake *f = (struct fake *)v[i];

		for (size_t k = 0; k < f->nputs; k++) {
			struct dest_put *p = f->puts[fake_order(f, k, f->nputs)];

			fake_do_put(f, p, d);
			bad = bad || p->outcome == DEST_FAILED;
		}
		for (size_t k = 0; k < f->ngets; k++) {
			fake_do_get(f, f->gets[k], d);
			bad = bad || f->gets[k]->outcome == GET_FAILED;
		}
		f->nputs = f->ngets = 0;
	}
	return bad ? -1 : 0;
}

static inline void fake_queue_put(struct dest *t, struct dest_put *p)
{
	struct fake *f = (struct fake *)t;

	p->outcome = DEST_PENDING;
	f->puts[f->nputs++] = p;
}

static inline void fake_queue_get(struct dest *t, struct dest_get *g)
{
	struct fake *f = (struct fake *)t;

	g->outcome = GET_PENDING;
	f->gets[f->ngets++] = g;
}

static inline int fake_list(struct dest *t, struct dest_listing *out, const char *const *prefixes, size_t n,
			    struct diags *d)
{
	struct fake *f = (struct fake *)t;
	char etag[DEST_ETAG_MAX];

	fake_step(f);
	f->dest.counts.lists += n;
	if (f->dead)
		return fake_died(d);
	out->v = ARENA_ARRAY(&out->mem, struct dest_object, f->store->n);
	for (size_t i = 0; i < f->store->n; i++) {
		const struct fake_object *o = &f->store->v[i];
		bool wanted = false;

		for (size_t k = 0; k < n; k++)
			wanted = wanted || slice_starts(slice_of(o->key), prefixes[k]);
		if (!wanted)
			continue;
		fake_etag(etag, f, o);
		out->v[out->n++] = (struct dest_object){ arena_copy(&out->mem, slice_of(o->key)), o->n,
							 arena_copy(&out->mem, slice_of(etag)), o->modified };
	}
	return 0;
}

/* Key by key, so that a pruner can die in the middle of a batch. */
static inline int fake_delete(struct dest *t, const char *const *keys, size_t n, struct diags *d)
{
	struct fake *f = (struct fake *)t;

	for (size_t i = 0; i < n; i++) {
		enum fake_fault fault = fake_step(f);

		f->dest.counts.deletes++;
		if (fault != FAULT_LOST)
			fake_remove(f->store, keys[i]);
		if (f->dead)
			return fake_died(d);
	}
	return 0;
}

static const struct dest_ops fake_ops = { .list = fake_list,
					  .queue_put = fake_queue_put,
					  .queue_get = fake_queue_get,
					  .run = fake_run,
					  .remove = fake_delete };

static inline void fake_open(struct fake *f, struct fake_store *s, struct digests *dg)
{
	*f = (struct fake){ .dest = { .ops = &fake_ops, .name = "s3://bucket" }, .store = s, .dg = dg };
}

#endif
