/* Roles whose keys are several: who signs, what is kept, what waits for signatures, and what is refused for its expiry. */
#include "people.h"

#include <unistd.h>

#include "sign/roles.h"

enum { A = 1, B = 2, C = 4, D = 8, P256 = 16, RSA_KEY = 32 }; /* people */

struct build { /* what one machine knows */
	struct tuf_file root;
	struct keyset keys;
	struct pending pending;
	struct roles_input in;
};

static int id_cmp(const void *a, const void *b)
{
	return memcmp(((const struct pubkey *)a)->id, ((const struct pubkey *)b)->id, SHA256_SIZE);
}

static struct role_keys role_of(struct people *w, unsigned who, uint32_t threshold)
{
	struct role_keys out = { .ids = arena_calloc(&w->mem, PEOPLE, SHA256_SIZE), .threshold = threshold };

	for (size_t i = 0; i < PEOPLE; i++) {
		if (who >> i & 1)
			memcpy(out.ids[out.n++], w->key[i].id, SHA256_SIZE);
	}
	return out;
}

/* The root names everybody; `targets` sign for targets, C for snapshot and D for timestamp. */
static struct tuf_file root_of(struct people *w, unsigned targets, uint32_t threshold)
{
	struct tuf_file root = { .type = TUF_ROOT, .version = 3, .expires = NOW + 365 * DAY };
	struct pubkey *keys = ARENA_ARRAY(&w->mem, struct pubkey, PEOPLE);

	memcpy(keys, w->key, sizeof(w->key));
	qsort(keys, PEOPLE, sizeof(*keys), id_cmp);
	root.root.keys = (struct key_table){ keys, PEOPLE };
	root.root.roles[TUF_ROOT] = role_of(w, A, 1);
	root.root.roles[TUF_TARGETS] = role_of(w, targets, threshold);
	root.root.roles[TUF_SNAPSHOT] = role_of(w, C, 1);
	root.root.roles[TUF_TIMESTAMP] = role_of(w, D, 1);
	return root;
}

static void add_ring(struct people *w, struct keyset *set, enum key_role role, unsigned who, unsigned here)
{
	struct keyset some = keyset_of(w, who, here);
	struct role_keyring *ring = &set->roles[role];

	ring->v = ARENA_ARRAY(&w->mem, struct key *, some.n + 1);
	for (ring->n = 0; ring->n < some.n; ring->n++) {
		ring->v[ring->n] = &some.keys[ring->n];
		ring->v[ring->n]->path = arena_printf(&w->mem, "%s.pem", key_role_name(role)).p;
	}
}

/* A machine whose settings name `who` for targets, and that has the private keys of `here`. */
static struct build *build_of(struct people *w, const struct tuf_file *root, unsigned who, unsigned here)
{
	static const struct tuf_target index = { .path = { "index/v1/android-switch.json", 28 }, .length = 7 };
	static const struct tuf_target object = { .path = { "o/0000000000000000/manifest.json", 32 } };
	struct build *b = ARENA_NEW(&w->mem, struct build);

	b->root = *root;
	settings_default(&b->keys.settings);
	b->keys.settings.dir = "keys";
	b->keys.settings.path = "keys/trust.ini";
	add_ring(w, &b->keys, KEYS_TARGETS, who, here);
	add_ring(w, &b->keys, KEYS_SNAPSHOT, C, C);
	add_ring(w, &b->keys, KEYS_TIMESTAMP, D, D);
	b->keys.roles[KEYS_OBJECTS] = b->keys.roles[KEYS_TARGETS];
	b->in = (struct roles_input){ .app = SLICE("DEMO01-default"),
				      .now = NOW,
				      .root = &b->root,
				      .roots_dir = "roots",
				      .keys = &b->keys,
				      .indexes = &index,
				      .nindexes = 1,
				      .objects = &object,
				      .nobjects = 1 };
	return b;
}

/* With --signatures. */
static struct build *waiting_build(struct people *w, const struct tuf_file *root, unsigned who, unsigned here)
{
	struct build *b = build_of(w, root, who, here);

