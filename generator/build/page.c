#include "build/page.h"

#include <inttypes.h>

#include "base/instant.h"
#include "base/refuse.h"
#include "base/seal.h"
#include "build/icon.h"
#include "build/itms.h"
#include "build/package.h"
#include "build/qr.h"
#include "format/json.h"
#include "format/paths.h"
#include "format/wire.h"

#define NAME_LABEL  "mdstatic/page/v1"
#define NAME_SIZE   16 /* bytes of the hash that name a page */
#define DATE_LENGTH 10
#define MEGABYTE    UINT64_C(1000000)
#define GIGABYTE    (1000 * MEGABYTE)
#define HTML_ENDING ".html"
#define QR_LARGE                                                                                                       \
	50 /* modules; below that one is five pixels wide on a screen, else four: whole ones, so that cameras see edges */

/* Moves what was made into the arena. */
static int keep(struct slice *out, struct arena *a, struct strbuf *sb, const char **why)
{
	bool failed = sb->failed;

	if (!failed)
		*out = arena_copy(a, strbuf_slice(sb));
	strbuf_release(sb);
	return failed ? refuse(why, "out of memory") : 0;
}

/* --- what pages share ----------------------------------------------------------------------------------------------------- */

int page_fill(struct slice *out, const struct page_maker *m, const char *file, struct template_fields fields,
	      const char **why)
{
	const struct template_set set = { page_files, npage_files, m->digests };
	struct strbuf sb = STRBUF_INIT;

	if (template_fill(&sb, &set, file, fields, why)) {
		strbuf_release(&sb);
		return -1;
	}
	return keep(out, m->a, &sb, why);
}

struct slice page_url(const struct page_maker *m, struct slice path)
{
	return arena_printf(m->a, SLICE_FMT SLICE_FMT, SLICE_ARG(m->app->bases[0]), SLICE_ARG(path));
}

struct slice page_file(struct slice path)
{
	return slice_from(path, (size_t)(slice_rfind(path, '/') + 1));
}

struct slice page_app(const struct app *app)
{
	return app->name.n ? app->name : app->app_id;
}

const char *page_platform(enum platform p)
{
	static const char *const names[] = { "Android", "iOS", "HarmonyOS" };

	return names[p];
}

struct slice page_size(struct arena *a, const struct upgrade *u)
{
	uint64_t size = u->package.size, unit = size < GIGABYTE - MEGABYTE / 20 ? MEGABYTE : GIGABYTE;
	uint64_t tenths = (size + unit / 20) / (unit / 10);

	if (!package_of(&u->r))
		return SLICE("");
	if (size < MEGABYTE / 10)
		return arena_printf(a, "%" PRIu64 " kB", (size + 999) / 1000);
	return arena_printf(a, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, unit == MEGABYTE ? "MB" : "GB");
}

struct slice page_time(struct arena *a, int64_t t)
{
	char text[INSTANT_TEXT];

	instant_format(text, t);
	return arena_copy(a, slice_of(text));
}

struct slice page_date(struct arena *a, int64_t t)
{
	return slice_sub(page_time(a, t), 0, DATE_LENGTH);
}

/* --- names ---------------------------------------------------------------------------------------------------------------- */

static void add_part(struct strbuf *out, struct slice part)
{
	strbuf_addslice(out, part);
	strbuf_addch(out, '\0');
}

/* What only they know who know the release: the hash of its package, or the store's link. */
static int hidden_name(struct strbuf *out, const struct page_maker *m, const struct upgrade *u)
{
	struct strbuf parts = STRBUF_INIT;
	uint8_t hash[SHA256_SIZE];
	int bad;

	add_part(&parts, SLICE(NAME_LABEL));
	add_part(&parts, m->app->app_code);
	add_part(&parts, slice_of(platform_name(u->platform)));
	add_part(&parts, u->r.version_text);
	if (package_of(&u->r))
		strbuf_addhex(&parts, u->package.sha256, SHA256_SIZE);
	else
		strbuf_addslice(&parts, u->link);
	bad = parts.failed || digest_sha256(m->digests, hash, strbuf_slice(&parts)) ? -1 : 0;
	strbuf_release(&parts);
	if (!bad)
		strbuf_addhex(out, hash, NAME_SIZE);
	return bad;
}

