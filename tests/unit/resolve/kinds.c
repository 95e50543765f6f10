/* Hotpatches, H5 packages and quick fixes, from trees made by hand. In texts here `'` stands for a quotation mark. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tree.h"

#define HEAD(kind, platform)                                                                                           \
	"'app':'" APP "','bases':['https://cdn.example.com/d/'],'format':1,'kind':'" kind "','platform':'" platform "'"

static const char *object(struct tree *t, const char *name, const char *text)
{
	return tree_object(t, name, quoted(t, text));
}

static struct mdr_client *open_tree(struct tree *t)
{
	struct mdr_client *c;
	struct mdr_error err;

	tree_write_root(t);
	tree_publish(t);
	c = tree_open(t);
	if (mdr_refresh(c, T0, &err))
		fail_msg("%s", err.text);
	return c;
}

/* The answer to `device` (its members but platform), without app and time; or the error's text. */
static void expect(struct tree *t, struct mdr_client *c, const char *platform, const char *device, int64_t at,
		   unsigned kinds, unsigned flags, const char *wanted)
{
	struct mdr_error err;
	struct slice json =
		quoted(t, arena_printf(&t->mem, "{'platform':'%s'%s%s}", platform, *device ? "," : "", device).p);
	char *answer = tree_answer(c, json.p, at, kinds, flags, &err);
	const char *at_text = at == MDR_NO_TIME ? "null"
			      : at == T0        ? "'2026-11-21T08:00:00Z'"
						: "'2026-11-21T08:00:09Z'";
	struct slice whole = quoted(t, arena_printf(&t->mem, "{'app':'" APP "','at':%s,%s}", at_text, wanted).p);

	print_message("%s\n", json.p);
	assert_string_equal(answer ? answer : err.text, answer ? whole.p : quoted(t, wanted).p);
	free(answer);
}

/* --- hotpatches ----------------------------------------------------------------------------------------------------------- */

#define APPLY(md5, task)                                                                                               \
	"'hotpatch':{'action':'apply','downloadUrl':'https://cdn.example.com/d/targets/" md5                           \
	".jar','hotpatchVersion':'" md5 "','task':'" task "'}"
#define KNOWN "'attributes':{'appVersion':'version','mobileModel':'fold','versionKey':'exact'},"

/* android: versionKey " k" gets patch b; else appVersion 5.0.0: patch a but not on an OPPO, else the order to roll back. */
static void put_hotpatches(struct tree *t)
{
	struct slice a = quoted(t, "{'action':'apply','downloadUrl':'targets/a.jar','hotpatchVersion':'a'}");
	struct slice b = quoted(t, "{'action':'apply','downloadUrl':'targets/b.jar','hotpatchVersion':'b'}");
	struct slice back = quoted(t, "{'action':'rollback'}");
	const char *hash_a = tree_object(t, "answer.json", a), *hash_b = tree_object(t, "answer.json", b);
	const char *hash_back = tree_object(t, "answer.json", back);
	struct slice by_version =
		quoted(t, arena_printf(&t->mem,
				       "{'answers':[['5.0.0/2','%s',%zu],['5.0.0/1','%s',%zu]],'rules':[{'element':"
				       "'mobileModel','op':'contains','value':['oppo']}],'slots':{'android':["
				       "{'a':0,'t':'full','unless':[[0]]},{'a':1,'from':%lld,'t':'back'}]}}",
				       hash_a, a.n, hash_back, back.n, (long long)T0)
				  .p);
	struct slice by_key = quoted(
		t, arena_printf(&t->mem, "{'answers':[['4.0/7','%s',%zu]],'slots':{'android':[{'a':0,'t':'key'}]}}",
				hash_b, b.n)
			   .p);

	tree_index(
		t, PLATFORM_ANDROID, KIND_HOTPATCH,
		quoted(t,
		       arena_printf(
			       &t->mem,
			       "{" KNOWN HEAD(
				       "hotpatch",
				       "android") ",'by':["
						  "{'attribute':'versionKey','classes':2,'missing':0,'next':[[0,1]],'"
						  "other':0,"
						  "'values':{' k':1}},"
						  "{'attribute':'appVersion','classes':2,'cuts':[['5',0,1],['5',1,0]],"
						  "'missing':0,'next':[[0,1],[2,2]],'other':0}],"
						  "'longest':2000,'segments':[null,'%s','%s'],'versionKeys':[' "
						  "k','old']}",
			       tree_object(t, "manifest.json", by_version), tree_object(t, "manifest.json", by_key))
			       .p));
}

