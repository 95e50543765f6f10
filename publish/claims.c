#include "publish/claims.h"

#include <inttypes.h>
#include <string.h>

#include "base/fileio.h"
#include "format/paths.h"
#include "format/tuf.h"
#include "publish/look.h"
#include "publish/place.h"

#define ROUNDS 100 /* of writing the pointer: each time somebody has published meanwhile */

/* The key under which the successor of `version` is claimed. */
static void add_slot(struct strbuf *key, struct slice app, uint64_t version)
{
	strbuf_addf(key, SLICE_FMT "/", SLICE_ARG(app));
	path_metadata(key, version + 1, "timestamp");
}

static const char *slot_key(struct publishing *p, const struct job *j, uint64_t version)
{
	CLEANUP(strbuf_release) struct strbuf key = STRBUF_INIT;

	add_slot(&key, j->tree->app, version);
	return arena_str(p->a, strbuf_slice(&key));
}

bool claims_pending(const struct dest_listing *l, struct slice app, uint64_t version)
{
	CLEANUP(strbuf_release) struct strbuf key = STRBUF_INIT;

	add_slot(&key, app, version);
	return dest_listing_find(l, strbuf_slice(&key)) != NULL;
}

/* --- along the chain ----------------------------------------------------------------------------------------------------- */

struct link {
	struct slice bytes;
	uint64_t version;
};

/* The successor of *at: 0 and it is in *at, 1 there is none, -1. */
static int next_link(struct link *at, struct publishing *p, struct job *j)
{
	const char *key = slot_key(p, j, at->version), *why = NULL;
	struct dest_get g = { .key = key, .limit = tuf_limit(TUF_TIMESTAMP), .body = STRBUF_INIT };
	int bad = dest_read(j->dest, &g, p->d);
	struct slice bytes = arena_copy(p->a, strbuf_slice(&g.body));
	struct tuf_file f;

	strbuf_release(&g.body);
	if (bad || g.outcome != GET_FOUND)
		return bad ? -1 : 1;
	if (tuf_decode(&f, p->a, p->dg, TUF_TIMESTAMP, bytes, &why))
		return diag_environment(p->d, dest_place(p->a, j->dest, key), "%s", why);
	if (f.version <= at->version)
		return diag_environment(p->d, dest_place(p->a, j->dest, key),
					"holds version %" PRIu64 ", which is older than its name", f.version);
	*at = (struct link){ bytes, f.version };
	return 0;
}

/* --- the pointer ---------------------------------------------------------------------------------------------------------- */

static int write_pointer(struct publishing *p, struct job *j, struct slice bytes)
{
	const struct tree_file *f = job_file(j, FILE_POINTER);
	struct dest_put put = { .key = f->key, .body = bytes, .length = bytes.n, .class = &f->class, .settle = true };

	if (digest_sha256(p->dg, put.sha256, bytes))
		return diag_environment(p->d, job_place(p, j, f), "cannot hash");
	return dest_write(j->dest, &put, p->d) || put.outcome != DEST_DONE ? -1 : 0;
}

static int read_pointer(bool *same, struct publishing *p, struct job *j, struct slice bytes)
{
	struct dest_get g = { .key = job_file(j, FILE_POINTER)->key,
			      .limit = tuf_limit(TUF_TIMESTAMP),
			      .body = STRBUF_INIT };
	int bad = dest_read(j->dest, &g, p->d);

	*same = !bad && g.outcome == GET_FOUND && slice_eq(strbuf_slice(&g.body), bytes);
	strbuf_release(&g.body);
	return bad;
}

/* Until timestamp.json is the end of the chain, which is in *at then. */
static int settle_pointer(struct link *at, struct publishing *p, struct job *j)
{
	for (int i = 0; i < ROUNDS; i++) {
		bool same;
		int last;

		if (write_pointer(p, j, at->bytes) || read_pointer(&same, p, j, at->bytes))
			return -1;
		last = next_link(at, p, j);
		if (last < 0)
			return -1;
		if (last && same)
			return 0;
	}
	return diag_environment(p->d, job_place(p, j, job_file(j, FILE_POINTER)),
				"changes all the time: others publish faster than this can be settled");
}

/* --- for the protocol ----------------------------------------------------------------------------------------------------- */

void claims_follow(struct publishing *p, struct job *j)
{
	struct link at = { j->base, j->base_version };
	enum lineage l;

	while (claims_pending(&j->survey.listing, j->tree->app, at.version)) {
		if (next_link(&at, p, j)) {
			job_end(j, PUBLISH_FAILED);
			return;
		}
	}
	if (at.version == j->base_version)
		return;
	if (look_lineage(&l, p, j->tree, at.bytes)) {
		job_end(j, PUBLISH_FAILED);
		return;
	}
	j->base = at.bytes;
	j->base_version = at.version;
	j->decided = l == LINEAGE_OURS;
	j->ours = false;
	if (l != LINEAGE_OTHER)
		return;
	look_lost(p, j, slot_key(p, j, at.version - 1));
	if (!p->o->dry_run && settle_pointer(&at, p, j))
		j->report->state = PUBLISH_FAILED;
}

static enum dest_outcome claim(struct publishing *p, struct job *j, const char *key)
{
	const struct tree_file *f = job_file(j, FILE_POINTER);
	struct dest_put put = job_put(f);
	struct file_class class;

	file_class(&class, slice_from(slice_of(key), j->tree->app.n + 1), 0);
	put.key = key;
	put.class = &class;
	put_if_absent(&put, j->dest);
	return dest_write(j->dest, &put, p->d) ? DEST_FAILED : put.outcome;
}

static int read_ours(struct link *out, struct publishing *p, const struct job *j)
{
	CLEANUP(strbuf_release) struct strbuf bytes = STRBUF_INIT;
	const struct tree_file *file = job_file(j, FILE_POINTER);
	const char *why = NULL;
	struct tuf_file f;

	if (file_read(&bytes, file->local, tuf_limit(TUF_TIMESTAMP), p->d))
		return -1;
	out->bytes = arena_copy(p->a, strbuf_slice(&bytes));
	if (tuf_decode(&f, p->a, p->dg, TUF_TIMESTAMP, out->bytes, &why))
		return diag_error(p->d, SRCPOS_FILE(file->local), "%s", why);
	out->version = f.version;
	return 0;
}

/* Ours, or what was there before; the result says which. */
static enum dest_outcome decide(struct link *at, struct publishing *p, struct job *j)
{
	enum dest_outcome o;

	*at = (struct link){ j->base, j->base_version };
	if (j->decided)
		return DEST_DONE;
	o = claim(p, j, slot_key(p, j, j->base_version));
	if ((o == DEST_DONE && read_ours(at, p, j)) || (o == DEST_REFUSED && next_link(at, p, j)))
		return DEST_FAILED;
	return o;
}

void claims_decide(struct publishing *p, struct job *j)
{
	struct link at;
	enum dest_outcome o = decide(&at, p, j);
	enum lineage l;

	if ((o != DEST_DONE && o != DEST_REFUSED) || settle_pointer(&at, p, j) ||
	    look_lineage(&l, p, j->tree, at.bytes))
		job_end(j, PUBLISH_FAILED);
	else if (o == DEST_REFUSED)
		look_lost(p, j, slot_key(p, j, j->base_version));
	else
		j->superseded = l != LINEAGE_OURS;
}
