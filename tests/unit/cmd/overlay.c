#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/overlay.h"

static int read_below(void *ctx, struct blob *out, const struct file_entry *e, uint64_t limit, struct diags *d)
{
	*out = (struct blob){ .data = SLICE("below") };
	return 0;
}

/* The tree holds b and d. */
static void test_overlay(void **state)
{
	static const struct file_entry entries[] = { { "r/b", SLICE("b"), FILE_REGULAR, "1" },
						     { "r/d", SLICE("d"), FILE_REGULAR, "2" } };
	static const struct {
		const char *files; /* of ours, a letter each */
		const char *all;   /* in order; ours in capitals */
	} cases[] = { { "", "bd" }, { "b", "Bd" }, { "a", "Abd" }, { "ce", "bCdE" }, { "ecdb", "BCDE" } };
	const struct filetree below = { .v = entries, .n = COUNT(entries), .read = read_below };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice names = slice_of(cases[i].files), all = slice_of(cases[i].all);
		struct overlay_file files[4];
		struct arena a = ARENA_INIT;
		struct diags d = DIAGS_INIT;
		struct overlay o;

		print_message("%s\n", cases[i].files);
		for (size_t k = 0; k < names.n; k++)
			files[k] = (struct overlay_file){ slice_sub(names, k, 1),
							  arena_printf(&a, "r/%c", names.p[k]).p, SLICE("ours") };
		overlay_open(&o, &below, files, names.n, &a);
		assert_int_equal(o.tree.n, all.n);
		for (size_t k = 0; k < all.n; k++) {
			bool ours = all.p[k] < 'a';
			struct blob blob;

			assert_int_equal(o.tree.v[k].rel.p[0], ours ? all.p[k] + ('a' - 'A') : all.p[k]);
			assert_int_equal(filetree_read(&blob, &o.tree, &o.tree.v[k], 100, &d), 0);
			assert_true(slice_eqs(blob.data, ours ? "ours" : "below"));
			assert_int_equal(overlay_find(&o, o.tree.v[k].path) != NULL, ours);
			blob_release(&blob);
		}
		assert_null(overlay_find(&o, NULL));
		assert_null(overlay_find(&o, "b"));
		arena_release(&a);
		diags_release(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_overlay) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
