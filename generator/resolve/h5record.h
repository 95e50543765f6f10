/* resolve/h5record.h: what the h5 service keeps: record "h5".
 *
 * Members    beside those of resolve/pace.h:
 *   offers     h5Id -> the answer's entry, as it was answered last; replaced as a whole
 *   installed  h5Id -> "version" and "sha256" of the offer, "package" (name in storage), "size" of that file, "entry" (the offer's, without
 *              its deltas), "tar": where the files lie in the package: "at", "packed", "size", "crc", "deflated"
 *   refused    h5Id -> "sha256" of the offer whose package was refused last, "key" it was looked at with, "why"
 * Trust      a record is read as outside bytes: what is not whole is as good as absent. A package's name has its SHA-256 in it. */
#ifndef RESOLVE_H5RECORD_H
#define RESOLVE_H5RECORD_H

#include "format/zipread.h"
#include "resolve/record.h"

struct h5_installed {
	const char *version, *sha256, *package; /* borrowed from the record, as `entry` */
	uint64_t size;
	const json_t *entry;
	struct zip_entry tar;
};

/* *out is new (json_decref); its three objects are there. */
enum mdr_code h5_record_load(json_t **out, const struct mdr_client *c, struct mdr_error *err) MUST_CHECK;
enum mdr_code h5_record_store(const struct mdr_client *c, const json_t *record, struct mdr_error *err) MUST_CHECK;

json_t *h5_offers(const json_t *record); /* borrowed, as all here */
json_t *h5_installs(const json_t *record);
const json_t *h5_offer(const json_t *record, const char *id); /* NULL: nothing is */

/* What is installed of an app, as the record says; false: nothing. */
bool h5_installed(struct h5_installed *out, const json_t *record, const char *id);
/* The same, and the file is there with its size. */
enum mdr_code h5_present(bool *there, struct h5_installed *out, const struct mdr_client *c, const json_t *record,
			 const char *id, struct mdr_error *err) MUST_CHECK;
/* Whether it is this offer's package. */
bool h5_is_current(const struct h5_installed *i, const json_t *offer);
bool h5_is_global(const json_t *entry);

/* -1: memory. */
int h5_set_offers(json_t *record, json_t *offers) MUST_CHECK; /* a reference is kept */
int h5_set_installed(json_t *record, const char *id, const json_t *offer, const struct mdr_got *got,
		     const struct zip_entry *tar) MUST_CHECK;
int h5_set_refused(json_t *record, const char *id, const json_t *offer, const char *key, const char *why) MUST_CHECK;

/* Why this offer was refused when it was looked at with `key` (h5_call.key); NULL: it was not. */
const char *h5_refusal(const json_t *record, const char *id, const json_t *offer, const char *key);

#endif
