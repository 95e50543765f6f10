/* resolve/download.h: packages: loaded in parts, by deltas where one fits, from several addresses, named when they are whole.
 *
 * Names      `package-<sha256>` when whole, `part-<sha256>` before; a delta is a part of its own (of the delta's hash), and is removed when it
 *            was applied or refused.
 * Order      hash, commit (which makes it last), only then may a record name it. A record that names a package has its name as the
 *            whole of a text value, at any depth: that keeps it (and the part that becomes it) from mdr_clean().
 * Faults     fewer bytes than asked for, other bytes, a page in place of the file, a range that is not the one asked for: see part.h. A
 *            failure of storage ends the call with MDR_STORAGE; the part stays.
 * Memory     a buffer of 64 KiB; a delta needs what its head says, within limits.apply, and its own bytes. */
#ifndef RESOLVE_DOWNLOAD_H
#define RESOLVE_DOWNLOAD_H

#include <jansson.h>

#include "resolve/part.h"

#define PACKAGES "packages" /* the record that has every hash of a part or package that may be in storage: "hashes" */

/* What is to be loaded. */
struct wanted {
	struct slice url; /* as the answer has it */
	uint64_t size;
	uint8_t sha256[SHA256_SIZE];
	const json_t *deltas;  /* the answer's; NULL: none */
	bool archive;          /* h5: the result of a delta is another file than the package, with the same content */
	const char *installed; /* h5: name in storage of a package that deltas may start from; NULL: none */
	const char *installed_version;  /* of it: only deltas from it are tried with it; NULL: all */
	struct slice bases[PART_BASES]; /* of the tree: the url's first base is exchanged for the others in turn */
	size_t nbases;
	const char *attempt; /* for messages: "upgrade 8.0.10" */
};

/* Fills `url`, `size`, `sha256`, `deltas` from an answer's members and `bases` from the index of this kind; false: they are not all there, or not
 * well-formed. Borrows the JSON, and the index until the next answer. */
bool wanted_read(struct wanted *out, const struct mdr_client *c, enum platform platform, enum kind kind,
		 const json_t *answer, const char *url_key, const char *size_key);

/* The same of any file that an answer describes with `sha256`. Borrows the JSON. */
bool wanted_file(struct slice *url, uint64_t *size, uint8_t sha256[SHA256_SIZE], const json_t *file,
		 const char *url_key, const char *size_key);

/* `how` NULL: zeros. download() copies the bases first, so that answers may be asked for from the progress callback. */
enum mdr_code download(struct mdr_got *got, struct mdr_client *c, const struct wanted *w,
		       const struct mdr_download *how, struct mdr_error *err) MUST_CHECK;
/* The name that a package has in storage when it is whole; whether it is there with that size. */
void download_name(char out[MDR_NAME], const uint8_t sha256[SHA256_SIZE]);
bool download_is_name(const char *name); /* any package's: of what a record says, this alone may be asked of storage */
enum mdr_code download_there(bool *there, const struct mdr_client *c, const char *name, uint64_t size,
			     struct mdr_error *err) MUST_CHECK;

/* Says in the record "packages" that a part or package of this hash may be there from now on. */
enum mdr_code packages_note(const struct mdr_client *c, const uint8_t sha256[SHA256_SIZE],
			    struct mdr_error *err) MUST_CHECK;

/* Removes a package, unless some service's record names it. Where this fails, mdr_clean() tries again. */
void packages_drop(const struct mdr_client *c, const char *name);

/* The package (loaded or made) by one of its deltas: got->by_delta. MDR_OK without it: got->why_full says why, load the package itself. Other
 * codes end the download. */
enum mdr_code delta_download(struct mdr_got *got, const struct mdr_client *c, const struct wanted *w,
			     const struct mdr_download *how, struct mdr_error *err) MUST_CHECK;
/* The package came whole: removes what is there of its deltas. */
void delta_forget(const struct mdr_client *c, const struct wanted *w);

#endif
