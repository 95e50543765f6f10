#include "format/index.h"
#include "format/json.h"
#include "format/wire.h"

#define CLASSES_MAX 65536 /* also states, segments, units */
#define FOLDS_MAX   64
#define TOO_MANY    "an index has too many classes, states, segments or units"

/* --- the head ----------------------------------------------------------------------------------------------------- */
static int read_app(struct wire *w, void *out, const json_t *value)
{
	struct index *ix = out;

	return wire_word(w, &ix->app, value, "app of an index is no text");
}

static int read_attribute(struct wire *w, void *out, const json_t *value)
{
	struct index_attr *attr = out;

	if (!json_is_string(value))
		return wire_fail(w, "type of an attribute is no text");
	attr->known = attr_type_parse(&attr->type, wire_slice(value));
	return 0;
}

static int read_attributes(struct wire *w, void *out, const json_t *value)
{
	struct index *ix = out;

	ix->attrs = wire_table(w, &ix->nattrs, value, sizeof(*ix->attrs), read_attribute,
			       "attributes is no table of types");
	return ix->attrs ? 0 : -1;
}

static int read_base(struct wire *w, void *out, const json_t *value)
{
	static const char why[] = "a base is no URL that ends in a slash";
	struct slice url = wire_slice(value);

	if ((!slice_starts(url, "https://") && !slice_starts(url, "http://")) || !slice_ends(url, "/"))
		return wire_fail(w, why);
	return wire_word(w, out, value, why);
}

static int read_bases(struct wire *w, void *out, const json_t *value)
{
	struct index *ix = out;

	ix->bases = wire_array(w, &ix->nbases, value, sizeof(*ix->bases), read_base, "bases is no array of URLs");
	return ix->bases ? 0 : -1;
}

static int read_format(struct wire *w, void *out, const json_t *value)
{
	uint32_t format;

	(void)out;
	return wire_u32(w, &format, value, INDEX_FORMAT, INDEX_FORMAT, "format of an index is not 1");
}

static int read_kind(struct wire *w, void *out, const json_t *value)
{
	struct index *ix = out;

	return kind_parse(&ix->kind, wire_slice(value)) ? 0 : wire_fail(w, "kind of an index is unknown");
}

static int read_platform(struct wire *w, void *out, const json_t *value)
{
	struct index *ix = out;

	return platform_parse(&ix->platform, wire_slice(value)) ? 0 : wire_fail(w, "platform of an index is unknown");
}

static int read_longest(struct wire *w, void *out, const json_t *value)
{
	struct index *ix = out;

	return wire_u32(w, &ix->longest, value, 1, UINT32_MAX, "longest of an index is out of range");
}

static int read_version_key(struct wire *w, void *out, const json_t *value)
{
	return wire_word(w, out, value, "versionKeys is no array of texts");
}

/* After the kind is known. */
static int read_version_keys(struct wire *w, struct index *ix, const json_t *value)
{
	if (ix->kind != KIND_HOTPATCH)
		return wire_fail(w, "an index of this kind has versionKeys");
	ix->version_keys = wire_array(w, &ix->nversion_keys, value, sizeof(*ix->version_keys), read_version_key,
				      "versionKeys is no array of texts");
	if (!ix->version_keys)
		return -1;
	for (size_t i = 1; i < ix->nversion_keys; i++)
		if (slice_cmp(ix->version_keys[i - 1], ix->version_keys[i]) >= 0)
			return wire_fail(w, "versionKeys do not ascend");
	return 0;
}

static int read_later(struct wire *w, void *out, const json_t *value) /* what depends on the head */
{
	(void)w, (void)out, (void)value;
	return 0;
}

/* --- tables ------------------------------------------------------------------------------------------------------- */
struct fold_json { /* what cannot be read before the attribute and the number of classes are known */
	struct index_fold *fold;
	const json_t *cuts, *values, *next;
};

static int read_fold_attribute(struct wire *w, void *out, const json_t *value)
{
	struct fold_json *j = out;

	return wire_word(w, &j->fold->attribute, value, "attribute of a table is no text");
}

static int read_fold_classes(struct wire *w, void *out, const json_t *value)
{
	struct fold_json *j = out;

	return wire_u32(w, &j->fold->classes, value, 1, CLASSES_MAX, "classes of a table is out of range");
}

