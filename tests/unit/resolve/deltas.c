/* Packages by deltas: used where they fit, and else the package with the reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* this name is the library's here */

#include <stdio.h>

#include "wanting.h"

/* --- deltas -------------------------------------------------------------------------------------------------------------- */

/* What is wrong with a delta. */
enum delta_fault {
	SOUND,
	NO_BASE,      /* none lies here */
	OTHER_BASE,   /* one of that name lies here, with other bytes */
	TOO_LARGE,    /* as large as the package */
	OTHER_RESULT, /* it makes another file */
	WRONG_HEAD,   /* it is none */
	OTHER_LENGTH, /* its head says another one than is signed */
	BROKEN_BODY,  /* signed, but it cannot be applied */
	NO_MEMORY,    /* limits.apply */
	PART_HERE,    /* nearly all of the package lies here */
	DELTA_DOWN,   /* it cannot be fetched */
	DELTA_ABSENT,
	DELTA_FLIPPED, /* the server has other bytes */
	MALFORMED,     /* in the answer */
};

struct delta_test {
	struct test test;
	struct slice base;
	struct strbuf delta;
	char base_name[MDR_NAME], part[MDR_NAME];
	json_t *deltas;
};

static void add_delta(struct delta_test *d, const char *from, struct slice base, struct slice file)
{
	struct tree *t = &d->test.t;
	uint8_t hash[SHA256_SIZE];
	char from_hex[SHA256_HEX], hex[SHA256_HEX];

	assert_int_equal(digest_sha256(t->dg, hash, base), 0);
	digest_hex(from_hex, hash, SHA256_SIZE);
	assert_int_equal(digest_sha256(t->dg, hash, file), 0);
	digest_hex(hex, hash, SHA256_SIZE);
	part_name(d->part, "part-", hash);
	tree_put(t, arena_printf(&t->mem, "targets/%s.bin", hex).p, file);
	json_array_append_new(d->deltas, json_pack("{s:s, s:s, s:s, s:I, s:s}", "from", from, "fromSha256", from_hex,
						   "url", arena_printf(&t->mem, BASE "targets/%s.bin", hex).p, "size",
						   (json_int_t)file.n, "sha256", hex));
	d->test.w.deltas = d->deltas;
}

static void damage_delta(struct delta_test *d, enum delta_fault fault)
{
	struct digests *dg = d->test.t.dg;
	struct delta_header h;
	const char *why;

	if (fault == OTHER_RESULT)
		made_delta(&d->delta, dg, DELTA_FILE, d->base, slice_sub(d->test.package, 0, SIZE - 1));
	if (fault == WRONG_HEAD)
		d->delta.p[0] ^= 1;
	if (fault == OTHER_LENGTH)
		strbuf_addch(&d->delta, 'x');
	if (fault == TOO_LARGE) {
		while (d->delta.n < SIZE)
			strbuf_addch(&d->delta, 'x');
	}
	if (fault != BROKEN_BODY)
		return;
	assert_int_equal(delta_decode(&h, strbuf_slice(&d->delta), &why), 0);
	d->delta.p[DELTA_HEADER] ^= 1;
	assert_int_equal(digest_sha256(dg, h.body, slice_from(strbuf_slice(&d->delta), DELTA_HEADER)), 0);
	delta_encode((uint8_t *)d->delta.p, &h);
}

