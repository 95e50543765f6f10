#include "report/render.h"

#include <stdlib.h>

#include "plan/prune.h"
#include "report/block.h"

struct slot_block { /* a candidate, and the slot in which it stands */
	struct slice slot;
	struct block block;
};

struct renderer {
	struct render *out;
	const struct app *app;
	enum kind kind;
	const struct filetree *tree;
	struct arena *mem;
	struct diags *d;
	struct slot_block *v; /* of one kind */
	size_t n, cap;
};

/* --- candidates of a kind ------------------------------------------------------------------------------------------------- */

static bool is_rollback(const struct offer *o)
{
	return o->task && o->task->type == TASK_ROLLBACK;
}

/* The order of plan/offer.h, whatever the platform. Releases of a slot stand in one array, ascending; so do values, best first. */
static int by_rank(const struct offer *x, const struct offer *y)
{
	if (x->value)
		return (x->value > y->value) - (x->value < y->value);
	if (is_rollback(x) != is_rollback(y))
		return is_rollback(x) ? 1 : -1;
	if (x->release != y->release)
		return x->release > y->release ? -1 : 1;
	return x->task == y->task ? 0 : task_rank_cmp(x->task, y->task);
}

static int by_slot(const void *x, const void *y)
{
	const struct slot_block *a = x, *b = y;
	int cmp = slice_cmp(a->slot, b->slot);

	return cmp ? cmp : by_rank(a->block.offer, b->block.offer);
}

static void collect(struct renderer *r, enum platform p, int64_t commit_time)
{
	struct arena scratch = ARENA_INIT;
	struct offers o;

	if (r->kind == KIND_SWITCH)
		offers_switch(&o, r->mem, r->app, p);
	else
		offers_releases(&o, r->mem, r->app, p, r->kind, commit_time);
	offers_prune(&o, r->mem, &scratch);
	arena_release(&scratch);
	for (size_t i = 0; i < o.n; i++) {
		struct slot_block b = { o.slots[o.v[i].slot].name, { .offer = &o.v[i] } };

		if (o.v[i].fate != OFFER_LIVE)
			continue;
		b.block.platforms[p] = true;
		ARENA_PUSH(r->mem, r->v, r->n, r->cap, b);
	}
}

/* What stands in one slot on several platforms is one candidate. */
static void join(struct renderer *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (kept && by_slot(&r->v[kept - 1], &r->v[i]) == 0) {
			for (size_t p = 0; p < PLATFORM_COUNT; p++)
				r->v[kept - 1].block.platforms[p] |= r->v[i].block.platforms[p];
			continue;
		}
		r->v[kept++] = r->v[i];
	}
	r->n = kept;
}

/* --- files ---------------------------------------------------------------------------------------------------------------- */

static int add_blocks(struct strbuf *text, struct renderer *r, size_t first, size_t n)
{
	struct arena scratch = ARENA_INIT;
	int bad = 0;

	strbuf_addf(text,
		    "# " SLICE_FMT ", %s " SLICE_FMT ": a device is given the first of these that holds for it.\n",
		    SLICE_ARG(r->app->app_code), kind_name(r->kind), SLICE_ARG(r->v[first].slot));
	for (size_t i = first; i < first + n && !bad; i++) {
		strbuf_addch(text, '\n');
		block_headline(text, &r->v[i].block);
		block_conditions(text, &r->v[i].block);
		bad = block_gives(text, &r->v[i].block, r->tree, &scratch, r->d);
	}
	arena_release(&scratch);
	return bad;
}

static int add_file(struct renderer *r, size_t first, size_t n)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct render_file file;

	if (add_blocks(&text, r, first, n))
		return -1;
	if (text.failed)
		return diag_environment(r->d, NULL, "out of memory");
	file.path = arena_printf(r->mem, "%s/" SLICE_FMT ".txt", kind_name(r->kind), SLICE_ARG(r->v[first].slot)).p;
	file.text = arena_copy(r->mem, strbuf_slice(&text));
	ARENA_PUSH(r->mem, r->out->v, r->out->n, r->out->cap, file);
	return 0;
}

static int add_kind(struct renderer *r, int64_t commit_time)
{
	r->n = 0;
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		collect(r, (enum platform)p, commit_time);
	if (r->n > 1)
		qsort(r->v, r->n, sizeof(*r->v), by_slot);
	join(r);
	for (size_t i = 0, end; i < r->n; i = end) {
		for (end = i + 1; end < r->n && slice_eq(r->v[end].slot, r->v[i].slot);)
			end++;
		if (add_file(r, i, end - i))
			return -1;
	}
	return 0;
}

int render_app(struct render *out, const struct app *app, int64_t commit_time, const struct filetree *tree,
	       struct arena *a, struct diags *d)
{
	struct renderer r = { .out = out, .app = app, .tree = tree, .mem = a, .d = d };

	*out = (struct render){ .n = 0 };
	for (size_t k = 0; k < KIND_COUNT; k++) {
		r.kind = (enum kind)k;
		if (add_kind(&r, commit_time))
			return -1;
	}
	return 0;
}

bool render_is_path(struct slice path)
{
	enum kind kind;

	return kind_parse(&kind, slice_cut(&path, '/')) && slice_ends(path, ".txt");
}
