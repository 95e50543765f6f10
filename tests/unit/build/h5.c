/* H5 packages: what is made and listed, what is kept, and what is published for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/h5entry.h"
#include "h5world.h"
#include "pack/unzip.h"

/* --- writing -------------------------------------------------------------------------------------------------------------- */
struct written {
	struct test *t;
	size_t n;
	int stop_at;
};

static int put(void *ctx, struct slice path, struct slice bytes)
{
	struct written *w = ctx;
	const struct listed_file *f = files_find(&w->t->made[0].files, path);
	uint8_t hash[SHA256_SIZE];

	if ((int)w->n == w->stop_at)
		return 7;
	assert_non_null(f);
	assert_int_equal(digest_sha256(w->t->w.digests, hash, bytes), 0);
	assert_int_equal(f->length, bytes.n);
	assert_memory_equal(f->hash, hash, sizeof(hash));
	w->n++;
	return 0;
}

/* What is written is what was listed, all of it, and put ends it. */
static void test_write(void **state)
{
	static const char *const names[] = { "www/index.html", "www/a", "b", NULL };
	struct written w = { .stop_at = -1 };
	struct test t;

	(void)state;
	init(&t);
	w.t = &t;
	world_add(&t.w, ZIP, archive(&t, names));
	prepare(&t);
	assert_int_equal(h5_write(&t.made[0], &t.w.app, &t.maker, put, &w), 0);
	assert_int_equal(w.n, t.made[0].files.n);
	for (int stop = 0; stop < (int)t.made[0].files.n; stop++) {
		w.n = 0;
		w.stop_at = stop;
		assert_int_equal(h5_write(&t.made[0], &t.w.app, &t.maker, put, &w), 7);
	}
	release_test(&t);
}

/* --- what is published ---------------------------------------------------------------------------------------------------- */
static void test_kept(void **state)
{
	static const char *const names[] = { "www/index.html", NULL };
	static const char *const changes[] = { "nothing", "another key", "another name", "another base", "a memo" };

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		static struct slice elsewhere[] = { { "https://other.example.com/", 26 } };
		struct test t;
		uint64_t size;

		print_message("%s\n", changes[i]);
		init(&t);
		world_add(&t.w, ZIP, archive(&t, names));
		prepare(&t);
		assert_false(t.made[0].kept);
		size = t.release.size;
		for (int build = 0; build < 2; build++) { /* what was kept is kept again */
			next(&t);
			if (i == 1) {
				strcpy(t.key, "K2");
				t.signer.id = SLICE("id of K2");
			}
			t.app.name = i == 2 ? SLICE("Purse") : t.app.name;
			t.w.app.bases = i == 3 ? elsewhere : t.w.app.bases;
			t.release.r.memo = i == 4 ? SLICE("a memo") : t.release.r.memo;
			prepare(&t);
			assert_string_equal(world_said(&t.w), "");
			assert_int_equal(t.w.reads, 0);
			assert_true(t.made[0].kept);
			assert_int_equal(t.made[0].same_key, i != 1);
			assert_int_equal(t.release.size, size);
			assert_int_equal(t.made[0].files.n, 4);
		}
		release_test(&t);
	}
}

/* The files that a global package has at URLs of their own are kept with it, by the names that its recipe tells. */
static void test_kept_global(void **state)
{
	static const char *const names[] = { "cdn.example.com/DEMO01_default/a.js",
					     "cdn.example.com/DEMO01_default/lib/b.js", "hpmfile.json", NULL };
	static const struct {
		const char *what;
		bool kept;
	} cases[] = { { "nothing", true },
		      { "a file that was not listed", false },
		      { "a recipe without names", false } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct test t;

		print_message("%s\n", cases[i].what);
		init(&t);
		t.app.global = true;
		t.release.main_url = SLICE("");
		world_add(&t.w, ZIP, archive(&t, names));
		prepare(&t);
		for (int build = 0; build < 2; build++) {
			next(&t);
			assert_int_equal(t.published.n, 4); /* two files, the package, its entry */
			assert_string_equal(t.published.v[1].path.p, "cdn.example.com/DEMO01_default/lib/b.js");
			if (i == 1)
				t.published = (struct files){ t.published.v + 1, 3 };
			if (i == 2) {
				assert_string_equal(t.w.known.v[0].facts->name.p, "globalFiles");
				t.w.known.v[0].facts++;
				t.w.known.v[0].nfacts--;
			}
			prepare(&t);
			assert_string_equal(world_said(&t.w), "");
			assert_int_equal(t.made[0].kept, cases[i].kept);
			assert_int_equal(t.w.reads, !cases[i].kept);
			assert_int_equal(t.made[0].files.n, 4);
			assert_true(
				slice_eqs(t.release.global_pack_url, "https://cdn.example.com/DEMO01_default/a.js"));
		}
		release_test(&t);
	}
}