static int read_fold_missing(struct wire *w, void *out, const json_t *value)
{
	struct fold_json *j = out;

	return wire_u32(w, &j->fold->missing, value, 0, CLASSES_MAX, "missing of a table is no class");
}

static int read_fold_other(struct wire *w, void *out, const json_t *value)
{
	struct fold_json *j = out;

	return wire_u32(w, &j->fold->other, value, 0, CLASSES_MAX, "other of a table is no class");
}

static int read_fold_cuts(struct wire *w, void *out, const json_t *value)
{
	struct fold_json *j = out;

	(void)w;
	j->cuts = value;
	return 0;
}

static int read_fold_values(struct wire *w, void *out, const json_t *value)
{
	struct fold_json *j = out;

	(void)w;
	j->values = value;
	return 0;
}

static int read_fold_next(struct wire *w, void *out, const json_t *value)
{
	struct fold_json *j = out;

	(void)w;
	j->next = value;
	return 0;
}

static int read_cut(struct wire *w, void *out, const json_t *value)
{
	static const char why[] = "a cut is no array of version, after and class";
	const struct index_fold *f = w->ctx;
	struct index_cut *cut = out;
	uint32_t after;

	if (json_array_size(value) != 3)
		return wire_fail(w, why);
	if (wire_version(w, &cut->bound, json_array_get(value, 0), "a cut is at no version in its shortest form") ||
	    wire_u32(w, &after, json_array_get(value, 1), 0, 1, why))
		return -1;
	cut->after = after;
	return wire_below(w, &cut->class_, json_array_get(value, 2), f->classes, "a class of a table is out of range");
}

static int read_cuts(struct wire *w, struct index_fold *f, const json_t *value)
{
	f->cuts = wire_array(w, &f->ncuts, value, sizeof(*f->cuts), read_cut, "cuts of a table is no array of cuts");
	if (!f->cuts)
		return -1;
	for (size_t i = 1; i < f->ncuts; i++) {
		int order = version_cmp(&f->cuts[i - 1].bound, &f->cuts[i].bound);

		if (order > 0 || (order == 0 && f->cuts[i - 1].after >= f->cuts[i].after))
			return wire_fail(w, "cuts of a table do not ascend");
	}
	return 0;
}

static int read_class(struct wire *w, void *out, const json_t *value)
{
	const struct index_fold *f = w->ctx;
	struct index_value *v = out;

	if (f->type != ATTR_EXACT && slice_trim(v->text).n != v->text.n)
		return wire_fail(w, "a value of a table has white space around it");
	for (size_t i = 0; f->type == ATTR_FOLD && i < v->text.n; i++)
		if (v->text.p[i] >= 'A' && v->text.p[i] <= 'Z')
			return wire_fail(w, "a value of a table is not in lower case");
	return wire_below(w, &v->class_, value, f->classes, "a class of a table is out of range");
}

static int read_values(struct wire *w, struct index_fold *f, const json_t *value)
{
	f->values = wire_table(w, &f->nvalues, value, sizeof(*f->values), read_class,
			       "values of a table is no table of classes");
	return f->values ? 0 : -1;
}

/* The numbers in `next` are checked by check_next(): what they may be depends on the following table. */
static int read_next(struct wire *w, struct index_fold *f, const json_t *value)
{
	size_t states = json_array_size(value), at = 0;

	if (states == 0 || states > CLASSES_MAX)
		return wire_fail(w, "next of a table is no array of rows");
	for (size_t i = 0; i < states; i++)
		if (json_array_size(json_array_get(value, i)) != f->classes)
			return wire_fail(w, "a row of a table has not one column for each class");
	f->states = (uint32_t)states;
	f->next = arena_try(w->a, states * f->classes, sizeof(*f->next));
	if (!f->next)
		return wire_fail(w, "out of memory");
	for (size_t i = 0; i < states; i++) {
		const json_t *row = json_array_get(value, i);

		for (size_t j = 0; j < f->classes; j++)
			if (wire_u32(w, &f->next[at++], json_array_get(row, j), 0, CLASSES_MAX,
				     "next of a table is out of range"))
				return -1;
	}
	return 0;
}