static void test_hotpatch(void **state)
{
	static const struct {
		const char *device, *answer;
		int64_t at;
	} cases[] = {
		{ "'appVersion':'5.0.0'", APPLY("a", "full"), T0 },
		{ "'appVersion':'v5'", APPLY("a", "full"), MDR_NO_TIME },
		{ "'appVersion':'5.0.1'", "'hotpatch':null", T0 },
		{ "'appVersion':'4.9'", "'hotpatch':null", T0 },
		{ "", "'hotpatch':null", T0 },
		{ "'appVersion':'5','mobileModel':'OPPO'", "'hotpatch':{'action':'rollback','task':'back'}", T0 },
		{ "'appVersion':'5','mobileModel':'OPPO'", "'hotpatch':null", MDR_NO_TIME },
		{ "'versionKey':' k'", APPLY("b", "key"), T0 },
		{ "'appVersion':'5','versionKey':' k'", APPLY("b", "key"), T0 },
		{ "'appVersion':'5','versionKey':'k'", APPLY("a", "full"), T0 },
		{ "'appVersion':'5','versionKey':' k '", APPLY("a", "full"), T0 },
		{ "'appVersion':'5','versionKey':' K'", APPLY("a", "full"), T0 },
		{ "'appVersion':'5','versionKey':''", APPLY("a", "full"), T0 },
		{ "'appVersion':'5','versionKey':7", APPLY("a", "full"), T0 },
	};
	struct tree t;
	struct mdr_client *c;

	(void)state;
	tree_init(&t);
	put_hotpatches(&t);
	c = open_tree(&t);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect(&t, c, "android", cases[i].device, cases[i].at, MDR_HOTPATCH, 0, cases[i].answer);
	expect(&t, c, "ios", "'appVersion':'5'", T0, MDR_HOTPATCH, 0, "'hotpatch':null");
	mdr_close(c);
	tree_release(&t);
}

/* An index that knows versionKeys and offers nothing. */
static void test_keys_alone(void **state)
{
	struct tree t;
	struct mdr_client *c;

	(void)state;
	tree_init(&t);
	tree_index(&t, PLATFORM_IOS, KIND_HOTPATCH, quoted(&t, "{" HEAD("hotpatch", "ios") ",'versionKeys':['k']}"));
	c = open_tree(&t);
	expect(&t, c, "ios", "'appVersion':'5','versionKey':'k'", T0, MDR_HOTPATCH, 0, "'hotpatch':null");
	expect(&t, c, "ios", "'versionKey':'k'", T0, MDR_HOTPATCH, MDR_EXPLAIN,
	       "'explain':{'hotpatch':{'candidates':[],'versionKey':'known'}},'hotpatch':null");
	expect(&t, c, "ios", "'versionKey':'K'", T0, MDR_HOTPATCH, MDR_EXPLAIN,
	       "'explain':{'hotpatch':{'candidates':[],'versionKey':'unknown'}},'hotpatch':null");
	expect(&t, c, "ios", "", T0, MDR_HOTPATCH, MDR_EXPLAIN,
	       "'explain':{'hotpatch':{'candidates':[]}},'hotpatch':null");
	mdr_close(c);
	tree_release(&t);
}

/* --- until ---------------------------------------------------------------------------------------------------------------- */

