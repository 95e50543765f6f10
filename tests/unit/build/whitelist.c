#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/whitelist.h"
#include "world.h"

#define AT   "repo/lists/beta.txt: "
#define LINE "repo/lists/beta.txt:"
#define IDS  8

static struct whitelist make_list(void)
{
	return (struct whitelist){
		.name = SLICE("beta"), .path = "repo/lists/beta.txt", .rel = SLICE("lists/beta.txt"), .used = true
	};
}

/* By a filter that check_filter() found good. */
static bool listed(struct world *w, const struct whitelist_filter *f, struct slice id)
{
	uint8_t salt[SHA256_SIZE];
	struct filter_key key;
	uint64_t offset;
	uint32_t length;

	assert_int_equal(filter_salt(salt, w->digests, w->app.app_code, f->list->name), 0);
	assert_int_equal(filter_hash(&key, w->digests, salt, id), 0);
	filter_record_range(&offset, &length, f->plan.pages, filter_page_of(key.h, f->plan.pages));
	return filter_page_has(slice_sub(strbuf_slice(&f->bytes), offset, FILTER_PAGE), key.seed, f->plan.probes);
}

/* The filter is what its description says. */
static void check_filter(struct world *w, const struct whitelist_filter *f)
{
	struct filter_plan plan;
	uint8_t hash[SHA256_SIZE];
	const char *why = NULL;

	assert_int_equal(filter_plan(&plan, f->ids, whitelist_rate(&w->app, f->list)), 0);
	assert_int_equal(f->plan.pages, plan.pages);
	assert_int_equal(f->plan.probes, plan.probes);
	assert_int_equal(f->length, f->bytes.n);
	assert_int_equal(f->length, filter_file_size(plan.pages));
	assert_int_equal(filter_check_file(w->digests, strbuf_slice(&f->bytes), plan.pages, f->root, &why), 0);
	assert_int_equal(digest_sha256(w->digests, hash, strbuf_slice(&f->bytes)), 0);
	assert_memory_equal(f->file, hash, SHA256_SIZE);
}

