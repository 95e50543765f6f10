#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

struct sample {
	struct slice s;
	bool b;
	uint64_t n;
	size_t word;
	int64_t time;
	uint32_t percent;
	struct version version;
	struct slice version_text;
	uint8_t hex[2];
	size_t items;
};

static void read_inner(struct object *o)
{
	struct object inner;
	struct slice text;

	if (!field_object(&inner, o, "inner", OPTIONAL))
		return;
	field_string(&text, &inner, "text", REQUIRED);
	field_skip(&inner, "skipped");
	object_finish(&inner);
}

static void read_items(size_t *n, struct object *o)
{
	struct array items;
	struct slice text;

	if (!field_array(&items, o, "items", OPTIONAL))
		return;
	for (size_t i = 0; i < items.n; i++) {
		struct node item = array_item(&items, i);
		*n += node_string(&text, &item);
	}
}

/* One key of each type. */
static void read_sample(struct sample *out, struct object *o)
{
	static const char *const words[] = { "red", "green", "blue" };

	field_string(&out->s, o, "string", OPTIONAL);
	field_bool(&out->b, o, "bool", OPTIONAL);
	field_uint(&out->n, o, "number", OPTIONAL, 2, 5);
	field_word(&out->word, o, "word", OPTIONAL, words, COUNT(words));
	field_time(&out->time, o, "time", OPTIONAL);
	field_percent(&out->percent, o, "percent", OPTIONAL);
	field_version(&out->version, &out->version_text, o, "version", OPTIONAL);
	field_hex(out->hex, sizeof(out->hex), o, "hex", OPTIONAL);
	field_name(&out->s, o, "name", OPTIONAL);
	field_refuse(o, "refused", "somebody else", "this is a sample");
	read_inner(o);
	read_items(&out->items, o);
	object_finish(o);
}

static void read_text(struct sample *out, struct world *w, struct slice text)
{
	struct reader r;
	struct object o;

	*out = (struct sample){ .word = 99 };
	if (reader_open(&r, &w->a, &w->d, (struct origin){ WORLD_PATH, text }) == 0 && reader_root(&o, &r))
		read_sample(out, &o);
	reader_close(&r);
}

