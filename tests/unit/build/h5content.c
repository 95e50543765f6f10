/* What is inside of an h5 package: what is taken, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "h5world.h"

static const char *paths(struct test *t)
{
	struct strbuf all = STRBUF_INIT;
	const char *text;

	for (size_t i = 0; t->n && i < t->made[0].files.n; i++)
		strbuf_addf(&all, SLICE_FMT "\n", SLICE_ARG(t->made[0].files.v[i].path));
	text = arena_str(&t->w.mem, strbuf_slice(&all));
	strbuf_release(&all);
	return text;
}

/* --- what is inside ------------------------------------------------------------------------------------------------------- */
static const struct {
	const char *what;
	bool global;
	const char *names[4];
	const char *paths; /* that are listed; without a package: what was said */
} contents[] = {
	{ "as it is",
	  false,
	  { "www/index.html", "x" },
	  FOLDER "nebula/20171228_1.0.0.1.amr\n" FOLDER "nebula/fallback/hpmfile.json\n" FOLDER
		 "nebula/fallback/www/index.html\n" FOLDER "nebula/fallback/x\n" FOLDER "nebula_json/h5_json.json\n" },
	{ "in a folder",
	  false,
	  { "20171228/", "20171228/www/index.html" },
	  FOLDER "nebula/20171228_1.0.0.1.amr\n" FOLDER "nebula/fallback/hpmfile.json\n" FOLDER
		 "nebula/fallback/www/index.html\n" FOLDER "nebula_json/h5_json.json\n" },
	{ "with an hpmfile",
	  false,
	  { "20171228/hpmfile.json", "20171228/www/index.html" },
	  FOLDER "nebula/20171228_1.0.0.1.amr\n" FOLDER "nebula/fallback/hpmfile.json\n" FOLDER
		 "nebula/fallback/www/index.html\n" FOLDER "nebula_json/h5_json.json\n" },
	{ "global",
	  true,
	  { "20171228/cdn.example.com/DEMO01_default/a.js" },
	  "cdn.example.com/DEMO01_default/a.js\n" FOLDER "nebula/20171228_1.0.0.1.amr\n" FOLDER
	  "nebula_json/h5_json.json\n" },
	{ "another top folder",
	  false,
	  { "20171229/www/index.html" },
	  "repo/" ZIP ": error: everything lies in the folder 20171229/, which is the h5Id of another app; this one is "
	  "20171228\n" },
	{ "a folder of digits beside others",
	  false,
	  { "20171229/a", "www/index.html" },
	  FOLDER "nebula/20171228_1.0.0.1.amr\n" FOLDER "nebula/fallback/20171229/a\n" FOLDER
		 "nebula/fallback/hpmfile.json\n" FOLDER "nebula/fallback/www/index.html\n" FOLDER
		 "nebula_json/h5_json.json\n" },
	{ "no page",
	  false,
	  { "1/www/index.html" },
	  AT ":3:14: error: the package holds no file \"www/index.html\"; did you mean \"/1/www/index.html\"?\n" },
	{ "a package that was built",
	  false,
	  { "Manifest.xml", "CERT.json", "20171228.tar" },
	  "repo/" ZIP
	  ": error: is a package that was built already; put the files that are in its tar here, and they are "
	  "built and signed again\n" },
	{ "a page in other letters",
	  false,
	  { "www/Index.html" },
	  AT ":3:14: error: the package holds no file \"www/index.html\"; did you mean \"/www/Index.html\"?\n" },
	{ "beside the folder",
	  false,
	  { "20171228/www/index.html", "a" },
	  "repo/" ZIP ": error: \"a\" lies beside the folder 20171228/; where that folder is there, everything belongs "
	  "into it\n" },
	{ "no file", false, { "www/" }, "repo/" ZIP ": error: the package is empty\n" },
	{ "nothing but an hpmfile", true, { "hpmfile.json" }, "repo/" ZIP ": error: the package is empty\n" },
	{ "normal with global files",
	  false,
	  { "www/index.html", "cdn.example.com/a" },
	  "repo/" ZIP
	  ": error: the path \"cdn.example.com/a\" belongs into a global package; this app is a normal one\n" },
	{ "global with others",
	  true,
	  { "cdn.example.com/DEMO01_default/a", "cdn.example.com/DEMO01_other/a" },
	  "repo/" ZIP
	  ": error: the path \"cdn.example.com/DEMO01_other/a\" is not in cdn.example.com/DEMO01_default/, where "
	  "the files of a global package of this app belong\n" },
	{ "global and normal in one",
	  true,
	  { "cdn.example.com/DEMO01_default/a", "www/index.html" },
	  "repo/" ZIP
	  ": error: the path \"www/index.html\" is not in cdn.example.com/DEMO01_default/, where the files of a "
	  "global package of this app belong\n" },
	{ "another host",
	  true,
	  { "cdn.example.org/DEMO01_default/a" },
	  "repo/" ZIP
	  ": error: the path \"cdn.example.org/DEMO01_default/a\" is not in cdn.example.com/DEMO01_default/, where "
	  "the files of a global package of this app belong\n" },
	{ "global with a per cent sign",
	  true,
	  { "cdn.example.com/DEMO01_default/a%20b" },
	  "repo/" ZIP
	  ": error: the path \"cdn.example.com/DEMO01_default/a%20b\" would be encoded in the URL by which pages "
	  "refer to it\n" },
	{ "global with a question mark",
	  true,
	  { "cdn.example.com/DEMO01_default/a?b" },
	  "repo/" ZIP
	  ": error: the path \"cdn.example.com/DEMO01_default/a?b\" would be encoded in the URL by which pages "
	  "refer to it\n" },
	{ "global with a hash sign",
	  true,
	  { "cdn.example.com/DEMO01_default/a#b" },
	  "repo/" ZIP
	  ": error: the path \"cdn.example.com/DEMO01_default/a#b\" would be encoded in the URL by which pages "
	  "refer to it\n" },
	{ "global with a blank",
	  true,
	  { "cdn.example.com/DEMO01_default/a b" },
	  "repo/" ZIP
	  ": error: the path \"cdn.example.com/DEMO01_default/a b\" would be encoded in the URL by which pages "
	  "refer to it\n" },
};

