/* mdresolve.h: the device side of mdstatic: what one device should have, from a signed tree of static files.
 *
 * Purpose    mdr_refresh() follows the TUF client workflow over one app's tree and keeps what it verified; mdr_answer() finds
 *            out from it what a device gets. Nothing is believed that is not signed by the trusted root or hashed by what is.
 * World      no clock, no network, no files, no locale, no threads, no globals: the caller gives callbacks and times.
 * Times      seconds since 1970-01-01T00:00:00Z. `now` judges expiry and never falls below the largest one of an earlier
 *            successful refresh; `at` judges publication times, windows and ramps, and may be unknown (MDR_NO_TIME).
 * Layers     client (refresh, answer) → downloads → services: upgrade, hotpatch, h5, quick fix, switches, ships. An app that wants the
 *            JSON only needs the first.
 * State      blobs and files through the storage callbacks. What mdr_refresh() verified is stored by the first answer that came out
 *            whole, so that a tree with a bad file anywhere on the way changes nothing. A blob that is damaged, or of another app or root,
 *            is discarded, and no error; versions that were trusted are kept twice, so that an older tree is refused also then. Whatever
 *            call is interrupted, by a crash or a full disk, the next client finds the old or the new state. What an answer was made
 *            from is kept (limits.cache), so that the last answer can be had again without a network. Where nothing is new,
 *            nothing is written; a later `now` is when it is an hour later. Bytes: schemas/FORMAT.md, section 12.
 * Errors     enum mdr_code, and in struct mdr_error, which is the caller's and never NULL, a text of one line that names the file. With
 *            MDR_OK it means nothing (where a call does not say otherwise), and may have been written to. After an error the client is as
 *            before and may be used again.
 * Ownership  arguments are borrowed for the call, texts end in NUL, unless it is said otherwise. The config is copied; what its `ctx`
 *            pointers lead to must outlive the client. Results are the caller's to release by the function named at them, after an error
 *            too; begin with zeros.
 * Memory     a client takes at most about limits.memory for each index with its manifests, beside metadata; every file is
 *            bounded before it is read (see struct mdr_limits).
 * Threads    one client, one thread at a time; any number of clients, each with a storage of its own. Callbacks run inside the call, on its
 *            thread; they may use the client only where that is said of them. */
#ifndef MDRESOLVE_H
#define MDRESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

enum mdr_code {
	MDR_OK = 0,
	MDR_REFUSED,     /* a file is missing, damaged, wrongly signed, or of another app */
	MDR_OLDER,       /* signed, but older than what was trusted before */
	MDR_EXPIRED,     /* signed, but its time is over */
	MDR_UNREACHABLE, /* the fetch callback failed */
	MDR_STORAGE,     /* a storage callback failed */
	MDR_DEVICE,      /* the device is no JSON object, or its platform is missing or unknown */
	MDR_STATELESS,   /* an answer was asked for before anything was verified (or when that was lost) */
	MDR_MEMORY,      /* memory ended, or a limit of struct mdr_limits */
	MDR_CANCELLED, /* the progress callback said no, the network is not the wanted one, or a callback called what it may not */
	MDR_ABSENT_HERE, /* what was asked for is not installed, or is offered to nobody */
};

struct mdr_error {
	enum mdr_code code;
	char text[512]; /* UTF-8, one line, NUL-terminated */
};

/* --- what the caller provides ----------------------------------------------------------------------------------------- */

/* Where a callback puts what it read. mdr_sink_add() returns false when no more is wanted: stop reading. */
struct mdr_sink;
bool mdr_sink_add(struct mdr_sink *sink, const void *bytes, size_t n);

enum mdr_fetched { MDR_FETCHED, MDR_ABSENT, MDR_FAILED };

/* Reads `path`, relative to <appCode>/ at the first base or a mirror ("metadata/timestamp.json"), or, of a download, a whole URL
 * ("https://…"), from `offset` on, at most `limit` bytes. MDR_ABSENT: there is no such file (HTTP 403, 404, 410). MDR_FAILED: it
 * cannot be known. Fewer bytes than asked for is no failure; the library judges. Over HTTP, an answer 200 to a request with a range
 * begins at offset 0: skip; an answer 206 must begin where it was asked to. */
typedef enum mdr_fetched (*mdr_fetch_fn)(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset,
					 uint64_t limit);

/* Where the library keeps things: blobs are small and written whole, files are packages. Names consist of a-z 0-9 . - and are
 * shorter than MDR_NAME; blobs and files have different ones. A false result, or MDR_FAILED, is a failure of the device (a full
 * disk): it is told as MDR_STORAGE, and nothing that was there is lost. */
