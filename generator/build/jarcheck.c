#include "build/jarcheck.h"

#include <string.h>

#include "inspect/jar.h"
#include "inspect/jarsig.h"

#define NAMED(c) SLICE_ARG((c)->p->file)

static void check_target(const struct package_check *c, const struct jar *jar)
{
	const struct hotpatch *h = hotpatch_of(c->r);
	struct version v;

	if (!jar->target.n)
		diag_error(c->d, package_pos(c->r),
			   SLICE_FMT " (" JAR_PATCH_NAME ") has no Target-C-Version; clients want their own there",
			   NAMED(c));
	else if (!slice_eq(jar->target, h->product_text) &&
		 !(version_parse(&v, jar->target) && version_cmp(&v, &h->product) == 0))
		diag_error(c->d, origin_pos(&c->r->origin, "/productVersion"),
			   SLICE_FMT " (" JAR_PATCH_NAME ") has Target-C-Version \"" SLICE_FMT
				     "\"; this hotpatch is for version " SLICE_FMT,
			   NAMED(c), SLICE_ARG(jar->target), SLICE_ARG(h->product_text));
}

static void check_patch(const struct package_check *c, const struct jar *jar)
{
	struct srcpos at = package_pos(c->r);

	if (!jar->has_patch) {
		diag_warning(c->d, at,
			     SLICE_FMT " has no " JAR_PATCH_NAME
				       ": another container than that of dexpatch, of which nothing more was checked",
			     NAMED(c));
		return;
	}
	check_target(c, jar);
	if (!jar->ntypes)
		diag_error(c->d, at, SLICE_FMT " (" JAR_PATCH_NAME ") has no attribute <name>-PatchType", NAMED(c));
	else if (jar->has_other)
		diag_error(c->d, at,
			   SLICE_FMT " (" JAR_PATCH_NAME ") has a PatchType of \"" SLICE_FMT
				     "\"; it must name dexpatch",
			   NAMED(c), SLICE_ARG(jar->other));
}

static void check_signature(const struct package_check *c, const struct jar *jar)
{
	struct package_facts *said = &c->p->said;
	struct jarsig sig;
	const char *why;

	if (jarsig_read(&sig, &jar->zip, &why)) {
		diag_error(c->d, package_pos(c->r), "the JAR signature of " SLICE_FMT " does not hold: %s", NAMED(c),
			   why);
	} else if (!sig.n) {
		diag_error(c->d, package_pos(c->r),
			   SLICE_FMT " has no JAR signature (v1), which clients verify; sign it with the app's key "
				     "(jarsigner, or apksigner with --v1-signing-enabled true)",
			   NAMED(c));
	} else {
		said->has_cert = true;
		memcpy(said->cert, sig.cert[0], sizeof(said->cert));
		said->more_certs = arena_copy(c->a, slice_bytes(sig.cert[1], (sig.n - 1) * sizeof(said->cert)));
	}
}

void jar_check(const struct package_check *c)
{
	struct srcpos at = package_pos(c->r);
	struct jar jar;
	const char *why;

	if (jar_read(&jar, c->a, c->bytes, &why)) {
		diag_error(c->d, at, SLICE_FMT " cannot be read as a hotpatch of Android: %s", NAMED(c), why);
		return;
	}
	if (!jar.ndex)
		diag_error(c->d, at, SLICE_FMT " holds no .dex file, so there is nothing to patch with", NAMED(c));
	check_patch(c, &jar);
	check_signature(c, &jar);
}
