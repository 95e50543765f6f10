#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "defs/url.h"

#define SCHEME   "must begin with \"https://\""
#define LOOPBACK "must begin with \"https://\"; http is for loopback hosts"
#define PLAIN    "must be printable ASCII, everything else percent-encoded"
#define USER     "must not name a user"
#define HOST     "must name a host, and at most a port behind it"

static void test_url_problem(void **state)
{
	static const struct {
		const char *url, *problem;
	} cases[] = {
		{ "https://a", NULL },
		{ "https://cdn.example.com/x/?q=1#f", NULL },
		{ "https://a-b.c_d:8443/x", NULL },
		{ "https://[2001:db8::1]:1/x", NULL },
		{ "https://a?x@y", NULL },
		{ "https://h/%20", NULL },
		{ "http://localhost/", NULL },
		{ "http://LOCALHOST:8080/x", NULL },
		{ "http://127.0.0.1", NULL },
		{ "http://127.1.2.3:80/", NULL },
		{ "http://[::1]:80/", NULL },
		{ "", SCHEME },
		{ "https:/a", SCHEME },
		{ "HTTPS://a", SCHEME },
		{ "ftp://a", SCHEME },
		{ " https://a", SCHEME },
		{ "http://a", LOOPBACK },
		{ "http://127.0.0.1.example.com", LOOPBACK },
		{ "http://127.0.0", LOOPBACK },
		{ "http://127.0.0.1.2", LOOPBACK },
		{ "http://localhost.example.com", LOOPBACK },
		{ "http://[::2]/", LOOPBACK },
		{ "https://a/b c", PLAIN },
		{ "https://a/\t", PLAIN },
		{ "https://a/\xc3\xa9", PLAIN },
		{ "https://a\\b/", PLAIN },
		{ "https://u@a/", USER },
		{ "https://u:p@a/", USER },
		{ "http://localhost@evil/", USER },
		{ "https://", HOST },
		{ "https:///a", HOST },
		{ "https://:80/", HOST },
		{ "https://?x", HOST },
		{ "https://a:/", HOST },
		{ "https://a:1234567/", HOST },
		{ "https://a:x/", HOST },
		{ "https://[::1", HOST },
		{ "https://[]/", HOST },
		{ "https://[::1]x/", HOST },
		{ "https://a!b/", HOST },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].url);
		const char *problem = url_problem(slice_of(cases[i].url));
		if (cases[i].problem)
			assert_string_equal(problem ? problem : "nothing", cases[i].problem);
		else
			assert_null(problem);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_url_problem) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