#define MDR_NAME 96

struct mdr_storage {
	void *ctx;
	/* The blob `name`; MDR_ABSENT: there is none. */
	enum mdr_fetched (*load)(void *ctx, struct mdr_sink *sink, const char *name);
	/* Replaces the blob as a whole, and lastingly: after a crash it is the old or the new one. */
	bool (*store)(void *ctx, const char *name, const void *bytes, size_t n);
	/* Removes a blob or a file; one that is not there is fine. */
	bool (*remove)(void *ctx, const char *name);

	/* Files; all NULL where nothing will be downloaded. */
	/* Bytes that are there; MDR_ABSENT: there is no such file. */
	enum mdr_fetched (*size)(void *ctx, const char *name, uint64_t *bytes);
	/* Exactly n bytes from `offset` on. */
	bool (*read)(void *ctx, const char *name, uint64_t offset, void *out, size_t n);
	/* n bytes at `offset`, which is at most the file's size; makes the file; cuts what lay behind. May be lost in a crash. */
	bool (*write)(void *ctx, const char *name, uint64_t offset, const void *bytes, size_t n);
	/* Makes `from` last, then gives it the name `to`, in whose place it comes: after a crash `to` is whole. */
	bool (*commit)(void *ctx, const char *from, const char *to);
};

struct mdr_limits {         /* bytes; 0: the default */
	uint64_t root;      /* 512,000 */
	uint64_t timestamp; /* 16,384 */
	uint64_t snapshot;  /* 2,000,000 */
	uint64_t targets;   /* 5,000,000 */
	uint64_t object;    /* an index, a manifest or an answer: 16 MiB, and never more than its signed length */
	uint64_t memory;    /* an index and its manifests, decoded: 64 MiB */
	uint64_t cache;     /* what is kept of indexes, manifests and answers in storage: 4 MiB */
	uint64_t
		apply; /* base, result and work space of a delta together; above it the package itself is loaded: MDR_DELTA_MEMORY */
	uint32_t rotations; /* root files followed in one refresh: 256 */
};

struct mdr_config {
	const char *app;  /* appCode */
	const void *root; /* a trusted N.root.json, whole */
	size_t root_size;
	mdr_fetch_fn fetch;
	void *fetch_ctx;
	struct mdr_storage storage; /* all NULL: nothing is kept between clients */
	struct mdr_limits limits;
};

/* --- a client --------------------------------------------------------------------------------------------------------- */

struct mdr_client;

/* Reads the stored state; fetches nothing. The client is the caller's to mdr_close(), which takes NULL; *out is set with MDR_OK only.
 * Fails where the root is none (MDR_REFUSED), a callback fails (MDR_STORAGE) or memory ends. */
enum mdr_code mdr_open(struct mdr_client **out, const struct mdr_config *config, struct mdr_error *err);
void mdr_close(struct mdr_client *c);

/* Brings the client to what the tree says at `now`. Where timestamp.json is the trusted one, unexpired: one fetch. After a failure the
 * client answers from what it verified before, in this run or an earlier one. */
enum mdr_code mdr_refresh(struct mdr_client *c, int64_t now, struct mdr_error *err);

/* --- devices and answers ---------------------------------------------------------------------------------------------- */

struct mdr_attr {
	const char *name, *value; /* bytes; need not end in NUL */
	size_t name_size, value_size;
};

/* A device: its attributes that are texts, and the two that are numbers. What is not in here is missing; so a device that
 * begins as zeros has nothing. Numbers lie in 0..2^31-1; larger ones count as missing. */
struct mdr_device {
	const struct mdr_attr *attrs;
	size_t n;
	bool has_version_code, has_patch_version_code;
	uint32_t version_code, patch_version_code; /* of quick fixes */
};

/* A device from its JSON object. `*out` looks into `json` and `*keep`, which the caller frees with mdr_device_release().
 * versionCode and patchVersionCode are taken from numbers only, everything else from texts only. */
struct mdr_parsed;
enum mdr_code mdr_device_parse(struct mdr_device *out, struct mdr_parsed **keep, const char *json, size_t n,
			       struct mdr_error *err);
void mdr_device_release(struct mdr_parsed *keep); /* NULL is fine */

#define MDR_NO_TIME INT64_MIN

#define MDR_UPGRADE  (1u << 0)
#define MDR_HOTPATCH (1u << 1)
#define MDR_H5       (1u << 2)
#define MDR_QUICKFIX (1u << 3)
#define MDR_SWITCH   (1u << 4)
#define MDR_ALL      0x1fu

