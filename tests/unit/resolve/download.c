/* Packages from servers that are slow, wrong, away, or not what they seem. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* this name is the library's here */

#include <stdio.h>

#include "wanting.h"

/* What lies here already. */
enum before { NOTHING, PART, WRONG_PART, WHOLE_PART, LONG_PART };

#define LEFT 100001 /* bytes of a part */

static void put_part(struct test *t, enum before before)
{
	struct strbuf *bytes;

	if (before == NOTHING)
		return;
	bytes = &store_make(&t->t.store, t->part)->bytes;
	strbuf_addslice(bytes, slice_sub(t->package, 0, before == WHOLE_PART || before == LONG_PART ? SIZE : LEFT));
	if (before == WRONG_PART)
		bytes->p[5] ^= 1;
	if (before == LONG_PART)
		strbuf_addch(bytes, 'x');
}

/* --- one address, several faults ------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	enum before before;
	struct serve_rule rules[4];
	size_t requests, bytes; /* that came over the wire */
	enum mdr_code code;
	const char *text;
	size_t part; /* that stays */
} servers[] = {
	{ "all is well", NOTHING, { { 0 } }, 1, SIZE, MDR_OK, NULL, 0 },
	{ "resumed", PART, { { 0 } }, 1, SIZE - LEFT, MDR_OK, NULL, 0 },
	{ "whole, but without its name", WHOLE_PART, { { 0 } }, 0, 0, MDR_OK, NULL, 0 },
	{ "a part that is too long", LONG_PART, { { 0 } }, 1, SIZE, MDR_OK, NULL, 0 },
	{ "a part of other bytes", WRONG_PART, { { 0 } }, 2, SIZE - LEFT + SIZE, MDR_OK, NULL, 0 },
	{ "cut again and again", NOTHING, { { BASE, SERVE_CUT, 50000, 0 } }, 4, SIZE, MDR_OK, NULL, 0 },
	{ "cut at a byte", NOTHING, { { BASE, SERVE_CUT, 99999, 0 } }, 3, SIZE, MDR_OK, NULL, 0 },
	{ "ends too early, goes on", NOTHING, { { BASE, SERVE_SHORT, 150000, 0 } }, 2, SIZE, MDR_OK, NULL, 0 },
	{ "begins with nothing", NOTHING, { { BASE, SERVE_CUT, 0, 1 } }, 2, SIZE, MDR_OK, NULL, 0 },
	{ "more than asked for", NOTHING, { { BASE, SERVE_MORE, 0, 0 } }, 1, SIZE + 7, MDR_OK, NULL, 0 },
	{ "a range from the front", PART, { { BASE, SERVE_FRONT, 0, 1 } }, 2, SIZE - LEFT + SIZE, MDR_OK, NULL, 0 },
	{ "a range that begins too late",
	  PART,
	  { { BASE, SERVE_SHIFTED, 3, 1 }, { BASE, SERVE_ABSENT, 0, 1 } },
	  4,
	  SIZE - LEFT + SIZE,
	  MDR_OK,
	  NULL,
	  0 },
	{ "a page, then the mirror", NOTHING, { { BASE, SERVE_PAGE, 0, 0 } }, 4, SIZE + 42, MDR_OK, NULL, 0 },
	{ "absent here, there at the mirror", NOTHING, { { BASE, SERVE_ABSENT, 0, 0 } }, 2, SIZE, MDR_OK, NULL, 0 },
	{ "down here, up at the mirror", PART, { { BASE, SERVE_DOWN, 0, 0 } }, 3, SIZE - LEFT, MDR_OK, NULL, 0 },
	{ "one other byte, once", NOTHING, { { BASE, SERVE_FLIPPED, 7, 1 } }, 2, 2 * SIZE, MDR_OK, NULL, 0 },
	{ "one other byte, always", NOTHING, { { BASE, SERVE_FLIPPED, SIZE - 1, 0 } }, 3, 3 * SIZE, MDR_OK, NULL, 0 },
	{ "other bytes everywhere",
	  NOTHING,
	  { { "p.apk", SERVE_FLIPPED, 0, 0 } },
	  4,
	  4 * SIZE,
	  MDR_REFUSED,
	  "upgrade 5.0.0: " MIRROR "targets/p.apk: has another SHA-256 than the signed one",
	  0 },
	{ "pages everywhere",
	  PART,
	  { { "p.apk", SERVE_PAGE, 0, 0 } },
	  4,
	  0,
	  MDR_REFUSED,
	  "upgrade 5.0.0: " MIRROR "targets/p.apk: ends after 100001 bytes; 200000 are signed",
	  LEFT },
	{ "pages everywhere, from the beginning",
	  NOTHING,
	  { { "p.apk", SERVE_PAGE, 0, 0 } },
	  6,
	  2 * 42,
	  MDR_REFUSED,
	  "upgrade 5.0.0: " MIRROR "targets/p.apk: ends after 42 bytes; 200000 are signed",
	  0 },
	{ "absent everywhere",
	  PART,
	  { { "p.apk", SERVE_ABSENT, 0, 0 } },
	  2,
	  0,
	  MDR_REFUSED,
	  "upgrade 5.0.0: " MIRROR "targets/p.apk: is missing",
	  LEFT },
	{ "down, and absent at the mirror",
	  PART,
	  { { BASE, SERVE_DOWN, 0, 0 }, { MIRROR, SERVE_ABSENT, 0, 0 } },
	  3,
	  0,
	  MDR_UNREACHABLE,
	  "upgrade 5.0.0: " BASE "targets/p.apk: cannot be fetched",
	  LEFT },
	{ "down for good after some bytes",
	  NOTHING,
	  { { BASE, SERVE_CUT, 70000, 1 }, { "p.apk", SERVE_DOWN, 0, 0 } },
	  5,
	  70000,
	  MDR_UNREACHABLE,
	  "upgrade 5.0.0: " MIRROR "targets/p.apk: cannot be fetched",
	  70000 },
	{ "wrong here, down at the mirror",
	  NOTHING,
	  { { BASE, SERVE_FLIPPED, 0, 0 }, { MIRROR, SERVE_DOWN, 0, 0 } },
	  4,
	  2 * SIZE,
	  MDR_UNREACHABLE,
	  "upgrade 5.0.0: " MIRROR "targets/p.apk: cannot be fetched",
	  0 },
};

