/* model/model.h: the validated world, as plain structs.
 *
 * Purpose    what the definitions of one commit say, after parsing and validation; planning and building read only this.
 * Ownership  everything lives in the arena of the loader (defs/defs.h) and dies with it. Nothing here is freed alone.
 * I/O        none. Positions for late errors (a package that does not fit) are found again through `origin`.
 * Invariants whatever DEFINITIONS calls an error is not in here: lists are sorted as said below, ids unique, ranges sane. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/diag.h"
#include "base/kinds.h"
#include "base/origin.h"
#include "base/slice.h"
#include "base/version.h"

#define AUDIENCE_UNKNOWN (-1)

/* A place in what was read, found again for a late error. */
struct srcpos origin_pos(const struct origin *o,
			 const char *pointer); /* of the value; of the nearest parent where absent */

/* --- rules ---------------------------------------------------------------------------------------------------------- */
struct rule {
	struct slice element; /* attribute name, as in a device object */
	enum attr_type type;
	enum rule_op op;
	struct slice *values;     /* contains, excludes: as written (trimmed, NFC, no repetition) */
	struct version *versions; /* the same for a version attribute, else NULL */
	size_t nvalues;
	bool has_lower, has_upper; /* in, out */
	struct version lower, upper;
	bool exclusive;
	bool default_result;
};

struct rules { /* AND; none: true */
	struct rule *v;
	size_t n;
};

/* --- whitelists ------------------------------------------------------------------------------------------------------- */
struct whitelist {
	struct slice name;
	enum id_type id_type;
	struct slice fpr; /* decimal text; empty: from [filter] fpr or the audience */
	bool plain_ids;
	bool is_regex;
	struct slice *patterns; /* of a .regex file, in the order written; each is of the portable subset */
	size_t npatterns;
	struct origin origin; /* of a .regex file */
	const char *path;     /* of the .txt or .regex file, relative to the repository's root */
	struct slice rel;     /* the same, to read it (base/filetree.h) */
	bool used;            /* named by a task or a switch value */
};

/* --- tasks ------------------------------------------------------------------------------------------------------------ */
enum task_type { TASK_OFFICIAL, TASK_WHITELIST, TASK_WINDOW, TASK_PERCENTAGE, TASK_ROLLBACK }; /* best rank first */
enum task_status { STATUS_PENDING, STATUS_RELEASING, STATUS_PAUSED, STATUS_ENDED };
enum upgrade_mode { MODE_ONCE = 202, MODE_MULTIPLE = 204, MODE_FORCED = 206 };

struct ramp_point {
	int64_t at;
	uint32_t thousandths; /* 0..100000 */
};

struct window {
	int64_t start, end; /* [start, end) */
	uint64_t users;
	int64_t audience; /* N: the window's own, else the platform's; never unknown in a valid model */
	struct ramp_point *ramp;
	size_t nramp;
};

struct task {
	struct slice id;
	enum task_type type;
	enum task_status status;
	int64_t published_at; /* 0 when absent (pending) */
	struct whitelist **whitelists;
	size_t nwhitelists;
	struct window window; /* TASK_WINDOW */
	uint32_t thousandths; /* TASK_PERCENTAGE: 0..100000 */
	struct rules rules;
	bool dev;
	struct slice memo, prompt; /* empty: absent */
	enum upgrade_mode upgrade_mode;
	uint32_t silence_days;
	size_t index; /* in the file's tasks array, for positions */
};

/* --- packages --------------------------------------------------------------------------------------------------------- */
struct package_facts { /* what a package in the repository says of itself; filled by build/package.h */
	bool has_cert, has_version_code;
	uint8_t cert[32]; /* SHA-256 of the signer's certificate (DER); apk: of the newest scheme's first signer */
	struct slice
		more_certs; /* 32 bytes each; apk: earlier ones, which a rotation of keys names; jar: of further signers */
	uint64_t version_code;  /* apk: versionCodeMajor in the upper half */
	int64_t expires;        /* of the provisioning profile; 0: none, or it has no end */
	struct slice bundle_id; /* ipa: CFBundleIdentifier; else empty */
};

struct delta {                   /* from an earlier release to this one; made by build/deltas.h */
	struct slice from;       /* its version, as written */
	uint8_t from_sha256[32]; /* of its package as published */
	uint64_t size;           /* of delta.bin */
	uint8_t sha256[32];
};

