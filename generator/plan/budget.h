/* plan/budget.h: the planner's constants. They belong to the recipe version: another number is another tree. */
#ifndef PLAN_BUDGET_H
#define PLAN_BUDGET_H

/* decisions */
#define INLINE_BYTES    2048                /* a manifest up to this size is left as it is */
#define MANIFESTS_BYTES ((uint64_t)4 << 20) /* of all manifests of an index together */
#define REQUEST_BYTES   1024                /* what one more request costs a device */
#define SEGMENT_BYTES   96                  /* what one more segment costs every device in its index */
#define GROUPS_MAX      32                  /* neighbouring classes of versions are tried in 32, 16 and 8 groups */
#define GROUPS_MIN      8
#define SHARD_BYTES     32768
#define SHARDS_MAX      64

/* work */
#define CLOSE_STEPS 256               /* steps per offer of a slot that comparing offers may take */
#define FOLD_WORK   ((size_t)1 << 22) /* 64-bit words that one attempt to fold one attribute may touch */

/* Estimated bytes of JSON. Texts of rules, payloads and keys count as they are, everything else by these fixed widths,
 * so that an edit of a percentage, a time, a prompt or an id never changes the shape of a tree. */
#define RULE_BYTES      40
#define VALUE_BYTES     3
#define BOUND_BYTES     24
#define CANDIDATE_BYTES 32
#define ANSWER_BYTES    88
#define SLOT_BYTES      8
#define PERCENT_BYTES   16
#define WINDOW_BYTES    64
#define RAMP_BYTES      20 /* each point */
#define FROM_BYTES      18 /* `until` too */
#define ABOVE_BYTES     18
#define DEV_BYTES       11
#define LIST_BYTES      12  /* each use */
#define FILTER_BYTES    260 /* each whitelist that a manifest describes */
#define PATTERNS_BYTES  44
#define H5_BYTES        640 /* an answer but for the texts of the definition */
#define MODULE_BYTES    280 /* each module of a quick fix */
#define ROLLBACK_BYTES  40  /* of the answer */
#define USE_BYTES       4   /* number of a rule */
#define TABLE_BYTES     96
#define TEXT_BYTES      6
#define CUT_BYTES       18
#define CELL_BYTES      3

#endif
