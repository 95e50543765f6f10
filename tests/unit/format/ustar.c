#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/refuse.h"
#include "base/strbuf.h"
#include "format/ustar.h"

#define ENTRIES 3

struct entry {
	const char *name; /* NULL: the list ends */
	char type;
	const char *size; /* as it stands in the header */
	size_t bytes;     /* that follow, without padding */
	const char *magic, *prefix;
};

static void put_header(struct strbuf *out, const struct entry *e)
{
	struct ustar_header h = { .type = e->type };
	uint32_t sum = 0;
	char text[9];

	memcpy(h.name, e->name, strnlen(e->name, sizeof(h.name)));
	memcpy(h.size, e->size, strlen(e->size));
	memcpy(h.magic,
	       e->magic ? e->magic
			: "ustar\0"
			  "00",
	       8);
	memcpy(h.prefix, e->prefix ? e->prefix : "", e->prefix ? strlen(e->prefix) : 0);
	memset(h.checksum, ' ', sizeof(h.checksum));
	for (size_t i = 0; i < sizeof(h); i++)
		sum += ((const unsigned char *)&h)[i];
	snprintf(text, sizeof(text), "%06o", sum);
	memcpy(h.checksum, text, 7);
	strbuf_add(out, &h, sizeof(h));
}

static void put_zeros(struct strbuf *out, size_t n)
{
	while (n--)
		strbuf_addch(out, '\0');
}

static void put_entries(struct strbuf *out, const struct entry *v)
{
	for (size_t i = 0; i < ENTRIES && v[i].name; i++) {
		put_header(out, &v[i]);
		for (size_t k = 0; k < v[i].bytes; k++)
			strbuf_addch(out, 'x');
		put_zeros(out, (USTAR_BLOCK - v[i].bytes % USTAR_BLOCK) % USTAR_BLOCK);
	}
}

/* Gives `tar` in pieces of that many bytes: NULL, or the reason in static memory. */
static const char *walk(struct ustar *t, struct slice tar, size_t piece)
{
	static char text[256];
	const char *why = NULL;
	int bad = 0;

	while (tar.n && !bad) {
		bad = ustar_put(t, slice_sub(tar, 0, piece), &why);
		tar = slice_from(tar, piece);
	}
	if (!bad)
		bad = ustar_end(t, &why);
	assert_int_equal(bad != 0, why != NULL);
	snprintf(text, sizeof(text), "%s", why ? why : "");
	return why ? text : NULL;
}

#define NAME_100 "aaaaaaaaa/aaaaaaaaa/aaaaaaaaa/aaaaaaaaa/aaaaaaaaa/aaaaaaaaa/aaaaaaaaa/aaaaaaaaa/aaaaaaaaa/aaaaaaaaaa"