struct deltas {
	struct delta *v; /* of the nearest release first */
	size_t n;
};

struct package {           /* in the repository: `rel` set; kept elsewhere: `url` set */
	struct slice file; /* as written */
	struct slice rel;  /* to read it */
	struct slice url;
	uint64_t size; /* these four: url form from the definition; file form filled by build/package.h */
	uint8_t sha256[32];
	uint8_t md5[16];
	bool has_md5;
	struct package_facts said;
	struct deltas deltas;
};

/* --- releases --------------------------------------------------------------------------------------------------------- */

/* What the kinds but switches share; first member of each, so that release_of() and its likes are a cast. */
struct release {
	enum kind kind;
	struct origin origin;
	struct slice folder; /* of the release, to read what lies in it */
	struct slice slot;   /* the question that it answers: "<platform>", "<h5Id>", "<bundleName>/<versionCode>" */
	struct slice
		version_text; /* as written; of a hotpatch "<productVersion>/<patchNumber>"; part of bucket salts */
	bool platforms[PLATFORM_COUNT];
	struct slice memo;
	struct rules *unless; /* OR of ANDs; upgrades and hotpatches */
	size_t nunless;
	struct task *tasks;
	size_t ntasks;
};

enum distribution { DIST_PACKAGE, DIST_APP_STORE, DIST_ENTERPRISE, DIST_TEST_FLIGHT };

struct upgrade {
	struct release r;
	enum platform platform;
	struct version version;
	enum distribution distribution; /* android and harmony: DIST_PACKAGE */
	struct package package;         /* DIST_PACKAGE, DIST_ENTERPRISE */
	struct slice link;              /* DIST_APP_STORE: the store's URL; DIST_TEST_FLIGHT: the public link */
	int64_t expires;                /* DIST_TEST_FLIGHT: offered before it */
	uint32_t max_testers;           /* DIST_TEST_FLIGHT */
	struct slice bundle_id;         /* DIST_ENTERPRISE: the definition's, else app.ini's; empty: neither */
	struct slice icon, symbols;     /* files to read (ios), or empty */
	struct slice icon_bytes;        /* these two: filled by build/icon.h */
	uint8_t icon_sha256[32];
	bool download_verification;
	struct slice *need_client_net_type;
	size_t nneed_client_net_type;
};

struct hotpatch {
	struct release r;
	enum platform platform;
	struct version product;
	struct slice product_text;
	uint32_t patch_number; /* >= 1 */
	struct package package;
	struct slice version_key; /* empty: none */
};

struct h5_app {
	struct origin origin; /* app.json */
	struct slice id, name;
	bool global;
};

struct client_range { /* appVersion, ends included */
	struct version min, max;
	bool has_max;
};

struct h5_release {
	struct release r;
	const struct h5_app *app;
	struct version version;
	struct slice main_url;    /* empty: global */
	struct slice extend_info; /* a JSON object as wire text (FORMAT.md section 1); empty: none */
	bool any_network, preload, repeat_nebula;
	struct client_range client[PLATFORM_COUNT]; /* of the platforms that it names */
	bool is_folder;                             /* `input` is the folder www or files, not package.zip */
	struct slice input;                         /* to read it */
	uint64_t size;                              /* from here on: filled by build/h5.h */
	uint8_t sha256[32];
	bool has_tar;
	uint8_t tar_sha256[32]; /* of the <h5Id>.tar in the package: what deltas are made from */
	struct deltas deltas;   /* build/deltas.h */
	struct slice global_pack_url;
};

enum quickfix_input { QUICKFIX_HQF, QUICKFIX_APPQF, QUICKFIX_MODULES };

struct quickfix_source {        /* files and folders to read */
	struct slice file;      /* an .hqf, the .appqf, or a patch.json */
	struct slice base;      /* QUICKFIX_MODULES: the installed .hap */
	struct slice ets, libs; /* QUICKFIX_MODULES: folders, or empty */
};

struct quickfix_module {
	struct slice name;
	struct slice *device_types;
	size_t ndevice_types;
	struct slice *abis; /* none: it has no libraries */
	size_t nabis;
	uint64_t size;
	uint8_t sha256[32];
};

struct quickfix {
	struct release r;
	struct slice bundle_name;
	uint32_t version_code, patch_version_code;
	enum quickfix_input input;
	struct quickfix_source *sources;
	size_t nsources;
	struct quickfix_module *modules; /* filled by build/quickfix.h */
	size_t nmodules;
};

