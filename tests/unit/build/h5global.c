/* The files of global packages: one URL, one file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/h5global.h"
#include "world.h"

#define HOST     "cdn.example.com/DEMO01_default/"
#define RELEASES 3

/* "a.js=1 b.js=2": the hash stands for the content. */
static struct files files_of(struct world *w, const char *text)
{
	struct files out = { NULL, 0 };
	size_t cap = 0;

	for (struct slice rest = slice_of(text), word; rest.p && text[0];) {
		struct listed_file f = { .length = 1 };

		word = slice_cut(&rest, ' ');
		f.path = arena_printf(&w->mem, HOST SLICE_FMT, SLICE_ARG(slice_sub(word, 0, word.n - 2)));
		f.hash[0] = (uint8_t)word.p[word.n - 1];
		ARENA_PUSH(&w->mem, out.v, out.n, cap, f);
	}
	files_sort(&out);
	return out;
}

#define AT(id, version) "h5/" id "/" version "/release.json:1:13: error: the path \"" HOST
#define OTHER(whose)    "\" has other content in " whose "; pages find both by one URL: give the file another name\n"

static const struct {
	const char *what;
	struct {
		const char *files;
		enum task_status status; /* of its task */
	} v[RELEASES];                   /* 10000001 1.0, 10000001 1.1, 10000002 1.0 */
	const char *published;
	const char *said;
} cases[] = {
	{ "nothing", { { "", 0 } }, "a.js=1", "" },
	{ "nothing in common",
	  { { "a.js=1", STATUS_RELEASING }, { "b.js=1", STATUS_RELEASING }, { "c/d.js=2", STATUS_RELEASING } },
	  "",
	  "" },
	{ "the same bytes",
	  { { "a.js=1", STATUS_RELEASING }, { "a.js=1 b.js=1", STATUS_RELEASING }, { "a.js=1", STATUS_ENDED } },
	  "a.js=1",
	  "" },
	{ "other bytes in the next version",
	  { { "a.js=1", STATUS_RELEASING }, { "a.js=2", STATUS_RELEASING } },
	  "",
	  AT("10000001", "1.1") "a.js" OTHER("version 1.0 of 10000001") },
	{ "other bytes in another app",
	  { { "a.js=1", STATUS_RELEASING }, { "b.js=1", STATUS_RELEASING }, { "x.js=1 b.js=2 z=1", STATUS_PAUSED } },
	  "",
	  AT("10000002", "1.0") "b.js" OTHER("version 1.1 of 10000001") },
	{ "an ended version's name stays taken",
	  { { "a.js=1", STATUS_ENDED }, { "a.js=2", STATUS_RELEASING } },
	  "",
	  AT("10000001", "1.1") "a.js" OTHER("version 1.0 of 10000001") },
	{ "one error for each release",
	  { { "a=1 b=1", STATUS_RELEASING }, { "a=2 b=2", STATUS_RELEASING }, { "a=3", STATUS_RELEASING } },
	  "",
	  AT("10000001", "1.1") "a" OTHER("version 1.0 of 10000001")
		  AT("10000002", "1.0") "a" OTHER("version 1.0 of 10000001") },
	{ "published bytes",
	  { { "a.js=2", STATUS_RELEASING } },
	  "a.js=1",
	  AT("10000001", "1.0") "a.js" OTHER("what is published") },
	{ "a pending one that does not fit",
	  { { "a.js=2", STATUS_PENDING }, { "a.js=1", STATUS_RELEASING } },
	  "",
	  AT("10000001", "1.0") "a.js" OTHER("version 1.1 of 10000001") },
	{ "two pending ones", { { "a.js=2", STATUS_PENDING }, { "a.js=1", STATUS_PENDING } }, "", "" },
	{ "other letters",
	  { { "lib/a.js=1", STATUS_RELEASING }, { "lib/A.js=1", STATUS_RELEASING } },
	  "",
	  AT("10000001", "1.1") "lib/A.js\" differs from \"" HOST
				"lib/a.js\" in version 1.0 of 10000001 in nothing but case; "
				"give one of them another name\n" },
	{ "a file and a folder",
	  { { "lib=1", STATUS_RELEASING }, { "lib/A.js=1", STATUS_RELEASING } },
	  "lib=1",
	  AT("10000001",
	     "1.1") "lib\" is a folder here and a file in what is published; give one of them another name\n" },
	{ "a folder and a file",
	  { { "lib/a.js=1", STATUS_RELEASING }, { "lib=1", STATUS_RELEASING } },
	  "",
	  AT("10000001",
	     "1.1") "lib\" is a file here and a folder in version 1.0 of 10000001; give one of them another name\n" },
};

static void test_check(void **state)
{
	static const char *const ids[RELEASES] = { "10000001", "10000001", "10000002" };
	static const char *const versions[RELEASES] = { "1.0", "1.1", "1.0" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct h5_app apps[RELEASES];
		struct h5_release releases[RELEASES];
		struct task tasks[RELEASES];
		struct h5_global v[RELEASES];
		struct files published;
		struct world w;
		size_t n = 0;

		print_message("%s\n", cases[i].what);
		world_init(&w);
		w.app.app_id = SLICE("DEMO01");
		w.app.workspace_id = SLICE("default");
		w.app.h5_global_host = SLICE("cdn.example.com");
		while (n < RELEASES && cases[i].v[n].files) {
			apps[n] = (struct h5_app){ .id = slice_of(ids[n]), .global = true };
			tasks[n] = (struct task){ .status = cases[i].v[n].status };
			releases[n] = (struct h5_release){
				.r = { .version_text = slice_of(versions[n]), .tasks = &tasks[n], .ntasks = 1 },
				.app = &apps[n]
			};
			releases[n].r.origin =
				(struct origin){ arena_printf(&w.mem, "h5/%s/%s/release.json", ids[n], versions[n]).p,
						 arena_printf(&w.mem, "{\"version\": \"%s\"}", versions[n]) };
			v[n] = (struct h5_global){ &releases[n], files_of(&w, cases[i].v[n].files) };
			n++;
		}
		published = files_of(&w, cases[i].published);
		h5_global_check(v, n, published.n ? &published : NULL, &w.app, &w.d);
		assert_string_equal(world_said(&w), cases[i].said);
		world_release(&w);
	}
}

static void test_names(void **state)
{
	struct files files, kept = { NULL, 0 };
	struct slice names;
	struct world w;

	(void)state;
	world_init(&w);
	files = files_of(&w, "a.js=1 b/c.js=2 b.js=3");
	names = h5_global_names(&w.mem, &files, SLICE(HOST));
	assert_string_equal(names.p, "a.js\nb.js\nb/c.js");
	assert_true(h5_global_published(&kept, &w.mem, names, SLICE(HOST), &files));
	assert_int_equal(kept.n, 3);
	for (size_t i = 0; i < kept.n; i++) {
		assert_true(slice_eq(kept.v[i].path, files.v[i].path));
		assert_memory_equal(kept.v[i].hash, files.v[i].hash, SHA256_SIZE);
	}
	files.n = 2;
	assert_false(h5_global_published(&kept, &w.mem, names, SLICE(HOST), &files));
	world_release(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_check), cmocka_unit_test(test_names) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
