#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "format/index.h"
#include "pattern.h"

#define HEAD(attributes, kind, rest)                                                                                   \
	"{'app':'A-b'," attributes "'bases':['https://cdn.example.com/A-b/'],'format':1,'kind':'" kind "',"            \
	"'platform':'android'," rest "}"
#define ATTRS "'attributes':{'appVersion':'version','city':'text','netType':'fold'},"

/* Keys of an index stand in byte order, so `by` comes before `format` and most others behind `kind`. */
#define SEGMENTED(by, segments)                                                                                        \
	"{'app':'A-b'," ATTRS "'bases':['https://cdn.example.com/A-b/'],'by':[" by "],'format':1,'kind':'upgrade',"    \
	"'longest':900,'platform':'android','segments':[" segments "]}"

#define FOLD_VERSION                                                                                                   \
	"{'attribute':'appVersion','classes':3,'cuts':[['1.2',0,1],['1.2',1,2],['4.0.5',0,0]],'missing':2,"            \
	"'next':[[0,1,2]],'other':0}"
#define FOLD_NET                                                                                                       \
	"{'attribute':'netType','classes':3,'missing':2,'next':[[0,1,0],[1,1,2],[2,2,2]],'other':0,"                   \
	"'values':{'4g':1,'wifi':1}}"
#define FOLD_ONE(members) "{'attribute':'city'," members "}"
#define TWO               SEGMENTED(FOLD_VERSION "," FOLD_NET, "'@',null,'@'")
#define INLINE                                                                                                         \
	"{'app':'A-b','bases':['http://localhost/','https://m.example.com/x/'],'format':1,'kind':'switch',"            \
	"'manifest':{'slots':{'K':[{'t':'0','v':'x'}]}},'platform':'ios'}"
#define SHARDS                                                                                                         \
	"{'app':'A-b','bases':['https://m.example.com/x/'],'format':1,'kind':'switch','longest':32768,"                \
	"'platform':'harmony','units':[['00','@'],['010','@'],['1','@']],"                                             \
	"'whitelists':{'w':{'file':'@','id':'userId','k':1,'n':0,'p':1,'root':'@'}}}"

#define KEYS                                                                                                           \
	"{'app':'A-b','bases':['https://m.example.com/x/'],'format':1,'kind':'hotpatch','platform':'ios',"             \
	"'versionKeys':[' k','K','\xc3\xa9']}"
#define FOLD_EXACT                                                                                                     \
	"'by':[{'attribute':'versionKey','classes':2,'missing':0,'next':[[0,1]],'other':0,'values':{' k ':1,'k':0}}]"

static void decode(struct index *ix, struct arena *mem, const char *text)
{
	struct strbuf bytes = pattern(text);
	const char *why = NULL;

	if (index_decode(ix, mem, strbuf_slice(&bytes), &why))
		fail_msg("%s", why);
	strbuf_release(&bytes); /* nothing decoded points into it */
}

static void test_round_trip(void **state)
{
	static const char *const cases[] = {
		TWO,
		INLINE,
		SHARDS,
		KEYS,
		"{'app':'A-b','attributes':{'versionKey':'exact'},'bases':['https://x/']," FOLD_EXACT
		",'format':1,'kind':'hotpatch','longest':9,'platform':'ios','segments':[null,'@'],'versionKeys':['k']}",
		"{'app':'A-b','bases':['https://x/'],'format':1,'kind':'hotpatch','manifest':{'answers':[['1/"
		"1','@',9]],"
		"'slots':{'ios':[{'a':0,'t':'x','until':5}]}},'platform':'ios','versionKeys':['k']}",
		"{'app':'A-b','bases':['https://x/'],'format':1,'kind':'h5','manifest':{'answers':[['1.0.0.1',{}]],"
		"'slots':{'20171228':[{'a':0,'t':'x'}]}},'platform':'ios'}",
		"{'app':'A-b','bases':['https://x/'],'format':1,'kind':'quickfix','longest':9,'platform':'harmony',"
		"'units':[['0','@']],'whitelists':{'w':{'id':'deviceId','patterns':['a+']}}}",
		SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[[0]],'other':0"), "'@'"),
		SEGMENTED("{'attribute':'appVersion','classes':2,'missing':0,'next':[[0,0]],'other':1}", "null"),
		"{'app':'A-b','attributes':{'os':'version'},'bases':['https://x/"
		"'],'format':1,'kind':'upgrade','manifest':"
		"{'answers':[['1','@',9]],'rules':[{'element':'os','lower':'9','op':'in'}],"
		"'slots':{'ios':[{'a':0,'if':[0],'t':'x'}]}},'platform':'ios'}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf want = pattern(cases[i]), got = STRBUF_INIT;
		struct arena mem = ARENA_INIT;
		struct index ix;

		print_message("%s\n", cases[i]);
		decode(&ix, &mem, cases[i]);
		assert_int_equal(index_encode(&got, &ix), 0);
		assert_string_equal(got.p, want.p);
		strbuf_release(&want);
		strbuf_release(&got);
		arena_release(&mem);
	}
}

