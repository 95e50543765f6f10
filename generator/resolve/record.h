/* resolve/record.h: what a service keeps, as one blob in the app's storage.
 *
 * Bytes      "mdresolve record 1\n", the SHA-256 of what follows, a JSON object (schemas/FORMAT.md, section 12).
 * Damage     a blob that is none, or whose checksum does not fit, is discarded: the record is empty again. What a service reads from a
 *            record it reads as outside bytes: another type than expected is as good as absent.
 * Power      the blob is replaced as a whole; a file that a record names is made lasting before, and removed after the record says so. */
#ifndef RESOLVE_RECORD_H
#define RESOLVE_RECORD_H

#include <jansson.h>

#include "resolve/client.h"

#define RECORD_MAX (4u << 20) /* bytes: a longer record is neither stored nor read */

/* *out is new (json_decref): what is kept under `name`, or an empty object. MDR_STORAGE only where storage itself fails. */
enum mdr_code record_load(json_t **out, const struct mdr_client *c, const char *name, struct mdr_error *err) MUST_CHECK;
/* Borrows `record`. Without storage: MDR_OK, and nothing is kept. */
enum mdr_code record_store(const struct mdr_client *c, const char *name, const json_t *record,
			   struct mdr_error *err) MUST_CHECK;

/* Members, read carefully: NULL, `otherwise`, false where they are not there or of another type. Texts are borrowed. */
const char *record_text(const json_t *record, const char *key);
int64_t record_int(const json_t *record, const char *key, int64_t otherwise);
bool record_flag(const json_t *record, const char *key);

#endif
