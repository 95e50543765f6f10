/* publish/xmltree.h: XML as a tree of the few elements that somebody wants.
 *
 * Wanted     by name, from the caller's list; what is in an unwanted element is skipped with it, and namespaces and attributes are
 *            ignored. A wanted element without wanted ones in it has a text, outer blanks and all.
 * Input      outside bytes, at most XMLTREE_MAX. No document type, so no entities but XML's own five; XMLTREE_DEPTH elements in each other;
 *            a text of at most XMLTREE_TEXT bytes. Blanks in front of the XML declaration are skipped, against the
 *            standard: servers send them to keep a connection while they work.
 * Ownership  nodes and texts live in the arena. Numbers of nodes: 0 is the root; XMLTREE_NONE. */
#ifndef PUBLISH_XMLTREE_H
#define PUBLISH_XMLTREE_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"

#define XMLTREE_MAX   ((size_t)64 << 20)
#define XMLTREE_DEPTH 16
#define XMLTREE_TEXT  ((size_t)65536)
#define XMLTREE_NONE  UINT32_MAX

struct xmlnode {
	uint32_t name;        /* its place in the list */
	uint32_t next;        /* sibling */
	uint32_t first, last; /* children */
	struct slice text;
};

struct xmltree {
	struct xmlnode *v; /* in the order of the file */
	size_t n, cap;
};

/* -1: *why, constant or in the arena. A root element that is not wanted is one of the reasons. */
int xmltree_read(struct xmltree *out, struct arena *a, struct slice bytes, const char *const *wanted, size_t nwanted,
		 const char **why) MUST_CHECK;

/* The first child of that name, or XMLTREE_NONE. */
uint32_t xmltree_child(const struct xmltree *t, uint32_t node, uint32_t name);
/* Its text; empty where there is none. */
struct slice xmltree_text(const struct xmltree *t, uint32_t node, uint32_t name);
size_t xmltree_count(const struct xmltree *t, uint32_t node, uint32_t name);

#endif