static void test_fields(void **state)
{
	struct arena mem = ARENA_INIT;
	struct index ix;

	(void)state;
	decode(&ix, &mem, TWO);
	assert_true(slice_eqs(ix.app, "A-b") && ix.platform == PLATFORM_ANDROID && ix.kind == KIND_UPGRADE);
	assert_true(ix.nbases == 1 && slice_eqs(ix.bases[0], "https://cdn.example.com/A-b/") && ix.longest == 900);
	assert_true(ix.nattrs == 3 && slice_eqs(ix.attrs[2].name, "netType") && ix.attrs[2].type == ATTR_FOLD);
	assert_true(ix.nfolds == 2 && ix.folds[0].states == 1 && ix.folds[1].states == 3 && ix.folds[1].classes == 3);
	assert_true(ix.folds[0].ncuts == 3 && ix.folds[0].cuts[1].after && ix.folds[0].cuts[1].class_ == 2);
	assert_true(ix.folds[1].nvalues == 2 && ix.folds[1].next[5] == 2);
	assert_true(ix.nsegments == 3 && ix.segments[1].empty && pattern_is_hash(ix.segments[2].hash));
	assert_true(!ix.inline_manifest && ix.nunits == 0);
	decode(&ix, &mem, SHARDS);
	assert_true(ix.nunits == 3 && ix.units[1].bits == 3 && ix.units[1].prefix == 2 && ix.nwhitelists == 1);
	decode(&ix, &mem, INLINE);
	assert_true(ix.inline_manifest && ix.inline_manifest->nslots == 1 && ix.nbases == 2 && ix.longest == 0);
	decode(&ix, &mem, KEYS);
	assert_true(ix.nversion_keys == 3 && slice_eqs(ix.version_keys[0], " k") && !ix.inline_manifest);
	assert_true(ix.nsegments == 0 && ix.nunits == 0 && ix.longest == 0 && index_segment(&ix, NULL, NULL) == 0);
	arena_release(&mem);
}

