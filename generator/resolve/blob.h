/* resolve/blob.h: small things in the app's storage, with a head that tells damage.
 *
 * Bytes      a magic, which is a line; the SHA-256 of what follows; the body. Numbers in bodies are 8 bytes, big endian
 *            (schemas/FORMAT.md, section 12).
 * Damage     a blob that does not begin with its magic, or whose checksum does not fit, is as good as absent; so is one that is longer
 *            than it can be. Only a callback that fails is an error (MDR_STORAGE).
 * Ownership  bodies and what is taken from them look into the blob. */
#ifndef RESOLVE_BLOB_H
#define RESOLVE_BLOB_H

#include "base/digest.h"
#include "base/strbuf.h"
#include "resolve/fail.h"

/* The blob as it lies there, in place of what `out` holds; empty where there is none, or one of more than `limit` bytes. */
enum mdr_code blob_load(struct strbuf *out, const struct mdr_storage *s, const char *name, uint64_t limit,
			struct mdr_error *err) MUST_CHECK;
enum mdr_code blob_store(const struct mdr_storage *s, const char *name, struct slice bytes,
			 struct mdr_error *err) MUST_CHECK;
enum mdr_code blob_remove(const struct mdr_storage *s, const char *name, struct mdr_error *err) MUST_CHECK;

/* Writing: blob_begin() in an empty strbuf, the body, blob_seal(); which may be called again when the body was changed in place. -1: memory. */
void blob_begin(struct strbuf *out, const char *magic);
int blob_seal(struct strbuf *out, const char *magic, struct digests *dg) MUST_CHECK;
void blob_add64(struct strbuf *out, uint64_t v);
void blob_put64(uint8_t out[8], uint64_t v);

/* Reading: the body, empty where the blob is damaged. -1: memory. */
int blob_open(struct slice *body, struct slice blob, const char *magic, struct digests *dg) MUST_CHECK;
/* Takes from the front of `rest`; false: there is less. */
bool blob_take(struct slice *out, struct slice *rest, size_t n) MUST_CHECK;
bool blob_take64(uint64_t *out, struct slice *rest) MUST_CHECK;

#endif
