#include "build/symbols.h"

#include "build/package.h"
#include "inspect/symbols.h"

void symbols_check(const struct upgrade *u, const struct filetree *tree, struct arena *a, struct diags *d)
{
	const struct file_entry *e = u->symbols.n ? filetree_find(tree, u->symbols) : NULL;
	struct slice file = slice_from(u->symbols, u->r.folder.n ? u->r.folder.n + 1 : 0);
	struct srcpos at = origin_pos(&u->r.origin, "/symbols");
	struct symbols symbols;
	struct blob blob = { 0 };
	const char *why;

	if (!e || package_place_check(tree, e, at, file, a, d) || filetree_read(&blob, tree, e, PACKAGE_MAX, d))
		return;
	if (symbols_read(&symbols, a, blob.data, &why))
		diag_error(d, at, SLICE_FMT " cannot be read as an archive of debug symbols: %s", SLICE_ARG(file), why);
	blob_release(&blob);
}
