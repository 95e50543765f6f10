#include "cmd/describe.h"

#include <string.h>

#include "base/diag.h"
#include "base/instant.h"
#include "format/amr.h"
#include "format/delta.h"
#include "inspect/apk.h"
#include "inspect/hqfpatch.h"
#include "inspect/jar.h"

/* --- facts ------------------------------------------------------------------------------------------------------------ */

json_t *say_word(struct slice text)
{
	CLEANUP(strbuf_release) struct strbuf clean = STRBUF_INIT;

	diag_clean(&clean, text);
	return json_stringn(clean.p ? clean.p : "", clean.n);
}

void say_text(json_t *facts, const char *key, struct slice text)
{
	if (text.n)
		json_object_set_new(facts, key, say_word(text));
}

void say_texts(json_t *facts, const char *key, const struct slice *v, size_t n)
{
	json_t *texts = n ? json_array() : NULL;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(texts, say_word(v[i]));
	if (texts)
		json_object_set_new(facts, key, texts);
}

void say_uint(json_t *facts, const char *key, uint64_t v)
{
	json_object_set_new(facts, key, json_integer(v <= INT64_MAX ? (json_int_t)v : INT64_MAX));
}

void say_flag(json_t *facts, const char *key, bool v)
{
	json_object_set_new(facts, key, json_boolean(v));
}

void say_hex(json_t *facts, const char *key, const uint8_t *bytes, size_t n)
{
	CLEANUP(strbuf_release) struct strbuf hex = STRBUF_INIT;

	strbuf_addhex(&hex, bytes, n);
	say_text(facts, key, strbuf_slice(&hex));
}

void say_time(json_t *facts, const char *key, int64_t t)
{
	char text[INSTANT_TEXT];

	instant_format(text, t);
	say_text(facts, key, slice_of(text));
}

/* --- any zip archive -------------------------------------------------------------------------------------------------- */

static const struct zip_limits any_zip = { .entries = 1000000, .bytes = (uint64_t)1 << 40, .ratio = 200 };

static void say_entries(json_t *facts, const struct zip *zip)
{
	json_t *files = json_array();

	for (size_t i = 0; i < zip->n; i++) {
		json_t *file = json_object();

		say_text(file, "path", zip->v[i].name);
		say_uint(file, "size", zip->v[i].size);
		say_uint(file, "packed", zip->v[i].packed);
		json_array_append_new(files, file);
	}
	json_object_set_new(facts, "files", files);
}

static int describe_zip(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why)
{
	struct zip limited;
	uint64_t bytes = 0;

	if (zip_open(&limited, in->a, in->bytes, &any_zip, why))
		return -1;
	for (size_t i = 0; i < zip->n; i++)
		bytes += zip->v[i].size;
	say_uint(facts, "entries", zip->n);
	say_uint(facts, "unpackedBytes", bytes);
	if (in->list)
		say_entries(facts, zip);
	return 0;
}

static int describe_file(json_t *facts, const struct describe_input *in, const struct zip *zip, const char **why)
{
	(void)facts;
	(void)in;
	(void)zip;
	(void)why;
	return 0;
}

/* --- which form ------------------------------------------------------------------------------------------------------- */

static bool has(const struct zip *z, const char *name)
{
	return zip_find(z, slice_of(name)) != NULL;
}

/* A file of that ending in the archive's root. */
static bool has_ending(const struct zip *z, const char *ending)
{
	for (size_t i = 0; i < z->n; i++) {
		if (slice_ends(z->v[i].name, ending) && slice_find(z->v[i].name, '/') < 0)
			return true;
	}
	return false;
}

static bool is_apk(const struct zip *z)
{
	return has(z, APK_MANIFEST_NAME);
}

static bool is_ipa(const struct zip *z)
{
	size_t first;

	return zip_below(z, SLICE("Payload/"), &first) > 0;
}

static bool is_jar(const struct zip *z)
{
	return has(z, JAR_PATCH_NAME) || has_ending(z, ".dex");
}

