/* Which packages and parts there may be: storage cannot be listed, so their hashes stand in a record. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/json.h"
#include "resolve/download.h"
#include "resolve/record.h"

#define HASHES "hashes"
#define MANY   64 /* hashes from which on those without a file are looked for and dropped */

/* The records of services that may name packages. */
static const char *const services[] = { "upgrade", "hotpatch", "h5", "quickfix", "ship" };

/* The array of hashes in `record`, borrowed; NULL: memory. */
static json_t *hashes_of(json_t *record)
{
	json_t *hashes = json_object_get(record, HASHES);

	if (json_is_array(hashes))
		return hashes;
	hashes = json_array();
	return json_object_set_new(record, HASHES, hashes) ? NULL : hashes;
}

/* What may be there of a hash. */
struct names_of {
	char part[MDR_NAME], package[MDR_NAME];
};

/* False: the text is no hash. */
static bool names_of(struct names_of *out, const json_t *hash)
{
	uint8_t sha256[SHA256_SIZE];

	if (!json_is_string(hash) ||
	    !text_hex(sha256, sizeof(sha256), slice_bytes(json_string_value(hash), json_string_length(hash))))
		return false;
	part_name(out->part, "part-", sha256);
	part_name(out->package, MDR_PACKAGE, sha256);
	return true;
}

/* --- writing them down --------------------------------------------------------------------------------------------------- */

static bool is_gone(const struct mdr_client *c, const char *name)
{
	uint64_t size;

	return c->storage.size(c->storage.ctx, name, &size) == MDR_ABSENT;
}

static void drop_absent(const struct mdr_client *c, json_t *hashes)
{
	for (size_t i = json_array_size(hashes); i-- > 0;) {
		struct names_of names;

		if (!names_of(&names, json_array_get(hashes, i)) ||
		    (is_gone(c, names.part) && is_gone(c, names.package)))
			(void)json_array_remove(hashes, i);
	}
}

static bool has(const json_t *hashes, const char *hex)
{
	for (size_t i = 0; i < json_array_size(hashes); i++) {
		const char *hash = json_string_value(json_array_get(hashes, i));

		if (hash && strcmp(hash, hex) == 0)
			return true;
	}
	return false;
}

enum mdr_code packages_note(const struct mdr_client *c, const uint8_t sha256[SHA256_SIZE], struct mdr_error *err)
{
	char hex[SHA256_HEX];
	json_t *record = NULL, *hashes;
	enum mdr_code code = record_load(&record, c, PACKAGES, err);

	if (code)
		return code;
	digest_hex(hex, sha256, SHA256_SIZE);
	hashes = hashes_of(record);
	if (!has(hashes, hex)) {
		if (json_array_size(hashes) >= MANY)
			drop_absent(c, hashes);
		code = json_array_append_new(hashes, json_string(hex)) ? fail_memory(err)
								       : record_store(c, PACKAGES, record, err);
	}
	json_decref(record);
	return code;
}

/* --- removing them ------------------------------------------------------------------------------------------------------- */

/* What must stay: the app's list, and the services' records, parsed. */
struct kept {
	const char *const *names;
	size_t n;
	json_t *records[COUNT(services)];
};

static bool refers(const json_t *value, const char *name)
{
	json_t *in = json_iterable(value);

	if (json_is_string(value))
		return strcmp(json_string_value(value), name) == 0;
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (refers(json_array_get(value, i), name))
			return true;
	}
	for (void *it = json_object_iter(in); it; it = json_object_iter_next(in, it)) {
		if (refers(json_object_iter_value(it), name))
			return true;
	}
	return false;
}

static bool is_kept(const struct kept *k, const struct names_of *names)
{
	for (size_t i = 0; i < k->n; i++) {
		if (strcmp(k->names[i], names->package) == 0 || strcmp(k->names[i], names->part) == 0)
			return true;
	}
	for (size_t i = 0; i < COUNT(services); i++) {
		if (refers(k->records[i], names->package))
			return true;
	}
	return false;
}

/* Takes the hashes that are not kept out of the array, and their files out of storage. */
static enum mdr_code remove_rest(const struct mdr_client *c, json_t *hashes, const struct kept *k,
				 struct mdr_error *err)
{
	const struct mdr_storage *s = &c->storage;

	for (size_t i = json_array_size(hashes); i-- > 0;) {
		struct names_of names;
		bool known = names_of(&names, json_array_get(hashes, i));

		if (known && is_kept(k, &names))
			continue;
		if (known && (!s->remove(s->ctx, names.part) || !s->remove(s->ctx, names.package)))
			return fail(err, MDR_STORAGE, "\"%s\" cannot be removed", names.package);
		(void)json_array_remove(hashes, i);
	}
	return MDR_OK;
}

static enum mdr_code clean(struct mdr_client *c, struct kept *k, struct mdr_error *err)
{
	json_t *record = NULL, *hashes;
	enum mdr_code code = record_load(&record, c, PACKAGES, err);
	size_t before;

	for (size_t i = 0; i < COUNT(services) && !code; i++)
		code = record_load(&k->records[i], c, services[i], err);
	hashes = code ? NULL : hashes_of(record);
	before = json_array_size(hashes);
	if (!code)
		code = hashes ? remove_rest(c, hashes, k, err) : fail_memory(err);
	if (!code && json_array_size(hashes) < before)
		code = record_store(c, PACKAGES, record, err);
	json_decref(record);
	return code;
}

enum mdr_code mdr_clean(struct mdr_client *c, const char *const *keep, size_t n, struct mdr_error *err)
{
	struct kept k = { .names = keep, .n = n };
	enum mdr_code code = c->storage.remove ? clean(c, &k, err) : MDR_OK;

	for (size_t i = 0; i < COUNT(services); i++)
		json_decref(k.records[i]);
	return code;
}

void packages_drop(const struct mdr_client *c, const char *name)
{
	bool named = !c->storage.remove;
	struct mdr_error ignored;

	for (size_t i = 0; i < COUNT(services) && !named; i++) {
		json_t *record = NULL;

		named = record_load(&record, c, services[i], &ignored) || refers(record, name);
		json_decref(record);
	}
	if (!named)
		(void)c->storage.remove(c->storage.ctx, name);
}
