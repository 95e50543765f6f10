/* defs/layout.c: sorts the files of a tree by what they are. */
#include "defs/layout.h"

#include <string.h>

#include "base/kinds.h"
#include "defs/pathform.h"
#include "defs/pathname.h"

struct scan {
	struct layout *out;
	const struct filetree *tree;
	struct arena *a;
	struct diags *d;
	struct slice bad; /* the folder whose name was reported last: once is enough */
};

/* --- ignored names ------------------------------------------------------------------------------------------------------ */

static bool starts_nocase(struct slice s, struct slice prefix)
{
	return slice_eq_nocase(slice_sub(s, 0, prefix.n), prefix);
}

static bool is_ignored_name(struct slice name)
{
	static const char *const exact[] = {
		"OWNERS",
		"CODEOWNERS",
		"Jenkinsfile",
		".travis.yml",
		".drone.yml",
		".woodpecker.yml",
		".woodpecker",
		".circleci",
		".buildkite",
		".cirrus.yml",
		"appveyor.yml",
		".appveyor.yml",
		"azure-pipelines.yml",
		"bitbucket-pipelines.yml",
		"cloudbuild.yaml",
		"buildspec.yml",
		".pre-commit-config.yaml",
	};

	if (starts_nocase(name, SLICE("README")) || starts_nocase(name, SLICE("LICENSE")) || slice_starts(name, ".git"))
		return true;
	for (size_t i = 0; i < COUNT(exact); i++)
		if (slice_eqs(name, exact[i]))
			return true;
	return false;
}

static bool is_ignored(struct slice rel)
{
	while (rel.p)
		if (is_ignored_name(slice_cut(&rel, '/')))
			return true;
	return false;
}

static bool is_page(struct slice stem)
{
	return slice_eq_nocase(stem, SLICE("README")) || slice_eq_nocase(stem, SLICE("LICENSE"));
}

/* --- places ------------------------------------------------------------------------------------------------------------ */

/* "apps/<dir>" of a path below apps/. */
static struct slice app_dir(struct slice rel)
{
	struct slice rest = slice_from(rel, strlen("apps/"));
	struct slice name = slice_cut(&rest, '/');

	return slice_sub(rel, 0, strlen("apps/") + name.n);
}

static void keep(struct scan *s, struct layout_file file)
{
	struct layout *l = s->out;
	struct layout_app *owner = &l->keys;

	if (slice_starts(file.entry->rel, "apps/")) {
		struct slice dir = app_dir(file.entry->rel);

		if (!l->napps || !slice_eq(l->apps[l->napps - 1].dir, dir))
			ARENA_PUSH(s->a, l->apps, l->napps, l->apps_cap, (struct layout_app){ .dir = dir });
		owner = &l->apps[l->napps - 1];
	}
	ARENA_PUSH(s->a, owner->files, owner->n, owner->cap, file);
}

static uint64_t number(struct slice digits)
{
	uint64_t v = 0;

	for (size_t i = 0; i < digits.n; i++)
		v = v * 10 + (uint64_t)(digits.p[i] - '0');
	return v;
}

static enum layout_kind kind_of(enum path_kind kind)
{
	static const enum layout_kind kinds[] = {
		[PATH_APP_INI] = LAYOUT_APP_INI,
		[PATH_AUDIENCE] = LAYOUT_AUDIENCE,
		[PATH_RESOURCE] = LAYOUT_RESOURCE,
		[PATH_WHITELIST_IDS] = LAYOUT_WHITELIST_IDS,
		[PATH_WHITELIST_REGEX] = LAYOUT_WHITELIST_REGEX,
		[PATH_WHITELIST_INI] = LAYOUT_WHITELIST_INI,
		[PATH_SWITCH] = LAYOUT_SWITCH,
		[PATH_ROOT] = LAYOUT_ROOT,
		[PATH_H5_APP] = LAYOUT_H5_APP,
		[PATH_UPGRADE] = LAYOUT_UPGRADE,
		[PATH_HOTPATCH] = LAYOUT_HOTPATCH,
		[PATH_H5] = LAYOUT_H5,
		[PATH_QUICKFIX] = LAYOUT_QUICKFIX,
	};

	return kinds[kind];
}

static void keep_whole(struct scan *s, const struct file_entry *e, const struct path_place *place)
{
	if (place->kind == PATH_WHITELIST_IDS && is_page(place->value))
		return;
	keep(s, (struct layout_file){ .entry = e,
				      .kind = kind_of(place->kind),
				      .name = place->value,
				      .number = place->kind == PATH_ROOT ? number(place->value) : 0 });
}

/* --- errors ------------------------------------------------------------------------------------------------------------ */

