#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/json.h"
#include "format/manifest.h"
#include "pattern.h"

#define LIST    "{'file':'@','id':'userId','k':20,'n':1000,'p':1,'root':'@'}"
#define LISTS   "'whitelists':{'a':" LIST ",'b':{'file':'@','id':'deviceId','k':1,'n':0,'p':3,'root':'@'}}"
#define ANSWERS "'answers':[['5.0.0','@',1000],['4.9','@',1]]"
#define RULES                                                                                                          \
	"'rules':[{'element':'city','op':'contains','value':['x','']},"                                                \
	"{'default':true,'element':'city','op':'excludes','value':['y']},"                                             \
	"{'element':'appVersion','exclusive':true,'lower':'1.2','op':'in','upper':'3'},"                               \
	"{'element':'osVersion','lower':'0','op':'out'}]"
#define FULL                                                                                                           \
	"{" ANSWERS "," RULES ",'slots':{'android':["                                                                  \
	"{'a':1,'dev':true,'from':5,'if':[0,2],'limit':'00000000000000ff','percent':12500,'ramp':[[1,0],[9,100000]],"  \
	"'t':'full','unless':[[0],[1,2]],'window':[1,2],'wl':['b','a']},{'a':0,'t':'rest'}]}," LISTS "}"

/* A manifest whose only candidate is given; of a switch, and of an upgrade. */
#define SWITCH(candidate)  "{" RULES ",'slots':{'K':[" candidate "]}," LISTS "}"
#define UPGRADE(candidate) "{" ANSWERS ",'slots':{'ios':[" candidate "]}}"
#define RULE(rule)         "{'rules':[" rule "],'slots':{'K':[{'t':'0','v':''}]}}"
#define TABLE(list)        "{'slots':{'K':[{'t':'0','v':''}]},'whitelists':{" list "}}"

/* One answer that stands in the manifest. */
#define INSIDE(answer) "{'answers':[" answer "],'slots':{'s':[{'a':0,'t':'0'}]}}"
#define MODULES(hqf)   INSIDE("['1000001',{'hqf':" hqf "}]")
#define FIX(candidate) "{'answers':[['1000001',{}]],'slots':{'com.example/1':[" candidate "]}}"
#define H5                                                                                                             \
	"{'answers':[['1.0.0.1',{'app_id':'20171228','extend_info':{'launchParams':{'url':'x'}},'version':'1.0.0.1'}]" \
	","                                                                                                            \
	"['1.0.0.0',{}]],'slots':{'20171228':[{'a':0,'percent':5,'t':'x'},{'a':1,'t':'y'}],'20171229':[{'a':1,'t':'z'" \
	"}]}}"
#define QUICKFIX                                                                                                       \
	"{'answers':[['1000002',{'action':'apply','hqf':[{'abis':['arm64-v8a'],'module':'entry','sha256':'@','size':"  \
	"1,"                                                                                                           \
	"'types':['phone','tablet'],'url':'targets/x'},{'types':['tv']}],'patchVersionCode':1000002}],"                \
	"['1000001',{'action':'rollback'}]],"                                                                          \
	"'slots':{'com.example/1000000':[{'a':0,'above':1000002,'t':'x','until':9},{'a':1,'t':'back'}]}}"

static json_t *parse(const char *text)
{
	struct strbuf bytes = pattern(text);
	const char *why = NULL;
	json_t *json = NULL;

	assert_int_equal(json_parse_wire(&json, strbuf_slice(&bytes), bytes.n, &why), 0);
	strbuf_release(&bytes);
	return json;
}