int page_path(struct slice *out, const struct page_maker *m, const struct upgrade *u, bool listed, const char **why)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, PAGE_FOLDER "%s/", platform_name(u->platform));
	if (listed) {
		strbuf_addslice(&sb, u->r.version_text); /* digits and dots */
	} else if (hidden_name(&sb, m, u)) {
		strbuf_release(&sb);
		return refuse(why, "out of memory, or libcrypto cannot hash");
	}
	strbuf_adds(&sb, HTML_ENDING);
	return keep(out, m->a, &sb, why);
}

struct slice page_qr_path(const struct page_maker *m, struct slice path)
{
	return arena_printf(m->a, SLICE_FMT ".svg", SLICE_ARG(slice_sub(path, 0, path.n - (sizeof(HTML_ENDING) - 1))));
}

int page_qr(struct slice *out, const struct page_maker *m, struct slice path, const char **why)
{
	struct strbuf drawing = STRBUF_INIT;
	struct template_field fields[] = { { .name = "path" }, { .name = "size" }, { .name = "side" } };
	unsigned size;
	int bad;

	if (qr_path(&drawing, &size, page_url(m, path)) || drawing.failed) {
		strbuf_release(&drawing);
		return refuse(why, "the address of a page does not fit a QR code, or memory ended");
	}
	fields[0].text = strbuf_slice(&drawing);
	fields[1].text = arena_printf(m->a, "%u", size);
	fields[2].text = arena_printf(m->a, "%u", size * (size < QR_LARGE ? 5 : 4));
	bad = page_fill(out, m, "qr.svg", (struct template_fields){ fields, COUNT(fields) }, why);
	strbuf_release(&drawing);
	return bad;
}

/* --- the link ------------------------------------------------------------------------------------------------------------- */

static int install_link(struct strbuf *out, const struct page_maker *m, const struct upgrade *u)
{
	struct strbuf plist = STRBUF_INIT;
	uint8_t hash[SHA256_SIZE];
	int bad;

	itms_manifest(&plist, m->app, u);
	bad = plist.failed || digest_sha256(m->digests, hash, strbuf_slice(&plist)) ? -1 : 0;
	if (!bad)
		itms_link(out, m->app, hash);
	strbuf_release(&plist);
	return bad;
}

static int add_link(struct strbuf *out, const struct page_maker *m, const struct upgrade *u)
{
	char name[PACKAGE_NAME];

	switch (u->distribution) {
	case DIST_APP_STORE:
	case DIST_TEST_FLIGHT:
		strbuf_addslice(out, u->link);
		return 0;
	case DIST_ENTERPRISE:
		return install_link(out, m, u);
	case DIST_PACKAGE:
		break;
	}
	if (u->package.url.n) {
		strbuf_addslice(out, u->package.url);
		return 0;
	}
	package_object_name(name, &u->r);
	strbuf_addslice(out, m->app->bases[0]);
	path_object(out, u->package.sha256, name);
	return 0;
}

/* What a browser calls the file; only of the same origin does it heed that. iOS installs by itself. */
static struct slice file_name(const struct page_maker *m, const struct upgrade *u)
{
	char name[PACKAGE_NAME];

	if (u->distribution != DIST_PACKAGE || !u->package.rel.n)
		return SLICE("");
	package_object_name(name, &u->r);
	return arena_printf(m->a, SLICE_FMT "-" SLICE_FMT "%s", SLICE_ARG(m->app->app_id), SLICE_ARG(u->r.version_text),
			    name + sizeof("package") - 1);
}

/* --- fields --------------------------------------------------------------------------------------------------------------- */

struct filling {
	const struct page_maker *m;
	struct template_field *v;
	size_t n, cap;
};

static void put(struct filling *f, const char *name, struct slice text)
{
	const struct template_field field = { .name = name, .text = text };

	ARENA_PUSH(f->m->a, f->v, f->n, f->cap, field);
}

static void put_if(struct filling *f, const char *name, bool yes)
{
	put(f, name, yes ? SLICE("yes") : SLICE(""));
}

static struct slice hex_text(struct arena *a, const void *bytes, size_t n)
{
	char *hex = arena_alloc(a, 2 * n + 1);

	digest_hex(hex, bytes, n);
	return slice_bytes(hex, 2 * n);
}

/* Seen from the page, so that a mirror serves it too. */
static struct slice icon_path(struct arena *a, const struct upgrade *u)
{
	struct strbuf path = STRBUF_INIT;
	struct slice kept = SLICE("");

	strbuf_adds(&path, "../../");
	path_object(&path, u->icon_sha256, ICON_NAME);
	if (u->icon_bytes.n)
		kept = arena_copy(a, strbuf_slice(&path));
	strbuf_release(&path);
	return kept;
}

