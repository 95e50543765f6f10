#include "build/package.h"

#include <string.h>

#include "build/apk.h"
#include "build/itms.h"

#define ENDING_MAX 8 /* characters of a file's ending that an object's name keeps */

const struct package *package_of(const struct release *r)
{
	if (r->kind == KIND_HOTPATCH)
		return &hotpatch_of(r)->package;
	if (r->kind != KIND_UPGRADE)
		return NULL;
	switch (upgrade_of(r)->distribution) {
	case DIST_APP_STORE:
	case DIST_TEST_FLIGHT:
		return NULL;
	case DIST_PACKAGE:
	case DIST_ENTERPRISE:
		break;
	}
	return &upgrade_of(r)->package;
}

/* What follows the last point of the file's name, where it is short and plain; else "bin". */
static struct slice plain_ending(struct slice file)
{
	struct slice name = slice_from(file, (size_t)(slice_rfind(file, '/') + 1));
	struct slice ending = slice_from(name, (size_t)(slice_rfind(name, '.') + 1));

	for (size_t i = 0; i < ending.n; i++)
		if (!((ending.p[i] >= 'a' && ending.p[i] <= 'z') || (ending.p[i] >= '0' && ending.p[i] <= '9')))
			return SLICE("bin");
	return ending.n < name.n && ending.n >= 1 && ending.n <= ENDING_MAX ? ending : SLICE("bin");
}

static struct slice object_ending(const struct release *r)
{
	const struct package *p = package_of(r);

	if (r->kind == KIND_HOTPATCH)
		return r->platforms[PLATFORM_IOS] ? plain_ending(p->file) : SLICE("jar");
	if (r->platforms[PLATFORM_IOS])
		return SLICE("ipa");
	if (r->platforms[PLATFORM_HARMONY])
		return slice_ends(p->file, ".app") ? SLICE("app") : SLICE("hap");
	return SLICE("apk");
}

void package_object_name(char out[PACKAGE_NAME], const struct release *r)
{
	struct slice ending = object_ending(r);

	memcpy(out, "package.", 8);
	memcpy(out + 8, ending.p, ending.n);
	out[8 + ending.n] = '\0';
}

/* --- what an APK says of itself ----------------------------------------------------------------------------------- */

static void check_name(const struct app *app, const struct upgrade *u, const struct axml_manifest *apk, struct diags *d)
{
	struct slice want = app->package_name[u->platform];

	if (want.n && !slice_eq(want, apk->package)) {
		diag_error(d, origin_pos(&u->r.origin, "/package/file"),
			   "the package in " SLICE_FMT " (" APK_MANIFEST_NAME ") is \"" SLICE_FMT
			   "\"; [android] packageName in app.ini is \"" SLICE_FMT "\"",
			   SLICE_ARG(u->package.file), SLICE_ARG(apk->package), SLICE_ARG(want));
	}
}

static void check_version(const struct upgrade *u, const struct axml_manifest *apk, struct diags *d)
{
	struct srcpos at = origin_pos(&u->r.origin, "/package/file");
	struct version v;

	if (!apk->has_version_name) {
		diag_error(d, at,
			   SLICE_FMT " (" APK_MANIFEST_NAME ") has no versionName; this release is version " SLICE_FMT,
			   SLICE_ARG(u->package.file), SLICE_ARG(u->r.version_text));
	} else if (apk->version_name_is_reference) {
		diag_warning(d, at,
			     SLICE_FMT
			     " (" APK_MANIFEST_NAME
			     ") takes its versionName from a resource; it was not compared with version " SLICE_FMT,
			     SLICE_ARG(u->package.file), SLICE_ARG(u->r.version_text));
	} else if (!slice_eq(apk->version_name, u->r.version_text) &&
		   !(version_parse(&v, apk->version_name) && version_cmp(&v, &u->version) == 0)) {
		diag_error(d, at,
			   SLICE_FMT " (" APK_MANIFEST_NAME ") has versionName \"" SLICE_FMT
				     "\"; this release is version " SLICE_FMT,
			   SLICE_ARG(u->package.file), SLICE_ARG(apk->version_name), SLICE_ARG(u->r.version_text));
	}
}

