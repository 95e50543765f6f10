/* A pruner and publishers at one store: wherever the pruner dies, and however the requests of the two follow each other, what timestamp.json
 * leads to is there; and what a listing may hold that nobody of us wrote. */
#include "scene.h"

#include <limits.h>
#include <pthread.h>

#include "format/files.h"
#include "publish/condemned.h"
#include "publish/prune.h"

#define DAY   INT64_C(86400)
#define FIRST (WORLD_NOW - DAY - 100) /* the run that condemns */
#define LIST  WORLD_APP "/" CONDEMNED_NAME

enum { OLD, MID, BACK, RELEASES }; /* MID lacks a package that OLD has, BACK has it again */

/* --- trees that can be read back ------------------------------------------------------------------------------------------ */

static struct tuf_meta meta_of(struct world *w, const char *role, uint64_t version, struct slice bytes)
{
	struct tuf_meta m = { .role = slice_of(role), .version = version, .length = bytes.n };

	assert_int_equal(digest_sha256(w->dg, m.hash, bytes), 0);
	return m;
}

static struct slice add_metadata(struct world *w, struct release *r, struct tuf_file *f)
{
	struct signature sig = { .keyid = { 7 }, .bytes = SLICE("signature") };
	struct strbuf out = STRBUF_INIT;
	struct slice bytes;
	char path[128];

	f->app = SLICE(WORLD_APP);
	f->version = r->version;
	f->expires = WORLD_NOW + 90 * DAY;
	f->signatures = (struct envelope){ &sig, 1 };
	assert_int_equal(tuf_encode(&out, f), 0);
	bytes = release_keep(w, &out);
	if (f->type == TUF_TIMESTAMP)
		snprintf(path, sizeof(path), "metadata/timestamp.json");
	else
		snprintf(path, sizeof(path), "metadata/%" PRIu64 ".%s.json", r->version, tuf_type_name(f->type));
	release_add(w, r, path, bytes);
	return bytes;
}

static struct tuf_target add_target(struct world *w, struct release *r, const char *name, struct slice bytes)
{
	struct strbuf path = STRBUF_INIT;
	struct tuf_target t = { .length = bytes.n };

	assert_int_equal(digest_sha256(w->dg, t.hash, bytes), 0);
	path_object_target(&path, t.hash, name);
	t.path = release_keep(w, &path);
	release_object(w, r, name, bytes);
	return t;
}

/* A package below h5/ and a page, and the list of them. */
static struct tuf_target add_listed(struct world *w, struct release *r, const char *package)
{
	struct listed_file v[2];
	struct files files = { v, COUNT(v) };
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < COUNT(v); i++) {
		char path[128];

		snprintf(path, sizeof(path), i ? "pages/%s/index.html" : "h5/20171228/%s_all/nebula/20171228.amr",
			 package);
		release_add(w, r, path, slice_of(package));
		v[i] = (struct listed_file){ .path = r->files[r->app.n - 1].path, .length = strlen(package) };
		memcpy(v[i].hash, r->files[r->app.n - 1].sha256, SHA256_SIZE);
	}
	assert_int_equal(files_encode(&out, &files), 0);
	return add_target(w, r, FILES_NAME, release_keep(w, &out));
}

static int by_target(const void *a, const void *b)
{
	return slice_cmp(((const struct tuf_target *)a)->path, ((const struct tuf_target *)b)->path);
}

