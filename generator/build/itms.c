#include "build/itms.h"

#include "build/icon.h"
#include "build/package.h"
#include "format/paths.h"

/* --- manifest.plist ----------------------------------------------------------------------------------------------- */

/* Character data: XML forbids most control characters, also escaped; they become '?'. */
static void add_escaped(struct strbuf *out, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '&')
			strbuf_adds(out, "&amp;");
		else if (c == '<')
			strbuf_adds(out, "&lt;");
		else if (c == '>')
			strbuf_adds(out, "&gt;");
		else if ((unsigned char)c < 0x20 && c != '\t' && c != '\n')
			strbuf_addch(out, '?');
		else
			strbuf_addch(out, c);
	}
}

static void add_pair(struct strbuf *out, const char *indent, const char *key, struct slice value)
{
	strbuf_addf(out, "%s<key>%s</key>\n%s<string>", indent, key, indent);
	add_escaped(out, value);
	strbuf_adds(out, "</string>\n");
}

static void add_object_url(struct strbuf *out, const struct app *app, const uint8_t hash[SHA256_SIZE], const char *name)
{
	strbuf_addslice(out, app->bases[0]);
	path_object(out, hash, name);
}

static void add_package_url(struct strbuf *out, const struct app *app, const struct upgrade *u)
{
	char name[PACKAGE_NAME];

	if (u->package.url.n) {
		strbuf_addslice(out, u->package.url);
		return;
	}
	package_object_name(name, &u->r);
	add_object_url(out, app, u->package.sha256, name);
}

static void add_asset(struct strbuf *out, const char *kind, struct slice url)
{
	strbuf_adds(out, "\t\t\t\t<dict>\n");
	add_pair(out, "\t\t\t\t\t", "kind", slice_of(kind));
	add_pair(out, "\t\t\t\t\t", "url", url);
	strbuf_adds(out, "\t\t\t\t</dict>\n");
}

static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			   "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
			   "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
			   "<plist version=\"1.0\">\n<dict>\n"
			   "\t<key>items</key>\n\t<array>\n\t\t<dict>\n"
			   "\t\t\t<key>assets</key>\n\t\t\t<array>\n";
static const char middle[] = "\t\t\t</array>\n"
			     "\t\t\t<key>metadata</key>\n\t\t\t<dict>\n";
static const char tail[] = "\t\t\t</dict>\n\t\t</dict>\n\t</array>\n</dict>\n</plist>\n";

void itms_manifest(struct strbuf *out, const struct app *app, const struct upgrade *u)
{
	struct strbuf url = STRBUF_INIT, icon = STRBUF_INIT;

	add_package_url(&url, app, u);
	strbuf_adds(out, head);
	add_asset(out, "software-package", strbuf_slice(&url));
	if (u->icon_bytes.n) {
		add_object_url(&icon, app, u->icon_sha256, ICON_NAME);
		add_asset(out, "display-image", strbuf_slice(&icon));
		add_asset(out, "full-size-image", strbuf_slice(&icon));
	}
	strbuf_adds(out, middle);
	add_pair(out, "\t\t\t\t", "bundle-identifier", u->bundle_id);
	add_pair(out, "\t\t\t\t", "bundle-version", u->r.version_text);
	add_pair(out, "\t\t\t\t", "kind", SLICE("software"));
	add_pair(out, "\t\t\t\t", "title", app->name.n ? app->name : app->app_id);
	strbuf_adds(out, tail);
	out->failed = out->failed || url.failed || icon.failed;
	strbuf_release(&url);
	strbuf_release(&icon);
}

/* --- the link ----------------------------------------------------------------------------------------------------- */

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

static void add_percent_encoded(struct strbuf *out, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (is_unreserved(text.p[i]))
			strbuf_addch(out, text.p[i]);
		else
			strbuf_addf(out, "%%%02X", (unsigned char)text.p[i]);
	}
}

void itms_link(struct strbuf *out, const struct app *app, const uint8_t hash[SHA256_SIZE])
{
	struct strbuf url = STRBUF_INIT;

	strbuf_addslice(&url, app->bases[0]);
	path_object(&url, hash, ITMS_NAME);
	strbuf_adds(out, "itms-services://?action=download-manifest&url=");
	add_percent_encoded(out, strbuf_slice(&url));
	out->failed = out->failed || url.failed;
	strbuf_release(&url);
}
