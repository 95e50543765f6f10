/* Who may sign what, and looking things up. The bytes are in tuf.c. */
#include <stdlib.h>
#include <string.h>

#include "format/tuf.h"

uint64_t tuf_limit(enum tuf_type t)
{
	static const uint64_t limits[TUF_TYPE_COUNT] = { TUF_ROOT_MAX, TUF_TARGETS_MAX, TUF_SNAPSHOT_MAX,
							 TUF_TIMESTAMP_MAX };

	return limits[t];
}

int tuf_root_follows(const struct tuf_file *next, const struct tuf_file *trusted, uint64_t *good, const char **why)
{
	if (trusted && next->version != trusted->version + 1) {
		*why = "version is not the previous root's version + 1";
		return -1;
	}
	if (trusted && !envelope_verify(&next->signatures, next->payload, &trusted->root.keys,
					&trusted->root.roles[TUF_ROOT], good)) {
		*why = "is not signed by the threshold of the previous root's keys";
		return -1;
	}
	if (!envelope_verify(&next->signatures, next->payload, &next->root.keys, &next->root.roles[TUF_ROOT], good)) {
		*why = "is not signed by the threshold of its own root keys";
		return -1;
	}
	return 0;
}

bool tuf_signed_by_role(const struct tuf_file *f, const struct tuf_file *root, uint64_t *good)
{
	return envelope_verify(&f->signatures, f->payload, &root->root.keys, &root->root.roles[f->type], good);
}

bool tuf_signed_by_delegation(const struct tuf_file *f, const struct tuf_targets *delegator,
			      const struct tuf_delegation *role, uint64_t *good)
{
	return envelope_verify(&f->signatures, f->payload, &delegator->keys, &role->keys, good);
}

static int chain_step(struct tuf_chain *chain, struct arena *a, struct digests *dg, size_t i, const char **why)
{
	uint64_t good = 0;

	if (tuf_decode(&chain->v[i], a, dg, TUF_ROOT, chain->bytes[i], why))
		return -1;
	if (chain->v[i].version != i + 1) {
		*why = "version is not the number in the file's name";
		return -1;
	}
	if (tuf_root_follows(&chain->v[i], i ? &chain->v[i - 1] : NULL, &good, why))
		return -1;
	if (!envelope_all(&chain->v[i].signatures, good)) {
		*why = "has a signature that is not by a root key, or does not hold";
		return -1;
	}
	return 0;
}

int tuf_chain_decode(struct tuf_chain *out, struct arena *a, struct digests *dg, const struct slice *files, size_t n,
		     size_t *bad, const char **why)
{
	struct tuf_chain chain = { .v = arena_try(a, n ? n : 1, sizeof(*chain.v)),
				   .bytes = arena_try(a, n ? n : 1, sizeof(*chain.bytes)) };

	*bad = 1;
	*why = n == 0 ? "there is no root" : n > TUF_ROOTS_MAX ? "there are more than 256 roots" : "out of memory";
	if (n == 0 || n > TUF_ROOTS_MAX || !chain.v || !chain.bytes)
		return -1;
	for (size_t i = 0; i < n; i++) {
		*bad = i + 1;
		chain.bytes[i] = files[i];
		chain.n = i + 1;
		if (chain_step(&chain, a, dg, i, why))
			return -1;
	}
	*out = chain;
	return 0;
}

/* Parts and targets begin with the name that they are sorted by, so that slice_order() serves. */
const struct tuf_part *tuf_part_find(const struct tuf_parts *p, struct slice role)
{
	return p->n ? bsearch(&role, p->v, p->n, sizeof(*p->v), slice_order) : NULL;
}

const struct tuf_target *tuf_target_find(const struct tuf_targets *t, struct slice path)
{
	return t->n ? bsearch(&path, t->v, t->n, sizeof(*t->v), slice_order) : NULL;
}

const struct tuf_meta *tuf_meta_find(const struct tuf_metas *m, struct slice role)
{
	for (size_t i = 0; i < m->n; i++) {
		if (slice_eq(m->v[i].role, role))
			return &m->v[i];
	}
	return NULL;
}

const struct tuf_delegation *tuf_delegation_find(const struct tuf_targets *t, struct slice name)
{
	for (size_t i = 0; i < t->ndelegations; i++) {
		if (slice_eq(t->delegations[i].name, name))
			return &t->delegations[i];
	}
	return NULL;
}

bool tuf_path_matches(struct slice pattern, struct slice path)
{
	size_t i = 0, k = 0, star = SIZE_MAX, mark = 0;

	while (k < path.n) {
		if (i < pattern.n && pattern.p[i] == '*') {
			star = i++;
			mark = k;
		} else if (i < pattern.n && pattern.p[i] == path.p[k]) {
			i++, k++;
		} else if (star != SIZE_MAX && path.p[mark] != '/') {
			i = star + 1;
			k = ++mark;
		} else {
			return false;
		}
	}
	while (i < pattern.n && pattern.p[i] == '*')
		i++;
	return i == pattern.n;
}
