#include "resolve/h5record.h"

#include <string.h>

#include "format/amr.h"
#include "format/json.h"
#include "resolve/download.h"

#define RECORD    "h5"
#define OFFERS    "offers"
#define INSTALLED "installed"
#define REFUSED   "refused"

/* --- the record ---------------------------------------------------------------------------------------------------------- */

static int need_object(json_t *record, const char *key)
{
	return json_is_object(json_object_get(record, key)) ? 0 : json_object_set_new(record, key, json_object());
}

enum mdr_code h5_record_load(json_t **out, const struct mdr_client *c, struct mdr_error *err)
{
	enum mdr_code code = record_load(out, c, RECORD, err);

	if (code)
		return code;
	if (need_object(*out, OFFERS) || need_object(*out, INSTALLED) || need_object(*out, REFUSED)) {
		json_decref(*out);
		*out = NULL;
		return fail_memory(err);
	}
	return MDR_OK;
}

enum mdr_code h5_record_store(const struct mdr_client *c, const json_t *record, struct mdr_error *err)
{
	return record_store(c, RECORD, record, err);
}

json_t *h5_offers(const json_t *record)
{
	return json_object_get(record, OFFERS);
}

json_t *h5_installs(const json_t *record)
{
	return json_object_get(record, INSTALLED);
}

const json_t *h5_offer(const json_t *record, const char *id)
{
	const json_t *offer = json_object_get(h5_offers(record), id);

	return record_text(offer, "version") && record_text(offer, "sha256") ? offer : NULL;
}

bool h5_is_global(const json_t *entry)
{
	const char *url = record_text(entry, "global_pack_url");

	return url && *url;
}

static bool same_member(const json_t *a, const json_t *b, const char *key)
{
	const char *x = record_text(a, key), *y = record_text(b, key);

	return x && y && strcmp(x, y) == 0;
}

/* --- installed ----------------------------------------------------------------------------------------------------------- */

static bool read_count(uint64_t *out, const json_t *record, const char *key, uint64_t most)
{
	int64_t value = record_int(record, key, -1);

	*out = (uint64_t)value;
	return value >= 0 && *out <= most;
}

static bool read_tar(struct zip_entry *out, const json_t *tar, uint64_t size)
{
	uint64_t crc;

	if (!read_count(&out->data, tar, "at", size) || !read_count(&out->packed, tar, "packed", size - out->data) ||
	    !read_count(&out->size, tar, "size", AMR_BYTES_MAX) || !read_count(&crc, tar, "crc", UINT32_MAX))
		return false;
	out->crc = (uint32_t)crc;
	out->deflated = record_flag(tar, "deflated");
	out->name = SLICE("tar");
	return true;
}

bool h5_installed(struct h5_installed *out, const json_t *record, const char *id)
{
	const json_t *each = json_object_get(h5_installs(record), id);

	*out = (struct h5_installed){ .version = record_text(each, "version"),
				      .sha256 = record_text(each, "sha256"),
				      .package = record_text(each, "package"),
				      .entry = json_object_get(each, "entry") };
	return out->version && out->sha256 && out->package && download_is_name(out->package) &&
	       json_is_object(out->entry) && read_count(&out->size, each, "size", INT64_MAX) &&
	       read_tar(&out->tar, json_object_get(each, "tar"), out->size);
}

enum mdr_code h5_present(bool *there, struct h5_installed *out, const struct mdr_client *c, const json_t *record,
			 const char *id, struct mdr_error *err)
{
	*there = false;
	return h5_installed(out, record, id) ? download_there(there, c, out->package, out->size, err) : MDR_OK;
}

bool h5_is_current(const struct h5_installed *i, const json_t *offer)
{
	const char *version = record_text(offer, "version"), *sha256 = record_text(offer, "sha256");

	return version && sha256 && strcmp(i->version, version) == 0 && strcmp(i->sha256, sha256) == 0;
}

/* --- changes ------------------------------------------------------------------------------------------------------------- */

int h5_set_offers(json_t *record, json_t *offers)
{
	return json_object_set(record, OFFERS, offers);
}

static json_t *tar_object(const struct zip_entry *tar)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:b}", "at", (json_int_t)tar->data, "packed", (json_int_t)tar->packed,
			 "size", (json_int_t)tar->size, "crc", (json_int_t)tar->crc, "deflated", (int)tar->deflated);
}

int h5_set_installed(json_t *record, const char *id, const json_t *offer, const struct mdr_got *got,
		     const struct zip_entry *tar)
{
	json_t *entry = json_copy(json_iterable(offer));

	if (entry)
		(void)json_object_del(entry, "deltas");
	return json_object_set_new(h5_installs(record), id,
				   json_pack("{s:s, s:s, s:s, s:I, s:o, s:o}", "version", record_text(offer, "version"),
					     "sha256", record_text(offer, "sha256"), "package", got->name, "size",
					     (json_int_t)got->size, "entry", entry, "tar", tar_object(tar)));
}

int h5_set_refused(json_t *record, const char *id, const json_t *offer, const char *key, const char *why)
{
	return json_object_set_new(
		json_object_get(record, REFUSED), id,
		json_pack("{s:s, s:s, s:s}", "sha256", record_text(offer, "sha256"), "key", key, "why", why));
}

const char *h5_refusal(const json_t *record, const char *id, const json_t *offer, const char *key)
{
	const json_t *each = json_object_get(json_object_get(record, REFUSED), id);
	const char *with = record_text(each, "key");

	return same_member(each, offer, "sha256") && with && strcmp(with, key) == 0 ? record_text(each, "why") : NULL;
}
