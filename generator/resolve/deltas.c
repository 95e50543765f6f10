/* Packages made by deltas: which of those that an answer has fits what lies here, and is less to load than the package. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/delta.h"
#include "resolve/download.h"

#define CONSIDERED 16 /* deltas of one answer; the generator makes at most a few */

struct offered_delta {
	const char *from;
	struct slice url;
	uint64_t size;
	uint8_t sha256[SHA256_SIZE], base[SHA256_SIZE]; /* of the file; of the package that it leads from */
};

/* A package from which a delta may lead: in memory, or a file in storage. */
struct base {
	struct slice bytes;
	const char *name; /* NULL: in memory */
	uint64_t size;
	void *loaded; /* to be freed */
};

/* One download by deltas. */
struct by_delta {
	const struct mdr_client *c;
	const struct wanted *w;
	const struct mdr_download *how;
	struct mdr_got *got;
	struct mdr_error *err; /* of what ends the download */
	uint64_t missing;      /* bytes of the package that are not there yet */
	bool hashed;           /* how->base was: */
	uint8_t hash[SHA256_SIZE];
};

/* Another reason why the package itself is loaded, and MDR_OK: go on. */
static enum mdr_code PRINTF_LIKE(3, 4) because(struct by_delta *b, const struct offered_delta *d, const char *fmt, ...)
{
	char *why = b->got->why_full;
	size_t room = sizeof(b->got->why_full), n = strlen(why);
	struct mdr_error text;
	char reason[256];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	fail_set(&text, MDR_OK, "%sfrom %s: %s", n ? "; " : "", d->from, reason);
	(void)snprintf(why + n, room - n, "%s", text.text);
	return MDR_OK;
}

/* --- what is offered ----------------------------------------------------------------------------------------------------- */

static bool read_offered(struct offered_delta *out, const json_t *delta)
{
	const json_t *base = json_object_get(delta, "fromSha256");

	out->from = json_string_value(json_object_get(delta, "from"));
	return out->from && wanted_file(&out->url, &out->size, out->sha256, delta, "url", "size") &&
	       text_hex(out->base, SHA256_SIZE, slice_bytes(json_string_value(base), json_string_length(base)));
}

/* By size; what is not well-formed is passed over. */
static size_t read_all(struct offered_delta v[CONSIDERED], const json_t *deltas)
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(deltas) && n < CONSIDERED; i++) {
		struct offered_delta d;
		size_t at = n;

		if (!read_offered(&d, json_array_get(deltas, i)))
			continue;
		for (; at > 0 && v[at - 1].size > d.size; at--)
			v[at] = v[at - 1];
		v[at] = d;
		n++;
	}
	return n;
}

/* --- the base ------------------------------------------------------------------------------------------------------------ */

static bool is_stored(struct by_delta *b, struct base *out, const char *name)
{
	const struct mdr_storage *s = &b->c->storage;

	*out = (struct base){ .name = name };
	return s->size(s->ctx, name, &out->size) == MDR_FETCHED;
}

/* Whether the package in memory is the one that was published under this hash. */
static bool is_given(struct by_delta *b, struct base *out, const struct offered_delta *d)
{
	const struct mdr_download *how = b->how;
	struct slice bytes = slice_bytes(how->base, (size_t)how->base_size);

	if (!how->base || how->base_size > SIZE_MAX)
		return false;
	if (!b->hashed && digest_sha256(b->c->terms.fetch.digests, b->hash, bytes))
		return false;
	b->hashed = true;
	*out = (struct base){ .bytes = bytes, .size = how->base_size };
	return memcmp(b->hash, d->base, SHA256_SIZE) == 0;
}

/* A package that may be the base. An archive may be another file with the same content: the delta's head will tell. `name` is filled where
 * it is in storage. */
static bool find_base(struct by_delta *b, struct base *out, const struct offered_delta *d, char name[MDR_NAME])
{
	const struct wanted *w = b->w;

	download_name(name, d->base);
	if (is_given(b, out, d) || is_stored(b, out, name))
		return true;
	if (!w->archive || (w->installed_version && strcmp(w->installed_version, d->from) != 0))
		return false;
	if (w->installed && is_stored(b, out, w->installed))
		return true;
	*out = (struct base){ .bytes = slice_bytes(b->how->base, (size_t)b->how->base_size),
			      .size = b->how->base_size };
	return b->how->base != NULL;
}

