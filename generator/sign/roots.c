/* The commit's chain of roots, before anything is signed under it. */
#include "base/instant.h"
#include "sign/roles.h"

#define DAY       INT64_C(86400)
#define WARN_DAYS 30
#define ROOT_FILE "%s/%zu.root.json"

int roots_check(struct tuf_chain *out, struct arena *a, struct digests *dg, const struct slice *files, size_t n,
		const char *dir, int64_t now, struct diags *d)
{
	char expires[INSTANT_TEXT];
	const struct tuf_file *newest;
	const char *why, *path;
	size_t bad;

	if (n == 0)
		return diag_error(
			d, SRCPOS_FILE(arena_printf(a, ROOT_FILE, dir, (size_t)1).p),
			"there is no root of trust; `mdstatic keys new KEYDIR --root %s` makes one for development",
			dir);
	if (tuf_chain_decode(out, a, dg, files, n, &bad, &why))
		return diag_error(d, SRCPOS_FILE(arena_printf(a, ROOT_FILE, dir, bad).p), "%s", why);
	newest = &out->v[n - 1];
	path = arena_printf(a, ROOT_FILE, dir, n).p;
	instant_format(expires, newest->expires);
	if (newest->expires <= now)
		return diag_error(d, SRCPOS_FILE(path),
				  "the root expired at %s: devices refuse whatever is signed under it; "
				  "sign the next version, %zu.root.json",
				  expires, n + 1);
	if (newest->expires - now < WARN_DAYS * DAY)
		diag_warning(d, SRCPOS_FILE(path),
			     "the root expires at %s, in less than %d days; sign the next version in time", expires,
			     WARN_DAYS);
	return 0;
}
