#include "cmd/payloads.h"

#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "build/h5preset.h"
#include "build/quickfix.h"
#include "format/wire.h"

void payloads_prepare(struct payloads *p, struct app *app, const struct h5_maker *maker, int64_t commit_time)
{
	const struct quickfix_maker fixes = { maker->tree,      maker->digests, commit_time,
					      maker->good_defs, maker->a,       maker->d };

	*p = (struct payloads){ .app = app, .maker = *maker };
	h5_prepare(&p->h5, &p->nh5, app, maker);
	p->live = ARENA_ARRAY(maker->a, bool, p->nh5);
	quickfixes_prepare(app, &fixes);
}

void payloads_release(struct payloads *p)
{
	strbuf_release(&p->json);
}

/* --- what is in the tree -------------------------------------------------------------------------------------------------- */
static void keep_h5(struct payloads *p, const struct release *r)
{
	for (size_t i = 0; i < p->nh5; i++) {
		if (&p->h5[i].release->r == r)
			p->live[i] = true;
	}
}

void payloads_live(struct payloads *p, const struct release *r, struct objects *objects)
{
	keep_h5(p, r);
	for (size_t i = 0; r->kind == KIND_QUICKFIX && i < quickfix_of(r)->nmodules; i++) {
		const struct quickfix_module *m = &quickfix_of(r)->modules[i];
		struct object o = { .length = m->size, .name = QUICKFIX_HQF_NAME };

		memcpy(o.hash, m->sha256, SHA256_SIZE);
		objects_add(objects, o);
	}
}

bool payloads_has(const struct payloads *p, const uint8_t hash[SHA256_SIZE])
{
	for (size_t i = 0; i < p->nh5; i++) {
		if (p->live[i] && !memcmp(p->h5[i].release->sha256, hash, SHA256_SIZE))
			return true;
	}
	return false;
}

int payloads_add(struct payloads *p, struct slice path, struct slice bytes)
{
	struct payloads_file new = { { .path = arena_copy(p->maker.a, path), .length = bytes.n },
				     slice_bytes(bytes.p ? bytes.p : "", bytes.n) };
	const char *fault = files_path_fault(path);

	if (fault)
		return diag_environment(p->maker.d, NULL, "cannot write " SLICE_FMT ": %s", SLICE_ARG(path), fault);
	if (digest_sha256(p->maker.digests, new.f.hash, bytes))
		return diag_environment(p->maker.d, NULL, "cannot hash " SLICE_FMT, SLICE_ARG(path));
	ARENA_PUSH(p->maker.a, p->added, p->nadded, p->added_cap, new);
	return 0;
}

static int add_preset(struct payloads *p, enum platform platform, int64_t commit_time)
{
	struct strbuf json = STRBUF_INIT, path = STRBUF_INIT;
	int bad = h5_preset(&json, p->app, platform, commit_time);

	h5_preset_path(&path, platform);
	if (bad || path.failed)
		bad = diag_environment(p->maker.d, p->app->origin.path, "out of memory");
	else if (json.n)
		bad = payloads_add(p, strbuf_slice(&path), arena_copy(p->maker.a, strbuf_slice(&json)));
	strbuf_release(&json);
	strbuf_release(&path);
	return bad;
}

/* Also where no device is offered them, because a gray release of a higher version reaches everybody. */
static void keep_presets(struct payloads *p, enum platform platform, int64_t commit_time)
{
	for (size_t i = 0; i < p->app->nh5_apps; i++) {
		const struct h5_release *h = h5_newest(p->app, &p->app->h5_apps[i], platform, commit_time);

		if (h)
			keep_h5(p, &h->r);
	}
}

int payloads_presets(struct payloads *p, int64_t commit_time)
{
	int bad = 0;

	for (int platform = 0; platform < PLATFORM_COUNT && !bad; platform++) {
		keep_presets(p, (enum platform)platform, commit_time);
		bad = add_preset(p, (enum platform)platform, commit_time);
	}
	return bad;
}

