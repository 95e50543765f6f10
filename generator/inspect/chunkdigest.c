#include "inspect/chunkdigest.h"

#include <openssl/evp.h>

#include "base/little.h"
#include "base/refuse.h"

#define CHUNK         ((size_t)1 << 20)
#define CHUNK_MARK    0xa5
#define WHOLE_MARK    0x5a
#define END_MARK      0x06054b50u
#define END_DIRECTORY 16 /* offset, in an end record, of the directory's */

static const struct {
	const char *name;
	size_t size;
} hashes[] = {
	[CHUNK_SHA256] = { "SHA256", 32 }, [CHUNK_SHA384] = { "SHA384", 48 }, [CHUNK_SHA512] = { "SHA512", 64 }
};

size_t chunkdigest_size(enum chunk_hash h)
{
	return hashes[h].size;
}

struct hashing {
	EVP_MD *md;
	EVP_MD_CTX *chunk, *whole;
};

static void hashing_release(struct hashing *h)
{
	EVP_MD_CTX_free(h->whole);
	EVP_MD_CTX_free(h->chunk);
	EVP_MD_free(h->md);
}

static bool begin(EVP_MD_CTX *ctx, const EVP_MD *md, uint8_t mark, uint32_t n)
{
	uint8_t head[5] = { mark };

	little32_put(head + 1, n);
	return EVP_DigestInit_ex(ctx, md, NULL) == 1 && EVP_DigestUpdate(ctx, head, sizeof(head)) == 1;
}

static bool add_chunk(struct hashing *h, struct slice chunk)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n;

	return begin(h->chunk, h->md, CHUNK_MARK, (uint32_t)chunk.n) &&
	       EVP_DigestUpdate(h->chunk, chunk.p, chunk.n) == 1 && EVP_DigestFinal_ex(h->chunk, digest, &n) == 1 &&
	       EVP_DigestUpdate(h->whole, digest, n) == 1;
}

static bool add_section(struct hashing *h, struct slice rest)
{
	bool good = true;

	for (; rest.n && good; rest = slice_from(rest, CHUNK))
		good = add_chunk(h, slice_sub(rest, 0, CHUNK));
	return good;
}

static uint64_t count_chunks(const struct slice *sections, size_t n)
{
	uint64_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += sections[i].n / CHUNK + (sections[i].n % CHUNK != 0);
	return count;
}

int chunkdigest(uint8_t out[CHUNKDIGEST_MAX], enum chunk_hash hash, const struct slice *sections, size_t nsections,
		const struct slice *further, size_t nfurther)
{
	CLEANUP(hashing_release)
	struct hashing h = { EVP_MD_fetch(NULL, hashes[hash].name, NULL), EVP_MD_CTX_new(), EVP_MD_CTX_new() };
	uint64_t count = count_chunks(sections, nsections);
	bool good = h.md && h.chunk && h.whole && count <= UINT32_MAX;

	good = good && begin(h.whole, h.md, WHOLE_MARK, (uint32_t)count);
	for (size_t i = 0; i < nsections && good; i++)
		good = add_section(&h, sections[i]);
	for (size_t i = 0; i < nfurther && good; i++)
		good = further[i].n == 0 || EVP_DigestUpdate(h.whole, further[i].p, further[i].n) == 1;
	return good && EVP_DigestFinal_ex(h.whole, out, NULL) == 1 ? 0 : -1;
}

int chunkdigest_sections(struct slice out[CHUNKDIGEST_SECTIONS], const struct zip *z, uint64_t block, const char **why)
{
	struct slice end = zip_part(z, z->end, z->bytes.n);
	char *copy;

	if (end.n < END_DIRECTORY + 4 || little32(end.p) != END_MARK || block > UINT32_MAX) {
		return refuse(why, "it is of the zip64 format, which no signing block goes with");
	}
	copy = arena_try(z->a, end.n, 1);
	if (!copy)
		return refuse(why, REFUSE_NO_MEMORY);
	memcpy(copy, end.p, end.n);
	little32_put(copy + END_DIRECTORY, (uint32_t)block);
	out[0] = zip_part(z, 0, block);
	out[1] = zip_part(z, z->directory, z->end - z->directory);
	out[2] = slice_bytes(copy, end.n);
	return 0;
}
