#include "build/h5.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "build/h5content.h"
#include "build/h5entry.h"
#include "build/h5global.h"
#include "format/delta.h"
#include "format/json.h"
#include "format/wire.h"
#include "pack/amr.h"

typedef int put_fn(void *ctx, struct slice path, struct slice bytes);

static int out_of_memory(const struct h5_maker *m, const struct h5_release *h)
{
	return diag_environment(m->d, h->r.origin.path, "out of memory");
}

/* --- h5_json.json ------------------------------------------------------------------------------------------------------- */

static int make_json(struct strbuf *out, const struct app *app, const struct h5_release *h)
{
	json_t *data = json_array(), *o;
	bool failed = false;
	int bad;

	put_item(data, h5_entry(app, h, app->bases[0]), &failed);
	o = h5_json(put_done(data, failed));
	bad = o ? json_write(out, o, JSON_WIRE) : -1;
	json_decref(o);
	return bad;
}

/* --- making ------------------------------------------------------------------------------------------------------------- */

/* The path of a file of the release: what `add` gives, and `name`. */
static int put_named_file(const struct h5_release *h, void (*add)(struct strbuf *, const struct h5_release *),
			  struct slice name, struct slice bytes, put_fn *put, void *ctx)
{
	struct strbuf path = STRBUF_INIT;
	int bad;

	add(&path, h);
	strbuf_addslice(&path, name);
	bad = path.failed ? -1 : put(ctx, strbuf_slice(&path), bytes);
	strbuf_release(&path);
	return bad;
}

/* What the package holds, file by file: below fallback/, or where pages refer to it. */
static int put_unpacked(const struct h5_release *h, const struct fileset *files, put_fn *put, void *ctx)
{
	int bad = 0;

	for (size_t i = 0; i < files->n && !bad; i++) {
		struct slice path = files->v[i].path, bytes = fileset_bytes(files, &files->v[i]);

		if (!h->app->global)
			bad = put_named_file(h, h5_fallback_path, path, bytes, put, ctx);
		else if (!slice_eqs(path, H5_HPMFILE))
			bad = put(ctx, path, bytes);
	}
	return bad;
}

static int put_json(const struct app *app, const struct h5_release *h, const struct h5_maker *m, put_fn *put, void *ctx)
{
	struct strbuf json = STRBUF_INIT;
	int bad = make_json(&json, app, h);

	bad = bad ? out_of_memory(m, h)
		  : put_named_file(h, h5_folder, SLICE("nebula_json/h5_json.json"), strbuf_slice(&json), put, ctx);
	strbuf_release(&json);
	return bad;
}

static int make_amr(struct strbuf *amr, const struct h5_release *h, const struct fileset *files,
		    const struct h5_maker *m)
{
	struct amr_input in = { h->app->id, h->r.version_text, files };

	return amr_make(amr, &in, m->signer, h5_content_pos(h, m->tree), m->d);
}

int h5_write(const struct h5_package *p, const struct app *app, const struct h5_maker *m, put_fn *put, void *ctx)
{
	const struct h5_release *h = p->release;
	struct fileset files = FILESET_INIT;
	struct strbuf amr = STRBUF_INIT;
	int bad = h5_content(&files, app, h, m->tree, m->d) || make_amr(&amr, h, &files, m) ? -1 : 0;

	if (!bad)
		bad = put_named_file(h, h5_amr_path, SLICE(""), strbuf_slice(&amr), put, ctx);
	if (!bad)
		bad = put_unpacked(h, &files, put, ctx);
	if (!bad)
		bad = put_json(app, h, m, put, ctx);
	strbuf_release(&amr);
	fileset_release(&files);
	return bad;
}

/* --- listing ------------------------------------------------------------------------------------------------------------ */
struct listing {
	const struct h5_maker *m;
	struct files files;
	size_t cap;
};

static int list_file(void *ctx, struct slice path, struct slice bytes)
{
	struct listing *l = ctx;
	struct listed_file f = { .path = arena_copy(l->m->a, path), .length = bytes.n };

	if (digest_sha256(l->m->digests, f.hash, bytes))
		return diag_environment(l->m->d, NULL, "cannot hash " SLICE_FMT, SLICE_ARG(path));
	ARENA_PUSH(l->m->a, l->files.v, l->files.n, l->cap, f);
	return 0;
}

