/* The modules of quick fixes: ready, split, built; what is filled in, what is refused, and that writing gives them again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/quickfix.h"
#include "build/unzip.h"
#include "build/zip.h"
#include "world.h"
#include "zip.h"

#define RELEASE                                                                                                        \
	"{\n  \"hqf\": [\n    \"a.hqf\",\n    \"b.hqf\"\n  ],\n  \"appqf\": 0,\n  \"modules\": [\n    0,\n    1\n  "   \
	"]\n}\n"
#define AT   "repo/q/release.json"
#define HASH "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"

struct test {
	struct world w;
	struct quickfix q;
	struct quickfix_source sources[2];
};

static void init(struct test *t, enum quickfix_input input, size_t nsources)
{
	*t = (struct test){
		.q = { .r = { .kind = KIND_QUICKFIX, .origin = { AT, SLICE(RELEASE) }, .folder = SLICE("q") },
		       .bundle_name = SLICE("com.example"),
		       .version_code = 7,
		       .patch_version_code = 2,
		       .input = input,
		       .nsources = nsources }
	};
	world_init(&t->w);
	t->q.sources = t->sources;
	t->w.app.quickfixes = &t->q;
	t->w.app.nquickfixes = 1;
}

struct patch {
	const char *module, *types, *versions; /* types and versions: JSON; NULL: the usual */
	const char *hash;
};

static struct slice patch_text(struct test *t, struct patch p)
{
	return arena_printf(
		&t->w.mem,
		"{\"app\":{\"bundleName\":\"com.example\",%s},\"module\":{\"name\":\"%s\",\"type\":\"patch\","
		"\"deviceTypes\":[%s],\"originalModuleHash\":\"%s\"}}",
		p.versions
			? p.versions
			: "\"versionCode\":7,\"versionName\":\"1\",\"patchVersionCode\":2,\"patchVersionName\":\"2\"",
		p.module, p.types ? p.types : "\"phone\"", p.hash ? p.hash : HASH);
}

/* An archive of patch.json and of files that have their names as content. */
static struct slice hqf(struct test *t, struct patch p, const char *const *files)
{
	struct strbuf out = STRBUF_INIT;
	struct zip_writer z;
	struct slice bytes;
	const char *why;

	zip_begin(&z, &out);
	if (p.module)
		zip_put(&z, SLICE("patch.json"), patch_text(t, p));
	for (; files && *files; files++)
		zip_put(&z, slice_of(*files), slice_of(*files));
	assert_int_equal(zip_end(&z, &why), 0);
	bytes = arena_copy(&t->w.mem, strbuf_slice(&out));
	strbuf_release(&out);
	return bytes;
}

static void add_hqf(struct test *t, size_t i, struct slice bytes)
{
	t->sources[i].file = i ? SLICE("q/b.hqf") : SLICE("q/a.hqf");
	world_add(&t->w, t->sources[i].file.p, bytes);
}

static void prepare(struct test *t)
{
	quickfixes_prepare(&t->w.app, &t->w.tree, t->w.digests, true, &t->w.mem, &t->w.d);
}

struct written {
	struct test *t;
	size_t n;
	struct slice last;
};

static int put(void *ctx, const struct quickfix_module *m, struct slice bytes)
{
	struct written *w = ctx;
	uint8_t hash[SHA256_SIZE];

	assert_ptr_equal(m, &w->t->q.modules[w->n++]);
	assert_int_equal(digest_sha256(w->t->w.digests, hash, bytes), 0);
	assert_memory_equal(hash, m->sha256, sizeof(hash));
	assert_int_equal(bytes.n, m->size);
	w->last = arena_copy(&w->t->w.mem, bytes);
	return 0;
}

static struct slice write_all(struct test *t)
{
	struct written w = { .t = t };

	assert_int_equal(quickfix_write(&t->q, &t->w.tree, t->w.digests, put, &w, &t->w.d), 0);
	assert_int_equal(w.n, t->q.nmodules);
	return w.last;
}

