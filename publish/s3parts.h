/* publish/s3parts.h: an object that is sent in parts: what publish/s3parts.c (the upload) and publish/s3part.c (its parts) share. */
#ifndef PUBLISH_S3PARTS_H
#define PUBLISH_S3PARTS_H

#include "publish/s3job.h"

struct parts_job;

struct part {
	struct s3_call call; /* first: the PUT */
	struct s3_call look; /* what came of it */
	struct parts_job *job;
	const char *number;
	struct slice data;
	uint8_t md5[MD5_SIZE];
	const char *etag; /* NULL: not there yet */
};

struct parts_job {
	struct s3_job job;      /* first */
	struct s3_call control; /* begins and ends the upload */
	struct dest_put *put;
	struct s3_bytes bytes;
	bool checked;
	const char *upload;
	struct part *v;
	size_t n, left;    /* to be sent */
	bool failed, gone; /* gone: somebody ended the upload */
	unsigned rounds;
	uint32_t listed; /* parts up to this one */
};

/* Sends what is not there; parts_sent() is called when the last one has ended. */
void parts_send(struct parts_job *j);
void parts_sent(struct parts_job *j);

/* Whether what the server has is our part, whose MD5 is known; and if so, that it need not be sent. */
bool part_is(const struct part *p, const struct xml_part *said);
void part_there(struct part *p, struct slice etag);

bool parts_gone(const struct s3_answer *a); /* somebody ended the upload */

#endif
