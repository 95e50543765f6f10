#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "madedelta.h"
#include "resolve/mdresolve.h"

/* --- what is allocated ------------------------------------------------------------------------------------------------ */

#if defined(__SANITIZE_ADDRESS__)
#define COUNTS false
static size_t used, peak, too_much;
#else
#define COUNTS true
static size_t used, peak, too_much; /* 0, or what realloc() refuses */

#pragma GCC visibility push(default) /* for the libraries, too */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

static void *count(void *p)
{
	used += p ? malloc_usable_size(p) : 0;
	if (used > peak)
		peak = used;
	return p;
}

void *malloc(size_t n)
{
	return count(__libc_malloc(n));
}

void *calloc(size_t n, size_t size)
{
	return count(__libc_calloc(n, size));
}

void *realloc(void *p, size_t n)
{
	size_t old = p ? malloc_usable_size(p) : 0;
	void *q;

	if (too_much && n >= too_much)
		return NULL;
	q = __libc_realloc(p, n);
	if (q || !n)
		used -= old;
	return count(q);
}

void free(void *p)
{
	used -= p ? malloc_usable_size(p) : 0;
	__libc_free(p);
}
#pragma GCC visibility pop
#endif

/* --- a delta ---------------------------------------------------------------------------------------------------------- */

#define SIZE 300000

struct test {
	struct digests *dg;
	char *old, *young; /* SIZE bytes, SIZE + 1000 */
	struct strbuf base, delta, result;
	struct mdr_error err;
};

static void make_delta(struct test *t, enum delta_form form)
{
	made_delta(&t->delta, t->dg, form, strbuf_slice(&t->base), slice_bytes(t->young, SIZE + 1000));
}

static void setup(struct test *t)
{
	*t = (struct test){ .base = STRBUF_INIT };
	assert_int_equal(digests_new(&t->dg), 0);
	t->old = malloc(SIZE);
	t->young = malloc(SIZE + 1000);
	made_bytes(t->old, SIZE, 1);
	memcpy(t->young, t->old, 1000);
	made_bytes(t->young + 1000, 1000, 7);
	memcpy(t->young + 2000, t->old + 1000, SIZE - 1000);
	strbuf_add(&t->base, t->old, SIZE);
	make_delta(t, DELTA_FILE);
}

/* The same base inside of an .amr. */
static void setup_amr(struct test *t)
{
	setup(t);
	make_delta(t, DELTA_TAR);
	made_amr(&t->base, slice_bytes(t->old, SIZE));
}

static void teardown(struct test *t)
{
	free(t->old);
	free(t->young);
	strbuf_release(&t->base);
	strbuf_release(&t->delta);
	strbuf_release(&t->result);
	digests_free(t->dg);
}

/* Applies the delta; the result must then be as it should, or all zeros. */
static enum mdr_code apply(struct test *t, uint64_t limit)
{
	enum mdr_code code;

	strbuf_reset(&t->result);
	assert_true(strbuf_grow(&t->result, SIZE + 1000));
	memset(t->result.p, 0x55, SIZE + 1000);
	t->err = (struct mdr_error){ 0 };
	code = mdr_delta_apply(t->result.p, SIZE + 1000, t->delta.p, t->delta.n, t->base.p, t->base.n, limit, &t->err);
	for (size_t i = 0; code && i < SIZE + 1000; i++)
		assert_int_equal(t->result.p[i], 0);
	if (!code)
		assert_memory_equal(t->result.p, t->young, SIZE + 1000);
	assert_int_equal(code, t->err.code);
	return code;
}

