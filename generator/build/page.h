/* build/page.h: the download page of a released upgrade.
 *
 * Purpose    where to get a version, for people: a static HTML page (templates/pages/release.html), beside it its own address as a
 *            QR code (.svg). It links to the package, to the store, or to what installs an enterprise build (build/itms.h), always
 *            below app->bases[0]. With downloadVerification link and checksums are sealed (base/seal.h): a package's address
 *            follows from its checksum.
 * Names      pages/<platform>/<version>.html where the release is out for everybody; else pages/<platform>/<32 hex>.html, which
 *            cannot be guessed by who does not know what is released, and which nothing refers to. schemas/FORMAT.md "Pages".
 * Mutable    the same name may have other bytes in the next build. No clock, no secret: pages follow from the definitions.
 * Needs      hashes of packages (build/package.h).
 * Ownership  texts and bytes live in the maker's arena.
 * Errors     -1 and a reason in *why: memory, libcrypto, an address that no QR code holds, or a fault of a template. */
#ifndef BUILD_PAGE_H
#define BUILD_PAGE_H

#include "base/arena.h"
#include "build/template.h"
#include "model/model.h"

#define PAGE_FOLDER "pages/"

struct page_maker {
	const struct app *app;
	struct digests *digests;
	struct arena *a;
};

struct page {
	const struct upgrade *upgrade;
	bool listed;       /* it is out for everybody */
	int64_t published; /* since when */
	const char *state; /* in a word for people */
	struct slice path; /* of the HTML file, relative to <appCode>/ */
};

/* "pages/android/5.0.0.html" */
int page_path(struct slice *out, const struct page_maker *m, const struct upgrade *u, bool listed,
	      const char **why) MUST_CHECK;
/* "pages/android/5.0.0.svg" */
struct slice page_qr_path(const struct page_maker *m, struct slice path);

int page_html(struct slice *out, const struct page_maker *m, const struct page *p, const char **why) MUST_CHECK;
/* The QR code of the page at this path. */
int page_qr(struct slice *out, const struct page_maker *m, struct slice path, const char **why) MUST_CHECK;

/* --- what pages share ----------------------------------------------------------------------------------------------------- */

/* A template filled with these fields. */
int page_fill(struct slice *out, const struct page_maker *m, const char *file, struct template_fields fields,
	      const char **why) MUST_CHECK;
struct slice page_url(const struct page_maker *m, struct slice path); /* absolute */
struct slice page_file(struct slice path);                            /* what follows the last `/` */
struct slice page_app(const struct app *app);                         /* its name, else its appId */
const char *page_platform(enum platform p);                           /* "Android", "iOS", "HarmonyOS" */
struct slice page_size(struct arena *a, const struct upgrade *u);     /* "3.1 MB"; empty: a store keeps it */
struct slice page_time(struct arena *a, int64_t t);                   /* "2026-11-20T08:00:00Z" */
struct slice page_date(struct arena *a, int64_t t);                   /* "2026-11-20" */

#endif
