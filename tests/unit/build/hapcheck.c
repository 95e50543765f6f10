/* Harmony packages of upgrades, held against their definitions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/hapcheck.h"
#include "format/zipwrite.h"
#include "people.h"
#include "world.h"

#define RELEASE "{\n  \"package\": { \"file\": \"x\" }\n}\n"
#define AT      "repo/release.json:2:24: "
#define NOW     INT64_C(1795248000) /* 2026-11-21T08:00:00Z */

#define MODULE(bundle, name)                                                                                           \
	"{\"app\":{\"bundleName\":\"" bundle "\",\"versionCode\":7" name "},\"module\":{\"name\":\"entry\"}}"
#define PACK "{\"summary\":{\"app\":{\"bundleName\":\"com.example\",\"version\":{\"code\":7,\"name\":\"1.2\"}}}}"

struct test {
	struct world w;
	struct upgrade u;
	struct task task;
};

static void init(struct test *t, const char *file)
{
	*t = (struct test){ .u = { .platform = PLATFORM_HARMONY } };
	world_init(&t->w);
	t->w.app.package_name[PLATFORM_HARMONY] = SLICE("com.example");
	t->u.r = (struct release){ .kind = KIND_UPGRADE,
				   .origin = { "repo/release.json", SLICE(RELEASE) },
				   .version_text = SLICE("1.2"),
				   .tasks = &t->task,
				   .ntasks = 1 };
	t->u.package.file = slice_of(file);
	if (!version_parse(&t->u.version, t->u.r.version_text))
		abort();
	t->w.app.upgrades = &t->u;
	t->w.app.nupgrades = 1;
	t->task.status = STATUS_RELEASING;
}

static struct slice zip_of(struct test *t, const char *name, struct slice text, const char *other)
{
	struct strbuf out = STRBUF_INIT;
	struct zip_writer z;
	struct slice bytes;
	const char *why;

	zip_begin(&z, &out);
	zip_put(&z, slice_of(name), text);
	if (other)
		zip_put(&z, slice_of(other), SLICE("x"));
	assert_int_equal(zip_end(&z, &why), 0);
	bytes = arena_copy(&t->w.mem, strbuf_slice(&out));
	strbuf_release(&out);
	return bytes;
}

static void check(struct test *t, struct slice bytes)
{
	const struct package_check c = { &t->w.app, &t->u.r, &t->u.package, bytes, t->w.digests, &t->w.mem, &t->w.d };

	hap_check(&c);
}

/* --- what it says ------------------------------------------------------------------------------------------------------- */
static const struct {
	const char *what, *text, *said;
} names[] = {
	{ "good", MODULE("com.example", ",\"versionName\":\"1.2\""), "" },
	{ "an equal version", MODULE("com.example", ",\"versionName\":\"1.2.0\""), "" },
	{ "another bundle", MODULE("com.other", ",\"versionName\":\"1.2\""),
	  AT "error: the bundleName in demo.hap (module.json) is \"com.other\"; [harmony] bundleName in app.ini is "
	     "\"com.example\"\n" },
	{ "another version", MODULE("com.example", ",\"versionName\":\"1.3\""),
	  AT "error: demo.hap (module.json) has version name \"1.3\"; this release is version 1.2\n" },
	{ "no version", MODULE("com.example", ""),
	  AT "error: demo.hap (module.json) has no version name; this release is version 1.2\n" },
	{ "no JSON", "{",
	  AT "error: demo.hap cannot be read as a harmony package: its module.json is no JSON, or has a key twice\n" },
};

static void test_names(void **state)
{
	struct people *p = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		struct signer_package usual = { .app = &p->app, .profile = &p->profile };
		struct test t;

		print_message("%s\n", names[i].what);
		init(&t, "demo.hap");
		if (strstr(names[i].text, "com.other"))
			usual.bundle = "com.other";
		check(&t, signer_sign(&t.w.mem, zip_of(&t, "module.json", slice_of(names[i].text), NULL), &usual));
		assert_string_equal(world_said(&t.w), names[i].said);
		world_release(&t.w);
	}
}

static void test_app(void **state)
{
	struct people *p = *state;
	const struct signer_package usual = { .app = &p->app, .profile = &p->profile };
	struct test t;

	init(&t, "demo.app");
	check(&t, signer_sign(&t.w.mem, zip_of(&t, "pack.info", SLICE(PACK), "entry.hap"), &usual));
	assert_string_equal(world_said(&t.w), "");
	assert_true(t.u.package.said.has_version_code && t.u.package.said.version_code == 7);
	check(&t, zip_of(&t, "module.json", SLICE("{}"), NULL));
	assert_string_equal(world_said(&t.w),
			    AT "error: demo.app cannot be read as a harmony package: it holds no pack.info\n");
	world_release(&t.w);
}

/* --- who signed it ------------------------------------------------------------------------------------------------------ */
static void test_signatures(void **state)
{
	struct people *p = *state;
	struct signer_package signer = { .app = &p->app, .profile = &p->profile };
	uint8_t hash[SHA256_SIZE];
	struct slice zip, der;
	struct test t;

	init(&t, "demo.hap");
	zip = zip_of(&t, "module.json", SLICE(MODULE("com.example", ",\"versionName\":\"1.2\"")), NULL);
	check(&t, zip);
	assert_string_equal(world_said(&t.w), AT "warning: demo.hap is not signed: devices refuse it\n");
	assert_false(t.u.package.said.has_cert);
	check(&t, signer_sign(&t.w.mem, zip, &signer));
	assert_int_equal(t.w.d.n, 1);
	der = signer_der(&t.w.mem, &p->app);
	assert_int_equal(digest_sha256(t.w.digests, hash, der), 0);
	assert_true(t.u.package.said.has_cert);
	assert_memory_equal(t.u.package.said.cert, hash, sizeof(hash));
	assert_int_equal(t.u.package.said.expires, 1900000000);
	world_release(&t.w);
	init(&t, "demo.hap");
	signer.bundle = "com.other";
	signer.named = &p->other;
	check(&t, signer_sign(&t.w.mem,
			      zip_of(&t, "module.json", SLICE(MODULE("com.example", ",\"versionName\":\"1.2\"")), NULL),
			      &signer));
	assert_string_equal(world_said(&t.w), AT
			    "error: demo.hap: its profile is for bundleName \"com.other\"; module.json says "
			    "\"com.example\"\n" AT
			    "warning: demo.hap: the certificate in its profile is not the one that signed it: devices "
			    "take that from the market alone\n");
	world_release(&t.w);
}

static void test_expiry(void **state)
{
	static const struct {
		enum task_status status;
		int64_t expires;
		const char *said;
	} cases[] = {
		{ STATUS_RELEASING, NOW, "" },
		{ STATUS_RELEASING, 0, "" },
		{ STATUS_RELEASING, NOW - 1,
		  AT "error: demo.hap: its profile expired at 2026-11-21T07:59:59Z: devices refuse "
		     "it\n" },
		{ STATUS_PAUSED, NOW - 1,
		  AT "warning: demo.hap: its profile expired at 2026-11-21T07:59:59Z: devices "
		     "refuse it\n" },
		{ STATUS_ENDED, NOW - 1, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct test t;

		init(&t, "demo.hap");
		t.task.status = cases[i].status;
		t.u.package.said.expires = cases[i].expires;
		hap_expiry_check(&t.w.app, NOW, &t.w.d);
		assert_string_equal(world_said(&t.w), cases[i].said);
		world_release(&t.w);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_app),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_expiry),
	};

	return cmocka_run_group_tests(tests, meet, leave);
}
