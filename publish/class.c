#include "publish/class.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "format/buildinfo.h"
#include "format/paths.h"
#include "publish/condemned.h"

#define UTF8 "; charset=utf-8"

static const struct {
	const char *extension, *type, *encoding;
} types[] = {
	/* pages, and what their engines load */
	{ "html", "text/html" UTF8, NULL },
	{ "htm", "text/html" UTF8, NULL },
	{ "css", "text/css" UTF8, NULL },
	{ "js", "text/javascript" UTF8, NULL },
	{ "mjs", "text/javascript" UTF8, NULL },
	{ "json", "application/json", NULL },
	{ "map", "application/json", NULL },
	{ "webmanifest", "application/manifest+json", NULL },
	{ "wasm", "application/wasm", NULL },
	{ "txt", "text/plain" UTF8, NULL },
	{ "csv", "text/csv" UTF8, NULL },
	{ "md", "text/markdown" UTF8, NULL },
	{ "xml", "application/xml", NULL },
	{ "plist", "application/xml", NULL }, /* the manifest that an installation of iOS reads */
	{ "pdf", "application/pdf", NULL },
	/* pictures */
	{ "png", "image/png", NULL },
	{ "jpg", "image/jpeg", NULL },
	{ "jpeg", "image/jpeg", NULL },
	{ "gif", "image/gif", NULL },
	{ "webp", "image/webp", NULL },
	{ "avif", "image/avif", NULL },
	{ "bmp", "image/bmp", NULL },
	{ "ico", "image/x-icon", NULL },
	{ "svg", "image/svg+xml", NULL },
	{ "svgz", "image/svg+xml", "gzip" },
	/* fonts, sound, films */
	{ "woff", "font/woff", NULL },
	{ "woff2", "font/woff2", NULL },
	{ "ttf", "font/ttf", NULL },
	{ "otf", "font/otf", NULL },
	{ "mp3", "audio/mpeg", NULL },
	{ "m4a", "audio/mp4", NULL },
	{ "wav", "audio/wav", NULL },
	{ "ogg", "audio/ogg", NULL },
	{ "mp4", "video/mp4", NULL },
	{ "webm", "video/webm", NULL },
	/* packages; an .amr of H5 is none of the sound files that have this extension elsewhere */
	{ "apk", "application/vnd.android.package-archive", NULL },
	{ "jar", "application/java-archive", NULL },
	{ "zip", "application/zip", NULL },
	{ "tar", "application/x-tar", NULL },
	{ "tgz", "application/gzip", NULL },
	{ "gz", "application/gzip", NULL },
};

enum file_role file_role(struct slice path)
{
	uint64_t version;
	struct slice role;

	if (slice_starts(path, "targets/"))
		return FILE_OBJECT;
	if (slice_starts(path, "metadata/")) {
		if (!metadata_name(&version, &role, slice_from(path, strlen("metadata/"))))
			return FILE_METADATA;
		if (slice_eqs(role, "timestamp"))
			return version ? FILE_METADATA : FILE_POINTER;
		return slice_eqs(role, "snapshot") && version ? FILE_CLAIM : FILE_METADATA;
	}
	if (slice_eqs(path, BUILDINFO_NAME) || slice_eqs(path, CONDEMNED_NAME))
		return FILE_NOTES;
	return slice_starts(path, "pages/") || slice_starts(path, "h5/preset/") ? FILE_MUTABLE : FILE_LISTED;
}

static struct slice extension_of(struct slice path)
{
	struct slice name = slice_from(path, (size_t)(slice_rfind(path, '/') + 1));
	ptrdiff_t dot = slice_rfind(name, '.');

	return dot > 0 ? slice_from(name, (size_t)dot + 1) : SLICE("");
}

static void set_type(struct file_class *out, struct slice extension)
{
	out->type = "application/octet-stream";
	out->encoding = NULL;
	for (size_t i = 0; i < COUNT(types); i++) {
		if (slice_eq_nocase(extension, slice_of(types[i].extension))) {
			out->type = types[i].type;
			out->encoding = types[i].encoding;
			return;
		}
	}
}

void file_class(struct file_class *out, struct slice path, uint32_t pointer_max_age)
{
	static const char none[] = "no-cache", always[] = "public, max-age=31536000, immutable";

	out->role = file_role(path);
	set_type(out, extension_of(path));
	if (out->role == FILE_NOTES || (pointer_max_age == 0 && out->role >= FILE_MUTABLE))
		memcpy(out->cache, none, sizeof(none));
	else if (out->role >= FILE_MUTABLE)
		snprintf(out->cache, sizeof(out->cache), "public, max-age=%" PRIu32, pointer_max_age);
	else
		memcpy(out->cache, always, sizeof(always));
}
