#include "source/source.h"

#include <stdlib.h>

#include "base/instant.h"
#include "source/commit.h"
#include "source/lfs.h"
#include "source/repo.h"
#include "source/worktree.h"

#define TIME_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

struct source {
	struct arena mem;
	bool started; /* libgit2 counts us */
	struct repo repo;
	const char *rev;
	bool worktree, any_owner;
	struct entries entries;
	struct filetree tree;
	struct digests *digests;
	struct lfs_store lfs;
	char commit[GIT_OID_HEXSZ + 1];
	int64_t time;
};

static int start_git(struct source *s, struct diags *d)
{
	/* What these change is of no matter to reading: settings per work tree, how objects are fetched, and whether
	 * they may be deleted. */
	static const char *extensions[] = { "worktreeconfig", "partialclone", "preciousobjects" };

	if (git_libgit2_init() < 0)
		return diag_environment(d, NULL, "cannot start libgit2: %s", git_reason());
	s->started = true;
	if (git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, COUNT(extensions)))
		return diag_environment(d, NULL, "cannot set up libgit2: %s", git_reason());
	if (digests_new(&s->digests))
		return diag_environment(d, NULL, "cannot hash");
	return 0;
}

static int read_stored(struct source *s, struct blob *out, const struct file_entry *e, uint64_t limit, struct diags *d)
{
	if (e->kind != FILE_REGULAR)
		return diag_error(d, SRCPOS_FILE(e->path), "not a regular file");
	if (s->worktree)
		return worktree_read(out, s->repo.git, &s->entries.v[e - s->entries.v], limit, d);
	return commit_read(out, s->repo.git, e, limit, d);
}

static int read_entry(void *ctx, struct blob *out, const struct file_entry *e, uint64_t limit, struct diags *d)
{
	struct source *s = ctx;
	struct blob b = { .data = { NULL, 0 } };
	struct lfs_pointer pointer;
	enum lfs_form form;

	/* A pointer may be larger than what it stands for, and so than the limit. */
	if (read_stored(s, &b, e, limit > LFS_POINTER_MAX ? limit : LFS_POINTER_MAX, d))
		return -1;
	form = lfs_parse(&pointer, b.data);
	if (form == LFS_CONTENT && !entry_fits(e->path, b.data.n, limit, d)) {
		*out = b;
		return 0;
	}
	blob_release(&b);
	if (form == LFS_POINTER)
		return lfs_read(out, &s->lfs, &pointer, e->path, limit, d);
	if (form == LFS_MALFORMED)
		diag_error(
			d, SRCPOS_FILE(e->path),
			"malformed Git LFS pointer; behind the version line it must hold `oid sha256:<64 hex digits>`, "
			"`size <bytes>` and nothing else");
	return -1;
}

/* Without its form: a pointer's own place is that of a small file. */
static int locate_stored(struct source *s, struct file_place *out, const struct file_entry *e, struct arena *a,
			 struct diags *d)
{
	if (e->kind != FILE_REGULAR)
		return diag_error(d, SRCPOS_FILE(e->path), "not a regular file");
	if (s->worktree)
		return worktree_locate(out, s->repo.git, e, a, d);
	return commit_size(&out->size, s->repo.git, e, d);
}

static int locate_entry(void *ctx, struct file_place *out, const struct file_entry *e, struct arena *a, struct diags *d)
{
	struct source *s = ctx;
	struct blob b = { .data = { NULL, 0 } };
	struct lfs_pointer pointer;

	if (locate_stored(s, out, e, a, d))
		return -1;
	if (out->size > LFS_POINTER_MAX)
		return 0;
	if (read_stored(s, &b, e, LFS_POINTER_MAX, d))
		return -1;
	if (lfs_parse(&pointer, b.data) == LFS_POINTER)
		*out = (struct file_place){ lfs_file(&s->lfs, &pointer, a), pointer.size };
	blob_release(&b);
	return 0;
}

static int note_commit(struct source *s, const git_commit *commit, struct diags *d)
{
	git_oid_tostr(s->commit, sizeof(s->commit), git_commit_id(commit));
	s->time = git_commit_time(commit);
	if (s->time < 0 || s->time > TIME_MAX)
		return diag_environment(
			d, NULL, "commit %.12s: its committer's date lies outside the years 1970 to 9999", s->commit);
	return 0;
}

