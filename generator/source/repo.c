#include "source/repo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/strbuf.h"

enum opened { OPENED, NO_REPOSITORY, OPEN_FAILED };

static void buffer_free_at(char **p)
{
	free(*p);
}

const char *git_reason(void)
{
	const git_error *e = git_error_last();
	return e && e->message ? e->message : "no reason given";
}

static int try_open(git_repository **out, const char *folder, bool check_owner)
{
	int rc;

	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, check_owner ? 1 : 0);
	rc = git_repository_open_ext(out, folder, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
	if (rc)
		*out = NULL;
	return rc;
}

/* A `.git` file that leads nowhere must not make us climb to the repository around it. */
static bool has_git_file(const char *folder)
{
	CLEANUP(strbuf_release) struct strbuf path = STRBUF_INIT;
	struct stat st;

	strbuf_addf(&path, "%s/.git", folder);
	return !path.failed && !lstat(path.p, &st) && S_ISREG(st.st_mode);
}

static enum opened open_failed(const char *name, const char *folder, int rc, struct diags *d)
{
	const char *reason = git_reason();

	if (rc == GIT_ENOTFOUND && !has_git_file(folder))
		return NO_REPOSITORY;
	if (rc == GIT_ENOTFOUND)
		diag_environment(d, NULL, "cannot open %s: %s/.git names a repository that is not there", name, folder);
	else if (strcasestr(reason, "objectformat") || strcasestr(reason, "object format"))
		diag_environment(
			d, NULL,
			"%s uses SHA-256 object names, which libgit2 here cannot read; convert it to SHA-1 names (git "
			"fast-export into a new repository), or keep the definitions in a SHA-1 repository",
			name);
	else
		diag_environment(d, NULL, "cannot open %s: %s", name, reason);
	return OPEN_FAILED;
}

/* Opens the repository in `folder` itself. A refusal for the owner's sake comes with various codes and messages, "not
 * found" among them: so a refused repository that opens without the check is taken for one of somebody else's. */
static enum opened open_folder(git_repository **out, const char *name, const char *folder, bool any_owner,
			       struct diags *d)
{
	int rc;

	if (!try_open(out, folder, !any_owner))
		return OPENED;
	rc = try_open(out, folder, false);
	if (rc)
		return open_failed(name, folder, rc, d);
	git_repository_free(*out);
	*out = NULL;
	diag_environment(
		d, NULL,
		"cannot open %s: the repository belongs to another user; pass --any-owner to read it all the same, or "
		"name its folder as safe.directory in the git configuration",
		name);
	return OPEN_FAILED;
}

/* `real` below the repository's work tree, or NULL. */
static const char *below_worktree(git_repository *git, const char *real)
{
	const char *workdir = git_repository_workdir(git);
	const size_t n = workdir ? strlen(workdir) : 0; /* ends with a slash */

	return n && !strncmp(real, workdir, n) ? real + n : NULL;
}

static int climb(struct repo *out, const char *real, bool any_owner, struct arena *mem, struct diags *d)
{
	size_t n = strlen(real);

	out->sub = "";
	for (;;) {
		const char *folder = arena_str(mem, slice_bytes(real, n));
		const enum opened o = open_folder(&out->git, out->name, folder, any_owner, d);
		const char *sub = o == OPENED && real[n] ? below_worktree(out->git, real) : NULL;

		if (o == OPEN_FAILED)
			return -1;
		if (o == OPENED && !real[n])
			return 0;
		if (sub) {
			out->sub = arena_str(mem, slice_of(sub));
			return 0;
		}
		git_repository_free(out->git);
		out->git = NULL;
		if (n <= 1)
			return diag_environment(d, NULL, "cannot open %s: not a git repository (nor a folder in one)",
						out->name);
		while (n > 1 && real[n - 1] != '/')
			n--;
		if (n > 1)
			n--;
	}
}

int repo_open(struct repo *out, const char *name, bool any_owner, struct arena *mem, struct diags *d)
{
	CLEANUP(buffer_free_at) char *real = realpath(name, NULL);
	struct stat st;

	out->git = NULL;
	out->name = arena_str(mem, slice_of(name));
	if (!real || stat(real, &st))
		return diag_environment(d, NULL, "cannot open %s: %s", name,
					errno == ENOENT ? "there is no such folder" : strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return diag_environment(d, NULL, "cannot open %s: not a folder", name);
	return climb(out, real, any_owner, mem, d);
}

void commit_free_at(git_commit **p)
{
	git_commit_free(*p);
}

void config_free_at(git_config **p)
{
	git_config_free(*p);
}

void index_free_at(git_index **p)
{
	git_index_free(*p);
}

void object_free_at(git_object **p)
{
	git_object_free(*p);
}

void tree_free_at(git_tree **p)
{
	git_tree_free(*p);
}

void tree_entry_free_at(git_tree_entry **p)
{
	git_tree_entry_free(*p);
}
