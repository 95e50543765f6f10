/* Quick fixes for the tests: .hqf files made and signed on the spot. */
#ifndef TEST_RESOLVE_SIGNEDFIX_H
#define TEST_RESOLVE_SIGNEDFIX_H

#include "../inspect/signer.h"
#include "base/strbuf.h"
#include "format/zipwrite.h"

struct fix_signers {
	struct signer_id root, app, profile, other, stranger, old; /* old: its certificate has expired */
};

/* One module. Zeros: module "entry" of bundle "com.example", versionCode 7, patchVersionCode 3, type patch, signed by app. */
struct fix_spec {
	const char *json; /* patch.json, whole; "" for none */
	const char *bundle, *module, *type;
	unsigned version, patch;
	const char *files[3];
	bool is_unsigned;
	struct signer_package by;
};

static inline void fix_signers_make(struct fix_signers *s)
{
	s->root = signer_make("Root", signer_key(0), NULL);
	s->app = signer_make("App", signer_key(0), &s->root);
	s->profile = signer_make("Profiles", signer_key(0), &s->root);
	s->other = signer_make("Other", signer_key(0), &s->root);
	s->stranger = signer_make("Stranger", signer_key(0), NULL);
	s->old = signer_make("Old", signer_key(0), &s->root);
	ASN1_TIME_set(X509_getm_notAfter(s->old.cert), SIGNER_FROM + 1);
	assert_true(X509_sign(s->old.cert, s->root.key, EVP_sha256()) > 0);
}

static inline void fix_signers_release(struct fix_signers *s)
{
	signer_release(&s->root);
	signer_release(&s->app);
	signer_release(&s->profile);
	signer_release(&s->other);
	signer_release(&s->stranger);
	signer_release(&s->old);
}

static inline struct slice fix_json(struct arena *a, const struct fix_spec *f)
{
	if (f->json)
		return slice_of(f->json);
	return arena_printf(
		a,
		"{\"app\":{\"bundleName\":\"%s\",\"versionCode\":%u,\"versionName\":\"1\",\"patchVersionCode\":%u,"
		"\"patchVersionName\":\"1.3\"},\"module\":{\"name\":\"%s\",\"type\":\"%s\",\"deviceTypes\":"
		"[\"phone\"],\"originalModuleHash\":\"x\"}}",
		f->bundle ? f->bundle : "com.example", f->version ? f->version : 7, f->patch ? f->patch : 3,
		f->module ? f->module : "entry", f->type ? f->type : "patch");
}

static inline struct slice fix_zip(struct arena *a, const struct fix_spec *f)
{
	struct strbuf bytes = STRBUF_INIT;
	struct zip_writer zip;
	struct slice json = fix_json(a, f), made;
	const char *why;

	zip_begin(&zip, &bytes);
	zip_put(&zip, SLICE("ets/modules.abc"), slice_of(f->module ? f->module : "code"));
	for (size_t i = 0; i < COUNT(f->files) && f->files[i]; i++)
		zip_put(&zip, slice_of(f->files[i]), SLICE("bytes"));
	if (json.n)
		zip_put_as(&zip, SLICE("patch.json"), json, (struct zip_how){ .deflate = json.n > 10000 });
	assert_int_equal(zip_end(&zip, &why), 0);
	made = arena_copy(a, strbuf_slice(&bytes));
	strbuf_release(&bytes);
	return made;
}

static inline struct slice fix_make(struct arena *a, const struct fix_signers *s, const struct fix_spec *f)
{
	struct signer_package by = f->by;
	struct slice zip = fix_zip(a, f);

	by.app = by.app ? by.app : &s->app;
	by.profile = by.profile ? by.profile : &s->profile;
	return f->is_unsigned ? zip : signer_sign(a, zip, &by);
}

#endif