	pending_open(&b->pending, in(w, "waiting"), b->in.app);
	b->in.pending = &b->pending;
	return b;
}

static struct tuf_parts made(struct people *w, struct build *b, const struct tuf_parts *previous)
{
	struct tuf_parts out = { 0 };

	b->in.previous = previous;
	if (roles_make(&out, &w->mem, w->dg, &b->in, &w->d))
		fail_msg("%s", w->d.v[0].text);
	return out;
}

static int fails(struct people *w, struct build *b, const struct tuf_parts *previous)
{
	struct tuf_parts out;

	b->in.previous = previous;
	assert_int_equal(roles_make(&out, &w->mem, w->dg, &b->in, &w->d), -1);
	return diags_exit(&w->d);
}

static const struct tuf_part *part(const struct tuf_parts *p, const char *role)
{
	const struct tuf_part *found = tuf_part_find(p, slice_of(role));

	assert_non_null(found);
	return found;
}

/* The people who signed; the signatures are sorted. */
static unsigned signers(struct people *w, const struct tuf_part *p)
{
	const struct envelope *e = &p->file->signatures;
	unsigned who = 0;

	for (size_t i = 0; i < e->n; i++) {
		if (i)
			assert_true(memcmp(e->v[i - 1].keyid, e->v[i].keyid, SHA256_SIZE) < 0);
		for (size_t k = 0; k < PEOPLE; k++) {
			if (memcmp(e->v[i].keyid, w->key[k].id, SHA256_SIZE) != 0)
				continue;
			assert_true(pubkey_verify(&w->key[k], p->file->payload, e->v[i].bytes));
			who |= 1u << k;
		}
	}
	return who;
}

static bool exists(struct people *w, const char *name)
{
	return access(arena_printf(&w->mem, "%s/waiting/DEMO01-default/%s", w->dir, name).p, F_OK) == 0;
}

static void test_who_signs(void **state)
{
	static const struct {
		unsigned named, here, root;
		uint32_t threshold;
		unsigned signed_by; /* 0: refused */
	} cases[] = {
		{ A, A, A, 1, A },
		{ A | B, A | B, A | B, 1, A | B }, /* all that are at hand */
		{ A | B, A | B, A | B, 2, A | B },
		{ A | B | C, A | B, A | B | C, 2, A | B }, /* a public key signs nothing */
		{ A | B, A | B, A | C, 1, A },             /* the root decides who counts */
		{ A | B, A | B, A | C, 2, 0 },
		{ A | B, A, A | B, 2, 0 },
		{ A, 0, A, 1, 0 },
		{ A | P256 | RSA_KEY, A | P256 | RSA_KEY, A | P256 | RSA_KEY, 3, A | P256 | RSA_KEY },
	};
	struct people *w = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tuf_file root = root_of(w, cases[i].root, cases[i].threshold);
		struct build *b = build_of(w, &root, cases[i].named, cases[i].here);

		print_message("case %zu\n", i);
		if (!cases[i].signed_by) {
			assert_int_equal(fails(w, b, NULL), 3);
			assert_int_equal(w->d.n, 2); /* objects and targets, once each */
			assert_string_equal(w->d.v[0].at.path, "keys");
			assert_non_null(strstr(w->d.v[0].text, "roots/3.root.json"));
			assert_non_null(strstr(w->d.v[0].text, "--signatures"));
			diags_release(&w->d);
			continue;
		}
		struct tuf_parts p = made(w, b, NULL);
		const struct tuf_targets *t = &part(&p, "targets")->file->targets;

		assert_int_equal(signers(w, part(&p, "targets")), cases[i].signed_by);
		assert_int_equal(signers(w, part(&p, "objects")), cases[i].signed_by);
		assert_true(tuf_signed_by_role(part(&p, "targets")->file, &root, NULL));
		/* objects are delegated to all keys of targets, with their threshold */
		assert_int_equal(t->delegations[0].keys.threshold, cases[i].threshold);
		assert_int_equal(t->keys.n, root.root.roles[TUF_TARGETS].n);
		assert_true(tuf_signed_by_delegation(part(&p, "objects")->file, t, &t->delegations[0], NULL));
	}
}

