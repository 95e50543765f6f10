#include "resolve/value.h"

#include "resolve/hash.h"

#define DONE_TEXT    1u
#define DONE_HASH    2u
#define DONE_FOLD    4u
#define DONE_VERSION 8u
#define DONE_EXACT   16u

void value_set(struct value *v, struct slice raw)
{
	v->present = true;
	v->done = 0;
	v->raw = raw;
}

bool value_text(struct value *v)
{
	if (!v->present)
		return false;
	if (!(v->done & DONE_TEXT)) {
		v->text = slice_trim(v->raw);
		v->done |= DONE_TEXT;
	}
	return v->text.n > 0;
}

uint64_t value_hash(struct value *v, bool fold)
{
	if (fold && !(v->done & DONE_FOLD)) {
		v->fold = hash_text(v->text, true);
		v->done |= DONE_FOLD;
	} else if (!fold && !(v->done & DONE_HASH)) {
		v->hash = hash_text(v->text, false);
		v->done |= DONE_HASH;
	}
	return fold ? v->fold : v->hash;
}

bool value_exact(struct value *v)
{
	if (!v->present || v->raw.n == 0)
		return false;
	if (!(v->done & DONE_EXACT)) {
		v->exact = hash_text(v->raw, false);
		v->done |= DONE_EXACT;
	}
	return true;
}

const struct version *value_version(struct value *v)
{
	if (!v->present)
		return NULL;
	if (!(v->done & DONE_VERSION)) {
		v->is_version = version_parse_device(&v->version, v->raw);
		v->done |= DONE_VERSION;
	}
	return v->is_version ? &v->version : NULL;
}
