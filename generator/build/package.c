#include "build/package.h"

#include <string.h>

#include "build/apk.h"

static void check_name(const struct app *app, const struct upgrade *u, const struct axml_manifest *apk, struct diags *d)
{
	struct slice want = app->package_name[u->platform];

	if (want.n && !slice_eq(want, apk->package)) {
		diag_error(d, origin_pos(&u->origin, "/package/file"),
			   "the package in " SLICE_FMT " (" APK_MANIFEST_NAME ") is \"" SLICE_FMT
			   "\"; [android] packageName in app.ini is \"" SLICE_FMT "\"",
			   SLICE_ARG(u->package.file), SLICE_ARG(apk->package), SLICE_ARG(want));
	}
}

static void check_version(const struct upgrade *u, const struct axml_manifest *apk, struct diags *d)
{
	struct srcpos at = origin_pos(&u->origin, "/package/file");
	struct version v;

	if (!apk->has_version_name) {
		diag_error(d, at,
			   SLICE_FMT " (" APK_MANIFEST_NAME ") has no versionName; this release is version " SLICE_FMT,
			   SLICE_ARG(u->package.file), SLICE_ARG(u->version_text));
	} else if (apk->version_name_is_reference) {
		diag_warning(d, at,
			     SLICE_FMT
			     " (" APK_MANIFEST_NAME
			     ") takes its versionName from a resource; it was not compared with version " SLICE_FMT,
			     SLICE_ARG(u->package.file), SLICE_ARG(u->version_text));
	} else if (!slice_eq(apk->version_name, u->version_text) &&
		   !(version_parse(&v, apk->version_name) && version_cmp(&v, &u->version) == 0)) {
		diag_error(d, at,
			   SLICE_FMT " (" APK_MANIFEST_NAME ") has versionName \"" SLICE_FMT
				     "\"; this release is version " SLICE_FMT,
			   SLICE_ARG(u->package.file), SLICE_ARG(apk->version_name), SLICE_ARG(u->version_text));
	}
}

static void inspect(const struct app *app, const struct upgrade *u, struct slice bytes, struct arena *a,
		    struct diags *d)
{
	struct axml_manifest apk;
	const char *why;

	if (apk_read(&apk, a, bytes, &why)) {
		diag_error(d, origin_pos(&u->origin, "/package/file"),
			   SLICE_FMT " cannot be read as an Android package: %s", SLICE_ARG(u->package.file), why);
		return;
	}
	check_name(app, u, &apk, d);
	check_version(u, &apk, d);
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

static void note(const struct package *p, struct recipe_book *book, const uint8_t key[SHA256_SIZE])
{
	struct recipe_fact md5 = recipe_fact_hex(book->a, "md5", p->md5, MD5_SIZE);
	struct recipe r = { .name = slice_of(PACKAGE_APK), .length = p->size, .facts = &md5, .nfacts = 1 };

	memcpy(r.key, key, SHA256_SIZE);
	memcpy(r.hash, p->sha256, SHA256_SIZE);
	recipe_note(book, &r);
}

static void read_package(const struct app *app, struct upgrade *u, const struct filetree *tree,
			 const struct file_entry *e, struct digests *digests, struct arena *a, struct diags *d)
{
	struct blob blob = { 0 };

	if (filetree_read(&blob, tree, e, PACKAGE_MAX, d))
		return;
	u->package.size = blob.data.n;
	if (digest_sha256(digests, u->package.sha256, blob.data) || digest_md5(digests, u->package.md5, blob.data)) {
		diag_environment(d, e->path, "cannot hash this file");
	} else {
		u->package.has_md5 = true;
		inspect(app, u, blob.data, a, d);
	}
	blob_release(&blob);
}

static void prepare(const struct app *app, struct upgrade *u, const struct filetree *tree, struct digests *digests,
		    struct recipe_book *book, struct arena *a, struct diags *d)
{
	const struct file_entry *e = filetree_find(tree, u->package.rel);
	struct slice parts[] = { SLICE("package/1"), slice_of(e ? e->id : NULL), SLICE(PACKAGE_APK),
				 app->package_name[u->platform], u->version_text };
	uint8_t key[SHA256_SIZE];
	bool keyed = book && recipe_key(key, book, parts, COUNT(parts));
	size_t errors = d->errors;

	if (!e || (keyed && reuse(&u->package, book, key)))
		return; /* a missing file is reported by the definitions */
	read_package(app, u, tree, e, digests, a, d);
	if (keyed && d->errors == errors)
		note(&u->package, book, key);
}

void packages_prepare(struct app *app, const struct filetree *tree, struct digests *digests, struct recipe_book *book,
		      struct arena *a, struct diags *d)
{
	for (size_t i = 0; i < app->nupgrades; i++) {
		if (app->upgrades[i].package.rel.n)
			prepare(app, &app->upgrades[i], tree, digests, book, a, d);
	}
}
