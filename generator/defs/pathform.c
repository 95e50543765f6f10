/* defs/pathform.c: matches paths with forms, part by part. */
#include "defs/pathform.h"

#include "base/kinds.h"
#include "base/strbuf.h"
#include "base/text.h"

#define RELEASE_FILE "release.json"
#define ROOT_DIGITS  9

static const struct form {
	const char *text;
	enum path_kind kind;
} forms[] = {
	{ "apps/<dir>/app.ini", PATH_APP_INI },
	{ "apps/<dir>/audience.json", PATH_AUDIENCE },
	{ "apps/<dir>/upgrades/<platform>/<version>/release.json", PATH_UPGRADE },
	{ "apps/<dir>/hotpatches/<platform>/<productVersion>/<patchNumber>/release.json", PATH_HOTPATCH },
	{ "apps/<dir>/h5/<h5Id>/app.json", PATH_H5_APP },
	{ "apps/<dir>/h5/<h5Id>/<h5Version>/release.json", PATH_H5 },
	{ "apps/<dir>/quickfixes/<bundleName>/<versionCode>/<patchVersionCode>/release.json", PATH_QUICKFIX },
	{ "apps/<dir>/switches/<KEY>.json", PATH_SWITCH },
	{ "apps/<dir>/whitelists/<name>.txt", PATH_WHITELIST_IDS },
	{ "apps/<dir>/whitelists/<name>.regex", PATH_WHITELIST_REGEX },
	{ "apps/<dir>/whitelists/<name>.ini", PATH_WHITELIST_INI },
	{ "apps/<dir>/resources/<element>.json", PATH_RESOURCE },
	{ "apps/<dir>/keys/<N>.root.json", PATH_ROOT },
	{ "keys/<N>.root.json", PATH_ROOT },
};

/* --- what may stand for <…> ------------------------------------------------------------------------------------------ */

static bool is_platform(struct slice s)
{
	enum platform p;

	return platform_parse(&p, s);
}

static bool is_root_number(struct slice s)
{
	uint64_t v;

	return s.n <= ROOT_DIGITS && text_uint(&v, s) && s.p[0] != '0';
}

/* Others (versions, keys) are judged where their file is read, beside the field that repeats them. */
static const struct hole {
	const char *name;
	bool (*is_good)(struct slice s);
	const char *why;
} holes[] = {
	{ "<dir>", text_is_name,
	  "a folder of an app is named with 1 to 64 letters, digits, \".\", \"_\" and \"-\", a letter or digit first" },
	{ "<name>", text_is_name,
	  "a list is named with 1 to 64 letters, digits, \".\", \"_\" and \"-\", a letter or digit first" },
	{ "<element>", text_is_name,
	  "an element is named with 1 to 64 letters, digits, \".\", \"_\" and \"-\", a letter or digit first" },
	{ "<platform>", is_platform, "a platform is android, ios or harmony" },
	{ "<N>", is_root_number, "a root is numbered from 1, without leading zeros" },
};

/* Why `value` cannot stand for the hole that `part` begins with; NULL: it can. */
static const char *hole_problem(struct slice part, struct slice value)
{
	for (size_t i = 0; i < COUNT(holes); i++)
		if (slice_starts(part, holes[i].name))
			return holes[i].is_good(value) ? NULL : holes[i].why;
	return NULL;
}

static bool is_hole(struct slice part)
{
	return slice_starts(part, "<");
}

static struct slice hole_suffix(struct slice part)
{
	return slice_from(part, (size_t)(slice_find(part, '>') + 1));
}

/* --- matching ---------------------------------------------------------------------------------------------------------- */

static bool ends_with(struct slice s, struct slice suffix)
{
	return s.n >= suffix.n && slice_eq(slice_from(s, s.n - suffix.n), suffix);
}

/* One part of a form against one part of a path. */
static bool part_fits(struct slice *value, const char **why, struct slice part, struct slice given)
{
	if (!is_hole(part))
		return slice_eq(part, given);
	struct slice suffix = hole_suffix(part);
	if (given.n <= suffix.n || !ends_with(given, suffix))
		return false;
	*value = slice_sub(given, 0, given.n - suffix.n);
	*why = hole_problem(part, *value);
	return true;
}

static struct path_place place_in(const struct form *form, struct slice path)
{
	struct path_place place = { .fit = FIT_WHOLE, .kind = form->kind };
	struct slice want = slice_of(form->text), rest = path;

