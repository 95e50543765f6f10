#include "build/quickfix.h"

#include <string.h>

#include "base/text.h"
#include "build/hqf.h"
#include "build/unzip.h"

/* One module on its way: where it comes from, and its bytes. */
struct module_input {
	const char *pointer; /* into release.json */
	const char *label;   /* for messages */
	bool ready;          /* not built by us */
	struct slice bytes;
};

struct working {
	const struct quickfix *q;
	const struct filetree *tree;
	struct digests *digests;
	struct arena *a; /* for what stays; NULL: nothing does */
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
	struct module_input in = { arena_printf(&w->scratch, "/hqf/%zu", i).p, label_of(w, rel), true, { NULL, 0 } };
	struct blob blob = { 0 };
	int bad;

	if (read_source(&blob, w, rel))
		return -1;
	in.bytes = blob.data;
	bad = w->each(w, w->ctx, &in);
	blob_release(&blob);
	return bad;
}

static int visit_entry(struct working *w, const char *label, const struct fileset *files, const struct fileset_file *f)
{
	struct module_input in = { "/appqf", NULL, true, fileset_bytes(files, f) };

	in.label = arena_printf(&w->scratch, "%s: " SLICE_FMT, label, SLICE_ARG(f->path)).p;
	if (!slice_ends(f->path, ".hqf") || slice_find(f->path, '/') >= 0)
		return fail(w, in.pointer, in.label, "an appqf holds .hqf files and nothing else, in no folder");
	if (f->deflated && w->a)
		diag_warning(w->d, origin_pos(&w->q->r.origin, in.pointer),
			     "%s: is compressed; packing tools store it, and devices may insist on that", in.label);
	return w->each(w, w->ctx, &in);
}