static void test_servers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(servers); i++) {
		struct test t;
		enum mdr_code code;

		print_message("%s\n", servers[i].name);
		setup(&t);
		put_part(&t, servers[i].before);
		for (size_t j = 0; j < COUNT(servers[i].rules) && servers[i].rules[j].in; j++)
			t.s.rules[t.s.n++] = servers[i].rules[j];
		code = get(&t);
		if (code != servers[i].code || t.s.requests != servers[i].requests || t.s.bytes != servers[i].bytes)
			print_message("  code %d, %zu requests, %zu bytes: %s\n", (int)code, t.s.requests, t.s.bytes,
				      t.err.text);
		assert_int_equal(code, servers[i].code);
		assert_int_equal(t.s.requests, servers[i].requests);
		assert_int_equal(t.s.bytes, servers[i].bytes);
		assert_int_equal(stored(&t, t.part), servers[i].part);
		if (code) {
			assert_string_equal(t.err.text, servers[i].text);
			assert_null(store_find(&t.t.store, t.name));
		} else {
			expect_package(&t);
			t.s.requests = 0;
			assert_int_equal(get(&t), MDR_OK); /* it is there */
			assert_int_equal(t.s.requests + t.got.fetched, 0);
			expect_package(&t);
		}
		teardown(&t);
	}
}

/* A server that answers as it likes gets no more requests than an address is worth. */
static void test_tries(void **state)
{
	static const unsigned tries[] = { 1, 2, 5 };

	(void)state;
	for (size_t i = 0; i < COUNT(tries); i++) {
		struct mdr_download how = { .tries = tries[i] };
		struct test t;

		setup(&t);
		server_add(&t.s, "p.apk", SERVE_DOWN, 0, 0);
		assert_int_equal(download(&t.got, t.c, &t.w, &how, &t.err), MDR_UNREACHABLE);
		assert_int_equal(t.s.requests, 2 * tries[i]);
		server_reset(&t.s);
		if (tries[i] > 1)
			server_add(&t.s, "p.apk", SERVE_CUT, 0, tries[i] - 1);
		server_add(&t.s, "p.apk", SERVE_CUT, 100000, 1);
		if (tries[i] > 1) /* what came counts: as many tries again */
			server_add(&t.s, "p.apk", SERVE_CUT, 0, tries[i] - 1);
		assert_int_equal(download(&t.got, t.c, &t.w, &how, &t.err), MDR_OK);
		assert_string_equal(t.s.last, BASE "targets/p.apk");
		assert_int_equal(t.got.fetched, SIZE);
		teardown(&t);
	}
}

