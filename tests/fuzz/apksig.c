/* Any bytes as a signed Android package: refused with a reason, or every scheme that is there holds: then a change of the first
 * byte, of the directory or of the end record's comment length is found, and without its block it has no signature. */
#include <string.h>

#include "inspect/apksig.h"
#include "require.h"

static const struct zip_limits limits = { .entries = 1000 };

static int read(struct apksig *out, struct zip *zip, struct arena *a, struct slice bytes)
{
	const char *why = NULL;

	if (zip_open(zip, a, bytes, &limits, &why) || apksig_read(out, zip, &why)) {
		REQUIRE(why && *why);
		return -1;
	}
	return 0;
}

static void check_signers(const struct apksig *sig)
{
	REQUIRE(!sig->v[APKSIG_V31].n || sig->v[APKSIG_V3].n);
	for (int s = 0; s < APKSIG_SCHEMES; s++) {
		REQUIRE(sig->v[s].n <= 10);
		REQUIRE(sig->v[s].lineage.n % SHA256_SIZE == 0);
		REQUIRE(s != APKSIG_V2 || sig->v[s].lineage.n == 0);
	}
}

/* With that byte changed it is no package, or has no signature. */
static void check_change(struct slice bytes, size_t at)
{
	struct arena a = ARENA_INIT;
	char *copy = arena_str(&a, bytes);
	struct apksig sig;
	struct zip zip;

	copy[at] ^= 0x10;
	REQUIRE(read(&sig, &zip, &a, slice_bytes(copy, bytes.n)) || !apksig_newest(&sig));
	arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_bytes(data, size);
	struct arena a = ARENA_INIT;
	struct apksig sig;
	struct zip zip;

	if (!read(&sig, &zip, &a, bytes)) {
		check_signers(&sig);
		REQUIRE(zip.block.n || !apksig_newest(&sig));
		if (apksig_newest(&sig)) {
			check_change(bytes, 0);
			check_change(bytes, (size_t)zip.directory + 12); /* the first entry's time */
			check_change(bytes, size - 1);
		}
	}
	arena_release(&a);
	return 0;
}
