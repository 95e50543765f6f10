/* Elements, the values listed for them, and the census that uses their names. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "defs/audience.h"
#include "defs/element.h"
#include "defs/resources.h"
#include "repo.h"

#define R "apps/demo/resources/"

static const struct {
	const char *file, *text; /* ' stands for " */
	const char *listed;      /* the element's values, joined by | */
	const char *said;        /* lines without the path */
} cases[] = {
	{ R "city.json", "[]", "", "" },
	{ R "city.json",
	  "[{'name':'Shanghai','value':'sh','platform':'all'},{'name':'Beijing','value':'bj','platform':'ios'}]",
	  "bj|sh", "" },
	{ R "tier.json", "[{'name':'G','value':'gold'},{'name':'g','value':'Gold'}]", "Gold|gold", "" },
	{ R "osVersion.json", "[{'name':'14','value':'14.0'}]", "14.0", "" },
	/* shape */
	{ R "city.json", "{}", "", "1:1: error: the file must hold an array, not an object\n" },
	{ R "city.json", "[", "", "1:2: error: not valid JSON: the text ends too early\n" },
	{ R "city.json", "[1]", "", "1:2: error: each item must be an object, not a number\n" },
	{ R "city.json", "[{'name':'a'}]", "", "1:2: error: missing key \"value\"\n" },
	{ R "city.json", "[{'value':'a'}]", "a", "1:2: error: missing key \"name\"\n" },
	{ R "city.json", "[{'name':' ','value':'a'}]", "a", "1:10: error: \"name\" must not be empty\n" },
	{ R "city.json", "[{'name':'a','value':'a','plattform':'ios'}]", "a",
	  "1:26: error: unknown key \"plattform\"; did you mean \"platform\"?\n" },
	{ R "city.json", "[{'name':'a','value':'a','platform':'iOS'}]", "a",
	  "1:37: error: \"iOS\" is not one of \"all\", \"android\", \"ios\", \"harmony\"; did you mean \"ios\"?\n" },
	/* values */
	{ R "city.json", "[{'name':'a','value':' '}]", "", "1:22: error: a value must not be empty\n" },
	{ R "city.json", "[{'name':'a','value':'a '}]", "", "1:22: error: \"a \" has white space around it\n" },
	{ R "city.json", "[{'name':'a','value':'e\xcc\x81'}]", "",
	  "1:22: error: \"e\xcc\x81\" is not in Unicode normal form C (NFC)\n" },
	{ R "city.json", "[{'name':'a','value':1}]", "", "1:22: error: \"value\" must be a string, not a number\n" },
	{ R "osVersion.json", "[{'name':'a','value':'14-beta'}]", "",
	  "1:22: error: \"14-beta\" is not a version: 1 to 8 numbers below 2147483648, joined by dots\n" },
	{ R "city.json", "[{'name':'a','value':'a'},\n{'name':'b','value':'a'}]", "a|a",
	  "2:21: error: the same value stands in item 1\n" },
	{ R "netType.json", "[{'name':'a','value':'wifi'},\n{'name':'b','value':'WIFI'}]", "WIFI|wifi",
	  "2:21: error: the same value stands in item 1\n" },
	{ R "appVersion.json", "[{'name':'a','value':'1.2'},\n{'name':'b','value':'1.2.0'}]", "1.2|1.2.0",
	  "2:21: error: the same value stands in item 1\n" },
	/* names */
	{ R "mobilemodel.json", "[]", NULL, " error: the element is written \"mobileModel\"; rename the file\n" },
	{ R "versionCode.json", "[]", NULL, " error: versionCode is a number in a device; rules compare texts\n" },
	{ R "patchVersionCode.json", "[]", NULL,
	  " error: patchVersionCode is a number in a device; rules compare texts\n" },
	{ R "versionKey.json", "[]", NULL,
	  " error: versionKey chooses hotpatches (\"versionKey\" of their release.json); rules cannot name it\n" },
};

static char *with_quotes(struct arena *a, const char *text)
{
	char *copy = arena_str(a, slice_of(text));

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

/* The same lines, each with the file before it. */
static char *with_path(struct arena *a, const char *path, const char *said)
{
	struct slice out = SLICE("");

	for (struct slice rest = slice_of(said), line; rest.n;) {
		line = slice_cut(&rest, '\n');
		out = arena_printf(a, SLICE_FMT "%s:" SLICE_FMT "\n", SLICE_ARG(out), path, SLICE_ARG(line));
	}
	return arena_str(a, out);
}

static const struct element *find(const struct app *app, struct slice name)
{
	for (size_t i = 0; i < app->nelements; i++)
		if (slice_eq(app->elements[i].name, name))
			return &app->elements[i];
	return NULL;
}

static void check_listed(const struct app *app, const char *file, const char *want)
{
	struct slice name = slice_sub(slice_of(file), strlen(R), strlen(file) - strlen(R) - strlen(".json"));
	const struct element *e = find(app, name);
	struct strbuf got = STRBUF_INIT;

	if (!want) {
		assert_null(e);
		return;
	}
	assert_non_null(e);
	assert_true(e->declared);
	for (size_t i = 0; i < e->nlisted; i++)
		strbuf_addf(&got, "%s" SLICE_FMT, i ? "|" : "", SLICE_ARG(e->listed[i]));
	assert_string_equal(got.p ? got.p : "", want);
	strbuf_release(&got);
}

static void load(struct app *app, struct repo *r)
{
	struct layout layout;

	*app = (struct app){ .dir = SLICE("apps/demo") };
	layout_read(&layout, &r->tree, &r->a, &r->d);
	assert_int_equal(layout.napps, 1);
	resources_load(app, &layout.apps[0], &r->tree, &r->a, &r->d);
}

static void test_files(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		struct repo_file files[2] = { { cases[i].file, with_quotes(&a, cases[i].text) }, { NULL, NULL } };
		struct repo r;
		struct app app;

		print_message("case %zu: %s %s\n", i, cases[i].file, cases[i].said);
		repo_init(&r, files);
		load(&app, &r);
		char *said = repo_said(&r);
		assert_string_equal(said, with_path(&a, cases[i].file, cases[i].said));
		check_listed(&app, cases[i].file, cases[i].listed);
		free(said);
		repo_release(&r);
		arena_release(&a);
	}
}