static int visit_appqf(struct working *w)
{
	struct slice rel = w->q->sources[0].file;
	struct fileset files = FILESET_INIT;
	const char *label = label_of(w, rel), *why;
	struct blob blob = { 0 };
	int bad;

	if (read_source(&blob, w, rel))
		return -1;
	if (unzip_read(&files, blob.data, &why))
		bad = fail(w, "/appqf", label, why);
	else
		bad = files.n ? 0 : fail(w, "/appqf", label, "it is empty");
	blob_release(&blob);
	for (size_t i = 0, n = bad ? 0 : files.n; i < n; i++) {
		if (visit_entry(w, label, &files, &files.v[i]))
			bad = -1;
	}
	fileset_release(&files);
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
		arena_printf(&w->scratch, "/modules/%zu", i).p, label_of(w, s->file), false, { NULL, 0 }
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

/* --- checks ------------------------------------------------------------------------------------------------------------- */
struct preparing {
	struct quickfix *q;
	struct hqf_patch first; /* what all modules have in common */
	const char *first_label;
	size_t cap;
};

static void check_text(struct working *w, const struct module_input *in, const char *key, struct slice got,
		       struct slice want, const char *whose)
{
	if (!slice_eq(got, want))
		diag_error(w->d, origin_pos(&w->q->r.origin, in->pointer),
			   "%s: patch.json says %s \"" SLICE_FMT "\"; %s \"" SLICE_FMT "\"", in->label, key,
			   SLICE_ARG(got), whose, SLICE_ARG(want));
}

static void check_number(struct working *w, const struct module_input *in, const char *key, uint32_t got, uint32_t want)
{
	if (got != want)
		diag_error(w->d, origin_pos(&w->q->r.origin, in->pointer),
			   "%s: patch.json says %s %u; the folder's name is %u", in->label, key, got, want);
}

/* The app part is that of the folders, and the same in all modules. */
static void check_app(struct working *w, struct preparing *p, const struct module_input *in,
		      const struct hqf_patch *patch)
{
	check_text(w, in, "bundleName", patch->bundle_name, w->q->bundle_name, "the folder's name is");
	check_number(w, in, "versionCode", patch->version_code, w->q->version_code);
	check_number(w, in, "patchVersionCode", patch->patch_version_code, w->q->patch_version_code);
	if (!p->first_label) {
		p->first = *patch;
		p->first_label = in->label;
		return;
	}
	check_text(w, in, "versionName", patch->version_name, p->first.version_name,
		   arena_printf(&w->scratch, "that of %s is", p->first_label).p);
	check_text(w, in, "patchVersionName", patch->patch_version_name, p->first.patch_version_name,
		   arena_printf(&w->scratch, "that of %s is", p->first_label).p);
}

static const struct slice *common_type(const struct quickfix_module *m, const struct hqf_patch *patch)
{
	for (size_t i = 0; i < m->ndevice_types; i++) {
		for (size_t k = 0; k < patch->ndevice_types; k++) {
			if (slice_eq_nocase(m->device_types[i], patch->device_types[k]))
				return &m->device_types[i];
		}
	}
	return NULL;
}

/* A device takes one module of a name. */
static void check_repeated(struct working *w, const struct preparing *p, const struct module_input *in,
			   const struct hqf_patch *patch)
{
	for (size_t i = 0; i < p->q->nmodules; i++) {
		const struct quickfix_module *m = &p->q->modules[i];
		const struct slice *type = slice_eq(m->name, patch->module) ? common_type(m, patch) : NULL;

		if (type)
			diag_error(w->d, origin_pos(&w->q->r.origin, in->pointer),
				   "%s: another module is named \"" SLICE_FMT "\" too, for the device type " SLICE_FMT,
				   in->label, SLICE_ARG(patch->module), SLICE_ARG(*type));
	}
}

/* What devices and packing tools let pass in a ready file, but tells of a mistake. */
static void check_odd(struct working *w, const struct module_input *in, const struct hqf *hqf)
{
	struct srcpos at = origin_pos(&w->q->r.origin, in->pointer);
	uint8_t hash[SHA256_SIZE];

	if (!text_hex(hash, sizeof(hash), hqf->patch.module_hash) && in->ready)
		diag_warning(w->d, at,
			     "%s: module.originalModuleHash \"" SLICE_FMT
			     "\" is not a SHA-256 of 64 lower-case hex digits",
			     in->label, SLICE_ARG(hqf->patch.module_hash));
	else if (!text_hex(hash, sizeof(hash), hqf->patch.module_hash))
		diag_error(w->d, at,
			   "%s: module.originalModuleHash \"" SLICE_FMT
			   "\" is not a SHA-256 of 64 lower-case hex digits",
			   in->label, SLICE_ARG(hqf->patch.module_hash));
	if (hqf->deflated.n)
		diag_warning(w->d, at, "%s: \"" SLICE_FMT "\" is compressed; devices may insist on stored code",
			     in->label, SLICE_ARG(hqf->deflated));
}

static int prepare_module(struct working *w, void *ctx, const struct module_input *in)
{
	struct preparing *p = ctx;
	struct quickfix_module m = { .size = in->bytes.n };
	struct hqf hqf;
	const char *why;

	if (hqf_read(&hqf, w->a, in->bytes, &why))
		return fail(w, in->pointer, in->label, why);
	if (digest_sha256(w->digests, m.sha256, in->bytes))
		return diag_environment(w->d, w->q->r.origin.path, "cannot hash %s", in->label);
	check_app(w, p, in, &hqf.patch);
	check_repeated(w, p, in, &hqf.patch);
	check_odd(w, in, &hqf);
	m.name = hqf.patch.module;
	m.device_types = hqf.patch.device_types;
	m.ndevice_types = hqf.patch.ndevice_types;
	m.abis = hqf.abis;
	m.nabis = hqf.nabis;
	ARENA_PUSH(w->a, p->q->modules, p->q->nmodules, p->cap, m);
	return 0;
}

static void prepare(struct quickfix *q, const struct filetree *tree, struct digests *digests, struct arena *a,
		    struct diags *d)
{
	struct preparing p = { .q = q };
	struct working w = { q, tree, digests, a, d, ARENA_INIT, prepare_module, &p };
	size_t errors = d->errors;

	q->modules = NULL;
	q->nmodules = 0;
	if (visit(&w) && d->errors == errors)
		q->nmodules = 0; /* an input is missing, which the definitions have reported */
	arena_release(&w.scratch);
}

void quickfixes_prepare(struct app *app, const struct filetree *tree, struct digests *digests, bool good_defs,
			struct arena *a, struct diags *d)
{
	for (size_t i = 0; i < app->nquickfixes; i++) {
		if (good_defs || app->quickfixes[i].input != QUICKFIX_MODULES)
			prepare(&app->quickfixes[i], tree, digests, a, d);
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
	struct working w = { q, tree, digests, NULL, d, ARENA_INIT, write_module, &to };
	int bad = visit(&w);

	arena_release(&w.scratch);
	return bad;
}
