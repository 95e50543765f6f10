/* H5 packages and a tree that offers them, for the tests of the device's h5 service. */
#ifndef TEST_RESOLVE_H5_H
#define TEST_RESOLVE_H5_H

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>

#include "../tgz.h"
#include "demo.h"
#include "format/zipwrite.h"

#define H5_BASE   "https://cdn.example.com/d/"
#define H5_MIRROR "https://mirror.example.com/d/"
#define H5_BASES  "\"bases\":[\"" H5_BASE "\",\"" H5_MIRROR "\"],"

/* --- packages ------------------------------------------------------------------------------------------------------------ */

struct h5_key {
	EVP_PKEY *pkey;
	char pem[1024];
};

static inline void h5_key_make(struct h5_key *k)
{
	BIO *out = BIO_new(BIO_s_mem());
	int n;

	k->pkey = EVP_RSA_gen(2048);
	assert_non_null(k->pkey);
	assert_int_equal(PEM_write_bio_PUBKEY(out, k->pkey), 1);
	n = BIO_read(out, k->pem, sizeof(k->pem) - 1);
	assert_true(n > 0);
	k->pem[n] = '\0';
	BIO_free(out);
}

struct h5_made {
	const char *id, *version;
	const struct tgz_file *files;
	bool stored, swapped; /* swapped: CERT.json stands first */
	const char *extra;    /* a fourth file */
	const struct h5_key *key;
};

static inline void h5_signature(struct strbuf *out, const struct h5_key *key, struct slice text)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char sig[512] = "no signature";
	size_t n = sizeof(sig);

	if (key) {
		assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, "SHA1", NULL, NULL, key->pkey, NULL), 1);
		assert_int_equal(EVP_DigestSign(ctx, sig, &n, (const unsigned char *)text.p, text.n), 1);
	}
	strbuf_addbase64(out, slice_bytes(sig, key ? n : 12));
	EVP_MD_CTX_free(ctx);
}

/* The package, in `a`. */
static inline struct slice h5_package(struct arena *a, const struct h5_made *m)
{
	struct strbuf tar = STRBUF_INIT, cert = STRBUF_INIT, zip = STRBUF_INIT;
	struct slice manifest =
		arena_printf(a, "<package><uid>%s</uid><version>%s</version></package>", m->id, m->version);
	struct slice tar_name = arena_printf(a, "%s.tar", m->id), made;
	const struct zip_how how = { .deflate = !m->stored };
	struct zip_writer z;
	const char *why;

	tgz_make(&tar, m->files, ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_TAR_USTAR);
	strbuf_addf(&cert, "{\"%s\":\"", tar_name.p);
	h5_signature(&cert, m->key, strbuf_slice(&tar));
	strbuf_adds(&cert, "\",\"Manifest.xml\":\"");
	h5_signature(&cert, m->key, manifest);
	strbuf_adds(&cert, "\"} \n");
	zip_begin(&z, &zip);
	if (m->swapped)
		zip_put_as(&z, SLICE("CERT.json"), strbuf_slice(&cert), how);
	zip_put_as(&z, SLICE("Manifest.xml"), manifest, how);
	if (!m->swapped)
		zip_put_as(&z, SLICE("CERT.json"), strbuf_slice(&cert), how);
	zip_put_as(&z, tar_name, strbuf_slice(&tar), how);
	if (m->extra)
		zip_put_as(&z, slice_of(m->extra), SLICE("x"), how);
	assert_int_equal(zip_end(&z, &why), 0);
	made = arena_copy(a, strbuf_slice(&zip));
	strbuf_release(&tar);
	strbuf_release(&cert);
	strbuf_release(&zip);
	return made;
}

/* --- a world ------------------------------------------------------------------------------------------------------------- */

/* What is offered of an app. */
struct h5_app {
	const char *id, *version; /* id NULL: the list ends */
	const char *main_url;     /* NULL: none */
	const char *rate;         /* asyncReqRate; NULL: none */
	const char *global_url;   /* NULL: normal */
	bool any_network, preload;
	struct slice package;
	const char *deltas; /* the array's content; NULL: none */
};

struct h5_world {
	struct tree tree;
	struct mdr_client *c;
	struct mdr_attr attrs[3];
	struct mdr_device device;
	struct mdr_h5_rules rules;
	struct mdr_got got;
	struct mdr_text text;
	struct mdr_error err;
	uint64_t apply; /* limits.apply */
};

static inline void h5_attr(struct h5_world *w, size_t i, const char *name, const char *value)
{
	w->attrs[i] = (struct mdr_attr){ name, value, strlen(name), strlen(value) };
}

