#include "environment.h"

#include <sys/prctl.h>
#include <sys/wait.h>

/* --- what is read ------------------------------------------------------------------------------------------------------ */

static const struct {
	const char *what, *config, *credentials, *option;
	enum profile_setting setting;
	const char *want; /* NULL: it is not there */
} good[] = {
	{ "plain", "[default]\nregion = eu-west-1\n", NULL, NULL, PROFILE_REGION, "eu-west-1" },
	{ "named", "[default]\nregion=a\n[profile ci]\nregion=b\n", NULL, "ci", PROFILE_REGION, "b" },
	{ "the default's name in full", "[profile default]\nregion=a\n", NULL, NULL, PROFILE_REGION, "a" },
	{ "quoted name", "[profile \"my ci\"]\nregion=b\n", NULL, "my ci", PROFILE_REGION, "b" },
	{ "blanks in the title", "[ profile \t ci ]\nregion=b\n", NULL, "ci", PROFILE_REGION, "b" },
	{ "a title with a comment", "[profile ci] # mine\nregion=b\n", NULL, "ci", PROFILE_REGION, "b" },
	{ "credentials know no \"profile\"", NULL, "[ci]\nregion=c\n[profile ci]\nregion=d\n", "ci", PROFILE_REGION,
	  "c" },
	{ "not of another", "[profile a]\nregion=a\n[profile b]\noutput=json\n", NULL, "b", PROFILE_REGION, NULL },
	{ "twice: the last", "[default]\nregion=a\nregion=b\n", NULL, NULL, PROFILE_REGION, "b" },
	{ "in two sections", "[default]\nregion=a\n[profile x]\n[default]\noutput=c\n", NULL, NULL, PROFILE_REGION,
	  "a" },
	{ "taken back", "[default]\nregion=a\nregion=\n", NULL, NULL, PROFILE_REGION, NULL },
	{ "any case", "[default]\nRegion = a\n", NULL, NULL, PROFILE_REGION, "a" },
	{ "CR LF, BOM", "\xef\xbb\xbf[default]\r\nregion = a\r\n", NULL, NULL, PROFILE_REGION, "a" },
	{ "no line break at the end", "[default]\nregion = a", NULL, NULL, PROFILE_REGION, "a" },
	{ "comments", "# x\n; y\n[default]\n# region = b\nregion = a # c\n;region=d\n", NULL, NULL, PROFILE_REGION,
	  "a" },
	{ "a semicolon behind a blank", "[default]\nregion = a\t;c\n", NULL, NULL, PROFILE_REGION, "a" },
	{ "# within a value", "[default]\nregion = a#b\n", NULL, NULL, PROFILE_REGION, "a#b" },
	{ "a command keeps it all", "[default]\ncredential_process = sh -c 'a ; b' # c\n", NULL, NULL, PROFILE_PROCESS,
	  "sh -c 'a ; b' # c" },
	{ "\"=\" in a value", "[default]\naws_secret_access_key = a=b=\n", NULL, NULL, PROFILE_SECRET, "a=b=" },
	{ "all indented", "[default]\n  output = x\n  region = a\n", NULL, NULL, PROFILE_REGION, "a" },
	{ "style", "[default]\ns3 =\n  addressing_style = path\nregion = a\n", NULL, NULL, PROFILE_ADDRESSING, "path" },
	{ "behind what is nested", "[default]\ns3 =\n  addressing_style = path\nregion = a\n", NULL, NULL,
	  PROFILE_REGION, "a" },
	{ "of s3 alone", "[default]\nec2 =\n  addressing_style = path\n", NULL, NULL, PROFILE_ADDRESSING, NULL },
	{ "no setting by itself", "[default]\naddressing_style = path\n", NULL, NULL, PROFILE_ADDRESSING, NULL },
	{ "region is none of s3", "[default]\ns3 =\n  region = path\n", NULL, NULL, PROFILE_REGION, NULL },
	{ "somebody else's lines", "[default]\nother = x\n  and on\nregion = a\n", NULL, NULL, PROFILE_REGION, "a" },
	{ "somebody else's section", "[profile x]\nnonsense\n[default]\nregion = a\n", NULL, NULL, PROFILE_REGION,
	  "a" },
	{ "endpoint", "[default]\nendpoint_url = http://x\n", NULL, NULL, PROFILE_ENDPOINT, "http://x" },
	{ "services",
	  "[default]\nservices = s\nendpoint_url = http://x\n[services s]\nec2 =\n  endpoint_url = http://y\n"
	  "s3 =\n  endpoint_url = http://z\n",
	  NULL, NULL, PROFILE_ENDPOINT, "http://z" },
	{ "services without s3", "[default]\nservices = s\nendpoint_url = http://x\n[services s]\nec2 =\n  a = b\n",
	  NULL, NULL, PROFILE_ENDPOINT, "http://x" },
	{ "credentials come first", "[default]\nregion=a\n", "[default]\nregion=b\n", NULL, PROFILE_REGION, "b" },
	{ "each setting for itself", "[default]\nregion=a\n", "[default]\naws_access_key_id=b\n", NULL, PROFILE_REGION,
	  "a" },
	{ "keys are not mixed", "[default]\naws_session_token=t\n", "[default]\naws_access_key_id=b\n", NULL,
	  PROFILE_TOKEN, NULL },
	{ "keys of config", "[default]\naws_access_key_id=a\naws_session_token=t\n", "[default]\nregion=r\n", NULL,
	  PROFILE_TOKEN, "t" },
	{ "role", "[default]\nrole_arn = arn:x\n", NULL, NULL, PROFILE_ROLE, "arn:x" },
	{ "any sso", "[default]\nSSO_session = x\n", NULL, NULL, PROFILE_SSO, "x" },
	{ "no files", NULL, NULL, NULL, PROFILE_REGION, NULL },
	{ "the default need not be there", "[profile x]\n", NULL, NULL, PROFILE_REGION, NULL },
	{ "nor when it is named", "[profile x]\n", NULL, "default", PROFILE_REGION, NULL },
	{ "empty files", "", "", NULL, PROFILE_REGION, NULL },
};

