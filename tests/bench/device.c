/* What the device library takes on a device: memory and bytes on the wire of an upgrade check, from nothing, when nothing is new, and
 * after a change; and of a whole answer.
 *   device TREE/<appCode> CHANGED-TREE/<appCode> APPCODE ROOT.json NOW-SECONDS DEVICE.json
 * Memory is counted where the library asks for it (the linker wraps the allocator of libmdresolve.a and of the static jansson, pcre2, zstd
 * and zlib), as malloc_usable_size() has it; that of libcrypto, which other parts of an app use too, is counted apart. What the callbacks
 * here take is not the library's. Exit 1 when a check takes more than LIMIT, or one that finds nothing new more than one file. */
#include <inttypes.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolve/mdresolve.h"

#define LIMIT ((size_t)256 << 10)
#define BLOBS 64

/* --- memory --------------------------------------------------------------------------------------------------------------- */

struct heap {
	size_t now, peak;
};

/* Replaced allocators have no context of their own. */
static struct heap library, crypto;

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);
char *__wrap_strdup(const char *text);

static void *add(struct heap *h, void *p)
{
	h->now += malloc_usable_size(p);
	if (h->now > h->peak)
		h->peak = h->now;
	return p;
}

static void *change(struct heap *h, void *p, size_t n)
{
	size_t before = malloc_usable_size(p);
	void *q = __real_realloc(p, n);

	if (!q && n)
		return NULL;
	h->now -= before;
	return add(h, q);
}

static void drop(struct heap *h, void *p)
{
	h->now -= malloc_usable_size(p);
	__real_free(p);
}

void *__wrap_malloc(size_t n)
{
	return add(&library, __real_malloc(n));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return add(&library, __real_calloc(count, size));
}

void *__wrap_realloc(void *p, size_t n)
{
	return change(&library, p, n);
}

void __wrap_free(void *p)
{
	drop(&library, p);
}

char *__wrap_strdup(const char *text)
{
	size_t n = strlen(text) + 1;
	char *p = __wrap_malloc(n);

	return p ? memcpy(p, text, n) : NULL;
}

static void *crypto_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return add(&crypto, __real_malloc(n));
}

static void *crypto_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return change(&crypto, p, n);
}

static void crypto_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	drop(&crypto, p);
}

/* --- a device's world ------------------------------------------------------------------------------------------------------ */

struct blob {
	char name[MDR_NAME];
	void *bytes;
	size_t n;
};

struct world {
	const char *tree;
	struct blob blobs[BLOBS]; /* name "": free */
	unsigned files;
	uint64_t bytes;
};

static struct blob *find(struct world *w, const char *name)
{
	for (size_t i = 0; i < BLOBS; i++) {
		if (strcmp(w->blobs[i].name, name) == 0)
			return &w->blobs[i];
	}
	return NULL;
}

static enum mdr_fetched load(void *ctx, struct mdr_sink *sink, const char *name)
{
	struct blob *b = find(ctx, name);

	if (!b)
		return MDR_ABSENT;
	mdr_sink_add(sink, b->bytes, b->n);
	return MDR_FETCHED;
}

static bool drop_blob(void *ctx, const char *name)
{
	struct blob *b = find(ctx, name);

	if (b) {
		__real_free(b->bytes);
		*b = (struct blob){ .n = 0 };
	}
	return true;
}

static bool store(void *ctx, const char *name, const void *bytes, size_t n)
{
	struct blob *b;

	drop_blob(ctx, name);
	b = find(ctx, "");
	if (!b)
		return false;
	b->bytes = __real_malloc(n + 1);
	if (!b->bytes)
		return false;
	snprintf(b->name, sizeof(b->name), "%s", name);
	memcpy(b->bytes, bytes, n);
	b->n = n;
	return true;
}

static enum mdr_fetched fetch(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset, uint64_t limit)
{
	struct world *w = ctx;
	char full[4096], block[4096];
	uint64_t got = 0;
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", w->tree, path);
	f = fopen(full, "rb");
	w->files++;
	if (!f)
		return MDR_ABSENT;
	for (size_t n = fseek(f, (long)offset, SEEK_SET) == 0; n && got < limit; got += n) {
		n = fread(block, 1, limit - got < sizeof(block) ? (size_t)(limit - got) : sizeof(block), f);
		if (n && !mdr_sink_add(sink, block, n))
			break;
	}
	w->bytes += got;
	fclose(f);
	return MDR_FETCHED;
}

