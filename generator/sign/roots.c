#include "sign/roots.h"

#include <inttypes.h>

#include "base/instant.h"
#include "base/span.h"
#include "sign/draft.h"

#define ROOT_FILE "%s/%zu.root.json"

/* Why the root with the number `bad` is no root yet: its draft says it better than the chain can. */
static int explain(const char *path, const struct tuf_chain *before, struct slice bytes, const char *why,
		   struct digests *dg, struct diags *d)
{
	CLEANUP(draft_release) struct draft draft = DRAFT_INIT;

	if (draft_open_root(&draft, path, bytes, before->n ? &before->v[before->n - 1] : NULL, dg, d))
		return -1;
	for (size_t i = 0; i < draft.nwants; i++) {
		const struct draft_want *want = &draft.wants[i];

		if (want->have < want->role->threshold)
			return diag_error(d, SRCPOS_FILE(path),
					  "is signed by %" PRIu32 " of the %" PRIu32
					  " key%s that %s wants; sign it (mdstatic sign add, sign attach)",
					  want->have, want->role->threshold, want->role->threshold == 1 ? "" : "s",
					  want->of);
	}
	return diag_error(d, SRCPOS_FILE(path), "%s", why);
}

int roots_decode(struct tuf_chain *out, struct arena *a, struct digests *dg, const struct slice *files, size_t n,
		 const char *dir, struct diags *d)
{
	struct tuf_chain before = { .n = 0 };
	const char *why, *path;
	size_t bad, none;

	if (tuf_chain_decode(out, a, dg, files, n, &bad, &why) == 0)
		return 0;
	path = arena_printf(a, ROOT_FILE, dir, bad).p;
	if (n == 0 || n > TUF_ROOTS_MAX || (bad > 1 && tuf_chain_decode(&before, a, dg, files, bad - 1, &none, &why)))
		return diag_error(d, SRCPOS_FILE(path), "%s", why);
	return explain(path, &before, files[bad - 1], why, dg, d);
}

int roots_expiry(const struct tuf_file *root, const char *path, int64_t now, const struct role_settings *settings,
		 struct diags *d)
{
	char expires[INSTANT_TEXT], left[SPAN_TEXT], least[SPAN_TEXT];
	int64_t span = root->expires - now;

	instant_format(expires, root->expires);
	span_format(left, span);
	span_format(least, settings->minimum);
	if (span <= 0)
		return diag_error(d, SRCPOS_FILE(path),
				  "the root expired at %s: devices refuse whatever is signed under it; "
				  "sign the next version, %" PRIu64 ".root.json",
				  expires, root->version + 1);
	if (span < settings->minimum)
		return diag_error(d, SRCPOS_FILE(path),
				  "the root expires at %s, in %s, and [root] minimum is %s: nothing is published under "
				  "it; sign the next version, %" PRIu64 ".root.json",
				  expires, left, least, root->version + 1);
	if (span < settings->resign)
		diag_warning(d, SRCPOS_FILE(path),
			     "the root expires at %s, in %s; sign the next version, %" PRIu64 ".root.json, in time",
			     expires, left, root->version + 1);
	return 0;
}

int roots_check(struct tuf_chain *out, struct arena *a, struct digests *dg, const struct slice *files, size_t n,
		const char *dir, int64_t now, const struct role_settings *settings, struct diags *d)
{
	if (n == 0)
		return diag_error(
			d, SRCPOS_FILE(arena_printf(a, ROOT_FILE, dir, (size_t)1).p),
			"there is no root of trust; `mdstatic keys new KEYDIR --root %s` makes one for development",
			dir);
	if (roots_decode(out, a, dg, files, n, dir, d))
		return -1;
	return roots_expiry(&out->v[n - 1], arena_printf(a, ROOT_FILE, dir, n).p, now, settings, d);
}