#define MDR_EXPLAIN (1u << 0) /* adds "explain": why, candidate by candidate */
#define MDR_INDENT  (1u << 1) /* two spaces and line breaks instead of one line; no final line break either way */
#define MDR_STRICT  (1u << 2) /* hotpatches as ships take them, see there; other kinds are not touched */

/* A text that grows; set to zeros before the first use, free `p` at the end. It may be reused from answer to answer. */
struct mdr_text {
	char *p; /* NUL-terminated, by malloc(); NULL until something was written */
	size_t n, cap;
};

/* The answer to a device, as JSON, from what was verified last: replaces the content of `out`. `kinds`: those asked for; the
 * answer of one kind does not depend on which others are asked for. Objects that are not at hand are fetched. On an error
 * `out` is empty. An object with sorted keys:
 *   app, at      the appCode; the time, RFC 3339, or null
 *   upgrade      null, or version, task, resultStatus (202 once, 204 again, 206 forced), downloadUrl, and where there are any
 *                fileSize, sha256, md5, guideMemo, silenceDays, needClientNetType, deltas (below; also of a
 *                hotpatch, and of an app under h5)
 *   hotpatch     null; or action "apply", task, hotpatchVersion (its MD5), downloadUrl, fileSize, sha256, md5;
 *                or action "rollback", task: drop the patch
 *   h5           by h5Id, each app that has an answer: version, task, fileSize, sha256, package_url, and the other fields of
 *                mPaaS's h5_json.json (fallback_base_url, main_url, extend_info, …)
 *   quickfix     null; or action "apply", task, patchVersionCode, and hqf: an array of modules for this device, each with
 *                module, url, size, sha256; or action "rollback", task. For the device's bundleName and versionCode
 *   switches     by key, each switch that has a value: a text
 *   incomplete   true, and only then there: a whitelist could not be asked, so that the answer may be another one later
 *   explain      with MDR_EXPLAIN: why; for people, its form may change
 * URLs are whole; fields that a later version of the generator adds are handed on. */
enum mdr_code mdr_answer(struct mdr_client *c, const struct mdr_device *device, int64_t at, unsigned kinds,
			 unsigned flags, struct mdr_text *out, struct mdr_error *err);

/* --- deltas ------------------------------------------------------------------------------------------------------------
 *
 * An answer's `deltas` lead from packages that a device may have (`from`: their version; `fromSha256`: the package as published) to
 * the one that it should have, in a file of `size` bytes and `sha256` at `url`. Read the first MDR_DELTA_HEAD bytes of it (a Range
 * request), see whether the base is at hand and the memory is there, load the rest, hold the whole file against `sha256` (until then
 * its head may be anybody's, and what it says of the result too), apply. Where anything is refused, the package itself is there to be
 * loaded.
 * Upgrades, hotpatches: base and result are the package files. H5: the base is any .amr of the version, also one that came out of a
 * delta; what comes out is an .amr that holds the same three files as the published one, but stored: its SHA-256 is the head's. */
#define MDR_DELTA_HEAD   140
#define MDR_DELTA_MEMORY UINT64_C(268435456) /* no delta needs more than this, base and result included */

struct mdr_delta {      /* what the head says */
	uint8_t method; /* 1: zstd */
	uint8_t form; /* 0: the base is a file; 1: it is the tar in an .amr, to which base_size and base_sha256 belong */
	uint64_t size; /* of the whole file, head included */
	uint64_t base_size, result_size;
	uint64_t memory; /* bytes that mdr_delta_apply() allocates at most; with form 1 base_size more */
	uint8_t base_sha256[32], result_sha256[32], body_sha256[32];
};

/* From the first MDR_DELTA_HEAD bytes. MDR_REFUSED: no delta, or one of a form or method that this library does not know. */
enum mdr_code mdr_delta_read(struct mdr_delta *out, const void *head, size_t n, struct mdr_error *err);

/* Whether this file is the base, before the rest is loaded. An .amr is looked into; base_size bytes are allocated then. */
enum mdr_code mdr_delta_check(const struct mdr_delta *d, const void *base, size_t base_size, struct mdr_error *err);

/* Makes the result in `result`, the caller's, of exactly d.result_size bytes; delta and base may be mapped files. Base, body and
 * result are held against their SHA-256; unless all of them fit, `result` is all zeros in the end. MDR_MEMORY: base, result and
 * memory together are more than `limit` (0: MDR_DELTA_MEMORY), or memory ended. */
