#include "build/package.h"

#include <inttypes.h>
#include <string.h>

#include "build/apkcheck.h"
#include "build/hapcheck.h"
#include "build/icon.h"
#include "build/ipacheck.h"
#include "build/jarcheck.h"
#include "build/succession.h"
#include "build/symbols.h"

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

struct srcpos package_pos(const struct release *r)
{
	bool nested = r->kind == KIND_UPGRADE && upgrade_of(r)->distribution == DIST_ENTERPRISE;

	return origin_pos(&r->origin, nested ? "/distribution/package/file" : "/package/file");
}

/* --- what a package is held against --------------------------------------------------------------------------------- */

typedef void check_fn(const struct package_check *c);

/* NULL: any file will do. */
static check_fn *check_of(const struct release *r)
{
	static check_fn *const upgrade[PLATFORM_COUNT] = {
		[PLATFORM_ANDROID] = apk_check, [PLATFORM_IOS] = ipa_check, [PLATFORM_HARMONY] = hap_check
	};

	if (r->kind == KIND_UPGRADE)
		return upgrade[upgrade_of(r)->platform];
	return hotpatch_of(r)->platform == PLATFORM_ANDROID ? jar_check : NULL;
}

static struct slice wanted_name(const struct app *app, const struct release *r)
{
	if (r->kind != KIND_UPGRADE)
		return SLICE("");
	if (upgrade_of(r)->distribution == DIST_ENTERPRISE)
		return upgrade_of(r)->bundle_id;
	return app->package_name[upgrade_of(r)->platform];
}

static struct slice wanted_version(const struct release *r)
{
	return r->kind == KIND_UPGRADE ? r->version_text : hotpatch_of(r)->product_text;
}

/* --- what was found out, as facts of a recipe ------------------------------------------------------------------------- */

#define FACTS_MAX 6

static struct recipe_fact bytes_fact(struct arena *a, const char *name, struct slice bytes)
{
	return recipe_fact_hex(a, name, (const uint8_t *)bytes.p, bytes.n);
}

static size_t list_facts(struct recipe_fact v[FACTS_MAX], const struct package *p, struct arena *a)
{
	const struct package_facts *said = &p->said;
	size_t n = 0;

	v[n++] = recipe_fact_hex(a, "md5", p->md5, MD5_SIZE);
	if (said->has_cert)
		v[n++] = recipe_fact_hex(a, "cert", said->cert, sizeof(said->cert));
	if (said->more_certs.n)
		v[n++] = bytes_fact(a, "moreCerts", said->more_certs);
	if (said->has_version_code)
		v[n++] = recipe_fact_uint(a, "versionCode", said->version_code);
	if (said->expires > 0)
		v[n++] = recipe_fact_uint(a, "expires", (uint64_t)said->expires);
	if (said->bundle_id.n)
		v[n++] = (struct recipe_fact){ SLICE("bundleId"), said->bundle_id };
	return n;
}

static void read_more_certs(struct package_facts *said, struct arena *a, const struct recipe *r)
{
	const struct slice *hex = recipe_fact(r, "moreCerts");
	uint8_t *bytes;

	if (!hex || hex->n % (2 * sizeof(said->cert)) != 0)
		return;
	bytes = arena_alloc(a, hex->n / 2);
	if (recipe_get_hex(bytes, hex->n / 2, r, "moreCerts"))
		said->more_certs = slice_bytes(bytes, hex->n / 2);
}

