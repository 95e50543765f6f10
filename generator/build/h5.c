#include "build/h5.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "build/amr.h"
#include "build/h5content.h"
#include "build/h5entry.h"
#include "format/json.h"
#include "format/wire.h"

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

static int put_fallback(const struct h5_release *h, const struct fileset *files, put_fn *put, void *ctx)
{
	int bad = 0;

	for (size_t i = 0; i < files->n && !bad && !h->app->global; i++)
		bad = put_named_file(h, h5_fallback_path, files->v[i].path, fileset_bytes(files, &files->v[i]), put,
				     ctx);
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
		bad = put_fallback(h, &files, put, ctx);
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

static int by_path(const void *a, const void *b)
{
	return slice_cmp(((const struct listed_file *)a)->path, ((const struct listed_file *)b)->path);
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
	struct files old;
	bool same;

	h5_folder(&folder, p->release);
	old = files_below(published, strbuf_slice(&folder));
	same = old.n == 0 || old.n == p->files.n;
	for (size_t i = 0; i < old.n && same; i++)
		same = slice_eq(old.v[i].path, p->files.v[i].path) && same_file(&old.v[i], &p->files.v[i]);
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

static void check_published(const struct h5_package *p, const struct h5_maker *m)
{
	const struct h5_release *h = p->release;

	if (m->published && !(same_folder(p, m->published) && same_version(p, m->published)))
		diag_error(m->d, origin_pos(&h->r.origin, "/version"),
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

/* Takes over what the previous tree has: its package, and whatever else lies in the release's folder. */
static bool reuse(struct h5_package *p, struct h5_release *h, const struct h5_maker *m, const uint8_t key[SHA256_SIZE])
{
	const struct recipe *r = recipe_find(m->book, key);
	const struct slice *url = r ? recipe_fact(r, "globalPackUrl") : NULL,
			   *signer = r ? recipe_fact(r, "key") : NULL;
	const struct listed_file *amr = NULL;
	struct strbuf path = STRBUF_INIT;

	h5_amr_path(&path, h);
	if (r && m->published && !h->app->global == !url)
		amr = files_find(m->published, strbuf_slice(&path));
	if (amr && (amr->length != r->length || memcmp(amr->hash, r->hash, SHA256_SIZE) != 0))
		amr = NULL;
	if (amr) {
		strbuf_reset(&path);
		h5_folder(&path, h);
		h->size = amr->length;
		memcpy(h->sha256, amr->hash, SHA256_SIZE);
		h->global_pack_url = url ? *url : SLICE("");
		*p = (struct h5_package){ .release = h,
					  .files = files_below(m->published, strbuf_slice(&path)),
					  .kept = true,
					  .same_key = signer && slice_eq(*signer, m->signer->id) };
		recipe_note(m->book, r);
	}
	strbuf_release(&path);
	return amr != NULL;
}

static void note(const struct h5_release *h, const struct h5_maker *m, const uint8_t key[SHA256_SIZE])
{
	struct recipe_fact facts[] = {
		{ SLICE("key"), arena_copy(m->a, m->signer->id) },
		{ SLICE("globalPackUrl"), h->global_pack_url },
	};
	struct recipe r = {
		.name = SLICE("package.amr"), .length = h->size, .facts = facts, .nfacts = h->app->global ? 2 : 1
	};

	memcpy(r.key, key, SHA256_SIZE);
	memcpy(r.hash, h->sha256, SHA256_SIZE);
	recipe_note(m->book, &r);
}

/* --- preparing ---------------------------------------------------------------------------------------------------------- */

/* Packs the content, and lists what the release will have in the tree. */
static int make(struct h5_package *p, const struct app *app, struct h5_release *h, const struct fileset *files,
		const struct h5_maker *m)
{
	struct listing l = { .m = m };
	struct strbuf amr = STRBUF_INIT;
	int bad = make_amr(&amr, h, files, m);

	if (!bad)
		bad = put_named_file(h, h5_amr_path, SLICE(""), strbuf_slice(&amr), list_file, &l);
	strbuf_release(&amr);
	if (bad || !l.files.n)
		return -1;
	h->size = l.files.v[0].length;
	memcpy(h->sha256, l.files.v[0].hash, SHA256_SIZE);
	if (put_fallback(h, files, list_file, &l) || put_json(app, h, m, list_file, &l))
		return -1;
	qsort(l.files.v, l.files.n, sizeof(*l.files.v), by_path);
	*p = (struct h5_package){ .release = h, .files = l.files };
	return 0;
}

static int prepare(struct h5_package *p, const struct app *app, struct h5_release *h, const struct h5_maker *m)
{
	struct fileset files = FILESET_INIT;
	uint8_t key[SHA256_SIZE];
	bool keyed = m->signer && make_key(key, app, h, m);
	size_t errors = m->d->errors;
	int bad;

	if (keyed && reuse(p, h, m, key))
		return 0;
	bad = h5_content(&files, app, h, m->tree, m->d);
	if (!bad && h->app->global)
		h->global_pack_url = arena_printf(m->a, "https://" SLICE_FMT, SLICE_ARG(h5_global_first(&files)->path));
	if (!bad && m->signer)
		bad = make(p, app, h, &files, m);
	fileset_release(&files);
	if (bad || !m->signer)
		return -1;
	check_published(p, m);
	if (keyed && m->d->errors == errors)
		note(h, m, key);
	return 0;
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
}
