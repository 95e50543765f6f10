/* cmd/import.c: opening, and what is said at the end. */
#include "cmd/import.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "base/text.h"
#include "convert/task.h"
#include "defs/defs.h"
#include "defs/reader.h"

#define JSON_MAX  ((uint64_t)64 << 20) /* bytes of a file that is imported */
#define PAIRS_MAX 1024

/* --- the app ---------------------------------------------------------------------------------------------------------- */

static bool is_app(const struct app *app, struct slice word)
{
	return slice_eq(slice_from(app->dir, sizeof("apps/") - 1), word) || slice_eq(app->app_code, word);
}

struct app *import_app(const struct model *m, const struct cmd_args *args, struct diags *d)
{
	const char *word = cmd_value(args, "app");
	struct slice dirs[64];
	size_t n = 0;

	if (!word && m->napps == 1)
		return &m->apps[0];
	for (size_t i = 0; i < m->napps; i++) {
		if (word && is_app(&m->apps[i], slice_of(word)))
			return &m->apps[i];
		if (n < COUNT(dirs))
			dirs[n++] = slice_from(m->apps[i].dir, sizeof("apps/") - 1);
	}
	if (!word) {
		diag_error(d, SRCPOS_NONE, "there are %zu apps; say which one with --app", m->napps);
		return NULL;
	}
	struct slice near = text_nearest(slice_of(word), dirs, n);
	diag_error(d, SRCPOS_NONE, "there is no app %s%s", quote(&d->mem, slice_of(word)), hint(&d->mem, near));
	return NULL;
}

/* --- opening ----------------------------------------------------------------------------------------------------------- */

int import_open(struct import *im, const struct cmd_args *args, const char *repo)
{
	struct source_options o = { .worktree = true, .any_owner = cmd_flag(args, "any-owner") };

	im->args = args;
	im->repo = repo;
	im->dry_run = cmd_flag(args, "dry-run");
	if (source_open(&im->source, repo, &o, &im->d))
		return -1;
	if (defs_load(&im->model, source_tree(im->source), source_time(im->source), &im->a, &im->d))
		return diag_error(&im->d, SRCPOS_NONE,
				  "the work tree has errors already; nothing is imported before they are mended");
	diags_release(&im->d); /* warnings of what was there before */
	im->app = import_app(&im->model, args, &im->d);
	if (!im->app)
		return -1;
	struct slice ini = slice_of(im->app->origin.path);
	im->prefix = slice_sub(ini, 0, ini.n - im->app->dir.n - (sizeof("/app.ini") - 1));
	return 0;
}

int import_json(json_t **json, struct form_source *s, struct import *im, const char *path)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct reader r;

	*json = NULL;
	if (file_read(&text, path, JSON_MAX, &im->d))
		return -1;
	struct slice bytes = strbuf_slice(&text);
	if (slice_starts(bytes, "\xef\xbb\xbf"))
		bytes = slice_from(bytes, 3);
	*s = (struct form_source){ .a = &im->a, .d = &im->d, .what = "" };
	s->origin = (struct origin){ arena_str(&im->a, slice_of(path)), arena_copy(&im->a, bytes) };
	size_t errors = im->d.errors;
	if (reader_open(&r, &im->a, &im->d, s->origin) == 0)
		*json = json_incref(r.root);
	reader_close(&r);
	if (*json && im->d.errors == errors)
		return 0;
	json_decref(*json);
	*json = NULL;
	return -1;
}

int import_pairs(struct mds_option **out, size_t *n, struct arena *a, const struct cmd_args *args, const char *name)
{
	const char *texts[PAIRS_MAX];

	*n = cmd_values(args, name, texts, COUNT(texts));
	*out = ARENA_ARRAY(a, struct mds_option, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		struct slice word = slice_of(texts[i]), code = slice_cut(&word, '=');

		if (!code.n || !word.n)
			return cmd_usage(args, "--%s is \"%s\"; it must be like CODE=WORD", name, texts[i]);
		(*out)[i] = (struct mds_option){ code, word };
	}
	return 0;
}

/* --- files ------------------------------------------------------------------------------------------------------------- */

void import_add(struct import *im, struct slice rel, struct slice data)
{
	struct import_file f = { .rel = rel, .data = data };

	ARENA_PUSH(&im->a, im->files, im->n, im->cap, f);
}

void import_change(struct import *im, struct slice rel, struct slice before, struct slice data)
{
	struct import_file f = { .rel = rel, .data = data, .replaces = true, .before = before };

	ARENA_PUSH(&im->a, im->files, im->n, im->cap, f);
}

struct slice import_path(struct import *im, const char *fmt, ...)
{
	CLEANUP(strbuf_release) struct strbuf out = STRBUF_INIT;
	va_list args;

	strbuf_addslice(&out, im->app->dir);
	strbuf_addch(&out, '/');
	va_start(args, fmt);
	strbuf_vaddf(&out, fmt, args);
	va_end(args);
	return arena_copy(&im->a, strbuf_slice(&out));
}

const char *import_shown(struct import *im, struct slice rel)
{
	return arena_printf(&im->a, SLICE_FMT SLICE_FMT, SLICE_ARG(im->prefix), SLICE_ARG(rel)).p;
}

bool import_exists(const struct import *im, struct slice rel)
{
	CLEANUP(strbuf_release) struct strbuf path = STRBUF_INIT;

	strbuf_addf(&path, "%s/" SLICE_FMT, im->repo, SLICE_ARG(rel));
	return file_exists(path.p);
}

/* --- the end ----------------------------------------------------------------------------------------------------------- */

static void print_json(const struct import *im)
{
	json_t *out = im->facts ? json_incref(im->facts) : json_object(), *list = json_array();

	for (size_t i = 0; i < im->n; i++) {
		const struct import_file *f = &im->files[i];
		struct slice path = f->rel;

		json_array_append_new(
			list, json_pack("{s:o, s:b}", "path",
					json_sprintf(SLICE_FMT SLICE_FMT, SLICE_ARG(im->prefix), SLICE_ARG(path)),
					"replaced", f->replaces));
	}
	json_object_set_new(out, "dryRun", json_boolean(im->dry_run));
	json_object_set_new(out, "files", list);
	json_dumpf(out, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	putchar('\n');
	json_decref(out);
}

static void print_text(const struct import *im, const char *summary)
{
	for (size_t i = 0; i < im->n; i++) {
		const struct import_file *f = &im->files[i];

		printf("%s%s " SLICE_FMT SLICE_FMT "\n", im->dry_run ? "would " : "",
		       f->replaces   ? im->dry_run ? "change" : "changed"
		       : im->dry_run ? "write"
				     : "wrote",
		       SLICE_ARG(im->prefix), SLICE_ARG(f->rel));
	}
	printf("%s\n", summary);
}

int import_end(struct import *im, const char *summary)
{
	int code = diags_exit(&im->d);

	diags_print(&im->d, DIAG_TEXT, stderr);
	if (code == EXIT_DONE && cmd_flag(im->args, "json"))
		print_json(im);
	else if (code == EXIT_DONE)
		print_text(im, summary);
	import_unstage(im);
	json_decref(im->facts);
	source_close(im->source);
	arena_release(&im->a);
	diags_release(&im->d);
	return code;
}
