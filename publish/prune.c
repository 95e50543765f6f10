#include "publish/prune.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/map.h"
#include "base/relpath.h"
#include "base/span.h"
#include "format/paths.h"
#include "publish/claims.h"
#include "publish/remote.h"
#include "publish/survey.h"

#define CONDEMN_MAX 100000 /* in one run: prune.json must stay what can be read (condemned.h) */

struct pruning {
	struct prune_report *out;
	const struct prune_options *o;
	struct dest *dest;
	struct arena mem;
	struct digests *dg;
	struct diags *d;
	struct remote remote;       /* what is kept */
	struct survey survey;       /* what is there, and what is condemned already */
	struct dest_version list;   /* of prune.json, as it was read */
	int64_t end;                /* by our own clock: when a deletion gives up */
	uint64_t newest;            /* snapshot: what the pointer leads to */
	struct map highest;         /* role → path of its file with the highest number */
	struct map folders;         /* at the top, of which kept files are */
	struct condemned condemned; /* from now on */
	bool *going;                /* of condemned: is deleted now */
	size_t ngoing;
};

static struct slice path_of(const struct pruning *p, const struct dest_object *o)
{
	return slice_from(o->key, p->remote.app.n + 1);
}

static bool metadata_path(uint64_t *version, struct slice *role, struct slice path)
{
	return slice_starts(path, "metadata/") && metadata_name(version, role, slice_from(path, strlen("metadata/")));
}

static const char *prefix_of(struct pruning *p)
{
	return arena_printf(&p->mem, SLICE_FMT "/", SLICE_ARG(p->remote.app)).p;
}

/* --- what is kept ---------------------------------------------------------------------------------------------------------- */
static int newest_first(const void *a, const void *b)
{
	const struct remote_snapshot *x = a, *y = b;

	return (x->version < y->version) - (x->version > y->version);
}

/* The snapshots up to the pointer's, newest first, and when each was written. */
static size_t list_snapshots(struct remote_snapshot **out, const int64_t **written, struct pruning *p)
{
	const struct dest_listing *l = &p->survey.listing;
	struct remote_snapshot *v = ARENA_ARRAY(&p->mem, struct remote_snapshot, l->n + 1);
	int64_t *times = ARENA_ARRAY(&p->mem, int64_t, l->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct slice role;
		uint64_t version;

		if (metadata_path(&version, &role, path_of(p, &l->v[i])) && version && version <= p->newest &&
		    slice_eqs(role, "snapshot"))
			v[n++] = (struct remote_snapshot){ .version = version };
	}
	qsort(v, n, sizeof(*v), newest_first);
	for (size_t i = 0; i < n; i++) {
		const char *key =
			arena_printf(&p->mem, "%smetadata/%" PRIu64 ".snapshot.json", prefix_of(p), v[i].version).p;

		times[i] = dest_listing_find(l, slice_of(key))->modified;
	}
	*out = v;
	*written = times;
	return n;
}

/* Which were the newest at some moment since: the pointer's, and those whose successor is younger. One that a dead publisher never
 * completed was none, so the one before it was the newest longer: the row ends with a whole one. */
static int read_kept(struct pruning *p, const struct tuf_meta *pointed)
{
	struct remote_snapshot *v;
	const int64_t *written;
	size_t n = list_snapshots(&v, &written, p), count = 1;

	if (!n || v[0].version != p->newest) {
		v[0] = (struct remote_snapshot){ .version = p->newest }; /* missing: reading it says so */
		n = 1;
	}
	v[0].needed = true;
	v[0].expected = pointed;
	while (count < n && written[count - 1] >= p->o->now - p->o->keep)
		count++;
	if (remote_read(&p->remote, v, count))
		return -1;
	for (; !v[count - 1].whole && count < n; count++) {
		if (remote_read(&p->remote, &v[count], 1))
			return -1;
	}
	for (size_t i = 0; i < count; i++)
		p->out->snapshots += v[i].whole;
	return 0;
}

