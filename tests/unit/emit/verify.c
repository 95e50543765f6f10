/* A whole tree, and every way to damage it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tiny.h"

static struct tiny tiny; /* of the whole group: making it costs more than any test */

static int setup(void **state)
{
	struct diags d = DIAGS_INIT;

	tiny_open(&tiny);
	tiny_build(&tiny, tiny_in(&tiny, "out"), 1, &d);
	diags_release(&d);
	*state = &tiny;
	return 0;
}

static int teardown(void **state)
{
	tiny_close(*state);
	return 0;
}

static const char *app_dir(struct tiny *t)
{
	return tiny_in(t, "out/" TINY_APP);
}

static void write_over(const char *path, struct slice bytes)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

static void expect_good(struct tiny *t)
{
	struct verify_result r = VERIFY_RESULT_INIT;
	struct diags d = DIAGS_INIT;

	if (tiny_verify(t, tiny_in(t, "out"), true, TINY_NOW, &r, &d))
		fail_msg("%s: %s", d.v[0].at.path, d.v[0].text);
	diags_release(&d);
	verify_result_release(&r);
}

/* Refused, and some message names `path` or `other`. */
static void expect_refused_either(struct tiny *t, const char *path, const char *other, const char *what)
{
	struct verify_result r = VERIFY_RESULT_INIT;
	struct diags d = DIAGS_INIT;
	bool named = false;

	if (!tiny_verify(t, tiny_in(t, "out"), false, TINY_NOW, &r, &d))
		fail_msg("%s: %s is not noticed", path, what);
	for (size_t i = 0; i < d.n; i++)
		named = named || (d.v[i].at.path && (!strcmp(d.v[i].at.path, path) || !strcmp(d.v[i].at.path, other)));
	if (!named)
		fail_msg("%s: %s: no message names the file, but: %s: %s", path, what,
			 d.v[0].at.path ? d.v[0].at.path : "", d.v[0].text);
	diags_release(&d);
	verify_result_release(&r);
}

static void expect_refused(struct tiny *t, const char *path, const char *what)
{
	expect_refused_either(t, path, path, what);
}

static void test_good(void **state)
{
	struct tiny *t = *state;
	struct verify_result r = VERIFY_RESULT_INIT;
	struct diags d = DIAGS_INIT;

	assert_int_equal(tiny_verify(t, tiny_in(t, "out"), true, TINY_NOW, &r, &d), 0);
	assert_int_equal(r.napps, 1);
	assert_true(slice_eqs(r.apps[0].app, TINY_APP));
	assert_true(slice_eqs(r.apps[0].commit, "c0ffee"));
	assert_int_equal(r.apps[0].objects, t->objects.n);
	assert_int_equal(r.apps[0].files, t->objects.n + 3 + 2 + 5 + 1);
	assert_int_equal(r.apps[0].nroles, 5);
	verify_result_release(&r);
	assert_int_equal(tiny_verify(t, app_dir(t), true, TINY_NOW, &r, &d), 0); /* one app's folder */
	verify_result_release(&r);
	assert_int_equal(tiny_verify(t, tiny_in(t, "out"), true, TINY_NOW + 3600, &r, &d), -1); /* expired */
	assert_int_equal(d.errors, 4);
	assert_int_equal(diags_exit(&d), 1);
	verify_result_release(&r);
	diags_release(&d);
}

static void damage_file(struct tiny *t, const char *path)
{
	struct strbuf bytes = STRBUF_INIT;
	struct diags d = DIAGS_INIT;
	struct slice good;
	char *copy;
	size_t step;

	assert_int_equal(file_read(&bytes, path, UINT64_C(1) << 30, &d), 0);
	good = arena_copy(&t->mem, strbuf_slice(&bytes));
	copy = arena_alloc(&t->mem, good.n + 1);
	step = 1 + good.n / 40;
	for (size_t i = 0; i < good.n; i += step) {
		memcpy(copy, good.p, good.n);
		copy[i] ^= (char)(1 << i % 8);
		write_over(path, (struct slice){ copy, good.n });
		expect_refused(t, path, "a flipped bit");
	}
	write_over(path, slice_sub(good, 0, good.n - 1));
	expect_refused(t, path, "a byte less");
	memcpy(copy, good.p, good.n);
	copy[good.n] = '\n';
	write_over(path, (struct slice){ copy, good.n + 1 });
	expect_refused(t, path, "a byte more");
	write_over(path, SLICE(""));
	expect_refused(t, path, "no byte");
	assert_int_equal(unlink(path), 0);
	expect_refused(t, strstr(path, ".root.json") ? app_dir(t) : path, "no file");
	write_over(path, good);
	strbuf_release(&bytes);
	diags_release(&d);
}

