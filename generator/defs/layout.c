/* defs/layout.c: sorts the files of a tree by what they are. */
#include "defs/layout.h"

#include <string.h>

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

static bool is_android(struct slice release)
{
	return slice_starts(slice_from(release, app_dir(release).n), "/upgrades/android/");
}

static void report_unsupported(struct scan *s, const struct file_entry *e, enum path_kind kind)
{
	static const char *const what[] = {
		[PATH_HOTPATCH] = "hotpatches",
		[PATH_H5] = "h5 packages",
		[PATH_QUICKFIX] = "quick fixes",
	};

	if (kind != PATH_UPGRADE)
		diag_error(s->d, SRCPOS_FILE(e->path), "%s are not supported by this version of mdstatic", what[kind]);
	else if (!is_android(e->rel))
		diag_error(s->d, SRCPOS_FILE(e->path),
			   "upgrades of other platforms than android are not supported by this version of mdstatic");
}

static void keep_whole(struct scan *s, const struct file_entry *e, const struct path_place *place)
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
		[PATH_UPGRADE] = LAYOUT_UPGRADE,
	};

	if (place->kind == PATH_WHITELIST_IDS && is_page(place->value))
		return;
	if (place->kind == PATH_H5_APP)
		return; /* says nothing without a release, which is reported */
	if (place->kind > PATH_UPGRADE || (place->kind == PATH_UPGRADE && !is_android(e->rel))) {
		report_unsupported(s, e, place->kind);
		return;
	}
	keep(s, (struct layout_file){ e, kinds[place->kind], place->value,
				      place->kind == PATH_ROOT ? number(place->value) : 0 });
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

void layout_report_loose(const struct layout_file *f, struct diags *d)
{
	diag_error(d, SRCPOS_FILE(f->entry->path),
		   "the release beside it does not name this file; name it as its package, or remove it");
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
	else if (place.kind == PATH_UPGRADE && is_android(e->rel))
		keep(s, (struct layout_file){ e, LAYOUT_LOOSE, place.folder, 0 });
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
