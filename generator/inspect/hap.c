#include "inspect/hap.h"

#include <inttypes.h>
#include <stdlib.h>

#include "inspect/factjson.h"

#define MODULE_JSON "module.json"
#define CONFIG_JSON "config.json"
#define PACK_INFO   "pack.info"
#define ENTRIES_MAX 100000u

struct reading {
	struct hap *out;
	struct arena *a;
	struct zip z;
	const char **why;
};

static int fail(const struct reading *r, const char *why)
{
	*r->why = why;
	return -1;
}

static int fail_in(const struct reading *r, const char *entry, const char *what)
{
	return fail(r, arena_printf(r->a, "its %s %s", entry, what).p);
}

/* --- entries of JSON ---------------------------------------------------------------------------------------------------- */

/* NULL without a reason where the entry is not there; -1 in *bad where it is no JSON. */
static json_t *read_json(const struct reading *r, const char *name, int *bad)
{
	const struct zip_entry *e = zip_find(&r->z, slice_of(name));
	struct strbuf text = STRBUF_INIT;
	json_t *json = NULL;
	const char *cause;

	if (!e)
		return NULL;
	*bad = zip_read(&text, &r->z, e, HAP_JSON_MAX, r->why);
	if (!*bad) {
		json = fact_json(strbuf_slice(&text), HAP_JSON_MAX, &cause);
		if (!json)
			*bad = fail_in(r, name, cause);
	}
	strbuf_release(&text);
	return json;
}

/* `name` and `code` are what the version is called in `version`. */
static int read_app(struct hap *out, const struct reading *r, const char *entry, const json_t *app,
		    const json_t *version, const char *code, const char *name)
{
	out->source = entry;
	out->bundle_name = fact_text(r->a, app, "bundleName");
	out->version_name = fact_text(r->a, version, name);
	if (!out->bundle_name.n)
		return fail_in(r, entry, "has no bundleName");
	if (!fact_uint(&out->version_code, version, code))
		return fail_in(r, entry, "has no version code");
	return 0;
}

static int read_stage(const struct reading *r, const json_t *json)
{
	const json_t *app = json_object_get(json, "app"), *module = json_object_get(json, "module");

	r->out->module = fact_text(r->a, module, "name");
	r->out->module_type = fact_text(r->a, module, "type");
	r->out->device_types = fact_texts(&r->out->ndevice_types, r->a, module, "deviceTypes");
	return read_app(r->out, r, MODULE_JSON, app, app, "versionCode", "versionName");
}

static int read_fa(const struct reading *r, const json_t *json)
{
	const json_t *app = json_object_get(json, "app"), *module = json_object_get(json, "module");
	const json_t *distro = json_object_get(module, "distro");

	r->out->module = fact_text(r->a, distro, "moduleName");
	r->out->module_type = fact_text(r->a, distro, "moduleType");
	r->out->device_types = fact_texts(&r->out->ndevice_types, r->a, module, "deviceType");
	return read_app(r->out, r, CONFIG_JSON, app, json_object_get(app, "version"), "code", "name");
}

static int read_pack_info(struct hap *out, const struct reading *r, const json_t *json)
{
	const json_t *app = json_object_get(json_object_get(json, "summary"), "app");

	return read_app(out, r, PACK_INFO, app, json_object_get(app, "version"), "code", "name");
}

/* --- a module ----------------------------------------------------------------------------------------------------------- */

static int read_module(const struct reading *r)
{
	int bad = 0;
	json_auto_t *stage = read_json(r, MODULE_JSON, &bad);
	json_auto_t *fa = stage || bad ? NULL : read_json(r, CONFIG_JSON, &bad);

	if (bad)
		return -1;
	if (!stage && !fa)
		return fail(r, "it holds neither " MODULE_JSON " nor " CONFIG_JSON);
	if (stage ? read_stage(r, stage) : read_fa(r, fa))
		return -1;
	return r->out->module.n ? 0 : fail_in(r, r->out->source, "has no module name");
}

static int compare_pack_info(const struct reading *r)
{
	int bad = 0;
	json_auto_t *json = read_json(r, PACK_INFO, &bad);
	struct hap said = { .source = NULL };

	if (!json)
		return bad;
	if (read_pack_info(&said, r, json))
		return -1;
	if (!slice_eq(said.bundle_name, r->out->bundle_name))
		return fail(r, arena_printf(r->a, "its %s says bundleName \"" SLICE_FMT "\", its %s \"" SLICE_FMT "\"",
					    r->out->source, SLICE_ARG(r->out->bundle_name), said.source,
					    SLICE_ARG(said.bundle_name))
				       .p);
	if (said.version_code != r->out->version_code)
		return fail(r, arena_printf(r->a, "its %s says version code %" PRIu64 ", its %s %" PRIu64,
					    r->out->source, r->out->version_code, said.source, said.version_code)
				       .p);
	return 0;
}

