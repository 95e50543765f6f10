/* publish/pointer.h: the moment in which devices see the new release. */
#ifndef PUBLISH_POINTER_H
#define PUBLISH_POINTER_H

#include "publish/job.h"

/* A look for deletions, then timestamp.json of all jobs whose pointer is not ours yet. */
void send_pointers(struct publishing *p);

#endif
