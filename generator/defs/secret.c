/* defs/secret.c: looks for the first line of a PEM private key. */
#include "defs/secret.h"

#include <string.h>

#define BEGIN     "-----BEGIN "
#define LABEL_MAX 64

/* What follows BEGIN: `PRIVATE KEY-----`, words before it, or ` BLOCK` behind it. */
static bool is_private_label(struct slice s)
{
	size_t n = 0;

	while (n < s.n && n < LABEL_MAX &&
	       ((s.p[n] >= 'A' && s.p[n] <= 'Z') || (s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == ' '))
		n++;
	struct slice label = slice_sub(s, 0, n);
	return (slice_ends(label, "PRIVATE KEY") || slice_ends(label, "PRIVATE KEY BLOCK")) &&
	       slice_starts(slice_from(s, n), "-----");
}

bool secret_is_in(struct slice text)
{
	const char *found;

	while (text.n && (found = memmem(text.p, text.n, BEGIN, strlen(BEGIN)))) {
		text = slice_from(text, (size_t)(found - text.p) + strlen(BEGIN));
		if (is_private_label(text))
			return true;
	}
	return false;
}

static void look_into(const struct filetree *tree, const struct file_entry *e, struct diags *d)
{
	CLEANUP(diags_release) struct diags unread = DIAGS_INIT;
	struct blob blob;

	if (filetree_read(&blob, tree, e, SECRET_FILE_MAX, &unread))
		return;
	if (secret_is_in(slice_sub(blob.data, 0, SECRET_SCAN)))
		diag_error(d, SRCPOS_FILE(e->path),
			   "a private key must never be in the repository; remove it, from the history too, and "
			   "replace the key");
	blob_release(&blob);
}

void secrets_report(const struct filetree *tree, struct diags *d)
{
	static const char *const folders[] = { "apps/", "keys/" };

	for (size_t f = 0; f < COUNT(folders); f++) {
		size_t first, n = filetree_below(tree, slice_of(folders[f]), &first);

		for (size_t i = first; i < first + n; i++)
			if (tree->v[i].kind == FILE_REGULAR)
				look_into(tree, &tree->v[i], d);
	}
}
