#include "source/lfs.h"

#include <errno.h>
#include <inttypes.h>
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

static void release_map(void *handle, struct slice data)
{
	struct file_map map = { data, handle };
	file_unmap(&map);
}

/* Maps the object file and checks it. */
static int map_object(struct blob *out, const struct lfs_store *store, const struct lfs_pointer *p, const char *oid,
		      const char *file, const char *path, struct diags *d)
{
	struct file_map map;
	struct blob b;
	uint8_t found[SHA256_SIZE];

	if (file_map(&map, file, d))
		return -1;
	b = (struct blob){ map.data, map.base, release_map };
	if (digest_sha256(store->digests, found, b.data)) {
		blob_release(&b);
		return diag_environment(d, NULL, "cannot hash");
	}
	if (b.data.n != p->size || memcmp(found, p->oid, sizeof(found)) != 0) {
		blob_release(&b);
		return diag_error(d, SRCPOS_FILE(path),
				  "the Git LFS object %.12s at hand has other bytes than its name and size say; remove "
				  "%s and run: "
				  "git lfs fetch origin %s",
				  oid, file, store->rev);
	}
	*out = b;
	return 0;
}

int lfs_read(struct blob *out, const struct lfs_store *store, const struct lfs_pointer *p, const char *path,
	     uint64_t limit, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf file = STRBUF_INIT;
	char oid[SHA256_HEX];
	struct stat st;

	if (entry_fits(path, p->size, limit, d))
		return -1;
	digest_hex(oid, p->oid, sizeof(p->oid));
	strbuf_addf(&file, "%s/objects/%.2s/%.2s/%s", store->folder, oid, oid + 2, oid);
	if (file.failed)
		return diag_environment(d, NULL, "out of memory");
	if (stat(file.p, &st) && (errno == ENOENT || errno == ENOTDIR))
		return diag_error(d, SRCPOS_FILE(path),
				  "the Git LFS object %.12s (%" PRIu64
				  " bytes) is not at hand; run: git lfs fetch origin %s",
				  oid, p->size, store->rev);
	return map_object(out, store, p, oid, file.p, path, d);
}
