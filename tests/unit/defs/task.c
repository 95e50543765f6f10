#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "defs/task.h"
#include "defs/upgrade.h"
#include "world.h"

/* Tasks begin in line 2, windows in line 3. */
#define TASKS(text)  "{'platform':'android','version':'5.0.0','package':{'file':'app.apk'},'tasks':[\n" text "\n]}"
#define WHEN         "'upgradeMode':'forced','publishedAt':'2026-11-20T00:00:00Z'"
#define OFFICIAL(id) "{'id':'" id "','type':'official'," WHEN
#define GRAY         "{'id':'a','type':'gray'," WHEN
#define PERCENT      GRAY ",'mode':'percentage','percent':"
#define WINDOW(text) TASKS(GRAY ",'mode':'timeWindow','window':\n" text "}")

enum setup { PLAIN, CANARY, NO_AUDIENCE };

static void read_release(struct upgrade *out, struct world *w, const char *text)
{
	(void)!upgrade_read(out, &w->s, world_origin(w, text), SLICE("up/android/5.0.0/release.json"));
}

static void test_messages(void **state)
{
	static const struct {
		enum setup setup;
		const char *text, *said;
	} cases[] = {
		{ PLAIN, TASKS("1"), "2:1: error: each item of 'tasks' must be an object, not a number\n" },
		{ PLAIN, TASKS("{}"),
		  "2:1: error: missing key 'id'\n"
		  "2:1: error: missing key 'publishedAt'; only a pending task may leave it out\n"
		  "2:1: error: missing key 'type'\n"
		  "2:1: error: missing key 'upgradeMode'\n" },
		{ PLAIN, TASKS(OFFICIAL("a") "}"), "" },
		{ PLAIN,
		  TASKS(OFFICIAL("a") ",'mode':'percentage','percent':5,'rules':[],'whitelists':[],'window':{}}"),
		  "2:89: error: 'mode' belongs to type 'gray'; this task has type 'official'\n"
		  "2:109: error: 'percent' belongs to mode 'percentage'; this task has type 'official'\n"
		  "2:121: error: 'rules' belongs to type 'gray'; this task has type 'official'\n"
		  "2:132: error: 'whitelists' belongs to mode 'whitelist'; this task has type 'official'\n"
		  "2:148: error: 'window' belongs to mode 'timeWindow'; this task has type 'official'\n" },
		{ PLAIN,
		  TASKS("{'id':'a "
			"b','type':'offical','upgradeMode':'force','status':'done','publishedAt':'x','percent':'','"
			"silenceDays':1}"),
		  "2:7: error: 'id' is 'a b'; it must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or "
		  "digit\n"
		  "2:20: error: 'offical' is not one of 'official', 'gray'; did you mean 'official'?\n"
		  "2:44: error: 'force' is not one of 'once', 'multiple', 'forced'; did you mean 'forced'?\n"
		  "2:61: error: 'done' is not one of 'pending', 'releasing', 'paused', 'ended'\n"
		  "2:82: error: 'x' is not a time such as '2026-11-21T08:00:00Z'\n" },
		{ PLAIN, TASKS("{'id':'','type':'rollback','publishedAt':'2026-11-20T00:00:00Z','upgradeMode':'once'}"),
		  "2:7: error: 'id' is ''; it must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or digit\n"
		  "2:17: error: 'rollback' is for hotpatches and quick fixes; a task of kind 'upgrade' is 'official' "
		  "or 'gray'\n" },
		{ PLAIN, TASKS(GRAY "}"), "2:1: error: missing key 'mode'\n" },
		{ PLAIN, TASKS(GRAY ",'mode':'percent','percent':5}"),
		  "2:92: error: 'percent' is not one of 'whitelist', 'timeWindow', 'percentage'\n" },
		{ PLAIN, TASKS(OFFICIAL("a") "},\n" PERCENT "0}"), "3:7: error: duplicate task id 'a'\n" },
		{ PLAIN, TASKS(GRAY ",'mode':'percentage'}"), "2:1: error: missing key 'percent'\n" },
		{ PLAIN, TASKS(PERCENT "5,'whitelists':['vip'],'window':{}}"),
		  "2:117: error: 'whitelists' belongs to mode 'whitelist'; this task has mode 'percentage'\n"
		  "2:138: error: 'window' belongs to mode 'timeWindow'; this task has mode 'percentage'\n" },
		{ PLAIN, TASKS(GRAY ",'mode':'whitelist','whitelists':['vip'],'percent':3,'rules':[]}"),
		  "2:125: error: 'percent' belongs to mode 'percentage'; this task has mode 'whitelist'\n" },
		{ PLAIN, TASKS(GRAY ",'mode':'whitelist'}"), "2:1: error: missing key 'whitelists'\n" },
		{ PLAIN, TASKS(GRAY ",'mode':'whitelist','whitelists':[]}"),
		  "2:117: error: 'whitelists' is empty; name at least one list\n" },
		{ PLAIN, TASKS(GRAY ",'mode':'whitelist','whitelists':'vip'}"),
		  "2:117: error: 'whitelists' must be an array, not a string\n" },
		{ PLAIN, TASKS(GRAY ",'mode':'whitelist','whitelists':['vip',\n'vpi',1,\n'staff','vip','nobody']}"),
		  "3:1: error: unknown whitelist 'vpi'; did you mean 'vip'?\n"
		  "3:7: error: each item of 'whitelists' must be a string, not a number\n"
		  "4:9: error: 'vip' is repeated\n"
		  "4:15: error: unknown whitelist 'nobody'\n" },
		{ PLAIN, TASKS(PERCENT "130}"), "2:115: error: percent is 130; it must lie in 0..100\n" },
		{ PLAIN, TASKS(PERCENT "-1}"), "2:115: error: percent is -1; it must lie in 0..100\n" },
		{ PLAIN, TASKS(PERCENT "-0}"), "" },
		{ PLAIN, TASKS(PERCENT "0}"), "" },
		{ PLAIN, TASKS(PERCENT "100}"), "" },
		{ PLAIN, TASKS(PERCENT "100.0}"), "" },
		{ PLAIN, TASKS(PERCENT "12.5}"), "" },
		{ PLAIN, TASKS(PERCENT "12.500}"), "" },
		{ PLAIN, TASKS(PERCENT "12.5000}"), "" },
		{ PLAIN, TASKS(PERCENT "12.3456}"),
		  "2:115: error: percent is 12.3456; it may have at most three decimals\n" },
		{ PLAIN, TASKS(PERCENT "1e1}"), "2:115: error: percent is 1e1; write it without an exponent\n" },
		{ PLAIN, TASKS(PERCENT "1.0E1}"), "2:115: error: percent is 1.0E1; write it without an exponent\n" },
		{ PLAIN, TASKS(PERCENT "-0.5}"), "2:115: error: percent is -0.5; it must lie in 0..100\n" },
		{ PLAIN, TASKS(PERCENT "100.001}"), "2:115: error: percent is 100.001; it must lie in 0..100\n" },
		{ PLAIN, TASKS(PERCENT "'5'}"), "2:115: error: 'percent' must be a number, not a string\n" },
		{ PLAIN, TASKS(PERCENT "0.001}"), "" },
		{ PLAIN, TASKS(PERCENT "99.9999}"),
		  "2:115: error: percent is 99.9999; it may have at most three decimals\n" },
		{ PLAIN, TASKS(PERCENT "null}"), "2:115: error: 'percent' must be a number, not null\n" },
		{ PLAIN, TASKS("{'id':'a','type':'official','upgradeMode':'forced'}"),
		  "2:1: error: missing key 'publishedAt'; only a pending task may leave it out\n" },
		{ PLAIN, TASKS("{'id':'a','type':'official','upgradeMode':'forced','status':'pending'}"), "" },
		{ PLAIN, TASKS("{'id':'a','type':'official','upgradeMode':'forced','status':'paused'}"),
		  "2:1: error: missing key 'publishedAt'; only a pending task may leave it out\n" },
		{ PLAIN,
		  TASKS("{'id':'a','type':'official','upgradeMode':'forced','publishedAt':'2026-11-20T00:00:00.5Z'}"),
		  "2:66: error: times have no fractions of a second\n" },
		{ PLAIN,
		  TASKS("{'id':'a','type':'official','upgradeMode':'forced','publishedAt':'2026-11-20T00:00:00.123+08:"
			"00'}"),
		  "2:66: error: times have no fractions of a second\n" },
		{ PLAIN,
		  TASKS("{'id':'a','type':'official','upgradeMode':'forced','publishedAt':'2026-11-20 00:00:00Z'}"),
		  "2:66: error: '2026-11-20 00:00:00Z' is not a time such as '2026-11-21T08:00:00Z'\n" },
		{ PLAIN, TASKS("{'id':'a','type':'official','upgradeMode':'forced','publishedAt':'2026-11-20'}"),
		  "2:66: error: '2026-11-20' is not a time such as '2026-11-21T08:00:00Z'\n" },
		{ PLAIN,
		  TASKS("{'id':'a','type':'official','upgradeMode':'forced','publishedAt':'2026-02-29T00:00:00Z'}"),
		  "2:66: error: '2026-02-29T00:00:00Z' is not a time such as '2026-11-21T08:00:00Z'\n" },
		{ PLAIN,
		  TASKS("{'id':'a','type':'official','upgradeMode':'forced','publishedAt':'2026-11-20T00:00:00+08:00'"
			"}"),
		  "" },
		{ PLAIN, TASKS("{'id':'a','type':'official','upgradeMode':'forced','publishedAt':1}"),
		  "2:66: error: 'publishedAt' must be a string, not a number\n" },
		{ PLAIN,
		  TASKS("{'id':'a','type':'official','upgradeMode':'once','publishedAt':'2026-11-20T00:00:00Z','"
			"silenceDays':366}"),
		  "2:101: error: silenceDays is 366; it must lie in 0..365\n" },
		{ PLAIN,
		  TASKS("{'id':'a','type':'official','upgradeMode':'once','publishedAt':'2026-11-20T00:00:00Z','"
			"silenceDays':0}"),
		  "" },
		{ PLAIN,
		  TASKS("{'id':'a','type':'official','upgradeMode':'once','publishedAt':'2026-11-20T00:00:00Z','"
			"silenceDays':1.5}"),
		  "2:101: error: 'silenceDays' must be a whole number, not 1.5\n" },
		{ PLAIN,
		  TASKS("{'id':'a','type':'official','upgradeMode':'once','publishedAt':'2026-11-20T00:00:00Z','"
			"silenceDays':'1'}"),
		  "2:101: error: 'silenceDays' must be a whole number, not a string\n" },
		{ PLAIN,
		  TASKS("{'id':'a','type':'official','upgradeMode':'multiple','publishedAt':'2026-11-20T00:00:00Z','"
			"silenceDays':3}"),
		  "2:91: error: 'silenceDays' belongs to upgradeMode 'once'; this task has upgradeMode 'multiple'\n" },
		{ PLAIN, TASKS(OFFICIAL("a") ",'silenceDays':3}"),
		  "2:89: error: 'silenceDays' belongs to upgradeMode 'once'; this task has upgradeMode 'forced'\n" },
		{ PLAIN, TASKS(OFFICIAL("a") ",'channel':'beta','memo':1,'prompt':[]}"),
		  "2:99: error: 'beta' is not one of 'prod', 'dev'\n"
		  "2:113: error: 'memo' must be a string, not a number\n"
		  "2:124: error: 'prompt' must be a string, not an array\n" },
		{ PLAIN, TASKS(OFFICIAL("a") ",'channel':'dev','memo':'','prompt':'hi'}"), "" },
		{ PLAIN, TASKS(OFFICIAL("a") ",'upgradeModes':1,'siIence':2}"),
		  "2:89: error: unknown key 'upgradeModes'; did you mean 'upgradeMode'?\n"
		  "2:106: error: unknown key 'siIence'\n" },
		{ PLAIN, TASKS(OFFICIAL("a") "},\n" OFFICIAL("b") "},\n" OFFICIAL("c") ",'status':'paused'}"),
		  "4:1: error: 3 tasks are releasing or paused; [policy] maxConcurrentTasks allows 2\n" },
		{ PLAIN,
		  TASKS(OFFICIAL("a") "},\n" OFFICIAL("b") "},\n" OFFICIAL("c") ",'status':'ended'},\n" OFFICIAL(
			  "d") ",'status':'pending'}"),
		  "" },
		{ CANARY, TASKS(OFFICIAL("a") "}"),
		  "2:1: error: an official task needs an earlier gray task of its release that is not pending "
		  "([policy] requireCanary)\n" },
		{ CANARY, TASKS(OFFICIAL("a") ",'status':'pending'}"), "" },
		{ CANARY, TASKS(OFFICIAL("a") "},{'id':'b','type':'gray'," WHEN ",'mode':'percentage','percent':5}"),
		  "2:1: error: an official task needs an earlier gray task of its release that is not pending "
		  "([policy] requireCanary)\n" },
		{ CANARY,
		  TASKS(OFFICIAL("a") "},{'id':'b','type':'gray','upgradeMode':'forced','publishedAt':'2026-11-19T00:"
				      "00:00Z','mode':'percentage','percent':5}"),
		  "" },
		{ CANARY,
		  TASKS(OFFICIAL("a") "},{'id':'b','type':'gray','upgradeMode':'forced','publishedAt':'2026-11-19T00:"
				      "00:00Z','mode':'percentage','percent':5,'status':'pending'}"),
		  "2:1: error: an official task needs an earlier gray task of its release that is not pending "
		  "([policy] requireCanary)\n" },
		{ CANARY,
		  TASKS(OFFICIAL("a") "},{'id':'b','type':'gray','upgradeMode':'forced','publishedAt':'2026-11-19T00:"
				      "00:00Z','mode':'percentage','percent':5,'status':'ended'}"),
		  "" },
		{ PLAIN, WINDOW("[]"), "3:1: error: 'window' must be an object, not an array\n" },
		{ PLAIN, WINDOW("{}"),
		  "3:1: error: missing key 'end'\n"
		  "3:1: error: missing key 'users'\n" },
		{ PLAIN, WINDOW("{'end':'2026-11-22T00:00:00Z','users':10}"), "" },
		{ PLAIN, WINDOW("{'end':'2026-11-22T00:00:00Z','users':0}"),
		  "3:39: error: users is 0; it must be at least 1\n" },
		{ PLAIN, WINDOW("{'end':'2026-11-22T00:00:00Z','users':1.5,'audience':0}"),
		  "3:39: error: 'users' must be a whole number, not 1.5\n"
		  "3:54: error: audience is 0; it must be at least 1\n" },
		{ PLAIN, WINDOW("{'end':'2026-11-20T00:00:00Z','users':1}"),
		  "3:8: error: the window must end after publishedAt\n" },
		{ PLAIN, WINDOW("{'start':'2026-11-21T00:00:00Z','end':'2026-11-21T00:00:00Z','users':1}"),
		  "3:39: error: the window must end after it starts\n" },
		{ PLAIN, WINDOW("{'start':'2026-11-22T00:00:00Z','end':'2026-11-29T00:00:01Z','users':1}"),
		  "3:39: error: the window is longer than 7 days ([policy] maxWindowDays)\n" },
		{ PLAIN, WINDOW("{'start':'2026-11-22T00:00:00Z','end':'2026-11-29T00:00:00Z','users':1}"), "" },
		{ PLAIN, WINDOW("{'end':'2026-11-21T08:00:00Z','users':1}"),
		  "3:8: warning: the window is over at the commit's time: this task reaches nobody\n" },
		{ PLAIN, WINDOW("{'end':'2026-11-21T08:00:01Z','users':1}"), "" },
		{ NO_AUDIENCE, WINDOW("{'end':'2026-11-22T00:00:00Z','users':10}"),
		  "3:1: error: no audience for android: set [android] audience in app.ini, or 'audience' in the "
		  "window\n" },
		{ NO_AUDIENCE, WINDOW("{'end':'2026-11-22T00:00:00Z','users':10,'audience':500}"), "" },
		{ NO_AUDIENCE, WINDOW("{'end':'2026-11-22T00:00:00Z','users':10,'audience':'500'}"),
		  "3:53: error: 'audience' must be a whole number, not a string\n" },
		{ PLAIN, WINDOW("{'start':'x','end':1,'users':1,'user':1}"),
		  "3:10: error: 'x' is not a time such as '2026-11-21T08:00:00Z'\n"
		  "3:20: error: 'end' must be a string, not a number\n"
		  "3:32: error: unknown key 'user'; did you mean 'users'?\n" },
		{ PLAIN, WINDOW("{'end':'2026-11-22T00:00:00Z','users':10,'ramp':[]}"),
		  "3:49: error: 'ramp' is empty; leave it out, or name points\n" },
		{ PLAIN, WINDOW("{'end':'2026-11-22T00:00:00Z','users':10,'ramp':{}}"),
		  "3:49: error: 'ramp' must be an array, not an object\n" },
		{ PLAIN,
		  WINDOW("{'end':'2026-11-22T00:00:00Z','users':10,'ramp':[1,{},{'at':'x','percent':101,'x':1}]}"),
		  "3:50: error: each item of 'ramp' must be an object, not a number\n"
		  "3:52: error: missing key 'at'\n"
		  "3:52: error: missing key 'percent'\n"
		  "3:61: error: 'x' is not a time such as '2026-11-21T08:00:00Z'\n"
		  "3:75: error: percent is 101; it must lie in 0..100\n"
		  "3:79: error: unknown key 'x'\n" },
		{ PLAIN,
		  WINDOW("{'end':'2026-11-22T00:00:00Z','users':10,'ramp':[{'at':'2026-11-19T00:00:00Z','percent':1},"
			 "\n{'at':'2026-11-22T00:00:00Z','percent':2.5}]}"),
		  "3:56: error: at is 2026-11-19T00:00:00Z, before the window starts (2026-11-20T00:00:00Z)\n"
		  "4:7: error: at is 2026-11-22T00:00:00Z; it must lie before the window ends "
		  "(2026-11-22T00:00:00Z)\n" },
		{ PLAIN,
		  WINDOW("{'end':'2026-11-22T00:00:00Z','users':10,'ramp':[{'at':'2026-11-20T00:00:00Z','percent':50},"
			 "\n{'at':'2026-11-20T00:00:00Z','percent':60},\n{'at':'2026-11-21T00:00:00Z','percent':59.999}"
			 "]}"),
		  "4:7: error: the points of a ramp must ascend: this one is not later than the one before it\n"
		  "5:40: warning: the percentage falls: devices that were offered the release lose the offer\n" },
		{ PLAIN,
		  TASKS("{'id':'a','type':'gray','upgradeMode':'forced','status':'pending','mode':'timeWindow','window'"
			":\n{'end':'2026-11-02T00:00:00Z','users':10}}"),
		  "" },
		{ PLAIN,
		  WINDOW("{'end':'2026-11-22T00:00:00Z','users':10,'ramp':[{'at':'2026-11-20T00:00:00Z','percent':50},"
			 "{'at':'2026-11-20T00:00:01Z','percent':50},{'at':'2026-11-21T23:59:59Z','percent':51}]}"),
		  "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;
		struct upgrade u;
		world_init(&w);
		w.app.require_canary = cases[i].setup == CANARY;
		if (cases[i].setup == NO_AUDIENCE)
			w.app.audience[PLATFORM_ANDROID] = AUDIENCE_UNKNOWN;
		print_message("%s\n", cases[i].text);
		read_release(&u, &w, cases[i].text);
		char *said = world_said(&w);
		assert_string_equal(said, cases[i].said);
		free(said);
		world_release(&w);
	}
}

static void test_official(void **state)
{
	struct world w;
	struct upgrade u;

	world_init(&w);
	read_release(&u, &w,
		     TASKS("{'id':'full','type':'official','upgradeMode':'once','publishedAt':'1970-01-01T00:01:00Z',"
			   "'channel':'dev','memo':'m','prompt':'p'},"
			   "{'id':'draft','type':'official','upgradeMode':'multiple','status':'pending'}"));
	assert_int_equal(w.d.n, 0);
	assert_int_equal(u.r.ntasks, 2);
	const struct task *t = &u.r.tasks[0];
	assert_true(slice_eqs(t->id, "full") && t->type == TASK_OFFICIAL && t->status == STATUS_RELEASING && t->dev);
	assert_true(t->published_at == 60 && t->upgrade_mode == MODE_ONCE && t->silence_days == 3 && t->index == 0);
	assert_true(slice_eqs(t->memo, "m") && slice_eqs(t->prompt, "p"));
	t = &u.r.tasks[1];
	assert_true(t->status == STATUS_PENDING && t->published_at == 0 && !t->dev && t->index == 1);
	assert_true(t->upgrade_mode == MODE_MULTIPLE && t->silence_days == 0);
	world_release(&w);
}

static void test_gray(void **state)
{
	struct world w;
	struct upgrade u;

	world_init(&w);
	read_release(&u, &w,
		     TASKS(PERCENT "12.345},{'id':'b','type':'gray'," WHEN
				   ",'mode':'whitelist','whitelists':['vip','staff'],'status':'ended'}"));
	assert_int_equal(w.d.n, 0);
	assert_true(u.r.tasks[0].type == TASK_PERCENTAGE && u.r.tasks[0].thousandths == 12345);
	assert_true(u.r.tasks[1].type == TASK_WHITELIST && u.r.tasks[1].status == STATUS_ENDED);
	assert_true(u.r.tasks[1].nwhitelists == 2 && u.r.tasks[1].whitelists[0] == &w.lists[1]);
	assert_true(w.lists[0].used && w.lists[1].used);
	world_release(&w);
}

static void test_window(void **state)
{
	struct world w;
	struct upgrade u;

	world_init(&w);
	read_release(
		&u, &w,
		WINDOW("{'end':'2026-11-22T00:00:00Z','users':10,'ramp':[{'at':'2026-11-20T00:00:00Z','percent':1},"
		       "{'at':'2026-11-21T00:00:00Z','percent':100}]}"));
	assert_int_equal(w.d.n, 0);
	const struct window *v = &u.r.tasks[0].window;
	assert_true(u.r.tasks[0].type == TASK_WINDOW && v->start == u.r.tasks[0].published_at &&
		    v->end - v->start == 2 * 86400);
	assert_true(v->users == 10 && v->audience == 1000 && v->nramp == 2);
	assert_true(v->ramp[0].at == v->start && v->ramp[0].thousandths == 1000 && v->ramp[1].thousandths == 100000);
	world_release(&w);

	world_init(&w);
	read_release(&u, &w,
		     WINDOW("{'start':'2026-11-21T00:00:00Z','end':'2026-11-22T00:00:00Z','users':1,'audience':7}"));
	assert_int_equal(w.d.n, 0);
	assert_true(u.r.tasks[0].window.audience == 7 && u.r.tasks[0].window.end - u.r.tasks[0].window.start == 86400);
	world_release(&w);
}

/* Of several platforms the audience is the sum; an unknown one is an error, and no platform at all is somebody else's. */
static void test_platforms(void **state)
{
	static const struct {
		bool platforms[PLATFORM_COUNT];
		int64_t known[PLATFORM_COUNT];
		int64_t audience;
		const char *said;
	} cases[] = {
		{ { true, true, false }, { 1000, 20, 3 }, 1020, "" },
		{ { true, true, true }, { 1000, 20, 3 }, 1023, "" },
		{ { false, false, true }, { 1000, AUDIENCE_UNKNOWN, 0 }, 0, "" },
		{ { false, false, false }, { AUDIENCE_UNKNOWN, AUDIENCE_UNKNOWN, AUDIENCE_UNKNOWN }, 0, "" },
		{ { true, true, true },
		  { AUDIENCE_UNKNOWN, 20, AUDIENCE_UNKNOWN },
		  20,
		  "2:1: error: no audience for android and harmony: set [android] audience and [harmony] audience in "
		  "app.ini, or 'audience' in the window\n" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(reader_close) struct reader r = { 0 };
		struct task_context ctx = { .kind = KIND_H5, .platforms = cases[i].platforms };
		struct world w;
		struct object o;
		struct task *tasks;
		size_t n;

		world_init(&w);
		memcpy(w.app.audience, cases[i].known, sizeof(w.app.audience));
		assert_int_equal(reader_open(&r, &w.a, &w.d,
					     world_origin(&w, "{'tasks':[{'id':'a','type':'gray','publishedAt':"
							      "'2026-11-20T00:00:00Z','mode':'timeWindow','window':\n"
							      "{'end':'2026-11-22T00:00:00Z','users':9}}]}")),
				 0);
		assert_true(reader_root(&o, &r));
		tasks_read(&tasks, &n, &w.s, &o, &ctx);
		char *said = world_said(&w);
		assert_string_equal(said, cases[i].said);
		assert_true(n == 1 && tasks[0].window.audience == cases[i].audience);
		free(said);
		world_release(&w);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages), cmocka_unit_test(test_official),  cmocka_unit_test(test_gray),
		cmocka_unit_test(test_window),   cmocka_unit_test(test_platforms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
