/* Files of installed h5 packages: large ones, and what cannot be read to its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "h5.h"

static void test_large_files_of_stored_and_deflated_packages(void **state)
{
	enum { SIZE = 300000 };
	static char noise[SIZE];
	const struct tgz_file files[] = { { .name = "www/first", .data = { noise, SIZE } },
					  { .name = "www/index.html", .data = { "page", 4 } },
					  { .name = "www/zeros", .zeros = 3 * SIZE },
					  { .name = NULL } };
	uint32_t x = 7;

	(void)state;
	for (size_t i = 0; i < SIZE; i++) {
		x = x * 1664525 + 1013904223;
		noise[i] = (char)(x >> 24 | 1);
	}
	for (int stored = 0; stored < 2; stored++) {
		struct h5_made made = { .id = ID, .version = "1", .files = files, .stored = stored };
		struct h5_world w;

		start(&w, (struct h5_app){
				  .id = ID, .version = "1", .main_url = PAGE, .package = h5_package(&mem, &made) });
		must_load(&w, ID, T0);
		assert_reads(&w, ID, PAGE, "page");
		assert_int_equal(mdr_h5_read(w.c, ID, "/www/first", &w.text, &w.err), MDR_OK);
		assert_int_equal(w.text.n, SIZE);
		assert_memory_equal(w.text.p, noise, SIZE);
		assert_int_equal(mdr_h5_read(w.c, ID, "/www/zeros", &w.text, &w.err), MDR_OK);
		assert_int_equal(w.text.n, 3 * SIZE);
		h5_finish(&w);
	}
}

/* What was unpacked before the damage is not given. */
static void test_a_file_is_read_whole_or_not_at_all(void **state)
{
	struct h5_app first = { .id = ID, .version = "1", .main_url = "/www/large" };
	struct h5_made made = { .id = ID, .version = "1", .stored = true };
	char *large = arena_alloc(&mem, 100000);
	const struct tgz_file files[] = { { .name = "www/large", .data = { large, 100000 } }, { .name = NULL } };
	struct h5_world w;

	(void)state;
	memset(large, 'x', 100000);
	made.files = files;
	first.package = h5_package(&mem, &made);
	start(&w, first);
	must_load(&w, ID, T0);
	w.tree.store.read_end = 60000;
	assert_null(h5_read(&w, ID, "/www/large"));
	assert_int_equal(w.err.code, MDR_STORAGE);
	h5_finish(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_large_files_of_stored_and_deflated_packages),
		cmocka_unit_test(test_a_file_is_read_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, release_memory);
}
