#include "build/h5content.h"

#include <string.h>

#include "base/text.h"
#include "build/h5global.h"
#include "pack/tar.h"
#include "pack/unzip.h"

struct reading {
	struct fileset *out;
	const struct app *app;
	const struct h5_release *h;
	const struct filetree *tree;
	struct diags *d;
	struct srcpos at;   /* of what is wrong with the package as a whole */
	struct strbuf host; /* h5_global_folder() */
};

const struct fileset_file *h5_global_first(const struct fileset *files)
{
	for (size_t i = 0; i < files->n; i++) {
		if (!slice_eqs(files->v[i].path, H5_HPMFILE))
			return &files->v[i];
	}
	return NULL;
}

struct srcpos h5_content_pos(const struct h5_release *h, const struct filetree *tree)
{
	const struct file_entry *e = h->is_folder ? NULL : filetree_find(tree, h->input);

	return SRCPOS_FILE(e ? e->path : h->r.origin.path);
}

/* --- reading ------------------------------------------------------------------------------------------------------------ */
static int fail(struct reading *r, const char *why)
{
	return diag_error(r->d, r->at, "%s", why);
}

/* The h5Id as the only top folder goes; beside others it is a mistake. */
static int strip_top(struct reading *r)
{
	struct strbuf top = STRBUF_INIT;
	struct slice other = { NULL, 0 };
	size_t inside = 0;

	strbuf_addf(&top, SLICE_FMT "/", SLICE_ARG(r->h->app->id));
	for (size_t i = 0; i < r->out->n; i++) {
		if (slice_eq(slice_sub(r->out->v[i].path, 0, top.n), strbuf_slice(&top)))
			inside++;
		else
			other = r->out->v[i].path;
	}
	for (size_t i = 0; i < r->out->n && inside == r->out->n; i++)
		r->out->v[i].path = slice_from(r->out->v[i].path, top.n);
	strbuf_release(&top);
	if (inside == 0 || inside == r->out->n)
		return 0;
	return diag_error(r->d, r->at,
			  "\"" SLICE_FMT "\" lies beside the folder " SLICE_FMT
			  "/; where that folder is there, everything belongs into it",
			  SLICE_ARG(other), SLICE_ARG(r->h->app->id));
}

/* What looks like an h5Id is no folder of pages: the package of another app. */
static int check_top(struct reading *r)
{
	struct slice first = r->out->n ? r->out->v[0].path : SLICE(""), top = slice_cut(&first, '/');
	struct strbuf folder = STRBUF_INIT;
	size_t inside = 0;
	uint64_t digits;

	if (!first.p || top.n != r->h->app->id.n || !text_uint(&digits, top))
		return 0;
	strbuf_addf(&folder, SLICE_FMT "/", SLICE_ARG(top));
	while (inside < r->out->n && slice_starts(r->out->v[inside].path, folder.p))
		inside++;
	strbuf_release(&folder);
	if (inside < r->out->n)
		return 0;
	return diag_error(r->d, r->at,
			  "everything lies in the folder " SLICE_FMT
			  "/, which is the h5Id of another app; this one is " SLICE_FMT,
			  SLICE_ARG(top), SLICE_ARG(r->h->app->id));
}

/* An .amr in the place of what it is made of. */
static int check_unbuilt(struct reading *r)
{
	static const struct slice parts[] = { { "CERT.json", 9 }, { "Manifest.xml", 12 } };

	for (size_t i = 0; i < COUNT(parts); i++) {
		if (!fileset_find(r->out, parts[i]))
			return 0;
	}
	return fail(
		r,
		"is a package that was built already; put the files that are in its tar here, and they are built and "
		"signed again");
}

static int read_zip(struct reading *r)
{
	const struct file_entry *e = filetree_find(r->tree, r->h->input);
	struct blob zip = { 0 };
	const char *why;
	int bad;

	if (!e)
		return -1; /* reported by the definitions */
	if (filetree_read(&zip, r->tree, e, FILESET_BYTES_MAX, r->d))
		return -1;
	bad = unzip_read(r->out, zip.data, &why);
	blob_release(&zip);
	if (bad)
		return fail(r, why);
	return check_unbuilt(r) || strip_top(r) || check_top(r) ? -1 : 0;
}

static int read_folder(struct reading *r)
{
	const char *why, *prefix = r->h->app->global ? r->host.p : "www/";

	if (fileset_folder(r->out, r->tree, r->h->input, prefix, r->d))
		return -1;
	return fileset_close(r->out, &why) ? fail(r, why) : 0;
}

/* --- checks ------------------------------------------------------------------------------------------------------------- */
static int fail_path(struct reading *r, struct slice path, const char *fault)
{
	return diag_error(r->d, r->at, "the path \"" SLICE_FMT "\" %s", SLICE_ARG(path), fault);
}

