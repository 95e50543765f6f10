#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"

#define KEY  "A-b/metadata/timestamp.json"
#define MD5A "0cc175b9c0f1b6a831c399e269772661" /* of "a" */

/* --- writing and reading --------------------------------------------------------------------------------------------------- */

static void test_roundtrip(void **state)
{
	struct folder *f = *state;
	struct dest_put p = folder_put(f, KEY, "a");
	struct dest_get g = { .key = KEY, .limit = 1 };
	mode_t before = umask(0077);

	assert_int_equal(dest_write(f->dest, &p, &f->d), 0);
	umask(before);
	assert_int_equal(p.outcome, DEST_DONE);
	assert_int_equal(dest_read(f->dest, &g, &f->d), 0);
	assert_int_equal(g.outcome, GET_FOUND);
	assert_string_equal(g.body.p, "a");
	assert_string_equal(g.version.etag, MD5A);
	assert_string_equal(g.version.generation, "");
	assert_true(g.modified > 0);
	assert_int_equal(folder_mode(f, "A-b"), 0755);
	assert_int_equal(folder_mode(f, "A-b/metadata"), 0755);
	assert_int_equal(folder_mode(f, KEY), 0644);
	assert_int_equal(f->dest->counts.puts, 1);
	assert_int_equal(f->dest->counts.gets, 1);
	assert_int_equal(f->dest->counts.sent, 1);
	strbuf_release(&g.body);
}

/* A folder that gives its group to what is made in it goes on doing so. */
static void test_group(void **state)
{
	struct folder *f = *state;
	struct dest_put p = folder_put(f, "A-b/x/y", "a");

	folder_mkdir(f, "A-b");
	assert_int_equal(chmod(folder_in(f, "A-b"), 02755), 0);
	assert_int_equal(dest_write(f->dest, &p, &f->d), 0);
	assert_int_equal(folder_mode(f, "A-b/x"), 02755);
}

static void test_absent(void **state)
{
	static const char *const keys[] = { "none", "A-b/none", "file/none", "file/none/none", "" };
	struct folder *f = *state;

	folder_write(f, "file", "x");
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct dest_get g = { .key = keys[i], .limit = 1 };

		print_message("\"%s\"\n", keys[i]);
		assert_int_equal(dest_read(f->dest, &g, &f->d), 0);
		assert_int_equal(g.outcome, GET_ABSENT);
	}
}

/* What is no regular file, or too long. */
static void test_get_errors(void **state)
{
	static const struct {
		const char *key, *error;
	} cases[] = {
		{ "long", "DEST/long: error: is larger than 3 bytes, which is the limit\n" },
		{ "folder", "DEST/folder: error: is no regular file, and must be one\n" },
		{ "fifo", "DEST/fifo: error: is no regular file, and must be one\n" },
		{ "link", "DEST/link: error: is a symlink; below a destination none is followed\n" },
		{ "there/file", "DEST/there: error: is a symlink; below a destination none is followed\n" },
		{ "folder/../long", "DEST/folder/../long: error: is no name for a file here\n" },
		{ "./long", "DEST/./long: error: is no name for a file here\n" },
		{ "folder//long", "DEST/folder//long: error: is no name for a file here\n" },
		{ "/long", "DEST//long: error: is no name for a file here\n" },
		{ "folder/..", "DEST/folder/..: error: is no name for a file here\n" },
		{ ".mdstatic-publish.lock", "DEST/.mdstatic-publish.lock: error: is no name for a file here\n" },
	};
	struct folder *f = *state;

	folder_write(f, "long", "1234");
	folder_write(f, "folder/file", "x");
	assert_int_equal(symlink("long", folder_in(f, "link")), 0);
	assert_int_equal(symlink("folder", folder_in(f, "there")), 0);
	assert_int_equal(mkfifo(folder_in(f, "fifo"), 0600), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dest_get g = { .key = cases[i].key, .limit = 3 };

		print_message("%s\n", cases[i].key);
		assert_int_equal(dest_read(f->dest, &g, &f->d), -1);
		assert_int_equal(g.outcome, GET_FAILED);
		folder_errors(f, 3, cases[i].error);
		strbuf_release(&g.body);
	}
}

/* --- conditions ------------------------------------------------------------------------------------------------------------ */

#define NEW "the new bytes"

