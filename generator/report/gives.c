/* What a device gets from a candidate. */
#include <inttypes.h>

#include "report/block.h"
#include "report/literal.h"
#include "report/words.h"

struct giving {
	struct strbuf *out;
	const struct filetree *tree;
	struct arena *scratch;
	struct diags *d;
};

static void field(struct giving *g, const char *name)
{
	strbuf_addf(g->out, "        %s ", name);
}

static void text_field(struct giving *g, const char *name, struct slice text)
{
	if (!text.n)
		return;
	field(g, name);
	literal_add(g->out, text);
	strbuf_addch(g->out, '\n');
}

static void word_field(struct giving *g, const char *name, const char *word)
{
	text_field(g, name, slice_of(word));
}

/* --- files ---------------------------------------------------------------------------------------------------------------- */

static void named(struct giving *g, const char *name, struct slice what, uint64_t size)
{
	field(g, name);
	literal_add(g->out, what);
	strbuf_addf(g->out, ", %" PRIu64 " byte%s\n", size, size == 1 ? "" : "s");
}

static int file_field(struct giving *g, const char *name, struct slice rel)
{
	const struct file_entry *entry = filetree_find(g->tree, rel);
	struct file_place place = { NULL, 0 };

	if (!rel.n)
		return 0;
	if (entry && filetree_locate(&place, g->tree, entry, g->scratch, g->d))
		return -1;
	named(g, name, rel, place.size);
	return 0;
}

/* A folder with all that lies in it. */
static int folder_field(struct giving *g, const char *name, struct slice rel)
{
	struct slice inside = arena_printf(g->scratch, SLICE_FMT "/", SLICE_ARG(rel));
	size_t first, n = filetree_below(g->tree, inside, &first);
	struct file_place place;
	uint64_t size = 0;

	if (!rel.n)
		return 0;
	for (size_t i = first; i < first + n; i++) {
		if (filetree_locate(&place, g->tree, &g->tree->v[i], g->scratch, g->d))
			return -1;
		size += place.size;
	}
	field(g, name);
	literal_add(g->out, rel);
	strbuf_addf(g->out, "/, %zu file%s of %" PRIu64 " bytes\n", n, n == 1 ? "" : "s", size);
	return 0;
}

static int package_field(struct giving *g, const struct package *p)
{
	if (p->rel.n)
		return file_field(g, "package", p->rel);
	named(g, "package", p->url, p->size);
	return 0;
}

/* --- kinds ---------------------------------------------------------------------------------------------------------------- */

static int give_distribution(struct giving *g, const struct upgrade *u)
{
	switch (u->distribution) {
	case DIST_APP_STORE:
		text_field(g, "appStore", u->link);
		return 0;
	case DIST_TEST_FLIGHT:
		text_field(g, "testFlight", u->link);
		return 0;
	case DIST_ENTERPRISE:
		text_field(g, "enterprise", u->bundle_id);
		return package_field(g, &u->package) || file_field(g, "icon", u->icon) ? -1 : 0;
	case DIST_PACKAGE:
		break;
	}
	return package_field(g, &u->package);
}

static int give_upgrade(struct giving *g, const struct upgrade *u, const struct task *t)
{
	word_field(g, "upgradeMode", words_upgrade_mode(t->upgrade_mode));
	if (t->upgrade_mode == MODE_ONCE)
		strbuf_addf(g->out, "        silenceDays %" PRIu32 "\n", t->silence_days);
	text_field(g, "prompt", t->prompt);
	for (size_t i = 0; i < u->nneed_client_net_type; i++)
		text_field(g, "needClientNetType", u->need_client_net_type[i]);
	if (u->download_verification)
		word_field(g, "downloadVerification", "true");
	return give_distribution(g, u);
}

static int give_h5(struct giving *g, const struct h5_release *h)
{
	text_field(g, "name", h->app->name);
	text_field(g, "mainUrl", h->main_url);
	word_field(g, "autoInstall", h->any_network ? "any" : "wifi");
	word_field(g, "installType", h->preload ? "preload" : "lazy");
	if (h->repeat_nebula)
		word_field(g, "repeatNebula", "true");
	text_field(g, "extendInfo", h->extend_info);
	text_field(g, "memo", h->r.memo);
	return h->is_folder ? folder_field(g, "package", h->input) : file_field(g, "package", h->input);
}

static int give_source(struct giving *g, const struct quickfix *q, const struct quickfix_source *s)
{
	static const char *const names[] = {
		[QUICKFIX_HQF] = "hqf", [QUICKFIX_APPQF] = "appqf", [QUICKFIX_MODULES] = "patch"
	};

	if (file_field(g, names[q->input], s->file) || file_field(g, "base", s->base))
		return -1;
	return folder_field(g, "ets", s->ets) || folder_field(g, "libs", s->libs) ? -1 : 0;
}

static int give_quickfix(struct giving *g, const struct quickfix *q)
{
	for (size_t i = 0; i < q->nsources; i++)
		if (give_source(g, q, &q->sources[i]))
			return -1;
	return 0;
}

static int give_release(struct giving *g, const struct release *r, const struct task *t)
{
	switch (r->kind) {
	case KIND_UPGRADE:
		return give_upgrade(g, upgrade_of(r), t);
	case KIND_HOTPATCH:
		return package_field(g, &hotpatch_of(r)->package);
	case KIND_H5:
		return give_h5(g, h5_of(r));
	case KIND_QUICKFIX:
		return give_quickfix(g, quickfix_of(r));
	case KIND_SWITCH:
	case KIND_COUNT:
		break;
	}
	return 0;
}

int block_gives(struct strbuf *out, const struct block *b, const struct filetree *tree, struct arena *scratch,
		struct diags *d)
{
	struct giving g = { out, tree, scratch, d };

	if (!b->offer->release)
		return 0; /* the value is the headline */
	if (b->offer->task->type == TASK_ROLLBACK) {
		strbuf_adds(out, "    drops what it has\n");
		return 0;
	}
	strbuf_adds(out, "    gets\n");
	return give_release(&g, b->offer->release, b->offer->task);
}
