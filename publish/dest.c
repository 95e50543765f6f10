#include "publish/dest.h"

#include <stdlib.h>

#include "publish/dir.h"
#include "publish/endpoint.h"
#include "publish/fileurl.h"
#include "publish/s3.h"

#define S3_SCHEME "s3://"

/* --- which one ------------------------------------------------------------------------------------------------------------ */

static const char *file_fault(struct slice url)
{
	struct strbuf path = STRBUF_INIT;
	const char *fault = fileurl_path(&path, url);

	strbuf_release(&path);
	return fault;
}

static const char *scheme_fault(struct slice url)
{
	static const char *const stores[] = { "oss://", "gs://", "r2://", "https://", "http://" };

	for (size_t i = 0; i < COUNT(stores); i++) {
		if (slice_starts(url, stores[i]))
			return "must be s3://bucket/prefix, with the store's address in --endpoint (for OSS, GCS and "
			       "R2 too)";
	}
	if (slice_starts(url, "/"))
		return "must begin with s3:// or file://; this folder is written with file:// in front";
	return "must be s3://bucket/prefix or file:///path";
}

const char *dest_url_fault(const char *url)
{
	struct slice text = slice_of(url);

	if (slice_starts(text, S3_SCHEME))
		return endpoint_url_fault(url);
	return slice_starts(text, FILEURL_SCHEME) ? file_fault(text) : scheme_fault(text);
}

int dest_open(struct dest **out, const char *url, const struct dest_settings *settings, struct http *http,
	      struct diags *d)
{
	const char *fault = dest_url_fault(url);

	if (fault)
		return diag_error(d, SRCPOS_NONE, "the destination %s", fault);
	return slice_starts(slice_of(url), S3_SCHEME) ? s3_open(out, url, settings, http, d) : dir_open(out, url, d);
}

void dest_close(struct dest *t)
{
	if (t)
		t->ops->close(t);
}

/* --- running -------------------------------------------------------------------------------------------------------------- */

/* Those that are of the kind of the first one stand in front then; how many there are. */
static size_t gather(struct dest **v, size_t n)
{
	size_t alike = 0;

	for (size_t i = 0; i < n; i++) {
		struct dest *t = v[i];

		if (t->ops != v[0]->ops)
			continue;
		v[i] = v[alike];
		v[alike++] = t;
	}
	return alike;
}

int dest_run(struct dest *const *v, size_t n, struct diags *d)
{
	struct dest **left = n ? calloc(n, sizeof(struct dest *)) : NULL;
	int result = 0;

	if (n && !left)
		return diag_environment(d, NULL, "cannot publish: out of memory");
	for (size_t i = 0; i < n; i++)
		left[i] = v[i];
	for (size_t done = 0, alike; done < n; done += alike) {
		alike = gather(left + done, n - done);
		if (left[done]->ops->run(left + done, alike, d))
			result = -1;
	}
	free(left);
	return result;
}

int dest_read(struct dest *t, struct dest_get *g, struct diags *d)
{
	t->ops->queue_get(t, g);
	return dest_run(&t, 1, d) || g->outcome == GET_FAILED ? -1 : 0;
}

int dest_write(struct dest *t, struct dest_put *p, struct diags *d)
{
	t->ops->queue_put(t, p);
	return dest_run(&t, 1, d) || p->outcome == DEST_FAILED ? -1 : 0;
}

/* --- listings ------------------------------------------------------------------------------------------------------------- */

void dest_listing_release(struct dest_listing *l)
{
	arena_release(&l->mem);
	*l = (struct dest_listing)DEST_LISTING_INIT;
}

const struct dest_object *dest_listing_find(const struct dest_listing *l, struct slice key)
{
	size_t at = l->n ? slice_rank(&l->v->key, l->n, sizeof(*l->v), key, false) : 0;

	return at < l->n && slice_eq(l->v[at].key, key) ? &l->v[at] : NULL;
}
