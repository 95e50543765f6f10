#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "plistwrite.h"

#define HIGH        "\x7f\xff\xff\xff\xff\xff\xff\xff"
#define OBJECTS_MAX 8

/* What is said of the bytes: the values, or the reason. In the arena. */
static const char *said(struct arena *a, struct slice bytes)
{
	struct strbuf dump = STRBUF_INIT;
	struct plist p;
	const char *why = NULL;

	if (plist_open(&p, a, bytes, &why)) {
		assert_non_null(why);
		return why;
	}
	plist_dump(&dump, &p, plist_root(&p));
	const char *text = arena_str(a, strbuf_slice(&dump));
	strbuf_release(&dump);
	return text;
}

/* --- binary ----------------------------------------------------------------------------------------------------------- */

/* Sizes of 1; the root is the first object. */
static void put_list(struct strbuf *out, const struct slice *objects)
{
	struct strbuf table = STRBUF_INIT;
	size_t n = 0, at;

	strbuf_adds(out, "bplist00");
	for (; objects[n].p; n++) {
		plist_put_number(&table, out->n, 1);
		strbuf_addslice(out, objects[n]);
	}
	at = out->n;
	strbuf_addslice(out, strbuf_slice(&table));
	strbuf_release(&table);
	strbuf_add(out, "\0\0\0\0\0\0\1\1", 8);
	plist_put_number(out, n, 8);
	plist_put_number(out, 0, 8);
	plist_put_number(out, at, 8);
}

