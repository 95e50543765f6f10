/* publish/xml.h: the XML of S3: answers read, bodies of requests written.
 *
 * Source     the S3 API reference; names of elements without regard to namespaces. What is not asked for is skipped, so that servers may say more.
 * Readers    outside bytes, bounded by publish/xmltree.h. Keys and prefixes are decoded where the server says that they are encoded
 *            (encoding-type=url), so they may hold any byte but NUL.
 * Errors     -1 and *why, constant or in the arena: no XML, another root element, a needed element missing, a number that is none.
 * Ownership  texts are copies in the arena.
 * Threads    pure. */
#ifndef PUBLISH_XML_H
#define PUBLISH_XML_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"
#include "base/strbuf.h"

#define XML_NAMESPACE "http://s3.amazonaws.com/doc/2006-03-01/"
#define XML_PARTS_MAX 10000 /* of one upload */

/* <Error>. All but the code may be empty. */
struct xml_error {
	struct slice code, message, region, endpoint, bucket, request_id;
	int64_t server_time; /* of RequestTimeTooSkewed; 0: not given */
};
int xml_read_error(struct xml_error *out, struct arena *a, struct slice body, const char **why) MUST_CHECK;

/* ListObjectsV2, and what servers answer that know only the first version. */
struct xml_object {
	struct slice key;  /* decoded, as the bucket knows it */
	struct slice etag; /* without quotes; empty: not given */
	uint64_t size;
	int64_t modified; /* 0: not given */
};
struct xml_listing {
	struct xml_object *v;
	size_t n;
	struct slice *prefixes; /* CommonPrefixes, decoded */
	size_t nprefixes;
	bool truncated;
	struct slice
		token; /* NextContinuationToken; empty although truncated: the server knows the first version only: go on with */
	struct slice marker; /* start-after= and marker= this: NextMarker, or the last key or common prefix */
};
int xml_read_listing(struct xml_listing *out, struct arena *a, struct slice body, const char **why) MUST_CHECK;

/* InitiateMultipartUpload. */
int xml_read_upload(struct slice *upload_id, struct arena *a, struct slice body, const char **why) MUST_CHECK;

/* CompleteMultipartUpload: its status is 200 before it is known how it ends. *failed: `error` says how, else it is there. */
struct xml_completed {
	bool failed;
	struct slice etag; /* without quotes; empty: not given */
	struct xml_error error;
};
int xml_read_completed(struct xml_completed *out, struct arena *a, struct slice body, const char **why) MUST_CHECK;

/* ListParts. */
struct xml_part {
	uint32_t number; /* 1..10000 */
	struct slice etag;
	uint64_t size;
};
struct xml_parts {
	struct xml_part *v;
	size_t n;
	bool truncated;
	uint32_t next; /* NextPartNumberMarker, or the last number */
};
int xml_read_parts(struct xml_parts *out, struct arena *a, struct slice body, const char **why) MUST_CHECK;

/* ListMultipartUploads; ask for it without encoding-type: Ceph 16 encodes the keys then, but not the marker, and does not say so. */
struct xml_upload {
	struct slice key, id;
	int64_t initiated; /* 0: not given */
};
struct xml_uploads {
	struct xml_upload *v;
	size_t n;
	bool truncated;
	struct slice next_key, next_id; /* key-marker, upload-id-marker */
};
int xml_read_uploads(struct xml_uploads *out, struct arena *a, struct slice body, const char **why) MUST_CHECK;

/* DeleteObjects. */
struct xml_undeleted {
	struct slice key, code, message;
};
struct xml_deleted {
	struct slice *v; /* keys; none where the request was quiet */
	size_t n;
	struct xml_undeleted *failed;
	size_t nfailed;
};
int xml_read_deleted(struct xml_deleted *out, struct arena *a, struct slice body, const char **why) MUST_CHECK;

/* Append. Keys are valid UTF-8; -1: one has a character that XML cannot carry (most control characters, U+FFFE), which only a DELETE
 * of its own can name. */
int xml_write_delete(struct strbuf *out, const char *const *keys,
		     size_t n) MUST_CHECK; /* quiet: only failures are told */
/* ETags without quotes; parts by number. -1: an ETag is no text. */
int xml_write_complete(struct strbuf *out, const struct xml_part *parts, size_t n) MUST_CHECK;

#endif