	while (want.p && rest.p) {
		const char *why = NULL;
		size_t start = path.n - rest.n;
		struct slice part = slice_cut(&want, '/'), given = slice_cut(&rest, '/');

		if (form->kind >= PATH_UPGRADE && !want.p && (rest.p || !slice_eq(part, given))) {
			place.folder = slice_sub(path, 0, start - 1);
			if (place.fit == FIT_WHOLE)
				place.fit = FIT_LOOSE;
			return place;
		}
		if (!part_fits(&place.value, &why, part, given))
			return (struct path_place){ .fit = FIT_NONE };
		if (why && place.fit == FIT_WHOLE) {
			place.fit = FIT_BAD;
			place.why = why;
			place.bad = slice_sub(path, 0, start + given.n);
		}
	}
	if (want.p || rest.p)
		place.fit = FIT_NONE;
	return place;
}

struct path_place pathform_place(struct slice path)
{
	struct path_place best = { .fit = FIT_NONE };

	for (size_t i = 0; i < COUNT(forms) && best.fit != FIT_WHOLE; i++) {
		struct path_place place = place_in(&forms[i], path);

		if (place.fit > best.fit)
			best = place;
	}
	return best;
}

/* --- suggestions ------------------------------------------------------------------------------------------------------- */

/* Splits `given` before as many full stops, from its end, as `suffix` has. */
static void split_suffix(struct slice *stem, struct slice *tail, struct slice given, struct slice suffix)
{
	size_t cut = given.n;

	for (size_t i = 0; i < suffix.n; i++) {
		if (suffix.p[i] != '.')
			continue;
		ptrdiff_t dot = slice_rfind(slice_sub(given, 0, cut), '.');
		if (dot < 0)
			break;
		cut = (size_t)dot;
	}
	*stem = slice_sub(given, 0, cut);
	*tail = slice_from(given, cut);
}

/* Adds what `given` was probably meant to be; false where it is nothing like the part. */
static bool mend_part(struct strbuf *out, struct slice part, struct slice given)
{
	struct slice stem, tail, suffix, good = part;

	if (!is_hole(part)) {
		strbuf_addslice(out, part);
		return slice_eq(part, given) || text_nearest(given, &good, 1).n;
	}
	suffix = hole_suffix(part);
	split_suffix(&stem, &tail, given, suffix);
	if (slice_starts(part, "<platform>")) {
		struct slice names[PLATFORM_COUNT];

		for (size_t p = 0; p < PLATFORM_COUNT; p++)
			names[p] = slice_of(platform_name((enum platform)p));
		stem = text_nearest(stem, names, COUNT(names));
	}
	strbuf_addslice(out, stem);
	strbuf_addslice(out, suffix);
	return stem.n && !hole_problem(part, stem) && (!suffix.n || text_nearest(tail, &suffix, 1).n);
}

static size_t count_parts(struct slice path)
{
	size_t n = 0;

	for (; path.p; n++)
		(void)slice_cut(&path, '/');
	return n;
}

/* The path has as many parts as the form. */
static bool mend(struct strbuf *out, struct slice form, struct slice path)
{
	strbuf_reset(out);
	while (form.p) {
		struct slice part = slice_cut(&form, '/'), given = slice_cut(&path, '/');

		if (!mend_part(out, part, given))
			return false;
		if (form.p)
			strbuf_addch(out, '/');
	}
	return true;
}

struct slice pathform_nearest(struct arena *a, struct slice path)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	size_t parts = count_parts(path);

	for (size_t i = 0; i < COUNT(forms); i++) {
		struct slice form = slice_of(forms[i].text);

		if (count_parts(form) == parts && mend(&text, form, path))
			return arena_copy(a, strbuf_slice(&text));
	}
	return (struct slice){ NULL, 0 };
}

struct slice pathform_expected(struct arena *a, struct slice path)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct slice top = slice_cut(&path, '/');

	(void)slice_cut(&path, '/');
	struct slice folder = slice_cut(&path, '/');
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct slice form = slice_of(forms[i].text), rest = form;

		if (!slice_eq(slice_cut(&rest, '/'), top))
			continue;
		(void)slice_cut(&rest, '/');
		if (slice_eqs(top, "apps") && !slice_eq(slice_cut(&rest, '/'), folder))
			continue;
		if (text.n)
			strbuf_adds(&text, " or ");
		strbuf_addslice(&text, form);
	}
	if (!text.n)
		return SLICE(
			"apps/<dir>/ with app.ini, audience.json, upgrades/, hotpatches/, h5/, quickfixes/, switches/, "
			"whitelists/, resources/ and keys/");
	return arena_copy(a, strbuf_slice(&text));
}