static void test_head(void **state)
{
	struct test t;
	struct mdr_delta d;

	(void)state;
	setup(&t);
	assert_int_equal(mdr_delta_read(&d, t.delta.p, MDR_DELTA_HEAD, &t.err), MDR_OK);
	assert_true(d.method == 1 && d.form == 0 && d.size == t.delta.n && d.base_size == SIZE);
	assert_true(d.result_size == SIZE + 1000 && d.memory == 262144);
	assert_int_equal(mdr_delta_check(&d, t.base.p, t.base.n, &t.err), MDR_OK);
	assert_int_equal(mdr_delta_check(&d, t.base.p, t.base.n - 1, &t.err), MDR_REFUSED);
	t.base.p[5] ^= 1;
	assert_int_equal(mdr_delta_check(&d, t.base.p, t.base.n, &t.err), MDR_REFUSED);
	assert_string_equal(t.err.text, "the base is not the file that this delta was made from");
	assert_int_equal(mdr_delta_read(&d, t.delta.p, MDR_DELTA_HEAD - 1, &t.err), MDR_REFUSED);
	assert_string_equal(t.err.text, "the delta is refused: it is no delta, or is cut off");
	teardown(&t);
}

static void test_apply(void **state)
{
	struct test t;

	(void)state;
	setup(&t);
	assert_true(t.delta.n < 5000);
	assert_int_equal(apply(&t, 0), MDR_OK);
	assert_int_equal(apply(&t, 2 * SIZE + 1000 + 262144), MDR_OK);
	assert_int_equal(apply(&t, 2 * SIZE + 1000 + 262143), MDR_MEMORY);
	assert_string_equal(t.err.text, "the delta takes 863144 bytes to apply; at most 863143 are allowed");
	assert_int_equal(mdr_delta_apply(t.result.p, SIZE + 999, t.delta.p, t.delta.n, t.base.p, t.base.n, 0, &t.err),
			 MDR_REFUSED);
	assert_string_equal(t.err.text, "the result has 301000 bytes; there is room for 300999");
	teardown(&t);
}

/* Every byte of the head, and some of the body. */
static void test_flipped(void **state)
{
	struct test t;

	(void)state;
	setup(&t);
	for (size_t i = 0; i < t.delta.n; i += i < DELTA_HEADER ? 1 : 97) {
		for (int bit = 0; bit < 8; bit += 3) {
			t.delta.p[i] ^= (char)(1 << bit);
			if (i != 10 || bit) /* form 1 is judged by the base */
				assert_int_not_equal(apply(&t, 0), MDR_OK);
			t.delta.p[i] ^= (char)(1 << bit);
		}
	}
	assert_int_equal(apply(&t, 0), MDR_OK);
	teardown(&t);
}

static void test_length(void **state)
{
	struct test t;
	size_t n;

	(void)state;
	setup(&t);
	n = t.delta.n;
	for (t.delta.n = 0; t.delta.n < n; t.delta.n += t.delta.n < DELTA_HEADER ? 10 : 101)
		assert_int_equal(apply(&t, 0), MDR_REFUSED);
	t.delta.n = n;
	strbuf_addch(&t.delta, '\0');
	assert_int_equal(apply(&t, 0), MDR_REFUSED);
	assert_non_null(strstr(t.err.text, "bytes; its head says"));
	teardown(&t);
}

/* The hash of the body belongs to it: what is in the frame is looked at. */
static void seal(struct test *t)
{
	struct delta_header h;
	const char *why;
	struct slice body = slice_from(strbuf_slice(&t->delta), DELTA_HEADER);

	assert_int_equal(delta_decode(&h, strbuf_slice(&t->delta), &why), 0);
	h.body_size = body.n;
	assert_int_equal(digest_sha256(t->dg, h.body, body), 0);
	delta_encode((uint8_t *)t->delta.p, &h);
}