static void test_nobody_named(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, A, 1);
	struct build *b = build_of(w, &root, B | C, B | C);

	assert_int_equal(fails(w, b, NULL), 3);
	assert_int_equal(w->d.n, 2);
	assert_string_equal(w->d.v[0].at.path, "targets.pem");
	assert_non_null(strstr(w->d.v[0].text, "is not a key of the role targets"));
}

/* ECDSA and PSS signatures differ each time: a role that says the same keeps them. */
static void test_kept(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, P256 | RSA_KEY, 2), other;
	struct build *b = build_of(w, &root, P256 | RSA_KEY, P256 | RSA_KEY);
	struct tuf_parts first = made(w, b, NULL), p;

	b->in.now += 2 * DAY;
	p = made(w, b, &first);
	for (size_t i = 0; i < p.n; i++)
		assert_true(slice_eq(p.v[i].bytes, first.v[i].bytes));
	/* also where nobody is here who could sign again */
	b = build_of(w, &root, P256 | RSA_KEY, 0);
	p = made(w, b, &first);
	assert_true(slice_eq(part(&p, "targets")->bytes, part(&first, "targets")->bytes));
	/* a signature by a key that the root names no more is one too many */
	other = root_of(w, P256, 1);
	b = build_of(w, &other, P256, P256);
	p = made(w, b, &first);
	assert_int_equal(part(&p, "targets")->version, 2);
	assert_int_equal(signers(w, part(&p, "targets")), P256);
	/* a higher threshold wants a new version: a published name never gets other bytes */
	other = root_of(w, A | P256 | RSA_KEY, 3);
	b = build_of(w, &other, A | P256 | RSA_KEY, A | P256 | RSA_KEY);
	p = made(w, b, &first);
	assert_int_equal(part(&p, "targets")->version, 2);
	assert_int_equal(part(&p, "objects")->version, 2);
}

/* The snapshot says nothing of its keys: it is signed again only because one of its signatures no longer counts. */
static void test_one_too_many(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, A, 1);
	struct build *b = build_of(w, &root, A, A);
	struct tuf_parts first, p;

	add_ring(w, &b->keys, KEYS_SNAPSHOT, B | C, B | C);
	b->root.root.roles[TUF_SNAPSHOT] = role_of(w, B | C, 1);
	first = made(w, b, NULL);
	assert_int_equal(signers(w, part(&first, "snapshot")), B | C);
	p = made(w, b, &first);
	assert_int_equal(part(&p, "snapshot")->version, 1);
	b->root.root.roles[TUF_SNAPSHOT] = role_of(w, C, 1);
	p = made(w, b, &first);
	assert_int_equal(part(&p, "snapshot")->version, 2);
	assert_int_equal(signers(w, part(&p, "snapshot")), C);
}

/* Overlap: the old key's signature is still good, the new one signs what changes. */
static void test_overlap(void **state)
{
	struct people *w = *state;
	struct tuf_file before = root_of(w, A, 1), both = root_of(w, A | B, 1), after = root_of(w, B, 1);
	struct tuf_parts first = made(w, build_of(w, &before, A, A), NULL), second, third;

	second = made(w, build_of(w, &both, B, B), &first);
	assert_true(slice_eq(part(&second, "objects")->bytes, part(&first, "objects")->bytes));
	assert_int_equal(signers(w, part(&second, "targets")), B); /* it names the keys of objects */
	third = made(w, build_of(w, &after, B, B), &second);
	assert_int_equal(signers(w, part(&third, "objects")), B);
	assert_int_equal(part(&third, "objects")->version, 2);
	assert_int_equal(part(&third, "targets")->version, 3);
}

