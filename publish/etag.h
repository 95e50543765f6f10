/* publish/etag.h: what an ETag says about the bytes of an object.
 *
 * Forms      32 hex digits: the MD5 of the bytes, of an object that was put in one piece (not where the bucket encrypts with a key
 *            service); "<32 hex>-N": the MD5 of the MD5s of its N parts; anything else: nothing is known. Letters may be capitals.
 * Parts      publish/s3.h cuts at part_size(length), so that the second form can be computed for what we sent ourselves. Where N is
 *            another number than ours, somebody else sent it, and nothing is known; where it is ours and the MD5 is not, that is
 *            ETAG_DIFFERS, and it may be just other parts: as with the first form, whoever needs to know reads the object. */
#ifndef PUBLISH_ETAG_H
#define PUBLISH_ETAG_H

#include "base/diag.h"
#include "base/digest.h"
#include "base/slice.h"

#define WHOLE_MAX (UINT64_C(32) << 20) /* longer objects are sent in parts */
uint64_t part_size(uint64_t length);   /* 16 MiB, more where that would be above 10,000 parts */

enum etag_verdict { ETAG_SAME, ETAG_DIFFERS, ETAG_SAYS_NOTHING };

/* Whether the file (its bytes: mapped by the caller) can be what the ETag stands for. */
int etag_compare(enum etag_verdict *out, struct slice etag, struct slice bytes,
		 struct digests *dg) MUST_CHECK; /* -1: hashing */

#endif