static void test_conditions(void **state)
{
	static const struct {
		const char *there; /* NULL: nothing */
		enum dest_condition condition;
		const char *etag;
		bool settle;
		enum dest_outcome outcome;
	} cases[] = {
		{ NULL, DEST_ALWAYS, NULL, true, DEST_DONE },
		{ "a", DEST_ALWAYS, NULL, true, DEST_DONE },
		{ NEW, DEST_ALWAYS, NULL, true, DEST_DONE },
		{ NULL, DEST_IF_ABSENT, NULL, true, DEST_DONE },
		{ "a", DEST_IF_ABSENT, NULL, true, DEST_REFUSED },
		{ "", DEST_IF_ABSENT, NULL, true, DEST_REFUSED },
		{ "the new bytez", DEST_IF_ABSENT, NULL, true, DEST_REFUSED },
		{ NEW, DEST_IF_ABSENT, NULL, true, DEST_DONE },
		{ NEW, DEST_IF_ABSENT, NULL, false, DEST_REFUSED },
		{ NULL, DEST_IF_MATCH, MD5A, true, DEST_REFUSED },
		{ "a", DEST_IF_MATCH, MD5A, true, DEST_DONE },
		{ "a", DEST_IF_MATCH, "0CC175B9C0F1B6A831C399E269772661", true, DEST_DONE },
		{ "b", DEST_IF_MATCH, MD5A, true, DEST_REFUSED },
		{ NEW, DEST_IF_MATCH, MD5A, true, DEST_DONE },
		{ NEW, DEST_IF_MATCH, MD5A, false, DEST_REFUSED },
		{ NULL, DEST_IF_MATCH, "", true, DEST_DONE },
		{ "a", DEST_IF_MATCH, "", true, DEST_REFUSED },
	};
	struct folder *f = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dest_version version = { .etag = "" };
		struct dest_put p = folder_put(f, KEY, NEW);
		char *now;

		print_message("%s, condition %d, ETag %s, settle %d\n", cases[i].there ? cases[i].there : "(nothing)",
			      cases[i].condition, cases[i].etag ? cases[i].etag : "-", cases[i].settle);
		unlink(folder_in(f, KEY));
		if (cases[i].there)
			folder_write(f, KEY, cases[i].there);
		if (cases[i].etag)
			strcpy(version.etag, cases[i].etag);
		p.condition = cases[i].condition;
		p.version = &version;
		p.settle = cases[i].settle;
		assert_int_equal(dest_write(f->dest, &p, &f->d), 0);
		assert_int_equal(p.outcome, cases[i].outcome);
		now = folder_read(f, KEY);
		if (cases[i].outcome == DEST_DONE)
			assert_string_equal(now, NEW);
		else if (cases[i].there)
			assert_string_equal(now, cases[i].there);
		else
			assert_null(now);
		free(now);
		assert_int_equal(folder_temps(f, "A-b/metadata"), 0);
	}
}

/* Other ways to put a condition than those of a folder. */
static void test_unsupported(void **state)
{
	static const struct dest_version version = { .etag = MD5A };
	static const struct dest_put cases[] = {
		{ .condition = DEST_IF_ABSENT, .claim = CLAIM_OSS },
		{ .condition = DEST_IF_ABSENT, .claim = CLAIM_GCS },
		{ .condition = DEST_IF_ABSENT, .claim = CLAIM_NONE },
		{ .condition = DEST_IF_MATCH, .match = MATCH_UNQUOTED, .version = &version },
		{ .condition = DEST_IF_MATCH, .match = MATCH_GENERATION, .version = &version },
	};
	struct folder *f = *state;

	assert_int_equal(f->dest->claim, CLAIM_STANDARD);
	assert_int_equal(f->dest->match, MATCH_QUOTED);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dest_put p = folder_put(f, KEY, NEW);

		print_message("%zu\n", i);
		p.condition = cases[i].condition;
		p.claim = cases[i].claim;
		p.match = cases[i].match;
		p.version = cases[i].version;
		assert_int_equal(dest_write(f->dest, &p, &f->d), 0);
		assert_int_equal(p.outcome, DEST_UNSUPPORTED);
		assert_null(folder_read(f, KEY));
	}
}

/* --- what cannot be written ------------------------------------------------------------------------------------------------ */

