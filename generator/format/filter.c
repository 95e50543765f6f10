#include "format/filter.h"

#include <stdlib.h>
#include <string.h>

#include "format/filter_table.h"

#define PAGE_BITS 32768u
#define GOLDEN    UINT64_C(0x9e3779b97f4a7c15)

struct node {
	uint8_t hash[SHA256_SIZE];
};

/* Level by level, leaves first, each level behind the one below it. The last node of an odd level moves up as it is,
 * which comes to RFC 9162's split at the largest power of two. */
struct tree {
	uint32_t pages;
	struct node *nodes;
	const struct node *level[32], *root;
	size_t count[32];
};

/* --- plan and hashes ---------------------------------------------------------------------------------------------- */
int filter_plan(struct filter_plan *out, uint64_t ids, uint64_t rate)
{
	size_t row = 0;

	while (row < COUNT(filter_rows) && filter_rows[row].rate > rate)
		row++;
	if (row == COUNT(filter_rows) || ids > FILTER_IDS_MAX)
		return -1;
	*out = (struct filter_plan){ 1, 1 };
	if (ids == 0)
		return 0;
	out->pages = (uint32_t)((ids * 1000 + filter_rows[row].load - 1) / filter_rows[row].load);
	out->probes = filter_rows[row].probes;
	return 0;
}

_Static_assert(FILTER_IDS_MAX < UINT64_MAX / 1000 - UINT32_MAX, "the product in filter_plan() fits");

int filter_salt(uint8_t out[SHA256_SIZE], struct digests *d, struct slice app_code, struct slice list)
{
	struct strbuf tail = STRBUF_INIT;
	int result;

	strbuf_addch(&tail, '\0');
	strbuf_addslice(&tail, list);
	result = tail.failed ? -1
			     : digest_sha256_3(d, out, SLICE("mdstatic/filter/v1\0"), app_code, strbuf_slice(&tail));
	strbuf_release(&tail);
	return result;
}

int filter_hash(struct filter_key *out, struct digests *d, const uint8_t salt[SHA256_SIZE], struct slice id)
{
	uint8_t digest[SHA256_SIZE];

	if (digest_sha256_3(d, digest, slice_bytes(salt, SHA256_SIZE), id, SLICE("")))
		return -1;
	out->h = digest_head64(digest);
	out->seed = 0;
	for (size_t i = 8; i < 16; i++)
		out->seed = out->seed << 8 | digest[i];
	return 0;
}

/* The finaliser of splitmix64. */
static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Steps to the bit of probe i: a block of 64 bits holds four positions of 15 bits, lowest first. */
static uint32_t next_probe(uint64_t *seed, uint64_t *block, uint32_t i)
{
	uint32_t bit;

	if (i % 4 == 0)
		*block = mix(*seed += GOLDEN);
	bit = (uint32_t)(*block % PAGE_BITS);
	*block /= PAGE_BITS;
	return bit;
}

/* --- sorting ------------------------------------------------------------------------------------------------------ */
static bool key_less(const struct filter_key *a, const struct filter_key *b)
{
	return a->h != b->h ? a->h < b->h : a->seed < b->seed;
}

static void sort_few(struct filter_key *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct filter_key key = v[i];
		size_t at = i;

		for (; at > 0 && key_less(&key, &v[at - 1]); at--)
			v[at] = v[at - 1];
		v[at] = key;
	}
}

static size_t digit_of(const struct filter_key *key, unsigned digit) /* 0 (first of h) to 15 (last of seed) */
{
	uint64_t half = digit < 8 ? key->h : key->seed;

	return half >> (56 - 8 * (digit % 8)) & 0xff;
}

/* Radix sort from the first digit on, in place: every key is swapped into the bucket of its digit. At most 16 levels
 * deep. */