static void test_until(void **state)
{
	struct tree t;
	struct mdr_client *c;

	(void)state;
	tree_init(&t);
	tree_index(&t, PLATFORM_IOS, KIND_SWITCH,
		   quoted(&t, arena_printf(&t.mem,
					   "{" HEAD("switch",
						    "ios") ",'manifest':{'slots':{'K':[{'t':'0','until':%lld,'v':'a'},"
							   "{'t':'1','v':'b'}]}}}",
					   (long long)T0 + 9)
				      .p));
	c = open_tree(&t);
	expect(&t, c, "ios", "", T0, MDR_SWITCH, 0, "'switches':{'K':'a'}");
	expect(&t, c, "ios", "", T0 + 9, MDR_SWITCH, 0, "'switches':{'K':'b'}");
	expect(&t, c, "ios", "", MDR_NO_TIME, MDR_SWITCH, 0, "'switches':{'K':'b'}");
	expect(&t, c, "ios", "", T0 + 9, MDR_SWITCH, MDR_EXPLAIN,
	       "'explain':{'switches':{'K':[{'id':'0','verdict':'expires: expired at 2026-11-21T08:00:09Z'},"
	       "{'id':'1','verdict':'chosen'}]}},'switches':{'K':'b'}");
	expect(&t, c, "ios", "", MDR_NO_TIME, MDR_SWITCH, MDR_EXPLAIN,
	       "'explain':{'switches':{'K':[{'id':'0','verdict':'expires: the time is not known'},"
	       "{'id':'1','verdict':'chosen'}]}},'switches':{'K':'b'}");
	mdr_close(c);
	tree_release(&t);
}

/* --- H5 packages ---------------------------------------------------------------------------------------------------------- */

#define H5_NEW                                                                                                         \
	"'20171228':{'app_id':'20171228','extend_info':{'package_url':'x','url':'/www/a'},"                            \
	"'fallback_base_url':'https://cdn.example.com/d/h5/f/','package_url':'https://cdn.example.com/d/h5/n.amr',"    \
	"'patch':'','task':'new','version':'1.0.0.2'}"
#define H5_OLD   "'20171228':{'package_url':'https://cdn.example.com/d/h5/o.amr','task':'old','version':'1.0.0.1'}"
#define H5_OTHER "'20171229':{'package_url':'https://x.example.com/a','task':'dev','url':'u'}"

static void put_h5(struct tree *t)
{
	tree_index(t, PLATFORM_HARMONY, KIND_H5,
		   quoted(t,
			  "{'attributes':{'appVersion':'version'}," HEAD(
				  "h5", "harmony") ",'manifest':{'answers':["
						   "['1.0.0.2',{'app_id':'20171228','extend_info':{'package_url':'x',"
						   "'url':'/www/a'},'fallback_base_url':'h5/f/','package_url':"
						   "'h5/n.amr','patch':'','task':'its own','version':'1.0.0.2'}],"
						   "['1.0.0.1',{'package_url':'h5/o.amr','version':'1.0.0.1'}],"
						   "['2',{'package_url':'https://x.example.com/a','url':'u'}]],"
						   "'rules':[{'element':'appVersion','lower':'3','op':'in'}],"
						   "'slots':{'20171228':[{'a':0,'if':[0],'percent':25000,'t':'new'},"
						   "{'a':1,'t':'old'}],'20171229':[{'a':2,'dev':true,'t':'dev'}]}}}"));
}

static void test_h5(void **state)
{
	static const struct {
		const char *device, *answer;
	} cases[] = {
		{ "", H5_OLD },
		{ "'appVersion':'3'", H5_OLD },
		{ "'appVersion':'3','userId':'h5'", H5_NEW },
		{ "'appVersion':'2','userId':'h5'", H5_OLD },
		{ "'appVersion':'3','userId':'h1'", H5_OLD },
		{ "'channel':'dev'", H5_OLD "," H5_OTHER },
		{ "'appVersion':'3','channel':'dev','deviceId':'h5'", H5_NEW "," H5_OTHER },
		{ "'appVersion':'3','userId':'h5'", H5_NEW }, /* from what was made before */
	};
	struct tree t;
	struct mdr_client *c;

	(void)state;
	tree_init(&t);
	put_h5(&t);
	c = open_tree(&t);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect(&t, c, "harmony", cases[i].device, T0, MDR_H5, 0,
		       arena_printf(&t.mem, "'h5':{%s}", cases[i].answer).p);
	expect(&t, c, "android", "", T0, MDR_H5, 0, "'h5':{}");
	expect(&t, c, "harmony", "", T0, MDR_H5, MDR_EXPLAIN,
	       "'explain':{'h5':{'20171228':[{'task':'new','verdict':'rule: appVersion is missing or no version',"
	       "'version':'1.0.0.2'},{'task':'old','verdict':'chosen','version':'1.0.0.1'}],'20171229':[{'task':'dev',"
	       "'verdict':'channel: prod; this one is for dev','version':'2'}]}},'h5':{" H5_OLD "}");
	mdr_close(c);
	tree_release(&t);
}

