#include "cmd/treeapps.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

static bool has_metadata(struct treeapps *t, const char *dir)
{
	struct stat st;

	return stat(arena_printf(&t->mem, "%s/metadata", dir).p, &st) == 0 && S_ISDIR(st.st_mode);
}

/* TREE is an app's folder. */
static int own_app(struct treeapps *t, const char *tree, struct diags *d)
{
	char *whole = realpath(tree, NULL);
	struct slice path = slice_of(whole);
	ptrdiff_t slash = slice_rfind(path, '/');

	if (!whole)
		return diag_environment(d, tree, "cannot open: %s", strerror(errno));
	t->v = ARENA_NEW(&t->mem, struct treeapp);
	t->n = 1;
	t->v->dir = tree;
	t->v->folder = arena_copy(&t->mem, slice_from(path, (size_t)slash + 1));
	t->out = slash ? arena_str(&t->mem, slice_sub(path, 0, (size_t)slash)) : "/";
	free(whole);
	return 0;
}

static int list(struct treeapps *t, const char *tree, struct diags *d)
{
	struct dirent **names;
	int n = scandir(tree, &names, NULL, alphasort);

	if (n < 0)
		return diag_environment(d, tree, "cannot open: %s", strerror(errno));
	t->out = tree;
	t->v = ARENA_ARRAY(&t->mem, struct treeapp, (size_t)n + 1);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name, *dir = arena_printf(&t->mem, "%s/%s", tree, name).p;

		if (name[0] != '.' && has_metadata(t, dir)) {
			struct slice folder = arena_copy(&t->mem, slice_of(name));

			t->v[t->n++] = (struct treeapp){ dir, folder, folder };
		}
		free(names[i]);
	}
	free(names);
	return t->n ? 0 : diag_error(d, SRCPOS_FILE(tree), "holds no app: there is no <appCode>/metadata in it");
}

static int choose(struct treeapps *t, const char *tree, const char *only, struct diags *d)
{
	struct slice *names = ARENA_ARRAY(&t->mem, struct slice, t->n), near;

	for (size_t i = 0; i < t->n; i++) {
		names[i] = t->v[i].folder;
		if (slice_eqs(names[i], only)) {
			t->v[0] = t->v[i];
			t->n = 1;
			return 0;
		}
	}
	near = text_nearest(slice_of(only), names, t->n);
	if (near.n)
		return diag_error(d, SRCPOS_FILE(tree), "holds no app \"%s\"; did you mean \"" SLICE_FMT "\"?", only,
				  SLICE_ARG(near));
	return diag_error(d, SRCPOS_FILE(tree), "holds no app \"%s\"", only);
}

int treeapps_find(struct treeapps *out, const char *tree, const char *only, struct diags *d)
{
	struct stat st;

	if (stat(tree, &st))
		return diag_environment(d, tree, "cannot open: %s", strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return diag_environment(d, tree, "is no folder");
	if (has_metadata(out, tree)) {
		if (own_app(out, tree, d))
			return -1;
		if (only)
			out->v->app = arena_copy(&out->mem, slice_of(only));
		return 0;
	}
	if (list(out, tree, d))
		return -1;
	return only ? choose(out, tree, only, d) : 0;
}

void treeapps_release(struct treeapps *t)
{
	arena_release(&t->mem);
	*t = (struct treeapps)TREEAPPS_INIT;
}