/* What another release of this program made, in other ways of packing, is kept as it was, also where it could be made anew. */
static void test_kept_bytes(void **state)
{
	static const char *const names[] = { "www/index.html", NULL };
	struct listed_file *amr;
	struct test t;

	(void)state;
	init(&t);
	world_add(&t.w, ZIP, archive(&t, names));
	prepare(&t);
	next(&t);
	amr = &t.published.v[0];
	assert_true(slice_ends(amr->path, ".amr"));
	amr->hash[0] ^= 1;
	amr->length += 100;
	memcpy(t.w.known.v[0].hash, amr->hash, SHA256_SIZE);
	t.w.known.v[0].length = amr->length;
	prepare(&t);
	assert_string_equal(world_said(&t.w), "");
	assert_true(t.made[0].kept);
	assert_int_equal(t.w.reads, 0);
	assert_int_equal(t.release.size, amr->length);
	assert_memory_equal(t.release.sha256, amr->hash, SHA256_SIZE);
	release_test(&t);
}

static void test_frozen(void **state)
{
	static const char *const names[] = { "www/index.html", "www/other.html", NULL };
	static const char *const more[] = { "www/index.html", "www/other.html", "x", NULL };
	static const struct {
		const char *what;
		bool refused, read;
	} cases[] = {
		{ "nothing", false, false },        { "content", true, true },
		{ "mainUrl", true, true },          { "extendInfo", true, true },
		{ "platforms alone", false, true }, { "platforms and content", true, true },
		{ "no recipes", false, true },      { "no recipes, another key", true, true },
		{ "another version", false, true }, { "no recipes, another name", true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct test t;

		print_message("%s\n", cases[i].what);
		init(&t);
		world_add(&t.w, ZIP, archive(&t, names));
		prepare(&t);
		next(&t);
		if (i == 1 || i == 5) {
			t.w.tree.n = 0;
			world_add(&t.w, ZIP, archive(&t, more));
		}
		if (i == 2)
			t.release.main_url = SLICE("/www/other.html");
		if (i == 3)
			t.release.extend_info = SLICE("{\"a\":1}");
		if (i == 4 || i == 5)
			t.release.r.platforms[PLATFORM_IOS] = false;
		if (i == 6 || i == 7 || i == 9)
			t.w.book.known = NULL;
		if (i == 9)
			t.app.name = SLICE("Purse");
		if (i == 7)
			strcpy(t.key, "K2");
		if (i == 8)
			t.release.r.version_text = SLICE("1.0.0.10");
		prepare(&t);
		assert_string_equal(world_said(&t.w), cases[i].refused ? AT
							      ":2:14: error: version 1.0.0.1 is published with other "
							      "content; raise the version\n"
								       : "");
		assert_int_equal(t.w.reads > 0, cases[i].read);
		release_test(&t);
	}
}

/* The recipe names a package that the previous tree does not list so: it is made. */
static void test_recipe_alone(void **state)
{
	static const char *const names[] = { "www/index.html", NULL };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct test t;

		init(&t);
		world_add(&t.w, ZIP, archive(&t, names));
		prepare(&t);
		next(&t);
		if (i == 0)
			t.maker.published = NULL;
		if (i == 1)
			t.published.n = 0;
		if (i == 2)
			t.w.entries[0].id[0] = '\0';
		if (i == 3)
			t.published.v[0].hash[0] ^= 1;
		prepare(&t);
		assert_int_equal(t.w.d.errors, i == 3); /* published with other content */
		assert_int_equal(t.w.reads, 1);
		assert_false(t.made[0].kept);
		assert_int_equal(t.w.book.n, i < 2);
		release_test(&t);
	}
}

static void test_failures(void **state)
{
	static const char *const names[] = { "www/index.html", NULL };
	struct test t;

	(void)state;
	init(&t);
	prepare(&t); /* no package: the definitions have said so */
	assert_string_equal(world_said(&t.w), "");
	assert_int_equal(t.n, 0);
	world_add(&t.w, ZIP, archive(&t, names));
	t.key[0] = '\0';
	prepare(&t);
	assert_string_equal(world_said(&t.w), "h5.pem: error: cannot sign\n");
	assert_int_equal(t.n, 0);
	t.release.app = NULL; /* no app.json: nothing is done */
	prepare(&t);
	assert_int_equal(t.w.d.n, 1);
	release_test(&t);
}

/* --- the package ---------------------------------------------------------------------------------------------------------- */
struct kept_amr {
	struct strbuf bytes;
};

static int keep_amr(void *ctx, struct slice path, struct slice bytes)
{
	struct kept_amr *k = ctx;

	if (slice_ends(path, ".amr"))
		strbuf_addslice(&k->bytes, bytes);
	return 0;
}