/* --- texts -------------------------------------------------------------------------------------------------------- */
static const struct {
	const char *name;
	struct slice text;
	const char *ids[IDS]; /* all of them; a list that is refused has none */
	bool plain_ids;
	const char *said;
	bool refused;
} texts[] = {
	{ "a line each", SLICE("u1\nu2\nu3\n"), { "u1", "u2", "u3" }, false, "", false },
	{ "no line break at the end", SLICE("u1\nu2"), { "u1", "u2" }, false, "", false },
	{ "commas", SLICE("u1,u2,u3"), { "u1", "u2", "u3" }, false, "", false },
	{ "both, and white space",
	  SLICE(" u1 ,\tu2\r\n\r\n,, ,\v\f\nu3 , u4"),
	  { "u1", "u2", "u3", "u4" },
	  false,
	  "",
	  false },
	{ "CRLF", SLICE("u1\r\nu2\r\n"), { "u1", "u2" }, false, "", false },
	{ "white space inside is kept",
	  SLICE("u 1\nu  1\nu\t1\nu\0001\n"),
	  { "u 1", "u  1", "u\t1" },
	  false,
	  "",
	  false },
	{ "letters are compared as they are", SLICE("a\nA\n"), { "a", "A" }, false, "", false },
	{ "Unicode",
	  SLICE("用户甲\nüser\n\xf0\x9f\x98\x80\n"),
	  { "用户甲", "üser", "\xf0\x9f\x98\x80" },
	  false,
	  "",
	  false },
	{ "repetitions",
	  SLICE("u1\nu2,u1\n u2 \nu1\n"),
	  { "u1", "u2" },
	  false,
	  AT "warning: 3 of 5 ids are repetitions\n",
	  false },
	{ "empty", { NULL, 0 }, { NULL }, false, AT "warning: this list holds no id: nobody is on it\n", false },
	{ "only separators",
	  SLICE("\n , ,\r\n\t\n"),
	  { NULL },
	  false,
	  AT "warning: this list holds no id: nobody is on it\n",
	  false },
	{ "phone numbers",
	  SLICE("13800138000\n13800138001\nu1\n"),
	  { "13800138000", "13800138001", "u1" },
	  false,
	  AT "warning: 2 of 3 ids look like phone numbers or e-mail addresses; a filter does not hide ids that can be "
	     "enumerated: use opaque ids, or say plainIds = true in beta.ini\n",
	  false },
	{ "half of them phone numbers", SLICE("13800138000\nu1\n"), { "13800138000", "u1" }, false, "", false },
	{ "plainIds = true", SLICE("13800138000\n13800138001\nu1\n"), { "u1" }, true, "", false },
	{ "everything at once",
	  SLICE("a@b.cn\na@b.cn\n"),
	  { "a@b.cn" },
	  false,
	  AT "warning: 1 of 2 ids are repetitions\n" AT
	     "warning: 2 of 2 ids look like phone numbers or e-mail addresses; a filter does not hide ids that can be "
	     "enumerated: use opaque ids, or say plainIds = true in beta.ini\n",
	  false },
	{ "byte order mark",
	  SLICE("\xef\xbb\xbfu1\n"),
	  { NULL },
	  false,
	  LINE "1:1: error: a byte order mark; save the file as UTF-8 without one\n",
	  true },
	{ "invalid UTF-8",
	  SLICE("u1\nu2\nu\xff\nu4\n"),
	  { NULL },
	  false,
	  LINE "3:1: error: this line is not valid UTF-8\n",
	  true },
	{ "a character cut by a comma",
	  SLICE("\xe7\x94,\xa8\n"),
	  { NULL },
	  false,
	  LINE "1:1: error: this line is not valid UTF-8\n",
	  true },
	{ "Latin-1 in the last line",
	  SLICE("a\r\n\r\nJos\xe9"),
	  { NULL },
	  false,
	  LINE "3:1: error: this line is not valid UTF-8\n",
	  true },
	{ "UTF-16",
	  SLICE("\xff\xfeu\0001\000"),
	  { NULL },
	  false,
	  LINE "1:1: error: this line is not valid UTF-8\n",
	  true },
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		for (int encode = 0; encode < 2; encode++) {
			struct whitelist list = make_list();
			struct whitelist_filter f;
			struct world w;
			int result;

			print_message("%s%s\n", texts[i].name, encode ? ", encoded" : "");
			world_init(&w);
			list.plain_ids = texts[i].plain_ids;
			result = whitelist_make(&f, &w.app, &list, texts[i].text, w.digests, encode, &w.d);
			assert_int_equal(result, texts[i].refused ? -1 : 0);
			assert_string_equal(world_said(&w), texts[i].said);
			if (!encode || result) {
				assert_int_equal(f.bytes.n, 0);
			} else {
				check_filter(&w, &f);
				for (size_t k = 0; k < IDS && texts[i].ids[k]; k++)
					assert_true(listed(&w, &f, slice_of(texts[i].ids[k])));
				assert_false(listed(&w, &f, SLICE("somebody else")));
				assert_false(listed(&w, &f, SLICE("")));
			}
			whitelist_filter_release(&f);
			world_release(&w);
		}
	}
}

