/* build/pagelist.h: which upgrades have a page (build/page.h), and the list of those that are out for everybody.
 *
 * Set        the releases that a live offer refers to: those whose packages are in the tree. A pending, paused or ended release has
 *            no page, and neither has one that a newer one replaces for everybody, or a TestFlight build that has expired.
 * Listed     an official task of the channel prod is releasing, and published at the commit's time.
 * List       pages/index.html, where there is any page. It names the listed ones alone. */
#ifndef BUILD_PAGELIST_H
#define BUILD_PAGELIST_H

#include "build/compile.h"
#include "build/page.h"

#define PAGELIST_PATH PAGE_FOLDER "index.html"

struct pagelist {
	struct page *v; /* by platform, the newest version first; `state` is the caller's to fill */
	size_t n;
};

int pagelist_collect(struct pagelist *out, const struct page_maker *m, const struct compiled *c, int64_t commit_time,
		     const char **why) MUST_CHECK;
int pagelist_html(struct slice *out, const struct page_maker *m, const struct pagelist *l, const char **why) MUST_CHECK;

#endif
