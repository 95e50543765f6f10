#include "emit/verify_index.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fileio.h"
#include "base/map.h"
#include "emit/verify_answer.h"
#include "format/filter.h"
#include "format/index.h"
#include "format/json.h"
#include "format/paths.h"

struct looking {
	const char *dir;
	const struct metadata *m;
	struct verify_lists lists;
	struct digests *dg;
	struct diags *d;
	struct arena mem;     /* of the whole index */
	struct arena scratch; /* of one manifest */
	struct map done;      /* objects that were looked into: path → itself */
	const struct index *ix;
	const char *index_path;
};

static int bad(struct looking *l, const char *path, const char *why)
{
	return diag_error(l->d, SRCPOS_FILE(path), "%s", why);
}

/* The listed object, and its path for messages. NULL and an error at `from` when the tree does not list it. */
static const struct tuf_target *find_object(const char **rel, struct looking *l, const char *from,
					    const uint8_t hash[SHA256_SIZE], const char *name)
{
	struct tuf_targets objects = { .v = l->m->objects, .n = l->m->nobjects };
	struct strbuf path = STRBUF_INIT, target = STRBUF_INIT;
	const struct tuf_target *found;

	path_object(&path, hash, name);
	path_object_target(&target, hash, name);
	*rel = arena_str(&l->mem, strbuf_slice(&path));
	found = tuf_target_find(&objects, strbuf_slice(&target));
	if (found && memcmp(found->hash, hash, SHA256_SIZE) != 0)
		found = NULL;
	if (!found)
		diag_error(l->d, SRCPOS_FILE(from), "leads to %s, which the tree does not list", *rel);
	strbuf_release(&path);
	strbuf_release(&target);
	return found;
}

/* True the first time that it is asked of an object. */
static bool first_look(struct looking *l, const char *rel)
{
	return !map_put(&l->done, slice_of(rel), l);
}

/* --- leaves ------------------------------------------------------------------------------------------------------------- */
static void look_at_answer(struct looking *l, const char *from, const struct mf_answer *answer)
{
	const struct tuf_target *object;
	const char *rel, *path;
	struct slice bytes;

	if (answer->text.n) {
		verify_answer(&l->lists, answer->text, l->ix->kind, from, l->d);
		return;
	}
	object = find_object(&rel, l, from, answer->hash, "answer.json");
	if (!object)
		return;
	if (object->length != answer->length)
		diag_error(l->d, SRCPOS_FILE(from), "says that %s has %" PRIu32 " bytes; it has %" PRIu64, rel,
			   answer->length, object->length);
	if (first_look(l, rel) && !metadata_read(&bytes, &path, &l->scratch, l->dir, rel, OBJECT_SIZE_MAX, l->d))
		verify_answer(&l->lists, bytes, l->ix->kind, path, l->d);
}

static void look_at_filter(struct looking *l, const char *from, const struct mf_whitelist *w)
{
	struct file_map file = { 0 };
	struct stat st;
	const struct tuf_target *object;
	const char *rel, *path, *why;

	if (w->npatterns)
		return; /* expressions stand in the manifest */
	object = find_object(&rel, l, from, w->file, "filter.bin");
	if (!object || !first_look(l, rel))
		return;
	if (object->length != filter_file_size(w->pages)) {
		diag_error(l->d, SRCPOS_FILE(from), "says that %s has %" PRIu32 " pages; its length does not fit", rel,
			   w->pages);
		return;
	}
	path = arena_printf(&l->mem, "%s/%s", l->dir, rel).p;
	if (lstat(path, &st) || (uint64_t)st.st_size != object->length) /* kept elsewhere, or reported already */
		return;
	if (!file_map(&file, path, l->d) && filter_check_file(l->dg, file.data, w->pages, w->root, &why))
		bad(l, path, why);
	file_unmap(&file);
}

