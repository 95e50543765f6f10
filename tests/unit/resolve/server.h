/* Servers that misbehave, in front of a tree: what lies at "targets/…" is there at each base too ("https://cdn.example.com/d/targets/…").
 *
 * Rules      the first rule whose text is in the path, and that is not used up, decides how a request is answered; without one, well. */
#ifndef TEST_RESOLVE_SERVER_H
#define TEST_RESOLVE_SERVER_H

#include "tree.h"

#define BASE   "https://cdn.example.com/d/"
#define MIRROR "https://mirror.example.com/"

enum serving {
	SERVE_CUT,     /* k bytes, then the connection breaks */
	SERVE_SHORT,   /* k bytes, and the end of the file */
	SERVE_FRONT,   /* from the file's beginning, whatever the range */
	SERVE_SHIFTED, /* a range that begins k bytes too late */
	SERVE_PAGE,    /* a page that says "log in first" as if it were the file */
	SERVE_FLIPPED, /* byte k of the file is another one */
	SERVE_MORE,    /* the file, and no end */
	SERVE_DEAF,    /* the file twice, whether it is wanted or not */
	SERVE_ABSENT,
	SERVE_DOWN
};

struct serve_rule {
	const char *in; /* the path */
	enum serving how;
	size_t k;
	size_t times; /* 0: always */
};

struct server {
	struct tree *t;
	struct serve_rule rules[8];
	size_t used[8];
	size_t n;
	size_t requests, bytes; /* since the last reset; of the paths with "://" */
	char last[512];         /* path of the last of them */
	uint64_t offset, limit; /* of the last of them */
};

static const char server_page[] = "<!doctype html><title>Log in first</title>";

static inline void server_add(struct server *s, const char *in, enum serving how, size_t k, size_t times)
{
	assert_true(s->n < COUNT(s->rules));
	s->used[s->n] = 0;
	s->rules[s->n++] = (struct serve_rule){ in, how, k, times };
}

static inline void server_reset(struct server *s)
{
	s->n = s->requests = s->bytes = 0;
}

static inline const struct serve_rule *server_rule(struct server *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++) {
		if (strstr(path, s->rules[i].in) && (!s->rules[i].times || s->used[i] < s->rules[i].times)) {
			s->used[i]++;
			return &s->rules[i];
		}
	}
	return NULL;
}

static inline bool server_send(struct server *s, struct mdr_sink *sink, struct slice bytes)
{
	for (; bytes.n; bytes = slice_from(bytes, 1000)) {
		struct slice piece = slice_sub(bytes, 0, 1000);

		s->bytes += piece.n;
		if (!mdr_sink_add(sink, piece.p, piece.n))
			return false;
	}
	return true;
}

static inline enum mdr_fetched server_answer(struct server *s, struct mdr_sink *sink, const struct tree_file *f,
					     const struct serve_rule *r, uint64_t offset, uint64_t limit)
{
	struct slice whole = f->data, part = slice_sub(slice_from(whole, (size_t)offset), 0, (size_t)limit);
	char *copy;

	if (!r) {
		server_send(s, sink, part);
		return MDR_FETCHED;
	}
	switch (r->how) {
	case SERVE_CUT:
	case SERVE_SHORT:
		server_send(s, sink, slice_sub(part, 0, r->k));
		return r->how == SERVE_CUT && part.n > r->k ? MDR_FAILED : MDR_FETCHED;
	case SERVE_FRONT:
		server_send(s, sink, slice_sub(whole, 0, (size_t)limit));
		return MDR_FETCHED;
	case SERVE_SHIFTED:
		server_send(s, sink, slice_sub(slice_from(whole, (size_t)offset + r->k), 0, (size_t)limit));
		return MDR_FETCHED;
	case SERVE_PAGE:
		server_send(s, sink, slice_from(slice_of(server_page), (size_t)offset));
		return MDR_FETCHED;
	case SERVE_FLIPPED:
		copy = arena_alloc(&s->t->mem, part.n);
		memcpy(copy, part.p, part.n);
		if (r->k >= offset && r->k - offset < part.n)
			copy[r->k - offset] ^= 1;
		server_send(s, sink, slice_bytes(copy, part.n));
		return MDR_FETCHED;
	case SERVE_MORE:
		server_send(s, sink, slice_from(whole, (size_t)offset));
		while (server_send(s, sink, SLICE("and on ")))
			continue;
		return MDR_FETCHED;
	case SERVE_DEAF:
		for (size_t i = 0; i < 2 * part.n; i += 1000) {
			struct slice piece = slice_sub(slice_from(part, i % part.n), 0, 1000);

			(void)mdr_sink_add(sink, piece.p, piece.n);
		}
		return MDR_FETCHED;
	case SERVE_ABSENT:
		return MDR_ABSENT;
	default:
		return MDR_FAILED;
	}
}

static inline enum mdr_fetched server_fetch(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset,
					    uint64_t limit)
{
	struct server *s = ctx;
	const struct serve_rule *r = server_rule(s, path);
	const struct tree_file *f = tree_find(s->t, path);

	if (!strstr(path, "://") && !r)
		return tree_fetch(s->t, sink, path, offset, limit);
	if (strstr(path, "://")) {
		s->requests++;
		s->offset = offset;
		s->limit = limit;
		snprintf(s->last, sizeof(s->last), "%s", path);
	}
	if (!f && strncmp(path, BASE, strlen(BASE)) == 0)
		f = tree_find(s->t, path + strlen(BASE));
	if (!f && strncmp(path, MIRROR, strlen(MIRROR)) == 0)
		f = tree_find(s->t, path + strlen(MIRROR));
	if (s->t->offline)
		return MDR_FAILED;
	return f && !f->gone ? server_answer(s, sink, f, r, offset, limit) : MDR_ABSENT;
}

static inline struct mdr_client *server_open_with(struct server *s, struct mdr_limits limits)
{
	struct slice root = tree_find(s->t, "metadata/1.root.json")->data;
	struct mdr_config config = { .app = APP,
				     .root = root.p,
				     .root_size = root.n,
				     .fetch = server_fetch,
				     .fetch_ctx = s,
				     .storage = store_callbacks(&s->t->store),
				     .limits = limits };
	struct mdr_client *c = NULL;
	struct mdr_error err;

	if (mdr_open(&c, &config, &err))
		print_message("%s\n", err.text);
	assert_non_null(c);
	return c;
}

static inline struct mdr_client *server_open(struct server *s)
{
	return server_open_with(s, (struct mdr_limits){ 0 });
}

#endif
