/* mdr_h5_read(): a file of an installed package, unpacked on the way: nothing but the file itself is held. */
#include <stdlib.h>
#include <string.h>

#include "base/refuse.h"
#include "base/relpath.h"
#include "format/ustar.h"
#include "resolve/h5package.h"
#include "resolve/h5record.h"

#define CHUNK ((size_t)32 << 10)

struct reading {
	const struct mdr_client *c;
	const struct h5_installed *package;
	struct slice path;
	struct strbuf *out;
	char *chunk;
	struct ustar tar;
	uint64_t wanted; /* of the file */
	bool found, too_large, unreadable;
	const char *why;
};

/* Some of the packed bytes, from storage. */
static int get_packed(void *ctx, uint64_t offset, struct slice *piece)
{
	struct reading *r = ctx;
	const struct mdr_storage *s = &r->c->storage;
	uint64_t left = r->package->tar.packed - offset;
	size_t n = left < CHUNK ? (size_t)left : CHUNK;

	*piece = slice_bytes(r->chunk, n);
	r->unreadable = !s->read(s->ctx, r->package->package, r->package->tar.data + offset, r->chunk, n);
	return r->unreadable ? -1 : 0;
}

static void visit(void *ctx, const struct ustar_file *f, struct slice piece)
{
	struct reading *r = ctx;

	if (f->folder || r->too_large || !slice_eq(f->path, r->path) || (r->found && r->out->n == r->wanted))
		return;
	if (!r->found) {
		r->found = true;
		r->wanted = f->size;
		r->too_large = f->size > r->c->terms.limits.memory || !strbuf_grow(r->out, (size_t)f->size);
	}
	strbuf_addslice(r->out, piece);
}

/* 1: that was the whole file. */
static int put_unpacked(void *ctx, struct slice piece)
{
	struct reading *r = ctx;

	if (ustar_put(&r->tar, piece, &r->why))
		return -1;
	return r->found && (r->too_large || r->out->n == r->wanted || r->out->failed) ? 1 : 0;
}

static enum mdr_code read_package(bool *found, struct reading *r, struct arena *mem, struct mdr_error *err)
{
	const char *name = r->package->package;
	int result;

	r->tar = (struct ustar){ .a = mem, .visit = visit, .ctx = r };
	result = zip_unpack_from(&r->package->tar, mem, get_packed, put_unpacked, r, &r->why);
	*found = r->found;
	if (r->unreadable)
		return fail(err, MDR_STORAGE, "\"%s\" cannot be read", name);
	if (r->too_large || r->out->failed || (result < 0 && strcmp(r->why, REFUSE_NO_MEMORY) == 0))
		return fail_memory(err);
	if (result < 0)
		return fail(err, MDR_STORAGE, "\"%s\" is damaged: %s", name, r->why);
	return MDR_OK;
}

/* *found: the package of `id` is installed and holds the file. */
static enum mdr_code read_of(bool *found, struct strbuf *out, const struct mdr_client *c, const json_t *record,
			     const char *id, struct slice path, struct mdr_error *err)
{
	CLEANUP(arena_release) struct arena mem = ARENA_INIT;
	struct h5_installed package;
	struct reading r = { .c = c, .package = &package, .path = path, .out = out };
	enum mdr_code code = h5_present(found, &package, c, record, id, err);

	if (code || !*found)
		return code;
	*found = false;
	r.chunk = arena_try(&mem, CHUNK, 1);
	return r.chunk ? read_package(found, &r, &mem, err) : fail_memory(err);
}

/* The global packages beside that of `id`. */
static enum mdr_code read_global(bool *found, struct strbuf *out, const struct mdr_client *c, const json_t *record,
				 const char *id, struct slice path, struct mdr_error *err)
{
	enum mdr_code code = MDR_OK;
	const char *each;
	json_t *installed;

	json_object_foreach(h5_installs(record), each, installed)
	{
		if ((id && strcmp(each, id) == 0) || !h5_is_global(json_object_get(installed, "entry")))
			continue;
		code = read_of(found, out, c, record, each, path, err);
		if (code || *found)
			break;
	}
	return code;
}

static enum mdr_code read_file(struct strbuf *out, const struct mdr_client *c, const char *id, const char *path,
			       struct mdr_error *err)
{
	struct slice inner = h5_path_of(path);
	bool found = false;
	json_t *record = NULL;
	enum mdr_code code = h5_record_load(&record, c, err);

	if (!code && id && !relpath_fault(inner))
		code = read_of(&found, out, c, record, id, inner, err);
	if (!code && !found && path[0] != '/' && !relpath_fault(inner))
		code = read_global(&found, out, c, record, id, inner, err);
	json_decref(record);
	if (!code && !found)
		return fail(err, MDR_ABSENT_HERE, "h5 %s: no installed package holds \"%s\"", id ? id : "", path);
	return code;
}

enum mdr_code mdr_h5_read(struct mdr_client *c, const char *id, const char *path, struct mdr_text *out,
			  struct mdr_error *err)
{
	struct strbuf text = { out->p, out->n, out->cap, false };
	enum mdr_code code;

	strbuf_reset(&text);
	code = read_file(&text, c, id, path, err);
	if (!code && !strbuf_grow(&text, 0))
		code = fail_memory(err);
	if (code)
		strbuf_reset(&text);
	else
		text.p[text.n] = '\0';
	*out = (struct mdr_text){ text.p, text.n, text.cap };
	return code;
}