/* An error of the environment ends the batch; nothing half-written is left. */
static void test_put_errors(void **state)
{
	static const struct {
		const char *key, *error;
	} cases[] = {
		{ "file/x", "DEST/file: error: is no folder, and must be one\n" },
		{ "file/x/y", "DEST/file: error: is no folder, and must be one\n" },
		{ "folder", "DEST/folder: error: is no regular file, and must be one\n" },
		{ "there/x", "DEST/there: error: is a symlink; below a destination none is followed\n" },
		{ "nowhere/x", "DEST/nowhere: error: is a symlink; below a destination none is followed\n" },
		{ "link", "DEST/link: error: is a symlink; below a destination none is followed\n" },
		{ "folder/../x", "DEST/folder/../x: error: is no name for a file here\n" },
		{ "a/.mdstatic-publish.x/y", "DEST/a/.mdstatic-publish.x/y: error: is no name for a file here\n" },
	};
	struct folder *f = *state;

	folder_write(f, "file", "x");
	folder_write(f, "folder/file", "x");
	assert_int_equal(symlink("folder", folder_in(f, "there")), 0);
	assert_int_equal(symlink("/nowhere", folder_in(f, "nowhere")), 0);
	assert_int_equal(symlink("file", folder_in(f, "link")), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dest_put p = folder_put(f, cases[i].key, NEW), next = folder_put(f, "next", NEW);

		print_message("%s\n", cases[i].key);
		p.condition = DEST_IF_ABSENT;
		f->dest->ops->queue_put(f->dest, &p);
		f->dest->ops->queue_put(f->dest, &next);
		assert_int_equal(dest_run(&f->dest, 1, &f->d), -1);
		assert_int_equal(p.outcome, DEST_FAILED);
		assert_int_equal(next.outcome, DEST_FAILED);
		assert_null(folder_read(f, "next"));
		assert_int_equal(folder_temps(f, ""), 0);
		assert_int_equal(folder_temps(f, "folder"), 0);
		folder_errors(f, 3, cases[i].error);
	}
}

/* A file of the tree that is not what the metadata says is not sent; the others are. */
static void test_changed(void **state)
{
	static const struct {
		const char *bytes, *error;
	} cases[] = {
		{ "the new bytez", "LOCAL: error: differs from its SHA-256 in the metadata\n" },
		{ "the new byte", "LOCAL: error: differs from its length in the metadata\n" },
		{ "", "LOCAL: error: differs from its length in the metadata\n" },
	};
	struct folder *f = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dest_put p = folder_put(f, "A-b/x", NEW), next = folder_put(f, "A-b/y", NEW);

		print_message("%s\n", cases[i].bytes);
		folder_local(f, cases[i].bytes);
		p.file = f->local;
		unlink(folder_in(f, "A-b/y"));
		f->dest->ops->queue_put(f->dest, &p);
		f->dest->ops->queue_put(f->dest, &next);
		assert_int_equal(dest_run(&f->dest, 1, &f->d), -1);
		assert_int_equal(p.outcome, DEST_FAILED);
		assert_int_equal(next.outcome, DEST_DONE);
		assert_null(folder_read(f, "A-b/x"));
		assert_int_equal(folder_temps(f, "A-b"), 0);
		folder_errors(f, 1, cases[i].error);
	}
	folder_local(f, NEW);
	struct dest_put good = folder_put(f, "A-b/x", NEW);
	good.file = f->local;
	assert_int_equal(dest_write(f->dest, &good, &f->d), 0);
	assert_int_equal(good.outcome, DEST_DONE);
}

/* More files than are synced together; one of them cannot be written, and those behind it are not tried. */
static void test_many(void **state)
{
	static const struct {
		size_t bad, n; /* n: none */
		const char *key, *error;
	} cases[] = {
		{ 200, 200, "", "" },
		{ 70, 200, "file/x", "DEST/file: error: is no folder, and must be one\n" },
		{ 70, 200, "folder", "DEST/folder: error: is no regular file, and must be one\n" },
		{ 0, 65, "folder", "DEST/folder: error: is no regular file, and must be one\n" },
	};
	struct folder *f = *state;
	struct dest_put puts[200];

	folder_write(f, "file", "x");
	folder_mkdir(f, "folder");
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%zu of %zu: %s\n", cases[i].bad, cases[i].n, cases[i].key);
		for (size_t k = 0; k < cases[i].n; k++) {
			const char *key = arena_printf(&f->mem, "A-b/%zu/%zu", k % 7, k).p;

			puts[k] = folder_put(f, k == cases[i].bad ? cases[i].key : key, "x");
			puts[k].condition = DEST_IF_ABSENT;
			f->dest->ops->queue_put(f->dest, &puts[k]);
		}
		assert_int_equal(dest_run(&f->dest, 1, &f->d), *cases[i].error ? -1 : 0);
		for (size_t k = 0; k < cases[i].n; k++)
			assert_int_equal(puts[k].outcome, k < cases[i].bad ? DEST_DONE : DEST_FAILED);
		folder_errors(f, *cases[i].error ? 3 : 0, cases[i].error);
		for (int k = 0; k < 7; k++)
			assert_int_equal(folder_temps(f, arena_printf(&f->mem, "A-b/%d", k).p), 0);
	}
}