static void look_inside(struct looking *l, const char *from, const struct manifest *m, bool own_lists)
{
	for (size_t i = 0; i < m->nanswers; i++)
		look_at_answer(l, from, &m->answers[i]);
	for (size_t i = 0; own_lists && i < m->nwhitelists; i++)
		look_at_filter(l, from, &m->whitelists[i]);
}

/* --- manifests ---------------------------------------------------------------------------------------------------------- */
/* `unit` NULL: of a segment. */
static void look_at_manifest(struct looking *l, const uint8_t hash[SHA256_SIZE], const struct index_unit *unit)
{
	struct manifest shared = { .whitelists = l->ix->whitelists, .nwhitelists = l->ix->nwhitelists }, m;
	json_auto_t *json = NULL;
	const struct tuf_target *object;
	const char *rel, *path, *why;
	struct slice bytes;

	object = find_object(&rel, l, l->index_path, hash, "manifest.json");
	if (!object || !first_look(l, rel))
		return;
	if (object->length > l->ix->longest)
		diag_error(l->d, SRCPOS_FILE(l->index_path),
			   "says that no manifest is longer than %" PRIu32 " bytes; %s is", l->ix->longest, rel);
	arena_reset(&l->scratch);
	if (metadata_read(&bytes, &path, &l->scratch, l->dir, rel, OBJECT_SIZE_MAX, l->d))
		return;
	if (json_parse_wire(&json, bytes, OBJECT_SIZE_MAX, &why) ||
	    manifest_decode(&m, &l->scratch, json, l->ix->kind, unit ? &shared : NULL, &why) ||
	    (unit && index_unit_check(unit, &m, l->dg, &why))) {
		bad(l, path, why);
		return;
	}
	look_inside(l, path, &m, !unit);
}

static void look_below(struct looking *l)
{
	const struct index *ix = l->ix;

	if (ix->inline_manifest)
		look_inside(l, l->index_path, ix->inline_manifest, true);
	for (size_t i = 0; i < ix->nsegments; i++) {
		if (!ix->segments[i].empty)
			look_at_manifest(l, ix->segments[i].hash, NULL);
	}
	for (size_t i = 0; i < ix->nwhitelists; i++)
		look_at_filter(l, l->index_path, &ix->whitelists[i]);
	for (size_t i = 0; i < ix->nunits; i++)
		look_at_manifest(l, ix->units[i].hash, &ix->units[i]);
}

static int check_head(struct looking *l, const struct tuf_target *target, const struct index *ix)
{
	struct strbuf path = STRBUF_INIT;
	bool same;

	path_index_target(&path, ix->platform, ix->kind);
	same = slice_eq(strbuf_slice(&path), target->path);
	strbuf_release(&path);
	if (!same)
		return bad(l, l->index_path, "its platform and kind are not those of its path");
	return slice_eq(ix->app, l->m->app) ? 0 : bad(l, l->index_path, "belongs to another app");
}

void verify_index(const struct tuf_target *target, const char *dir, const struct metadata *m, const struct files *files,
		  struct digests *dg, struct diags *d)
{
	struct looking l = { .dir = dir,
			     .m = m,
			     .lists = { m, files },
			     .dg = dg,
			     .d = d,
			     .mem = ARENA_INIT,
			     .scratch = ARENA_INIT,
			     .done = MAP_INIT };
	struct strbuf rel = STRBUF_INIT;
	struct index ix;
	struct slice bytes;
	const char *why;

	path_target_file(&rel, target->path, target->hash);
	if (!metadata_read(&bytes, &l.index_path, &l.mem, dir, rel.p, OBJECT_SIZE_MAX, d)) {
		if (index_decode(&ix, &l.mem, bytes, &why)) {
			bad(&l, l.index_path, why);
		} else if (!check_head(&l, target, &ix)) {
			l.ix = &ix;
			look_below(&l);
		}
	}
	strbuf_release(&rel);
	map_release(&l.done);
	arena_release(&l.scratch);
	arena_release(&l.mem);
}