static void test_refusals(void **state)
{
	static const char next[] = "next of a table is out of range", class_[] = "a class of a table is out of range";
	static const char cut[] = "a cut is no array of version, after and class";
	static const char shape[] = "an index has not exactly one of manifest, segments (with by), units";
	static const char unit[] = "a unit is no array of bits and a hash",
			  base[] = "a base is no URL that ends in a slash";
	static const char keys[] = "versionKeys is no array of texts";
	static const char order[] = "units overlap or do not ascend";
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "x", "not valid JSON" },
		{ "[]", "an index is no object" },
		{ "{}", "an index has no app" },
		{ HEAD("", "switch", "'x':1"), "an index has an unknown key" },
		{ "{'app':1}", "app of an index is no text" },
		{ "{'app':'A','bases':[]}", "bases is no array of URLs" },
		{ "{'app':'A','bases':['https://x']}", base },
		{ "{'app':'A','bases':['ftp://x/']}", base },
		{ "{'app':'A','bases':[1]}", base },
		{ "{'attributes':{}}", "attributes is no table of types" },
		{ "{'attributes':{'a':1}}", "type of an attribute is no text" },
		{ "{'attributes':{'b':'text','a':'text'}}", "the keys of a table do not ascend" },
		{ "{'format':2}", "format of an index is not 1" },
		{ "{'format':'1'}", "format of an index is not 1" },
		{ "{'kind':'h6'}", "kind of an index is unknown" },
		{ "{'platform':'all'}", "platform of an index is unknown" },
		{ "{'longest':0}", "longest of an index is out of range" },
		{ "{'longest':4294967296}", "longest of an index is out of range" },
		/* shapes */
		{ "{'app':'A','bases':['https://x/'],'format':1,'kind':'switch','platform':'ios'}", shape },
		{ HEAD("", "switch", "'longest':9,'segments':['@']"), shape },
		{ HEAD("", "switch", "'by':[],'longest':9"), shape },
		{ HEAD("", "switch", "'longest':9,'manifest':{},'units':[['0','@']]"), shape },
		{ HEAD("", "switch", "'longest':9,'manifest':{}"), "an index that leads to no manifest has longest" },
		{ HEAD("", "switch", "'units':[['0','@']]"), "an index that leads to manifests has no longest" },
		{ HEAD("", "hotpatch", "'longest':9,'versionKeys':['k']"),
		  "an index that leads to no manifest has longest" },
		{ HEAD("", "hotpatch", "'by':[],'versionKeys':['k']"), shape },
		{ HEAD("", "hotpatch", "'longest':9,'manifest':{},'units':[],'versionKeys':['k']"), shape },
		{ HEAD("", "upgrade", "'versionKeys':['k']"), "an index of this kind has versionKeys" },
		{ HEAD("", "switch", "'manifest':{},'versionKeys':['k']"), "an index of this kind has versionKeys" },
		{ HEAD("", "hotpatch", "'versionKeys':[]"), keys },
		{ HEAD("", "hotpatch", "'versionKeys':{}"), keys },
		{ HEAD("", "hotpatch", "'versionKeys':['']"), keys },
		{ HEAD("", "hotpatch", "'versionKeys':[1]"), keys },
		{ HEAD("", "hotpatch", "'versionKeys':['b','a']"), "versionKeys do not ascend" },
		{ HEAD("", "hotpatch", "'versionKeys':['a','a']"), "versionKeys do not ascend" },
		{ HEAD("", "hotpatch", "'versionKeys':['k'],'whitelists':{}"),
		  "an index without units has whitelists" },
		{ HEAD("'attributes':{'versionKey':'exact'},", "hotpatch",
		       "'by':[{'attribute':'versionKey','classes':1,'cuts':[['1',0,0]],'missing':0,'next':[[0]],"
		       "'other':0}],'longest':9,'segments':[null]"),
		  "a table does not fit the type of its attribute" },
		{ HEAD("'attributes':{'versionKey':'exact'},", "hotpatch",
		       "'by':[{'attribute':'versionKey','classes':1,'missing':0,'next':[[0]],'other':0,'values':{'':0}}"
		       "],"
		       "'longest':9,'segments':[null]"),
		  "the keys of a table do not ascend" },
		{ HEAD("", "switch", "'manifest':{},'whitelists':{}"), "an index without units has whitelists" },
		{ HEAD("", "switch", "'manifest':null"), "a manifest is no object" },
		{ HEAD("", "switch", "'manifest':{}"), "a manifest has no slots" },
		{ HEAD("", "upgrade", "'manifest':{'answers':[['1','@',9]],'slots':{'ios':[{'a':0,'t':'x'}]}}"),
		  "the slot of an index is not its platform" },
		{ HEAD("", "switch", "'by':[1],'longest':9,'segments':[null]"), "an index of this kind has segments" },
		{ HEAD("", "hotpatch", "'longest':9,'units':[['0','@']]"), "an index of this kind has units" },
		/* tables */
		{ SEGMENTED("", "null"), "by is no array of tables" },
		{ SEGMENTED("1", "null"), "a table is no object" },
		{ SEGMENTED(FOLD_ONE("'x':0"), "null"), "a table has an unknown key" },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[[0]]"), "null"), "a table has no other" },
		{ SEGMENTED(FOLD_ONE("'classes':0,'missing':0,'next':[[]],'other':0"), "null"),
		  "classes of a table is out of range" },
		{ SEGMENTED(FOLD_ONE("'classes':65537,'missing':0,'next':[[]],'other':0"), "null"),
		  "classes of a table is out of range" },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':1,'next':[[0]],'other':0"), "null"), class_ },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[[0]],'other':1"), "null"), class_ },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':-1,'next':[[0]],'other':0"), "null"),
		  "missing of a table is no class" },
		{ SEGMENTED(FOLD_ONE("'classes':1,'cuts':[['1',0,0]],'missing':0,'next':[[0]],'other':0"), "null"),
		  "a table does not fit the type of its attribute" },
		{ SEGMENTED(
			  "{'attribute':'appVersion','classes':1,'missing':0,'next':[[0]],'other':0,'values':{'x':0}}",
			  "null"),
		  "a table does not fit the type of its attribute" },
		{ SEGMENTED("{'attribute':'isp','classes':1,'missing':0,'next':[[0]],'other':0}", "null"),
		  "attribute of a table is not in attributes" },
		{ HEAD("'attributes':{'a':'range'},", "upgrade",
		       "'by':[{'attribute':'a','classes':1,'missing':0,'next':[[0]],'other':0}],'longest':1,'segments':"
		       "[null]"),
		  "attribute of a table has an unknown type" },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[],'other':0"), "null"),
		  "next of a table is no array of rows" },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[[0],[0]],'other':0"), "null"),
		  "the first table has more than one state" },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[[0,0]],'other':0"), "null"),
		  "a row of a table has not one column for each class" },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[0],'other':0"), "null"),
		  "a row of a table has not one column for each class" },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[[1]],'other':0"), "null"), next },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[['0']],'other':0"), "null"), next },
		{ SEGMENTED(FOLD_VERSION "," FOLD_NET, "'@',null"), next },
		{ SEGMENTED("{'attribute':'city','classes':1,'missing':0,'next':[[3]],'other':0}," FOLD_NET,
			    "'@',null,'@'"),
		  next },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[[0]],'other':0,'values':{'x':1}"), "null"),
		  class_ },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[[0]],'other':0,'values':{'y':0,'x':0}"), "null"),
		  "the keys of a table do not ascend" },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[[0]],'other':0,'values':{' x':0}"), "null"),
		  "a value of a table has white space around it" },
		{ SEGMENTED(
			  "{'attribute':'netType','classes':1,'missing':0,'next':[[0]],'other':0,'values':{'WiFi':0}}",
			  "null"),
		  "a value of a table is not in lower case" },
		{ SEGMENTED("{'attribute':'appVersion','classes':1,'cuts':[['2',0,0],['1',0,0]],'missing':0,'next':[[0]"
			    "],'other':0}",
			    "null"),
		  "cuts of a table do not ascend" },
		{ SEGMENTED("{'attribute':'appVersion','classes':1,'cuts':[['2',1,0],['2',0,0]],'missing':0,'next':[[0]"
			    "],'other':0}",
			    "null"),
		  "cuts of a table do not ascend" },
		{ SEGMENTED("{'attribute':'appVersion','classes':1,'cuts':[['2',1,0],['2',1,0]],'missing':0,'next':[[0]"
			    "],'other':0}",
			    "null"),
		  "cuts of a table do not ascend" },
		{ SEGMENTED("{'attribute':'appVersion','classes':1,'cuts':[['2',2,0]],'missing':0,'next':[[0]],'other':"
			    "0}",
			    "null"),
		  cut },
		{ SEGMENTED(
			  "{'attribute':'appVersion','classes':1,'cuts':[['2',0]],'missing':0,'next':[[0]],'other':0}",
			  "null"),
		  cut },
		{ SEGMENTED("{'attribute':'appVersion','classes':1,'cuts':[['2',0,1]],'missing':0,'next':[[0]],'other':"
			    "0}",
			    "null"),
		  class_ },
		{ SEGMENTED("{'attribute':'appVersion','classes':1,'cuts':[['2.0',0,0]],'missing':0,'next':[[0]],'"
			    "other':0}",
			    "null"),
		  "a cut is at no version in its shortest form" },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[[0]],'other':0"), ""),
		  "segments is no array of segments" },
		{ SEGMENTED(FOLD_ONE("'classes':1,'missing':0,'next':[[0]],'other':0"), "'00'"),
		  "a segment is neither a hash nor null" },
		/* units */
		{ HEAD("", "switch", "'longest':9,'units':[]"), "units is no array of units" },
		{ HEAD("", "switch", "'longest':9,'units':['0']"), unit },
		{ HEAD("", "switch", "'longest':9,'units':[['','@']]"), unit },
		{ HEAD("", "switch", "'longest':9,'units':[['02','@']]"), unit },
		{ HEAD("", "switch", "'longest':9,'units':[['000000000000000000000000000000000','@']]"), unit },
		{ HEAD("", "switch", "'longest':9,'units':[['0','00']]"), unit },
		{ HEAD("", "switch", "'longest':9,'units':[['1','@'],['0','@']]"), order },
		{ HEAD("", "switch", "'longest':9,'units':[['0','@'],['01','@']]"), order },
		{ HEAD("", "switch", "'longest':9,'units':[['0','@'],['0','@']]"), order },
		{ HEAD("", "switch", "'longest':9,'units':[['0','@']],'whitelists':{}"),
		  "whitelists is no table of whitelists" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf bytes = pattern(cases[i].text);
		struct index ix = { .nbases = 77 };
		struct arena mem = ARENA_INIT;
		const char *why = NULL;

		print_message("%s\n", cases[i].text);
		assert_int_equal(index_decode(&ix, &mem, strbuf_slice(&bytes), &why), -1);
		assert_string_equal(why, cases[i].why);
		assert_int_equal(ix.nbases, 77);
		strbuf_release(&bytes);
		arena_release(&mem);
	}
}

