/* Deltas: from which releases, why not, and what the next build takes over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/deltas.h"
#include "format/delta.h"
#include "format/zipwrite.h"
#include "world.h"

#define RELEASES 6
#define COMMIT   1000
#define SIZE     20000

struct test {
	struct world w;
	struct upgrade upgrades[RELEASES];
	struct hotpatch hotpatches[RELEASES];
	struct h5_release h5[RELEASES];
	struct task tasks[RELEASES];
	struct slice amr[RELEASES]; /* what the callback finds; NULL: nothing */
	size_t asked;
	struct delta_maker m;
	struct delta_pairs pairs;
};

static int give_amr(void *ctx, struct strbuf *out, const struct h5_release *h)
{
	struct test *t = ctx;
	size_t i = (size_t)(h - t->h5);

	t->asked++;
	if (!t->amr[i].p)
		return 1;
	strbuf_addslice(out, t->amr[i]);
	return 0;
}

static void init(struct test *t)
{
	*t = (struct test){ .asked = 0 };
	world_init(&t->w);
	t->w.app.delta_from = 3;
	t->w.app.delta_max_ratio = 700000;
	t->w.app.upgrades = t->upgrades;
	t->w.app.hotpatches = t->hotpatches;
	t->w.app.h5 = t->h5;
	for (size_t i = 0; i < RELEASES; i++)
		t->tasks[i] = (struct task){ .status = STATUS_ENDED, .published_at = COMMIT };
	t->m = (struct delta_maker){ &t->w.app, COMMIT, &t->w.tree, t->w.digests, &t->w.book,
				     give_amr,  t,      &t->w.mem,  &t->w.d };
}

static void done(struct test *t)
{
	delta_pairs_release(&t->pairs);
	world_release(&t->w);
}

/* Bytes that do not pack, `changed` of them, from the middle on, of the version alone. */
static struct slice content(struct test *t, size_t n, size_t changed, uint32_t version)
{
	char *p = arena_alloc(&t->w.mem, n + 1);
	uint32_t x = 1, y = version + 2;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		y = y * 1664525 + 1013904223;
		p[i] = (char)((i >= n / 2 && i < n / 2 + changed ? y : x) >> 24);
	}
	return slice_bytes(p, n);
}

static struct release base_of(struct test *t, enum kind kind, const char *slot, const char *version, size_t i)
{
	return (struct release){ .kind = kind,
				 .slot = slice_of(slot),
				 .version_text = slice_of(version),
				 .origin = { "release.json", SLICE("{}") },
				 .platforms = { [PLATFORM_ANDROID] = true },
				 .tasks = &t->tasks[i],
				 .ntasks = 1 };
}

static struct package package(struct test *t, const char *file, struct slice bytes)
{
	struct package p = { .file = slice_of(file), .rel = slice_of(file), .size = bytes.n };

	world_add(&t->w, file, bytes);
	assert_int_equal(digest_sha256(t->w.digests, p.sha256, bytes), 0);
	return p;
}

static void add_upgrade(struct test *t, const char *version, struct slice bytes)
{
	size_t i = t->w.app.nupgrades++;
	const char *file = arena_printf(&t->w.mem, "%zu.apk", i).p;

	t->upgrades[i] = (struct upgrade){ .r = base_of(t, KIND_UPGRADE, "android", version, i),
					   .package = package(t, file, bytes) };
}

static void add_hotpatch(struct test *t, const char *product, uint32_t number)
{
	size_t i = t->w.app.nhotpatches++;
	struct hotpatch *h = &t->hotpatches[i];
	const char *file = arena_printf(&t->w.mem, "%zu.jar", i).p;
	const char *text = arena_printf(&t->w.mem, "%s/%u", product, number).p;

	*h = (struct hotpatch){ .r = base_of(t, KIND_HOTPATCH, "android", text, i),
				.package = package(t, file, content(t, SIZE, 100, (uint32_t)i)),
				.patch_number = number };
	assert_true(version_parse(&h->product, slice_of(product)));
}

/* An .amr of one file, the tar. */
static struct slice amr(struct test *t, struct slice tar)
{
	struct strbuf out = STRBUF_INIT;
	struct zip_writer z;
	struct slice bytes;
	const char *why;

