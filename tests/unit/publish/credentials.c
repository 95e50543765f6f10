#include "environment.h"

#define NOW       INT64_C(1795248000) /* 2026-11-21T08:00:00Z */
#define SECRET    "mdstaticSecretKey0123456789abcdefghijkl"
#define STATIC    "aws_access_key_id = profileId\naws_secret_access_key = profileSecret\n"
#define JSON(x)   "credential_process = printf '%s' '" x "'\n"
#define JSON_KEYS "\"Version\":1,\"AccessKeyId\":\"processId\",\"SecretAccessKey\":\"processSecret\""
#define ROLE_OUT                                                                                                       \
	", which only AWS's own tool does; add credential_process = aws configure export-credentials --profile "       \
	"default --format process"

static int load(struct credentials *c, struct home *h, const char *option)
{
	struct profile p;
	int result = profile_load(&p, &h->e, option, &h->d);

	*c = (struct credentials)CREDENTIALS_INIT;
	if (!result)
		result = credentials_load(c, &h->e, &p, NOW, &h->d);
	profile_release(&p);
	return result;
}

/* --- where they come from ---------------------------------------------------------------------------------------------- */

static const struct {
	const char *what, *config, *option;
	const char *id, *secret, *token; /* of the environment */
	const char *want_id, *want_secret, *want_token, *source;
} good[] = {
	{ "environment", NULL, NULL, "envId", SECRET, NULL, "envId", SECRET, NULL, "the environment" },
	{ "with a token", NULL, NULL, "envId", SECRET, "a/b+c==", "envId", SECRET, "a/b+c==", "the environment" },
	{ "an empty token", NULL, NULL, "envId", SECRET, "", "envId", SECRET, NULL, "the environment" },
	{ "environment over profile", "[default]\n" STATIC, NULL, "envId", SECRET, NULL, "envId", SECRET, NULL,
	  "the environment" },
	{ "--profile over environment", "[profile ci]\n" STATIC, "ci", "envId", SECRET, "t", "profileId",
	  "profileSecret", NULL, "profile \"ci\"" },
	{ "profile", "[default]\n" STATIC "aws_session_token = t\n", NULL, NULL, NULL, NULL, "profileId",
	  "profileSecret", "t", "profile \"default\"" },
	{ "keys over a process", "[default]\n" STATIC JSON("{" JSON_KEYS "}"), NULL, NULL, NULL, NULL, "profileId",
	  "profileSecret", NULL, "profile \"default\"" },
	{ "process", "[default]\n" JSON("{" JSON_KEYS "}"), NULL, NULL, NULL, NULL, "processId", "processSecret", NULL,
	  "profile \"default\"" },
	{ "process with all there is",
	  "[default]\n" JSON(" {" JSON_KEYS ",\"SessionToken\":\"t\\/\\u0041\","
			     "\"Expiration\":\"2026-11-21T09:00:00Z\",\"AccountId\":\"1\"}"),
	  NULL, NULL, NULL, NULL, "processId", "processSecret", "t/A", "profile \"default\"" },
	{ "process with null", "[default]\n" JSON("{" JSON_KEYS ",\"SessionToken\":null}"), NULL, NULL, NULL, NULL,
	  "processId", "processSecret", NULL, "profile \"default\"" },
	{ "process for a role", "[default]\nrole_arn = x\nsso_session = y\n" JSON("{" JSON_KEYS "}"), NULL, NULL, NULL,
	  NULL, "processId", "processSecret", NULL, "profile \"default\"" },
	{ "keys beside sso", "[default]\nsso_session = y\n" STATIC, NULL, NULL, NULL, NULL, "profileId",
	  "profileSecret", NULL, "profile \"default\"" },
};

static void same(const char *got, const char *want)
{
	if (want) {
		assert_non_null(got);
		assert_string_equal(got, want);
	} else {
		assert_null(got);
	}
}

static void test_good(void **state)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct credentials c;
		struct home h;

		print_message("%s\n", good[i].what);
		home_open(&h, good[i].config, NULL);
		home_set(&h, "AWS_ACCESS_KEY_ID", good[i].id);
		home_set(&h, "AWS_SECRET_ACCESS_KEY", good[i].secret);
		home_set(&h, "AWS_SESSION_TOKEN", good[i].token);
		assert_int_equal(load(&c, &h, good[i].option), 0);
		assert_string_equal(home_said(&h), "");
		same(c.id, good[i].want_id);
		same(c.secret, good[i].want_secret);
		same(c.token, good[i].want_token);
		same(c.source, good[i].source);
		credentials_release(&c);
		assert_null(c.secret);
		home_close(&h);
	}
}

/* --- what is refused --------------------------------------------------------------------------------------------------- */

#define NONE                                                                                                           \
	"there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give profile \"default\" an "   \
	"aws_access_key_id and an aws_secret_access_key, or a credential_process, in ~/.aws/credentials"
#define P "profile \"default\": "

