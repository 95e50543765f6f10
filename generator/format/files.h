/* format/files.h: files.json, what lies in a tree under names that do not tell its content.
 *
 * Purpose    SHA-256 and length of every file of a tree but metadata/, targets/ and build.json: what lies under h5/, pages/ and
 *            the folder of global packages. It is an object of the tree, and so signed: `verify` checks those files, and the next
 *            build knows what was published under which name.
 * Bytes      schemas/FORMAT.md section 7.
 * Paths      relative to <appCode>/; as base/relpath.h says; in a folder, which is none of the above, also in other letters.
 * Ownership  decoded structs live in the caller's arena. */
#ifndef FORMAT_FILES_H
#define FORMAT_FILES_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/strbuf.h"

#define FILES_NAME "files.json"
#define FILES_MAX  (UINT64_C(256) << 20)

struct listed_file {
	struct slice path;
	uint8_t hash[SHA256_SIZE];
	uint64_t length;
};

struct files {
	struct listed_file *v; /* sorted by path, distinct */
	size_t n;
};

/* NULL: a file may be listed by this path. Else what is wrong. */
const char *files_path_fault(struct slice path);

int files_encode(struct strbuf *out, const struct files *f) MUST_CHECK; /* -1: memory */
int files_decode(struct files *out, struct arena *a, struct slice bytes, const char **why) MUST_CHECK;

const struct listed_file *files_find(const struct files *f, struct slice path); /* NULL: absent */
/* Those whose path begins with `prefix`; borrowed from `f`. */
struct files files_below(const struct files *f, struct slice prefix);
void files_sort(struct files *f);

#endif