/* The number of distinct ids, with and without a filter. */
static void test_count(void **state)
{
	static const struct {
		struct slice text;
		uint64_t ids;
	} cases[] = {
		{ { NULL, 0 }, 0 },     { SLICE(","), 0 },          { SLICE("a"), 1 },
		{ SLICE("a,a\na"), 1 }, { SLICE("a,b\nc\n,d"), 4 }, { SLICE("a\0,a"), 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (int encode = 0; encode < 2; encode++) {
			struct whitelist list = make_list();
			struct whitelist_filter f;
			struct world w;

			print_message("%zu\n", i);
			world_init(&w);
			assert_int_equal(whitelist_make(&f, &w.app, &list, cases[i].text, w.digests, encode, &w.d), 0);
			assert_int_equal(f.ids, cases[i].ids);
			assert_ptr_equal(f.list, &list);
			whitelist_filter_release(&f);
			world_release(&w);
		}
	}
}

static void test_plain(void **state)
{
	static const struct {
		const char *id;
		bool plain;
	} cases[] = {
		{ "13800138000", true },
		{ "19912345678", true },
		{ "12800138000", false },
		{ "23800138000", false },
		{ "1380013800", false },
		{ "138001380001", false },
		{ "1380013800x", false },
		{ "+8613800138000", true },
		{ "+12345678", true },
		{ "+1234567", false },
		{ "+123456789012345", true },
		{ "+1234567890123456", false },
		{ "+1234567x9", false },
		{ "a@b.cn", true },
		{ "first.last@sub.example.com", true },
		{ "a@b", false },
		{ "@b.cn", false },
		{ "a@.cn", false },
		{ "first.last@host", false },
		{ "2088012345678901", false },
		{ "0c9f6e1a-7f7e-4f5e", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct whitelist list = make_list();
		struct whitelist_filter f;
		struct world w;

		print_message("%s\n", cases[i].id);
		world_init(&w);
		assert_int_equal(whitelist_make(&f, &w.app, &list, slice_of(cases[i].id), w.digests, false, &w.d), 0);
		assert_int_equal(w.d.warnings, cases[i].plain ? 1 : 0);
		world_release(&w);
	}
}

/* --- many ids ----------------------------------------------------------------------------------------------------- */
static void numbers(struct strbuf *out, size_t n, size_t step)
{
	for (size_t i = 0; i < n; i++)
		strbuf_addf(out, "user-%zu\n", i * step % n);
}

/* All of them are listed, hardly anybody else is, and neither order nor repetition shows in the bytes. */
static void test_many(void **state)
{
	enum { N = 20011, OTHERS = 20000 };
	struct strbuf forth = STRBUF_INIT, mixed = STRBUF_INIT;
	struct whitelist list = make_list();
	struct whitelist_filter f, g;
	size_t others = 0;
	struct world w;

	(void)state;
	world_init(&w);
	numbers(&forth, N, 1);
	numbers(&mixed, N, 7919);
	numbers(&mixed, N, 3);
	assert_int_equal(whitelist_make(&f, &w.app, &list, strbuf_slice(&forth), w.digests, true, &w.d), 0);
	assert_int_equal(w.d.n, 0);
	assert_int_equal(whitelist_make(&g, &w.app, &list, strbuf_slice(&mixed), w.digests, true, &w.d), 0);
	assert_string_equal(world_said(&w), AT "warning: 20011 of 40022 ids are repetitions\n");
	assert_int_equal(f.ids, N);
	assert_true(f.plan.pages > 1);
	check_filter(&w, &f);
	assert_true(slice_eq(strbuf_slice(&f.bytes), strbuf_slice(&g.bytes)));
	assert_memory_equal(f.root, g.root, SHA256_SIZE);
	for (size_t i = 0; i < N + OTHERS; i++) {
		char id[32];
		bool is = (snprintf(id, sizeof(id), "user-%zu", i), listed(&w, &f, slice_of(id)));

		assert_true(i >= N || is);
		others += i >= N && is;
	}
	print_message("%zu of %d others\n", others, OTHERS);
	assert_in_range(others, 0, 8); /* 2 are expected */
	whitelist_filter_release(&f);
	whitelist_filter_release(&g);
	strbuf_release(&forth);
	strbuf_release(&mixed);
	world_release(&w);
}

/* --- rates -------------------------------------------------------------------------------------------------------- */
static void test_rate(void **state)
{
	static const struct {
		const char *list, *app;
		int64_t audience[PLATFORM_COUNT];
		uint64_t rate; /* in 1e-15 */
	} cases[] = {
		{ "0.000001", "", { 1000, 1000, 1000 }, 1000000000 },
		{ "0.000001", "0.00001", { -1, -1, -1 }, 1000000000 },
		{ "", "0.00001", { 1000000, -1, -1 }, 10000000000 },
		{ "", "0.000000000001", { -1, -1, -1 }, 1000 },
		{ "0.000000000000001", "", { -1, -1, -1 }, 1 },
		{ "", "", { -1, -1, -1 }, 100000000000 }, /* nothing known: 1e-4 */
		{ "", "", { 0, 0, 0 }, 100000000000 },
		{ "", "", { 1, -1, -1 }, 100000000000 }, /* at most 1e-4 */
		{ "", "", { 1000, -1, -1 }, 100000000000 },
		{ "", "", { 1001, -1, -1 }, 99900099900 },
		{ "", "", { 1200000, 800000, 50000 }, 48780487 },
		{ "", "", { 1200000, -1, 50000 }, 80000000 },
		{ "", "", { 100000000000, -1, -1 }, 1000 }, /* at least 1e-12 */
		{ "", "", { 100000000001, -1, -1 }, 1000 },
		{ "", "", { INT64_MAX, INT64_MAX, -1 }, 1000 },
	};
	struct world w;

	(void)state;
	world_init(&w);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct whitelist list = make_list();

		print_message("%zu\n", i);
		list.fpr = slice_of(cases[i].list);
		w.app.filter_fpr = slice_of(cases[i].app);
		memcpy(w.app.audience, cases[i].audience, sizeof(w.app.audience));
		assert_int_equal(whitelist_rate(&w.app, &list), cases[i].rate);
	}
	world_release(&w);
}

static void test_no_plan(void **state)
{
	struct whitelist list = make_list();
	struct whitelist_filter f;
	struct world w;

	(void)state;
	world_init(&w);
	list.fpr = SLICE("0.0000000000001");
	assert_int_equal(whitelist_make(&f, &w.app, &list, SLICE("u1"), w.digests, true, &w.d), -1);
	assert_string_equal(world_said(&w), AT "error: no filter holds 1 ids at this rate of false positives\n");
	assert_null(f.bytes.p);
	world_release(&w);
}

/* --- recipes ------------------------------------------------------------------------------------------------------ */

/* Everything that the bytes depend on is in the key, and nothing else. */
static void test_key(void **state)
{
	static const struct {
		const char *id, *app, *name, *fpr;
		bool device, plain;
		bool same; /* as the first */
	} cases[] = {
		{ "aa", "D-default", "beta", "0.00001", false, false, true },
		{ "aa", "D-default", "beta", "0.000010", false, false, true },
		{ "aa", "D-default", "beta", "0.00001", true, true, true },
		{ "ab", "D-default", "beta", "0.00001", false, false, false },
		{ "aa", "E-default", "beta", "0.00001", false, false, false },
		{ "aa", "D-default", "Beta", "0.00001", false, false, false },
		{ "aa", "D-default", "beta", "0.00002", false, false, false },
		{ "aa", "D-default", "beta", "", false, false, false },
		{ "aa", "D-defaul", "tbeta", "0.00001", false, false, false },
	};
	uint8_t first[SHA256_SIZE], key[SHA256_SIZE];
	struct world w;

	(void)state;
	world_init(&w);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct whitelist list = make_list();

		print_message("%zu\n", i);
		list.name = slice_of(cases[i].name);
		list.fpr = slice_of(cases[i].fpr);
		list.id_type = cases[i].device ? ID_DEVICE : ID_USER;
		list.plain_ids = cases[i].plain;
		w.app.app_code = slice_of(cases[i].app);
		assert_true(whitelist_key(key, &w.book, &w.app, &list, cases[i].id));
		if (i == 0)
			memcpy(first, key, sizeof(first));
		assert_int_equal(memcmp(first, key, sizeof(first)) == 0, cases[i].same);
		assert_false(whitelist_key(key, &w.book, &w.app, &list, ""));
	}
	world_release(&w);
}

