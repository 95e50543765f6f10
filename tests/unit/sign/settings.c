/* trust.ini: what it says, what holds where it says nothing, and every complaint with its place. */
#include "keydir.h"

#include "sign/settings.h"

#define DAY INT64_C(86400)

static const struct {
	const char *text, *said; /* without the path */
} cases[] = {
	{ "", "" },
	{ "[root]\n[targets]\n[snapshot]\n[timestamp]\n[objects]\n", "" },
	{ "[targets]\nkey1 = a.pem\nkey9 = hsm/b.pub\nexec9 = ./sign b\nthreshold = 2\n", "" },
	/* keys */
	{ "[targets]\nkey0 = a.pem\n", "2:1: error: unknown key \"key0\" in [targets]; did you mean \"key1\"?\n" },
	{ "[targets]\nkey10 = a.pem\n", "2:1: error: unknown key \"key10\" in [targets]; did you mean \"key1\"?\n" },
	{ "[target]\n", "1:1: error: unknown section [target]; did you mean [targets]?\n" },
	{ "[h5]\nkey1 = a.pem\n", "1:1: error: unknown section [h5]\n" },
	{ "[targets]\nkey1 =\n", "2:1: error: \"key1\" has no value; leave the line out or give one\n" },
	{ "[targets]\nkey1 = ../a.pem\n",
	  "2:1: error: key1 \"../a.pem\" leads out of its folder (..); name a file beside trust.ini, or an "
	  "absolute path\n" },
	{ "[targets]\nkey1 = a//b\n",
	  "2:1: error: key1 \"a//b\" has an empty part; name a file beside trust.ini, or an absolute path\n" },
	{ "[targets]\nkey1 = /etc/../a.pem\n", "" },
	{ "[targets]\nkey1 = a.pem\nkey2 = b.pem\nkey3 = a.pem\n",
	  "4:1: error: key3 \"a.pem\" is key1 already; a key counts once\n" },
	{ "[root]\nkey1 = a.pem\n[targets]\nkey1 = a.pem\n", "" }, /* sign/keys.h looks at it */
	{ "[targets]\nexec1 = ./sign\n",
	  "2:1: error: exec1 signs for key1, and there is none; name the file of its public key\n" },
	{ "[targets]\nkey1 = a\nexec2 = ./sign\n",
	  "3:1: error: exec2 signs for key2, and there is none; name the file of its public key\n" },
	/* thresholds */
	{ "[targets]\nthreshold = 1\n", "" },
	{ "[targets]\nthreshold = 0\n", "2:1: error: threshold \"0\" must lie in 1..9\n" },
	{ "[targets]\nthreshold = 10\n", "2:1: error: threshold \"10\" must lie in 1..9\n" },
	{ "[targets]\nthreshold = two\n", "2:1: error: threshold \"two\" must be a whole number, in digits alone\n" },
	{ "[targets]\nthreshold = 2\n",
	  "2:1: error: threshold \"2\" asks for more keys than [targets] names, which is 1\n" },
	{ "[targets]\nkey1 = a\nkey3 = b\nthreshold = 3\n",
	  "4:1: error: threshold \"3\" asks for more keys than [targets] names, which is 2\n" },
	{ "[targets]\nkey1 = a\nkey2 = b\nthreshold = 2\n[objects]\nthreshold = 1\n",
	  "6:1: error: threshold \"1\" counts keys of its own, and [objects] names none: those of targets sign for "
	  "it\n" },
	{ "[objects]\nkey1 = a\nthreshold = 1\n", "" },
	/* periods */
	{ "[timestamp]\nexpires = 0\n", "2:1: error: expires \"0\" must lie in 1..3650\n" },
	{ "[timestamp]\nexpires = 3651\n", "2:1: error: expires \"3651\" must lie in 1..3650\n" },
	{ "[timestamp]\nexpires = 7.5\n", "2:1: error: expires \"7.5\" must be a whole number, in digits alone\n" },
	{ "[timestamp]\nresign = 0\n", "2:1: error: resign \"0\" must lie in 1..3650\n" },
	{ "[timestamp]\nresign = 6\n", "" },
	{ "[timestamp]\nresign = 7\n", "2:1: error: resign \"7\" must be below expires, which is 7\n" },
	{ "[timestamp]\nresign = 8\nexpires = 8\n", "2:1: error: resign \"8\" must be below expires, which is 8\n" },
	{ "[timestamp]\nminimum = 2\n", "" },
	{ "[timestamp]\nminimum = 3\n",
	  "2:1: error: minimum \"3\" must not be above resign, which is 2 days and some hours\n" },
	{ "[timestamp]\nresign = 2\nminimum = 3\n",
	  "3:1: error: minimum \"3\" must not be above resign, which is 2 days\n" },
	{ "[timestamp]\nresign = 3\nminimum = 3\n", "" },
	{ "[timestamp]\nexpires = 1\n[snapshot]\nexpires = 1\nminimum = 0\n", "" },
	/* all in one run */
	{ "[root]\nexpires = x\n[targets]\nexec1 = a\nthreshold = 0\n",
	  "2:1: error: expires \"x\" must be a whole number, in digits alone\n"
	  "4:1: error: exec1 signs for key1, and there is none; name the file of its public key\n"
	  "5:1: error: threshold \"0\" must lie in 1..9\n" },
};