static void test_unknown_attribute(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	struct index ix;

	(void)state;
	decode(&ix, &mem,
	       HEAD("'attributes':{'a':'text','b':'range'},", "switch",
		    "'manifest':{'slots':{'K':[{'t':'0','v':''}]}}"));
	assert_true(ix.attrs[0].known && !ix.attrs[1].known);
	assert_int_equal(index_encode(&out, &ix), -1);
	strbuf_release(&out);
	arena_release(&mem);
}

static void test_class(void **state)
{
	static struct index_value texts[] = {
		{ SLICE("B"), 1 }, { SLICE("a"), 2 }, { SLICE("ab"), 3 }, { SLICE("\xc3\xa9"), 4 }
	};
	static struct index_value folds[] = {
		{ SLICE("a"), 2 }, { SLICE("ab"), 3 }, { SLICE("wifi"), 1 }, { SLICE("\xc3\xa9"), 4 }
	};
	static struct index_cut cuts[] = { { { { 1, 2 }, 2 }, false, 1 },
					   { { { 1, 2 }, 2 }, true, 2 },
					   { { { 4 }, 1 }, true, 3 },
					   { { { 5 }, 1 }, false, 4 } };
	static const struct index_fold text = {
		.type = ATTR_TEXT, .missing = 9, .other = 8, .values = texts, .nvalues = 4
	};
	static const struct index_fold fold = {
		.type = ATTR_FOLD, .missing = 9, .other = 8, .values = folds, .nvalues = 4
	};
	static struct index_value exacts[] = { { SLICE(" "), 5 }, { SLICE(" a"), 1 }, { SLICE("a"), 2 } };
	static const struct index_fold exact = {
		.type = ATTR_EXACT, .missing = 9, .other = 8, .values = exacts, .nvalues = 3
	};
	static const struct index_fold version = {
		.type = ATTR_VERSION, .missing = 9, .other = 8, .cuts = cuts, .ncuts = 4
	};
	static const struct {
		const struct index_fold *f;
		const char *value; /* NULL: absent */
		uint32_t class_;
	} cases[] = {
		{ &text, NULL, 9 },
		{ &text, "", 9 },
		{ &text, " \t\n\v\f\r", 9 },
		{ &text, "a", 2 },
		{ &text, " a\n", 2 },
		{ &text, "A", 8 },
		{ &text, "b", 8 },
		{ &text, "B", 1 },
		{ &text, "ab", 3 },
		{ &text, "abc", 8 },
		{ &text, "\xc3\xa9", 4 },
		{ &text, "0", 8 },
		{ &text, "\xff", 8 },
		{ &fold, NULL, 9 },
		{ &fold, "WiFi", 1 },
		{ &fold, " WIFI ", 1 },
		{ &fold, "wifi", 1 },
		{ &fold, "wif", 8 },
		{ &fold, "wifis", 8 },
		{ &fold, "A", 2 },
		{ &fold, "aB", 3 },
		{ &fold, "\xc3\xa9", 4 },
		{ &fold, "\xc3\x89", 8 },
		{ &fold, "wi fi", 8 },
		{ &fold, "[", 8 },
		{ &fold, "@", 8 },
		{ &exact, NULL, 9 },
		{ &exact, "", 9 },
		{ &exact, " ", 5 },
		{ &exact, "  ", 8 },
		{ &exact, "a", 2 },
		{ &exact, " a", 1 },
		{ &exact, "a ", 8 },
		{ &exact, "A", 8 },
		{ &version, NULL, 9 },
		{ &version, " ", 9 },
		{ &version, "0", 8 },
		{ &version, "1.1.99", 8 },
		{ &version, "1.2", 1 },
		{ &version, " V1.2.0 ", 1 },
		{ &version, "v1.2.0.0.0.0.0.1", 2 },
		{ &version, "1.2.1", 2 },
		{ &version, "4", 2 },
		{ &version, "4.0.0", 2 },
		{ &version, "4.0.1", 3 },
		{ &version, "4.99", 3 },
		{ &version, "5", 4 },
		{ &version, "99", 4 },
		{ &version, "1.2-beta", 9 },
		{ &version, "Android 14", 9 },
		{ &version, "vv1", 9 },
		{ &version, "2147483648", 9 },
		{ &version, "1.2.3.4.5.6.7.8.9", 9 },
		{ &version, "v", 9 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice value = slice_of(cases[i].value);

		print_message("%s\n", cases[i].value ? cases[i].value : "(absent)");
		assert_int_equal(index_class(cases[i].f, cases[i].value ? &value : NULL), cases[i].class_);
	}
}

/* A device as "name=value name=value". */
static bool value_of(void *ctx, struct slice attribute, struct slice *value)
{
	struct slice rest = slice_of(ctx);

	while (rest.p) {
		struct slice pair = slice_cut(&rest, ' ');

		if (slice_eq(slice_cut(&pair, '='), attribute)) {
			*value = pair;
			return true;
		}
	}
	return false;
}

static void test_segment(void **state)
{
	static const struct {
		char device[40];
		uint32_t segment;
	} cases[] = {
		{ "", 2 },
		{ "appVersion=1 netType=4G", 1 },
		{ "appVersion=1 netType=5g", 0 },
		{ "appVersion=1", 0 },
		{ "appVersion=v1.2.0 netType=x", 1 },
		{ "appVersion=1.2", 2 },
		{ "appVersion=1.2.1 netType=WIFI", 2 },
		{ "appVersion=4.0.5 netType=wifi", 1 },
		{ "netType=wifi", 2 },
		{ "city=x", 2 },
	};
	struct arena mem = ARENA_INIT;
	struct index ix;

	(void)state;
	decode(&ix, &mem, TWO);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char device[40];

		print_message("%s\n", cases[i].device);
		memcpy(device, cases[i].device, sizeof(device));
		assert_int_equal(index_segment(&ix, value_of, device), cases[i].segment);
	}
	arena_release(&mem);
}

