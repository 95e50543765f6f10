#include "model/places.h"

void places_release(struct places *p)
{
	jsontable_release(&p->table);
	*p = (struct places)PLACES_INIT;
}

static void turn_to(struct places *p, struct slice text)
{
	if (p->text.p == text.p && p->text.n == text.n)
		return;
	places_release(p);
	p->text = text;
	p->json = jsontable_make(&p->table, text);
}

struct srcpos places_pos(struct places *p, const struct origin *o, const char *pointer)
{
	struct slice at = slice_of(pointer);
	struct jsonpos pos;
	size_t value;

	turn_to(p, o->text);
	while (!p->json || !jsonpos_follow(&value, &p->table, at)) {
		ptrdiff_t slash = p->json ? slice_rfind(at, '/') : -1;
		if (slash < 0)
			return SRCPOS_FILE(o->path);
		at.n = (size_t)slash;
	}
	jsontable_place(&pos, &p->table, value);
	return (struct srcpos){ o->path, pos.line, pos.col };
}

struct srcpos origin_pos(const struct origin *o, const char *pointer)
{
	CLEANUP(places_release) struct places p = PLACES_INIT;

	return places_pos(&p, o, pointer);
}
