#include "base/pathset.h"

#include "base/text.h"

static enum pathset_clash see(struct pathset *s, struct pathset_entry entry, const struct pathset_entry **mine,
			      const struct pathset_entry **other)
{
	struct pathset_entry *kept = ARENA_NEW(&s->mem, struct pathset_entry);

	*kept = entry;
	*mine = kept;
	*other = map_put(&s->names, text_fold(&s->mem, entry.path), kept);
	if (!*other || ((*other)->folder && entry.folder && slice_eq((*other)->path, entry.path)))
		return PATHSET_NONE;
	if (!slice_eq((*other)->path, entry.path))
		return PATHSET_CASE;
	return entry.folder || (*other)->folder ? PATHSET_FOLDER : PATHSET_TWICE;
}

enum pathset_clash pathset_add(struct pathset *s, struct slice path, const void *value,
			       const struct pathset_entry **mine, const struct pathset_entry **other)
{
	enum pathset_clash clash = PATHSET_NONE;

	for (size_t i = 0; i < path.n && !clash; i++) {
		struct pathset_entry folder = { slice_sub(path, 0, i), value, true };

		if (path.p[i] == '/')
			clash = see(s, folder, mine, other);
	}
	return clash ? clash : see(s, (struct pathset_entry){ path, value, false }, mine, other);
}

void pathset_release(struct pathset *s)
{
	map_release(&s->names);
	arena_release(&s->mem);
	*s = (struct pathset)PATHSET_INIT;
}