static inline void h5_put_entry(struct h5_world *w, struct strbuf *out, const struct h5_app *app)
{
	uint8_t hash[SHA256_SIZE];
	char hex[SHA256_HEX];
	struct slice path = arena_printf(&w->tree.mem, "h5/%s/%s/p.amr", app->id, app->version);

	assert_int_equal(digest_sha256(w->tree.dg, hash, app->package), 0);
	digest_hex(hex, hash, sizeof(hash));
	tree_put(&w->tree, arena_printf(&w->tree.mem, H5_BASE "%s", path.p).p, app->package);
	strbuf_addf(out, "[\"%s\",{\"app_id\":\"%s\",\"auto_install\":%d", app->version, app->id, app->any_network);
	if (app->deltas)
		strbuf_addf(out, ",\"deltas\":[%s]", app->deltas);
	if (app->rate)
		strbuf_addf(out, ",\"extend_info\":{\"asyncReqRate\":\"%s\"}", app->rate);
	strbuf_addf(out, ",\"fallback_base_url\":\"%s\"",
		    app->global_url ? "" : arena_printf(&w->tree.mem, "h5/%s/%s/f/", app->id, app->version).p);
	strbuf_addf(out, ",\"fileSize\":%zu,\"global_pack_url\":\"%s\",\"installType\":%d", app->package.n,
		    app->global_url ? app->global_url : "", app->preload);
	if (app->main_url)
		strbuf_addf(out, ",\"main_url\":\"%s\"", app->main_url);
	strbuf_addf(out,
		    ",\"name\":\"App %s\",\"package_url\":\"%s\",\"sha256\":\"%s\",\"version\":\"%s\","
		    "\"vhost\":\"https://%s.h5app.com\"}]",
		    app->id, path.p, hex, app->version, app->id);
}

/* Offers these and nothing else, in the next version of the tree. */
static inline void h5_publish(struct h5_world *w, const struct h5_app *apps)
{
	struct strbuf answers = STRBUF_INIT, slots = STRBUF_INIT;

	for (size_t i = 0; apps[i].id; i++) {
		strbuf_adds(&answers, i ? "," : "");
		h5_put_entry(w, &answers, &apps[i]);
		strbuf_addf(&slots, "%s\"%s\":[{\"a\":%zu,\"t\":\"task\"}]", i ? "," : "", apps[i].id, i);
	}
	w->tree.ntargets = 0;
	if (apps[0].id)
		tree_index(&w->tree, PLATFORM_ANDROID, KIND_H5,
			   arena_printf(&w->tree.mem,
					DEMO_HEAD H5_BASES
					"\"format\":1,\"kind\":\"h5\",\"manifest\":{\"answers\":[%s],"
					"\"slots\":{%s}},\"platform\":\"android\"}",
					answers.p, slots.p));
	tree_publish_next(&w->tree);
	strbuf_release(&answers);
	strbuf_release(&slots);
}

static inline void h5_reopen(struct h5_world *w)
{
	struct slice root = tree_find(&w->tree, "metadata/1.root.json")->data;
	const struct mdr_config config = { .app = APP,
					   .root = root.p,
					   .root_size = root.n,
					   .fetch = tree_fetch,
					   .fetch_ctx = &w->tree,
					   .storage = store_callbacks(&w->tree.store),
					   .limits = { .apply = w->apply } };

	mdr_close(w->c);
	w->c = NULL;
	assert_int_equal(mdr_open(&w->c, &config, &w->err), MDR_OK);
}

static inline void h5_start(struct h5_world *w, const struct h5_app *apps)
{
	*w = (struct h5_world){ .c = NULL };
	tree_init(&w->tree);
	for (size_t i = 0; i < TUF_TYPE_COUNT; i++)
		w->tree.spec.expires[i] = T0 + 365 * DAY;
	tree_write_root(&w->tree);
	h5_publish(w, apps);
	h5_attr(w, 0, "platform", "android");
	h5_attr(w, 1, "netType", "WIFI");
	w->device = (struct mdr_device){ .attrs = w->attrs, .n = 2 };
	h5_reopen(w);
}

static inline void h5_finish(struct h5_world *w)
{
	mdr_close(w->c);
	free(w->text.p);
	tree_release(&w->tree);
}

/* --- calls --------------------------------------------------------------------------------------------------------------- */

static inline enum mdr_code h5_list(struct h5_world *w, const char *id, int64_t now, bool force, struct mdr_h5 *out)
{
	const struct mdr_ask ask = { &w->device, now, now };

	w->err = (struct mdr_error){ .code = MDR_OK };
	return mdr_h5_list(w->c, &ask, &w->rules, id, force, out, &w->err);
}