static void note_highest(struct pruning *p)
{
	const struct dest_listing *l = &p->survey.listing;

	for (size_t i = 0; i < l->n; i++) {
		struct slice path = path_of(p, &l->v[i]), role, *own, *best;
		uint64_t version, other;

		if (!metadata_path(&version, &role, path) || !version)
			continue;
		best = map_get(&p->highest, role);
		if (best && metadata_path(&other, &role, *best) && other >= version)
			continue;
		own = ARENA_NEW(&p->mem, struct slice);
		*own = path;
		map_set(&p->highest, role, own);
	}
}

static void note_folders(struct pruning *p)
{
	for (size_t i = 0; i < p->remote.npaths; i++) {
		struct slice rest = p->remote.paths[i], top = slice_cut(&rest, '/');

		if (rest.p && !slice_eqs(top, "metadata") && !map_get(&p->folders, top))
			map_put(&p->folders, arena_copy(&p->mem, top), p);
	}
	map_set(&p->folders, SLICE("targets"), p);
	map_set(&p->folders, SLICE("h5"), p);
	map_set(&p->folders, SLICE("pages"), p);
}

/* A file that builds write, and that may go when nothing leads to it. A name that no file of a tree can have ("h5/", as consoles make
 * folders) is none, and prune.json could not name it. */
static bool is_ours(const struct pruning *p, struct slice path)
{
	struct slice role, rest = path, top = slice_cut(&rest, '/'), *best;
	uint64_t version;

	if (relpath_fault(path))
		return false;
	if (metadata_path(&version, &role, path)) {
		best = map_get(&p->highest, role);
		return version && !slice_eqs(role, "root") && best && !slice_eq(*best, path);
	}
	return rest.p && map_get(&p->folders, top);
}

/* --- what goes ------------------------------------------------------------------------------------------------------------- */
static void count(struct prune_count *c, const struct dest_object *o)
{
	c->files++;
	c->bytes += o->size;
}

/* Where the destination tells no time, nobody would see that a file was written anew. */
static bool stays(const struct pruning *p, const struct dest_object *o)
{
	return remote_keeps(&p->remote, path_of(p, o)) || !is_ours(p, path_of(p, o)) || o->modified <= 0 ||
	       o->modified > p->o->now - p->o->grace || p->condemned.n == CONDEMN_MAX;
}

/* Condemned is what nothing leads to; since when: it was so in the last run already, and nobody has written it since. */
static void condemn(struct pruning *p)
{
	const struct dest_listing *l = &p->survey.listing;
	const int64_t now = p->o->now;

	p->condemned.v = ARENA_ARRAY(&p->mem, struct condemned_path, l->n + 1);
	p->going = ARENA_ARRAY(&p->mem, bool, l->n + 1);
	for (size_t i = 0; i < l->n; i++) {
		struct condemned_path c = { path_of(p, &l->v[i]), now };
		const struct condemned_path *before;

		if (stays(p, &l->v[i])) {
			count(&p->out->kept, &l->v[i]);
			continue;
		}
		before = condemned_find(&p->survey.condemned, c.path);
		if (before && before->since <= now && before->since >= l->v[i].modified)
			c.since = before->since;
		p->going[p->condemned.n] = c.since <= now - p->o->grace;
		p->ngoing += p->going[p->condemned.n];
		count(p->going[p->condemned.n] ? &p->out->deleted : &p->out->waiting, &l->v[i]);
		p->condemned.v[p->condemned.n++] = c;
	}
}

/* Over what was read at the beginning, if that still stands there. Nobody has probed the destination: of the two forms of If-Match the
 * wrong one is refused. 0; 1 somebody else has written it; -1 error. */