static void make(struct world *w, struct release *r, const char *name, uint64_t version, const struct release *after,
		 const char *package)
{
	struct tuf_target targets[3];
	struct tuf_file f = { .type = TUF_TARGETS, .targets = { .v = targets, .n = COUNT(targets) } };
	struct tuf_meta meta;

	*r = (struct release){ .name = name, .version = version };
	r->app = (struct app_tree){ .app = SLICE(WORLD_APP), .dir = w->dir, .v = r->files, .roles = r->roles };
	r->roles[0] = (struct tree_role){ SLICE("timestamp"), version, WORLD_NOW + 90 * DAY };
	r->app.nroles = 1;
	release_add(w, r, "metadata/1.root.json", SLICE("the root"));
	targets[0] = add_target(w, r, "answer.json", arena_printf(&w->mem, "answer of %s", name));
	targets[1] = add_target(w, r, "package.apk", slice_of(package));
	targets[2] = add_listed(w, r, package);
	qsort(targets, COUNT(targets), sizeof(targets[0]), by_target);
	meta = meta_of(w, "targets", version, add_metadata(w, r, &f));
	f = (struct tuf_file){ .type = TUF_SNAPSHOT, .metas = { &meta, 1 } };
	meta = meta_of(w, "snapshot", version, add_metadata(w, r, &f));
	f = (struct tuf_file){ .type = TUF_TIMESTAMP, .metas = { &meta, 1 } };
	add_metadata(w, r, &f);
	memcpy(r->app.timestamp, r->files[r->app.n - 1].sha256, SHA256_SIZE);
	release_notes(w, r, after);
	release_sort(w, r);
	r->tree = (struct pub_tree){ .lock = -1, .apps = &r->app, .napps = 1 };
}

/* --- who acts ---------------------------------------------------------------------------------------------------------------- */

struct stage;
struct actor {
	struct stage *stage;
	size_t index;
	int release; /* -1: a pruner */
	int64_t now;
	struct fake f;
	struct diags d;
	struct prune_report pruned;
	pthread_t thread;
	bool done;
	int code;
};

struct stage {
	struct world w;
	struct release r[RELEASES];
	struct release *all[RELEASES];
	struct fake_store store, base;
	struct actor v[2];
	unsigned turns[3], step, used; /* actor 0, 1, 0 make so many requests; then 1 goes on to the end, then 0 */
	pthread_mutex_t lock;
	pthread_cond_t moved;
};

static int setup_stage(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	world_open(&s->w);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->moved, NULL);
	make(&s->w, &s->r[OLD], "old", 1, NULL, "1.0.0.1");
	make(&s->w, &s->r[MID], "mid", 2, &s->r[OLD], "1.0.0.2");
	make(&s->w, &s->r[BACK], "back", 3, &s->r[MID], "1.0.0.1");
	for (size_t i = 0; i < RELEASES; i++)
		s->all[i] = &s->r[i];
	*state = s;
	return 0;
}

static int teardown_stage(void **state)
{
	struct stage *s = *state;

	diags_release(&s->v[0].d);
	diags_release(&s->v[1].d);
	fake_store_release(&s->store);
	fake_store_release(&s->base);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->moved);
	world_close(&s->w);
	free(s);
	return 0;
}

static void enter(struct stage *s, size_t i, int release, int64_t now)
{
	struct actor *a = &s->v[i];

	diags_release(&a->d);
	*a = (struct actor){ .stage = s, .index = i, .release = release, .now = now };
	fake_open(&a->f, &s->store, s->w.dg);
}

static void act(struct actor *a)
{
	struct publish_options o = { .now = a->now };
	struct prune_options p = { .now = a->now, .keep = 30 * DAY, .grace = DAY, .max = 1000 };
	struct publish_report report;
	struct dest *dest = &a->f.dest;
	struct world *w = &a->stage->w;

	a->stage->store.clock = a->now;
	if (a->release < 0)
		a->code = prune_app(&a->pruned, dest, SLICE(WORLD_APP), &p, w->dg, &a->d);
	else
		a->code = publish(&report, &w->mem, &a->stage->r[a->release].tree, &dest, 1, &o, w->dg, &a->d);
}

static int alone(struct stage *s, int release, int64_t now)
{
	enter(s, 0, release, now);
	act(&s->v[0]);
	return s->v[0].code;
}

static int seen(struct stage *s)
{
	return seen_by_device(&s->store, s->all, RELEASES);
}

static bool has(struct stage *s, const char *path)
{
	return fake_find(&s->store, arena_printf(&s->w.mem, WORLD_APP "/%s", path).p) != NULL;
}

static void wanted(struct stage *s, bool good, const char *what, unsigned i, unsigned k)
{
	if (good)
		return;
	diags_print(&s->v[0].d, DIAG_TEXT, stderr);
	diags_print(&s->v[1].d, DIAG_TEXT, stderr);
	fail_msg("%u, %u: %s (codes %d %d, a device sees %d)", i, k, what, s->v[0].code, s->v[1].code, seen(s));
}

