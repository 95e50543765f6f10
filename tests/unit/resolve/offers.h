/* Upgrades and hotpatches that are offered to every Android device: what their services are tested against. */
#ifndef TEST_RESOLVE_OFFERS_H
#define TEST_RESOLVE_OFFERS_H

#include <stdio.h>

#include "madedelta.h"
#include "server.h"

/* A package of the tree, described by its hash. */
struct made_package {
	struct slice bytes;
	uint8_t sha256[SHA256_SIZE], md5[MD5_SIZE];
	char hex[SHA256_HEX], md5_hex[MD5_HEX], name[MDR_NAME];
};

static inline void package_of(struct made_package *p, struct tree *t, struct slice bytes)
{
	p->bytes = bytes;
	assert_int_equal(digest_both(t->dg, p->sha256, p->md5, bytes), 0);
	digest_hex(p->hex, p->sha256, SHA256_SIZE);
	digest_hex(p->md5_hex, p->md5, MD5_SIZE);
	snprintf(p->name, sizeof(p->name), "%s%s", MDR_PACKAGE, p->hex);
	tree_put(t, arena_printf(&t->mem, "targets/%s", p->hex).p, bytes);
}

/* `n` bytes of which only a few thousand differ from one seed to the next. */
static inline void package_make(struct made_package *p, struct tree *t, size_t n, uint32_t seed)
{
	char *bytes = arena_alloc(&t->mem, n);

	assert_true(n > 6000);
	made_bytes(bytes, n, 1);
	made_bytes(bytes + 3000, 3000, seed);
	package_of(p, t, slice_bytes(bytes, n));
}

/* `'from':…,'sha256':…`: a delta to `p`, put into the tree. */
static inline const char *package_delta(struct tree *t, const char *version, const struct made_package *from,
					const struct made_package *p)
{
	struct strbuf bytes = STRBUF_INIT;
	struct made_package file;
	const char *text;

	made_delta(&bytes, t->dg, DELTA_FILE, from->bytes, p->bytes);
	package_of(&file, t, strbuf_slice(&bytes));
	text = arena_printf(&t->mem, "{'from':'%s','fromSha256':'%s','sha256':'%s','size':%zu,'url':'targets/%s'}",
			    version, from->hex, file.hex, bytes.n, file.hex)
		       .p;
	strbuf_release(&bytes);
	return text;
}

static inline const char *upgrade_text(struct tree *t, const char *version, const struct made_package *p,
				       const char *more)
{
	return arena_printf(&t->mem, "{'downloadUrl':'targets/%s','fileSize':%zu,'sha256':'%s','version':'%s'%s}",
			    p->hex, p->bytes.n, p->hex, version, more)
		.p;
}

static inline const char *hotpatch_text(struct tree *t, const struct made_package *p, const char *more)
{
	return arena_printf(&t->mem,
			    "{'action':'apply','downloadUrl':'targets/%s','fileSize':%zu,'hotpatchVersion':'%s',"
			    "'md5':'%s','sha256':'%s'%s}",
			    p->hex, p->bytes.n, p->md5_hex, p->md5_hex, p->hex, more)
		.p;
}

/* The index of a kind, with this answer for everybody; NULL: for nobody. `'` stands for a quotation mark. */
static inline void offer(struct tree *t, enum kind kind, const char *answer)
{
	struct slice text = quoted(t, answer ? answer : "{}");
	const char *guard = answer ? "" : "'dev':true,";

	tree_index(t, PLATFORM_ANDROID, kind,
		   quoted(t, arena_printf(&t->mem,
					  "{'app':'" APP "','bases':['" BASE "','" MIRROR
					  "'],'format':1,'kind':'%s','manifest':{'answers':[['v','%s',%zu]],'slots':"
					  "{'android':[{'a':0,%s't':'full'}]}},'platform':'android'}",
					  kind_name(kind), tree_object(t, "answer.json", text), text.n, guard)
				     .p));
}

#endif
