#include "format/index.h"
#include "format/json.h"
#include "format/wire.h"

static json_t *encode_attributes(const struct index *ix)
{
	json_t *object = json_object();
	bool failed = false;

	for (size_t i = 0; i < ix->nattrs; i++) {
		const struct index_attr *attr = &ix->attrs[i];

		if (!attr->known) /* what its type was is lost */
			failed = true;
		put_named(object, attr->name, json_string(attr_type_name(attr->type)), &failed);
	}
	return put_done(object, failed);
}

static json_t *encode_bases(const struct index *ix)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < ix->nbases; i++)
		put_item(array, put_text(ix->bases[i]), &failed);
	return put_done(array, failed);
}

static json_t *encode_values(const struct index_fold *f)
{
	json_t *object = json_object();
	bool failed = false;

	for (size_t i = 0; i < f->nvalues; i++)
		put_named(object, f->values[i].text, json_integer(f->values[i].class_), &failed);
	return put_done(object, failed);
}

static json_t *encode_cut(const struct index_cut *cut)
{
	struct strbuf text = STRBUF_INIT;
	json_t *array = json_array();
	bool failed = false;

	version_format(&text, &cut->bound);
	put_item(array, text.failed ? NULL : put_text(strbuf_slice(&text)), &failed);
	put_item(array, json_integer(cut->after), &failed);
	put_item(array, json_integer(cut->class_), &failed);
	strbuf_release(&text);
	return put_done(array, failed);
}

static json_t *encode_cuts(const struct index_fold *f)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < f->ncuts; i++)
		put_item(array, encode_cut(&f->cuts[i]), &failed);
	return put_done(array, failed);
}

static json_t *encode_next(const struct index_fold *f)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t state = 0; state < f->states; state++) {
		json_t *row = json_array();

		for (size_t class_ = 0; class_ < f->classes; class_++)
			put_item(row, json_integer(f->next[state * f->classes + class_]), &failed);
		put_item(array, row, &failed);
	}
	return put_done(array, failed);
}

static json_t *encode_fold(const struct index_fold *f)
{
	json_t *object = json_object();
	bool failed = false;

	put_member(object, "attribute", put_text(f->attribute), &failed);
	put_member(object, "classes", json_integer(f->classes), &failed);
	if (f->type == ATTR_VERSION && f->ncuts)
		put_member(object, "cuts", encode_cuts(f), &failed);
	put_member(object, "missing", json_integer(f->missing), &failed);
	put_member(object, "next", encode_next(f), &failed);
	put_member(object, "other", json_integer(f->other), &failed);
	if (f->type != ATTR_VERSION && f->nvalues)
		put_member(object, "values", encode_values(f), &failed);
	return put_done(object, failed);
}

static json_t *encode_by(const struct index *ix)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < ix->nfolds; i++)
		put_item(array, encode_fold(&ix->folds[i]), &failed);
	return put_done(array, failed);
}

static json_t *encode_segments(const struct index *ix)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < ix->nsegments; i++)
		put_item(array, ix->segments[i].empty ? json_null() : put_hash(ix->segments[i].hash), &failed);
	return put_done(array, failed);
}

static json_t *encode_unit(const struct index_unit *u)
{
	json_t *array = json_array();
	bool failed = false;
	char bits[32];

	for (unsigned i = 0; i < u->bits; i++)
		bits[i] = (char)('0' + (u->prefix >> (u->bits - 1u - i) & 1));
	put_item(array, json_stringn(bits, u->bits), &failed);
	put_item(array, put_hash(u->hash), &failed);
	return put_done(array, failed);
}

static json_t *encode_units(const struct index *ix)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < ix->nunits; i++)
		put_item(array, encode_unit(&ix->units[i]), &failed);
	return put_done(array, failed);
}

static json_t *encode_version_keys(const struct index *ix)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < ix->nversion_keys; i++)
		put_item(array, put_text(ix->version_keys[i]), &failed);
	return put_done(array, failed);
}

static void put_shape(json_t *object, const struct index *ix, bool *failed)
{
	if (ix->inline_manifest) {
		put_member(object, "manifest", manifest_encode(ix->inline_manifest, ix->kind, true), failed);
		return;
	}
	if (ix->nversion_keys && !ix->nsegments && !ix->nunits) /* nothing is offered */
		return;
	put_member(object, "longest", json_integer(ix->longest), failed);
	if (ix->nsegments) {
		put_member(object, "by", encode_by(ix), failed);
		put_member(object, "segments", encode_segments(ix), failed);
		return;
	}
	put_member(object, "units", encode_units(ix), failed);
	if (ix->nwhitelists)
		put_member(object, "whitelists", whitelists_encode(ix->whitelists, ix->nwhitelists), failed);
}

static json_t *encode_index(const struct index *ix)
{
	json_t *object = json_object();
	bool failed = false;

	put_member(object, "app", put_text(ix->app), &failed);
	if (ix->nattrs)
		put_member(object, "attributes", encode_attributes(ix), &failed);
	put_member(object, "bases", encode_bases(ix), &failed);
	put_member(object, "format", json_integer(INDEX_FORMAT), &failed);
	put_member(object, "kind", json_string(kind_name(ix->kind)), &failed);
	put_member(object, "platform", json_string(platform_name(ix->platform)), &failed);
	if (ix->nversion_keys)
		put_member(object, "versionKeys", encode_version_keys(ix), &failed);
	put_shape(object, ix, &failed);
	return put_done(object, failed);
}

int index_encode(struct strbuf *out, const struct index *ix)
{
	json_t *json = encode_index(ix);
	int result = json ? json_write(out, json, JSON_WIRE) : -1;

	json_decref(json);
	return result;
}
