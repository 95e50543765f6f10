/* Any bytes as the modules of a quick fix: judged the same each time, with a code of the list and a reason. What is accepted is of the
 * installed bundle and newer than what is deployed, and with any byte outside its signing block changed it is refused.
 *
 * Input: a byte of flags, the length of the first module in two bytes (little-endian; what is left is the second one, if anything). */
#include <string.h>

#include "format/zipread.h"
#include "require.h"
#include "resolve/mdresolve.h"

#define DEBUG_APP  1u
#define HAS_ABI    2u
#define NO_BUNDLE  4u
#define DEPLOYED   8u
#define TWO_FILES  16u
#define MODULE_MAX ((size_t)1 << 20)

static int check(const struct mdr_bundle *b, const struct mdr_hqf *v, size_t n)
{
	struct mdr_error err = { .text = "" };
	size_t which = 99;
	int code = -1;

	if (mdr_quickfix_check(b, v, n, &code, &which, &err))
		return -1;
	REQUIRE(which <= n);
	REQUIRE(code == MDR_QF_OK || (code >= MDR_QF_PARAM && code <= MDR_QF_LIBS_UNCOMPRESSED) ||
		(code >= MDR_QF_SIGN_NONE && code <= MDR_QF_SIGNERS_DIFFER));
	REQUIRE((code == MDR_QF_OK) == !err.text[0]);
	return code;
}

/* Of an archive that was accepted. */
static void change_bytes(const struct mdr_bundle *b, const struct mdr_hqf *good)
{
	static const struct zip_limits none = { .entries = 0 };
	struct arena a = ARENA_INIT;
	char *copy = arena_str(&a, slice_bytes(good->bytes, good->n));
	struct mdr_hqf changed = { good->path, copy, good->n };
	const char *why;
	struct zip z;

	REQUIRE(!zip_open(&z, &a, slice_bytes(good->bytes, good->n), &none, &why));
	for (size_t i = 0; i < good->n; i += 1 + good->n / 64) {
		if (i >= (size_t)(z.block.p - z.bytes.p) && i < z.directory)
			continue;
		copy[i] = (char)(copy[i] ^ 0x40);
		REQUIRE(check(b, &changed, 1) != MDR_QF_OK);
		copy[i] = (char)(copy[i] ^ 0x40);
	}
	arena_release(&a);
}

static void judge(unsigned flags, const struct mdr_hqf *v, size_t n)
{
	struct mdr_bundle b = { .name = flags & NO_BUNDLE ? NULL : "com.example.demo",
				.version_code = 1000000,
				.debug = flags & DEBUG_APP,
				.debug_profile = flags & DEBUG_APP,
				.abi = flags & HAS_ABI ? "arm64-v8a" : NULL,
				.deployed = flags & DEPLOYED ? 1000 : 0,
				.system_caller = true,
				.permitted = true };
	const struct mdr_hqf twice[] = { v[0], v[0] };
	int code = check(&b, v, n);

	REQUIRE(check(&b, v, n) == code);
	if (code != MDR_QF_OK)
		return;
	REQUIRE(b.name);
	REQUIRE(check(&b, twice, 2) == MDR_QF_MODULE_TWICE);
	b.version_code++;
	REQUIRE(check(&b, v, n) == MDR_QF_VERSION_DIFFERS);
	b.version_code--;
	b.deployed = UINT32_MAX;
	REQUIRE(check(&b, v, n) == MDR_QF_PATCH_NOT_NEWER);
	b.deployed = 0;
	if (n == 1)
		change_bytes(&b, &v[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mdr_hqf v[2] = { { "a.hqf", NULL, 0 }, { "b.hqf", NULL, 0 } };
	size_t first, n;

	if (size < 3 || size > MODULE_MAX)
		return 0;
	first = data[1] | (size_t)data[2] << 8;
	n = data[0] & TWO_FILES && first < size - 3 ? 2 : 1;
	v[0].bytes = data + 3;
	v[0].n = n == 2 ? first : size - 3;
	v[1].bytes = data + 3 + first;
	v[1].n = n == 2 ? size - 3 - first : 0;
	judge(data[0], v, n);
	return 0;
}
