#include "resolve/download.h"

#include <string.h>

#include "base/text.h"

void download_name(char out[MDR_NAME], const uint8_t sha256[SHA256_SIZE])
{
	part_name(out, MDR_PACKAGE, sha256);
}

bool download_is_name(const char *name)
{
	struct slice text = slice_of(name);
	uint8_t hash[SHA256_SIZE];

	return slice_starts(text, MDR_PACKAGE) &&
	       text_hex(hash, sizeof(hash), slice_from(text, sizeof(MDR_PACKAGE) - 1));
}

enum mdr_code download_there(bool *there, const struct mdr_client *c, const char *name, uint64_t size,
			     struct mdr_error *err)
{
	const struct mdr_storage *s = &c->storage;
	uint64_t found = 0;
	enum mdr_fetched result = s->size ? s->size(s->ctx, name, &found) : MDR_ABSENT;

	if (result == MDR_FAILED)
		return fail(err, MDR_STORAGE, "\"%s\" cannot be read", name);
	*there = result == MDR_FETCHED && found == size;
	return MDR_OK;
}

/* --- what is wanted ------------------------------------------------------------------------------------------------------ */

/* No control byte and no space: it goes into a request as it is. */
static bool is_url(struct slice url)
{
	for (size_t i = 0; i < url.n; i++) {
		if ((unsigned char)url.p[i] <= 0x20 || url.p[i] == 0x7f)
			return false;
	}
	return url.n > 0;
}

bool wanted_file(struct slice *url, uint64_t *size, uint8_t sha256[SHA256_SIZE], const json_t *file,
		 const char *url_key, const char *size_key)
{
	const json_t *text = json_object_get(file, url_key), *number = json_object_get(file, size_key);
	const json_t *hash = json_object_get(file, "sha256");

	*url = slice_bytes(json_string_value(text), json_string_length(text));
	if (!is_url(*url) || !json_is_integer(number) || json_integer_value(number) <= 0)
		return false;
	*size = (uint64_t)json_integer_value(number);
	return text_hex(sha256, SHA256_SIZE, slice_bytes(json_string_value(hash), json_string_length(hash)));
}

bool wanted_read(struct wanted *out, const struct mdr_client *c, enum platform platform, enum kind kind,
		 const json_t *answer, const char *url_key, const char *size_key)
{
	const struct program *p = c->programs[platform][kind];

	*out = (struct wanted){ .archive = kind == KIND_H5 };
	if (!wanted_file(&out->url, &out->size, out->sha256, answer, url_key, size_key))
		return false;
	out->deltas = json_object_get(answer, "deltas");
	for (size_t i = 0; p && i < p->index.nbases && i < PART_BASES; i++)
		out->bases[out->nbases++] = p->index.bases[i];
	return true;
}

/* --- loading it ---------------------------------------------------------------------------------------------------------- */

static enum mdr_code load_whole(struct mdr_got *got, const struct mdr_client *c, const struct wanted *w,
				const struct mdr_download *how, struct mdr_error *err)
{
	const struct mdr_storage *s = &c->storage;
	struct part p = {
		.c = c, .how = how, .what = w->attempt, .at = { w->url, w->bases, w->nbases }, .size = w->size
	};
	enum mdr_code code;

	memcpy(p.sha256, w->sha256, SHA256_SIZE);
	code = part_begin(&p, err);
	if (!code)
		code = packages_note(c, w->sha256, err);
	if (!code)
		code = part_load(&p, w->size, err);
	if (!code && !s->commit(s->ctx, p.name, got->name))
		code = fail(err, MDR_STORAGE, "%s: \"%s\" cannot get its name", w->attempt, p.name);
	got->fetched += p.fetched;
	part_end(&p);
	return code;
}

static enum mdr_code load(struct mdr_got *got, const struct mdr_client *c, const struct wanted *w,
			  const struct mdr_download *how, struct mdr_error *err)
{
	bool there = false;
	enum mdr_code code;

	download_name(got->name, w->sha256);
	got->size = w->size;
	code = download_there(&there, c, got->name, w->size, err);
	if (code || there)
		return code;
	code = delta_download(got, c, w, how, err);
	if (code || got->by_delta)
		return code;
	code = load_whole(got, c, w, how, err);
	if (!code)
		delta_forget(c, w);
	return code;
}

static bool own_slice(struct slice *s, struct arena *mem)
{
	return arena_try_copy(s, mem, *s);
}

/* The answer to which `w` belongs may be asked for again meanwhile, and its index be another one then. */
static bool own_bases(struct wanted *own, struct arena *mem, const struct wanted *w)
{
	bool ok;

	*own = *w;
	own->attempt = w->attempt ? w->attempt : "package";
	ok = own_slice(&own->url, mem);
	for (size_t i = 0; i < own->nbases && ok; i++)
		ok = own_slice(&own->bases[i], mem);
	return ok;
}

enum mdr_code download(struct mdr_got *got, struct mdr_client *c, const struct wanted *w,
		       const struct mdr_download *how, struct mdr_error *err)
{
	static const struct mdr_download plain = { 0 };
	struct arena mem = ARENA_INIT;
	struct wanted own;
	enum mdr_code code;

	*got = (struct mdr_got){ .size = 0 };
	if (!c->storage.write)
		return fail(err, MDR_STORAGE, "there are no callbacks for files");
	if (own_bases(&own, &mem, w))
		code = load(got, c, &own, how ? how : &plain, err);
	else
		code = fail_memory(err);
	arena_release(&mem);
	return code;
}
