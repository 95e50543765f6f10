/* Every file that a device reads × everything that can be done to it, for a device that has a state and for one that has none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "visit.h"

static const char *const rule = "{\"element\":\"mobileModel\",\"op\":\"contains\",\"value\":[\"Pixel 8\"]}";

/* Two editions: the second one has other indexes and objects, other root keys (root 2) and another timestamp key (root 3). */
struct editions {
	struct tree t;
	struct tree_file first[FILES]; /* the files of the first one */
	size_t nfirst;
	struct store before; /* of a device that trusts the first one */
};

static void make(struct editions *e)
{
	*e = (struct editions){ .nfirst = 0 };
	demo_tree(&e->t);
	memcpy(e->first, e->t.v, sizeof(e->first));
	e->nfirst = e->t.n;
	expect(&e->t, T0, MDR_OK, NULL);
	store_copy(&e->before, &e->t.store);
	rotate(&e->t, TUF_ROOT, 21);
	rotate(&e->t, TUF_TIMESTAMP, 24);
	demo_switches(&e->t, "\"DARK\":[{\"if\":[0],\"t\":\"0\",\"v\":\"dim\"}]", rule);
	demo_upgrade(&e->t, "second");
	tree_publish_next(&e->t);
}

static void release(struct editions *e)
{
	store_release(&e->before);
	tree_release(&e->t);
}

static void device(struct editions *e, bool with_state)
{
	if (with_state)
		store_copy(&e->t.store, &e->before);
	else
		store_wipe(&e->t.store);
	e->t.store.changes = 0;
}

static void expect_unchanged(struct editions *e, bool with_state)
{
	enum mdr_code code;
	char *answer;

	assert_int_equal(e->t.store.changes, 0);
	answer = visit_offline(&e->t, &code);
	if (!with_state) {
		assert_int_equal(code, MDR_STATELESS);
		return;
	}
	assert_int_equal(code, MDR_OK);
	assert_non_null(strstr(answer, "\"guideMemo\":\"new\""));
	assert_non_null(strstr(answer, "\"DARK\":\"off\""));
	free(answer);
}

enum damage { FLIP_FIRST, FLIP_MIDDLE, FLIP_LAST, CUT, EXTEND, EMPTY, REMOVE, REPLAY, FLOOD, DOWN, DAMAGES };
static const char *const damage_names[DAMAGES] = {
	"flip first", "flip middle", "flip last",  "cut",     "extend",
	"empty",      "remove",      "replay old", "endless", "unreachable"
};

static bool ends(const char *path, const char *ending)
{
	return slice_ends(slice_of(path), ending);
}

/* What stood in the place of this file in the first edition. */
static struct slice earlier(struct editions *e, const char *path)
{
	static const char *const kinds[] = { ".root.json",    "timestamp.json", ".snapshot.json", ".targets.json",
					     "-upgrade.json", "-switch.json",   "manifest.json",  "answer.json" };
	const struct tree_file *found = NULL;

	if (strcmp(path, "metadata/3.root.json") == 0)
		return tree_find(&e->t, "metadata/2.root.json")->data;
	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (size_t i = 0; i < e->nfirst && ends(path, kinds[k]); i++)
			found = ends(e->first[i].path, kinds[k]) ? &e->first[i] : found;
	}
	assert_non_null(found);
	return found->data;
}

static void damage(struct editions *e, struct tree_file *f, enum damage how)
{
	struct tree *t = &e->t;
	char *copy = arena_alloc(&t->mem, f->data.n + 1);
	size_t n = f->data.n;

	memcpy(copy, f->data.p, n);
	if (how == FLIP_FIRST)
		copy[0] ^= 1;
	if (how == FLIP_MIDDLE)
		copy[n / 2] ^= 1;
	if (how == FLIP_LAST)
		copy[n - 1] ^= 1;
	t->flood = how == FLOOD ? f->path : NULL;
	t->down = how == DOWN ? f->path : NULL;
	f->gone = how == REMOVE;
	f->data = how == REPLAY ? earlier(e, f->path)
				: (struct slice){ copy, how == CUT      ? n - 1
							: how == EXTEND ? n + 1
							: how == EMPTY  ? 0
									: n };
}

static bool is_read(const struct editions *e, const struct tree_file *f)
{
	for (size_t i = 0; i < e->nfirst; i++) {
		if (strcmp(e->first[i].path, f->path) == 0 && !ends(f->path, "timestamp.json"))
			return false; /* of the first edition; the configured root is not read from the tree */
	}
	return !ends(f->path, "filter.bin"); /* a page's loss is told in the answer */
}

/* The file that is named when this one is damaged: a chain of roots that ends early shows in what is signed by the newer keys. */
static const char *named(const struct tree_file *f, enum damage how)
{
	return ends(f->path, ".root.json") && how == REMOVE ? "metadata/timestamp.json" : f->path;
}