static const struct {
	const char *config, *id, *secret, *token, *said;
} bad[] = {
	{ NULL, NULL, NULL, NULL, NONE },
	{ "[default]\nregion = x\n", NULL, NULL, "t", NONE },
	{ NULL, "a", NULL, NULL, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not" },
	{ "[default]\n" STATIC, NULL, SECRET, NULL, "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not" },
	{ NULL, "a", SECRET "\n", NULL,
	  "AWS_SECRET_ACCESS_KEY holds a blank or a line break, which no key does: character 40 of its 40" },
	{ NULL, " a", SECRET, NULL,
	  "AWS_ACCESS_KEY_ID holds a blank or a line break, which no key does: character 1 of its 2" },
	{ NULL, "a", SECRET, "t\xc2\xa0",
	  "AWS_SESSION_TOKEN holds something else than printable ASCII, which no key does: character 2 of its 3" },
	{ NULL, "a\x7f", SECRET, NULL,
	  "AWS_ACCESS_KEY_ID holds something else than printable ASCII, which no key does: character 2 of its 2" },
	{ "[default]\naws_access_key_id = a\n", NULL, NULL, NULL,
	  "~/.aws/config: aws_access_key_id is set, but aws_secret_access_key is not" },
	{ "[default]\naws_secret_access_key = a\n", NULL, NULL, NULL,
	  "~/.aws/config: aws_secret_access_key is set, but aws_access_key_id is not" },
	{ "[default]\naws_access_key_id = a\naws_secret_access_key = " SECRET " x\n", NULL, NULL, NULL,
	  "~/.aws/config: aws_secret_access_key holds a blank or a line break, which no key does: character 40 of its "
	  "41" },
	{ "[default]\nrole_arn = x\nsource_profile = y\n", NULL, NULL, NULL, P "assumes a role (role_arn)" ROLE_OUT },
	{ "[default]\nrole_arn = x\nsource_profile = default\n" STATIC, NULL, NULL, NULL,
	  P "assumes a role (role_arn)" ROLE_OUT },
	{ "[default]\nsso_session = x\n", NULL, NULL, NULL, P "signs on (sso_…)" ROLE_OUT },
	{ "[default]\ncredential_source = x\n", NULL, NULL, NULL,
	  P "has its credentials from somewhere else (source_profile, credential_source)" ROLE_OUT },
	{ "[default]\nlogin_session = x\n", NULL, NULL, NULL,
	  P "signs on (web_identity_token_file, login_session)" ROLE_OUT },
	/* processes */
	{ "[default]\ncredential_process = exit 3\n", NULL, NULL, NULL,
	  P "the credential_process ended with exit code 3" },
	{ "[default]\ncredential_process = kill -9 $$\n", NULL, NULL, NULL,
	  P "the credential_process was killed by signal 9" },
	{ "[default]\ncredential_process = yes\n", NULL, NULL, NULL,
	  P "the credential_process wrote more than 65536 bytes" },
	{ "[default]\ncredential_process = echo\n", NULL, NULL, NULL, P "the credential_process wrote nothing" },
	{ "[default]\n" JSON("secret words"), NULL, NULL, NULL,
	  P "the credential_process wrote something else than a JSON object" },
	{ "[default]\n" JSON("[1]"), NULL, NULL, NULL,
	  P "the credential_process wrote something else than a JSON object" },
	{ "[default]\n" JSON("{" JSON_KEYS "}{}"), NULL, NULL, NULL,
	  P "the credential_process wrote something else than a JSON object" },
	{ "[default]\n" JSON("{}"), NULL, NULL, NULL,
	  P "the credential_process gave no Version; \"Version\": 1 is known" },
	{ "[default]\n" JSON("{\"Version\":2}"), NULL, NULL, NULL,
	  P "the credential_process gave a Version that is not known; \"Version\": 1 is known" },
	{ "[default]\n" JSON("{\"Version\":1}"), NULL, NULL, NULL, P "the credential_process gave no AccessKeyId" },
	{ "[default]\n" JSON("{\"Version\":1,\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"\"}"), NULL, NULL, NULL,
	  P "the credential_process gave no SecretAccessKey" },
	{ "[default]\n" JSON("{\"Version\":1,\"AccessKeyId\":5}"), NULL, NULL, NULL,
	  P "the credential_process gave AccessKeyId that is no text" },
	{ "[default]\n" JSON("{\"Version\":1,\"AccessKeyId\":\"a\\u0000b\"}"), NULL, NULL, NULL,
	  P "AccessKeyId holds something else than printable ASCII, which no key does: character 2 of its 3" },
	{ "[default]\n" JSON("{" JSON_KEYS ",\"Expiration\":\"soon\"}"), NULL, NULL, NULL,
	  P "the credential_process gave an Expiration that is no time like \"2026-11-21T08:00:00Z\"" },
};

static void test_bad(void **state)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct credentials c;
		struct home h;

		print_message("%s\n", bad[i].said);
		home_open(&h, bad[i].config, NULL);
		home_set(&h, "AWS_ACCESS_KEY_ID", bad[i].id);
		home_set(&h, "AWS_SECRET_ACCESS_KEY", bad[i].secret);
		home_set(&h, "AWS_SESSION_TOKEN", bad[i].token);
		assert_int_equal(load(&c, &h, NULL), -1);
		assert_string_equal(home_said(&h), bad[i].said);
		assert_int_equal(diags_exit(&h.d), 3);
		assert_null(c.id);
		credentials_release(&c);
		home_close(&h);
	}
}