static int replace(struct pruning *p, struct dest_put *put)
{
	static const enum dest_match forms[] = { MATCH_QUOTED, MATCH_UNQUOTED };
	bool generation = p->list.generation[0] != '\0';

	put->outcome = DEST_REFUSED;
	put->version = &p->list;
	put->condition = DEST_IF_MATCH;
	for (size_t i = 0; i < (generation ? 1 : COUNT(forms)) && put->outcome == DEST_REFUSED; i++) {
		put->match = generation ? MATCH_GENERATION : forms[i];
		if (dest_write(p->dest, put, p->d))
			return -1;
	}
	if (put->outcome == DEST_UNSUPPORTED) {
		put->condition = DEST_ALWAYS;
		return dest_write(p->dest, put, p->d);
	}
	if (put->outcome == DEST_DONE)
		return 0;
	diag_error(p->d, SRCPOS_FILE(remote_name(&p->remote, SLICE(CONDEMNED_NAME))),
		   "somebody else is pruning: it was written meanwhile; nothing was deleted");
	return 1;
}

/* `ours`: what stands there was written by us just now. */
static int save(struct pruning *p, const struct condemned *c, bool ours)
{
	CLEANUP(strbuf_release) struct strbuf bytes = STRBUF_INIT;
	struct file_class class;
	struct dest_put put = { .class = &class, .settle = true };

	file_class(&class, SLICE(CONDEMNED_NAME), 0);
	put.key = arena_printf(&p->mem, "%s" CONDEMNED_NAME, prefix_of(p)).p;
	if (condemned_encode(&bytes, c))
		return diag_environment(p->d, NULL, "out of memory");
	put.body = strbuf_slice(&bytes);
	put.length = bytes.n;
	if (digest_sha256(p->dg, put.sha256, put.body))
		return diag_environment(p->d, put.key, "cannot hash");
	return ours || !p->list.etag[0] ? dest_write(p->dest, &put, p->d) : replace(p, &put);
}

static bool same(const struct condemned *a, const struct condemned *b)
{
	if (a->n != b->n || a->deleting != b->deleting)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (!slice_eq(a->v[i].path, b->v[i].path) || a->v[i].since != b->v[i].since)
			return false;
	}
	return true;
}

static int delete_batch(struct pruning *p, const char *const *keys, size_t n, struct prune_count *batch)
{
	int bad = n ? p->dest->ops->remove(p->dest, keys, n, p->d) : 0;

	p->out->deleted.files += bad ? 0 : batch->files;
	p->out->deleted.bytes += bad ? 0 : batch->bytes;
	*batch = (struct prune_count){ 0 };
	return bad;
}

/* Deletes what still stands as it was condemned. Its time is limited, because publishers wait for it. What is left stays condemned. */
static int delete_going(struct pruning *p, const struct dest_listing *l)
{
	const char *keys[1000];
	size_t n = 0, left = 0;
	struct prune_count batch = { 0 };
	int bad = 0;

	for (size_t i = 0; i < p->condemned.n; i++) {
		const struct condemned_path c = p->condemned.v[i];
		const char *key = arena_printf(&p->mem, "%s" SLICE_FMT, prefix_of(p), SLICE_ARG(c.path)).p;
		const struct dest_object *o = dest_listing_find(l, slice_of(key));

		if (!o || (p->going[i] && o->modified > c.since))
			continue; /* gone, or written anew: no longer condemned */
		if (!p->going[i] || bad || instant_now() >= p->end) {
			p->condemned.v[left++] = c;
			continue;
		}
		keys[n++] = key;
		count(&batch, o);
		if (n == COUNT(keys)) {
			bad = delete_batch(p, keys, n, &batch);
			n = 0;
		}
	}
	if (!bad)
		bad = delete_batch(p, keys, n, &batch);
	p->condemned.n = left;
	return bad;
}

