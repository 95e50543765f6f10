/* The storage of a device, in memory: blobs and files by name, as struct mdr_storage describes them.
 *
 * Faults     `fail_at`: the n-th change from now on fails (1 is the next); with `crash` every later call fails too, as if the
 *            power were gone, and store_restart() gives what a device finds afterwards: of files that were not committed the end is gone or
 *            all zeros from a random place on, all that was committed or stored is there. With `full`, every later change fails. */
#ifndef TEST_RESOLVE_STORE_H
#define TEST_RESOLVE_STORE_H

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "resolve/mdresolve.h"

#define STORE_ENTRIES 64

struct store_entry {
	char name[MDR_NAME];
	struct strbuf bytes;
	bool there, lasting; /* a file that was only written is not lasting */
};

struct store {
	struct store_entry v[STORE_ENTRIES];
	size_t changes; /* that went well since the last reset */
	size_t fail_at; /* 0: never */
	bool crash, full, dead;
	uint64_t read_end; /* of any file: what lies behind cannot be read; 0: all can */
	unsigned seed;     /* of what a crash leaves */
};

static inline void store_release(struct store *s)
{
	for (size_t i = 0; i < STORE_ENTRIES; i++)
		strbuf_release(&s->v[i].bytes);
}

static inline void store_copy(struct store *to, const struct store *from) /* `to`: zeros, or a store */
{
	store_release(to);
	*to = *from;
	for (size_t i = 0; i < STORE_ENTRIES; i++) {
		to->v[i].bytes = (struct strbuf)STRBUF_INIT;
		strbuf_addslice(&to->v[i].bytes, strbuf_slice(&from->v[i].bytes));
	}
}

static inline void store_wipe(struct store *s) /* a new device */
{
	for (size_t i = 0; i < STORE_ENTRIES; i++)
		s->v[i].there = false;
}

static inline struct store_entry *store_find(struct store *s, const char *name)
{
	for (size_t i = 0; i < STORE_ENTRIES; i++) {
		if (s->v[i].there && strcmp(s->v[i].name, name) == 0)
			return &s->v[i];
	}
	return NULL;
}

static inline struct store_entry *store_make(struct store *s, const char *name)
{
	struct store_entry *e = store_find(s, name);

	for (size_t i = 0; i < STORE_ENTRIES && !e; i++) {
		if (!s->v[i].there)
			e = &s->v[i];
	}
	assert_non_null(e);
	assert_true(strlen(name) < MDR_NAME);
	assert_true(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen(name));
	if (!e->there) {
		snprintf(e->name, sizeof(e->name), "%s", name);
		strbuf_reset(&e->bytes);
		e->there = true;
		e->lasting = false;
	}
	return e;
}

/* Whether a change may happen; a half of it has happened when it is a write that fails. */
static inline bool store_may(struct store *s)
{
	if (s->dead)
		return false;
	if (s->fail_at && --s->fail_at == 0) {
		s->dead = s->crash;
		s->fail_at = s->full;
		return false;
	}
	s->changes++;
	return true;
}

static inline enum mdr_fetched store_load(void *ctx, struct mdr_sink *sink, const char *name)
{
	struct store *s = ctx;
	const struct store_entry *e = store_find(s, name);

	if (s->dead)
		return MDR_FAILED;
	if (!e)
		return MDR_ABSENT;
	mdr_sink_add(sink, e->bytes.p, e->bytes.n);
	return MDR_FETCHED;
}

static inline bool store_store(void *ctx, const char *name, const void *bytes, size_t n)
{
	struct store *s = ctx;
	struct store_entry *e;

	if (!store_may(s))
		return false;
	e = store_make(s, name);
	strbuf_reset(&e->bytes);
	strbuf_add(&e->bytes, bytes, n);
	e->lasting = true;
	return true;
}

static inline bool store_remove(void *ctx, const char *name)
{
	struct store *s = ctx;
	struct store_entry *e = store_find(s, name);

	if (!store_may(s))
		return false;
	if (e)
		e->there = false;
	return true;
}

static inline enum mdr_fetched store_size(void *ctx, const char *name, uint64_t *bytes)
{
	struct store *s = ctx;
	const struct store_entry *e = store_find(s, name);

	if (s->dead)
		return MDR_FAILED;
	if (!e)
		return MDR_ABSENT;
	*bytes = e->bytes.n;
	return MDR_FETCHED;
}

static inline bool store_read(void *ctx, const char *name, uint64_t offset, void *out, size_t n)
{
	struct store *s = ctx;
	const struct store_entry *e = store_find(s, name);

	if (s->dead || !e || offset > e->bytes.n || n > e->bytes.n - offset ||
	    (s->read_end && offset + n > s->read_end))
		return false;
	if (n)
		memcpy(out, e->bytes.p + offset, n);
	return true;
}

static inline bool store_write(void *ctx, const char *name, uint64_t offset, const void *bytes, size_t n)
{
	struct store *s = ctx;
	struct store_entry *e;
	bool may;

	if (s->dead)
		return false;
	may = store_may(s);
	e = store_make(s, name);
	assert_true(offset <= e->bytes.n);
	strbuf_truncate(&e->bytes, (size_t)offset);
	strbuf_add(&e->bytes, bytes, may ? n : n / 2);
	e->lasting = false;
	return may;
}

static inline bool store_commit(void *ctx, const char *from, const char *to)
{
	struct store *s = ctx;
	struct store_entry *e = store_find(s, from), *old = store_find(s, to);

	if (!e || !store_may(s))
		return false;
	if (old)
		old->there = false;
	snprintf(e->name, sizeof(e->name), "%s", to);
	e->lasting = true;
	return true;
}

/* The device is started again: what was not made lasting has lost its end. */
static inline void store_restart(struct store *s)
{
	s->dead = s->crash = s->full = false;
	s->fail_at = 0;
	for (size_t i = 0; i < STORE_ENTRIES; i++) {
		struct store_entry *e = &s->v[i];
		size_t rest;

		s->seed = s->seed * 1103515245u + 12345u;
		if (!e->there || e->lasting || !e->bytes.n)
			continue;
		rest = (s->seed >> 8) % (e->bytes.n + 1);
		if (s->seed & 1u << 30)
			memset(e->bytes.p + rest, 0, e->bytes.n - rest);
		else
			strbuf_truncate(&e->bytes, rest);
	}
}

static inline struct mdr_storage store_callbacks(struct store *s)
{
	return (struct mdr_storage){ .ctx = s,
				     .load = store_load,
				     .store = store_store,
				     .remove = store_remove,
				     .size = store_size,
				     .read = store_read,
				     .write = store_write,
				     .commit = store_commit };
}

#endif
