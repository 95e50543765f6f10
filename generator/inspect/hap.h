/* inspect/hap.h: harmony packages: a module (.hap), or all modules of an app (.app).
 *
 * Bytes      a zip. .hap: module.json (stage model: {"app": {"bundleName", "versionCode", "versionName"}, "module": {"name", "type",
 *            "deviceTypes"}}) or config.json (FA model: app.version.code and .name, module.distro.moduleName and .moduleType,
 *            module.deviceType); code anywhere as .abc, libraries as libs/<abi>/….
 *            .app: pack.info ({"summary": {"app": {"bundleName", "version": {"code", "name"}}}, "packages": [{"name"}]}) and the
 *            named .hap and .hsp files. A .hap may have a pack.info too. Either may have a signing block (inspect/hapsig.h).
 * Checked    bundleName, versionCode and module name are there, and pack.info does not contradict; an .app holds a .hap, and
 *            every package that pack.info names; the signing block where there is one. Other contents are not unpacked.
 * Input      hostile, borrowed; mapped and of any size.
 * Ownership  texts and reasons live in the arena, or are constant. */
#ifndef INSPECT_HAP_H
#define INSPECT_HAP_H

#include "inspect/hapsig.h"

#define HAP_JSON_MAX ((uint64_t)4 << 20) /* bytes of module.json, config.json, pack.info */

struct hap {
	const char *source; /* entry of the names and numbers: "module.json", "config.json", "pack.info" */
	struct slice bundle_name, version_name; /* the second may be empty */
	uint64_t version_code;
	struct slice module, module_type; /* .hap; the second may be empty */
	struct slice *device_types;       /* .hap */
	size_t ndevice_types;
	struct slice *code; /* .hap: paths that end in .abc, and all below libs/; sorted */
	size_t ncode;
	struct slice *abis; /* .hap: folders below libs/; sorted */
	size_t nabis;
	bool is_signed;
	struct hapsig sig;
};

/* `trust` as hapsig_read() has it. */
int hap_read(struct hap *out, struct arena *a, struct slice bytes, const struct cms_query *trust,
	     const char **why) MUST_CHECK;
int hap_read_app(struct hap *out, struct arena *a, struct slice bytes, const struct cms_query *trust,
		 const char **why) MUST_CHECK;

bool hap_has_code(const struct hap *h, struct slice path);
bool hap_has_abi(const struct hap *h, struct slice abi);

#endif
