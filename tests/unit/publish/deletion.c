/* A pruner at work while somebody publishes: what it is about to delete is sent again, and whoever meets a deletion gives up. */
#include "scene.h"

static void write_condemned(struct scene *s, const struct condemned *c)
{
	struct strbuf out = STRBUF_INIT;

	assert_int_equal(condemned_encode(&out, c), 0);
	fake_put(&s->store, WORLD_APP "/" CONDEMNED_NAME, strbuf_slice(&out));
	strbuf_release(&out);
}

/* A pruner has named files that are there and are ours: they are sent again, and so become new. */
static void test_condemned(void **state)
{
	static const enum file_role roles[] = { FILE_OBJECT, FILE_CLAIM, FILE_METADATA, FILE_LISTED };
	struct scene *s = *state;

	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (size_t i = 0; i < COUNT(roles); i++) {
			const struct tree_file *f = release_role(&s->new, roles[i]);
			struct condemned_path path = { f->path, WORLD_NOW - 500 };
			unsigned writes;

			become(s, &kinds[k].with);
			expect(s, go(s, &s->old), 0);
			fake_put(&s->store, f->key, release_bytes(&s->new, f));
			writes = fake_find(&s->store, f->key)->writes;
			write_condemned(s, &(struct condemned){ &path, 1, 0 });
			expect(s, go(s, &s->new), 0);
			assert_true(is_published(&s->store, &s->new));
			assert_true(fake_find(&s->store, f->key)->writes > writes);
		}
	}
}

struct pruner {
	struct scene *s;
	unsigned at;
	struct condemned now;
};

static void prune_meanwhile(void *ctx, struct fake *f)
{
	struct pruner *p = ctx;

	if (f->requests == p->at)
		write_condemned(p->s, &p->now);
}

static void test_deletion(void **state)
{
	struct scene *s = *state;
	const struct tree_file *f = release_role(&s->new, FILE_OBJECT);
	struct condemned_path path = { f->path, WORLD_NOW - 500 };
	struct pruner p = { s, 5, { &path, 1, WORLD_NOW + 5 } };
	struct dest *dest = &s->f.dest;

	expect(s, go(s, &s->old), 0);
	fake_put(&s->store, f->key, release_bytes(&s->new, f));
	/* one is going on; one that died; one that was begun meanwhile, or begun and ended */
	write_condemned(s, &(struct condemned){ &path, 1, WORLD_NOW - 60 });
	expect(s, go(s, &s->new), 4);
	assert_int_equal(s->f.dest.counts.puts, 0);
	write_condemned(s, &(struct condemned){ &path, 1, WORLD_NOW - DELETING_MAX });
	for (int ended = 0; ended < 2; ended++) {
		p.now = ended ? (struct condemned){ NULL, 0, WORLD_NOW - DELETING_MAX } : p.now;
		fake_open(&s->f, &s->store, s->w.dg);
		s->f.before = prune_meanwhile;
		s->f.ctx = &p;
		diags_release(&s->w.d);
		expect(s, publish(&s->report, &s->w.mem, &s->new.tree, &dest, 1, &s->o, s->w.dg, &s->w.d), 4);
		says(s, CONDEMNED_NAME, "has begun to delete");
		assert_int_equal(seen_by_device(&s->store, (struct release *[]){ &s->old, &s->new }, 2), 0);
		write_condemned(s, &(struct condemned){ &path, 1, WORLD_NOW - DELETING_MAX });
	}
	expect(s, go(s, &s->new), 0);
	assert_true(is_published(&s->store, &s->new));
}

/* A pruner with the old pointer before its eyes: it looks at request `from` of the publisher, and deletes at request `to` what nobody has
 * written since it was condemned. */
struct slow_pruner {
	struct scene *s;
	struct condemned_path path;
	unsigned from, to;
	bool began, deletes;
};

static void prune_slowly(void *ctx, struct fake *f)
{
	struct slow_pruner *p = ctx;
	const char *key = arena_printf(&p->s->w.mem, WORLD_APP "/" SLICE_FMT, SLICE_ARG(p->path.path)).p;
	const struct fake_object *o = fake_find(f->store, key);

	if (f->requests == p->from && seen_by_device(f->store, (struct release *[]){ &p->s->old }, 1) == 0) {
		p->began = true;
		p->deletes = o && o->modified <= p->path.since;
		write_condemned(p->s, &(struct condemned){ &p->path, 1, WORLD_NOW });
	}
	if (f->requests != p->to || !p->began)
		return;
	if (p->deletes)
		fake_remove(f->store, key);
	write_condemned(p->s, &(struct condemned){ NULL, 0, 0 });
}

static int publish_beside(struct scene *s, struct slow_pruner *p)
{
	struct dest *dest = &s->f.dest;

	fake_open(&s->f, &s->store, s->w.dg);
	s->f.before = prune_slowly;
	s->f.ctx = p;
	diags_release(&s->w.d);
	return publish(&s->report, &s->w.mem, &s->new.tree, &dest, 1, &s->o, s->w.dg, &s->w.d);
}

static void test_deletion_at_every_request(void **state)
{
	static const enum file_role roles[] = { FILE_OBJECT, FILE_LISTED };
	struct scene *s = *state;
	struct fake_store base = { .n = 0 };
	unsigned refused = 0, last;

	for (size_t i = 0; i < COUNT(roles); i++) {
		const struct tree_file *f = release_role(&s->new, roles[i]);
		struct slow_pruner p = { .s = s, .path = { f->path, WORLD_NOW - 500 } };

		become(s, &kinds[0].with);
		expect(s, go(s, &s->old), 0);
		fake_put(&s->store, f->key, release_bytes(&s->new, f));
		write_condemned(s, &(struct condemned){ &p.path, 1, 0 });
		s->store.clock = WORLD_NOW;
		fake_store_release(&base);
		fake_store_copy(&base, &s->store);
		last = 30;
		for (p.from = 1; p.from <= last; p.from++) {
			for (p.to = p.from; p.to <= last; p.to++) {
				int code;

				fake_store_release(&s->store);
				fake_store_copy(&s->store, &base);
				p.began = p.deletes = false;
				code = publish_beside(s, &p);
				refused += code == 4;
				last = code ? last : s->f.requests;
				if (code != 0 && code != 4)
					expect(s, code, 4);
				if (seen_by_device(&s->store, (struct release *[]){ &s->old, &s->new }, 2) != !code)
					fail_msg("deleted from request %u to %u: exit %d", p.from, p.to, code);
			}
		}
	}
	assert_true(refused > 10);
	fake_store_release(&base);
}

static void test_condemned_elsewhere(void **state)
{
	struct scene *s = *state;
	struct tree_file *f = release_role(&s->old, FILE_OBJECT);
	struct condemned_path path = { f->path, WORLD_NOW - 500 };

	fake_put(&s->store, f->key, release_bytes(&s->old, f));
	write_condemned(s, &(struct condemned){ &path, 1, 0 });
	f->local = NULL;
	expect(s, go(s, &s->old), 1);
	says(s, f->key, "is about to be deleted there by prune");
	fake_put(&s->store, WORLD_APP "/" CONDEMNED_NAME, SLICE("{}"));
	expect(s, go(s, &s->old), 3);
	says(s, CONDEMNED_NAME, "there is no condemned");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_condemned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deletion, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deletion_at_every_request, setup, teardown),
		cmocka_unit_test_setup_teardown(test_condemned_elsewhere, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
