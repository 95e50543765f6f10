/* TUF metadata, build.json and recipes.json: what is accepted is written again with the same bytes, and what a reader relies
 * on holds. The first byte of the input chooses: r, t, s, p (timestamp) metadata, b build.json, c recipes.json. */
#include <string.h>

#include "format/buildinfo.h"
#include "format/json.h"
#include "format/recipes.h"
#include "format/tuf.h"
#include "require.h"

static void check_role(const struct role_keys *r, const struct key_table *keys)
{
	REQUIRE(r->threshold >= 1 && r->threshold <= r->n);
	for (size_t i = 0; i < r->n; i++)
		REQUIRE(key_table_find(keys, r->ids[i]));
}

/* Names and paths of accepted metadata become names of files. */
static void check_name(struct slice s)
{
	REQUIRE(s.n > 0 && s.p[0] != '/' && s.p[0] != '.');
	for (size_t i = 0; i + 1 < s.n; i++)
		REQUIRE(s.p[i] != '/' || (s.p[i + 1] != '.' && s.p[i + 1] != '/'));
}

static void check_targets(const struct tuf_targets *t)
{
	for (size_t i = 0; i < t->n; i++) {
		check_name(t->v[i].path);
		REQUIRE(tuf_target_find(t, t->v[i].path) == &t->v[i]);
	}
	for (size_t i = 0; i < t->ndelegations; i++) {
		check_role(&t->delegations[i].keys, &t->keys);
		REQUIRE(slice_find(t->delegations[i].name, '/') < 0);
		REQUIRE(tuf_delegation_find(t, t->delegations[i].name) == &t->delegations[i]);
	}
}

static void check_metadata(enum tuf_type type, struct slice bytes, struct arena *mem, struct digests *dg)
{
	struct strbuf again = STRBUF_INIT;
	struct tuf_file f, published;
	const char *why = NULL;

	if (tuf_decode_draft(&f, mem, dg, type, bytes, &why)) {
		REQUIRE(why && tuf_decode(&published, mem, dg, type, bytes, &why));
		return;
	}
	REQUIRE(f.version >= 1);
	REQUIRE((tuf_decode(&published, mem, dg, type, bytes, &why) == 0) == (f.signatures.n >= 1));
	for (size_t i = 0; type == TUF_ROOT && i < TUF_TYPE_COUNT; i++)
		check_role(&f.root.roles[i], &f.root.keys);
	if (type == TUF_TARGETS)
		check_targets(&f.targets);
	for (size_t i = 0; (type == TUF_SNAPSHOT || type == TUF_TIMESTAMP) && i < f.metas.n; i++)
		REQUIRE(slice_find(f.metas.v[i].role, '/') < 0);
	if (type == TUF_ROOT)
		(void)!tuf_root_follows(&f, NULL, NULL, &why);
	REQUIRE(tuf_encode(&again, &f) == 0 && slice_eq(strbuf_slice(&again), bytes));
	strbuf_release(&again);
}

static void check_buildinfo(struct slice bytes, struct arena *mem)
{
	struct strbuf again = STRBUF_INIT;
	struct buildinfo b;
	const char *why = NULL;

	if (buildinfo_decode(&b, mem, bytes, &why)) {
		REQUIRE(why);
		return;
	}
	REQUIRE(b.nlineage >= 1 && b.nlineage <= BUILDINFO_LINEAGE);
	REQUIRE(buildinfo_encode(&again, &b) == 0 && slice_eq(strbuf_slice(&again), bytes));
	strbuf_release(&again);
}

/* recipes.json is covered by a signed hash, so its form is not asked for: equal after one round. */
static void check_recipes(struct slice bytes, struct arena *mem)
{
	struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
	struct recipes r, back;
	const char *why = NULL;

	if (recipes_decode(&r, mem, bytes, &why)) {
		REQUIRE(why);
		return;
	}
	for (size_t i = 0; i < r.n; i++)
		REQUIRE(recipes_find(&r, r.v[i].key) == &r.v[i]);
	REQUIRE(recipes_encode(&first, &r) == 0);
	REQUIRE(recipes_decode(&back, mem, strbuf_slice(&first), &why) == 0 && recipes_encode(&second, &back) == 0);
	REQUIRE(slice_eq(strbuf_slice(&first), strbuf_slice(&second)));
	strbuf_release(&first);
	strbuf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char types[] = "rtsp"; /* in the order of enum tuf_type */
	struct arena mem = { .limit = (size_t)64 << 20 };
	struct slice bytes = slice_bytes(data + 1, size ? size - 1 : 0);
	struct digests *dg;
	const char *type;

	if (size == 0 || digests_new(&dg))
		return 0;
	type = data[0] ? strchr(types, data[0]) : NULL;
	if (type)
		check_metadata((enum tuf_type)(type - types), bytes, &mem, dg);
	else if (data[0] == 'b')
		check_buildinfo(bytes, &mem);
	else if (data[0] == 'c')
		check_recipes(bytes, &mem);
	digests_free(dg);
	arena_release(&mem);
	return 0;
}
