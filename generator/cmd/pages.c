#include "cmd/pages.h"

#include "report/words.h"

/* A page that was made, and its QR code. */
static int add(struct payloads *payloads, const struct page_maker *m, struct slice path, struct slice html,
	       const char **why)
{
	struct slice qr;

	if (page_qr(&qr, m, path, why))
		return -1;
	return payloads_add(payloads, path, html) || payloads_add(payloads, page_qr_path(m, path), qr) ? -1 : 0;
}

static int add_all(struct pages *p, struct payloads *payloads, const char **why)
{
	struct slice html;

	for (size_t i = 0; i < p->list.n; i++) {
		struct page *page = &p->list.v[i];

		page->state = words_state(release_state(&page->upgrade->r));
		if (page_html(&html, &p->maker, page, why) || add(payloads, &p->maker, page->path, html, why))
			return -1;
	}
	if (!p->list.n)
		return 0;
	return pagelist_html(&html, &p->maker, &p->list, why) ||
			       add(payloads, &p->maker, SLICE(PAGELIST_PATH), html, why)
		       ? -1
		       : 0;
}

int pages_add(struct pages *out, struct payloads *payloads, const struct compiled *c, int64_t commit_time,
	      const struct page_maker *maker, struct diags *d)
{
	const char *why = NULL;

	*out = (struct pages){ .maker = *maker };
	if (!pagelist_collect(&out->list, maker, c, commit_time, &why) && !add_all(out, payloads, &why))
		return 0;
	return why ? diag_environment(d, maker->app->origin.path, "cannot make the download pages: %s", why) : -1;
}

/* --- where they are ------------------------------------------------------------------------------------------------------- */

void pages_text(struct strbuf *out, const struct pages *p)
{
	if (p->list.n)
		strbuf_addf(out, "%zu download page%s, list " SLICE_FMT, p->list.n, p->list.n == 1 ? "" : "s",
			    SLICE_ARG(page_url(&p->maker, SLICE(PAGELIST_PATH))));
}

static json_t *page_json(const struct pages *p, const struct page *page)
{
	struct slice version = page->upgrade->r.version_text, url = page_url(&p->maker, page->path);

	return json_pack("{s:s, s:s%, s:b, s:s, s:s%}", "platform", platform_name(page->upgrade->platform), "version",
			 version.p, version.n, "listed", page->listed, "state", page->state, "url", url.p, url.n);
}

json_t *pages_json(const struct pages *p)
{
	struct slice list = page_url(&p->maker, SLICE(PAGELIST_PATH));
	json_t *releases;

	if (!p->list.n)
		return json_null();
	releases = json_array();
	for (size_t i = 0; i < p->list.n; i++)
		json_array_append_new(releases, page_json(p, &p->list.v[i]));
	return json_pack("{s:s%, s:o}", "list", list.p, list.n, "releases", releases);
}
