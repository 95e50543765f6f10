/* defs/element.c: the attributes that every app has. */
#include "defs/element.h"

const struct builtin_element builtin_elements[BUILTIN_ELEMENTS] = {
	{ "abi", ATTR_FOLD },         { "appVersion", ATTR_VERSION }, { "city", ATTR_TEXT },
	{ "deviceType", ATTR_FOLD },  { "isp", ATTR_FOLD },           { "language", ATTR_FOLD },
	{ "mobileModel", ATTR_FOLD }, { "netType", ATTR_FOLD },       { "osVersion", ATTR_VERSION },
	{ "vmType", ATTR_FOLD },
};
