#include "build/basecheck.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "inspect/hap.h"

struct checking {
	const struct quickfix *q;
	size_t i; /* number of the module */
	const struct hqf *hqf;
	const char *label;
	struct hap base;
	struct arena *a;
	struct diags *d;
};

static struct srcpos at(const struct checking *c, const char *key)
{
	return origin_pos(&c->q->r.origin, arena_printf(c->a, "/modules/%zu/%s", c->i, key).p);
}

static void check_names(const struct checking *c)
{
	const struct hap *base = &c->base;
	struct srcpos pos = at(c, "base");

	if (!slice_eq(base->bundle_name, c->q->bundle_name))
		diag_error(c->d, pos,
			   "%s (%s) is of bundleName \"" SLICE_FMT "\"; this quick fix is for \"" SLICE_FMT "\"",
			   c->label, base->source, SLICE_ARG(base->bundle_name), SLICE_ARG(c->q->bundle_name));
	if (base->version_code != c->q->version_code)
		diag_error(c->d, pos, "%s (%s) has versionCode %" PRIu64 "; this quick fix is for %" PRIu32, c->label,
			   base->source, base->version_code, c->q->version_code);
	if (!slice_eq(base->module, c->hqf->patch.module))
		diag_error(c->d, pos,
			   "%s (%s) is the module \"" SLICE_FMT "\"; patch.json is for \"" SLICE_FMT
			   "\", which devices would skip",
			   c->label, base->source, SLICE_ARG(base->module), SLICE_ARG(c->hqf->patch.module));
}

static void check_hash(const struct checking *c, const uint8_t sha256[SHA256_SIZE])
{
	uint8_t want[SHA256_SIZE];
	char hex[SHA256_HEX];

	if (!text_hex(want, sizeof(want), text_fold(c->a, c->hqf->patch.module_hash)) ||
	    !memcmp(want, sha256, sizeof(want)))
		return; /* no hash: build/quickfixcheck.h says so */
	digest_hex(hex, sha256, SHA256_SIZE);
	diag_error(c->d, at(c, "base"), "%s has the SHA-256 %s; patch.json says originalModuleHash " SLICE_FMT,
		   c->label, hex, SLICE_ARG(c->hqf->patch.module_hash));
}

static void check_device_types(const struct checking *c)
{
	for (size_t i = 0; i < c->hqf->patch.ndevice_types && c->base.ndevice_types; i++) {
		struct slice type = c->hqf->patch.device_types[i];
		bool known = false;

		for (size_t k = 0; k < c->base.ndevice_types; k++)
			known |= slice_eq_nocase(c->base.device_types[k], type);
		if (!known)
			diag_warning(c->d, at(c, "base"),
				     "%s (%s) is not for the device type " SLICE_FMT ", which patch.json lists",
				     c->label, c->base.source, SLICE_ARG(type));
	}
}

/* --- code --------------------------------------------------------------------------------------------------------------- */

static bool in_missing_abi(const struct checking *c, struct slice path)
{
	struct slice rest = slice_from(path, sizeof("libs/") - 1);

	return !hap_has_abi(&c->base, slice_cut(&rest, '/'));
}

static void check_library(const struct checking *c, struct slice path)
{
	struct slice library = path;

	if (in_missing_abi(c, path))
		return; /* said for the whole folder */
	if (slice_ends(path, ".so.diff"))
		library.n -= sizeof(".diff") - 1;
	if (!hap_has_code(&c->base, library))
		diag_error(c->d, at(c, "libs"),
			   "\"" SLICE_FMT "\": %s has no " SLICE_FMT ": a quick fix cannot add libraries",
			   SLICE_ARG(path), c->label, SLICE_ARG(library));
}

static void check_code(const struct checking *c)
{
	for (size_t i = 0; i < c->hqf->nabis; i++) {
		if (!hap_has_abi(&c->base, c->hqf->abis[i]))
			diag_error(c->d, at(c, "libs"), "\"libs/" SLICE_FMT "\": %s has no libraries for this ABI",
				   SLICE_ARG(c->hqf->abis[i]), c->label);
	}
	for (size_t i = 0; i < c->hqf->ncode; i++) {
		struct slice path = c->hqf->code[i];

		if (slice_starts(path, "libs/"))
			check_library(c, path);
		else if (!hap_has_code(&c->base, path))
			diag_error(c->d, at(c, "ets"), "\"" SLICE_FMT "\" is not in %s: a quick fix cannot add code",
				   SLICE_ARG(path), c->label);
	}
}

static void check_base(struct checking *c, const struct blob *blob, struct digests *digests)
{
	static const struct cms_query nobody = { .at = 0 };
	uint8_t sha256[SHA256_SIZE];
	const char *why;

	if (hap_read(&c->base, c->a, blob->data, &nobody, &why)) {
		diag_error(c->d, at(c, "base"), "%s cannot be read as a harmony package: %s", c->label, why);
		return;
	}
	if (blob->sha256) {
		memcpy(sha256, blob->sha256, sizeof(sha256));
	} else if (digest_sha256(digests, sha256, blob->data)) {
		diag_environment(c->d, c->q->r.origin.path, "cannot hash %s", c->label);
		return;
	}
	check_names(c);
	check_hash(c, sha256);
	check_device_types(c);
	check_code(c);
}

void base_check(const struct quickfix *q, size_t i, const struct hqf *hqf, const char *label,
		const struct filetree *tree, struct digests *digests, struct arena *a, struct diags *d)
{
	struct checking c = { .q = q, .i = i, .hqf = hqf, .label = label, .a = a, .d = d };
	const struct file_entry *e = filetree_find(tree, q->sources[i].base);
	struct blob blob = { 0 };

	if (!e || filetree_read(&blob, tree, e, BASE_MAX, d))
		return; /* one that is not there was reported by the definitions */
	check_base(&c, &blob, digests);
	blob_release(&blob);
}
