/* publish/s3.h: an object store that speaks S3 as a destination: AWS, Alibaba OSS, Cloudflare R2, Google Cloud Storage, Ceph, MinIO.
 *
 * Requests   signed by hand (publish/sigv4.h), over connections that are kept (publish/http.h). A body's SHA-256 is signed and its MD5
 *            is sent, so that nothing damaged on the way is ever stored.
 * Outcomes   as publish/dest.h says: an open one is settled by reading: a HEAD, whose length and ETag (publish/etag.h) mostly say it, else
 *            a GET whose bytes are hashed.
 * Parts      objects longer than WHOLE_MAX that have no condition; an upload that a dead publisher left is continued.
 *            Checksums (x-amz-checksum-sha256) are of whole objects only.
 * Google     refuses its own conditions (x-goog-if-generation-match) beside any x-amz-* header: 400 ExcessHeaderValues. So what has one of
 *            them speaks Google's language altogether (publish/sigv4.h); all other requests are as everywhere.
 * Many       connections stay full until all is done; a destination that complains gets fewer requests at a time for a while; one that
 *            cannot be reached, or gives up on three keys in a row, ends the batch.
 * Clock      the machine's, corrected once by the server's Date where that says the clock is wrong. */
#ifndef PUBLISH_S3_H
#define PUBLISH_S3_H

#include "publish/dest.h"

/* `url` is "s3://bucket/prefix"; `http` outlives the destination. -1: usage or environment, recorded. */
struct http;
int s3_open(struct dest **out, const char *url, const struct dest_settings *settings, struct http *http,
	    struct diags *d) MUST_CHECK;

#endif