/* The same lines, each with the file before it. */
static const char *with_path(struct arena *a, const char *said)
{
	struct slice out = SLICE("");

	for (struct slice rest = slice_of(said), line; rest.n;) {
		line = slice_cut(&rest, '\n');
		out = arena_printf(a, SLICE_FMT "K/" SETTINGS_NAME ":" SLICE_FMT "\n", SLICE_ARG(out), SLICE_ARG(line));
	}
	return arena_str(a, out);
}

static void test_messages(void **state)
{
	struct settings s;
	struct keydir k;

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("case %zu: %s\n", i, cases[i].said);
		keydir_open(&k);
		keydir_write(&k, SETTINGS_NAME, slice_of(cases[i].text), 0644);
		assert_int_equal(settings_load(&s, &k.mem, k.dir, &k.d), *cases[i].said ? -1 : 0);
		assert_int_equal(diags_exit(&k.d), *cases[i].said ? 1 : 0);
		assert_string_equal(keydir_said(&k), with_path(&k.mem, cases[i].said));
		keydir_close(&k);
	}
}

static void test_defaults(void **state)
{
	static const struct {
		int64_t expires, resign, minimum; /* days, but for resign: seconds */
	} wanted[] = {
		[KEYS_ROOT] = { 365, 365 * DAY / 3, 1 },    [KEYS_TARGETS] = { 365, 365 * DAY / 3, 1 },
		[KEYS_SNAPSHOT] = { 30, 10 * DAY, 1 },      [KEYS_TIMESTAMP] = { 7, 2 * DAY + 8 * 3600, 0 },
		[KEYS_OBJECTS] = { 365, 365 * DAY / 3, 1 },
	};
	struct settings s;
	struct keydir k;

	keydir_open(&k);
	assert_int_equal(settings_load(&s, &k.mem, k.dir, &k.d), 0);
	assert_string_equal(s.dir, k.dir);
	assert_string_equal(s.path, keydir_path(&k, SETTINGS_NAME));
	for (size_t i = 0; i < KEYS_ROLES; i++) {
		const struct role_settings *r = &s.roles[i];
		const char *name = key_role_name((enum key_role)i);

		print_message("%s\n", name);
		assert_false(r->named);
		if (i == KEYS_OBJECTS)
			assert_null(r->keys[0].path);
		else
			assert_string_equal(r->keys[0].path, keydir_path(&k, arena_printf(&k.mem, "%s.pem", name).p));
		assert_null(r->keys[1].path);
		assert_int_equal(r->threshold, 1);
		assert_int_equal(r->expires, wanted[i].expires * DAY);
		assert_int_equal(r->resign, wanted[i].resign);
		assert_int_equal(r->minimum, wanted[i].minimum * DAY);
	}
	keydir_close(&k);
}