/* --- what is published -------------------------------------------------------------------------------------------------- */
static bool same_file(const struct listed_file *a, const struct listed_file *b)
{
	return a->length == b->length && !memcmp(a->hash, b->hash, SHA256_SIZE);
}

/* Whether the previous tree has the release's folder, with the same files and no other ones, or none of it. */
static bool same_folder(const struct h5_package *p, const struct files *published)
{
	struct strbuf folder = STRBUF_INIT;
	struct files old, new;
	bool same;

	h5_folder(&folder, p->release);
	old = files_below(published, strbuf_slice(&folder));
	new = files_below(&p->files, strbuf_slice(&folder));
	same = old.n == 0 || old.n == new.n;
	for (size_t i = 0; i < old.n && same; i++)
		same = slice_eq(old.v[i].path, new.v[i].path) && same_file(&old.v[i], &new.v[i]);
	strbuf_release(&folder);
	return same;
}

/* Whether the packages that the previous tree has of this version, for other platforms perhaps, are this one. */
static bool same_version(const struct h5_package *p, const struct files *published)
{
	const struct h5_release *h = p->release;
	struct strbuf versions = STRBUF_INIT, tail = STRBUF_INIT;
	struct files old;
	bool same = true;

	h5_versions_path(&versions, h);
	strbuf_addf(&tail, "nebula/" SLICE_FMT "_" SLICE_FMT ".amr", SLICE_ARG(h->app->id),
		    SLICE_ARG(h->r.version_text));
	old = files_below(published, strbuf_slice(&versions));
	for (size_t i = 0; i < old.n && same; i++) {
		struct slice rest = slice_from(old.v[i].path, versions.n);

		(void)slice_cut(&rest, '/'); /* the platforms */
		if (slice_eq(rest, strbuf_slice(&tail)))
			same = old.v[i].length == h->size && !memcmp(old.v[i].hash, h->sha256, SHA256_SIZE);
	}
	strbuf_release(&versions);
	strbuf_release(&tail);
	return same;
}

static int check_published(const struct h5_package *p, const struct h5_maker *m)
{
	const struct h5_release *h = p->release;

	if (!m->published || (same_folder(p, m->published) && same_version(p, m->published)))
		return 0;
	return diag_error(m->d, origin_pos(&h->r.origin, "/version"),
			  "version " SLICE_FMT " is published with other content; raise the version",
			  SLICE_ARG(h->r.version_text));
}

/* --- recipes ------------------------------------------------------------------------------------------------------------ */

/* What stands for the input: the blob's id, or a hash over those of a folder's files; false: one of them is not known. */
static bool input_id(struct strbuf *out, const struct h5_release *h, const struct h5_maker *m)
{
	const struct file_entry *zip = filetree_find(m->tree, h->input);
	struct strbuf list = STRBUF_INIT;
	uint8_t hash[SHA256_SIZE];
	size_t first, n;
	bool known = true;

	if (!h->is_folder) {
		strbuf_adds(out, zip ? zip->id : "");
		return out->n > 0;
	}
	strbuf_addf(&list, SLICE_FMT "/", SLICE_ARG(h->input));
	n = filetree_below(m->tree, strbuf_slice(&list), &first);
	for (size_t i = first; i < first + n; i++) {
		const struct file_entry *e = &m->tree->v[i];

		known = known && *e->id;
		strbuf_addf(&list, "%s " SLICE_FMT "%c", e->id, SLICE_ARG(slice_from(e->rel, h->input.n)), '\0');
	}
	known = known && n && !list.failed && !digest_sha256(m->digests, hash, strbuf_slice(&list));
	if (known)
		strbuf_addhex(out, hash, sizeof(hash));
	strbuf_release(&list);
	return known && !out->failed;
}

