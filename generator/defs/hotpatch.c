/* defs/hotpatch.c: hotpatch releases. */
#include "defs/hotpatch.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "defs/package.h"
#include "defs/pathname.h"
#include "defs/reader.h"
#include "defs/release.h"
#include "defs/rule.h"
#include "defs/task.h"

/* --- one release -------------------------------------------------------------------------------------------------- */

static const char *version_key_problem(struct slice key)
{
	if (!key.n)
		return "must not be empty";
	if (slice_trim(key).n != key.n)
		return "must not have white space around it: devices' keys are compared byte for byte";
	for (size_t i = 0; i < key.n; i++)
		if ((unsigned char)key.p[i] < ' ' || key.p[i] == 0x7f)
			return "must not hold control characters";
	return NULL;
}

static void read_version_key(struct hotpatch *out, struct defs_scope *s, struct object *o)
{
	struct slice key;

	if (!field_string(&key, o, "versionKey", OPTIONAL))
		return;
	const char *problem = version_key_problem(key);
	if (problem)
		object_error(o, "versionKey", "\"versionKey\" is %s; it %s", quote(s->a, key), problem);
	else
		out->version_key = key;
}

static int read_release(struct hotpatch *out, struct defs_scope *s, struct object *o)
{
	struct slice folder = out->r.folder;
	struct task_context ctx = { .kind = KIND_HOTPATCH, .platforms = out->r.platforms };

	if (!release_platform_read(&out->platform, &out->r, s, o, out->r.slot))
		return -1;
	if (out->platform == PLATFORM_HARMONY) {
		object_error(o, "platform",
			     "hotpatches are for android and ios; on harmony a quick fix does this: "
			     "quickfixes/<bundleName>/<versionCode>/<patchVersionCode>/release.json");
		return -1;
	}
	bool has_product = release_version_read(&out->product, &out->product_text, s, o, "productVersion",
						path_last(path_parent(folder)));
	bool has_number = release_number_read(&out->patch_number, s, o, "patchNumber", path_last(folder));
	out->r.version_text =
		arena_printf(s->a, SLICE_FMT "/%" PRIu32, SLICE_ARG(out->product_text), out->patch_number);
	package_read(&out->package, s, o, folder, out->platform == PLATFORM_ANDROID ? ".jar" : "", REQUIRED);
	field_string(&out->r.memo, o, "memo", OPTIONAL);
	read_version_key(out, s, o);
	unless_read(&out->r.unless, &out->r.nunless, s, o);
	tasks_read(&out->r.tasks, &out->r.ntasks, s, o, &ctx);
	object_finish(o);
	return has_product && has_number ? 0 : -1;
}

int hotpatch_read(struct hotpatch *out, struct defs_scope *s, struct origin origin, struct slice rel)
{
	CLEANUP(reader_close) struct reader r = { 0 };
	struct slice folder = path_parent(rel);
	struct object o;

	*out = (struct hotpatch){
		.r = { .kind = KIND_HOTPATCH,
		       .origin = origin,
		       .folder = folder,
		       .slot = path_last(path_parent(path_parent(folder))) },
	};
	if (reader_open(&r, s->a, s->d, origin) || !reader_root(&o, &r))
		return -1;
	return read_release(out, s, &o);
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

/* DEFINITIONS "Slots": ordered by patchNumber, then productVersion. */
static int hotpatch_cmp(const void *x, const void *y)
{
	const struct hotpatch *a = x, *b = y;
	int c = slice_cmp(a->r.slot, b->r.slot);

	if (!c)
		c = (a->patch_number > b->patch_number) - (a->patch_number < b->patch_number);
	if (!c)
		c = version_cmp(&a->product, &b->product);
	return c ? c : slice_cmp(a->product_text, b->product_text);
}

static bool same_hotpatch(const void *x, const void *y)
{
	const struct hotpatch *a = x, *b = y;

	return a->platform == b->platform && a->patch_number == b->patch_number &&
	       version_cmp(&a->product, &b->product) == 0;
}

/* Keys of maps: a product version, or a version key, of a platform. */
static struct slice product_name(struct defs_scope *s, const struct hotpatch *h)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s/", platform_name(h->platform));
	version_format(&text, &h->product);
	return arena_copy(&s->scratch, strbuf_slice(&text));
}

static struct slice key_name(struct defs_scope *s, const struct hotpatch *h)
{
	return arena_printf(&s->scratch, "%s/" SLICE_FMT, platform_name(h->platform), SLICE_ARG(h->version_key));
}

/* `h` beside `carrier`, the first patch of its product version that has a key. */
static void check_same_key(const struct hotpatch *h, const struct hotpatch *carrier, struct defs_scope *s)
{
	if (!h->version_key.n)
		diag_error(s->d, origin_pos(&h->r.origin, "/versionKey"),
			   "missing key \"versionKey\": %s has %s, and all patches of a product version carry it",
			   carrier->r.origin.path, quote(s->a, carrier->version_key));
	else if (!slice_eq(h->version_key, carrier->version_key))
		diag_error(s->d, origin_pos(&h->r.origin, "/versionKey"),
			   "\"versionKey\" is %s, but %s has %s: all patches of a product version carry the same one",
			   quote(s->a, h->version_key), carrier->r.origin.path, quote(s->a, carrier->version_key));
}

static void check_version_keys(const struct app *app, struct defs_scope *s)
{
	CLEANUP(map_release) struct map carriers = MAP_INIT, owners = MAP_INIT;

	for (size_t i = 0; i < app->nhotpatches; i++)
		if (app->hotpatches[i].version_key.n) /* map_put() keeps the first */
			map_put(&carriers, product_name(s, &app->hotpatches[i]), &app->hotpatches[i]);
	for (size_t i = 0; i < app->nhotpatches; i++) {
		const struct hotpatch *h = &app->hotpatches[i], *owner;
		const struct hotpatch *carrier = map_get(&carriers, product_name(s, h));

		if (carrier && carrier != h)
			check_same_key(h, carrier, s);
		if (carrier != h)
			continue;
		owner = map_put(&owners, key_name(s, h), &app->hotpatches[i]);
		if (owner)
			diag_error(s->d, origin_pos(&h->r.origin, "/versionKey"),
				   "the versionKey %s belongs to product version " SLICE_FMT
				   " of %s; each product version "
				   "has its own",
				   quote(s->a, h->version_key), SLICE_ARG(owner->product_text), owner->r.origin.path);
	}
}

void hotpatches_finish(struct app *app, struct defs_scope *s)
{
	if (app->nhotpatches)
		qsort(app->hotpatches, app->nhotpatches, sizeof(*app->hotpatches), hotpatch_cmp);
	releases_distinct(app->hotpatches, app->nhotpatches, sizeof(*app->hotpatches), same_hotpatch, "/productVersion",
			  "is the same product version and patch number as", s);
	check_version_keys(app, s);
}
