#include "build/icon.h"

#include "inspect/png.h"

static int check(const struct upgrade *u, struct slice bytes, struct diags *d)
{
	struct srcpos at = origin_pos(&u->r.origin, "/distribution/icon");
	struct slice file = slice_from(u->icon, u->r.folder.n ? u->r.folder.n + 1 : 0);
	struct png png;
	const char *why;

	if (png_read(&png, bytes, &why))
		return diag_error(d, at, SLICE_FMT " cannot be read as a PNG image: %s", SLICE_ARG(file), why);
	if (png.width != png.height || png.width < ICON_SIDE_MIN || png.width > ICON_SIDE_MAX)
		return diag_error(d, at, SLICE_FMT " has %u x %u pixels; an icon is square, %u to %u pixels",
				  SLICE_ARG(file), png.width, png.height, ICON_SIDE_MIN, ICON_SIDE_MAX);
	return 0;
}

void icon_read(struct upgrade *u, const struct filetree *tree, struct digests *digests, struct arena *a,
	       struct diags *d)
{
	const struct file_entry *e = u->icon.n ? filetree_find(tree, u->icon) : NULL;
	struct blob blob = { 0 };

	if (!e || filetree_read(&blob, tree, e, ICON_MAX, d))
		return;
	if (digest_sha256(digests, u->icon_sha256, blob.data))
		diag_environment(d, e->path, "cannot hash this file");
	else if (!check(u, blob.data, d))
		u->icon_bytes = arena_copy(a, blob.data);
	blob_release(&blob);
}
