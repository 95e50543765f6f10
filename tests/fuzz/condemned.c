/* Any bytes as prune.json: refused with a reason, or what was read is written as the same bytes. */
#include "publish/condemned.h"
#include "base/relpath.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct strbuf out = STRBUF_INIT;
	struct slice bytes = slice_bytes(data, size);
	struct condemned c;
	const char *why = NULL;

	if (condemned_decode(&c, &a, bytes, &why)) {
		REQUIRE(why && *why);
	} else {
		for (size_t i = 0; i < c.n; i++)
			REQUIRE(!relpath_fault(c.v[i].path) && c.v[i].since >= 0 &&
				condemned_find(&c, c.v[i].path) == &c.v[i]);
		REQUIRE(c.deleting >= 0 && condemned_deleting(&c, c.deleting) == (c.deleting > 0));
		REQUIRE(condemned_encode(&out, &c) == 0 && slice_eq(strbuf_slice(&out), bytes));
	}
	strbuf_release(&out);
	arena_release(&a);
	return 0;
}