static bool is_url_plain(struct slice path)
{
	size_t i = 0;

	while (i < path.n && text_is_url_path_byte(path.p[i]))
		i++;
	return i == path.n;
}

static int check_global(struct reading *r, struct slice path)
{
	if (!slice_starts(path, r->host.p))
		return diag_error(r->d, r->at,
				  "the path \"" SLICE_FMT
				  "\" is not in %s, where the files of a global package of this "
				  "app belong",
				  SLICE_ARG(path), r->host.p);
	return is_url_plain(path) ? 0 : fail_path(r, path, "would be encoded in the URL by which pages refer to it");
}

/* Files of the global host in a normal package would shadow those of the global one. */
static int check_normal(struct reading *r, struct slice path)
{
	struct slice rest = path, top = slice_cut(&rest, '/');

	if (!r->app->h5_global_host.n || !rest.p || !slice_eq(top, r->app->h5_global_host))
		return 0;
	return fail_path(r, path, "belongs into a global package; this app is a normal one");
}

static int check_paths(struct reading *r)
{
	int bad = 0;

	for (size_t i = 0; i < r->out->n; i++) {
		struct slice path = r->out->v[i].path;

		if (path.n > TAR_NAME_MAX)
			bad = diag_error(r->d, r->at,
					 "the path \"" SLICE_FMT "\" has %zu bytes; at most %d are allowed",
					 SLICE_ARG(path), path.n, TAR_NAME_MAX);
		else if (slice_eqs(path, H5_HPMFILE))
			continue;
		else if (r->h->app->global ? check_global(r, path) : check_normal(r, path))
			bad = -1;
	}
	return bad;
}

static struct slice nearest_path(const struct reading *r, struct slice path, struct arena *a)
{
	struct slice *paths = ARENA_ARRAY(a, struct slice, r->out->n);

	for (size_t i = 0; i < r->out->n; i++)
		paths[i] = r->out->v[i].path;
	return text_nearest(path, paths, r->out->n);
}

static int check_main_url(struct reading *r)
{
	struct slice path = slice_from(r->h->main_url, 1), near;

	if (!path.n || fileset_find(r->out, path))
		return 0;
	near = nearest_path(r, path, &r->out->mem);
	return diag_error(r->d, origin_pos(&r->h->r.origin, "/mainUrl"),
			  "the package holds no file \"" SLICE_FMT "\"%s" SLICE_FMT "%s", SLICE_ARG(path),
			  near.n ? "; did you mean \"/" : "", SLICE_ARG(near), near.n ? "\"?" : "");
}

/* --- hpmfile.json ------------------------------------------------------------------------------------------------------- */
static void hpmfile(struct strbuf *out, const struct h5_release *h)
{
	static const char none[] = "{\"minSDK\":\"\",\"maxSDK\":\"\",\"minOS\":\"\",\"maxOS\":\"\"}";

	strbuf_addf(out, "{\"appid\":\"" SLICE_FMT "\",\"name\":\"h5app\",\"version\":\"" SLICE_FMT "\",",
		    SLICE_ARG(h->app->id), SLICE_ARG(h->r.version_text));
	strbuf_addf(out, "\"author\":\"\",\"description\":\"\",\"launchParams\":{\"url\":\"" SLICE_FMT "\",",
		    SLICE_ARG(h->main_url));
	strbuf_adds(out, "\"showTitleBar\":true,\"showToolBar\":false},");
	strbuf_adds(out, "\"host\":{\"enable\":false,\"dev\":\"\",\"test\":\"\",\"online\":\"\"},");
	strbuf_adds(out, "\"preBuild\":\"\",\"build\":{\"include\":[],\"ignore\":[]},");
	strbuf_addf(out, "\"support\":{\"ios\":%s,\"android\":%s},\"dependencies\":{}}\n", none, none);
}

static int add_hpmfile(struct reading *r)
{
	const char *why;

	if (fileset_find(r->out, SLICE(H5_HPMFILE)))
		return 0;
	if (fileset_begin(r->out, SLICE(H5_HPMFILE), &why))
		return fail(r, why);
	hpmfile(&r->out->bytes, r->h);
	return fileset_end(r->out, &why) || fileset_close(r->out, &why) ? fail(r, why) : 0;
}

int h5_content(struct fileset *out, const struct app *app, const struct h5_release *h, const struct filetree *tree,
	       struct diags *d)
{
	struct reading r = { out, app, h, tree, d, h5_content_pos(h, tree), STRBUF_INIT };
	int bad;

	h5_global_folder(&r.host, app);
	bad = h->is_folder ? read_folder(&r) : read_zip(&r);
	if (!bad)
		bad = check_paths(&r);
	if (!bad && !h5_global_first(out))
		bad = fail(&r, "the package is empty");
	if (!bad)
		bad = check_main_url(&r);
	if (!bad)
		bad = add_hpmfile(&r);
	strbuf_release(&r.host);
	return bad;
}
