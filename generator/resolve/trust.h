/* resolve/trust.h: the metadata that a client believes, and how it comes to believe newer (TUF 1.0, client workflow).
 *
 * Chain      a configured root → the roots after it → timestamp → snapshot → targets; each file is bounded, hashed where an
 *            earlier one says so, signed by whom the root names, of our app, not older than what is trusted, not expired.
 * All or none  trust_refresh() changes nothing unless every step went well.
 * Rotation   files that the new root's keys did not sign are forgotten, so that a stolen key's huge versions do not last.
 * Storage    the files are one blob, and the floor (resolve/floor.h) another one, which is stored before it. Either of them may be the one of
 *            before, damaged or lost: what is older than the newer of them is refused. */
#ifndef RESOLVE_TRUST_H
#define RESOLVE_TRUST_H

#include "resolve/fetch.h"
#include "resolve/floor.h"

struct role_file {
	struct arena mem;
	struct strbuf bytes;
	struct tuf_file file;
};

struct trust {
	struct role_file
		*roles[TUF_TYPE_COUNT]; /* root is always there; the others all, or none before the first refresh */
	struct floor_owner owner;       /* stored trust that began elsewhere does not count */
	struct floor floor;
};

struct trust_terms {
	struct fetcher fetch;
	struct mdr_limits limits; /* no zeros */
	struct slice app;
};

/* Begins with a configured root. */
enum mdr_code trust_begin(struct trust *t, const struct trust_terms *terms, struct slice root,
			  struct mdr_error *err) MUST_CHECK;
void trust_release(struct trust *t);
bool trust_complete(const struct trust *t);

/* *changed: something new is trusted, and the floor another one, with `now` as the time seen. */
enum mdr_code trust_refresh(struct trust *t, const struct trust_terms *terms, int64_t now, bool *changed,
			    struct mdr_error *err) MUST_CHECK;

#define TRUST_BLOB "trusted"
#define TRUST_MAX  (16u << 20) /* bytes of its blob */

/* The blob of the files; -1: memory. */
int trust_store(struct strbuf *out, const struct trust *t, struct digests *dg) MUST_CHECK;
/* Takes what the blob holds and what still counts under the configured root: all of it or nothing. A damaged blob, one of another app or
 * root is discarded; an error is MDR_MEMORY. */
enum mdr_code trust_load(struct trust *t, const struct trust_terms *terms, struct slice blob,
			 struct mdr_error *err) MUST_CHECK;
/* After loading: makes a floor where it is lost or behind the files; *changed then. -1: memory. */
int trust_mend_floor(struct trust *t, bool *changed, struct digests *dg) MUST_CHECK;
/* No trusted file is below the floor. */
bool trust_at_floor(const struct trust *t);

/* One file, decoded, with no more trust than that; used by trust.c and its storage. */
enum mdr_code role_file_new(struct role_file **out, const struct trust_terms *terms, enum tuf_type type,
			    struct slice bytes, const char *path, struct mdr_error *err) MUST_CHECK;
void role_file_free(struct role_file *f); /* NULL is fine */
/* The floor of verified files, all of them there. -1: memory. */
int role_files_floor(struct floor *out, struct role_file *const roles[TUF_TYPE_COUNT], const struct floor_owner *owner,
		     int64_t seen, struct digests *dg) MUST_CHECK;
bool role_file_counts(const struct role_file *f, const struct role_file *root,
		      struct slice app); /* signed, and of our app */

#endif
