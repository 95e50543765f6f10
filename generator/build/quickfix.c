#include "build/quickfix.h"

#include <string.h>

#include "build/basecheck.h"
#include "build/quickfixcheck.h"
#include "pack/hqf.h"

/* Of ready files nobody is asked who vouches for their signers: devices know. */
static const struct cms_query nobody = { .at = 0 };

struct working {
	const struct quickfix *q;
	const struct filetree *tree;
	struct digests *digests;
	bool checking; /* else it was checked before */
	struct diags *d;
	struct arena scratch;
	int (*each)(struct working *w, void *ctx, const struct module_input *in);
	void *ctx;
};

static int fail(struct working *w, const char *pointer, const char *label, const char *why)
{
	return diag_error(w->d, origin_pos(&w->q->r.origin, pointer), "%s: %s", label, why);
}

/* A file's path as the definition writes it: relative to its folder. */
static const char *label_of(struct working *w, struct slice rel)
{
	struct slice folder = w->q->r.folder;
	bool below = rel.n > folder.n && slice_eq(slice_sub(rel, 0, folder.n), folder) && rel.p[folder.n] == '/';

	return arena_str(&w->scratch, below ? slice_from(rel, folder.n + 1) : rel);
}

/* --- inputs ------------------------------------------------------------------------------------------------------------- */

/* -1 without a word where the file is not there: the definitions have said so. */
static int read_source(struct blob *out, struct working *w, struct slice rel)
{
	const struct file_entry *e = filetree_find(w->tree, rel);

	return e ? filetree_read(out, w->tree, e, FILESET_BYTES_MAX, w->d) : -1;
}

static int visit_hqf(struct working *w, size_t i)
{
	struct slice rel = w->q->sources[i].file;
	struct module_input in = { arena_printf(&w->scratch, "/hqf/%zu", i).p, label_of(w, rel), true, i, { NULL, 0 } };
	struct blob blob = { 0 };
	int bad;

	if (read_source(&blob, w, rel))
		return -1;
	in.bytes = blob.data;
	bad = w->each(w, w->ctx, &in);
	blob_release(&blob);
	return bad;
}

static int visit_member(struct working *w, const char *label, const struct appqf_member *m)
{
	struct module_input in = { "/appqf", NULL, true, 0, m->bytes };

	in.label = arena_printf(&w->scratch, "%s: " SLICE_FMT, label, SLICE_ARG(m->name)).p;
	if (m->deflated && w->checking)
		diag_warning(w->d, origin_pos(&w->q->r.origin, in.pointer),
			     "%s: is compressed; packing tools store it, and devices may insist on that", in.label);
	return w->each(w, w->ctx, &in);
}

static int visit_appqf(struct working *w)
{
	struct slice rel = w->q->sources[0].file;
	const char *label = label_of(w, rel), *why;
	struct appqf all;
	struct blob blob = { 0 };
	int bad = 0;

	if (read_source(&blob, w, rel))
		return -1;
	if (appqf_read(&all, &w->scratch, blob.data, &nobody, &why))
		bad = fail(w, "/appqf", label, why);
	for (size_t i = 0, n = bad ? 0 : all.n; i < n; i++) {
		if (visit_member(w, label, &all.v[i]))
			bad = -1;
	}
	blob_release(&blob);
	return bad;
}

static int visit_parts(struct working *w, const struct quickfix_source *s, struct fileset *parts, struct strbuf *hqf,
		       struct module_input *in)
{
	struct blob patch = { 0 };
	const char *why;
	int bad;

	if ((s->ets.n && fileset_folder(parts, w->tree, s->ets, "ets/", w->d)) ||
	    (s->libs.n && fileset_folder(parts, w->tree, s->libs, "libs/", w->d)) || read_source(&patch, w, s->file))
		return -1;
	bad = hqf_build(hqf, &w->scratch, patch.data, parts, &why);
	blob_release(&patch);
	if (bad)
		return fail(w, in->pointer, in->label, why);
	in->bytes = strbuf_slice(hqf);
	return w->each(w, w->ctx, in);
}

static int visit_module(struct working *w, size_t i)
{
	const struct quickfix_source *s = &w->q->sources[i];
	struct module_input in = {
		arena_printf(&w->scratch, "/modules/%zu", i).p, label_of(w, s->file), false, i, { NULL, 0 }
	};
	struct fileset parts = FILESET_INIT;
	struct strbuf hqf = STRBUF_INIT;
	int bad = visit_parts(w, s, &parts, &hqf, &in);

	fileset_release(&parts);
	strbuf_release(&hqf);
	return bad;
}

