/* Power loss and full disks: whatever change of storage is the last one, the device is as it was or as it will be.
 *
 * A scenario  prepares a device over the first edition of a tree, and acts over the second. It is interrupted at change 1, 2, 3, …, in three
 *             ways: the power is lost (a new client finds what is left), one change fails, every change fails from there on (a full disk;
 *             the running client goes on). Then what the device would do without a network is held against what it would have done before
 *             and after an undisturbed run, thing by thing; every package must be whole; and acting again must lead to the end of an
 *             undisturbed run, with the same files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "h5.h"
#include "offers.h"

#define SIZE 150000

struct world {
	struct h5_world h5; /* with the tree; its client is not used */
	struct server s;
	struct mdr_client *c;
	struct made_package app[2], patch[2], fresh;
	struct mdr_attr attrs[4];
	struct mdr_device device;
	struct mdr_ask ask;
	struct mdr_download how;
	uint64_t stop; /* bytes after which the progress callback does */
	struct mdr_error err;
};

/* --- the tree ------------------------------------------------------------------------------------------------------------ */

static void set_attr(struct world *w, size_t i, const char *name, const char *value)
{
	w->attrs[i] = (struct mdr_attr){ name, value, strlen(name), strlen(value) };
}

/* Edition 0 or 1. */
static void publish_edition(struct world *w, int edition)
{
	struct tree *t = &w->h5.tree;
	const char *delta = package_delta(t, "4.9.0", &w->app[0], &w->app[1]);
	const char *patch_delta = package_delta(t, "4.9.0/1", &w->patch[0], &w->patch[1]);

	publish(&w->h5, app(ID, edition ? "1.0.0.2" : "1.0.0.1", edition ? two : one));
	offer(t, KIND_HOTPATCH,
	      edition ? hotpatch_text(t, &w->patch[1], arena_printf(&t->mem, ",'deltas':[%s]", patch_delta).p)
		      : hotpatch_text(t, &w->patch[0], ""));
	demo_switches(t, edition ? "\"DARK\":[{\"t\":\"0\",\"v\":\"on\"}]" : "\"DARK\":[{\"t\":\"0\",\"v\":\"off\"}]",
		      "{\"element\":\"mobileModel\",\"op\":\"contains\",\"value\":[\"Pixel 8\"]}");
	offer(t, KIND_UPGRADE,
	      edition ? upgrade_text(t, "5.0.0", &w->app[1],
				     arena_printf(&t->mem, ",'resultStatus':202,'deltas':[%s]", delta).p)
		      : NULL);
	tree_publish_next(t);
}

static bool until(void *ctx, uint64_t done, uint64_t total)
{
	const struct world *w = ctx;

	(void)total;
	return done < w->stop;
}

static void reopen(struct world *w)
{
	mdr_close(w->c);
	w->c = server_open(&w->s);
}

static void begin(struct world *w)
{
	struct tree *t = &w->h5.tree;

	memset(w, 0, sizeof(*w));
	tree_init(t);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		t->spec.expires[i] = T0 + 365 * DAY;
	tree_write_root(t);
	w->s.t = t;
	for (uint32_t i = 0; i < 2; i++) {
		package_make(&w->app[i], t, SIZE, 20 + i);
		package_make(&w->patch[i], t, SIZE / 2, 30 + i);
	}
	set_attr(w, 0, "platform", "android");
	set_attr(w, 1, "appVersion", "4.9.0");
	set_attr(w, 2, "netType", "wifi");
	w->device = (struct mdr_device){ .attrs = w->attrs, .n = 3 };
	w->ask = (struct mdr_ask){ .device = &w->device, .now = T0, .at = T0 };
	w->how = (struct mdr_download){ .progress = until, .progress_ctx = w };
	w->stop = UINT64_MAX;
	publish_edition(w, 0);
	reopen(w);
}

static void end(struct world *w)
{
	mdr_close(w->c);
	tree_release(&w->h5.tree);
	arena_release(&mem);
}

/* --- what a device does -------------------------------------------------------------------------------------------------- */

typedef enum mdr_code act_fn(struct world *w);

static enum mdr_code act_answer(struct world *w)
{
	enum mdr_code code = mdr_refresh(w->c, T0, &w->err);
	struct mdr_text text = { NULL, 0, 0 };

