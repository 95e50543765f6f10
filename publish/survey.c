#include "publish/survey.h"

#include <string.h>

#include "publish/place.h"

#define OBJECTS "targets/o/"

int survey_condemned_version(struct condemned *out, struct dest_version *version, struct arena *a, struct dest *t,
			     struct slice app, struct diags *d)
{
	const char *key = arena_printf(a, SLICE_FMT "/" CONDEMNED_NAME, SLICE_ARG(app)).p, *why = NULL;
	struct dest_get g = { .key = key, .limit = CONDEMNED_MAX, .body = STRBUF_INIT };
	int bad = dest_read(t, &g, d);

	*out = (struct condemned){ 0 };
	if (!bad && g.outcome == GET_FOUND && condemned_decode(out, a, strbuf_slice(&g.body), &why))
		bad = diag_environment(d, dest_place(a, t, key),
				       "%s; mdstatic-publish prune writes this file: delete it, and run prune again",
				       why);
	strbuf_release(&g.body);
	*version = g.version;
	return bad;
}

int survey_condemned(struct condemned *out, struct arena *a, struct dest *t, struct slice app, struct diags *d)
{
	struct dest_version version;

	return survey_condemned_version(out, &version, a, t, app, d);
}

/* --- prefixes --------------------------------------------------------------------------------------------------------- */

struct prefixes {
	struct arena *a;
	struct slice app;
	const char **v;
	size_t n, cap;
};

static void add_prefix(struct prefixes *p, struct slice folder)
{
	const char *prefix = arena_printf(p->a, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(p->app), SLICE_ARG(folder)).p;

	ARENA_PUSH(p->a, p->v, p->n, p->cap, prefix);
}

/* "h5/" of "h5/20171228/…", "targets/index/" of "targets/index/…", "targets/o/a" of "targets/o/a1…"; a file of the top: its name. */
static struct slice folder_of(struct slice path)
{
	size_t n = strlen(OBJECTS);
	ptrdiff_t slash = slice_find(path, '/');

	if (slice_starts(path, OBJECTS) && path.n > n)
		return slice_sub(path, 0, n + 1);
	if (slice_starts(path, "targets/")) {
		ptrdiff_t next = slice_find(slice_from(path, (size_t)slash + 1), '/');

		return slice_sub(path, 0, next < 0 ? path.n : (size_t)(slash + 1 + next + 1));
	}
	return slice_sub(path, 0, slash < 0 ? path.n : (size_t)slash + 1);
}

size_t survey_prefixes(const char *const **out, struct arena *a, const struct app_tree *tree)
{
	struct prefixes p = { .a = a, .app = tree->app };
	struct slice last = { NULL, 0 };

	if (tree->n < SURVEY_SPLIT)
		add_prefix(&p, SLICE(""));
	/* Files are sorted by path, so that those of one folder stand together. */
	for (size_t i = 0; i < tree->n && tree->n >= SURVEY_SPLIT; i++) {
		struct slice folder = folder_of(tree->v[i].path);

		if (!slice_eq(folder, last))
			add_prefix(&p, folder);
		last = folder;
	}
	*out = p.v;
	return p.n;
}

/* --- the survey ------------------------------------------------------------------------------------------------------- */

int survey_take(struct survey *out, struct arena *a, struct dest *t, const struct app_tree *tree, struct diags *d)
{
	const char *const *prefixes;
	size_t n = survey_prefixes(&prefixes, a, tree);

	if (survey_condemned(&out->condemned, a, t, tree->app, d))
		return -1;
	return t->ops->list(t, &out->listing, prefixes, n, d);
}

void survey_release(struct survey *s)
{
	dest_listing_release(&s->listing);
}
