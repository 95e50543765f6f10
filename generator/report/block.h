/* report/block.h: one candidate as a block of lines (schemas/RENDER.md): headline, conditions, what a device gets.
 *
 * Appends to `out`; a failed append sticks there. */
#ifndef REPORT_BLOCK_H
#define REPORT_BLOCK_H

#include "base/filetree.h"
#include "base/strbuf.h"
#include "plan/offer.h"

struct block {
	const struct offer *offer;      /* on one of the platforms; its rules are taken from the definitions */
	bool platforms[PLATFORM_COUNT]; /* where it may win */
};

void block_headline(struct strbuf *out, const struct block *b);
void block_conditions(struct strbuf *out, const struct block *b);
/* -1: the size of a file cannot be had. */
int block_gives(struct strbuf *out, const struct block *b, const struct filetree *tree, struct arena *scratch,
		struct diags *d) MUST_CHECK;

#endif
