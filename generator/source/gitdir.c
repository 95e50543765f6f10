#include "source/gitdir.h"

#include "source/repo.h"

struct opened {
	struct arena mem;
	struct repo repo;
};

static void opened_close(struct opened *o)
{
	git_repository_free(o->repo.git);
	arena_release(&o->mem);
	git_libgit2_shutdown();
}

static int opened_open(struct opened *o, const char *name, struct diags *d)
{
	git_libgit2_init();
	if (repo_open(&o->repo, name, false, &o->mem, d))
		return -1;
	if (o->repo.sub[0])
		return diag_environment(d, NULL, "%s is a folder in a repository; name the repository itself", name);
	return 0;
}

int gitdir_find(struct strbuf *out, const char *repo, struct diags *d)
{
	CLEANUP(opened_close) struct opened o = { .mem = ARENA_INIT };
	struct slice dir;

	if (opened_open(&o, repo, d))
		return -1;
	dir = slice_of(git_repository_commondir(o.repo.git));
	while (dir.n > 1 && dir.p[dir.n - 1] == '/')
		dir.n--;
	strbuf_addslice(out, dir);
	return out->failed ? diag_environment(d, NULL, "out of memory") : 0;
}

int gitdir_setting(struct strbuf *out, const char *repo, const char *name, struct diags *d)
{
	CLEANUP(opened_close) struct opened o = { .mem = ARENA_INIT };
	CLEANUP(config_free_at) git_config *config = NULL;
	git_buf text = { NULL, 0, 0 };
	int rc;

	if (opened_open(&o, repo, d))
		return -1;
	if (git_repository_config_snapshot(&config, o.repo.git))
		return diag_environment(d, NULL, "cannot read the configuration of %s: %s", repo, git_reason());
	rc = git_config_get_string_buf(&text, config, name);
	if (!rc)
		strbuf_addslice(out, slice_bytes(text.ptr, text.size));
	git_buf_dispose(&text);
	if (rc == GIT_ENOTFOUND)
		return 1;
	if (rc || out->failed)
		return diag_environment(d, NULL, "cannot read %s of %s: %s", name, repo,
					rc ? git_reason() : "out of memory");
	return 0;
}
