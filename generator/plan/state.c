#include "plan/state.h"

#include <string.h>

#include "plan/budget.h"

/* Room for `n` items of `size` bytes; what was there is kept. */
static void *reserve(struct arena *a, void *v, size_t *cap, size_t n, size_t size)
{
	size_t had = *cap;

	while (*cap < n)
		v = arena_grow(a, v, cap, had, size);
	return v;
}

#define RESERVE(a, v, cap, n) ((v) = reserve((a), (v), &(cap), (n), sizeof(*(v))))

/* --- one state ---------------------------------------------------------------------------------------------------- */

/* Clears what stands behind the first offer that takes everybody. */
static void hide(uint64_t *state, const struct folding *f)
{
	uint64_t *may = state, *must = state + f->words;
	size_t w = 0;
	uint64_t closing, kept;

	while (w < f->words && !(must[w] & f->closing[w]))
		w++;
	if (w == f->words)
		return;
	closing = must[w] & f->closing[w];
	kept = closing ^ (closing - 1); /* up to the lowest bit that is set */
	for (; w < f->words; w++, kept = 0) {
		may[w] &= kept | f->apart[w];
		must[w] &= kept | f->apart[w];
	}
}

static uint64_t manifest_bytes(struct folding *f, const uint64_t *state)
{
	uint64_t bytes = 0;

	sizes_begin(&f->sizes);
	for (size_t w = 0; w < f->words; w++) {
		for (uint64_t left = state[w]; left; left &= left - 1) {
			size_t i = w * 64 + (size_t)__builtin_ctzll(left);

			bytes += sizes_candidate(&f->sizes, i, bit_is_set(state + f->words, i) ? f->folded : NULL);
		}
	}
	return bytes;
}

static void add_state(struct states *out, struct folding *f)
{
	size_t width = 2 * f->words;

	RESERVE(f->mem, out->masks, out->masks_cap, (out->n + 1) * width);
	memcpy(out->masks + (size_t)out->n * width, f->state, width * sizeof(*f->state));
	out->n++;
}

static void clear_table(struct folding *f, size_t entries)
{
	RESERVE(f->mem, f->table, f->table_cap, 2 * entries);
	memset(f->table, 0, f->table_cap * sizeof(*f->table));
}

/* The number of f->state; out->n when it is new, and then it is entered but not added. */
static uint32_t number_of(const struct states *out, struct folding *f)
{
	size_t width = 2 * f->words, slot = words_hash(f->state, width) % f->table_cap;

	for (; f->table[slot]; slot = (slot + 1) % f->table_cap)
		if (memcmp(out->masks + (size_t)(f->table[slot] - 1) * width, f->state, width * sizeof(*f->state)) == 0)
			return f->table[slot] - 1;
	f->table[slot] = out->n + 1;
	return out->n;
}

/* --- tables ------------------------------------------------------------------------------------------------------- */

static bool same_column(const uint32_t *next, uint32_t rows, uint32_t width, uint32_t x, uint32_t y)
{
	for (size_t r = 0; r < rows; r++)
		if (next[r * width + x] != next[r * width + y])
			return false;
	return true;
}