/* A disk that takes no more: here a limit for files, which stops writes in the same place. */
static void test_full(void **state)
{
	struct folder *f = *state;
	struct rlimit before, limit;
	struct dest_put p = folder_put(f, KEY, NEW), next = folder_put(f, "A-b/x", "x");
	int result;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 5;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	f->dest->ops->queue_put(f->dest, &p);
	f->dest->ops->queue_put(f->dest, &next);
	result = dest_run(&f->dest, 1, &f->d);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(result, -1);
	assert_int_equal(p.outcome, DEST_FAILED);
	assert_int_equal(next.outcome, DEST_FAILED);
	assert_null(folder_read(f, KEY));
	assert_int_equal(folder_temps(f, "A-b/metadata"), 0);
	folder_errors(f, 3, "DEST/" KEY ": error: cannot write: File too large\n");
}

/* Root may do everything: it becomes nobody for a moment. */
static void test_forbidden(void **state)
{
	struct folder *f = *state;
	struct dest_put p = folder_put(f, "A-b/x", NEW), q = folder_put(f, "A-c/x", NEW);
	bool root = geteuid() == 0;
	int made, entered;

	folder_mkdir(f, "A-b");
	assert_int_equal(chmod(f->base, 0755), 0);
	assert_int_equal(chmod(folder_in(f, "A-b"), 0555), 0);
	assert_int_equal(chmod(f->dir, 0555), 0);
	assert_true(!root || !seteuid(65534));
	made = dest_write(f->dest, &p, &f->d);
	entered = dest_write(f->dest, &q, &f->d);
	assert_true(!root || !seteuid(0));
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(made, -1);
	assert_int_equal(entered, -1);
	folder_errors(f, 3,
		      "DEST/A-b/x: error: cannot create: Permission denied\n"
		      "DEST/A-c: error: cannot make the folder: Permission denied\n");
}

/* --- listing --------------------------------------------------------------------------------------------------------------- */

static void test_list(void **state)
{
	static const struct {
		const char *prefixes[3];
		const char *keys;
	} cases[] = {
		{ { "A-b/" }, "A-b/metadata/1.root.json A-b/metadata/12.x A-b/metadata/2.x A-b/o/a/b/c A-b/odd \xff" },
		{ { "A-b/metadata/1" }, "A-b/metadata/1.root.json A-b/metadata/12.x" },
		{ { "A-b/o/", "A-b/metadata/2" }, "A-b/metadata/2.x A-b/o/a/b/c" },
		{ { "A-b/o" }, "A-b/o/a/b/c A-b/odd \xff" },
		{ { "A-b" },
		  "A-b/metadata/1.root.json A-b/metadata/12.x A-b/metadata/2.x A-b/o/a/b/c A-b/odd \xff A-bc/x" },
		{ { "A-c/", "none/none/", "A-b/metadata/1.root.json/" }, "" },
	};
	struct folder *f = *state;

	folder_write(f, "A-b/metadata/1.root.json", "a");
	folder_write(f, "A-b/metadata/12.x", "");
	folder_write(f, "A-b/metadata/2.x", "b");
	folder_write(f, "A-b/o/a/b/c", "c");
	folder_write(f, "A-b/odd \xff", "c");
	folder_write(f, "A-bc/x", "c");
	folder_write(f, "A-b/.mdstatic-publish.0123456789abcdef", "half");
	folder_write(f, ".mdstatic-publish.lock", "");
	folder_mkdir(f, "A-b/empty");
	assert_int_equal(symlink("1.root.json", folder_in(f, "A-b/metadata/link")), 0);
	assert_int_equal(symlink("o", folder_in(f, "A-b/other")), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(dest_listing_release) struct dest_listing l = DEST_LISTING_INIT;
		struct strbuf keys = STRBUF_INIT;
		size_t n = 0;

		while (n < COUNT(cases[i].prefixes) && cases[i].prefixes[n])
			n++;
		print_message("%s\n", cases[i].prefixes[0]);
		assert_int_equal(f->dest->ops->list(f->dest, &l, cases[i].prefixes, n, &f->d), 0);
		for (size_t k = 0; k < l.n; k++)
			strbuf_addf(&keys, "%s" SLICE_FMT, k ? " " : "", SLICE_ARG(l.v[k].key));
		assert_string_equal(keys.p ? keys.p : "", cases[i].keys);
		strbuf_release(&keys);
	}
}

