#include "inspect/nativelib.h"

#include <string.h>

#include "base/little.h"
#include "base/text.h"

#define BSDIFF_HEADER 32u
#define BSDIFF_MAX    (UINT64_C(1) << 31) /* bytes of a new library: more is no number but noise */
#define PKGDIFF_HEAD  12u

enum { CLASS_32 = 1, CLASS_64 = 2, LITTLE = 1 };

static const struct {
	struct slice name;
	uint8_t class;
	uint16_t machine; /* EM_… */
} abis[] = {
	{ { "arm64-v8a", 9 }, CLASS_64, 183 },   { { "armeabi", 7 }, CLASS_32, 40 },
	{ { "armeabi-v7a", 11 }, CLASS_32, 40 }, { { "x86", 3 }, CLASS_32, 3 },
	{ { "x86_64", 6 }, CLASS_64, 62 },
};

static size_t find_abi(struct slice name)
{
	size_t i = 0;

	while (i < COUNT(abis) && !slice_eq(abis[i].name, name))
		i++;
	return i;
}

int nativelib_abi(struct slice *abi, struct arena *a, struct slice path, const char **why)
{
	struct slice rest = slice_from(path, sizeof("libs/") - 1), near, names[COUNT(abis)];

	*abi = slice_cut(&rest, '/');
	if (rest.n && find_abi(*abi) < COUNT(abis))
		return 0;
	for (size_t i = 0; i < COUNT(abis); i++)
		names[i] = abis[i].name;
	near = find_abi(*abi) < COUNT(abis) ? SLICE("") : text_nearest(*abi, names, COUNT(names));
	*why = arena_printf(a,
			    "\"" SLICE_FMT "\" does not lie in libs/<abi>/, where <abi> is arm64-v8a, armeabi, "
			    "armeabi-v7a, x86 or x86_64%s" SLICE_FMT "%s",
			    SLICE_ARG(path), near.n ? "; did you mean \"" : "", SLICE_ARG(near), near.n ? "\"?" : "")
		       .p;
	return -1;
}

static int fail(struct arena *a, struct slice path, const char *what, const char **why)
{
	*why = arena_printf(a, "\"" SLICE_FMT "\" %s", SLICE_ARG(path), what).p;
	return -1;
}

static int check_elf(struct arena *a, struct slice path, struct slice abi, struct slice head, const char **why)
{
	const uint8_t *p = (const uint8_t *)head.p;
	size_t want = find_abi(abi);

	if (head.n < 20 || memcmp(p, "\177ELF", 4) != 0 || p[5] != LITTLE)
		return fail(a, path, "is no library: an ELF file, little-endian, is wanted", why);
	if (p[4] == abis[want].class && little16(p + 18) == abis[want].machine)
		return 0;
	for (size_t i = 0; i < COUNT(abis); i++) {
		if (p[4] == abis[i].class && little16(p + 18) == abis[i].machine)
			return fail(a, path, arena_printf(a, "is a library for " SLICE_FMT, SLICE_ARG(abis[i].name)).p,
				    why);
	}
	return fail(a, path,
		    arena_printf(a, "is a library for no machine that has this folder (ELF machine %u)",
				 (unsigned)little16(p + 18))
			    .p,
		    why);
}

static int check_bsdiff(struct arena *a, struct slice path, struct slice head, uint64_t size, const char **why)
{
	uint64_t control, difference, result;

	if (head.n < BSDIFF_HEADER)
		return fail(a, path, "is cut off: a BSDIFF40 header has 32 bytes", why);
	control = little64(head.p + 8);
	difference = little64(head.p + 16);
	result = little64(head.p + 24);
	if (result == 0 || result > BSDIFF_MAX) /* the highest bit is a sign */
		return fail(a, path, "is damaged: its BSDIFF40 header makes a library of no sane size", why);
	if (control > size - BSDIFF_HEADER || difference > size - BSDIFF_HEADER - control)
		return fail(a, path, "is cut off: its BSDIFF40 header announces more than there is", why);
	return 0;
}

static int check_diff(struct arena *a, struct slice path, struct slice head, uint64_t size, const char **why)
{
	if (head.n >= 8 && !memcmp(head.p, "BSDIFF40", 8))
		return check_bsdiff(a, path, head, size, why);
	if (head.n < 8 || memcmp(head.p, "PKGDIFF0", 8) != 0)
		return fail(a, path, "is no difference between libraries: it begins with neither BSDIFF40 nor PKGDIFF0",
			    why);
	if (head.n < PKGDIFF_HEAD + 4)
		return fail(a, path, "is cut off: it is PKGDIFF0 without a block", why);
	if (little32(head.p + 8) == 0 || little32(head.p + 8) > (size - PKGDIFF_HEAD) / 4)
		return fail(a, path, "is cut off, or damaged: its PKGDIFF0 header announces blocks that are not there",
			    why);
	return 0;
}

int nativelib_check(struct arena *a, struct slice path, struct slice abi, struct slice head, uint64_t size,
		    const char **why)
{
	if (slice_ends(path, ".so"))
		return check_elf(a, path, abi, head, why);
	if (slice_ends(path, ".so.diff"))
		return check_diff(a, path, head, size, why);
	return 0;
}