/* A deletion that fails may have deleted, or still do so: it stays marked as going on. */
static int delete_now(struct pruning *p)
{
	struct dest_listing again = DEST_LISTING_INIT;
	const char *prefix = prefix_of(p);
	int bad, unlisted;

	p->condemned.deleting = p->o->now;
	bad = save(p, &p->condemned, false);
	if (bad)
		return bad;
	unlisted = p->dest->ops->list(p->dest, &again, &prefix, 1, p->d);
	bad = unlisted ? 0 : delete_going(p, &again);
	dest_listing_release(&again);
	p->condemned.deleting = 0;
	if (bad)
		(void)diag_environment(
			p->d, remote_name(&p->remote, SLICE(CONDEMNED_NAME)),
			"stays marked as deleting, for what failed may still happen: for %d hours nobody "
			"can publish or prune",
			DELETING_MAX / 3600);
	else
		bad = save(p, &p->condemned, true);
	return unlisted || bad ? -1 : 0;
}

static int carry_out(struct pruning *p)
{
	if (!p->o->dry_run)
		p->out->deleted = (struct prune_count){ 0 };
	if (p->ngoing > p->o->max)
		return diag_error(p->d, SRCPOS_FILE(remote_name(&p->remote, SLICE(""))),
				  "%zu files would be deleted, more than --max %" PRIu64 "; nothing was", p->ngoing,
				  p->o->max);
	if (p->dest->ops->remove_parts && p->dest->ops->remove_parts(p->dest, prefix_of(p), p->o->now - p->o->grace,
								     p->o->dry_run, &p->out->parts, p->d))
		return -1;
	if (p->o->dry_run)
		return 0;
	if (p->ngoing)
		return delete_now(p);
	return same(&p->condemned, &p->survey.condemned) ? 0 : save(p, &p->condemned, false);
}

/* --- one app --------------------------------------------------------------------------------------------------------------- */
static int survey(struct pruning *p)
{
	const char *prefix = prefix_of(p);
	char ago[SPAN_TEXT];

	if (survey_condemned_version(&p->survey.condemned, &p->list, &p->mem, p->dest, p->remote.app, p->d))
		return -1;
	if (condemned_deleting(&p->survey.condemned, p->o->now)) {
		span_format(ago, p->o->now - p->survey.condemned.deleting);
		diag_error(p->d, SRCPOS_FILE(remote_name(&p->remote, SLICE(CONDEMNED_NAME))),
			   "somebody else is pruning since %s; if he died, run again in %d hours", ago,
			   DELETING_MAX / 3600);
		return 1;
	}
	return p->dest->ops->list(p->dest, &p->survey.listing, &prefix, 1, p->d);
}

static int prune(struct pruning *p, const struct tuf_file *pointer)
{
	int result;

	p->out->published = true;
	p->newest = pointer->metas.v[0].version;
	result = survey(p);
	if (result)
		return result;
	if (claims_pending(&p->survey.listing, p->remote.app, pointer->version)) {
		diag_error(p->d, SRCPOS_FILE(remote_name(&p->remote, SLICE("metadata/timestamp.json"))),
			   "is not the newest: somebody is publishing, or died doing so; publish, then prune");
		return 1;
	}
	if (read_kept(p, &pointer->metas.v[0]))
		return -1;
	note_highest(p);
	note_folders(p);
	condemn(p);
	return carry_out(p);
}

int prune_app(struct prune_report *out, struct dest *t, struct slice app, const struct prune_options *o,
	      struct digests *dg, struct diags *d)
{
	struct pruning p = {
		.out = out, .o = o, .dest = t, .mem = ARENA_INIT, .dg = dg, .d = d, .survey = SURVEY_INIT
	};
	struct dest_get get = { 0 };
	struct tuf_file pointer;
	int result;

	*out = (struct prune_report){ .app = app };
	p.end = instant_now() + DELETING_MAX / 2;
	remote_open(&p.remote, t, app, dg, d);
	result = remote_pointer(&pointer, &get, &p.remote);
	if (!result)
		result = prune(&p, &pointer);
	else if (result > 0)
		result = 0;
	strbuf_release(&get.body);
	survey_release(&p.survey);
	map_release(&p.highest);
	map_release(&p.folders);
	remote_close(&p.remote);
	arena_release(&p.mem);
	return result;
}
