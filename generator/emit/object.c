#include "emit/object.h"

#include <stdlib.h>
#include <string.h>

#include "format/paths.h"

void objects_release(struct objects *s)
{
	arena_release(&s->mem);
	*s = (struct objects)OBJECTS_INIT;
}

void objects_add(struct objects *s, struct object o)
{
	o.name = arena_str(&s->mem, slice_of(o.name));
	ARENA_PUSH(&s->mem, s->v, s->n, s->cap, o);
}

static bool has_content(const struct object *o)
{
	return o->data.p || o->path;
}

static bool same_file(const struct object *a, const struct object *b)
{
	return !memcmp(a->hash, b->hash, SHA256_SIZE) && !strcmp(a->name, b->name);
}

static int object_cmp(const void *a, const void *b)
{
	const struct object *x = a, *y = b;
	int c = memcmp(x->hash, y->hash, SHA256_SIZE);

	if (!c)
		c = strcmp(x->name, y->name);
	return c ? c : has_content(y) - has_content(x);
}

void objects_sort(struct objects *s)
{
	size_t kept = 0;

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), object_cmp);
	for (size_t i = 0; i < s->n; i++) {
		if (!kept || !same_file(&s->v[kept - 1], &s->v[i]))
			s->v[kept++] = s->v[i];
	}
	s->n = kept;
}

static int target_cmp(const void *a, const void *b)
{
	return slice_cmp(((const struct tuf_target *)a)->path, ((const struct tuf_target *)b)->path);
}

struct tuf_target *objects_targets(struct arena *a, const struct objects *s)
{
	struct tuf_target *v = ARENA_ARRAY(a, struct tuf_target, s->n);
	struct strbuf path = STRBUF_INIT;

	for (size_t i = 0; i < s->n; i++) {
		strbuf_reset(&path);
		path_object_target(&path, s->v[i].hash, s->v[i].name);
		v[i].path = arena_copy(a, strbuf_slice(&path));
		v[i].length = s->v[i].length;
		memcpy(v[i].hash, s->v[i].hash, SHA256_SIZE);
	}
	strbuf_release(&path);
	if (s->n)
		qsort(v, s->n, sizeof(*v), target_cmp);
	return v;
}