static void test_good(void **state)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct profile p;
		struct home h;

		print_message("%s\n", good[i].what);
		home_open(&h, good[i].config, good[i].credentials);
		assert_int_equal(profile_load(&p, &h.e, good[i].option, &h.d), 0);
		assert_string_equal(home_said(&h), "");
		if (good[i].want) {
			assert_non_null(p.v[good[i].setting].text);
			assert_string_equal(p.v[good[i].setting].text, good[i].want);
		} else {
			assert_null(p.v[good[i].setting].text);
		}
		assert_int_equal(p.by_option, good[i].option != NULL);
		profile_release(&p);
		home_close(&h);
	}
}

static void test_long_lines(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct profile p;
	struct home h;

	strbuf_adds(&text, "[default]\naws_session_token = ");
	for (size_t i = 0; i < 5000; i++)
		strbuf_addch(&text, (char)('a' + i % 26));
	strbuf_adds(&text, "\nregion = a\n");
	home_open(&h, NULL, text.p);
	assert_int_equal(profile_load(&p, &h.e, NULL, &h.d), 0);
	assert_int_equal(strlen(p.v[PROFILE_TOKEN].text), 5000);
	assert_string_equal(p.v[PROFILE_REGION].text, "a");
	assert_int_equal(p.v[PROFILE_REGION].line, 3);
	profile_release(&p);
	home_close(&h);
	strbuf_release(&text);
}

/* --- what is refused --------------------------------------------------------------------------------------------------- */

