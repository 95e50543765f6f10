#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "defs/upgrade.h"
#include "world.h"

#define HEAD "{'platform':'android','version':'5.0.0','package':{'file':'app.apk'},'tasks':["
#define TASK                                                                                                           \
	"{'id':'a','type':'gray','upgradeMode':'forced','publishedAt':'2026-11-20T00:00:00Z','mode':'percentage','"    \
	"percent':5"
/* Rules begin in line 2. */
#define RULES(text)  HEAD TASK ",'rules':[\n" text "\n]}]}"
#define UNLESS(text) HEAD "],'unless':\n" text "}"
#define NET(text)    HEAD "],'needClientNetType':\n" text "}"

static void read_release(struct upgrade *out, struct world *w, const char *text)
{
	(void)!upgrade_read(out, &w->s, world_origin(w, text), SLICE("up/android/5.0.0/release.json"));
}

static void test_messages(void **state)
{
	static const struct {
		bool strict;
		const char *text, *said;
	} cases[] = {
		{ false, RULES("1"), "2:1: error: each item of 'rules' must be an object, not a number\n" },
		{ false, RULES("{}"),
		  "2:1: error: missing key 'element'\n"
		  "2:1: error: missing key 'operation'\n" },
		{ false, RULES("{'element':'citty','operation':'contains','value':['x']}"),
		  "2:12: error: unknown element 'citty'; did you mean 'city'?\n" },
		{ false, RULES("{'element':'zzzzzz','operation':'in','value':1,'exclusive':1}"),
		  "2:12: error: unknown element 'zzzzzz'\n"
		  "2:46: error: 'value' must be an object, not a number\n"
		  "2:60: error: 'exclusive' must be true or false, not a number\n" },
		{ false, RULES("{'element':1,'operation':'contians','value':1}"),
		  "2:12: error: 'element' must be a string, not a number\n"
		  "2:26: error: 'contians' is not one of 'contains', 'excludes', 'in', 'out'; did you mean "
		  "'contains'?\n" },
		{ false, RULES("{'element':'city','operation':'in','value':{'lower':'1'}}"),
		  "2:31: error: 'in' compares versions; 'city' takes 'contains' or 'excludes'\n" },
		{ false, RULES("{'element':'city','operation':'contains','value':'Beijing'}"),
		  "2:50: error: 'value' must be an array, not a string\n" },
		{ false, RULES("{'element':'city','operation':'contains','value':[]}"),
		  "2:50: error: 'value' is empty; name at least one value\n" },
		{ false, RULES("{'element':'city','operation':'contains'}"), "2:1: error: missing key 'value'\n" },
		{ false,
		  RULES("{'element':'city','operation':'contains','value':['Beijing',\n1,\n'',\n' ',\n' Shanghai']}"),
		  "3:1: error: each item of 'value' must be a string, not a number\n"
		  "4:1: error: a value must not be empty\n"
		  "5:1: error: a value must not be empty\n"
		  "6:1: error: ' Shanghai' has white space around it\n" },
		{ false, RULES("{'element':'city','operation':'excludes','value':['Beijing','Shanghai',\n'Beijing']}"),
		  "3:1: error: 'Beijing' is repeated\n" },
		{ false,
		  RULES("{'element':'city','operation':'excludes','value':['Beijing','beijing','Bejing','Paris']}"),
		  "2:61: warning: 'beijing' is not listed in resources/city.json; did you mean 'Beijing'?\n"
		  "2:71: warning: 'Bejing' is not listed in resources/city.json; did you mean 'Beijing'?\n" },
		{ false,
		  RULES("{'element':'city','operation':'contains','value':['Mu\314\210nchen',\n'M\303\274nchen']}"),
		  "2:51: error: 'Mu\314\210nchen' is not in Unicode normal form C (NFC)\n" },
		{ false, RULES("{'element':'netType','operation':'contains','value':['wifi',\n'WIFI','4g','wifi']}"),
		  "3:1: error: 'WIFI' is the same as 'wifi'\n"
		  "3:13: error: 'wifi' is repeated\n" },
		{ false,
		  RULES("{'element':'osVersion','operation':'contains','value':['14',\n'14.0',\n'x','13.0.0.0', ' "
			"1']}"),
		  "3:1: error: '14.0' is the same as '14'\n"
		  "4:1: error: 'x' is not a version: 1 to 8 numbers below 2147483648, joined by dots\n"
		  "4:17: error: ' 1' is not a version: 1 to 8 numbers below 2147483648, joined by dots\n" },
		{ false, RULES("{'element':'appVersion','operation':'excludes','value':['1.2','1.2.0']}"),
		  "2:63: error: '1.2.0' is the same as '1.2'\n" },
		{ false, RULES("{'element':'appVersion','operation':'contains','value':['1.2'],'exclusive':true}"),
		  "2:64: error: 'exclusive' belongs to 'in' and 'out'; this rule has operation 'contains'\n" },
		{ false, RULES("{'element':'appVersion','operation':'in','value':['1.2']}"),
		  "2:50: error: 'value' must be an object, not an array\n" },
		{ false, RULES("{'element':'appVersion','operation':'in','value':{}}"),
		  "2:50: error: 'value' needs 'lower', 'upper' or both\n" },
		{ false, RULES("{'element':'appVersion','operation':'in','value':{'lower':'5.1','upper':'5.0.9'}}"),
		  "2:59: error: lower 5.1 is above upper 5.0.9\n" },
		{ false, RULES("{'element':'appVersion','operation':'in','value':{'lower':'5.0.0','upper':'5'}}"), "" },
		{ false,
		  RULES("{'element':'appVersion','operation':'in','exclusive':true,'value':{'lower':'5.0.0','upper':'5'"
			"}}"),
		  "2:67: warning: no version lies strictly between 5.0.0 and 5: this rule holds for no version\n" },
		{ false,
		  RULES("{'element':'appVersion','operation':'out','exclusive':true,'value':{'lower':'5','upper':'5'}"
			"}"),
		  "2:68: warning: no version lies strictly between 5 and 5: this rule holds for every version\n" },
		{ false,
		  RULES("{'element':'appVersion','operation':'out','exclusive':1,'value':{'lower':'v5','uper':'5'},'"
			"defaultResult':'no'}"),
		  "2:55: error: 'exclusive' must be true or false, not a number\n"
		  "2:74: error: 'v5' is not a version: 1 to 8 numbers below 2147483648, joined by dots\n"
		  "2:79: error: unknown key 'uper'; did you mean 'upper'?\n"
		  "2:107: error: 'defaultResult' must be true or false, not a string\n" },
		{ false, RULES("{'element':'appVersion','operation':'in','value':{'upper':'1.2.3.4.5.6.7.8.9'}}"),
		  "2:59: error: '1.2.3.4.5.6.7.8.9' is not a version: 1 to 8 numbers below 2147483648, joined by "
		  "dots\n" },
		{ false, RULES("{'element':'appVersion','operation':'in','value':{'upper':'2147483648'}}"),
		  "2:59: error: '2147483648' is not a version: 1 to 8 numbers below 2147483648, joined by dots\n" },
		{ false,
		  RULES("{'element':'tier','operation':'contains','value':['gold','glod'],'defaultResult':true}"),
		  "2:58: warning: 'glod' is not listed in resources/tier.json; did you mean 'gold'?\n" },
		{ false, RULES("{'element':'city','operation':'contains','value':['Beijing'],'values':1}"),
		  "2:62: error: unknown key 'values'; did you mean 'value'?\n" },
		{ false, RULES("{'element':'city','operation':'contains','value':['Paris','Rome']}"),
		  "2:50: warning: none of these values is listed in resources/city.json: no device that sends a listed "
		  "one satisfies this rule\n" },
		{ false, RULES("{'element':'city','operation':'contains','value':['Paris'],'defaultResult':true}"),
		  "" },
		{ false, RULES("{'element':'city','operation':'contains','value':['Paris','Beijing']}"), "" },
		{ false, RULES("{'element':'city','operation':'excludes','value':['Paris']}"), "" },
		{ false, RULES("{'element':'city','operation':'contains','value':['Paris','Beijin']}"),
		  "2:59: warning: 'Beijin' is not listed in resources/city.json; did you mean 'Beijing'?\n" },
		{ false, RULES("{'element':'osVersion','operation':'contains','value':['7.1.1']}"),
		  "2:55: warning: none of these values is listed in resources/osVersion.json: no device that sends a "
		  "listed one satisfies this rule\n" },
		{ false, RULES("{'element':'osVersion','operation':'contains','value':['13.0']}"), "" },
		{ false, RULES("{'element':'vmType','operation':'contains','value':['art']}"), "" },
		{ true, RULES("{'element':'city','operation':'contains','value':['Beijing','beijing','Paris']}"),
		  "2:61: error: 'beijing' is not listed in resources/city.json; did you mean 'Beijing'?\n"
		  "2:71: error: 'Paris' is not listed in resources/city.json\n" },
		{ true, RULES("{'element':'netType','operation':'contains','value':['wifi']}"),
		  "2:54: error: 'wifi' is not listed in resources/netType.json\n" },
		{ true, RULES("{'element':'osVersion','operation':'excludes','value':['14.0','15']}"),
		  "2:63: error: '15' is not listed in resources/osVersion.json; did you mean '13'?\n" },
		{ true, RULES("{'element':'osVersion','operation':'in','value':{'lower':'1'}}"), "" },
		{ false, UNLESS("[]"), "2:1: error: 'unless' is empty; leave it out, or name rules\n" },
		{ false, UNLESS("[[]]"),
		  "2:2: error: an empty array in 'unless' would hold for every device; name rules\n" },
		{ false, UNLESS("[1,[1]]"),
		  "2:2: error: each item of 'unless' must be an array, not a number\n"
		  "2:5: error: each item must be an object, not a number\n" },
		{ false, UNLESS("{}"), "2:1: error: 'unless' must be an array, not an object\n" },
		{ false, UNLESS("[[{'element':'city','operation':'contains','value':['Beijing']}]]"), "" },
		{ false, NET("[]"), "2:1: error: 'needClientNetType' is empty; name at least one value\n" },
		{ false, NET("['wifi','WIFI']"), "2:9: error: 'WIFI' is the same as 'wifi'\n" },
		{ false, NET("['wifi',1,'']"),
		  "2:9: error: each item of 'needClientNetType' must be a string, not a number\n"
		  "2:11: error: a value must not be empty\n" },
		{ false, NET("'wifi'"), "2:1: error: 'needClientNetType' must be an array, not a string\n" },
		{ false, NET("['wifi','4g']"), "" },
		{ true, RULES("{'element':'isp','operation':'contains','value':['TELECOM','Mobil']}"),
		  "2:60: error: 'Mobil' is not listed in resources/isp.json; did you mean 'Mobile'?\n" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;
		struct upgrade u;
		world_init(&w);
		w.app.strict_resources = cases[i].strict;
		print_message("%s\n", cases[i].text);
		read_release(&u, &w, cases[i].text);
		char *said = world_said(&w);
		assert_string_equal(said, cases[i].said);
		free(said);
		world_release(&w);
	}
}

static void test_texts(void **state)
{
	struct world w;
	struct upgrade u;

	world_init(&w);
	read_release(&u, &w,
		     RULES("{'element':'netType','operation':'excludes','value':['WIFI','4g'],'defaultResult':true}"));
	assert_int_equal(w.d.n, 0);
	assert_int_equal(u.r.tasks[0].rules.n, 1);
	const struct rule *r = &u.r.tasks[0].rules.v[0];
	assert_true(slice_eqs(r->element, "netType") && r->type == ATTR_FOLD && r->op == RULE_EXCLUDES);
	assert_true(r->default_result && !r->exclusive && !r->versions && r->nvalues == 2);
	assert_true(slice_eqs(r->values[0], "WIFI") && slice_eqs(r->values[1], "4g"));
	world_release(&w);
}

static void test_versions(void **state)
{
	struct world w;
	struct upgrade u;

	world_init(&w);
	read_release(&u, &w,
		     RULES("{'element':'appVersion','operation':'contains','value':['1.2.0']},"
			   "{'element':'osVersion','operation':'out','exclusive':true,'value':{'lower':'4','upper':'5."
			   "1'}}"));
	assert_int_equal(w.d.n, 0);
	assert_int_equal(u.r.tasks[0].rules.n, 2);
	const struct rule *r = &u.r.tasks[0].rules.v[0];
	assert_true(r->type == ATTR_VERSION && r->op == RULE_CONTAINS && r->nvalues == 1 && !r->default_result);
	assert_true(slice_eqs(r->values[0], "1.2.0") && r->versions[0].n == 2 && r->versions[0].part[1] == 2);
	r = &u.r.tasks[0].rules.v[1];
	assert_true(r->op == RULE_OUT && r->exclusive && r->has_lower && r->has_upper && !r->values);
	assert_true(r->lower.part[0] == 4 && r->upper.part[0] == 5 && r->upper.part[1] == 1);
	world_release(&w);
}

static void test_unless(void **state)
{
	struct world w;
	struct upgrade u;

	world_init(&w);
	read_release(&u, &w,
		     UNLESS("[[{'element':'tier','operation':'contains','value':['gold']},"
			    "{'element':'osVersion','operation':'in','value':{'upper':'11'}}],"
			    "[{'element':'abi','operation':'contains','value':['x86']}]]"));
	assert_int_equal(w.d.n, 0);
	assert_int_equal(u.r.nunless, 2);
	assert_true(u.r.unless[0].n == 2 && u.r.unless[1].n == 1);
	assert_true(slice_eqs(u.r.unless[0].v[1].element, "osVersion") && !u.r.unless[0].v[1].has_lower);
	world_release(&w);
}

/* A long list stays cheap, and every repetition in it is found. */
static void test_long_list(void **state)
{
	enum { N = 5000 };
	struct world w;
	struct upgrade u;
	struct strbuf text = STRBUF_INIT;

	world_init(&w);
	strbuf_adds(&text, HEAD TASK ",'rules':[{'element':'isp','operation':'contains','value':['x'");
	for (unsigned i = 0; i < N; i++)
		strbuf_addf(&text, ",'v%u'", i % (N - 2));
	strbuf_adds(&text, "]}]}]}");
	read_release(&u, &w, text.p);
	assert_int_equal(w.d.n, 2);
	assert_string_equal(w.d.v[0].text, "\"v0\" is repeated");
	strbuf_release(&text);
	world_release(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages), cmocka_unit_test(test_texts),     cmocka_unit_test(test_versions),
		cmocka_unit_test(test_unless),   cmocka_unit_test(test_long_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