/* Global packages may have files in common, which build/h5global.h compared. */
static void drop_repeated(struct files *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (!kept || !slice_eq(f->v[kept - 1].path, f->v[i].path))
			f->v[kept++] = f->v[i];
	}
	f->n = kept;
}

static struct files live_files(struct payloads *p)
{
	struct files all = { NULL, 0 };
	size_t cap = 0;

	for (size_t i = 0; i < p->nh5; i++) {
		for (size_t k = 0; p->live[i] && k < p->h5[i].files.n; k++)
			ARENA_PUSH(p->maker.a, all.v, all.n, cap, p->h5[i].files.v[k]);
	}
	files_sort(&all);
	drop_repeated(&all);
	for (size_t i = 0; i < p->nadded; i++)
		ARENA_PUSH(p->maker.a, all.v, all.n, cap, p->added[i].f);
	files_sort(&all);
	return all;
}

static int check_names(const struct payloads *p, const struct files *all)
{
	for (size_t i = 1; i < all->n; i++) {
		if (slice_eq(all->v[i - 1].path, all->v[i].path))
			return diag_environment(p->maker.d, NULL, "two files of the tree are named " SLICE_FMT,
						SLICE_ARG(all->v[i].path));
	}
	return 0;
}

int payloads_list(struct payloads *p, struct objects *objects)
{
	struct files all = live_files(p);
	struct object o = { .name = FILES_NAME };

	if (all.n == 0)
		return 0;
	if (all.n > WIRE_ITEMS_MAX)
		return diag_error(p->maker.d, SRCPOS_FILE(p->app->origin.path),
				  "the h5 packages of this app have %zu files; at most %u fit a tree: end the tasks of "
				  "old versions",
				  all.n, WIRE_ITEMS_MAX);
	if (check_names(p, &all))
		return -1;
	p->listed = all;
	p->settled = ARENA_ARRAY(p->maker.a, bool, all.n);
	if (files_encode(&p->json, &all) || digest_sha256(p->maker.digests, o.hash, strbuf_slice(&p->json)))
		return diag_environment(p->maker.d, NULL, "cannot write " FILES_NAME ": out of memory");
	o.data = strbuf_slice(&p->json);
	o.length = o.data.n;
	objects_add(objects, o);
	return 0;
}

/* --- modules -------------------------------------------------------------------------------------------------------------- */
struct placing_module {
	struct tree *t;
	struct object o;
	struct diags *d;
	int placed;
};

static int place_module(void *ctx, const struct quickfix_module *m, struct slice bytes)
{
	struct placing_module *placing = ctx;

	if (placing->placed != 1 || memcmp(m->sha256, placing->o.hash, SHA256_SIZE) != 0)
		return 0;
	placing->o.data = bytes;
	placing->placed = tree_object(placing->t, &placing->o, placing->d);
	return placing->placed < 0 ? -1 : 0;
}

static bool has_module(const struct quickfix *q, const uint8_t hash[SHA256_SIZE])
{
	for (size_t i = 0; i < q->nmodules; i++) {
		if (!memcmp(q->modules[i].sha256, hash, SHA256_SIZE))
			return true;
	}
	return false;
}

int payloads_object(const struct payloads *p, struct tree *t, const struct object *o)
{
	struct placing_module placing = { t, *o, p->maker.d, 1 };

	for (size_t i = 0; i < p->app->nquickfixes && placing.placed == 1; i++) {
		const struct quickfix *q = &p->app->quickfixes[i];

		if (has_module(q, o->hash) &&
		    quickfix_write(q, p->maker.tree, p->maker.digests, place_module, &placing, p->maker.d))
			return -1;
	}
	return placing.placed;
}

/* --- h5 packages ---------------------------------------------------------------------------------------------------------- */
struct placing_package {
	const struct payloads *p;
	const struct h5_package *package;
	struct tree *t;
	bool *missing; /* of each of its files */
	size_t nmissing;
};