/* Gives every module of the release to w->each(); goes on after a bad one. */
static int visit(struct working *w)
{
	int bad = 0;

	if (w->q->input == QUICKFIX_APPQF)
		return w->q->nsources ? visit_appqf(w) : -1;
	for (size_t i = 0; i < w->q->nsources; i++) {
		if (w->q->input == QUICKFIX_HQF ? visit_hqf(w, i) : visit_module(w, i))
			bad = -1;
	}
	return bad;
}

/* --- preparing ---------------------------------------------------------------------------------------------------------- */
struct preparing {
	const struct quickfix_maker *maker;
	struct quickfix *q;
	struct modules_check check;
	size_t cap;
};

static struct slice *keep_texts(struct arena *a, const struct slice *v, size_t n)
{
	struct slice *kept = ARENA_ARRAY(a, struct slice, n);

	for (size_t i = 0; i < n; i++)
		kept[i] = arena_copy(a, v[i]);
	return kept;
}

static int prepare_module(struct working *w, void *ctx, const struct module_input *in)
{
	struct preparing *p = ctx;
	struct arena *a = p->maker->a;
	struct quickfix_module m = { .size = in->bytes.n };
	struct hqf *hqf = ARENA_NEW(&w->scratch, struct hqf);
	const char *why;

	if (hqf_read(hqf, &w->scratch, in->bytes, &nobody, &why))
		return fail(w, in->pointer, in->label, why);
	if (digest_sha256(w->digests, m.sha256, in->bytes))
		return diag_environment(w->d, w->q->r.origin.path, "cannot hash %s", in->label);
	module_check(&p->check, in, hqf);
	if (!in->ready)
		base_check(w->q, in->source, hqf, label_of(w, w->q->sources[in->source].base), w->tree, w->digests,
			   &w->scratch, w->d);
	m.name = arena_copy(a, hqf->patch.module);
	m.device_types = keep_texts(a, hqf->patch.device_types, m.ndevice_types = hqf->patch.ndevice_types);
	m.abis = keep_texts(a, hqf->abis, m.nabis = hqf->nabis);
	ARENA_PUSH(a, p->q->modules, p->q->nmodules, p->cap, m);
	return 0;
}

static void prepare(struct quickfix *q, const struct quickfix_maker *maker)
{
	struct preparing p = { .maker = maker, .q = q };
	struct working w = { q, maker->tree, maker->digests, true, maker->d, ARENA_INIT, prepare_module, &p };
	size_t errors = maker->d->errors;

	p.check = (struct modules_check){ .q = q,
					  .named = "the folder's name is",
					  .commit_time = maker->commit_time,
					  .a = &w.scratch,
					  .d = maker->d };
	q->modules = NULL;
	q->nmodules = 0;
	if (visit(&w) && maker->d->errors == errors)
		q->nmodules = 0; /* an input is missing, which the definitions have reported */
	arena_release(&w.scratch);
}

void quickfixes_prepare(struct app *app, const struct quickfix_maker *maker)
{
	for (size_t i = 0; i < app->nquickfixes; i++) {
		if (maker->good_defs || app->quickfixes[i].input != QUICKFIX_MODULES)
			prepare(&app->quickfixes[i], maker);
	}
}

/* --- writing ------------------------------------------------------------------------------------------------------------ */
struct writing {
	int (*put)(void *ctx, const struct quickfix_module *m, struct slice bytes);
	void *ctx;
	size_t n; /* modules so far: they come in the order in which they were prepared */
};

static int write_module(struct working *w, void *ctx, const struct module_input *in)
{
	struct writing *to = ctx;
	const struct quickfix_module *m = to->n < w->q->nmodules ? &w->q->modules[to->n++] : NULL;
	uint8_t hash[SHA256_SIZE];

	if (digest_sha256(w->digests, hash, in->bytes))
		return diag_environment(w->d, w->q->r.origin.path, "cannot hash %s", in->label);
	if (!m || memcmp(hash, m->sha256, SHA256_SIZE) != 0)
		return diag_environment(w->d, w->q->r.origin.path, "%s changed while it was being built", in->label);
	return to->put(to->ctx, m, in->bytes);
}

int quickfix_write(const struct quickfix *q, const struct filetree *tree, struct digests *digests,
		   int (*put)(void *ctx, const struct quickfix_module *m, struct slice bytes), void *ctx,
		   struct diags *d)
{
	struct writing to = { put, ctx, 0 };
	struct working w = { q, tree, digests, false, d, ARENA_INIT, write_module, &to };
	int bad = visit(&w);

	arena_release(&w.scratch);
	return bad;
}
