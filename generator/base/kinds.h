/* base/kinds.h: the closed sets of words that every layer shares: platforms, kinds, attribute types, id types. */
#ifndef BASE_KINDS_H
#define BASE_KINDS_H

#include "base/slice.h"

enum platform { PLATFORM_ANDROID, PLATFORM_IOS, PLATFORM_HARMONY, PLATFORM_COUNT };
enum kind { KIND_UPGRADE, KIND_HOTPATCH, KIND_H5, KIND_QUICKFIX, KIND_SWITCH, KIND_COUNT };

/* How values of an attribute are compared. FOLD: without regard to ASCII case. EXACT: byte for byte, white space too. */
enum attr_type { ATTR_TEXT, ATTR_FOLD, ATTR_VERSION, ATTR_EXACT };

enum id_type { ID_USER, ID_DEVICE };

enum rule_op { RULE_CONTAINS, RULE_EXCLUDES, RULE_IN, RULE_OUT };

/* Names as they stand in definitions, paths and answers ("android", "upgrade", "contains", …). */
const char *platform_name(enum platform p);
const char *kind_name(enum kind k);           /* "upgrade" "hotpatch" "h5" "quickfix" "switch" */
const char *attr_type_name(enum attr_type t); /* "text" "fold" "version" "exact" */
const char *id_type_name(enum id_type t);     /* "userId" "deviceId" */
const char *rule_op_name(enum rule_op op);
bool platform_parse(enum platform *out, struct slice s);
bool kind_parse(enum kind *out, struct slice s);
bool attr_type_parse(enum attr_type *out, struct slice s);
bool id_type_parse(enum id_type *out, struct slice s);
bool rule_op_parse(enum rule_op *out, struct slice s);

/* Kinds in which a device asks one question (upgrade, hotpatch): one slot, answers apart, attributes folded. */
bool kind_is_single(enum kind k);

#endif
