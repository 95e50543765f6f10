/* format/delta.h: the head of a delta: what a file must be for the delta to fit it, and what comes out.
 *
 * Purpose    a device reads these bytes first, and knows then whether to load the rest: whether it has the base, and the memory.
 * Bytes      schemas/FORMAT.md section 9. DELTA_HEADER bytes, numbers big-endian, then the body:
 *               0  8  "mdsdelta"
 *               8  1  version of this head: 1
 *               9  1  method (enum delta_method)
 *              10  1  form of the base (enum delta_form)
 *              11  1  0
 *              12  8  bytes of the base, in its form
 *              20  8  bytes of the result
 *              28  8  bytes of the body
 *              36  8  memory: delta_memory() of the method
 *              44 32  SHA-256 of the base, in its form
 *              76 32  SHA-256 of the result
 *             108 32  SHA-256 of the body
 * Limits     what an applier needs in all (delta_need()) is at most DELTA_MEMORY_MAX: makers make nothing larger, readers refuse it.
 * Errors     -1 and a constant reason. */
#ifndef FORMAT_DELTA_H
#define FORMAT_DELTA_H

#include "base/digest.h"
#include "format/zipread.h"

#define DELTA_NAME       "delta.bin"
#define DELTA_MAGIC      "mdsdelta"
#define DELTA_HEADER     140
#define DELTA_MEMORY_MAX (UINT64_C(256) << 20)

enum delta_method {
	DELTA_ZSTD = 1 /* one zstd frame (RFC 8878) with its content size, the base being the prefix (raw dictionary) */
};

enum delta_form {
	DELTA_FILE = 0, /* the base is the file itself */
	DELTA_TAR = 1   /* the base is a zip archive (an .amr): the one file in it whose name ends in ".tar" */
};

struct delta_header {
	enum delta_method method;
	enum delta_form form;
	uint64_t base_size, result_size, body_size; /* none is 0 */
	uint64_t memory;
	uint8_t base[SHA256_SIZE], result[SHA256_SIZE], body[SHA256_SIZE];
};

/* Bytes that an applier takes at most beside base and result: what the decoder and the reader of the base's form need. */
uint64_t delta_memory(enum delta_method method);
/* Base, result and memory together; UINT64_MAX where the sum does not fit. The body may lie in a mapped file, as the base. */
uint64_t delta_need(const struct delta_header *h);

void delta_encode(uint8_t out[DELTA_HEADER], const struct delta_header *h);
/* `bytes` begin with the head; what follows it is not looked at. */
int delta_decode(struct delta_header *out, struct slice bytes, const char **why) MUST_CHECK;

/* Opens an .amr and finds the tar that is the base. `z` and reasons live in `a`. */
int delta_open_tar(const struct zip_entry **tar, struct zip *z, struct arena *a, struct slice amr,
		   const char **why) MUST_CHECK;

#endif
