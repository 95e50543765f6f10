/* A tree with ships and an app that loads them, for the tests of the three calls of SOT. */
#ifndef TEST_RESOLVE_SHIPS_H
#define TEST_RESOLVE_SHIPS_H

#include <stdio.h>

#include "server.h"

#define SHIPS     6 /* 0: none */
#define BACK      (-1)
#define WRONG_MD5 3 /* signed like that */
#define TOO_SHORT 4 /* less than is signed */
#define KNOWN     "k"
#define UNIT      102400u

struct world {
	struct tree t;
	struct server s;
	struct mdr_client *c;
	struct slice bytes[SHIPS];
	char md5[SHIPS][33];
	const char *answers[SHIPS]; /* "<hash>",<length> */
	const char *back;

	bool load_fails;
	int loads[4]; /* ships that the app was given */
	size_t nloads;
};

/* --- a tree with ships ------------------------------------------------------------------------------------------------------ */

static inline const char *answer_object(struct world *w, struct slice text)
{
	return arena_printf(&w->t.mem, "\"%s\",%zu", tree_object(&w->t, "answer.json", text), text.n).p;
}

/* Ship 1 is one unit of 100 KiB, the next ones a byte more each. */
static inline void make_ship(struct world *w, int i)
{
	size_t n = UNIT + (size_t)i - 1;
	char *p = arena_alloc(&w->t.mem, n), hex[SHA256_HEX];
	uint8_t sha256[SHA256_SIZE], md5[16];

	for (size_t k = 0; k < n; k++)
		p[k] = (char)(k * 7 + k / 251 + (size_t)i);
	w->bytes[i] = slice_bytes(p, n);
	assert_int_equal(digest_both(w->t.dg, sha256, md5, w->bytes[i]), 0);
	digest_hex(hex, sha256, SHA256_SIZE);
	digest_hex(w->md5[i], md5, 16);
	if (i == WRONG_MD5)
		w->md5[i][0] = w->md5[i][0] == '0' ? '1' : '0';
	tree_put(&w->t, arena_printf(&w->t.mem, "targets/ship%d", i).p, w->bytes[i]);
	w->answers[i] = answer_object(
		w, arena_printf(&w->t.mem,
				"{\"action\":\"apply\",\"downloadUrl\":\"targets/ship%d\",\"fileSize\":%zu,"
				"\"hotpatchVersion\":\"%s\",\"md5\":\"%s\",\"sha256\":\"%s\"}",
				i, n + (i == TOO_SHORT), w->md5[i], w->md5[i], hex));
}

/* What is out: tasks in order, each of a "versionKey", an "=appVersion" or "" for all that come here; for whom, and which ship. */
struct task {
	const char *of;
	bool dev;
	int ship; /* 0: the list ends */
};

static inline void publish(struct world *w, const struct task *tasks)
{
	struct slice answers = SLICE(""), rules = SLICE(""), slots = SLICE(""), manifest;
	struct arena *a = &w->t.mem;

	for (size_t i = 0; tasks[i].ship; i++) {
		bool version = tasks[i].of[0] == '=';
		const char *comma = i ? "," : "";

		answers = arena_printf(a, "%.*s%s[\"1.0/%zu\",%s]", SLICE_ARG(answers), comma, 9 - i,
				       tasks[i].ship == BACK ? w->back : w->answers[tasks[i].ship]);
		rules = arena_printf(a, "%.*s%s{\"element\":\"%s\",\"op\":\"contains\",\"value\":[\"%s\"]}",
				     SLICE_ARG(rules), comma, version ? "appVersion" : "versionKey",
				     tasks[i].of[0] ? tasks[i].of + version : "x");
		slots = arena_printf(a, "%.*s%s{\"a\":%zu,%s%s\"t\":\"t%zu\"}", SLICE_ARG(slots), comma, i,
				     tasks[i].dev ? "\"dev\":true," : "",
				     tasks[i].of[0] ? arena_printf(a, "\"if\":[%zu],", i).p : "", i);
	}
	manifest = arena_printf(a,
				"\"attributes\":{\"appVersion\":\"version\",\"versionKey\":\"exact\"},\"manifest\":"
				"{\"answers\":[%.*s],\"rules\":[%.*s],\"slots\":{\"android\":[%.*s]}},",
				SLICE_ARG(answers), SLICE_ARG(rules), SLICE_ARG(slots));
	tree_index(&w->t, PLATFORM_ANDROID, KIND_HOTPATCH,
		   arena_printf(a,
				"{\"app\":\"" APP "\",%s\"bases\":[\"" BASE "\"],\"format\":1,\"kind\":\"hotpatch\","
				"\"platform\":\"android\",\"versionKeys\":[\"empty\",\"k\"]}",
				tasks[0].ship ? arena_printf(a, "%.*s", SLICE_ARG(manifest)).p : ""));
	tree_publish_next(&w->t);
}