static void test_values(void **state)
{
	static const char text[] = "[root]\nkey2 = people/anna.pub\nkey5 = /media/usb/ben.pem\nthreshold = 2\n"
				   "[targets]\nkey1 = ci.pub\nexec1 = exec ./kms --key \"a b\" ; of the cloud\n"
				   "expires = 90\nresign = 30\nminimum = 14\n"
				   "[snapshot]\nexpires = 1\n[timestamp]\nexpires = 10\n";
	const struct role_settings *root, *targets;
	struct settings s;
	struct keydir k;

	keydir_open(&k);
	keydir_write(&k, SETTINGS_NAME, slice_of(text), 0600);
	assert_int_equal(settings_load(&s, &k.mem, k.dir, &k.d), 0);
	root = &s.roles[KEYS_ROOT];
	assert_true(root->named);
	assert_null(root->keys[0].path);
	assert_string_equal(root->keys[1].path, keydir_path(&k, "people/anna.pub"));
	assert_string_equal(root->keys[4].path, "/media/usb/ben.pem");
	assert_int_equal(root->threshold, 2);
	targets = &s.roles[KEYS_TARGETS];
	assert_string_equal(targets->keys[0].path, keydir_path(&k, "ci.pub"));
	assert_string_equal(targets->keys[0].exec, "exec ./kms --key \"a b\"");
	assert_int_equal(targets->expires, 90 * DAY);
	assert_int_equal(targets->resign, 30 * DAY);
	assert_int_equal(targets->minimum, 14 * DAY);
	/* what is not written follows what is */
	assert_int_equal(s.roles[KEYS_SNAPSHOT].resign, DAY / 3);
	assert_int_equal(s.roles[KEYS_SNAPSHOT].minimum, DAY / 3);
	assert_int_equal(s.roles[KEYS_TIMESTAMP].resign, 10 * DAY / 3);
	assert_int_equal(s.roles[KEYS_TIMESTAMP].minimum, 0);
	keydir_close(&k);
}

/* The keys of targets sign for objects, and as many of them must. */
static void test_threshold_of_objects(void **state)
{
	struct settings s;
	struct keydir k;

	keydir_open(&k);
	keydir_write(&k, SETTINGS_NAME, SLICE("[targets]\nkey1 = a\nkey2 = b\nthreshold = 2\n"), 0600);
	assert_int_equal(settings_load(&s, &k.mem, k.dir, &k.d), 0);
	assert_int_equal(s.roles[KEYS_OBJECTS].threshold, 2);
	keydir_close(&k);
}

/* Who can write there says what is run here. */
static void test_writable_by_others(void **state)
{
	static const struct {
		mode_t folder, file;
		const char *said;
	} modes[] = {
		{ 0755, 0644, "" },
		{ 0775, 0600,
		  "K: error: group or others may write here (mode 0775) and so say what signs; run: chmod go-w K\n" },
		{ 01777, 0600,
		  "K: error: group or others may write here (mode 1777) and so say what signs; run: chmod go-w K\n" },
		{ 0700, 0620,
		  "K/trust.ini: error: group or others may write here (mode 0620) and so say what signs; run: "
		  "chmod go-w K/trust.ini\n" },
		{ 0700, 0602,
		  "K/trust.ini: error: group or others may write here (mode 0602) and so say what signs; run: "
		  "chmod go-w K/trust.ini\n" },
	};
	struct settings s;
	struct keydir k;

	for (size_t i = 0; i < COUNT(modes); i++) {
		print_message("%04o %04o\n", (unsigned)modes[i].folder, (unsigned)modes[i].file);
		keydir_open(&k);
		keydir_write(&k, SETTINGS_NAME, SLICE(""), modes[i].file);
		assert_int_equal(chmod(k.dir, modes[i].folder), 0);
		assert_int_equal(settings_load(&s, &k.mem, k.dir, &k.d), *modes[i].said ? -1 : 0);
		assert_int_equal(diags_exit(&k.d), *modes[i].said ? 3 : 0);
		assert_string_equal(keydir_said(&k), modes[i].said);
		keydir_close(&k);
	}
}

static void test_unreadable(void **state)
{
	struct settings s;
	struct keydir k;

	keydir_open(&k);
	assert_int_equal(mkdir(keydir_path(&k, SETTINGS_NAME), 0700), 0);
	assert_int_equal(settings_load(&s, &k.mem, k.dir, &k.d), -1);
	assert_true(k.d.errors > 0);
	keydir_close(&k);
}

/* Where a volume is not mounted the link is there and the settings are not: that is not the same as no settings. */
static void test_link_that_leads_nowhere(void **state)
{
	struct settings s;
	struct keydir k;

	keydir_open(&k);
	assert_int_equal(symlink("nowhere", keydir_path(&k, SETTINGS_NAME)), 0);
	assert_int_equal(settings_load(&s, &k.mem, k.dir, &k.d), -1);
	assert_int_equal(diags_exit(&k.d), 3);
	assert_string_equal(keydir_said(&k), "K/trust.ini: error: is a link that leads nowhere\n");
	keydir_write(&k, "nowhere", SLICE("[root]\nkey1 = a\nkey2 = b\nthreshold = 2\n"), 0644);
	assert_int_equal(settings_load(&s, &k.mem, k.dir, &k.d), 0);
	assert_int_equal(s.roles[KEYS_ROOT].threshold, 2);
	keydir_close(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_threshold_of_objects),
		cmocka_unit_test(test_writable_by_others),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_link_that_leads_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
