#include "build/whitelists.h"

#include <string.h>

#include "base/pool.h"

struct job { /* one list */
	const struct app *app;
	const struct whitelist *list;
	struct blob text;
	uint8_t key[SHA256_SIZE];
	bool read, keyed, encode;
	struct whitelist_filter filter;
	struct diags d;
	int bad;
};

static void work(void *ctx, size_t item)
{
	struct job *job = &((struct job *)ctx)[item];
	struct digests *digests;

	if (!job->read)
		return;
	if (digests_new(&digests)) {
		job->bad = diag_environment(&job->d, job->list->path, "libcrypto gives no SHA-256 here");
		return;
	}
	job->bad = whitelist_make(&job->filter, job->app, job->list, job->text.data, digests, job->encode, &job->d);
	digests_free(digests);
}

/* Reads the text, unless the previous build's filter serves. */
static void start(struct job *job, const struct app *app, const struct whitelist *list, const struct filetree *tree,
		  struct recipe_book *book, struct diags *d)
{
	const struct file_entry *e = filetree_find(tree, list->rel);

	memset(job, 0, sizeof(*job));
	job->app = app;
	job->list = list;
	if (list->is_regex)
		return;
	job->encode = book && list->used;
	if (!e) {
		job->bad = diag_error(d, SRCPOS_FILE(list->path), "this list is not in the revision");
		return;
	}
	job->keyed = job->encode && whitelist_key(job->key, book, app, list, e->id);
	if (job->keyed && whitelist_reuse(&job->filter, book, job->key, list)) {
		job->keyed = false; /* noted by the reuse */
		return;
	}
	job->bad = filetree_read(&job->text, tree, e, WHITELIST_MAX, d);
	job->read = !job->bad;
}

static void finish(struct job *job, struct recipe_book *book, struct diags *d)
{
	for (size_t i = 0; i < job->d.n; i++) {
		const struct diag *one = &job->d.v[i];

		if (one->level == DIAG_WARNING)
			diag_warning(d, one->at, "%s", one->text);
		else if (job->d.environment)
			diag_environment(d, one->at.path, "%s", one->text);
		else
			diag_error(d, one->at, "%s", one->text);
	}
	if (job->keyed && !job->bad)
		whitelist_note(&job->filter, book, job->key);
	diags_release(&job->d);
	blob_release(&job->text);
}

void whitelists_prepare(struct whitelist_filter **out, size_t *n, struct arena *a, const struct app *app,
			const struct filetree *tree, unsigned jobs, struct recipe_book *book, struct diags *d)
{
	struct job *round = ARENA_ARRAY(a, struct job, jobs);

	*out = ARENA_ARRAY(a, struct whitelist_filter, app->nwhitelists);
	*n = 0;
	for (size_t first = 0, count; first < app->nwhitelists; first += count) {
		count = app->nwhitelists - first < jobs ? app->nwhitelists - first : jobs;
		for (size_t i = 0; i < count; i++)
			start(&round[i], app, app->whitelists[first + i], tree, book, d);
		pool_run(jobs, count, work, round);
		for (size_t i = 0; i < count; i++) {
			finish(&round[i], book, d);
			if (round[i].encode && !round[i].bad)
				(*out)[(*n)++] = round[i].filter;
		}
	}
}

const struct whitelist_filter *whitelists_find(const struct whitelist_filter *v, size_t n, const struct whitelist *list)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].list == list)
			return &v[i];
	}
	return NULL;
}