/* `size` bytes of a file, in *out, the caller's to free. NULL: they cannot be read, or memory ended. */
static void *read_file(const struct by_delta *b, const char *name, uint64_t size)
{
	const struct mdr_storage *s = &b->c->storage;
	void *bytes = size <= SIZE_MAX ? malloc((size_t)size) : NULL;

	if (bytes && !s->read(s->ctx, name, 0, bytes, (size_t)size)) {
		free(bytes);
		return NULL;
	}
	return bytes;
}

/* --- one delta ----------------------------------------------------------------------------------------------------------- */

static uint64_t memory_limit(const struct by_delta *b)
{
	uint64_t limit = b->c->terms.limits.apply;

	return limit && limit < MDR_DELTA_MEMORY ? limit : MDR_DELTA_MEMORY;
}

/* A delta in hand: its file, what its head says, the base. */
struct applied {
	const struct offered_delta *offered;
	struct base base;
	struct part part;
	struct mdr_delta head;
	char result[MDR_NAME]; /* the name that comes out */
};

static enum mdr_code check_head(const struct by_delta *b, const struct applied *a, struct mdr_error *err)
{
	const struct mdr_delta *h = &a->head;
	uint64_t need = h->base_size + h->result_size + h->memory; /* at most MDR_DELTA_MEMORY: mdr_delta_read() */
	const uint64_t limit = memory_limit(b);

	if (h->size != a->offered->size)
		return fail(err, MDR_REFUSED, "its head says %" PRIu64 " bytes; %" PRIu64 " are signed", h->size,
			    a->offered->size);
	if (!b->w->archive &&
	    (h->result_size != b->w->size || memcmp(h->result_sha256, b->w->sha256, SHA256_SIZE) != 0))
		return fail(err, MDR_REFUSED, "it makes another file than the package");
	if (h->form == DELTA_TAR && a->base.name && a->base.size <= limit)
		need += a->base.size; /* the archive that is loaded, beside the tar in it */
	if (need > limit || a->base.size > limit)
		return fail(err, MDR_MEMORY, "it takes %" PRIu64 " bytes to apply; at most %" PRIu64 " are allowed",
			    need, limit);
	return MDR_OK;
}

/* The head in storage. */
static enum mdr_code read_head(const struct by_delta *b, struct applied *a, struct mdr_error *err)
{
	const struct mdr_storage *s = &b->c->storage;
	uint8_t head[MDR_DELTA_HEAD];
	enum mdr_code code = MDR_OK;

	if (!s->read(s->ctx, a->part.name, 0, head, sizeof(head)))
		code = fail(err, MDR_STORAGE, "\"%s\" cannot be read", a->part.name);
	if (!code)
		code = mdr_delta_read(&a->head, head, sizeof(head), err);
	return code ? code : check_head(b, a, err);
}

/* The base in memory, held against the head. */
static enum mdr_code load_base(const struct by_delta *b, struct applied *a, struct mdr_error *err)
{
	struct base *base = &a->base;

	if (base->name) {
		base->loaded = read_file(b, base->name, base->size);
		if (!base->loaded)
			return fail(err, MDR_REFUSED, "its base cannot be read");
		base->bytes = slice_bytes(base->loaded, (size_t)base->size);
	}
	return mdr_delta_check(&a->head, base->bytes.p, base->bytes.n, err);
}

static enum mdr_code keep_result(const struct by_delta *b, const struct applied *a, const void *result,
				 struct mdr_error *err)
{
	const struct mdr_storage *s = &b->c->storage;
	char part[MDR_NAME];
	enum mdr_code code = packages_note(b->c, a->head.result_sha256, err);

	part_name(part, "part-", a->head.result_sha256);
	if (!code &&
	    (!s->write(s->ctx, part, 0, result, (size_t)a->head.result_size) || !s->commit(s->ctx, part, a->result)))
		code = fail(err, MDR_STORAGE, "%s: \"%s\" cannot be written", b->w->attempt, part);
	return code;
}

static enum mdr_code apply(const struct by_delta *b, const struct applied *a, struct mdr_error *err)
{
	size_t size = (size_t)a->head.result_size;
	void *delta = read_file(b, a->part.name, a->part.size), *result = malloc(size);
	enum mdr_code code;

	if (!delta || !result)
		code = fail_memory(err);
	else
		code = mdr_delta_apply(result, size, delta, (size_t)a->part.size, a->base.bytes.p, a->base.bytes.n,
				       memory_limit(b), err);
	if (!code)
		code = keep_result(b, a, result, err);
	free(delta);
	free(result);
	return code;
}