	if (!code)
		code = mdr_answer(w->c, &w->device, T0, MDR_ALL, 0, &text, &w->err);
	free(text.p);
	return code;
}

static enum mdr_code act_download(struct world *w)
{
	struct mdr_upgrade u;
	struct mdr_got got;
	enum mdr_code code = mdr_upgrade_check(w->c, &w->ask, -1, &u, &w->err);

	if (!code && u.state == MDR_UPGRADE_OFFERED)
		code = mdr_upgrade_download(w->c, &u, &w->how, &got, &w->err);
	mdr_upgrade_release(&u);
	return code;
}

static enum mdr_code act_delta(struct world *w)
{
	w->how.base = w->app[0].bytes.p;
	w->how.base_size = w->app[0].bytes.n;
	return act_download(w);
}

static enum mdr_code act_decline(struct world *w)
{
	return mdr_upgrade_declined(w->c, "5.0.0", T0, &w->err);
}

static enum mdr_code act_clean(struct world *w)
{
	return mdr_clean(w->c, NULL, 0, &w->err);
}

static enum mdr_code act_sync(struct world *w)
{
	struct mdr_hotpatch h;

	return mdr_hotpatch_sync(w->c, &w->ask, &w->how, NULL, NULL, &h, &w->err);
}

static enum mdr_code act_start(struct world *w)
{
	char name[MDR_NAME];
	enum mdr_code code = mdr_hotpatch_current(w->c, "4.9.0", name, &w->err);

	return code ? code : mdr_hotpatch_started(w->c, &w->err);
}

static enum mdr_code act_switches(struct world *w)
{
	bool asked;

	return mdr_switches_refresh(w->c, &w->ask, true, &asked, &w->err);
}

static enum mdr_code act_h5(struct world *w)
{
	struct mdr_h5_rules rules = { .interval = 0 };
	struct mdr_got got;
	struct mdr_h5 list = { .n = 0 };
	enum mdr_code code = mdr_h5_list(w->c, &w->ask, &rules, NULL, true, &list, &w->err);

	mdr_h5_release(&list);
	return code ? code : mdr_h5_load(w->c, &w->ask, &rules, ID, &w->how, &got, &w->err);
}

static enum mdr_code act_take_back(struct world *w)
{
	enum mdr_code code = act_sync(w);

	return code ? code : act_start(w);
}

/* --- what lies before an act --------------------------------------------------------------------------------------------- */

static void must(struct world *w, act_fn *act)
{
	if (act(w))
		fail_msg("%s", w->err.text);
}

/* A device that has everything of the first edition. */
static void install(struct world *w)
{
	must(w, act_answer);
	must(w, act_switches);
	must(w, act_sync);
	must(w, act_start);
	must(w, act_h5);
	reopen(w);
}

static void load_half(struct world *w)
{
	w->stop = 70001;
	assert_int_equal(act_download(w), MDR_CANCELLED);
	w->stop = UINT64_MAX;
	reopen(w);
}

static void answer(struct world *w)
{
	must(w, act_answer);
}

static void make_next(struct world *w)
{
	must(w, act_sync);
	reopen(w);
}

static void offer_rollback(struct world *w)
{
	offer(&w->h5.tree, KIND_HOTPATCH, "{'action':'rollback'}");
	tree_publish_next(&w->h5.tree);
}

/* Half an upgrade that nobody wants any more, and a whole one. */
static void leave_things(struct world *w)
{
	struct tree *t = &w->h5.tree;

	must(w, act_download);
	package_make(&w->fresh, t, SIZE, 40);
	offer(t, KIND_UPGRADE, upgrade_text(t, "6.0.0", &w->fresh, ",'resultStatus':206"));
	tree_publish_next(t);
	load_half(w);
	offer(t, KIND_UPGRADE, NULL);
	tree_publish_next(t);
	must(w, act_download);
}

struct scenario {
	const char *name;
	void (*before)(struct world *w);  /* over the first edition; NULL: nothing */
	void (*between)(struct world *w); /* over the second one */
	act_fn *act;
};

