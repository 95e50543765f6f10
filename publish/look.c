#include "publish/look.h"

#include <string.h>

#include "format/tuf.h"
#include "publish/place.h"

/* Of build.json as it stands there; false: there is none that can be read. */
static bool read_notes(struct publishing *p, struct job *j, struct buildinfo *out)
{
	const char *why;

	return j->notes.outcome == GET_FOUND && !buildinfo_decode(out, p->a, strbuf_slice(&j->notes.body), &why);
}

static bool is_named(const struct buildinfo *b, const uint8_t hash[SHA256_SIZE])
{
	for (size_t i = 0; i < b->nlineage; i++) {
		if (memcmp(b->lineage[i], hash, SHA256_SIZE) == 0)
			return true;
	}
	return false;
}

int look_lineage(enum lineage *out, struct publishing *p, const struct app_tree *t, struct slice timestamp)
{
	uint8_t hash[SHA256_SIZE];

	*out = LINEAGE_OTHER;
	if (digest_sha256(p->dg, hash, timestamp))
		return diag_environment(p->d, NULL, "cannot hash timestamp.json");
	if (memcmp(hash, t->timestamp, SHA256_SIZE) == 0)
		*out = LINEAGE_OURS;
	else if (is_named(&t->build, hash))
		*out = LINEAGE_BEFORE;
	return 0;
}

void look_lost(struct publishing *p, struct job *j, const char *key)
{
	const char *place = dest_place(p->a, j->dest, key), *commit = "";
	struct buildinfo theirs = { 0 };

	if (read_notes(p, j, &theirs) && theirs.commit.n)
		commit = arena_printf(p->a, " (commit " SLICE_FMT ")", SLICE_ARG(slice_sub(theirs.commit, 0, 12))).p;
	if (theirs.nlineage && is_named(&theirs, j->tree->timestamp))
		diag_error(
			p->d, SRCPOS_FILE(place),
			"a later build is published already%s, one that continues this tree; to go back to what this "
			"one says, pull and build it again",
			commit);
	else
		diag_error(
			p->d, SRCPOS_FILE(place),
			"somebody else published first%s: this tree does not continue what is there; pull, build again",
			commit);
	job_end(j, PUBLISH_RACE);
}

static int decode_version(struct publishing *p, struct job *j)
{
	const char *why = NULL;
	struct tuf_file f;

	if (tuf_decode(&f, p->a, p->dg, TUF_TIMESTAMP, strbuf_slice(&j->pointer.body), &why)) {
		diag_environment(p->d, job_place(p, j, job_file(j, FILE_POINTER)), "%s", why);
		return -1;
	}
	j->base = strbuf_slice(&j->pointer.body);
	j->base_version = j->report->version = f.version;
	return 0;
}

static int judge_pointer(struct publishing *p, struct job *j)
{
	enum lineage l;

	if (j->pointer.outcome == GET_ABSENT)
		return 0;
	if (look_lineage(&l, p, j->tree, strbuf_slice(&j->pointer.body)))
		return -1;
	if (l == LINEAGE_OTHER) {
		look_lost(p, j, j->pointer.key);
		return 0;
	}
	j->ours = l == LINEAGE_OURS;
	return decode_version(p, j);
}

/* build.json is written last: where it is ours too, everything is there. */
static int judge_notes(struct publishing *p, struct job *j)
{
	struct buildinfo theirs = { 0 };
	uint8_t hash[SHA256_SIZE];

	if (j->notes.outcome != GET_FOUND)
		return 0;
	if (read_notes(p, j, &theirs))
		j->report->commit = theirs.commit;
	if (digest_sha256(p->dg, hash, strbuf_slice(&j->notes.body)))
		return diag_environment(p->d, NULL, "cannot hash build.json");
	j->notes_ours = memcmp(hash, j->tree->notes, SHA256_SIZE) == 0;
	if (j->ours && j->notes_ours && !p->o->full) {
		j->report->there = j->tree->n;
		for (size_t i = 0; i < j->tree->n; i++)
			j->report->there_bytes += j->tree->v[i].length;
		job_end(j, PUBLISH_NOTHING_NEW);
	}
	return 0;
}

void look(struct publishing *p)
{
	for (size_t i = 0; i < p->njobs; i++) {
		struct job *j = &p->jobs[i];

		j->pointer.key = job_file(j, FILE_POINTER)->key;
		j->pointer.limit = tuf_limit(TUF_TIMESTAMP);
		j->notes.key = job_file(j, FILE_NOTES)->key;
		j->notes.limit = BUILDINFO_MAX;
		j->dest->ops->queue_get(j->dest, &j->pointer);
		j->dest->ops->queue_get(j->dest, &j->notes);
	}
	job_run(p);
	for (size_t i = 0; i < p->njobs; i++) {
		struct job *j = &p->jobs[i];
		bool read = (j->pointer.outcome == GET_FOUND || j->pointer.outcome == GET_ABSENT) &&
			    (j->notes.outcome == GET_FOUND || j->notes.outcome == GET_ABSENT);

		if (!read || judge_pointer(p, j) || judge_notes(p, j))
			job_end(j, PUBLISH_FAILED);
	}
}