static const struct {
	const char *config, *credentials, *option, *said;
} bad[] = {
	{ "[default\n", NULL, NULL, "~/.aws/config: line 1: begins with \"[\" and is no \"[section]\"" },
	{ "\n[default] x\n", NULL, NULL, "~/.aws/config: line 2: begins with \"[\" and is no \"[section]\"" },
	{ NULL, "[default]\nregion\n", NULL, "~/.aws/credentials: line 2: is no \"name = value\"" },
	{ NULL, "[default]\nregion: a\n", NULL, "~/.aws/credentials: line 2: is no \"name = value\"" },
	{ NULL, "[default]\n= a\n", NULL, "~/.aws/credentials: line 2: is no \"name = value\"" },
	{ NULL, "[default]\naws_secret_access_key = abc\n  def\n", NULL,
	  "~/.aws/credentials: line 3: is indented, as if it went on with the line above it" },
	{ NULL, "[default]\naws_secret_access_key = a\x01\n", NULL,
	  "~/.aws/credentials: line 2: holds a control character" },
	{ "[default]\nservices = s\n[services t]\n", NULL, NULL,
	  "~/.aws/config: line 2: there is no \"[services s]\" in ~/.aws/config" },
	{ "[profile staging]\n", "[production]\n", "productoin",
	  "there is no profile \"productoin\" in ~/.aws/config (\"[profile productoin]\"), nor in ~/.aws/credentials "
	  "(\"[productoin]\"); did you mean \"production\"?" },
	{ "[sso-session x]\n[]\n", "[]\n", "",
	  "there is no profile \"\" in ~/.aws/config (\"[profile ]\"), nor in ~/.aws/credentials (\"[]\")" },
	{ "[ci]\nregion=a\n", NULL, "ci",
	  "there is no profile \"ci\" in ~/.aws/config (\"[profile ci]\"), nor in ~/.aws/credentials (\"[ci]\")" },
};

static void test_bad(void **state)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct profile p;
		struct home h;

		print_message("%s\n", bad[i].said);
		home_open(&h, bad[i].config, bad[i].credentials);
		assert_int_equal(profile_load(&p, &h.e, bad[i].option, &h.d), -1);
		assert_string_equal(home_said(&h), bad[i].said);
		assert_int_equal(diags_exit(&h.d), 3);
		profile_release(&p);
		home_close(&h);
	}
}

static void test_too_large(void **state)
{
	char *text = malloc(PROFILE_FILE_MAX + 2);
	struct profile p;
	struct home h;

	memset(text, '#', PROFILE_FILE_MAX + 1);
	text[PROFILE_FILE_MAX + 1] = '\0';
	home_open(&h, text, NULL);
	assert_int_equal(profile_load(&p, &h.e, NULL, &h.d), -1);
	assert_string_equal(home_said(&h), "~/.aws/config: is larger than 1048576 bytes, which is the limit");
	profile_release(&p);
	home_close(&h);
	free(text);
}

/* --- where files and names come from ----------------------------------------------------------------------------------- */

static void test_places(void **state)
{
	struct profile p;
	struct home h;
	char path[128];

	home_open(&h, "[profile a]\nregion=a\n[profile b]\nregion=b\n", NULL);
	home_set(&h, "AWS_DEFAULT_PROFILE", "a");
	assert_int_equal(profile_load(&p, &h.e, NULL, &h.d), 0);
	assert_string_equal(p.v[PROFILE_REGION].text, "a");
	profile_release(&p);
	home_set(&h, "AWS_PROFILE", "b");
	assert_int_equal(profile_load(&p, &h.e, NULL, &h.d), 0);
	assert_string_equal(p.v[PROFILE_REGION].text, "b");
	assert_false(p.by_option);
	profile_release(&p);
	snprintf(path, sizeof(path), "%s/other", h.dir);
	assert_int_equal(file_create(path, SLICE("[b]\nregion=c\n"), 0600, &h.d), 0);
	home_set(&h, "AWS_SHARED_CREDENTIALS_FILE", "~/other");
	assert_int_equal(profile_load(&p, &h.e, "b", &h.d), 0);
	assert_string_equal(p.v[PROFILE_REGION].text, "c");
	assert_string_equal(p.credentials, path);
	profile_release(&p);
	home_set(&h, "AWS_CONFIG_FILE", "/dev/null");
	assert_int_equal(profile_load(&p, &h.e, "a", &h.d), -1);
	assert_string_equal(home_said(&h), "there is no profile \"a\" in /dev/null (\"[profile a]\"), nor in ~/other "
					   "(\"[a]\")");
	profile_release(&p);
	home_close(&h);
}