static uint64_t column_hash(const uint32_t *next, uint32_t rows, uint32_t width, uint32_t x)
{
	uint64_t h = rows;

	for (size_t r = 0; r < rows; r++) {
		h = (h ^ next[r * width + x]) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	return h;
}

/* Joins equal columns: fills `columns` and `of_class`, and closes up the rows of `next`. */
static void join_columns(struct states *out, struct folding *f, uint32_t rows, const struct columns *c,
			 uint32_t classes)
{
	uint32_t *first = ARENA_ARRAY(f->mem, uint32_t, c->n), *joined = ARENA_ARRAY(f->mem, uint32_t, c->n);
	uint32_t n = 0;

	clear_table(f, c->n);
	for (uint32_t x = 0; x < c->n; x++) {
		size_t slot = column_hash(out->next, rows, c->n, x) % f->table_cap;

		while (f->table[slot] && !same_column(out->next, rows, c->n, x, first[f->table[slot] - 1]))
			slot = (slot + 1) % f->table_cap;
		if (!f->table[slot]) {
			first[n] = x;
			f->table[slot] = ++n;
		}
		joined[x] = f->table[slot] - 1;
	}
	for (size_t r = 0; r < rows; r++)
		for (size_t k = 0; k < n; k++) /* first[k] >= k: nothing is overwritten before it is read */
			out->next[r * n + k] = out->next[r * c->n + first[k]];
	RESERVE(f->mem, out->of_class, out->of_class_cap, classes);
	for (uint32_t i = 0; i < classes; i++)
		out->of_class[i] = joined[c->of_class[i]];
	out->columns = n;
}

static uint64_t table_bytes(const struct states *out, uint32_t rows, const struct attribute *attr,
			    const struct classes *classes)
{
	uint64_t bytes = TABLE_BYTES + (uint64_t)rows * out->columns * CELL_BYTES;
	uint32_t other = out->of_class[classes->runs[1].class_], before = other;

	for (size_t i = 2; i < classes->nruns; i++) {
		uint32_t column = out->of_class[classes->runs[i].class_];
		uint32_t end = i + 1 < classes->nruns ? classes->runs[i + 1].region : attr->regions;

		if (attr->type == ATTR_VERSION)
			bytes += column != before ? CUT_BYTES : 0;
		for (uint32_t r = classes->runs[i].region; attr->type != ATTR_VERSION && column != other && r < end;
		     r++)
			bytes += attr->texts[r - 2].n + TEXT_BYTES;
		before = column;
	}
	return bytes;
}

/* --- attempts ----------------------------------------------------------------------------------------------------- */

static void start(struct states *out)
{
	out->n = out->filled = out->columns = 0;
	out->sum = out->table_bytes = out->cost = 0;
}

void states_first(struct states *out, struct folding *f)
{
	start(out);
	for (size_t i = 0; i < f->list->n; i++) {
		f->state[i / 64] |= bit_of(i);
		f->state[f->words + i / 64] |= bit_of(i);
	}
	add_state(out, f);
	RESERVE(f->mem, out->bytes, out->bytes_cap, 1);
	out->bytes[0] = manifest_bytes(f, out->masks);
	out->cost = out->bytes[0];
}

/* What is known of the cost before the manifests are weighed. */
static uint64_t fixed_cost(const struct states *out)
{
	return (uint64_t)out->n * SEGMENT_BYTES + out->table_bytes;
}

static uint64_t full_cost(const struct states *out)
{
	uint64_t mean = out->filled > 0 ? out->sum / out->filled : 0;

	return (mean + REQUEST_BYTES) / (out->filled < out->n ? 2 : 1) + fixed_cost(out);
}

/* Enters every state that the columns lead to, with `next`. */
static enum plan_choice step(struct states *out, struct folding *f, const struct states *before,
			     const struct columns *c)
{
	const uint64_t *state = before->masks;

	for (uint32_t s = 0; s < before->n; s++, state += 2 * f->words) {
		for (uint32_t x = 0; x < c->n; x++) {
			const uint64_t *may = c->may + x * f->words, *must = c->must + x * f->words;
			uint32_t number;

			for (size_t w = 0; w < f->words; w++) {
				f->state[w] = state[w] & may[w];
				f->state[f->words + w] = state[f->words + w] & must[w];
			}
			hide(f->state, f);
			number = number_of(out, f);
			out->next[(size_t)s * c->n + x] = number;
			if (number < out->n)
				continue;
			if (out->n == f->max)
				return CHOICE_MANY_STATES;
			add_state(out, f);
			out->cost = fixed_cost(out) + REQUEST_BYTES / 2;
			if (out->cost >= f->limit)
				return CHOICE_NO_GAIN;
		}
	}
	return CHOICE_FOLDED;
}

static void count_filled(struct states *out, size_t words)
{
	for (uint32_t s = 0; s < out->n; s++) {
		const uint64_t *may = out->masks + (size_t)s * 2 * words;
		size_t w = 0;

		while (w < words && !may[w])
			w++;
		out->filled += w < words;
	}
}

/* The bytes of all manifests, as long as the cost can still be below the limit. */
static enum plan_choice weigh(struct states *out, struct folding *f)
{
	count_filled(out, f->words);
	RESERVE(f->mem, out->bytes, out->bytes_cap, out->n);
	for (uint32_t s = 0; s < out->n; s++) {
		out->bytes[s] = manifest_bytes(f, out->masks + (size_t)s * 2 * f->words);
		out->sum += out->bytes[s];
		if (out->sum > MANIFESTS_BYTES)
			return CHOICE_MANY_BYTES;
		out->cost = full_cost(out);
		if (out->cost >= f->limit)
			return CHOICE_NO_GAIN;
	}
	return CHOICE_FOLDED;
}

enum plan_choice states_next(struct states *out, struct folding *f, const struct states *before,
			     const struct attribute *attr, const struct classes *classes, const struct columns *columns)
{
	enum plan_choice choice;

	start(out);
	out->table_bytes = before->table_bytes;
	if ((uint64_t)before->n * columns->n > FOLD_WORK / (2 * f->words))
		return CHOICE_MUCH_WORK;
	RESERVE(f->mem, out->next, out->next_cap, (size_t)before->n * columns->n);
	clear_table(f, (size_t)f->max + 1);
	choice = step(out, f, before, columns);
	if (choice != CHOICE_FOLDED)
		return choice;
	join_columns(out, f, before->n, columns, classes->n);
	out->table_bytes = before->table_bytes + table_bytes(out, before->n, attr, classes);
	return weigh(out, f);
}
