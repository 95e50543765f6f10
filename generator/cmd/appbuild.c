#include "cmd/appbuild.h"

#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "build/hapcheck.h"
#include "build/icon.h"
#include "build/ipacheck.h"
#include "build/package.h"
#include "build/warnings.h"
#include "build/whitelists.h"
#include "format/paths.h"

/* --- preparing -------------------------------------------------------------------------------------------------------- */

static int check_roots(struct appbuild *b, struct build_run *run)
{
	struct diags *d = &run->load->d;

	if (!b->app->nroots)
		return diag_error(d, b->app->origin.path ? SRCPOS_FILE(b->app->origin.path) : SRCPOS_NONE,
				  "there is no TUF root: keys/1.root.json is missing; `mdstatic keys new KEYDIR --root "
				  "keys` makes one");
	return roots_check(&b->chain, &b->mem, run->load->digests, b->app->roots, b->app->nroots, b->app->roots_dir,
			   run->now, &run->keys.settings.roles[KEYS_ROOT], d);
}

static int load_previous(struct appbuild *b, struct build_run *run)
{
	const char *dir = arena_printf(&b->mem, "%s/" SLICE_FMT, run->previous ? run->previous : run->out.path,
				       SLICE_ARG(b->app->app_code))
				  .p;

	if (!previous_load(&b->previous, dir, b->app->app_code, &b->chain, run->load->digests, &run->load->d)) {
		if (!b->previous.unusable &&
		    !roles_objects_vouched(&b->mem, &b->previous.parts, &b->chain.v[b->chain.n - 1], &run->keys))
			previous_forsake(&b->previous, "its objects are signed by keys that were replaced since");
		return b->previous.unusable ? diag_warning(&run->load->d, SRCPOS_FILE(dir),
							   "%s: nothing of it is reused, and everything is made again",
							   b->previous.unusable)
					    : 0;
	}
	return diag_error(&run->load->d, SRCPOS_FILE(dir),
			  "the previous tree does not verify, so nothing of it can be reused or continued; "
			  "fetch it again with mdstatic-publish pull, or name a good one with --previous");
}

static void add_bytes(struct appbuild *b, const uint8_t hash[SHA256_SIZE], const char *name, struct slice bytes)
{
	struct object o = { .length = bytes.n, .name = name, .data = bytes };

	memcpy(o.hash, hash, SHA256_SIZE);
	objects_add(&b->objects, o);
}

/* The package of a release, where it lies in the repository. */
static void add_package(struct appbuild *b, const struct release *r)
{
	const struct package *p = package_of(r);
	char name[PACKAGE_NAME];
	struct object o = { .name = name };

	if (!p || !p->rel.n)
		return;
	package_object_name(name, r);
	o.length = p->size;
	memcpy(o.hash, p->sha256, SHA256_SIZE);
	objects_add(&b->objects, o);
}

/* What iOS shows while it installs the release. */
static void add_icon(struct appbuild *b, const struct release *r)
{
	if (r->kind == KIND_UPGRADE && upgrade_of(r)->icon_bytes.n)
		add_bytes(b, upgrade_of(r)->icon_sha256, ICON_NAME, upgrade_of(r)->icon_bytes);
}

/* A list of expressions stands in manifests and has no filter. */
static void add_filter(struct appbuild *b, const struct whitelist *list)
{
	const struct whitelist_filter *f = whitelists_find(b->filters, b->nfilters, list);
	struct object o = { .name = FILTER_NAME };

	if (!f)
		return;
	o.length = f->length;
	o.data = strbuf_slice(&f->bytes);
	memcpy(o.hash, f->file, SHA256_SIZE);
	objects_add(&b->objects, o);
}

/* Packages and filters of what is really offered: whatever a live offer refers to. Who is told to roll back loads nothing. */
static void add_artifacts(struct appbuild *b, const struct plan *plan)
{
	for (size_t i = 0; i < plan->offers.n; i++) {
		const struct offer *offer = &plan->offers.v[i];

		if (offer->fate != OFFER_LIVE)
			continue;
		if (offer->release && offer->task->type != TASK_ROLLBACK) {
			add_package(b, offer->release);
			add_icon(b, offer->release);
			payloads_live(&b->payloads, offer->release, &b->objects);
		}
		for (size_t k = 0; k < offer->nlists; k++)
			add_filter(b, offer->lists[k]);
	}
}

