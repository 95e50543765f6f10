/* publish/send.h: the files of a plan, sent in the order that keeps every moment whole: each step of all jobs together. */
#ifndef PUBLISH_SEND_H
#define PUBLISH_SEND_H

#include "publish/job.h"

/* content, claim, rest, pages with new names; those that are there with other bytes come behind the pointer (publish/late.h). A job whose step fails or loses a race takes no further one. */
void send_files(struct publishing *p);

#endif
