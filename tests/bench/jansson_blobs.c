/* The reference of the check bench: reads every blob below apps/ of HEAD through libgit2, one by one, and parses those that
 * are JSON with jansson.
 *   jansson_blobs REPO */
#include <git2.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct walk {
	git_repository *repo;
	size_t files, bytes;
};

static bool is_json(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && strcmp(name + n - 5, ".json") == 0;
}

static int visit(const char *root, const git_tree_entry *entry, void *payload)
{
	struct walk *w = payload;
	git_blob *blob = NULL;
	json_t *value = NULL;
	json_error_t error;
	int bad;

	if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB || strncmp(root, "apps/", 5) != 0)
		return 0;
	bad = git_blob_lookup(&blob, w->repo, git_tree_entry_id(entry));
	if (!bad && is_json(git_tree_entry_name(entry))) {
		value = json_loadb(git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob), 0, &error);
		bad = value ? 0 : -1;
	}
	if (!bad) {
		w->files++;
		w->bytes += (size_t)git_blob_rawsize(blob);
	}
	json_decref(value);
	git_blob_free(blob);
	return bad;
}

int main(int argc, char **argv)
{
	struct walk w = { NULL, 0, 0 };
	git_object *tree = NULL;
	int bad;

	if (argc != 2)
		return 2;
	git_libgit2_init();
	bad = git_repository_open(&w.repo, argv[1]) || git_revparse_single(&tree, w.repo, "HEAD^{tree}") ||
	      git_tree_walk((git_tree *)tree, GIT_TREEWALK_PRE, visit, &w);
	printf("%zu files of %zu bytes\n", w.files, w.bytes);
	git_object_free(tree);
	git_repository_free(w.repo);
	git_libgit2_shutdown();
	return bad ? 1 : 0;
}