/* OLD, long ago, then MID: what only OLD has is to go. `condemned`: the first run has been. */
static void begin(struct stage *s, size_t kind, bool condemned)
{
	fake_store_release(&s->store);
	s->store = kinds[kind].with;
	assert_int_equal(alone(s, OLD, WORLD_NOW - 80 * DAY), 0);
	assert_int_equal(alone(s, MID, WORLD_NOW - 40 * DAY), 0);
	if (condemned)
		assert_int_equal(alone(s, -1, FIRST), 0);
	fake_store_release(&s->base);
	fake_store_copy(&s->base, &s->store);
}

static void again(struct stage *s)
{
	fake_store_release(&s->store);
	fake_store_copy(&s->store, &s->base);
}

/* --- one pruner ------------------------------------------------------------------------------------------------------------- */

static void test_two_runs(void **state)
{
	struct stage *s = *state;

	for (size_t k = 0; k < COUNT(kinds); k++) {
		print_message("%s\n", kinds[k].name);
		begin(s, k, true);
		assert_true(has(s, "h5/20171228/1.0.0.1_all/nebula/20171228.amr"));
		assert_true(has(s, CONDEMNED_NAME));
		assert_int_equal(alone(s, -1, FIRST + DAY - 1), 0);
		assert_true(has(s, "metadata/1.targets.json"));
		wanted(s, alone(s, -1, WORLD_NOW) == 0, "the second run", 0, 0);
		assert_int_equal(s->v[0].pruned.deleted.files, s->v[0].f.dest.counts.deletes);
		assert_int_equal(s->v[0].pruned.snapshots, 1);
		assert_false(has(s, "h5/20171228/1.0.0.1_all/nebula/20171228.amr"));
		assert_false(has(s, "pages/1.0.0.1/index.html"));
		assert_false(has(s, "metadata/1.targets.json"));
		assert_true(has(s, "metadata/1.root.json"));
		assert_true(is_published(&s->store, &s->r[MID]));
		assert_true(s->store.n <= s->r[MID].app.n + 2); /* prune.json; of claims by name the last one */
	}
}

/* Wherever it dies: the release is whole, a publisher gets on, at once or when the deletion is over, and so does the next pruner. */
static void test_deaths(void **state)
{
	struct stage *s = *state;

	for (unsigned run = 0; run < 2; run++) {
		begin(s, 0, run);
		for (unsigned n = 1, last = 2; n < last; n++) {
			for (int lost = 0; lost < 2; lost++) {
				int64_t now = run ? WORLD_NOW : FIRST;

				again(s);
				enter(s, 0, -1, now);
				s->v[0].f.dies_at = n;
				s->v[0].f.death = lost ? FAULT_LOST : FAULT_UNKNOWN;
				act(&s->v[0]);
				last = s->v[0].f.dead ? n + 2 : last;
				wanted(s, seen(s) == MID && is_published(&s->store, &s->r[MID]), "not whole", n, run);
				alone(s, BACK, now + 60);
				wanted(s, s->v[0].code == 0 || s->v[0].code == 4, "the publisher", n, run);
				wanted(s, seen(s) == (s->v[0].code ? MID : BACK), "not whole", n, run);
				if (s->v[0].code)
					alone(s, BACK, now + DELETING_MAX);
				wanted(s, s->v[0].code == 0 && is_published(&s->store, &s->r[BACK]), "later", n, run);
				for (int i = 1; i <= 2; i++)
					wanted(s, alone(s, -1, now + i * 40 * DAY) == 0, "the next pruner", n, run);
				wanted(s, is_published(&s->store, &s->r[BACK]), "not whole", n, run);
				assert_false(has(s, "metadata/1.targets.json"));
			}
		}
	}
}

/* --- two at a time ---------------------------------------------------------------------------------------------------------- */

static size_t whose(const struct stage *s)
{
	static const size_t order[] = { 0, 1, 0, 1, 0 };
	size_t who = order[s->step < COUNT(order) ? s->step : COUNT(order) - 1];

	return s->v[who].done ? !who : who;
}

static void before_request(void *ctx, struct fake *f)
{
	struct actor *a = ctx;
	struct stage *s = a->stage;

	(void)f;
	while (whose(s) == a->index && s->step < COUNT(s->turns) && s->used >= s->turns[s->step]) {
		s->step++;
		s->used = 0;
		pthread_cond_broadcast(&s->moved);
	}
	while (whose(s) != a->index)
		pthread_cond_wait(&s->moved, &s->lock);
	s->used++;
}

