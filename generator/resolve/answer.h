/* resolve/answer.h: the answer of one kind by itself, for the services. */
#ifndef RESOLVE_ANSWER_H
#define RESOLVE_ANSWER_H

#include "resolve/client.h"

/* The platform that a device names. MDR_DEVICE: none, or one that is unknown. */
enum mdr_code answer_platform(enum platform *out, const struct mdr_device *device, struct mdr_error *err) MUST_CHECK;

/* What mdr_answer() has under the key of this kind, as JSON without white space; and like it, stores what was verified. Borrowed: until the
 * next answer. */
enum mdr_code answer_one(struct slice *out, struct mdr_client *c, const struct mdr_device *device, int64_t at,
			 enum kind kind, unsigned flags, struct mdr_error *err) MUST_CHECK;

#endif
