#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "packageworld.h"

#define RELEASE "{\n  \"productVersion\": \"5.0.0\",\n  \"package\": { \"file\": \"p.jar\" }\n}\n"
#define AT      "repo/hot/release.json:3:24: "
#define PATCHED "Target-C-Version: 5.0.0\nx-PatchType: dexpatch\n"

static const struct {
	const char *name;
	const char *dex;   /* NULL: none */
	const char *patch; /* NULL: none */
	enum { SIGNED, UNSIGNED, CHANGED } how;
	const char *said;
} jars[] = {
	{ "a patch", "dex\n035", PATCHED, SIGNED, "" },
	{ "an equal version", "dex\n035", "Target-C-Version: 5.0\nx-PatchType: dexpatch\n", SIGNED, "" },
	{ "another version", "dex\n035", "Target-C-Version: 5.0.1\nx-PatchType: dexpatch\n", SIGNED,
	  "repo/hot/release.json:2:21: error: p.jar (META-INF/PATCH.MF) has Target-C-Version \"5.0.1\"; this hotpatch "
	  "is for "
	  "version 5.0.0\n" },
	{ "no version", "dex\n035", "x-PatchType: dexpatch\n", SIGNED,
	  AT "error: p.jar (META-INF/PATCH.MF) has no Target-C-Version; clients want their own there\n" },
	{ "no type", "dex\n035", "Target-C-Version: 5.0.0\n", SIGNED,
	  AT "error: p.jar (META-INF/PATCH.MF) has no attribute <name>-PatchType\n" },
	{ "another type", "dex\n035", PATCHED "y-PatchType: dexpatches\n", SIGNED,
	  AT "error: p.jar (META-INF/PATCH.MF) has a PatchType of \"dexpatches\"; it must name dexpatch\n" },
	{ "another container", "dex\n035", NULL, SIGNED,
	  AT "warning: p.jar has no META-INF/PATCH.MF: another container than that of dexpatch, of which nothing more "
	     "was checked\n" },
	{ "nothing to patch with", NULL, PATCHED, SIGNED,
	  AT "error: p.jar holds no .dex file, so there is nothing to patch with\n" },
	{ "no dex", "dey\n035", PATCHED, SIGNED,
	  AT "error: p.jar cannot be read as a hotpatch of Android: \"classes.dex\" is no .dex file: it does not begin "
	     "with "
	     "\"dex\", a line feed and a known version\n" },
	{ "not signed", "dex\n035", PATCHED, UNSIGNED,
	  AT "error: p.jar has no JAR signature (v1), which clients verify; sign it with the app's key (jarsigner, or "
	     "apksigner with --v1-signing-enabled true)\n" },
	{ "changed after signing", "dex\n035", PATCHED, CHANGED,
	  AT "error: the JAR signature of p.jar does not hold: \"classes.dex\" is not signed: META-INF/MANIFEST.MF has "
	     "no digest "
	     "of it\n" },
};

static struct slice make(struct world *w, size_t i)
{
	struct test_zip_entry v[8] = { { NULL, { NULL, 0 }, 0, false } };
	struct strbuf mf = STRBUF_INIT, sf = STRBUF_INIT, cms = STRBUF_INIT, zip = STRBUF_INIT;
	size_t n = 0;

	if (jars[i].patch)
		v[n++] = (struct test_zip_entry){ "META-INF/PATCH.MF", slice_of(jars[i].patch), 0, false };
	if (jars[i].dex && jars[i].how != CHANGED)
		v[n++] = (struct test_zip_entry){ "classes.dex", slice_bytes(jars[i].dex, 8), 0, false };
	add_manifest(&mf, v);
	add_sf(&sf, strbuf_slice(&mf));
	add_detached(&cms, package_signer(), strbuf_slice(&sf));
	if (jars[i].dex && jars[i].how == CHANGED)
		v[n++] = (struct test_zip_entry){ "classes.dex", slice_bytes(jars[i].dex, 8), 0, false };
	if (jars[i].how != UNSIGNED) {
		v[n++] = (struct test_zip_entry){ "META-INF/MANIFEST.MF", strbuf_slice(&mf), 0, false };
		v[n++] = (struct test_zip_entry){ "META-INF/A.SF", strbuf_slice(&sf), 0, false };
		v[n++] = (struct test_zip_entry){ "META-INF/A.EC", strbuf_slice(&cms), 0, false };
	}
	zip_make(&zip, v);
	strbuf_release(&cms);
	strbuf_release(&sf);
	strbuf_release(&mf);
	return package_keep(w, &zip);
}

static void test_jars(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(jars); i++) {
		struct hotpatch h = { .r = { .kind = KIND_HOTPATCH,
					     .origin = { "repo/hot/release.json", SLICE(RELEASE) } },
				      .product_text = SLICE("5.0.0"),
				      .package = { .file = SLICE("p.jar"), .rel = SLICE("hot/p.jar") } };
		struct world w;

		print_message("%s\n", jars[i].name);
		world_init(&w);
		h.r.platforms[PLATFORM_ANDROID] = true;
		assert_true(version_parse(&h.product, h.product_text));
		w.app.hotpatches = &h;
		w.app.nhotpatches = 1;
		world_add(&w, "hot/p.jar", make(&w, i));
		package_prepare(&w, false);
		assert_string_equal(world_said(&w), jars[i].said);
		assert_int_equal(h.package.said.has_cert,
				 jars[i].how == SIGNED && !(jars[i].dex && jars[i].dex[2] == 'y'));
		world_release(&w);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jars),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