static void test_list_facts(void **state)
{
	static const char *const all[] = { "A-b/" };
	CLEANUP(dest_listing_release) struct dest_listing l = DEST_LISTING_INIT;
	struct folder *f = *state;
	const struct dest_object *o;
	struct timespec then[2] = { { 1000000000, 0 }, { 1000000000, 0 } };

	folder_write(f, "A-b/x", "a");
	folder_write(f, "A-b/y", "");
	assert_int_equal(utimensat(AT_FDCWD, folder_in(f, "A-b/x"), then, 0), 0);
	assert_int_equal(f->dest->ops->list(f->dest, &l, all, 1, &f->d), 0);
	o = dest_listing_find(&l, SLICE("A-b/x"));
	assert_non_null(o);
	assert_int_equal(o->size, 1);
	assert_int_equal(o->modified, 1000000000);
	assert_true(slice_eqs(o->etag, MD5A));
	o = dest_listing_find(&l, SLICE("A-b/y"));
	assert_non_null(o);
	assert_true(slice_eqs(o->etag, "d41d8cd98f00b204e9800998ecf8427e"));
	assert_null(dest_listing_find(&l, SLICE("A-b/z")));
	assert_null(dest_listing_find(&l, SLICE("")));
}

static void test_list_errors(void **state)
{
	static const char *const link[] = { "link/" }, *const deep[] = { "deep/" };
	CLEANUP(dest_listing_release) struct dest_listing l = DEST_LISTING_INIT;
	struct folder *f = *state;
	struct strbuf path = STRBUF_INIT;

	folder_mkdir(f, "A-b");
	assert_int_equal(symlink("A-b", folder_in(f, "link")), 0);
	assert_int_equal(f->dest->ops->list(f->dest, &l, link, 1, &f->d), -1);
	folder_errors(f, 3, "DEST/link: error: is a symlink; below a destination none is followed\n");
	strbuf_adds(&path, "deep");
	for (int i = 0; i < 64; i++)
		strbuf_adds(&path, "/d");
	folder_write(f, arena_printf(&f->mem, "%s/x", path.p).p, "x");
	assert_int_equal(f->dest->ops->list(f->dest, &l, deep, 1, &f->d), -1);
	folder_errors(f, 3, arena_printf(&f->mem, "DEST/%s/: error: has folders nested deeper than 64\n", path.p).p);
	strbuf_release(&path);
}

static void test_folders(void **state)
{
	CLEANUP(dest_listing_release) struct dest_listing l = DEST_LISTING_INIT;
	struct folder *f = *state;

	folder_write(f, "B-c/x", "x");
	folder_write(f, "A-b/x", "x");
	folder_write(f, "file", "x");
	folder_mkdir(f, ".hidden");
	assert_int_equal(symlink("A-b", folder_in(f, "link")), 0);
	assert_int_equal(f->dest->ops->folders(f->dest, &l, &f->d), 0);
	assert_int_equal(l.n, 2);
	assert_true(slice_eqs(l.v[0].key, "A-b") && slice_eqs(l.v[1].key, "B-c"));
}

/* A destination that is not there yet is empty; reading does not make it. */
static void test_no_folder(void **state)
{
	static const char *const all[] = { "A-b/" }, *const keys[] = { "A-b/x" };
	CLEANUP(dest_listing_release) struct dest_listing l = DEST_LISTING_INIT;
	struct folder *f = *state;
	struct dest_get g = { .key = KEY, .limit = 1 };
	struct dest_put p = folder_put(f, KEY, "a");
	struct stat st;

	assert_int_equal(rmdir(f->dir), 0);
	assert_int_equal(f->dest->ops->list(f->dest, &l, all, 1, &f->d), 0);
	assert_int_equal(f->dest->ops->folders(f->dest, &l, &f->d), 0);
	assert_int_equal(f->dest->ops->remove(f->dest, keys, 1, &f->d), 0);
	assert_int_equal(dest_read(f->dest, &g, &f->d), 0);
	assert_int_equal(g.outcome, GET_ABSENT);
	assert_int_equal(l.n, 0);
	assert_int_equal(stat(f->dir, &st), -1);
	assert_int_equal(dest_write(f->dest, &p, &f->d), 0);
	assert_int_equal(p.outcome, DEST_DONE);
}

