#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../emit/tiny.h"
#include "publish/tree.h"

#define HTML TINY_H5 "fallback/www/index.html"

struct world {
	struct tiny t;
	const char *out, *app; /* OUT, OUT/<appCode> */
	struct diags d;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	tiny_open(&w->t);
	w->out = tiny_in(&w->t, "out");
	w->app = tiny_in(&w->t, "out/" TINY_APP);
	tiny_build(&w->t, w->out, 1, &w->d);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	int bad = w->d.n ? -1 : 0;

	diags_print(&w->d, DIAG_TEXT, stderr);
	diags_release(&w->d);
	tiny_close(&w->t);
	free(w);
	return bad;
}

static const char *in_app(struct world *w, const char *path)
{
	return arena_printf(&w->t.mem, "%s/%s", w->app, path).p;
}

/* What was recorded, with OUT for the folder; nothing is recorded then. */
static void expect_errors(struct world *w, int code, const char *expected)
{
	char *text = NULL, *at;
	size_t n = 0;
	FILE *memory = open_memstream(&text, &n);
	struct strbuf got = STRBUF_INIT;

	diags_print(&w->d, DIAG_TEXT, memory);
	fclose(memory);
	for (char *from = text; (at = strstr(from, w->out)); from = at + strlen(w->out)) {
		strbuf_add(&got, from, (size_t)(at - from));
		strbuf_adds(&got, "OUT");
		memmove(text, at + strlen(w->out), strlen(at + strlen(w->out)) + 1);
		at = text - strlen(w->out);
	}
	strbuf_adds(&got, text);
	assert_string_equal(got.p, expected);
	assert_int_equal(diags_exit(&w->d), code);
	strbuf_release(&got);
	free(text);
	diags_release(&w->d);
}

static int open_tree(struct pub_tree *out, struct world *w, const char *tree)
{
	*out = (struct pub_tree)PUB_TREE_INIT;
	return pub_tree_open(out, tree, w->t.dg, &w->d);
}

/* --- good trees ------------------------------------------------------------------------------------------------------------ */

static void check_local(struct world *w, const struct tree_file *f)
{
	struct strbuf bytes = STRBUF_INIT;
	uint8_t hash[SHA256_SIZE];

	assert_non_null(f->local);
	assert_int_equal(file_read(&bytes, f->local, 1 << 20, &w->d), 0);
	assert_int_equal(bytes.n, f->length);
	assert_int_equal(digest_sha256(w->t.dg, hash, strbuf_slice(&bytes)), 0);
	assert_memory_equal(hash, f->sha256, SHA256_SIZE);
	strbuf_release(&bytes);
}

static void check_app(struct world *w, const struct app_tree *a)
{
	struct file_list files;
	uint64_t bytes = 0;

	assert_true(slice_eqs(a->app, TINY_APP));
	assert_int_equal(file_walk(&files, w->app, &w->d), 0);
	assert_int_equal(a->n, files.n);
	assert_int_equal(a->elsewhere, 0);
	for (size_t i = 0; i < a->n; i++) {
		const struct tree_file *f = &a->v[i];

		assert_true(slice_eq(f->path, files.path[i]));
		assert_string_equal(f->key, arena_printf(&w->t.mem, TINY_APP "/" SLICE_FMT, SLICE_ARG(f->path)).p);
		assert_ptr_equal(pub_tree_find(a, files.path[i]), f);
		assert_int_equal(f->class.role, file_role(f->path));
		check_local(w, f);
		bytes += f->length;
	}
	assert_int_equal(a->bytes, bytes);
	assert_null(pub_tree_find(a, SLICE("metadata")));
	file_list_release(&files);
}

