#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "publish/s3job.h"

#define EMPTY_PAGES_MAX 100 /* in a row */

struct gathering { /* what the walks find */
	struct dest_listing *out;
	size_t cap;
};

struct walk {
	struct s3_call call; /* first */
	struct gathering *to;
	const char *prefix; /* as the bucket knows it */
	bool folders;
	const char *token;  /* of the page that was asked for; NULL: none */
	const char *marker; /* the same, of servers that give no tokens */
	const char *first;  /* key of the page before */
	unsigned empty;     /* pages in a row */
	struct s3_round round;
};

static void ask(struct walk *w)
{
	struct s3 *t = w->call.t;
	const struct sigv4_pair pairs[] = {
		{ "continuation-token", w->token },
		{ "delimiter", w->folders ? "/" : NULL },
		{ "encoding-type", "url" },
		{ "list-type", "2" },
		{ "marker", w->marker },
		{ "max-keys", "1000" },
		{ "prefix", w->prefix },
		{ "start-after", w->marker },
	};

	w->call.query = s3_query(t, pairs, COUNT(pairs));
	s3_call_start_first(&w->call);
}

/* --- pages ----------------------------------------------------------------------------------------------------------------- */

static void add(struct walk *w, struct slice key, const struct xml_object *o)
{
	struct s3 *t = w->call.t;
	struct dest_listing *out = w->to->out;
	struct dest_object found = { .key = { NULL, 0 } };

	if (!slice_starts(key, w->prefix))
		return; /* what was not asked for, `prune` must not meet */
	key = slice_from(key, strlen(t->endpoint.prefix));
	if (key.n == 0)
		return; /* a placeholder of the folder itself */
	found.key = arena_copy(&out->mem, key);
	if (o) {
		found.etag = arena_copy(&out->mem, o->etag);
		found.size = o->size;
		found.modified = o->modified;
	}
	ARENA_PUSH(&out->mem, out->v, out->n, w->to->cap, found);
}

static void add_page(struct walk *w, const struct xml_listing *page)
{
	for (size_t i = 0; i < page->n && !w->folders; i++)
		add(w, page->v[i].key, &page->v[i]);
	for (size_t i = 0; i < page->nprefixes && w->folders; i++) {
		struct slice name = page->prefixes[i];

		if (slice_ends(name, "/"))
			name.n--;
		add(w, name, NULL);
	}
}

bool s3_goes_round(struct s3_round *r, struct arena *mem, struct slice place)
{
	if (r->kept.p && slice_eq(r->kept, place))
		return true;
	r->pages++;
	if ((r->pages & (r->pages - 1)) == 0)
		r->kept = arena_copy(mem, place);
	return false;
}

/* Whether the next page is another one than this. Servers exist that say "there is more" for ever. */
static bool advances(struct walk *w, const struct xml_listing *page)
{
	struct slice first = page->n ? page->v[0].key : page->nprefixes ? page->prefixes[0] : SLICE("");
	bool repeats = first.n > 0 && w->first && slice_eqs(first, w->first);
	bool stays = page->token.n ? w->token && slice_eqs(page->token, w->token)
				   : page->marker.n == 0 || (w->marker && slice_eqs(page->marker, w->marker));

	w->empty = first.n ? 0 : w->empty + 1;
	return !repeats && !stays && w->empty < EMPTY_PAGES_MAX &&
	       !s3_goes_round(&w->round, &w->call.t->batch, page->token.n ? page->token : page->marker);
}

static void turn_page(struct walk *w, const struct xml_listing *page)
{
	struct arena *mem = &w->call.t->batch;

	w->first = page->n           ? arena_str(mem, page->v[0].key)
		   : page->nprefixes ? arena_str(mem, page->prefixes[0])
				     : w->first;
	w->token = page->token.n ? arena_str(mem, page->token) : NULL;
	w->marker = page->token.n ? NULL : arena_str(mem, page->marker);
	ask(w);
}

static void take_page(struct walk *w, struct s3_answer *a)
{
	struct s3 *t = w->call.t;
	struct xml_listing page;
	const char *why = "it is too long";

	if (a->reply->over || xml_read_listing(&page, &t->scratch, strbuf_slice(a->reply->body), &why)) {
		(void)diag_environment(t->d, s3_path(t, NULL), "the listing cannot be understood: %s", why);
		return;
	}
	if (page.truncated && !advances(w, &page)) {
		(void)diag_environment(t->d, s3_path(t, NULL),
				       "the listing of %s does not get on: the server repeats itself", w->prefix);
		return;
	}
	add_page(w, &page);
	if (page.truncated)
		turn_page(w, &page);
}

static void listed(struct s3_call *c, struct s3_answer *a)
{
	if (a->kind == ANSWER_GOOD)
		take_page((struct walk *)c, a); /* its first member */
	else if (a->kind != ANSWER_WRONG)
		s3_wrong(c, a);
}

/* --- all of it ------------------------------------------------------------------------------------------------------------- */

static void start(struct walk *w, struct s3 *t, struct gathering *to, const char *prefix, bool folders)
{
	CLEANUP(strbuf_release) struct strbuf key = STRBUF_INIT;

	endpoint_key(&key, &t->endpoint, prefix);
	*w = (struct walk){ .to = to, .folders = folders, .prefix = arena_str(&t->batch, strbuf_slice(&key)) };
	w->call = (struct s3_call){ .t = t, .verb = S3_LIST, .done = listed };
	w->call.http.limit = S3_DOC_MAX;
	ask(w);
}

/* Sorted; a key that two pages had is there once. */
static void sort(struct dest_listing *l)
{
	size_t kept = 0;

	if (l->n > 0)
		qsort(l->v, l->n, sizeof(*l->v), slice_order);
	for (size_t i = 0; i < l->n; i++) {
		if (i == 0 || !slice_eq(l->v[i].key, l->v[kept - 1].key))
			l->v[kept++] = l->v[i];
	}
	l->n = kept;
}

static int list(struct s3 *t, struct dest_listing *out, const char *const *prefixes, size_t n, bool folders,
		struct diags *d)
{
	struct gathering to = { .out = out, .cap = out->n };
	struct walk *walks = ARENA_ARRAY(&t->batch, struct walk, n ? n : 1);
	size_t errors = d->errors;

	s3_begin(t, d);
	for (size_t i = 0; i < n; i++)
		start(&walks[i], t, &to, prefixes[i], folders);
	http_run(t->http);
	sort(out);
	s3_finish(t);
	return d->errors > errors ? -1 : 0;
}

int s3_list(struct dest *dest, struct dest_listing *out, const char *const *prefixes, size_t n, struct diags *d)
{
	return list((struct s3 *)dest, out, prefixes, n, false, d); /* its first member */
}

int s3_folders(struct dest *dest, struct dest_listing *out, struct diags *d)
{
	return list((struct s3 *)dest, out, (const char *const[]){ "" }, 1, true, d); /* its first member */
}
