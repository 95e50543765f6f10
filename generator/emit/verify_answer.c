#include "emit/verify_answer.h"

#include <string.h>

#include "format/index.h"
#include "format/json.h"
#include "format/paths.h"
#include "format/references.h"
#include "format/wire.h"

struct following {
	const struct verify_lists *lists;
	const char *from;
	struct diags *d;
};

/* What a list says of a file. */
struct listing {
	const uint8_t *hash;
	uint64_t length;
};

/* "targets/o/<h16>/<hash>.<name>" is listed as "o/<h16>/<name>". */
static bool find_object(struct listing *out, const struct metadata *m, struct slice path)
{
	struct tuf_targets objects = { .v = m->objects, .n = m->nobjects };
	struct slice rest = slice_from(path, strlen("targets/"));
	size_t folder = (size_t)(slice_rfind(rest, '/') + 1);
	struct strbuf target = STRBUF_INIT, file = STRBUF_INIT;
	const struct tuf_target *found;

	strbuf_addslice(&target, slice_sub(rest, 0, folder));
	rest = slice_from(rest, folder);
	(void)slice_cut(&rest, '.');
	strbuf_addslice(&target, rest);
	found = tuf_target_find(&objects, strbuf_slice(&target));
	if (found)
		path_target_file(&file, found->path, found->hash);
	if (found && !slice_eq(strbuf_slice(&file), path))
		found = NULL;
	if (found)
		*out = (struct listing){ found->hash, found->length };
	strbuf_release(&target);
	strbuf_release(&file);
	return found != NULL;
}

static bool find(struct listing *out, const struct verify_lists *lists, struct slice path)
{
	const struct listed_file *f = files_find(lists->files, path);

	if (f)
		*out = (struct listing){ f->hash, f->length };
	return f || find_object(out, lists->m, path);
}

static void check_beside(const struct following *f, json_t *holder, struct slice reference,
			 const struct listing *listing)
{
	const json_t *length = json_object_get(holder, "fileSize"), *hash = json_object_get(holder, "sha256");
	char hex[SHA256_HEX];

	if (!length)
		length = json_object_get(holder, "size");
	digest_hex(hex, listing->hash, SHA256_SIZE);
	if (length && (!json_is_integer(length) || (uint64_t)json_integer_value(length) != listing->length))
		diag_error(f->d, SRCPOS_FILE(f->from), "gives another length of " SLICE_FMT " than the tree lists",
			   SLICE_ARG(reference));
	if (hash && !slice_eqs(wire_slice(hash), hex))
		diag_error(f->d, SRCPOS_FILE(f->from), "gives another SHA-256 of " SLICE_FMT " than the tree lists",
			   SLICE_ARG(reference));
}

static int follow(void *ctx, json_t *holder, const char *key, struct slice reference)
{
	const struct following *f = ctx;
	struct listing listing;

	(void)key;
	if (reference_is_whole(reference))
		return 0;
	if (slice_ends(reference, "/") && files_below(f->lists->files, reference).n)
		return 0;
	if (find(&listing, f->lists, reference))
		check_beside(f, holder, reference, &listing);
	else
		diag_error(f->d, SRCPOS_FILE(f->from), "leads to " SLICE_FMT ", which the tree does not list",
			   SLICE_ARG(reference));
	return 0;
}

void verify_answer(const struct verify_lists *lists, struct slice answer, enum kind kind, const char *from,
		   struct diags *d)
{
	struct following f = { lists, from, d };
	json_auto_t *json = NULL;
	const char *why;

	if (json_parse_wire(&json, answer, OBJECT_SIZE_MAX, &why))
		diag_error(d, SRCPOS_FILE(from), "%s", why);
	else if (!json_is_object(json))
		diag_error(d, SRCPOS_FILE(from), "an answer is a JSON object");
	else if (references_each(json, kind, follow, &f))
		diag_error(d, SRCPOS_FILE(from), "cannot be followed"); /* never: follow() always goes on */
}