static void check(struct editions *e, struct tree_file *f, enum damage how, bool with_state)
{
	struct tree_file good = *f;
	enum mdr_code code = how == DOWN ? MDR_UNREACHABLE : MDR_REFUSED;

	print_message("%s: %s, %s state\n", f->path, damage_names[how], with_state ? "with" : "without");
	device(e, with_state);
	damage(e, f, how);
	if (how == REPLAY && with_state && ends(f->path, "timestamp.json"))
		expect(&e->t, T0, MDR_OK, NULL); /* the one-request check: nothing new, until it expires */
	else
		expect(&e->t, T0, code, named(f, how));
	*f = good;
	e->t.flood = e->t.down = NULL;
	expect_unchanged(e, with_state);
	expect(&e->t, T0, MDR_OK, NULL);
	assert_true(e->t.store.changes > 0);
}

static void test_matrix(void **state)
{
	struct editions e;
	size_t read = 0;

	(void)state;
	make(&e);
	for (size_t i = 0; i < e.t.n; i++) {
		if (!is_read(&e, &e.t.v[i]))
			continue;
		read++;
		for (int how = 0; how < DAMAGES * 2; how++)
			check(&e, &e.t.v[i], (enum damage)(how / 2), how % 2);
	}
	assert_int_equal(read, 9); /* two roots, timestamp, snapshot, targets, two indexes, a manifest, an answer */
	release(&e);
}

/* Any file in the place of any other one. */
static void test_swap(void **state)
{
	struct editions e;

	(void)state;
	make(&e);
	for (size_t i = 0; i < e.t.n; i++) {
		if (!is_read(&e, &e.t.v[i]))
			continue;
		for (size_t k = 0; k < e.t.n; k++) {
			struct tree_file good = e.t.v[i];

			if (k == i || slice_eq(good.data, e.t.v[k].data))
				continue;
			device(&e, k % 2);
			e.t.v[i].data = e.t.v[k].data;
			expect(&e.t, T0, MDR_REFUSED, good.path);
			e.t.v[i] = good;
			expect_unchanged(&e, k % 2);
		}
	}
	release(&e);
}

/* A page that is lost or forged: the answer says that it may be another one later, and is not believed to be the last word. */
static void test_page(void **state)
{
	struct tree t;
	struct mdr_error err;

	(void)state;
	for (int how = 0; how < 3; how++) {
		struct mdr_client *c;
		struct tree_file *page = NULL, good;
		char *answer;

		demo_tree(&t);
		for (size_t i = 0; i < t.n; i++)
			page = ends(t.v[i].path, "filter.bin") ? &t.v[i] : page;
		assert_non_null(page);
		good = *page;
		page->gone = how == 0;
		if (how == 1)
			page->data.n--;
		if (how == 2) {
			char *copy = arena_str(&t.mem, good.data);

			memset(copy, 0xff, good.data.n); /* lists everybody */
			page->data.p = copy;
		}
		c = tree_open(&t);
		assert_int_equal(mdr_refresh(c, T0, &err), MDR_OK);
		answer = tree_answer(c, DEVICE, T0, MDR_UPGRADE, 0, &err);
		assert_non_null(strstr(answer, "\"incomplete\":true"));
		assert_null(strstr(answer, "\"task\":\"beta\""));
		free(answer);
		*page = good;
		answer = tree_answer(c, DEVICE, T0, MDR_UPGRADE, 0, &err);
		assert_null(strstr(answer, "\"incomplete\""));
		assert_non_null(strstr(answer, "\"task\":\"beta\""));
		free(answer);
		mdr_close(c);
		tree_release(&t);
	}
}

/* --- one app's tree is no other app's ------------------------------------------------------------------------------------- */

/* Publishes the next edition, one role of which is of another app. */
static void publish_foreign(struct tree *t, int foreign)
{
	struct tuf_file f[TUF_TYPE_COUNT] = { 0 };
	struct tuf_meta meta[2];

	f[TUF_TARGETS].targets = (struct tuf_targets){ .v = t->targets, .n = t->ntargets };
	f[TUF_SNAPSHOT].metas = (struct tuf_metas){ &meta[0], 1 };
	f[TUF_TIMESTAMP].metas = (struct tuf_metas){ &meta[1], 1 };
	for (int i = TUF_TARGETS; i <= TUF_TIMESTAMP; i++) {
		t->spec.version[i]++;
		t->spec.app = i == foreign ? "OTHER-default" : APP;
		tree_write(t, &f[i], (enum tuf_type)i, i < TUF_TIMESTAMP ? &meta[i - TUF_TARGETS] : NULL);
	}
	t->spec.app = APP;
}

