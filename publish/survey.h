/* publish/survey.h: what stands at a destination below <appCode>/, as far as a tree wants to know.
 *
 * Order      prune.json first, then the listing: what the listing shows can only go by a deletion that begins later, of what prune.json
 *            names already (publish/condemned.h).
 * Listing    one prefix, "<appCode>/"; from SURVEY_SPLIT files on the parts of targets/ and the other folders side by side, so that
 *            thousands of pages do not wait for each other. The prefixes cover every file of the tree.
 * Errors     a prune.json that cannot be read: of the environment. */
#ifndef PUBLISH_SURVEY_H
#define PUBLISH_SURVEY_H

#include "publish/condemned.h"
#include "publish/dest.h"
#include "publish/tree.h"

#define SURVEY_SPLIT 4000

struct survey {
	struct dest_listing listing;
	struct condemned condemned;
};
#define SURVEY_INIT                                                                                                    \
	{                                                                                                              \
		.listing = DEST_LISTING_INIT                                                                           \
	}

int survey_take(struct survey *out, struct arena *a, struct dest *t, const struct app_tree *tree,
		struct diags *d) MUST_CHECK;
void survey_release(struct survey *s);

/* prune.json as it is now; empty where there is none. */
int survey_condemned(struct condemned *out, struct arena *a, struct dest *t, struct slice app,
		     struct diags *d) MUST_CHECK;
/* The same, and which bytes they were, for who is to write over them. */
int survey_condemned_version(struct condemned *out, struct dest_version *version, struct arena *a, struct dest *t,
			     struct slice app, struct diags *d) MUST_CHECK;

/* The prefixes of a listing; they do not overlap, and every file of the tree begins with one of them. */
size_t survey_prefixes(const char *const **out, struct arena *a, const struct app_tree *tree);

#endif
