#include "resolve/part.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 2

void part_name(char out[MDR_NAME], const char *prefix, const uint8_t sha256[SHA256_SIZE])
{
	char hex[SHA256_HEX];

	digest_hex(hex, sha256, SHA256_SIZE);
	(void)snprintf(out, MDR_NAME, "%s%s", prefix, hex);
}

enum mdr_code part_begin(struct part *p, struct mdr_error *err)
{
	part_name(p->name, "part-", p->sha256);
	p->from = UINT64_MAX;
	p->buffer = malloc(PART_BUFFER);
	if (!p->buffer || digest_stream_new(&p->stream, p->c->terms.fetch.digests))
		return fail_memory(err);
	return MDR_OK;
}

void part_end(struct part *p)
{
	digest_stream_free(p->stream);
	free(p->buffer);
	strbuf_release(&p->address);
}

/* --- storage ------------------------------------------------------------------------------------------------------------- */

static enum mdr_code cannot(const struct part *p, const char *what, struct mdr_error *err)
{
	return fail(err, MDR_STORAGE, "%s: \"%s\" cannot be %s", p->what, p->name, what);
}

/* Drops what lies behind `size` bytes. */
static enum mdr_code cut(struct part *p, uint64_t size, struct mdr_error *err)
{
	const struct mdr_storage *s = &p->c->storage;
	bool ok = size ? s->write(s->ctx, p->name, size, p->buffer, 0) : s->remove(s->ctx, p->name);

	p->open = false;
	return ok ? MDR_OK : cannot(p, "cut", err);
}

static enum mdr_code hash_stored(struct part *p, uint64_t size, struct mdr_error *err)
{
	const struct mdr_storage *s = &p->c->storage;

	for (p->have = 0; p->have < size;) {
		size_t n = size - p->have < PART_BUFFER ? (size_t)(size - p->have) : PART_BUFFER;

		if (!s->read(s->ctx, p->name, p->have, p->buffer, n))
			return cannot(p, "read", err);
		if (digest_stream_add(p->stream, slice_bytes(p->buffer, n)))
			return fail_memory(err);
		p->have += n;
	}
	return MDR_OK;
}

/* Goes on where the part ends. One that is too long will have another hash. */
static enum mdr_code open_part(struct part *p, struct mdr_error *err)
{
	const struct mdr_storage *s = &p->c->storage;
	uint64_t size = 0;
	enum mdr_fetched found = s->size(s->ctx, p->name, &size);
	enum mdr_code code;

	p->fill = 0;
	if (found == MDR_FAILED)
		return cannot(p, "read", err);
	if (digest_stream_begin(p->stream))
		return fail_memory(err);
	code = hash_stored(p, found == MDR_ABSENT ? 0 : size, err);
	p->open = !code;
	return code;
}

/* What is in the buffer, to storage. */
static void flush(struct part *p)
{
	const struct mdr_storage *s = &p->c->storage;

	if (!p->fill)
		return;
	p->full = !s->write(s->ctx, p->name, p->have - p->fill, p->buffer, p->fill);
	p->no_memory = digest_stream_add(p->stream, slice_bytes(p->buffer, p->fill)) != 0;
	p->fill = 0;
}

/* --- one try ------------------------------------------------------------------------------------------------------------- */

static bool go_on(struct part *p)
{
	const struct mdr_download *how = p->how;

	if (how->progress && !how->progress(how->progress_ctx, p->have, p->size))
		p->cancelled = true;
	return !p->cancelled;
}

static bool take(void *ctx, const void *bytes, size_t n)
{
	struct part *p = ctx;

	for (struct slice rest = slice_bytes(bytes, n); rest.n && !p->full && !p->no_memory && !p->cancelled;) {
		struct slice piece = slice_sub(rest, 0, PART_BUFFER - p->fill);

		memcpy(p->buffer + p->fill, piece.p, piece.n);
		p->fill += piece.n;
		p->have += piece.n;
		p->fetched += piece.n;
		rest = slice_from(rest, piece.n);
		if (p->fill == PART_BUFFER)
			flush(p);
	}
	return !p->full && !p->no_memory && !p->cancelled && go_on(p);
}

/* Asks once for what is missing. */
static enum mdr_code ask(struct part *p, uint64_t upto, enum mdr_fetched *how, struct mdr_error *err)
{
	const struct fetcher *f = &p->c->terms.fetch;
	struct mdr_sink sink = { .limit = upto - p->have, .put = take, .put_ctx = p };

	*how = f->fn(f->ctx, &sink, p->address.p, p->have, upto - p->have);
	flush(p);
	if (p->full)
		return cannot(p, "written", err);
	if (p->no_memory)
		return fail_memory(err);
	if (p->cancelled)
		return fail(err, MDR_CANCELLED, "%s: stopped after %" PRIu64 " of %" PRIu64 " bytes", p->what, p->have,
			    p->size);
	return MDR_OK;
}

