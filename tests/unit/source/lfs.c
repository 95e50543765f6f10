#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "source/lfs.h"

#define V    "version https://git-lfs.github.com/spec/v1"
#define OID  "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
#define GOOD V "\noid sha256:" OID "\nsize 12345\n"

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		enum lfs_form form;
		uint64_t size;
	} cases[] = {
		{ GOOD, LFS_POINTER, 12345 },
		{ V "\noid sha256:" OID "\nsize 0\n", LFS_POINTER, 0 },
		{ V "\noid sha256:" OID "\nsize 18446744073709551615\n", LFS_POINTER, UINT64_MAX },
		{ "", LFS_CONTENT, 0 },
		{ "{}", LFS_CONTENT, 0 },
		{ " " GOOD, LFS_CONTENT, 0 },
		{ "version https://git-lfs.github.com/spec/", LFS_CONTENT, 0 },
		{ V, LFS_MALFORMED, 0 },
		{ V "\n", LFS_MALFORMED, 0 },
		{ V "\r\noid sha256:" OID "\r\nsize 1\r\n", LFS_MALFORMED, 0 },
		{ V "2\noid sha256:" OID "\nsize 1\n", LFS_MALFORMED, 0 },
		{ V "\noid sha256:" OID "\n", LFS_MALFORMED, 0 },
		{ V "\nsize 1\noid sha256:" OID "\n", LFS_MALFORMED, 0 },
		{ V "\noid md5:" OID "\nsize 1\n", LFS_MALFORMED, 0 },
		{ V "\noid sha256:" OID "0\nsize 1\n", LFS_MALFORMED, 0 },
		{ V "\noid sha256:" OID " \nsize 1\n", LFS_MALFORMED, 0 },
		{ V "\noid sha256:4D7A214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 1\n",
		  LFS_MALFORMED, 0 },
		{ V "\noid sha256:\nsize 1\n", LFS_MALFORMED, 0 },
		{ V "\noid sha256:" OID "\nsize 1", LFS_MALFORMED, 0 },
		{ V "\noid sha256:" OID "\nsize \n", LFS_MALFORMED, 0 },
		{ V "\noid sha256:" OID "\nsize 01\n", LFS_MALFORMED, 0 },
		{ V "\noid sha256:" OID "\nsize -1\n", LFS_MALFORMED, 0 },
		{ V "\noid sha256:" OID "\nsize 18446744073709551616\n", LFS_MALFORMED, 0 },
		{ GOOD "\n", LFS_MALFORMED, 0 },
		{ GOOD "more\n", LFS_MALFORMED, 0 },
		{ V "\next-0-x sha256:" OID "\noid sha256:" OID "\nsize 1\n", LFS_MALFORMED, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct lfs_pointer p = { .size = 7 };
		char hex[SHA256_HEX];

		print_message("%zu: %s\n", i, cases[i].text);
		assert_int_equal(lfs_parse(&p, slice_of(cases[i].text)), cases[i].form);
		assert_int_equal(p.size, cases[i].form == LFS_POINTER ? cases[i].size : 7);
		if (cases[i].form == LFS_POINTER) {
			digest_hex(hex, p.oid, sizeof(p.oid));
			assert_string_equal(hex, OID);
		}
	}
}

/* A long text that begins like a pointer is no pointer for Git LFS either. */
static void test_long(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct lfs_pointer p;

	(void)state;
	strbuf_adds(&text, GOOD);
	while (text.n < LFS_POINTER_MAX)
		strbuf_addch(&text, 'x');
	assert_int_equal(lfs_parse(&p, strbuf_slice(&text)), LFS_MALFORMED);
	strbuf_addch(&text, 'x');
	assert_int_equal(lfs_parse(&p, strbuf_slice(&text)), LFS_CONTENT);
	strbuf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse), cmocka_unit_test(test_long) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