/* `app`: every file names the app that it is for, and a device takes it for no other one. */
static void test_app_binding(void **state)
{
	static const char *const paths[] = { [TUF_TARGETS] = "metadata/2.targets.json: is of app \"OTHER-default\"",
					     [TUF_SNAPSHOT] = "metadata/3.snapshot.json: is of app \"OTHER-default\"",
					     [TUF_TIMESTAMP] = "metadata/timestamp.json: is of app \"OTHER-default\"" };
	struct slice index;
	struct tree t;

	(void)state;
	for (int with_state = 0; with_state < 2; with_state++) {
		demo_tree(&t);
		if (with_state)
			expect(&t, T0, MDR_OK, NULL);
		t.store.changes = 0;
		for (int foreign = TUF_TARGETS; foreign <= TUF_TIMESTAMP; foreign++) {
			publish_foreign(&t, foreign);
			expect(&t, T0, MDR_REFUSED, paths[foreign]);
		}
		index = SLICE("{\"app\":\"OTHER-default\",\"bases\":[\"https://cdn.example.com/d/\"],\"format\":1,"
			      "\"kind\":\"switch\",\"manifest\":{\"slots\":{\"A\":[{\"t\":\"0\",\"v\":\"1\"}]}},"
			      "\"platform\":\"android\"}");
		tree_index(&t, PLATFORM_ANDROID, KIND_SWITCH, index);
		tree_publish_next(&t);
		expect(&t, T0, MDR_REFUSED, ".android-switch.json: is of app \"OTHER-default\", not of \"" APP "\"");
		assert_int_equal(t.store.changes, 0);
		tree_release(&t);
	}
}

/* Two apps under one root, with one set of keys: the tree of one in the place of the other's, whole and file by file. */
static void test_cross_app_replay(void **state)
{
	struct tree ours, theirs;

	(void)state;
	for (int with_state = 0; with_state < 2; with_state++) {
		demo_tree(&ours);
		demo_tree(&theirs);
		theirs.spec.app = "OTHER-default";
		tree_publish_next(&theirs);
		tree_publish_next(&theirs);
		if (with_state)
			expect(&ours, T0, MDR_OK, NULL);
		store_copy(&theirs.store, &ours.store);
		theirs.store.changes = 0;
		expect(&theirs, T0, MDR_REFUSED,
		       "metadata/timestamp.json: is of app \"OTHER-default\", not of \"" APP "\"");
		assert_int_equal(theirs.store.changes, 0);

		tree_publish_next(&ours);
		tree_put(&ours, "metadata/2.snapshot.json", tree_find(&theirs, "metadata/2.snapshot.json")->data);
		ours.store.changes = 0;
		expect(&ours, T0, MDR_REFUSED, "metadata/2.snapshot.json");
		tree_publish(&ours);
		tree_put(&ours, "metadata/2.targets.json", tree_find(&theirs, "metadata/2.targets.json")->data);
		expect(&ours, T0, MDR_REFUSED, "metadata/2.targets.json");
		assert_int_equal(ours.store.changes, 0);
		tree_publish(&ours);
		expect(&ours, T0, MDR_OK, NULL);
		tree_release(&ours);
		tree_release(&theirs);
	}
}

/* A stolen timestamp key drives versions up as far as they go; the root replaces it, and low versions count again. */
static void test_fast_forward(void **state)
{
	struct tree t;

	(void)state;
	for (int lost = 0; lost < 3; lost++) {
		demo_tree(&t);
		t.spec.version[TUF_TIMESTAMP] = TUF_VERSION_MAX;
		t.spec.version[TUF_SNAPSHOT] = TUF_VERSION_MAX;
		tree_publish(&t);
		expect(&t, T0, MDR_OK, NULL);
		if (lost)
			store_find(&t.store, lost == 1 ? "trusted" : "floor")->there = false;
		t.spec.version[TUF_TIMESTAMP] = t.spec.version[TUF_SNAPSHOT] = 2;
		tree_publish(&t);
		expect(&t, T0, MDR_OLDER, "metadata/timestamp.json");
		rotate(&t, TUF_TIMESTAMP, 24);
		tree_publish(&t);
		expect(&t, T0, MDR_OK, NULL);
		t.spec.version[TUF_TIMESTAMP] = t.spec.version[TUF_SNAPSHOT] = 1; /* from there on as always */
		tree_publish(&t);
		expect(&t, T0, MDR_OLDER, "metadata/timestamp.json: version 1 is older than the trusted 2");
		tree_release(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix),       cmocka_unit_test(test_swap),
		cmocka_unit_test(test_page),         cmocka_unit_test(test_app_binding),
		cmocka_unit_test(test_fast_forward), cmocka_unit_test(test_cross_app_replay),
	};

	return cmocka_run_group_tests_name("resolve/tamper", tests, NULL, NULL);
}
