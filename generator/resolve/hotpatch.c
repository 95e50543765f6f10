/* Hotpatches: loaded, looked at by the app, named at its next start, and taken back where they do not start well.
 *
 * Record "hotpatch" (a patch is an object with "name", "size", "version", "task"):
 *   appVersion, versionKey   of the device that the patches are for; another one has none
 *   next       the patch of the next start, or {"rollback": true, "task": …}
 *   current    the patch that is named now; "good": it has started well once, else "starts": how often it was named
 *   previous   the one before it, which started well; until the current one does
 *   refused    SHA-256 of the patches that did not: they are not loaded again */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/version.h"
#include "resolve/answer.h"
#include "resolve/download.h"
#include "resolve/record.h"
#include "resolve/service.h"

#define RECORD      "hotpatch"
#define STARTS      2  /* how often a patch is named that never started well */
#define REFUSED_MAX 16 /* the oldest is forgotten */

static const char *const places[] = { "next", "current", "previous" };

/* What a call works on. Files go after the record no longer names them. */
struct patches {
	struct mdr_client *c;
	json_t *record;
	char had[COUNT(places) + 1][MDR_NAME]; /* names in the stored record, and of a refused patch; empty: none */
	bool changed, no_memory;
};

/* --- the record ---------------------------------------------------------------------------------------------------------- */

/* The patch in a place, borrowed; NULL: there is none, or it is a rollback. */
static json_t *patch_in(const struct patches *p, const char *place)
{
	json_t *patch = json_object_get(p->record, place);
	const char *name = record_text(patch, "name");

	return name && download_is_name(name) && record_int(patch, "size", 0) > 0 ? patch : NULL;
}

static const char *name_in(const struct patches *p, const char *place)
{
	return record_text(patch_in(p, place), "name");
}

static bool is_in(const struct patches *p, const char *place, const char *name)
{
	const char *has = name_in(p, place);

	return has && strcmp(has, name) == 0;
}

static bool is_rollback(const struct patches *p)
{
	return record_flag(json_object_get(p->record, "next"), "rollback");
}

static void set(struct patches *p, json_t *object, const char *key, json_t *value)
{
	p->no_memory = p->no_memory || json_object_set_new(object, key, value);
	p->changed = true;
}

static void drop(struct patches *p, const char *place)
{
	p->changed = !json_object_del(p->record, place) || p->changed;
}

static void drop_all(struct patches *p)
{
	for (size_t i = 0; i < COUNT(places); i++)
		drop(p, places[i]);
}

static void move(struct patches *p, const char *to, const char *from)
{
	json_t *patch = patch_in(p, from);

	drop(p, to);
	if (patch)
		set(p, p->record, to, json_incref(patch));
	drop(p, from);
}

static enum mdr_code load(struct patches *p, struct mdr_client *c, struct mdr_error *err)
{
	enum mdr_code code;

	*p = (struct patches){ .c = c };
	code = record_load(&p->record, c, RECORD, err);
	for (size_t i = 0; i < COUNT(places) && !code; i++) {
		const char *name = name_in(p, places[i]);

		if (name)
			(void)snprintf(p->had[i], MDR_NAME, "%s", name);
	}
	return code;
}

/* Stores what changed; then what is no longer named goes. */
static enum mdr_code settle(struct patches *p, struct mdr_error *err)
{
	enum mdr_code code = MDR_OK;

	if (p->no_memory)
		return fail_memory(err);
	if (p->changed)
		code = record_store(p->c, RECORD, p->record, err);
	for (size_t i = 0; i < COUNT(p->had) && !code && p->changed; i++) {
		if (p->had[i][0])
			packages_drop(p->c, p->had[i]);
	}
	p->changed = false;
	return code;
}

/* --- patches that are not loaded again ----------------------------------------------------------------------------------- */

static bool is_refused(const struct patches *p, const char *name)
{
	const json_t *refused = json_object_get(p->record, "refused");

	for (size_t i = 0; i < json_array_size(refused); i++) {
		const char *hash = json_string_value(json_array_get(refused, i));

		if (hash && strcmp(hash, name + sizeof(MDR_PACKAGE) - 1) == 0)
			return true;
	}
	return false;
}

static void refuse(struct patches *p, const char *name)
{
	json_t *refused = json_object_get(p->record, "refused");

	if (!json_is_array(refused)) {
		refused = json_array();
		set(p, p->record, "refused", refused);
	}
	while (json_array_size(refused) >= REFUSED_MAX && !json_array_remove(refused, 0))
		continue;
	p->no_memory = p->no_memory || json_array_append_new(refused, json_string(name + sizeof(MDR_PACKAGE) - 1));
	p->changed = true;
}

/* --- whose they are ------------------------------------------------------------------------------------------------------ */

