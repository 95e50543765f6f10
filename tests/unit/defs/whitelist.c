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
	const char *lists; /* `name idType fpr plainIds regex rel`, a line each */
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
	  W "a.regex: error: regex whitelists are not supported by this version of mdstatic\n" },
	{ { { W "a.regex", "" }, { W "a.txt", "" } },
	  "a userId - - regex " W "a.regex\n",
	  W "a.regex: error: regex whitelists are not supported by this version of mdstatic\n" W
	    "a.txt: error: the list \"a\" is also \"" W "a.regex\"; keep one of the two\n" },
};

static void add_list(struct strbuf *out, const struct whitelist *w)
{
	strbuf_addf(out, SLICE_FMT " %s " SLICE_FMT " %s %s " SLICE_FMT "\n", SLICE_ARG(w->name),
		    id_type_name(w->id_type), SLICE_ARG(w->fpr.n ? w->fpr : SLICE("-")), w->plain_ids ? "plain" : "-",
		    w->is_regex ? "regex" : "ids", SLICE_ARG(w->rel));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