static void put_facts(struct filling *f, const struct page *p)
{
	const struct upgrade *u = p->upgrade;
	struct arena *a = f->m->a;

	put(f, "app", page_app(f->m->app));
	put(f, "version", u->r.version_text);
	put(f, "platform", slice_of(page_platform(u->platform)));
	put(f, "memo", u->r.memo);
	put(f, "icon", icon_path(a, u));
	put(f, "datetime", page_time(a, p->published));
	put(f, "date", page_date(a, p->published));
	put(f, "url", page_url(f->m, p->path));
	put(f, "qr", page_file(page_qr_path(f->m, p->path)));
	put_if(f, "unlisted", !p->listed);
	put(f, "size", page_size(a, u));
	put(f, "bytes", arena_printf(a, "%" PRIu64, u->package.size));
	put(f, "file", file_name(f->m, u));
	put(f, "expires", page_time(a, u->expires));
	put(f, "expiresDate", page_date(a, u->expires));
	put(f, "testers", arena_printf(a, "%" PRIu32, u->max_testers));
	put_if(f, "package", u->distribution == DIST_PACKAGE);
	put_if(f, "appStore", u->distribution == DIST_APP_STORE);
	put_if(f, "enterprise", u->distribution == DIST_ENTERPRISE);
	put_if(f, "testFlight", u->distribution == DIST_TEST_FLIGHT);
	put_if(f, "android", u->platform == PLATFORM_ANDROID);
	put_if(f, "harmony", u->platform == PLATFORM_HARMONY);
	put_if(f, "checksums", package_of(&u->r));
	put_if(f, "hasMd5", u->package.has_md5);
	put_if(f, "sealed", u->download_verification);
}

/* Link and checksums as they stand in the page; nothing of them where they are sealed. */
static void put_open(struct filling *f, struct slice link, struct slice sha256, struct slice md5)
{
	put(f, "link", link);
	put(f, "sha256", sha256);
	put(f, "md5", md5);
}

static int sealed_text(struct strbuf *out, struct slice link, struct slice sha256, struct slice md5)
{
	json_auto_t *o = json_object();
	bool failed = false;

	put_member(o, "link", put_text(link), &failed);
	if (sha256.n)
		put_member(o, "sha256", put_text(sha256), &failed);
	if (md5.n)
		put_member(o, "md5", put_text(md5), &failed);
	return failed ? -1 : json_write(out, o, JSON_WIRE);
}

static void put_seal(struct filling *f, const struct seal *s, struct slice box)
{
	struct arena *a = f->m->a;

	put(f, "salt", hex_text(a, s->salt, sizeof(s->salt)));
	put(f, "target", hex_text(a, s->target, sizeof(s->target)));
	put(f, "nonce", hex_text(a, s->nonce, sizeof(s->nonce)));
	put(f, "box", hex_text(a, box.p, box.n));
	put(f, "numbers", arena_printf(a, "%" PRIu32, SEAL_NUMBERS));
}

static int put_secrets(struct filling *f, const struct upgrade *u, struct slice link)
{
	struct slice none = SLICE("");
	bool has_file = package_of(&u->r) != NULL;
	struct slice sha256 = has_file ? hex_text(f->m->a, u->package.sha256, SHA256_SIZE) : none;
	struct slice md5 = has_file && u->package.has_md5 ? hex_text(f->m->a, u->package.md5, MD5_SIZE) : none;
	struct strbuf text = STRBUF_INIT, box = STRBUF_INIT;
	struct seal seal = { 0 };
	int bad = 0;

	if (!u->download_verification) {
		put_open(f, link, sha256, md5);
	} else {
		put_open(f, none, none, none);
		bad = sealed_text(&text, link, sha256, md5) ||
				      seal_make(&seal, &box, f->m->digests, strbuf_slice(&text)) || box.failed
			      ? -1
			      : 0;
	}
	put_seal(f, &seal, strbuf_slice(&box));
	strbuf_release(&text);
	strbuf_release(&box);
	return bad;
}

int page_html(struct slice *out, const struct page_maker *m, const struct page *p, const char **why)
{
	struct filling f = { .m = m };
	struct strbuf link = STRBUF_INIT;
	int bad = 0;

	put_facts(&f, p);
	if (add_link(&link, m, p->upgrade) || link.failed || put_secrets(&f, p->upgrade, strbuf_slice(&link)))
		bad = refuse(why, "out of memory, or libcrypto failed");
	else
		bad = page_fill(out, m, "release.html", (struct template_fields){ f.v, f.n }, why);
	strbuf_release(&link);
	return bad;
}
