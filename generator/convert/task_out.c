/* convert/task_out.c: a task that is written. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/strbuf.h"
#include "convert/rules.h"
#include "convert/task.h"

struct task_writer {
	const struct app *app;
	const struct release *r;
	const struct task *t;
	const struct task_options *o;
	struct diags *d;
	json_t *out;
};

static void put(json_t *o, const char *key, struct slice text)
{
	if (text.n)
		json_object_set_new(o, key, json_stringn(text.p, text.n));
}

static void put_int(json_t *o, const char *key, int64_t n)
{
	json_object_set_new(o, key, json_integer(n));
}

static struct srcpos place(const struct task_writer *w)
{
	char pointer[32];

	snprintf(pointer, sizeof(pointer), "/tasks/%zu", w->t->index);
	return origin_pos(&w->r->origin, pointer);
}

/* What the task says and the form does not hold; NULL: nothing. */
static const char *lost_condition(const struct task_writer *w)
{
	const struct task *t = w->t;

	if (w->r->nunless)
		return "its release has \"unless\"";
	if (t->dev)
		return "its channel is \"dev\"";
	if (t->type == TASK_WINDOW && t->window.nramp)
		return "its window has a ramp";
	if (t->type == TASK_WINDOW && t->window.start != t->published_at)
		return "its window starts at another time than it is published";
	return NULL;
}

/* --- the release ------------------------------------------------------------------------------------------------------ */

static void put_package(json_t *o, const struct package *p)
{
	char hex[SHA256_HEX];

	if (!p->url.n)
		return;
	put(o, "downloadUrl", p->url);
	put_int(o, "fileSize", (int64_t)p->size);
	digest_hex(hex, p->sha256, sizeof(p->sha256));
	put(o, "sha256", slice_of(hex));
	digest_hex(hex, p->md5, sizeof(p->md5));
	if (p->has_md5)
		put(o, "md5", slice_of(hex));
}

static void put_release(const struct task_writer *w)
{
	json_t *o = w->out;

	if (w->r->kind == KIND_UPGRADE) {
		const struct upgrade *u = upgrade_of(w->r);

		put(o, "platform", slice_of(mds_platform(u->platform)));
		put(o, "productVersion", u->r.version_text);
		if (u->distribution == DIST_APP_STORE)
			put(o, "appstoreUrl", u->link);
		if (u->distribution == DIST_PACKAGE)
			put_package(o, &u->package);
	} else if (w->r->kind == KIND_HOTPATCH) {
		const struct hotpatch *h = hotpatch_of(w->r);

		put(o, "platform", slice_of(mds_platform(h->platform)));
		put(o, "productVersion", h->product_text);
		put_int(o, "patchNumber", h->patch_number);
		put_package(o, &h->package);
	} else {
		put(o, "h5Id", w->r->slot);
		put(o, "h5Version", w->r->version_text);
	}
}

/* --- who gets it ------------------------------------------------------------------------------------------------------ */

static void put_time(const struct task_writer *w, const char *key, int64_t t)
{
	char text[MDS_TIME_TEXT];

	mds_time_format(text, t, w->o->zone);
	put(w->out, key, slice_of(text));
}

static void put_whitelists(const struct task_writer *w)
{
	CLEANUP(strbuf_release) struct strbuf ids = STRBUF_INIT;

	for (size_t i = 0; i < w->t->nwhitelists; i++) {
		struct slice name = w->t->whitelists[i]->name;

		for (size_t k = 0; k < w->o->nwhitelists; k++)
			if (slice_eq(w->o->whitelists[k].word, name))
				name = w->o->whitelists[k].code;
		strbuf_adds(&ids, i ? "," : "");
		strbuf_addslice(&ids, name);
	}
	put(w->out, "whitelistIds", strbuf_slice(&ids));
}

static void put_rules(const struct task_writer *w)
{
	bool whole;

	if (!w->t->rules.n)
		return;
	char *text = rules_export(&whole, &w->t->rules);
	put(w->out, "greyConfigInfo", slice_of(text));
	free(text);
	if (!whole)
		diag_warning(
			w->d, place(w),
			"task \"" SLICE_FMT
			"\": its rules need the form with subRules, which MDS prints; its requests cannot hold them",
			SLICE_ARG(w->t->id));
}

