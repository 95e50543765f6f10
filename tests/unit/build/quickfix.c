/* The modules of quick fixes: ready, split, built; what is filled in, what is refused, and that writing gives them again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../zip.h"
#include "build/quickfix.h"
#include "format/zipwrite.h"
#include "pack/unzip.h"
#include "people.h"
#include "world.h"

#define RELEASE                                                                                                        \
	"{\n  \"hqf\": [\n    \"a.hqf\",\n    \"b.hqf\"\n  ],\n  \"appqf\": 0,\n  \"modules\": [\n    {\n"             \
	"\"base\": 0,\n\"ets\": 0,\n\"libs\": 0\n},\n    1\n  ]\n}\n"
#define AT   "repo/q/release.json"
#define HASH "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"

#define ARM64 "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\xb7\0"
#define X86   "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0"
#define NOW   INT64_C(1795248000) /* 2026-11-21T08:00:00Z */

struct test {
	struct world w;
	struct quickfix q;
	struct task task; /* ended: nobody is told that modules are not signed */
	struct quickfix_source sources[2];
};

static void init(struct test *t, enum quickfix_input input, size_t nsources)
{
	*t = (struct test){ .task = { .status = STATUS_ENDED },
			    .q = { .r = { .kind = KIND_QUICKFIX,
					  .origin = { AT, SLICE(RELEASE) },
					  .folder = SLICE("q"),
					  .ntasks = 1 },
				   .bundle_name = SLICE("com.example"),
				   .version_code = 7,
				   .patch_version_code = 2,
				   .input = input,
				   .nsources = nsources } };
	world_init(&t->w);
	t->q.sources = t->sources;
	t->q.r.tasks = &t->task;
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

static struct slice content_of(const char *file)
{
	if (!slice_ends(slice_of(file), ".so"))
		return slice_of(file);
	return slice_starts(slice_of(file), "libs/x86_64") ? SLICE(X86) : SLICE(ARM64);
}

/* An archive of patch.json and of files that have their names as content, but for libraries. */
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
		zip_put(&z, slice_of(*files), content_of(*files));
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

static void prepare_as(struct test *t, bool good_defs)
{
	const struct quickfix_maker maker = { &t->w.tree, t->w.digests, NOW, good_defs, &t->w.mem, &t->w.d };

	quickfixes_prepare(&t->w.app, &maker);
}

static void prepare(struct test *t)
{
	prepare_as(t, true);
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
	AT ":" line ":5: warning: " file ": module.originalModuleHash \"abc\" is not a SHA-256 of 64 hex digits\n"

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
	{ "a hash in capitals",
	  { "m", NULL, NULL, "2D711642B726B04401627CA9FBAC32F5C8530FB1903CC4DB02258717921A4881" },
	  { "n", NULL, NULL, NULL },
	  NULL,
	  "",
	  2 },
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
	{ "code for two device types alone",
	  { "m", "\"phone\"", NULL, NULL },
	  { "n", "\"tablet\"", NULL, NULL },
	  "libs/arm64-v8a/a.so",
	  "",
	  2 },
	{ "a difference between libraries",
	  { "m", NULL, NULL, NULL },
	  { "n", NULL, NULL, NULL },
	  "libs/arm64-v8a/a.so.diff",
	  AT
	  ":4:5: error: b.hqf: \"libs/arm64-v8a/a.so.diff\" is no difference between libraries: it begins with neither "
	  "BSDIFF40 nor PKGDIFF0\n",
	  1 },
	{ "something else",
	  { "m", NULL, NULL, NULL },
	  { "n", NULL, NULL, NULL },
	  "module.json",
	  AT ":4:5: warning: b.hqf: \"module.json\" lies in neither ets/ nor libs/: devices do not look at it\n",
	  2 },
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
	zip_make(&zip, (struct test_zip_entry[]){
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
		  0 },
		{ "in a folder",
		  { "a.hqf", "x/b.hqf" },
		  false,
		  AT ":6:12: error: all.appqf: x/b.hqf: an appqf holds .hqf files and nothing else, in no folder\n",
		  0 },
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
		zip_make(&zip, (struct test_zip_entry[]){ { cases[i].names[0], bytes[0], 0, !cases[i].deflated },
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

/* --- modules that a device gets together ------------------------------------------------------------------------------------ */
static void test_abis(void **state)
{
	static const struct {
		const char *what, *types, *a[3], *b[3], *said;
	} cases[] = {
		{ "one has none", NULL, { "libs/arm64-v8a/a.so", NULL }, { "ets/m.abc", NULL }, "" },
		{ "the same", NULL, { "libs/arm64-v8a/a.so", NULL }, { "libs/arm64-v8a/b.so", NULL }, "" },
		{ "others",
		  NULL,
		  { "libs/arm64-v8a/a.so", NULL },
		  { "libs/x86_64/a.so", NULL },
		  AT ":4:5: error: b.hqf: it has libraries for x86_64, a.hqf for arm64-v8a: a device that gets both "
		     "refuses them\n" },
		{ "more",
		  NULL,
		  { "libs/arm64-v8a/a.so", NULL },
		  { "libs/arm64-v8a/a.so", "libs/x86_64/a.so", NULL },
		  AT
		  ":4:5: error: b.hqf: it has libraries for arm64-v8a, x86_64, a.hqf for arm64-v8a: a device that gets "
		  "both refuses them\n" },
		{ "others, but for other devices",
		  "\"tablet\"",
		  { "libs/arm64-v8a/a.so", NULL },
		  { "libs/x86_64/a.so", NULL },
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct test t;

		print_message("%s\n", cases[i].what);
		init(&t, QUICKFIX_HQF, 2);
		add_hqf(&t, 0, hqf(&t, (struct patch){ "m", NULL, NULL, NULL }, cases[i].a));
		add_hqf(&t, 1, hqf(&t, (struct patch){ "n", cases[i].types, NULL, NULL }, cases[i].b));
		prepare(&t);
		assert_string_equal(world_said(&t.w), cases[i].said);
		assert_int_equal(t.q.nmodules, 2);
		world_release(&t.w);
	}
}

/* --- signatures ------------------------------------------------------------------------------------------------------------- */
#define B              ":4:5: "
#define EXPIRED(level) AT B level ": b.hqf: its profile expired at 2026-01-01T00:00:00Z: devices refuse it\n"

static const struct {
	const char *what;
	struct signer_package b; /* of the second module; the first has the usual */
	bool by_other;           /* so is it signed */
	enum task_status status;
	const char *said;
} signatures[] = {
	{ "good", { .app = NULL }, false, STATUS_RELEASING, "" },
	{ "another bundle",
	  { .bundle = "com.evil" },
	  false,
	  STATUS_ENDED,
	  AT B "error: b.hqf: its profile is for bundleName \"com.evil\"; patch.json says \"com.example\"\n" },
	{ "another apl",
	  { .apl = "system_core" },
	  false,
	  STATUS_RELEASING,
	  AT B
	  "error: b.hqf: its profile says apl \"system_core\", that of a.hqf \"normal\": devices take modules of one "
	  "app together\n" },
	{ "another app-identifier",
	  { .identifier = "1" },
	  false,
	  STATUS_RELEASING,
	  AT B
	  "error: b.hqf: its profile says app-identifier \"1\", that of a.hqf \"5765880207854649881\": devices take "
	  "modules of one app together\n" },
	{ "for debugging",
	  { .type = "debug" },
	  false,
	  STATUS_RELEASING,
	  AT B
	  "error: b.hqf: its profile says type \"debug\", that of a.hqf \"release\": devices take modules of one app "
	  "together\n" AT B
	  "warning: b.hqf: its profile is for debugging: no devices take it but those that the profile lists\n" },
	{ "expired", { .to = 1767225600 }, false, STATUS_RELEASING, EXPIRED("error") },
	{ "expired, paused", { .to = 1767225600 }, false, STATUS_PAUSED, EXPIRED("warning") },
	{ "expired, pending", { .to = 1767225600 }, false, STATUS_PENDING, EXPIRED("warning") },
	{ "expired, ended", { .to = 1767225600 }, false, STATUS_ENDED, "" },
	{ "in its last second", { .to = NOW }, false, STATUS_RELEASING, "" },
	{ "too early",
	  { .from = NOW + 1 },
	  false,
	  STATUS_RELEASING,
	  AT B "error: b.hqf: its profile is not valid before 2026-11-21T08:00:01Z: devices refuse it\n" },
	{ "another signer", { .app = NULL }, true, STATUS_ENDED, NULL },
};

static void test_signatures(void **state)
{
	struct people *p = *state;

	for (size_t i = 0; i < COUNT(signatures); i++) {
		struct signer_package usual = { .app = &p->app, .profile = &p->profile }, second = signatures[i].b;
		struct test t;

		print_message("%s\n", signatures[i].what);
		init(&t, QUICKFIX_HQF, 2);
		t.task.status = signatures[i].status;
		second.app = signatures[i].by_other ? &p->other : &p->app;
		second.profile = &p->profile;
		add_hqf(&t, 0, signer_sign(&t.w.mem, hqf(&t, (struct patch){ "m", NULL, NULL, NULL }, NULL), &usual));
		add_hqf(&t, 1, signer_sign(&t.w.mem, hqf(&t, (struct patch){ "n", NULL, NULL, NULL }, NULL), &second));
		prepare(&t);
		if (signatures[i].said)
			assert_string_equal(world_said(&t.w), signatures[i].said);
		else /* the hashes of certificates differ from run to run */
			assert_non_null(strstr(world_said(&t.w),
					       AT B "error: b.hqf: it is signed by \"CN=Other,O=Example\" (SHA-256 "));
		assert_int_equal(t.q.nmodules, 2);
		world_release(&t.w);
	}
}

static void test_unsigned(void **state)
{
	struct people *p = *state;
	struct signer_package usual = { .app = &p->app, .profile = &p->profile };
	struct test t;

	init(&t, QUICKFIX_HQF, 2);
	t.task.status = STATUS_PENDING;
	add_hqf(&t, 0, signer_sign(&t.w.mem, hqf(&t, (struct patch){ "m", NULL, NULL, NULL }, NULL), &usual));
	add_hqf(&t, 1, hqf(&t, (struct patch){ "n", NULL, NULL, NULL }, NULL));
	prepare(&t);
	assert_string_equal(world_said(&t.w),
			    AT B "warning: b.hqf is not signed: devices refuse it until it is (mdstatic hqf sign)\n");
	t.q.r.ntasks = 0; /* not released yet */
	prepare(&t);
	assert_int_equal(t.w.d.warnings, 2);
	world_release(&t.w);
}

static void test_signature_of_another(void **state)
{
	struct people *p = *state;
	struct signer_package market = { .app = &p->other, .profile = &p->profile, .named = &p->app };
	struct test t;

	init(&t, QUICKFIX_HQF, 1);
	add_hqf(&t, 0, signer_sign(&t.w.mem, hqf(&t, (struct patch){ "m", NULL, NULL, NULL }, NULL), &market));
	prepare(&t);
	assert_string_equal(
		world_said(&t.w),
		AT ":3:5: warning: a.hqf: the certificate in its profile is not the one that signed it: devices "
		   "take that from the market alone\n");
	world_release(&t.w);
}

static void test_damaged_signature(void **state)
{
	struct people *p = *state;
	struct signer_package usual = { .app = &p->app, .profile = &p->profile };
	struct slice bytes;
	struct test t;
	char *code;

	init(&t, QUICKFIX_HQF, 1);
	bytes = signer_sign(&t.w.mem, hqf(&t, (struct patch){ "m", NULL, NULL, NULL }, NULL), &usual);
	code = memmem((char *)(uintptr_t)bytes.p, bytes.n, "com.example", 11);
	assert_non_null(code);
	code[4] = 'E';
	add_hqf(&t, 0, bytes);
	prepare(&t);
	assert_string_equal(world_said(&t.w),
			    AT ":3:5: error: a.hqf: its bytes are not those that were signed (the content "
			       "digest differs)\n");
	assert_int_equal(t.q.nmodules, 0);
	world_release(&t.w);
}

/* --- built ------------------------------------------------------------------------------------------------------------------ */
static void add_parts(struct test *t, const char *hash)
{
	t->sources[0] =
		(struct quickfix_source){ .file = SLICE("q/p.json"), .ets = SLICE("q/e"), .libs = SLICE("q/l") };
	world_add(&t->w, "q/e/b/c.abc", SLICE("c"));
	world_add(&t->w, "q/e/m.abc", SLICE("m"));
	world_add(&t->w, "q/l/arm64-v8a/x.so", SLICE(ARM64));
	world_add(&t->w, "q/p.json",
		  arena_printf(&t->w.mem, "\n " SLICE_FMT " ",
			       SLICE_ARG(patch_text(t, (struct patch){ "m", NULL, NULL, hash }))));
}

static void init_parts(struct test *t)
{
	init(t, QUICKFIX_MODULES, 1);
	add_parts(t, NULL);
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
	prepare_as(&t, false);
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

/* --- held against what is installed ------------------------------------------------------------------------------------------ */
#define MODULE(bundle, code, name, types)                                                                              \
	"{\"app\":{\"bundleName\":\"" bundle "\",\"versionCode\":" code                                                \
	",\"versionName\":\"1\"},\"module\":{\"name\":\"" name "\",\"type\":\"entry\",\"deviceTypes\":[" types "]}}"
#define USUAL    MODULE("com.example", "7", "m", "\"phone\"")
#define CAPITALS "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789"
#define BASE     AT ":9:9: error: "
#define ETS      AT ":10:8: error: "
#define LIBS     AT ":11:9: error: "

static const struct {
	const char *what, *module_json;
	const char *files[5]; /* of the base */
	const char *hash;     /* in patch.json; NULL: that of the base */
	const char *said;     /* NULL: begins with the hash */
} bases[] = {
	{ "good", USUAL, { "ets/b/c.abc", "ets/m.abc", "libs/arm64-v8a/x.so", NULL }, NULL, "" },
	{ "more in it",
	  USUAL,
	  { "ets/b/c.abc", "ets/m.abc", "libs/arm64-v8a/x.so", "libs/x86_64/x.so", NULL },
	  NULL,
	  "" },
	{ "another bundle",
	  MODULE("com.other", "7", "m", "\"phone\""),
	  { "ets/b/c.abc", "ets/m.abc", "libs/arm64-v8a/x.so", NULL },
	  NULL,
	  BASE "b.hap (module.json) is of bundleName \"com.other\"; this quick fix is for \"com.example\"\n" },
	{ "another version",
	  MODULE("com.example", "8", "m", "\"phone\""),
	  { "ets/b/c.abc", "ets/m.abc", "libs/arm64-v8a/x.so", NULL },
	  NULL,
	  BASE "b.hap (module.json) has versionCode 8; this quick fix is for 7\n" },
	{ "another module",
	  MODULE("com.example", "7", "n", "\"phone\""),
	  { "ets/b/c.abc", "ets/m.abc", "libs/arm64-v8a/x.so", NULL },
	  NULL,
	  BASE "b.hap (module.json) is the module \"n\"; patch.json is for \"m\", which devices would skip\n" },
	{ "another device type",
	  MODULE("com.example", "7", "m", "\"tv\""),
	  { "ets/b/c.abc", "ets/m.abc", "libs/arm64-v8a/x.so", NULL },
	  NULL,
	  AT ":9:9: warning: b.hap (module.json) is not for the device type phone, which patch.json lists\n" },
	{ "another hash", USUAL, { "ets/b/c.abc", "ets/m.abc", "libs/arm64-v8a/x.so", NULL }, HASH, NULL },
	{ "another hash, in capitals",
	  USUAL,
	  { "ets/b/c.abc", "ets/m.abc", "libs/arm64-v8a/x.so", NULL },
	  CAPITALS,
	  NULL },
	{ "new code",
	  USUAL,
	  { "ets/m.abc", "libs/arm64-v8a/x.so", NULL },
	  NULL,
	  ETS "\"ets/b/c.abc\" is not in b.hap: a quick fix cannot add code\n" },
	{ "a new library",
	  USUAL,
	  { "ets/b/c.abc", "ets/m.abc", "libs/arm64-v8a/y.so", NULL },
	  NULL,
	  LIBS "\"libs/arm64-v8a/x.so\": b.hap has no libs/arm64-v8a/x.so: a quick fix cannot add libraries\n" },
	{ "another abi",
	  USUAL,
	  { "ets/b/c.abc", "ets/m.abc", "libs/x86_64/x.so", NULL },
	  NULL,
	  LIBS "\"libs/arm64-v8a\": b.hap has no libraries for this ABI\n" },
	{ "everything",
	  MODULE("com.other", "8", "n", "\"phone\""),
	  { NULL },
	  NULL,
	  BASE "b.hap (module.json) has versionCode 8; this quick fix is for 7\n" BASE
	       "b.hap (module.json) is of bundleName \"com.other\"; this quick fix is for \"com.example\"\n" BASE
	       "b.hap (module.json) is the module \"n\"; patch.json is for \"m\", which devices would skip\n" ETS
	       "\"ets/b/c.abc\" is not in b.hap: a quick fix cannot add code\n" ETS
	       "\"ets/m.abc\" is not in b.hap: a quick fix cannot add code\n" LIBS
	       "\"libs/arm64-v8a\": b.hap has no libraries for this ABI\n" },
	{ "no names",
	  "{}",
	  { "ets/m.abc", NULL },
	  NULL,
	  BASE "b.hap cannot be read as a harmony package: its module.json has no bundleName\n" },
};

static struct slice make_base(struct test *t, const char *module_json, const char *const *files)
{
	struct strbuf out = STRBUF_INIT;
	struct zip_writer z;
	struct slice bytes;
	const char *why;

	zip_begin(&z, &out);
	zip_put(&z, SLICE("module.json"), slice_of(module_json));
	for (; *files; files++)
		zip_put(&z, slice_of(*files), SLICE("x"));
	assert_int_equal(zip_end(&z, &why), 0);
	bytes = arena_copy(&t->w.mem, strbuf_slice(&out));
	strbuf_release(&out);
	return bytes;
}

static void test_bases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bases); i++) {
		uint8_t hash[SHA256_SIZE];
		char hex[SHA256_HEX];
		struct slice base;
		struct test t;

		print_message("%s\n", bases[i].what);
		init(&t, QUICKFIX_MODULES, 1);
		base = make_base(&t, bases[i].module_json, bases[i].files);
		assert_int_equal(digest_sha256(t.w.digests, hash, base), 0);
		digest_hex(hex, hash, sizeof(hash));
		world_add(&t.w, "q/b.hap", base);
		add_parts(&t, bases[i].hash ? bases[i].hash : hex);
		t.sources[0].base = SLICE("q/b.hap");
		prepare(&t);
		assert_string_equal(world_said(&t.w),
				    bases[i].said ? bases[i].said
						  : arena_printf(&t.w.mem,
								 BASE "b.hap has the SHA-256 %s; patch.json says "
								      "originalModuleHash %s\n",
								 hex, bases[i].hash)
							    .p);
		world_release(&t.w);
	}
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
		cmocka_unit_test(test_ready),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_another_bundle),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_appqf),
		cmocka_unit_test(test_built),
		cmocka_unit_test(test_nothing_in_it),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_abis),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_unsigned),
		cmocka_unit_test(test_signature_of_another),
		cmocka_unit_test(test_damaged_signature),
		cmocka_unit_test(test_bases),
	};

	return cmocka_run_group_tests(tests, meet, leave);
}
