#include "resolve/h5package.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/refuse.h"
#include "base/text.h"
#include "resolve/download.h"

#define BUFFER ((size_t)32 << 10)

struct slice h5_path_of(const char *url)
{
	struct slice path = slice_of(url);

	return slice_starts(path, "/") ? slice_from(path, 1) : path;
}

/* --- its content --------------------------------------------------------------------------------------------------------- */

static const struct ustar_file *find_file(const struct amr *amr, struct slice path)
{
	size_t i = amr->nfiles ? slice_rank(&amr->files[0].path, amr->nfiles, sizeof(*amr->files), path, false) : 0;

	return i < amr->nfiles && slice_eq(amr->files[i].path, path) && !amr->files[i].folder ? &amr->files[i] : NULL;
}

static bool has_files(const struct amr *amr)
{
	for (size_t i = 0; i < amr->nfiles; i++) {
		if (!amr->files[i].folder)
			return true;
	}
	return false;
}

static int check_names(const struct amr *amr, const struct h5_terms *terms, struct arena *a, const char **why)
{
	if (!slice_eqs(amr->id, terms->id))
		return refusef(why, a, "it is a package of \"" SLICE_FMT "\"", SLICE_ARG(amr->id));
	if (!slice_eqs(amr->version, terms->version))
		return refusef(why, a, "it is version \"" SLICE_FMT "\"", SLICE_ARG(amr->version));
	return 0;
}

int h5_package_check(struct zip_entry *tar, struct arena *a, struct slice bytes, const struct h5_terms *terms,
		     const char **why)
{
	struct amr amr;

	if (amr_read(&amr, a, bytes, why) || check_names(&amr, terms, a, why))
		return -1;
	if (!amr.in_order)
		return refuse(why, "its files are not in the order Manifest.xml, CERT.json, tar");
	if (terms->key && amr_verify(&amr, slice_of(terms->key), a, why))
		return -1;
	if (!has_files(&amr))
		return refuse(why, "it holds no file");
	if (terms->main_url && !find_file(&amr, h5_path_of(terms->main_url)))
		return refusef(why, a, "it does not hold %s, the page to open", terms->main_url);
	*tar = amr.tar;
	tar->name = SLICE("tar");
	return 0;
}

/* --- in storage ---------------------------------------------------------------------------------------------------------- */

enum mdr_code h5_package_fits(const struct mdr_client *c, uint64_t size, struct mdr_error *err)
{
	uint64_t limit = c->terms.limits.apply ? c->terms.limits.apply : MDR_DELTA_MEMORY;

	if (size <= limit && size <= SIZE_MAX)
		return MDR_OK;
	return fail(err, MDR_MEMORY, "the package is %" PRIu64 " bytes; limits.apply allows %" PRIu64, size, limit);
}

static enum mdr_code read_whole(void *bytes, const struct mdr_client *c, const char *name, uint64_t size,
				struct mdr_error *err)
{
	if (c->storage.read(c->storage.ctx, name, 0, bytes, (size_t)size))
		return MDR_OK;
	return fail(err, MDR_STORAGE, "\"%s\" cannot be read", name);
}

static enum mdr_code check_bytes(struct zip_entry *tar, const struct mdr_client *c, struct slice bytes,
				 const struct h5_terms *terms, struct mdr_error *err)
{
	CLEANUP(arena_release) struct arena mem = { .limit = (size_t)c->terms.limits.memory };
	const char *why = NULL;

	if (!h5_package_check(tar, &mem, bytes, terms, &why))
		return MDR_OK;
	if (strcmp(why, REFUSE_NO_MEMORY) == 0 || strcmp(why, AMR_CANNOT_HASH) == 0)
		return fail_memory(err);
	return fail(err, MDR_REFUSED, "%s", why);
}

enum mdr_code h5_package_verify(struct zip_entry *tar, const struct mdr_client *c, const char *name, uint64_t size,
				const struct h5_terms *terms, struct mdr_error *err)
{
	enum mdr_code code = h5_package_fits(c, size, err);
	void *bytes;

	if (code)
		return code;
	bytes = malloc(size ? (size_t)size : 1);
	if (!bytes)
		return fail_memory(err);
	code = read_whole(bytes, c, name, size, err);
	if (!code)
		code = check_bytes(tar, c, slice_bytes(bytes, (size_t)size), terms, err);
	free(bytes);
	return code;
}

static enum mdr_code hash_file(uint8_t out[SHA256_SIZE], struct digest_stream *s, const struct mdr_client *c,
			       const char *name, uint64_t size, struct mdr_error *err)
{
	char buffer[BUFFER];

	if (digest_stream_begin(s))
		return fail_memory(err);
	for (uint64_t at = 0, n; at < size; at += n) {
		n = size - at < BUFFER ? size - at : BUFFER;
		if (!c->storage.read(c->storage.ctx, name, at, buffer, (size_t)n))
			return fail(err, MDR_STORAGE, "\"%s\" cannot be read", name);
		if (digest_stream_add(s, slice_bytes(buffer, (size_t)n)))
			return fail_memory(err);
	}
	return digest_stream_end(s, out) ? fail_memory(err) : MDR_OK;
}

enum mdr_code h5_package_whole(bool *whole, const struct mdr_client *c, const char *name, uint64_t size,
			       struct mdr_error *err)
{
	struct digest_stream *s = NULL;
	uint8_t hash[SHA256_SIZE];
	char wanted[MDR_NAME];
	enum mdr_code code = digest_stream_new(&s, c->terms.fetch.digests) ? fail_memory(err) : MDR_OK;

	if (!code)
		code = hash_file(hash, s, c, name, size, err);
	digest_stream_free(s);
	if (code)
		return code;
	download_name(wanted, hash);
	*whole = strcmp(wanted, name) == 0;
	return MDR_OK;
}