static void delta_setup(struct delta_test *d, enum delta_fault fault)
{
	struct test *t = &d->test;
	char *old = NULL;
	uint8_t hash[SHA256_SIZE];

	setup(t);
	old = arena_alloc(&t->t.mem, SIZE);
	memcpy(old, t->package.p, SIZE);
	made_bytes(old + 1000, 3000, 7);
	d->base = slice_bytes(old, SIZE);
	d->delta = (struct strbuf)STRBUF_INIT;
	d->deltas = json_array();
	made_delta(&d->delta, t->t.dg, DELTA_FILE, d->base, t->package);
	damage_delta(d, fault);
	add_delta(d, "4.9.0", d->base, strbuf_slice(&d->delta));
	assert_int_equal(digest_sha256(t->t.dg, hash, d->base), 0);
	download_name(d->base_name, hash);
	if (fault != NO_BASE)
		strbuf_addslice(&store_make(&t->t.store, d->base_name)->bytes, d->base);
	if (fault == OTHER_BASE)
		store_find(&t->t.store, d->base_name)->bytes.p[77] ^= 1;
	if (fault == PART_HERE)
		strbuf_addslice(&store_make(&t->t.store, t->part)->bytes, slice_sub(t->package, 0, SIZE - 100));
	if (fault == NO_MEMORY)
		t->c->terms.limits.apply = 2 * SIZE;
	if (fault == DELTA_DOWN || fault == DELTA_ABSENT)
		server_add(&t->s, ".bin", fault == DELTA_DOWN ? SERVE_DOWN : SERVE_ABSENT, 0, 0);
	if (fault == DELTA_FLIPPED)
		server_add(&t->s, ".bin", SERVE_FLIPPED, 500, 0);
	if (fault == MALFORMED)
		json_object_del(json_array_get(d->deltas, 0), "fromSha256");
}

static void delta_teardown(struct delta_test *d)
{
	json_decref(d->deltas);
	strbuf_release(&d->delta);
	teardown(&d->test);
}

