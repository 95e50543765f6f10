/* format/tuf.h: TUF metadata (specification 1.0.34), encoder and decoder side by side.
 *
 * Bytes      schemas/FORMAT.md section 2. Every role but root carries the appCode as "app" in its signed part, so that one
 *            app's metadata cannot be replayed to another under a shared root.
 * Strictness a file has one encoding: tuf_decode() encodes what it understood again and refuses a file that differs, be it
 *            by an unknown key, an order, white space or a number out of range.
 * Trust      decoding trusts nothing. Who may sign what is decided by tuf_root_follows(), tuf_signed_by_role() and
 *            tuf_signed_by_delegation(); expiry, versions and hashes are compared by the caller, who has the clock and the
 *            earlier state.
 * Ownership  decoded structs live in the caller's arena; slices of encoders are borrowed.
 * Units      times are seconds since 1970-01-01T00:00:00Z, lengths are bytes.
 * Devices    bounded by the limits below, never aborts: runs in the device library. */
#ifndef FORMAT_TUF_H
#define FORMAT_TUF_H

#include "format/envelope.h"

#define TUF_SPEC_VERSION "1.0.34"
/* Longest files that are read: the defaults of standard clients. */
#define TUF_ROOT_MAX        512000
#define TUF_TIMESTAMP_MAX   16384
#define TUF_SNAPSHOT_MAX    2000000
#define TUF_TARGETS_MAX     5000000
#define TUF_VERSION_MAX     ((UINT64_C(1) << 53) - 1) /* JSON numbers of every client hold it */
#define TUF_ROOTS_MAX       256
#define TUF_DELEGATIONS_MAX 256

/* Files that the root speaks for; a delegated role's file is a TUF_TARGETS too. */
enum tuf_type { TUF_ROOT, TUF_TARGETS, TUF_SNAPSHOT, TUF_TIMESTAMP, TUF_TYPE_COUNT };

struct tuf_root { /* consistent_snapshot is always true */
	struct key_table keys;
	struct role_keys roles[TUF_TYPE_COUNT];
};

struct tuf_target {
	struct slice path;
	uint8_t hash[SHA256_SIZE];
	uint64_t length;
};

struct tuf_delegation { /* always terminating */
	struct slice name;
	struct role_keys keys;
	struct slice *paths; /* patterns; `*` does not cross '/' */
	size_t npaths;
};

struct tuf_targets {
	struct tuf_target *v; /* sorted by path */
	size_t n;
	struct key_table keys;              /* of the delegations */
	struct tuf_delegation *delegations; /* in order of preference */
	size_t ndelegations;
};

struct tuf_meta {
	struct slice role; /* "targets", "objects-a"; without ".json" */
	uint64_t version;
	uint64_t length;
	uint8_t hash[SHA256_SIZE];
};

struct tuf_metas {          /* of a snapshot: targets and delegated roles; of a timestamp: snapshot alone */
	struct tuf_meta *v; /* in any order; decoded: by file name */
	size_t n;
};

struct tuf_file {
	enum tuf_type type;
	struct slice app; /* empty for root */
	uint64_t version; /* 1..TUF_VERSION_MAX */
	int64_t expires;
	struct envelope signatures;
	struct slice payload; /* decoded files: what the signatures cover */
	union {
		struct tuf_root root;
		struct tuf_targets targets;
		struct tuf_metas metas; /* snapshot, timestamp */
	};
};

const char *tuf_type_name(enum tuf_type t); /* "root" "targets" "snapshot" "timestamp" */
uint64_t tuf_limit(enum tuf_type t);        /* longest file in bytes */

/* The bytes that are signed (OLPC canonical), and the whole file. -1: memory. */
int tuf_payload(struct strbuf *out, const struct tuf_file *f) MUST_CHECK;
int tuf_encode(struct strbuf *out, const struct tuf_file *f) MUST_CHECK;

/* 0, or -1 with a constant text in *why. `out` is untouched on failure. */
int tuf_decode(struct tuf_file *out, struct arena *a, struct digests *dg, enum tuf_type type, struct slice bytes,
	       const char **why) MUST_CHECK;
/* The same for a file in the making, as sign/draft.h has them: it may still lack all of its signatures. */
int tuf_decode_draft(struct tuf_file *out, struct arena *a, struct digests *dg, enum tuf_type type, struct slice bytes,
		     const char **why) MUST_CHECK;

/* `next` is signed by the root keys of `trusted` (NULL: there is none, `next` is where trust begins) and by its own, and its
 * version is trusted's + 1. *good: as in envelope_verify(); may be NULL. */
int tuf_root_follows(const struct tuf_file *next, const struct tuf_file *trusted, uint64_t *good,
		     const char **why) MUST_CHECK;
/* `f` is signed by the keys that `root` names for f's type (delegated roles: see below). */
bool tuf_signed_by_role(const struct tuf_file *f, const struct tuf_file *root, uint64_t *good) MUST_CHECK;
bool tuf_signed_by_delegation(const struct tuf_file *f, const struct tuf_targets *delegator,
			      const struct tuf_delegation *role, uint64_t *good) MUST_CHECK;

/* A chain of roots, 1, 2, … n. */
struct tuf_chain {
	struct tuf_file *v;
	struct slice *bytes; /* the files; borrowed */
	size_t n;
};
/* Decodes and checks signatures and versions, not expiry. -1: *bad is the number (from 1) of the root that *why is about. */
int tuf_chain_decode(struct tuf_chain *out, struct arena *a, struct digests *dg, const struct slice *files, size_t n,
		     size_t *bad, const char **why) MUST_CHECK;

/* The current metadata of one repository, root apart: what one build leaves and the next one continues. */
struct tuf_part {
	struct slice role;
	uint64_t version; /* of `bytes`; 0: the role has no file now, only numbers that are used up */
	uint64_t highest; /* >= version: the highest that a file of this role was ever seen with */
	struct slice bytes;
	struct tuf_file *file; /* NULL: a retired role, that nothing delegates to any more */
};
struct tuf_parts {
	struct tuf_part *v; /* sorted by role */
	size_t n;
};
const struct tuf_part *tuf_part_find(const struct tuf_parts *p, struct slice role);

/* Binary searches; NULL: absent. */
const struct tuf_target *tuf_target_find(const struct tuf_targets *t, struct slice path);
const struct tuf_meta *tuf_meta_find(const struct tuf_metas *m, struct slice role);
const struct tuf_delegation *tuf_delegation_find(const struct tuf_targets *t, struct slice name);

/* Whether a delegation's pattern covers a path: `*` is any run without '/', every other byte stands for itself. */
bool tuf_path_matches(struct slice pattern, struct slice path);

#endif
