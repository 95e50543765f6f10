/* format/filter.h: whitelists as devices read them: bloom filters in pages, each page provable by itself.
 *
 * Bytes      schemas/FORMAT.md section 6. P records of equal length, each one page of 4096 bytes and its Merkle proof;
 *            P, the number of probes k, n and the root stand in the whitelist's descriptor (format/manifest.h).
 * Answers    "no" is certain. "yes" is wrong with at most the rate that was given to filter_plan(), on average over the
 *            lists' salts and ids.
 * Ownership  encoders fill the caller's strbuf; checks give slices into what they were given.
 * Memory     filter_encode(): the file and 64 bytes a page. Everything a device calls: none.
 * Threads    pure, but for the struct digests (one a thread).
 * Errors     -1; see each function. */
#ifndef FORMAT_FILTER_H
#define FORMAT_FILTER_H

#include "base/digest.h"
#include "base/slice.h"
#include "base/strbuf.h"

#define FILTER_PAGE          4096u
#define FILTER_PAGES_MAX     (1u << 31)
#define FILTER_PROBES_MAX    64u
#define FILTER_IDS_MAX       (UINT64_C(1) << 40)
#define FILTER_RATE_DECIMALS 15 /* rates are integers in units of 1e-15 */

struct filter_key {    /* what the filter knows of one id */
	uint64_t h;    /* chooses the page */
	uint64_t seed; /* chooses the bits in it */
};

struct filter_plan {
	uint32_t pages;  /* P, 1..FILTER_PAGES_MAX */
	uint32_t probes; /* k, 1..FILTER_PROBES_MAX */
};

/* The smallest filter for that many distinct ids with a rate of false positives of at most `rate`. A rate above the
 * table counts as its first row. -1: a rate below 1e-12 (that is, below the last row), or more than FILTER_IDS_MAX ids.
 * */
int filter_plan(struct filter_plan *out, uint64_t ids, uint64_t rate) MUST_CHECK;

/* -1: no memory, or libcrypto failed. */
int filter_salt(uint8_t out[SHA256_SIZE], struct digests *d, struct slice app_code, struct slice list) MUST_CHECK;
int filter_hash(struct filter_key *out, struct digests *d, const uint8_t salt[SHA256_SIZE], struct slice id) MUST_CHECK;

/* Sorts by (h, seed), in place, and drops repetitions: returns how many keys are left. */
size_t filter_sort_unique(struct filter_key *v, size_t n);

/* Appends filter.bin for keys that filter_sort_unique() has been over; *root is the descriptor's. -1: memory,
 * libcrypto. */
int filter_encode(struct strbuf *out, uint8_t root[SHA256_SIZE], struct digests *d, const struct filter_key *v,
		  size_t n, struct filter_plan plan) MUST_CHECK;

/* --- reading: pages 1..FILTER_PAGES_MAX, number < pages ----------------------------------------------------------- */
uint32_t filter_page_of(uint64_t h, uint32_t pages);
uint32_t filter_record_size(uint32_t pages); /* 4096 to 5088 */
uint64_t filter_file_size(uint32_t pages);
/* Where the record of a page lies in the file: one Range request. */
void filter_record_range(uint64_t *offset, uint32_t *length, uint32_t pages, uint32_t number);

/* Proves that `record` is the record of page `number`; *page is the page in it. -1 with a reason (a constant text). */
int filter_check_record(struct slice *page, struct digests *d, struct slice record, uint32_t number, uint32_t pages,
			const uint8_t root[SHA256_SIZE], const char **why) MUST_CHECK;
/* The same for every record, and the length of the whole. */
int filter_check_file(struct digests *d, struct slice file, uint32_t pages, const uint8_t root[SHA256_SIZE],
		      const char **why) MUST_CHECK;
/* Whether all probes of the id hit. `page` is FILTER_PAGE bytes. */
bool filter_page_has(struct slice page, uint64_t seed, uint32_t probes);

#endif