static int find_type(struct wire *w, struct index_fold *f, const struct index *ix)
{
	for (size_t i = 0; i < ix->nattrs; i++) {
		if (!slice_eq(ix->attrs[i].name, f->attribute))
			continue;
		f->type = ix->attrs[i].type;
		return ix->attrs[i].known ? 0 : wire_fail(w, "attribute of a table has an unknown type");
	}
	return wire_fail(w, "attribute of a table is not in attributes");
}

static int read_fold_body(struct wire *w, const struct fold_json *j)
{
	struct index_fold *f = j->fold;

	if (f->missing >= f->classes || f->other >= f->classes)
		return wire_fail(w, "a class of a table is out of range");
	if (f->type == ATTR_VERSION ? j->values != NULL : j->cuts != NULL)
		return wire_fail(w, "a table does not fit the type of its attribute");
	w->ctx = f;
	if ((j->cuts && read_cuts(w, f, j->cuts)) || (j->values && read_values(w, f, j->values)))
		return -1;
	return read_next(w, f, j->next);
}

static int read_fold(struct wire *w, void *out, const json_t *value)
{
	static const struct wire_member members[] = {
		{ "attribute", read_fold_attribute, "a table has no attribute" },
		{ "classes", read_fold_classes, "a table has no classes" },
		{ "cuts", read_fold_cuts, NULL },
		{ "missing", read_fold_missing, "a table has no missing" },
		{ "next", read_fold_next, "a table has no next" },
		{ "other", read_fold_other, "a table has no other" },
		{ "values", read_fold_values, NULL },
	};
	static const struct wire_shape shape = { "a table is no object", "a table has an unknown key", members,
						 COUNT(members) };
	const struct index *ix = w->ctx;
	struct fold_json j = { .fold = out };
	int result;

	if (wire_object(w, &j, value, &shape) || find_type(w, j.fold, ix))
		return -1;
	result = read_fold_body(w, &j);
	w->ctx = ix;
	return result;
}

/* Every number in `next` is a state of the following table, after the last one a segment: no walk can leave the tables.
 * */
static int check_next(struct wire *w, const struct index *ix)
{
	if (ix->folds[0].states != 1)
		return wire_fail(w, "the first table has more than one state");
	for (size_t i = 0; i < ix->nfolds; i++) {
		const struct index_fold *f = &ix->folds[i];
		size_t end = i + 1 < ix->nfolds ? ix->folds[i + 1].states : ix->nsegments;

		for (size_t j = 0; j < (size_t)f->states * f->classes; j++)
			if (f->next[j] >= end)
				return wire_fail(w, "next of a table is out of range");
	}
	return 0;
}

/* --- segments and units ------------------------------------------------------------------------------------------- */
static int read_segment(struct wire *w, void *out, const json_t *value)
{
	struct index_segment *segment = out;

	segment->empty = json_is_null(value);
	return segment->empty ? 0 : wire_hash(w, segment->hash, value, "a segment is neither a hash nor null");
}

static int read_segments(struct wire *w, struct index *ix, const json_t *by, const json_t *segments)
{
	if (!kind_is_single(ix->kind))
		return wire_fail(w, "an index of this kind has segments");
	if (json_array_size(by) > FOLDS_MAX || json_array_size(segments) > CLASSES_MAX)
		return wire_fail(w, TOO_MANY);
	w->ctx = ix;
	ix->folds = wire_array(w, &ix->nfolds, by, sizeof(*ix->folds), read_fold, "by is no array of tables");
	if (!ix->folds)
		return -1;
	ix->segments = wire_array(w, &ix->nsegments, segments, sizeof(*ix->segments), read_segment,
				  "segments is no array of segments");
	return ix->segments ? check_next(w, ix) : -1;
}

static int read_unit(struct wire *w, void *out, const json_t *value)
{
	static const char why[] = "a unit is no array of bits and a hash";
	struct slice bits = wire_slice(json_array_get(value, 0));
	struct index_unit *unit = out;

	if (json_array_size(value) != 2 || bits.n < 1 || bits.n > 32)
		return wire_fail(w, why);
	for (size_t i = 0; i < bits.n; i++) {
		if (bits.p[i] != '0' && bits.p[i] != '1')
			return wire_fail(w, why);
		unit->prefix = unit->prefix << 1 | (uint32_t)(bits.p[i] - '0');
	}
	unit->bits = (uint8_t)bits.n;
	return wire_hash(w, unit->hash, json_array_get(value, 1), why);
}