static int open_commit(struct source *s, struct diags *d)
{
	CLEANUP(commit_free_at) git_commit *commit = NULL;
	CLEANUP(tree_free_at) git_tree *folder = NULL;
	int found;

	if (commit_find(&commit, s->repo.git, s->rev, d) || note_commit(s, commit, d))
		return -1;
	found = commit_folder(&folder, commit, s->repo.sub, d);
	if (found > 0)
		return diag_environment(d, NULL, "revision \"%s\" has no folder \"%s\"", s->rev, s->repo.sub);
	return found ? -1 : commit_list(&s->entries, folder, s->repo.sub, d);
}

static int open_worktree(struct source *s, struct diags *d)
{
	CLEANUP(commit_free_at) git_commit *commit = NULL;

	if (!git_repository_workdir(s->repo.git))
		return diag_environment(d, NULL,
					"%s is a bare repository: it has no work tree to read; give a revision instead",
					s->repo.name);
	if (git_repository_head_unborn(s->repo.git) == 1)
		s->time = instant_now();
	else if (commit_find(&commit, s->repo.git, s->rev, d) || note_commit(s, commit, d))
		return -1;
	return worktree_list(&s->entries, s->repo.git, s->repo.sub, d);
}

static int open_all(struct source *s, const char *repo, struct diags *d)
{
	if (start_git(s, d) || repo_open(&s->repo, repo, s->any_owner, &s->mem, d) ||
	    lfs_folder(&s->lfs.folder, s->repo.git, &s->mem, d))
		return -1;
	s->lfs.rev = s->rev;
	s->lfs.digests = s->digests;
	s->entries.mem = &s->mem;
	s->entries.prefix = *s->repo.sub ? slice_of(s->repo.sub).n + 1 : 0;
	if (s->worktree ? open_worktree(s, d) : open_commit(s, d))
		return -1;
	if (entries_finish(&s->entries, d))
		return -1;
	s->tree = (struct filetree){ s->entries.v, s->entries.n, s, read_entry, locate_entry };
	return 0;
}

int source_open(struct source **out, const char *repo, const struct source_options *o, struct diags *d)
{
	CLEANUP(source_close_at) struct source *s = calloc(1, sizeof(*s));

	if (!s)
		return diag_environment(d, NULL, "out of memory");
	s->mem = (struct arena)ARENA_INIT;
	s->worktree = o && o->worktree;
	s->any_owner = o && o->any_owner;
	s->rev = o && o->rev && !s->worktree ? arena_str(&s->mem, slice_of(o->rev)) : "HEAD";
	if (open_all(s, repo, d))
		return -1;
	*out = TAKE(s);
	return 0;
}

/* The commit that source_open_parent() opens: 0, or 1 when it is not at hand. */
static int parent_commit(git_commit **out, const struct source *s)
{
	CLEANUP(commit_free_at) git_commit *commit = NULL;
	git_oid id;

	if (!*s->commit || git_oid_fromstr(&id, s->commit) || git_commit_lookup(&commit, s->repo.git, &id))
		return 1;
	if (s->worktree) {
		*out = TAKE(commit);
	} else if (git_commit_parent(out, commit, 0)) {
		*out = NULL;
		return 1;
	}
	return 0;
}

int source_open_parent(struct source **out, const struct source *s, struct diags *d)
{
	CLEANUP(commit_free_at) git_commit *parent = NULL;
	CLEANUP(tree_free_at) git_tree *folder = NULL;
	char rev[GIT_OID_HEXSZ + 1];
	int absent;

	if (parent_commit(&parent, s))
		return 1;
	absent = commit_folder(&folder, parent, s->repo.sub, d);
	if (absent)
		return absent;
	git_oid_tostr(rev, sizeof(rev), git_commit_id(parent));
	return source_open(out, s->repo.name, &(struct source_options){ .rev = rev, .any_owner = s->any_owner }, d);
}

void source_close(struct source *s)
{
	if (!s)
		return;
	git_repository_free(s->repo.git);
	digests_free(s->digests);
	if (s->started)
		git_libgit2_shutdown();
	arena_release(&s->mem);
	free(s);
}

void source_close_at(struct source **s)
{
	source_close(*s);
}

const struct filetree *source_tree(const struct source *s)
{
	return &s->tree;
}

const char *source_commit(const struct source *s)
{
	return s->commit;
}

int64_t source_time(const struct source *s)
{
	return s->time;
}
