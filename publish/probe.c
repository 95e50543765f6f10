#include "publish/probe.h"

#include <string.h>

#include "publish/place.h"

#define ROUNDS 5 /* of asking again where somebody else writes the same file */

struct probing {
	struct dest *t;
	struct probe_root *root;
	struct diags *d;
	struct dest_version version; /* of the root; empty: not read yet */
	bool refused_501;            /* If-None-Match was not understood */
};

static struct dest_put put_of(const struct probing *p)
{
	const struct tree_file *f = p->root->file;
	struct dest_put put = { .key = f->key, .file = f->local, .length = f->length, .class = &f->class };

	memcpy(put.sha256, f->sha256, SHA256_SIZE);
	return put;
}

static int broken(struct probing *p, const char *why)
{
	struct arena mem = ARENA_INIT;

	diag_environment(p->d, dest_place(&mem, p->t, p->root->file->key), "%s", why);
	arena_release(&mem);
	return -1;
}

static int read_version(struct probing *p)
{
	struct dest_get g = { .key = p->root->file->key, .limit = p->root->file->length, .body = STRBUF_INIT };
	int bad = dest_read(p->t, &g, p->d);

	strbuf_release(&g.body);
	if (!bad && g.outcome != GET_FOUND)
		bad = broken(p, "is gone although it was there just now");
	p->version = g.version;
	return bad;
}

/* --- claims ----------------------------------------------------------------------------------------------------------- */

static enum dest_outcome try_claim(struct probing *p, enum dest_claim form, bool settle)
{
	struct dest_put put = put_of(p);

	put.condition = DEST_IF_ABSENT;
	put.claim = form;
	put.settle = settle;
	return dest_write(p->t, &put, p->d) ? DEST_FAILED : put.outcome;
}

/* A form that the destination does not know is no reason not to send it: what knows none gets it without. */
static enum dest_outcome send_root(struct probing *p)
{
	static const enum dest_claim forms[] = { CLAIM_STANDARD, CLAIM_OSS };
	struct dest_put put = put_of(p);
	enum dest_outcome o = DEST_UNSUPPORTED;

	for (size_t i = 0; i < COUNT(forms) && o == DEST_UNSUPPORTED; i++) {
		o = try_claim(p, forms[i], true);
		p->refused_501 = p->refused_501 || o == DEST_UNSUPPORTED;
	}
	if (o != DEST_UNSUPPORTED)
		return o;
	put.settle = true;
	return dest_write(p->t, &put, p->d) ? DEST_FAILED : put.outcome;
}

/* The first of the forms that is refused over what is there. Google's is for who has generations alone: it is signed in another way, and
 * others take that for wrong credentials. */
static int find_claim(struct probing *p, bool generations)
{
	static const enum dest_claim forms[] = { CLAIM_STANDARD, CLAIM_OSS, CLAIM_GCS };
	size_t first = generations ? COUNT(forms) - 1 : p->refused_501;

	for (size_t i = first; i < (generations ? COUNT(forms) : COUNT(forms) - 1); i++) {
		enum dest_outcome o = try_claim(p, forms[i], false);

		if (o == DEST_FAILED)
			return -1;
		p->refused_501 = p->refused_501 || (o == DEST_UNSUPPORTED && forms[i] == CLAIM_STANDARD);
		if (o == DEST_REFUSED) {
			p->t->claim = forms[i];
			return 0;
		}
	}
	p->t->claim = CLAIM_NONE;
	return 0;
}

/* --- matches ---------------------------------------------------------------------------------------------------------- */

static enum dest_outcome try_match(struct probing *p, enum dest_match form, const struct dest_version *version)
{
	struct dest_put put = put_of(p);

	put.condition = DEST_IF_MATCH;
	put.version = version;
	put.match = form;
	return dest_write(p->t, &put, p->d) ? DEST_FAILED : put.outcome;
}

/* A version that is the object's no more: an ETag with other digits; the generation that was overwritten just now. */
static struct dest_version wrong_version(const struct dest_version *before)
{
	struct dest_version wrong = *before;

	for (char *c = wrong.etag; *c; c++)
		*c = *c == '0' ? '1' : '0';
	return wrong;
}

/* One round over the forms. *sure: nobody wrote meanwhile, or it makes no difference. */
static int try_forms(struct probing *p, bool *sure)
{
	const struct dest_version before = p->version, wrong = wrong_version(&before);
	const bool generations = before.generation[0] != '\0';
	enum dest_match first = generations ? MATCH_GENERATION : MATCH_QUOTED;
	enum dest_outcome right = try_match(p, first, &before), other;

	p->t->match = MATCH_NONE;
	*sure = true;
	if (right == DEST_FAILED)
		return -1;
	if (right == DEST_UNSUPPORTED)
		return 0;
	if (right == DEST_DONE) { /* honoured or ignored; what was written may have another version now */
		other = try_match(p, first, &wrong);
		if (other == DEST_REFUSED)
			p->t->match = first;
		return other == DEST_FAILED ? -1 : 0;
	}
	other = generations ? DEST_REFUSED : try_match(p, MATCH_UNQUOTED, &before);
	if (other == DEST_DONE)
		p->t->match = MATCH_UNQUOTED;
	if (other != DEST_REFUSED)
		return other == DEST_FAILED ? -1 : 0;
	if (read_version(p))
		return -1;
	*sure = !strcmp(before.etag, p->version.etag) && !strcmp(before.generation, p->version.generation);
	return 0;
}

static int find_match(struct probing *p)
{
	bool sure = false;

	if (!p->version.etag[0] && !p->version.generation[0] && read_version(p))
		return -1;
	for (int i = 0; i < ROUNDS && !sure; i++) {
		if (try_forms(p, &sure))
			return -1;
	}
	return sure ? 0
		    : broken(p, "somebody else writes it all the time, so that nothing is known of If-Match here; try "
				"again");
}

enum probe_result probe(struct dest *t, struct probe_root *root, struct diags *d)
{
	struct probing p = { .t = t, .root = root, .d = d };
	bool known = root->neighbour.etag[0] || root->neighbour.generation[0];

	if (!root->there) {
		enum dest_outcome o = send_root(&p);

		if (o != DEST_DONE)
			return o == DEST_REFUSED ? PROBE_RACE : PROBE_FAILED;
		root->there = true;
	}
	/* Who answers 501 is not Google. */
	if (!known && !p.refused_501 && read_version(&p))
		return PROBE_FAILED;
	if (find_claim(&p, (known ? root->neighbour : p.version).generation[0] != '\0'))
		return PROBE_FAILED;
	t->match = MATCH_NONE;
	if (!p.refused_501 && find_match(&p))
		return PROBE_FAILED;
	return PROBE_DONE;
}