/* --- removing -------------------------------------------------------------------------------------------------------------- */

static void test_remove(void **state)
{
	static const char *const keys[] = { "A-b/o/a/1", "A-b/o/a/2", "A-b/o/b/1", "A-b/none/x", "none" };
	struct folder *f = *state;
	struct stat st;

	folder_write(f, "A-b/o/a/1", "x");
	folder_write(f, "A-b/o/a/2", "x");
	folder_write(f, "A-b/o/b/1", "x");
	folder_write(f, "A-b/o/b/2", "x");
	folder_mkdir(f, "A-b/empty");
	assert_int_equal(f->dest->ops->remove(f->dest, keys, COUNT(keys), &f->d), 0);
	assert_int_equal(stat(folder_in(f, "A-b/o/a"), &st), -1);
	assert_int_equal(stat(folder_in(f, "A-b/o/b/1"), &st), -1);
	assert_int_equal(stat(folder_in(f, "A-b/o/b/2"), &st), 0);
	assert_int_equal(stat(folder_in(f, "A-b/empty"), &st), 0);
	assert_int_equal(f->dest->counts.deletes, COUNT(keys));
}

static void test_remove_all(void **state)
{
	static const char *const keys[] = { "A-b/o/x" }, *const folder[] = { "A-b/o" };
	struct folder *f = *state;
	struct stat st;

	folder_write(f, "A-b/o/x", "x");
	assert_int_equal(f->dest->ops->remove(f->dest, folder, 1, &f->d), -1);
	folder_errors(f, 3, "DEST/A-b/o: error: cannot remove: Is a directory\n");
	assert_int_equal(f->dest->ops->remove(f->dest, keys, 1, &f->d), 0);
	assert_int_equal(stat(folder_in(f, "A-b"), &st), -1);
	assert_int_equal(stat(f->dir, &st), 0);
}

/* --- leftovers ------------------------------------------------------------------------------------------------------------- */

#define TEMP "A-b/.mdstatic-publish."

static void age(struct folder *f, const char *key, time_t seconds)
{
	struct timespec then[2] = { { time(NULL) - seconds, 0 }, { time(NULL) - seconds, 0 } };

	assert_int_equal(utimensat(AT_FDCWD, folder_in(f, key), then, 0), 0);
}

static void test_leftovers(void **state)
{
	static const char *const all[] = { "A-b/" };
	static const struct {
		const char *key;
		time_t age;
		bool open; /* its publisher still runs */
		bool stays;
	} cases[] = {
		{ TEMP "0000000000000001", 3700, false, false },
		{ TEMP "0000000000000002", 3500, false, true },
		{ TEMP "0000000000000003", 3700, true, true },
		{ TEMP "000000000000000g", 3700, false, true },
		{ TEMP "lock", 3700, false, true },
	};
	CLEANUP(dest_listing_release) struct dest_listing l = DEST_LISTING_INIT;
	struct folder *f = *state;
	struct dest_put p = folder_put(f, "A-b/x", "a");
	struct stat st;
	int fd = -1;

	for (size_t i = 0; i < COUNT(cases); i++) {
		folder_write(f, cases[i].key, "half");
		age(f, cases[i].key, cases[i].age);
		if (cases[i].open) {
			fd = open(folder_in(f, cases[i].key), O_RDWR);
			assert_int_equal(flock(fd, LOCK_EX), 0);
		}
	}
	assert_int_equal(f->dest->ops->list(f->dest, &l, all, 1, &f->d), 0);
	assert_int_equal(l.n, 0);
	for (size_t i = 0; i < COUNT(cases); i++) /* reading changes nothing */
		assert_int_equal(stat(folder_in(f, cases[i].key), &st), 0);
	assert_int_equal(dest_write(f->dest, &p, &f->d), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].key);
		assert_int_equal(stat(folder_in(f, cases[i].key), &st), cases[i].stays ? 0 : -1);
	}
	close(fd);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_setup, folder_teardown)
	static const struct CMUnitTest tests[] = {
		TEST(test_roundtrip),  TEST(test_group),       TEST(test_absent),     TEST(test_get_errors),
		TEST(test_conditions), TEST(test_unsupported), TEST(test_put_errors), TEST(test_changed),
		TEST(test_many),       TEST(test_full),        TEST(test_forbidden),  TEST(test_list),
		TEST(test_list_facts), TEST(test_list_errors), TEST(test_folders),    TEST(test_no_folder),
		TEST(test_remove),     TEST(test_remove_all),  TEST(test_leftovers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