/* --- quick fixes ---------------------------------------------------------------------------------------------------------- */

#define MODULE(name) "{'module':'" name "','url':'https://cdn.example.com/d/targets/" name ".hqf'}"
#define FIX(modules) "'quickfix':{'action':'apply','hqf':[" modules "],'patchVersionCode':1000002,'task':'full'}"
#define NO_FIX       "'quickfix':null"
#define PHONE        "'bundleName':'com.example.demo','deviceType':'phone','versionCode':1000000"

/* The hash of com.example.demo/1000000 begins with the bit 1 (patch 1000002, for dev devices the order to roll back), that of
 * …/1000001 with 0. */
static void put_quickfixes(struct tree *t)
{
	const char *demo =
		object(t, "manifest.json",
		       "{'answers':[['1000002',{'action':'apply','hqf':["
		       "{'abis':['arm64-v8a'],'module':'entry','types':['Phone','tablet'],'url':'targets/entry.hqf'},"
		       "{'module':'feature','types':['phone'],'url':'targets/feature.hqf'},"
		       "{'module':'tv','types':['tv'],'url':'targets/tv.hqf'}],'patchVersionCode':1000002}],"
		       "['1000001',{'action':'rollback'}]],'slots':{'com.example.demo/1000000':["
		       "{'a':0,'above':1000002,'t':'full'},{'a':1,'dev':true,'t':'back'}]}}");
	const char *other = object(t, "manifest.json",
				   "{'answers':[['1000009',{'action':'rollback','hqf_of_old':1}]],"
				   "'slots':{'com.example.demo/1000001':[{'a':0,'t':'back','wl':['w']}]}}");

	tree_index(t, PLATFORM_HARMONY, KIND_QUICKFIX,
		   quoted(t, arena_printf(&t->mem,
					  "{" HEAD("quickfix",
						   "harmony") ",'longest':2000,'units':[['0','%s'],['1','%s']],"
							      "'whitelists':{'w':{'id':'userId','patterns':['u+']}}}",
					  other, demo)
				     .p));
}

