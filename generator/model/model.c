/* model/model.c: places of definitions, found again. */
#include "model/model.h"

#include "base/jsonpos.h"

struct srcpos origin_pos(const struct origin *o, const char *pointer)
{
	struct slice at = slice_of(pointer);
	struct jsonpos pos;

	while (!jsonpos_value(&pos, o->text, at)) {
		ptrdiff_t slash = slice_rfind(at, '/');
		if (slash < 0)
			return SRCPOS_FILE(o->path);
		at.n = (size_t)slash;
	}
	return (struct srcpos){ o->path, pos.line, pos.col };
}
