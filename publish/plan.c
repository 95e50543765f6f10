#include "publish/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "publish/etag.h"
#include "publish/place.h"

#define MISSING_TOLD 10                    /* of the files that nobody has: the rest is a number */
#define READ_MAX     (UINT64_C(256) << 20) /* what is read to be compared */

enum finding { IS_ABSENT, IS_THERE, IS_OTHER, IS_SUSPECT /* the ETag is another one, or says nothing */ };

struct planning {
	struct pub_plan *plan;
	struct arena *a;
	const struct app_tree *tree;
	struct dest *dest;
	const struct survey *survey;
	struct digests *dg;
	struct diags *d;
	bool repair;
	bool etags_lie; /* one was another although the bytes are right: the bucket encrypts */
	bool *race;
	size_t missing;
	enum finding *findings; /* of each file of the tree */
	size_t cap;
};

static bool is_planned(const struct tree_file *f)
{
	return f->class.role != FILE_POINTER && f->class.role != FILE_NOTES;
}

/* What must not be taken for there by its length: two of them are often as long as each other, and who has the name has the say. */
static bool needs_bytes(const struct tree_file *f)
{
	enum file_role role = f->class.role;

	return role == FILE_CLAIM || role == FILE_METADATA || role == FILE_MUTABLE;
}

static const struct dest_object *listed(const struct planning *p, const struct tree_file *f)
{
	return dest_listing_find(&p->survey->listing, slice_of(f->key));
}

/* --- what the listing says ---------------------------------------------------------------------------------------------- */

static int judge_etag(enum finding *out, struct planning *p, const struct tree_file *f, struct slice etag)
{
	struct file_map map;
	enum etag_verdict verdict = ETAG_SAYS_NOTHING;

	if (f->local) {
		if (file_map(&map, f->local, p->d))
			return -1;
		if (etag_compare(&verdict, etag, map.data, p->dg)) {
			file_unmap(&map);
			return diag_environment(p->d, f->local, "cannot hash");
		}
		file_unmap(&map);
	}
	if (verdict == ETAG_SAME || (verdict == ETAG_SAYS_NOTHING && !needs_bytes(f)))
		*out = IS_THERE;
	else if (verdict == ETAG_DIFFERS && f->class.role == FILE_MUTABLE)
		*out = IS_OTHER; /* as far as ETags are honest: see mend_mutable() */
	else
		*out = IS_SUSPECT;
	return 0;
}

static int judge_listed(enum finding *out, struct planning *p, const struct tree_file *f)
{
	const struct dest_object *o = listed(p, f);

	if (!o)
		*out = IS_ABSENT;
	else if (o->size != f->length)
		*out = IS_OTHER;
	else
		return judge_etag(out, p, f, o->etag);
	return 0;
}

/* --- what reading says -------------------------------------------------------------------------------------------------- */

static int judge_read(enum finding *out, struct planning *p, const struct tree_file *f, struct dest_get *g)
{
	uint8_t hash[SHA256_SIZE];

	if (g->outcome == GET_FAILED || g->outcome == GET_PENDING)
		return -1;
	if (digest_sha256(p->dg, hash, strbuf_slice(&g->body)))
		return diag_environment(p->d, dest_place(p->a, p->dest, f->key), "cannot hash");
	if (g->outcome == GET_ABSENT)
		*out = IS_ABSENT;
	else
		*out = memcmp(hash, f->sha256, SHA256_SIZE) == 0 ? IS_THERE : IS_OTHER;
	return 0;
}

static int read_one(enum finding *out, struct planning *p, const struct tree_file *f)
{
	struct dest_get g = { .key = f->key, .limit = f->length, .body = STRBUF_INIT };
	int bad = dest_read(p->dest, &g, p->d) ? -1 : judge_read(out, p, f, &g);

	strbuf_release(&g.body);
	return bad;
}