/* Which addresses a url has. */
static void test_addresses(void **state)
{
	static const struct {
		const char *url;
		const char *last;
		size_t bases, requests;
	} cases[] = {
		{ BASE "targets/p.apk", MIRROR "targets/p.apk", 2, 4 },
		{ BASE "targets/p.apk", BASE "targets/p.apk", 1, 2 },
		{ BASE "targets/p.apk", BASE "targets/p.apk", 0, 2 },
		{ "https://elsewhere.example.com/p.apk", "https://elsewhere.example.com/p.apk", 2, 2 },
		{ MIRROR "targets/p.apk", MIRROR "targets/p.apk", 2, 2 },
		{ "https://cdn.example.com/", "https://cdn.example.com/", 2, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct test t;

		print_message("%s of %zu\n", cases[i].url, cases[i].bases);
		setup(&t);
		t.t.offline = true;
		t.w.url = slice_of(cases[i].url);
		t.w.nbases = cases[i].bases;
		assert_int_equal(get(&t), MDR_UNREACHABLE);
		assert_string_equal(t.s.last, cases[i].last);
		assert_int_equal(t.s.requests, cases[i].requests);
		teardown(&t);
	}
}

/* --- progress ------------------------------------------------------------------------------------------------------------ */

struct progress {
	uint64_t done, total, stop; /* at that many bytes */
	size_t calls;
};

static bool follow(void *ctx, uint64_t done, uint64_t total)
{
	struct progress *p = ctx;

	assert_true(p->calls == 0 || p->total != total || done >= p->done);
	p->calls++;
	p->done = done;
	p->total = total;
	return done < p->stop;
}

static void test_progress(void **state)
{
	struct progress p = { .stop = 150001 };
	struct mdr_download how = { .progress = follow, .progress_ctx = &p };
	struct test t;

	(void)state;
	setup(&t);
	assert_int_equal(download(&t.got, t.c, &t.w, &how, &t.err), MDR_CANCELLED);
	assert_string_equal(t.err.text, "upgrade 5.0.0: stopped after 151000 of 200000 bytes");
	assert_int_equal(t.got.fetched, 151000);
	assert_int_equal(stored(&t, t.part), 151000); /* all that came is kept */
	assert_int_equal(t.s.requests, 1);
	p = (struct progress){ .stop = 151000 };
	assert_int_equal(download(&t.got, t.c, &t.w, &how, &t.err), MDR_CANCELLED);
	assert_string_equal(t.err.text, "upgrade 5.0.0: stopped before it began");
	assert_int_equal(t.s.requests, 1);
	assert_true(p.calls == 1 && p.done == 151000 && p.total == SIZE);
	p = (struct progress){ .stop = SIZE + 1 };
	assert_int_equal(download(&t.got, t.c, &t.w, &how, &t.err), MDR_OK);
	assert_int_equal(t.got.fetched, SIZE - 151000);
	assert_int_equal(p.done, SIZE);
	expect_package(&t);
	teardown(&t);
}

/* A fetch callback that does not listen changes nothing. */
static void test_deaf(void **state)
{
	struct progress p = { .stop = 150001 };
	struct mdr_download how = { .progress = follow, .progress_ctx = &p };
	struct test t;
	size_t calls;

	(void)state;
	setup(&t);
	assert_int_equal(download(&t.got, t.c, &t.w, &how, &t.err), MDR_CANCELLED);
	calls = p.calls;
	teardown(&t);
	setup(&t);
	server_add(&t.s, "p.apk", SERVE_DEAF, 0, 0);
	p.calls = 0;
	assert_int_equal(download(&t.got, t.c, &t.w, &how, &t.err), MDR_CANCELLED);
	assert_int_equal(p.calls, calls);
	assert_int_equal(stored(&t, t.part), 151000);
	assert_int_equal(get(&t), MDR_OK);
	expect_package(&t);
	teardown(&t);
	setup(&t);
	server_add(&t.s, "p.apk", SERVE_DEAF, 0, 0);
	t.t.store.fail_at = 2;
	assert_int_equal(get(&t), MDR_STORAGE);
	assert_int_equal(t.t.store.changes, 1);
	assert_int_equal(get(&t), MDR_OK);
	expect_package(&t);
	teardown(&t);
}

/* --- a full disk --------------------------------------------------------------------------------------------------------- */

/* Whatever change fails: it is told, what is there stays, and the next call makes it good. */
static void test_full_disk(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t n = 1;; n++) {
		struct test t;
		enum mdr_code code;

		setup(&t);
		store_store(&t.t.store, "old", "old", 3);
		t.t.store.fail_at = n;
		code = get(&t);
		if (code) {
			failed++;
			print_message("change %zu: %s\n", n, t.err.text);
			assert_int_equal(code, MDR_STORAGE);
			assert_null(store_find(&t.t.store, t.name));
			assert_non_null(store_find(&t.t.store, "old"));
			assert_int_equal(get(&t), MDR_OK);
		}
		expect_package(&t);
		teardown(&t);
		if (!code)
			break;
	}
	assert_int_equal(failed, 1 + 4 + 1); /* the record, four buffers, the name */
}