static void test_contents(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(contents); i++) {
		for (int making = 0; making < 2; making++) {
			struct test t;

			print_message("%s%s\n", contents[i].what, making ? "" : ", check");
			init(&t);
			t.app.global = contents[i].global;
			if (t.app.global)
				t.release.main_url = SLICE("");
			if (!making)
				t.maker.signer = NULL;
			world_add(&t.w, ZIP, archive(&t, contents[i].names));
			prepare(&t);
			if (making && t.n)
				assert_string_equal(paths(&t), contents[i].paths);
			else if (strstr(contents[i].paths, FOLDER))
				assert_string_equal(world_said(&t.w), "");
			else
				assert_string_equal(world_said(&t.w), contents[i].paths);
			assert_int_equal(t.n, making && !t.w.d.errors);
			release_test(&t);
		}
	}
}

static void test_longest_path(void **state)
{
	(void)state;
	for (size_t n = 100; n <= 101; n++) {
		char name[102];
		const char *const names[] = { "www/index.html", name, NULL };
		struct test t;

		memset(name, 'x', n);
		name[n] = '\0';
		init(&t);
		world_add(&t.w, ZIP, archive(&t, names));
		prepare(&t);
		if (n == 100)
			assert_string_equal(world_said(&t.w), "");
		else
			assert_non_null(strstr(world_said(&t.w), "has 101 bytes; at most 100 are allowed"));
		release_test(&t);
	}
}

/* --- folders -------------------------------------------------------------------------------------------------------------- */
static void test_folders(void **state)
{
	for (int global = 0; global < 2; global++) {
		struct test t;

		(void)state;
		init(&t);
		t.app.global = global;
		t.release.is_folder = true;
		t.release.input = global ? SLICE("h5/x/files") : SLICE("h5/x/www");
		t.release.main_url = global ? SLICE("") : SLICE("/www/index.html");
		world_add(&t.w, "h5/x/files/b.js", SLICE("b"));
		world_add(&t.w, "h5/x/files/sub/a.js", SLICE("a"));
		world_add(&t.w, "h5/x/www/index.html", SLICE("page"));
		world_add(&t.w, "h5/x/www2/index.html", SLICE("not mine"));
		prepare(&t);
		assert_string_equal(world_said(&t.w), "");
		assert_int_equal(t.made[0].files.n, 4);
		assert_string_equal(arena_str(&t.w.mem, t.release.global_pack_url),
				    global ? "https://cdn.example.com/DEMO01_default/b.js" : "");
		t.release.global_pack_url = SLICE("");
		t.maker.signer = NULL; /* the URL is known without a key */
		prepare(&t);
		assert_int_equal(t.n, 0);
		assert_int_equal(t.release.global_pack_url.n > 0, global);
		t.maker.good_defs = false; /* then nobody looks again */
		t.w.reads = 0;
		prepare(&t);
		assert_int_equal(t.n + t.w.reads, 0);
		release_test(&t);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents),
		cmocka_unit_test(test_longest_path),
		cmocka_unit_test(test_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