static bool make_key(uint8_t key[SHA256_SIZE], const struct app *app, const struct h5_release *h,
		     const struct h5_maker *m)
{
	struct strbuf id = STRBUF_INIT, host = STRBUF_INIT;
	bool keyed = m->book && input_id(&id, h, m);

	if (h->app->global)
		h5_global_folder(&host, app);
	if (keyed) {
		struct slice parts[] = {
			SLICE("h5/1"),
			strbuf_slice(&id),
			h->is_folder ? SLICE("folder") : SLICE("zip"),
			h->app->id,
			h->r.version_text,
			strbuf_slice(&host),
			h->main_url,
			h->extend_info,
			h->any_network ? SLICE("any") : SLICE("wifi"),
			h->preload ? SLICE("preload") : SLICE("lazy"),
		};

		keyed = recipe_key(key, m->book, parts, COUNT(parts));
	}
	strbuf_release(&id);
	strbuf_release(&host);
	return keyed;
}

/* The package that a recipe names, where the previous tree has it; NULL: it has not. */
static const struct listed_file *published_amr(const struct h5_release *h, const struct recipe *r,
					       const struct files *published)
{
	struct strbuf path = STRBUF_INIT;
	const struct listed_file *amr;

	h5_amr_path(&path, h);
	amr = files_find(published, strbuf_slice(&path));
	strbuf_release(&path);
	return amr && amr->length == r->length && !memcmp(amr->hash, r->hash, SHA256_SIZE) ? amr : NULL;
}

/* What lies in the release's folder, and the files of a global package; false: not all of them. */
static bool published_files(struct files *out, const struct h5_release *h, const struct recipe *r,
			    const struct app *app, const struct h5_maker *m)
{
	const struct slice *names = recipe_fact(r, "globalFiles");
	struct strbuf folder = STRBUF_INIT, host = STRBUF_INIT;
	bool found = true;

	h5_folder(&folder, h);
	h5_global_folder(&host, app);
	*out = files_below(m->published, strbuf_slice(&folder));
	if (h->app->global)
		found = names && h5_global_published(out, m->a, *names, strbuf_slice(&host), m->published);
	strbuf_release(&folder);
	strbuf_release(&host);
	return found;
}

/* Takes over what the previous tree has. */
static bool reuse(struct h5_package *p, const struct app *app, struct h5_release *h, const struct h5_maker *m,
		  const uint8_t key[SHA256_SIZE])
{
	const struct recipe *r = m->published ? recipe_find(m->book, key) : NULL;
	const struct slice *url = r ? recipe_fact(r, "globalPackUrl") : NULL,
			   *signer = r ? recipe_fact(r, "key") : NULL;
	const struct listed_file *amr = r && !h->app->global == !url ? published_amr(h, r, m->published) : NULL;
	struct files files;

	if (!amr || !published_files(&files, h, r, app, m))
		return false;
	h->size = amr->length;
	memcpy(h->sha256, amr->hash, SHA256_SIZE);
	h->global_pack_url = url ? *url : SLICE("");
	h->has_tar = recipe_get_hex(h->tar_sha256, SHA256_SIZE, r, "tar");
	*p = (struct h5_package){
		.release = h, .files = files, .kept = true, .same_key = signer && slice_eq(*signer, m->signer->id)
	};
	recipe_note(m->book, r);
	return true;
}

static void note(const struct h5_package *p, const struct app *app, const struct h5_maker *m,
		 const uint8_t key[SHA256_SIZE])
{
	const struct h5_release *h = p->release;
	struct recipe_fact facts[4] = { { SLICE("key"), arena_copy(m->a, m->signer->id) } };
	struct recipe r = { .name = SLICE(H5_AMR_NAME), .length = h->size, .facts = facts, .nfacts = 1 };
	struct strbuf host = STRBUF_INIT;

	h5_global_folder(&host, app);
	if (h->has_tar)
		facts[r.nfacts++] = recipe_fact_hex(m->a, "tar", h->tar_sha256, SHA256_SIZE);
	if (h->app->global) {
		facts[r.nfacts++] = (struct recipe_fact){ SLICE("globalPackUrl"), h->global_pack_url };
		facts[r.nfacts++] = (struct recipe_fact){ SLICE("globalFiles"),
							  h5_global_names(m->a, &p->files, strbuf_slice(&host)) };
	}
	strbuf_release(&host);
	memcpy(r.key, key, SHA256_SIZE);
	memcpy(r.hash, h->sha256, SHA256_SIZE);
	recipe_note(m->book, &r);
}