static const struct scenario scenarios[] = {
	{ "first contact", NULL, NULL, act_answer },
	{ "another tree", install, NULL, act_answer },
	{ "a download", install, NULL, act_download },
	{ "a download, resumed", install, load_half, act_download },
	{ "an upgrade by a delta", install, answer, act_delta },
	{ "a decline", install, answer, act_decline },
	{ "a hotpatch", install, NULL, act_sync },
	{ "a hotpatch's first start", install, make_next, act_start },
	{ "a rollback", install, offer_rollback, act_take_back },
	{ "switches", install, NULL, act_switches },
	{ "an H5 package", install, NULL, act_h5 },
	{ "the first H5 package", NULL, NULL, act_h5 },
	{ "cleaning", install, leave_things, act_clean },
};

/* --- what a device would do ---------------------------------------------------------------------------------------------- */

enum thing { ANSWER, HOTPATCH, SWITCH, PAGE_OF_H5, UPGRADE, THINGS };

struct look {
	char *thing[THINGS];
};

static void look_release(struct look *l)
{
	for (size_t i = 0; i < THINGS; i++)
		free(l->thing[i]);
}

static char *text_of(enum mdr_code code, const char *text)
{
	char *out = NULL;

	assert_true(asprintf(&out, "%d %s", (int)code, code ? "" : text) >= 0);
	return out;
}

/* From what is in storage, by a client over a copy of it; without a network, but for the upgrade. */
static void look(struct look *out, struct world *w)
{
	struct world copy = *w;
	struct mdr_text text = { NULL, 0, 0 };
	struct mdr_upgrade u;
	char name[MDR_NAME];
	enum mdr_code code;

	memset(&copy.h5.tree.store, 0, sizeof(copy.h5.tree.store));
	store_copy(&copy.h5.tree.store, &w->h5.tree.store);
	copy.s.t = &copy.h5.tree;
	copy.c = server_open(&copy.s);
	copy.h5.tree.offline = true;
	code = mdr_answer(copy.c, &w->device, T0, MDR_ALL, 0, &text, &copy.err);
	out->thing[ANSWER] = text_of(code, text.p);
	code = mdr_hotpatch_current(copy.c, "4.9.0", name, &copy.err);
	out->thing[HOTPATCH] = text_of(code, name);
	assert_true(code || !name[0] || store_find(&copy.h5.tree.store, name));
	out->thing[SWITCH] = text_of(MDR_OK, mdr_switch_value(copy.c, "DARK", "(the app's)"));
	code = mdr_h5_read(copy.c, ID, PAGE, &text, &copy.err);
	out->thing[PAGE_OF_H5] = text_of(code, text.p);
	copy.h5.tree.offline = false;
	code = mdr_upgrade_check(copy.c, &w->ask, -1, &u, &copy.err);
	out->thing[UPGRADE] = text_of(code, arena_printf(&w->h5.tree.mem, "%d %s", (int)u.state, u.file).p);
	mdr_upgrade_release(&u);
	free(text.p);
	mdr_close(copy.c);
	store_release(&copy.h5.tree.store);
}

static bool is_file(const struct store_entry *e)
{
	return e->there && (slice_starts(slice_of(e->name), "package-") || slice_starts(slice_of(e->name), "part-"));
}

/* Whatever is called a package is whole, and lasts; and of every file it is written down that it may be there. */
static void check_files(struct world *w)
{
	struct tree *t = &w->h5.tree;

	for (size_t i = 0; i < STORE_ENTRIES; i++) {
		const struct store_entry *e = &t->store.v[i], *record = store_find(&t->store, "packages");
		const char *hex_of_name;
		uint8_t hash[SHA256_SIZE];
		char hex[SHA256_HEX];

		if (!is_file(e))
			continue;
		assert_non_null(record);
		hex_of_name = strchr(e->name, '-') + 1;
		assert_non_null(memmem(record->bytes.p, record->bytes.n, hex_of_name, strlen(hex_of_name)));
		if (!slice_starts(slice_of(e->name), MDR_PACKAGE))
			continue;
		assert_int_equal(digest_sha256(t->dg, hash, strbuf_slice(&e->bytes)), 0);
		digest_hex(hex, hash, sizeof(hash));
		assert_string_equal(hex_of_name, hex);
		assert_true(e->lasting);
	}
}