static void test_quickfix(void **state)
{
	static const struct {
		const char *device, *answer;
	} cases[] = {
		{ PHONE, FIX(MODULE("feature")) },
		{ PHONE ",'abi':'arm64-v8a'", FIX(MODULE("entry") "," MODULE("feature")) },
		{ PHONE ",'abi':' ARM64-V8A '", FIX(MODULE("entry") "," MODULE("feature")) },
		{ PHONE ",'abi':'x86_64'", FIX(MODULE("feature")) },
		{ PHONE ",'abi':7", FIX(MODULE("feature")) },
		{ "'bundleName':'com.example.demo','deviceType':'TV','versionCode':1000000", FIX(MODULE("tv")) },
		{ "'bundleName':'com.example.demo','deviceType':'car','versionCode':1000000", NO_FIX },
		{ "'bundleName':'com.example.demo','deviceType':'car','channel':'dev','versionCode':1000000", NO_FIX },
		{ "'bundleName':'com.example.demo','versionCode':1000000", NO_FIX },
		{ "'bundleName':'com.example.demo','deviceType':'phone','versionCode':1e6", FIX(MODULE("feature")) },
		{ "'bundleName':'com.example.demo','deviceType':'phone','versionCode':1000000.0",
		  FIX(MODULE("feature")) },
		{ "'bundleName':'com.example.demo','deviceType':'phone','versionCode':1000000.5", NO_FIX },
		{ "'bundleName':'com.example.demo','deviceType':'phone','versionCode':'1000000'", NO_FIX },
		{ "'bundleName':'com.example.demo','deviceType':'phone','versionCode':-1000000", NO_FIX },
		{ "'bundleName':'com.example.demo','deviceType':'phone','versionCode':4295967296", NO_FIX },
		{ "'bundleName':'com.example.demo','deviceType':'phone'", NO_FIX },
		{ "'bundleName':' com.example.demo','deviceType':'phone','versionCode':1000000", NO_FIX },
		{ "'bundleName':'','deviceType':'phone','versionCode':1000000", NO_FIX },
		{ "'deviceType':'phone','versionCode':1000000", NO_FIX },
		{ PHONE ",'patchVersionCode':1000001", FIX(MODULE("feature")) },
		{ PHONE ",'patchVersionCode':1000002", NO_FIX },
		{ PHONE ",'patchVersionCode':1000003", NO_FIX },
		{ PHONE ",'patchVersionCode':'1000003'", FIX(MODULE("feature")) },
		{ PHONE ",'patchVersionCode':2147483648", FIX(MODULE("feature")) },
		{ PHONE ",'patchVersionCode':null", FIX(MODULE("feature")) },
		{ PHONE ",'patchVersionCode':1000002,'channel':'dev'",
		  "'quickfix':{'action':'rollback','task':'back'}" },
	};
	struct tree t;
	struct mdr_client *c;

	(void)state;
	tree_init(&t);
	put_quickfixes(&t);
	c = open_tree(&t);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect(&t, c, "harmony", cases[i].device, T0, MDR_QUICKFIX, 0, cases[i].answer);
	expect(&t, c, "harmony", "'bundleName':'com.example.demo','userId':'uu','versionCode':1000001", T0,
	       MDR_QUICKFIX, 0, "'quickfix':{'action':'rollback','hqf_of_old':1,'task':'back'}");
	expect(&t, c, "android", PHONE, T0, MDR_QUICKFIX, 0, NO_FIX);
	mdr_close(c);
	tree_release(&t);
}

static void test_quickfix_words(void **state)
{
	static const struct {
		const char *device, *answer;
	} cases[] = {
		{ "'deviceType':'phone','versionCode':1", "'explain':{'quickfix':{'candidates':[],'reason':'the device "
							  "lacks bundleName or versionCode'}}," NO_FIX },
		{ PHONE ",'patchVersionCode':1000002", "'explain':{'quickfix':{'candidates':[{'task':'full','verdict':'"
						       "patchVersionCode: the device already has patch "
						       "1000002','version':'1000002'},{'task':'back','verdict':'"
						       "channel: prod; this one is for dev','version':"
						       "'1000001'}],'slot':'com.example.demo/1000000'}}," NO_FIX },
		{ "'bundleName':'com.example.demo','deviceType':'car','versionCode':1000001,'userId':'w'",
		  "'explain':{'quickfix':{'candidates':[{'task':'back','verdict':'whitelist w: matches no pattern',"
		  "'version':'1000009'}],'slot':'com.example.demo/1000001'}}," NO_FIX },
		{ "'bundleName':'com.example.demo','deviceType':'phone','versionCode':7",
		  "'explain':{'quickfix':{'candidates':[],'slot':'com.example.demo/7'}}," NO_FIX },
	};
	struct tree t;
	struct mdr_client *c;

	(void)state;
	tree_init(&t);
	put_quickfixes(&t);
	c = open_tree(&t);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect(&t, c, "harmony", cases[i].device, T0, MDR_QUICKFIX, MDR_EXPLAIN, cases[i].answer);
	expect(&t, c, "ios", "", T0, MDR_QUICKFIX, MDR_EXPLAIN,
	       "'explain':{'quickfix':{'candidates':[],'reason':'nothing is offered: the tree has no index "
	       "ios-quickfix'}}," NO_FIX);
	mdr_close(c);
	tree_release(&t);
}