static void put_condition(const struct task_writer *w)
{
	const struct task *t = w->t;

	if (t->type == TASK_WHITELIST)
		put_whitelists(w);
	if (t->type == TASK_WINDOW) {
		put_time(w, "greyEndtimeData", t->window.end);
		put_int(w->out, "greyNum", (int64_t)t->window.users);
	}
	if (t->type == TASK_PERCENTAGE && t->thousandths % 1000)
		json_object_set_new(w->out, "percent", json_real(t->thousandths / 1000.0));
	else if (t->type == TASK_PERCENTAGE)
		put_int(w->out, "percent", t->thousandths / 1000);
	put_rules(w);
}

/* --- what it says ----------------------------------------------------------------------------------------------------- */

#define SILENCE_DAYS_DEFAULT 3

static void put_upgrade(const struct task_writer *w)
{
	const struct task *t = w->t;
	struct slice name = slice_of(upgrade_mode_name(t->upgrade_mode));
	int64_t code = t->upgrade_mode;

	for (size_t i = 0; i < w->o->nupgrade_types; i++)
		if (slice_eq(w->o->upgrade_types[i].word, name))
			code = strtoll(w->o->upgrade_types[i].code.p, NULL, 10);
	put_int(w->out, "upgradeType", code);
	put(w->out, "upgradeContent", t->prompt);
	if (t->upgrade_mode == MODE_ONCE && t->silence_days != SILENCE_DAYS_DEFAULT)
		diag_warning(w->d, place(w),
			     "task \"" SLICE_FMT "\": silenceDays %" PRIu32 " has no place in MDS's form",
			     SLICE_ARG(t->id), t->silence_days);
}

/* The audience that the window would have without its own. */
static int64_t usual_audience(const struct task_writer *w)
{
	int64_t sum = 0;

	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		if (w->r->platforms[p] && w->app->audience[p] > 0)
			sum += w->app->audience[p];
	return sum;
}

static void warn_of_audience(const struct task_writer *w)
{
	if (w->t->type == TASK_WINDOW && w->t->window.audience != usual_audience(w))
		diag_warning(w->d, place(w), "task \"" SLICE_FMT "\": its window's audience has no place in MDS's form",
			     SLICE_ARG(w->t->id));
}

static void warn_of_percent(const struct task_writer *w)
{
	if (w->t->type == TASK_PERCENTAGE)
		diag_warning(w->d, place(w),
			     "task \"" SLICE_FMT
			     "\": publishMode 3 with percent is not among the modes that MDS documents%s",
			     SLICE_ARG(w->t->id), w->t->thousandths % 1000 ? ", and it knows whole percents only" : "");
}

json_t *task_export(const struct app *app, const struct release *r, const struct task *t, const struct task_options *o,
		    struct diags *d)
{
	static const char *const actions[KIND_COUNT] = { [KIND_UPGRADE] = "CreateMcubeUpgradeTask",
							 [KIND_HOTPATCH] = "CreateMcubeHotpatchTask",
							 [KIND_H5] = "CreateMcubeNebulaTask" };
	struct task_writer w = { app, r, t, o, d, NULL };
	const char *lost = lost_condition(&w);

	if (lost) {
		diag_warning(d, place(&w), "task \"" SLICE_FMT "\" is left out: %s, and MDS's form cannot hold that",
			     SLICE_ARG(t->id), lost);
		return NULL;
	}
	w.out = json_object();
	put(w.out, "action", slice_of(actions[r->kind]));
	put(w.out, "appId", app->app_id);
	put(w.out, "workspaceId", app->workspace_id);
	put(w.out, "tenantId", app->tenant_id);
	put_release(&w);
	put(w.out, "taskName", t->id);
	put_int(w.out, "publishType", mds_publish_type(t->type));
	put_int(w.out, "publishMode", mds_publish_mode(t->type));
	put_int(w.out, "taskStatus", mds_status(t->status));
	if (t->published_at)
		put_time(&w, "gmtCreate", t->published_at);
	put_condition(&w);
	put(w.out, "memo", t->memo);
	if (r->kind == KIND_UPGRADE)
		put_upgrade(&w);
	warn_of_percent(&w);
	warn_of_audience(&w);
	return w.out;
}