static void test_own_objects(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, A, 1);
	struct build *b = build_of(w, &root, A, A);
	const struct tuf_targets *t;
	struct tuf_parts p;

	b->keys.settings.roles[KEYS_OBJECTS].named = true;
	b->keys.settings.roles[KEYS_OBJECTS].threshold = 2;
	add_ring(w, &b->keys, KEYS_OBJECTS, A | B | C | D | P256, B | P256);
	p = made(w, b, NULL);
	t = &part(&p, "targets")->file->targets;
	assert_int_equal(signers(w, part(&p, "targets")), A);
	assert_int_equal(signers(w, part(&p, "objects")), B | P256);
	assert_int_equal(t->keys.n, 5);
	assert_int_equal(t->delegations[0].keys.n, 5);
	for (size_t i = 1; i < t->keys.n; i++)
		assert_true(id_cmp(&t->keys.v[i - 1], &t->keys.v[i]) < 0);
	assert_int_equal(t->delegations[0].keys.threshold, 2);
	assert_true(tuf_signed_by_delegation(part(&p, "objects")->file, t, &t->delegations[0], NULL));
}

static void test_waiting(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, A | P256, 2);
	struct build *first = waiting_build(w, &root, A | P256, P256), *again = waiting_build(w, &root, A | P256, P256),
		     *last = waiting_build(w, &root, A | P256, A | P256);
	struct tuf_file left;
	struct tuf_parts p;
	struct slice signature;

	assert_int_equal(fails(w, first, NULL), 1);
	assert_int_equal(w->d.n, 2);
	assert_int_equal(first->pending.waiting, 2);
	assert_non_null(strstr(w->d.v[1].at.path, "/waiting/DEMO01-default/1.targets.json"));
	assert_non_null(strstr(w->d.v[1].text, "lacks 1 signature, by one of "));
	assert_non_null(strstr(w->d.v[1].text, "(targets.pem)"));
	assert_true(exists(w, "1.targets.json") && exists(w, "1.objects.json") && exists(w, "root.json"));
	assert_int_equal(pending_find(&left, &first->pending, SLICE("targets"), 1, w->dg, &w->d), 0);
	assert_int_equal(left.signatures.n, 1);
	signature = left.signatures.v[0].bytes;
	diags_release(&w->d);

	again->in.now += 9 * DAY; /* the same build later keeps what lies there, also ECDSA's signatures */
	assert_int_equal(fails(w, again, NULL), 1);
	assert_int_equal(w->d.warnings, 0);
	assert_int_equal(pending_find(&left, &again->pending, SLICE("targets"), 1, w->dg, &w->d), 0);
	assert_true(slice_eq(left.signatures.v[0].bytes, signature));
	assert_true(left.expires == NOW + 365 * DAY);
	diags_release(&w->d);

	last->in.now += 10 * DAY; /* where the other key is */
	p = made(w, last, NULL);
	assert_int_equal(signers(w, part(&p, "targets")), A | P256);
	assert_true(part(&p, "targets")->file->expires == NOW + 365 * DAY);
	assert_true(part(&p, "snapshot")->file->expires == NOW + 40 * DAY);
	for (size_t i = 0; i < 2; i++) {
		const struct signature *s = &part(&p, "targets")->file->signatures.v[i];

		assert_true(!memcmp(s->keyid, w->key[0].id, SHA256_SIZE) || slice_eq(s->bytes, signature));
	}
	write_file(w, "waiting/DEMO01-default/notes", SLICE("mine"));
	assert_int_equal(pending_close(&last->pending, &w->d), 0);
	assert_true(!exists(w, "1.targets.json") && !exists(w, "1.objects.json") && !exists(w, "root.json"));
	assert_true(exists(w, "notes"));
	pending_release(&first->pending);
	pending_release(&again->pending);
	pending_release(&last->pending);
}

