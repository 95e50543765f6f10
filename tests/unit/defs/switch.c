#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "defs/switch.h"
#include "world.h"

/* Values begin in line 2. */
#define VALUES(text) "{'values':[\n" text "\n]}"
#define FULL         "{'value':'x','platform':'all','type':'full'"
#define TEN          "0123456789"

static void test_messages(void **state)
{
	static const struct {
		const char *key, *text, *said;
	} cases[] = {
		{ "KEY", "{}", "1:1: error: missing key 'values'\n" },
		{ "KEY", "{'values':[]}", "" },
		{ "KEY", "{'values':{},'active':1,'note':2,'value':3}",
		  "1:11: error: 'values' must be an array, not an object\n"
		  "1:23: error: 'active' must be true or false, not a number\n"
		  "1:32: error: 'note' must be a string, not a number\n"
		  "1:34: error: unknown key 'value'; did you mean 'values'?\n" },
		{ "KEY", "{'values':[1]}", "1:12: error: each item of 'values' must be an object, not a number\n" },
		{ "KEY", "{'active':false,'note':'n','values':[{}]}",
		  "1:38: error: missing key 'platform'\n"
		  "1:38: error: missing key 'type'\n"
		  "1:38: error: missing key 'value'\n" },
		{ "KEY", VALUES(FULL "}"), "" },
		{ "KEY", VALUES(FULL ",'percent':1,'whitelists':[]}"),
		  "2:45: error: 'percent' belongs to type 'percentage'; this value has type 'full'\n"
		  "2:57: error: 'whitelists' belongs to type 'whitelist'; this value has type 'full'\n" },
		{ "KEY", VALUES("{'value':'x','platform':'all','type':'percentage','id':'p'}"),
		  "2:1: error: missing key 'percent'\n" },
		{ "KEY", VALUES("{'value':'x','platform':'all','type':'percentage','percent':5}"),
		  "2:1: warning: a percentage without 'id' rolls its devices again whenever values move; name one\n" },
		{ "KEY", VALUES("{'value':'x','platform':'all','type':'whitelist','percent':5}"),
		  "2:1: error: missing key 'whitelists'\n"
		  "2:50: error: 'percent' belongs to type 'percentage'; this value has type 'whitelist'\n" },
		{ "KEY", VALUES("{'value':'x','platform':'all','type':'whitelist','whitelists':['vip']}"), "" },
		{ "KEY", VALUES("{'value':'x','platform':'all','type':'ful','percent':5}"),
		  "2:38: error: 'ful' is not one of 'full', 'whitelist', 'percentage'; did you mean 'full'?\n" },
		{ "KEY", VALUES("{'value':1,'platform':1,'type':1}"),
		  "2:10: error: 'value' must be a string, not a number\n"
		  "2:23: error: 'platform' must be a string or an array, not a number\n"
		  "2:32: error: 'type' must be a string, not a number\n" },
		{ "KEY", VALUES("{'value':'x','platform':'andriod','type':'full'}"),
		  "2:25: error: 'andriod' is not one of 'android', 'ios', 'harmony', 'all'; did you mean "
		  "'android'?\n" },
		{ "KEY", VALUES("{'value':'x','platform':[],'type':'full'}"),
		  "2:25: error: 'platform' is empty; name at least one, or 'all'\n" },
		{ "KEY", VALUES("{'value':'x','platform':['ios',\n'all','ios',\n'ios',1],'type':'full'}"),
		  "3:1: error: 'all' is not one of 'android', 'ios', 'harmony'\n"
		  "3:7: error: 'ios' is repeated\n"
		  "4:1: error: 'ios' is repeated\n"
		  "4:7: error: each item of 'platform' must be a string, not a number\n" },
		{ "KEY", VALUES("{'value':'x','platform':['ios','harmony'],'type':'full'}"), "" },
		{ "KEY", VALUES(FULL ",'channel':'prd','rules':{}}"),
		  "2:55: error: 'prd' is not one of 'prod', 'dev'; did you mean 'prod'?\n"
		  "2:69: error: 'rules' must be an array, not an object\n" },
		{ "KEY", VALUES(FULL ",'rules':[{'element':'city','operation':'in','value':{}}]}"),
		  "2:84: error: 'in' compares versions; 'city' takes 'contains' or 'excludes'\n" },
		{ "KEY", VALUES(FULL ",'id':'a b'}"),
		  "2:50: error: 'id' is 'a b'; it must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or "
		  "digit\n" },
		{ "KEY", VALUES(FULL ",'id':'a','channel':'dev'},\n" FULL ",'id':'a'}"),
		  "3:50: error: duplicate id 'a'\n" },
		{ "KEY", VALUES(FULL ",'id':'1','channel':'dev'},\n" FULL "}"),
		  "2:50: error: duplicate id '1': a value without 'id' has it by its index\n" },
		{ "KEY", VALUES(FULL ",'channel':'dev'},\n" FULL ",'id':'0'}"),
		  "3:50: error: duplicate id '0': a value without 'id' has it by its index\n" },
		{ "KEY", VALUES(FULL "},\n" FULL "}"), "" },
		{ "KEY", VALUES(FULL ",'rules':[]},\n" FULL "}"), "" },
		{ "KEY",
		  VALUES(FULL ",'rules':[{'element':'city','operation':'contains','value':['Beijing']}]},\n" FULL "}"),
		  "" },
		{ "KEY", VALUES(FULL ",'rules':[1]},\n" FULL "}"),
		  "2:54: error: each item of 'rules' must be an object, not a number\n" },
		{ "KEY",
		  VALUES("{'value':'x','platform':'ios','type':'full'},\n" FULL
			 "},\n{'value':'x','platform':['ios','harmony'],'type':'whitelist','whitelists':['vip']}"),
		  "" },
		{ "KEY", VALUES(FULL ",'channel':'dev'},\n" FULL ",'channel':'dev'},\n" FULL "}"), "" },
		{ "KEY",
		  VALUES("{'value':'x','platform':'all','type':'percentage','percent':100,'id':'p'},\n" FULL "}"), "" },
		{ "KEY",
		  VALUES("{'value':'x','platform':'all','type':'percentage','percent':99.999,'id':'p'},\n" FULL "}"),
		  "" },
		{ "KEY",
		  VALUES("{'value':'x','platform':'all','type':'percentage','percent':101,'id':'p'},\n" FULL "}"),
		  "2:61: error: percent is 101; it must lie in 0..100\n" },
		{ "A_b9", VALUES(FULL "}"), "" },
		{ "a-b", VALUES(FULL "}"), " error: 'a-b' is not a switch key: 1 to 50 of A-Z a-z 0-9 _\n" },
		{ TEN TEN TEN TEN TEN, VALUES(FULL "}"), "" },
		{ TEN TEN TEN TEN TEN "0", VALUES(FULL "}"),
		  " error: '012345678901234567890123456789012345678901234567890' is not a switch key: 1 to 50 of A-Z "
		  "a-z 0-9 _\n" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;
		struct switch_def s;
		world_init(&w);
		print_message("%s\n", cases[i].text);
		int result = switch_read(&s, &w.s, world_origin(&w, cases[i].text), slice_of(cases[i].key));
		assert_int_equal(result, w.d.errors ? -1 : 0);
		char *said = world_said(&w);
		assert_string_equal(said, cases[i].said);
		free(said);
		world_release(&w);
	}
}

static void test_model(void **state)
{
	struct world w;
	struct switch_def s;

	world_init(&w);
	assert_int_equal(
		switch_read(&s, &w.s,
			    world_origin(&w,
					 "{'$schema':'x','note':'n','values':["
					 "{'id':'p','value':'1','platform':'ios','type':'percentage','percent':0.5},"
					 "{'value':'2','platform':['ios','android'],'type':'whitelist',"
					 "'whitelists':['vip'],'channel':'dev'},"
					 "{'value':'','platform':'all','type':'full'}]}"),
			    SLICE("A_key")),
		0);
	assert_int_equal(w.d.n, 0);
	assert_true(slice_eqs(s.key, "A_key") && slice_eqs(s.note, "n") && s.active && s.nvalues == 3);
	const struct switch_value *v = s.values;
	assert_true(slice_eqs(v[0].id, "p") && slice_eqs(v[1].id, "1") && slice_eqs(v[2].id, "2"));
	assert_true(v[0].type == SWITCH_PERCENTAGE && v[0].thousandths == 500 && !v[0].dev);
	assert_true(!v[0].platforms[PLATFORM_ANDROID] && v[0].platforms[PLATFORM_IOS] &&
		    !v[0].platforms[PLATFORM_HARMONY]);
	assert_true(v[1].type == SWITCH_WHITELIST && v[1].dev && v[1].whitelists[0] == &w.lists[1]);
	assert_true(v[1].platforms[PLATFORM_ANDROID] && v[1].platforms[PLATFORM_IOS] &&
		    !v[1].platforms[PLATFORM_HARMONY]);
	assert_true(v[2].platforms[PLATFORM_ANDROID] && v[2].platforms[PLATFORM_IOS] &&
		    v[2].platforms[PLATFORM_HARMONY]);
	world_release(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
