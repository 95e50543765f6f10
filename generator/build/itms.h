/* build/itms.h: how iOS installs an app that no store keeps: a link to a manifest.plist, which names the package.
 *
 * Bytes      an XML property list as Apple's deployment guide has it: one item with an asset of kind software-package, where the
 *            release has an icon the same image as display-image and full-size-image, and its metadata bundle-identifier,
 *            bundle-version, kind `software` and title (the app's name, else its appId). The device asks for an absolute https
 *            URL, so package, icon and manifest are addressed below app->bases[0], never a mirror.
 * Object     manifest.plist, content-addressed like every other object.
 * Needs      SHA-256 of the package and a bundle id: build/package.h fills in both where the package lies in the repository, and
 *            the definitions ask for both where it is kept elsewhere. */
#ifndef BUILD_ITMS_H
#define BUILD_ITMS_H

#include "base/digest.h"
#include "base/strbuf.h"
#include "model/model.h"

#define ITMS_NAME "manifest.plist"

/* Appends the property list of an enterprise release. A failed append sticks in `out`. */
void itms_manifest(struct strbuf *out, const struct app *app, const struct upgrade *u);

/* Appends the link to the manifest that has this hash: itms-services://?action=download-manifest&url=… */
void itms_link(struct strbuf *out, const struct app *app, const uint8_t hash[SHA256_SIZE]);

#endif