/* What does not fit is made anew, and signatures that do not hold do not count. */
static void test_waiting_for_another(void **state)
{
	static const struct {
		const char *what;
		int64_t later;
		bool other, tampered;
		size_t warnings; /* signatures are gone */
		uint32_t missing;
	} cases[] = {
		{ "the same", 0, false, false, 0, 1 },
		{ "before it could have been made", -1, false, false, 2, 2 },
		{ "as long as it may stand", 243 * DAY + DAY / 3, false, false, 0, 1 },
		{ "when it would be signed again", 243 * DAY + DAY / 3 + 1, false, false, 2, 2 },
		{ "another content of objects", 0, true, false, 1, 2 },
		{ "a signature that does not hold", 0, false, true, 0, 2 },
	};
	struct people *w = *state;
	struct tuf_file root = root_of(w, A | B | C, 2);
	struct tuf_target other = { .path = SLICE("o/0000000000000000/answer.json") };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct build *alice = waiting_build(w, &root, A | B, A), *nobody = waiting_build(w, &root, A | B, 0);
		struct tuf_file left;
		char missing[32];

		print_message("%s\n", cases[i].what);
		assert_int_equal(fresh(state), 0);
		assert_int_equal(fails(w, alice, NULL), 1);
		diags_release(&w->d);
		if (cases[i].tampered) {
			assert_int_equal(pending_find(&left, &alice->pending, SLICE("objects"), 1, w->dg, &w->d), 0);
			((char *)(uintptr_t)left.signatures.v[0].bytes.p)[0] ^= 1;
			assert_int_equal(pending_leave(&alice->pending, SLICE("objects"), &left, &root, &w->d), 0);
		}
		if (cases[i].other)
			nobody->in.objects = &other;
		nobody->in.now += cases[i].later;
		assert_int_equal(fails(w, nobody, NULL), 1);
		assert_int_equal(w->d.warnings, cases[i].warnings);
		diags_sort(&w->d);
		(void)snprintf(missing, sizeof(missing), "lacks %u signature", cases[i].missing);
		assert_non_null(strstr(w->d.v[0].text, missing)); /* objects come first */
		pending_release(&alice->pending);
		pending_release(&nobody->pending);
	}
}

/* Who signed and then was replaced does not count. */
static void test_waiting_replaced(void **state)
{
	struct people *w = *state;
	struct tuf_file before = root_of(w, A | B, 2), after = root_of(w, B | C, 2);
	struct build *alice = waiting_build(w, &before, A | B, A), *bob = waiting_build(w, &after, B | C, B);
	struct tuf_file left;

	assert_int_equal(fails(w, alice, NULL), 1);
	diags_release(&w->d);
	assert_int_equal(fails(w, bob, NULL), 1);
	assert_int_equal(pending_find(&left, &bob->pending, SLICE("objects"), 1, w->dg, &w->d), 0);
	assert_int_equal(left.signatures.n, 1);
	assert_memory_equal(left.signatures.v[0].keyid, w->key[1].id, SHA256_SIZE);
	pending_release(&alice->pending);
	pending_release(&bob->pending);

	/* the same of targets, which do not name their own keys where objects have others */
	assert_int_equal(fresh(state), 0);
	alice = waiting_build(w, &before, A | B, A);
	bob = waiting_build(w, &after, B | C, B);
	for (size_t i = 0; i < 2; i++) {
		struct build *b = i ? bob : alice;

		b->keys.settings.roles[KEYS_OBJECTS].named = true;
		add_ring(w, &b->keys, KEYS_OBJECTS, D, D);
		assert_int_equal(fails(w, b, NULL), 1);
	}
	assert_int_equal(w->d.warnings, 0);
	assert_int_equal(pending_find(&left, &bob->pending, SLICE("targets"), 1, w->dg, &w->d), 0);
	assert_int_equal(left.signatures.n, 1);
	assert_memory_equal(left.signatures.v[0].keyid, w->key[1].id, SHA256_SIZE);
	pending_release(&alice->pending);
	pending_release(&bob->pending);
}

/* Objects alone have changed: the targets that delegate to them are complete, and lie beside them all the same. */
static void test_accompanied(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, A | B, 2);
	struct tuf_parts first = made(w, build_of(w, &root, A | B, A | B), NULL);
	struct tuf_target other = { .path = SLICE("o/0000000000000000/answer.json") };
	struct build *b = waiting_build(w, &root, A | B, A);

	b->in.objects = &other;
	assert_int_equal(fails(w, b, &first), 1);
	assert_int_equal(w->d.n, 1);
	assert_true(exists(w, "2.objects.json") && exists(w, "1.targets.json") && exists(w, "root.json"));
	pending_release(&b->pending);
	/* of snapshot and timestamp nothing waits */
	b = waiting_build(w, &root, A | B, A | B);
	b->root.root.roles[TUF_SNAPSHOT] = role_of(w, A | C, 2);
	diags_release(&w->d);
	assert_int_equal(fails(w, b, NULL), 3);
	assert_null(strstr(w->d.v[0].text, "--signatures"));
	pending_release(&b->pending);
}

