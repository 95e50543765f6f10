/* A release of an h5 app, and somebody who signs its package. */
#ifndef UNIT_BUILD_H5WORLD_H
#define UNIT_BUILD_H5WORLD_H

#include "build/h5.h"
#include "format/zipwrite.h"
#include "world.h"

#define RELEASE "{\n  \"version\": \"1.0.0.1\",\n  \"mainUrl\": \"/www/index.html\"\n}\n"
#define AT      "repo/h5/20171228/1.0.0.1/release.json"
#define ZIP     "h5/20171228/1.0.0.1/package.zip"
#define FOLDER  "h5/20171228/1.0.0.1_all/"

/* "signed by <key>: <first bytes>" */
static inline int sign(void *ctx, struct strbuf *out, struct slice message, struct diags *d)
{
	const char *key = ctx;

	if (!*key)
		return diag_environment(d, "h5.pem", "cannot sign");
	strbuf_addf(out, "signed by %s: " SLICE_FMT, key, SLICE_ARG(slice_sub(message, 0, 4)));
	return 0;
}

struct test {
	struct world w;
	struct h5_app app;
	struct h5_release release;
	char key[8];
	struct signer signer;
	struct h5_maker maker;
	struct h5_package *made;
	size_t n;
	struct files published;
};

static inline void init(struct test *t)
{
	*t = (struct test){ .app = { .id = SLICE("20171228"), .name = SLICE("Wallet") }, .key = "K1" };
	static struct slice bases[] = { { "https://cdn.example.com/x/", 26 } };

	world_init(&t->w);
	t->w.app.app_id = SLICE("DEMO01");
	t->w.app.workspace_id = SLICE("default");
	t->w.app.h5_global_host = SLICE("cdn.example.com");
	t->w.app.h5_vhost = SLICE("h5app.com");
	t->w.app.bases = bases;
	t->w.app.nbases = 1;
	t->release = (struct h5_release){
		.r = { .kind = KIND_H5,
		       .origin = { AT, SLICE(RELEASE) },
		       .version_text = SLICE("1.0.0.1"),
		       .platforms = { true, true, true } },
		.app = &t->app,
		.main_url = SLICE("/www/index.html"),
		.input = SLICE(ZIP),
	};
	t->w.app.h5 = &t->release;
	t->w.app.nh5 = 1;
	t->signer = (struct signer){ t->key, SLICE("id of K1"), sign };
	t->maker = (struct h5_maker){ .tree = &t->w.tree,
				      .digests = t->w.digests,
				      .signer = &t->signer,
				      .book = &t->w.book,
				      .good_defs = true,
				      .a = &t->w.mem,
				      .d = &t->w.d };
}

static inline void release_test(struct test *t)
{
	world_release(&t->w);
}

/* An archive of these files, each with its name as content; and of folders. */
static inline struct slice archive(struct test *t, const char *const *names)
{
	struct strbuf out = STRBUF_INIT;
	struct zip_writer z;
	struct slice bytes;
	const char *why;

	zip_begin(&z, &out);
	for (; *names; names++)
		zip_put(&z, slice_of(*names), slice_ends(slice_of(*names), "/") ? SLICE("") : slice_of(*names));
	assert_int_equal(zip_end(&z, &why), 0);
	bytes = arena_copy(&t->w.mem, strbuf_slice(&out));
	strbuf_release(&out);
	return bytes;
}

static inline void prepare(struct test *t)
{
	h5_prepare(&t->made, &t->n, &t->w.app, &t->maker);
}

/* What was made is the previous tree of the next build. */
static inline void next(struct test *t)
{
	t->published = t->made[0].files;
	world_next(&t->w);
	t->maker.published = &t->published;
	t->release.size = 0;
	t->release.global_pack_url = SLICE("");
}

#endif
