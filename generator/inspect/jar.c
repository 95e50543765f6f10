#include "inspect/jar.h"

#include <string.h>

#include "inspect/jarmanifest.h"

#define PATCH_MAX  ((uint64_t)64 << 10)
#define MAGIC_SIZE 8u

struct head { /* the beginning of a file */
	char p[MAGIC_SIZE];
	size_t n;
};

static int put_head(void *ctx, struct slice piece)
{
	struct head *h = ctx;
	struct slice some = slice_sub(piece, 0, MAGIC_SIZE - h->n);

	if (some.n)
		memcpy(h->p + h->n, some.p, some.n);
	h->n += some.n;
	return h->n == MAGIC_SIZE; /* the rest is not needed */
}

static bool is_dex(const struct head *h)
{
	static const char versions[][4] = { "035", "037", "038", "039", "040", "041" };

	if (h->n < MAGIC_SIZE || memcmp(h->p, "dex\n", 4) != 0)
		return false;
	for (size_t i = 0; i < COUNT(versions); i++)
		if (!memcmp(h->p + 4, versions[i], 4)) /* with the NUL */
			return true;
	return false;
}

static int read_dex(struct jar *out, const struct zip_entry *e, const char **why)
{
	struct head head = { .n = 0 };

	if (zip_unpack(&out->zip, e, put_head, &head, why) < 0)
		return -1;
	out->ndex++;
	if (is_dex(&head))
		return 0;
	*why = arena_printf(out->zip.a,
			    "\"" SLICE_FMT
			    "\" is no .dex file: it does not begin with \"dex\", a line feed and a known "
			    "version",
			    SLICE_ARG(e->name))
		       .p;
	return -1;
}

static bool names_dexpatch(struct slice types)
{
	for (struct slice rest = types; rest.p;)
		if (slice_eqs(slice_trim(slice_cut(&rest, ',')), "dexpatch"))
			return true;
	return false;
}

static void take_attributes(struct jar *out, struct arena *a, const struct jar_section *s)
{
	const struct slice *target = jar_attribute(s, "Target-C-Version");

	if (target)
		out->target = arena_copy(a, slice_trim(*target));
	for (size_t i = 0; i < s->n; i++) {
		if (!slice_ends(s->v[i].name, "-PatchType"))
			continue;
		out->ntypes++;
		if (out->has_other || names_dexpatch(s->v[i].value))
			continue;
		out->has_other = true;
		out->other = arena_copy(a, s->v[i].value);
	}
}

static int read_patch(struct jar *out, struct arena *a, const char **why)
{
	const struct zip_entry *e = zip_find(&out->zip, SLICE(JAR_PATCH_NAME));
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct jar_manifest m;

	out->has_patch = e != NULL;
	if (!e)
		return 0;
	if (zip_read(&text, &out->zip, e, PATCH_MAX, why))
		return -1;
	if (jar_manifest_read(&m, a, strbuf_slice(&text), why)) {
		*why = arena_printf(a, JAR_PATCH_NAME ": %s", *why).p;
		return -1;
	}
	take_attributes(out, a, &m.main);
	return 0;
}

int jar_read(struct jar *out, struct arena *a, struct slice bytes, const char **why)
{
	static const struct zip_limits limits = { 0 };

	memset(out, 0, sizeof(*out));
	if (zip_open(&out->zip, a, bytes, &limits, why))
		return -1;
	for (size_t i = 0; i < out->zip.n; i++) {
		if (slice_ends(out->zip.v[i].name, ".dex") && read_dex(out, &out->zip.v[i], why))
			return -1;
	}
	return read_patch(out, a, why);
}
