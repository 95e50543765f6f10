/* format/envelope.h: {"signatures":[{"keyid","sig"}],"signed":{…}}, the frame of everything that is signed on its own.
 *
 * Signed     the OLPC canonical form of the `signed` member (format/json.h, JSON_CANONICAL), called the payload.
 * Thresholds a role's signatures count once for each distinct key id. Key ids never repeat in a file (refused when decoding),
 *            and a key has only one text and so only one id (format/pubkey.h).
 * Ownership  decoded structs live in the caller's arena.
 * Devices    bounded, never aborts: runs in the device library. */
#ifndef FORMAT_ENVELOPE_H
#define FORMAT_ENVELOPE_H

#include "base/strbuf.h"
#include "format/pubkey.h"

#define ENVELOPE_SIGNATURES_MAX 64 /* so that a set of them fits a uint64_t */

struct signature {
	uint8_t keyid[SHA256_SIZE];
	struct slice bytes;
};

struct envelope {
	struct signature *v; /* in file order */
	size_t n;
};

/* Whose signatures a role needs. */
struct role_keys {
	uint8_t (*ids)[SHA256_SIZE]; /* distinct */
	size_t n;
	uint32_t threshold; /* 1..n */
};

struct key_table {
	struct pubkey *v; /* sorted by id */
	size_t n;
};

/* Appends the file. Borrows `signed_part`. -1: memory. */
int envelope_encode(struct strbuf *out, const struct envelope *e, const json_t *signed_part) MUST_CHECK;

/* Parses at most `limit` bytes; *signed_part is new (json_decref). -1 with a constant text in *why. */
int envelope_decode(struct envelope *out, json_t **signed_part, struct arena *a, struct slice bytes, uint64_t limit,
		    const char **why) MUST_CHECK;
/* The same for a file that may still lack all of its signatures. */
int envelope_decode_draft(struct envelope *out, json_t **signed_part, struct arena *a, struct slice bytes,
			  uint64_t limit, const char **why) MUST_CHECK;

/* True when at least `threshold` distinct keys of the role signed `payload`. *good (may be NULL) gets a bit for each
 * signature of the file that is from a key of the role and holds; bits of earlier calls stay. */
bool envelope_verify(const struct envelope *e, struct slice payload, const struct key_table *keys,
		     const struct role_keys *role, uint64_t *good) MUST_CHECK;
/* All signatures of the file are in `good`. */
bool envelope_all(const struct envelope *e, uint64_t good);

const struct pubkey *key_table_find(const struct key_table *t, const uint8_t id[SHA256_SIZE]);
bool role_keys_has(const struct role_keys *r, const uint8_t id[SHA256_SIZE]);

#endif
