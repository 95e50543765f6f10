#include "source/lfs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fileio.h"
#include "base/text.h"
#include "source/entries.h"
#include "source/repo.h"

#define VERSION_LINE "version https://git-lfs.github.com/spec/v1"

/* Cuts a line that begins with `key` off `*rest`: what follows the key. NULL pointer: no such line, or no line feed. */
static struct slice cut_line(struct slice *rest, const char *key)
{
	const struct slice line = slice_cut(rest, '\n');

	if (!rest->p || !slice_starts(line, key))
		return (struct slice){ NULL, 0 };
	return slice_from(line, strlen(key));
}

enum lfs_form lfs_parse(struct lfs_pointer *out, struct slice text)
{
	struct slice rest = text, version, oid, size;
	struct lfs_pointer p;

	if (text.n > LFS_POINTER_MAX || !slice_starts(text, VERSION_LINE))
		return LFS_CONTENT;
	version = cut_line(&rest, VERSION_LINE);
	if (!version.p || version.n)
		return LFS_MALFORMED;
	oid = cut_line(&rest, "oid sha256:");
	if (!oid.p || !text_hex(p.oid, sizeof(p.oid), oid))
		return LFS_MALFORMED;
	size = cut_line(&rest, "size ");
	if (!size.p || !text_uint(&p.size, size) || (size.n > 1 && size.p[0] == '0') || rest.n)
		return LFS_MALFORMED;
	*out = p;
	return LFS_POINTER;
}

int lfs_folder(const char **out, git_repository *git, struct arena *mem, struct diags *d)
{
	CLEANUP(config_free_at) git_config *config = NULL;
	git_buf storage = GIT_BUF_INIT;
	const char *common = git_repository_commondir(git); /* ends with a slash */
	int rc = git_repository_config(&config, git);

	if (!rc)
		rc = git_config_get_path(&storage, config, "lfs.storage");
	if (rc && rc != GIT_ENOTFOUND)
		return diag_environment(d, NULL, "cannot read the git configuration: %s", git_reason());
	if (rc || !storage.size)
		*out = arena_printf(mem, "%slfs", common).p;
	else if (storage.ptr[0] == '/')
		*out = arena_str(mem, slice_bytes(storage.ptr, storage.size));
	else
		*out = arena_printf(mem, "%s%s", common, storage.ptr).p;
	git_buf_dispose(&storage);
	return 0;
}

/* What a blob's handle is. */
struct object {
	struct file_map map;
	uint8_t sha256[SHA256_SIZE];
};

static void release_object(void *handle, struct slice data)
{
	struct object *o = handle;

	(void)data;
	file_unmap(&o->map);
	free(o);
}

/* Maps the object's file and checks it; `b` is to be released in any case. */
static int map_object(struct blob *b, const struct lfs_store *store, const struct lfs_pointer *p, const char *oid,
		      const char *file, const char *path, struct diags *d)
{
	struct object *o = calloc(1, sizeof(*o));

	if (!o)
		return diag_environment(d, NULL, "out of memory");
	*b = (struct blob){ .handle = o, .release = release_object };
	if (file_map(&o->map, file, d))
		return -1;
	if (digest_sha256(store->digests, o->sha256, o->map.data))
		return diag_environment(d, NULL, "cannot hash");
	if (o->map.data.n != p->size || memcmp(o->sha256, p->oid, SHA256_SIZE) != 0)
		return diag_error(d, SRCPOS_FILE(path),
				  "the Git LFS object %.12s at hand has other bytes than its name and size say; remove "
				  "%s and run: git lfs fetch origin %s",
				  oid, file, store->rev);
	b->data = o->map.data;
	b->sha256 = o->sha256;
	return 0;
}

const char *lfs_file(const struct lfs_store *store, const struct lfs_pointer *p, struct arena *mem)
{
	char oid[SHA256_HEX];

	digest_hex(oid, p->oid, sizeof(p->oid));
	return arena_printf(mem, "%s/objects/%.2s/%.2s/%s", store->folder, oid, oid + 2, oid).p;
}

int lfs_read(struct blob *out, const struct lfs_store *store, const struct lfs_pointer *p, const char *path,
	     uint64_t limit, struct diags *d)
{
	CLEANUP(arena_release) struct arena mem = ARENA_INIT;
	struct blob b = { .data = { NULL, 0 } };
	const char *file = lfs_file(store, p, &mem);
	char oid[SHA256_HEX];
	struct stat st;

	if (entry_fits(path, p->size, limit, d))
		return -1;
	digest_hex(oid, p->oid, sizeof(p->oid));
	if (stat(file, &st) && (errno == ENOENT || errno == ENOTDIR))
		return diag_error(d, SRCPOS_FILE(path),
				  "the Git LFS object %.12s (%" PRIu64
				  " bytes) is not at hand; run: git lfs fetch origin %s",
				  oid, p->size, store->rev);
	if (map_object(&b, store, p, oid, file, path, d)) {
		blob_release(&b);
		return -1;
	}
	*out = b;
	return 0;
}