	zip_begin(&z, &out);
	zip_put_as(&z, SLICE("20171228.tar"), tar, (struct zip_how){ .deflate = true });
	assert_int_equal(zip_end(&z, &why), 0);
	bytes = arena_copy(&t->w.mem, strbuf_slice(&out));
	strbuf_release(&out);
	return bytes;
}

static void add_h5(struct test *t, const char *version, size_t changed)
{
	size_t i = t->w.app.nh5++;
	struct h5_release *h = &t->h5[i];
	struct slice tar = content(t, SIZE, changed, (uint32_t)i);

	*h = (struct h5_release){ .r = base_of(t, KIND_H5, "20171228", version, i), .has_tar = true };
	t->amr[i] = amr(t, tar);
	h->size = t->amr[i].n;
	assert_int_equal(digest_sha256(t->w.digests, h->sha256, t->amr[i]), 0);
	assert_int_equal(digest_sha256(t->w.digests, h->tar_sha256, tar), 0);
}

/* The pairs that lead to the release, as a line: "1.0: <size or reason>; …". */
static const char *pairs_of(struct test *t, const struct release *r)
{
	struct strbuf out = STRBUF_INIT;
	const char *text;

	delta_pairs_release(&t->pairs);
	app_list_releases(&t->w.app, &t->w.mem);
	for (size_t i = 0; i < RELEASES; i++) {
		t->upgrades[i].package.deltas = (struct deltas){ 0 };
		t->hotpatches[i].package.deltas = (struct deltas){ 0 };
		t->h5[i].deltas = (struct deltas){ 0 };
	}
	assert_int_equal(delta_pairs_add(&t->pairs, r, &t->m), 0);
	for (size_t i = 0; i < t->pairs.n; i++) {
		const struct delta_pair *p = &t->pairs.v[i];

		assert_ptr_equal(p->to, r);
		strbuf_addf(&out, "%s" SLICE_FMT ": %s", i ? "; " : "", SLICE_ARG(p->from->version_text),
			    p->missing ? p->missing : "made");
	}
	text = arena_str(&t->w.mem, strbuf_slice(&out));
	strbuf_release(&out);
	print_message("  %s\n", text);
	return text;
}

/* What the previous build noted is known, but for what its tree does not list. */
static void next(struct test *t)
{
	world_next(&t->w);
	t->asked = 0;
}

static void test_which(void **state)
{
	struct test t;
	const struct release *last = &t.upgrades[4].r;

	(void)state;
	init(&t);
	for (uint32_t i = 0; i < 5; i++)
		add_upgrade(&t, (const char *[]){ "1.0", "2.0", "3.0", "4.0", "5.0" }[i], content(&t, SIZE, 100, i));
	assert_string_equal(pairs_of(&t, last), "4.0: made; 3.0: made; 2.0: made");
	assert_int_equal(t.upgrades[4].package.deltas.n, 3);
	assert_true(slice_eqs(t.upgrades[4].package.deltas.v[0].from, "4.0"));
	assert_memory_equal(t.upgrades[4].package.deltas.v[0].from_sha256, t.upgrades[3].package.sha256, SHA256_SIZE);
	t.tasks[3].status = STATUS_PENDING; /* and what was never out is no base */
	t.tasks[2].published_at = COMMIT + 1;
	assert_string_equal(pairs_of(&t, last), "2.0: made; 1.0: made");
	t.upgrades[1].r.slot = SLICE("harmony");
	assert_string_equal(pairs_of(&t, last), "1.0: made");
	assert_string_equal(pairs_of(&t, &t.upgrades[0].r), "");
	t.w.app.delta_from = 1;
	t.tasks[3].status = STATUS_PAUSED;
	assert_string_equal(pairs_of(&t, last), "4.0: made");
	t.w.app.delta_from = 0;
	assert_string_equal(pairs_of(&t, last), "4.0: [delta] from is 0");
	assert_int_equal(t.upgrades[4].package.deltas.n, 0);
	done(&t);
}

