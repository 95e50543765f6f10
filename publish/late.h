/* publish/late.h: what is written behind the pointer: names that were there before with other bytes (pages, presets), then build.json.
 *
 * Why late   only who has won writes them, so that nobody who loses changes anything that is seen. Pages with new names are there before
 *            the pointer (publish/send.h): something behind it may refer to them.
 * Races      each goes over what was listed or read at the beginning. Other bytes there meanwhile are those of a publisher before us who is
 *            slow, or of one that continues us already: the pointer says which. Ours: once more; not ours any more: his stay. Where
 *            destinations know no matches (of GCS: no listing tells generations), they are written as they are. */
#ifndef PUBLISH_LATE_H
#define PUBLISH_LATE_H

#include "publish/job.h"

void send_late(struct publishing *p);

#endif
