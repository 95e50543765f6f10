/* The demo tree of the tests: one upgrade in two segments, some switches, one whitelist. */
#ifndef TEST_RESOLVE_DEMO_H
#define TEST_RESOLVE_DEMO_H

#include "format/filter.h"
#include "tree.h"

/* `"beta":{…}`: a list with the ids "user-1" to "user-9". */
static inline const char *demo_list(struct tree *t)
{
	uint8_t salt[SHA256_SIZE], root[SHA256_SIZE];
	char hex[SHA256_HEX], id[16];
	struct filter_key keys[9];
	struct filter_plan plan;
	struct strbuf file = STRBUF_INIT;
	const char *name;

	assert_int_equal(filter_salt(salt, t->dg, slice_of(APP), SLICE("beta")), 0);
	for (size_t i = 0; i < COUNT(keys); i++) {
		snprintf(id, sizeof(id), "user-%zu", i + 1);
		assert_int_equal(filter_hash(&keys[i], t->dg, salt, slice_of(id)), 0);
	}
	assert_int_equal(filter_plan(&plan, COUNT(keys), 1000000000), 0);
	assert_int_equal(filter_sort_unique(keys, COUNT(keys)), COUNT(keys));
	assert_int_equal(filter_encode(&file, root, t->dg, keys, COUNT(keys), plan), 0);
	name = tree_object(t, "filter.bin", strbuf_slice(&file));
	strbuf_release(&file);
	digest_hex(hex, root, SHA256_SIZE);
	return arena_printf(&t->mem,
			    "\"beta\":{\"file\":\"%s\",\"id\":\"userId\",\"k\":%u,\"n\":9,\"p\":%u,\"root\":\"%s\"}",
			    name, plan.probes, plan.pages, hex)
		.p;
}

#define DEMO_HEAD "{\"app\":\"" APP "\","
#define DEMO_BASE "\"bases\":[\"https://cdn.example.com/d/\"],"

/* android-upgrade: nothing from 5.0.0 on; below it, whitelist beta, a quarter of the others, everybody in Berlin. */
static inline void demo_upgrade(struct tree *t, const char *memo)
{
	struct slice answer =
		arena_printf(&t->mem,
			     "{\"deltas\":[{\"from\":\"4.9.0\",\"url\":\"targets/d.bin\"}],"
			     "\"downloadUrl\":\"targets/p.apk\",\"guideMemo\":\"%s\",\"resultStatus\":202,"
			     "\"version\":\"5.0.0\"}",
			     memo);
	const char *hash = tree_object(t, "answer.json", answer), *list = demo_list(t);
	struct slice manifest = arena_printf(
		&t->mem,
		"{\"answers\":[[\"5.0.0\",\"%s\",%zu]],\"rules\":[{\"element\":\"city\",\"op\":\"contains\","
		"\"value\":[\"Berlin\"]}],\"slots\":{\"android\":[{\"a\":0,\"t\":\"beta\",\"wl\":[\"beta\"]},"
		"{\"a\":0,\"percent\":25000,\"t\":\"quarter\"},{\"a\":0,\"if\":[0],\"t\":\"full\"}]},\"whitelists\":{%"
		"s}}",
		hash, answer.n, list);
	const char *segment = tree_object(t, "manifest.json", manifest);

	tree_index(t, PLATFORM_ANDROID, KIND_UPGRADE,
		   arena_printf(&t->mem,
				DEMO_HEAD
				"\"attributes\":{\"appVersion\":\"version\",\"city\":\"text\"}," DEMO_BASE
				"\"by\":[{\"attribute\":\"appVersion\",\"classes\":2,\"cuts\":[[\"5\",0,1]],"
				"\"missing\":1,\"next\":[[0,1]],\"other\":0}],\"format\":1,\"kind\":\"upgrade\","
				"\"longest\":%zu,\"platform\":\"android\",\"segments\":[\"%s\",null]}",
				manifest.n, segment));
}

static inline void demo_switches(struct tree *t, const char *slots, const char *rules)
{
	tree_index(t, PLATFORM_ANDROID, KIND_SWITCH,
		   arena_printf(&t->mem,
				DEMO_HEAD "\"attributes\":{\"city\":\"text\",\"mobileModel\":\"fold\",\"osVersion\":"
					  "\"version\"}," DEMO_BASE
					  "\"format\":1,\"kind\":\"switch\",\"manifest\":{\"rules\":[%s],"
					  "\"slots\":{%s}},\"platform\":\"android\"}",
				rules, slots));
}

static inline void demo_tree(struct tree *t)
{
	tree_init(t);
	demo_switches(t, "\"DARK\":[{\"if\":[0],\"t\":\"0\",\"v\":\"on\"},{\"t\":\"1\",\"v\":\"off\"}]",
		      "{\"element\":\"mobileModel\",\"op\":\"contains\",\"value\":[\"Pixel 8\"]}");
	demo_upgrade(t, "new");
	tree_write_root(t);
	tree_publish(t);
}

#endif
