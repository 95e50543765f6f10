/* defs/element.h: the attributes that rules may name without a file under resources/. */
#ifndef DEFS_ELEMENT_H
#define DEFS_ELEMENT_H

#include "base/kinds.h"

#define BUILTIN_ELEMENTS 10

struct builtin_element {
	const char *name;
	enum attr_type type;
};

/* By name. An element that resources/ declares and that is not among these is ATTR_TEXT. */
extern const struct builtin_element builtin_elements[BUILTIN_ELEMENTS];

#endif
