#include "base/relpath.h"

static const char *character_fault(struct slice path)
{
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] < ' ' || path.p[i] > '~')
			return "is not printable ASCII";
		if (path.p[i] == '\\')
			return "holds a backslash";
	}
	return NULL;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const char *relpath_fault(struct slice path)
{
	const char *fault = character_fault(path);

	if (fault)
		return fault;
	if (path.n == 0)
		return "is empty";
	if (path.p[0] == '/' || (path.n >= 2 && is_letter(path.p[0]) && path.p[1] == ':'))
		return "is absolute";
	for (struct slice rest = path, part; rest.p;) {
		part = slice_cut(&rest, '/');
		if (part.n == 0)
			return "has an empty part";
		if (slice_eqs(part, ".") || slice_eqs(part, ".."))
			return part.n == 2 ? "leads out of its folder (..)" : "has a part that is a dot";
	}
	return NULL;
}
