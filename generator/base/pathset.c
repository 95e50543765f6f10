#include "base/pathset.h"

#include "base/text.h"

/* `folded` is the entry's path in lower case, in the set's memory. */
static enum pathset_clash see(struct pathset *s, struct pathset_entry entry, struct slice folded,
			      const struct pathset_entry **mine, const struct pathset_entry **other)
{
	struct pathset_entry *kept = ARENA_NEW(&s->mem, struct pathset_entry);

	*kept = entry;
	*mine = kept;
	*other = map_put(&s->names, folded, kept);
	if (!*other || ((*other)->folder && entry.folder && slice_eq((*other)->path, entry.path)))
		return PATHSET_NONE;
	if (!slice_eq((*other)->path, entry.path))
		return PATHSET_CASE;
	return entry.folder || (*other)->folder ? PATHSET_FOLDER : PATHSET_TWICE;
}

enum pathset_clash pathset_add(struct pathset *s, struct slice path, const void *value,
			       const struct pathset_entry **mine, const struct pathset_entry **other)
{
	struct slice folded = text_fold(&s->mem, path); /* once: folders are its beginnings */
	enum pathset_clash clash = PATHSET_NONE;

	for (size_t i = 0; i < path.n && !clash; i++) {
		struct pathset_entry folder = { slice_sub(path, 0, i), value, true };

		if (path.p[i] == '/')
			clash = see(s, folder, slice_sub(folded, 0, i), mine, other);
	}
	return clash ? clash : see(s, (struct pathset_entry){ path, value, false }, folded, mine, other);
}

void pathset_release(struct pathset *s)
{
	map_release(&s->names);
	arena_release(&s->mem);
	*s = (struct pathset)PATHSET_INIT;
}
