#include "inspect/hqf.h"

#include <stdlib.h>
#include <string.h>

#include "inspect/nativelib.h"

#define PAGES_INFO ".pages.info" /* signing tools leave it: page sizes of the code */

static int open_zip(struct zip *z, struct arena *a, struct slice bytes, const char **why)
{
	static const struct zip_limits limits = { HQF_FILES_MAX, HQF_BYTES_MAX, HQF_RATIO_MAX };

	if (zip_open(z, a, bytes, &limits, why))
		return -1;
	for (size_t i = 0; i < z->n; i++) {
		if (!z->v[i].link)
			continue;
		*why = arena_printf(a, "\"" SLICE_FMT "\" is a symbolic link or a special file",
				    SLICE_ARG(z->v[i].name))
			       .p;
		return -1;
	}
	return 0;
}

static int read_signature(bool *is_signed, struct hapsig *sig, struct arena *a, const struct zip *z,
			  const struct cms_query *trust, const char **why)
{
	*is_signed = hapsig_is_there(z);
	return *is_signed ? hapsig_read(sig, a, z, trust, why) : 0;
}

/* --- a module ----------------------------------------------------------------------------------------------------------- */
struct reading {
	struct hqf *out;
	struct arena *a;
	const struct zip *z;
	const char **why;
	size_t abis_cap, code_cap;
};

struct head {
	char bytes[NATIVELIB_HEAD];
	size_t n;
};

static int keep_head(void *ctx, struct slice piece)
{
	struct head *h = ctx;
	size_t n = piece.n < sizeof(h->bytes) - h->n ? piece.n : sizeof(h->bytes) - h->n;

	if (n)
		memcpy(h->bytes + h->n, piece.p, n);
	h->n += n;
	return 0;
}

/* Entries come by name, so the files of one ABI follow each other; but `armeabi-v7a/` sorts before `armeabi/`. */
static int see_library(struct reading *r, const struct zip_entry *e, const struct head *head)
{
	struct hqf *out = r->out;
	struct slice abi;

	if (nativelib_abi(&abi, r->a, e->name, r->why) ||
	    nativelib_check(r->a, e->name, abi, slice_bytes(head->bytes, head->n), e->size, r->why))
		return -1;
	if (!out->nabis || !slice_eq(out->abis[out->nabis - 1], abi))
		ARENA_PUSH(r->a, out->abis, out->nabis, r->abis_cap, arena_copy(r->a, abi));
	if (slice_ends(e->name, ".so.diff") && !out->diff.n)
		out->diff = arena_copy(r->a, e->name);
	return 0;
}

static void see_code(struct reading *r, const struct zip_entry *e)
{
	struct slice name = arena_copy(r->a, e->name);

	ARENA_PUSH(r->a, r->out->code, r->out->ncode, r->code_cap, name);
	if (e->deflated && !r->out->deflated.n)
		r->out->deflated = name;
}

static int see_entry(struct reading *r, const struct zip_entry *e)
{
	bool library = slice_starts(e->name, "libs/"), code = slice_starts(e->name, "ets/");
	struct head head = { .n = 0 };

	if (slice_starts(e->name, "resources/")) {
		*r->why =
			arena_printf(r->a, "\"" SLICE_FMT "\": a quick fix cannot change resources", SLICE_ARG(e->name))
				.p;
		return -1;
	}
	if (e->folder)
		return 0;
	if (zip_unpack(r->z, e, keep_head, &head, r->why) || (library && see_library(r, e, &head)))
		return -1;
	if (library || slice_ends(e->name, ".abc"))
		see_code(r, e);
	if (!library && !code && !slice_eqs(e->name, HQF_PATCH_NAME) && !slice_eqs(e->name, PAGES_INFO) &&
	    !r->out->other.n)
		r->out->other = arena_copy(r->a, e->name);
	return 0;
}

static int read_patch(struct reading *r)
{
	const struct zip_entry *e = zip_find(r->z, SLICE(HQF_PATCH_NAME));
	struct strbuf text = STRBUF_INIT;
	int bad;

	*r->why = "it holds no " HQF_PATCH_NAME;
	if (!e)
		return -1;
	bad = zip_read(&text, r->z, e, HQF_PATCH_MAX, r->why) ||
	      hqf_patch_read(&r->out->patch, r->a, strbuf_slice(&text), r->why);
	strbuf_release(&text);
	return bad ? -1 : 0;
}

int hqf_read(struct hqf *out, struct arena *a, struct slice bytes, const struct cms_query *trust, const char **why)
{
	struct reading r;
	struct zip z;

	*out = (struct hqf){ .nabis = 0 };
	r = (struct reading){ out, a, &z, why, 0, 0 };
	if (open_zip(&z, a, bytes, why) || read_signature(&out->is_signed, &out->sig, a, &z, trust, why) ||
	    read_patch(&r))
		return -1;
	for (size_t i = 0; i < z.n; i++) {
		if (see_entry(&r, z.by_name[i]))
			return -1;
	}
	if (out->nabis)
		qsort(out->abis, out->nabis, sizeof(*out->abis), slice_order);
	return 0;
}

/* --- several ------------------------------------------------------------------------------------------------------------ */

static int take(void *bytes, struct slice piece)
{
	if (bytes)
		strbuf_addslice(bytes, piece);
	return 0;
}

static int read_member(struct appqf_member *m, struct arena *a, const struct zip *z, const struct zip_entry *e,
		       const char **why)
{
	CLEANUP(strbuf_release) struct strbuf bytes = STRBUF_INIT;

	if (!slice_ends(e->name, ".hqf") || slice_find(e->name, '/') >= 0) {
		*why = arena_printf(a, SLICE_FMT ": an appqf holds .hqf files and nothing else, in no folder",
				    SLICE_ARG(e->name))
			       .p;
		return -1;
	}
	if (zip_unpack(z, e, take, e->deflated ? &bytes : NULL, why))
		return -1;
	*why = "out of memory";
	*m = (struct appqf_member){ arena_copy(a, e->name), zip_part(z, e->data, e->size), e->deflated };
	if (e->deflated)
		m->bytes = arena_copy(a, strbuf_slice(&bytes));
	return bytes.failed ? -1 : 0;
}

int appqf_read(struct appqf *out, struct arena *a, struct slice bytes, const struct cms_query *trust, const char **why)
{
	struct zip z;

	*out = (struct appqf){ .n = 0 };
	if (open_zip(&z, a, bytes, why) || read_signature(&out->is_signed, &out->sig, a, &z, trust, why))
		return -1;
	*why = "it is empty";
	if (z.n == 0)
		return -1;
	out->v = ARENA_ARRAY(a, struct appqf_member, z.n);
	for (; out->n < z.n; out->n++) {
		if (read_member(&out->v[out->n], a, &z, z.by_name[out->n], why))
			return -1;
	}
	return 0;
}