static void test_unit_of(void **state)
{
	static const struct {
		uint8_t head[4];
		int unit; /* -1: none */
	} cases[] = {
		{ { 0x00, 0, 0, 0 }, 0 },  { { 0x3f, 0xff, 0xff, 0xff }, 0 },
		{ { 0x40, 0, 0, 0 }, 1 },  { { 0x5f, 0xff, 0xff, 0xff }, 1 },
		{ { 0x60, 0, 0, 0 }, -1 }, { { 0x7f, 0xff, 0xff, 0xff }, -1 },
		{ { 0x80, 0, 0, 0 }, 2 },  { { 0xff, 0xff, 0xff, 0xff }, 2 },
	};
	struct arena mem = ARENA_INIT;
	struct index ix, none = { 0 };

	(void)state;
	decode(&ix, &mem, SHARDS);
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t hash[32] = { 0 };

		memcpy(hash, cases[i].head, 4);
		print_message("%02x%02x\n", hash[0], hash[3]);
		assert_ptr_equal(index_unit_of(&ix, hash), cases[i].unit < 0 ? NULL : &ix.units[cases[i].unit]);
		assert_null(index_unit_of(&none, hash));
	}
	decode(&ix, &mem, HEAD("", "switch", "'longest':9,'units':[['01111111111111111111111111111111','@']]"));
	assert_null(index_unit_of(&ix, (uint8_t[32]){ 0x7f, 0xff, 0xff, 0xfe }));
	assert_non_null(index_unit_of(&ix, (uint8_t[32]){ 0x7f, 0xff, 0xff, 0xff }));
	assert_null(index_unit_of(&ix, (uint8_t[32]){ 0x80 }));
	arena_release(&mem);
}

