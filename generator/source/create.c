#include <git2.h>

#include "source/repo.h"
#include "source/source.h"

int source_create(const char *dir, struct diags *d)
{
	git_repository_init_options o = { .version = GIT_REPOSITORY_INIT_OPTIONS_VERSION };
	git_repository *git = NULL;
	int rc;

	git_libgit2_init();
	rc = git_repository_open_ext(&git, dir, 0, NULL); /* searching upwards is what is wanted here */
	if (rc == GIT_ENOTFOUND) {
		o.flags = GIT_REPOSITORY_INIT_NO_REINIT;
		o.initial_head = "main";
		rc = git_repository_init_ext(&git, dir, &o);
		if (rc)
			diag_environment(d, dir, "cannot make a git repository: %s", git_reason());
	} else {
		rc = 0; /* there is one, if only one that cannot be opened: that is for later commands to say */
	}
	git_repository_free(git);
	git_libgit2_shutdown();
	return rc ? -1 : 0;
}