static void test_no_files(void **state)
{
	struct test t;

	(void)state;
	setup(&t);
	t.c->storage = (struct mdr_storage){ .ctx = NULL };
	assert_int_equal(get(&t), MDR_STORAGE);
	assert_string_equal(t.err.text, "there are no callbacks for files");
	assert_int_equal(mdr_clean(t.c, NULL, 0, &t.err), MDR_OK);
	teardown(&t);
}

/* --- what an answer says ------------------------------------------------------------------------------------------------- */

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_wanted(void **state)
{
	static const struct {
		const char *answer;
		bool good;
	} cases[] = {
		{ "{'url':'https://a/b','size':1,'sha256':'" HEX "'}", true },
		{ "{'url':'https://a/b','size':9223372036854775807,'sha256':'" HEX "','x':[]}", true },
		{ "{'url':'','size':1,'sha256':'" HEX "'}", false },
		{ "{'url':7,'size':1,'sha256':'" HEX "'}", false },
		{ "{'size':1,'sha256':'" HEX "'}", false },
		{ "{'url':'https://a/ b','size':1,'sha256':'" HEX "'}", false },
		{ "{'url':'https://a/\\r\\nb','size':1,'sha256':'" HEX "'}", false },
		{ "{'url':'https://a/\\u007f','size':1,'sha256':'" HEX "'}", false },
		{ "{'url':'https://a/b','size':0,'sha256':'" HEX "'}", false },
		{ "{'url':'https://a/b','size':-1,'sha256':'" HEX "'}", false },
		{ "{'url':'https://a/b','size':'1','sha256':'" HEX "'}", false },
		{ "{'url':'https://a/b','size':1.5,'sha256':'" HEX "'}", false },
		{ "{'url':'https://a/b','sha256':'" HEX "'}", false },
		{ "{'url':'https://a/b','size':1,'sha256':'" HEX "0'}", false },
		{ "{'url':'https://a/b','size':1,'sha256':'../x'}", false },
		{ "{'url':'https://a/b','size':1}", false },
		{ "[]", false },
		{ "null", false },
	};
	struct test t;

	(void)state;
	setup(&t);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *text = arena_str(&t.t.mem, slice_of(cases[i].answer));
		json_t *answer;

		print_message("%s\n", text);
		for (char *p = text; *p; p++)
			*p = *p == '\'' ? '"' : *p;
		answer = json_loads(text, JSON_DECODE_ANY, NULL);
		assert_non_null(answer);
		assert_int_equal(wanted_read(&t.w, t.c, PLATFORM_IOS, KIND_H5, answer, "url", "size"), cases[i].good);
		json_decref(answer);
	}
	teardown(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_servers),  cmocka_unit_test(test_tries),  cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_progress), cmocka_unit_test(test_deaf),   cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_no_files), cmocka_unit_test(test_wanted),
	};

	return cmocka_run_group_tests_name("resolve/download", tests, NULL, NULL);
}
