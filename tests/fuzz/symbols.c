/* Any bytes as an archive of debug symbols, and as an icon: read or refused with a reason, twice with the same result. */
#include <string.h>

#include "inspect/png.h"
#include "inspect/symbols.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_bytes(data, size);
	struct arena a = ARENA_INIT;
	const char *why = NULL, *again = NULL;
	struct symbols symbols, other;
	struct png png;

	if (symbols_read(&symbols, &a, bytes, &why)) {
		REQUIRE(why && *why && symbols_read(&other, &a, bytes, &again) == -1 && strcmp(why, again) == 0);
	} else {
		REQUIRE(symbols.dwarfs > 0 && symbols.path.n > sizeof(".dSYM/Contents/Resources/DWARF/") - 1);
		REQUIRE(symbols_read(&other, &a, bytes, &again) == 0 && other.dwarfs == symbols.dwarfs);
	}
	why = NULL;
	if (png_read(&png, bytes, &why))
		REQUIRE(why && *why);
	else
		REQUIRE(size > 8 && png_read(&png, slice_bytes(data, size - 1), &why) == -1);
	arena_release(&a);
	return 0;
}
