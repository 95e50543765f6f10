/* The upgrade check: what is offered, whether the user wants to hear of it, and whether it lies here already.
 *
 * Record "upgrade": "declined", an object: version → when the user declined it; "package": what was loaded last, or is being loaded. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "resolve/answer.h"
#include "resolve/download.h"
#include "resolve/record.h"
#include "resolve/service.h"

#define RECORD       "upgrade"
#define DECLINED     "declined"
#define DECLINED_MAX 16 /* versions */
#define VERSION_MAX  128
#define SILENCE_DAYS 3 /* of an offer "once" that does not say */
#define DAY          INT64_C(86400)

/* --- what is offered ----------------------------------------------------------------------------------------------------- */

static int copy_nets(struct mdr_upgrade *u, const json_t *nets)
{
	size_t n = json_array_size(nets);
	const char **v = arena_try(&u->held->mem, n, sizeof(*v));

	if (!v)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (held_text(&v[u->n_net_types], u->held, json_array_get(nets, i)))
			return -1;
		u->n_net_types += v[u->n_net_types] != NULL;
	}
	u->net_types = v;
	return 0;
}

static int copy_texts(struct mdr_upgrade *u, const json_t *answer)
{
	const struct {
		const char **out, *key;
	} texts[] = { { &u->version, "version" },      { &u->task, "task" },     { &u->download_url, "downloadUrl" },
		      { &u->guide_memo, "guideMemo" }, { &u->sha256, "sha256" }, { &u->md5, "md5" } };

	for (size_t i = 0; i < COUNT(texts); i++) {
		if (held_text(texts[i].out, u->held, json_object_get(answer, texts[i].key)))
			return -1;
	}
	return copy_nets(u, json_object_get(answer, "needClientNetType"));
}

static enum mdr_code invalid(struct mdr_upgrade *u, struct mdr_error *err, const char *what)
{
	u->state = MDR_UPGRADE_INVALID;
	return fail(err, MDR_REFUSED, "the answer is no upgrade: %s", what);
}

/* What an upgrade needs. A package is a store's, or all of it is known. */
static enum mdr_code check_answer(struct mdr_upgrade *u, const json_t *answer, struct mdr_error *err)
{
	struct slice url;
	uint8_t hash[SHA256_SIZE];

	if (!u->version || !*u->version)
		return invalid(u, err, "it has no version");
	if (!u->download_url || !*u->download_url)
		return invalid(u, err, "it has no downloadUrl");
	if (u->result_status != 202 && u->result_status != 204 && u->result_status != 206)
		return invalid(u, err, "its resultStatus is none of 202, 204, 206");
	if (json_object_get(answer, "sha256") &&
	    !wanted_file(&url, &u->file_size, hash, answer, "downloadUrl", "fileSize"))
		return invalid(u, err, "sha256, fileSize and downloadUrl do not describe a package");
	return MDR_OK;
}

/* *u from an answer, which becomes its own (also after an error). */
static enum mdr_code fill(struct mdr_upgrade *u, const struct mdr_client *c, json_t *answer, enum platform platform,
			  struct mdr_error *err)
{
	int64_t status = record_int(answer, "resultStatus", 0);

	u->held = held_new(c);
	if (!u->held) {
		json_decref(answer);
		return fail_memory(err);
	}
	u->held->answer = answer;
	u->held->platform = platform;
	u->result_status = status > 0 && status < 1000 ? (int)status : 0;
	return copy_texts(u, answer) ? fail_memory(err) : check_answer(u, answer, err);
}

void mdr_upgrade_release(struct mdr_upgrade *u)
{
	held_free(u->held);
	*u = (struct mdr_upgrade){ .state = MDR_UPGRADE_NEWEST };
}

/* --- whether to show it -------------------------------------------------------------------------------------------------- */

/* Seconds: the caller's, else the release's. */
static int64_t silence_of(const struct mdr_upgrade *u, int64_t silence)
{
	int64_t days = record_int(u->held->answer, "silenceDays", SILENCE_DAYS);

	if (silence >= 0)
		return silence;
	return (days < 0 || days > 365 ? SILENCE_DAYS : days) * DAY;
}

