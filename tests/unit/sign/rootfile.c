/* The next root: what it says, who has to sign it, and when there is none. */
#include "people.h"

/* Settings as a folder would have them: root, targets, snapshot and timestamp of these people; root keys are here. */
struct settings_case {
	unsigned roles[TUF_TYPE_COUNT];
	uint32_t root_threshold;
};

static void load(struct people *w, struct keyset *out, const struct settings_case *c, unsigned here)
{
	unsigned all = 0;

	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		all |= c->roles[i];
	*out = keyset_of(w, all, here);
	out->settings.path = "k/trust.ini";
	for (size_t t = 0; t < TUF_TYPE_COUNT; t++) {
		struct role_keyring *ring = &out->roles[t];

		out->settings.roles[t] = (struct role_settings){ .threshold = t == TUF_ROOT ? c->root_threshold : 1,
								 .expires = 100 * DAY,
								 .resign = 30 * DAY };
		ring->v = ARENA_ARRAY(&w->mem, struct key *, PEOPLE);
		for (size_t i = 0; i < out->n; i++) {
			for (size_t p = 0; p < PEOPLE; p++) {
				if (c->roles[t] >> p & 1 && !memcmp(out->keys[i].public.id, w->key[p].id, SHA256_SIZE))
					ring->v[ring->n++] = &out->keys[i];
			}
		}
	}
}

struct make {
	struct settings_case settings;
	unsigned here, old, overlap;
	bool renew, again;
	int64_t now;
};

static int make(struct people *w, struct draft *out, const struct make *m)
{
	struct keyset keys, old = keyset_of(w, m->old, m->old);
	struct rootfile_input input = { .dir = in(w, "keys"),
					.keys = &keys,
					.old = &old,
					.overlap = m->overlap,
					.renew = m->renew,
					.again = m->again,
					.now = NOW + m->now };

	load(w, &keys, &m->settings, m->here);
	return rootfile_make(out, &input, w->dg, &w->d);
}

/* Makes a root that must come out, and forgets it. */
static void must(struct people *w, const struct make *m, uint64_t version, bool complete)
{
	struct draft f = DRAFT_INIT;
	int result = make(w, &f, m);

	diags_print(&w->d, DIAG_TEXT, stdout);
	assert_int_equal(result, 0);
	assert_int_equal(f.file.version, version);
	assert_int_equal(f.file.expires, NOW + m->now + 100 * DAY);
	assert_int_equal(draft_complete(&f), complete);
	draft_release(&f);
}

static bool refused(struct people *w, const struct make *m, const char *text)
{
	struct draft f = DRAFT_INIT;
	int result = make(w, &f, m);

	draft_release(&f);
	return result == -1 && said(w, text);
}

/* The whole chain in the folder is good. */
static void chain_of(struct people *w, struct tuf_chain *out, size_t n)
{
	struct slice *files = ARENA_ARRAY(&w->mem, struct slice, n);
	const char *why;
	size_t bad;

	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(&w->mem, "%s/keys/%zu.root.json", w->dir, i + 1).p;
		struct strbuf bytes = STRBUF_INIT;

		assert_int_equal(file_read(&bytes, path, TUF_ROOT_MAX, &w->d), 0);
		files[i] = arena_copy(&w->mem, strbuf_slice(&bytes));
		strbuf_release(&bytes);
	}
	assert_int_equal(tuf_chain_decode(out, &w->mem, w->dg, files, n, &bad, &why), 0);
}

#define ONLINE 8, 16, 32 /* one person for each of targets, snapshot and timestamp */

static void test_a_life(void **state)
{
	static const struct make first = { .settings = { { 1 | 2 | 4, ONLINE }, 2 }, .here = 1 | 2 },
				 replaced = { .settings = { { 1 | 2, ONLINE }, 1 }, .here = 1 | 2, .now = 5 },
				 last = { .settings = { { 1 | 2, 8, 16, 16 }, 1 }, .here = 1, .now = 9 };
	struct people *w = *state;
	struct tuf_chain chain;

	must(w, &first, 1, true);
	must(w, &replaced, 2, true);
	must(w, &last, 3, true);
	chain_of(w, &chain, 3);
	assert_int_equal(chain.v[0].root.keys.n, 6);
	assert_int_equal(chain.v[1].root.keys.n, 5);
	assert_int_equal(chain.v[2].root.keys.n, 4); /* one key of two roles is one key */
	assert_int_equal(chain.v[0].root.roles[TUF_ROOT].threshold, 2);
	assert_int_equal(chain.v[2].root.roles[TUF_ROOT].threshold, 1);
	assert_true(role_keys_has(&chain.v[2].root.roles[TUF_TIMESTAMP], w->key[4].id));
	assert_false(role_keys_has(&chain.v[2].root.roles[TUF_TIMESTAMP], w->key[5].id));
}