static inline const struct upgrade *upgrade_of(const struct release *r)
{
	return (const struct upgrade *)(const void *)r;
}

static inline const struct hotpatch *hotpatch_of(const struct release *r)
{
	return (const struct hotpatch *)(const void *)r;
}

static inline const struct h5_release *h5_of(const struct release *r)
{
	return (const struct h5_release *)(const void *)r;
}

static inline const struct quickfix *quickfix_of(const struct release *r)
{
	return (const struct quickfix *)(const void *)r;
}

/* --- switches --------------------------------------------------------------------------------------------------------- */
enum switch_type { SWITCH_FULL, SWITCH_WHITELIST, SWITCH_PERCENTAGE };

struct switch_value {
	struct slice id; /* its index in decimal where not given */
	struct slice value;
	bool platforms[PLATFORM_COUNT];
	enum switch_type type;
	struct whitelist **whitelists;
	size_t nwhitelists;
	uint32_t thousandths;
	struct rules rules;
	bool dev;
};

struct switch_def {
	struct origin origin;
	struct slice key;
	struct slice note;
	bool active;
	struct switch_value *values; /* in the order written */
	size_t nvalues;
};

/* --- an app ----------------------------------------------------------------------------------------------------------- */
struct element { /* an attribute that rules may name */
	struct slice name;
	enum attr_type type;
	struct slice *listed; /* resources/<element>.json; sorted */
	size_t nlisted;
	bool declared; /* has a resources file */
};

struct census_count {
	struct slice value; /* of a version attribute a version */
	uint64_t devices;
};

struct census { /* audience.json: how many devices have which value of an attribute; for estimates alone */
	const struct element *element;
	struct census_count *v;
	size_t n;
};

struct app {
	struct slice dir;     /* "apps/<dir>" relative to REPO */
	struct origin origin; /* app.ini */
	struct slice app_id, workspace_id, tenant_id, name;
	struct slice app_code; /* <appId>-<workspaceId> */
	struct slice *bases;   /* baseUrl, then the mirrors; each ends in '/' */
	size_t nbases;
	uint32_t pointer_max_age;
	int64_t audience[PLATFORM_COUNT];          /* AUDIENCE_UNKNOWN when not given */
	struct slice package_name[PLATFORM_COUNT]; /* packageName, bundleId, bundleName */
	struct slice h5_vhost, h5_global_host;     /* empty: not given */
	uint32_t delta_from;                       /* previous versions */
	uint32_t delta_max_ratio;                  /* millionths */
	uint32_t segments_max;
	struct slice filter_fpr; /* decimal text, or empty */
	bool strict_resources, require_canary;
	uint32_t max_concurrent_tasks, max_window_days;

	struct element *elements; /* built-in ones first, then declared ones by name */
	size_t nelements;
	struct census *census[PLATFORM_COUNT]; /* in the order of the file */
	size_t ncensus[PLATFORM_COUNT];
	struct whitelist **whitelists; /* by name */
	size_t nwhitelists;
	struct upgrade
		*upgrades; /* releases of each kind: by slot, then ascending as DEFINITIONS "Slots" orders them */
	size_t nupgrades;
	struct hotpatch *hotpatches;
	size_t nhotpatches;
	struct h5_app *h5_apps; /* by id */
	size_t nh5_apps;
	struct h5_release *h5;
	size_t nh5;
	struct quickfix *quickfixes;
	size_t nquickfixes;
	const struct release **releases[KIND_COUNT]; /* the same, whatever their kind; of KIND_SWITCH none */
	size_t nreleases[KIND_COUNT];
	struct switch_def *switches; /* by key */
	size_t nswitches;

	struct slice
		*roots; /* the chain: file content of 1.root.json, 2.root.json, … as far as they go without a gap */
	size_t nroots;
	const char *roots_dir; /* "keys" or "apps/<dir>/keys", relative to the repository's root, for messages */
};

/* Fills app->releases from the lists of each kind, which stay where they are from here on. */
void app_list_releases(struct app *app, struct arena *a);

/* Whether a task of the release has this status. */
bool release_has(const struct release *r, enum task_status status);

struct model {
	struct app *apps; /* by app_code */
	size_t napps;
	int64_t commit_time;
};

#endif
