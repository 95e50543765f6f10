/* A filter finds what was put in, proves every page, and with one byte changed it proves them no more; and no bytes at
 * all are taken for a record of it, but its own. The input: pages, probes, place and value of a change, then keys of 16
 * bytes. */
#include <string.h>

#include "format/filter.h"
#include "require.h"

#define KEYS 64

static uint64_t number(const uint8_t *p)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static struct slice record_of(const struct strbuf *file, uint32_t pages, uint32_t page)
{
	uint64_t offset;
	uint32_t length;

	filter_record_range(&offset, &length, pages, page);
	REQUIRE(offset + length <= file->n);
	return slice_bytes(file->p + offset, length);
}

static void check(struct digests *d, const struct filter_key *keys, size_t n, struct filter_plan plan,
		  const uint8_t *input, size_t size)
{
	size_t at = (size_t)input[2] << 8 | input[3];
	struct strbuf file = STRBUF_INIT;
	uint8_t root[SHA256_SIZE];
	const char *why = NULL;
	struct slice page;

	REQUIRE(filter_encode(&file, root, d, keys, n, plan) == 0);
	REQUIRE(file.n == filter_file_size(plan.pages));
	REQUIRE(filter_check_file(d, strbuf_slice(&file), plan.pages, root, &why) == 0);
	for (size_t i = 0; i < n; i++) {
		uint32_t p = filter_page_of(keys[i].h, plan.pages);

		REQUIRE(filter_check_record(&page, d, record_of(&file, plan.pages, p), p, plan.pages, root, &why) == 0);
		REQUIRE(filter_page_has(page, keys[i].seed, plan.probes));
	}
	REQUIRE(filter_check_record(&page, d, slice_bytes(input, size), input[4] % plan.pages, plan.pages, root, &why));
	file.p[at % file.n] ^= (char)(1 + input[4] % 255);
	REQUIRE(filter_check_file(d, strbuf_slice(&file), plan.pages, root, &why) && why);
	strbuf_release(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct filter_key keys[KEYS];
	struct digests *d = NULL;
	size_t n = 0;

	if (size < 5)
		return 0;
	for (const uint8_t *p = data + 5; n < KEYS && (size_t)(data + size - p) >= 16; p += 16)
		keys[n++] = (struct filter_key){ number(p), number(p + 8) };
	REQUIRE(digests_new(&d) == 0);
	n = filter_sort_unique(keys, n);
	for (size_t i = 1; i < n; i++)
		REQUIRE(keys[i - 1].h < keys[i].h || (keys[i - 1].h == keys[i].h && keys[i - 1].seed < keys[i].seed));
	check(d, keys, n, (struct filter_plan){ 1 + data[0] % 20, 1 + data[1] % FILTER_PROBES_MAX }, data, size);
	digests_free(d);
	return 0;
}
