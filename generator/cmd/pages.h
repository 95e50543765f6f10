/* cmd/pages.h: the download pages of an app, from its plans into its tree.
 *
 * Order      pages_add() once the app is compiled; the reports any time after it.
 * Ownership  everything lives in the arena, as payloads_add() wants it. */
#ifndef CMD_PAGES_H
#define CMD_PAGES_H

#include <jansson.h>

#include "build/pagelist.h"
#include "cmd/payloads.h"

struct pages {
	struct page_maker maker;
	struct pagelist list; /* empty: the app has no page, and no list either */
};

/* Adds each page with its QR code, and the list. */
int pages_add(struct pages *out, struct payloads *payloads, const struct compiled *c, int64_t commit_time,
	      const struct page_maker *maker, struct diags *d) MUST_CHECK;

void pages_text(struct strbuf *out, const struct pages *p); /* one line; nothing where there is no page */
json_t *pages_json(const struct pages *p);                  /* new: the addresses of all; null where there is no page */

#endif
