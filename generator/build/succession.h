/* build/succession.h: what the packages of one app must be to each other.
 *
 * Purpose    a phone takes an update only where its versionCode is not lower and its signer is the installed app's, or proves to
 *            follow it; a client takes a hotpatch only where one of its certificates is the app's. Each is a fact of two packages.
 * Rules      upgrades of Android, ascending: each is held against the nearest lower release that has the fact, whatever that one's
 *            tasks are, as phones may have it. A lower versionCode is an error. An equal one is a warning (a phone installs it), and
 *            so is another signer: what phones have may come from a store that signs anew. A hotpatch is held against the upgrade
 *            of its product version, else the highest that has a certificate; another signer is an error.
 *            A release that can no longer reach anybody (all its tasks are ended) is not held against anything.
 * Needs      what packages say of themselves (struct package_facts); those kept elsewhere say nothing and are passed over.
 * Errors     at the file's name in the definition of the later release, or of the hotpatch. */
#ifndef BUILD_SUCCESSION_H
#define BUILD_SUCCESSION_H

#include "model/model.h"

void succession_check(const struct app *app, struct diags *d);

#endif
