#include "cmd/deltas.h"

#include <inttypes.h>
#include <string.h>

#include "base/cmd.h"
#include "base/fileio.h"
#include "build/h5entry.h"
#include "format/delta.h"
#include "format/wire.h"

/* --- packages of h5 apps ------------------------------------------------------------------------------------------------- */

static const struct h5_package *package_of_h5(const struct payloads *p, const struct h5_release *h)
{
	for (size_t i = 0; i < p->nh5; i++) {
		if (p->h5[i].release == h)
			return &p->h5[i];
	}
	return NULL;
}

/* As an earlier build published it: 0, 1 it is not at hand. */
static int read_published(struct strbuf *out, const struct appdeltas_input *in, const struct h5_release *h)
{
	CLEANUP(diags_release) struct diags unread = DIAGS_INIT;
	CLEANUP(strbuf_release) struct strbuf path = STRBUF_INIT;
	uint8_t hash[SHA256_SIZE];

	if (!in->previous->dir)
		return 1;
	strbuf_addf(&path, "%s/", in->previous->dir);
	h5_amr_path(&path, h);
	if (path.failed || file_read_optional(out, path.p, h->size, &unread))
		return 1;
	if (!digest_sha256(in->payloads->maker.digests, hash, strbuf_slice(out)) &&
	    !memcmp(hash, h->sha256, SHA256_SIZE))
		return 0;
	strbuf_reset(out);
	return 1;
}

/* Keeps the package, and wants nothing else. */
static int keep_amr(void *ctx, struct slice path, struct slice bytes)
{
	struct strbuf *out = ctx;

	if (!slice_ends(path, ".amr"))
		return 0;
	strbuf_addslice(out, bytes);
	return 1;
}

static int find_amr(void *ctx, struct strbuf *out, const struct h5_release *h)
{
	CLEANUP(diags_release) struct diags unread = DIAGS_INIT;
	const struct appdeltas_input *in = ctx;
	const struct h5_package *p = package_of_h5(in->payloads, h);
	struct h5_maker maker = in->payloads->maker;

	if (!read_published(out, in, h))
		return 0;
	maker.d = &unread; /* its input need not be at hand */
	return p && h5_write(p, in->app, &maker, keep_amr, out) == 1 && !out->failed ? 0 : 1;
}

/* --- making --------------------------------------------------------------------------------------------------------------- */

static bool is_live(const struct compiled *c, const struct release *r)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct offers *offers = &c->v[i].plan.offers;

		for (size_t k = 0; k < offers->n; k++) {
			if (offers->v[k].release == r && offers->v[k].fate == OFFER_LIVE &&
			    offers->v[k].task->type != TASK_ROLLBACK)
				return true;
		}
	}
	return false;
}

static void add_objects(struct objects *objects, const struct delta_pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++) {
		const struct delta_pair *p = &pairs->v[i];
		struct object o = { .length = p->delta.size, .name = DELTA_NAME, .data = strbuf_slice(&p->bytes) };

		memcpy(o.hash, p->delta.sha256, SHA256_SIZE);
		if (!p->missing)
			objects_add(objects, o);
	}
}

int appdeltas_make(struct appdeltas *x, const struct appdeltas_input *in, struct objects *objects)
{
	static const enum kind kinds[] = { KIND_UPGRADE, KIND_HOTPATCH, KIND_H5 };
	struct appdeltas_input borrowed = *in;
	const struct h5_maker *h5 = &in->payloads->maker;
	const struct delta_maker m = { in->app,  in->commit_time, h5->tree, h5->digests, h5->book,
				       find_amr, &borrowed,       h5->a,    h5->d };
	int bad = 0;

	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (size_t i = 0; i < in->app->nreleases[kinds[k]] && !bad; i++) {
			const struct release *r = in->app->releases[kinds[k]][i];

			if (!is_live(in->plans, r))
				continue;
			cmd_progress("deltas of %s " SLICE_FMT " " SLICE_FMT, kind_name(r->kind), SLICE_ARG(r->slot),
				     SLICE_ARG(r->version_text));
			bad = delta_pairs_add(&x->pairs, r, &m);
		}
	}
	cmd_progress_end();
	add_objects(objects, &x->pairs);
	return bad;
}

void appdeltas_release(struct appdeltas *x)
{
	delta_pairs_release(&x->pairs);
}

/* --- telling -------------------------------------------------------------------------------------------------------------- */

void appdeltas_note(struct buildinfo *info, const struct appdeltas *x, struct arena *a)
{
	info->ndeltas = x->pairs.n;
	info->deltas = ARENA_ARRAY(a, struct buildinfo_delta, x->pairs.n);
	for (size_t i = 0; i < x->pairs.n; i++) {
		const struct delta_pair *p = &x->pairs.v[i];

		info->deltas[i] = (struct buildinfo_delta){ .kind = p->to->kind,
							    .slot = p->to->slot,
							    .version = p->to->version_text,
							    .from = p->from->version_text,
							    .size = p->missing ? 0 : p->delta.size,
							    .reason = slice_of(p->missing) };
	}
}

void appdeltas_text(struct strbuf *out, const struct appdeltas *x)
{
	for (size_t i = 0; i < x->pairs.n; i++) {
		const struct delta_pair *p = &x->pairs.v[i];

		strbuf_addf(out, "  %s %s " SLICE_FMT " " SLICE_FMT " -> " SLICE_FMT ": ",
			    p->missing ? "no delta" : "delta", kind_name(p->to->kind), SLICE_ARG(p->to->slot),
			    SLICE_ARG(p->from->version_text), SLICE_ARG(p->to->version_text));
		if (p->missing)
			strbuf_addf(out, "%s\n", p->missing);
		else
			strbuf_addf(out, "%" PRIu64 " of %" PRIu64 " bytes\n", p->delta.size, p->full);
	}
}

static json_t *pair_json(const struct delta_pair *p)
{
	json_t *o = json_object();
	bool failed = false;

	put_member(o, "kind", json_string(kind_name(p->to->kind)), &failed);
	put_member(o, "slot", put_text(p->to->slot), &failed);
	put_member(o, "version", put_text(p->to->version_text), &failed);
	put_member(o, "from", put_text(p->from->version_text), &failed);
	put_member(o, "fullSize", json_integer((json_int_t)p->full), &failed);
	if (p->missing)
		put_member(o, "reason", json_string(p->missing), &failed);
	else
		put_member(o, "size", json_integer((json_int_t)p->delta.size), &failed);
	return put_done(o, failed);
}

json_t *appdeltas_json(const struct appdeltas *x)
{
	json_t *list = json_array();
	bool failed = false;

	for (size_t i = 0; i < x->pairs.n; i++)
		put_item(list, pair_json(&x->pairs.v[i]), &failed);
	return put_done(list, failed);
}