/* --- ready files ---------------------------------------------------------------------------------------------------------- */
static void test_ready(void **state)
{
	static const char *const libs[] = { "ets/modules.abc",  "libs/arm64-v8a/a.so", "libs/arm64-v8a/b.so",
					    "libs/x86_64/a.so", ".pages.info",         NULL };
	struct test t;

	(void)state;
	init(&t, QUICKFIX_HQF, 2);
	add_hqf(&t, 0, hqf(&t, (struct patch){ "entry", NULL, NULL, NULL }, NULL));
	add_hqf(&t, 1, hqf(&t, (struct patch){ "lib", "\"phone\",\"tablet\"", NULL, NULL }, libs));
	prepare(&t);
	assert_string_equal(world_said(&t.w), "");
	assert_int_equal(t.q.nmodules, 2);
	assert_true(slice_eqs(t.q.modules[0].name, "entry"));
	assert_int_equal(t.q.modules[0].nabis, 0);
	assert_int_equal(t.q.modules[0].ndevice_types, 1);
	assert_true(slice_eqs(t.q.modules[1].device_types[1], "tablet"));
	assert_int_equal(t.q.modules[1].nabis, 2);
	assert_true(slice_eqs(t.q.modules[1].abis[0], "arm64-v8a"));
	assert_true(slice_eqs(t.q.modules[1].abis[1], "x86_64"));
	assert_true(slice_eq(write_all(&t), t.w.data[1]));
	world_release(&t.w);
}

#define WARN_HASH(line, file)                                                                                          \
	AT ":" line ":5: warning: " file                                                                               \
	   ": module.originalModuleHash \"abc\" is not a SHA-256 of 64 lower-case hex digits\n"

static const struct {
	const char *what;
	struct patch a, b;
	const char *file; /* in b beside patch.json */
	const char *said;
	size_t modules;
} pairs[] = {
	{ "one name for two device types",
	  { "m", "\"phone\"", NULL, NULL },
	  { "m", "\"tablet\"", NULL, NULL },
	  NULL,
	  "",
	  2 },
	{ "one name twice",
	  { "m", "\"phone\"", NULL, NULL },
	  { "m", "\"tablet\",\"Phone\"", NULL, NULL },
	  NULL,
	  AT ":4:5: error: b.hqf: another module is named \"m\" too, for the device type phone\n",
	  2 },
	{ "names in other letters", { "m", NULL, NULL, NULL }, { "M", NULL, NULL, NULL }, NULL, "", 2 },
	{ "short hashes",
	  { "m", NULL, NULL, "abc" },
	  { "n", NULL, NULL, "abc" },
	  NULL,
	  WARN_HASH("3", "a.hqf") WARN_HASH("4", "b.hqf"),
	  2 },
	{ "other codes",
	  { "m", NULL, NULL, NULL },
	  { "n", NULL, "\"versionCode\":8,\"versionName\":\"1\",\"patchVersionCode\":3,\"patchVersionName\":\"2\"",
	    NULL },
	  NULL,
	  AT ":4:5: error: b.hqf: patch.json says patchVersionCode 3; the folder's name is 2\n" AT
	     ":4:5: error: b.hqf: patch.json says versionCode 8; the folder's name is 7\n",
	  2 },
	{ "other names",
	  { "m", NULL, NULL, NULL },
	  { "n", NULL, "\"versionCode\":7,\"versionName\":\"1.0\",\"patchVersionCode\":2,\"patchVersionName\":\"3\"",
	    NULL },
	  NULL,
	  AT ":4:5: error: b.hqf: patch.json says patchVersionName \"3\"; that of a.hqf is \"2\"\n" AT
	     ":4:5: error: b.hqf: patch.json says versionName \"1.0\"; that of a.hqf is \"1\"\n",
	  2 },
	{ "no patch.json",
	  { "m", NULL, NULL, NULL },
	  { NULL, NULL, NULL, NULL },
	  "ets/a",
	  AT ":4:5: error: b.hqf: it holds no patch.json\n",
	  1 },
	{ "resources",
	  { "m", NULL, NULL, NULL },
	  { "n", NULL, NULL, NULL },
	  "resources/rawfile/a",
	  AT ":4:5: error: b.hqf: \"resources/rawfile/a\": a quick fix cannot change resources\n",
	  1 },
	{ "a library in no folder",
	  { "m", NULL, NULL, NULL },
	  { "n", NULL, NULL, NULL },
	  "libs/a.so",
	  AT ":4:5: error: b.hqf: \"libs/a.so\" does not lie in libs/<abi>/, where <abi> is arm64-v8a, armeabi, "
	     "armeabi-v7a, "
	     "x86 or x86_64\n",
	  1 },
	{ "an unknown abi",
	  { "m", NULL, NULL, NULL },
	  { "n", NULL, NULL, NULL },
	  "libs/arm64-v8/a.so",
	  AT
	  ":4:5: error: b.hqf: \"libs/arm64-v8/a.so\" does not lie in libs/<abi>/, where <abi> is arm64-v8a, armeabi, "
	  "armeabi-v7a, x86 or x86_64; did you mean \"arm64-v8a\"?\n",
	  1 },
};