/* Entries come by name, so the files of one ABI follow each other; but `armeabi-v7a/` sorts before `armeabi/`. */
static void list_code(const struct reading *r)
{
	struct hap *out = r->out;
	size_t code_cap = 0, abis_cap = 0;

	for (size_t i = 0; i < r->z.n; i++) {
		struct slice path = r->z.by_name[i]->name, rest = slice_from(path, sizeof("libs/") - 1), abi;
		bool library = slice_starts(path, "libs/");

		if (r->z.by_name[i]->folder || (!library && !slice_ends(path, ".abc")))
			continue;
		ARENA_PUSH(r->a, out->code, out->ncode, code_cap, arena_copy(r->a, path));
		abi = slice_cut(&rest, '/');
		if (library && rest.p && (!out->nabis || !slice_eq(out->abis[out->nabis - 1], abi)))
			ARENA_PUSH(r->a, out->abis, out->nabis, abis_cap, arena_copy(r->a, abi));
	}
	if (out->nabis)
		qsort(out->abis, out->nabis, sizeof(*out->abis), slice_order);
}

/* --- an app ------------------------------------------------------------------------------------------------------------- */

static bool holds_package(const struct reading *r, struct slice name)
{
	return zip_find(&r->z, arena_printf(r->a, SLICE_FMT ".hap", SLICE_ARG(name))) ||
	       zip_find(&r->z, arena_printf(r->a, SLICE_FMT ".hsp", SLICE_ARG(name)));
}

static int check_packages(const struct reading *r, const json_t *json)
{
	const json_t *packages = json_object_get(json, "packages");
	bool holds_hap = false;

	for (size_t i = 0; i < r->z.n; i++)
		holds_hap |= slice_ends(r->z.v[i].name, ".hap");
	if (!holds_hap)
		return fail(r, "it holds no .hap");
	for (size_t i = 0; i < json_array_size(packages); i++) {
		struct slice name = fact_text(r->a, json_array_get(packages, i), "name");

		if (!holds_package(r, name))
			return fail(r, arena_printf(r->a,
						    "its " PACK_INFO " names the package \"" SLICE_FMT
						    "\", which is not in it",
						    SLICE_ARG(name))
					       .p);
	}
	return 0;
}

static int read_packages(const struct reading *r)
{
	int bad = 0;
	json_auto_t *json = read_json(r, PACK_INFO, &bad);

	if (bad)
		return -1;
	if (!json)
		return fail(r, "it holds no " PACK_INFO);
	return read_pack_info(r->out, r, json) || check_packages(r, json) ? -1 : 0;
}

/* --- all ---------------------------------------------------------------------------------------------------------------- */

static int open_package(struct reading *r, struct hap *out, struct arena *a, struct slice bytes,
			const struct cms_query *trust, const char **why)
{
	static const struct zip_limits limits = { .entries = ENTRIES_MAX };

	*out = (struct hap){ .source = NULL };
	*r = (struct reading){ .out = out, .a = a, .why = why };
	if (zip_open(&r->z, a, bytes, &limits, why))
		return -1;
	out->is_signed = hapsig_is_there(&r->z);
	return out->is_signed ? hapsig_read(&out->sig, a, &r->z, trust, why) : 0;
}

int hap_read(struct hap *out, struct arena *a, struct slice bytes, const struct cms_query *trust, const char **why)
{
	struct reading r;

	if (open_package(&r, out, a, bytes, trust, why) || read_module(&r) || compare_pack_info(&r))
		return -1;
	list_code(&r);
	return 0;
}

int hap_read_app(struct hap *out, struct arena *a, struct slice bytes, const struct cms_query *trust, const char **why)
{
	struct reading r;

	return open_package(&r, out, a, bytes, trust, why) || read_packages(&r) ? -1 : 0;
}

bool hap_has_code(const struct hap *h, struct slice path)
{
	return h->ncode && bsearch(&path, h->code, h->ncode, sizeof(path), slice_order);
}

bool hap_has_abi(const struct hap *h, struct slice abi)
{
	return h->nabis && bsearch(&abi, h->abis, h->nabis, sizeof(abi), slice_order);
}
