/* resolve/h5package.h: whether a package that was loaded may be installed.
 *
 * Checked    what format/amr.h does; its three files in their order; uid and version in Manifest.xml are the answer's; the signatures in
 *            CERT.json where the app gives a key; at least one file; the one that main_url names.
 * Memory     the whole package, within limits.apply: an archive is judged as a whole. Reading it later does not need that (h5read.c). */
#ifndef RESOLVE_H5PACKAGE_H
#define RESOLVE_H5PACKAGE_H

#include "format/amr.h"
#include "resolve/client.h"

struct h5_terms {
	const char *id, *version;
	const char *main_url; /* NULL: none */
	const char *key;      /* public, PEM; NULL: signatures are not looked at */
};

/* Whether `bytes` are a package that fits; *tar says where its files lie. `why` is constant or lives in `a`. */
int h5_package_check(struct zip_entry *tar, struct arena *a, struct slice bytes, const struct h5_terms *terms,
		     const char **why) MUST_CHECK;

/* The same of a file in storage. MDR_REFUSED: the package is bad. */
enum mdr_code h5_package_verify(struct zip_entry *tar, const struct mdr_client *c, const char *name, uint64_t size,
				const struct h5_terms *terms, struct mdr_error *err) MUST_CHECK;
/* Whether a package of `size` bytes is within limits.apply. */
enum mdr_code h5_package_fits(const struct mdr_client *c, uint64_t size, struct mdr_error *err) MUST_CHECK;

/* Whether the file still has the SHA-256 that is in its name. */
enum mdr_code h5_package_whole(bool *whole, const struct mdr_client *c, const char *name, uint64_t size,
			       struct mdr_error *err) MUST_CHECK;

/* Where `url`, a main_url or what a page asks for, lies in a package: without the `/` in front. */
struct slice h5_path_of(const char *url);

#endif
