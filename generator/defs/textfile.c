/* defs/textfile.c: reads, copies, lets go. */
#include "defs/textfile.h"

int textfile_read(struct origin *out, const struct filetree *tree, const struct file_entry *e, struct arena *a,
		  struct diags *d)
{
	struct blob blob;

	if (filetree_read(&blob, tree, e, TEXTFILE_MAX, d))
		return -1;
	*out = (struct origin){ e->path, arena_copy(a, blob.data) };
	blob_release(&blob);
	return 0;
}