static void inspect(const struct app *app, const struct upgrade *u, struct slice bytes, struct arena *a,
		    struct diags *d)
{
	struct axml_manifest apk;
	const char *why;

	if (apk_read(&apk, a, bytes, &why)) {
		diag_error(d, origin_pos(&u->r.origin, "/package/file"),
			   SLICE_FMT " cannot be read as an Android package: %s", SLICE_ARG(u->package.file), why);
		return;
	}
	check_name(app, u, &apk, d);
	check_version(u, &apk, d);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

struct preparing {
	const struct app *app;
	const struct filetree *tree;
	struct digests *digests;
	struct recipe_book *book; /* or NULL */
	struct arena *a;
	struct diags *d;
};

static bool is_apk(const struct release *r)
{
	return r->kind == KIND_UPGRADE && upgrade_of(r)->platform == PLATFORM_ANDROID;
}

/* Takes over what the previous build found out about the same bytes. */
static bool reuse(struct package *p, struct recipe_book *book, const uint8_t key[SHA256_SIZE])
{
	const struct recipe *r = recipe_find(book, key);

	if (!r || !recipe_get_hex(p->md5, MD5_SIZE, r, "md5"))
		return false;
	recipe_note(book, r);
	p->size = r->length;
	memcpy(p->sha256, r->hash, SHA256_SIZE);
	p->has_md5 = true;
	return true;
}

static void note(const struct package *p, struct slice name, struct recipe_book *book, const uint8_t key[SHA256_SIZE])
{
	struct recipe_fact md5 = recipe_fact_hex(book->a, "md5", p->md5, MD5_SIZE);
	struct recipe r = { .name = name, .length = p->size, .facts = &md5, .nfacts = 1 };

	memcpy(r.key, key, SHA256_SIZE);
	memcpy(r.hash, p->sha256, SHA256_SIZE);
	recipe_note(book, &r);
}

static void read_package(const struct preparing *k, const struct release *r, struct package *p,
			 const struct file_entry *e)
{
	struct blob blob = { 0 };

	if (filetree_read(&blob, k->tree, e, PACKAGE_MAX, k->d))
		return;
	p->size = blob.data.n;
	if (digest_sha256(k->digests, p->sha256, blob.data) || digest_md5(k->digests, p->md5, blob.data)) {
		diag_environment(k->d, e->path, "cannot hash this file");
	} else {
		p->has_md5 = true;
		if (is_apk(r))
			inspect(k->app, upgrade_of(r), blob.data, k->a, k->d);
	}
	blob_release(&blob);
}

/* `p` is package_of(r), to be filled. */
static void prepare(const struct preparing *k, const struct release *r, struct package *p)
{
	const struct file_entry *e = filetree_find(k->tree, p->rel);
	struct slice none = SLICE(""), name;
	uint8_t key[SHA256_SIZE];
	size_t errors = k->d->errors;
	char text[PACKAGE_NAME];
	bool keyed;

	if (!e)
		return; /* reported by the definitions */
	package_object_name(text, r);
	name = arena_copy(k->a, slice_of(text));
	struct slice parts[] = { SLICE("package/1"), slice_of(e->id), name,
				 is_apk(r) ? k->app->package_name[PLATFORM_ANDROID] : none,
				 is_apk(r) ? r->version_text : none };
	keyed = k->book && recipe_key(key, k->book, parts, COUNT(parts));
	if (keyed && reuse(p, k->book, key))
		return;
	read_package(k, r, p, e);
	if (keyed && k->d->errors == errors)
		note(p, name, k->book, key);
}

void packages_prepare(struct app *app, const struct filetree *tree, struct digests *digests, struct recipe_book *book,
		      struct arena *a, struct diags *d)
{
	const struct preparing k = { app, tree, digests, book, a, d };

	for (size_t i = 0; i < app->nupgrades; i++) {
		if (app->upgrades[i].package.rel.n)
			prepare(&k, &app->upgrades[i].r, &app->upgrades[i].package);
	}
	for (size_t i = 0; i < app->nhotpatches; i++) {
		if (app->hotpatches[i].package.rel.n)
			prepare(&k, &app->hotpatches[i].r, &app->hotpatches[i].package);
	}
	itms_check(app, d);
}
