/* What the system finds in one file: patch.json, the signature, and what is too large to be looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* this name is the library's here */

#include "fixes.h"
#include "resolve/quickfixfile.h"

/* --- patch.json -------------------------------------------------------------------------------------------------------------- */

#define APP_PART    "\"bundleName\":\"com.example\",\"versionCode\":7,\"patchVersionCode\":3"
#define MODULE_PART "\"name\":\"entry\",\"type\":\"patch\""

static void test_patch_json(void **state)
{
	static const struct {
		const char *app, *module, *why; /* NULL: fine */
	} patches[] = {
		{ APP_PART, MODULE_PART, NULL },
		{ APP_PART ",\"more\":1.5", MODULE_PART ",\"deviceTypes\":[]", NULL },
		{ "\"bundleName\":\"com.example\",\"versionCode\":7", MODULE_PART, "patchVersionCode is missing" },
		{ "\"bundleName\":\"com.example\",\"patchVersionCode\":7", MODULE_PART, "versionCode is missing" },
		{ "\"bundleName\":\"com.example\",\"versionCode\":\"7\",\"patchVersionCode\":3", MODULE_PART,
		  "versionCode must be a number from 0 to 4294967295" },
		{ "\"bundleName\":\"com.example\",\"versionCode\":-7,\"patchVersionCode\":3", MODULE_PART,
		  "versionCode must be a number from 0 to 4294967295" },
		{ "\"bundleName\":\"com.example\",\"versionCode\":4294967296,\"patchVersionCode\":3", MODULE_PART,
		  "versionCode must be a number from 0 to 4294967295" },
		{ "\"bundleName\":7,\"versionCode\":7,\"patchVersionCode\":3", MODULE_PART,
		  "bundleName must be a text that is not empty, without ../" },
		{ APP_PART ",\"versionName\":7", MODULE_PART, "versionName must be a text" },
		{ APP_PART ",\"patchVersionName\":null", MODULE_PART, "patchVersionName must be a text" },
		{ APP_PART ",\"versionCode\":8", MODULE_PART, "patch.json is no JSON, or has a key twice" },
		{ APP_PART, "\"type\":\"patch\"", "name is missing" },
		{ APP_PART, "\"name\":\"entry\"", "type is missing" },
		{ APP_PART, "\"name\":\"entry\",\"type\":1", "type must be a text" },
		{ APP_PART, MODULE_PART ",\"deviceTypes\":\"phone\"", "deviceTypes must be an array of texts" },
		{ APP_PART, MODULE_PART ",\"deviceTypes\":[1]", "deviceTypes must be an array of texts" },
		{ APP_PART, MODULE_PART ",\"originalModuleHash\":1", "originalModuleHash must be a text" },
	};
	struct world *w = *state;
	struct mdr_bundle b = installed();

	for (size_t i = 0; i < COUNT(patches); i++) {
		struct slice json =
			arena_printf(&w->a, "{\"app\":{%s},\"module\":{%s}}", patches[i].app, patches[i].module);
		struct slice bytes = fix_make(&w->a, &w->s, &(struct fix_spec){ .json = json.p });
		struct mdr_hqf file = { "a.hqf", bytes.p, bytes.n };
		struct mdr_error err = { .text = "" };
		size_t which;
		int code;

		print_message("%s\n", json.p);
		assert_int_equal(mdr_quickfix_check(&b, &file, 1, &code, &which, &err), MDR_OK);
		assert_int_equal(code, patches[i].why ? MDR_QF_PROFILE : MDR_QF_OK);
		if (patches[i].why)
			assert_non_null(strstr(err.text, patches[i].why));
	}
}

/* --- signatures -------------------------------------------------------------------------------------------------------------- */

/* A signing block with the parts that are asked for. */
static struct slice block_of(struct world *w, struct slice zip, struct slice profile, struct slice content, bool whole)
{
	struct signer_block b = { .parts = { { 0x20000002, profile },
					     { 0x20000000,
					       content.n ? signer_cms(&w->a, &w->s.app, NULL, content, EVP_sha256(), 0)
							 : SLICE("no CMS") } },
				  .n = 2,
				  .version = 3 };

	if (!whole) {
		b.parts[0] = b.parts[1];
		b.n = 1;
	}
	return signer_insert(&w->a, zip, signer_block(&w->a, &b));
}

static int code_of(struct slice bytes, const char *why)
{
	struct mdr_bundle b = installed();
	struct mdr_hqf file = { "a.hqf", bytes.p, bytes.n };
	struct mdr_error err = { .text = "" };
	size_t which;
	int code = -1;

	assert_int_equal(mdr_quickfix_check(&b, &file, 1, &code, &which, &err), MDR_OK);
	print_message("%d: %s\n", code, err.text);
	assert_non_null(strstr(err.text, why));
	return code;
}

