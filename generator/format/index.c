#include "format/index.h"

static unsigned char folded(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* slice_cmp(), as if `s` were in lower case already. */
static int cmp_folded(struct slice s, struct slice lower)
{
	for (size_t i = 0; i < s.n && i < lower.n; i++) {
		unsigned char a = folded(s.p[i]), b = (unsigned char)lower.p[i];

		if (a != b)
			return a < b ? -1 : 1;
	}
	return (s.n > lower.n) - (s.n < lower.n);
}

static uint32_t class_of_text(const struct index_fold *f, struct slice value)
{
	size_t low = 0, high = f->nvalues;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct slice text = f->values[mid].text;
		int order = f->type == ATTR_FOLD ? cmp_folded(value, text) : slice_cmp(value, text);

		if (order == 0)
			return f->values[mid].class_;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return f->other;
}

static uint32_t class_of_version(const struct index_fold *f, const struct version *v)
{
	size_t low = 0, high = f->ncuts; /* cuts before `low` lie at or below v, those from `high` on above it */

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = version_cmp(&f->cuts[mid].bound, v);

		if (order < 0 || (order == 0 && !f->cuts[mid].after))
			low = mid + 1;
		else
			high = mid;
	}
	return low == 0 ? f->other : f->cuts[low - 1].class_;
}

uint32_t index_class(const struct index_fold *f, const struct slice *value)
{
	struct slice text = value ? *value : SLICE("");
	struct version v;

	if (f->type != ATTR_EXACT)
		text = slice_trim(text);
	if (text.n == 0)
		return f->missing;
	if (f->type != ATTR_VERSION)
		return class_of_text(f, text);
	return version_parse_device(&v, text) ? class_of_version(f, &v) : f->missing;
}

uint32_t index_segment(const struct index *ix, bool (*value_of)(void *ctx, struct slice attribute, struct slice *value),
		       void *ctx)
{
	uint32_t state = 0;

	for (size_t i = 0; i < ix->nfolds; i++) {
		const struct index_fold *f = &ix->folds[i];
		struct slice value;
		bool has = value_of(ctx, f->attribute, &value);

		state = f->next[(size_t)state * f->classes + index_class(f, has ? &value : NULL)];
	}
	return state;
}

uint64_t index_unit_start(const struct index_unit *u)
{
	return (uint64_t)u->prefix << (32 - u->bits);
}

uint64_t index_unit_end(const struct index_unit *u)
{
	return ((uint64_t)u->prefix + 1) << (32 - u->bits);
}

static uint32_t head_of(const uint8_t slot_hash[32])
{
	return (uint32_t)slot_hash[0] << 24 | (uint32_t)slot_hash[1] << 16 | (uint32_t)slot_hash[2] << 8 | slot_hash[3];
}

const struct index_unit *index_unit_of(const struct index *ix, const uint8_t slot_hash[32])
{
	uint32_t head = head_of(slot_hash);
	size_t low = 0,
	       high = ix->nunits; /* units before `low` begin at or below head, those from `high` on above it */

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (index_unit_start(&ix->units[mid]) <= head)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 && head < index_unit_end(&ix->units[low - 1]) ? &ix->units[low - 1] : NULL;
}

int index_unit_check(const struct index_unit *u, const struct manifest *m, struct digests *d, const char **why)
{
	uint8_t hash[SHA256_SIZE];

	for (size_t i = 0; i < m->nslots; i++) {
		if (digest_sha256(d, hash, m->slots[i].name)) {
			*why = "out of memory";
			return -1;
		}
		if (head_of(hash) < index_unit_start(u) || head_of(hash) >= index_unit_end(u)) {
			*why = "a manifest holds a slot of another unit";
			return -1;
		}
	}
	return 0;
}

bool index_knows_key(const struct index *ix, struct slice version_key)
{
	size_t low = 0, high = ix->nversion_keys;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = slice_cmp(ix->version_keys[mid], version_key);

		if (order == 0)
			return true;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}
