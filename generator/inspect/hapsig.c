#include "inspect/hapsig.h"

#include <inttypes.h>
#include <string.h>

#include "base/little.h"
#include "inspect/chunkdigest.h"

#define TAIL_SIZE      32u
#define HEAD_SIZE      12u
#define PARTS_MAX      10u /* as on devices */
#define CODE_SIGNATURE 0x30000001u

enum part_type { PART_SIGNATURE, PART_ROTATION, PART_PROFILE, PART_PROPERTY, PART_TYPES };
#define PART_BASE 0x20000000u /* the types count from here */

static const struct {
	uint32_t version;
	const char *magic;
} forms[] = { { 2, "HAP Sig Block 42" }, { 3, "<hap sign block>" } };

struct parts {
	struct slice v[PART_TYPES]; /* by type; a NULL pointer: not there */
	struct slice digested[PART_TYPES];
	size_t ndigested; /* in the table's order */
};

struct reading {
	struct arena *a;
	const struct zip *z;
	struct slice block; /* z->block without the zeros that may stand before it */
	const char **why;
};

/* --- the block ---------------------------------------------------------------------------------------------------------- */

static int read_form(struct hapsig *out, const struct reading *r, const char *tail)
{
	bool known = false;

	out->version = little32(tail + 28);
	for (size_t i = 0; i < COUNT(forms); i++) {
		if (memcmp(tail + 12, forms[i].magic, 16) != 0)
			continue;
		if (out->version == forms[i].version)
			return 0;
		known = true;
	}
	if (!known)
		return refuse(r->why,
			      "what lies between its last entry and its directory is no signing block: another magic");
	return refusef(r->why, r->a,
		       "its signing block says version %u, which does not fit its magic; 2 and 3 are known",
		       out->version);
}

static bool all_zeros(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i])
			return false;
	}
	return true;
}

/* The number of parts in *n; sets r->block. */
static int read_tail(struct hapsig *out, size_t *n, struct reading *r)
{
	struct slice between = r->z->block;
	const char *tail;
	uint64_t size;

	if (between.n < TAIL_SIZE)
		return refuse(r->why,
			      "what lies between its last entry and its directory is too short for a signing block");
	tail = between.p + between.n - TAIL_SIZE;
	if (read_form(out, r, tail))
		return -1;
	size = little64(tail + 4);
	if (size < TAIL_SIZE || size > between.n || !all_zeros(slice_sub(between, 0, between.n - (size_t)size)))
		return refusef(r->why, r->a,
			       "its signing block says that it has %" PRIu64
			       " bytes; %zu lie between the last entry and the directory",
			       size, between.n);
	r->block = slice_from(between, between.n - (size_t)size);
	*n = little32(tail);
	if (*n > PARTS_MAX || *n * HEAD_SIZE > size - TAIL_SIZE)
		return refusef(r->why, r->a, "its signing block says that it has %zu parts; at most %u fit", *n,
			       PARTS_MAX);
	return 0;
}

static int fail_part(const struct reading *r, uint32_t type, const char *what)
{
	return refusef(r->why, r->a, "part 0x%08x of its signing block %s", type, what);
}

static int read_part(struct parts *out, const struct reading *r, const char *head, uint64_t values, uint64_t end)
{
	uint32_t type = little32(head), length = little32(head + 4), offset = little32(head + 8);
	uint32_t i = type - PART_BASE; /* wraps to a large one below it */

	if (i >= PART_TYPES)
		return fail_part(r, type, "is unknown: devices refuse it");
	if (out->v[i].p)
		return fail_part(r, type, "is there twice");
	if (offset < values || offset > end || end - offset < length)
		return fail_part(r, type, "does not lie in it");
	out->v[i] = slice_sub(r->block, offset, length);
	for (size_t k = 0; k < PART_TYPES; k++) {
		const struct slice *o = &out->v[k];

		if (k != i && o->p && o->n && length && out->v[i].p < o->p + o->n && o->p < out->v[i].p + length)
			return fail_part(r, type, "overlaps another");
	}
	if (i != PART_SIGNATURE)
		out->digested[out->ndigested++] = out->v[i];
	return 0;
}

static int read_parts(struct parts *out, const struct reading *r, size_t n)
{
	uint64_t values = n * HEAD_SIZE, end = r->block.n - TAIL_SIZE, used = values;

	for (size_t i = 0; i < n; i++) {
		const char *head = r->block.p + i * HEAD_SIZE;

		if (read_part(out, r, head, values, end))
			return -1;
		used += little32(head + 4);
	}
	if (used != end)
		return refuse(r->why, "the parts of its signing block do not fill it");
	if (!out->v[PART_SIGNATURE].p)
		return refuse(r->why, "its signing block holds no signature (part 0x20000000)");
	return 0;
}

