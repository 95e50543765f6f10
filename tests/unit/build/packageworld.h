/* A world with upgrades of Android, whose packages lie in it. */
#ifndef UNIT_BUILD_PACKAGEWORLD_H
#define UNIT_BUILD_PACKAGEWORLD_H

#include "../inspect/xml.h"
#include "../signedapk.h"
#include "build/package.h"
#include "world.h"

#define PACKAGE_RELEASE "{\n  \"version\": \"5.0.0\",\n  \"package\": { \"file\": \"app.apk\" }\n}\n"

/* Signs everything, of the tests of one program. */
static inline const struct signer_pair *package_signer(void)
{
	static struct signer_pair pair;

	if (!pair.key)
		pair = signer_pair_new();
	return &pair;
}

static inline struct slice package_keep(struct world *w, struct strbuf *bytes)
{
	struct slice kept = arena_copy(&w->mem, strbuf_slice(bytes));

	strbuf_release(bytes);
	return kept;
}

/* An APK with that manifest, unsigned, in the arena. */
static inline struct slice package_unsigned(struct world *w, const struct xml *x)
{
	struct strbuf manifest = STRBUF_INIT, zip = STRBUF_INIT;

	(void)xml_make(&manifest, x);
	zip_make(&zip, (struct test_zip_entry[]){ { "AndroidManifest.xml", strbuf_slice(&manifest), 0, false },
						  { NULL, { NULL, 0 }, 0, false } });
	strbuf_release(&manifest);
	return package_keep(w, &zip);
}

/* The same with a v2 signature by package_signer(). */
static inline struct slice package_make(struct world *w, const struct xml *x)
{
	struct strbuf bytes = STRBUF_INIT;

	sign_apk(&bytes, package_unsigned(w, x), package_signer());
	return package_keep(w, &bytes);
}

/* A hotpatch for that version of the app. */
static inline struct slice package_jar(struct world *w, const char *version)
{
	struct slice patch = arena_printf(&w->mem, "Target-C-Version: %s\r\nx-PatchType: dexpatch\r\n\r\n", version);
	const struct test_zip_entry entries[] = { { "classes.dex", SLICE("dex\n035\0"), 0, false },
						  { "META-INF/PATCH.MF", patch, 0, false },
						  { NULL, { NULL, 0 }, 0, false } };
	struct strbuf bytes = STRBUF_INIT;

	sign_jar(&bytes, entries, package_signer());
	return package_keep(w, &bytes);
}

/* The app gets one more release, whose package is up/<version>/app.apk. */
static inline struct upgrade *package_release(struct world *w, const char *version)
{
	struct upgrade *v = ARENA_ARRAY(&w->mem, struct upgrade, w->app.nupgrades + 1), *u = &v[w->app.nupgrades];

	if (w->app.nupgrades)
		memcpy(v, w->app.upgrades, w->app.nupgrades * sizeof(*v));
	w->app.upgrades = v;
	w->app.nupgrades++;
	*u = (struct upgrade){ .r = { .kind = KIND_UPGRADE,
				      .version_text = slice_of(version),
				      .platforms = { [PLATFORM_ANDROID] = true } } };
	u->r.origin =
		(struct origin){ arena_printf(&w->mem, "repo/up/%s/release.json", version).p, SLICE(PACKAGE_RELEASE) };
	u->package.file = SLICE("app.apk");
	u->package.rel = arena_printf(&w->mem, "up/%s/app.apk", version);
	if (!version_parse(&u->version, u->r.version_text))
		abort();
	return u;
}

static inline void package_prepare(struct world *w, bool with_book)
{
	packages_prepare(&w->app, &w->tree, w->digests, with_book ? &w->book : NULL, &w->mem, &w->d);
}

#endif
