/* resolve/part.h: one file on its way from several addresses into `part-<sha256>`, which a later call goes on with.
 *
 * Resume     what is there is hashed again from its beginning, so that nothing is believed of an earlier run; then only what is missing is
 *            asked for.
 * Tries      an address is asked again as long as it brings bytes, and `tries` times when it does not. What is whole and has another
 *            SHA-256 is dropped, and loaded once more from the same address. After that it is the next address' turn.
 * Other file where an address is left because its file is over too early (a page of a captive portal, say), what it gave is cut off
 *            again; where a connection broke, it stays.
 * Errors     MDR_CANCELLED, MDR_STORAGE, MDR_MEMORY at once, the part stays. After the last address MDR_UNREACHABLE if one of them could not
 *            be reached, else MDR_REFUSED.
 * Memory     a buffer of PART_BUFFER bytes. */
#ifndef RESOLVE_PART_H
#define RESOLVE_PART_H

#include "resolve/client.h"

#define PART_BUFFER ((size_t)64 << 10)
#define PART_BASES  16

/* Where a file is: `url`, and where that begins with the first base, the same below the others. Borrowed. */
struct addresses {
	struct slice url;
	const struct slice *bases;
	size_t n;
};

struct part {
	const struct mdr_client *c;
	const struct mdr_download *how;
	const char *what; /* for messages */
	struct addresses at;
	uint64_t size;
	uint8_t sha256[SHA256_SIZE];

	char name[MDR_NAME]; /* in storage */
	uint64_t fetched;    /* bytes that came, in all calls */
	uint64_t have;       /* of the file, `fill` of them in the buffer only */
	struct digest_stream *stream;
	uint8_t *buffer;
	size_t fill;

	struct strbuf address; /* the one that is asked */
	size_t number;         /* of it */
	uint64_t from;         /* bytes that were there before it was asked */
	bool open;             /* the part was hashed up to `have` */
	bool begun_again;      /* at this address */
	bool cancelled, full, no_memory;
};

/* `part-` or `package-` and the hash. */
void part_name(char out[MDR_NAME], const char *prefix, const uint8_t sha256[SHA256_SIZE]);

/* Fills what is private of a part whose first six members are set. part_end() is due whatever comes. */
enum mdr_code part_begin(struct part *p, struct mdr_error *err) MUST_CHECK;
/* Brings the part to `upto` bytes; with all of them, its hash fits too. */
enum mdr_code part_load(struct part *p, uint64_t upto, struct mdr_error *err) MUST_CHECK;
void part_end(struct part *p);

#endif