/* {u32 type, u32 length, u32 offset in the file} and as many bytes, again and again. */
static int read_properties(struct hapsig *out, const struct reading *r, struct slice rest)
{
	while (rest.n) {
		uint32_t length = rest.n < HEAD_SIZE ? UINT32_MAX : little32(rest.p + 4);

		if (rest.n < HEAD_SIZE || rest.n - HEAD_SIZE < length)
			return refuse(r->why, "the properties in its signing block are damaged");
		out->code_signed |= little32(rest.p) == CODE_SIGNATURE;
		rest = slice_from(rest, HEAD_SIZE + (size_t)length);
	}
	return 0;
}

/* --- the signature ------------------------------------------------------------------------------------------------------ */

/* 0x101 to 0x106 RSA, 0x201 to 0x203 ECDSA, 0x301 to 0x303 DSA: with SHA-256, SHA-384, SHA-512 by turns. */
static bool hash_of(enum chunk_hash *out, uint32_t algorithm)
{
	static const enum chunk_hash turns[] = { CHUNK_SHA256, CHUNK_SHA384, CHUNK_SHA512 };
	uint32_t family = algorithm >> 8, number = algorithm & 0xff;

	if (family < 1 || family > 3 || number < 1 || number > (family == 1 ? 6u : 3u))
		return false;
	*out = turns[(number - 1) % COUNT(turns)];
	return true;
}

/* The digest that was signed. */
static int read_signed(struct slice *digest, enum chunk_hash *hash, const struct reading *r, struct slice content)
{
	const size_t fixed = 20;

	if (content.n < fixed || little32(content.p) != 2 || little32(content.p + 4) != 1 ||
	    little32(content.p + 16) != content.n - fixed || little32(content.p + 8) != content.n - 12)
		return refuse(r->why, "the signed content of its signing block is malformed");
	if (!hash_of(hash, little32(content.p + 12))) {
		(void)refusef(r->why, r->a, "the signature algorithm 0x%x of its signing block is unknown",
			      little32(content.p + 12));
		return -1;
	}
	*digest = slice_from(content, fixed);
	return digest->n == chunkdigest_size(*hash)
		       ? 0
		       : refuse(r->why,
				"the signed digest of its signing block has another length than its algorithm's");
}

static int verify_digest(struct hapsig *out, const struct reading *r, const struct parts *parts, struct slice content)
{
	struct slice sections[CHUNKDIGEST_SECTIONS], digest = { NULL, 0 };
	uint8_t is[CHUNKDIGEST_MAX];
	enum chunk_hash hash = CHUNK_SHA256;

	out->fault = HAPSIG_DIGEST;
	if (read_signed(&digest, &hash, r, content))
		return -1;
	out->fault = HAPSIG_INTEGRITY;
	if (chunkdigest_sections(sections, r->z, (uint64_t)(r->block.p - r->z->bytes.p), r->why))
		return -1;
	if (chunkdigest(is, hash, sections, CHUNKDIGEST_SECTIONS, parts->digested, parts->ndigested))
		return refuse(r->why, REFUSE_NO_MEMORY);
	if (memcmp(is, digest.p, digest.n) != 0)
		return refuse(r->why, "its bytes are not those that were signed (the content digest differs)");
	return 0;
}

static int verify_signature(struct slice *content, struct hapsig *out, const struct reading *r,
			    const struct parts *parts, const struct cms_query *trust)
{
	const struct cms_query query = { .anchors = trust->anchors, .at = trust->at, .timeless = trust->timeless };
	const char *cause;
	struct cms cms;
	int bad = cms_read(&cms, r->a, parts->v[PART_SIGNATURE], &query, &cause);

	out->fault = cms.unchained ? HAPSIG_SOURCE : HAPSIG_SIGNATURE;
	if (bad && refused_memory(cause))
		return refuse(r->why, cause);
	if (bad)
		return refusef(r->why, r->a, "the signature in its signing block does not hold: %s", cause);
	out->signer = cms.signer;
	*content = cms.content;
	return 0;
}

static int verify_profile(struct hapsig *out, const struct reading *r, const struct parts *parts,
			  const struct cms_query *trust)
{
	int bad;

	out->fault = HAPSIG_NO_PROFILE;
	if (!parts->v[PART_PROFILE].p)
		return refuse(r->why, "its signing block holds no profile (part 0x20000002)");
	bad = happrofile_read(&out->profile, r->a, parts->v[PART_PROFILE], trust, r->why);
	out->fault = out->profile.authentic ? HAPSIG_PROFILE : HAPSIG_SOURCE;
	return bad;
}

int hapsig_read(struct hapsig *out, struct arena *a, const struct zip *z, const struct cms_query *trust,
		const char **why)
{
	struct reading r = { a, z, { NULL, 0 }, why };
	struct parts parts = { .ndigested = 0 };
	struct slice content = { NULL, 0 };
	size_t n = 0;

	*out = (struct hapsig){ .fault = HAPSIG_BLOCK };
	if (read_tail(out, &n, &r) || read_parts(&parts, &r, n) || read_properties(out, &r, parts.v[PART_PROPERTY]) ||
	    verify_signature(&content, out, &r, &parts, trust) || verify_profile(out, &r, &parts, trust) ||
	    verify_digest(out, &r, &parts, content))
		return -1;
	out->fault = HAPSIG_FINE;
	return 0;
}