static void test_hotpatches(void **state)
{
	struct test t;

	(void)state;
	init(&t);
	add_hotpatch(&t, "1.0", 1);
	add_hotpatch(&t, "2.0", 1);
	add_hotpatch(&t, "1.0.0", 2);
	add_hotpatch(&t, "2.0", 2);
	assert_string_equal(pairs_of(&t, &t.hotpatches[2].r), "1.0/1: made");
	assert_string_equal(pairs_of(&t, &t.hotpatches[3].r), "2.0/1: made");
	assert_true(slice_eqs(t.hotpatches[3].package.deltas.v[0].from, "2.0/1"));
	done(&t);
}

static void test_reasons(void **state)
{
	struct test t;
	struct package *from = &t.upgrades[0].package, *to = &t.upgrades[1].package;
	const struct release *r = &t.upgrades[1].r;

	(void)state;
	init(&t);
	add_upgrade(&t, "1.0", content(&t, SIZE, 0, 1));
	add_upgrade(&t, "2.0", content(&t, SIZE, SIZE / 2, 2));
	assert_string_equal(pairs_of(&t, r), "1.0: made");
	from->rel = SLICE("");
	from->url = SLICE("https://x/");
	assert_string_equal(pairs_of(&t, r), "1.0: the earlier package is kept elsewhere");
	to->rel = SLICE("");
	assert_string_equal(pairs_of(&t, r), "1.0: the package is kept elsewhere");
	t.upgrades[1].distribution = DIST_ENTERPRISE;
	assert_string_equal(pairs_of(&t, r), "1.0: iOS installs whole packages");
	t.upgrades[1].distribution = DIST_APP_STORE;
	assert_string_equal(pairs_of(&t, r), "");
	t.upgrades[1].distribution = DIST_PACKAGE;
	to->rel = SLICE("1.apk");
	t.upgrades[0].distribution = DIST_APP_STORE;
	assert_string_equal(pairs_of(&t, r), "1.0: the earlier release has no package");
	t.upgrades[0].distribution = DIST_PACKAGE;
	from->rel = SLICE("0.apk");
	assert_string_equal(pairs_of(&t, r), "1.0: made");
	from->sha256[0] ^= 1;
	assert_string_equal(pairs_of(&t, r), "1.0: the earlier package is not at hand");
	from->size = (UINT64_C(256) << 20) - SIZE - 262144 + 1;
	assert_string_equal(pairs_of(&t, r),
			    "1.0: it would take 268435457 bytes to apply; devices take at most 268435456");
	from->size = 0;
	assert_string_equal(pairs_of(&t, r), "1.0: one of the packages is empty");
	memcpy(from->sha256, to->sha256, SHA256_SIZE);
	assert_string_equal(pairs_of(&t, r), "1.0: both packages are the same file");
	assert_int_equal(t.w.d.n, 0);
	done(&t);
}

/* Nothing is read or made a second time, and maxRatio is judged anew. */
static void test_recipes(void **state)
{
	struct test t;
	const struct release *r = &t.upgrades[1].r;
	struct delta first;

	(void)state;
	init(&t);
	add_upgrade(&t, "1.0", content(&t, SIZE, 0, 1));
	add_upgrade(&t, "2.0", content(&t, SIZE, SIZE / 2, 2));
	assert_string_equal(pairs_of(&t, r), "1.0: made");
	first = t.pairs.v[0].delta;
	assert_true(t.pairs.v[0].bytes.n == first.size && first.size > SIZE / 2 && first.size < SIZE / 2 + 400);
	next(&t);
	assert_string_equal(pairs_of(&t, r), "1.0: made");
	assert_int_equal(t.w.reads, 0);
	assert_int_equal(t.pairs.v[0].bytes.n, 0);
	assert_true(t.pairs.v[0].delta.size == first.size);
	assert_memory_equal(t.pairs.v[0].delta.sha256, first.sha256, SHA256_SIZE);
	assert_memory_equal(t.pairs.v[0].delta.from_sha256, t.upgrades[0].package.sha256, SHA256_SIZE);
	next(&t);
	t.w.app.delta_max_ratio = 400000; /* now it is too large: also that is kept */
	for (int i = 0; i < 2; i++) {
		const struct recipe *noted;

		assert_non_null(strstr(pairs_of(&t, r), "bytes; [delta] maxRatio allows 8000 of the package's 20000"));
		assert_int_equal(t.w.reads, 0);
		assert_int_equal(t.w.book.n, 1);
		noted = &t.w.book.v[0];
		assert_true(slice_eqs(noted->name, "package.apk") && noted->length == SIZE);
		assert_memory_equal(noted->hash, t.upgrades[1].package.sha256, SHA256_SIZE);
		next(&t);
	}
	t.w.app.delta_max_ratio = 1000000; /* and made again when it may be */
	assert_string_equal(pairs_of(&t, r), "1.0: made");
	assert_int_equal(t.w.reads, 2);
	assert_memory_equal(t.pairs.v[0].delta.sha256, first.sha256, SHA256_SIZE);
	done(&t);
}

