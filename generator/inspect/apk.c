#include "inspect/apk.h"

int apk_read(struct apk *out, struct arena *a, struct slice bytes, const char **why)
{
	static const struct zip_limits limits = { 0 };
	struct strbuf manifest = STRBUF_INIT;
	const struct zip_entry *e;
	int bad = -1;

	if (zip_open(&out->zip, a, bytes, &limits, why))
		return -1;
	e = zip_find(&out->zip, SLICE(APK_MANIFEST_NAME));
	if (!e) {
		*why = "it holds no " APK_MANIFEST_NAME;
	} else if (!zip_read(&manifest, &out->zip, e, APK_MANIFEST_MAX, why)) {
		bad = axml_manifest_read(&out->manifest, a, strbuf_slice(&manifest), why);
		if (bad)
			*why = arena_printf(a, APK_MANIFEST_NAME ": %s", *why).p;
	}
	strbuf_release(&manifest);
	return bad;
}