static void test_hostile_bodies(void **state)
{
	static const char skipped[] = "\x50\x2a\x4d\x18\1\0\0\0x", old[] = "\x27\xb5\x2f\xfd";
	size_t refused = 0;
	struct test t;

	(void)state;
	setup(&t);
	strbuf_add(&t.delta, skipped, sizeof(skipped) - 1); /* a second frame */
	seal(&t);
	assert_int_equal(apply(&t, 0), MDR_REFUSED);
	assert_string_equal(t.err.text, "the delta is refused: its body is not one frame of the result's size");
	strbuf_truncate(&t.delta, DELTA_HEADER);
	strbuf_add(&t.delta, skipped, sizeof(skipped) - 1);
	seal(&t);
	assert_int_equal(apply(&t, 0), MDR_REFUSED);
	teardown(&t);
	setup(&t);
	memcpy(t.delta.p + DELTA_HEADER, old, 4);
	seal(&t);
	assert_int_equal(apply(&t, 0), MDR_REFUSED);
	teardown(&t);
	setup(&t);
	for (size_t i = 4; i < 604;
	     i += 3) { /* damage that the body's hash covers; a few bits of a frame mean nothing */
		t.delta.p[DELTA_HEADER + i] ^= 0x10;
		seal(&t);
		refused += apply(&t, 0) == MDR_REFUSED;
		t.delta.p[DELTA_HEADER + i] ^= 0x10;
	}
	assert_in_range(refused, 195, 200);
	teardown(&t);
}

/* A frame that is good, but gives another result than the head says. */
static void test_other_result(void **state)
{
	struct test t;

	(void)state;
	setup(&t);
	t.delta.p[80] ^= 1;
	assert_int_equal(apply(&t, 0), MDR_REFUSED);
	assert_string_equal(t.err.text, "the delta is refused: its result has another SHA-256");
	t.delta.p[80] ^= 1;
	t.delta.p[DELTA_HEADER + 60] ^= 1;
	assert_int_equal(apply(&t, 0), MDR_REFUSED);
	assert_string_equal(t.err.text, "the delta is refused: its body has another SHA-256");
	teardown(&t);
}

static void test_amr(void **state)
{
	struct mdr_delta d;
	struct test t;

	(void)state;
	setup_amr(&t);
	assert_int_equal(apply(&t, 0), MDR_OK);
	assert_int_equal(mdr_delta_read(&d, t.delta.p, t.delta.n, &t.err), MDR_OK);
	assert_int_equal(mdr_delta_check(&d, t.base.p, t.base.n, &t.err), MDR_OK);
	t.base.p[1000] ^= 1; /* in the tar: its CRC-32 tells */
	assert_int_equal(apply(&t, 0), MDR_REFUSED);
	assert_non_null(strstr(t.err.text, "the base cannot be read as an .amr: "));
	assert_int_equal(mdr_delta_check(&d, t.base.p, t.base.n, &t.err), MDR_REFUSED);
	strbuf_reset(&t.base);
	strbuf_add(&t.base, t.old, SIZE); /* the tar itself is no .amr */
	assert_int_equal(apply(&t, 0), MDR_REFUSED);
	teardown(&t);
}

/* What is allocated at most: what the head says, and the tar of an .amr. */
static void test_memory(void **state)
{
	struct test t;
	size_t before;

	(void)state;
	for (int form = 0; form < 2; form++) {
		(form ? setup_amr : setup)(&t);
		assert_int_equal(apply(&t, 0), MDR_OK); /* libcrypto keeps what it made for the first one */
		before = used;
		peak = used;
		assert_int_equal(apply(&t, 0), MDR_OK);
		print_message("form %d: %zu bytes\n", form, peak - before);
		if (COUNTS) {
			assert_true(peak - before > 100000); /* it is counted */
			assert_true(peak - before <= delta_memory(DELTA_ZSTD) + (form ? SIZE + 1 : 0));
			assert_true(used == before);
		}
		teardown(&t);
	}
}

/* A base that memory ends for is not a wrong base. */
static void test_no_memory(void **state)
{
	struct test t;

	(void)state;
	if (!COUNTS)
		return;
	setup_amr(&t);
	assert_int_equal(apply(&t, 0), MDR_OK);
	too_much = SIZE;
	assert_int_equal(apply(&t, 0), MDR_MEMORY);
	too_much = 0;
	assert_int_equal(apply(&t, 0), MDR_OK);
	teardown(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_hostile_bodies),
		cmocka_unit_test(test_other_result),
		cmocka_unit_test(test_amr),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
