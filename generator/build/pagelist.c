#include "build/pagelist.h"

/* --- what has a page ------------------------------------------------------------------------------------------------------ */

static bool lists(const struct task *t, int64_t commit_time)
{
	return t->type == TASK_OFFICIAL && !t->dev && t->published_at <= commit_time;
}

/* Since when: the earliest of the tasks that list the page; where none does, of all. */
static struct page make_page(const struct upgrade *u, int64_t commit_time)
{
	struct page p = { .upgrade = u, .published = INT64_MAX };

	for (size_t i = 0; i < u->r.ntasks; i++) {
		const struct task *t = &u->r.tasks[i];
		bool listing = lists(t, commit_time);

		if (t->status != STATUS_RELEASING || listing < p.listed)
			continue;
		if (listing > p.listed || t->published_at < p.published)
			p.published = t->published_at;
		p.listed = listing;
	}
	return p;
}

/* Offers of a release stand together. */
static void collect(struct pagelist *out, struct arena *a, size_t *cap, const struct offers *offers,
		    int64_t commit_time)
{
	for (size_t i = 0; i < offers->n; i++) {
		const struct offer *o = &offers->v[i];

		if (o->fate != OFFER_LIVE || (o->has_until && o->until <= commit_time))
			continue;
		if (!out->n || &out->v[out->n - 1].upgrade->r != o->release)
			ARENA_PUSH(a, out->v, out->n, *cap, make_page(upgrade_of(o->release), commit_time));
	}
}

int pagelist_collect(struct pagelist *out, const struct page_maker *m, const struct compiled *c, int64_t commit_time,
		     const char **why)
{
	size_t cap = 0;

	*out = (struct pagelist){ NULL, 0 };
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].plan.kind == KIND_UPGRADE)
			collect(out, m->a, &cap, &c->v[i].plan.offers, commit_time);
	}
	for (size_t i = 0; i < out->n; i++) {
		if (page_path(&out->v[i].path, m, out->v[i].upgrade, out->v[i].listed, why))
			return -1;
	}
	return 0;
}

/* --- the list ------------------------------------------------------------------------------------------------------------- */

static struct template_fields release_row(const struct page_maker *m, const struct page *p)
{
	const struct template_field fields[] = {
		{ .name = "page", .text = slice_from(p->path, sizeof(PAGE_FOLDER) - 1) },
		{ .name = "version", .text = p->upgrade->r.version_text },
		{ .name = "state", .text = slice_of(p->state) },
		{ .name = "datetime", .text = page_time(m->a, p->published) },
		{ .name = "date", .text = page_date(m->a, p->published) },
		{ .name = "size", .text = page_size(m->a, p->upgrade) },
	};
	struct template_field *v = ARENA_ARRAY(m->a, struct template_field, COUNT(fields));

	for (size_t i = 0; i < COUNT(fields); i++)
		v[i] = fields[i];
	return (struct template_fields){ v, COUNT(fields) };
}

/* The listed releases of one platform. */
static size_t release_rows(struct template_fields **out, const struct page_maker *m, const struct pagelist *l,
			   enum platform platform)
{
	size_t n = 0;

	*out = ARENA_ARRAY(m->a, struct template_fields, l->n);
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].listed && l->v[i].upgrade->platform == platform)
			(*out)[n++] = release_row(m, &l->v[i]);
	}
	return n;
}

int pagelist_html(struct slice *out, const struct page_maker *m, const struct pagelist *l, const char **why)
{
	struct template_field platform_fields[PLATFORM_COUNT][2];
	struct template_fields platforms[PLATFORM_COUNT], *rows;
	size_t n = 0;

	for (unsigned p = 0; p < PLATFORM_COUNT; p++) {
		size_t nrows = release_rows(&rows, m, l, (enum platform)p);

		if (!nrows)
			continue;
		platform_fields[n][0] = (struct template_field){ .name = "platform",
								 .text = slice_of(page_platform((enum platform)p)) };
		platform_fields[n][1] = (struct template_field){ .name = "releases", .rows = rows, .nrows = nrows };
		platforms[n] = (struct template_fields){ platform_fields[n], 2 };
		n++;
	}
	const struct template_field fields[] = {
		{ .name = "app", .text = page_app(m->app) },
		{ .name = "none", .text = n ? SLICE("") : SLICE("yes") },
		{ .name = "platforms", .rows = platforms, .nrows = n },
		{ .name = "qr", .text = page_file(page_qr_path(m, SLICE(PAGELIST_PATH))) },
	};
	return page_fill(out, m, "list.html", (struct template_fields){ fields, COUNT(fields) }, why);
}