static void test_damaged_waiting(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, A | B, 2);
	struct build *b = waiting_build(w, &root, A | B, A);

	assert_int_equal(file_mkdirs(in(w, "waiting/DEMO01-default"), 0755, &w->d), 0);
	write_file(w, "waiting/DEMO01-default/1.objects.json", SLICE("{"));
	assert_int_equal(fails(w, b, NULL), 1);
	assert_non_null(strstr(w->d.v[0].text, "remove it, and the build makes it anew"));
	pending_release(&b->pending);
}

/* The settings say how long a file is good for, and when it is signed again. */
static void test_periods(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, A, 1);
	struct build *b = build_of(w, &root, A, A);
	struct role_settings *s = b->keys.settings.roles;
	struct tuf_parts first, p;

	for (enum key_role r = KEYS_TARGETS; r < KEYS_ROLES; r++) {
		s[r].expires = (10 + r) * DAY;
		s[r].resign = (5 + r) * DAY;
	}
	first = made(w, b, NULL);
	for (size_t i = 0; i < first.n; i++) {
		enum key_role role = roles_key_role(&first.v[i]);
		int64_t due = NOW + s[role].expires - s[role].resign; /* the same for all: five days */

		print_message("%s\n", key_role_name(role));
		assert_true(first.v[i].file->expires == NOW + s[role].expires);
		b->in.now = due;
		p = made(w, b, &first);
		assert_true(slice_eq(part(&p, key_role_name(role))->bytes, first.v[i].bytes));
		b->in.now = due + 1;
		p = made(w, b, &first);
		assert_int_equal(part(&p, key_role_name(role))->version, 2);
		b->in.now = NOW;
	}
}

static void test_refresh(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, A | B, 2);
	struct tuf_parts first = made(w, build_of(w, &root, A | B, A | B), NULL), p;
	struct build *b = build_of(w, &root, A | B, 0);
	struct tuf_part more[8];

	b->keys.roles[KEYS_TARGETS] = b->keys.roles[KEYS_OBJECTS] = (struct role_keyring){ NULL, 0 };
	b->keys.roles[KEYS_SNAPSHOT] = (struct role_keyring){ NULL, 0 };
	b->in.previous = &first;
	b->in.now += DAY;
	assert_int_equal(roles_refresh(&p, &w->mem, w->dg, &b->in, false, &w->d), 0);
	assert_int_equal(p.n, first.n);
	assert_int_equal(part(&p, "timestamp")->version, 2);
	assert_true(part(&p, "timestamp")->file->expires == NOW + 8 * DAY);
	for (size_t i = 0; i < p.n; i++) {
		if (!slice_eqs(p.v[i].role, "timestamp"))
			assert_true(slice_eq(p.v[i].bytes, first.v[i].bytes));
	}

	/* a role of which there is but a number is listed nowhere */
	memcpy(more, first.v, first.n * sizeof(*more));
	more[first.n] = (struct tuf_part){ SLICE("zombie"), .highest = 12 };
	b->in.previous = &(struct tuf_parts){ more, first.n + 1 };
	add_ring(w, &b->keys, KEYS_SNAPSHOT, C, C);
	assert_int_equal(roles_refresh(&p, &w->mem, w->dg, &b->in, true, &w->d), 0);
	assert_int_equal(part(&p, "snapshot")->version, 2);
	assert_int_equal(part(&p, "timestamp")->file->metas.v[0].version, 2);
	assert_int_equal(part(&p, "snapshot")->file->metas.n, 2);
	assert_int_equal(tuf_meta_find(&part(&p, "snapshot")->file->metas, SLICE("targets"))->version, 1);

	/* nothing is published that expires sooner than the settings allow */
	b->in.now = NOW + 364 * DAY;
	assert_int_equal(roles_refresh(&p, &w->mem, w->dg, &b->in, true, &w->d), 0);
	b->in.now++;
	assert_int_equal(roles_refresh(&p, &w->mem, w->dg, &b->in, true, &w->d), -1);
	assert_int_equal(diags_exit(&w->d), 1);
	assert_int_equal(w->d.n, 2);
	assert_string_equal(w->d.v[0].at.path, "roots/1.objects.json");
	assert_string_equal(w->d.v[1].at.path, "roots/1.targets.json");
	assert_non_null(strstr(w->d.v[1].text, "[targets] minimum"));
	b->keys.settings.roles[KEYS_TARGETS].minimum = b->keys.settings.roles[KEYS_OBJECTS].minimum = 0;
	diags_release(&w->d);
	b->in.now = NOW + 365 * DAY - 1;
	assert_int_equal(roles_refresh(&p, &w->mem, w->dg, &b->in, true, &w->d), 0);
	b->in.now++;
	assert_int_equal(roles_refresh(&p, &w->mem, w->dg, &b->in, true, &w->d), -1);
}