static void check_facts(const struct app_tree *a)
{
	static const char *const roles[] = { "root", "objects", "snapshot", "targets", "timestamp" };
	const struct tree_file *pointer = pub_tree_find(a, SLICE("metadata/timestamp.json"));

	assert_int_equal(a->nroles, COUNT(roles));
	for (size_t i = 0; i < COUNT(roles); i++) {
		assert_true(slice_eqs(a->roles[i].role, roles[i]));
		assert_int_equal(a->roles[i].version, 1);
		assert_int_equal(a->roles[i].expires, TINY_NOW + (i ? 3600 : 86400));
	}
	assert_memory_equal(a->timestamp, pointer->sha256, SHA256_SIZE);
	assert_memory_equal(a->notes, pub_tree_find(a, SLICE("build.json"))->sha256, SHA256_SIZE);
	assert_memory_equal(a->build.lineage[0], a->timestamp, SHA256_SIZE);
	assert_string_equal(pointer->class.cache, "public, max-age=60");
}

static void test_whole(void **state)
{
	struct world *w = *state;
	struct pub_tree t;

	assert_int_equal(open_tree(&t, w, w->out), 0);
	assert_int_equal(t.napps, 1);
	check_app(w, &t.apps[0]);
	check_facts(&t.apps[0]);
	pub_tree_release(&t);
}

/* One app's folder, by a name that is not its appCode, or without a name. */
static void test_one_app(void **state)
{
	struct world *w = *state;
	const char *other = tiny_in(&w->t, "out/copy");
	char before[4096];
	struct pub_tree t;

	assert_int_equal(open_tree(&t, w, w->app), 0);
	check_app(w, &t.apps[0]);
	pub_tree_release(&t);
	assert_int_equal(rename(w->app, other), 0);
	assert_int_equal(open_tree(&t, w, other), 0);
	assert_true(slice_eqs(t.apps[0].app, TINY_APP));
	pub_tree_release(&t);
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(other), 0);
	assert_int_equal(open_tree(&t, w, "."), 0);
	assert_int_equal(chdir(before), 0);
	assert_true(t.lock >= 0);
	pub_tree_release(&t);
	assert_int_equal(open_tree(&t, w, w->out), -1);
	expect_errors(w, 1, "OUT/copy/metadata/timestamp.json: error: belongs to the app " TINY_APP ", not to copy\n");
}