enum mdr_code mdr_delta_apply(void *result, size_t result_size, const void *delta, size_t delta_size, const void *base,
			      size_t base_size, uint64_t limit, struct mdr_error *err);

/* --- downloads ---------------------------------------------------------------------------------------------------------
 *
 * A package gets its name, MDR_PACKAGE and its SHA-256 in hex, when it is whole and its hash fits; until then it is a part, which a later
 * call goes on with. Deltas are tried first, in the order of their size, where their base is at hand; then the package itself from each
 * base and mirror of the tree. The library fetches with ranges, and again from the beginning where what came does not fit. A progress
 * callback may ask for answers and for mdr_upgrade_check(); it must not load, clean or close. */
#define MDR_PACKAGE "package-"

/* False: stop; the call ends with MDR_CANCELLED and the part stays. `total` is what has to be fetched, `done` what of it is there. */
typedef bool (*mdr_progress_fn)(void *ctx, uint64_t done, uint64_t total);

struct mdr_download {
	mdr_progress_fn progress; /* NULL: none */
	void *progress_ctx;
	const void *
		base; /* a package that the device has and deltas may start from (the installed APK, mapped); NULL: those in storage */
	uint64_t base_size;
	unsigned tries; /* of one address without progress, before the next one: 0 means 2 */
};

struct mdr_got {
	char name[MDR_NAME]; /* in storage */
	uint64_t size;
	uint64_t fetched; /* bytes in this call; 0: it was there */
	bool by_delta;
	char why_full[160]; /* why no delta was used although some were offered; else empty */
};

/* Removes the packages and parts in storage that no service refers to and that are none of `keep`. */
enum mdr_code mdr_clean(struct mdr_client *c, const char *const *keep, size_t n, struct mdr_error *err);

/* --- services: what they share -----------------------------------------------------------------------------------------
 *
 * A service refreshes the tree by itself; where that fails it says so and leaves everything as it is. What it keeps lies in a blob of its
 * name. Texts of a result live until its release function, which may be called on zeros. */
struct mdr_ask {
	const struct mdr_device *device;
	int64_t now; /* judges expiry and intervals */
	int64_t at;  /* judges windows; MDR_NO_TIME: unknown */
};

struct mdr_held; /* memory of a result */

/* --- upgrade check -----------------------------------------------------------------------------------------------------
 *
 * mPaaS's names, and where their values come from:
 *   resultStatus 201 nothing newer; 202 once, 204 each time, 206 forced: `result_status` (203 is what 206 was called once: never given)
 *   downloadURL `download_url`   newestVersion, upgradeShortVersion, upgradeFullVersion `version`
 *   needClientNetType `net_types`   guideMemo `guide_memo`   silentType: none, the app decides when it loads
 * Of the states SILENT, DOWNLOADED and LIMIT the first that holds is told. While a package is loaded the tree is not asked. */
enum mdr_upgrade_state {
	MDR_UPGRADE_NEWEST,     /* 201 */
	MDR_UPGRADE_OFFERED,    /* show it */
	MDR_UPGRADE_SILENT,     /* 202, and the user declined this version less than its silence ago */
	MDR_UPGRADE_DOWNLOADED, /* its package lies in storage: offer to install it */
	MDR_UPGRADE_UPDATING,   /* mdr_upgrade_download() is under way (asked from its progress callback) */
	MDR_UPGRADE_LIMIT,      /* not on this network: the device's netType is none of net_types */
	MDR_UPGRADE_INVALID,    /* the device is none, or the answer lacks what an upgrade needs */
	MDR_UPGRADE_ERROR,      /* nothing can be said now: see the error */
};

struct mdr_upgrade {
	enum mdr_upgrade_state state;
	int result_status;                                      /* 201, 202, 204, 206; 0 in the last two states */
	int64_t silent_until;                                   /* state SILENT */
	const char *version, *task, *download_url, *guide_memo; /* NULL: none */
	const char *sha256, *md5;                               /* hex; NULL where the package is a store's */
	uint64_t file_size;                                     /* 0: not known */
	const char *const *net_types;
	size_t n_net_types;
	char file[MDR_NAME]; /* state DOWNLOADED: in storage */
	struct mdr_held *held;
};

/* `silence`: seconds, instead of the release's silenceDays; negative: the release's. MDR_OK in the states up to LIMIT; the others come
 * with the code and the text of what failed. */
enum mdr_code mdr_upgrade_check(struct mdr_client *c, const struct mdr_ask *ask, int64_t silence,
				struct mdr_upgrade *out, struct mdr_error *err);