/* Suspects among objects and h5/, the shortest first: after one that turns out to be right the lengths of the others will do. */
static int by_length(const void *a, const void *b)
{
	const struct tree_file *x = *(const struct tree_file *const *)a, *y = *(const struct tree_file *const *)b;
	int order = (x->length > y->length) - (x->length < y->length);

	return order ? order : slice_cmp(x->path, y->path);
}

static int read_suspects(struct planning *p, const struct tree_file **v, size_t n)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
	qsort(v, n, sizeof(*v), by_length);
	for (size_t i = 0; i < n; i++) {
		enum finding *f = &p->findings[v[i] - p->tree->v];

		*f = p->etags_lie ? IS_THERE : IS_OTHER;
		if (!p->etags_lie && v[i]->length <= READ_MAX && read_one(f, p, v[i]))
			return -1;
		p->etags_lie = p->etags_lie || *f == IS_THERE;
	}
	return 0;
}

/* All at once: there are few, or the bucket encrypts. */
static int read_exactly(struct planning *p, const struct tree_file *const *v, size_t n)
{
	struct dest_get *gets = ARENA_ARRAY(p->a, struct dest_get, n);
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		gets[i] = (struct dest_get){ .key = v[i]->key, .limit = v[i]->length, .body = STRBUF_INIT };
		p->dest->ops->queue_get(p->dest, &gets[i]);
	}
	if (n)
		bad = dest_run(&p->dest, 1, p->d);
	for (size_t i = 0; i < n; i++) {
		bad = bad || judge_read(&p->findings[v[i] - p->tree->v], p, v[i], &gets[i]);
		strbuf_release(&gets[i].body);
	}
	return bad ? -1 : 0;
}

static bool is_suspect(const struct planning *p, size_t i, bool exactly)
{
	const struct tree_file *f = &p->tree->v[i];

	if (!is_planned(f) || needs_bytes(f) != exactly)
		return false;
	/* Where ETags lie, that of a mutable file proved nothing. */
	if (exactly && p->etags_lie && p->findings[i] == IS_OTHER && listed(p, f)->size == f->length)
		return true;
	return p->findings[i] == IS_SUSPECT;
}

static int settle_suspects(struct planning *p, bool exactly)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
	const struct tree_file **v = ARENA_ARRAY(p->a, const struct tree_file *, p->tree->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < p->tree->n; i++) {
		if (is_suspect(p, i, exactly))
			v[n++] = &p->tree->v[i];
	}
	return exactly ? read_exactly(p, v, n) : read_suspects(p, v, n);
}

/* --- what follows from it ----------------------------------------------------------------------------------------------- */

/* "20171228/1.0.0.1_all/…" */
static const char *version_of(const struct planning *p, struct slice path)
{
	struct slice rest = path, id, version;
	ptrdiff_t end;

	slice_cut(&rest, '/');
	id = slice_cut(&rest, '/');
	version = slice_cut(&rest, '/');
	end = slice_rfind(version, '_');
	if (!slice_starts(path, "h5/") || !rest.p || end < 0)
		return "a published name keeps its bytes: give the file another name";
	return arena_printf(p->a, "version " SLICE_FMT " of " SLICE_FMT " is published: raise the version",
			    SLICE_ARG(slice_sub(version, 0, (size_t)end)), SLICE_ARG(id))
		.p;
}

static const char *conflict_text(const struct planning *p, const struct tree_file *f)
{
	switch (f->class.role) {
	case FILE_OBJECT:
		if (!f->local)
			return "is damaged there, and the tree does not hold it: build into an empty folder, and "
			       "publish "
			       "that with --repair";
		return "is damaged there: its bytes do not fit its name; --repair sends it again";
	case FILE_CLAIM:
		return "somebody else published first, or is about to: this version is taken by another build; pull, "
		       "build "
		       "again";
	case FILE_METADATA:
		if (slice_eqs(f->path, "metadata/1.root.json"))
			return "is another root: the destination belongs to another repository, or to the same one "
			       "with "
			       "other keys";
		return "is there with other bytes: somebody else published first, or is about to; pull, build again";
	default:
		return arena_printf(p->a, "is there with other bytes; %s", version_of(p, f->path)).p;
	}
}

