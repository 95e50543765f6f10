/* publish/s3job.h: what the parts of publish/s3.h share above single requests (publish/s3call.h). */
#ifndef PUBLISH_S3JOB_H
#define PUBLISH_S3JOB_H

#include "publish/s3call.h"

struct s3_job { /* first member of what waits for run() */
	struct s3_job *next;
	void (*start)(struct s3_job *j);
};
void s3_job_queue(struct s3 *t, struct s3_job *j);

#define S3_WHOLE_MOST (UINT64_C(5) << 30)  /* bytes that one PUT may carry, by the API */
#define S3_DOC_MAX    (UINT64_C(32) << 20) /* of an XML answer */

void s3_queue_put(struct dest *dest, struct dest_put *p);
void s3_queue_parts(struct s3 *t, struct dest_put *p); /* in parts: no condition */
void s3_queue_get(struct dest *dest, struct dest_get *g);
int s3_list(struct dest *dest, struct dest_listing *out, const char *const *prefixes, size_t n,
	    struct diags *d) MUST_CHECK;
int s3_folders(struct dest *dest, struct dest_listing *out, struct diags *d) MUST_CHECK;
int s3_remove(struct dest *dest, const char *const *keys, size_t n, struct diags *d) MUST_CHECK;
int s3_remove_parts(struct dest *dest, const char *prefix, int64_t before, bool dry, uint64_t *count,
		    struct diags *d) MUST_CHECK;

void s3_put_end(struct s3 *t, struct dest_put *p, enum dest_outcome outcome);
/* Content-Type, Cache-Control, Content-Encoding. */
void s3_class(struct s3_out *o, const struct file_class *class);

/* Pages of a list that never ends: one whose number is a power of two is kept, and a server that goes round in circles leads back to
 * it (Brent). `place`: where the next page begins. True: it was there already. */
struct s3_round {
	uint64_t pages;
	struct slice kept;
};
bool s3_goes_round(struct s3_round *r, struct arena *mem, struct slice place);

/* The bytes of a put, mapped where they are a file's. -1: recorded. */
struct s3_bytes {
	struct file_map map;
	struct slice data;
};
int s3_bytes_open(struct s3_bytes *out, const struct dest_put *p, struct s3 *t) MUST_CHECK;
void s3_bytes_close(struct s3_bytes *b);
int s3_bytes_changed(const struct dest_put *p, struct s3 *t); /* records that; -1 */

/* --- what is there? ------------------------------------------------------------------------------------------------------- */

/* A HEAD, and where length and ETag leave it open a GET whose bytes are hashed. */
enum s3_found { FOUND_OURS, FOUND_OTHER, FOUND_NOTHING, FOUND_FAILED /* recorded */ };

struct s3_look {
	struct s3_call call;
	const struct dest_put *put;
	void *owner; /* of whoever asks */
	void (*done)(struct s3_look *l, enum s3_found found);
	struct dest_version version; /* of what was found */
	struct digest_stream *stream;
	uint64_t got;
};
void s3_look_start(struct s3 *t, const struct dest_put *p, void *owner,
		   void (*done)(struct s3_look *l, enum s3_found found));

/* Whether both name the same bytes. */
bool s3_same_version(const struct dest_version *a, const struct dest_version *b);
void s3_version(struct dest_version *out, const struct http_reply *r);

#endif
