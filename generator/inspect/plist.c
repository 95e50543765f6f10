#include "inspect/plist.h"

#include "base/map.h"
#include "base/refuse.h"
#include "inspect/bplist.h"
#include "inspect/xmlplist.h"

/* --- containers in containers ------------------------------------------------------------------------------------------- */

/* What is below a node, itself included. */
struct extent {
	uint8_t levels; /* of containers; 0: none, or not yet entered; OPEN: the search is inside it */
	uint32_t
		values; /* as often as somebody meets them who walks all ways; of more than PLIST_VALUES one too many */
};
#define OPEN UINT8_MAX

/* A container on the way from the root, and which of its items comes next. */
struct step {
	uint32_t node;
	size_t next;
};

static bool is_container(const struct plist_node *node)
{
	return node->type == PLIST_ARRAY || node->type == PLIST_DICT;
}

static size_t item_count(const struct plist_node *node)
{
	return node->type == PLIST_DICT ? 2 * (size_t)node->n : node->n;
}

/* When all its items are measured. */
static struct extent sum_up(const struct plist_node *node, const struct extent *extents)
{
	struct extent sum = { 0, 1 };

	for (size_t i = 0; i < item_count(node); i++) {
		const struct extent *item = &extents[node->items[i]];
		uint32_t values = item->values ? item->values : 1;

		sum.levels = item->levels > sum.levels ? item->levels : sum.levels;
		sum.values = values > PLIST_VALUES - sum.values ? PLIST_VALUES + 1 : sum.values + values;
		if (sum.values > PLIST_VALUES)
			break;
	}
	sum.levels++;
	return sum;
}

/* A search from the root that enters every container once, however many others hold it. */
static int measure(const struct plist *p, struct extent *extents, const char **why)
{
	struct step way[PLIST_DEPTH];
	size_t depth = 1;

	way[0] = (struct step){ p->root, 0 };
	extents[p->root].levels = OPEN;
	while (depth > 0) {
		struct step *top = &way[depth - 1];
		const struct plist_node *node = &p->v[top->node];
		uint32_t item;

		if (top->next == item_count(node)) {
			extents[top->node] = sum_up(node, extents);
			if (extents[top->node].values > PLIST_VALUES)
				return refuse(why, "it refers to the same values too often");
			depth--;
			continue;
		}
		item = node->items[top->next++];
		if (!is_container(&p->v[item]))
			continue;
		if (extents[item].levels == OPEN)
			return refuse(why, "a container holds itself");
		if (depth + (extents[item].levels ? extents[item].levels : 1u) > PLIST_DEPTH)
			return refuse(why, "its containers are too deep in one another");
		if (!extents[item].levels) {
			way[depth++] = (struct step){ item, 0 };
			extents[item].levels = OPEN;
		}
	}
	return 0;
}

static int check_extent(const struct plist *p, const char **why)
{
	struct arena scratch = ARENA_INIT;
	int result = 0;

	if (is_container(plist_root(p)))
		result = measure(p, ARENA_ARRAY(&scratch, struct extent, p->n), why);
	arena_release(&scratch);
	return result;
}

/* --- keys --------------------------------------------------------------------------------------------------------------- */

/* Equal keys get one number; `seen` tells in which dictionary that was last. Every text is looked at once, however many
 * dictionaries share it. */
struct keys {
	struct map first; /* text → the first node that has it */
	uint32_t *number; /* of each node, + 1; 0: not yet known */
	uint32_t *seen;   /* of each number: the dictionary's node + 1 */
};

static int check_dict(struct keys *k, const struct plist *p, uint32_t dict, const char **why)
{
	for (size_t i = 0; i < p->v[dict].n; i++) {
		uint32_t key = p->v[dict].items[i];
		struct plist_node *node = &p->v[key], *first;

		if (node->type != PLIST_STRING)
			return refuse(why, "a key is no string");
		if (!k->number[key]) {
			first = map_put(&k->first, node->text, node);
			k->number[key] = first ? (uint32_t)(first - p->v) + 1 : key + 1;
		}
		if (k->seen[k->number[key] - 1] == dict + 1)
			return refuse(why, "a key stands twice in one dictionary");
		k->seen[k->number[key] - 1] = dict + 1;
	}
	return 0;
}

static int check_keys(const struct plist *p, const char **why)
{
	struct arena scratch = ARENA_INIT;
	struct keys k = { MAP_INIT, ARENA_ARRAY(&scratch, uint32_t, p->n), ARENA_ARRAY(&scratch, uint32_t, p->n) };
	int result = 0;

	for (uint32_t i = 0; i < p->n && !result; i++) {
		if (p->v[i].type == PLIST_DICT)
			result = check_dict(&k, p, i, why);
	}
	map_release(&k.first);
	arena_release(&scratch);
	return result;
}

/* --- for others --------------------------------------------------------------------------------------------------------- */

int plist_open(struct plist *out, struct arena *a, struct slice bytes, const char **why)
{
	*out = (struct plist){ 0 };
	if (bytes.n > PLIST_MAX)
		return refuse(why, "it is larger than 1 MiB");
	if (slice_starts(bytes, "bplist") ? bplist_read(out, a, bytes, why) : xmlplist_read(out, a, bytes, why))
		return -1;
	return check_extent(out, why) || check_keys(out, why) ? -1 : 0;
}

const struct plist_node *plist_root(const struct plist *p)
{
	return &p->v[p->root];
}

const struct plist_node *plist_get(const struct plist *p, const struct plist_node *dict, const char *key)
{
	if (!dict || dict->type != PLIST_DICT)
		return NULL;
	for (size_t i = 0; i < dict->n; i++) {
		if (slice_eqs(p->v[dict->items[i]].text, key))
			return &p->v[dict->items[dict->n + i]];
	}
	return NULL;
}

const struct plist_node *plist_item(const struct plist *p, const struct plist_node *array, size_t i)
{
	return array && array->type == PLIST_ARRAY && i < array->n ? &p->v[array->items[i]] : NULL;
}

int plist_string(struct slice *out, struct arena *a, const struct plist *p, const struct plist_node *dict,
		 const char *key, const char **why)
{
	const struct plist_node *node = plist_get(p, dict, key);

	*out = (struct slice){ NULL, 0 };
	if (!node)
		return 0;
	if (node->type != PLIST_STRING) {
		*why = arena_printf(a, "%s is no string", key).p;
		return -1;
	}
	*out = arena_copy(a, node->text);
	return 0;
}
