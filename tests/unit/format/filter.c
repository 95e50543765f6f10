#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format/filter.h"
#include "format/filter_table.h"

struct built {
	struct digests *digests;
	struct filter_key *keys;
	size_t n;
	struct filter_plan plan;
	struct strbuf file;
	uint8_t root[SHA256_SIZE];
};

static uint64_t random_next(uint64_t *x) /* xorshift64*: another generator than the filter's own */
{
	*x ^= *x >> 12;
	*x ^= *x << 25;
	*x ^= *x >> 27;
	return *x * UINT64_C(0x2545f4914f6cdd1d);
}

static void build(struct built *b, size_t n, struct filter_plan plan)
{
	uint64_t seed = n + 1;

	*b = (struct built){ .n = n, .plan = plan };
	assert_int_equal(digests_new(&b->digests), 0);
	b->keys = calloc(n + 1, sizeof(*b->keys));
	for (size_t i = 0; i < n; i++)
		b->keys[i] = (struct filter_key){ random_next(&seed), random_next(&seed) };
	assert_int_equal(filter_sort_unique(b->keys, n), n);
	assert_int_equal(filter_encode(&b->file, b->root, b->digests, b->keys, n, plan), 0);
}

static void built_release(struct built *b)
{
	digests_free(b->digests);
	free(b->keys);
	strbuf_release(&b->file);
}

static struct slice page_at(const struct built *b, uint32_t number)
{
	uint64_t offset;
	uint32_t length;

	filter_record_range(&offset, &length, b->plan.pages, number);
	assert_true(offset + length <= b->file.n);
	return slice_bytes(b->file.p + offset, FILTER_PAGE);
}

/* --- plan --------------------------------------------------------------------------------------------------------- */
static long double fill_power(long double ids, uint32_t k)
{
	long double t = ids * k, none = powl(1 - 1 / 32768.0L, t), pair = powl(1 - 2 / 32768.0L, t), fill = 1 - none;
	long double variance = none / 32768 + (1 - 1 / 32768.0L) * pair - none * none;

	if (ids < 0.5L)
		return 0;
	return powl(fill, k) + k * (k - 1) / 2.0L * powl(fill, k - 2) * variance;
}

static long double rate_at(double load, uint32_t k)
{
	long double weight = 1, weights = 0, sum = 0;
	double from = floor(load - 9 * sqrt(load));

	for (double j = from < 0 ? 0 : from; j < load + 12 * sqrt(load) + 20; j++) { /* Poisson, up to a factor */
		sum += weight * fill_power(j, k);
		weights += weight;
		weight *= load / (j + 1);
	}
	return sum / weights;
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(filter_rows); i++) {
		const struct filter_row *row = &filter_rows[i];
		long double rate = row->rate * 1e-15L;
		double load = row->load / 1000.0;

		print_message("row %zu\n", i);
		assert_int_equal(row->rate, (uint64_t)(powl(2, -10 - i / 4.0L) * 1e15L));
		assert_true(row->probes >= 1 && row->probes <= FILTER_PROBES_MAX);
		assert_true(rate_at(load, row->probes) <= rate * (1 + 1e-9L));
		assert_true(rate_at(load * 1.01, row->probes) > rate);
		if (i % 8 == 0) { /* no other number of probes allows more */
			assert_true(rate_at(load + 0.001, row->probes - 1) > rate);
			assert_true(rate_at(load + 0.001, row->probes + 1) > rate);
		}
		if (i > 0)
			assert_true(row->rate < row[-1].rate && row->load < row[-1].load &&
				    row->probes >= row[-1].probes);
	}
}