static int read_units(struct wire *w, struct index *ix, const json_t *units, const json_t *lists)
{
	if (kind_is_single(ix->kind))
		return wire_fail(w, "an index of this kind has units");
	if (json_array_size(units) > CLASSES_MAX)
		return wire_fail(w, TOO_MANY);
	ix->units = wire_array(w, &ix->nunits, units, sizeof(*ix->units), read_unit, "units is no array of units");
	if (!ix->units)
		return -1;
	for (size_t i = 1; i < ix->nunits; i++)
		if (index_unit_end(&ix->units[i - 1]) > index_unit_start(&ix->units[i]))
			return wire_fail(w, "units overlap or do not ascend");
	return lists ? whitelists_decode(&ix->whitelists, &ix->nwhitelists, w->a, lists, &w->why) : 0;
}

static int read_inline(struct wire *w, struct index *ix, const json_t *value)
{
	struct manifest *m = arena_try(w->a, 1, sizeof(*m));

	if (!m)
		return wire_fail(w, "out of memory");
	ix->inline_manifest = m;
	if (manifest_decode(m, w->a, value, ix->kind, NULL, &w->why))
		return -1;
	if (kind_is_single(ix->kind) && !slice_eqs(m->slots[0].name, platform_name(ix->platform)))
		return wire_fail(w, "the slot of an index is not its platform");
	return 0;
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */
static int read_shape(struct wire *w, struct index *ix, const json_t *json)
{
	const json_t *manifest = json_object_get(json, "manifest"), *lists = json_object_get(json, "whitelists");
	const json_t *by = json_object_get(json, "by"), *segments = json_object_get(json, "segments");
	const json_t *units = json_object_get(json, "units"), *keys = json_object_get(json, "versionKeys");
	int shapes = (manifest != NULL) + (segments != NULL) + (units != NULL);

	if (!by != !segments || shapes > 1 || (shapes == 0 && !keys))
		return wire_fail(w, "an index has not exactly one of manifest, segments (with by), units");
	if (lists && !units)
		return wire_fail(w, "an index without units has whitelists");
	if ((segments || units) != (ix->longest != 0))
		return wire_fail(w, segments || units ? "an index that leads to manifests has no longest"
						      : "an index that leads to no manifest has longest");
	if (keys && read_version_keys(w, ix, keys))
		return -1;
	if (manifest)
		return read_inline(w, ix, manifest);
	if (segments)
		return read_segments(w, ix, by, segments);
	return units ? read_units(w, ix, units, lists) : 0;
}

static int decode(struct wire *w, struct index *ix, const json_t *json)
{
	static const struct wire_member members[] = {
		{ "app", read_app, "an index has no app" },
		{ "attributes", read_attributes, NULL },
		{ "bases", read_bases, "an index has no bases" },
		{ "by", read_later, NULL },
		{ "format", read_format, "an index has no format" },
		{ "kind", read_kind, "an index has no kind" },
		{ "longest", read_longest, NULL },
		{ "manifest", read_later, NULL },
		{ "platform", read_platform, "an index has no platform" },
		{ "segments", read_later, NULL },
		{ "units", read_later, NULL },
		{ "versionKeys", read_later, NULL },
		{ "whitelists", read_later, NULL },
	};
	static const struct wire_shape shape = { "an index is no object", "an index has an unknown key", members,
						 COUNT(members) };

	return wire_object(w, ix, json, &shape) ? -1 : read_shape(w, ix, json);
}

int index_decode(struct index *out, struct arena *a, struct slice bytes, const char **why)
{
	struct wire w = { .a = a };
	struct index ix = { 0 };
	json_t *json = NULL;
	int result;

	if (json_parse_wire(&json, bytes, OBJECT_SIZE_MAX, why))
		return -1;
	result = decode(&w, &ix, json);
	json_decref(json);
	if (result)
		*why = w.why;
	else
		*out = ix;
	return result;
}