static void test_too_large(void **state)
{
	struct test t;
	const struct release *r = &t.upgrades[1].r;

	(void)state;
	init(&t);
	add_upgrade(&t, "1.0", content(&t, SIZE, 0, 1));
	add_upgrade(&t, "2.0", content(&t, SIZE, SIZE / 2, 2));
	t.w.app.delta_max_ratio = 500000;
	assert_non_null(strstr(pairs_of(&t, r), "[delta] maxRatio allows 10000 of the package's 20000"));
	assert_int_equal(t.pairs.v[0].bytes.n, 0);
	assert_int_equal(t.w.reads, 2);
	next(&t);
	assert_non_null(strstr(pairs_of(&t, r), "[delta] maxRatio allows 10000 of the package's 20000"));
	assert_int_equal(t.w.reads, 0);
	done(&t);
}

/* The tar of the one, and the other .amr, stored. */
static void test_h5(void **state)
{
	struct test t;
	const struct release *r = &t.h5[1].r;
	struct delta_header head;
	const char *why;

	(void)state;
	init(&t);
	add_h5(&t, "1.0.0.1", 0);
	add_h5(&t, "1.0.0.2", 200);
	assert_string_equal(pairs_of(&t, r), "1.0.0.1: made");
	assert_int_equal(delta_decode(&head, strbuf_slice(&t.pairs.v[0].bytes), &why), 0);
	assert_int_equal(head.form, DELTA_TAR);
	assert_memory_equal(head.base, t.h5[0].tar_sha256, SHA256_SIZE);
	assert_true(head.base_size == SIZE && head.result_size > SIZE && head.body_size < 600);
	assert_memory_equal(t.h5[1].deltas.v[0].from_sha256, t.h5[0].sha256, SHA256_SIZE);
	next(&t);
	t.h5[0].sha256[0] ^= 1; /* the same tar under another signature: devices have the first one */
	assert_string_equal(pairs_of(&t, r), "1.0.0.1: made");
	assert_int_equal(t.asked, 0);
	t.h5[0].sha256[0] ^= 1;
	assert_memory_equal(t.h5[1].deltas.v[0].from_sha256, t.h5[0].sha256, SHA256_SIZE);
	done(&t);
}

static void test_h5_not_at_hand(void **state)
{
	struct test t;
	const struct release *r = &t.h5[1].r;

	(void)state;
	init(&t);
	add_h5(&t, "1.0.0.1", 0);
	add_h5(&t, "1.0.0.2", 200);
	t.h5[0].sha256[0] ^= 1; /* made anew with another key: the tar is what counts */
	assert_string_equal(pairs_of(&t, r), "1.0.0.1: made");
	t.w.book.n = 0;
	t.h5[0].tar_sha256[0] ^= 1;
	assert_string_equal(pairs_of(&t, r), "1.0.0.1: the earlier package is not at hand");
	t.h5[0].tar_sha256[0] ^= 1;
	t.h5[1].sha256[0] ^= 1;
	assert_string_equal(pairs_of(&t, r), "1.0.0.1: the package is not at hand");
	t.amr[1] = SLICE("no archive");
	assert_string_equal(pairs_of(&t, r), "1.0.0.1: the package is not at hand");
	t.amr[0] = (struct slice){ NULL, 0 };
	assert_string_equal(pairs_of(&t, r), "1.0.0.1: the earlier package is not at hand");
	assert_int_equal(t.w.book.n, 0);
	done(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which),          cmocka_unit_test(test_hotpatches),
		cmocka_unit_test(test_reasons),        cmocka_unit_test(test_recipes),
		cmocka_unit_test(test_too_large),      cmocka_unit_test(test_h5),
		cmocka_unit_test(test_h5_not_at_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