/* The names of packages and parts, in order. */
static char *list_files(struct world *w)
{
	struct slice names[STORE_ENTRIES];
	struct strbuf out = STRBUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < STORE_ENTRIES; i++) {
		const struct store_entry *e = &w->h5.tree.store.v[i];

		if (e->there &&
		    (slice_starts(slice_of(e->name), "package-") || slice_starts(slice_of(e->name), "part-")))
			names[n++] = slice_of(e->name);
	}
	qsort(names, n, sizeof(*names), slice_order);
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&out, SLICE_FMT "\n", SLICE_ARG(names[i]));
	return strbuf_detach(&out);
}

/* --- interruptions ------------------------------------------------------------------------------------------------------- */

enum fault { POWER, ONE_CHANGE, FULL_DISK, FAULTS };
static const char *const fault_names[FAULTS] = { "power lost", "failed", "disk full" };

/* A scenario, with what lies before the act and what an undisturbed run leads to. */
struct run {
	const struct scenario *s;
	struct world w;
	struct store start;
	struct look before, after;
	char *files; /* after the act, and mdr_clean() */
	size_t changes;
};

static void expect_before_or_after(struct run *r, bool done)
{
	static const char *const names[THINGS] = { "the answer", "the hotpatch", "the switch", "the page",
						   "the upgrade" };
	struct look now;

	look(&now, &r->w);
	for (size_t i = 0; i < THINGS; i++) {
		bool as_before = strcmp(now.thing[i], r->before.thing[i]) == 0;

		if (strcmp(now.thing[i], r->after.thing[i]) != 0 && (done || !as_before))
			fail_msg("%s is %s, neither %s nor %s", names[i], now.thing[i], r->before.thing[i],
				 r->after.thing[i]);
	}
	look_release(&now);
	check_files(&r->w);
}

static void start_over(struct run *r)
{
	mdr_close(r->w.c);
	store_copy(&r->w.h5.tree.store, &r->start);
	r->w.c = server_open(&r->w.s);
}

static void expect_end(struct run *r)
{
	char *files;

	must(&r->w, r->s->act);
	expect_before_or_after(r, true);
	must(&r->w, act_clean);
	expect_before_or_after(r, true);
	files = list_files(&r->w);
	assert_string_equal(files, r->files);
	free(files);
}

static void interrupt(struct run *r, enum fault fault, size_t n)
{
	struct store *store = &r->w.h5.tree.store;
	enum mdr_code code;

	start_over(r);
	store->fail_at = n;
	store->crash = fault == POWER;
	store->full = fault == FULL_DISK;
	store->seed = (unsigned)n * 77;
	code = r->s->act(&r->w);
	if (code && code != MDR_STORAGE)
		fail_msg("%s at change %zu: %s", fault_names[fault], n, r->w.err.text);
	if (fault == POWER) {
		store_restart(store);
		reopen(&r->w);
	}
	store->fail_at = store->full = 0;
	expect_before_or_after(r, false);
	expect_end(r);
}

static void run(struct run *r, const struct scenario *s)
{
	struct store *store;

	memset(r, 0, sizeof(*r));
	r->s = s;
	begin(&r->w);
	store = &r->w.h5.tree.store;
	if (s->before)
		s->before(&r->w);
	publish_edition(&r->w, 1);
	if (s->between)
		s->between(&r->w);
	store_copy(&r->start, store);
	look(&r->before, &r->w);
	start_over(r);
	store->changes = 0;
	must(&r->w, s->act);
	r->changes = store->changes;
	look(&r->after, &r->w);
	check_files(&r->w);
	must(&r->w, act_clean);
	r->files = list_files(&r->w);
	print_message("%s: %zu changes\n", s->name, r->changes);
	assert_in_range(r->changes, 1, 60);
}

static void test_scenarios(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scenarios); i++) {
		struct run r;

		run(&r, &scenarios[i]);
		for (enum fault fault = 0; fault < FAULTS; fault++) {
			for (size_t n = 1; n <= r.changes; n++)
				interrupt(&r, fault, n);
		}
		look_release(&r.before);
		look_release(&r.after);
		free(r.files);
		store_release(&r.start);
		end(&r.w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenarios),
	};

	return cmocka_run_group_tests_name("resolve/powerloss", tests, NULL, NULL);
}