/* Equal as versions where both are some, else as texts; missing is the empty text. */
static bool same_version(const char *kept, struct slice now)
{
	struct version a, b;

	if (version_parse_device(&a, slice_of(kept)) && version_parse_device(&b, now))
		return version_cmp(&a, &b) == 0;
	return slice_eq(slice_trim(slice_of(kept)), slice_trim(now));
}

/* A text of the device that a record can hold; empty: it has none. */
static struct slice attr_of(const struct mdr_device *device, const char *name)
{
	struct slice text = { NULL, 0 };

	if (!service_attr(&text, device, name) || !text_is_utf8(text) || slice_find(text, '\0') >= 0)
		return (struct slice){ NULL, 0 };
	return text;
}

static void set_text(struct patches *p, const char *key, struct slice text)
{
	if (text.n)
		set(p, p->record, key, json_stringn(text.p, text.n));
	else
		drop(p, key);
}

/* Patches of another appVersion or versionKey go; from now on they are this device's. */
static void claim(struct patches *p, const struct mdr_device *device)
{
	struct slice version = attr_of(device, "appVersion"), key = attr_of(device, "versionKey");

	if (same_version(record_text(p->record, "appVersion"), version) &&
	    slice_eq(slice_of(record_text(p->record, "versionKey")), key))
		return;
	drop_all(p);
	set_text(p, "appVersion", version);
	set_text(p, "versionKey", key);
}

/* --- at the app's start -------------------------------------------------------------------------------------------------- */

static void promote(struct patches *p)
{
	if (is_rollback(p)) {
		drop_all(p);
	} else if (patch_in(p, "next")) {
		if (record_flag(patch_in(p, "current"), "good"))
			move(p, "previous", "current");
		move(p, "current", "next");
	} else {
		drop(p, "next");
	}
}

/* Whether the current patch may be named; where not, the one before it is current afterwards. */
static enum mdr_code settle_current(struct patches *p, struct mdr_error *err)
{
	json_t *patch = patch_in(p, "current");
	bool there = false, good = record_flag(patch, "good");
	int64_t starts = record_int(patch, "starts", 0);
	const char *name = name_in(p, "current");
	enum mdr_code code = download_there(&there, p->c, name, (uint64_t)record_int(patch, "size", 0), err);

	if (code)
		return code;
	if (there && good)
		return MDR_OK;
	if (there && starts >= 0 && starts < STARTS) {
		set(p, patch, "starts", json_integer(starts + 1));
		return MDR_OK;
	}
	if (there)
		refuse(p, name);
	move(p, "current", "previous");
	return patch_in(p, "current") ? settle_current(p, err) : MDR_OK;
}

static enum mdr_code start(struct patches *p, const char *app_version, struct mdr_error *err)
{
	enum mdr_code code = MDR_OK;

	if (!same_version(record_text(p->record, "appVersion"), slice_of(app_version)))
		drop_all(p);
	promote(p);
	if (patch_in(p, "current"))
		code = settle_current(p, err);
	return code ? code : settle(p, err);
}

enum mdr_code mdr_hotpatch_current(struct mdr_client *c, const char *app_version, char name[MDR_NAME],
				   struct mdr_error *err)
{
	struct patches p;
	enum mdr_code code = load(&p, c, err);

	name[0] = '\0';
	if (!code)
		code = start(&p, app_version, err);
	if (!code && patch_in(&p, "current"))
		(void)snprintf(name, MDR_NAME, "%s", name_in(&p, "current"));
	json_decref(p.record);
	return code;
}

enum mdr_code mdr_hotpatch_started(struct mdr_client *c, struct mdr_error *err)
{
	struct patches p;
	enum mdr_code code = load(&p, c, err);
	json_t *patch = code ? NULL : patch_in(&p, "current");

	if (patch && !record_flag(patch, "good")) {
		set(&p, patch, "good", json_true());
		(void)json_object_del(patch, "starts");
		drop(&p, "previous");
		code = settle(&p, err);
	}
	json_decref(p.record);
	return code;
}

/* --- sync ---------------------------------------------------------------------------------------------------------------- */

/* What one call of mdr_hotpatch_sync() is about. */
struct sync {
	struct patches p;
	const struct mdr_download *how;
	mdr_verify_fn verify;
	void *verify_ctx;
	const json_t *answer;
	const char *version, *task; /* of the answer */
	struct wanted wanted;
	struct mdr_hotpatch *out;
	bool refused;
};

/* The patch goes at the next start; one that was never started goes now. */
static void take_back(struct sync *s)
{
	json_t *next;

	if (!patch_in(&s->p, "current"))
		drop(&s->p, "next");
	if (!patch_in(&s->p, "current") || is_rollback(&s->p))
		return;
	next = json_object();
	set(&s->p, s->p.record, "next", next);
	set(&s->p, next, "rollback", json_true());
	set(&s->p, next, "task", json_string(s->task));
}