/* A kept package may be made again for the sake of files that are not at hand; where they come out other, they stay away. */
static int place_made(void *ctx, struct slice path, struct slice bytes)
{
	struct placing_package *placing = ctx;
	const struct files *files = &placing->package->files;
	const struct listed_file *f = files_find(files, path);
	uint8_t hash[SHA256_SIZE];

	if (f && !placing->missing[f - files->v])
		return 0;
	if (digest_sha256(placing->p->maker.digests, hash, bytes))
		return diag_environment(placing->p->maker.d, NULL, "cannot hash " SLICE_FMT, SLICE_ARG(path));
	if (!f || f->length != bytes.n || memcmp(f->hash, hash, SHA256_SIZE) != 0)
		return placing->package->kept
			       ? 0
			       : diag_environment(placing->p->maker.d, placing->package->release->r.origin.path,
						  SLICE_FMT " changed while it was being built", SLICE_ARG(path));
	if (tree_listed(placing->t, f, slice_bytes(bytes.p ? bytes.p : "", bytes.n), placing->p->maker.d))
		return -1;
	placing->missing[f - files->v] = false;
	placing->nmissing--;
	return 0;
}

static bool *settled(const struct payloads *p, const struct listed_file *f)
{
	return &p->settled[files_find(&p->listed, f->path) - p->listed.v];
}

/* Takes from the previous tree what is there. */
static int place_kept(struct placing_package *placing)
{
	const struct files *files = &placing->package->files;

	for (size_t i = 0; i < files->n; i++) {
		int placed =
			*settled(placing->p, &files->v[i])
				? 0
				: tree_listed(placing->t, &files->v[i], (struct slice){ NULL, 0 }, placing->p->maker.d);

		if (placed < 0)
			return -1;
		placing->missing[i] = placed == 1;
		placing->nmissing += placed == 1;
	}
	return 0;
}

static int make_missing(struct placing_package *placing)
{
	CLEANUP(diags_release) struct diags unread = DIAGS_INIT;
	struct h5_maker maker = placing->p->maker;

	if (!placing->nmissing)
		return 0;
	if (!placing->package->kept)
		return h5_write(placing->package, placing->p->app, &maker, place_made, placing);
	maker.d = &unread; /* its input need not be at hand */
	if (!placing->package->same_key)
		return 0;
	return h5_write(placing->package, placing->p->app, &maker, place_made, placing) && placing->p->maker.d->errors
		       ? -1
		       : 0;
}

static int place_package(const struct payloads *p, size_t i, struct tree *t,
			 void (*elsewhere)(void *ctx, const struct listed_file *f), void *ctx)
{
	struct arena mem = ARENA_INIT;
	const struct files *files = &p->h5[i].files;
	struct placing_package placing = { p, &p->h5[i], t, NULL, 0 };
	int bad;

	placing.missing = ARENA_ARRAY(&mem, bool, files->n);
	bad = place_kept(&placing) || make_missing(&placing) ? -1 : 0;
	for (size_t k = 0; k < files->n && !bad; k++) {
		if (placing.missing[k])
			elsewhere(ctx, &files->v[k]);
		*settled(p, &files->v[k]) = true;
	}
	arena_release(&mem);
	return bad;
}

int payloads_place(const struct payloads *p, struct tree *t, void (*elsewhere)(void *ctx, const struct listed_file *f),
		   void *ctx)
{
	int bad = 0;

	for (size_t i = 0; i < p->nh5 && !bad; i++) {
		if (!p->live[i])
			continue;
		cmd_progress("writing h5 package " SLICE_FMT " " SLICE_FMT, SLICE_ARG(p->h5[i].release->app->id),
			     SLICE_ARG(p->h5[i].release->r.version_text));
		bad = place_package(p, i, t, elsewhere, ctx);
	}
	cmd_progress_end();
	for (size_t i = 0; i < p->nadded && !bad; i++)
		bad = tree_listed(t, &p->added[i].f, p->added[i].bytes, p->maker.d) ? -1 : 0;
	return bad;
}
