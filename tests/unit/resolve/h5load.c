/* The h5 service: packages that are loaded, verified, kept and read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <zstd.h>

#include "format/delta.h"
#include "h5.h"

/* --- loading and reading ------------------------------------------------------------------------------------------------- */

static void test_a_loaded_package_is_read_without_a_network(void **state)
{
	struct h5_world w;

	(void)state;
	start(&w, app(ID, "1", one));
	assert_null(h5_read(&w, ID, PAGE));
	assert_int_equal(w.err.code, MDR_ABSENT_HERE);
	must_load(&w, ID, T0);
	assert_true(w.got.fetched > 0 && strncmp(w.got.name, MDR_PACKAGE, strlen(MDR_PACKAGE)) == 0);
	must_load(&w, ID, T0);
	assert_int_equal(w.got.fetched, 0);
	h5_reopen(&w);
	w.tree.offline = true;
	assert_reads(&w, ID, PAGE, "one");
	assert_reads(&w, ID, "www/a.js", "a");
	assert_reads(&w, ID, "/www/empty.css", "");
	assert_reads(&w, ID, "/www/z.js", "z");
	for (size_t i = 0; i < 7; i++) {
		static const char *const absent[] = { "/www",       "/www/",           "", "/", "/www/b.js",
						      "//www/a.js", "/www/../www/a.js" };

		assert_null(h5_read(&w, ID, absent[i]));
		assert_int_equal(w.err.code, MDR_ABSENT_HERE);
	}
	assert_null(h5_read(&w, OTHER, PAGE));
	assert_null(h5_read(&w, NULL, PAGE));
	h5_finish(&w);
}

static void test_another_version_replaces_the_old_one_also_a_lower_one(void **state)
{
	struct h5_world w;

	(void)state;
	start(&w, app(ID, "1.0.0.2", one));
	must_load(&w, ID, T0);
	publish(&w, app(ID, "1.0.0.1", two));
	must_load(&w, ID, T0 + 1800);
	assert_reads(&w, ID, PAGE, "two");
	assert_int_equal(h5_stored(&w, MDR_PACKAGE), 1);
	expect_app(&w, T0 + 1800, "1.0.0.1", "1.0.0.1", "1.0.0.1", FALLBACK("1.0.0.1"));
	publish(&w, (struct h5_app)NONE);
	assert_int_equal(h5_load(&w, ID, T0 + 3600), MDR_ABSENT_HERE);
	assert_string_equal(w.err.text, "h5 " ID ": nothing is offered");
	assert_reads(&w, ID, PAGE, "two");
	h5_finish(&w);
}

/* A delta between two packages, as text for an offer; both hold the content of their names, and `young` is made anew, stored. */
static const char *delta(struct h5_world *w, struct slice old, const char *from, const struct h5_made *young)
{
	struct h5_made stored = *young;
	struct delta_header h = { .method = DELTA_ZSTD, .form = DELTA_TAR, .memory = delta_memory(DELTA_ZSTD) };
	struct strbuf tar = STRBUF_INIT, file = STRBUF_INIT, body = STRBUF_INIT;
	ZSTD_CCtx *c = ZSTD_createCCtx();
	const struct zip_entry *e;
	uint8_t hash[SHA256_SIZE];
	char hex[SHA256_HEX];
	struct slice result;
	const char *why, *url;
	struct zip zip;

	stored.stored = true;
	result = h5_package(&mem, &stored);
	assert_int_equal(delta_open_tar(&e, &zip, &mem, old, &why), 0);
	assert_int_equal(zip_read(&tar, &zip, e, UINT64_MAX, &why), 0);
	assert_true(strbuf_grow(&body, ZSTD_compressBound(result.n)));
	ZSTD_CCtx_refPrefix(c, tar.p, tar.n);
	body.n = ZSTD_compress2(c, body.p, body.cap, result.p, result.n);
	h.base_size = tar.n;
	h.result_size = result.n;
	h.body_size = body.n;
	assert_int_equal(digest_sha256(w->tree.dg, h.base, strbuf_slice(&tar)), 0);
	assert_int_equal(digest_sha256(w->tree.dg, h.result, result), 0);
	assert_int_equal(digest_sha256(w->tree.dg, h.body, strbuf_slice(&body)), 0);
	assert_true(strbuf_grow(&file, DELTA_HEADER));
	delta_encode((uint8_t *)file.p, &h);
	file.n = DELTA_HEADER;
	strbuf_addslice(&file, strbuf_slice(&body));
	assert_int_equal(digest_sha256(w->tree.dg, hash, strbuf_slice(&file)), 0);
	digest_hex(hex, hash, sizeof(hash));
	url = arena_printf(&mem, "targets/%s.bin", hex).p;
	tree_put(&w->tree, arena_printf(&mem, H5_BASE "%s", url).p, strbuf_slice(&file));
	url = arena_printf(&mem,
			   "{\"from\":\"%s\",\"fromSha256\":\"%064d\",\"sha256\":\"%s\",\"size\":%zu,\"url\":\"%s\"}",
			   from, 0, hex, file.n, url)
		      .p;
	ZSTD_freeCCtx(c);
	strbuf_release(&tar);
	strbuf_release(&body);
	strbuf_release(&file);
	return url;
}

