/* publish/answer.h: what a server's answer means: done, try again, ask first, or give up.
 *
 * Source     the error codes of the S3 API reference, of Alibaba OSS, Google Cloud Storage, Ceph and MinIO; a code says more than its
 *            status, so it goes first. A HEAD has no code.
 * Open       500, 502, 504, a timeout, a connection that broke: the server may have done it. A write is settled by reading then
 *            (publish/dest.h); reading itself, and what may be done twice, is just tried again.
 * Later      429, 503 SlowDown and their kin: the server says that it did nothing.
 * Pure. */
#ifndef PUBLISH_ANSWER_H
#define PUBLISH_ANSWER_H

#include "base/slice.h"

enum answer {
	ANSWER_GOOD,
	ANSWER_ABSENT,      /* 404 of the thing itself */
	ANSWER_CONDITION,   /* 412, 409: the condition did not hold, or the like */
	ANSWER_UNKNOWN_WAY, /* 501: the server has no such request, or no such condition */
	ANSWER_METHOD,      /* 405: nor may it be asked; a bucket that is read-only says so too */
	ANSWER_LATER,
	ANSWER_OPEN,
	ANSWER_CLOCK,  /* ours is wrong, or theirs */
	ANSWER_TOKEN,  /* it has expired */
	ANSWER_REGION, /* it is another one */
	ANSWER_WRONG,  /* it would say so for every key: credentials, bucket, quota */
	ANSWER_FAULT   /* of this request */
};

/* `code`: of the XML; empty where there is none. */
enum answer answer_of(int status, struct slice code);

#endif
