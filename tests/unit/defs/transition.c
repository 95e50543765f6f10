#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "defs/transition.h"
#include "repo.h"

#define RELEASE "apps/demo/upgrades/android/1.0/release.json"
#define ENDED   "{'id':'a','status':'ended','percent':5}"

static const struct {
	const char *before, *now, *want; /* with ' for " */
} cases[] = {
	{ "{'tasks':[" ENDED "]}", "{'tasks':[" ENDED "]}", "" },
	{ "{'tasks':[" ENDED "]}", "{ 'tasks' : [ {'percent':5, 'status':'ended',\n'id':'a'} ], 'memo':'x' }", "" },
	{ "{'tasks':[" ENDED "]}", "{'tasks':[{'id':'b'}," ENDED "]}", "" },
	{ "{'tasks':[" ENDED "]}", "{'tasks':[]}", "" },
	{ "{'tasks':[" ENDED "]}", "{'tasks':[{'id':'a','status':'releasing','percent':6}]}", "1:30 'status'" },
	{ "{'tasks':[" ENDED "]}", "{'tasks':[{'id':'b'},{'id':'a','status':'ended','percent':6}]}", "1:59 'percent'" },
	{ "{'tasks':[" ENDED "]}", "{'tasks':[{'id':'a','status':'ended','percent':5,'memo':'x'}]}", "1:57 'memo'" },
	{ "{'tasks':[" ENDED "]}", "{'tasks':[{'id':'a','status':'ended'}]}", "1:11 'percent'" },
	{ "{'tasks':[{'id':'a','status':'paused'}]}", "{'tasks':[" ENDED "]}", "" },
	{ "{'tasks':[{'id':'a'}]}", "{'tasks':[{'id':'a','percent':6}]}", "" },
	{ "{'tasks':{}}", "{'tasks':[{'id':'a','status':'releasing'}]}", "" },
	{ "no JSON", "{'tasks':[{'id':'a','status':'releasing'}]}", "" },
	{ "", "{'tasks':[{'id':'a','status':'releasing'}]}", "" },
};

static char *quoted(const char *text)
{
	char *copy = strdup(text);

	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	return copy;
}

static void check(const char *before, const char *now, const char *want)
{
	struct repo old, new;
	struct upgrade upgrade = { .origin = { RELEASE, slice_of(now) } };
	struct app app = { .upgrades = &upgrade, .nupgrades = 1 };
	struct model model = { .apps = &app, .napps = 1 };
	char got[256] = "";

	repo_init(&old, (struct repo_file[]){ { RELEASE, before }, { NULL, NULL } });
	repo_init(&new, (struct repo_file[]){ { RELEASE, now }, { NULL, NULL } });
	transitions_check(&model, &new.tree, &old.tree, &new.a, &new.d);
	if (new.d.n) {
		char key[32] = "";

		assert_int_equal(sscanf(strstr(new.d.v[0].text, "leave ") + 6, "%31[^ ]", key), 1);
		snprintf(got, sizeof(got), "%u:%u %s", new.d.v[0].at.line, new.d.v[0].at.col, key);
	}
	assert_string_equal(got, want);
	assert_int_equal(old.d.n, 0);
	repo_release(&old);
	repo_release(&new);
}

static void test_cases(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *before = quoted(cases[i].before), *now = quoted(cases[i].now), *want = quoted(cases[i].want);

		print_message("%s -> %s\n", cases[i].before, cases[i].now);
		check(before, now, want);
		free(before);
		free(now);
		free(want);
	}
}

/* The same git object is not read; a file that is new or no regular file allows everything. */
static void test_absent(void **state)
{
	struct upgrade upgrade = { .origin = { RELEASE, SLICE("{}") } };
	struct app app = { .upgrades = &upgrade, .nupgrades = 1 };
	struct model model = { .apps = &app, .napps = 1 };
	struct repo empty, link, new;

	repo_init(&empty, (struct repo_file[]){ { NULL, NULL } });
	repo_init(&link, (struct repo_file[]){ { RELEASE, NULL }, { NULL, NULL } });
	repo_init(&new, (struct repo_file[]){ { RELEASE, "{}" }, { NULL, NULL } });
	transitions_check(&model, &new.tree, &empty.tree, &new.a, &new.d);
	transitions_check(&model, &new.tree, &link.tree, &new.a, &new.d);
	assert_int_equal(new.d.n, 0);
	repo_release(&empty);
	repo_release(&link);
	repo_release(&new);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases), cmocka_unit_test(test_absent) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