static void test_a_delta_leads_to_the_next_package_and_from_there_on(void **state)
{
	const struct h5_made second = { .id = ID, .version = "2", .files = two };
	const struct h5_made third = { .id = ID, .version = "3", .files = one };
	struct h5_app first = app(ID, "1", one), next = app(ID, "2", two);
	struct slice published;
	struct h5_world w;
	struct mdr_h5 list;

	(void)state;
	start(&w, first);
	must_load(&w, ID, T0);
	next.deltas = delta(&w, first.package, "1", &second);
	publish(&w, next);
	must_load(&w, ID, T0 + 1800);
	assert_true(w.got.by_delta && w.got.size > next.package.n);
	assert_reads(&w, ID, PAGE, "two");
	expect_app(&w, T0 + 1800, "2", "2", "2", FALLBACK("2"));
	must_load(&w, ID, T0 + 1800);
	assert_int_equal(w.got.fetched, 0);
	assert_int_equal(h5_stored(&w, MDR_PACKAGE), 1);
	publish(&w, (struct h5_app)NONE);
	assert_int_equal(h5_list(&w, ID, T0 + 1800, true, &list), MDR_OK);
	assert_null(strstr(list.apps[0].json, "deltas")); /* of no use any more */
	mdr_h5_release(&list);
	/* what came out of it is a base as good as the published one */
	published = next.package;
	next = app(ID, "3", one);
	next.deltas = delta(&w, published, "2", &third);
	publish(&w, next);
	must_load(&w, ID, T0 + 3600);
	assert_true(w.got.by_delta);
	assert_reads(&w, ID, PAGE, "one");
	assert_int_equal(h5_stored(&w, MDR_PACKAGE), 1);
	assert_int_equal(h5_stored(&w, "part-"), 0);
	h5_finish(&w);
}

static void test_where_a_delta_makes_something_else_the_package_itself_is_loaded(void **state)
{
	const struct h5_made wrong = { .id = ID, .version = "2.0", .files = two };
	struct h5_app first = app(ID, "1", one), next = app(ID, "2", two);
	struct h5_world w;

	(void)state;
	start(&w, first);
	must_load(&w, ID, T0);
	next.deltas = delta(&w, first.package, "1", &wrong);
	publish(&w, next);
	must_load(&w, ID, T0 + 1800);
	assert_false(w.got.by_delta);
	assert_string_equal(w.got.why_full, "it is version \"2.0\"");
	assert_true(w.got.fetched > next.package.n && w.got.size == next.package.n);
	assert_reads(&w, ID, PAGE, "two");
	assert_int_equal(h5_stored(&w, MDR_PACKAGE), 1);
	h5_finish(&w);
}

/* --- refused ------------------------------------------------------------------------------------------------------------- */

static void expect_refused(struct h5_world *w, const char *why)
{
	char text[512];

	assert_int_equal(h5_load(w, ID, T0 + 1800), MDR_REFUSED);
	snprintf(text, sizeof(text), "h5 " ID " 2: the package is refused: %s", why);
	assert_string_equal(w->err.text, text);
	/* the old one stays, the new one is gone, and not tried again */
	assert_reads(w, ID, PAGE, "one");
	expect_app(w, T0 + 1800, "2", "1", "1", FALLBACK("1"));
	assert_int_equal(h5_stored(w, MDR_PACKAGE), 1);
	h5_reopen(w);
	w->tree.fetches = 0;
	assert_int_equal(h5_load(w, ID, T0 + 1800), MDR_REFUSED);
	assert_int_equal(w->tree.fetches, 0);
	snprintf(text, sizeof(text), "h5 " ID " 2: the package was refused before: %s", why);
	assert_string_equal(w->err.text, text);
}

