/* H5 packages: three files, deflated, in their order, and their signatures; what comes out does not depend on what went before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "format/zipread.h"
#include "pack/amr.h"

/* A "signature" that says how much was signed. */
static int sign(void *ctx, struct strbuf *out, struct slice message, struct diags *d)
{
	(void)ctx;
	(void)d;
	strbuf_addf(out, "%05zu!", message.n);
	return 0;
}

static int refuse(void *ctx, struct strbuf *out, struct slice message, struct diags *d)
{
	(void)ctx;
	(void)out;
	(void)message;
	return diag_environment(d, NULL, "no key");
}

/* Memory ends. */
static int sign_half(void *ctx, struct strbuf *out, struct slice message, struct diags *d)
{
	(void)sign(ctx, out, message, d);
	(void)strbuf_grow(out, SIZE_MAX);
	return 0;
}

static void fill(struct fileset *set, const char *path)
{
	const char *why;

	assert_int_equal(fileset_begin(set, slice_of(path), &why), 0);
	for (int i = 0; i < 1000; i++)
		strbuf_adds(&set->bytes, path);
	assert_int_equal(fileset_end(set, &why), 0);
	assert_int_equal(fileset_close(set, &why), 0);
}

static const struct srcpos here = { "release.json", 3, 4 };

static void test_files(void **state)
{
	static const struct {
		const char *name;
		size_t size;
		const char *begins;
	} files[] = {
		{ "Manifest.xml", 132, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<package>\n" },
		{ "CERT.json", 55, "{\"20171228.tar\":\"MjA0ODAh\",\"Manifest.xml\":\"MDAxMzIh\"} \n" },
		{ "20171228.tar", 20480, "www/" },
	};
	static const struct zip_limits none = { 0 };
	const struct signer signer = { .sign = sign };
	struct strbuf amr = STRBUF_INIT, text = STRBUF_INIT;
	struct fileset set = FILESET_INIT;
	struct diags d = DIAGS_INIT;
	struct arena a = ARENA_INIT;
	const char *why = "";
	struct zip zip;

	(void)state;
	fill(&set, "www/index.html");
	assert_int_equal(
		amr_make(&amr, &(struct amr_input){ SLICE("20171228"), SLICE("1.0.0.1"), &set }, &signer, here, &d), 0);
	assert_int_equal(zip_open(&zip, &a, strbuf_slice(&amr), &none, &why), 0);
	assert_int_equal(zip.n, COUNT(files));
	for (size_t i = 0; i < zip.n; i++) {
		print_message("%s\n", files[i].name);
		assert_true(slice_eqs(zip.v[i].name, files[i].name));
		assert_true(zip.v[i].deflated);
		strbuf_reset(&text);
		assert_int_equal(zip_read(&text, &zip, &zip.v[i], 100000, &why), 0);
		assert_int_equal(text.n, files[i].size);
		assert_true(slice_starts(strbuf_slice(&text), files[i].begins));
	}
	assert_true(amr.n < 1000);
	strbuf_release(&text);
	strbuf_release(&amr);
	fileset_release(&set);
	diags_release(&d);
	arena_release(&a);
}

static void test_refused(void **state)
{
	static const struct {
		const char *path;
		int (*sign)(void *, struct strbuf *, struct slice, struct diags *);
		const char *why;
	} cases[] = {
		{ "www/a", refuse, "no key" },
		{ "www/a", sign_half, "out of memory" },
		{ "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
		  "a",
		  sign, "the package holds a path of more than 100 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct signer signer = { .sign = cases[i].sign };
		struct fileset set = FILESET_INIT;
		struct strbuf amr = STRBUF_INIT;
		struct diags d = DIAGS_INIT;

		print_message("%s\n", cases[i].why);
		fill(&set, cases[i].path);
		assert_int_equal(
			amr_make(&amr, &(struct amr_input){ SLICE("20171228"), SLICE("1"), &set }, &signer, here, &d),
			-1);
		assert_int_equal(d.n, 1);
		assert_string_equal(d.v[0].text, cases[i].why);
		strbuf_release(&amr);
		fileset_release(&set);
		diags_release(&d);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_files), cmocka_unit_test(test_refused) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