/* A decline that lies in the future is none: the clock was wrong, and silence would have no end. */
static bool is_silent(struct mdr_upgrade *u, const json_t *record, int64_t now, int64_t silence)
{
	int64_t at = record_int(json_object_get(record, DECLINED), u->version, -1), length = silence_of(u, silence);

	if (u->result_status != 202 || at < 0 || at > now || now - at >= length)
		return false;
	u->silent_until = length > INT64_MAX - at ? INT64_MAX : at + length;
	return true;
}

static bool is_limited(const struct mdr_upgrade *u, const struct mdr_device *device)
{
	struct slice net;

	if (!u->n_net_types)
		return false;
	if (!service_attr(&net, device, "netType"))
		return true;
	for (size_t i = 0; i < u->n_net_types; i++) {
		if (slice_eq_nocase(slice_of(u->net_types[i]), net))
			return false;
	}
	return true;
}

/* What can be loaded: not what a store, or the system by a link of its own, loads. */
static bool has_package(const struct mdr_upgrade *u)
{
	return u->sha256 && u->file_size && !slice_starts(slice_of(u->download_url), "itms-services:");
}

static enum mdr_code find_package(bool *there, struct mdr_upgrade *u, const struct mdr_client *c, struct mdr_error *err)
{
	uint8_t hash[SHA256_SIZE];
	enum mdr_code code;

	*there = false;
	if (!has_package(u) || !text_hex(hash, sizeof(hash), slice_of(u->sha256)))
		return MDR_OK;
	download_name(u->file, hash);
	code = download_there(there, c, u->file, u->file_size, err);
	if (!*there)
		u->file[0] = '\0';
	return code;
}

static enum mdr_code judge(struct mdr_upgrade *u, const struct mdr_client *c, const struct mdr_ask *ask,
			   int64_t silence, struct mdr_error *err)
{
	json_t *record = NULL;
	bool there = false;
	enum mdr_code code = record_load(&record, c, RECORD, err);

	if (!code)
		code = find_package(&there, u, c, err);
	if (code)
		u->state = MDR_UPGRADE_ERROR;
	else if (is_silent(u, record, ask->now, silence))
		u->state = MDR_UPGRADE_SILENT;
	else if (there)
		u->state = MDR_UPGRADE_DOWNLOADED;
	else
		u->state = is_limited(u, ask->device) ? MDR_UPGRADE_LIMIT : MDR_UPGRADE_OFFERED;
	json_decref(record);
	return code;
}

/* --- the package's name in the record ------------------------------------------------------------------------------------ */

/* `name` NULL: no package is wanted any more, mdr_clean() may have it. Stores what changed. */
static enum mdr_code note_package(const struct mdr_client *c, const char *name, struct mdr_error *err)
{
	json_t *record = NULL;
	enum mdr_code code = record_load(&record, c, RECORD, err);
	const char *old;

	if (code)
		return code;
	old = record_text(record, "package");
	if (name && (!old || strcmp(old, name) != 0))
		code = json_object_set_new(record, "package", json_string(name)) ? fail_memory(err)
										 : record_store(c, RECORD, record, err);
	else if (!name && !json_object_del(record, "package"))
		code = record_store(c, RECORD, record, err);
	json_decref(record);
	return code;
}

/* --- the four calls ------------------------------------------------------------------------------------------------------ */

static enum mdr_code newest(struct mdr_upgrade *u, const struct mdr_client *c)
{
	struct mdr_error ignored;

	u->result_status = 201;
	if (!c->incomplete)
		(void)note_package(c, NULL, &ignored); /* what fails here is tried again by the next check */
	return MDR_OK;
}

static enum mdr_code check(struct mdr_upgrade *u, struct mdr_client *c, const struct mdr_ask *ask, int64_t silence,
			   struct mdr_error *err)
{
	json_t *answer = NULL;
	enum platform platform;
	enum mdr_code code = answer_platform(&platform, ask->device, err);