static void test_every_file(void **state)
{
	struct tiny *t = *state;
	struct file_list files = { .mem = ARENA_INIT };
	struct diags d = DIAGS_INIT;

	assert_int_equal(file_walk(&files, app_dir(t), &d), 0);
	for (size_t i = 0; i < files.n; i++) {
		print_message(SLICE_FMT "\n", SLICE_ARG(files.path[i]));
		damage_file(t, arena_printf(&t->mem, "%s/" SLICE_FMT, app_dir(t), SLICE_ARG(files.path[i])).p);
	}
	for (size_t i = 1; i < files.n; i++) { /* two files change places */
		const char *a = arena_printf(&t->mem, "%s/" SLICE_FMT, app_dir(t), SLICE_ARG(files.path[i - 1])).p;
		const char *b = arena_printf(&t->mem, "%s/" SLICE_FMT, app_dir(t), SLICE_ARG(files.path[i])).p;

		assert_int_equal(renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE), 0);
		expect_refused_either(t, a, b, "two files swapped");
		assert_int_equal(renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE), 0);
	}
	file_list_release(&files);
	diags_release(&d);
	expect_good(t);
}

static void test_unknown_files(void **state)
{
	static const char *const names[] = {
		"x",           "metadata/2.snapshot.json", "metadata/2.root.json", "metadata/1.timestamp.json",
		"targets/o/x", "h5/h5_json.json",          TINY_H5 "fallback/x",   ".hidden"
	};
	struct tiny *t = *state;
	struct diags d = DIAGS_INIT;

	for (size_t i = 0; i < COUNT(names); i++) {
		const char *path = arena_printf(&t->mem, "%s/%s", app_dir(t), names[i]).p;
		struct slice parent = slice_sub(slice_of(path), 0, (size_t)slice_rfind(slice_of(path), '/'));

		print_message("%s\n", names[i]);
		assert_int_equal(file_mkdirs(arena_str(&t->mem, parent), 0755, &d), 0);
		write_over(path, SLICE("{}"));
		expect_refused(t, path, "a file too many");
		assert_int_equal(unlink(path), 0);
	}
	write_over(tiny_in(t, "out/stray"), SLICE(""));
	expect_refused(t, tiny_in(t, "out/stray"), "a file beside the apps");
	assert_int_equal(unlink(tiny_in(t, "out/stray")), 0);
	assert_int_equal(rename(app_dir(t), tiny_in(t, "out/OTHER-default")), 0);
	expect_refused(t, tiny_in(t, "out/OTHER-default/metadata/timestamp.json"), "another app's folder");
	assert_int_equal(rename(tiny_in(t, "out/OTHER-default"), app_dir(t)), 0);
	assert_int_equal(symlink("1.root.json", arena_printf(&t->mem, "%s/metadata/link.json", app_dir(t)).p), 0);
	{
		struct verify_result r = VERIFY_RESULT_INIT;

		assert_int_equal(tiny_verify(t, tiny_in(t, "out"), false, TINY_NOW, &r, &d), -1);
		verify_result_release(&r);
	}
	assert_int_equal(unlink(arena_printf(&t->mem, "%s/metadata/link.json", app_dir(t)).p), 0);
	diags_release(&d);
	expect_good(t);
}

static struct slice read_all(struct tiny *t, const char *path)
{
	struct strbuf bytes = STRBUF_INIT;
	struct diags d = DIAGS_INIT;