static void test_plan(void **state)
{
	static const struct {
		uint64_t ids, rate;
		int result;
		struct filter_plan plan;
	} cases[] = {
		{ 0, 1000000000, 0, { 1, 1 } },
		{ 1, 1000000000000, 0, { 1, 10 } },
		{ 2268, UINT64_MAX, 0, { 1, 10 } },
		{ 2269, UINT64_MAX, 0, { 2, 10 } },
		{ 1134181, UINT64_MAX, 0, { 500, 10 } }, /* exactly full */
		{ 2269, 976562500000, 0, { 2, 10 } },
		{ 2269, 976562499999, 0, { 2, 10 } },
		{ 2212, 976562499999, 0, { 1, 10 } },
		{ 2213, 976562499999, 0, { 2, 10 } },
		{ 554, 1000, 0, { 1, 39 } },
		{ 555, 1000, 0, { 2, 39 } },
		{ 555, 909, 0, { 2, 39 } },
		{ 555, 908, -1, { 0, 0 } },
		{ 555, 0, -1, { 0, 0 } },
		{ 0, 0, -1, { 0, 0 } },
		{ FILTER_IDS_MAX, 909, 0, { 1981537614, 39 } },
		{ FILTER_IDS_MAX + 1, 1000000, -1, { 0, 0 } },
		{ UINT64_MAX, 1000000, -1, { 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct filter_plan plan = { 0, 0 };

		print_message("%llu ids, rate %llu\n", (unsigned long long)cases[i].ids,
			      (unsigned long long)cases[i].rate);
		assert_int_equal(filter_plan(&plan, cases[i].ids, cases[i].rate), cases[i].result);
		assert_int_equal(plan.pages, cases[i].plan.pages);
		assert_int_equal(plan.probes, cases[i].plan.probes);
	}
}

/* --- hashes: values from an independent implementation of FORMAT.md ----------------------------------------------- */
static void test_hashes(void **state)
{
	CLEANUP(digests_free_at) struct digests *d = NULL;
	uint8_t salt[SHA256_SIZE];
	char hex[SHA256_HEX];
	struct filter_key key;

	(void)state;
	assert_int_equal(digests_new(&d), 0);
	assert_int_equal(filter_salt(salt, d, SLICE("DEMO01-default"), SLICE("testers")), 0);
	digest_hex(hex, salt, SHA256_SIZE);
	assert_string_equal(hex, "5d0e8937c390b3d214084d7e7f07a0ddaf42e979c47c0bdfe42cdc4b9f403417");
	assert_int_equal(filter_hash(&key, d, salt, SLICE("user-1")), 0);
	assert_true(key.h == UINT64_C(0x9cbdcddf2653b16b) && key.seed == UINT64_C(0x14af46cea7e7d21b));
	assert_int_equal(filter_page_of(key.h, 1000), 612);
	assert_int_equal(filter_page_of(key.h, FILTER_PAGES_MAX), key.h >> 33);
}

static void test_golden(void **state)
{
	static const char *const ids[] = { "user-1", "user-2", "user-3", "user-4", "user-5" };
	CLEANUP(digests_free_at) struct digests *d = NULL;
	CLEANUP(strbuf_release) struct strbuf file = STRBUF_INIT;
	uint8_t salt[SHA256_SIZE], root[SHA256_SIZE], whole[SHA256_SIZE];
	struct filter_key keys[COUNT(ids)];
	char hex[SHA256_HEX];

	(void)state;
	assert_int_equal(digests_new(&d), 0);
	assert_int_equal(filter_salt(salt, d, SLICE("DEMO01-default"), SLICE("testers")), 0);
	for (size_t i = 0; i < COUNT(ids); i++)
		assert_int_equal(filter_hash(&keys[i], d, salt, slice_of(ids[i])), 0);
	assert_int_equal(filter_sort_unique(keys, COUNT(ids)), COUNT(ids));
	assert_int_equal(filter_encode(&file, root, d, keys, COUNT(ids), (struct filter_plan){ 3, 5 }), 0);
	digest_hex(hex, root, SHA256_SIZE);
	assert_string_equal(hex, "2707f4aea59203181a3f58422967b4cc37d9de13a73d596cc918d0c2ca6ceddb");
	assert_int_equal(digest_sha256(d, whole, strbuf_slice(&file)), 0);
	digest_hex(hex, whole, SHA256_SIZE);
	assert_string_equal(hex, "f746a697b733ae7cc83ea9f24835138f7e668616f2451e99d2322a0609e5223d");
}

static void test_page_of(void **state)
{
	static const uint64_t hs[] = {
		0, 1, UINT64_C(1) << 63, UINT64_MAX, UINT64_C(0x0123456789abcdef), UINT64_C(0x5555555555555556)
	};
	static const uint32_t pages[] = { 1, 2, 3, 1000, 65537, FILTER_PAGES_MAX - 1, FILTER_PAGES_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT(hs); i++)
		for (size_t j = 0; j < COUNT(pages); j++)
			assert_int_equal(filter_page_of(hs[i], pages[j]),
					 (uint64_t)(((unsigned __int128)hs[i] * pages[j]) >> 64));
}

static void test_sizes(void **state)
{
	static const struct {
		uint32_t pages, record;
	} cases[] = { { 1, 4096 }, { 2, 4128 },    { 3, 4160 },    { 4, 4160 },
		      { 5, 4192 }, { 1024, 4416 }, { 1025, 4448 }, { FILTER_PAGES_MAX, 5088 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t offset;
		uint32_t length;

		print_message("%u pages\n", cases[i].pages);
		filter_record_range(&offset, &length, cases[i].pages, cases[i].pages - 1);
		assert_int_equal(length, cases[i].record);
		assert_int_equal(filter_record_size(cases[i].pages), cases[i].record);
		assert_int_equal(filter_file_size(cases[i].pages), offset + length);
		assert_int_equal(offset, (uint64_t)(cases[i].pages - 1) * cases[i].record);
	}
}

/* --- sorting ------------------------------------------------------------------------------------------------------ */
static int key_cmp(const void *a, const void *b)
{
	const struct filter_key *x = a, *y = b;

	return x->h != y->h ? (x->h > y->h) - (x->h < y->h) : (x->seed > y->seed) - (x->seed < y->seed);
}

static void test_sort(void **state)
{
	static const struct {
		size_t n;
		uint64_t h_mask, seed_mask; /* few bits: many repetitions */
	} cases[] = {
		{ 0, 0, 0 },
		{ 1, 0, 0 },
		{ 2, UINT64_MAX, UINT64_MAX },
		{ 48, UINT64_MAX, UINT64_MAX },
		{ 49, 7, 7 },
		{ 5000, 0, 0 },
		{ 5000, 0, UINT64_MAX },
		{ 5000, 0xff00ff, 1 },
		{ 5000, UINT64_C(0xff00000000000000), UINT64_C(0xff) },
		{ 20000, UINT64_MAX, UINT64_MAX },
		{ 20000, 0xffff, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = cases[i].n, kept = 0;
		struct filter_key *v = calloc(n + 1, sizeof(*v)), *want = calloc(n + 1, sizeof(*v));
		uint64_t seed = 1;

		print_message("case %zu\n", i);
		for (size_t j = 0; j < n; j++)
			v[j] = (struct filter_key){ random_next(&seed) & cases[i].h_mask,
						    random_next(&seed) & cases[i].seed_mask };
		memcpy(want, v, n * sizeof(*v));
		qsort(want, n, sizeof(*want), key_cmp);
		for (size_t j = 0; j < n; j++)
			if (kept == 0 || key_cmp(&want[kept - 1], &want[j]) != 0)
				want[kept++] = want[j];
		assert_int_equal(filter_sort_unique(v, n), kept);
		assert_memory_equal(v, want, kept * sizeof(*v));
		free(v);
		free(want);
	}
}

/* --- the file ----------------------------------------------------------------------------------------------------- */
static void test_members(void **state)
{
	static const struct {
		size_t n;
		struct filter_plan plan;
	} cases[] = {
		{ 0, { 1, 1 } },   { 1, { 1, 7 } },   { 500, { 1, 64 } }, { 500, { 2, 20 } },  { 500, { 3, 20 } },
		{ 900, { 4, 9 } }, { 900, { 5, 4 } }, { 900, { 7, 3 } },  { 2000, { 33, 5 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *why = NULL;
		struct slice page;
		struct built b;

		print_message("%zu ids, %u pages\n", cases[i].n, cases[i].plan.pages);
		build(&b, cases[i].n, cases[i].plan);
		assert_int_equal(b.file.n, filter_file_size(b.plan.pages));
		assert_int_equal(filter_check_file(b.digests, strbuf_slice(&b.file), b.plan.pages, b.root, &why), 0);
		for (size_t j = 0; j < b.n; j++) {
			page = page_at(&b, filter_page_of(b.keys[j].h, b.plan.pages));
			assert_true(filter_page_has(page, b.keys[j].seed, b.plan.probes));
		}
		if (b.n == 0)
			assert_false(filter_page_has(page_at(&b, 0), 12345, 1));
		built_release(&b);
	}
}

/* The root and every proof by the recursion of RFC 9162, 2.1.1 and 2.1.3. */
static size_t split_of(size_t n) /* the largest power of two below n */
{
	size_t k = 1;

	while (2 * k < n)
		k *= 2;
	return k;
}

static void tree_hash(const struct built *b, uint8_t out[32], uint32_t first, size_t n)
{
	uint8_t left[32], right[32];
	size_t k = split_of(n);

	if (n == 1) {
		assert_int_equal(digest_sha256_3(b->digests, out, slice_bytes("\0", 1), page_at(b, first), SLICE("")),
				 0);
		return;
	}
	tree_hash(b, left, first, k);
	tree_hash(b, right, first + (uint32_t)k, n - k);
	assert_int_equal(
		digest_sha256_3(b->digests, out, slice_bytes("\1", 1), slice_bytes(left, 32), slice_bytes(right, 32)),
		0);
}

static void tree_path(const struct built *b, struct strbuf *out, uint32_t m, uint32_t first, size_t n)
{
	size_t k = split_of(n);
	uint8_t hash[32];

	if (n == 1)
		return;
	if (m < k) {
		tree_path(b, out, m, first, k);
		tree_hash(b, hash, first + (uint32_t)k, n - k);
	} else {
		tree_path(b, out, m - (uint32_t)k, first + (uint32_t)k, n - k);
		tree_hash(b, hash, first, k);
	}
	strbuf_add(out, hash, 32);
}

static void test_proofs(void **state)
{
	(void)state;
	for (uint32_t pages = 1; pages <= 17; pages++) {
		struct built b;
		uint8_t root[32];

		print_message("%u pages\n", pages);
		build(&b, 300, (struct filter_plan){ pages, 4 });
		tree_hash(&b, root, 0, pages);
		assert_memory_equal(b.root, root, 32);
		for (uint32_t i = 0; i < pages; i++) {
			struct slice page = page_at(&b, i);
			struct strbuf path = STRBUF_INIT;

			tree_path(&b, &path, i, 0, pages);
			while (path.n < filter_record_size(pages) - FILTER_PAGE)
				strbuf_addch(&path, '\0');
			assert_memory_equal(page.p + FILTER_PAGE, path.p, path.n);
			strbuf_release(&path);
		}
		built_release(&b);
	}
}

static void test_refused_records(void **state)
{
	static const char length[] = "a record of a whitelist has another length";
	static const char root[] = "a page of a whitelist does not lead to its root";
	static const struct {
		uint32_t number, as,
			pages; /* the record of one page, shown as that of another, of another number of pages */
		size_t flip;   /* this byte is another; SIZE_MAX: none */
		ptrdiff_t longer;
		const char *why;
	} cases[] = {
		{ 2, 2, 5, SIZE_MAX, 0, NULL },
		{ 2, 2, 5, SIZE_MAX, -1, length },
		{ 2, 2, 5, SIZE_MAX, 1, length },
		{ 2, 2, 4, SIZE_MAX, 0, length },
		{ 2, 2, 8, SIZE_MAX, 0, NULL }, /* the path happens to be the same: p itself is signed */
		{ 2, 3, 5, SIZE_MAX, 0, root },
		{ 2, 0, 5, SIZE_MAX, 0, root },
		{ 0, 0, 5, 0, 0, root },
		{ 0, 0, 5, 4095, 0, root },
		{ 0, 0, 5, 4096, 0, root },
		{ 0, 0, 5, 4096 + 95, 0, root },
		{ 4, 4, 5, 4096, 0, root },
		{ 4, 4, 5, 4096 + 32, 0, "a record of a whitelist does not end in zeros" },
		{ 4, 4, 5, 4096 + 95, 0, "a record of a whitelist does not end in zeros" },
		{ 4, 4, 8, SIZE_MAX, 0, root },
	};
	struct built b;

	(void)state;
	build(&b, 300, (struct filter_plan){ 5, 4 });
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice page = { NULL, 0 };
		const char *why = NULL;
		struct strbuf record = STRBUF_INIT;

		print_message("case %zu\n", i);
		strbuf_add(&record, page_at(&b, cases[i].number).p, filter_record_size(5));
		if (cases[i].flip != SIZE_MAX)
			record.p[cases[i].flip] ^= 1;
		strbuf_addch(&record, 0);
		record.n = (size_t)((ptrdiff_t)record.n - 1 + cases[i].longer);
		assert_int_equal(filter_check_record(&page, b.digests, strbuf_slice(&record), cases[i].as,
						     cases[i].pages, b.root, &why),
				 cases[i].why ? -1 : 0);
		if (cases[i].why)
			assert_string_equal(why, cases[i].why);
		assert_int_equal(page.n, cases[i].why ? 0 : FILTER_PAGE);
		strbuf_release(&record);
	}
	built_release(&b);
}

/* Every bit of a file counts. */
static void test_refused_files(void **state)
{
	const char *why = NULL;
	struct built b;

	(void)state;
	build(&b, 300, (struct filter_plan){ 3, 4 });
	for (size_t i = 0; i < b.file.n; i += 61) {
		b.file.p[i] ^= (char)(1 << i % 8);
		assert_int_equal(filter_check_file(b.digests, strbuf_slice(&b.file), 3, b.root, &why), -1);
		b.file.p[i] ^= (char)(1 << i % 8);
	}
	assert_int_equal(filter_check_file(b.digests, slice_bytes(b.file.p, b.file.n - 1), 3, b.root, &why), -1);
	assert_string_equal(why, "a whitelist has another length");
	assert_int_equal(filter_check_file(b.digests, strbuf_slice(&b.file), 3, b.root, &why), 0);
	built_release(&b);
}

static void test_append(void **state)
{
	struct built b;
	struct strbuf out = STRBUF_INIT;
	uint8_t root[32];

	(void)state;
	build(&b, 10, (struct filter_plan){ 2, 4 });
	strbuf_adds(&out, "head");
	assert_int_equal(filter_encode(&out, root, b.digests, b.keys, b.n, b.plan), 0);
	assert_int_equal(out.n, 4 + b.file.n);
	assert_memory_equal(out.p, "head", 4);
	assert_memory_equal(out.p + 4, b.file.p, b.file.n);
	assert_memory_equal(root, b.root, 32);
	out.failed = true;
	assert_int_equal(filter_encode(&out, root, b.digests, b.keys, b.n, b.plan), -1);
	strbuf_release(&out);
	built_release(&b);
}

/* The rate of false positives that is measured lies near the expected one, and below what was asked for. */
static void test_rate(void **state)
{
	static const struct {
		uint64_t rate; /* in units of 1e-15 */
		uint32_t queries;
	} cases[] = { { 1000000000000, 300000 }, { 10000000000, 3000000 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t seed = 77 + i;
		struct filter_plan plan;
		struct built b;
		uint32_t hits = 0;
		double expected;

		assert_int_equal(filter_plan(&plan, 100000, cases[i].rate), 0);
		build(&b, 100000, plan);
		for (uint32_t q = 0; q < cases[i].queries; q++) {
			uint32_t number = filter_page_of(random_next(&seed), plan.pages);

			hits += filter_page_has(page_at(&b, number), random_next(&seed), plan.probes);
		}
		expected = (double)rate_at(100000.0 / plan.pages, plan.probes) * cases[i].queries;
		print_message("%u pages, %u probes: %u hits, %.1f expected\n", plan.pages, plan.probes, hits, expected);
		assert_true(expected <= 1e-15 * (double)cases[i].rate * cases[i].queries);
		assert_true(fabs(hits - expected) < 4.5 * sqrt(expected));
		built_release(&b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),         cmocka_unit_test(test_plan),
		cmocka_unit_test(test_hashes),        cmocka_unit_test(test_golden),
		cmocka_unit_test(test_page_of),       cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_sort),          cmocka_unit_test(test_members),
		cmocka_unit_test(test_proofs),        cmocka_unit_test(test_refused_records),
		cmocka_unit_test(test_refused_files), cmocka_unit_test(test_append),
		cmocka_unit_test(test_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