static char *read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *p = __real_malloc(1 << 20);

	*n = f && p ? fread(p, 1, 1 << 20, f) : 0;
	if (f)
		fclose(f);
	return p;
}

/* --- what is measured ------------------------------------------------------------------------------------------------------ */

struct job {
	struct world world;
	struct mdr_config config;
	char *device;
	size_t device_size;
	int64_t now;
};

static enum mdr_code check(struct mdr_client *c, const struct mdr_ask *ask, struct mdr_error *err)
{
	struct mdr_upgrade u = { .held = NULL };
	enum mdr_code code = mdr_upgrade_check(c, ask, -1, &u, err);

	mdr_upgrade_release(&u);
	return code;
}

static enum mdr_code answer(struct mdr_client *c, const struct mdr_ask *ask, struct mdr_error *err)
{
	struct mdr_text text = { NULL, 0, 0 };
	enum mdr_code code = mdr_refresh(c, ask->now, err);

	if (!code)
		code = mdr_answer(c, ask->device, ask->at, MDR_ALL, 0, &text, err);
	__wrap_free(text.p);
	return code;
}

typedef enum mdr_code work_fn(struct mdr_client *c, const struct mdr_ask *ask, struct mdr_error *err);

/* From mdr_open() to mdr_close(), as an app does when it starts. True: it went well, within the limits. */
static bool measure(struct job *j, const char *name, work_fn *work, unsigned most_files)
{
	struct mdr_client *client = NULL;
	struct mdr_parsed *keep = NULL;
	struct mdr_device device;
	struct mdr_error err;
	struct mdr_ask ask = { &device, j->now, j->now };
	size_t before = crypto.now;
	bool good;

	library.peak = library.now = 0;
	crypto.peak = crypto.now;
	j->world.files = 0;
	j->world.bytes = 0;
	if (mdr_device_parse(&device, &keep, j->device, j->device_size, &err) || mdr_open(&client, &j->config, &err) ||
	    work(client, &ask, &err)) {
		fprintf(stderr, "device: %s: %s\n", name, err.text);
		return false;
	}
	mdr_close(client);
	mdr_device_release(keep);
	good = j->world.files <= most_files && library.peak <= LIMIT;
	printf("%-32s %7zu KiB %13zu KiB %9u files %8" PRIu64 " bytes%s\n", name, (library.peak + 1023) / 1024,
	       (crypto.peak - before + 1023) / 1024, j->world.files, j->world.bytes, good ? "" : "  too much");
	if (library.now)
		printf("%zu bytes are still held\n", library.now);
	return good && !library.now;
}

int main(int argc, char **argv)
{
	struct job j = { .world = { .files = 0 } };
	bool good;

	if (argc != 7 || !CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free)) {
		fputs("usage: device TREE/<appCode> CHANGED/<appCode> APPCODE ROOT.json NOW-SECONDS DEVICE.json\n",
		      stderr);
		return 2;
	}
	j.world.tree = argv[1];
	j.config = (struct mdr_config){ .app = argv[3],
					.fetch = fetch,
					.fetch_ctx = &j.world,
					.storage = {
						.ctx = &j.world, .load = load, .store = store, .remove = drop_blob } };
	j.config.root = read_file(argv[4], &j.config.root_size);
	j.now = strtoll(argv[5], NULL, 10);
	j.device = read_file(argv[6], &j.device_size);
	printf("%-32s %11s %17s %26s\n", "", "heap, peak", "libcrypto's", "wire");
	good = measure(&j, "check, first contact", check, 10);
	good = measure(&j, "check, nothing new", check, 1) && good;
	j.world.tree = argv[2];
	good = measure(&j, "check, after one change", check, 8) && good;
	good = measure(&j, "answer of all kinds, the rest", answer, 20) && good;
	good = measure(&j, "answer of all kinds, nothing new", answer, 1) && good;
	for (size_t i = 0; i < BLOBS; i++)
		__real_free(j.world.blobs[i].bytes);
	__real_free(j.device);
	__real_free((void *)(uintptr_t)j.config.root);
	return good ? 0 : 1;
}
