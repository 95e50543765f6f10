#include "build/h5entry.h"

#include "format/json.h"
#include "format/wire.h"

static void add_platforms(struct strbuf *out, const bool named[PLATFORM_COUNT])
{
	static const enum platform sorted[] = { PLATFORM_ANDROID, PLATFORM_HARMONY, PLATFORM_IOS };
	size_t n = 0;

	for (size_t i = 0; i < COUNT(sorted); i++)
		n += named[sorted[i]];
	if (n == COUNT(sorted)) {
		strbuf_adds(out, "all");
		return;
	}
	n = 0;
	for (size_t i = 0; i < COUNT(sorted); i++) {
		if (named[sorted[i]])
			strbuf_addf(out, "%s%s", n++ ? "-" : "", platform_name(sorted[i]));
	}
}

void h5_versions_path(struct strbuf *out, const struct h5_release *h)
{
	strbuf_addf(out, "h5/" SLICE_FMT "/" SLICE_FMT "_", SLICE_ARG(h->app->id), SLICE_ARG(h->r.version_text));
}

void h5_folder(struct strbuf *out, const struct h5_release *h)
{
	h5_versions_path(out, h);
	add_platforms(out, h->r.platforms);
	strbuf_addch(out, '/');
}

void h5_amr_path(struct strbuf *out, const struct h5_release *h)
{
	h5_folder(out, h);
	strbuf_addf(out, "nebula/" SLICE_FMT "_" SLICE_FMT ".amr", SLICE_ARG(h->app->id), SLICE_ARG(h->r.version_text));
}

void h5_fallback_path(struct strbuf *out, const struct h5_release *h)
{
	h5_folder(out, h);
	strbuf_adds(out, "nebula/fallback/");
}

/* A reference behind `base`. */
static json_t *reference(void (*add)(struct strbuf *out, const struct h5_release *h), const struct h5_release *h,
			 struct slice base)
{
	struct strbuf sb = STRBUF_INIT;
	json_t *text = NULL;

	strbuf_addslice(&sb, base);
	add(&sb, h);
	if (!sb.failed)
		text = put_text(strbuf_slice(&sb));
	strbuf_release(&sb);
	return text;
}

static json_t *vhost(const struct app *app, const struct h5_release *h)
{
	return json_sprintf("https://" SLICE_FMT "." SLICE_FMT, SLICE_ARG(h->app->id), SLICE_ARG(app->h5_vhost));
}

static json_t *extend_info(const struct h5_release *h)
{
	json_t *json = NULL;
	const char *why;

	return json_parse_wire(&json, h->extend_info, h->extend_info.n, &why) ? NULL : json;
}

json_t *h5_entry(const struct app *app, const struct h5_release *h, struct slice base)
{
	static const char *const empty[] = { "icon_url", "patch", "sub_url" };
	json_t *o = json_object();
	bool failed = false;

	put_member(o, "app_id", put_text(h->app->id), &failed);
	put_member(o, "name", put_text(h->app->name), &failed);
	put_member(o, "version", put_text(h->r.version_text), &failed);
	put_member(o, "online", json_integer(1), &failed);
	put_member(o, "auto_install", json_integer(h->any_network), &failed);
	put_member(o, "installType", json_integer(h->preload), &failed);
	put_member(o, "package_url", reference(h5_amr_path, h, base), &failed);
	put_member(o, "fallback_base_url", h->app->global ? json_string("") : reference(h5_fallback_path, h, base),
		   &failed);
	put_member(o, "global_pack_url", put_text(h->global_pack_url), &failed);
	put_member(o, "fileSize", json_integer((json_int_t)h->size), &failed);
	put_member(o, "sha256", put_hash(h->sha256), &failed);
	for (size_t i = 0; i < COUNT(empty); i++)
		put_member(o, empty[i], json_string(""), &failed);
	if (h->main_url.n)
		put_member(o, "main_url", put_text(h->main_url), &failed);
	if (h->r.memo.n)
		put_member(o, "app_desc", put_text(h->r.memo), &failed);
	if (h->extend_info.n)
		put_member(o, "extend_info", extend_info(h), &failed);
	if (app->h5_vhost.n)
		put_member(o, "vhost", vhost(app, h), &failed);
	return put_done(o, failed);
}

/* Seconds, and versions kept: what mPaaS puts there. */
static json_t *config(void)
{
	return json_pack("{s:i, s:i, s:i, s:i}", "updateReqRate", 16400, "limitReqRate", 13600, "appPoolLimit", 3,
			 "versionRefreshRate", 86400);
}

json_t *h5_json(json_t *entries)
{
	json_t *o = json_object();
	bool failed = false;

	put_member(o, "config", config(), &failed);
	put_member(o, "data", entries, &failed);
	put_member(o, "resultCode", json_integer(100), &failed);
	put_member(o, "resultMsg", json_string("操作成功"), &failed);
	put_member(o, "state", json_string("success"), &failed);
	return put_done(o, failed);
}
