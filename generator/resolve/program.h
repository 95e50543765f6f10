/* resolve/program.h: one index with the manifests behind it, as far as devices asked for them.
 *
 * Purpose    an index is decoded once and kept while the signed targets name the same hash; its manifests are fetched when the
 *            first device needs them, and kept with it.
 * Ownership  the client owns its programs; tables, slots and texts belong to their program. */
#ifndef RESOLVE_PROGRAM_H
#define RESOLVE_PROGRAM_H

#include "format/index.h"
#include "format/tuf.h"
#include "resolve/fetch.h"
#include "resolve/table.h"

/* A slot of a kind with many, with the table whose rules it uses. */
struct entry {
	const struct slot *slot;
	struct table *table;
};

struct program {
	struct arena mem;
	size_t limit;              /* bytes for everything here */
	uint8_t hash[SHA256_SIZE]; /* of the index */
	struct index index;
	struct manifest shared;          /* holds the whitelists of all units */
	struct expressions *expressions; /* the same */
	struct element_types types;
	struct table *tables; /* one for each segment, or unit, or the inline manifest alone */
	size_t ntables;
	struct entry *entries; /* kinds with many slots, once all units are here: sorted by slot */
	size_t nentries;
};

void program_free(struct program *p); /* NULL is fine */

/* Brings *p to the index that `targets` name for this platform and kind; NULL where they name none. */
enum mdr_code program_update(struct program **p, struct names *names, const struct fetcher *f,
			     const struct mdr_limits *limits, struct slice app, const struct tuf_targets *targets,
			     enum platform platform, enum kind kind, struct mdr_error *err) MUST_CHECK;

/* Says of the objects that were read so far that they are in use. */
void program_use(const struct program *p, struct cache *o);

/* The table of a segment (0 for an inline manifest), fetched if need be; NULL where nothing is offered. */
enum mdr_code program_table(struct table **out, struct program *p, const struct fetcher *f,
			    const struct mdr_limits *limits, uint32_t segment, struct mdr_error *err) MUST_CHECK;
/* Fetches what is missing for all slots and fills p->entries. */
enum mdr_code program_all(struct program *p, const struct fetcher *f, const struct mdr_limits *limits,
			  struct mdr_error *err) MUST_CHECK;

/* One slot of a kind with many, from the unit that must hold it, fetched if need be; NULL: there is none. */
enum mdr_code program_slot(struct entry *out, struct program *p, const struct fetcher *f,
			   const struct mdr_limits *limits, struct slice name, struct mdr_error *err) MUST_CHECK;

/* The answer object of a choice, with its task and whole URLs, as one JSON text: c->text, fetched if need be. */
enum mdr_code program_answer(struct choice *c, struct table *t, const struct program *p, const struct fetcher *f,
			     const struct mdr_limits *limits, struct mdr_error *err) MUST_CHECK;
/* h5: `"SLOT":` and the answer that stands in the manifest, as above: c->text. -1: memory. */
int program_member(struct choice *c, struct table *t, const struct program *p, struct slice slot) MUST_CHECK;
/* Quickfix: appends the answer with the modules that are for the device. 1; 0, and nothing, where none is; -1: memory. */
int program_quickfix(struct strbuf *out, const struct choice *c, const struct table *t, const struct program *p,
		     struct value *values) MUST_CHECK;

#endif
