#include "base/kinds.h"

static const char *const platforms[] = {
	[PLATFORM_ANDROID] = "android",
	[PLATFORM_IOS] = "ios",
	[PLATFORM_HARMONY] = "harmony",
};
static const char *const kinds[] = {
	[KIND_UPGRADE] = "upgrade",   [KIND_HOTPATCH] = "hotpatch", [KIND_H5] = "h5",
	[KIND_QUICKFIX] = "quickfix", [KIND_SWITCH] = "switch",
};
static const char *const attr_types[] = {
	[ATTR_TEXT] = "text",
	[ATTR_FOLD] = "fold",
	[ATTR_VERSION] = "version",
	[ATTR_EXACT] = "exact",
};
static const char *const id_types[] = {
	[ID_USER] = "userId",
	[ID_DEVICE] = "deviceId",
};
static const char *const rule_ops[] = {
	[RULE_CONTAINS] = "contains",
	[RULE_EXCLUDES] = "excludes",
	[RULE_IN] = "in",
	[RULE_OUT] = "out",
};

/* The position of `s` among the names, or n. */
static unsigned position(struct slice s, const char *const *names, unsigned n)
{
	unsigned i = 0;

	while (i < n && !slice_eqs(s, names[i]))
		i++;
	return i;
}

const char *platform_name(enum platform p)
{
	return platforms[p];
}

const char *kind_name(enum kind k)
{
	return kinds[k];
}

const char *attr_type_name(enum attr_type t)
{
	return attr_types[t];
}

const char *id_type_name(enum id_type t)
{
	return id_types[t];
}

const char *rule_op_name(enum rule_op op)
{
	return rule_ops[op];
}

bool platform_parse(enum platform *out, struct slice s)
{
	unsigned i = position(s, platforms, COUNT(platforms));

	if (i == COUNT(platforms))
		return false;
	*out = (enum platform)i;
	return true;
}

bool kind_parse(enum kind *out, struct slice s)
{
	unsigned i = position(s, kinds, COUNT(kinds));

	if (i == COUNT(kinds))
		return false;
	*out = (enum kind)i;
	return true;
}

bool attr_type_parse(enum attr_type *out, struct slice s)
{
	unsigned i = position(s, attr_types, COUNT(attr_types));

	if (i == COUNT(attr_types))
		return false;
	*out = (enum attr_type)i;
	return true;
}

bool id_type_parse(enum id_type *out, struct slice s)
{
	unsigned i = position(s, id_types, COUNT(id_types));

	if (i == COUNT(id_types))
		return false;
	*out = (enum id_type)i;
	return true;
}

bool rule_op_parse(enum rule_op *out, struct slice s)
{
	unsigned i = position(s, rule_ops, COUNT(rule_ops));

	if (i == COUNT(rule_ops))
		return false;
	*out = (enum rule_op)i;
	return true;
}

bool kind_is_single(enum kind k)
{
	return k == KIND_UPGRADE || k == KIND_HOTPATCH;
}