static void test_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		const char *const files[] = { pairs[i].file, NULL };
		struct test t;

		print_message("%s\n", pairs[i].what);
		init(&t, QUICKFIX_HQF, 2);
		add_hqf(&t, 0, hqf(&t, pairs[i].a, NULL));
		add_hqf(&t, 1, hqf(&t, pairs[i].b, files));
		prepare(&t);
		assert_string_equal(world_said(&t.w), pairs[i].said);
		assert_int_equal(t.q.nmodules, pairs[i].modules);
		world_release(&t.w);
	}
}

static void test_another_bundle(void **state)
{
	struct test t;

	(void)state;
	init(&t, QUICKFIX_HQF, 1);
	t.q.bundle_name = SLICE("com.other");
	add_hqf(&t, 0, hqf(&t, (struct patch){ "m", NULL, NULL, NULL }, NULL));
	prepare(&t);
	assert_string_equal(world_said(&t.w),
			    AT ":3:5: error: a.hqf: patch.json says bundleName \"com.example\"; the folder's "
			       "name is \"com.other\"\n");
	world_release(&t.w);
}

/* Code that is compressed works on some devices: a warning. */
static void test_compressed(void **state)
{
	static const char zeros[1000];
	struct strbuf zip = STRBUF_INIT;
	struct test t;

	(void)state;
	init(&t, QUICKFIX_HQF, 1);
	zip_make(&zip, (struct zip_entry[]){
			       { "patch.json", patch_text(&t, (struct patch){ "m", NULL, NULL, NULL }), 0, false },
			       { "ets/a.map", { zeros, sizeof(zeros) }, 0, false },
			       { "ets/b.abc", { zeros, sizeof(zeros) }, 0, false },
			       { NULL, { NULL, 0 }, 0, false } });
	add_hqf(&t, 0, strbuf_slice(&zip));
	prepare(&t);
	assert_string_equal(world_said(&t.w), AT
			    ":3:5: warning: a.hqf: \"ets/b.abc\" is compressed; devices may insist on stored code\n");
	strbuf_release(&zip);
	world_release(&t.w);
}

/* --- appqf ------------------------------------------------------------------------------------------------------------------ */
#define COMPRESSED(file)                                                                                               \
	AT ":6:12: warning: all.appqf: " file                                                                          \
	   ": is compressed; packing tools store it, and devices may insist on that\n"