static void test_deltas(void **state)
{
	static const struct {
		enum delta_fault fault;
		const char *why; /* its beginning; NULL: the delta is used */
	} cases[] = {
		{ SOUND, NULL },
		{ NO_BASE, "from 4.9.0: its base is not here" },
		{ OTHER_BASE, "from 4.9.0: the base is not the file that this delta was made from" },
		{ TOO_LARGE, "from 4.9.0: it is no smaller than the package" },
		{ OTHER_RESULT, "from 4.9.0: it makes another file than the package" },
		{ WRONG_HEAD, "from 4.9.0: the delta is refused: it is no delta, or is cut off" },
		{ OTHER_LENGTH, "from 4.9.0: its head says " },
		{ BROKEN_BODY, "from 4.9.0: the delta is refused: its body is not one frame" },
		{ NO_MEMORY, "from 4.9.0: it takes 662144 bytes to apply; at most 400000 are allowed" },
		{ PART_HERE, "from 4.9.0: less is missing of the package itself" },
		{ DELTA_DOWN, "from 4.9.0: upgrade 5.0.0: https://mirror.example.com/targets/" },
		{ DELTA_ABSENT, "from 4.9.0: upgrade 5.0.0: https://mirror.example.com/targets/" },
		{ DELTA_FLIPPED, "from 4.9.0: upgrade 5.0.0: https://mirror.example.com/targets/" },
		{ MALFORMED, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct delta_test d;
		struct test *t = &d.test;

		delta_setup(&d, cases[i].fault);
		if (get(t))
			print_message("%s\n", t->err.text);
		assert_int_equal(t->err.text[0], '\0');
		print_message("%zu: %zu bytes: %s\n", i, (size_t)t->got.fetched, t->got.why_full);
		assert_int_equal(t->got.by_delta, !cases[i].why);
		assert_memory_equal(t->got.why_full, cases[i].why ? cases[i].why : "",
				    cases[i].why ? strlen(cases[i].why) : 1);
		assert_int_equal(t->got.why_full[0] == '\0', !cases[i].why || !*cases[i].why);
		t->got.why_full[0] = '\0';
		expect_package(t);
		assert_null(store_find(&t->t.store, d.part)); /* used or refused: it is gone */
		if (!cases[i].why)
			assert_int_equal(t->got.fetched, d.delta.n);
		delta_teardown(&d);
	}
}

/* The base is in memory; one that is not the published package is not looked for there. */
static void test_base_in_memory(void **state)
{
	struct delta_test d;
	struct test *t = &d.test;
	struct mdr_download how = { 0 };

	(void)state;
	delta_setup(&d, NO_BASE);
	how.base = d.base.p;
	how.base_size = d.base.n;
	assert_int_equal(download(&t->got, t->c, &t->w, &how, &t->err), MDR_OK);
	assert_true(t->got.by_delta);
	expect_package(t);
	delta_teardown(&d);
	delta_setup(&d, NO_BASE);
	how.base = d.base.p;
	how.base_size = d.base.n - 1;
	assert_int_equal(download(&t->got, t->c, &t->w, &how, &t->err), MDR_OK);
	assert_false(t->got.by_delta);
	assert_string_equal(t->got.why_full, "from 4.9.0: its base is not here");
	delta_teardown(&d);
}

/* The smallest that fits is taken; the reasons of the others are told where none does. */
static void test_several(void **state)
{
	static const char word[] = "nothing of it";
	struct delta_test d;
	struct test *t = &d.test;
	struct strbuf tiny = STRBUF_INIT;

	(void)state;
	delta_setup(&d, SOUND);
	made_delta(&tiny, t->t.dg, DELTA_FILE, slice_of(word), SLICE("5"));
	add_delta(&d, "4.8.0", slice_of(word), strbuf_slice(&tiny));
	assert_int_equal(get(t), MDR_OK);
	assert_true(t->got.by_delta);
	expect_package(t);
	delta_teardown(&d);
	delta_setup(&d, BROKEN_BODY);
	add_delta(&d, "4.8.0", slice_of(word), strbuf_slice(&tiny));
	assert_int_equal(get(t), MDR_OK);
	assert_string_equal(t->got.why_full,
			    "from 4.8.0: its base is not here; from 4.9.0: the delta is refused: its body "
			    "is not one frame of the result's size");
	delta_teardown(&d);
	strbuf_release(&tiny);
}

/* A delta is resumed like a package, and one that was cut off by the network stays until it is whole, or the package is. */
static void test_delta_resumed(void **state)
{
	struct delta_test d;
	struct test *t = &d.test;

	(void)state;
	delta_setup(&d, SOUND);
	server_add(&t->s, ".bin", SERVE_CUT, MDR_DELTA_HEAD, 1);
	server_add(&t->s, ".bin", SERVE_CUT, 1000, 1);
	server_add(&t->s, "://", SERVE_DOWN, 0, 0);
	assert_int_equal(get(t), MDR_UNREACHABLE);
	assert_int_equal(stored(t, d.part), MDR_DELTA_HEAD + 1000);
	assert_false(t->got.by_delta);
	server_reset(&t->s);
	assert_int_equal(get(t), MDR_OK);
	assert_true(t->got.by_delta);
	assert_int_equal(t->got.fetched, d.delta.n - MDR_DELTA_HEAD - 1000);
	expect_package(t);
	delta_teardown(&d);
	delta_setup(&d, SOUND);
	server_add(&t->s, ".bin", SERVE_CUT, 1000, 1);
	server_add(&t->s, ".bin", SERVE_DOWN, 0, 0);
	assert_int_equal(get(t), MDR_OK);
	assert_false(t->got.by_delta);
	assert_null(store_find(&t->t.store, d.part));
	delta_teardown(&d);
}

/* The storage fails while a delta is used: never a package that is not whole. */
static void test_delta_full_disk(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t n = 1;; n++) {
		struct delta_test d;
		struct test *t = &d.test;
		bool done;

		delta_setup(&d, SOUND);
		t->t.store.fail_at = n;
		done = get(t) == MDR_OK && t->t.store.fail_at;
		if (t->err.text[0]) {
			failed++;
			assert_int_equal(t->err.code, MDR_STORAGE);
			assert_null(store_find(&t->t.store, t->name));
			assert_int_equal(get(t), MDR_OK);
		}
		if (t->got.by_delta ||
		    t->got.fetched) /* else the result was whole, and its name came with the second call */
			assert_true(t->got.by_delta);
		t->got.why_full[0] = '\0';
		expect_package(t);
		if (store_find(&t->t.store, d.part)) { /* its removal failed */
			const char *keep = t->name;

			assert_int_equal(mdr_clean(t->c, &keep, 1, &t->err), MDR_OK);
			assert_null(store_find(&t->t.store, d.part));
			assert_non_null(store_find(&t->t.store, t->name));
		}
		delta_teardown(&d);
		if (done)
			break;
	}
	assert_int_equal(failed,
			 6); /* two records, head and body, the result and its name; removing the delta may fail */
}

