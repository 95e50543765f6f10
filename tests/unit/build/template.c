#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "build/template.h"

static const struct template_field red[] = { { .name = "color", .text = { "red", 3 } } };
static const struct template_field blue[] = { { .name = "color", .text = { "<blue>", 6 } },
					      { .name = "text", .text = { "inner", 5 } } };
static const struct template_fields colors[] = { { red, 1 }, { blue, 2 } };
static const struct template_field fields[] = {
	{ .name = "text", .text = { "a text", 6 } },
	{ .name = "hostile", .text = { "<b>\"x\" & 'y' &amp; {{text}}</b>", 31 } },
	{ .name = "controls", .text = { "a\0b\x1f\x7f\t\r\n\xe7\x94\xb2", 11 } },
	{ .name = "empty", .text = { "", 0 } },
	{ .name = "colors", .rows = colors, .nrows = 2 },
	{ .name = "nothing", .rows = colors, .nrows = 0 },
};

static const struct {
	const char *template, *want; /* the result, or NULL and */
	const char *why;
} cases[] = {
	{ "", "", NULL },
	{ "plain { } }} text\n", "plain { } }} text\n", NULL },
	{ "{{text}}", "a text", NULL },
	{ "<p title=\"{{text}}\">{{text}}</p>", "<p title=\"a text\">a text</p>", NULL },
	{ "{{hostile}}", "&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39; &amp;amp; {{text}}&lt;/b&gt;", NULL },
	{ "{{controls}}",
	  "a\xef\xbf\xbd"
	  "b\xef\xbf\xbd\xef\xbf\xbd\t\r\n\xe7\x94\xb2",
	  NULL },
	{ "[{{empty}}]", "[]", NULL },
	{ "a{{#text}}b{{/text}}c", "abc", NULL },
	{ "a{{#empty}}b{{text}}{{/empty}}c", "ac", NULL },
	{ "{{#text}}{{#empty}}x{{/empty}}y{{/text}}", "y", NULL },
	{ "{{#empty}}{{#text}}x{{/text}}y{{/empty}}", "", NULL },
	{ "{{#colors}}({{color}} {{text}}){{/colors}}", "(red a text)(&lt;blue&gt; inner)", NULL },
	{ "{{#nothing}}{{color}}{{/nothing}}", "", NULL },
	{ "{{#colors}}{{#text}}{{color}},{{/text}}{{/colors}}{{text}}", "red,&lt;blue&gt;,a text", NULL },
	{ "a\n{{#text}}\nb\n{{/text}}\nc\n", "a\nb\nc\n", NULL },
	{ "a\n\t{{#empty}}\n\tb\n\t{{/empty}}\nc\n", "a\nc\n", NULL },
	{ "a\n{{text}}\nb", "a\na text\nb", NULL },
	{ "{{>part}}!", "{{text}} <&>!", NULL },
	{ "'{{=part}}'", "'sha256-zZpRf6+uM3ymxOYTJ0c4+urFit26mGyOmWe2hjIJIWw='", NULL },

	{ "{{other}}", NULL, "a template names a field that is not there" },
	{ "{{}}", NULL, "a template names a field that is not there" },
	{ "{{ text }}", NULL, "a template names a field that is not there" },
	{ "{{colors}}", NULL, "a template names a field that is not there" },
	{ "{{color}}", NULL, "a template names a field that is not there" },
	{ "{{#empty}}{{other}}{{/empty}}", NULL, "a template names a field that is not there" },
	{ "{{#other}}{{/other}}", NULL, "a template names a field that is not there" },
	{ "{{#colors}}{{other}}{{/colors}}", NULL, "a template names a field that is not there" },
	{ "{{>other}}", NULL, "a template names a file that is not there" },
	{ "{{=other}}", NULL, "a template names a file that is not there" },
	{ "{{#empty}}{{>other}}{{=other}}{{/empty}}", NULL, "a template names a file that is not there" },
	{ "{{#text}}", NULL, "a section of a template does not end" },
	{ "{{#text}}{{/texts}}", NULL, "a section of a template does not end" },
	{ "{{/text}}", NULL, "a section of a template ends that did not begin" },
	{ "{{text", NULL, "a tag of a template does not end" },
	{ "{{#empty}}{{text{{/empty}}", NULL, "a tag of a template does not end" },
};

static struct digests *digests;

static int setup(void **state)
{
	(void)state;
	return digests_new(&digests);
}

static int teardown(void **state)
{
	(void)state;
	digests_free(digests);
	return 0;
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct embedded files[] = {
			{ "page", (const unsigned char *)cases[i].template, strlen(cases[i].template) },
			{ "part", (const unsigned char *)"{{text}} <&>", 12 },
		};
		const struct template_set set = { files, COUNT(files), digests };
		struct strbuf out = STRBUF_INIT;
		const char *why = NULL;
		int bad;

		print_message("%s\n", cases[i].template);
		bad = template_fill(&out, &set, "page", (struct template_fields){ fields, COUNT(fields) }, &why);
		assert_int_equal(bad, cases[i].want ? 0 : -1);
		if (cases[i].want)
			assert_string_equal(out.n ? out.p : "", cases[i].want);
		else
			assert_string_equal(why, cases[i].why);
		strbuf_release(&out);
	}
}

static void test_no_template(void **state)
{
	const struct template_set set = { page_files, npage_files, digests };
	struct strbuf out = STRBUF_INIT;
	const char *why = NULL;

	(void)state;
	assert_int_equal(template_fill(&out, &set, "other.html", (struct template_fields){ fields, 1 }, &why), -1);
	assert_string_equal(why, "there is no such template");
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases), cmocka_unit_test(test_no_template) };

	return cmocka_run_group_tests(tests, setup, teardown);
}
