/* defs/package.c: where the bytes of a release are. */
#include "defs/package.h"

#include "base/digest.h"
#include "defs/named.h"
#include "defs/url.h"

static bool file_read(struct package *out, struct defs_scope *s, struct object *o, struct slice folder,
		      const char *suffixes)
{
	if (!named_file_read(&out->rel, s, o, "file", REQUIRED, folder, suffixes))
		return false;
	out->file = slice_from(out->rel, folder.n + 1);
	return true;
}

static bool url_read(struct package *out, struct object *o, enum need md5)
{
	bool ok = field_url(&out->url, o, "url", REQUIRED);

	ok &= field_uint(&out->size, o, "size", REQUIRED, 1, INT64_MAX);
	ok &= field_hex(out->sha256, SHA256_SIZE, o, "sha256", REQUIRED);
	out->has_md5 = field_hex(out->md5, MD5_SIZE, o, "md5", md5);
	return ok && (out->has_md5 || md5 == OPTIONAL);
}

bool package_read(struct package *out, struct defs_scope *s, struct object *o, struct slice folder,
		  const char *suffixes, enum need md5)
{
	static const char *const url_keys[] = { "url", "size", "sha256", "md5" };
	struct object package;
	bool ok;

	if (!field_object(&package, o, "package", REQUIRED))
		return false;
	if (object_has(&package, "file")) {
		ok = file_read(out, s, &package, folder, suffixes);
		for (size_t i = 0; i < COUNT(url_keys); i++)
			field_refuse(&package, url_keys[i], "a package kept elsewhere", "this one names a \"file\"");
	} else if (object_has(&package, "url")) {
		ok = url_read(out, &package, md5);
	} else {
		for (size_t i = 0; i < COUNT(url_keys); i++)
			field_skip(&package, url_keys[i]);
		field_skip(&package, "file");
		ok = object_error(&package, NULL, "missing key \"file\" or \"url\"");
	}
	object_finish(&package);
	return ok;
}