static void *run(void *ctx)
{
	struct actor *a = ctx;

	pthread_mutex_lock(&a->stage->lock);
	act(a);
	a->done = true;
	pthread_cond_broadcast(&a->stage->moved);
	pthread_mutex_unlock(&a->stage->lock);
	return NULL;
}

/* Actor 0 makes i requests, then 1 k, then 0 l, then 1 all the rest. */
static void together(struct stage *s, unsigned i, unsigned k, unsigned l)
{
	s->turns[0] = i;
	s->turns[1] = k;
	s->turns[2] = l;
	s->step = s->used = 0;
	for (size_t n = 0; n < 2; n++) {
		s->v[n].f.before = before_request;
		s->v[n].f.ctx = &s->v[n];
		assert_int_equal(pthread_create(&s->v[n].thread, NULL, run, &s->v[n]), 0);
	}
	for (size_t n = 0; n < 2; n++)
		pthread_join(s->v[n].thread, NULL);
}

/* What a pruner and a publisher leave, and what comes after them. */
static void judge(struct stage *s, size_t publisher, int64_t now, unsigned i, unsigned k)
{
	int code = s->v[publisher].code;

	wanted(s, code == 0 || code == 4, "the publisher", i, k);
	wanted(s, s->v[!publisher].code >= 0, "the pruner", i, k);
	wanted(s, seen(s) == (code ? MID : BACK), "not whole", i, k);
	wanted(s, is_published(&s->store, &s->r[code ? MID : BACK]), "a page is missing", i, k);
	wanted(s, alone(s, -1, now + DAY + 200) == 0, "the next pruner", i, k);
	wanted(s, seen(s) == (code ? MID : BACK), "not whole after it", i, k);
	if (code)
		wanted(s, alone(s, BACK, now + DAY + 300) == 0, "the publisher, once more", i, k);
	wanted(s, is_published(&s->store, &s->r[BACK]), "not whole at the end", i, k);
}

/* In every order of up to three turns; the third is `l` requests long. Adds how often the publisher had to give up. */
static void beside(struct stage *s, bool condemned, size_t pruner, unsigned l, unsigned *refused)
{
	int64_t now = condemned ? WORLD_NOW : FIRST;

	for (unsigned i = 0, last = 1; i < last; i++) {
		for (unsigned k = 1, end = 2; k < end; k++) {
			again(s);
			enter(s, pruner, -1, now);
			enter(s, !pruner, BACK, now);
			together(s, i, k, l);
			last = s->v[0].f.requests;
			end = s->v[1].f.requests + 1;
			*refused += s->v[!pruner].code == 4;
			judge(s, !pruner, now, i, k);
		}
	}
}

static void test_publisher_beside(void **state)
{
	struct stage *s = *state;
	const size_t kind[] = { 0, 3 };
	unsigned refused = 0;

	for (size_t n = 0; n < COUNT(kind); n++) {
		for (int condemned = 0; condemned < 2; condemned++) {
			begin(s, kind[n], condemned);
			for (size_t pruner = 0; pruner < 2; pruner++)
				beside(s, condemned, pruner, UINT_MAX, &refused);
		}
	}
	begin(s, 0, true);
	for (unsigned l = 1; l < 4; l++)
		beside(s, true, 0, l, &refused);
	assert_true(refused > 50);
}

/* Two pruners: one of them deletes. Where nothing knows If-Match (OSS) there must be one only. */
static void test_two_pruners(void **state)
{
	struct stage *s = *state;
	const size_t kind[] = { 0, 2, 4 };
	unsigned refused = 0;

	for (size_t n = 0; n < COUNT(kind); n++) {
		begin(s, kind[n], true);
		for (unsigned i = 0, last = 1; i < last; i++) {
			for (unsigned k = 1, end = 2; k < end; k++) {
				again(s);
				enter(s, 0, -1, WORLD_NOW);
				enter(s, 1, -1, WORLD_NOW + 1);
				together(s, i, k, UINT_MAX);
				last = s->v[0].f.requests;
				end = s->v[1].f.requests + 1;
				refused += s->v[0].code == 1 || s->v[1].code == 1;
				wanted(s, s->v[0].code >= 0 && s->v[1].code >= 0, "a pruner", i, k);
				wanted(s, !s->v[0].f.dest.counts.deletes || !s->v[1].f.dest.counts.deletes,
				       "both delete", i, k);
				wanted(s, s->v[0].f.dest.counts.deletes + s->v[1].f.dest.counts.deletes > 0,
				       "nobody deletes", i, k);
				wanted(s, is_published(&s->store, &s->r[MID]), "not whole", i, k);
			}
		}
	}
	assert_true(refused > 20);
}

