/* build/h5entry.h: an h5 release as mPaaS's h5_json.json describes it, and where its files lie in the tree.
 *
 * Bytes      schemas/FORMAT.md section 5, "H5". The same entry is the answer of a manifest (references relative to the tree's
 *            base) and a line of h5_json.json (absolute ones).
 * Needs      of the release what build/h5.h fills: size, SHA-256, global_pack_url. */
#ifndef BUILD_H5ENTRY_H
#define BUILD_H5ENTRY_H

#include <jansson.h>

#include "base/strbuf.h"
#include "model/model.h"

/* "h5/<h5Id>/<version>_<platforms>/": `all`, or the platforms that it names, sorted and joined by `-`. */
void h5_folder(struct strbuf *out, const struct h5_release *h);
/* "h5/<h5Id>/<version>_": what the folders of this version for any platforms begin with. */
void h5_versions_path(struct strbuf *out, const struct h5_release *h);
/* "h5/…/nebula/<h5Id>_<version>.amr", and "h5/…/nebula/fallback/". */
void h5_amr_path(struct strbuf *out, const struct h5_release *h);
void h5_fallback_path(struct strbuf *out, const struct h5_release *h);

/* A new object; `base` stands before every reference ("": they stay relative). NULL: memory. */
json_t *h5_entry(const struct app *app, const struct h5_release *h, struct slice base);
/* An array of entries, which it takes over, under the envelope of h5_json.json. NULL: memory, or `entries` is NULL. */
json_t *h5_json(json_t *entries);

#endif