static void report_bad(struct scan *s, const struct file_entry *e, const struct path_place *place)
{
	struct slice part = slice_from(place->bad, (size_t)(slice_rfind(place->bad, '/') + 1));
	struct slice near = pathform_nearest(s->a, e->rel);

	s->bad = place->bad;
	diag_error(s->d, SRCPOS_FILE(e->path), "\"" SLICE_FMT "\" does not fit here: %s%s" SLICE_FMT "%s",
		   SLICE_ARG(part), place->why, near.n ? "; did you mean \"" : "", SLICE_ARG(near),
		   near.n ? "\"?" : "");
}

static void report_unknown(struct scan *s, const struct file_entry *e)
{
	struct slice near = pathform_nearest(s->a, e->rel);

	if (near.n)
		diag_error(s->d, SRCPOS_FILE(e->path), "no definition has this name; did you mean \"" SLICE_FMT "\"?",
			   SLICE_ARG(near));
	else
		diag_error(s->d, SRCPOS_FILE(e->path), "no definition has this name; expected " SLICE_FMT,
			   SLICE_ARG(pathform_expected(s->a, e->rel)));
}

/* How a release may name a file beside it. */
static const char *way_to_name(const struct layout_file *f)
{
	if (f->beside == LAYOUT_QUICKFIX)
		return "among its inputs";
	if (f->beside == LAYOUT_UPGRADE && slice_eqs(path_last(path_parent(f->name)), platform_name(PLATFORM_IOS)))
		return "as its package, icon or symbols";
	return "as its package";
}

void layout_report_loose(const struct layout_file *f, struct diags *d)
{
	if (f->beside == LAYOUT_H5)
		diag_error(
			d, SRCPOS_FILE(f->entry->path),
			"an h5 release has package.zip, www/ or files/ beside it, and nothing else; remove this file");
	else
		diag_error(d, SRCPOS_FILE(f->entry->path),
			   "the release beside it does not name this file; name it %s, or remove it", way_to_name(f));
}

/* --- the pass ---------------------------------------------------------------------------------------------------------- */

static bool has_release(const struct scan *s, struct slice folder)
{
	struct slice rel = arena_printf(s->a, SLICE_FMT "/release.json", SLICE_ARG(folder));

	return filetree_find(s->tree, rel) != NULL;
}

static bool is_below(struct slice rel, struct slice folder)
{
	return folder.n && rel.n > folder.n && rel.p[folder.n] == '/' && slice_eq(slice_sub(rel, 0, folder.n), folder);
}

static void classify(struct scan *s, const struct file_entry *e)
{
	struct path_place place = pathform_place(e->rel);

	if (place.fit == FIT_WHOLE)
		keep_whole(s, e, &place);
	else if (is_ignored(e->rel) || is_below(e->rel, s->bad))
		return;
	else if (place.fit == FIT_BAD)
		report_bad(s, e, &place);
	else if (place.fit != FIT_LOOSE || !has_release(s, place.folder))
		report_unknown(s, e);
	else
		keep(s,
		     (struct layout_file){
			     .entry = e, .kind = LAYOUT_LOOSE, .name = place.folder, .beside = kind_of(place.kind) });
}

static bool is_regular(struct scan *s, const struct file_entry *e)
{
	if (e->kind == FILE_SYMLINK)
		diag_error(s->d, SRCPOS_FILE(e->path),
			   "a symbolic link is not allowed below apps/ and keys/; put the file itself here");
	else if (e->kind == FILE_SUBMODULE)
		diag_error(s->d, SRCPOS_FILE(e->path),
			   "a submodule is not allowed below apps/ and keys/; put the files themselves here");
	return e->kind == FILE_REGULAR;
}

static void visit(struct scan *s, struct pathnames *names, const struct file_entry *e)
{
	bool top = slice_eqs(e->rel, "apps") || slice_eqs(e->rel, "keys");

	if (!top && !slice_starts(e->rel, "apps/") && !slice_starts(e->rel, "keys/"))
		return;
	if (!pathname_check(names, e, s->d) || !is_regular(s, e))
		return;
	if (top)
		diag_error(s->d, SRCPOS_FILE(e->path), "must be a folder");
	else
		classify(s, e);
}

void layout_read(struct layout *out, const struct filetree *tree, struct arena *a, struct diags *d)
{
	struct scan s = { .out = out, .tree = tree, .a = a, .d = d };
	CLEANUP(pathnames_release) struct pathnames names;

	*out = (struct layout){ .keys = { .dir = SLICE("keys") } };
	pathnames_init(&names);
	for (size_t i = 0; i < tree->n; i++)
		visit(&s, &names, &tree->v[i]);
}
