/* build/icon.h: the icon of an enterprise release, which iOS shows while it installs.
 *
 * Checked    a whole PNG image (inspect/png.h), square, ICON_SIDE_MIN to ICON_SIDE_MAX pixels, at most ICON_MAX bytes; else an error at
 *            the definition's `icon`.
 * Object     icon.png; its bytes stay in the arena until the tree is written. */
#ifndef BUILD_ICON_H
#define BUILD_ICON_H

#include "base/digest.h"
#include "base/filetree.h"
#include "model/model.h"

#define ICON_NAME     "icon.png"
#define ICON_MAX      ((uint64_t)1 << 20)
#define ICON_SIDE_MIN 57u /* the display-image of Apple's install manifests */
#define ICON_SIDE_MAX 1024u

/* Fills icon_bytes and icon_sha256 of a release that has an icon. */
void icon_read(struct upgrade *u, const struct filetree *tree, struct digests *digests, struct arena *a,
	       struct diags *d);

#endif
