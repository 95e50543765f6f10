/* Any bytes as a harmony package, as a module of a quick fix and as several of them: refused with a reason, or what was read is
 * sorted and in range. */
#include "inspect/hap.h"
#include "inspect/hqf.h"
#include "require.h"

static const struct cms_query nobody = { .at = 0 };

static void require_ascending(const struct slice *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		REQUIRE(slice_cmp(v[i - 1], v[i]) < 0);
}

static void check_hap(struct arena *a, struct slice bytes)
{
	const char *why = NULL;
	struct hap h;

	if (hap_read(&h, a, bytes, &nobody, &why)) {
		REQUIRE(why && *why);
		return;
	}
	REQUIRE(h.bundle_name.n && h.module.n && h.source);
	require_ascending(h.code, h.ncode);
	require_ascending(h.abis, h.nabis);
	for (size_t i = 0; i < h.ncode; i++)
		REQUIRE(hap_has_code(&h, h.code[i]));
}

static void check_hqf(struct arena *a, struct slice bytes)
{
	const char *why = NULL;
	struct hqf h;

	if (hqf_read(&h, a, bytes, &nobody, &why)) {
		REQUIRE(why && *why);
		return;
	}
	REQUIRE(h.patch.module.n && h.nabis <= 5);
	require_ascending(h.code, h.ncode);
	require_ascending(h.abis, h.nabis);
}

static void check_all(struct arena *a, struct slice bytes)
{
	const char *why = NULL;
	struct appqf all;
	struct hap app;

	if (hap_read_app(&app, a, bytes, &nobody, &why))
		REQUIRE(why && *why);
	if (appqf_read(&all, a, bytes, &nobody, &why)) {
		REQUIRE(why && *why);
		return;
	}
	REQUIRE(all.n > 0);
	for (size_t i = 0; i < all.n; i++)
		REQUIRE(slice_ends(all.v[i].name, ".hqf") && slice_find(all.v[i].name, '/') < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_bytes(data, size);
	struct arena a = ARENA_INIT;

	check_hap(&a, bytes);
	check_hqf(&a, bytes);
	check_all(&a, bytes);
	arena_release(&a);
	return 0;
}