static struct tuf_part *find(struct tuf_parts *p, const char *role)
{
	return &p->v[part(p, role) - p->v];
}

static void test_last_version(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, A, 1);
	struct build *b = build_of(w, &root, A, A);
	struct tuf_parts first = made(w, b, NULL), p;

	find(&first, "timestamp")->highest = TUF_VERSION_MAX - 1;
	b->in.now += 6 * DAY;
	p = made(w, b, &first);
	assert_true(part(&p, "timestamp")->version == TUF_VERSION_MAX);
	b->in.now += 6 * DAY;
	assert_int_equal(fails(w, b, &p), 1);
	assert_non_null(strstr(w->d.v[0].text, "the role timestamp has used up its version numbers"));
}

/* Of a snapshot for which nobody vouches any more only the numbers count: what it listed is no more listed. */
static void test_retired(void **state)
{
	struct people *w = *state;
	struct tuf_file root = root_of(w, A, 1);
	struct build *b = build_of(w, &root, A, A);
	struct tuf_parts first = made(w, b, NULL), p;
	struct tuf_part more[8];

	memcpy(more, first.v, first.n * sizeof(*more));
	more[4] = (struct tuf_part){ SLICE("zombie"), .version = 4, .highest = 4, .bytes = SLICE("its last file") };
	p = made(w, b, &(struct tuf_parts){ more, 5 });
	assert_int_equal(tuf_meta_find(&part(&p, "snapshot")->file->metas, SLICE("zombie"))->version, 4);
	more[4].version = 0;
	p = made(w, b, &(struct tuf_parts){ more, 5 });
	assert_null(tuf_meta_find(&part(&p, "snapshot")->file->metas, SLICE("zombie")));
	/* a name of a bin in metadata/ makes no bins */
	more[4].role = SLICE("objects-a0");
	p = made(w, b, &(struct tuf_parts){ more, 5 });
	assert_int_equal(part(&p, "targets")->file->targets.ndelegations, 1);
	more[4].version = 4;
	p = made(w, b, &(struct tuf_parts){ more, 5 });
	assert_int_equal(part(&p, "targets")->file->targets.ndelegations, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_who_signs, fresh),
		cmocka_unit_test_setup(test_nobody_named, fresh),
		cmocka_unit_test_setup(test_kept, fresh),
		cmocka_unit_test_setup(test_one_too_many, fresh),
		cmocka_unit_test_setup(test_waiting_replaced, fresh),
		cmocka_unit_test_setup(test_overlap, fresh),
		cmocka_unit_test_setup(test_own_objects, fresh),
		cmocka_unit_test_setup(test_waiting, fresh),
		cmocka_unit_test_setup(test_waiting_for_another, fresh),
		cmocka_unit_test_setup(test_accompanied, fresh),
		cmocka_unit_test_setup(test_damaged_waiting, fresh),
		cmocka_unit_test_setup(test_periods, fresh),
		cmocka_unit_test_setup(test_refresh, fresh),
		cmocka_unit_test_setup(test_last_version, fresh),
		cmocka_unit_test_setup(test_retired, fresh),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