static const struct {
	struct entry entries[ENTRIES];
	const char *why; /* NULL: good */
} cases[] = {
	{ { { .name = NULL } }, NULL },
	{ { { "a", '0', "0000001", 1, NULL, NULL } }, NULL },
	{ { { "a", '\0', "1", 1, NULL, NULL } }, NULL },
	{ { { "a", '0', "   1000 ", 512, "ustar  \0", NULL } }, NULL },
	{ { { "www/", '5', "0", 0, NULL, NULL }, { "www/a", '0', "1001", 513, NULL, NULL } }, NULL },
	{ { { NAME_100, '0', "0", 0, NULL, NULL } }, NULL },
	{ { { "a", '0', "0", 0, "tar\0\0\0\0\0", NULL } }, "the tar is not of the ustar format" },
	{ { { "a", '0', "0", 0, "\0\0\0\0\0\0\0\0", NULL } }, "the tar is not of the ustar format" },
	{ { { "a", 'x', "0", 0, NULL, NULL } },
	  "the tar's \"a\" is a pax or GNU record, which clients take for a file" },
	{ { { "././@LongLink", 'L', "0", 0, NULL, NULL } },
	  "the tar's \"././@LongLink\" is a pax or GNU record, which clients take for a file" },
	{ { { "a", '1', "0", 0, NULL, NULL } }, "the tar's \"a\" is neither a file nor a folder" },
	{ { { "a", '2', "0", 0, NULL, NULL } }, "the tar's \"a\" is neither a file nor a folder" },
	{ { { "a", '7', "0", 0, NULL, NULL } }, "the tar's \"a\" is neither a file nor a folder" },
	{ { { "a", '0', "0", 0, NULL, "b" } }, "the tar's \"a\" has a path of more than 100 bytes" },
	{ { { "../a", '0', "0", 0, NULL, NULL } }, "the tar's \"../a\" leads out of its folder (..)" },
	{ { { "./a", '0', "0", 0, NULL, NULL } }, "the tar's \"./a\" has a part that is a dot" },
	{ { { "/a", '0', "0", 0, NULL, NULL } }, "the tar's \"/a\" is absolute" },
	{ { { "", '0', "0", 0, NULL, NULL } }, "the tar's \"\" is empty" },
	{ { { "a/", '0', "0", 0, NULL, NULL } }, "the tar's \"a/\" has an empty part" },
	{ { { "a//", '5', "0", 0, NULL, NULL } }, "the tar's \"a/\" has an empty part" },
	{ { { "\303\251", '0', "0", 0, NULL, NULL } }, "the tar's \"\303\251\" is not printable ASCII" },
	{ { { "a", '5', "1", 1, NULL, NULL } }, "the tar's \"a\" is a folder with content" },
	{ { { "a", '0', "", 0, NULL, NULL } }, "the tar's \"a\" has a size that clients cannot read" },
	{ { { "a", '0', "8", 0, NULL, NULL } }, "the tar's \"a\" has a size that clients cannot read" },
	{ { { "a", '0', "-1", 0, NULL, NULL } }, "the tar's \"a\" has a size that clients cannot read" },
	{ { { "a", '0', "1 1", 1, NULL, NULL } }, "the tar's \"a\" has a size that clients cannot read" },
	{ { { "a", '0', "\200\1", 0, NULL, NULL } }, "the tar's \"a\" has a size that clients cannot read" },
	{ { { "a", '0', "777777777777", 0, NULL, NULL } }, "the tar is cut off" },
	{ { { "a", '0', "0", 0, NULL, NULL }, { "b", '0', "0", 0, NULL, NULL }, { "a", '0', "0", 0, NULL, NULL } },
	  "the tar's \"a\" is there twice" },
	{ { { "a", '5', "0", 0, NULL, NULL }, { "a", '0', "0", 0, NULL, NULL } }, "the tar's \"a\" is there twice" },
};

static void test_entries(void **state)
{
	static const size_t pieces[] = { 1, 511, 513, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf tar = STRBUF_INIT;

		print_message("%zu: %s\n", i, cases[i].why ? cases[i].why : "good");
		put_entries(&tar, cases[i].entries);
		put_zeros(&tar, 2 * (size_t)USTAR_BLOCK);
		for (size_t k = 0; k < COUNT(pieces); k++) {
			struct arena a = ARENA_INIT;
			struct ustar t = { .a = &a };
			const char *why = walk(&t, strbuf_slice(&tar), pieces[k]);

			assert_string_equal(why ? why : "good", cases[i].why ? cases[i].why : "good");
			arena_release(&a);
		}
		strbuf_release(&tar);
	}
}

/* What comes out, and what stands around the entries. */
static void test_frame(void **state)
{
	static const struct entry entries[ENTRIES] = { { "b", '0', "5", 5, NULL, NULL },
						       { "a/", '5', "0", 0, NULL, NULL },
						       { "a/c", '0', "1000", 512, NULL, NULL } };
	struct strbuf tar = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct ustar t = { .a = &a };
	size_t whole;

	(void)state;
	put_entries(&tar, entries);
	whole = tar.n;
	assert_string_equal(walk(&t, strbuf_slice(&tar), 1000), "the tar is cut off");
	put_zeros(&tar, USTAR_BLOCK);
	t = (struct ustar){ .a = &a };
	assert_null(walk(&t, strbuf_slice(&tar), 1000));
	assert_int_equal(t.n, 3);
	assert_true(slice_eqs(t.v[0].path, "a") && t.v[0].folder);
	assert_true(slice_eqs(t.v[1].path, "a/c") && !t.v[1].folder && t.v[1].size == 512);
	assert_true(slice_eqs(t.v[2].path, "b") && t.v[2].size == 5);
	assert_int_equal(t.bytes, 517);
	for (size_t n = 0; n < tar.n; n++) {
		t = (struct ustar){ .a = &a };
		assert_string_equal(walk(&t, slice_sub(strbuf_slice(&tar), 0, n), 4096), "the tar is cut off");
	}
	strbuf_addch(&tar, '\0');
	t = (struct ustar){ .a = &a };
	assert_string_equal(walk(&t, strbuf_slice(&tar), 1000), "the tar is cut off");
	tar.p[whole + USTAR_BLOCK] = 'x';
	t = (struct ustar){ .a = &a };
	assert_string_equal(walk(&t, strbuf_slice(&tar), 1000), "the tar has bytes behind its end");
	tar.p[0] = 'c';
	t = (struct ustar){ .a = &a };
	assert_string_equal(walk(&t, strbuf_slice(&tar), 1000),
			    "the tar is damaged: a header's checksum is another one");
	strbuf_release(&tar);
	arena_release(&a);
}