/* K and N begin with the bit 1, L with 0. */
static void test_unit_check(void **state)
{
	static const struct {
		const char *bits, *slots;
		bool good;
	} cases[] = {
		{ "1", "'K':[{'t':'0','v':''}],'N':[{'t':'0','v':''}]", true },
		{ "0", "'L':[{'t':'0','v':''}]", true },
		{ "1", "'K':[{'t':'0','v':''}],'L':[{'t':'0','v':''}]", false },
		{ "0", "'K':[{'t':'0','v':''}]", false },
		{ "01110010110111111100111110110000", "'L':[{'t':'0','v':''}]", true },
		{ "01110010110111111100111110110001", "'L':[{'t':'0','v':''}]", false },
		{ "01110010110111111100111110101111", "'L':[{'t':'0','v':''}]", false },
	};
	struct arena mem = ARENA_INIT;
	struct digests *dg;

	(void)state;
	assert_int_equal(digests_new(&dg), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *why = NULL;
		struct index ix, held;

		print_message("%s %s\n", cases[i].bits, cases[i].slots);
		decode(&ix, &mem,
		       arena_printf(&mem, HEAD("", "switch", "'longest':9,'units':[['%s','@']]"), cases[i].bits).p);
		decode(&held, &mem,
		       arena_printf(&mem, HEAD("", "switch", "'manifest':{'slots':{%s}}"), cases[i].slots).p);
		assert_int_equal(index_unit_check(&ix.units[0], held.inline_manifest, dg, &why),
				 cases[i].good ? 0 : -1);
		if (!cases[i].good)
			assert_string_equal(why, "a manifest holds a slot of another unit");
	}
	digests_free(dg);
	arena_release(&mem);
}