void mdr_upgrade_release(struct mdr_upgrade *u);
/* The user declined: the silence of `version` begins. One that lies in the future (the clock was set back) is none. */
enum mdr_code mdr_upgrade_declined(struct mdr_client *c, const char *version, int64_t now, struct mdr_error *err);
/* Loads the package of an offer; `u` stays as it is meanwhile, also in the progress callback. MDR_ABSENT_HERE: it has none, a store does (App
 * Store, TestFlight, itms-services). mdr_clean() keeps it until another one is loaded, or a check says that nothing is newer. */
enum mdr_code mdr_upgrade_download(struct mdr_client *c, const struct mdr_upgrade *u, const struct mdr_download *how,
				   struct mdr_got *got, struct mdr_error *err);

/* --- hotpatch ----------------------------------------------------------------------------------------------------------
 *
 * Life: mdr_hotpatch_sync() loads a patch, has it verified and makes it the next one; at its next start the app loads what
 * mdr_hotpatch_current() names, and says mdr_hotpatch_started() when it runs. A patch that was loaded and never started well (a crash)
 * is named a second time, then no more: the one before it comes back, and it is not loaded again until its bytes change. A patch of
 * another appVersion is never named; one of another versionKey is not after the next sync. Where nothing is offered, all stays as
 * it is: only a rollback takes back. */
enum mdr_hotpatch_state {
	MDR_HOTPATCH_NONE,    /* no patch, and none to come */
	MDR_HOTPATCH_KEPT,    /* nothing new: what is installed stays */
	MDR_HOTPATCH_RESTART, /* a new patch is ready, or the old one is gone, after the next start */
	MDR_HOTPATCH_REFUSED, /* these bytes were refused by the verify callback, now or earlier, or did not start: the old patch stays */
};

struct mdr_hotpatch {
	enum mdr_hotpatch_state state;
	bool rollback;    /* RESTART: because of a rollback */
	char version[33]; /* hotpatchVersion (MD5, hex) of the next patch, else of the one that stays; empty: none */
	char task[65];
	struct mdr_got got; /* what was loaded; REFUSED: and is gone again */
};

/* The app's own look at a patch before anything is committed (its signature, say). False: refused. It may call what a
 * progress callback may. */
typedef bool (*mdr_verify_fn)(void *ctx, const char *name, uint64_t size);

enum mdr_code mdr_hotpatch_sync(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_download *how,
				mdr_verify_fn verify, void *verify_ctx, struct mdr_hotpatch *out,
				struct mdr_error *err);
/* Once at each start of the app, without a network: the file to load, in `name` (empty: none). `app_version`: the running one. */
enum mdr_code mdr_hotpatch_current(struct mdr_client *c, const char *app_version, char name[MDR_NAME],
				   struct mdr_error *err);
enum mdr_code mdr_hotpatch_started(struct mdr_client *c, struct mdr_error *err);

/* --- h5 ----------------------------------------------------------------------------------------------------------------
 *
 * An app is asked for again after its asyncReqRate (extend_info; else mdr_h5_rules.interval), all of them after the shortest of those; at
 * once for a device with other attributes; after a failure not within a minute, two, four, … Packages are loaded by
 * mdr_h5_load(): lazily when an app is opened, or, for `installType` preload, ahead by mdr_h5_preload(); `autoInstall` wifi waits for a
 * device whose netType is wifi. A package that cannot be had or is refused is no failure of the page: open `fallback_url`; what was
 * refused is tried again when another package is offered, or with another public key. A lower version that is offered replaces a
 * higher one; what is no longer offered stays. */
struct mdr_h5_app {
	const char *id;             /* h5Id */
	const char *version, *name; /* offered; NULL: nothing is */
	const char *installed;      /* version whose package lies here; NULL: none */
	const char *opens; /* version of what follows, and to be opened: the offered one; or the installed one, where no
				       other is offered, or it was refused, or may not be loaded on this network */
	const char *main_url, *vhost; /* NULL: none */
	const char *fallback_url;     /* of the main page, online; NULL: none (global) */
	const char *json;             /* the entry of h5_json.json, whole */
	/* Of the offered one; where nothing is offered, of the installed one, like `name`: */
	bool wifi_only, preload, global;
	uint64_t size; /* of the package, as published */
	bool refused;  /* the offered package was loaded and refused */
};

struct mdr_h5 {
	struct mdr_h5_app *apps; /* by id */
	size_t n;
	bool asked; /* the tree was asked now; else this is what was known */
	struct mdr_held *held;
};