/* What a visitor is told: "a/ b=xxxxx ". */
static void note(void *ctx, const struct ustar_file *f, struct slice piece)
{
	struct strbuf *seen = ctx;

	if (!piece.n)
		strbuf_addf(seen, "%s" SLICE_FMT "%s", seen->n ? " " : "", SLICE_ARG(f->path), f->folder ? "/" : "=");
	strbuf_addslice(seen, piece);
}

static void test_visits(void **state)
{
	static const struct entry entries[ENTRIES] = { { "b", '0', "5", 5, NULL, NULL },
						       { "a/", '5', "0", 0, NULL, NULL },
						       { "b", '0', "0", 0, NULL, NULL } };
	static const struct entry bad[ENTRIES] = { { "b", '0', "5", 5, NULL, NULL }, { "a", '2', "0", 0, NULL, NULL } };
	struct strbuf tar = STRBUF_INIT, seen = STRBUF_INIT;
	struct arena a = ARENA_INIT;

	(void)state;
	put_entries(&tar, entries);
	put_zeros(&tar, USTAR_BLOCK);
	for (size_t piece = 1; piece <= tar.n; piece++) {
		struct ustar t = { .a = &a, .visit = note, .ctx = &seen };

		strbuf_reset(&seen);
		assert_null(walk(&t, strbuf_slice(&tar), piece));
		assert_string_equal(seen.p, "b=xxxxx a/ b=");
		assert_int_equal(t.n, 0);
		assert_int_equal(t.bytes, 5);
	}
	strbuf_reset(&tar);
	strbuf_reset(&seen);
	put_entries(&tar, bad);
	assert_string_equal(walk(&(struct ustar){ .a = &a, .visit = note, .ctx = &seen }, strbuf_slice(&tar), 100),
			    "the tar's \"a\" is neither a file nor a folder");
	assert_string_equal(seen.p, "b=xxxxx");
	strbuf_release(&tar);
	strbuf_release(&seen);
	arena_release(&a);
}

static void test_memory_ends(void **state)
{
	static const struct entry entries[ENTRIES] = { { "b", '0', "5", 5, NULL, NULL },
						       { "c", '0', "0", 0, NULL, NULL } };
	struct strbuf tar = STRBUF_INIT;
	const char *why = "";

	(void)state;
	put_entries(&tar, entries);
	put_zeros(&tar, USTAR_BLOCK);
	for (size_t limit = 1; why; limit++) {
		struct arena a = { .limit = limit };
		struct ustar t = { .a = &a };

		why = walk(&t, strbuf_slice(&tar), 100);
		assert_string_equal(why ? why : REFUSE_NO_MEMORY, REFUSE_NO_MEMORY);
		arena_release(&a);
	}
	strbuf_release(&tar);
}

static void test_many(void **state)
{
	struct strbuf tar = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct ustar t = { .a = &a };

	(void)state;
	for (unsigned i = 0; i < USTAR_FILES_MAX; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%u", i);
		put_header(&tar, &(struct entry){ name, '0', "0", 0, NULL, NULL });
	}
	put_zeros(&tar, USTAR_BLOCK);
	assert_null(walk(&t, strbuf_slice(&tar), 1 << 16));
	assert_int_equal(t.n, USTAR_FILES_MAX);
	strbuf_truncate(&tar, tar.n - USTAR_BLOCK);
	put_header(&tar, &(struct entry){ "more", '0', "0", 0, NULL, NULL });
	t = (struct ustar){ .a = &a };
	assert_string_equal(walk(&t, strbuf_slice(&tar), 1 << 16), "the tar holds too many files and folders");
	strbuf_release(&tar);
	arena_release(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),     cmocka_unit_test(test_frame), cmocka_unit_test(test_visits),
		cmocka_unit_test(test_memory_ends), cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
