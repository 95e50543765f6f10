/* The h5 service: what is listed, when the tree is asked, which networks and packages count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "h5.h"

/* --- listing ------------------------------------------------------------------------------------------------------------- */

static void test_what_is_offered_and_what_is_installed_are_listed(void **state)
{
	struct h5_world w;

	(void)state;
	start(&w, app(ID, "1.0.0.1", one));
	expect_app(&w, T0, "1.0.0.1", "-", "1.0.0.1", FALLBACK("1.0.0.1"));
	must_load(&w, ID, T0);
	expect_app(&w, T0, "1.0.0.1", "1.0.0.1", "1.0.0.1", FALLBACK("1.0.0.1"));
	publish(&w, app(ID, "1.0.0.2", two));
	expect_app(&w, T0, "1.0.0.1", "1.0.0.1", "1.0.0.1", FALLBACK("1.0.0.1"));
	expect_app(&w, T0 + 1800, "1.0.0.2", "1.0.0.1", "1.0.0.2", FALLBACK("1.0.0.2"));
	/* where the new one may not be loaded, the old one opens */
	h5_attr(&w, 1, "netType", "4G");
	expect_app(&w, T0 + 1800, "1.0.0.2", "1.0.0.1", "1.0.0.1", FALLBACK("1.0.0.1"));
	publish(&w, (struct h5_app)NONE);
	expect_app(&w, T0 + 3600, "-", "1.0.0.1", "1.0.0.1", FALLBACK("1.0.0.1"));
	assert_reads(&w, ID, PAGE, "one");
	h5_finish(&w);
}

static void test_all_apps_are_listed_by_id(void **state)
{
	struct h5_app first = app("10000001", "1", one), second = app("20000001", "2", one), third = app(ID, "3", one);
	struct h5_world w;
	struct mdr_h5 list;

	(void)state;
	second.any_network = second.preload = true;
	second.main_url = NULL;
	third.global_url = "https://cdn.example.com/x";
	third.main_url = "/a b/c.html";
	h5_start(&w, (const struct h5_app[]){ first, third, NONE });
	must_load(&w, first.id, T0);
	assert_int_equal(h5_list(&w, NULL, T0, false, &list), MDR_OK);
	assert_int_equal(list.n, 2); /* once, who is offered and installed */
	mdr_h5_release(&list);
	h5_publish(&w, (const struct h5_app[]){ second, third, NONE });
	assert_int_equal(h5_list(&w, NULL, T0 + 1800, false, &list), MDR_OK);
	assert_true(list.asked);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.apps[0].id, "10000001");
	assert_null(list.apps[0].version);
	assert_string_equal(list.apps[0].installed, "1");
	assert_string_equal(list.apps[2].id, ID);
	assert_true(list.apps[2].global && list.apps[2].wifi_only && !list.apps[2].preload);
	assert_null(list.apps[2].fallback_url);
	assert_string_equal(list.apps[1].id, "20000001");
	assert_true(!list.apps[1].global && !list.apps[1].wifi_only && list.apps[1].preload && !list.apps[1].refused);
	assert_null(list.apps[1].main_url);
	assert_string_equal(list.apps[1].fallback_url, H5_BASE "h5/20000001/2/f/");
	assert_int_equal(list.apps[1].size, second.package.n);
	assert_non_null(strstr(list.apps[1].json, "\"installType\":1,"));
	mdr_h5_release(&list);
	assert_int_equal(h5_list(&w, "99999999", T0 + 1800, false, &list), MDR_OK);
	assert_int_equal(list.n, 0);
	mdr_h5_release(&list);
	mdr_h5_release(&list);
	h5_finish(&w);
}

static void test_a_page_with_blanks_has_an_escaped_fallback(void **state)
{
	struct h5_app a = app(ID, "1", one);
	struct h5_world w;
	struct mdr_h5 list;

	(void)state;
	a.main_url = "/a b/c.html";
	start(&w, a);
	assert_int_equal(h5_list(&w, ID, T0, false, &list), MDR_OK);
	assert_string_equal(list.apps[0].fallback_url, H5_BASE "h5/" ID "/1/f/a%20b/c.html");
	mdr_h5_release(&list);
	h5_finish(&w);
}

