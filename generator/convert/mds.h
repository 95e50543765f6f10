/* convert/mds.h: the numbers that mPaaS Mobile Delivery Service (MDS) uses in its OpenAPI, and the words that stand for them here.
 *
 * Source     the request and answer tables of MDS's OpenAPI as its vendor documents them, and the client SDK's header for the
 *            ways to upgrade (202, 204, 206). What has no counterpart is no code: whoever reads a number refuses what is not here.
 * Percentage MDS's documents name whitelist (1) and time window (2) alone; 3 with a `percent` is what we read and write.
 * Pure. */
#ifndef CONVERT_MDS_H
#define CONVERT_MDS_H

#include "base/kinds.h"
#include "model/model.h"

enum mds_publish_type { PUBLISH_GRAY = 2, PUBLISH_OFFICIAL = 3, PUBLISH_ROLLBACK = 4 };
enum mds_publish_mode { PUBLISH_MODE_NONE = 0, PUBLISH_WHITELIST = 1, PUBLISH_WINDOW = 2, PUBLISH_PERCENTAGE = 3 };

#define MDS_ZONE "+08:00" /* in which MDS writes its times, `2019-04-24 17:43:54` */

/* Of a gray task its mode; PUBLISH_MODE_NONE of any other. */
enum mds_publish_mode mds_publish_mode(enum task_type t);
enum mds_publish_type mds_publish_type(enum task_type t);

/* taskStatus: 0 to be released, 1 releasing, 2 ended, 3 paused. */
int mds_status(enum task_status s);
bool mds_status_parse(enum task_status *out, int64_t code);
const char *task_status_name(enum task_status s); /* as in definitions */

/* operation: 1 contains, 2 excludes, 3 in, 4 out; and the words of rules that MDS answers with (`vLimitIn`). */
int mds_operation(enum rule_op op);
bool mds_operation_parse(enum rule_op *out, int64_t code);
const char *mds_operator(enum rule_op op);
bool mds_operator_parse(enum rule_op *out, struct slice word);

/* Android, iOS, Harmony: read without regard to case, HarmonyOS too. */
const char *mds_platform(enum platform p);
bool mds_platform_parse(enum platform *out, struct slice word);

const char *upgrade_mode_name(enum upgrade_mode m); /* once, multiple, forced */
bool upgrade_mode_parse(enum upgrade_mode *out, struct slice word);

/* A time as MDS writes it, or an RFC 3339 instant. `zone` is an offset in RFC 3339's form, good for mds_zone_ok(). */
bool mds_zone_ok(struct slice zone);
bool mds_time_parse(int64_t *out, struct slice text, struct slice zone);
#define MDS_TIME_TEXT 20 /* bytes of `2019-04-24 17:43:54` with its NUL */
void mds_time_format(char out[MDS_TIME_TEXT], int64_t t, struct slice zone);

#endif