	assert_int_equal(file_read(&bytes, path, UINT64_C(1) << 30, &d), 0);
	return tiny_keep(t, &bytes);
}

/* Files that are signed well, and yet do not belong together. */
static void test_mixed(void **state)
{
	static const char *const names[] = { "build.json", "metadata/timestamp.json" };
	struct tiny *t = *state;
	struct diags d = DIAGS_INIT;
	const char *timestamp = arena_printf(&t->mem, "%s/metadata/timestamp.json", app_dir(t)).p;
	struct slice good = read_all(t, timestamp);
	struct tuf_file f;
	struct signature two[2] = { { .keyid = { 1 } }, { .keyid = { 2 } } };
	struct strbuf bytes = STRBUF_INIT;
	const char *why = "";

	tiny_build(t, tiny_in(t, "later"), 2, &d);
	for (size_t i = 0; i < COUNT(names); i++) {
		const char *path = arena_printf(&t->mem, "%s/%s", app_dir(t), names[i]).p;
		struct slice old = read_all(t, path);

		print_message("%s of a later build\n", names[i]);
		write_over(path, read_all(t, arena_printf(&t->mem, "%s/later/" TINY_APP "/%s", t->dir, names[i]).p));
		expect_refused_either(t, path, arena_printf(&t->mem, "%s/metadata/2.snapshot.json", app_dir(t)).p,
				      "another build's");
		write_over(path, old);
	}
	/* a signature more, by nobody */
	assert_int_equal(tuf_decode(&f, &t->mem, t->dg, TUF_TIMESTAMP, good, &why), 0);
	two[0] = f.signatures.v[0];
	two[1].bytes = two[0].bytes;
	f.signatures = (struct envelope){ two, 2 };
	assert_int_equal(tuf_encode(&bytes, &f), 0);
	write_over(timestamp, strbuf_slice(&bytes));
	expect_refused(t, timestamp, "a signature by nobody");
	write_over(timestamp, good);
	strbuf_release(&bytes);
	diags_release(&d);
	expect_good(t);
}

/* A tree without one of its objects says so in build.json, and verifies until somebody asks for all of it. */
static void test_elsewhere(void **state)
{
	struct tiny *t = *state;
	struct outdir dir = OUTDIR_INIT;
	struct tree tree = TREE_INIT;
	struct diags d = DIAGS_INIT;
	struct verify_result r = VERIFY_RESULT_INIT;
	const char *out = tiny_in(t, "kept");

	tiny_content(t, 1);
	for (size_t i = 0; i < t->objects.n; i++) {
		if (!strcmp(t->objects.v[i].name, "filter.bin") || !strcmp(t->objects.v[i].name, "package.apk"))
			t->objects.v[i].data = (struct slice){ NULL, 0 };
	}
	assert_int_equal(outdir_open(&dir, out, &d), 0);
	assert_int_equal(tree_begin(&tree, &dir, SLICE(TINY_APP), NULL, &d), 0);
	tiny_fill(t, &tree, 1, &d);
	assert_int_equal(tree_commit(&tree, NULL, &d), 0);
	tree_end(&tree);
	outdir_close(&dir);
	assert_int_equal(tiny_verify(t, out, false, TINY_NOW, &r, &d), 0);
	assert_int_equal(r.apps[0].elsewhere, 2);
	verify_result_release(&r);
	assert_int_equal(tiny_verify(t, out, true, TINY_NOW, &r, &d), -1);
	assert_int_equal(d.errors, 2);
	verify_result_release(&r);
	diags_release(&d);
}

