/* publish/place.h: where a file of a destination is, for messages: "s3://bucket/prefix/DEMO01-default/build.json". */
#ifndef PUBLISH_PLACE_H
#define PUBLISH_PLACE_H

#include "publish/dest.h"

const char *dest_place(struct arena *a, const struct dest *t, const char *key);

#endif
