/* format/index.h: one index per platform and kind: what leads a device to its manifest.
 *
 * Bytes      JSON, schemas/FORMAT.md "Index"; TUF target index/v1/<platform>-<kind>.json.
 * Shapes     exactly one of: `inline_manifest` (one unit, nothing folded); `segments` with `folds` (single-slot kinds);
 *            `units` (many slots, sharded by the bits of SHA-256(slot)). With `version_keys` also none: nothing is offered.
 * Strictness the decoder refuses unknown keys, tables that do not fit together (a class or state out of range, cuts
 *            that do not ascend), and numbers that are not integers. An attribute of an unknown type is kept with known
 *            = false.
 * Ownership  decoded structs live in the caller's arena. */
#ifndef FORMAT_INDEX_H
#define FORMAT_INDEX_H

#include "base/digest.h"
#include "base/strbuf.h"
#include "format/manifest.h"

#define INDEX_FORMAT 1
#define OBJECT_SIZE_MAX                                                                                                \
	(16u << 20) /* bytes of an index, a manifest or an answer; devices read no more, builds write no more */

struct index_attr { /* every attribute that a rule or a fold of this index names */
	struct slice name;
	bool known;
	enum attr_type type;
};

struct index_value {
	struct slice text; /* for ATTR_FOLD in lower case */
	uint32_t class_;
};

struct index_cut { /* from this bound on, up to the next cut */
	struct version bound;
	bool after; /* true: versions strictly above the bound; false: the bound and above */
	uint32_t class_;
};

struct index_fold {
	struct slice attribute;
	enum attr_type type;
	uint32_t missing; /* class of a device that lacks the attribute */
	uint32_t other;   /* texts: class of values not listed; versions: class of those below the first cut */
	struct index_value *values; /* texts; sorted by text */
	size_t nvalues;
	struct index_cut *cuts; /* versions; ascending by (bound, after) */
	size_t ncuts;
	uint32_t classes; /* columns of `next` */
	uint32_t states;  /* rows of `next`; 1 for the first fold */
	uint32_t *next;   /* next[state * classes + class]: state of the next fold; of the last one: segment number */
};

struct index_segment {
	bool empty;       /* nothing for this segment: JSON null */
	uint8_t hash[32]; /* SHA-256 of its manifest.json */
};

struct index_unit {
	uint8_t bits;    /* length of the prefix, 1..32 */
	uint32_t prefix; /* the first bits of SHA-256(slot name), right-aligned */
	uint8_t hash[32];
};

struct index {
	struct slice app; /* appCode */
	enum platform platform;
	enum kind kind;
	struct slice *bases; /* baseUrl and mirrors, each ending in '/' */
	size_t nbases;
	struct index_attr *attrs; /* sorted by name */
	size_t nattrs;
	uint32_t longest; /* bytes of the longest manifest that this index leads to; 0: it leads to none */

	struct manifest *inline_manifest; /* or NULL */
	struct index_fold *folds;
	size_t nfolds;
	struct index_segment *segments;
	size_t nsegments;
	struct index_unit *units; /* prefix-free, sorted by prefix text; a prefix that is absent has no slot */
	size_t nunits;
	struct mf_whitelist *whitelists; /* shared by all units */
	size_t nwhitelists;
	struct slice *version_keys; /* hotpatch: all that are defined, ascending; an index may have nothing else */
	size_t nversion_keys;
};

/* -1: memory, or something that a decoder has kept as unknown (an attribute's type, a rule). */
int index_encode(struct strbuf *out, const struct index *ix) MUST_CHECK;
/* 0, or -1 with a reason in *why (a constant text). */
int index_decode(struct index *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

/* Class of a device's value; `value` NULL or not usable: the class of a missing attribute. */
uint32_t index_class(const struct index_fold *f, const struct slice *value);
/* The segment of a device: `value_of(ctx, attribute, &value)` gives false where the device lacks the attribute. */
uint32_t index_segment(const struct index *ix, bool (*value_of)(void *ctx, struct slice attribute, struct slice *value),
		       void *ctx);
/* The slots of a unit: those whose SHA-256(slot name) begins with 4 bytes (big endian) of start <= x < end. */
uint64_t index_unit_start(const struct index_unit *u);
uint64_t index_unit_end(const struct index_unit *u);
/* The unit that holds a slot; NULL: none. */
const struct index_unit *index_unit_of(const struct index *ix, const uint8_t slot_hash[32]);
/* That a unit's manifest holds no slot of another unit: 0, or -1 with a reason in *why (a constant text). */
int index_unit_check(const struct index_unit *u, const struct manifest *m, struct digests *d,
		     const char **why) MUST_CHECK;
/* Whether a hotpatch is defined for this versionKey. */
bool index_knows_key(const struct index *ix, struct slice version_key);

#endif