static inline enum mdr_code h5_load_how(struct h5_world *w, const char *id, int64_t now, const struct mdr_download *how)
{
	const struct mdr_ask ask = { &w->device, now, now };

	w->err = (struct mdr_error){ .code = MDR_OK };
	return mdr_h5_load(w->c, &ask, &w->rules, id, how, &w->got, &w->err);
}

static inline enum mdr_code h5_load(struct h5_world *w, const char *id, int64_t now)
{
	return h5_load_how(w, id, now, NULL);
}

/* The content of a file, or NULL. */
static inline const char *h5_read(struct h5_world *w, const char *id, const char *path)
{
	enum mdr_code code = mdr_h5_read(w->c, id, path, &w->text, &w->err);

	assert_true(code == MDR_OK || (w->err.code == code && w->text.n == 0));
	assert_true(!w->text.p || strlen(w->text.p) == w->text.n);
	return code ? NULL : w->text.p;
}

#define assert_reads(w, id, path, wanted)                                                                              \
	do {                                                                                                           \
		const char *found_ = h5_read(w, id, path);                                                             \
		assert_string_equal(found_ ? found_ : (w)->err.text, wanted);                                          \
	} while (0)

/* Files in the device's storage whose name begins so. */
static inline size_t h5_stored(const struct h5_world *w, const char *prefix)
{
	size_t n = 0;

	for (size_t i = 0; i < STORE_ENTRIES; i++) {
		const struct store_entry *e = &w->tree.store.v[i];

		n += e->there && strncmp(e->name, prefix, strlen(prefix)) == 0;
	}
	return n;
}

/* --- two packages of one app ------------------------------------------------------------------------------------------ */

#define ID    "20171228"
#define OTHER "20171229"
#define PAGE  "/www/index.html"
#define NONE                                                                                                           \
	{                                                                                                              \
		.id = NULL                                                                                             \
	}

#define CONTENT(list, text)                                                                                            \
	static const struct tgz_file list[] = { { .name = "www/" },                                                    \
						{ .name = "www/a.js", .data = { "a", 1 } },                            \
						{ .name = "www/empty.css" },                                           \
						{ .name = "www/index.html", .data = { text, sizeof(text) - 1 } },      \
						{ .name = "www/z.js", .data = { "z", 1 } },                            \
						{ .name = NULL } }

CONTENT(one, "one");
CONTENT(two, "two");

static struct arena mem = ARENA_INIT;

static inline struct slice package(const char *id, const char *version, const struct tgz_file *files)
{
	return h5_package(&mem, &(struct h5_made){ .id = id, .version = version, .files = files });
}

static inline struct h5_app app(const char *id, const char *version, const struct tgz_file *files)
{
	return (struct h5_app){
		.id = id, .version = version, .main_url = PAGE, .package = package(id, version, files)
	};
}

static inline void start(struct h5_world *w, struct h5_app first)
{
	const struct h5_app apps[] = { first, NONE };

	h5_start(w, apps);
}

static inline void publish(struct h5_world *w, struct h5_app first)
{
	const struct h5_app apps[] = { first, NONE };

	h5_publish(w, apps);
}

static inline void must_load(struct h5_world *w, const char *id, int64_t now)
{
	if (h5_load(w, id, now))
		fail_msg("%s", w->err.text);
}

static inline int release_memory(void **state)
{
	(void)state;
	arena_release(&mem);
	return 0;
}

static inline void expect_app(struct h5_world *w, int64_t now, const char *version, const char *installed,
			      const char *opens, const char *fallback)
{
	struct mdr_h5 list;
	const struct mdr_h5_app *a;

	if (h5_list(w, ID, now, false, &list))
		fail_msg("%s", w->err.text);
	assert_int_equal(list.n, 1);
	a = &list.apps[0];
	assert_string_equal(a->id, ID);
	assert_string_equal(a->version ? a->version : "-", version);
	assert_string_equal(a->installed ? a->installed : "-", installed);
	assert_string_equal(a->opens, opens);
	assert_string_equal(a->fallback_url, fallback);
	assert_string_equal(a->main_url, PAGE);
	assert_string_equal(a->vhost, "https://" ID ".h5app.com");
	assert_string_equal(a->name, "App " ID);
	assert_true(a->size > 0);
	mdr_h5_release(&list);
}

#define FALLBACK(version) H5_BASE "h5/" ID "/" version "/f/www/index.html"

/* Whether it was asked. */
static inline bool asks(struct h5_world *w, const char *id, int64_t now)
{
	struct mdr_h5 list;
	bool asked;

	if (h5_list(w, id, now, false, &list))
		fail_msg("%s", w->err.text);
	asked = list.asked;
	mdr_h5_release(&list);
	return asked;
}

#endif