/* What stands in a folder that is none is not there; a folder is no file, and that is an error. */
static void test_odd_places(void **state)
{
	struct profile p;
	struct home h;
	char path[128];

	home_open(&h, "", NULL);
	snprintf(path, sizeof(path), "%s/.aws/config/config", h.dir);
	home_set(&h, "AWS_CONFIG_FILE", path);
	assert_int_equal(profile_load(&p, &h.e, NULL, &h.d), 0);
	profile_release(&p);
	home_set(&h, "AWS_SHARED_CREDENTIALS_FILE", h.dir);
	assert_int_equal(profile_load(&p, &h.e, NULL, &h.d), -1);
	assert_string_equal(home_said(&h), "~: is not a regular file");
	profile_release(&p);
	home_close(&h);
}

static void test_no_home(void **state)
{
	struct profile p;
	struct home h;

	home_open(&h, "[default]\nregion=a\n", NULL);
	h.values[0] = "";
	assert_int_equal(profile_load(&p, &h.e, NULL, &h.d), 0);
	assert_null(p.v[PROFILE_REGION].text);
	assert_null(p.config);
	profile_release(&p);
	home_close(&h);
}

/* --- option, environment, profile, default ------------------------------------------------------------------------------ */

static void test_order(void **state)
{
	struct profile p, empty = PROFILE_INIT;
	struct home h;

	home_open(&h, "[default]\nregion=profile\nendpoint_url=http://profile\ns3 =\n  addressing_style = Path\n",
		  NULL);
	assert_int_equal(profile_load(&p, &h.e, NULL, &h.d), 0);
	assert_string_equal(profile_region(&empty, &h.e, NULL), "us-east-1");
	assert_string_equal(profile_region(&p, &h.e, NULL), "profile");
	assert_null(profile_endpoint(&empty, &h.e, NULL));
	assert_string_equal(profile_endpoint(&p, &h.e, NULL), "http://profile");
	home_set(&h, "AWS_DEFAULT_REGION", "default");
	home_set(&h, "AWS_ENDPOINT_URL", "http://all");
	assert_string_equal(profile_region(&p, &h.e, NULL), "default");
	assert_string_equal(profile_endpoint(&p, &h.e, NULL), "http://all");
	home_set(&h, "AWS_REGION", "region");
	home_set(&h, "AWS_ENDPOINT_URL_S3", "http://s3");
	assert_string_equal(profile_region(&p, &h.e, NULL), "region");
	assert_string_equal(profile_endpoint(&p, &h.e, NULL), "http://s3");
	assert_string_equal(profile_region(&p, &h.e, "option"), "option");
	assert_string_equal(profile_endpoint(&p, &h.e, "http://option"), "http://option");
	home_set(&h, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
	assert_null(profile_endpoint(&p, &h.e, NULL));
	assert_string_equal(profile_endpoint(&p, &h.e, "http://option"), "http://option");
	assert_true(profile_path_style(&p, false));
	assert_false(profile_path_style(&empty, false));
	assert_true(profile_path_style(&empty, true));
	profile_release(&p);
	home_close(&h);
}

static void test_process_environment(void **state)
{
	struct environment e = environment_of_process();

	setenv("MDSTATIC_UNIT", "x", 1);
	assert_string_equal(environment_get(&e, "MDSTATIC_UNIT"), "x");
	setenv("MDSTATIC_UNIT", "", 1);
	assert_null(environment_get(&e, "MDSTATIC_UNIT"));
	unsetenv("MDSTATIC_UNIT");
	assert_null(environment_get(&e, "MDSTATIC_UNIT"));
}

/* In a child: it cannot be undone. */
static void test_no_core(void **state)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct profile p = PROFILE_INIT;
		struct home h;

		home_open(&h, NULL, NULL);
		assert_int_equal(profile_load(&p, &h.e, NULL, &h.d), 0);
		profile_release(&p);
		home_close(&h);
		_exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_no_home),
		cmocka_unit_test(test_odd_places),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_process_environment),
		cmocka_unit_test(test_no_core),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
