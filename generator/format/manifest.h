/* format/manifest.h: the candidates of each slot of one segment or shard, encoder and decoder side by side.
 *
 * Bytes      JSON, schemas/FORMAT.md "Manifest". A manifest is a content-addressed object of its own, or stands inside
 *            the index (then as a JSON value in it).
 * Decisions  the first candidate of a slot whose guards all hold is the slot's answer. A guard that is absent holds.
 * Strictness the decoder refuses every key it does not know, except inside a rule: a rule that it does not know is kept
 *            with known = false and counts as false.
 * Ownership  decoded structs and strings live in the caller's arena; encoders only read.
 * Threads    read-only once made. */
#ifndef FORMAT_MANIFEST_H
#define FORMAT_MANIFEST_H

#include <jansson.h>

#include "base/arena.h"
#include "base/kinds.h"
#include "base/slice.h"
#include "base/version.h"

#define MF_PATTERNS_MAX 20
#define MF_PATTERN_MAX  4096 /* bytes */

struct mf_rule {
	bool known; /* false: never holds */
	struct slice element;
	enum rule_op op;
	struct slice *values; /* contains, excludes: as they stand in the JSON */
	size_t nvalues;
	bool has_lower, has_upper;
	struct slice lower, upper; /* version texts, normalised by version_format() */
	bool exclusive, default_result;
};

struct mf_whitelist {
	struct slice name;
	enum id_type id_type;
	struct slice *patterns; /* the list is these expressions, and no filter: the rest is unused; else NULL */
	size_t npatterns;       /* <= MF_PATTERNS_MAX, each 1 to MF_PATTERN_MAX bytes */
	uint8_t root[32];       /* Merkle root over the pages */
	uint8_t file[32];       /* SHA-256 of filter.bin: its name */
	uint64_t ids;           /* distinct ids */
	uint32_t pages;         /* P >= 1 */
	uint32_t probes;        /* k >= 1 */
};

struct mf_ramp {
	int64_t at;
	uint32_t thousandths;
};

struct mf_candidate {
	struct slice task; /* task id, or a switch value's id */
	bool dev;          /* only for devices whose channel is "dev" */
	bool has_from;
	int64_t from; /* not before */
	bool has_window;
	int64_t start, end; /* [start, end) */
	bool has_until;
	int64_t until; /* before it */
	bool has_above;
	uint32_t above; /* quickfix: patchVersionCode is missing or lower */
	bool has_percent;
	uint32_t thousandths; /* 0 < t < 100000; of userId, else deviceId */
	bool has_limit;
	uint64_t limit;       /* of deviceId: bucket < limit */
	struct mf_ramp *ramp; /* scales limit (2^64 where has_limit is false) */
	size_t nramp;
	uint32_t *lists; /* numbers into the whitelist table; any of them; none: no such guard */
	size_t nlists;
	uint32_t *rules; /* numbers into the rule table; all of them */
	size_t nrules;
	uint32_t **unless; /* arrays of rule numbers: the candidate is out when all of one array hold */
	size_t *unless_n;
	size_t nunless;
	uint32_t answer;    /* all kinds but switch: number into `answers` */
	struct slice value; /* switch: the value */
};

struct mf_answer {
	struct slice version; /* release version as written: also part of the bucket's salt */
	uint8_t hash[32];     /* upgrade, hotpatch: SHA-256 of answer.json */
	uint32_t length;
	struct slice text; /* h5, quickfix: the answer itself, as JSON on the wire */
};

struct mf_slot {
	struct slice name; /* "<platform>", "<h5Id>", "<bundleName>/<versionCode>" or "<KEY>" */
	struct mf_candidate *v;
	size_t n;
};

struct manifest {
	struct mf_slot *slots; /* sorted by name */
	size_t nslots;
	struct mf_rule *rules;
	size_t nrules;
	struct mf_whitelist
		*whitelists; /* sorted by name; in a shard: those of the index, borrowed, and not encoded again */
	size_t nwhitelists;
	struct mf_answer *answers; /* all kinds but switch */
	size_t nanswers;
};

/* A new json_t; NULL when memory ends or a rule is not known. `with_whitelists` is false for a shard. A manifest has at
 * least one slot, a slot at least one candidate; single-slot kinds have one slot: the decoder insists. */
json_t *manifest_encode(const struct manifest *m, enum kind kind, bool with_whitelists);

/* 0, or -1 with a reason in *why (a constant text). `shared` is the index's whitelist table for a shard, else NULL. */
int manifest_decode(struct manifest *out, struct arena *a, const json_t *json, enum kind kind,
		    const struct manifest *shared, const char **why) MUST_CHECK;

/* Whitelist table alone, as it stands in a manifest or in an index with shards. */
json_t *whitelists_encode(const struct mf_whitelist *v, size_t n);
int whitelists_decode(struct mf_whitelist **out, size_t *n, struct arena *a, const json_t *json,
		      const char **why) MUST_CHECK;

#endif