static void test_overlap(void **state)
{
	static const struct make first = { .settings = { { 1, ONLINE }, 1 }, .here = 1 },
				 both = { .settings = { { 1, 8, 16, 2 }, 1 },
					  .here = 1,
					  .overlap = KEY_BIT(KEYS_TIMESTAMP) | KEY_BIT(KEYS_TARGETS) },
				 one = { .settings = { { 1, 8, 16, 2 }, 1 }, .here = 1 };
	struct people *w = *state;
	struct tuf_chain chain;

	must(w, &first, 1, true);
	must(w, &both, 2, true);
	must(w, &one, 3, true);
	chain_of(w, &chain, 3);
	assert_int_equal(chain.v[1].root.roles[TUF_TIMESTAMP].n, 2);
	assert_int_equal(chain.v[1].root.roles[TUF_TIMESTAMP].threshold, 1);
	assert_true(role_keys_has(&chain.v[1].root.roles[TUF_TIMESTAMP], w->key[5].id));
	assert_int_equal(chain.v[1].root.roles[TUF_TARGETS].n, 1); /* the same key */
	assert_int_equal(chain.v[2].root.roles[TUF_TIMESTAMP].n, 1);
	assert_null(key_table_find(&chain.v[2].root.keys, w->key[5].id));
}

static void test_when_nothing_changes(void **state)
{
	struct people *w = *state;
	struct make m = { .settings = { { 1 | 2, ONLINE }, 1 }, .here = 1 };

	must(w, &m, 1, true);
	m.now = 70 * DAY;
	assert_true(refused(w, &m, "nothing would change; --renew"));
	m.renew = true;
	must(w, &m, 2, true);
	m.renew = false;
	m.now = 140 * DAY;
	assert_true(refused(w, &m, "nothing would change; --renew"));
	m.now = 140 * DAY + 1; /* less than `resign` is left */
	must(w, &m, 3, true);
	m.now += 1000 * DAY; /* an expired root still says who signs the next one */
	must(w, &m, 4, true);
	m.settings.root_threshold = 2;
	m.here = 1 | 2;
	must(w, &m, 5, true);
}

/* What the old root's keys do not sign, no device takes: a folder that does not name enough of them is another's. */
static void test_unreachable(void **state)
{
	static const struct make first = { .settings = { { 1 | 2 | 4, ONLINE }, 2 }, .here = 1 | 2 };
	struct people *w = *state;
	struct make m = { .settings = { { 2, ONLINE }, 1 }, .here = 2 };

	must(w, &first, 1, true);
	assert_true(
		refused(w, &m, "wants 2 of its root keys to sign the next version, and k/trust.ini and --old name 1"));
	m.old = 2; /* the same person twice is one */
	assert_true(refused(w, &m, "and k/trust.ini and --old name 1"));
	m.old = 8;
	assert_true(refused(w, &m, "and k/trust.ini and --old name 1"));
	m.old = 1;
	must(w, &m, 2, true);
}

static void test_draft_in_the_way(void **state)
{
	static const struct make first = { .settings = { { 1, ONLINE }, 1 }, .here = 1 };
	struct people *w = *state;
	struct make m = { .settings = { { 1 | 2, ONLINE }, 2 }, .here = 1 };

	m.again = true;
	assert_true(refused(w, &m, "there is no draft that could be made again"));
	must(w, &first, 1, true);
	assert_true(refused(w, &m, "there is no draft that could be made again"));
	m.again = false;
	must(w, &m, 2, false);
	assert_true(refused(w, &m, "is there already and not complete"));
	m.again = true;
	m.here = 0;
	must(w, &m, 2, false);
	m.here = 1 | 2;
	must(w, &m, 2, true);
	assert_true(refused(w, &m, "there is no draft that could be made again"));
	write_file(w, "keys/3.root.json", SLICE("nonsense"));
	m.again = false;
	assert_true(refused(w, &m, "is there already and not complete"));
	m.again = m.renew = true;
	must(w, &m, 3, true);
}

