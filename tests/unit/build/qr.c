#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build/qr.h"

#define SIDE_MAX 200

struct picture {
	unsigned size;
	char dark[SIDE_MAX][SIDE_MAX];
};

/* Draws the path, and finds that its lines neither touch nor leave the room. */
static void draw(struct picture *out, const char *path)
{
	int x, y, run, used;

	for (; *path; path += used) {
		assert_int_equal(sscanf(path, "M%d %d.5h%d%n", &x, &y, &run, &used), 3);
		assert_in_range(x, QR_QUIET, out->size - QR_QUIET - 1);
		assert_in_range(y, QR_QUIET, out->size - QR_QUIET - 1);
		assert_in_range(run, 1, (int)out->size - QR_QUIET - x);
		assert_false(out->dark[y][x - 1]);
		for (int i = 0; i < run; i++) {
			assert_false(out->dark[y][x + i]);
			out->dark[y][x + i] = 1;
		}
	}
}

static void make(struct picture *out, struct slice text)
{
	struct strbuf path = STRBUF_INIT;

	memset(out, 0, sizeof(*out));
	assert_int_equal(qr_path(&path, &out->size, text), 0);
	assert_in_range(out->size, 21 + 2 * QR_QUIET, SIDE_MAX);
	draw(out, path.p);
	strbuf_release(&path);
}

/* What zbarimg reads as "https://a.test/": version 2, M. */
static const char *const known[] = {
	"#######  #####  # #######", "#     # ###   ### #     #", "# ### #   #  ## # # ### #",
	"# ### #  #  ####  # ### #", "# ### # # ##  #   # ### #", "#     #   # ##    #     #",
	"####### # # # # # #######", "         # # ## #        ", "# # # #  #  # ###   #  # ",
	"### #  ##   # ## ###    #", "##  # ##  ####   # ## ###", "##  #   # # #   ####   # ",
	"##  # ###  ##  ####  # ##", " # # #  # ####    #  #  #", "# # #### #### # ####  ###",
	" #  #  #    ######  #  # ", "#   # #  ###  # ######   ", "        # ##  # #   ## ##",
	"#######   #  # ## # ## ##", "#     #  # #    #   ##  #", "# ### # ### #   ###### # ",
	"# ### #  # ###  #  ##### ", "# ### # # ### # #   #   #", "#     #   # ### #   ## # ",
	"####### ####  ######   ##",
};

static void test_known(void **state)
{
	struct picture p;

	(void)state;
	make(&p, SLICE("https://a.test/"));
	assert_int_equal(p.size, COUNT(known) + 2 * QR_QUIET);
	for (unsigned y = 0; y < COUNT(known); y++) {
		print_message("%s\n", known[y]);
		for (unsigned x = 0; x < COUNT(known); x++)
			assert_int_equal(p.dark[y + QR_QUIET][x + QR_QUIET], known[y][x] == '#');
	}
}

/* Sides of the versions at their limits in byte mode with M (ISO/IEC 18004, table 7). */
static const struct {
	size_t length;
	unsigned side; /* 0: too long */
} lengths[] = {
	{ 1, 21 },   { 14, 21 },  { 15, 25 },    { 26, 25 },  { 27, 29 },
	{ 213, 57 }, { 214, 61 }, { 2331, 177 }, { 2332, 0 }, { 0, 0 },
};

static void test_lengths(void **state)
{
	char text[2400];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct strbuf path = STRBUF_INIT;
		unsigned size = 0;

		print_message("%zu\n", lengths[i].length);
		assert_int_equal(qr_path(&path, &size, slice_bytes(text, lengths[i].length)), lengths[i].side ? 0 : -1);
		assert_int_equal(size, lengths[i].side ? lengths[i].side + 2 * QR_QUIET : 0);
		strbuf_release(&path);
	}
}

/* Capitals and NULs stay what they are: another text is another picture. */
static void test_bytes(void **state)
{
	static struct picture small, capital, nul;

	(void)state;
	make(&small, SLICE("a.b"));
	make(&capital, SLICE("A.B"));
	make(&nul, SLICE("a\0b"));
	assert_memory_not_equal(small.dark, capital.dark, sizeof(small.dark));
	assert_memory_not_equal(small.dark, nul.dark, sizeof(small.dark));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