struct mdr_h5_rules {           /* NULL in calls: zeros */
	const char *public_key; /* of h5.pem: SubjectPublicKeyInfo, PEM; NULL: signatures in CERT.json are not looked at
				   (hashes always are). MDR_DEVICE: it is no RSA key */
	int64_t interval;       /* seconds between requests for an app without asyncReqRate; 0: 1800 */
};

/* All apps; `id` not NULL: that one, or none. `force`: whatever the interval. MDR_OK also where the tree is unreachable: *err has that then. Where
 * it is refused or expired its code is given, and `out` has what was known. */
enum mdr_code mdr_h5_list(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_h5_rules *rules,
			  const char *id, bool force, struct mdr_h5 *out, struct mdr_error *err);
void mdr_h5_release(struct mdr_h5 *h);
/* Loads, verifies and installs the offered package of an app; where that is installed, its bytes are hashed again, and loaded anew if they
 * are damaged. MDR_ABSENT_HERE: nothing is offered. MDR_CANCELLED: not on this network. MDR_REFUSED: the package (its reason, now or at an
 * earlier call) or the tree. The version that was installed stays until the new one is whole, and where it is not. Memory: the package once,
 * within limits.apply, while it is verified. */
enum mdr_code mdr_h5_load(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_h5_rules *rules,
			  const char *id, const struct mdr_download *how, struct mdr_got *got, struct mdr_error *err);
/* The same for every app that wants to be loaded ahead and may be, on this network; what is installed is not hashed. *loaded: how many
 * were installed. Goes on after a failure (not after MDR_CANCELLED); the first one is told. What was refused before is passed over. */
enum mdr_code mdr_h5_preload(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_h5_rules *rules,
			     const struct mdr_download *how, size_t *loaded, struct mdr_error *err);
/* A file of the installed package, by its path in it ("/www/index.html"). A path without the first `/` is that of a URL without its scheme
 * ("<host>/…"): it is looked for in the app's package, then in every installed global one, whatever `id` (may be NULL). Replaces
 * the content of `out`. MDR_ABSENT_HERE: no package, or no such file: use the fallback URL. MDR_STORAGE: the package cannot be read, or is
 * damaged; mdr_h5_load() mends it. Memory: the file, within limits.memory, and 80 KiB; time: that of unpacking what lies before it. */
enum mdr_code mdr_h5_read(struct mdr_client *c, const char *id, const char *path, struct mdr_text *out,
			  struct mdr_error *err);

/* --- quick fix ---------------------------------------------------------------------------------------------------------
 *
 * mdr_quickfix_check() asks, in the order of the system's own deployment, what it would refuse, and gives its code; so that a fix that
 * cannot be deployed is not tried again and again. The system verifies for itself in the end. The codes are OpenHarmony's. */
#define MDR_QF_OK                0
#define MDR_QF_PARAM             8520706 /* no module, or a path that does not end in .hqf */
#define MDR_QF_PROFILE           8520707 /* no readable zip, or no valid patch.json in it */
#define MDR_QF_BUNDLE_DIFFERS    8520708 /* between modules: bundleName, */
#define MDR_QF_VERSION_DIFFERS   8520709 /* versionCode (also from the installed one), */
#define MDR_QF_PATCH_DIFFERS     8520711 /* patchVersionCode, */
#define MDR_QF_TYPE_DIFFERS      8520713 /* type */
#define MDR_QF_MODULE_TWICE      8520714
#define MDR_QF_TYPE_UNKNOWN      8520715 /* neither patch nor hotreload */
#define MDR_QF_SO_INCOMPATIBLE   8520716 /* the ABI of native libraries, between modules or from the installed one */
#define MDR_QF_NOT_INSTALLED     8520717 /* no such bundle */
#define MDR_QF_APP_DIFFERS       8520719 /* from the installed one: apl, app-identifier or appId, the profile's bundle-name */
#define MDR_QF_PATCH_NOT_NEWER   8520722
#define MDR_QF_NOT_DEPLOYED      8520725 /* the system alone: to enable without a deployed patch */
#define MDR_QF_STATE             8520726 /* an earlier patch is being switched or deleted */
#define MDR_QF_MKDIR             8520729 /* the system alone */
#define MDR_QF_COPY              8520730 /* the system alone */
#define MDR_QF_HOTRELOAD         8520731 /* of a release build */
#define MDR_QF_PATH              8520738 /* with `../`, or outside of the folder for quick fixes */
#define MDR_QF_PERMISSION        8520743
#define MDR_QF_RAWFILE           8520748 /* resources/rawfile/ for a release build */
#define MDR_QF_LIBS_UNCOMPRESSED 8520749 /* replace mode, native libraries that are not compressed */
#define MDR_QF_SYSTEM_API        8521238 /* the caller is no system app */
#define MDR_QF_SIGN_PATH         8519740 /* the system alone */
#define MDR_QF_SIGN_FILE         8519741 /* the system alone: the file cannot be opened */
#define MDR_QF_SIGN_NONE         8519742 /* no signature, or one that is no signing block */
#define MDR_QF_SIGN_CONTENT      8519743 /* its PKCS #7 does not hold */
#define MDR_QF_SIGN_PROFILE      8519744 /* its profile cannot be read */
#define MDR_QF_SIGN_SOURCE       8519745 /* not from a source that is trusted, or the profile is not */
#define MDR_QF_SIGN_DIGEST       8519746 /* what is signed is no digest */
#define MDR_QF_SIGN_INTEGRITY    8519747 /* the bytes are not those that were signed */
#define MDR_QF_SIGN_SIZE         8519748 /* the system alone: too large */
#define MDR_QF_SIGN_NO_PROFILE   8519751
#define MDR_QF_SIGNERS_DIFFER    8519754 /* between modules */

