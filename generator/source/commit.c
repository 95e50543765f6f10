#include "source/commit.h"

#include <string.h>

#include "base/strbuf.h"
#include "source/repo.h"

struct walk {
	git_repository *git;
	struct entries *out;
	struct strbuf path; /* of the folder being listed, with a slash behind it */
	struct diags *d;
};

static int object_error(struct diags *d, const char *path, int rc)
{
	const char *reason = git_reason();

	if (rc == GIT_ENOTFOUND)
		return diag_error(
			d, SRCPOS_FILE(path),
			"this object is not in the repository (a partial clone?); fetch it, e.g. git clone without "
			"--filter, or git fetch --refetch --no-filter");
	return diag_environment(d, path, "cannot read: %s", reason);
}

static int revision_error(git_repository *git, const char *rev, int rc, struct diags *d)
{
	const char *reason = git_reason();
	const bool head = !strcmp(rev, "HEAD") || !strcmp(rev, "@");

	if (rc == GIT_EAMBIGUOUS)
		return diag_environment(d, NULL, "revision \"%s\" is ambiguous; give more of it", rev);
	if (rc != GIT_ENOTFOUND && rc != GIT_EINVALIDSPEC)
		return diag_environment(d, NULL, "cannot read revision \"%s\": %s", rev, reason);
	if (head && git_repository_head_unborn(git) == 1)
		return diag_environment(d, NULL, "the repository has no commit yet");
	if (git_repository_is_shallow(git) == 1)
		return diag_environment(
			d, NULL,
			"unknown revision \"%s\"; the repository is a shallow clone; fetch more history (git fetch "
			"--unshallow, or fetch-depth: 0 in CI)",
			rev);
	return diag_environment(d, NULL, "unknown revision \"%s\"", rev);
}

int commit_find(git_commit **out, git_repository *git, const char *rev, struct diags *d)
{
	CLEANUP(object_free_at) git_object *named = NULL, *commit = NULL;
	int rc = git_revparse_single(&named, git, rev);

	if (rc)
		return revision_error(git, rev, rc, d);
	rc = git_object_peel(&commit, named, GIT_OBJECT_COMMIT);
	if (rc == GIT_EPEEL || rc == GIT_EINVALIDSPEC)
		return diag_environment(d, NULL, "revision \"%s\" is not a commit", rev);
	if (rc)
		return revision_error(git, rev, rc, d);
	*out = (git_commit *)TAKE(commit);
	return 0;
}

int commit_folder(git_tree **out, const git_commit *commit, const char *sub, struct diags *d)
{
	CLEANUP(tree_free_at) git_tree *root = NULL;
	CLEANUP(tree_entry_free_at) git_tree_entry *entry = NULL;
	int rc = git_commit_tree(&root, commit);

	if (rc)
		return object_error(d, NULL, rc);
	if (!*sub) {
		*out = TAKE(root);
		return 0;
	}
	if (git_tree_entry_bypath(&entry, root, sub) || git_tree_entry_type(entry) != GIT_OBJECT_TREE)
		return 1;
	rc = git_tree_lookup(out, git_commit_owner(commit), git_tree_entry_id(entry));
	return rc ? object_error(d, sub, rc) : 0;
}

static int list_tree(struct walk *w, const git_oid *id, unsigned depth);

/* w->path names the entry itself. */
static int list_entry(struct walk *w, const git_tree_entry *e, unsigned depth)
{
	struct file_entry *added;
	enum file_kind kind = FILE_REGULAR;

	switch (git_tree_entry_filemode(e)) {
	case GIT_FILEMODE_TREE:
		strbuf_addch(&w->path, '/');
		return list_tree(w, git_tree_entry_id(e), depth + 1);
	case GIT_FILEMODE_LINK:
		kind = FILE_SYMLINK;
		break;
	case GIT_FILEMODE_COMMIT:
		kind = FILE_SUBMODULE;
		break;
	default:
		break;
	}
	if (w->path.failed)
		return diag_environment(w->d, NULL, "out of memory");
	added = entries_add(w->out, strbuf_slice(&w->path), kind, w->d);
	if (!added)
		return -1;
	git_oid_tostr(added->id, sizeof(added->id), git_tree_entry_id(e));
	return 0;
}

static int list_tree(struct walk *w, const git_oid *id, unsigned depth)
{
	CLEANUP(tree_free_at) git_tree *tree = NULL;
	const size_t n = w->path.n;
	int rc;

	if (entries_enter(w->out, strbuf_slice(&w->path), depth, w->d))
		return -1;
	rc = git_tree_lookup(&tree, w->git, id);
	if (rc)
		return object_error(w->d, w->path.p, rc);
	for (size_t i = 0; i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);

		strbuf_adds(&w->path, git_tree_entry_name(e));
		if (list_entry(w, e, depth))
			return -1;
		strbuf_truncate(&w->path, n);
	}
	return 0;
}

int commit_list(struct entries *out, git_tree *folder, const char *sub, struct diags *d)
{
	static const char *const tops[] = { "apps", "keys" };
	struct walk w = { git_tree_owner(folder), out, STRBUF_INIT, d };
	int result = 0;

	for (size_t i = 0; !result && i < COUNT(tops); i++) {
		const git_tree_entry *e = git_tree_entry_byname(folder, tops[i]);

		strbuf_reset(&w.path);
		strbuf_addf(&w.path, "%s%s%s", sub, *sub ? "/" : "", tops[i]);
		if (e)
			result = list_entry(&w, e, 0);
	}
	strbuf_release(&w.path);
	return result;
}

static void release_blob(void *handle, struct slice data)
{
	(void)data;
	git_blob_free(handle);
}

int commit_size(uint64_t *out, git_repository *git, const struct file_entry *e, struct diags *d)
{
	git_odb *odb = NULL;
	git_object_t type;
	git_oid id;
	size_t size;
	int rc = git_oid_fromstr(&id, e->id);

	if (!rc)
		rc = git_repository_odb(&odb, git);
	if (!rc)
		rc = git_odb_read_header(&size, &type, odb, &id);
	git_odb_free(odb);
	if (rc)
		return object_error(d, e->path, rc);
	*out = size;
	return 0;
}

int commit_read(struct blob *out, git_repository *git, const struct file_entry *e, uint64_t limit, struct diags *d)
{
	git_blob *blob = NULL;
	uint64_t size = 0;
	git_oid id;
	int rc;

	if (commit_size(&size, git, e, d) || entry_fits(e->path, size, limit, d))
		return -1;
	rc = git_oid_fromstr(&id, e->id);
	if (!rc)
		rc = git_blob_lookup(&blob, git, &id);
	if (rc)
		return object_error(d, e->path, rc);
	out->data = slice_bytes(git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
	out->handle = blob;
	out->release = release_blob;
	return 0;
}
