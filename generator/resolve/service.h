/* resolve/service.h: what the services share: ask the tree, read one kind's answer, hold the memory of a result.
 *
 * Order      service_ask() first refreshes at ask->now, then answers at ask->at; an answer that came out whole is stored as trusted.
 *            After a failure the client is as before, and *answer is untouched.
 * Incomplete c->incomplete says whether the answer may be another one soon, because a whitelist could not be asked: then nothing that is here is
 *            given up for it, and the tree is asked again before the interval is over. */
#ifndef RESOLVE_SERVICE_H
#define RESOLVE_SERVICE_H

#include <jansson.h>

#include "resolve/client.h"

/* Keys of an answer, by kind: service_ask() gives the member of this kind alone: null, an object, the object of h5 or of switches. */
/* *answer is new (json_decref). `flags`: MDR_STRICT or 0. */
enum mdr_code service_ask(json_t **answer, struct mdr_client *c, const struct mdr_ask *ask, enum kind kind,
			  unsigned flags, struct mdr_error *err) MUST_CHECK;
/* The same from the last verified tree, without a refresh: MDR_STATELESS where there is none; objects not at hand are fetched. */
enum mdr_code service_recall(json_t **answer, struct mdr_client *c, const struct mdr_ask *ask, enum kind kind,
			     unsigned flags, struct mdr_error *err) MUST_CHECK;

/* A text of the device, in *out; false: it has none (absent, or empty after trimming). */
bool service_attr(struct slice *out, const struct mdr_device *device, const char *name);

/* Memory of a result: an arena that obeys the client's limit. NULL: memory. Freed with held_free(); NULL is fine. */
struct mdr_held {
	struct arena mem;
	json_t *answer;         /* NULL: the service keeps none */
	enum platform platform; /* with it */
};
struct mdr_held *held_new(const struct mdr_client *c);
void held_free(struct mdr_held *h);
/* A copy of a JSON text in it, in *out (NULL where `text` is no text). -1: memory. */
int held_text(const char **out, struct mdr_held *h, const json_t *text) MUST_CHECK;

#endif
