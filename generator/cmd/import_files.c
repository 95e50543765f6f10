/* cmd/import_files.c: the check before, and all files at once. */
#include "cmd/import.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fileio.h"
#include "cmd/load.h"
#include "defs/defs.h"

#define DIR_MODE  0755
#define FILE_MODE 0644
#define EDIT_MAX  ((uint64_t)64 << 20) /* bytes of a file that is changed */

/* --- the definitions as they would be ------------------------------------------------------------------------------------ */

static void overlay_files(struct import *im)
{
	struct overlay_file *v = ARENA_ARRAY(&im->a, struct overlay_file, im->n + 1);

	for (size_t i = 0; i < im->n; i++) {
		const struct import_file *f = &im->files[i];

		v[i] = (struct overlay_file){ .rel = f->rel, .data = f->shown ? f->check : f->data };
		v[i].path = import_shown(im, f->rel);
	}
	overlay_open(&im->overlay, source_tree(im->source), v, im->n, &im->a);
}

static const struct import_file *file_of(const struct import *im, const char *path)
{
	const struct overlay_file *f = overlay_find(&im->overlay, path);

	for (size_t i = 0; f && i < im->n; i++)
		if (slice_eq(im->files[i].rel, f->rel))
			return &im->files[i];
	return NULL;
}

void import_report(struct import *im, struct diags *d, const struct diags *found)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct diag *e = &found->v[i];
		const struct import_file *f = file_of(im, e->at.path);
		struct srcpos at = e->at;

		if (f && f->shown)
			at.path = f->shown;
		if (e->level == DIAG_ERROR)
			diag_error(d, at, "%s", e->text);
		else if (f && !im->errors_only)
			diag_warning(d, at, "%s", e->text);
	}
	d->environment = d->environment || found->environment;
}

int import_check(struct import *im, struct diags *d)
{
	CLEANUP(diags_release) struct diags found = DIAGS_INIT;
	size_t errors = d->errors;

	for (size_t i = 0; i < im->n; i++) {
		const struct import_file *f = &im->files[i];

		if (!f->replaces && import_exists(im, f->rel))
			diag_error(d, SRCPOS_FILE(import_shown(im, f->rel)), "exists already; nothing is written");
	}
	if (d->errors != errors)
		return -1;
	overlay_files(im);
	if (defs_load(&im->after, &im->overlay.tree, source_time(im->source), &im->a, &found) && !found.errors)
		diag_environment(&found, NULL, "the definitions could not be read");
	else
		load_transitions(&im->after, &im->overlay.tree, im->source, &im->a, &found);
	import_report(im, d, &found);
	return d->errors == errors ? 0 : -1;
}

/* --- staging ----------------------------------------------------------------------------------------------------------- */

const char *import_stage(struct import *im)
{
	if (!im->staging) {
		im->staging = arena_printf(&im->a, "%s/.mdstatic-import-%ld", im->repo, (long)getpid()).p;
		if (file_mkdirs(im->staging, DIR_MODE, &im->d))
			return NULL;
	}
	return arena_printf(&im->a, "%s/%zu", im->staging, im->n).p;
}

void import_unstage(struct import *im)
{
	CLEANUP(diags_release) struct diags ignored = DIAGS_INIT;

	if (im->staging && file_remove_tree(im->staging, &ignored))
		diags_print(&ignored, DIAG_TEXT, stderr);
	im->staging = NULL;
}

static int stage_all(struct import *im)
{
	for (size_t i = 0; i < im->n; i++) {
		struct import_file *f = &im->files[i];

		if (f->staged)
			continue;
		const char *base = import_stage(im);
		if (!base)
			return -1;
		const char *path = arena_printf(&im->a, "%s/f%zu", im->staging, i).p;
		if (file_create(path, f->data, FILE_MODE, &im->d))
			return -1;
		f->staged = path;
	}
	return 0;
}

/* --- placing ----------------------------------------------------------------------------------------------------------- */

static const char *target_of(struct import *im, const struct import_file *f)
{
	return arena_printf(&im->a, "%s/" SLICE_FMT, im->repo, SLICE_ARG(f->rel)).p;
}

static int make_folder(struct import *im, const char *target)
{
	struct slice path = slice_of(target);

	return file_mkdirs(arena_str(&im->a, slice_sub(path, 0, (size_t)slice_rfind(path, '/'))), DIR_MODE, &im->d);
}

/* A changed file still holds what was read. */
static int still_same(struct import *im, const struct import_file *f, const char *target)
{
	CLEANUP(strbuf_release) struct strbuf now = STRBUF_INIT;

	if (file_read(&now, target, EDIT_MAX, &im->d))
		return -1;
	if (!slice_eq(strbuf_slice(&now), f->before))
		return diag_environment(&im->d, target, "was changed by somebody else meanwhile; nothing is written");
	return 0;
}

/* A new file: unlike rename(), link() never replaces one. */
static int place_new(const char *staged, const char *target)
{
	if (link(staged, target) == 0)
		return unlink(staged);
	if ((errno == EPERM || errno == ENOTSUP || errno == ENOSYS) && !file_exists(target))
		return rename(staged, target);
	return -1;
}

static int place(struct import *im, struct import_file *f)
{
	const char *target = target_of(im, f);

	if (f->before.p && still_same(im, f, target))
		return -1;
	if (!f->replaces && make_folder(im, target))
		return -1;
	if (f->replaces && !f->before.p) { /* kept beside, to be put back should a later file fail */
		f->kept = arena_printf(&im->a, "%s.old", f->staged).p;
		if (link(target, f->kept) && rename(target, f->kept))
			return diag_environment(&im->d, target, "cannot be replaced: %s", strerror(errno));
	}
	if ((f->replaces ? rename(f->staged, target) : place_new(f->staged, target)) == 0)
		return 0;
	diag_environment(&im->d, target, "cannot be written: %s; nothing is written", strerror(errno));
	if (f->kept && rename(f->kept, target))
		diag_environment(&im->d, target, "could not be put back; git has what was committed");
	return -1;
}

static void take_back(struct import *im, size_t n)
{
	for (size_t i = n; i-- > 0;) {
		const struct import_file *f = &im->files[i];
		const char *target = target_of(im, f);
		int bad;

		if (!f->replaces)
			bad = unlink(target);
		else if (f->kept)
			bad = rename(f->kept, target);
		else
			bad = file_replace(target, f->before, FILE_MODE, &im->d);
		if (bad)
			diag_environment(&im->d, target, "could not be put back; git has what was committed");
	}
}

int import_write(struct import *im)
{
	if (im->dry_run)
		return 0;
	if (stage_all(im))
		return -1;
	for (size_t i = 0; i < im->n; i++) {
		if (place(im, &im->files[i])) {
			take_back(im, i);
			return -1;
		}
	}
	return 0;
}

int import_commit(struct import *im)
{
	return im->d.errors || import_check(im, &im->d) ? -1 : import_write(im);
}
