#include "format/delta.h"

#include <string.h>

#include "base/big.h"

#define VERSION     1
#define AMR_ENTRIES 64 /* deployed packages have three */

/* libzstd's decoder and its tables for a prefix take 151 KB, the reader of an .amr 60 KB. */
#define ZSTD_MEMORY (UINT64_C(256) << 10)

#define MAGIC_SIZE (sizeof(DELTA_MAGIC) - 1)

enum offset {
	AT_VERSION = MAGIC_SIZE,
	AT_METHOD,
	AT_FORM,
	AT_ZERO,
	AT_BASE_SIZE,
	AT_RESULT_SIZE = AT_BASE_SIZE + 8,
	AT_BODY_SIZE = AT_RESULT_SIZE + 8,
	AT_MEMORY = AT_BODY_SIZE + 8,
	AT_BASE = AT_MEMORY + 8,
	AT_RESULT = AT_BASE + SHA256_SIZE,
	AT_BODY = AT_RESULT + SHA256_SIZE,
	AT_END = AT_BODY + SHA256_SIZE
};
_Static_assert(AT_END == DELTA_HEADER, "the head is as long as its fields");

uint64_t delta_memory(enum delta_method method)
{
	switch (method) {
	case DELTA_ZSTD:
		return ZSTD_MEMORY;
	}
	return UINT64_MAX;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

uint64_t delta_need(const struct delta_header *h)
{
	return sum(sum(h->base_size, h->result_size), h->memory);
}

void delta_encode(uint8_t out[DELTA_HEADER], const struct delta_header *h)
{
	memcpy(out, DELTA_MAGIC, MAGIC_SIZE);
	out[AT_VERSION] = VERSION;
	out[AT_METHOD] = (uint8_t)h->method;
	out[AT_FORM] = (uint8_t)h->form;
	out[AT_ZERO] = 0;
	big64_put(out + AT_BASE_SIZE, h->base_size);
	big64_put(out + AT_RESULT_SIZE, h->result_size);
	big64_put(out + AT_BODY_SIZE, h->body_size);
	big64_put(out + AT_MEMORY, h->memory);
	memcpy(out + AT_BASE, h->base, SHA256_SIZE);
	memcpy(out + AT_RESULT, h->result, SHA256_SIZE);
	memcpy(out + AT_BODY, h->body, SHA256_SIZE);
}

/* Of bytes that are a head: NULL, or what this reader does not know. */
static const char *foreign(const uint8_t *p)
{
	if (p[AT_VERSION] != VERSION)
		return "it is a delta of another version";
	if (p[AT_METHOD] != DELTA_ZSTD)
		return "it is made by a method that is not known here";
	if (p[AT_FORM] != DELTA_FILE && p[AT_FORM] != DELTA_TAR)
		return "its base has a form that is not known here";
	return p[AT_ZERO] ? "a byte of its head that must be 0 is not" : NULL;
}

static const char *unsound(const struct delta_header *h)
{
	if (!h->base_size || !h->result_size || !h->body_size)
		return "its base, result or body is empty";
	if (h->memory != delta_memory(h->method))
		return "the memory in its head is not that of its method";
	if (delta_need(h) > DELTA_MEMORY_MAX || h->body_size > DELTA_MEMORY_MAX)
		return "it takes more than 256 MiB to apply";
	return NULL;
}

int delta_decode(struct delta_header *out, struct slice bytes, const char **why)
{
	const uint8_t *p = (const uint8_t *)bytes.p;
	struct delta_header h;

	*why = "it is no delta, or is cut off";
	if (bytes.n < DELTA_HEADER || memcmp(p, DELTA_MAGIC, MAGIC_SIZE) != 0)
		return -1;
	*why = foreign(p);
	if (*why)
		return -1;
	h = (struct delta_header){
		.method = (enum delta_method)p[AT_METHOD],
		.form = (enum delta_form)p[AT_FORM],
		.base_size = big64(p + AT_BASE_SIZE),
		.result_size = big64(p + AT_RESULT_SIZE),
		.body_size = big64(p + AT_BODY_SIZE),
		.memory = big64(p + AT_MEMORY),
	};
	memcpy(h.base, p + AT_BASE, SHA256_SIZE);
	memcpy(h.result, p + AT_RESULT, SHA256_SIZE);
	memcpy(h.body, p + AT_BODY, SHA256_SIZE);
	*why = unsound(&h);
	if (*why)
		return -1;
	*out = h;
	return 0;
}

int delta_open_tar(const struct zip_entry **tar, struct zip *z, struct arena *a, struct slice amr, const char **why)
{
	const struct zip_limits limits = { .entries = AMR_ENTRIES };

	*tar = NULL;
	if (zip_open(z, a, amr, &limits, why))
		return -1;
	*why = "it holds no tar, or several";
	for (size_t i = 0; i < z->n; i++) {
		if (!slice_ends(z->v[i].name, ".tar"))
			continue;
		if (*tar)
			return -1;
		*tar = &z->v[i];
	}
	return *tar ? 0 : -1;
}
