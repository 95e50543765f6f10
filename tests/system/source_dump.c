/* Prints what source/ reads, for tests/system/source.sh:
 *   source_dump [--rev REV] [--worktree] [--any-owner] [--limit BYTES] [--list] [--parent] REPO
 *   commit <hex or -> <seconds>
 *   parent <hex or ->
 *   <kind> <bytes> <12 digits of SHA-256> <blob id or -> <path> <rel>     one line an entry; --list: kind, path, rel
 * --parent prints the parent's tree instead. Exit code: diags_exit(). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "source/source.h"

struct arguments {
	struct source_options options;
	const char *repo;
	uint64_t limit;
	bool list, parent;
};

static int arguments_parse(struct arguments *a, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--worktree"))
			a->options.worktree = true;
		else if (!strcmp(argv[i], "--any-owner"))
			a->options.any_owner = true;
		else if (!strcmp(argv[i], "--list"))
			a->list = true;
		else if (!strcmp(argv[i], "--parent"))
			a->parent = true;
		else if (!strcmp(argv[i], "--rev") && i + 1 < argc)
			a->options.rev = argv[++i];
		else if (!strcmp(argv[i], "--limit") && i + 1 < argc)
			a->limit = strtoull(argv[++i], NULL, 10);
		else
			a->repo = argv[i];
	}
	return a->repo ? 0 : -1;
}

static void print_entry(const struct source *s, const struct file_entry *e, const struct arguments *a,
			struct digests *hash, struct diags *d)
{
	static const char *const kinds[] = { "file", "symlink", "submodule" };
	CLEANUP(blob_release) struct blob b = { .data = { NULL, 0 } };
	uint8_t sum[SHA256_SIZE];
	char hex[SHA256_HEX];

	if (a->list || e->kind != FILE_REGULAR) {
		printf("%s %s " SLICE_FMT "\n", kinds[e->kind], e->path, SLICE_ARG(e->rel));
		return;
	}
	if (filetree_read(&b, source_tree(s), e, a->limit, d) || digest_sha256(hash, sum, b.data))
		return;
	digest_hex(hex, sum, sizeof(sum));
	printf("%s %zu %.12s %s %s " SLICE_FMT "\n", kinds[e->kind], b.data.n, hex, *e->id ? e->id : "-", e->path,
	       SLICE_ARG(e->rel));
}

static void print_tree(const struct source *s, const struct arguments *a, struct digests *hash, struct diags *d)
{
	CLEANUP(source_close_at) struct source *parent = NULL;
	const struct filetree *t = source_tree(s);

	printf("commit %s %" PRId64 "\n", *source_commit(s) ? source_commit(s) : "-", source_time(s));
	if (source_open_parent(&parent, s, d))
		parent = NULL;
	printf("parent %s\n", parent ? source_commit(parent) : "-");
	for (size_t i = 0; i < t->n; i++)
		print_entry(s, &t->v[i], a, hash, d);
}

int main(int argc, char **argv)
{
	CLEANUP(digests_free_at) struct digests *hash = NULL;
	CLEANUP(source_close_at) struct source *s = NULL, *parent = NULL;
	CLEANUP(diags_release) struct diags d = DIAGS_INIT;
	struct arguments a = { .limit = 1 << 20 };

	if (arguments_parse(&a, argc, argv) || digests_new(&hash))
		return 2;
	if (!source_open(&s, a.repo, &a.options, &d)) {
		if (!a.parent)
			print_tree(s, &a, hash, &d);
		else if (!source_open_parent(&parent, s, &d))
			print_tree(parent, &a, hash, &d);
	}
	diags_print(&d, DIAG_TEXT, stderr);
	return diags_exit(&d);
}
