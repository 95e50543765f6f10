#include "sign/pending.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/fileio.h"
#include "format/paths.h"

#define ROOT_NAME "root.json"

void pending_open(struct pending *p, const char *dir, struct slice app)
{
	*p = (struct pending)PENDING_INIT;
	p->dir = arena_printf(&p->mem, "%s/" SLICE_FMT, dir, SLICE_ARG(app)).p;
}

void pending_release(struct pending *p)
{
	arena_release(&p->mem);
	*p = (struct pending)PENDING_INIT;
}

const char *pending_path(struct pending *p, struct slice role, uint64_t version)
{
	return arena_printf(&p->mem, "%s/%" PRIu64 "." SLICE_FMT ".json", p->dir, version, SLICE_ARG(role)).p;
}

int pending_find(struct tuf_file *out, struct pending *p, struct slice role, uint64_t version, struct digests *dg,
		 struct diags *d)
{
	const char *path = pending_path(p, role, version), *why;
	struct strbuf bytes = STRBUF_INIT;
	int result = file_read_optional(&bytes, path, TUF_TARGETS_MAX, d);

	if (!result && tuf_decode_draft(out, &p->mem, dg, TUF_TARGETS, strbuf_slice(&bytes), &why))
		result = diag_error(d, SRCPOS_FILE(path), "%s; remove it, and the build makes it anew", why);
	strbuf_release(&bytes);
	return result;
}

/* Writes the file unless it is there with these bytes. */
static int leave(const char *path, const struct tuf_file *f, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf made = STRBUF_INIT;
	CLEANUP(strbuf_release) struct strbuf old = STRBUF_INIT;
	int absent;

	if (tuf_encode(&made, f))
		return diag_environment(d, path, "out of memory");
	absent = file_read_optional(&old, path, TUF_TARGETS_MAX, d);
	if (absent < 0 || (!absent && slice_eq(strbuf_slice(&old), strbuf_slice(&made))))
		return absent < 0 ? -1 : 0;
	return file_replace(path, strbuf_slice(&made), 0644, d);
}

int pending_leave(struct pending *p, struct slice role, const struct tuf_file *f, const struct tuf_file *root,
		  struct diags *d)
{
	if (file_mkdirs(p->dir, 0755, d) || leave(arena_printf(&p->mem, "%s/" ROOT_NAME, p->dir).p, root, d))
		return -1;
	return leave(pending_path(p, role, f->version), f, d);
}

static bool is_ours(struct slice name)
{
	struct slice role;
	uint64_t version;

	return slice_eqs(name, ROOT_NAME) || (metadata_name(&version, &role, name) && version &&
					      (slice_eqs(role, "targets") || slice_starts(role, "objects")));
}

static int remove_files(struct pending *p, DIR *dir, struct diags *d)
{
	int result = 0;

	for (struct dirent *e; (e = readdir(dir));) {
		if (is_ours(slice_of(e->d_name)) && unlinkat(dirfd(dir), e->d_name, 0) && errno != ENOENT)
			result = diag_environment(d, arena_printf(&p->mem, "%s/%s", p->dir, e->d_name).p,
						  "cannot remove: %s", strerror(errno));
	}
	return result;
}

int pending_close(struct pending *p, struct diags *d)
{
	DIR *dir = opendir(p->dir);
	int result;

	if (!dir)
		return errno == ENOENT ? 0 : diag_environment(d, p->dir, "cannot open the folder: %s", strerror(errno));
	result = remove_files(p, dir, d);
	closedir(dir);
	if (!result)
		(void)rmdir(p->dir); /* somebody's own files may lie there */
	return result;
}