/* What an answer says of the files that it leads to is what the tree lists. */
static void test_answers(void **state)
{
	static const struct {
		const char *answer, *said;
	} cases[] = {
		{ "{\"package_url\":\"" TINY_H5 "20171228_1.0.amr\"}", NULL },
		{ "{\"package_url\":\"https://elsewhere.example.com/x.amr\"}", NULL },
		{ "{\"package_url\":\"\",\"url\":\"nothing of h5\"}", NULL },
		{ "{\"package_url\":\"" TINY_H5 "20171228_1.1.amr\"}",
		  "leads to " TINY_H5 "20171228_1.1.amr, which the tree does not list" },
		{ "{\"fallback_base_url\":\"" TINY_H5 "fallbacks/\"}",
		  "leads to " TINY_H5 "fallbacks/, which the tree does not list" },
		{ "{\"patch\":\"targets/o/x/y\"}", "leads to targets/o/x/y, which the tree does not list" },
		{ "{\"fileSize\":1,\"package_url\":\"" TINY_H5 "20171228_1.0.amr\"}",
		  "gives another length of " TINY_H5 "20171228_1.0.amr than the tree lists" },
		{ "{\"package_url\":\"" TINY_H5 "20171228_1.0.amr\",\"sha256\":\"00\"}",
		  "gives another SHA-256 of " TINY_H5 "20171228_1.0.amr than the tree lists" },
	};
	struct tiny *t = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct verify_result r = VERIFY_RESULT_INIT;
		struct diags d = DIAGS_INIT;
		const char *out = arena_printf(&t->mem, "%s/answer%zu", t->dir, i).p;

		print_message("%s\n", cases[i].answer);
		t->h5_answer = cases[i].answer;
		tiny_build(t, out, 1, &d);
		t->h5_answer = NULL;
		assert_int_equal(tiny_verify(t, out, true, TINY_NOW, &r, &d), cases[i].said ? -1 : 0);
		assert_int_equal(d.n, cases[i].said ? 1 : 0);
		if (cases[i].said)
			assert_string_equal(d.v[0].text, cases[i].said);
		verify_result_release(&r);
		diags_release(&d);
	}
}

static void test_previous(void **state)
{
	struct tiny *t = *state;
	struct previous p = PREVIOUS_INIT;
	struct diags d = DIAGS_INIT;
	struct recipe wanted = { .key = { 1 } };
	const char *orphan = arena_printf(&t->mem, "%s/metadata/9.snapshot.json", app_dir(t)).p;
	const char *damaged = arena_printf(&t->mem, "%s/metadata/1.targets.json", app_dir(t)).p;
	struct strbuf bytes = STRBUF_INIT;

	write_over(orphan, SLICE("of a publisher that died"));
	assert_int_equal(previous_load(&p, app_dir(t), SLICE(TINY_APP), &t->chain, t->dg, &d), 0);
	assert_int_equal(tuf_part_find(&p.parts, SLICE("snapshot"))->version, 1);
	assert_int_equal(tuf_part_find(&p.parts, SLICE("snapshot"))->highest, 9);
	assert_int_equal(p.nindexes, 3);
	assert_int_equal(p.files.n, 2);
	assert_memory_equal(p.files.v[1].hash, t->listed[1].hash, 32);
	assert_int_equal(p.nobjects, t->objects.n);
	assert_non_null(recipes_find(&p.recipes, wanted.key));
	assert_memory_equal(p.build.lineage[0], p.timestamp, 32);
	previous_release(&p);
	assert_int_equal(unlink(orphan), 0);

	assert_int_equal(previous_load(&p, tiny_in(t, "nowhere"), SLICE(TINY_APP), &t->chain, t->dg, &d), 0);
	assert_null(p.dir);
	assert_int_equal(previous_load(&p, app_dir(t), SLICE("OTHER-default"), &t->chain, t->dg, &d), -1);
	assert_int_equal(diags_exit(&d), 1);

	assert_int_equal(file_read(&bytes, damaged, 1 << 20, &d), 0);
	bytes.p[bytes.n / 2] ^= 1;
	write_over(damaged, strbuf_slice(&bytes));
	assert_int_equal(previous_load(&p, app_dir(t), SLICE(TINY_APP), &t->chain, t->dg, &d), -1);
	assert_null(p.dir);
	bytes.p[bytes.n / 2] ^= 1;
	write_over(damaged, strbuf_slice(&bytes));
	strbuf_release(&bytes);
	diags_release(&d);
	expect_good(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),    cmocka_unit_test(test_every_file), cmocka_unit_test(test_unknown_files),
		cmocka_unit_test(test_mixed),   cmocka_unit_test(test_elsewhere),  cmocka_unit_test(test_previous),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