static void add_item(struct planning *p, const struct tree_file *f, enum plan_reason reason)
{
	const struct dest_object *o = listed(p, f);
	struct plan_item item = { .file = f, .reason = reason };

	if (o && o->etag.n < sizeof(item.version.etag))
		memcpy(item.version.etag, o->etag.p, o->etag.n);
	ARENA_PUSH(p->a, p->plan->v, p->plan->n, p->cap, item);
	p->plan->bytes += f->length;
}

static void is_missing(struct planning *p, const struct tree_file *f, bool condemned)
{
	if (++p->missing > MISSING_TOLD)
		return;
	diag_error(
		p->d, SRCPOS_FILE(dest_place(p->a, p->dest, f->key)), "%s",
		condemned ? "is about to be deleted there by prune, and the tree does not hold it: build into an empty "
			    "folder"
			  : "is neither there nor in the tree, which was built on one that holds it: publish that one "
			    "first, or build into an empty folder");
}

static void conclude(struct planning *p, const struct tree_file *f, enum finding finding)
{
	const struct condemned_path *condemned = condemned_find(&p->survey->condemned, f->path);

	if (finding == IS_OTHER && f->class.role == FILE_MUTABLE) {
		/* That of a release that is long gone: nobody sees it now, and a pruner would take the new one for it. */
		bool stale = condemned && listed(p, f)->modified <= condemned->since;

		add_item(p, f, stale ? PLAN_CONDEMNED : PLAN_CHANGED);
	} else if (finding == IS_OTHER && f->class.role == FILE_OBJECT && f->local && p->repair) {
		add_item(p, f, PLAN_DAMAGED);
	} else if (finding == IS_OTHER) {
		*p->race = true;
		diag_error(p->d, SRCPOS_FILE(dest_place(p->a, p->dest, f->key)), "%s", conflict_text(p, f));
	} else if (finding == IS_THERE && !condemned) {
		p->plan->there++;
		p->plan->there_bytes += f->length;
	} else if (!f->local) {
		is_missing(p, f, condemned != NULL);
	} else {
		add_item(p, f, finding == IS_THERE ? PLAN_CONDEMNED : PLAN_ABSENT);
	}
}

static int by_role(const void *a, const void *b)
{
	const struct plan_item *x = a, *y = b;

	if (x->file->class.role != y->file->class.role)
		return x->file->class.role < y->file->class.role ? -1 : 1;
	return slice_cmp(x->file->path, y->file->path);
}

static int conclude_all(struct planning *p)
{
	size_t errors = p->d->errors;

	for (size_t i = 0; i < p->tree->n; i++) {
		if (is_planned(&p->tree->v[i]))
			conclude(p, &p->tree->v[i], p->findings[i]);
	}
	if (p->missing > MISSING_TOLD)
		diag_error(p->d, SRCPOS_FILE(p->dest->name), "%zu more files are neither there nor in the tree",
			   p->missing - MISSING_TOLD);
	if (p->plan->n)
		qsort(p->plan->v, p->plan->n, sizeof(*p->plan->v), by_role);
	return p->d->errors > errors ? -1 : 0;
}

int plan_against(struct pub_plan *out, struct arena *a, const struct app_tree *t, struct dest *dest,
		 const struct survey *survey, bool repair, struct digests *dg, struct diags *d, bool *race)
{
	struct planning p = { .plan = out, .a = a, .tree = t, .dest = dest, .survey = survey, .dg = dg, .d = d };

	*out = (struct pub_plan){ 0 };
	p.repair = repair;
	p.race = race;
	p.findings = ARENA_ARRAY(a, enum finding, t->n);
	for (size_t i = 0; i < t->n; i++) {
		if (is_planned(&t->v[i]) && judge_listed(&p.findings[i], &p, &t->v[i]))
			return -1;
	}
	if (settle_suspects(&p, false) || settle_suspects(&p, true))
		return -1;
	return conclude_all(&p);
}
