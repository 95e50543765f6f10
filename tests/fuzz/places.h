/* What holds for everything that is said of a definition: it has a place in the text, and is one line of UTF-8. */
#ifndef FUZZ_PLACES_H
#define FUZZ_PLACES_H

#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "require.h"

/* `path`: of all of them, or NULL; `least`: 1, or 0 where the whole file may be the place. */
static inline void check_places(const struct diags *d, const char *path, struct slice text, uint32_t least)
{
	uint32_t lines = 1;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	for (size_t i = 0; i < d->n; i++) {
		const struct diag *e = &d->v[i];

		REQUIRE(!path || (e->at.path && strcmp(e->at.path, path) == 0));
		REQUIRE(e->at.line >= least && e->at.line <= lines && (e->at.line == 0 || e->at.col >= 1));
		REQUIRE(*e->text && text_is_utf8(slice_of(e->text)));
	}
}

#endif
