/* convert/h5resource.h: what MDS's OpenAPI says of an offline package (CreateMcubeNebulaResource) as a release.json of an h5 app.
 *
 * Versions   clientVersionMin and clientVersionMax name up to three versions, `iOS;Android;Harmony`, in this order; two parts are
 *            iOS and Android. A part that is empty: that platform is not meant.
 * Ownership  json_t results are new values. Errors: recorded with their place. */
#ifndef CONVERT_H5RESOURCE_H
#define CONVERT_H5RESOURCE_H

#include "convert/form.h"

#define H5_VERSION_FIRST "0.0.0.1" /* of an app's first package, as MDS's batch import has it */
#define H5_CLIENT_MIN    "0.0.0"
#define H5_MAIN_URL      "/www/index.html"

struct h5_resource {
	struct form form;
	struct slice id;
	struct slice name;    /* empty: not said */
	struct slice version; /* empty: not said */
	bool global;          /* resourceType, as far as it is said */
	bool has_type;
	json_t *release; /* release.json without "version" */
};

/* What is said of a package about which nothing is said: every platform, any version of the app, /www/index.html. */
json_t *h5_resource_default(bool global);

/* Reads one object. On false there is nothing to release. `global`: where it does not say so. */
bool h5_resource_read(struct h5_resource *out, const struct form_source *s, json_t *json, struct slice pointer,
		      const struct app *app, bool global);
void h5_resource_release(struct h5_resource *r);

/* `ios;android[;harmony]`: an empty part leaves its slice empty. False: the text is neither two nor three parts. */
bool client_versions_split(struct slice out[PLATFORM_COUNT], struct slice text);

/* The version behind `last`, which is the highest: its last part plus one; four parts at least. */
struct slice h5_version_after(struct arena *a, struct slice last);

#endif
