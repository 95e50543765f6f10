/* How roles stand: of several files of objects the one that expires first counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/rolestate.h"

#define NOW INT64_C(1795248000)
#define DAY INT64_C(86400)

static void test_bins(void **state)
{
	static uint8_t ids[1][SHA256_SIZE];
	struct role_keys keys = { ids, 1, 1 };
	struct tuf_delegation bins[3] = { { .name = SLICE("objects-0"), .keys = keys },
					  { .name = SLICE("objects-1"), .keys = keys },
					  { .name = SLICE("objects-2"), .keys = keys } };
	struct tuf_file root = { .type = TUF_ROOT, .version = 4, .expires = NOW + 300 * DAY };
	struct tuf_file targets = { .type = TUF_TARGETS, .version = 9, .expires = NOW + 300 * DAY };
	struct tuf_file objects[3] = { { .type = TUF_TARGETS, .expires = NOW + 200 * DAY },
				       { .type = TUF_TARGETS, .expires = NOW + 100 * DAY },
				       { .type = TUF_TARGETS, .expires = NOW + 300 * DAY } };
	struct tuf_part parts[] = { { .role = SLICE("objects-0"), .version = 7, .file = &objects[0] },
				    { .role = SLICE("objects-1"), .version = 3, .file = &objects[1] },
				    { .role = SLICE("objects-2"), .version = 5, .file = &objects[2] },
				    { .role = SLICE("objects-3"), .version = 1 }, /* retired */
				    { .role = SLICE("targets"), .version = 9, .file = &targets } };
	struct metadata m = { .parts = { parts, COUNT(parts) } };
	struct tuf_chain chain = { .v = &root, .n = 1 };
	struct role_state out[KEYS_ROLES];
	struct settings settings;

	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		root.root.roles[i] = keys;
	targets.targets.delegations = bins;
	targets.targets.ndelegations = COUNT(bins);
	settings_default(&settings);
	assert_int_equal(role_states(out, &chain, &m, &settings, NOW), 3);
	assert_int_equal(out[0].role, KEYS_ROOT);
	assert_int_equal(out[0].due, ROLE_GOOD);
	assert_int_equal(out[1].role, KEYS_TARGETS);
	assert_int_equal(out[2].role, KEYS_OBJECTS);
	assert_int_equal(out[2].files, 3);
	assert_int_equal(out[2].lowest, 3);
	assert_int_equal(out[2].highest, 7);
	assert_ptr_equal(out[2].file, &objects[1]);
	assert_int_equal(out[2].due, ROLE_REPLACED); /* nobody signed them */
	role_states(out, &chain, &m, &settings, NOW + 100 * DAY);
	assert_int_equal(out[2].due, ROLE_EXPIRED);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_bins) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