/* What only AWS's own tool can ask for is named, unless a profile was. */
static void test_elsewhere(void **state)
{
	struct credentials c;
	struct home h;

	home_open(&h, NULL, NULL);
	home_set(&h, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials");
	assert_int_equal(load(&c, &h, NULL), -1);
	assert_string_equal(home_said(&h),
			    "there are no credentials but what AWS's own tool can ask for; give them with "
			    "eval \"$(aws configure export-credentials --format env)\"");
	diags_release(&h.d);
	h.d = (struct diags)DIAGS_INIT;
	assert_int_equal(load(&c, &h, "default"), -1);
	assert_string_equal(home_said(&h), NONE);
	home_close(&h);
}

/* --- processes that are run again --------------------------------------------------------------------------------------- */

/* A process that counts its runs in its answers: "id1" …; it fails where a file "stop" is. */
static void open_counting(struct home *h, const char *expiration)
{
	struct strbuf config = STRBUF_INIT;
	char path[128];

	home_open(h, NULL, NULL);
	strbuf_addf(
		&config,
		"[default]\ncredential_process = cd %s; test ! -e stop || exit 1; echo >>runs; "
		"n=$(wc -l <runs); printf '{\"Version\":1,\"AccessKeyId\":\"id%%s\",\"SecretAccessKey\":\"s\"%s}' $n\n",
		h->dir, expiration);
	snprintf(path, sizeof(path), "%s/.aws/config", h->dir);
	assert_int_equal(file_create(path, strbuf_slice(&config), 0600, &h->d), 0);
	strbuf_release(&config);
}

static void test_refresh(void **state)
{
	struct credentials c;
	struct home h;
	char path[128];

	open_counting(&h, ",\"Expiration\":\"2026-11-21T09:00:00+00:00\"");
	assert_int_equal(load(&c, &h, NULL), 0);
	assert_string_equal(c.id, "id1");
	assert_int_equal(c.expires, NOW + 3600);
	assert_int_equal(c.obtained, NOW);
	assert_false(credentials_stale(&c, NOW));
	assert_false(credentials_stale(&c, NOW + 3600 - 301));
	assert_true(credentials_stale(&c, NOW + 3600 - 300));
	assert_int_equal(credentials_refresh(&c, NOW + 3600, &h.d), 0);
	assert_string_equal(c.id, "id2");
	assert_int_equal(c.generation, 2);
	assert_false(credentials_stale(&c, NOW + 3600 + 59)); /* it gave old ones again: not asked for a minute */
	assert_true(credentials_stale(&c, NOW + 3600 + 60));
	snprintf(path, sizeof(path), "%s/stop", h.dir);
	assert_int_equal(file_create(path, SLICE(""), 0600, &h.d), 0);
	assert_int_equal(credentials_refresh(&c, NOW + 4000, &h.d), -1);
	assert_string_equal(home_said(&h), P "the credential_process ended with exit code 1");
	assert_string_equal(c.id, "id2"); /* the old ones stay */
	assert_string_equal(c.secret, "s");
	credentials_release(&c);
	home_close(&h);
}

static void test_no_refresh(void **state)
{
	struct credentials c;
	struct home h;

	open_counting(&h, "");
	assert_int_equal(load(&c, &h, NULL), 0);
	assert_false(credentials_stale(&c, NOW + 1000000)); /* they never end */
	credentials_release(&c);
	home_close(&h);
	home_open(&h, "[default]\n" STATIC, NULL);
	assert_int_equal(load(&c, &h, NULL), 0);
	assert_false(credentials_stale(&c, NOW + 1000000));
	assert_int_equal(credentials_refresh(&c, NOW, &h.d), -1);
	assert_string_equal(home_said(&h),
			    "the credentials of profile \"default\" have expired, and nothing is there to renew them");
	assert_string_equal(c.id, "profileId");
	credentials_release(&c);
	home_close(&h);
}

/* What the process says to people comes through, with its name in front. */
static void test_noise(void **state)
{
	char said[256] = "";
	struct credentials c;
	struct home h;
	int fds[2], before;

	home_open(&h, "[default]\ncredential_process = echo 'touch your key' >&2; printf '%s' '{" JSON_KEYS "}'\n",
		  NULL);
	assert_int_equal(pipe(fds), 0);
	fflush(stderr);
	before = dup(2);
	dup2(fds[1], 2);
	assert_int_equal(load(&c, &h, NULL), 0);
	fflush(stderr);
	dup2(before, 2);
	close(before);
	close(fds[1]);
	assert_true(read(fds[0], said, sizeof(said) - 1) > 0);
	close(fds[0]);
	assert_string_equal(said, "profile \"default\": touch your key\n");
	credentials_release(&c);
	home_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),    cmocka_unit_test(test_bad),        cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_refresh), cmocka_unit_test(test_no_refresh), cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests_name("credentials", tests, NULL, NULL);
}
