/* The three calls of SOT: every row of the table of FORMAT.md section 11, with retries and metering. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* this name is the library's here */

#include "ships.h"

/* --- the table -------------------------------------------------------------------------------------------------------------- */

#define TIMESTAMP "metadata/timestamp.json"
#define NEVER                                                                                                          \
	{                                                                                                              \
		TIMESTAMP, SERVE_DOWN, 0, 0                                                                            \
	}
#define NOT_ONCE                                                                                                       \
	{                                                                                                              \
		TIMESTAMP, SERVE_DOWN, 0, 1                                                                            \
	}
#define BAD                                                                                                            \
	{                                                                                                              \
		TIMESTAMP, SERVE_FLIPPED, 5, 0                                                                         \
	}
#define BAD_ONCE                                                                                                       \
	{                                                                                                              \
		TIMESTAMP, SERVE_FLIPPED, 5, 1                                                                         \
	}
#define BAD_SHIP                                                                                                       \
	{                                                                                                              \
		"://", SERVE_FLIPPED, 5, 0                                                                             \
	}
#define NO_SHIP                                                                                                        \
	{                                                                                                              \
		"://", SERVE_DOWN, 0, 0                                                                                \
	}
#define WIRE UINT64_MAX /* as many bytes as came over it */

static const struct {
	const char *name;
	enum call call;
	int cached, active; /* before; in the tree */
	const char *key;    /* NULL: the known one */
	struct serve_rule rules[2];
	bool load_fails;
	enum mdr_ship_status status;
	int kept, load; /* in the cache afterwards; given to the app */
	bool applied;
	uint32_t requests;
	uint64_t loaded;
} rows[] = {
	/* Sync */
	{ "sync, none is active", SYNC, 1, 0, .status = MDR_SHIP_DISABLED, .kept = 1, .requests = 1 },
	{ "sync, rolled back", SYNC, 1, BACK, .status = MDR_SHIP_DISABLED, .kept = 1, .requests = 1 },
	{ "sync, fetched", SYNC, 0, 1, .status = MDR_SHIP_SUCCESS, .kept = 1, .load = 1, .requests = 1,
	  .loaded = UNIT },
	{ "sync, another one fetched", SYNC, 1, 2, .status = MDR_SHIP_SUCCESS, .kept = 2, .load = 2, .requests = 1,
	  .loaded = UNIT + 1 },
	{ "sync, cached", SYNC, 1, 1, .status = MDR_SHIP_SUCCESS, .kept = 1, .load = 1, .requests = 1 },
	{ "sync, other bytes", SYNC, 1, 2, .rules = { BAD_SHIP }, .status = MDR_SHIP_APPLY_ERROR, .kept = 1,
	  .requests = 2, .loaded = WIRE },
	{ "sync, another MD5", SYNC, 1, WRONG_MD5, .status = MDR_SHIP_APPLY_ERROR, .kept = 1, .requests = 1,
	  .loaded = WIRE },
	{ "sync, another size", SYNC, 1, TOO_SHORT, .status = MDR_SHIP_APPLY_ERROR, .kept = 1, .requests = 2,
	  .loaded = WIRE },
	{ "sync, the app cannot load it", SYNC, 0, 1, .load_fails = true, .status = MDR_SHIP_APPLY_ERROR, .load = 1,
	  .requests = 1, .loaded = UNIT },
	{ "sync, nor the new one", SYNC, 1, 2, .load_fails = true, .status = MDR_SHIP_APPLY_ERROR, .kept = 1, .load = 2,
	  .requests = 1, .loaded = UNIT + 1 },
	{ "sync, nor the cached one", SYNC, 1, 1, .load_fails = true, .status = MDR_SHIP_APPLY_ERROR, .kept = 1,
	  .load = 1, .requests = 1 },
	{ "sync, a bad tree", SYNC, 1, 1, .rules = { BAD }, .status = MDR_SHIP_ERROR, .kept = 1, .requests = 2 },
	{ "sync, bad once", SYNC, 0, 1, .rules = { BAD_ONCE }, .status = MDR_SHIP_SUCCESS, .kept = 1, .load = 1,
	  .requests = 2, .loaded = UNIT },
	{ "sync, an unknown key", SYNC, 1, 1, "nobody's", .status = MDR_SHIP_ERROR, .kept = 1, .requests = 1 },
	{ "sync, a known key without a ship", SYNC, 1, 1, "empty", .status = MDR_SHIP_DISABLED, .kept = 1,
	  .requests = 1 },
	{ "sync, unreachable twice", SYNC, 1, 1, .rules = { NEVER }, .status = MDR_SHIP_FAILURE, .kept = 1 },
	{ "sync, unreachable once", SYNC, 0, 1, .rules = { NOT_ONCE }, .status = MDR_SHIP_SUCCESS, .kept = 1, .load = 1,
	  .requests = 1, .loaded = UNIT },
	{ "sync, unreachable, then bad", SYNC, 1, 1, .rules = { NOT_ONCE, BAD }, .status = MDR_SHIP_ERROR, .kept = 1,
	  .requests = 1 },
	{ "sync, bad, then unreachable", SYNC, 1, 1, .rules = { BAD_ONCE, NEVER }, .status = MDR_SHIP_FAILURE,
	  .kept = 1, .requests = 1 },
	{ "sync, the ship is unreachable", SYNC, 1, 2, .rules = { NO_SHIP }, .status = MDR_SHIP_FAILURE, .kept = 1,
	  .requests = 2 },
	/* ApplyCachedAndPull */
	{ "apply, the same", APPLY, 1, 1, .status = MDR_SHIP_NEWEST, .kept = 1, .load = 1, .applied = true,
	  .requests = 1 },
	{ "apply, another one", APPLY, 1, 2, .status = MDR_SHIP_HAS_NEWER, .kept = 2, .load = 1, .applied = true,
	  .requests = 1, .loaded = UNIT + 1 },
	{ "apply, nothing cached", APPLY, 0, 1, .status = MDR_SHIP_HAS_NEWER, .kept = 1, .requests = 1,
	  .loaded = UNIT },
	{ "apply, none is active", APPLY, 1, 0, .status = MDR_SHIP_DISABLED, .load = 1, .applied = true,
	  .requests = 1 },
	{ "apply, rolled back", APPLY, 1, BACK, .status = MDR_SHIP_DISABLED, .load = 1, .applied = true,
	  .requests = 1 },
	{ "apply, unreachable", APPLY, 1, 1, .rules = { NEVER }, .status = MDR_SHIP_FAILURE, .kept = 1, .load = 1,
	  .applied = true },
	{ "apply, a bad tree", APPLY, 1, 1, .rules = { BAD }, .status = MDR_SHIP_ERROR, .kept = 1, .load = 1,
	  .applied = true, .requests = 2 },
	{ "apply, an unknown key", APPLY, 1, 1, "nobody's", .status = MDR_SHIP_ERROR, .kept = 1, .requests = 1 },
	{ "apply, other bytes", APPLY, 1, 2, .rules = { BAD_SHIP }, .status = MDR_SHIP_APPLY_ERROR, .kept = 1,
	  .load = 1, .applied = true, .requests = 2, .loaded = WIRE },
	{ "apply, the app cannot load it", APPLY, 1, 1, .load_fails = true, .status = MDR_SHIP_NEWEST, .kept = 1,
	  .load = 1, .requests = 1 },
	/* Pull */
	{ "pull, the same", PULL, 1, 1, .status = MDR_SHIP_NEWEST, .kept = 1, .requests = 1 },
	{ "pull, another one", PULL, 1, 2, .status = MDR_SHIP_HAS_NEWER, .kept = 2, .requests = 1, .loaded = UNIT + 1 },
	{ "pull, nothing cached", PULL, 0, 1, .status = MDR_SHIP_HAS_NEWER, .kept = 1, .requests = 1, .loaded = UNIT },
	{ "pull, none is active", PULL, 1, 0, .status = MDR_SHIP_DISABLED, .requests = 1 },
	{ "pull, none is active or cached", PULL, 0, 0, .status = MDR_SHIP_DISABLED, .requests = 1 },
	{ "pull, rolled back", PULL, 1, BACK, .status = MDR_SHIP_DISABLED, .requests = 1 },
	{ "pull, unreachable", PULL, 1, 2, .rules = { NEVER }, .status = MDR_SHIP_FAILURE, .kept = 1 },
	{ "pull, unreachable once", PULL, 1, 2, .rules = { NOT_ONCE }, .status = MDR_SHIP_HAS_NEWER, .kept = 2,
	  .requests = 1, .loaded = UNIT + 1 },
	{ "pull, a bad tree", PULL, 1, 2, .rules = { BAD }, .status = MDR_SHIP_ERROR, .kept = 1, .requests = 2 },
	{ "pull, an unknown key", PULL, 1, 2, "nobody's", .status = MDR_SHIP_ERROR, .kept = 1, .requests = 1 },
	{ "pull, other bytes", PULL, 1, 2, .rules = { BAD_SHIP }, .status = MDR_SHIP_APPLY_ERROR, .kept = 1,
	  .requests = 2, .loaded = WIRE },
	{ "pull, another MD5", PULL, 0, WRONG_MD5, .status = MDR_SHIP_APPLY_ERROR, .requests = 1, .loaded = WIRE },
	{ "pull, the ship is unreachable", PULL, 1, 2, .rules = { NO_SHIP }, .status = MDR_SHIP_FAILURE, .kept = 1,
	  .requests = 2 },
};