static const struct {
	const char *name;
	struct slice objects[OBJECTS_MAX];
	const char *said;
} lists[] = {
	{ "a string",
	  { { "\x53"
	      "abc",
	      4 } },
	  "3\"abc\"" },
	{ "an empty string", { { "\x50", 1 } }, "0\"\"" },
	{ "a string of 16",
	  { { "\x5f\x10\x10"
	      "0123456789abcdef",
	      19 } },
	  "16\"0123456789abcdef\"" },
	{ "a size of 8 bytes",
	  { { "\x5f\x13\0\0\0\0\0\0\0\x01"
	      "a",
	      11 } },
	  "1\"a\"" },
	{ "UTF-16", { { "\x63\x75\x32\xd8\x3d\xde\x00", 7 } }, "7\"甲😀\"" },
	{ "half a pair", { { "\x61\xd8\x3d", 3 } }, "a string of UTF-16 is none" },
	{ "the second half of a pair", { { "\x61\xde\x00", 3 } }, "a string of UTF-16 is none" },
	{ "ASCII that is none", { { "\x51\x80", 2 } }, "a string of ASCII is none" },
	{ "true", { { "\x09", 1 } }, "true" },
	{ "false", { { "\x08", 1 } }, "false" },
	{ "null", { { "\0", 1 } }, "?" },
	{ "filling", { { "\x0f", 1 } }, "an object is of an unknown kind" },
	{ "1 byte", { { "\x10\xff", 2 } }, "255" },
	{ "2 bytes", { { "\x11\xff\xff", 3 } }, "65535" },
	{ "4 bytes", { { "\x12\xff\xff\xff\xff", 5 } }, "4294967295" },
	{ "8 bytes", { { "\x13\xff\xff\xff\xff\xff\xff\xff\xff", 9 } }, "-1" },
	{ "16 bytes", { { "\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 17 } }, "?" },
	{ "32 bytes", { { "\x15", 1 } }, "an object is of an unknown kind" },
	{ "a real", { { "\x22\0\0\0\0", 5 } }, "?" },
	{ "a real of 1 byte", { { "\x20\0", 2 } }, "an object is of an unknown kind" },
	{ "a date", { { "\x33\0\0\0\0\0\0\0\0", 9 } }, "@978307200" },
	{ "a date with a fraction", { { "\x33\x3f\xf8\0\0\0\0\0\0", 9 } }, "@978307201" },
	{ "1969", { { "\x33\xc1\xcf\0\0\0\0\0\0", 9 } }, "?" },
	{ "no number", { { "\x33\x7f\xf8\0\0\0\0\0\0", 9 } }, "?" },
	{ "the end of 9999", { { "\x33\x42\x4d\x62\xd2\x3c\x7f\x80\0\0", 9 } }, "@253402300799" },
	{ "year 10000", { { "\x33\x42\x4d\x62\xd2\x3c\x80\0\0", 9 } }, "?" },
	{ "data", { { "\x42\xff\xfe", 3 } }, "?" },
	{ "a uid", { { "\x81\x01\x02", 3 } }, "?" },
	{ "a set", { { "\xc0", 1 } }, "an object is of an unknown kind" },
	{ "an array", { { "\xa2\x01\x02", 3 }, { "\x10\x01", 2 }, { "\x10\x02", 2 } }, "[1,2]" },
	{ "a dictionary",
	  { { "\xd2\x01\x02\x03\x04", 5 },
	    { "\x51"
	      "b",
	      2 },
	    { "\x51"
	      "a",
	      2 },
	    { "\x10\x01", 2 },
	    { "\xa0", 1 } },
	  "{1\"b\":1,1\"a\":[]}" },
	{ "a shared value", { { "\xa3\x01\x01\x01", 4 }, { "\xa1\x02", 2 }, { "\x09", 1 } }, "[[true],[true],[true]]" },
	{ "objects that nobody refers to", { { "\x09", 1 }, { "\xa1\x01", 2 } }, "true" },
	{ "a reference to nowhere", { { "\xa1\x01", 2 } }, "an object refers to one that is not there" },
	{ "it holds itself", { { "\xa1\0", 2 } }, "a container holds itself" },
	{ "it holds itself by another",
	  { { "\xa1\1", 2 }, { "\xa1\2", 2 }, { "\xa1\1", 2 } },
	  "a container holds itself" },
	{ "a key is a number", { { "\xd1\1\1", 3 }, { "\x10\1", 2 } }, "a key is no string" },
	{ "a key twice",
	  { { "\xd2\1\1\2\2", 5 },
	    { "\x51"
	      "a",
	      2 },
	    { "\x09", 1 } },
	  "a key stands twice in one dictionary" },
	{ "a key twice, in two forms",
	  { { "\xd2\1\2\3\3", 5 },
	    { "\x51"
	      "a",
	      2 },
	    { "\x61\0"
	      "a",
	      3 },
	    { "\x09", 1 } },
	  "a key stands twice in one dictionary" },
	{ "a key in two dictionaries",
	  { { "\xa2\1\1", 3 },
	    { "\xd1\2\3", 3 },
	    { "\x51"
	      "a",
	      2 },
	    { "\x09", 1 } },
	  "[{1\"a\":true},{1\"a\":true}]" },
	{ "a size that is no number",
	  { { "\x5f\x51"
	      "a",
	      3 } },
	  "the size of an object cannot be read" },
	{ "a size of 16 bytes",
	  { { "\x5f\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
	      "a",
	      19 } },
	  "the size of an object cannot be read" },
	{ "a size beyond all", { { "\xdf\x13" HIGH, 10 } }, "the size of an object cannot be read" },
	{ "a size beyond the end",
	  { { "\x52"
	      "a",
	      2 } },
	  "an object reaches beyond its end" },
	{ "references beyond the end", { { "\xd1\0", 2 } }, "an object reaches beyond its end" },
	{ "a size cut off", { { "\x5f", 1 } }, "the size of an object cannot be read" },
};

static void test_binary(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct arena a = ARENA_INIT;
		struct strbuf bytes = STRBUF_INIT;

		print_message("%s\n", lists[i].name);
		put_list(&bytes, lists[i].objects);
		assert_string_equal(said(&a, strbuf_slice(&bytes)), lists[i].said);
		strbuf_release(&bytes);
		arena_release(&a);
	}
}

/* One byte (at `at` from the end, where it is negative) becomes another. */
static void test_trailer(void **state)
{
	static const struct {
		const char *name;
		int at, value;
		const char *said;
	} cases[] = {
		{ "version", 7, '1', "it is a binary property list of another version" },
		{ "no offset sizes", -26, 0, "the trailer's sizes of offsets and references are not 1 to 8 bytes" },
		{ "offset sizes", -26, 9, "the trailer's sizes of offsets and references are not 1 to 8 bytes" },
		{ "no reference sizes", -25, 0, "the trailer's sizes of offsets and references are not 1 to 8 bytes" },
		{ "reference sizes", -25, 9, "the trailer's sizes of offsets and references are not 1 to 8 bytes" },
		{ "more objects", -17, 3, "the number of objects does not fit the table of offsets" },
		{ "fewer objects", -17, 1, "the number of objects does not fit the table of offsets" },
		{ "no objects", -17, 0, "the number of objects does not fit the table of offsets" },
		{ "very many objects", -24, 0x80, "the number of objects does not fit the table of offsets" },
		{ "root", -9, 2, "the number of objects does not fit the table of offsets" },
		{ "table in front", -1, 7, "the table of offsets lies outside the file" },
		{ "table behind", -1, 200, "the table of offsets lies outside the file" },
		{ "table far behind", -8, 0x80, "the table of offsets lies outside the file" },
		{ "an object in the header", -34, 7, "an object lies outside the file" },
		{ "an object in the table", -34, 11, "an object lies outside the file" },
		{ "both objects at one place", -33, 8, "its objects are larger than the file" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct slice objects[] = { { "\xa1\1", 2 }, { "\x09", 1 }, { NULL, 0 } };
		struct arena a = ARENA_INIT;
		struct strbuf bytes = STRBUF_INIT;

		print_message("%s\n", cases[i].name);
		put_list(&bytes, objects);
		assert_string_equal(said(&a, strbuf_slice(&bytes)), "[true]");
		bytes.p[cases[i].at < 0 ? (int)bytes.n + cases[i].at : cases[i].at] = (char)cases[i].value;
		assert_string_equal(said(&a, strbuf_slice(&bytes)), cases[i].said);
		strbuf_release(&bytes);
		arena_release(&a);
	}
}

/* Cut off anywhere it is refused, and no byte behind the end is read (a sanitizer sees that). */
static void test_cut(void **state)
{
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;

	(void)state;
	put_list(&bytes, lists[30].objects);
	assert_string_equal(lists[30].name, "a dictionary");
	for (size_t n = 0; n < bytes.n; n++) {
		char *exact = malloc(n ? n : 1);
		struct plist p;
		const char *why = NULL;

		memcpy(exact, bytes.p, n);
		assert_int_equal(plist_open(&p, &a, slice_bytes(exact, n), &why), -1);
		assert_non_null(why);
		free(exact);
	}
	strbuf_release(&bytes);
	arena_release(&a);
}

/* `levels` arrays in one another, each of which holds the next `times` over. */
static const char *nested(struct arena *a, size_t levels, size_t times)
{
	struct strbuf bytes = STRBUF_INIT;
	struct slice *objects = ARENA_ARRAY(a, struct slice, levels + 2);
	const char *text;

	for (size_t i = 0; i < levels; i++) {
		struct strbuf object = STRBUF_INIT;

		strbuf_addch(&object, (char)(0xa0 | times));
		for (size_t k = 0; k < times; k++)
			strbuf_addch(&object, (char)(i + 1));
		objects[i] = arena_copy(a, strbuf_slice(&object));
		strbuf_release(&object);
	}
	objects[levels] = SLICE("\x09");
	put_list(&bytes, objects);
	text = said(a, strbuf_slice(&bytes));
	strbuf_release(&bytes);
	return text;
}

static void test_nested(void **state)
{
	static const struct {
		size_t levels, times;
		const char *said; /* NULL: it is read */
	} cases[] = {
		{ 64, 1, NULL },
		{ 65, 1, "its containers are too deep in one another" },
		{ 19, 2, NULL }, /* 2^20 - 1 values */
		{ 20, 2, "it refers to the same values too often" },
		{ 24, 8, "it refers to the same values too often" }, /* 8^24 values in 300 bytes */
		{ 12, 14, "it refers to the same values too often" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = ARENA_INIT;
		const char *text;

		print_message("%zu levels of %zu\n", cases[i].levels, cases[i].times);
		text = nested(&a, cases[i].levels, cases[i].times);
		if (cases[i].said)
			assert_string_equal(text, cases[i].said);
		else
			assert_int_equal(*text, '[');
		arena_release(&a);
	}
}

/* Deep by way of a container that was measured before, nearer to the root. */
static void test_deep_and_shared(void **state)
{
	struct slice objects[70] = { { "\xa2\1\2", 3 }, { "\x09", 1 } };
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;

	(void)state;
	/* 0 holds 2, a row of arrays down to 33; 34 goes down by another 31 to 2 again */
	for (size_t i = 2; i < 66; i++) {
		char object[] = { (char)0xa1, (char)(i == 33 ? 1 : i == 65 ? 2 : i + 1) };

		objects[i] = arena_copy(&a, slice_bytes(object, 2));
	}
	objects[0] = SLICE("\xa2\x02\x22"); /* 2, 34 */
	put_list(&bytes, objects);
	assert_string_equal(said(&a, strbuf_slice(&bytes)), "its containers are too deep in one another");
	bytes.p[10] = 0x23; /* 35: one level less */
	assert_int_equal(*said(&a, strbuf_slice(&bytes)), '[');
	strbuf_release(&bytes);
	arena_release(&a);
}

/* --- XML -------------------------------------------------------------------------------------------------------------- */

#define P(text) "<plist>" text "</plist>"
#define APPLE                                                                                                          \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "          \
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"

static const struct {
	const char *text, *said;
} texts[] = {
	{ APPLE "<plist version=\"1.0\">\n<dict>\n\t<key>a</key>\n\t<string>b</string>\n</dict>\n</plist>\n",
	  "{1\"a\":1\"b\"}" },
	{ P("<string/>"), "0\"\"" },
	{ P("<string>&lt;&amp;&gt;&quot;&apos;&#65;&#x1f600;</string>"), "10\"<&>\"'A😀\"" },
	{ P("<string><![CDATA[<a>&amp;]]></string>"), "8\"<a>&amp;\"" },
	{ P("<!-- a --><string>a<!-- <b> -->b</string><!-- c -->"), "2\"ab\"" },
	{ P("<string> a\r\nb </string>"), "5\" a\nb \"" },
	{ "\xef\xbb\xbf" P("<true/>"), "true" },
	{ P("<true></true>"), "true" },
	{ P("<false/>"), "false" },
	{ P("<array><dict/><array/></array>"), "[{},[]]" },
	{ P("<dict><key>a</key><dict><key>b</key><array><integer>1</integer></array></dict><key>c</key><true/></dict>"),
	  "{1\"a\":{1\"b\":[1]},1\"c\":true}" },
	{ P("<integer>0</integer>"), "0" },
	{ P("<integer> -12 </integer>"), "-12" },
	{ P("<integer>+7</integer>"), "7" },
	{ P("<integer>0x1F</integer>"), "31" },
	{ P("<integer>9223372036854775807</integer>"), "9223372036854775807" },
	{ P("<integer>-9223372036854775808</integer>"), "-9223372036854775808" },
	{ P("<integer>9223372036854775808</integer>"), "?" },
	{ P("<integer>-9223372036854775809</integer>"), "?" },
	{ P("<integer>99999999999999999999999</integer>"), "?" },
	{ P("<integer></integer>"), "line 1: an integer is none" },
	{ P("<integer>-</integer>"), "line 1: an integer is none" },
	{ P("<integer>0x</integer>"), "line 1: an integer is none" },
	{ P("<integer>1a</integer>"), "line 1: an integer is none" },
	{ P("<integer>1.0</integer>"), "line 1: an integer is none" },
	{ P("<date>2026-11-21T08:00:00Z</date>"), "@1795248000" },
	{ P("<date>0001-01-01T00:00:00Z</date>"), "?" },
	{ P("<date>soon</date>"), "?" },
	{ P("<real>1.5</real>"), "?" },
	{ P("<data>\n\tAAEC\n</data>"), "?" },
	{ P("<true>x</true>"), "line 1: <true/> and <false/> hold nothing" },
	{ "<true/>", "line 1: it does not begin with <plist>" },
	{ P(""), "line 1: it holds no value" },
	{ P("<true/>\n<true/>"), "line 2: it holds more than one value" },
	{ P("<plist/>"), "line 1: <plist> stands within itself" },
	{ P("\n<set/>"), "line 2: an element is of no property list" },
	{ P("<Dict/>"), "line 1: an element is of no property list" },
	{ P("x<true/>"), "line 1: text stands between elements" },
	{ P("<array>x</array>"), "line 1: text stands between elements" },
	{ P("<string><b/></string>"), "line 1: an element is of no property list" },
	{ P("<string><true/></string>"), "line 1: a value that is no container holds another" },
	{ P("<key>a</key>"), "line 1: a key stands where a value must" },
	{ P("<array><key>a</key></array>"), "line 1: a key stands where a value must" },
	{ P("<dict><true/></dict>"), "line 1: a value stands where a key must" },
	{ P("<dict><dict/></dict>"), "line 1: a value stands where a key must" },
	{ P("<dict><key>a</key><key>b</key></dict>"), "line 1: a key stands where a value must" },
	{ P("<dict><key>a</key></dict>"), "line 1: a key has no value" },
	{ P("<dict><key>a</key><true/><key>a</key><true/></dict>"), "a key stands twice in one dictionary" },
	{ P("<dict>\n<key>a</key><string>b</dict>"), "as XML, line 2: mismatched tag" },
	{ "", "as XML, line 1: no element found" },
	{ "hello", "as XML, line 1: syntax error" },
	{ P("<true/>") "x", "as XML, line 1: junk after document element" },
	{ P("<string>&b;</string>"), "as XML, line 1: undefined entity" },
	{ P("<string>\xff</string>"), "as XML, line 1: not well-formed (invalid token)" },
	{ P("<string>&#0;</string>"), "as XML, line 1: reference to invalid character number" },
	{ "<?xml version='1.0' encoding='EBCDIC'?>" P("<true/>"), "as XML, line 1: unknown encoding" },
	{ "<!DOCTYPE plist [\n<!ENTITY a 'b'>]>" P("<string>&a;</string>"),
	  "line 1: its document type has declarations of its own" },
	{ "<!DOCTYPE plist []>" P("<true/>"), "line 1: its document type has declarations of its own" },
	{ "<!DOCTYPE plist SYSTEM 'file:///etc/passwd'>" P("<string>&a;</string>"), "line 1: an entity is not known" },
};

static void test_xml(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct arena a = ARENA_INIT;

		print_message("%s\n", texts[i].text);
		assert_string_equal(said(&a, slice_of(texts[i].text)), texts[i].said);
		arena_release(&a);
	}
}

static void test_xml_depth(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t levels = 64; levels <= 65; levels++) {
		strbuf_reset(&text);
		strbuf_adds(&text, "<plist>");
		for (size_t i = 0; i < levels; i++)
			strbuf_adds(&text, "<array>");
		for (size_t i = 0; i < levels; i++)
			strbuf_adds(&text, "</array>");
		strbuf_adds(&text, "</plist>");
		if (levels == 64)
			assert_int_equal(*said(&a, strbuf_slice(&text)), '[');
		else
			assert_string_equal(said(&a, strbuf_slice(&text)),
					    "line 1: its containers are too deep in one another");
	}
	strbuf_release(&text);
	arena_release(&a);
}

static void test_too_large(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct arena a = ARENA_INIT;

	(void)state;
	strbuf_adds(&text, P("<true/>"));
	while (text.n < PLIST_MAX)
		strbuf_addch(&text, '\n');
	assert_string_equal(said(&a, strbuf_slice(&text)), "true");
	strbuf_addch(&text, '\n');
	assert_string_equal(said(&a, strbuf_slice(&text)), "it is larger than 1 MiB");
	strbuf_release(&text);
	arena_release(&a);
}

/* --- looking up ------------------------------------------------------------------------------------------------------- */

static void test_lookup(void **state)
{
	const struct slice text =
		SLICE(P("<dict><key>a</key><string>b</string><key>n</key><integer>1</integer><key>d</key><dict>"
			"<key>a</key><string>c</string></dict><key>v</key><array><true/></array></dict>"));
	struct arena a = ARENA_INIT;
	struct plist p;
	struct slice s;
	const char *why = NULL;

	(void)state;
	assert_int_equal(plist_open(&p, &a, text, &why), 0);
	const struct plist_node *root = plist_root(&p), *d = plist_get(&p, root, "d"), *v = plist_get(&p, root, "v");

	assert_true(slice_eqs(plist_get(&p, root, "a")->text, "b") && slice_eqs(plist_get(&p, d, "a")->text, "c"));
	assert_null(plist_get(&p, root, "x"));
	assert_null(plist_get(&p, plist_get(&p, root, "x"), "a"));
	assert_null(plist_get(&p, v, "a"));
	assert_int_equal(plist_item(&p, v, 0)->type, PLIST_BOOL);
	assert_true(!plist_item(&p, v, 1) && !plist_item(&p, d, 0) && !plist_item(&p, NULL, 0));
	assert_int_equal(plist_string(&s, &a, &p, root, "a", &why), 0);
	assert_true(slice_eqs(s, "b"));
	assert_int_equal(plist_string(&s, &a, &p, root, "x", &why), 0);
	assert_int_equal(s.n, 0);
	assert_int_equal(plist_string(&s, &a, &p, root, "n", &why), -1);
	assert_string_equal(why, "n is no string");
	arena_release(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_binary),    cmocka_unit_test(test_trailer),         cmocka_unit_test(test_cut),
		cmocka_unit_test(test_nested),    cmocka_unit_test(test_deep_and_shared), cmocka_unit_test(test_xml),
		cmocka_unit_test(test_xml_depth), cmocka_unit_test(test_too_large),       cmocka_unit_test(test_lookup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
