#include "cmd/describe.h"

#include "format/amr.h"

static void say_signatures(json_t *facts, const struct amr *amr)
{
	json_t *signatures = json_array();

	for (size_t i = 0; i < amr->nsignatures; i++) {
		json_t *s = json_object();

		say_text(s, "file", amr->signatures[i].name);
		say_uint(s, "bits", amr->signatures[i].bytes.n * 8);
		json_array_append_new(signatures, s);
	}
	json_object_set_new(facts, "signatures", signatures);
}

static void say_files(json_t *facts, const struct amr *amr)
{
	json_t *files = json_array();

	for (size_t i = 0; i < amr->nfiles; i++) {
		json_t *file;

		if (amr->files[i].folder)
			continue;
		file = json_object();
		say_text(file, "path", amr->files[i].path);
		say_uint(file, "size", amr->files[i].size);
		json_array_append_new(files, file);
	}
	json_object_set_new(facts, "files", files);
}

static uint64_t count_folders(const struct amr *amr)
{
	uint64_t n = 0;

	for (size_t i = 0; i < amr->nfiles; i++)
		n += amr->files[i].folder;
	return n;
}

int describe_amr(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why)
{
	struct amr amr;

	(void)zip;
	if (amr_read(&amr, in->a, in->bytes, why) || (in->h5_key.n && amr_verify(&amr, in->h5_key, in->a, why)))
		return -1;
	say_text(facts, "h5Id", amr.id);
	say_text(facts, "version", amr.version);
	say_signatures(facts, &amr);
	if (in->h5_key.n)
		say_flag(facts, "signedByKey", true);
	say_uint(facts, "tarBytes", amr.tar.size);
	say_uint(facts, "entries", amr.nfiles - count_folders(&amr));
	say_uint(facts, "folders", count_folders(&amr));
	say_uint(facts, "unpackedBytes", amr.bytes);
	if (in->list)
		say_files(facts, &amr);
	return 0;
}
