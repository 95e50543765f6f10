/* defs/h5.h: apps/<dir>/h5/<h5Id>/app.json and h5/<h5Id>/<h5Version>/release.json.
 *
 * Package    exactly one of package.zip, www/ (a normal app) and files/ (a global one) lies in the release's folder.
 *            It is noted in the scope as named, also where it is the wrong one, so that it is complained of once.
 *            What is inside a folder is checked here (paths, the page that mainUrl names); a zip is not opened:
 *            build/ does.
 * extendInfo handed on as JSON in the form of FORMAT.md section 1, which knows whole numbers only.
 * Ownership  everything lives in the scope's arena; origin.text must live as long as the model. */
#ifndef DEFS_H5_H
#define DEFS_H5_H

#include "defs/scope.h"

/* Reads an app.json; `id` is the folder's name (its form is checked here). 0: append it even where errors were
 * recorded: releases need to know it. -1: it is not known whether the app is global. */
int h5_app_read(struct h5_app *out, struct defs_scope *s, struct origin origin, struct slice id) MUST_CHECK;

/* Reads a release. `rel` is the file's path relative to REPO, which ends in `h5/<h5Id>/<h5Version>/release.json`.
 * `app` is kept; NULL: there is none, or it could not be read (whoever found out has reported it). 0: the version is
 * known: append it, h5_finish() wants to see all. -1: not even that. */
int h5_read(struct h5_release *out, struct defs_scope *s, struct origin origin, struct slice rel,
	    const struct h5_app *app) MUST_CHECK;

/* After all: sorts app->h5_apps by id and app->h5 by slot and version, and reports equal versions. Releases keep
 *            pointing to
 * their apps, wherever these are now. */
void h5_finish(struct app *app, struct defs_scope *s);

#endif