/* --- preparing ---------------------------------------------------------------------------------------------------------- */

/* What a delta is made from. */
static void hash_tar(struct h5_release *h, struct slice amr, const struct h5_maker *m)
{
	struct strbuf bytes = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	const struct zip_entry *tar;
	const char *why;
	struct zip z;

	h->has_tar = !delta_open_tar(&tar, &z, &mem, amr, &why) && !zip_read(&bytes, &z, tar, tar->size, &why) &&
		     !digest_sha256(m->digests, h->tar_sha256, strbuf_slice(&bytes));
	strbuf_release(&bytes);
	arena_release(&mem);
}

/* Packs the content, and adds to the list what the release will have in the tree beside its unpacked files. */
static int make(struct listing *l, const struct app *app, struct h5_release *h, const struct fileset *files)
{
	struct strbuf amr = STRBUF_INIT;
	const struct listed_file *last;
	int bad = make_amr(&amr, h, files, l->m);

	if (!bad)
		bad = put_named_file(h, h5_amr_path, SLICE(""), strbuf_slice(&amr), list_file, l);
	if (!bad)
		hash_tar(h, strbuf_slice(&amr), l->m);
	strbuf_release(&amr);
	if (bad)
		return -1;
	last = &l->files.v[l->files.n - 1];
	h->size = last->length;
	memcpy(h->sha256, last->hash, SHA256_SIZE);
	return put_json(app, h, l->m, list_file, l) ? -1 : 0;
}

/* Without a signer only what a global package has at URLs of its own is listed. */
static int read_and_make(struct h5_package *p, const struct app *app, struct h5_release *h, const struct h5_maker *m)
{
	struct fileset files = FILESET_INIT;
	struct listing l = { .m = m };
	int bad = h5_content(&files, app, h, m->tree, m->d);

	if (!bad && h->app->global)
		h->global_pack_url = arena_printf(m->a, "https://" SLICE_FMT, SLICE_ARG(h5_global_first(&files)->path));
	if (!bad && (m->signer || h->app->global))
		bad = put_unpacked(h, &files, list_file, &l);
	if (!bad && m->signer)
		bad = make(&l, app, h, &files);
	fileset_release(&files);
	if (bad)
		return -1;
	files_sort(&l.files);
	*p = (struct h5_package){ .release = h, .files = l.files };
	return 0;
}

static int prepare(struct h5_package *p, const struct app *app, struct h5_release *h, const struct h5_maker *m)
{
	uint8_t key[SHA256_SIZE];
	bool keyed = m->signer && make_key(key, app, h, m);

	if (keyed && reuse(p, app, h, m, key))
		return 0;
	if (read_and_make(p, app, h, m) || (m->signer && check_published(p, m)))
		return -1;
	if (keyed)
		note(p, app, m, key);
	return 0;
}

static void check_global(const struct h5_package *v, size_t n, const struct app *app, const struct h5_maker *m)
{
	struct h5_global *globals = ARENA_ARRAY(m->a, struct h5_global, n);
	struct strbuf host = STRBUF_INIT;
	size_t nglobals = 0;

	h5_global_folder(&host, app);
	for (size_t i = 0; i < n; i++) {
		if (v[i].release->app->global)
			globals[nglobals++] =
				(struct h5_global){ v[i].release, files_below(&v[i].files, strbuf_slice(&host)) };
	}
	h5_global_check(globals, nglobals, m->published, app, m->d);
	strbuf_release(&host);
}

void h5_prepare(struct h5_package **out, size_t *n, struct app *app, const struct h5_maker *m)
{
	*n = 0;
	*out = ARENA_ARRAY(m->a, struct h5_package, app->nh5);
	for (size_t i = 0; i < app->nh5; i++) {
		struct h5_release *h = &app->h5[i];

		if (h->app && (m->good_defs || !h->is_folder) && !prepare(&(*out)[*n], app, h, m))
			(*n)++;
	}
	check_global(*out, *n, app, m);
	if (!m->signer)
		*n = 0;
}