static void test_fields(void **state)
{
	struct arena mem = ARENA_INIT;
	const char *why = NULL;
	struct manifest m;
	json_t *json = parse(FULL);
	const struct mf_candidate *c;

	(void)state;
	assert_int_equal(manifest_decode(&m, &mem, json, KIND_UPGRADE, NULL, &why), 0);
	json_decref(json); /* nothing decoded points into it */
	assert_int_equal(m.nslots, 1);
	assert_true(slice_eqs(m.slots[0].name, "android"));
	assert_int_equal(m.slots[0].n, 2);
	c = &m.slots[0].v[0];
	assert_true(slice_eqs(c->task, "full") && c->dev && c->has_from && c->from == 5);
	assert_true(c->has_window && c->start == 1 && c->end == 2);
	assert_true(c->has_percent && c->thousandths == 12500 && c->has_limit && c->limit == 255);
	assert_true(c->nramp == 2 && c->ramp[1].at == 9 && c->ramp[0].thousandths == 0 &&
		    c->ramp[1].thousandths == 100000);
	assert_true(c->nlists == 2 && c->lists[0] == 1 && c->lists[1] == 0);
	assert_true(c->nrules == 2 && c->rules[0] == 0 && c->rules[1] == 2);
	assert_true(c->nunless == 2 && c->unless_n[0] == 1 && c->unless_n[1] == 2 && c->unless[1][1] == 2);
	assert_int_equal(c->answer, 1);
	c = &m.slots[0].v[1];
	assert_true(!c->dev && !c->has_from && !c->has_window && !c->has_percent && !c->has_limit);
	assert_true(c->nramp == 0 && c->nlists == 0 && c->nrules == 0 && c->nunless == 0 && c->answer == 0);
	assert_int_equal(m.nanswers, 2);
	assert_true(slice_eqs(m.answers[1].version, "4.9") && m.answers[0].length == 1000);
	assert_true(pattern_is_hash(m.answers[0].hash));
	arena_release(&mem);
}

static void test_tables(void **state)
{
	struct arena mem = ARENA_INIT;
	const char *why = NULL;
	struct manifest m;
	json_t *json = parse(FULL);

	(void)state;
	assert_int_equal(manifest_decode(&m, &mem, json, KIND_UPGRADE, NULL, &why), 0);
	json_decref(json);
	assert_int_equal(m.nrules, 4);
	assert_true(m.rules[0].known && slice_eqs(m.rules[0].element, "city") && m.rules[0].op == RULE_CONTAINS);
	assert_true(m.rules[0].nvalues == 2 && slice_eqs(m.rules[0].values[0], "x") && m.rules[0].values[1].n == 0);
	assert_true(!m.rules[0].default_result && m.rules[1].default_result && m.rules[1].op == RULE_EXCLUDES);
	assert_true(m.rules[2].op == RULE_IN && m.rules[2].exclusive && m.rules[2].has_lower && m.rules[2].has_upper);
	assert_true(slice_eqs(m.rules[2].lower, "1.2") && slice_eqs(m.rules[2].upper, "3"));
	assert_true(m.rules[3].op == RULE_OUT && !m.rules[3].exclusive && m.rules[3].has_lower &&
		    !m.rules[3].has_upper);
	assert_int_equal(m.nwhitelists, 2);
	assert_true(slice_eqs(m.whitelists[0].name, "a") && m.whitelists[0].id_type == ID_USER);
	assert_true(m.whitelists[0].ids == 1000 && m.whitelists[0].pages == 1 && m.whitelists[0].probes == 20);
	assert_true(pattern_is_hash(m.whitelists[0].root) && pattern_is_hash(m.whitelists[0].file));
	assert_true(m.whitelists[1].id_type == ID_DEVICE && m.whitelists[1].pages == 3);
	arena_release(&mem);
}