static void test_signatures(void **state)
{
	struct world *w = *state;
	const struct fix_spec spec = { .module = "entry" };
	struct signer_package by = { .app = &w->s.app, .profile = &w->s.profile };
	struct slice zip = fix_zip(&w->a, &spec), good = fix_make(&w->a, &w->s, &spec);
	struct slice p7b = signer_cms(&w->a, &w->s.profile, NULL, signer_profile(&w->a, &by), EVP_sha256(), 0);
	struct slice content = signer_content(&w->a, zip, &p7b, 1, 0x201, CHUNK_SHA256);
	struct slice none = signer_content(&w->a, zip, NULL, 0, 0x201, CHUNK_SHA256);
	struct slice text = signer_cms(&w->a, &w->s.profile, NULL, SLICE("{}"), EVP_sha256(), 0);
	struct slice of_text = signer_content(&w->a, zip, &text, 1, 0x201, CHUNK_SHA256), of_bad;
	struct slice bad = SLICE("no CMS");
	char *flipped = arena_str(&w->a, good);

	of_bad = signer_content(&w->a, zip, &bad, 1, 0x201, CHUNK_SHA256);
	assert_int_equal(code_of(block_of(w, zip, p7b, content, true), ""), MDR_QF_OK);
	assert_int_equal(code_of(zip, "it is not signed"), MDR_QF_SIGN_NONE);
	assert_int_equal(
		code_of(signer_insert(&w->a, zip, SLICE("a block that is none, but long enough to be")), "magic"),
		MDR_QF_SIGN_NONE);
	assert_int_equal(code_of(block_of(w, zip, p7b, SLICE(""), true), "malformed"), MDR_QF_SIGN_CONTENT);
	assert_int_equal(code_of(block_of(w, zip, p7b, none, false), "no profile"), MDR_QF_SIGN_NO_PROFILE);
	assert_int_equal(code_of(block_of(w, zip, bad, of_bad, true), "its profile is damaged"), MDR_QF_SIGN_SOURCE);
	assert_int_equal(code_of(block_of(w, zip, text, of_text, true), "\"type\""), MDR_QF_SIGN_PROFILE);
	assert_int_equal(code_of(block_of(w, zip, bad, SLICE(""), true), "in its signing block"), MDR_QF_SIGN_CONTENT);
	assert_int_equal(code_of(block_of(w, zip, bad, none, true), "its profile is damaged"), MDR_QF_SIGN_SOURCE);
	assert_int_equal(code_of(block_of(w, zip, p7b, SLICE("x"), true), "malformed"), MDR_QF_SIGN_DIGEST);
	assert_int_equal(code_of(block_of(w, zip, p7b, none, true), "content digest"), MDR_QF_SIGN_INTEGRITY);
	assert_int_equal(good.p[30 + 15], 'e'); /* the first byte of modules.abc, whose CRC-32 nobody looks at here */
	flipped[30 + 15] ^= 1;
	assert_int_equal(code_of(slice_bytes(flipped, good.n), "content digest"), MDR_QF_SIGN_INTEGRITY);
}

/* --- bounds ------------------------------------------------------------------------------------------------------------------- */

static void test_limits(void **state)
{
	static struct mdr_hqf many[257];
	struct world *w = *state;
	struct mdr_bundle b = installed();
	char *json = arena_alloc(&w->a, 70001);
	struct slice bytes;
	struct mdr_error err;
	size_t which;
	int code;

	memset(json, ' ', 70000);
	bytes = fix_zip(&w->a, &(struct fix_spec){ .json = json });
	many[0] = (struct mdr_hqf){ "a.hqf", bytes.p, bytes.n };
	assert_int_equal(mdr_quickfix_check(&b, many, 1, &code, &which, &err), MDR_MEMORY);
	assert_int_equal(mdr_quickfix_check(&b, many, COUNT(many), &code, &which, &err), MDR_MEMORY);
	assert_non_null(strstr(err.text, "257 modules"));
}

/* Wherever memory ends, nothing is said of the file. */
static void test_memory(void **state)
{
	struct world *w = *state;
	struct slice good = fix_make(&w->a, &w->s, &(struct fix_spec){ .module = "entry" });
	struct slice bad = fix_make(&w->a, &w->s, &(struct fix_spec){ .json = "{}" });
	size_t wholes = 0;

	for (size_t limit = 1; limit < 2000; limit++) {
		struct arena a = { .limit = limit };
		struct quickfix_file f = { .path = "a.hqf" };

		if (!quickfix_file_read(&f, &a, good, NULL)) {
			assert_int_equal(f.fault, MDR_QF_OK);
			assert_string_equal(f.apl.p, "normal");
			wholes++;
		}
		if (!quickfix_file_read(&f, &a, bad, NULL))
			assert_non_null(f.unreadable);
		arena_release(&a);
	}
	assert_in_range(wholes, 1000, 1950);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patch_json),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, meet, leave);
}