static void test_messages(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "", "1:1: error: not valid JSON: the text ends too early\n" },
		{ " \n", "2:1: error: not valid JSON: the text ends too early\n" },
		{ "[1]", "1:1: error: the file must hold an object, not an array\n" },
		{ "'x'", "1:1: error: the file must hold an object, not a string\n" },
		{ "null", "1:1: error: the file must hold an object, not null\n" },
		{ "\357\273\277{}",
		  "1:1: error: the file begins with a byte order mark; save it as UTF-8 without one\n" },
		{ "{'a':\n '\303\251\377'}", "2:4: error: invalid UTF-8\n" },
		{ "{'a':\n 'x\303'}", "2:4: error: invalid UTF-8\n" },
		{ "{'a': 1 'b': 2}", "1:9: error: not valid JSON: '}' expected near ''b''\n" },
		{ "{'a': 1\n 'a very long key that jansson does not show': 2}",
		  "2:2: error: not valid JSON: '}' expected\n" },
		{ "{'a': 1,}", "1:9: error: not valid JSON: string or '}' expected near '}'\n" },
		{ "{'a': tru}", "1:7: error: not valid JSON: invalid token near 'tru'\n" },
		{ "{\n'a': 01}", "2:6: error: not valid JSON: invalid token near '0'\n" },
		{ "{'a': 'x\\u0000'}", "1:7: error: the escape \\u0000 is not allowed\n" },
		{ "{'a\\u0000': 1}", "1:2: error: the escape \\u0000 is not allowed\n" },
		{ "{'a': '\\ud800'}", "1:7: error: not valid JSON: invalid Unicode '\\uD800' near ''\\ud800''\n" },
		{ "{'a': [1, 2", "1:12: error: not valid JSON: the text ends too early\n" },
		{ "{'a': 1} x", "1:10: error: not valid JSON: end of file expected near 'x'\n" },
		{ "{'a': 99999999999999999999}",
		  "1:7: error: not valid JSON: too big integer near '99999999999999999999'\n" },
		{ "{'a': 1e999}", "1:7: error: not valid JSON: real number overflow near '1e999'\n" },
		{ "{'a':'\001'}", "1:7: error: not valid JSON: control character 0x1 near '''\n" },
		{ "{'a': 1 // no\n}", "1:9: error: not valid JSON: '}' expected near '/'\n" },
		{ "{}", "" },
		{ "{'$schema':'x'}", "" },
		{ "{'$schema':1}", "1:12: error: '$schema' must be a string, not a number\n" },
		{ "{'$schemas':'x'}", "1:2: error: unknown key '$schemas'; did you mean '$schema'?\n" },
		{ "{'strng':''}", "1:2: error: unknown key 'strng'; did you mean 'string'?\n" },
		{ "{'string':1,'bool':'x','number':'3','word':[],'time':{},'percent':true,'version':null,'hex':1.5,'"
		  "name':1,'inner':[],'items':{}}",
		  "1:11: error: 'string' must be a string, not a number\n"
		  "1:20: error: 'bool' must be true or false, not a string\n"
		  "1:33: error: 'number' must be a whole number, not a string\n"
		  "1:44: error: 'word' must be a string, not an array\n"
		  "1:54: error: 'time' must be a string, not an object\n"
		  "1:67: error: 'percent' must be a number, not true\n"
		  "1:82: error: 'version' must be a string, not null\n"
		  "1:93: error: 'hex' must be a string, not a number\n"
		  "1:104: error: 'name' must be a string, not a number\n"
		  "1:114: error: 'inner' must be an object, not an array\n"
		  "1:125: error: 'items' must be an array, not an object\n" },
		{ "{'bool':\n0}", "2:1: error: 'bool' must be true or false, not a number\n" },
		{ "{'number':1}", "1:11: error: number is 1; it must lie in 2..5\n" },
		{ "{'number':6}", "1:11: error: number is 6; it must lie in 2..5\n" },
		{ "{'number':-1}", "1:11: error: number is -1; it must lie in 2..5\n" },
		{ "{'number':2.0}", "1:11: error: 'number' must be a whole number, not 2.0\n" },
		{ "{'number':2e0}", "1:11: error: 'number' must be a whole number, not 2e0\n" },
		{ "{'word':'grean'}",
		  "1:9: error: 'grean' is not one of 'red', 'green', 'blue'; did you mean 'green'?\n" },
		{ "{'word':'violet'}", "1:9: error: 'violet' is not one of 'red', 'green', 'blue'\n" },
		{ "{'word':''}", "1:9: error: '' is not one of 'red', 'green', 'blue'\n" },
		{ "{'word':'Red'}", "1:9: error: 'Red' is not one of 'red', 'green', 'blue'; did you mean 'red'?\n" },
		{ "{'time':'2026-11-20T00:00:00.5Z'}", "1:9: error: times have no fractions of a second\n" },
		{ "{'time':'2026-11-20T00:00:00.123+08:00'}", "1:9: error: times have no fractions of a second\n" },
		{ "{'time':'2026-11-20T00:00:00.Z'}", "1:9: error: times have no fractions of a second\n" },
		{ "{'time':'2026-11-20 00:00:00Z'}",
		  "1:9: error: '2026-11-20 00:00:00Z' is not a time such as '2026-11-21T08:00:00Z'\n" },
		{ "{'time':'2026-02-29T00:00:00Z'}",
		  "1:9: error: '2026-02-29T00:00:00Z' is not a time such as '2026-11-21T08:00:00Z'\n" },
		{ "{'percent':130}", "1:12: error: percent is 130; it must lie in 0..100\n" },
		{ "{'percent':-1}", "1:12: error: percent is -1; it must lie in 0..100\n" },
		{ "{'percent':-0.5}", "1:12: error: percent is -0.5; it must lie in 0..100\n" },
		{ "{'percent':100.001}", "1:12: error: percent is 100.001; it must lie in 0..100\n" },
		{ "{'percent':12.3456}", "1:12: error: percent is 12.3456; it may have at most three decimals\n" },
		{ "{'percent':1e1}", "1:12: error: percent is 1e1; write it without an exponent\n" },
		{ "{'percent':1.0E1}", "1:12: error: percent is 1.0E1; write it without an exponent\n" },
		{ "{'version':'1.x'}",
		  "1:12: error: '1.x' is not a version: 1 to 8 numbers below 2147483648, joined by dots\n" },
		{ "{'version':'1.2.3.4.5.6.7.8.9'}", "1:12: error: '1.2.3.4.5.6.7.8.9' is not a version: 1 to 8 "
						     "numbers below 2147483648, joined by dots\n" },
		{ "{'hex':'0aFF'}", "1:8: error: 'hex' must be 4 lower-case hex digits\n" },
		{ "{'hex':'0af'}", "1:8: error: 'hex' must be 4 lower-case hex digits\n" },
		{ "{'name':'a b'}", "1:9: error: 'name' is 'a b'; it must be 1 to 64 of A-Z a-z 0-9 . _ - and begin "
				    "with a letter or digit\n" },
		{ "{'name':''}", "1:9: error: 'name' is ''; it must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a "
				 "letter or digit\n" },
		{ "{'name':'-a'}", "1:9: error: 'name' is '-a'; it must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with "
				   "a letter or digit\n" },
		{ "{'refused':1}", "1:2: error: 'refused' belongs to somebody else; this is a sample\n" },
		{ "{'refuse':1}", "1:2: error: unknown key 'refuse'\n" },
		{ "{'inner':{}}", "1:10: error: missing key 'text'\n" },
		{ "{'inner':{'text':'','txet':1,'skipped':[]}}",
		  "1:21: error: unknown key 'txet'; did you mean 'text'?\n" },
		{ "{'inner':\n {'text':1}}", "2:10: error: 'text' must be a string, not a number\n" },
		{ "{'items':['a',\n1,\n{},'b']}",
		  "2:1: error: each item of 'items' must be a string, not a number\n"
		  "3:1: error: each item of 'items' must be a string, not an object\n" },
		{ "{'string':'a','string':'b',\n'inner':{'text':'x','text':'y'},\n 'numb\\u0065r':1,'number':2}",
		  "1:15: error: duplicate key 'string'\n"
		  "2:21: error: duplicate key 'text'\n"
		  "3:18: error: duplicate key 'number'\n" },
		{ "{'string':'a','string':1,'x':1,'x':2}", "1:15: error: duplicate key 'string'\n"
							   "1:24: error: 'string' must be a string, not a number\n"
							   "1:32: error: duplicate key 'x'\n"
							   "1:32: error: unknown key 'x'\n" },
		{ "{'x/y~z':1}", "1:2: error: unknown key 'x/y~z'\n" },
		{ "{'"
		  "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
		  "':1}",
		  "1:2: error: unknown key "
		  "'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk…'\n" },
		{ "{'\\n':1}", "1:2: error: unknown key '?'\n" },
		{ "{'é':1,'string':\n1}", "1:2: error: unknown key 'é'\n"
					  "2:1: error: 'string' must be a string, not a number\n" },
		{ "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "a\n'",
		  "1:202: error: not valid JSON: unexpected newline\n" },
		{ "{'string':'\\'','percent':1.25e1}",
		  "1:26: error: percent is 1.25e1; write it without an exponent\n" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;
		struct sample s;
		world_init(&w);
		print_message("%s\n", cases[i].text);
		read_text(&s, &w, world_json(&w, cases[i].text));
		char *said = world_said(&w);
		assert_string_equal(said, cases[i].said);
		free(said);
		world_release(&w);
	}
}