/* What was loaded becomes the next patch, or is refused. */
static void accept_patch(struct sync *s)
{
	const struct mdr_got *got = &s->out->got;

	if (s->verify && !s->verify(s->verify_ctx, got->name, got->size)) {
		refuse(&s->p, got->name);
		memcpy(s->p.had[COUNT(places)], got->name, MDR_NAME);
		s->refused = true;
		return;
	}
	set(&s->p, s->p.record, "next",
	    json_pack("{s:s, s:I, s:s, s:s}", "name", got->name, "size", (json_int_t)got->size, "version", s->version,
		      "task", s->task));
}

static enum mdr_code apply(struct sync *s, struct mdr_error *err)
{
	char name[MDR_NAME], attempt[64];
	bool is_next;
	enum mdr_code code;

	download_name(name, s->wanted.sha256);
	if (is_in(&s->p, "current", name)) {
		drop(&s->p, "next");
		return MDR_OK;
	}
	s->refused = is_refused(&s->p, name);
	if (s->refused)
		return MDR_OK;
	(void)snprintf(attempt, sizeof(attempt), "hotpatch %s", s->version);
	s->wanted.attempt = attempt;
	is_next = is_in(&s->p, "next", name);
	code = download(&s->out->got, s->p.c, &s->wanted, s->how, err);
	if (!code && !is_next)
		accept_patch(s);
	return code;
}

static enum mdr_code read_answer(struct sync *s, enum platform platform, struct mdr_error *err)
{
	uint8_t md5[MD5_SIZE];

	s->version = record_text(s->answer, "hotpatchVersion");
	if (!wanted_read(&s->wanted, s->p.c, platform, KIND_HOTPATCH, s->answer, "downloadUrl", "fileSize") ||
	    !text_hex(md5, sizeof(md5), slice_of(s->version)))
		return fail(err, MDR_REFUSED, "the answer does not describe a hotpatch");
	return MDR_OK;
}

static enum mdr_code follow(struct sync *s, enum platform platform, struct mdr_error *err)
{
	const char *action = record_text(s->answer, "action");
	enum mdr_code code;

	s->task = record_text(s->answer, "task");
	s->task = s->task ? s->task : "";
	if (json_is_null(s->answer))
		return MDR_OK;
	if (action && strcmp(action, "rollback") == 0) {
		take_back(s);
		return MDR_OK;
	}
	if (!action || strcmp(action, "apply") != 0)
		return fail(err, MDR_REFUSED, "the hotpatch is neither to be applied nor to be rolled back");
	code = read_answer(s, platform, err);
	return code ? code : apply(s, err);
}

static void tell(struct sync *s)
{
	struct mdr_hotpatch *out = s->out;
	const json_t *current = patch_in(&s->p, "current"), *next = patch_in(&s->p, "next");
	const json_t *patch = is_rollback(&s->p) ? json_object_get(s->p.record, "next") : next ? next : current;
	const char *version = record_text(patch, "version"), *task = record_text(patch, "task");

	out->rollback = !s->refused && is_rollback(&s->p);
	if (s->refused)
		out->state = MDR_HOTPATCH_REFUSED;
	else if (next || is_rollback(&s->p))
		out->state = MDR_HOTPATCH_RESTART;
	else
		out->state = patch ? MDR_HOTPATCH_KEPT : MDR_HOTPATCH_NONE;
	(void)snprintf(out->version, sizeof(out->version), "%s", version ? version : "");
	(void)snprintf(out->task, sizeof(out->task), "%s", task ? task : "");
}

static enum mdr_code run(struct sync *s, json_t *answer, enum platform platform, const struct mdr_device *device,
			 struct mdr_error *err)
{
	enum mdr_code code = load(&s->p, s->p.c, err);

	s->answer = answer;
	if (!code) {
		claim(&s->p, device);
		code = follow(s, platform, err);
	}
	if (!code)
		code = settle(&s->p, err);
	if (!code)
		tell(s);
	json_decref(s->p.record);
	return code;
}

enum mdr_code mdr_hotpatch_sync(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_download *how,
				mdr_verify_fn verify, void *verify_ctx, struct mdr_hotpatch *out, struct mdr_error *err)
{
	struct sync s = { .p = { .c = c }, .how = how, .verify = verify, .verify_ctx = verify_ctx, .out = out };
	json_t *answer = NULL;
	enum platform platform;
	enum mdr_code code = answer_platform(&platform, ask->device, err);

	*out = (struct mdr_hotpatch){ .state = MDR_HOTPATCH_NONE };
	if (!code)
		code = service_ask(&answer, c, ask, KIND_HOTPATCH, 0, err);
	if (!code)
		code = run(&s, answer, platform, ask->device, err);
	json_decref(answer);
	return code;
}