static bool read_facts(struct package *p, struct arena *a, const struct recipe *r)
{
	struct package_facts *said = &p->said;
	uint64_t expires;

	if (!recipe_get_hex(p->md5, MD5_SIZE, r, "md5"))
		return false;
	p->has_md5 = true;
	said->has_cert = recipe_get_hex(said->cert, sizeof(said->cert), r, "cert");
	read_more_certs(said, a, r);
	said->has_version_code = recipe_get_uint(&said->version_code, r, "versionCode");
	if (recipe_get_uint(&expires, r, "expires") && expires <= INT64_MAX)
		said->expires = (int64_t)expires;
	if (recipe_fact(r, "bundleId"))
		said->bundle_id = *recipe_fact(r, "bundleId");
	return true;
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

/* Takes over what the previous build found out about the same bytes. */
static bool reuse(const struct preparing *k, struct package *p, const uint8_t key[SHA256_SIZE])
{
	const struct recipe *r = recipe_find(k->book, key);

	if (!r || !read_facts(p, k->a, r))
		return false;
	recipe_note(k->book, r);
	p->size = r->length;
	memcpy(p->sha256, r->hash, SHA256_SIZE);
	return true;
}

static void note(const struct preparing *k, const struct package *p, struct slice name, const uint8_t key[SHA256_SIZE])
{
	struct recipe_fact facts[FACTS_MAX];
	struct recipe r = { .name = name, .length = p->size, .facts = facts };

	r.nfacts = list_facts(facts, p, k->a);
	memcpy(r.key, key, SHA256_SIZE);
	memcpy(r.hash, p->sha256, SHA256_SIZE);
	recipe_note(k->book, &r);
}

int package_place_check(const struct filetree *tree, const struct file_entry *e, struct srcpos at, struct slice file,
			struct arena *a, struct diags *d)
{
	struct file_place place;

	if (filetree_locate(&place, tree, e, a, d))
		return -1;
	if (place.file || place.size <= PACKAGE_GIT_MAX)
		return 0;
	return diag_error(d, at,
			  SLICE_FMT
			  " has %" PRIu64
			  " MiB in git; at most %d MiB are read from git itself: put it into Git LFS, or give "
			  "its url, size and sha256",
			  SLICE_ARG(file), ((place.size - 1) >> 20) + 1, (int)(PACKAGE_GIT_MAX >> 20));
}

static int hash_package(struct digests *digests, struct package *p, const struct blob *blob)
{
	if (!blob->sha256)
		return digest_both(digests, p->sha256, p->md5, blob->data);
	memcpy(p->sha256, blob->sha256, SHA256_SIZE);
	return digest_md5(digests, p->md5, blob->data);
}

static void read_package(const struct preparing *k, const struct release *r, struct package *p,
			 const struct file_entry *e)
{
	struct blob blob = { 0 };

	if (package_place_check(k->tree, e, package_pos(r), p->file, k->a, k->d) ||
	    filetree_read(&blob, k->tree, e, PACKAGE_MAX, k->d))
		return;
	p->size = blob.data.n;
	if (hash_package(k->digests, p, &blob)) {
		diag_environment(k->d, e->path, "cannot hash this file");
	} else {
		const struct package_check c = { k->app, r, p, blob.data, k->digests, k->a, k->d };

		p->has_md5 = true;
		if (check_of(r))
			check_of(r)(&c);
	}
	blob_release(&blob);
}

/* `p` is package_of(r), to be filled. */
static void prepare(const struct preparing *k, const struct release *r, struct package *p)
{
	const struct upgrade *u = r->kind == KIND_UPGRADE ? upgrade_of(r) : NULL;
	const struct file_entry *e = filetree_find(k->tree, p->rel);
	const struct file_entry *symbols = u && u->symbols.n ? filetree_find(k->tree, u->symbols) : NULL;
	struct slice name;
	uint8_t key[SHA256_SIZE];
	size_t errors = k->d->errors;
	char text[PACKAGE_NAME];
	bool keyed;

	if (!e)
		return; /* reported by the definitions */
	package_object_name(text, r);
	name = arena_copy(k->a, slice_of(text));
	struct slice parts[] = {
		SLICE("package/2"),     slice_of(e->id),   name,
		wanted_name(k->app, r), wanted_version(r), symbols ? slice_of(symbols->id) : SLICE("")
	};
	keyed = k->book && recipe_key(key, k->book, parts, COUNT(parts)) && (!symbols || *symbols->id);
	if (keyed && reuse(k, p, key))
		return;
	read_package(k, r, p, e);
	if (symbols)
		symbols_check(u, k->tree, k->a, k->d);
	if (keyed && k->d->errors == errors)
		note(k, p, name, key);
}

static void prepare_upgrade(const struct preparing *k, struct upgrade *u)
{
	icon_read(u, k->tree, k->digests, k->a, k->d);
	if (u->package.rel.n)
		prepare(k, &u->r, &u->package);
	else
		symbols_check(u, k->tree, k->a, k->d);
	if (u->distribution == DIST_ENTERPRISE && !u->bundle_id.n)
		u->bundle_id = u->package.said.bundle_id;
}

void packages_prepare(struct app *app, const struct filetree *tree, struct digests *digests, struct recipe_book *book,
		      struct arena *a, struct diags *d)
{
	const struct preparing k = { app, tree, digests, book, a, d };

	for (size_t i = 0; i < app->nupgrades; i++)
		prepare_upgrade(&k, &app->upgrades[i]);
	for (size_t i = 0; i < app->nhotpatches; i++) {
		if (app->hotpatches[i].package.rel.n)
			prepare(&k, &app->hotpatches[i].r, &app->hotpatches[i].package);
	}
	succession_check(app, d);
}