static void test_amr(void **state)
{
	static const char *const names[] = { "www/index.html", NULL };
	/* base64 of "signed by <key>: hpmf" and "signed by <key>: <?xm" */
	static const struct {
		const char *key, *cert;
	} cases[] = {
		{ "K1",
		  "{\"20171228.tar\":\"c2lnbmVkIGJ5IEsxOiBocG1m\",\"Manifest.xml\":\"c2lnbmVkIGJ5IEsxOiA8P3ht\"} \n" },
		{ "K12", "{\"20171228.tar\":\"c2lnbmVkIGJ5IEsxMjogaHBtZg==\",\"Manifest.xml\":"
			 "\"c2lnbmVkIGJ5IEsxMjogPD94bQ==\"} \n" },
		{ "K123", "{\"20171228.tar\":\"c2lnbmVkIGJ5IEsxMjM6IGhwbWY=\",\"Manifest.xml\":"
			  "\"c2lnbmVkIGJ5IEsxMjM6IDw/eG0=\"} \n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kept_amr k = { STRBUF_INIT };
		struct fileset files = FILESET_INIT;
		const struct fileset_file *f;
		struct test t;
		const char *why;

		print_message("%s\n", cases[i].key);
		init(&t);
		strcpy(t.key, cases[i].key);
		world_add(&t.w, ZIP, archive(&t, names));
		prepare(&t);
		assert_int_equal(h5_write(&t.made[0], &t.w.app, &t.maker, keep_amr, &k), 0);
		assert_int_equal(unzip_read(&files, strbuf_slice(&k.bytes), &why), 0);
		assert_int_equal(files.n, 3);
		f = fileset_find(&files, SLICE("CERT.json"));
		assert_string_equal(arena_str(&t.w.mem, fileset_bytes(&files, f)), cases[i].cert);
		f = fileset_find(&files, SLICE("Manifest.xml"));
		assert_string_equal(arena_str(&t.w.mem, fileset_bytes(&files, f)),
				    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<package>\n  <uid>20171228</uid>\n"
				    "  <name>h5app</name>\n  <version>1.0.0.1</version>\n</package>\n");
		assert_int_equal(f->size, 132); /* as long as the original's */
		assert_non_null(fileset_find(&files, SLICE("20171228.tar")));
		strbuf_release(&k.bytes);
		fileset_release(&files);
		release_test(&t);
	}
}

/* --- the entry ------------------------------------------------------------------------------------------------------------ */
static void test_folder_names(void **state)
{
	static const struct {
		bool platforms[PLATFORM_COUNT];
		const char *folder;
	} cases[] = {
		{ { true, true, true }, "h5/20171228/1.0.0.1_all/" },
		{ { true, false, false }, "h5/20171228/1.0.0.1_android/" },
		{ { true, true, false }, "h5/20171228/1.0.0.1_android-ios/" },
		{ { false, true, true }, "h5/20171228/1.0.0.1_harmony-ios/" },
		{ { true, false, true }, "h5/20171228/1.0.0.1_android-harmony/" },
	};
	struct test t;

	(void)state;
	init(&t);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		memcpy(t.release.r.platforms, cases[i].platforms, sizeof(cases[i].platforms));
		h5_folder(&out, &t.release);
		assert_string_equal(out.p, cases[i].folder);
		strbuf_release(&out);
	}
	release_test(&t);
}

static void test_entry(void **state)
{
	char *text;
	struct test t;
	json_t *json;

	(void)state;
	init(&t);
	t.release.size = 5;
	t.release.preload = t.release.any_network = true;
	t.release.r.memo = SLICE("memo");
	t.release.extend_info = SLICE("{\"a\":[1]}");
	json = h5_entry(&t.w.app, &t.release, SLICE(""));
	text = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);
	assert_string_equal(
		text,
		"{\"app_desc\":\"memo\",\"app_id\":\"20171228\",\"auto_install\":1,\"extend_info\":{\"a\":[1]},"
		"\"fallback_base_url\":\"" FOLDER "nebula/fallback/\",\"fileSize\":5,\"global_pack_url\":\"\","
		"\"icon_url\":\"\",\"installType\":1,\"main_url\":\"/www/index.html\",\"name\":\"Wallet\",\"online\":1,"
		"\"package_url\":\"" FOLDER "nebula/20171228_1.0.0.1.amr\",\"patch\":\"\",\"sha256\":"
		"\"0000000000000000000000000000000000000000000000000000000000000000\",\"sub_url\":\"\","
		"\"version\":\"1.0.0.1\",\"vhost\":\"https://20171228.h5app.com\"}");
	free(text);
	json_decref(json);
	t.app.global = true;
	t.w.app.h5_vhost = t.release.main_url = t.release.r.memo = t.release.extend_info = SLICE("");
	json = h5_entry(&t.w.app, &t.release, SLICE("https://b/"));
	assert_string_equal(json_string_value(json_object_get(json, "fallback_base_url")), "");
	assert_string_equal(json_string_value(json_object_get(json, "package_url")),
			    "https://b/" FOLDER "nebula/20171228_1.0.0.1.amr");
	assert_int_equal(json_object_size(json), 14);
	json_decref(json);
	release_test(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),        cmocka_unit_test(test_kept),
		cmocka_unit_test(test_frozen),       cmocka_unit_test(test_kept_global),
		cmocka_unit_test(test_kept_bytes),   cmocka_unit_test(test_recipe_alone),
		cmocka_unit_test(test_failures),     cmocka_unit_test(test_amr),
		cmocka_unit_test(test_folder_names), cmocka_unit_test(test_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
