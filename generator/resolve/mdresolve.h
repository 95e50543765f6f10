/* mdresolve.h: the device side of mdstatic: what one device should have, from a signed tree of static files.
 *
 * Purpose    mdr_refresh() follows the TUF client workflow over one app's tree and keeps what it verified; mdr_answer() finds
 *            out from it what a device gets. Nothing is believed that is not signed by the trusted root or hashed by what is.
 * World      no clock, no network, no files, no locale, no threads, no globals: the caller gives callbacks and times.
 * Times      seconds since 1970-01-01T00:00:00Z. `now` judges expiry and never falls below the largest one of an earlier
 *            successful refresh; `at` judges publication times, windows and ramps, and may be unknown (MDR_NO_TIME).
 * State      two blobs, "trusted" and "clock", through the storage callbacks. What mdr_refresh() verified is stored by the
 *            first answer that came out whole, so that a tree with a bad file anywhere on the way changes nothing.
 * Errors     enum mdr_code, and in struct mdr_error a text of one line that names the file. After an error the client is as
 *            before and may be used again.
 * Memory     a client takes at most about limits.memory for each index with its manifests, beside metadata; every file is
 *            bounded before it is read (see struct mdr_limits).
 * Threads    one client, one thread. */
#ifndef MDRESOLVE_H
#define MDRESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum mdr_code {
	MDR_OK = 0,
	MDR_REFUSED,     /* a file is missing, damaged, wrongly signed, or of another app */
	MDR_OLDER,       /* signed, but older than what was trusted before */
	MDR_EXPIRED,     /* signed, but its time is over */
	MDR_UNREACHABLE, /* the fetch callback failed */
	MDR_STORAGE,     /* the storage callbacks failed, or the stored state is damaged */
	MDR_DEVICE,      /* the device is no JSON object, or its platform is missing or unknown */
	MDR_STATELESS,   /* an answer was asked for before anything was verified */
	MDR_MEMORY,      /* memory ended, or a limit of struct mdr_limits */
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

/* Reads `path`, relative to <appCode>/ at the first base or a mirror ("metadata/timestamp.json"), from `offset` on, at most
 * `limit` bytes. MDR_ABSENT: there is no such file (HTTP 403, 404). MDR_FAILED: it cannot be known. Fewer bytes than asked
 * for is no failure; the library judges. Over HTTP, an answer 200 to a request with a range begins at offset 0: skip. */
typedef enum mdr_fetched (*mdr_fetch_fn)(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset,
					 uint64_t limit);

/* Reads the blob `name`; MDR_ABSENT: nothing was stored under it yet. */
typedef enum mdr_fetched (*mdr_load_fn)(void *ctx, struct mdr_sink *sink, const char *name);

/* Replaces the blob `name` as a whole: after a crash it is the old or the new one. False: it failed, the old one is there. */
typedef bool (*mdr_store_fn)(void *ctx, const char *name, const void *bytes, size_t n);

struct mdr_limits {         /* bytes; 0: the default */
	uint64_t root;      /* 512,000 */
	uint64_t timestamp; /* 16,384 */
	uint64_t snapshot;  /* 2,000,000 */
	uint64_t targets;   /* 5,000,000 */
	uint64_t object;    /* an index, a manifest or an answer: 16 MiB, and never more than its signed length */
	uint64_t memory;    /* an index and its manifests, decoded: 64 MiB */
	uint32_t rotations; /* root files followed in one refresh: 256 */
};

struct mdr_config {
	const char *app;  /* appCode; copied */
	const void *root; /* a trusted N.root.json, whole; copied */
	size_t root_size;
	mdr_fetch_fn fetch;
	void *fetch_ctx;
	mdr_load_fn load; /* NULL together with `store`: nothing is kept between clients */
	mdr_store_fn store;
	void *storage_ctx;
	struct mdr_limits limits;
};

/* --- a client --------------------------------------------------------------------------------------------------------- */

struct mdr_client;

/* Reads the stored state; fetches nothing. The client is the caller's to mdr_close(). */
enum mdr_code mdr_open(struct mdr_client **out, const struct mdr_config *config, struct mdr_error *err);
void mdr_close(struct mdr_client *c);

/* Brings the client to what the tree says at `now`. Where timestamp.json is the trusted one, unexpired: one fetch. */
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

/* A text that grows; set to zeros before the first use, free `p` at the end. It may be reused from answer to answer. */
struct mdr_text {
	char *p; /* NUL-terminated */
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
 * request), see whether the base is at hand and the memory is there, load the rest, apply. Where anything is refused, the package
 * itself is there to be loaded.
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

#ifdef __cplusplus
}
#endif

#endif