static void sort_keys(struct filter_key *v, size_t n, unsigned digit)
{
	size_t next[256] = { 0 }, end[256], sum = 0;

	if (n <= 48) {
		sort_few(v, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		next[digit_of(&v[i], digit)]++;
	for (size_t b = 0; b < 256; b++) {
		size_t count = next[b];

		next[b] = sum;
		end[b] = sum += count;
	}
	for (size_t b = 0; b < 256; b++) {
		while (next[b] < end[b]) {
			struct filter_key key = v[next[b]];

			for (size_t d = digit_of(&key, digit); d != b; d = digit_of(&key, digit)) {
				struct filter_key other = v[next[d]];

				v[next[d]++] = key;
				key = other;
			}
			v[next[b]++] = key;
		}
	}
	for (size_t b = 0, start = 0; digit < 15 && b < 256; start = end[b++])
		sort_keys(v + start, end[b] - start, digit + 1);
}

size_t filter_sort_unique(struct filter_key *v, size_t n)
{
	size_t kept = 0;

	sort_keys(v, n, 0);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || key_less(&v[kept - 1], &v[i]))
			v[kept++] = v[i];
	return kept;
}

/* --- the file ----------------------------------------------------------------------------------------------------- */
uint32_t filter_page_of(uint64_t h, uint32_t pages)
{
	uint64_t high = (h >> 32) * pages, low = (h & UINT32_MAX) * pages;

	return (uint32_t)((high + (low >> 32)) >> 32); /* (h * pages) >> 64 */
}

static uint32_t depth_of(uint32_t pages) /* ceil(log2(pages)) */
{
	uint32_t depth = 0;

	for (uint32_t rest = pages - 1; rest > 0; rest >>= 1)
		depth++;
	return depth;
}

uint32_t filter_record_size(uint32_t pages)
{
	return FILTER_PAGE + SHA256_SIZE * depth_of(pages);
}

uint64_t filter_file_size(uint32_t pages)
{
	return (uint64_t)pages * filter_record_size(pages);
}

void filter_record_range(uint64_t *offset, uint32_t *length, uint32_t pages, uint32_t number)
{
	*length = filter_record_size(pages);
	*offset = (uint64_t)number * *length;
}

static int leaf_hash(struct digests *d, uint8_t out[SHA256_SIZE], const uint8_t *page)
{
	return digest_sha256_3(d, out, slice_bytes("\0", 1), slice_bytes(page, FILTER_PAGE), SLICE(""));
}

static int inner_hash(struct digests *d, uint8_t out[SHA256_SIZE], const uint8_t *left, const uint8_t *right)
{
	return digest_sha256_3(d, out, slice_bytes("\1", 1), slice_bytes(left, SHA256_SIZE),
			       slice_bytes(right, SHA256_SIZE));
}

static void set_bits(uint8_t *file, const struct filter_key *v, size_t n, struct filter_plan plan)
{
	size_t stride = filter_record_size(plan.pages);

	for (size_t i = 0; i < n; i++) {
		uint8_t *page = file + filter_page_of(v[i].h, plan.pages) * stride;
		uint64_t seed = v[i].seed, block = 0;

		for (uint32_t j = 0; j < plan.probes; j++) {
			uint32_t bit = next_probe(&seed, &block, j);

			page[bit / 8] |= (uint8_t)(1u << bit % 8);
		}
	}
}

static int build_tree(struct tree *t, struct digests *d, const uint8_t *file)
{
	size_t stride = filter_record_size(t->pages), n = t->pages;
	struct node *level = t->nodes;

	for (size_t i = 0; i < n; i++)
		if (leaf_hash(d, level[i].hash, file + i * stride))
			return -1;
	for (size_t l = 0; n > 1; l++) {
		struct node *up = level + n;

		t->level[l] = level;
		t->count[l] = n;
		for (size_t i = 0; i + 1 < n; i += 2)
			if (inner_hash(d, up[i / 2].hash, level[i].hash, level[i + 1].hash))
				return -1;
		if (n % 2)
			up[n / 2] = level[n - 1];
		n = (n + 1) / 2;
		level = up;
	}
	t->root = level;
	return 0;
}

static void write_proofs(uint8_t *file, const struct tree *t)
{
	size_t stride = filter_record_size(t->pages), depth = depth_of(t->pages);

	for (size_t i = 0; i < t->pages; i++) {
		uint8_t *proof = file + i * stride + FILTER_PAGE;

		for (size_t l = 0; l < depth; l++) {
			size_t sibling = (i >> l) ^ 1;

			if (sibling >= t->count[l])
				continue;
			memcpy(proof, t->level[l][sibling].hash, SHA256_SIZE);
			proof += SHA256_SIZE;
		}
	}
}

int filter_encode(struct strbuf *out, uint8_t root[SHA256_SIZE], struct digests *d, const struct filter_key *v,
		  size_t n, struct filter_plan plan)
{
	uint64_t size = filter_file_size(plan.pages), nodes = 2 * (uint64_t)plan.pages + 32;
	struct tree tree = { .pages = plan.pages };
	uint8_t *file;
	int result;

	if (size > SIZE_MAX || nodes > SIZE_MAX || !strbuf_grow(out, (size_t)size))
		return -1;
	tree.nodes = calloc((size_t)nodes, sizeof(*tree.nodes));
	if (!tree.nodes)
		return -1;
	file = (uint8_t *)out->p + out->n;
	memset(file, 0, (size_t)size + 1);
	set_bits(file, v, n, plan);
	result = build_tree(&tree, d, file);
	if (result == 0) {
		write_proofs(file, &tree);
		memcpy(root, tree.root->hash, SHA256_SIZE);
		out->n += (size_t)size;
	} else {
		file[0] = '\0'; /* the strbuf ends where it ended */
	}
	free(tree.nodes);
	return result;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */
int filter_check_record(struct slice *page, struct digests *d, struct slice record, uint32_t number, uint32_t pages,
			const uint8_t root[SHA256_SIZE], const char **why)
{
	const uint8_t *bytes = (const uint8_t *)record.p, *proof = bytes + FILTER_PAGE, *end = bytes + record.n;
	uint8_t hash[SHA256_SIZE];
	int failed;

	*why = "a record of a whitelist has another length";
	if (record.n != filter_record_size(pages))
		return -1;
	*why = "cannot hash";
	if (leaf_hash(d, hash, bytes))
		return -1;
	for (uint32_t last = pages - 1; last > 0; last >>= 1, number >>= 1) {
		if (number == last && number % 2 == 0)
			continue; /* the last node of an odd level has no sibling */
		failed = number % 2 ? inner_hash(d, hash, proof, hash) : inner_hash(d, hash, hash, proof);
		if (failed)
			return -1;
		proof += SHA256_SIZE;
	}
	*why = "a page of a whitelist does not lead to its root";
	if (memcmp(hash, root, SHA256_SIZE) != 0)
		return -1;
	*why = "a record of a whitelist does not end in zeros";
	for (; proof < end; proof++)
		if (*proof)
			return -1;
	*why = NULL;
	*page = slice_sub(record, 0, FILTER_PAGE);
	return 0;
}

int filter_check_file(struct digests *d, struct slice file, uint32_t pages, const uint8_t root[SHA256_SIZE],
		      const char **why)
{
	size_t stride = filter_record_size(pages);
	struct slice page;

	if (file.n != filter_file_size(pages)) {
		*why = "a whitelist has another length";
		return -1;
	}
	for (uint32_t i = 0; i < pages; i++)
		if (filter_check_record(&page, d, slice_sub(file, i * stride, stride), i, pages, root, why))
			return -1;
	return 0;
}

bool filter_page_has(struct slice page, uint64_t seed, uint32_t probes)
{
	uint64_t block = 0;

	for (uint32_t i = 0; i < probes; i++) {
		uint32_t bit = next_probe(&seed, &block, i);

		if (!((unsigned char)page.p[bit / 8] >> bit % 8 & 1))
			return false;
	}
	return true;
}