static void test_chains_that_do_not_hold(void **state)
{
	static const struct make first = { .settings = { { 1, ONLINE }, 1 }, .here = 1 };
	struct people *w = *state;
	struct make m = { .settings = { { 1, ONLINE }, 1 }, .here = 1, .renew = true };

	must(w, &first, 1, true);
	must(w, &m, 2, true);
	must(w, &m, 3, true);
	assert_int_equal(rename(in(w, "keys/2.root.json"), in(w, "two")), 0);
	assert_true(refused(w, &m, "keys/2.root.json is missing: the chain of roots has no gaps"));
	write_file(w, "keys/2.root.json", SLICE("{}"));
	assert_true(refused(w, &m, "there are no signatures"));
	assert_int_equal(rename(in(w, "two"), in(w, "keys/2.root.json")), 0);
	must(w, &m, 4, true);
	write_file(w, "keys/257.root.json", SLICE("{}"));
	assert_true(refused(w, &m, "a chain of 256 roots at most"));
}

static void test_refused(void **state)
{
	struct people *w = *state;
	struct make shared = { .settings = { { 1 | 2, 8, 16, 2 }, 1 }, .here = 1 },
		    early = { .settings = { { 1, ONLINE }, 1 }, .here = 1, .overlap = KEY_BIT(KEYS_ROOT) };

	assert_true(refused(w, &shared, "would be of the roles root and timestamp"));
	assert_true(refused(w, &early, "there is no root yet whose keys could stay"));
	assert_false(file_exists(in(w, "keys")));
}

static void test_changes(void **state)
{
	static const struct make first = { .settings = { { 1, ONLINE }, 1 }, .here = 1 },
				 next = { .settings = { { 1 | 2, 8, 16, 4 }, 2 }, .here = 1, .now = DAY };
	struct people *w = *state;
	struct draft f = DRAFT_INIT;
	struct slice *lines;
	char hex[3][SHA256_HEX];

	must(w, &first, 1, true);
	assert_int_equal(make(w, &f, &next), 0);
	digest_hex(hex[0], w->key[1].id, SHA256_SIZE);
	digest_hex(hex[1], w->key[2].id, SHA256_SIZE);
	digest_hex(hex[2], w->key[5].id, SHA256_SIZE);
	assert_int_equal(rootfile_changes(&lines, &w->mem, f.before, &f.file), 5);
	assert_true(slice_eq(lines[0], arena_printf(&w->mem, "root: key id %s (ed25519) added", hex[0])));
	assert_true(slice_eqs(lines[1], "root: threshold 2, was 1"));
	assert_true(slice_eq(lines[2], arena_printf(&w->mem, "timestamp: key id %s (ed25519) added", hex[1])));
	assert_true(slice_eq(lines[3], arena_printf(&w->mem, "timestamp: key id %s (rsa) removed", hex[2])));
	assert_true(slice_eqs(lines[4], "expires 2027-03-02T08:00:00Z, was 2027-03-01T08:00:00Z"));
	assert_int_equal(rootfile_changes(&lines, &w->mem, NULL, f.before), 9);
	assert_true(slice_eqs(lines[1], "root: threshold 1"));
	assert_true(slice_eqs(lines[8], "expires 2027-03-01T08:00:00Z"));
	draft_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_life, fresh),
		cmocka_unit_test_setup(test_overlap, fresh),
		cmocka_unit_test_setup(test_when_nothing_changes, fresh),
		cmocka_unit_test_setup(test_unreachable, fresh),
		cmocka_unit_test_setup(test_draft_in_the_way, fresh),
		cmocka_unit_test_setup(test_chains_that_do_not_hold, fresh),
		cmocka_unit_test_setup(test_refused, fresh),
		cmocka_unit_test_setup(test_changes, fresh),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