static void test_what_is_refused_and_why(void **state)
{
	static const struct tgz_file no_files[] = { { .name = "www/" }, { .name = NULL } };
	static const struct tgz_file folder[] = {
		{ .name = "a", .data = { "a", 1 } }, { .name = "www/" }, { .name = "www/index.html/" }, { .name = NULL }
	};
	static const struct tgz_file linked[] = { { .name = "www/a", .link = "b" }, { .name = NULL } };
	static const struct tgz_file dotted[] = { { .name = "www/../a" }, { .name = NULL } };
	static const struct tgz_file accent[] = { { .name = "www/\303\251" }, { .name = NULL } };
	static const struct tgz_file latin[] = { { .name = "www/\351" }, { .name = NULL } };
	static const struct tgz_file twice[] = { { .name = "www/a" }, { .name = "www/a" }, { .name = NULL } };
	static const struct {
		struct h5_made made;
		const char *why;
	} cases[] = {
		{ { .id = OTHER, .version = "2", .files = two }, "it is a package of \"" OTHER "\"" },
		{ { .id = ID, .version = "2.0", .files = two }, "it is version \"2.0\"" },
		{ { .id = ID, .version = "1", .files = one }, "it is version \"1\"" }, /* the installed bytes */
		{ { .id = ID, .version = "2", .files = two, .swapped = true },
		  "its files are not in the order Manifest.xml, CERT.json, tar" },
		{ { .id = ID, .version = "2", .files = two, .extra = "SIGN.json" },
		  "it holds \"SIGN.json\" beside Manifest.xml, CERT.json and one .tar: clients refuse what is not "
		  "signed" },
		{ { .id = ID, .version = "2", .files = no_files }, "it holds no file" },
		{ { .id = ID, .version = "2", .files = folder }, "it does not hold /www/index.html, the page to open" },
		{ { .id = ID, .version = "2", .files = linked }, "the tar's \"www/a\" is neither a file nor a folder" },
		{ { .id = ID, .version = "2", .files = dotted },
		  "the tar's \"www/../a\" leads out of its folder (..)" },
		{ { .id = ID, .version = "2", .files = accent }, "the tar's \"www/\303\251\" is not printable ASCII" },
		{ { .id = ID, .version = "2", .files = latin }, "the tar's \"www/?\" is not printable ASCII" },
		{ { .id = ID, .version = "2", .files = twice }, "the tar's \"www/a\" is there twice" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct h5_app bad = { .id = ID, .version = "2", .main_url = PAGE };
		struct h5_world w;

		print_message("%s\n", cases[i].why);
		bad.package = h5_package(&mem, &cases[i].made);
		start(&w, app(ID, "1", one));
		must_load(&w, ID, T0);
		publish(&w, bad);
		expect_refused(&w, cases[i].why);
		publish(&w, app(ID, "2", two)); /* the same version, other bytes */
		must_load(&w, ID, T0 + 3600);
		assert_reads(&w, ID, PAGE, "two");
		h5_finish(&w);
	}
}

static void test_what_is_no_package_is_refused(void **state)
{
	struct h5_app bad = { .id = ID, .version = "2", .main_url = PAGE, .package = SLICE("<html>welcome</html>") };
	struct h5_world w;

	(void)state;
	start(&w, app(ID, "1", one));
	must_load(&w, ID, T0);
	publish(&w, bad);
	expect_refused(&w, "it is no zip archive, or is cut off: it has no end record");
	/* nor when it comes again */
	publish(&w, app(ID, "3", two));
	must_load(&w, ID, T0 + 3600);
	publish(&w, bad);
	assert_int_equal(h5_load(&w, ID, T0 + 5400), MDR_REFUSED);
	assert_non_null(strstr(w.err.text, "the package was refused before: "));
	h5_finish(&w);
}

static void test_signatures_count_where_there_is_a_key(void **state)
{
	static struct h5_key good, other;
	struct h5_made made = { .id = ID, .version = "1", .files = one };
	struct h5_app a = { .id = ID, .version = "1", .main_url = PAGE };
	struct h5_world w;

	(void)state;
	h5_key_make(&good);
	h5_key_make(&other);
	made.key = &good;
	a.package = h5_package(&mem, &made);
	start(&w, a);
	w.rules.public_key = other.pem;
	assert_int_equal(h5_load(&w, ID, T0), MDR_REFUSED);
	assert_string_equal(w.err.text,
			    "h5 " ID " 1: the package is refused: the signature of " ID ".tar is not one by this key");
	assert_int_equal(h5_load(&w, ID, T0), MDR_REFUSED);
	w.rules.public_key = good.pem; /* the app was updated: another key, another try */
	must_load(&w, ID, T0);
	assert_reads(&w, ID, PAGE, "one");
	w.rules.public_key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
	assert_int_equal(h5_load(&w, ID, T0), MDR_DEVICE);
	assert_string_equal(w.err.text, "the public key for h5 packages is not an RSA public key in PEM");
	made.key = NULL;
	a.package = h5_package(&mem, &made);
	publish(&w, a);
	w.rules.public_key = NULL;
	must_load(&w, ID, T0 + 1800);
	EVP_PKEY_free(good.pkey);
	EVP_PKEY_free(other.pkey);
	h5_finish(&w);
}

static void test_a_package_beyond_the_limit_is_not_loaded(void **state)
{
	struct h5_app a = app(ID, "1", one);
	struct h5_world w;

	(void)state;
	start(&w, a);
	w.apply = a.package.n - 1;
	h5_reopen(&w);
	assert_int_equal(h5_load(&w, ID, T0), MDR_MEMORY);
	assert_int_equal(h5_stored(&w, "part-"), 0);
	w.apply = a.package.n;
	h5_reopen(&w);
	must_load(&w, ID, T0);
	h5_finish(&w);
}

/* --- what may go wrong --------------------------------------------------------------------------------------------------- */

static void test_a_damaged_package_is_mended(void **state)
{
	struct h5_world w;
	size_t size;

	(void)state;
	start(&w, app(ID, "1", one));
	must_load(&w, ID, T0);
	size = (size_t)w.got.size;
	for (size_t i = 0; i < size; i += 7) {
		struct store_entry *e = store_find(&w.tree.store, w.got.name);

		e->bytes.p[i] ^= 0x20;
		(void)h5_read(&w, ID, "/www/z.js"); /* whatever comes of it */
		must_load(&w, ID, T0);
		assert_int_equal(w.got.fetched, size);
		assert_reads(&w, ID, "/www/z.js", "z");
	}
	strbuf_truncate(&store_find(&w.tree.store, w.got.name)->bytes, size - 1);
	assert_null(h5_read(&w, ID, PAGE));
	assert_int_equal(w.err.code, MDR_ABSENT_HERE);
	must_load(&w, ID, T0);
	assert_reads(&w, ID, PAGE, "one");
	h5_finish(&w);
}

static void test_the_mirror_serves_what_was_offered_in_an_earlier_run(void **state)
{
	struct h5_app first = app(ID, "1", one);
	struct h5_world w;

	(void)state;
	start(&w, first);
	assert_true(asks(&w, ID, T0));
	tree_find(&w.tree, H5_BASE "h5/" ID "/1/p.amr")->gone = true;
	tree_put(&w.tree, H5_MIRROR "h5/" ID "/1/p.amr", first.package);
	h5_reopen(&w);
	must_load(&w, ID, T0 + 1); /* the tree is not asked so soon */
	assert_reads(&w, ID, PAGE, "one");
	h5_finish(&w);
}

static void test_a_damaged_record_is_discarded_and_what_is_there_is_used(void **state)
{
	struct h5_world w;
	struct store_entry *e;

	(void)state;
	start(&w, app(ID, "1", one));
	must_load(&w, ID, T0);
	e = store_find(&w.tree.store, "h5");
	assert_non_null(e);
	for (size_t i = 0; i < e->bytes.n; i += 5) {
		e->bytes.p[i] ^= 1;
		assert_null(h5_read(&w, ID, PAGE));
		must_load(&w, ID, T0);
		assert_int_equal(w.got.fetched, 0);
		assert_reads(&w, ID, PAGE, "one");
		e = store_find(&w.tree.store, "h5");
	}
	h5_finish(&w);
}

/* Every change fails once, or the power goes at it: the old or the new version is there, whole, and the next call goes through. */
static void test_interrupted_at_every_change_the_old_or_the_new_version_is_there(void **state)
{
	(void)state;
	for (int crash = 0; crash < 2; crash++) {
		bool done = false;

		for (size_t at = 1; !done; at++) {
			struct h5_world w;
			const char *found;

			start(&w, app(ID, "1", one));
			must_load(&w, ID, T0);
			publish(&w, app(ID, "2", two));
			w.tree.store.fail_at = at;
			w.tree.store.crash = crash;
			w.tree.store.seed = (unsigned)at;
			done = !h5_load(&w, ID, T0 + 1800);
			assert_true(done || w.err.code == MDR_STORAGE);
			store_restart(&w.tree.store);
			h5_reopen(&w);
			found = h5_read(&w, ID, PAGE);
			assert_true(found && (strcmp(found, "one") == 0 || strcmp(found, "two") == 0));
			must_load(&w, ID, T0 + 3600);
			assert_reads(&w, ID, PAGE, "two");
			h5_finish(&w);
		}
	}
}

/* Uses the service while a package is on its way. */
static bool list_meanwhile(void *ctx, uint64_t done, uint64_t total)
{
	struct h5_world *w = ctx;
	struct mdr_h5 list;

	(void)done;
	(void)total;
	assert_int_equal(h5_list(w, NULL, T0 + 100, true, &list), MDR_OK);
	assert_true(list.asked);
	mdr_h5_release(&list);
	return true;
}

static void test_the_service_may_be_used_from_the_progress_callback(void **state)
{
	struct h5_world w;
	const struct mdr_download how = { .progress = list_meanwhile, .progress_ctx = &w };

	(void)state;
	start(&w, app(ID, "1", one));
	assert_int_equal(h5_load_how(&w, ID, T0, &how), MDR_OK);
	assert_reads(&w, ID, PAGE, "one");
	assert_false(asks(&w, ID, T0 + 100 + 1799));
	assert_true(asks(&w, ID, T0 + 100 + 1800));
	h5_finish(&w);
}

static bool refuse_progress(void *ctx, uint64_t done, uint64_t total)
{
	(void)ctx;
	(void)done;
	(void)total;
	return false;
}

static void test_the_app_may_stop_a_download(void **state)
{
	struct h5_world w;
	const struct mdr_download how = { .progress = refuse_progress };

	(void)state;
	start(&w, app(ID, "1", one));
	assert_int_equal(h5_load_how(&w, ID, T0, &how), MDR_CANCELLED);
	assert_null(h5_read(&w, ID, PAGE));
	must_load(&w, ID, T0);
	h5_finish(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_loaded_package_is_read_without_a_network),
		cmocka_unit_test(test_another_version_replaces_the_old_one_also_a_lower_one),
		cmocka_unit_test(test_a_delta_leads_to_the_next_package_and_from_there_on),
		cmocka_unit_test(test_where_a_delta_makes_something_else_the_package_itself_is_loaded),
		cmocka_unit_test(test_what_is_refused_and_why),
		cmocka_unit_test(test_what_is_no_package_is_refused),
		cmocka_unit_test(test_signatures_count_where_there_is_a_key),
		cmocka_unit_test(test_a_package_beyond_the_limit_is_not_loaded),
		cmocka_unit_test(test_a_damaged_package_is_mended),
		cmocka_unit_test(test_the_mirror_serves_what_was_offered_in_an_earlier_run),
		cmocka_unit_test(test_a_damaged_record_is_discarded_and_what_is_there_is_used),
		cmocka_unit_test(test_interrupted_at_every_change_the_old_or_the_new_version_is_there),
		cmocka_unit_test(test_the_service_may_be_used_from_the_progress_callback),
		cmocka_unit_test(test_the_app_may_stop_a_download),
	};

	return cmocka_run_group_tests(tests, NULL, release_memory);
}