/* A build that runs waits for publishers, and they for it; without a lock there is nothing to wait for. */
static void test_lock(void **state)
{
	struct world *w = *state;
	const char *path = arena_printf(&w->t.mem, "%s/" OUTDIR_LOCK, w->out).p;
	int fd = open(path, O_RDWR);
	struct pub_tree t, u;

	assert_true(fd >= 0);
	assert_int_equal(open_tree(&t, w, w->out), 0);
	assert_int_equal(open_tree(&u, w, w->app), 0);
	assert_true(t.lock >= 0 && u.lock >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
	pub_tree_release(&t);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
	pub_tree_release(&u);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	close(fd);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(open_tree(&t, w, w->out), 0);
	assert_int_equal(t.lock, -1);
	assert_false(file_exists(path));
	pub_tree_release(&t);
}

/* What somebody has who may read the tree and nothing else. */
static void test_read_only(void **state)
{
	static const char *const folders[] = { "out", "out/" TINY_APP, "out/" TINY_APP "/metadata" };
	struct world *w = *state;
	bool root = geteuid() == 0;
	struct pub_tree t;
	int result;

	assert_int_equal(chmod(w->t.dir, 0755), 0);
	for (size_t i = 0; i < COUNT(folders); i++)
		assert_int_equal(chmod(tiny_in(&w->t, folders[i]), 0555), 0);
	assert_true(!root || !seteuid(65534));
	result = open_tree(&t, w, w->out);
	assert_true(!root || !seteuid(0));
	for (size_t i = 0; i < COUNT(folders); i++)
		assert_int_equal(chmod(tiny_in(&w->t, folders[i]), 0755), 0);
	assert_int_equal(result, 0);
	pub_tree_release(&t);
}

/* --- elsewhere ------------------------------------------------------------------------------------------------------------- */

/* The path of the file that ends so. */
static const char *ending(struct world *w, const char *end)
{
	struct file_list files;
	const char *found = NULL;

	assert_int_equal(file_walk(&files, w->app, &w->d), 0);
	for (size_t i = 0; i < files.n && !found; i++) {
		if (slice_ends(files.path[i], end))
			found = arena_str(&w->t.mem, files.path[i]);
	}
	file_list_release(&files);
	assert_non_null(found);
	return found;
}

static void test_elsewhere(void **state)
{
	static const char *const ends[] = { "package.apk", "answer.json", "recipes.json", "android-upgrade.json",
					    "index.html" };
	struct world *w = *state;
	struct pub_tree t;

	for (size_t i = 0; i < COUNT(ends); i++) {
		const char *path = ending(w, ends[i]);
		const struct tree_file *f;

		print_message("%s\n", path);
		assert_int_equal(unlink(in_app(w, path)), 0);
		assert_int_equal(open_tree(&t, w, w->out), 0);
		assert_int_equal(t.apps->elsewhere, i + 1);
		f = pub_tree_find(t.apps, slice_of(path));
		assert_non_null(f);
		assert_null(f->local);
		assert_true(f->length > 0);
		pub_tree_release(&t);
	}
}

/* --- bad trees ------------------------------------------------------------------------------------------------------------- */

static void spoil(struct world *w, const char *path, const char *bytes)
{
	const char *whole = in_app(w, path);
	FILE *file;

	unlink(whole);
	if (!bytes)
		return;
	file = fopen(whole, "w");
	assert_non_null(file);
	fputs(bytes, file);
	assert_int_equal(fclose(file), 0);
}

#define APP     "OUT/" TINY_APP
#define NO_LIST "nothing in the tree's metadata lists this file\n"

/* By one file that is changed, added or taken away. */
static void test_spoilt(void **state)
{
	static const struct {
		const char *path, *bytes; /* NULL: it is removed */
		int code;
		const char *errors;
	} cases[] = {
		{ "metadata/2.snapshot.json", "x", 1, APP "/metadata/2.snapshot.json: error: " NO_LIST },
		{ "metadata/.hidden", "", 1, APP "/metadata/.hidden: error: " NO_LIST },
		{ "h5/more", "x", 1, APP "/h5/more: error: " NO_LIST },
		{ HTML, "x", 1, APP "/" HTML ": error: has 1 bytes; the metadata says 50\n" },
		{ "metadata/timestamp.json", NULL, 1,
		  APP "/metadata/timestamp.json: error: this file of the metadata is missing\n" },
		{ "metadata/1.snapshot.json", NULL, 1,
		  APP "/metadata/1.snapshot.json: error: this file of the metadata is missing\n" },
		{ "metadata/1.objects.json", "x", 1,
		  APP "/metadata/1.objects.json: error: differs from what the metadata above it lists (length)\n" },
		{ "metadata/1.root.json", NULL, 1,
		  APP ": error: has no metadata/1.root.json: this is no tree of mdstatic\n" },
		{ "build.json", NULL, 1, APP "/build.json: error: is missing\n" },
		{ "build.json", "{}", 1, APP "/build.json: error: there are no signatures\n" },
	};
	struct world *w = *state;
	struct pub_tree t;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf good = STRBUF_INIT;
		bool was = !file_read_optional(&good, in_app(w, cases[i].path), 1 << 20, &w->d);

		print_message("%s\n", cases[i].path);
		spoil(w, cases[i].path, cases[i].bytes);
		assert_int_equal(open_tree(&t, w, w->out), -1);
		assert_int_equal(t.lock, -1);
		expect_errors(w, cases[i].code, cases[i].errors);
		spoil(w, cases[i].path, was ? good.p : NULL);
		strbuf_release(&good);
	}
	assert_int_equal(open_tree(&t, w, w->out), 0);
	pub_tree_release(&t);
}