/* Of a patch, as the system keeps it. */
enum mdr_patch_stage {
	MDR_PATCH_NONE,
	MDR_PATCH_DEPLOY_START,
	MDR_PATCH_DEPLOY_END,
	MDR_PATCH_SWITCHING, /* it is being enabled or disabled, or was */
	MDR_PATCH_DELETING,
};

/* What the system says of the installed bundle. */
struct mdr_bundle {
	const char *name; /* NULL: not installed */
	uint32_t version_code;
	const char *apl, *app_identifier, *app_id; /* NULL: not known, not compared */
	const char *abi;                           /* of its native libraries: "arm64-v8a"; NULL: it has none */
	bool debug, debug_profile;                 /* the app, its provisioning profile */
	bool replaces_uncompressed_libs;           /* replace mode with native libraries that are not compressed */
	enum mdr_patch_stage stage;                /* of an earlier patch */
	bool knows_deployed;           /* mdr_quickfix_sync(): the next two are what the system says; else unknown */
	uint32_t deployed, deploying;  /* patchVersionCode; 0: none */
	const char *stage_type;        /* "patch" or "hotreload", of the one that `stage` is about; NULL: not known */
	bool system_caller, permitted; /* the caller is a system app; may install quick fixes */
	const char *folder;  /* all paths must lie in it: the system's folder for quick fixes; NULL: not looked at */
	const char *anchors; /* certificates (PEM) that end a trusted chain, whatever the time; NULL: any signer */
};

struct mdr_hqf {
	const char *path; /* as the system would be told */
	const void *bytes;
	size_t n;
};

/* *code: one of MDR_QF_…; *which: the module it is about (n: all of them). MDR_OK also where something is refused: see *code and the text
 * in *err. MDR_MEMORY: memory ended, or an archive of more than some 100,000 files, a patch.json of more than 64 KiB, more than 256 modules;
 * then nothing is known. Bytes may be mapped. */
enum mdr_code mdr_quickfix_check(const struct mdr_bundle *bundle, const struct mdr_hqf *files, size_t n, int *code,
				 size_t *which, struct mdr_error *err);

enum mdr_quickfix_state {
	MDR_QUICKFIX_NONE,     /* nothing for this device */
	MDR_QUICKFIX_KEPT,     /* what is deployed stays */
	MDR_QUICKFIX_READY,    /* all modules are here and would be accepted: deploy them, then mdr_quickfix_done() */
	MDR_QUICKFIX_ROLLBACK, /* delete the deployed fix, then mdr_quickfix_done() */
	MDR_QUICKFIX_REFUSED,  /* the system would refuse it: see `code` */
};

struct mdr_quickfix {
	enum mdr_quickfix_state state;
	int code;                    /* REFUSED: MDR_QF_… */
	const char *why;             /* REFUSED: in words */
	uint32_t patch_version_code; /* READY, REFUSED: offered; KEPT, ROLLBACK: deployed */
	char task[65];
	char (*files)[MDR_NAME]; /* READY: in storage; the system wants paths that end in .hqf: copy them */
	const char *const *modules;
	size_t n;
	struct mdr_held *held;
};

/* The device's bundleName and versionCode are those of `bundle`, its patchVersionCode what is deployed: by the system where it knows, else
 * by mdr_quickfix_done(). What was deployed for another versionCode is forgotten, and its files go: the system drops it when the app is
 * updated. A fix that was refused is neither loaded nor looked at again until it has other bytes or the bundle changes. Every module is in
 * memory once, one after the other, within limits.apply. */