static void test_elements(void **state)
{
	static const struct repo_file files[REPO_FILES] = { { R "b.json", "[]" },
							    { R "a.json", "[]" },
							    { R "city.json", "[]" } };
	struct repo r;
	struct app app;

	repo_init(&r, files);
	load(&app, &r);
	assert_int_equal(app.nelements, BUILTIN_ELEMENTS + 2);
	for (size_t i = 0; i < BUILTIN_ELEMENTS; i++) {
		assert_true(slice_eqs(app.elements[i].name, builtin_elements[i].name));
		assert_int_equal(app.elements[i].type, builtin_elements[i].type);
		assert_int_equal(app.elements[i].declared, slice_eqs(app.elements[i].name, "city"));
	}
	assert_true(slice_eqs(app.elements[BUILTIN_ELEMENTS].name, "a"));
	assert_true(slice_eqs(app.elements[BUILTIN_ELEMENTS + 1].name, "b"));
	assert_int_equal(app.elements[BUILTIN_ELEMENTS].type, ATTR_TEXT);
	repo_release(&r);
}

static const struct {
	const char *text, *said;
	const char *kept; /* "platform attribute value=count …"; NULL: not looked at */
} censuses[] = {
	{ "{}", "", "" },
	{ "{'$schema':'x','android':{'osVersion':{'14':500,'13.1':0},'city':{'Beijing':100000000000}},'ios':{}}", "",
	  "android osVersion 14=500 13.1=0 android city Beijing=100000000000 " },
	{ "[]", "1:1: error: the file must hold an object, not an array\n", NULL },
	{ "{'andriod':{}}", "1:2: error: unknown key \"andriod\"; did you mean \"android\"?\n", NULL },
	{ "{'ios':1}", "1:8: error: \"ios\" must be an object, not a number\n", NULL },
	{ "{'ios':{'town':{}}}", "1:9: error: unknown element \"town\"\n", NULL },
	{ "{'ios':{'osversion':{}}}", "1:9: error: unknown element \"osversion\"; did you mean \"osVersion\"?\n",
	  NULL },
	{ "{'ios':{'city':3}}", "1:16: error: \"city\" must be an object, not a number\n", NULL },
	{ "{'ios':{'city':{' ':3}}}", "1:17: error: a value must not be empty\n", NULL },
	{ "{'ios':{'city':{'a':'3'}}}", "1:21: error: \"a\" must be a whole number, not a string\n", NULL },
	{ "{'ios':{'city':{'a':1.5}}}", "1:21: error: a count must be a whole number, not 1.5\n", NULL },
	{ "{'ios':{'city':{' b ':7,'a':-1},'isp':{}}}",
	  "1:29: error: the count is -1; it must lie in 0..100000000000\n", "ios city b=7 ios isp " },
	{ "{'ios':{'city':{'a':100000000001}}}",
	  "1:21: error: the count is 100000000001; it must lie in 0..100000000000\n", NULL },
	{ "{'ios':{'osVersion':{'x':1}}}", "1:22: error: \"x\" is not a version\n", NULL },
};

static void describe_census(struct strbuf *out, const struct app *app)
{
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		for (size_t i = 0; i < app->ncensus[p]; i++) {
			const struct census *c = &app->census[p][i];

			strbuf_addf(out, "%s " SLICE_FMT " ", platform_name((enum platform)p),
				    SLICE_ARG(c->element->name));
			for (size_t k = 0; k < c->n; k++)
				strbuf_addf(out, SLICE_FMT "=%" PRIu64 " ", SLICE_ARG(c->v[k].value), c->v[k].devices);
		}
	}
}

static void test_audience(void **state)
{
	for (size_t i = 0; i < COUNT(censuses); i++) {
		static const struct repo_file files[REPO_FILES] = { { R "city.json", "[]" } };
		struct repo r;
		struct app app;

		print_message("case %zu: %s\n", i, censuses[i].text);
		repo_init(&r, files);
		load(&app, &r);
		struct slice text = slice_of(with_quotes(&r.a, censuses[i].text));
		audience_load(&app, (struct origin){ "a", text }, &r.a, &r.d);
		char *said = repo_said(&r);
		assert_string_equal(said, with_path(&r.a, "a", censuses[i].said));
		free(said);
		struct strbuf kept = STRBUF_INIT;
		describe_census(&kept, &app);
		if (censuses[i].kept)
			assert_string_equal(kept.p ? kept.p : "", censuses[i].kept);
		strbuf_release(&kept);
		repo_release(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_audience),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