/* Nobody knows what lies under h5/ and pages/ then. */
static void test_no_list(void **state)
{
	struct world *w = *state;
	const char *path = ending(w, FILES_NAME);
	struct pub_tree t;

	assert_int_equal(unlink(in_app(w, path)), 0);
	assert_int_equal(open_tree(&t, w, w->out), -1);
	expect_errors(w, 1,
		      arena_printf(&w->t.mem,
				   APP "/%s: error: is missing: it says what lies under h5/ and pages/; build the tree "
				       "again, or fetch it with mdstatic-publish pull\n",
				   path)
			      .p);
	spoil(w, path, "x");
	assert_int_equal(open_tree(&t, w, w->out), -1);
	expect_errors(w, 1, arena_printf(&w->t.mem, APP "/%s: error: has 1 bytes; the metadata says 265\n", path).p);
}

static void test_symlinks(void **state)
{
	struct world *w = *state;
	struct pub_tree t;

	assert_int_equal(symlink("index.html", in_app(w, TINY_H5 "fallback/www/link")), 0);
	assert_int_equal(open_tree(&t, w, w->out), -1);
	expect_errors(w, 1, APP "/" TINY_H5 "fallback/www/link: error: is a symlink; only regular files are allowed\n");
	assert_int_equal(unlink(in_app(w, TINY_H5 "fallback/www/link")), 0);
	assert_int_equal(symlink(TINY_APP, tiny_in(&w->t, "out/other")), 0);
	assert_int_equal(open_tree(&t, w, w->out), -1);
	expect_errors(w, 1, "OUT/other: error: is neither an app's folder nor a file that a build leaves\n");
}

/* Of several faults each is told, and what builds leave is none. */
static void test_several(void **state)
{
	struct world *w = *state;
	struct pub_tree t;

	spoil(w, "h5/more", "x");
	spoil(w, HTML, "");
	assert_int_equal(mkdir(tiny_in(&w->t, "out/A-b"), 0755), 0);
	assert_int_equal(mkdir(tiny_in(&w->t, "out/." TINY_APP ".tmp.1"), 0755), 0);
	assert_int_equal(open_tree(&t, w, w->out), -1);
	expect_errors(w, 1,
		      "OUT/A-b: error: has no metadata/1.root.json: this is no tree of mdstatic\n" APP "/" HTML
		      ": error: has 0 bytes; the metadata says 50\n" APP "/h5/more: error: " NO_LIST);
}

static void test_no_tree(void **state)
{
	struct world *w = *state;
	struct pub_tree t;

	assert_int_equal(mkdir(tiny_in(&w->t, "out/A-b"), 0755), 0);
	assert_int_equal(open_tree(&t, w, tiny_in(&w->t, "out/A-b")), -1);
	expect_errors(w, 1, "OUT/A-b: error: there is no app in this folder\n");
	assert_int_equal(open_tree(&t, w, tiny_in(&w->t, "out/none")), -1);
	expect_errors(w, 3, "OUT/none: error: cannot read the folder: No such file or directory\n");
}

static void test_app_code(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "A-b", true },    { "DEMO01-default", true },
		{ "a-b-c", true },  { "a.b-_", false },
		{ "a--b", true },   { "", false },
		{ "A", false },     { "-b", false },
		{ "A-", false },    { "..-b", false },
		{ "A-b/c", false }, { "A-b ", false },
		{ ".A-b", false },  { "A-\xc3\xa9", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].text);
		assert_int_equal(is_app_code(slice_of(cases[i].text)), cases[i].good);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(test_whole),
		TEST(test_one_app),
		TEST(test_lock),
		TEST(test_read_only),
		TEST(test_elsewhere),
		TEST(test_spoilt),
		TEST(test_no_list),
		TEST(test_symlinks),
		TEST(test_several),
		TEST(test_no_tree),
		cmocka_unit_test(test_app_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