/* A device that asks for one slot fetches the unit that holds it, and no other. */
static void test_one_unit(void **state)
{
	struct tree t;
	struct mdr_client *c;
	size_t objects = 0;

	(void)state;
	tree_init(&t);
	put_quickfixes(&t);
	c = open_tree(&t);
	t.fetches = 0;
	expect(&t, c, "harmony", PHONE, T0, MDR_QUICKFIX, 0, FIX(MODULE("feature")));
	assert_int_equal(t.fetches, 2); /* the index, one manifest */
	expect(&t, c, "harmony", PHONE, T0, MDR_QUICKFIX, 0, FIX(MODULE("feature")));
	expect(&t, c, "harmony", "'bundleName':'com.example.demo'", T0, MDR_QUICKFIX, 0, NO_FIX);
	assert_int_equal(t.fetches, 2);
	for (size_t i = 0; i < t.n; i++) { /* a unit that is gone is missed by those who need it only */
		if (strstr(t.v[i].path, "manifest.json")) {
			t.v[i].gone = true;
			objects++;
		}
	}
	assert_int_equal(objects, 2);
	expect(&t, c, "harmony", PHONE, T0, MDR_QUICKFIX, 0, FIX(MODULE("feature")));
	mdr_close(c);
	tree_release(&t);
}

/* --- all of them ---------------------------------------------------------------------------------------------------------- */

/* What is asked for beside a kind does not change its answer. */
static void test_together(void **state)
{
	static const char device[] = PHONE ",'appVersion':'3','userId':'h5'";
	static const char *const parts[] = { "'h5':{" H5_NEW "}", "'hotpatch':null", FIX(MODULE("feature")),
					     "'switches':{}", "'upgrade':null" };
	static const unsigned kinds[] = { MDR_H5, MDR_HOTPATCH, MDR_QUICKFIX, MDR_SWITCH, MDR_UPGRADE };
	struct tree t;
	struct mdr_client *c;

	(void)state;
	tree_init(&t);
	put_h5(&t);
	put_quickfixes(&t);
	c = open_tree(&t);
	for (unsigned set = 1; set < 1u << COUNT(kinds); set++) {
		struct strbuf wanted = STRBUF_INIT;
		unsigned mask = 0;

		for (size_t i = 0; i < COUNT(kinds); i++) {
			if (!(set >> i & 1))
				continue;
			mask |= kinds[i];
			strbuf_addf(&wanted, "%s%s", wanted.n ? "," : "", parts[i]);
		}
		expect(&t, c, "harmony", device, T0, mask, 0, wanted.p);
		strbuf_release(&wanted);
	}
	mdr_close(c);
	tree_release(&t);
}

/* A limit that is too small is an error, whatever it interrupts. */
static void test_memory(void **state)
{
	struct tree t;
	struct slice device;
	bool answered = false;

	(void)state;
	tree_init(&t);
	device = quoted(&t, "{'platform':'harmony'," PHONE ",'appVersion':'3','userId':'uu','channel':'dev'}");
	put_h5(&t);
	put_quickfixes(&t);
	mdr_close(open_tree(&t));
	for (uint64_t memory = 1; memory < 30000; memory += 499) {
		struct mdr_config config = {
			.app = APP, .fetch = tree_fetch, .fetch_ctx = &t, .limits = { .memory = memory }
		};
		struct slice root = tree_find(&t, "metadata/1.root.json")->data;
		struct mdr_client *c = NULL;
		struct mdr_error err;
		char *answer = NULL;

		config.root = root.p;
		config.root_size = root.n;
		if (!mdr_open(&c, &config, &err) && !mdr_refresh(c, T0, &err))
			answer = tree_answer(c, device.p, T0, MDR_ALL, 0, &err);
		assert_true(answer || err.code == MDR_MEMORY || err.code == MDR_REFUSED);
		assert_true(answer || !answered);
		answered = answer != NULL;
		free(answer);
		mdr_close(c);
	}
	assert_true(answered);
	tree_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hotpatch), cmocka_unit_test(test_keys_alone),
		cmocka_unit_test(test_until),    cmocka_unit_test(test_h5),
		cmocka_unit_test(test_quickfix), cmocka_unit_test(test_quickfix_words),
		cmocka_unit_test(test_one_unit), cmocka_unit_test(test_together),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests_name("resolve/kinds", tests, NULL, NULL);
}