static void test_version_keys(void **state)
{
	static const struct {
		const char *key;
		bool known;
	} cases[] = { { "K", true },    { " k", true },       { "k", false },
		      { " k ", false }, { "\xc3\xa9", true }, { "", false } };
	struct arena mem = ARENA_INIT;
	struct index ix;

	(void)state;
	decode(&ix, &mem, KEYS);
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].key);
		assert_int_equal(index_knows_key(&ix, slice_of(cases[i].key)), cases[i].known);
	}
	arena_release(&mem);
}

static void test_memory(void **state)
{
	static const char *const cases[] = { TWO, SHARDS, INLINE, KEYS };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf bytes = pattern(cases[i]);
		int result = -1;

		for (size_t limit = 1; result; limit += 16) {
			struct arena mem = { .limit = limit };
			const char *why = NULL;
			struct index ix;

			assert_in_range(limit, 1, 10000);
			result = index_decode(&ix, &mem, strbuf_slice(&bytes), &why);
			if (result)
				assert_string_equal(why, "out of memory");
			arena_release(&mem);
		}
		strbuf_release(&bytes);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_fields),
		cmocka_unit_test(test_refusals),   cmocka_unit_test(test_unknown_attribute),
		cmocka_unit_test(test_class),      cmocka_unit_test(test_segment),
		cmocka_unit_test(test_unit_of),    cmocka_unit_test(test_unit_check),
		cmocka_unit_test(test_memory),     cmocka_unit_test(test_version_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
