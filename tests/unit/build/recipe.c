#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "world.h"

#define PARTS 4

/* SHA-256 over the parts, each behind its length: worked out by another program. */
static void test_key(void **state)
{
	static const struct {
		const char *parts[PARTS];
		size_t n;
		const char *hex; /* NULL: no key */
	} cases[] = {
		{ { "filter/1", "abc", "x", "" },
		  4,
		  "2028eb1ab94e31708f216eefe85f6a5ba57819a596b6ec1586157c904982440e" },
		{ { "package/1", "a" }, 2, "302af9afb25b760fcaea4b059f0829de258f8a906488f94dde38730e4ad5919c" },
		{ { "package/1", "" }, 2, NULL },
		{ { "package/1", "", "x" }, 3, NULL },
		{ { "package/1" }, 1, NULL },
	};
	struct world w;

	(void)state;
	world_init(&w);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice parts[PARTS];
		uint8_t key[SHA256_SIZE];
		char hex[SHA256_HEX];

		print_message("%zu\n", i);
		for (size_t k = 0; k < PARTS; k++)
			parts[k] = slice_of(cases[i].parts[k]);
		assert_int_equal(recipe_key(key, &w.book, parts, cases[i].n), cases[i].hex != NULL);
		if (!cases[i].hex)
			continue;
		digest_hex(hex, key, SHA256_SIZE);
		assert_string_equal(hex, cases[i].hex);
	}
	world_release(&w);
}

/* The same bytes, cut in other places, are another key. */
static void test_key_cuts(void **state)
{
	static const char *const cases[][PARTS] = {
		{ "f", "ab", "c", "" },     { "f", "a", "bc", "" }, { "f", "abc", "", "" },
		{ "f", "abc", NULL, NULL }, { "fa", "b", "c", "" },
	};
	uint8_t keys[COUNT(cases)][SHA256_SIZE];
	struct world w;

	(void)state;
	world_init(&w);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice parts[PARTS];
		size_t n = 0;

		for (; n < PARTS && cases[i][n]; n++)
			parts[n] = slice_of(cases[i][n]);
		assert_true(recipe_key(keys[i], &w.book, parts, n));
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(keys[i], keys[k], SHA256_SIZE);
	}
	world_release(&w);
}

static void note(struct world *w, uint8_t key, struct recipe_fact *facts, size_t n)
{
	struct recipe r = { .name = SLICE("filter.bin"), .length = key, .facts = facts, .nfacts = n };

	memset(r.key, key, sizeof(r.key));
	recipe_note(&w->book, &r);
}

static void test_book(void **state)
{
	static const uint8_t order[] = { 7, 3, 9, 3, 255, 0, 7, 7 }, sorted[] = { 0, 3, 7, 9, 255 };
	uint8_t key[SHA256_SIZE];
	struct recipes all;
	struct world w;

	(void)state;
	world_init(&w);
	assert_int_equal(recipe_book_close(&w.book).n, 0);
	for (size_t i = 0; i < COUNT(order); i++)
		note(&w, order[i], NULL, 0);
	all = recipe_book_close(&w.book);
	assert_int_equal(all.n, COUNT(sorted));
	for (size_t i = 0; i < all.n; i++) {
		assert_int_equal(all.v[i].key[31], sorted[i]);
		assert_int_equal(all.v[i].length, sorted[i]);
	}
	memset(key, 9, sizeof(key));
	assert_null(recipe_find(&w.book, key)); /* of this build */
	world_next(&w);
	assert_int_equal(recipe_find(&w.book, key)->length, 9);
	memset(key, 8, sizeof(key));
	assert_null(recipe_find(&w.book, key));
	assert_int_equal(recipe_book_close(&w.book).n, 0); /* finding is not keeping */
	world_release(&w);
}

static void test_facts(void **state)
{
	static const char *const sorted[] = { "ids", "md5", "pages" };
	static const uint8_t bytes[] = { 0x00, 0xa5, 0xff };
	uint8_t got[4] = { 1, 1, 1, 1 };
	uint64_t number = 1;
	struct world w;

	(void)state;
	world_init(&w);
	struct recipe_fact facts[] = {
		recipe_fact_uint(&w.mem, "pages", UINT64_MAX),
		recipe_fact_hex(&w.mem, "md5", bytes, sizeof(bytes)),
		recipe_fact_uint(&w.mem, "ids", 0),
	};
	note(&w, 1, facts, COUNT(facts));
	memset(facts, 0, sizeof(facts)); /* they are copied */
	for (size_t i = 0; i < COUNT(facts); i++)
		assert_string_equal(w.book.v[0].facts[i].name.p, sorted[i]);
	world_next(&w);
	const struct recipe *r = &w.known.v[0];
	assert_int_equal(r->nfacts, 3);
	assert_true(slice_eqs(r->facts[0].name, "ids") && slice_eqs(r->facts[0].value, "0"));
	assert_true(slice_eqs(r->facts[1].name, "md5") && slice_eqs(r->facts[1].value, "00a5ff"));
	assert_true(slice_eqs(r->facts[2].name, "pages") && slice_eqs(r->facts[2].value, "18446744073709551615"));
	assert_true(recipe_get_uint(&number, r, "pages"));
	assert_true(number == UINT64_MAX);
	assert_true(recipe_get_hex(got, 3, r, "md5"));
	assert_memory_equal(got, bytes, 3);
	assert_false(recipe_get_uint(&number, r, "probes"));
	assert_false(recipe_get_uint(&number, r, "md5"));
	assert_false(recipe_get_hex(got, 3, r, "sha256"));
	assert_false(recipe_get_hex(got, 2, r, "md5"));
	assert_false(recipe_get_hex(got, 4, r, "md5"));
	assert_false(recipe_get_hex(got, 1, r, "ids"));
	world_release(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_key_cuts),
		cmocka_unit_test(test_book),
		cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