static void test_values(void **state)
{
	struct world w;
	struct sample s;

	world_init(&w);
	read_text(&s, &w,
		  world_json(&w, "{'$schema':'x','string':'a\\u00e9','bool':true,'number':5,'word':'blue','time':"
				 "'1970-01-02T00:00:00+01:00','percent':12.345,'version':'1.2.0','hex':'0aff',"
				 "'inner':{'text':'','skipped':[]},'items':['a','b']}"));
	assert_int_equal(w.d.n, 0);
	assert_true(slice_eqs(s.s, "a\xc3\xa9") && s.b && s.n == 5 && s.word == 2);
	assert_int_equal(s.time, 82800);
	assert_int_equal(s.percent, 12345);
	assert_true(s.version.n == 2 && s.version.part[0] == 1 && s.version.part[1] == 2);
	assert_true(slice_eqs(s.version_text, "1.2.0"));
	assert_true(s.hex[0] == 0x0a && s.hex[1] == 0xff);
	assert_int_equal(s.items, 2);
	world_release(&w);
}

static void test_percent(void **state)
{
	static const struct {
		const char *text;
		uint32_t thousandths;
	} cases[] = {
		{ "0", 0 },        { "-0", 0 },         { "100", 100000 },    { "100.0", 100000 },
		{ "12.5", 12500 }, { "0.001", 1 },      { "12.5000", 12500 }, { "99.999", 99999 },
		{ "0.1", 100 },    { "29.290", 29290 }, { "1.005", 1005 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;
		struct sample s;
		world_init(&w);
		print_message("%s\n", cases[i].text);
		read_text(&s, &w, arena_printf(&w.a, "{\"percent\":%s}", cases[i].text));
		assert_int_equal(w.d.n, 0);
		assert_int_equal(s.percent, cases[i].thousandths);
		world_release(&w);
	}
}

/* The same from a file of plain numbers and from one that has an odd one. */
static void test_percent_forms(void **state)
{
	struct world w;

	world_init(&w);
	for (uint32_t t = 0; t <= 100000; t += 7) {
		struct slice forms[] = {
			arena_printf(&w.a, "{\"percent\":%u.%03u,\"string\":\"\\\"1.2345e7\"}", t / 1000, t % 1000),
			arena_printf(&w.a, "{\"percent\":%u.%03u,\"inner\":{\"text\":\"\",\"skipped\":1e0}}", t / 1000,
				     t % 1000),
			arena_printf(&w.a, "{\"percent\":%u.%03u0}", t / 1000, t % 1000),
		};
		for (size_t f = 0; f < COUNT(forms); f++) {
			struct sample s;
			read_text(&s, &w, forms[f]);
			if (s.percent != t || w.d.n)
				fail_msg("%s gives %u", forms[f].p, s.percent);
		}
	}
	world_release(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_percent_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
