#include "build/answer.h"

#include "base/digest.h"
#include "build/package.h"
#include "format/json.h"
#include "format/paths.h"
#include "format/wire.h"

static json_t *put_hex(const uint8_t *bytes, size_t n)
{
	char hex[2 * SHA256_SIZE + 1];

	digest_hex(hex, bytes, n);
	return json_string(hex);
}

static json_t *download_url(const struct package *p)
{
	struct strbuf path = STRBUF_INIT;
	json_t *text = NULL;

	if (p->url.n)
		return put_text(p->url);
	path_object(&path, p->sha256, PACKAGE_APK);
	if (!path.failed)
		text = put_text(strbuf_slice(&path));
	strbuf_release(&path);
	return text;
}

static json_t *net_types(const struct upgrade *u, bool *failed)
{
	json_t *list = json_array();

	for (size_t i = 0; i < u->nneed_client_net_type; i++)
		put_item(list, put_text(u->need_client_net_type[i]), failed);
	return list;
}

int answer_upgrade(struct strbuf *out, const struct upgrade *u, const struct task *t)
{
	json_t *o = json_object();
	bool failed = false;
	int bad;

	put_member(o, "version", put_text(u->version_text), &failed);
	put_member(o, "resultStatus", json_integer(t->upgrade_mode), &failed);
	put_member(o, "downloadUrl", download_url(&u->package), &failed);
	put_member(o, "fileSize", json_integer((json_int_t)u->package.size), &failed);
	put_member(o, "sha256", put_hex(u->package.sha256, SHA256_SIZE), &failed);
	if (u->package.has_md5)
		put_member(o, "md5", put_hex(u->package.md5, MD5_SIZE), &failed);
	if (t->prompt.n)
		put_member(o, "guideMemo", put_text(t->prompt), &failed);
	if (t->upgrade_mode == MODE_ONCE)
		put_member(o, "silenceDays", json_integer(t->silence_days), &failed);
	if (u->nneed_client_net_type)
		put_member(o, "needClientNetType", net_types(u, &failed), &failed);
	o = put_done(o, failed);
	bad = o ? json_write(out, o, JSON_WIRE) : -1;
	json_decref(o);
	return bad;
}
