/* Any bytes as a signed harmony package: refused with a reason, or every byte outside its signing block was signed: where one is
 * changed, it is refused. (Inside, the certificate of the signer has bytes that nobody looks at without a trust anchor.) */
#include <string.h>

#include "inspect/hapsig.h"
#include "require.h"

static int read_package(struct hapsig *out, struct zip *z, struct arena *a, struct slice bytes)
{
	static const struct zip_limits limits = { .entries = 1000, .bytes = 1 << 24 };
	static const struct cms_query nobody = { .at = 0 };
	const char *why = NULL;

	if (zip_open(z, a, bytes, &limits, &why) || !hapsig_is_there(z))
		return 1;
	if (!hapsig_read(out, a, z, &nobody, &why))
		return 0;
	REQUIRE(why && *why);
	return -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct hapsig sig, other;
	struct zip z, again;
	char *copy;

	if (size <= 1 << 20 && read_package(&sig, &z, &a, slice_bytes(data, size)) == 0) {
		REQUIRE(sig.version == 2 || sig.version == 3);
		REQUIRE(sig.profile.bundle_name.n && sig.profile.type.n && sig.signer.der.n && sig.profile.app.der.n);
		copy = arena_str(&a, slice_bytes(data, size));
		for (size_t i = 0; i < size; i += 1 + size / 512) {
			if (i >= (size_t)(z.block.p - z.bytes.p) && i < z.directory)
				continue;
			copy[i] = (char)(copy[i] ^ 0x40);
			REQUIRE(read_package(&other, &again, &a, slice_bytes(copy, size)) != 0);
			copy[i] = (char)(copy[i] ^ 0x40);
		}
	}
	arena_release(&a);
	return 0;
}