static void test_reuse(void **state)
{
	static const struct {
		const char *fact, *value; /* changed; NULL: none */
		long length;              /* added */
		bool good;
	} cases[] = {
		{ NULL, NULL, 0, true },     { "ids", "-1", 0, false },    { "ids", "", 0, false },
		{ "pages", "0", 0, false },  { "pages", "2", 0, false },   { "pages", "4294967297", 0, false },
		{ "probes", "0", 0, false }, { "probes", "65", 0, false }, { "probes", "64", 0, true },
		{ "root", "00", 0, false },  { NULL, NULL, 1, false },     { NULL, NULL, -1, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct whitelist list = make_list();
		struct whitelist_filter made, kept;
		uint8_t key[SHA256_SIZE];
		struct world w;
		struct recipe *r;

		print_message("%zu: %s %s\n", i, cases[i].fact ? cases[i].fact : "",
			      cases[i].value ? cases[i].value : "");
		world_init(&w);
		assert_int_equal(whitelist_make(&made, &w.app, &list, SLICE("a,b,c"), w.digests, true, &w.d), 0);
		assert_true(whitelist_key(key, &w.book, &w.app, &list, "aa"));
		whitelist_note(&made, &w.book, key);
		world_next(&w);
		r = &w.known.v[0];
		assert_string_equal(r->name.p, "filter.bin");
		r->length = (uint64_t)((long)r->length + cases[i].length);
		for (size_t k = 0; k < r->nfacts; k++) {
			if (cases[i].fact && slice_eqs(r->facts[k].name, cases[i].fact))
				r->facts[k].value = slice_of(cases[i].value);
		}
		assert_int_equal(whitelist_reuse(&kept, &w.book, key, &list), cases[i].good);
		assert_int_equal(w.book.n, cases[i].good ? 1 : 0);
		if (i == 0) {
			assert_ptr_equal(kept.list, &list);
			assert_int_equal(kept.ids, 3);
			assert_memory_equal(&kept.plan, &made.plan, sizeof(made.plan));
			assert_memory_equal(kept.root, made.root, SHA256_SIZE);
			assert_memory_equal(kept.file, made.file, SHA256_SIZE);
			assert_int_equal(kept.length, made.length);
			assert_null(kept.bytes.p);
			key[0] ^= 1;
			assert_false(whitelist_reuse(&kept, &w.book, key, &list));
		}
		whitelist_filter_release(&made);
		world_release(&w);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts), cmocka_unit_test(test_count), cmocka_unit_test(test_plain),
		cmocka_unit_test(test_many),  cmocka_unit_test(test_rate),  cmocka_unit_test(test_no_plan),
		cmocka_unit_test(test_key),   cmocka_unit_test(test_reuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