	if (code) {
		u->state = MDR_UPGRADE_INVALID;
		return code;
	}
	code = service_ask(&answer, c, ask, KIND_UPGRADE, 0, err);
	if (code)
		return code;
	if (json_is_null(answer)) {
		json_decref(answer);
		u->state = MDR_UPGRADE_NEWEST;
		return newest(u, c);
	}
	code = fill(u, c, answer, platform, err);
	return code ? code : judge(u, c, ask, silence, err);
}

enum mdr_code mdr_upgrade_check(struct mdr_client *c, const struct mdr_ask *ask, int64_t silence,
				struct mdr_upgrade *out, struct mdr_error *err)
{
	const struct mdr_upgrade *under_way = c->updating;
	enum mdr_upgrade_state failed;
	enum mdr_code code;

	*out = (struct mdr_upgrade){ .state = MDR_UPGRADE_ERROR };
	if (under_way)
		code = fill(out, c, json_incref(under_way->held->answer), under_way->held->platform, err);
	else
		code = check(out, c, ask, silence, err);
	if (!code && under_way)
		out->state = MDR_UPGRADE_UPDATING;
	if (!code)
		return code;
	failed = out->state;
	mdr_upgrade_release(out);
	out->state = failed;
	return code;
}

/* Makes room for one more. */
static void forget_oldest(json_t *declined)
{
	while (json_object_size(declined) >= DECLINED_MAX) {
		const char *oldest = NULL, *version;
		json_t *at;

		json_object_foreach(declined, version, at)
		{
			if (!oldest || record_int(declined, version, -1) < record_int(declined, oldest, -1))
				oldest = version;
		}
		(void)json_object_del(declined, oldest);
	}
}

static enum mdr_code decline(json_t *record, struct slice version, int64_t now, struct mdr_error *err)
{
	json_t *declined = json_object_get(record, DECLINED);

	if (!json_is_object(declined)) {
		declined = json_object();
		if (json_object_set_new(record, DECLINED, declined))
			return fail_memory(err);
	}
	if (!json_object_getn(declined, version.p, version.n))
		forget_oldest(declined);
	return json_object_setn_new(declined, version.p, version.n, json_integer(now)) ? fail_memory(err) : MDR_OK;
}

enum mdr_code mdr_upgrade_declined(struct mdr_client *c, const char *version, int64_t now, struct mdr_error *err)
{
	struct slice text = slice_of(version);
	json_t *record = NULL;
	enum mdr_code code;

	if (text.n == 0 || text.n > VERSION_MAX || !text_is_utf8(text))
		return fail(err, MDR_ABSENT_HERE, "no such version was ever offered");
	code = record_load(&record, c, RECORD, err);
	if (!code)
		code = decline(record, text, now, err);
	if (!code)
		code = record_store(c, RECORD, record, err);
	json_decref(record);
	return code;
}

enum mdr_code mdr_upgrade_download(struct mdr_client *c, const struct mdr_upgrade *u, const struct mdr_download *how,
				   struct mdr_got *got, struct mdr_error *err)
{
	char attempt[VERSION_MAX + 16], name[MDR_NAME];
	struct wanted w;
	enum mdr_code code;

	*got = (struct mdr_got){ .size = 0 };
	if (c->updating)
		return fail(err, MDR_CANCELLED, "an upgrade is being loaded already");
	if (!u->held || !has_package(u) ||
	    !wanted_read(&w, c, u->held->platform, KIND_UPGRADE, u->held->answer, "downloadUrl", "fileSize"))
		return fail(err, MDR_ABSENT_HERE,
			    "the offer has no package to load: a store has it, or there is no offer");
	(void)snprintf(attempt, sizeof(attempt), "upgrade %.*s", VERSION_MAX, u->version);
	w.attempt = attempt;
	download_name(name, w.sha256);
	code = note_package(c, name, err);
	if (code)
		return code;
	c->updating = u;
	code = download(got, c, &w, how, err);
	c->updating = NULL;
	return code;
}