/* --- archives ------------------------------------------------------------------------------------------------------------ */

/* H5: the base is any .amr with the tar, also one that is not the published one; what comes out is named after its own hash. */
static void test_archive(void **state)
{
	struct delta_test d;
	struct test *t = &d.test;
	struct strbuf amr = STRBUF_INIT, other = STRBUF_INIT, result = STRBUF_INIT;
	char name[MDR_NAME];
	uint8_t hash[SHA256_SIZE];

	(void)state;
	delta_setup(&d, NO_BASE);
	json_array_clear(d.deltas);
	made_amr(&amr, d.base);
	made_amr(&result, t->package);
	made_delta(&d.delta, t->t.dg, DELTA_TAR, d.base, strbuf_slice(&result));
	add_delta(&d, "1.0.0.1", strbuf_slice(&amr), strbuf_slice(&d.delta));
	t->w.archive = true;
	strbuf_addslice(&other, strbuf_slice(&amr));
	assert_int_equal(digest_sha256(t->t.dg, hash, strbuf_slice(&result)), 0);
	download_name(name, hash);

	t->w.installed = "package-here";
	t->w.installed_version = "1.0.0.0";
	strbuf_addslice(&store_make(&t->t.store, t->w.installed)->bytes, SLICE("of another version"));
	assert_int_equal(get(t), MDR_OK);
	assert_string_equal(t->got.why_full, "from 1.0.0.1: its base is not here");
	assert_int_equal(t->got.fetched, SIZE);
	store_find(&t->t.store, t->name)->there = false;

	t->w.installed_version = "1.0.0.1"; /* it says so, but is no archive */
	assert_int_equal(get(t), MDR_OK);
	assert_memory_equal(t->got.why_full, "from 1.0.0.1: the base cannot be read as an .amr: ", 49);
	assert_int_equal(t->got.fetched, SIZE + MDR_DELTA_HEAD);
	store_find(&t->t.store, t->name)->there = false;

	strbuf_reset(&store_find(&t->t.store, t->w.installed)->bytes);
	strbuf_addslice(&store_find(&t->t.store, t->w.installed)->bytes, strbuf_slice(&other));
	for (int again = 0; again < 2; again++) {
		assert_int_equal(get(t), MDR_OK);
		assert_true(t->got.by_delta);
		assert_string_equal(t->got.name, name);
		assert_int_equal(t->got.size, result.n);
		assert_int_equal(t->got.fetched, d.delta.n); /* no head is believed before all of it is there */
		assert_null(store_find(&t->t.store, d.part));
		assert_true(slice_eq(strbuf_slice(&store_find(&t->t.store, name)->bytes), strbuf_slice(&result)));
	}
	strbuf_release(&amr);
	strbuf_release(&other);
	strbuf_release(&result);
	delta_teardown(&d);
}