static bool lists_object(const struct objects *s, const uint8_t hash[SHA256_SIZE])
{
	for (size_t low = 0, high = s->n; low < high;) {
		size_t mid = low + (high - low) / 2;
		int c = memcmp(s->v[mid].hash, hash, SHA256_SIZE);

		if (c == 0)
			return true;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* recipes.json tells of nothing that the tree does not list: a pending release leaves no trace in it. */
static int add_recipes(struct appbuild *b, struct build_run *run)
{
	struct recipes all = recipe_book_close(&b->book), listed = { ARENA_ARRAY(&b->mem, struct recipe, all.n), 0 };
	uint8_t hash[SHA256_SIZE];

	objects_sort(&b->objects);
	for (size_t i = 0; i < all.n; i++) {
		if (lists_object(&b->objects, all.v[i].hash) || payloads_has(&b->payloads, all.v[i].hash))
			listed.v[listed.n++] = all.v[i];
	}
	if (recipes_encode(&b->recipes, &listed) || digest_sha256(run->load->digests, hash, strbuf_slice(&b->recipes)))
		return diag_environment(&run->load->d, NULL, "cannot write " RECIPES_NAME ": out of memory");
	add_bytes(b, hash, RECIPES_NAME, strbuf_slice(&b->recipes));
	objects_sort(&b->objects);
	return 0;
}

static int add_pages(struct appbuild *b, struct build_run *run)
{
	const struct page_maker maker = { b->app, run->load->digests, &b->mem };

	return pages_add(&b->pages, &b->payloads, &b->compiled, run->load->model.commit_time, &maker, &run->load->d);
}

static int make_deltas(struct appbuild *b, struct build_run *run)
{
	const struct appdeltas_input in = { b->app, run->load->model.commit_time, &b->compiled, &b->payloads,
					    &b->previous };

	return appdeltas_make(&b->deltas, &in, &b->objects);
}

static int fail_compiling(struct appbuild *b, struct build_run *run)
{
	struct diags *d = &run->load->d;

	if (b->compiled.why)
		return diag_error(d, SRCPOS_FILE(b->app->origin.path), "%s", b->compiled.why);
	return diag_environment(d, b->app->origin.path, "cannot compile this app: out of memory, or libcrypto failed");
}

static int compile(struct appbuild *b, struct build_run *run)
{
	struct load *l = run->load;

	if (compile_plans(&b->compiled, b->app, l->model.commit_time, l->digests))
		return fail_compiling(b, run);
	if (make_deltas(b, run))
		return -1;
	if (compile_indexes(&b->compiled, b->app, l->model.commit_time, b->filters, b->nfilters, l->digests))
		return fail_compiling(b, run);
	for (size_t i = 0; i < b->compiled.nobjects; i++)
		add_bytes(b, b->compiled.objects[i].hash, b->compiled.objects[i].name, b->compiled.objects[i].bytes);
	for (size_t i = 0; i < b->compiled.n; i++)
		add_artifacts(b, &b->compiled.v[i].plan);
	if (payloads_presets(&b->payloads, l->model.commit_time) || add_pages(b, run) ||
	    payloads_list(&b->payloads, &b->objects))
		return -1;
	return add_recipes(b, run);
}

static void prepare_payloads(struct appbuild *b, struct build_run *run)
{
	struct h5_maker maker = {
		.tree = source_tree(run->load->source),
		.digests = run->load->digests,
		.signer = &run->h5key.signer,
		.book = &b->book,
		.published = b->previous.dir ? &b->previous.files : NULL,
		.good_defs = true,
		.a = &b->mem,
		.d = &run->load->d,
	};

	payloads_prepare(&b->payloads, b->app, &maker, run->load->model.commit_time);
}

void appbuild_prepare(struct appbuild *b, struct build_run *run, struct app *app)
{
	struct load *l = run->load;
	const struct filetree *tree = source_tree(l->source);

	*b = (struct appbuild){ .app = app,
				.mem = ARENA_INIT,
				.previous = PREVIOUS_INIT,
				.objects = OBJECTS_INIT,
				.pending = PENDING_INIT };
	b->book = (struct recipe_book){ .a = &b->mem, .digests = l->digests };
	if (!check_roots(b, run) && !load_previous(b, run))
		b->book.known = &b->previous.recipes;
	cmd_progress("reading packages and lists of " SLICE_FMT, SLICE_ARG(app->app_code));
	packages_prepare(app, tree, l->digests, &b->book, &b->mem, &l->d);
	ipa_expiry_check(app, l->model.commit_time, &l->d);
	hap_expiry_check(app, l->model.commit_time, &l->d);
	prepare_payloads(b, run);
	whitelists_prepare(&b->filters, &b->nfilters, &b->mem, app, tree, run->jobs, &b->book, &l->d);
	cmd_progress_end();
	if (l->d.errors)
		return;
	warnings_check(app, l->model.commit_time, &l->d);
	compile(b, run);
}

/* --- signing and writing ------------------------------------------------------------------------------------------------ */

static int by_path(const void *a, const void *b)
{
	return slice_cmp(((const struct tuf_target *)a)->path, ((const struct tuf_target *)b)->path);
}

static struct tuf_target *index_targets(struct appbuild *b)
{
	struct tuf_target *v = ARENA_ARRAY(&b->mem, struct tuf_target, b->compiled.n);
	struct strbuf path = STRBUF_INIT;

	for (size_t i = 0; i < b->compiled.n; i++) {
		const struct compiled_index *ix = &b->compiled.v[i];

		strbuf_reset(&path);
		path_index_target(&path, ix->plan.platform, ix->plan.kind);
		v[i].path = arena_copy(&b->mem, strbuf_slice(&path));
		v[i].length = ix->bytes.n;
		memcpy(v[i].hash, ix->hash, SHA256_SIZE);
	}
	strbuf_release(&path);
	if (b->compiled.n)
		qsort(v, b->compiled.n, sizeof(*v), by_path);
	return v;
}

void appbuild_sign(struct appbuild *b, struct build_run *run)
{
	struct roles_input in = {
		.app = b->app->app_code,
		.now = run->now,
		.root = &b->chain.v[b->chain.n - 1],
		.roots_dir = b->app->roots_dir,
		.keys = &run->keys,
		.indexes = index_targets(b),
		.nindexes = b->compiled.n,
		.objects = objects_targets(&b->mem, &b->objects),
		.nobjects = b->objects.n,
		.previous = b->previous.dir ? &b->previous.parts : NULL,
		.pending = run->signatures ? &b->pending : NULL,
	};

	if (run->signatures)
		pending_open(&b->pending, run->signatures, b->app->app_code);
	if (roles_make(&b->parts, &b->mem, run->load->digests, &in, &run->load->d) && !run->load->d.errors)
		diag_environment(&run->load->d, NULL, "cannot sign");
}

/* 1: the release's package is another one, or does not lie in the repository. */
static int place_file(const struct release *r, struct build_run *run, struct tree *t, struct object o)
{
	const struct filetree *tree = source_tree(run->load->source);
	const struct package *p = package_of(r);
	const struct file_entry *e = p && p->rel.n ? filetree_find(tree, p->rel) : NULL;
	struct file_place place;
	struct blob blob = { 0 };
	int placed;

	if (!e || memcmp(p->sha256, o.hash, SHA256_SIZE) != 0)
		return 1;
	if (filetree_locate(&place, tree, e, &t->mem, &run->load->d))
		return -1;
	/* What an earlier build has read need not be at hand. What is copied is hashed meanwhile: it may have changed. */
	if (place.file && !file_exists(place.file))
		return 1;
	o.path = place.file;
	if (!o.path && filetree_read(&blob, tree, e, PACKAGE_MAX, &run->load->d))
		return -1;
	o.data = blob.data;
	placed = tree_object(t, &o, &run->load->d);
	blob_release(&blob);
	return placed;
}

/* The bytes of an object that neither this build made in memory nor the previous tree holds: a package of the repository. */
static int place_package(struct appbuild *b, struct build_run *run, struct tree *t, struct object o)
{
	int placed = 1;

	for (int k = 0; k < KIND_COUNT; k++) {
		for (size_t i = 0; i < b->app->nreleases[k] && placed == 1; i++)
			placed = place_file(b->app->releases[k][i], run, t, o);
	}
	return placed;
}

static void note_elsewhere(void *ctx, const struct listed_file *f)
{
	struct appbuild *b = ctx;
	struct elsewhere e = { f->path, f->length };

	ARENA_PUSH(&b->mem, b->elsewhere, b->nelsewhere, b->elsewhere_cap, e);
}

static int place_objects(struct appbuild *b, struct build_run *run, struct tree *t)
{
	struct strbuf path = STRBUF_INIT;
	int placed = 0;

	for (size_t i = 0; i < b->objects.n && placed >= 0; i++) {
		const struct object *o = &b->objects.v[i];

		cmd_progress("writing object %zu of %zu", i + 1, b->objects.n);
		b->bytes += o->length;
		placed = tree_object(t, o, &run->load->d);
		if (placed == 1)
			placed = place_package(b, run, t, *o);
		if (placed == 1)
			placed = payloads_object(&b->payloads, t, o);
		if (placed == 1) {
			struct listed_file f = { .length = o->length };

			strbuf_reset(&path);
			path_object(&path, o->hash, o->name);
			f.path = arena_copy(&b->mem, strbuf_slice(&path));
			note_elsewhere(b, &f);
		}
	}
	cmd_progress_end();
	strbuf_release(&path);
	return placed < 0 ? -1 : 0;
}

static int place_indexes(struct appbuild *b, struct build_run *run, struct tree *t)
{
	struct strbuf target = STRBUF_INIT, file = STRBUF_INIT;
	int bad = 0;

	for (size_t i = 0; i < b->compiled.n && !bad; i++) {
		const struct compiled_index *ix = &b->compiled.v[i];

		strbuf_reset(&target);
		strbuf_reset(&file);
		path_index_target(&target, ix->plan.platform, ix->plan.kind);
		path_target_file(&file, strbuf_slice(&target), ix->hash);
		bad = tree_file(t, file.p, ix->bytes, &run->load->d);
	}
	strbuf_release(&target);
	strbuf_release(&file);
	return bad;
}

static int by_elsewhere(const void *a, const void *b)
{
	return slice_cmp(((const struct elsewhere *)a)->path, ((const struct elsewhere *)b)->path);
}

static int place_buildinfo(struct appbuild *b, struct build_run *run, struct tree *t)
{
	const struct tuf_part *timestamp = tuf_part_find(&b->parts, SLICE("timestamp"));
	uint8_t now[SHA256_SIZE], lineage[BUILDINFO_LINEAGE][SHA256_SIZE];
	struct strbuf bytes = STRBUF_INIT;
	struct buildinfo info = {
		.app = b->app->app_code,
		.commit = slice_of(source_commit(run->load->source)),
		.tool = slice_of(MDSTATIC_VERSION),
		.lineage = lineage,
		.elsewhere = b->elsewhere,
		.nelsewhere = b->nelsewhere,
		.pointer_max_age = b->app->pointer_max_age,
	};
	int bad;

	appdeltas_note(&info, &b->deltas, &b->mem);
	if (b->nelsewhere)
		qsort(b->elsewhere, b->nelsewhere, sizeof(*b->elsewhere), by_elsewhere);
	if (digest_sha256(run->load->digests, now, timestamp->bytes))
		return diag_environment(&run->load->d, NULL, "cannot hash timestamp.json");
	info.nlineage =
		buildinfo_lineage(lineage, &b->previous.build, b->previous.dir ? b->previous.timestamp : NULL, now);
	bad = roles_buildinfo(&bytes, &b->mem, &info, b->previous.build_bytes, &run->keys, &b->chain.v[b->chain.n - 1],
			      &run->load->d);
	if (!bad)
		bad = tree_file(t, BUILDINFO_NAME, strbuf_slice(&bytes), &run->load->d);
	strbuf_release(&bytes);
	return bad;
}

void appbuild_write(struct appbuild *b, struct build_run *run)
{
	struct tree t = TREE_INIT;

	if (!tree_begin(&t, &run->out, b->app->app_code, b->previous.dir, &run->load->d) &&
	    !place_objects(b, run, &t) && !payloads_place(&b->payloads, &t, note_elsewhere, b) &&
	    !place_indexes(b, run, &t) && !tree_metadata(&t, &b->chain, &b->parts, &run->load->d) &&
	    !place_buildinfo(b, run, &t) && tree_commit(&t, &b->changed, &run->load->d) && !run->load->d.errors)
		diag_environment(&run->load->d, run->out.path, "the tree could not be written");
	tree_end(&t);
	if (run->signatures && !run->load->d.errors && pending_close(&b->pending, &run->load->d))
		return;
}

void appbuild_release(struct appbuild *b)
{
	for (size_t i = 0; i < b->nfilters; i++)
		whitelist_filter_release(&b->filters[i]);
	payloads_release(&b->payloads);
	appdeltas_release(&b->deltas);
	compiled_release(&b->compiled);
	objects_release(&b->objects);
	strbuf_release(&b->recipes);
	previous_release(&b->previous);
	pending_release(&b->pending);
	arena_release(&b->mem);
}