static void test_appqf(void **state)
{
	static const struct {
		const char *what, *names[2];
		bool deflated;
		const char *said;
		size_t modules;
	} cases[] = {
		{ "two", { "b.hqf", "a.hqf" }, false, "", 2 },
		{ "compressed", { "a.hqf", "b.hqf" }, true, COMPRESSED("a.hqf") COMPRESSED("b.hqf"), 2 },
		{ "another file",
		  { "a.hqf", "pack.info" },
		  false,
		  AT ":6:12: error: all.appqf: pack.info: an appqf holds .hqf files and nothing else, in no folder\n",
		  1 },
		{ "in a folder",
		  { "a.hqf", "x/b.hqf" },
		  false,
		  AT ":6:12: error: all.appqf: x/b.hqf: an appqf holds .hqf files and nothing else, in no folder\n",
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf zip = STRBUF_INIT;
		struct slice bytes[2];
		struct test t;

		print_message("%s\n", cases[i].what);
		init(&t, QUICKFIX_APPQF, 1);
		for (size_t k = 0; k < 2; k++)
			bytes[k] = hqf(&t, (struct patch){ cases[i].names[k][0] == 'a' ? "m" : "n", NULL, NULL, NULL },
				       NULL);
		zip_make(&zip, (struct zip_entry[]){ { cases[i].names[0], bytes[0], 0, !cases[i].deflated },
						     { cases[i].names[1], bytes[1], 0, !cases[i].deflated },
						     { NULL, { NULL, 0 }, 0, false } });
		t.sources[0].file = SLICE("q/all.appqf");
		world_add(&t.w, "q/all.appqf", strbuf_slice(&zip));
		prepare(&t);
		assert_string_equal(world_said(&t.w), cases[i].said);
		assert_int_equal(t.q.nmodules, cases[i].modules);
		if (cases[i].modules == 2) {
			size_t said = t.w.d.n;

			assert_true(slice_eqs(t.q.modules[0].name, "m")); /* by the names of files */
			assert_true(slice_eq(write_all(&t), bytes[i == 0 ? 0 : 1]));
			assert_int_equal(t.w.d.n, said); /* nothing is said twice */
		}
		strbuf_release(&zip);
		world_release(&t.w);
	}
}

/* --- built ------------------------------------------------------------------------------------------------------------------ */
static void init_parts(struct test *t)
{
	init(t, QUICKFIX_MODULES, 1);
	t->sources[0] =
		(struct quickfix_source){ .file = SLICE("q/p.json"), .ets = SLICE("q/e"), .libs = SLICE("q/l") };
	world_add(&t->w, "q/e/b/c.abc", SLICE("c"));
	world_add(&t->w, "q/e/m.abc", SLICE("m"));
	world_add(&t->w, "q/l/arm64-v8a/x.so", SLICE("x"));
	world_add(&t->w, "q/p.json",
		  arena_printf(&t->w.mem, "\n " SLICE_FMT " ",
			       SLICE_ARG(patch_text(t, (struct patch){ "m", NULL, NULL, NULL }))));
}

static void test_built(void **state)
{
	static const char *const paths[] = { "ets/b/c.abc", "ets/m.abc", "libs/arm64-v8a/x.so", "patch.json" };
	struct fileset files = FILESET_INIT;
	struct test t;
	const char *why;

	(void)state;
	init_parts(&t);
	prepare(&t);
	assert_string_equal(world_said(&t.w), "");
	assert_int_equal(t.q.nmodules, 1);
	assert_int_equal(t.q.modules[0].nabis, 1);
	assert_int_equal(unzip_read(&files, write_all(&t), &why), 0);
	assert_int_equal(files.n, COUNT(paths));
	for (size_t i = 0; i < files.n; i++)
		assert_string_equal(files.v[i].path.p, paths[i]);
	assert_true(slice_starts(fileset_bytes(&files, &files.v[3]), "{\"app\":{\"bundleName\":"));
	fileset_release(&files);
	t.w.reads = 0; /* where the definitions are bad nobody looks again */
	quickfixes_prepare(&t.w.app, &t.w.tree, t.w.digests, false, &t.w.mem, &t.w.d);
	assert_int_equal(t.w.reads, 0);
	world_release(&t.w);
}

static void test_nothing_in_it(void **state)
{
	struct test t;

	(void)state;
	init_parts(&t);
	t.sources[0].ets = SLICE("q/none");
	t.sources[0].libs = SLICE("");
	prepare(&t);
	assert_string_equal(world_said(&t.w),
			    AT ":8:5: error: p.json: there is nothing in it: it names neither ets nor libs, or "
			       "they are empty\n");
	world_release(&t.w);
}

/* --- failures --------------------------------------------------------------------------------------------------------------- */
static void test_missing(void **state)
{
	struct test t;

	(void)state;
	init(&t, QUICKFIX_HQF, 2);
	t.sources[0].file = SLICE("q/none.hqf"); /* the definitions have said so */
	add_hqf(&t, 1, hqf(&t, (struct patch){ "m", NULL, NULL, NULL }, NULL));
	prepare(&t);
	assert_string_equal(world_said(&t.w), "");
	assert_int_equal(t.q.nmodules, 0);
	t.w.broken = true;
	t.sources[0] = t.sources[1];
	prepare(&t);
	assert_int_equal(t.w.d.errors, 2);
	world_release(&t.w);
}

static void test_changed(void **state)
{
	struct test t;
	struct written w = { .t = &t };

	(void)state;
	init(&t, QUICKFIX_HQF, 1);
	add_hqf(&t, 0, hqf(&t, (struct patch){ "m", NULL, NULL, NULL }, NULL));
	prepare(&t);
	t.w.data[0] = hqf(&t, (struct patch){ "n", NULL, NULL, NULL }, NULL);
	assert_int_equal(quickfix_write(&t.q, &t.w.tree, t.w.digests, put, &w, &t.w.d), -1);
	assert_string_equal(world_said(&t.w), AT ": error: a.hqf changed while it was being built\n");
	world_release(&t.w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ready),          cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_another_bundle), cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_appqf),          cmocka_unit_test(test_built),
		cmocka_unit_test(test_nothing_in_it),  cmocka_unit_test(test_missing),
		cmocka_unit_test(test_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