static void test_intervals(void **state)
{
	static const struct {
		const char *rate;
		int64_t interval, seconds; /* of the rules, of the app */
	} cases[] = {
		{ NULL, 0, 1800 },     { NULL, 7, 7 },       { NULL, -7, 1800 }, { "0", 7, 0 },     { "1", 0, 1 },
		{ "86400", 0, 86400 }, { "86401", 0, 1800 }, { "", 5, 5 },       { "-1", 0, 1800 }, { "6.0", 0, 1800 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct h5_app a = app(ID, "1", one);
		struct h5_world w;
		int64_t end = T0 + cases[i].seconds;

		print_message("%s\n", cases[i].rate ? cases[i].rate : "none");
		a.rate = cases[i].rate;
		start(&w, a);
		w.rules.interval = cases[i].interval;
		assert_true(asks(&w, ID, T0));
		assert_true(cases[i].seconds == 0 || !asks(&w, ID, end - 1));
		assert_true(cases[i].seconds == 0 || !asks(&w, NULL, end - 1));
		assert_true(asks(&w, ID, end));
		assert_true(asks(&w, NULL, end + cases[i].seconds));
		h5_finish(&w);
	}
}

static void test_the_shortest_interval_counts_for_all(void **state)
{
	struct h5_app slow = app(ID, "1", one), quick = app(OTHER, "1", one), slower = app("20171230", "1", one);
	struct h5_world w;

	(void)state;
	slow.rate = "3600";
	quick.rate = "60";
	slower.rate = "7200";
	h5_start(&w, (const struct h5_app[]){ slow, quick, slower, NONE });
	assert_true(asks(&w, NULL, T0));
	assert_false(asks(&w, NULL, T0 + 59));
	assert_false(asks(&w, ID, T0 + 60));
	assert_true(asks(&w, NULL, T0 + 60));
	assert_true(asks(&w, OTHER, T0 + 120));
	assert_false(asks(&w, ID, T0 + 3719));
	assert_true(asks(&w, ID, T0 + 3720));
	assert_true(asks(&w, ID, T0)); /* the clock was set back */
	h5_attr(&w, 1, "netType", "4G");
	assert_true(asks(&w, ID, T0)); /* another device */
	h5_finish(&w);
}

static void test_without_a_network_what_was_known_is_listed(void **state)
{
	struct h5_world w;
	struct mdr_h5 list;

	(void)state;
	start(&w, app(ID, "1.0.0.1", one));
	w.tree.offline = true;
	assert_int_equal(h5_list(&w, NULL, T0, false, &list), MDR_OK);
	assert_int_equal(w.err.code, MDR_UNREACHABLE);
	assert_int_equal(list.n, 0);
	mdr_h5_release(&list);
	assert_int_equal(h5_load(&w, ID, T0), MDR_UNREACHABLE);
	w.tree.offline = false;
	must_load(&w, ID, T0 + 60);
	h5_reopen(&w);
	w.tree.offline = true;
	expect_app(&w, T0 + 1860, "1.0.0.1", "1.0.0.1", "1.0.0.1", FALLBACK("1.0.0.1"));
	assert_int_equal(w.err.code, MDR_UNREACHABLE);
	w.tree.fetches = 0;
	expect_app(&w, T0 + 1919, "1.0.0.1", "1.0.0.1", "1.0.0.1", FALLBACK("1.0.0.1")); /* a pause */
	assert_int_equal(w.tree.fetches, 0);
	assert_int_equal(h5_list(&w, ID, T0 + 1919, true, &list), MDR_OK);
	assert_int_equal(w.tree.fetches, 1);
	mdr_h5_release(&list);
	must_load(&w, ID, T0 + 9999);
	assert_reads(&w, ID, PAGE, "one");
	w.tree.offline = false;
	assert_int_equal(h5_list(&w, ID, T0 + 400 * DAY, false, &list), MDR_EXPIRED);
	assert_int_equal(list.n, 1); /* and what was known all the same */
	mdr_h5_release(&list);
	h5_finish(&w);
}

/* --- networks, global packages ----------------------------------------------------------------------------------------- */

static void test_networks(void **state)
{
	static const struct {
		const char *net; /* NULL: unknown */
		bool any_network, loads;
	} cases[] = {
		{ "wifi", false, true }, { "WiFi", false, true },   { " WIFI ", false, true },
		{ "4G", false, false },  { "wifi6", false, false }, { "", false, false },
		{ NULL, false, false },  { "4G", true, true },      { NULL, true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct h5_app a = app(ID, "1", one);
		struct h5_world w;
		size_t loaded;
		struct mdr_ask ask;

		print_message("%s, %d\n", cases[i].net ? cases[i].net : "none", cases[i].any_network);
		a.any_network = cases[i].any_network;
		a.preload = true;
		start(&w, a);
		h5_attr(&w, 1, "netType", cases[i].net ? cases[i].net : "");
		w.device.n = cases[i].net ? 2 : 1;
		ask = (struct mdr_ask){ &w.device, T0, T0 };
		assert_int_equal(mdr_h5_preload(w.c, &ask, NULL, NULL, &loaded, &w.err), MDR_OK);
		assert_int_equal(loaded, cases[i].loads);
		assert_int_equal(h5_load(&w, ID, T0), cases[i].loads ? MDR_OK : MDR_CANCELLED);
		if (!cases[i].loads)
			assert_string_equal(w.err.text, "h5 " ID " 1: the package waits for Wi-Fi");
		h5_finish(&w);
	}
}

static void test_preloading_loads_what_wants_it_and_goes_on_after_a_failure(void **state)
{
	struct h5_app apps[] = { app("10000001", "1", one), app("10000002", "1", one), app("10000003", "1", one),
				 app("10000004", "1", one), NONE };
	struct h5_world w;
	struct mdr_ask ask;
	size_t loaded;

	(void)state;
	apps[0].preload = apps[1].preload = apps[3].preload = true;
	apps[1].main_url = "/www/absent.html";
	h5_start(&w, apps);
	ask = (struct mdr_ask){ &w.device, T0, T0 };
	tree_find(&w.tree, H5_BASE "h5/10000001/1/p.amr")->gone = true;
	assert_int_equal(mdr_h5_preload(w.c, &ask, NULL, NULL, &loaded, &w.err), MDR_REFUSED);
	assert_non_null(strstr(w.err.text, "10000001"));
	assert_int_equal(loaded, 1);
	assert_reads(&w, "10000004", PAGE, "one");
	tree_find(&w.tree, H5_BASE "h5/10000001/1/p.amr")->gone = false;
	assert_int_equal(mdr_h5_preload(w.c, &ask, NULL, NULL, &loaded, &w.err), MDR_OK);
	assert_int_equal(loaded, 1);
	assert_int_equal(mdr_h5_preload(w.c, &ask, NULL, NULL, &loaded, &w.err), MDR_OK);
	assert_int_equal(loaded, 0);
	assert_int_equal(h5_stored(&w, MDR_PACKAGE), 2);
	h5_finish(&w);
}

static void test_files_of_global_packages_are_read_with_any_id(void **state)
{
	static const struct tgz_file files[] = { { .name = "g.example.com/A_d/lib.js", .data = { "lib", 3 } },
						 { .name = "g.example.com/A_d/own.js", .data = { "global", 6 } },
						 { .name = NULL } };
	static const struct tgz_file normal[] = { { .name = "g.example.com/A_d/own.js", .data = { "own", 3 } },
						  { .name = "www/index.html", .data = { "page", 4 } },
						  { .name = NULL } };
	struct h5_app global = app(OTHER, "1", files);
	struct h5_world w;

	(void)state;
	global.main_url = NULL;
	global.global_url = "https://g.example.com/A_d/lib.js";
	h5_start(&w, (const struct h5_app[]){ app(ID, "1", normal), global, NONE });
	must_load(&w, ID, T0);
	assert_null(h5_read(&w, ID, "g.example.com/A_d/lib.js"));
	must_load(&w, OTHER, T0);
	assert_reads(&w, ID, "g.example.com/A_d/lib.js", "lib");
	assert_reads(&w, "12345678", "g.example.com/A_d/lib.js", "lib");
	assert_reads(&w, NULL, "g.example.com/A_d/lib.js", "lib");
	assert_reads(&w, OTHER, "g.example.com/A_d/own.js", "global");
	assert_reads(&w, OTHER, "/g.example.com/A_d/own.js", "global");
	assert_reads(&w, ID, "g.example.com/A_d/own.js", "own");
	assert_null(h5_read(&w, ID, "/g.example.com/A_d/lib.js"));
	assert_null(h5_read(&w, OTHER, "www/index.html"));
	h5_finish(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_offered_and_what_is_installed_are_listed),
		cmocka_unit_test(test_all_apps_are_listed_by_id),
		cmocka_unit_test(test_a_page_with_blanks_has_an_escaped_fallback),
		cmocka_unit_test(test_intervals),
		cmocka_unit_test(test_the_shortest_interval_counts_for_all),
		cmocka_unit_test(test_without_a_network_what_was_known_is_listed),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_preloading_loads_what_wants_it_and_goes_on_after_a_failure),
		cmocka_unit_test(test_files_of_global_packages_are_read_with_any_id),
	};

	return cmocka_run_group_tests(tests, NULL, release_memory);
}
