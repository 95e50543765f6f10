#include "build/answer.h"

#include "base/digest.h"
#include "build/h5entry.h"
#include "build/package.h"
#include "build/quickfix.h"
#include "format/delta.h"
#include "format/json.h"
#include "format/paths.h"
#include "format/wire.h"

static json_t *put_md5(const uint8_t md5[MD5_SIZE])
{
	char hex[2 * MD5_SIZE + 1];

	digest_hex(hex, md5, MD5_SIZE);
	return json_string(hex);
}

static json_t *object_url(const uint8_t sha256[SHA256_SIZE], const char *name)
{
	struct strbuf path = STRBUF_INIT;
	json_t *text = NULL;

	path_object(&path, sha256, name);
	if (!path.failed)
		text = put_text(strbuf_slice(&path));
	strbuf_release(&path);
	return text;
}

static json_t *texts(const struct slice *v, size_t n, bool *failed)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		put_item(list, put_text(v[i]), failed);
	return list;
}

/* --- deltas ------------------------------------------------------------------------------------------------------- */

static json_t *delta_json(const struct delta *d)
{
	json_t *o = json_object();
	bool failed = false;

	put_member(o, "from", put_text(d->from), &failed);
	put_member(o, "fromSha256", put_hash(d->from_sha256), &failed);
	put_member(o, "url", object_url(d->sha256, DELTA_NAME), &failed);
	put_member(o, "size", json_integer((json_int_t)d->size), &failed);
	put_member(o, "sha256", put_hash(d->sha256), &failed);
	return put_done(o, failed);
}

static void put_deltas(json_t *o, const struct deltas *deltas, bool *failed)
{
	json_t *list;

	if (!deltas->n)
		return;
	list = json_array();
	for (size_t i = 0; i < deltas->n; i++)
		put_item(list, delta_json(&deltas->v[i]), failed);
	put_member(o, "deltas", list, failed);
}

/* --- upgrades and hotpatches -------------------------------------------------------------------------------------- */

static void put_digests(json_t *o, const struct package *p, bool *failed)
{
	put_member(o, "fileSize", json_integer((json_int_t)p->size), failed);
	put_member(o, "sha256", put_hash(p->sha256), failed);
	if (p->has_md5)
		put_member(o, "md5", put_md5(p->md5), failed);
}

static json_t *package_url(const struct release *r)
{
	const struct package *p = package_of(r);
	char name[PACKAGE_NAME];

	if (p->url.n)
		return put_text(p->url);
	package_object_name(name, r);
	return object_url(p->sha256, name);
}

static json_t *upgrade_url(const struct upgrade *u, struct slice link)
{
	switch (u->distribution) {
	case DIST_APP_STORE:
	case DIST_TEST_FLIGHT:
		return put_text(u->link);
	case DIST_ENTERPRISE:
		return put_text(link);
	case DIST_PACKAGE:
		break;
	}
	return package_url(&u->r);
}

static void put_upgrade(json_t *o, const struct upgrade *u, const struct task *t, struct slice link, bool *failed)
{
	put_member(o, "version", put_text(u->r.version_text), failed);
	put_member(o, "resultStatus", json_integer(t->upgrade_mode), failed);
	put_member(o, "downloadUrl", upgrade_url(u, link), failed);
	if (package_of(&u->r)) {
		put_digests(o, &u->package, failed);
		put_deltas(o, &u->package.deltas, failed);
	}
	if (t->prompt.n)
		put_member(o, "guideMemo", put_text(t->prompt), failed);
	if (t->upgrade_mode == MODE_ONCE)
		put_member(o, "silenceDays", json_integer(t->silence_days), failed);
	if (u->nneed_client_net_type)
		put_member(o, "needClientNetType", texts(u->need_client_net_type, u->nneed_client_net_type, failed),
			   failed);
}

static void put_hotpatch(json_t *o, const struct hotpatch *h, bool *failed)
{
	put_member(o, "action", json_string("apply"), failed);
	put_member(o, "downloadUrl", package_url(&h->r), failed);
	put_member(o, "hotpatchVersion", put_md5(h->package.md5), failed);
	put_digests(o, &h->package, failed);
	put_deltas(o, &h->package.deltas, failed);
}

/* --- h5 ----------------------------------------------------------------------------------------------------------- */

static json_t *h5(const struct app *app, const struct h5_release *h)
{
	json_t *o = h5_entry(app, h, SLICE(""));
	bool failed = false;

	put_deltas(o, &h->deltas, &failed);
	return put_done(o, failed);
}

/* --- quick fixes -------------------------------------------------------------------------------------------------- */

static json_t *module(const struct quickfix_module *m)
{
	json_t *o = json_object();
	bool failed = false;

	put_member(o, "module", put_text(m->name), &failed);
	put_member(o, "url", object_url(m->sha256, QUICKFIX_HQF_NAME), &failed);
	put_member(o, "size", json_integer((json_int_t)m->size), &failed);
	put_member(o, "sha256", put_hash(m->sha256), &failed);
	put_member(o, "types", texts(m->device_types, m->ndevice_types, &failed), &failed);
	if (m->nabis)
		put_member(o, "abis", texts(m->abis, m->nabis, &failed), &failed);
	return put_done(o, failed);
}

static void put_quickfix(json_t *o, const struct quickfix *q, bool *failed)
{
	json_t *modules = json_array();

	for (size_t i = 0; i < q->nmodules; i++)
		put_item(modules, module(&q->modules[i]), failed);
	put_member(o, "action", json_string("apply"), failed);
	put_member(o, "patchVersionCode", json_integer(q->patch_version_code), failed);
	put_member(o, "hqf", modules, failed);
}

/* --- all kinds ---------------------------------------------------------------------------------------------------- */

static json_t *answer(const struct app *app, const struct release *r, const struct task *t, struct slice link)
{
	bool failed = false;
	json_t *o;

	if (r->kind == KIND_H5)
		return h5(app, h5_of(r));
	o = json_object();
	if (t->type == TASK_ROLLBACK)
		put_member(o, "action", json_string("rollback"), &failed);
	else if (r->kind == KIND_UPGRADE)
		put_upgrade(o, upgrade_of(r), t, link, &failed);
	else if (r->kind == KIND_HOTPATCH)
		put_hotpatch(o, hotpatch_of(r), &failed);
	else
		put_quickfix(o, quickfix_of(r), &failed);
	return put_done(o, failed);
}

int answer_make(struct strbuf *out, const struct app *app, const struct release *r, const struct task *t,
		struct slice link)
{
	json_t *o = answer(app, r, t, link);
	int bad = o ? json_write(out, o, JSON_WIRE) : -1;

	json_decref(o);
	return bad;
}
