/* Lists and their settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "defs/whitelist.h"
#include "repo.h"

#define W   "apps/demo/whitelists/"
#define INI "[whitelist]\n"

static const struct {
	struct repo_file files[4];
	const char *lists; /* `name idType fpr plainIds regex rel`, a line each; then its patterns */
	const char *said;
} cases[] = {
	{ { { W "a.txt", "" }, { W "a-b.txt", "" } },
	  "a userId - - ids " W "a.txt\na-b userId - - ids " W "a-b.txt\n",
	  "" },
	{ { { W "b.txt", "1\n" }, { W "a.b.txt", "" } },
	  "a.b userId - - ids " W "a.b.txt\nb userId - - ids " W "b.txt\n",
	  "" },
	{ { { W "a.txt", "" }, { W "a.ini", INI "idType = deviceId\nfpr = 0.00001\nplainIds = true\n" } },
	  "a deviceId 0.00001 plain ids " W "a.txt\n",
	  "" },
	{ { { W "a.txt", "" }, { W "a.ini", INI "idType = userId\nplainIds = false\n" } },
	  "a userId - - ids " W "a.txt\n",
	  "" },
	{ { { W "a.txt", "" }, { W "a.ini", "" } }, "a userId - - ids " W "a.txt\n", "" },
	{ { { W "a.txt", "" }, { W "a.ini", INI "idType = userid\nfpr = 0.001\nplainIds = 1\n" } },
	  "a userId - - ids " W "a.txt\n",
	  W "a.ini:2:1: error: idType \"userid\" must be userId or deviceId\n" W
	    "a.ini:3:1: error: fpr \"0.001\" must lie in 1e-12..0.0001\n" W
	    "a.ini:4:1: error: plainIds \"1\" must be true or false\n" },
	{ { { W "a.txt", "" }, { W "a.ini", INI "idtype = userId\nidType = userId\nidType = userId\n" } },
	  "a userId - - ids " W "a.txt\n",
	  W "a.ini:2:1: error: unknown key \"idtype\" in [whitelist]; did you mean \"idType\"?\n" W
	    "a.ini:4:1: error: duplicate key \"idType\"; it is set in line 3\n" },
	{ { { W "a.txt", "" }, { W "a.ini", "[whitelists]\nidType = userId\n" } },
	  "a userId - - ids " W "a.txt\n",
	  W "a.ini:1:1: error: unknown section [whitelists]; did you mean [whitelist]?\n" },
	{ { { W "staff.txt", "" }, { W "stuff.ini", INI "idType = x\n" } },
	  "staff userId - - ids " W "staff.txt\n",
	  W "stuff.ini: error: there is no list \"stuff.txt\" or \"stuff.regex\"; did you mean \"staff\"?\n" W
	    "stuff.ini:2:1: error: idType \"x\" must be userId or deviceId\n" },
	{ { { W "alone.ini", "" } }, "", W "alone.ini: error: there is no list \"alone.txt\" or \"alone.regex\"\n" },
	{ { { W "a.regex", "" } },
	  "a userId - - regex " W "a.regex\n",
	  W "a.regex: error: this list holds no pattern; write one a line\n" },
	{ { { W "a.regex", "u\\@[0-9]+\n\n \r\nb" }, { W "a.ini", INI "idType = deviceId\n" } },
	  "a deviceId - - regex " W "a.regex\n  u@[0-9]+\n  b\n",
	  "" },
	{ { { W "a.regex", "u\nu)\nu\n" }, { W "a.ini", INI "fpr = 0.00001\n" } },
	  "a userId 0.00001 - regex " W "a.regex\n  u\n  u\n",
	  W "a.ini:2:1: error: fpr \"0.00001\" is for .txt lists; a pattern has no false positives\n" W
	    "a.regex:2:2: error: this parenthesis closes nothing; write \\) for the character\n" W
	    "a.regex:3:1: warning: this pattern is the same as that of line 1\n" },
	{ { { W "a.regex", "13800000001\na@example\\.com\n\\+8613800000001\n.*@example\\.com\n1[0-9]{10}\n" } },
	  "a userId - - regex " W
	  "a.regex\n  13800000001\n  a@example\\.com\n  \\+8613800000001\n  .*@example\\.com\n  "
	  "1[0-9]{10}\n",
	  W "a.regex: warning: 3 of 5 patterns are phone numbers or e-mail addresses; patterns are published as they "
	    "are: "
	    "use opaque ids, or say plainIds = true in a.ini\n" },
	{ { { W "a.regex", "13800000001" }, { W "a.ini", INI "plainIds = true\n" } },
	  "a userId - plain regex " W "a.regex\n  13800000001\n",
	  "" },
	{ { { W "a.regex", "u" }, { W "a.txt", "" } },
	  "a userId - - regex " W "a.regex\n  u\n",
	  W "a.txt: error: the list \"a\" is also \"" W "a.regex\"; keep one of the two\n" },
};

static void add_list(struct strbuf *out, const struct whitelist *w)
{
	strbuf_addf(out, SLICE_FMT " %s " SLICE_FMT " %s %s " SLICE_FMT "\n", SLICE_ARG(w->name),
		    id_type_name(w->id_type), SLICE_ARG(w->fpr.n ? w->fpr : SLICE("-")), w->plain_ids ? "plain" : "-",
		    w->is_regex ? "regex" : "ids", SLICE_ARG(w->rel));
	for (size_t i = 0; i < w->npatterns; i++)
		strbuf_addf(out, "  " SLICE_FMT "\n", SLICE_ARG(w->patterns[i]));
}

static void test_lists(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct repo_file files[REPO_FILES] = { { NULL, NULL } };
		struct strbuf lists = STRBUF_INIT;
		struct layout layout;
		struct app app = { .dir = SLICE("apps/demo") };
		struct repo r;

		memcpy(files, cases[i].files, sizeof(cases[i].files));
		print_message("case %zu: %s\n", i, cases[i].said);
		repo_init(&r, files);
		layout_read(&layout, &r.tree, &r.a, &r.d);
		assert_int_equal(layout.napps, 1);
		whitelists_load(&app, &layout.apps[0], &r.tree, &r.a, &r.d);
		for (size_t k = 0; k < app.nwhitelists; k++)
			add_list(&lists, app.whitelists[k]);
		char *said = repo_said(&r);
		assert_string_equal(said, cases[i].said);
		assert_string_equal(lists.p ? lists.p : "", cases[i].lists);
		free(said);
		strbuf_release(&lists);
		repo_release(&r);
	}
}

/* A list that nothing names is a warning, unless an error may hide who does. */
static void test_unused(void **state)
{
	static const struct {
		bool used, error;
		const char *said;
	} unused[] = {
		{ true, false, "" },
		{ false, false, "l.txt: warning: no task and no switch value names this list\n" },
		{ false, true, "x: error: y\n" },
	};

	for (size_t i = 0; i < COUNT(unused); i++) {
		struct whitelist w = { .path = "l.txt", .used = unused[i].used }, *list = &w;
		struct app app = { .whitelists = &list, .nwhitelists = 1 };
		struct repo r;

		print_message("case %zu\n", i);
		repo_init(&r, (struct repo_file[]){ { NULL, NULL } });
		if (unused[i].error)
			diag_error(&r.d, SRCPOS_FILE("x"), "y");
		whitelists_finish(&app, &r.d);
		char *said = repo_said(&r);
		assert_string_equal(said, unused[i].said);
		free(said);
		repo_release(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_unused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
