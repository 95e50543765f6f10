/* A pointer that is accepted is written in the one way there is; content that is not one does not begin like one. */
#include "source/lfs.h"
#include "base/strbuf.h"
#include "require.h"

#define VERSION_LINE "version https://git-lfs.github.com/spec/v1"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice text = slice_bytes(data, size);
	struct strbuf again = STRBUF_INIT;
	struct lfs_pointer p;
	const enum lfs_form form = lfs_parse(&p, text);

	REQUIRE((form == LFS_CONTENT) == (size > LFS_POINTER_MAX || !slice_starts(text, VERSION_LINE)));
	if (form == LFS_POINTER) {
		strbuf_adds(&again, VERSION_LINE "\noid sha256:");
		strbuf_addhex(&again, p.oid, sizeof(p.oid));
		strbuf_adds(&again, "\nsize ");
		strbuf_adduint(&again, p.size);
		strbuf_addch(&again, '\n');
		REQUIRE(slice_eq(strbuf_slice(&again), text));
	}
	strbuf_release(&again);
	return 0;
}
