#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/digest.h"
#include "build/answer.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define HASH  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct slice net_types[] = { { "wifi", 4 }, { "5G", 2 } };

/* A release 5.0 of 1 byte, without anything that may be left out; once, after 3 days. */
static const struct {
	const char *name;
	bool file, hash, md5; /* in the repository; with a hash; with an MD5 */
	const char *url, *version;
	uint64_t size;
	enum upgrade_mode mode;
	uint32_t silence;
	const char *prompt;
	size_t net_types;
	const char *json;
} cases[] = {
	{ "least", false, false, false, "https://a/b.apk", "5.0", 1, MODE_MULTIPLE, 0, "", 0,
	  "{\"downloadUrl\":\"https://a/b.apk\",\"fileSize\":1,\"resultStatus\":204,\"sha256\":\"" ZEROS
	  "\",\"version\":\"5.0\"}" },
	{ "once", false, false, false, "https://a/b.apk", "5.0.0", 1, MODE_ONCE, 3, "", 0,
	  "{\"downloadUrl\":\"https://a/b.apk\",\"fileSize\":1,\"resultStatus\":202,\"sha256\":\"" ZEROS
	  "\",\"silenceDays\":3,\"version\":\"5.0.0\"}" },
	{ "once, at once", false, false, false, "https://a/b.apk", "5", 1, MODE_ONCE, 0, "", 0,
	  "{\"downloadUrl\":\"https://a/b.apk\",\"fileSize\":1,\"resultStatus\":202,\"sha256\":\"" ZEROS
	  "\",\"silenceDays\":0,\"version\":\"5\"}" },
	{ "days matter with once only", false, false, false, "https://a/b.apk", "5", 1, MODE_FORCED, 365, "", 0,
	  "{\"downloadUrl\":\"https://a/b.apk\",\"fileSize\":1,\"resultStatus\":206,\"sha256\":\"" ZEROS
	  "\",\"version\":\"5\"}" },
	{ "in the tree", true, true, true, "", "5.0", 4294967296, MODE_FORCED, 0, "", 0,
	  "{\"downloadUrl\":\"targets/o/0011223344556677/" HASH ".package.apk\",\"fileSize\":4294967296,"
	  "\"md5\":\"0102030405060708090a0b0c0d0e0f10\",\"resultStatus\":206,\"sha256\":\"" HASH
	  "\",\"version\":\"5.0\"}" },
	{ "elsewhere, with an MD5", false, true, true, "http://localhost/x", "5.0", 0, MODE_FORCED, 0, "", 0,
	  "{\"downloadUrl\":\"http://localhost/x\",\"fileSize\":0,\"md5\":\"0102030405060708090a0b0c0d0e0f10\","
	  "\"resultStatus\":206,\"sha256\":\"" HASH "\",\"version\":\"5.0\"}" },
	{ "texts as they are", false, false, false, "https://a/?x=1&y=\"2\"", "5.0", 1, MODE_MULTIPLE, 0,
	  "neu: \"schön\"\n</script>\x7f 甲", 0,
	  "{\"downloadUrl\":\"https://a/?x=1&y=\\\"2\\\"\",\"fileSize\":1,\"guideMemo\":\"neu: "
	  "\\\"schön\\\"\\n</script>\x7f 甲\",\"resultStatus\":204,\"sha256\":\"" ZEROS "\",\"version\":\"5.0\"}" },
	{ "net types", false, false, false, "https://a/b", "5.0", 1, MODE_MULTIPLE, 0, "", 2,
	  "{\"downloadUrl\":\"https://a/"
	  "b\",\"fileSize\":1,\"needClientNetType\":[\"wifi\",\"5G\"],\"resultStatus\":204,"
	  "\"sha256\":\"" ZEROS "\",\"version\":\"5.0\"}" },
};

static void make(struct upgrade *u, struct task *t, size_t i)
{
	*u = (struct upgrade){ .version_text = slice_of(cases[i].version),
			       .memo = SLICE("not for devices"),
			       .need_client_net_type = net_types,
			       .nneed_client_net_type = cases[i].net_types };
	u->package = (struct package){
		.file = SLICE("a.apk"), .url = slice_of(cases[i].url), .size = cases[i].size, .has_md5 = cases[i].md5
	};
	if (cases[i].file)
		u->package.rel = SLICE("apps/x/a.apk");
	for (size_t k = 0; k < SHA256_SIZE && cases[i].hash; k++)
		u->package.sha256[k] = (uint8_t)(0x11 * (k % 16));
	for (size_t k = 0; k < MD5_SIZE; k++)
		u->package.md5[k] = (uint8_t)(k + 1);
	*t = (struct task){ .id = SLICE("not-in-here"),
			    .memo = SLICE("nor this"),
			    .prompt = slice_of(cases[i].prompt),
			    .upgrade_mode = cases[i].mode,
			    .silence_days = cases[i].silence };
}

static void test_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct upgrade u;
		struct task t;

		print_message("%s\n", cases[i].name);
		make(&u, &t, i);
		assert_int_equal(answer_upgrade(&out, &u, &t), 0);
		assert_string_equal(out.p, cases[i].json);
		strbuf_release(&out);
	}
}

/* What no JSON can hold is an error and not half an answer. */
static void test_refused(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct upgrade u;
	struct task t;

	(void)state;
	make(&u, &t, 0);
	t.prompt = SLICE("\xff");
	assert_int_equal(answer_upgrade(&out, &u, &t), -1);
	assert_int_equal(out.n, 0);
	make(&u, &t, 7);
	u.need_client_net_type = &t.prompt;
	t.prompt = SLICE("\xff");
	u.nneed_client_net_type = 1;
	assert_int_equal(answer_upgrade(&out, &u, &t), -1);
	strbuf_release(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
