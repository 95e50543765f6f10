/* format/buildinfo.h: build.json, notes beside the tree for publish and for people.
 *
 * Trust      none: signed with the timestamp key only so that `verify` notices damage.
 * Bytes      schemas/FORMAT.md section 8: an envelope (format/envelope.h).
 * Ownership  decoded structs live in the caller's arena. */
#ifndef FORMAT_BUILDINFO_H
#define FORMAT_BUILDINFO_H

#include "base/kinds.h"
#include "format/envelope.h"

#define BUILDINFO_NAME    "build.json"
#define BUILDINFO_MAX     (UINT64_C(64) << 20)
#define BUILDINFO_LINEAGE 50

#define BUILDINFO_MAX_AGE     60 /* seconds, where nobody says anything else; build.json does not name it then */
#define BUILDINFO_MAX_AGE_MAX 86400

struct elsewhere {
	struct slice path; /* relative to <appCode>/ : "targets/o/<h16>/<hash>.<name>" */
	uint64_t length;
};

struct buildinfo_delta { /* between two releases of a slot */
	enum kind kind;
	struct slice slot, version, from; /* `from`: the earlier version */
	uint64_t size;                    /* of delta.bin; 0: there is none */
	struct slice reason;              /* why there is none */
};

struct buildinfo {
	struct slice app;
	struct slice commit;             /* hex */
	struct slice tool;               /* mdstatic's version */
	uint8_t (*lineage)[SHA256_SIZE]; /* SHA-256 of the last timestamp.json files, newest last */
	size_t nlineage;                 /* 1..BUILDINFO_LINEAGE */
	struct elsewhere *elsewhere;     /* listed objects that are not in this tree; sorted by path */
	size_t nelsewhere;
	uint32_t pointer_max_age;       /* seconds for which caches may keep what changes under its name */
	struct buildinfo_delta *deltas; /* in the order of the builder */
	size_t ndeltas;
	struct envelope signatures;
	struct slice payload; /* decoded: what the signatures cover */
};

int buildinfo_payload(struct strbuf *out, const struct buildinfo *b) MUST_CHECK; /* -1: memory */
int buildinfo_encode(struct strbuf *out, const struct buildinfo *b) MUST_CHECK;
int buildinfo_decode(struct buildinfo *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

/* The lineage of a build after one that ended with `earlier`: `previous` (its timestamp.json; NULL: none) and `now` follow,
 * each only where it is not the last already; the oldest fall out. `out` has room for BUILDINFO_LINEAGE. */
size_t buildinfo_lineage(uint8_t (*out)[SHA256_SIZE], const struct buildinfo *earlier, const uint8_t *previous,
			 const uint8_t now[SHA256_SIZE]);

#endif
