/* Any bytes as files.json: refused with a reason, or what was read is written and read again as the same. */
#include "format/files.h"
#include "base/relpath.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct strbuf out = STRBUF_INIT, again = STRBUF_INIT;
	struct files f, g;
	const char *why = NULL;

	if (files_decode(&f, &a, slice_bytes(data, size), &why)) {
		REQUIRE(why && *why);
	} else {
		for (size_t i = 0; i < f.n; i++)
			REQUIRE(!files_path_fault(f.v[i].path) && !relpath_fault(f.v[i].path) &&
				files_find(&f, f.v[i].path) == &f.v[i]);
		REQUIRE(files_encode(&out, &f) == 0 && files_decode(&g, &a, strbuf_slice(&out), &why) == 0);
		REQUIRE(files_encode(&again, &g) == 0 && slice_eq(strbuf_slice(&out), strbuf_slice(&again)));
	}
	strbuf_release(&out);
	strbuf_release(&again);
	arena_release(&a);
	return 0;
}