/* --- what stands there -------------------------------------------------------------------------------------------------------- */

/* Names that no build writes: folders as consoles make them, control bytes, metadata that is none. They stay, and nobody stumbles. */
static void test_foreign_names(void **state)
{
	static const char *const names[] = { "",
					     "h5/",
					     "targets/",
					     "targets/o/../../../other/x",
					     "h5/../../other",
					     "pages//x",
					     "pages/\x01\n",
					     "pages/\xff",
					     "pages/a\\b",
					     "h5/caf\xc3\xa9",
					     "metadata/",
					     "metadata/.json",
					     "metadata/1.json",
					     "metadata/01.targets.json",
					     "metadata/0.snapshot.json",
					     "metadata/1..json",
					     "metadata/1.snapshot.json.bak",
					     "metadata/18446744073709551617.snapshot.json",
					     "metadata/1.root.json/x.json",
					     "metadata/../metadata/1.x.json",
					     "prune.json/x",
					     "timestamp.json" };
	struct stage *s = *state;

	begin(s, 0, false);
	s->store.clock = WORLD_NOW - 100 * DAY;
	for (size_t i = 0; i < COUNT(names); i++)
		fake_put(&s->store, arena_printf(&s->w.mem, WORLD_APP "/%s", names[i]).p, SLICE("x"));
	wanted(s, alone(s, -1, FIRST) == 0, "the first run", 0, 0);
	wanted(s, alone(s, -1, WORLD_NOW) == 0, "the second run", 0, 0);
	assert_true(s->v[0].pruned.deleted.files > 4);
	wanted(s, alone(s, BACK, WORLD_NOW) == 0, "a publisher", 0, 0);
	for (size_t i = 0; i < COUNT(names); i++) {
		if (!has(s, names[i]))
			fail_msg("%s is gone", names[i]);
	}
}

struct long_list {
	struct fake f; /* first */
	struct dest_ops ops;
	size_t extra; /* objects beside those of the store */
	unsigned lists, fails_at, batches;
};

static int list_long(struct dest *t, struct dest_listing *out, const char *const *prefixes, size_t n, struct diags *d)
{
	struct long_list *l = (struct long_list *)t;
	struct dest_listing all = DEST_LISTING_INIT;
	size_t k = 0;

	if (++l->lists == l->fails_at)
		return diag_environment(d, NULL, "no list");
	assert_int_equal(fake_list(t, &all, prefixes, n, d), 0);
	out->v = ARENA_ARRAY(&out->mem, struct dest_object, all.n + l->extra);
	for (size_t i = 0; i <= all.n; i++) {
		for (; k < l->extra && (i == all.n || slice_cmp(SLICE(WORLD_APP "/pages/"), all.v[i].key) < 0); k++)
			out->v[out->n++] = (struct dest_object){ arena_printf(&out->mem, WORLD_APP "/pages/ %06zu", k),
								 1, SLICE(""), 1 };
		if (i == all.n)
			break;
		out->v[out->n] = all.v[i];
		out->v[out->n++].key = arena_copy(&out->mem, all.v[i].key);
	}
	dest_listing_release(&all);
	return 0;
}

static int count_batches(struct dest *t, const char *const *keys, size_t n, struct diags *d)
{
	((struct long_list *)t)->batches++;
	assert_true(n <= 1000);
	return fake_delete(t, keys, n, d);
}