static void test_round_trip(void **state)
{
	static const struct {
		enum kind kind;
		const char *text;
	} cases[] = {
		{ KIND_UPGRADE, FULL },
		{ KIND_HOTPATCH, UPGRADE("{'a':0,'t':'x'}") },
		{ KIND_SWITCH, "{'slots':{'K':[{'t':'0','v':''}]}}" },
		{ KIND_SWITCH, "{'slots':{'A':[{'t':'0','v':'on'}],'B':[{'t':'0','v':'\\u0001\\n'},{'t':'1','v':'x'}],"
			       "'a':[{'t':'0','v':'y'}]}}" },
		{ KIND_SWITCH, SWITCH("{'from':0,'limit':'ffffffffffffffff','percent':1,'t':'x','v':'y','wl':['a']}") },
		{ KIND_SWITCH, SWITCH("{'percent':99999,'t':'x','v':'y','window':[0,253402300799]}") },
		{ KIND_SWITCH, SWITCH("{'ramp':[[0,50]],'t':'x','v':'y'}") },
		{ KIND_SWITCH,
		  TABLE("'w':{'file':'@','id':'userId','k':64,'n':1099511627776,'p':2147483648,'root':'@'}") },
		{ KIND_SWITCH, RULE("{'element':'appVersion','op':'out','upper':'2147483647.0.1'}") },
		{ KIND_H5, H5 },
		{ KIND_QUICKFIX, QUICKFIX },
		{ KIND_QUICKFIX, FIX("{'a':0,'above':1,'t':'x'}") },
		{ KIND_QUICKFIX, FIX("{'a':0,'above':2147483647,'t':'x'}") },
		{ KIND_QUICKFIX, MODULES("[{'types':['']}]") },
		{ KIND_UPGRADE, UPGRADE("{'a':0,'t':'x','until':0}") },
		{ KIND_SWITCH, SWITCH("{'t':'x','until':253402300799,'v':''}") },
		{ KIND_SWITCH, TABLE("'v':{'id':'deviceId','patterns':['a|b','(x{0,255})?','\xc3\xa9']},'w':" LIST) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf want = pattern(cases[i].text), got = STRBUF_INIT;
		struct arena mem = ARENA_INIT;
		json_t *json = parse(cases[i].text), *again;
		const char *why = NULL;
		struct manifest m;

		print_message("%s\n", cases[i].text);
		assert_int_equal(manifest_decode(&m, &mem, json, cases[i].kind, NULL, &why), 0);
		again = manifest_encode(&m, cases[i].kind, true);
		assert_non_null(again);
		assert_int_equal(json_write(&got, again, JSON_WIRE), 0);
		assert_string_equal(got.p, want.p);
		json_decref(json);
		json_decref(again);
		strbuf_release(&want);
		strbuf_release(&got);
		arena_release(&mem);
	}
}

static void refuse(enum kind kind, const char *text, const char *why)
{
	struct manifest m = { .nslots = 77 };
	struct arena mem = ARENA_INIT;
	json_t *json = parse(text);
	const char *got = NULL;

	print_message("%s\n", text);
	assert_int_equal(manifest_decode(&m, &mem, json, kind, NULL, &got), -1);
	assert_string_equal(got, why);
	assert_int_equal(m.nslots, 77);
	json_decref(json);
	arena_release(&mem);
}

static void test_refused_candidates(void **state)
{
	static const char times[] = "window of a candidate is no pair of times",
			  pair[] = "a point of a ramp is no pair of a time and a percentage";
	static const char unless[] = "unless of a candidate is no array of arrays of numbers";
	static const char no_rule[] = "a candidate refers to a rule that is not there";
	static const char percent[] = "percent of a candidate is out of range",
			  limit[] = "limit of a candidate is not 16 hex digits";
	static const struct {
		const char *candidate, *why;
	} cases[] = {
		{ SWITCH("1"), "a candidate is no object" },
		{ SWITCH("{'v':''}"), "a candidate has no t" },
		{ SWITCH("{'t':'0'}"), "a candidate has no v" },
		{ SWITCH("{'t':'','v':''}"), "t of a candidate is no text" },
		{ SWITCH("{'t':0,'v':''}"), "t of a candidate is no text" },
		{ SWITCH("{'t':'0','v':1}"), "v of a candidate is no text" },
		{ SWITCH("{'t':'0','v':'','x':1}"), "a candidate has an unknown key" },
		{ SWITCH("{'a':0,'t':'0','v':''}"), "a candidate has an unknown key" },
		{ SWITCH("{'dev':false,'t':'0','v':''}"), "dev of a candidate is not true" },
		{ SWITCH("{'from':-1,'t':'0','v':''}"), "from of a candidate is no time" },
		{ SWITCH("{'from':253402300800,'t':'0','v':''}"), "from of a candidate is no time" },
		{ SWITCH("{'from':'0','t':'0','v':''}"), "from of a candidate is no time" },
		{ SWITCH("{'t':'0','v':'','window':[1]}"), times },
		{ SWITCH("{'t':'0','v':'','window':[1,2,3]}"), times },
		{ SWITCH("{'t':'0','v':'','window':[-1,2]}"), times },
		{ SWITCH("{'t':'0','v':'','window':[1,null]}"), times },
		{ SWITCH("{'t':'0','v':'','window':[1,1]}"), "window of a candidate does not end after its start" },
		{ SWITCH("{'t':'0','v':'','wl':[]}"), "wl of a candidate is no array of names" },
		{ SWITCH("{'t':'0','v':'','wl':'a'}"), "wl of a candidate is no array of names" },
		{ SWITCH("{'t':'0','v':'','wl':['c']}"), "wl of a candidate names a whitelist that is not there" },
		{ SWITCH("{'t':'0','v':'','wl':['a',1]}"), "wl of a candidate names a whitelist that is not there" },
		{ SWITCH("{'percent':0,'t':'0','v':''}"), percent },
		{ SWITCH("{'percent':100000,'t':'0','v':''}"), percent },
		{ SWITCH("{'percent':-1,'t':'0','v':''}"), percent },
		{ SWITCH("{'percent':4294967297,'t':'0','v':''}"), percent },
		{ SWITCH("{'limit':'00000000000000f','t':'0','v':''}"), limit },
		{ SWITCH("{'limit':'00000000000000FF','t':'0','v':''}"), limit },
		{ SWITCH("{'limit':255,'t':'0','v':''}"), limit },
		{ SWITCH("{'ramp':[],'t':'0','v':''}"), "ramp of a candidate is no array" },
		{ SWITCH("{'ramp':[[1,0],[1,1]],'t':'0','v':''}"), "ramp of a candidate does not ascend" },
		{ SWITCH("{'ramp':[[1,100001]],'t':'0','v':''}"), pair },
		{ SWITCH("{'ramp':[[1]],'t':'0','v':''}"), pair },
		{ SWITCH("{'ramp':[1],'t':'0','v':''}"), pair },
		{ SWITCH("{'if':[],'t':'0','v':''}"), "if of a candidate is no array of numbers" },
		{ SWITCH("{'if':[4],'t':'0','v':''}"), no_rule },
		{ SWITCH("{'if':[-1],'t':'0','v':''}"), no_rule },
		{ SWITCH("{'if':['0'],'t':'0','v':''}"), no_rule },
		{ SWITCH("{'t':'0','unless':[],'v':''}"), unless },
		{ SWITCH("{'t':'0','unless':[[]],'v':''}"), unless },
		{ SWITCH("{'t':'0','unless':[0],'v':''}"), unless },
		{ SWITCH("{'t':'0','unless':{},'v':''}"), unless },
		{ SWITCH("{'t':'0','unless':[[0],[4]],'v':''}"), no_rule },
		{ "{'slots':{'K':[{'if':[0],'t':'0','v':''}]}}", no_rule },
		{ "{'slots':{'K':[{'t':'0','v':'','wl':['a']}]}}",
		  "wl of a candidate names a whitelist that is not there" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		refuse(KIND_SWITCH, cases[i].candidate, cases[i].why);
}

static void test_refused_answers(void **state)
{
	static const char number[] = "a of a candidate is no number of an answer";
	static const char length[] = "length of an answer is out of range";
	static const char shape[] = "an answer is no array of version, hash and length";
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ UPGRADE("{'t':'0'}"), "a candidate has no a" },
		{ UPGRADE("{'a':2,'t':'0'}"), number },
		{ UPGRADE("{'a':-1,'t':'0'}"), number },
		{ UPGRADE("{'a':0,'t':'0','v':''}"), "a candidate has an unknown key" },
		{ "{'slots':{'ios':[{'a':0,'t':'0'}]}}", number },
		{ "{'answers':[],'slots':{'ios':[{'a':0,'t':'0'}]}}", "answers is no array of answers" },
		{ "{'answers':['5'],'slots':{'ios':[{'a':0,'t':'0'}]}}", shape },
		{ "{'answers':[['5','@']],'slots':{'ios':[{'a':0,'t':'0'}]}}", shape },
		{ "{'answers':[['','@',1]],'slots':{'ios':[{'a':0,'t':'0'}]}}", "version of an answer is no text" },
		{ "{'answers':[['5','0123',1]],'slots':{'ios':[{'a':0,'t':'0'}]}}", "hash of an answer is no hash" },
		{ "{'answers':[['5','@0',1]],'slots':{'ios':[{'a':0,'t':'0'}]}}", "hash of an answer is no hash" },
		{ "{'answers':[['5','@',0]],'slots':{'ios':[{'a':0,'t':'0'}]}}", length },
		{ "{'answers':[['5','@',4294967296]],'slots':{'ios':[{'a':0,'t':'0'}]}}", length },
		{ "{" ANSWERS ",'slots':{'a':[{'a':0,'t':'0'}],'b':[{'a':0,'t':'0'}]}}",
		  "a manifest of this kind has more than one slot" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		refuse(KIND_UPGRADE, cases[i].text, cases[i].why);
}

static void test_inline_answers(void **state)
{
	struct arena mem = ARENA_INIT;
	const char *why = NULL;
	struct manifest m;
	json_t *json = parse(H5);

	(void)state;
	assert_int_equal(manifest_decode(&m, &mem, json, KIND_H5, NULL, &why), 0);
	json_decref(json);
	assert_true(m.nslots == 2 && m.nanswers == 2 && slice_eqs(m.answers[0].version, "1.0.0.1"));
	assert_true(slice_starts(m.answers[0].text, "{\"app_id\":") && slice_eqs(m.answers[1].text, "{}"));
	assert_true(m.slots[0].v[1].answer == 1 && slice_eqs(m.slots[1].name, "20171229"));
	json = parse(QUICKFIX);
	assert_int_equal(manifest_decode(&m, &mem, json, KIND_QUICKFIX, NULL, &why), 0);
	json_decref(json);
	assert_true(m.slots[0].v[0].has_above && m.slots[0].v[0].above == 1000002);
	assert_true(m.slots[0].v[0].has_until && m.slots[0].v[0].until == 9);
	assert_true(!m.slots[0].v[1].has_above && !m.slots[0].v[1].has_until);
	arena_release(&mem);
}

static void test_refused_inline(void **state)
{
	static const char above[] = "above of a candidate is out of range",
			  unknown[] = "a candidate has an unknown key";
	static const char modules[] = "hqf of an answer is no array of modules with types";
	static const char shape[] = "an answer is no array of version and object";
	static const struct {
		enum kind kind;
		const char *text, *why;
	} cases[] = {
		{ KIND_H5, INSIDE("['1','@',9]"), shape },
		{ KIND_H5, INSIDE("['1']"), shape },
		{ KIND_H5, INSIDE("['1',[]]"), shape },
		{ KIND_H5, INSIDE("['1',null]"), shape },
		{ KIND_H5, INSIDE("{}"), shape },
		{ KIND_H5, INSIDE("['',{}]"), "version of an answer is no text" },
		{ KIND_H5, INSIDE("[1,{}]"), "version of an answer is no text" },
		{ KIND_H5, "{'slots':{'s':[{'a':0,'t':'0'}]}}", "a of a candidate is no number of an answer" },
		{ KIND_H5, "{'answers':[['1',{}]],'slots':{'s':[{'t':'0','v':''}]}}", unknown },
		{ KIND_H5, FIX("{'a':0,'above':1,'t':'0'}"), unknown },
		{ KIND_SWITCH, SWITCH("{'above':1,'t':'0','v':''}"), unknown },
		{ KIND_HOTPATCH, UPGRADE("{'a':0,'above':1,'t':'0'}"), unknown },
		{ KIND_UPGRADE, INSIDE("['1',{}]"), "an answer is no array of version, hash and length" },
		{ KIND_QUICKFIX, FIX("{'a':0,'above':0,'t':'0'}"), above },
		{ KIND_QUICKFIX, FIX("{'a':0,'above':2147483648,'t':'0'}"), above },
		{ KIND_QUICKFIX, FIX("{'a':0,'above':'1','t':'0'}"), above },
		{ KIND_QUICKFIX, FIX("{'a':0,'t':'0','v':''}"), unknown },
		{ KIND_QUICKFIX, FIX("{'above':1,'t':'0'}"), "a candidate has no a" },
		{ KIND_QUICKFIX, FIX("{'a':0,'t':'0','until':-1}"), "until of a candidate is no time" },
		{ KIND_QUICKFIX, FIX("{'a':0,'t':'0','until':'9'}"), "until of a candidate is no time" },
		{ KIND_QUICKFIX, INSIDE("['1',1]"), shape },
		{ KIND_QUICKFIX, MODULES("[]"), modules },
		{ KIND_QUICKFIX, MODULES("{}"), modules },
		{ KIND_QUICKFIX, MODULES("null"), modules },
		{ KIND_QUICKFIX, MODULES("[1]"), modules },
		{ KIND_QUICKFIX, MODULES("[{}]"), modules },
		{ KIND_QUICKFIX, MODULES("[{'types':[]}]"), modules },
		{ KIND_QUICKFIX, MODULES("[{'types':'phone'}]"), modules },
		{ KIND_QUICKFIX, MODULES("[{'types':[1]}]"), modules },
		{ KIND_QUICKFIX, MODULES("[{'types':['phone']},{'types':['tv',null]}]"), modules },
		{ KIND_QUICKFIX, MODULES("[{'abis':[],'types':['phone']}]"), modules },
		{ KIND_QUICKFIX, MODULES("[{'abis':null,'types':['phone']}]"), modules },
		{ KIND_QUICKFIX, MODULES("[{'abis':[1],'types':['phone']}]"), modules },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		refuse(cases[i].kind, cases[i].text, cases[i].why);
}

/* Between the limits of a list of expressions, and beyond. */
static void test_patterns(void **state)
{
	static const char texts[] = "patterns of a whitelist is no array of 1 to 20 texts";
	static const char text[] = "a pattern of a whitelist is no text of 1 to 4096 bytes";
	static const struct {
		size_t patterns, bytes;
		const char *why; /* NULL: good */
	} cases[] = { { 1, 1, NULL },    { 20, 4096, NULL }, { 21, 1, texts },
		      { 1, 4097, text }, { 1, 0, text },     { 0, 0, texts } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct arena mem = ARENA_INIT;
		const char *why = NULL;
		struct manifest m;
		json_t *json;

		print_message("%zu of %zu bytes\n", cases[i].patterns, cases[i].bytes);
		strbuf_adds(&out, "{'slots':{'K':[{'t':'0','v':''}]},'whitelists':{'w':{'id':'userId','patterns':[");
		for (size_t j = 0; j < cases[i].patterns; j++) {
			strbuf_adds(&out, j ? ",'" : "'");
			for (size_t k = 0; k < cases[i].bytes; k++)
				strbuf_addch(&out, 'x');
			strbuf_addch(&out, '\'');
		}
		strbuf_adds(&out, "]}}}");
		json = parse(out.p);
		assert_int_equal(manifest_decode(&m, &mem, json, KIND_SWITCH, NULL, &why), cases[i].why ? -1 : 0);
		if (cases[i].why)
			assert_string_equal(why, cases[i].why);
		else
			assert_true(m.whitelists[0].npatterns == cases[i].patterns &&
				    m.whitelists[0].patterns[0].n == cases[i].bytes);
		json_decref(json);
		strbuf_release(&out);
		arena_release(&mem);
	}
}

static void test_refused_tables(void **state)
{
	static const char bound[] = "a bound of a rule is no version in its shortest form";
	static const char value[] = "value of a rule is no array of texts";
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "[]", "a manifest is no object" },
		{ "{}", "a manifest has no slots" },
		{ "{'slots':{}}", "slots is no table of slots" },
		{ "{'slots':[]}", "slots is no table of slots" },
		{ "{'slots':{'K':[]}}", "a slot is no array of candidates" },
		{ "{'slots':{'':[{'t':'0','v':''}]}}", "the keys of a table do not ascend" },
		{ "{'slots':{'L':[{'t':'0','v':''}],'K':[{'t':'0','v':''}]}}", "the keys of a table do not ascend" },
		{ "{'slots':{'K':[{'t':'0','v':''}]},'x':1}", "a manifest has an unknown key" },
		{ "{" ANSWERS ",'slots':{'K':[{'t':'0','v':''}]}}", "a manifest of this kind has answers" },
		{ "{'rules':[],'slots':{'K':[{'t':'0','v':''}]}}", "rules is no array of rules" },
		{ "{'rules':{},'slots':{'K':[{'t':'0','v':''}]}}", "rules is no array of rules" },
		{ RULE("1"), "a rule is no object" },
		{ RULE("{'op':'contains','value':['x']}"), "a rule has no element" },
		{ RULE("{'element':'','op':'contains','value':['x']}"), "element of a rule is no text" },
		{ RULE("{'element':'city','op':'contains'}"), "a rule has no value" },
		{ RULE("{'element':'city','op':'contains','value':[]}"), value },
		{ RULE("{'element':'city','op':'contains','value':'x'}"), value },
		{ RULE("{'element':'city','op':'contains','value':[1]}"), value },
		{ RULE("{'default':false,'element':'city','op':'contains','value':['x']}"),
		  "default of a rule is not true" },
		{ RULE("{'element':'v','op':'in'}"), "a rule has no bound" },
		{ RULE("{'element':'v','exclusive':1,'lower':'1','op':'in'}"), "exclusive of a rule is not true" },
		{ RULE("{'element':'v','lower':'1.0','op':'in'}"), bound },
		{ RULE("{'element':'v','lower':'01','op':'in'}"), bound },
		{ RULE("{'element':'v','op':'out','upper':'1.'}"), bound },
		{ RULE("{'element':'v','op':'out','upper':'v1'}"), bound },
		{ RULE("{'element':'v','op':'out','upper':'0.0'}"), bound },
		{ RULE("{'element':'v','op':'out','upper':1}"), bound },
		{ TABLE(""), "whitelists is no table of whitelists" },
		{ TABLE("'w':1"), "a whitelist is no object" },
		{ TABLE("'w':{}"), "a whitelist has no file" },
		{ TABLE("'b':" LIST ",'a':" LIST), "the keys of a table do not ascend" },
		{ TABLE("'w':{'file':'@','id':'userId','k':1,'n':0,'p':1,'root':'@','x':0}"),
		  "a whitelist has an unknown key" },
		{ TABLE("'w':{'file':1,'id':'userId','k':1,'n':0,'p':1,'root':'@'}"),
		  "file of a whitelist is no hash" },
		{ TABLE("'w':{'file':'@','id':'email','k':1,'n':0,'p':1,'root':'@'}"),
		  "id of a whitelist is not userId or deviceId" },
		{ TABLE("'w':{'file':'@','id':'userId','k':0,'n':0,'p':1,'root':'@'}"),
		  "k of a whitelist is out of range" },
		{ TABLE("'w':{'file':'@','id':'userId','k':65,'n':0,'p':1,'root':'@'}"),
		  "k of a whitelist is out of range" },
		{ TABLE("'w':{'file':'@','id':'userId','k':1,'n':-1,'p':1,'root':'@'}"),
		  "n of a whitelist is out of range" },
		{ TABLE("'w':{'file':'@','id':'userId','k':1,'n':0,'p':0,'root':'@'}"),
		  "p of a whitelist is out of range" },
		{ TABLE("'w':{'file':'@','id':'userId','k':1,'n':0,'p':2147483649,'root':'@'}"),
		  "p of a whitelist is out of range" },
		{ TABLE("'w':{'file':'@','id':'userId','k':1,'n':0,'p':1,'root':''}"),
		  "root of a whitelist is no hash" },
		{ TABLE("'w':{'file':'@','id':'userId','k':1,'n':0,'p':1}"), "a whitelist has no root" },
		{ TABLE("'w':{'patterns':['a']}"), "a whitelist has no id" },
		{ TABLE("'w':{'id':'userId','patterns':{}}"), "patterns of a whitelist is no array of 1 to 20 texts" },
		{ TABLE("'w':{'id':'userId','patterns':[1]}"),
		  "a pattern of a whitelist is no text of 1 to 4096 bytes" },
		{ TABLE("'w':{'file':'@','id':'userId','patterns':['a']}"), "a whitelist has an unknown key" },
		{ TABLE("'w':{'id':'userId','n':0,'patterns':['a']}"), "a whitelist has an unknown key" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		refuse(KIND_SWITCH, cases[i].text, cases[i].why);
}

/* What a later version may say in a rule: kept, not known, and not written again. */
static void test_unknown_rules(void **state)
{
	static const char *const cases[] = {
		"{}",
		"{'element':'city','op':'matches','value':['x']}",
		"{'element':'city','op':7}",
		"{'element':'city','op':'contains','value':['x'],'within':3}",
		"{'element':'city','lower':'1','op':'contains','value':['x']}",
		"{'element':'city','lower':'1','op':'in','value':['x']}",
		"{'element':'city','op':'out','values':1}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf text = STRBUF_INIT;
		struct arena mem = ARENA_INIT;
		const char *why = NULL;
		struct manifest m;
		json_t *json;

		print_message("%s\n", cases[i]);
		strbuf_addf(&text, "{'rules':[%s],'slots':{'K':[{'if':[0],'t':'0','v':''}]}}", cases[i]);
		json = parse(text.p);
		assert_int_equal(manifest_decode(&m, &mem, json, KIND_SWITCH, NULL, &why), 0);
		assert_int_equal(m.nrules, 1);
		assert_false(m.rules[0].known);
		assert_null(manifest_encode(&m, KIND_SWITCH, true));
		json_decref(json);
		strbuf_release(&text);
		arena_release(&mem);
	}
}

/* Behind units the whitelists are those of the index. */
static void test_shared_whitelists(void **state)
{
	static const char own[] = SWITCH("{'t':'0','v':''}"), text[] = "{'slots':{'K':[{'t':'0','v':'','wl':['y']}]}}";
	struct mf_whitelist lists[] = { { .name = SLICE("x") }, { .name = SLICE("y") } };
	struct manifest shared = { .whitelists = lists, .nwhitelists = 2 }, none = { 0 }, m;
	struct strbuf want = pattern(text), got = STRBUF_INIT;
	json_t *json = parse(text), *other = parse(own), *again;
	struct arena mem = ARENA_INIT;
	const char *why = NULL;

	(void)state;
	assert_int_equal(manifest_decode(&m, &mem, json, KIND_SWITCH, &shared, &why), 0);
	assert_ptr_equal(m.whitelists, lists);
	assert_int_equal(m.slots[0].v[0].lists[0], 1);
	again = manifest_encode(&m, KIND_SWITCH, false);
	assert_int_equal(json_write(&got, again, JSON_WIRE), 0);
	assert_string_equal(got.p, want.p);
	assert_int_equal(manifest_decode(&m, &mem, json, KIND_SWITCH, &none, &why), -1);
	assert_string_equal(why, "wl of a candidate names a whitelist that is not there");
	assert_int_equal(manifest_decode(&m, &mem, other, KIND_SWITCH, &shared, &why), -1);
	assert_string_equal(why, "a manifest behind units has whitelists of its own");
	json_decref(json);
	json_decref(other);
	json_decref(again);
	strbuf_release(&want);
	strbuf_release(&got);
	arena_release(&mem);
}

/* Whatever the arena's limit: refused for memory, until it suffices. */
static void test_memory(void **state)
{
	json_t *json = parse(FULL);
	size_t limit = 1;
	int result = -1;

	(void)state;
	for (; result; limit += 16) {
		struct arena mem = { .limit = limit };
		const char *why = NULL;
		struct manifest m;

		assert_in_range(limit, 1, 100000);
		result = manifest_decode(&m, &mem, json, KIND_UPGRADE, NULL, &why);
		if (result)
			assert_string_equal(why, "out of memory");
		arena_release(&mem);
	}
	assert_in_range(limit, 500, 10000);
	json_decref(json);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),          cmocka_unit_test(test_tables),
		cmocka_unit_test(test_round_trip),      cmocka_unit_test(test_refused_candidates),
		cmocka_unit_test(test_refused_answers), cmocka_unit_test(test_refused_tables),
		cmocka_unit_test(test_unknown_rules),   cmocka_unit_test(test_shared_whitelists),
		cmocka_unit_test(test_inline_answers),  cmocka_unit_test(test_refused_inline),
		cmocka_unit_test(test_patterns),        cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