static void begin_row(struct world *w, size_t i)
{
	setup(w);
	if (rows[i].cached) {
		publish_ship(w, rows[i].cached);
		assert_int_equal(call_with(w, PULL, KNOWN, false).status, MDR_SHIP_HAS_NEWER);
	}
	publish_ship(w, rows[i].active);
	server_reset(&w->s);
	for (size_t k = 0; k < COUNT(rows[i].rules) && rows[i].rules[k].in; k++)
		server_add(&w->s, rows[i].rules[k].in, rows[i].rules[k].how, rows[i].rules[k].k,
			   rows[i].rules[k].times);
	w->load_fails = rows[i].load_fails;
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world w;
		struct mdr_ship out;

		print_message("%s\n", rows[i].name);
		begin_row(&w, i);
		out = call_with(&w, rows[i].call, rows[i].key ? rows[i].key : KNOWN, false);
		assert_int_equal(out.status, rows[i].status);
		assert_int_equal(out.applied, rows[i].applied);
		assert_string_equal(out.applied_md5, rows[i].applied ? w.md5[rows[i].load] : "");
		assert_int_equal(out.requests, rows[i].requests);
		assert_int_equal(out.loaded, rows[i].loaded == WIRE ? w.s.bytes : rows[i].loaded);
		assert_int_equal(w.nloads, rows[i].load ? 1 : 0);
		if (rows[i].load)
			assert_int_equal(w.loads[0], rows[i].load);
		w.s.n = 0;
		assert_int_equal(cached_of(&w, KNOWN, false), rows[i].kept);
		assert_int_equal(packages(&w), rows[i].kept ? 1 : 0);
		teardown(&w);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