static bool is_hqf(const struct zip *z)
{
	return has(z, HQF_PATCH_NAME);
}

static bool is_appqf(const struct zip *z)
{
	return has_ending(z, ".hqf");
}

static bool is_hap(const struct zip *z)
{
	return (has(z, "module.json") || has(z, "config.json")) && has(z, "pack.info");
}

static bool is_app(const struct zip *z)
{
	return has_ending(z, ".hap") || has_ending(z, ".hsp");
}

static bool is_amr(const struct zip *z)
{
	return has_ending(z, ".tar") && (has(z, AMR_MANIFEST_NAME) || has(z, AMR_CERT_NAME));
}

static bool is_any(const struct zip *z)
{
	(void)z;
	return true;
}

/* The first that fits. */
static const struct form {
	const char *form, *noun, *ending;
	bool (*fits)(const struct zip *z); /* NULL: no zip archive */
	describe_fn *describe;
} forms[] = {
	{ "apk", "an Android package", ".apk", is_apk, describe_apk },
	{ "ipa", "an iOS package", ".ipa", is_ipa, describe_ipa },
	{ "jar", "a hotpatch of Android", ".jar", is_jar, describe_jar },
	{ "hqf", "a module of a harmony quick fix", ".hqf", is_hqf, describe_hqf },
	{ "appqf", "a harmony quick fix", ".appqf", is_appqf, describe_appqf },
	{ "hap", "a module of a harmony app", ".hap", is_hap, describe_hap },
	{ "app", "a harmony app", ".app", is_app, describe_app },
	{ "amr", "an h5 package", ".amr", is_amr, describe_amr },
	{ "zip", "a zip archive", ".zip", is_any, describe_zip },
	{ "symbols", "an archive of symbols", ".tgz", NULL, describe_symbols },
	{ "delta", "a delta", "", NULL, describe_delta },
	{ "file", "a file", "", NULL, describe_file },
};

static const struct form *form_named(const char *name)
{
	const struct form *f = forms;

	while (strcmp(f->form, name) != 0)
		f++;
	return f;
}

/* The form of an archive that has this ending; NULL: it tells nothing. */
static const struct form *form_by_ending(struct slice name)
{
	for (size_t i = 0; i < COUNT(forms); i++) {
		if (forms[i].fits && slice_ends(name, forms[i].ending))
			return &forms[i];
	}
	return NULL;
}

/* What is in it decides; what could be anything is what its name says. */
static const struct form *form_of_zip(const struct zip *zip, struct slice name)
{
	const struct form *f = forms, *named = form_by_ending(name);

	while (!f->fits(zip))
		f++;
	return f->fits == is_any && named ? named : f;
}

/* Of a file that zip_open() does not take, but that was meant to be an archive; NULL: it was not. */
static const struct form *form_meant(const struct describe_input *in)
{
	const struct form *named = form_by_ending(in->name);

	if (named || !(slice_starts(in->bytes, "PK\3\4") || slice_starts(in->bytes, "PK\5\6")))
		return named;
	return form_named("zip");
}

static const struct form *form_of_other(const struct describe_input *in)
{
	if (slice_starts(in->bytes, DELTA_MAGIC))
		return form_named("delta");
	return slice_starts(in->bytes, "\x1f\x8b") ? form_named("symbols") : form_named("file");
}

int describe(struct described *out, const struct describe_input *in, const char **why)
{
	static const struct zip_limits none = { 0 };
	struct zip zip;
	const bool zipped = zip_open(&zip, in->a, in->bytes, &none, why) == 0;
	const struct form *meant = zipped ? NULL : form_meant(in);
	const struct form *form = zipped ? form_of_zip(&zip, in->name) : meant ? meant : form_of_other(in);

	*out = (struct described){ form->form, form->noun, NULL };
	if (meant)
		return -1;
	out->facts = json_object();
	if (!form->describe(out->facts, in, zipped ? &zip : NULL, why))
		return 0;
	json_decref(out->facts);
	out->facts = NULL;
	return -1;
}
