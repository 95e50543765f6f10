/* Any bytes as files.json: refused with a reason, or what was read is written and read again as the same. */
#include <stdlib.h>

#include "base/relpath.h"
#include "format/files.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct strbuf out = STRBUF_INIT, again = STRBUF_INIT;
	struct files f, g;
	const char *why = NULL;

	if (files_decode(&f, &a, slice_bytes(data, size), &why)) {
		require(why && *why);
	} else {
		for (size_t i = 0; i < f.n; i++)
			require(!relpath_fault(f.v[i].path) && files_find(&f, f.v[i].path) == &f.v[i]);
		require(files_encode(&out, &f) == 0 && files_decode(&g, &a, strbuf_slice(&out), &why) == 0);
		require(files_encode(&again, &g) == 0 && slice_eq(strbuf_slice(&out), strbuf_slice(&again)));
	}
	strbuf_release(&out);
	strbuf_release(&again);
	arena_release(&a);
	return 0;
}