enum mdr_code mdr_quickfix_sync(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_bundle *bundle,
				const struct mdr_download *how, struct mdr_quickfix *out, struct mdr_error *err);
void mdr_quickfix_release(struct mdr_quickfix *q);
/* The system deployed the fix (or deleted it: 0). */
enum mdr_code mdr_quickfix_done(struct mdr_client *c, uint32_t patch_version_code, struct mdr_error *err);

/* --- switches ----------------------------------------------------------------------------------------------------------
 *
 * Values are read from what is kept, at once, also before the first refresh and without a network. mdr_switches_refresh() asks the tree
 * when the interval is over: 30 minutes, or the switch Load_Config_Interval (minutes, 1 to 43200; anything else: 30); at once for a
 * device with other attributes (another user, say) and after the clock was set back; after a failure, which changes no value, not within a
 * minute, two, four, … up to the interval. */
typedef void (*mdr_switch_fn)(void *ctx, const char *key, const char *old, const char *now); /* NULL: absent */

/* Called by a refresh for each key that changed (`key` NULL: any), in the order of keys (bytes), for one key in the order in which they
 * came; once, however often they are added. The new values count already. A listener may read values, and add and remove listeners: the
 * added ones hear of the next refresh first; it may not refresh (MDR_CANCELLED). `old` and `now` live until it returns. -1: memory. */
int mdr_switch_listen(struct mdr_client *c, const char *key, mdr_switch_fn fn, void *ctx);
void mdr_switch_unlisten(struct mdr_client *c, const char *key, mdr_switch_fn fn, void *ctx);

/* `force`: whatever the interval. *asked: the tree was asked. */
enum mdr_code mdr_switches_refresh(struct mdr_client *c, const struct mdr_ask *ask, bool force, bool *asked,
				   struct mdr_error *err);
/* The value, or `fallback`; borrowed until the next refresh. */
const char *mdr_switch_value(struct mdr_client *c, const char *key, const char *fallback);
/* When the next refresh is due, for the same device; 0: at once. */
int64_t mdr_switches_due(const struct mdr_client *c);

/* --- ships -------------------------------------------------------------------------------------------------------------
 *
 * The three calls of SOT. A ship is the hotpatch of a versionKey; its identity is the MD5 (hotpatchVersion). Dev tasks are given with
 * is_dev only, all others only without; the device's channel, versionKey and appVersion are not looked at. A failure is tried once more. What
 * each call gives, keeps and loads: schemas/FORMAT.md, section 11. */
enum mdr_ship_status {
	MDR_SHIP_SUCCESS = 1,
	MDR_SHIP_FAILURE = 2, /* unreachable, or the app's progress callback said no */
	MDR_SHIP_ERROR =
		3, /* reached: a bad tree, or a versionKey that nobody knows; or the device failed before a ship was known */
	MDR_SHIP_APPLY_ERROR =
		4,              /* its bytes are not the signed ones, could not be kept, or the app could not load it */
	MDR_SHIP_DISABLED = 5,  /* the key is known and nothing is out for it, or it was rolled back */
	MDR_SHIP_HAS_NEWER = 6, /* loaded into the cache; applies at the next start */
	MDR_SHIP_NEWEST = 7,
};

/* Loads the ship in storage into the process, in place of one that is loaded. Its bytes were held against their hash just now. False: it
 * cannot be loaded. */
typedef bool (*mdr_ship_load_fn)(void *ctx, const char *name, const char *md5);

struct mdr_ship_app {
	const char *version_key;
	bool is_dev;
	mdr_ship_load_fn load; /* mdr_ship_pull() needs none */
	void *load_ctx;
	struct mdr_download how;
};

struct mdr_ship {
	enum mdr_ship_status status;
	bool applied; /* mdr_ship_apply_cached_and_pull(): a cached ship was loaded at once */
	char applied_md5[33];
	char md5[33];           /* of the ship that is active in the tree; empty: none, or not known */
	uint32_t requests;      /* tries that reached the tree, however many files they took */
	uint64_t loaded;        /* bytes that came of ships */
	uint64_t units;         /* requests + 3 for each begun 100 KiB of `loaded`: what SOT would count */
	struct mdr_error error; /* of statuses 2, 3, 4 */
};

void mdr_ship_sync(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_ship_app *app,
		   struct mdr_ship *out);
void mdr_ship_apply_cached_and_pull(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_ship_app *app,
				    struct mdr_ship *out);
void mdr_ship_pull(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_ship_app *app,
		   struct mdr_ship *out);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