/* An archive that is loaded counts beside the tar in it. */
static void test_archive_memory(void **state)
{
	struct delta_test d;
	struct test *t = &d.test;
	struct strbuf amr = STRBUF_INIT, result = STRBUF_INIT;
	uint64_t need;

	(void)state;
	delta_setup(&d, NO_BASE);
	json_array_clear(d.deltas);
	made_amr(&amr, d.base);
	made_amr(&result, t->package);
	made_delta(&d.delta, t->t.dg, DELTA_TAR, d.base, strbuf_slice(&result));
	add_delta(&d, "1.0.0.1", strbuf_slice(&amr), strbuf_slice(&d.delta));
	t->w.archive = true;
	t->w.installed = "package-here";
	strbuf_addslice(&store_make(&t->t.store, t->w.installed)->bytes, strbuf_slice(&amr));
	need = d.base.n + result.n + delta_memory(DELTA_ZSTD) + amr.n;
	t->c->terms.limits.apply = need - 1;
	assert_int_equal(get(t), MDR_OK);
	assert_false(t->got.by_delta);
	assert_memory_equal(t->got.why_full, "from 1.0.0.1: it takes ", 23);
	store_find(&t->t.store, t->name)->there = false;
	t->c->terms.limits.apply = need;
	assert_int_equal(get(t), MDR_OK);
	assert_true(t->got.by_delta);
	strbuf_release(&amr);
	strbuf_release(&result);
	delta_teardown(&d);
}

/* What lies here of the delta came from anybody: its head names a package that is of something else. */
static void test_forged_head(void **state)
{
	static const char other[] = "the package of another app";
	struct delta_test d;
	struct test *t = &d.test;
	struct strbuf amr = STRBUF_INIT, result = STRBUF_INIT;
	struct delta_header h;
	struct store_entry *part;
	char other_name[MDR_NAME], name[MDR_NAME];
	uint8_t hash[SHA256_SIZE];
	const char *why;

	(void)state;
	delta_setup(&d, NO_BASE);
	json_array_clear(d.deltas);
	made_amr(&amr, d.base);
	made_amr(&result, t->package);
	made_delta(&d.delta, t->t.dg, DELTA_TAR, d.base, strbuf_slice(&result));
	add_delta(&d, "1.0.0.1", strbuf_slice(&amr), strbuf_slice(&d.delta));
	t->w.archive = true;
	t->w.installed = "package-here";
	strbuf_addslice(&store_make(&t->t.store, t->w.installed)->bytes, strbuf_slice(&amr));
	assert_int_equal(digest_sha256(t->t.dg, hash, strbuf_slice(&result)), 0);
	download_name(name, hash);

	assert_int_equal(delta_decode(&h, strbuf_slice(&d.delta), &why), 0);
	assert_int_equal(digest_sha256(t->t.dg, h.result, slice_of(other)), 0);
	h.result_size = sizeof(other) - 1;
	download_name(other_name, h.result);
	strbuf_adds(&store_make(&t->t.store, other_name)->bytes, other);
	part = store_make(&t->t.store, d.part);
	assert_true(strbuf_grow(&part->bytes, DELTA_HEADER));
	delta_encode((uint8_t *)part->bytes.p, &h);
	part->bytes.n = DELTA_HEADER;

	assert_int_equal(get(t), MDR_OK);
	assert_true(t->got.by_delta);
	assert_string_equal(t->got.name, name);
	assert_int_equal(t->got.size, result.n);
	assert_true(slice_eq(strbuf_slice(&store_find(&t->t.store, name)->bytes), strbuf_slice(&result)));
	assert_int_equal(stored(t, other_name), sizeof(other) - 1);
	strbuf_release(&amr);
	strbuf_release(&result);
	delta_teardown(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deltas),          cmocka_unit_test(test_base_in_memory),
		cmocka_unit_test(test_several),         cmocka_unit_test(test_delta_resumed),
		cmocka_unit_test(test_delta_full_disk), cmocka_unit_test(test_archive),
		cmocka_unit_test(test_archive_memory),  cmocka_unit_test(test_forged_head),
	};

	return cmocka_run_group_tests_name("resolve/deltas", tests, NULL, NULL);
}
