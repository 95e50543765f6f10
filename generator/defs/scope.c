/* defs/scope.c: look-ups by name. */
#include "defs/scope.h"

#include "base/strbuf.h"
#include "base/text.h"

struct verdict {
	bool listed;
	struct slice nearest;
};

void scope_init(struct defs_scope *s, struct arena *a, struct diags *d, int64_t commit_time,
		const struct filetree *files, struct app *app)
{
	*s = (struct defs_scope){
		.a = a,
		.scratch = ARENA_INIT,
		.d = d,
		.commit_time = commit_time,
		.files = files,
		.app = app,
	};
	for (size_t i = 0; i < app->nelements; i++)
		map_put(&s->elements, app->elements[i].name, &app->elements[i]);
	for (size_t i = 0; i < app->nwhitelists; i++)
		map_put(&s->whitelists, app->whitelists[i]->name, app->whitelists[i]);
}

void scope_release(struct defs_scope *s)
{
	map_release(&s->elements);
	map_release(&s->whitelists);
	map_release(&s->verdicts);
	map_release(&s->named);
	map_release(&s->folders);
	arena_release(&s->scratch);
}

const struct element *scope_element(const struct defs_scope *s, struct slice name)
{
	return map_get(&s->elements, name);
}

struct whitelist *scope_whitelist(const struct defs_scope *s, struct slice name)
{
	return map_get(&s->whitelists, name);
}

struct slice scope_nearest_element(struct defs_scope *s, struct slice name)
{
	struct slice *names = ARENA_ARRAY(&s->scratch, struct slice, s->app->nelements);

	for (size_t i = 0; i < s->app->nelements; i++)
		names[i] = s->app->elements[i].name;
	return text_nearest(name, names, s->app->nelements);
}

struct slice scope_nearest_whitelist(struct defs_scope *s, struct slice name)
{
	struct slice *names = ARENA_ARRAY(&s->scratch, struct slice, s->app->nwhitelists);

	for (size_t i = 0; i < s->app->nwhitelists; i++)
		names[i] = s->app->whitelists[i]->name;
	return text_nearest(name, names, s->app->nwhitelists);
}

static bool values_equal(enum attr_type type, struct slice a, struct slice b)
{
	struct version va, vb;

	switch (type) {
	case ATTR_TEXT:
	case ATTR_EXACT:
		return slice_eq(a, b);
	case ATTR_FOLD:
		return slice_eq_nocase(a, b);
	case ATTR_VERSION:
		return version_parse(&va, a) && version_parse(&vb, b) && version_cmp(&va, &vb) == 0;
	}
	return false;
}

static struct verdict *judge(struct arena *a, const struct element *e, struct slice value)
{
	struct verdict *v = ARENA_NEW(a, struct verdict);

	for (size_t i = 0; i < e->nlisted && !v->listed; i++)
		v->listed = values_equal(e->type, e->listed[i], value);
	if (!v->listed)
		v->nearest = text_nearest(value, e->listed, e->nlisted);
	return v;
}

bool scope_is_listed(struct defs_scope *s, const struct element *e, struct slice value, struct slice *nearest)
{
	CLEANUP(strbuf_release) struct strbuf key = STRBUF_INIT;
	struct verdict *v;

	*nearest = (struct slice){ NULL, 0 };
	if (!e->nlisted)
		return false;
	strbuf_addslice(&key, e->name);
	strbuf_addch(&key, '\0');
	strbuf_addslice(&key, value);
	v = map_get(&s->verdicts, strbuf_slice(&key));
	if (!v) {
		v = judge(s->a, e, value);
		map_put(&s->verdicts, arena_copy(s->a, strbuf_slice(&key)), v);
	}
	*nearest = v->nearest;
	return v->listed;
}

void scope_name_file(struct defs_scope *s, struct slice rel)
{
	map_put(&s->named, rel, s);
}

void scope_name_folder(struct defs_scope *s, struct slice rel)
{
	map_put(&s->folders, rel, s);
}

bool scope_is_named(const struct defs_scope *s, struct slice rel)
{
	if (map_get(&s->named, rel))
		return true;
	for (ptrdiff_t slash; (slash = slice_rfind(rel, '/')) >= 0;) {
		rel = slice_sub(rel, 0, (size_t)slash);
		if (map_get(&s->folders, rel))
			return true;
	}
	return false;
}
