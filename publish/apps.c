#include "publish/apps.h"

#include <stdlib.h>

#include "publish/tree.h"

static int named(struct apps *out, struct session *s)
{
	const char *codes[APPS_MAX];
	size_t n = cmd_values(s->args, "app", codes, APPS_MAX);

	out->v = ARENA_ARRAY(&s->mem, struct slice, n);
	out->named = n > 0;
	for (size_t i = 0; i < n; i++) {
		out->v[out->n++] = slice_of(codes[i]);
		if (!is_app_code(slice_of(codes[i])))
			return cmd_usage(s->args, "--app is \"%s\"; it must be an appCode", codes[i]);
	}
	return 0;
}

int apps_find(struct apps *out, struct session *s, struct dest *t)
{
	struct dest_listing folders = DEST_LISTING_INIT;
	int code = 0;

	*out = (struct apps){ 0 };
	code = named(out, s);
	if (code || out->named) {
		qsort(out->v, out->n, sizeof(*out->v), slice_order);
		return code;
	}
	code = t->ops->folders(t, &folders, &s->d) ? EXIT_ENVIRONMENT : 0;
	out->v = ARENA_ARRAY(&s->mem, struct slice, folders.n + 1);
	for (size_t i = 0; i < folders.n; i++) {
		if (is_app_code(folders.v[i].key))
			out->v[out->n++] = arena_copy(&s->mem, folders.v[i].key);
	}
	dest_listing_release(&folders);
	return code;
}