/* The first head tells whether the rest is worth it. It may be anybody's; only when the whole delta has its hash, it says which file comes
 * out. That may lie there from an earlier time. */
static enum mdr_code use(const struct by_delta *b, struct applied *a, struct mdr_error *err)
{
	bool there = false;
	enum mdr_code code = part_load(&a->part, MDR_DELTA_HEAD, err);

	if (!code)
		code = read_head(b, a, err);
	if (!code)
		code = load_base(b, a, err);
	if (!code)
		code = part_load(&a->part, a->part.size, err);
	if (!code)
		code = read_head(b, a, err);
	if (code)
		return code;
	download_name(a->result, a->head.result_sha256);
	code = download_there(&there, b->c, a->result, a->head.result_size, err);
	return code || there ? code : apply(b, a, err);
}

/* What became of a delta: done, a reason to load the package, or the end of the download. The file of one that can still be had stays. */
static enum mdr_code conclude(struct by_delta *b, const struct applied *a, enum mdr_code code, struct mdr_error *found)
{
	const struct mdr_storage *s = &b->c->storage;

	b->got->fetched += a->part.fetched;
	if (code == MDR_STORAGE || code == MDR_CANCELLED) {
		*b->err = *found;
		return code;
	}
	if (code == MDR_UNREACHABLE)
		return because(b, a->offered, "%s", found->text);
	(void)s->remove(s->ctx, a->part.name); /* where this fails, mdr_clean() tries again */
	if (code)
		return because(b, a->offered, "%s", found->text);
	memcpy(b->got->name, a->result, sizeof(a->result));
	b->got->size = a->head.result_size;
	b->got->by_delta = true;
	b->got->why_full[0] = '\0';
	return MDR_OK;
}

static enum mdr_code try_delta(struct by_delta *b, const struct offered_delta *d)
{
	struct applied a = { .offered = d };
	struct mdr_error found;
	char name[MDR_NAME];
	enum mdr_code code;

	if (d->size >= b->w->size)
		return because(b, d, "it is no smaller than the package");
	if (d->size >= b->missing)
		return because(b, d, "less is missing of the package itself");
	if (d->size <= MDR_DELTA_HEAD)
		return because(b, d, "it has no body");
	if (!find_base(b, &a.base, d, name))
		return because(b, d, "its base is not here");
	a.part = (struct part){ .c = b->c,
				.how = b->how,
				.what = b->w->attempt,
				.at = { d->url, b->w->bases, b->w->nbases },
				.size = d->size };
	memcpy(a.part.sha256, d->sha256, SHA256_SIZE);
	code = part_begin(&a.part, &found);
	if (!code)
		code = packages_note(b->c, d->sha256, &found);
	if (!code)
		code = use(b, &a, &found);
	code = conclude(b, &a, code, &found);
	part_end(&a.part);
	free(a.base.loaded);
	return code;
}

/* --- all of them --------------------------------------------------------------------------------------------------------- */

/* Of the package itself, how much a part of it lacks. */
static uint64_t missing(const struct mdr_client *c, const struct wanted *w)
{
	const struct mdr_storage *s = &c->storage;
	char name[MDR_NAME];
	uint64_t size = 0;

	part_name(name, "part-", w->sha256);
	if (s->size(s->ctx, name, &size) != MDR_FETCHED || size > w->size)
		return w->size;
	return w->size - size;
}

enum mdr_code delta_download(struct mdr_got *got, const struct mdr_client *c, const struct wanted *w,
			     const struct mdr_download *how, struct mdr_error *err)
{
	struct by_delta b = { .c = c, .w = w, .how = how, .got = got, .err = err, .missing = missing(c, w) };
	struct offered_delta v[CONSIDERED];
	size_t n = read_all(v, w->deltas);
	enum mdr_code code = MDR_OK;

	for (size_t i = 0; i < n && !code && !got->by_delta; i++)
		code = try_delta(&b, &v[i]);
	return code;
}

void delta_forget(const struct mdr_client *c, const struct wanted *w)
{
	const struct mdr_storage *s = &c->storage;
	struct offered_delta v[CONSIDERED];
	size_t n = read_all(v, w->deltas);

	for (size_t i = 0; i < n; i++) {
		char name[MDR_NAME];
		uint64_t size;

		part_name(name, "part-", v[i].sha256);
		if (s->size(s->ctx, name, &size) == MDR_FETCHED)
			(void)s->remove(s->ctx, name); /* where this fails, mdr_clean() tries again */
	}
}
