/* build/h5content.h: what is inside of an h5 package, before it is packed.
 *
 * Sources    package.zip: as it is; where the h5Id is its only top folder (as mPaaS wants it), without that folder.
 *            www/ becomes www/; files/ of a global package becomes <globalHost>/<appId>_<workspaceId>/.
 *            An hpmfile.json is added unless there is one.
 * Checked    paths have at most 100 bytes; the page that mainUrl names is there; a global package has its files in the folder
 *            above and nowhere else, and paths that stay as they are in a URL; a normal one has nothing there.
 * Errors     -1 and errors in `d`: at package.zip, at the file of the folder, or at the definition's mainUrl. */
#ifndef BUILD_H5CONTENT_H
#define BUILD_H5CONTENT_H

#include "model/model.h"
#include "pack/fileset.h"

#define H5_HPMFILE "hpmfile.json" /* clients expect it and look at nothing in it; no page refers to it */

/* Fills an empty set, which is the caller's to release. */
int h5_content(struct fileset *out, const struct app *app, const struct h5_release *h, const struct filetree *tree,
	       struct diags *d) MUST_CHECK;

/* The first file of a global package, sorted by path; NULL: there is none. */
const struct fileset_file *h5_global_first(const struct fileset *files);

/* The file of the repository that holds the package; of a folder, the release.json: for messages. */
struct srcpos h5_content_pos(const struct h5_release *h, const struct filetree *tree);

#endif