static inline void publish_ship(struct world *w, int ship)
{
	publish(w, (const struct task[]){ { KNOWN, false, ship }, { NULL, false, 0 } });
}

static inline void setup(struct world *w)
{
	*w = (struct world){ .nloads = 0 };
	tree_init(&w->t);
	w->s.t = &w->t;
	tree_write_root(&w->t);
	for (int i = 1; i < SHIPS; i++)
		make_ship(w, i);
	w->back = answer_object(w, SLICE("{\"action\":\"rollback\"}"));
	publish_ship(w, 0);
	w->c = server_open(&w->s);
}

static inline void teardown(struct world *w)
{
	mdr_close(w->c);
	tree_release(&w->t);
}

/* --- the app ---------------------------------------------------------------------------------------------------------------- */

static inline int ship_of(const struct world *w, const char *md5)
{
	for (int i = 1; i < SHIPS; i++) {
		if (strcmp(w->md5[i], md5) == 0)
			return i;
	}
	return 0;
}

/* What comes here is what was signed, byte for byte. */
static inline bool load(void *ctx, const char *name, const char *md5)
{
	struct world *w = ctx;
	const struct store_entry *e = store_find(&w->t.store, name);
	int ship = ship_of(w, md5);

	assert_non_null(e);
	assert_true(ship > 0 && slice_eq(strbuf_slice(&e->bytes), w->bytes[ship]));
	assert_true(w->nloads < COUNT(w->loads));
	w->loads[w->nloads++] = ship;
	return !w->load_fails;
}

enum call { SYNC, APPLY, PULL };

static inline struct mdr_ship call_as(struct world *w, enum call call, const char *key, bool dev, const char *json)
{
	static void (*const calls[])(struct mdr_client *, const struct mdr_ask *, const struct mdr_ship_app *,
				     struct mdr_ship *) = { mdr_ship_sync, mdr_ship_apply_cached_and_pull,
							    mdr_ship_pull };
	const struct mdr_ship_app app = { .version_key = key, .is_dev = dev, .load = load, .load_ctx = w };
	struct mdr_device device;
	struct mdr_parsed *keep = NULL;
	struct mdr_error err;
	struct mdr_ship out;
	const struct mdr_ask ask = { &device, T0, T0 };

	memset(&out, 0x55, sizeof(out));
	assert_int_equal(mdr_device_parse(&device, &keep, json, strlen(json), &err), MDR_OK);
	calls[call](w->c, &ask, &app, &out);
	mdr_device_release(keep);
	assert_int_equal(out.units, out.requests + 3 * ((out.loaded + UNIT - 1) / UNIT));
	assert_int_equal(out.status == MDR_SHIP_FAILURE || out.status == MDR_SHIP_ERROR ||
				 out.status == MDR_SHIP_APPLY_ERROR,
			 out.error.text[0] != '\0');
	return out;
}

static inline struct mdr_ship call_with(struct world *w, enum call call, const char *key, bool dev)
{
	return call_as(w, call, key, dev, "{\"platform\":\"android\"}");
}

/* The ship that the next start would find; nothing is asked of the tree. */
static inline int cached_of(struct world *w, const char *key, bool dev)
{
	size_t before = w->nloads;
	bool fails = w->load_fails;
	struct mdr_ship out;

	w->t.offline = true;
	w->load_fails = false;
	out = call_with(w, APPLY, key, dev);
	w->t.offline = false;
	w->load_fails = fails;
	w->nloads = before;
	return out.applied ? ship_of(w, out.applied_md5) : 0;
}

/* Files of ships in storage. */
static inline size_t packages(struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < STORE_ENTRIES; i++)
		n += w->t.store.v[i].there && strncmp(w->t.store.v[i].name, MDR_PACKAGE, strlen(MDR_PACKAGE)) == 0;
	return n;
}

#endif