/* --- one address --------------------------------------------------------------------------------------------------------- */

/* The file at this address is not to be had: why; what it gave goes where it was another file. */
static enum mdr_code leave(struct part *p, enum mdr_fetched last, struct mdr_error *err)
{
	enum mdr_code code = MDR_OK;

	if (last == MDR_FETCHED && p->have > p->from)
		code = cut(p, p->from, err);
	if (code)
		return code;
	if (last == MDR_FAILED)
		return fail(err, MDR_UNREACHABLE, "%s: %s: cannot be fetched", p->what, p->address.p);
	if (last == MDR_ABSENT)
		return fail(err, MDR_REFUSED, "%s: %s: is missing", p->what, p->address.p);
	return fail(err, MDR_REFUSED, "%s: %s: ends after %" PRIu64 " bytes; %" PRIu64 " are signed", p->what,
		    p->address.p, p->have, p->size);
}

static enum mdr_code fetch_rest(struct part *p, uint64_t upto, struct mdr_error *err)
{
	unsigned tries = p->how->tries ? p->how->tries : TRIES, left = tries;

	while (p->have < upto) {
		uint64_t before = p->have;
		enum mdr_fetched how;
		enum mdr_code code = ask(p, upto, &how, err);

		if (code)
			return code;
		left = p->have > before ? tries : left - 1;
		if (p->have < upto && (how == MDR_ABSENT || !left))
			return leave(p, how, err);
	}
	return MDR_OK;
}

/* *wrong: the whole file has another hash; it is gone. */
static enum mdr_code check_whole(struct part *p, bool *wrong, struct mdr_error *err)
{
	uint8_t found[SHA256_SIZE];

	if (digest_stream_end(p->stream, found))
		return fail_memory(err);
	p->open = false;
	*wrong = memcmp(found, p->sha256, sizeof(found)) != 0;
	return *wrong ? cut(p, 0, err) : MDR_OK;
}

static enum mdr_code load_here(struct part *p, uint64_t upto, struct mdr_error *err)
{
	bool wrong = true;

	while (wrong) {
		enum mdr_code code = p->open ? MDR_OK : open_part(p, err);

		p->from = p->from < p->have ? p->from : p->have;
		if (!code)
			code = fetch_rest(p, upto, err);
		if (!code && upto < p->size)
			return MDR_OK;
		if (!code)
			code = check_whole(p, &wrong, err);
		if (code || !wrong)
			return code;
		if (p->begun_again)
			break;
		p->begun_again = true;
	}
	return fail(err, MDR_REFUSED, "%s: %s: has another SHA-256 than the signed one", p->what, p->address.p);
}

/* --- all addresses ------------------------------------------------------------------------------------------------------- */

/* p->address, from its number; false: there are no more. */
static bool next_address(struct part *p)
{
	const struct addresses *at = &p->at;
	bool moves =
		at->n && at->url.n >= at->bases[0].n && slice_eq(slice_sub(at->url, 0, at->bases[0].n), at->bases[0]);

	if (p->number >= (moves ? at->n : 1))
		return false;
	strbuf_reset(&p->address);
	if (moves) {
		strbuf_addslice(&p->address, at->bases[p->number]);
		strbuf_addslice(&p->address, slice_from(at->url, at->bases[0].n));
	} else {
		strbuf_addslice(&p->address, at->url);
	}
	return true;
}

/* After the last address: what went wrong, and rather that one is away than that one is wrong, for then it may go well later. */
static enum mdr_code load_anywhere(struct part *p, uint64_t upto, struct mdr_error *err)
{
	struct mdr_error last, found;

	fail_set(&last, MDR_REFUSED, "%s: has no address", p->what);
	while (next_address(p)) {
		enum mdr_code code = p->address.failed ? fail_memory(&found) : load_here(p, upto, &found);

		if (!code)
			return MDR_OK;
		if (last.code != MDR_UNREACHABLE || code != MDR_REFUSED)
			last = found;
		if (code != MDR_UNREACHABLE && code != MDR_REFUSED)
			break;
		p->number++;
		p->from = UINT64_MAX;
		p->begun_again = false;
	}
	*err = last;
	return last.code;
}

enum mdr_code part_load(struct part *p, uint64_t upto, struct mdr_error *err)
{
	enum mdr_code code = p->open ? MDR_OK : open_part(p, err);

	if (!code && p->have < upto && !go_on(p))
		code = fail(err, MDR_CANCELLED, "%s: stopped before it began", p->what);
	return code ? code : load_anywhere(p, upto, err);
}
