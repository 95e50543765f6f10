/* A manifest that is accepted is written again with the same bytes, unless it holds rules of a later version. The first
 * byte of the input chooses the kind (u p h q, else a switch), the rest is the manifest. */
#include "format/manifest.h"
#include "format/json.h"
#include "require.h"

static bool all_known(const struct manifest *m)
{
	for (size_t i = 0; i < m->nrules; i++)
		if (!m->rules[i].known)
			return false;
	return true;
}

/* What a reader relies on without looking again. */
static void check_references(const struct manifest *m, enum kind kind)
{
	REQUIRE(m->nslots > 0);
	for (size_t i = 0; i < m->nanswers; i++)
		REQUIRE((m->answers[i].text.n == 0) == kind_is_single(kind));
	for (size_t i = 0; i < m->nwhitelists; i++) {
		REQUIRE((m->whitelists[i].npatterns == 0) == (m->whitelists[i].patterns == NULL));
		REQUIRE(m->whitelists[i].npatterns <= MF_PATTERNS_MAX);
	}
	for (size_t i = 0; i < m->nslots; i++) {
		REQUIRE(m->slots[i].n > 0);
		REQUIRE(i == 0 || slice_cmp(m->slots[i - 1].name, m->slots[i].name) < 0);
		for (size_t j = 0; j < m->slots[i].n; j++) {
			const struct mf_candidate *c = &m->slots[i].v[j];

			REQUIRE(kind == KIND_SWITCH || c->answer < m->nanswers);
			REQUIRE(kind == KIND_QUICKFIX || !c->has_above);
			for (size_t k = 0; k < c->nlists; k++)
				REQUIRE(c->lists[k] < m->nwhitelists);
			for (size_t k = 0; k < c->nrules; k++)
				REQUIRE(c->rules[k] < m->nrules);
			for (size_t k = 0; k < c->nunless; k++)
				for (size_t l = 0; l < c->unless_n[k]; l++)
					REQUIRE(c->unless[k][l] < m->nrules);
		}
	}
}

static void check_again(const struct manifest *m, const json_t *json, enum kind kind)
{
	struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
	json_t *again = manifest_encode(m, kind, true);

	REQUIRE(!again == !all_known(m));
	if (again) {
		REQUIRE(json_write(&first, json, JSON_WIRE) == 0 && json_write(&second, again, JSON_WIRE) == 0);
		REQUIRE(slice_eq(strbuf_slice(&first), strbuf_slice(&second)));
	}
	json_decref(again);
	strbuf_release(&first);
	strbuf_release(&second);
}

static enum kind kind_of(uint8_t letter)
{
	switch (letter) {
	case 'u':
		return KIND_UPGRADE;
	case 'p':
		return KIND_HOTPATCH;
	case 'h':
		return KIND_H5;
	case 'q':
		return KIND_QUICKFIX;
	default:
		return KIND_SWITCH;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum kind kind = size > 0 ? kind_of(data[0]) : KIND_SWITCH;
	struct arena mem = { .limit = 64u << 20 };
	struct manifest m;
	json_t *json = NULL;
	const char *why = NULL;

	if (size == 0)
		return 0;
	if (json_parse_wire(&json, slice_bytes(data + 1, size - 1), 1u << 20, &why)) {
		REQUIRE(why);
		return 0;
	}
	if (manifest_decode(&m, &mem, json, kind, NULL, &why)) {
		REQUIRE(why);
	} else {
		check_references(&m, kind);
		check_again(&m, json, kind);
	}
	json_decref(json);
	arena_release(&mem);
	return 0;
}
