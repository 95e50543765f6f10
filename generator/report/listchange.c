#include "report/listchange.h"

#include <stdlib.h>

#include "base/strbuf.h"

static bool is_separator(char c)
{
	return c == '\n' || c == ',';
}

/* The next id of *rest, which moves behind it; false: there is none. */
static bool next_id(struct slice *id, struct slice *rest)
{
	while (rest->n > 0) {
		size_t n = 0;

		while (n < rest->n && !is_separator(rest->p[n]))
			n++;
		*id = slice_trim(slice_sub(*rest, 0, n));
		*rest = slice_from(*rest, n + 1);
		if (id->n > 0)
			return true;
	}
	return false;
}

uint64_t list_count(struct slice text)
{
	uint64_t n = 0;
	struct slice id;

	while (next_id(&id, &text))
		n++;
	return n;
}

/* --- what both texts share ------------------------------------------------------------------------------------------------ */

/* How much both begin with, up to the end of an id. */
static size_t common_head(struct slice a, struct slice b)
{
	size_t n = 0, max = a.n < b.n ? a.n : b.n;

	while (n < max && a.p[n] == b.p[n])
		n++;
	while (n > 0 && !is_separator(a.p[n - 1]))
		n--;
	return n;
}

/* How much both end with, from the end of an id. */
static size_t common_tail(struct slice a, struct slice b)
{
	size_t n = 0, max = a.n < b.n ? a.n : b.n;

	while (n < max && a.p[a.n - 1 - n] == b.p[b.n - 1 - n])
		n++;
	while (n > 0 && !is_separator(a.p[a.n - n]))
		n--;
	return n;
}

/* --- what differs ----------------------------------------------------------------------------------------------------------- */

struct ids {
	struct slice *v; /* sorted, each once */
	size_t n;
	bool *common; /* of each: the other text has it too */
	struct strbuf bytes;
};

static void ids_release(struct ids *ids)
{
	free(ids->common);
	strbuf_release(&ids->bytes);
}

static int ids_read(struct ids *out, struct slice text)
{
	struct slice id;

	while (next_id(&id, &text))
		strbuf_add(&out->bytes, &id, sizeof(id));
	out->v = (struct slice *)(void *)out->bytes.p;
	out->common = calloc(out->bytes.n / sizeof(id) + 1, sizeof(bool));
	if (out->bytes.failed || !out->common)
		return -1;
	if (out->bytes.n > 0)
		qsort(out->v, out->bytes.n / sizeof(id), sizeof(id), slice_order);
	for (size_t i = 0; i < out->bytes.n / sizeof(id); i++)
		if (out->n == 0 || !slice_eq(out->v[i], out->v[out->n - 1]))
			out->v[out->n++] = out->v[i];
	return 0;
}

static void mark(struct ids *ids, struct slice id)
{
	const struct slice *found = ids->n ? bsearch(&id, ids->v, ids->n, sizeof(id), slice_order) : NULL;

	if (found)
		ids->common[found - ids->v] = true;
}

static uint64_t count_own(const struct ids *ids)
{
	uint64_t n = 0;

	for (size_t i = 0; i < ids->n; i++)
		n += !ids->common[i];
	return n;
}

/* Both texts have what is in `part`. */
static void mark_part(struct ids *before, struct ids *after, struct slice part)
{
	struct slice id;

	while (next_id(&id, &part)) {
		mark(before, id);
		mark(after, id);
	}
}

int list_change(struct list_change *out, struct slice before, struct slice after)
{
	struct ids gone = { .n = 0 }, come = { .n = 0 };
	size_t head = common_head(before, after);
	size_t tail = common_tail(slice_from(before, head), slice_from(after, head));
	int bad = -1;

	if (ids_read(&gone, slice_sub(before, head, before.n - head - tail)) ||
	    ids_read(&come, slice_sub(after, head, after.n - head - tail)))
		goto out;
	for (size_t i = 0; i < gone.n; i++)
		mark(&come, gone.v[i]);
	for (size_t i = 0; i < come.n; i++)
		mark(&gone, come.v[i]);
	if (gone.n || come.n) {
		mark_part(&gone, &come, slice_sub(before, 0, head));
		mark_part(&gone, &come, slice_from(before, before.n - tail));
	}
	*out = (struct list_change){ count_own(&come), count_own(&gone) };
	bad = 0;
out:
	ids_release(&gone);
	ids_release(&come);
	return bad;
}
