#include "build/h5global.h"

#include <inttypes.h>
#include <string.h>

#include "base/pathset.h"

void h5_global_folder(struct strbuf *out, const struct app *app)
{
	strbuf_addf(out, SLICE_FMT "/" SLICE_FMT "_" SLICE_FMT "/", SLICE_ARG(app->h5_global_host),
		    SLICE_ARG(app->app_id), SLICE_ARG(app->workspace_id));
}

/* --- one URL, one file -------------------------------------------------------------------------------------------------- */
struct owned { /* a file, and whose it is */
	struct listed_file f;
	const struct h5_release *release; /* NULL: the previous tree's */
};

struct checking {
	struct pathset paths;
	struct arena mem;
	struct diags *d;
};

static bool is_pending(const struct h5_release *h)
{
	for (size_t i = 0; i < h->r.ntasks; i++) {
		if (h->r.tasks[i].status != STATUS_PENDING)
			return false;
	}
	return true;
}

static const char *whose(struct checking *c, const struct owned *o)
{
	if (!o->release)
		return "what is published";
	return arena_printf(&c->mem, "version " SLICE_FMT " of " SLICE_FMT, SLICE_ARG(o->release->r.version_text),
			    SLICE_ARG(o->release->app->id))
		.p;
}

static bool is_harmless(enum pathset_clash clash, const struct owned *mine, const struct owned *other)
{
	if (mine->release && other->release && is_pending(mine->release) && is_pending(other->release))
		return true;
	return clash == PATHSET_TWICE && mine->f.length == other->f.length &&
	       !memcmp(mine->f.hash, other->f.hash, SHA256_SIZE);
}

static int fail(struct checking *c, enum pathset_clash clash, const struct pathset_entry *mine,
		const struct pathset_entry *other)
{
	const struct owned *m = mine->value, *o = other->value;
	struct srcpos at = origin_pos(&m->release->r.origin, "/version");

	if (clash == PATHSET_FOLDER)
		return diag_error(c->d, at,
				  "the path \"" SLICE_FMT
				  "\" is a %s here and a %s in %s; give one of them another name",
				  SLICE_ARG(mine->path), mine->folder ? "folder" : "file",
				  other->folder ? "folder" : "file", whose(c, o));
	if (clash == PATHSET_CASE)
		return diag_error(c->d, at,
				  "the path \"" SLICE_FMT "\" differs from \"" SLICE_FMT
				  "\" in %s in nothing but case; give one of them another name",
				  SLICE_ARG(mine->path), SLICE_ARG(other->path), whose(c, o));
	return diag_error(c->d, at,
			  "the path \"" SLICE_FMT
			  "\" has other content in %s; pages find both by one URL: give the file another name",
			  SLICE_ARG(mine->path), whose(c, o));
}

/* Up to the first file that is in the way of another. */
static void add_files(struct checking *c, const struct files *files, const struct h5_release *release)
{
	bool bad = false;

	for (size_t i = 0; i < files->n && !bad; i++) {
		struct owned *mine = ARENA_NEW(&c->mem, struct owned);
		const struct pathset_entry *entry, *other;
		enum pathset_clash clash;

		*mine = (struct owned){ files->v[i], release };
		clash = pathset_add(&c->paths, mine->f.path, mine, &entry, &other);
		if (clash && release && !is_harmless(clash, mine, other->value))
			bad = fail(c, clash, entry, other) != 0;
	}
}

void h5_global_check(const struct h5_global *v, size_t n, const struct files *published, const struct app *app,
		     struct diags *d)
{
	struct checking c = { PATHSET_INIT, ARENA_INIT, d };
	struct strbuf folder = STRBUF_INIT;

	h5_global_folder(&folder, app);
	if (published && n) {
		struct files old = files_below(published, strbuf_slice(&folder));

		add_files(&c, &old, NULL);
	}
	for (int pending = 0; pending < 2; pending++) {
		for (size_t i = 0; i < n; i++) {
			if (is_pending(v[i].release) == pending)
				add_files(&c, &v[i].files, v[i].release);
		}
	}
	strbuf_release(&folder);
	pathset_release(&c.paths);
	arena_release(&c.mem);
}

/* --- recipes ------------------------------------------------------------------------------------------------------------ */
struct slice h5_global_names(struct arena *a, const struct files *files, struct slice folder)
{
	struct files inside = files_below(files, folder);
	struct strbuf names = STRBUF_INIT;
	struct slice copy;

	for (size_t i = 0; i < inside.n; i++) {
		struct slice name = slice_from(inside.v[i].path, folder.n);

		strbuf_addf(&names, "%s" SLICE_FMT, i ? "\n" : "", SLICE_ARG(name));
	}
	copy = names.failed ? SLICE("") : arena_copy(a, strbuf_slice(&names));
	strbuf_release(&names);
	return copy;
}

bool h5_global_published(struct files *out, struct arena *a, struct slice names, struct slice folder,
			 const struct files *published)
{
	struct files all = { NULL, 0 };
	size_t cap = 0;

	for (size_t i = 0; i < out->n; i++)
		ARENA_PUSH(a, all.v, all.n, cap, out->v[i]);
	for (struct slice rest = names, name; rest.p;) {
		const struct listed_file *f;

		name = slice_cut(&rest, '\n');
		f = files_find(published, arena_printf(a, SLICE_FMT SLICE_FMT, SLICE_ARG(folder), SLICE_ARG(name)));
		if (!f)
			return false;
		ARENA_PUSH(a, all.v, all.n, cap, *f);
	}
	files_sort(&all);
	*out = all;
	return true;
}