static int prune_long(struct stage *s, struct long_list *l, size_t extra, unsigned fails_at, int64_t now, uint64_t max)
{
	struct prune_options p = { .now = now, .keep = 30 * DAY, .grace = DAY, .max = max };

	*l = (struct long_list){ .ops = fake_ops, .extra = extra, .fails_at = fails_at };
	l->ops.list = list_long;
	l->ops.remove = count_batches;
	fake_open(&l->f, &s->store, s->w.dg);
	l->f.dest.ops = &l->ops;
	diags_release(&s->v[0].d);
	s->store.clock = now;
	return prune_app(&s->v[0].pruned, &l->f.dest, SLICE(WORLD_APP), &p, s->w.dg, &s->v[0].d);
}

static void test_many(void **state)
{
	struct stage *s = *state;
	struct long_list l;
	const struct prune_report *r = &s->v[0].pruned;

	begin(s, 0, false);
	assert_int_equal(prune_long(s, &l, 3000, 0, FIRST, 1000), 0);
	assert_true(r->waiting.files > 3000);
	assert_int_equal(prune_long(s, &l, 3000, 0, WORLD_NOW, 1000), -1); /* more than the maximum */
	assert_int_equal(r->deleted.files, 0);
	assert_int_equal(prune_long(s, &l, 3000, 0, WORLD_NOW, 4000), 0);
	assert_int_equal(l.batches, 4);
	assert_true(r->deleted.files > 3000);
	/* More than prune.json can name: some of it waits for the next run. */
	assert_int_equal(prune_long(s, &l, 120000, 0, WORLD_NOW + DAY, 1000), 0);
	assert_int_equal(r->waiting.files, 100000);
	assert_int_equal(alone(s, BACK, WORLD_NOW + DAY), 0);
}

static int refuse_to_delete(struct dest *t, const char *const *keys, size_t n, struct diags *d)
{
	(void)t, (void)keys, (void)n;
	return diag_environment(d, NULL, "AccessDenied");
}

/* Whoever may not delete is told what that means for others. */
static void test_deleting_fails(void **state)
{
	struct stage *s = *state;
	struct prune_options p = { .now = WORLD_NOW, .keep = 30 * DAY, .grace = DAY, .max = 1000 };
	struct long_list l = { .ops = fake_ops };
	struct actor *a = &s->v[0];

	begin(s, 0, true);
	enter(s, 0, -1, WORLD_NOW);
	l.ops.remove = refuse_to_delete;
	a->f.dest.ops = &l.ops;
	assert_int_equal(prune_app(&a->pruned, &a->f.dest, SLICE(WORLD_APP), &p, s->w.dg, &a->d), -1);
	assert_int_equal(a->pruned.deleted.files, 0);
	assert_int_equal(a->d.n, 2);
	assert_non_null(strstr(a->d.v[1].text, "for 2 hours nobody can publish or prune"));
	wanted(s, alone(s, BACK, WORLD_NOW + 5) == 4, "the publisher", 0, 0);
	wanted(s, alone(s, BACK, WORLD_NOW + DELETING_MAX) == 0, "the publisher, later", 0, 0);
}

/* Before anything is deleted a failure holds up nobody. */
static void test_list_fails(void **state)
{
	struct stage *s = *state;
	struct long_list l;

	begin(s, 0, true);
	assert_int_equal(prune_long(s, &l, 0, 2, WORLD_NOW, 1000), -1);
	assert_int_equal(s->v[0].pruned.deleted.files, 0);
	assert_int_equal(l.batches, 0);
	wanted(s, alone(s, BACK, WORLD_NOW + 5) == 0, "the publisher", 0, 0);
	assert_true(is_published(&s->store, &s->r[BACK]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_two_runs, setup_stage, teardown_stage),
		cmocka_unit_test_setup_teardown(test_deaths, setup_stage, teardown_stage),
		cmocka_unit_test_setup_teardown(test_publisher_beside, setup_stage, teardown_stage),
		cmocka_unit_test_setup_teardown(test_two_pruners, setup_stage, teardown_stage),
		cmocka_unit_test_setup_teardown(test_foreign_names, setup_stage, teardown_stage),
		cmocka_unit_test_setup_teardown(test_many, setup_stage, teardown_stage),
		cmocka_unit_test_setup_teardown(test_deleting_fails, setup_stage, teardown_stage),
		cmocka_unit_test_setup_teardown(test_list_fails, setup_stage, teardown_stage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
