#include "inspect/ipa.h"

#include "base/refuse.h"
#include "format/zipread.h"
#include "inspect/plist.h"

#define PAYLOAD "Payload/"

/* "Payload/Demo.app", where the file lies in such a folder; else the empty slice. */
static struct slice app_of(struct slice name)
{
	struct slice rest = slice_from(name, sizeof(PAYLOAD) - 1);
	ptrdiff_t slash = slice_find(rest, '/');
	struct slice app = slice_sub(name, 0, sizeof(PAYLOAD) - 1 + (slash > 0 ? (size_t)slash : 0));

	return slice_ends(app, ".app") && slash > (ptrdiff_t)sizeof(".app") - 1 ? app : SLICE("");
}

static int find_app(struct ipa *out, struct arena *a, const struct zip *z, const char **why)
{
	size_t first, n = zip_below(z, SLICE(PAYLOAD), &first);

	for (size_t i = 0; i < n; i++) {
		struct slice app = app_of(z->by_name[first + i]->name);

		if (!app.n || slice_eq(app, out->app))
			continue;
		if (out->app.n)
			return refuse(why, arena_printf(a, "it holds two apps, " SLICE_FMT " and " SLICE_FMT,
							SLICE_ARG(out->app), SLICE_ARG(app))
						   .p);
		out->app = arena_copy(a, app);
	}
	return out->app.n ? 0 : refuse(why, "it holds no " PAYLOAD "<name>.app");
}

static const struct zip_entry *find_file(const struct zip *z, struct arena *a, const struct ipa *ipa, struct slice name)
{
	return zip_find(z, arena_printf(a, SLICE_FMT "/" SLICE_FMT, SLICE_ARG(ipa->app), SLICE_ARG(name)));
}

/* --- Info.plist --------------------------------------------------------------------------------------------------------- */

static int read_keys(struct ipa *out, struct arena *a, const struct plist *p, const char **why)
{
	const struct {
		struct slice *text;
		const char *key;
	} keys[] = { { &out->bundle_id, "CFBundleIdentifier" },
		     { &out->short_version, "CFBundleShortVersionString" },
		     { &out->version, "CFBundleVersion" },
		     { &out->minimum_os, "MinimumOSVersion" },
		     { &out->executable, "CFBundleExecutable" } };

	if (plist_root(p)->type != PLIST_DICT)
		return refuse(why, "it is no dictionary");
	for (size_t i = 0; i < COUNT(keys); i++) {
		if (plist_string(keys[i].text, a, p, plist_root(p), keys[i].key, why))
			return -1;
	}
	return 0;
}

static int read_info(struct ipa *out, struct arena *a, struct slice bytes, const char **why)
{
	struct arena scratch = ARENA_INIT;
	struct plist list;
	int result = -1;

	if (!plist_open(&list, &scratch, bytes, why))
		result = read_keys(out, a, &list, why);
	if (result) /* before the reason dies with the scratch */
		*why = arena_printf(a, "Info.plist: %s", *why).p;
	arena_release(&scratch);
	return result;
}

/* --- the parts ------------------------------------------------------------------------------------------------------------ */

static int read_info_plist(struct ipa *out, struct arena *a, const struct zip *z, const char **why)
{
	CLEANUP(strbuf_release) struct strbuf bytes = STRBUF_INIT;
	const struct zip_entry *e = find_file(z, a, out, SLICE("Info.plist"));

	if (!e)
		return refuse(why, arena_printf(a, SLICE_FMT " has no Info.plist", SLICE_ARG(out->app)).p);
	return zip_read(&bytes, z, e, PLIST_MAX, why) || read_info(out, a, strbuf_slice(&bytes), why) ? -1 : 0;
}

static int read_profile(struct ipa *out, struct arena *a, const struct zip *z, const char **why)
{
	CLEANUP(strbuf_release) struct strbuf bytes = STRBUF_INIT;
	const struct zip_entry *e = find_file(z, a, out, SLICE(PROFILE_NAME));

	out->has_profile = e != NULL;
	if (!e)
		return 0;
	if (zip_read(&bytes, z, e, PROFILE_MAX, why))
		return -1;
	if (profile_read(&out->profile, a, strbuf_slice(&bytes), why))
		return refuse(why, arena_printf(a, PROFILE_NAME ": %s", *why).p);
	return 0;
}

static void look_around(struct ipa *out, struct arena *a, const struct zip *z)
{
	const struct zip_entry *e = out->executable.n ? find_file(z, a, out, out->executable) : NULL;

	out->has_executable = e && !e->folder;
	out->has_code_resources = find_file(z, a, out, SLICE("_CodeSignature/CodeResources")) != NULL;
}

int ipa_read(struct ipa *out, struct arena *a, struct slice bytes, const char **why)
{
	static const struct zip_limits limits = { .entries = IPA_ENTRIES };
	struct zip zip;

	*out = (struct ipa){ 0 };
	if (zip_open(&zip, a, bytes, &limits, why) || find_app(out, a, &zip, why) ||
	    read_info_plist(out, a, &zip, why) || read_profile(out, a, &zip, why))
		return -1;
	look_around(out, a, &zip);
	return 0;
}
