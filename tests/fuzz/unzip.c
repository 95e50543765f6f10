/* Any bytes as a zip archive: refused with a reason, or files whose paths are good, sorted and distinct, which our own writer packs
 * again and which are then read as the same. What comes out is bounded by what went in. */
#include "pack/unzip.h"
#include "base/relpath.h"
#include "format/zipwrite.h"
#include "require.h"

static void check_again(const struct fileset *files)
{
	struct fileset again = FILESET_INIT;
	struct strbuf zip = STRBUF_INIT;
	struct zip_writer z;
	const char *why;

	zip_begin(&z, &zip);
	for (size_t i = 0; i < files->n; i++)
		zip_put(&z, files->v[i].path, fileset_bytes(files, &files->v[i]));
	REQUIRE(zip_end(&z, &why) == 0);
	REQUIRE(files->n == 0 || unzip_read(&again, strbuf_slice(&zip), &why) == 0);
	REQUIRE(again.n == files->n);
	for (size_t i = 0; i < files->n; i++) {
		REQUIRE(slice_eq(again.v[i].path, files->v[i].path));
		REQUIRE(slice_eq(fileset_bytes(&again, &again.v[i]), fileset_bytes(files, &files->v[i])));
	}
	fileset_release(&again);
	strbuf_release(&zip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fileset files = FILESET_INIT;
	const char *why = NULL;

	if (unzip_read(&files, slice_bytes(data, size), &why)) {
		REQUIRE(why && *why);
	} else {
		for (size_t i = 0; i < files.n; i++) {
			REQUIRE(!relpath_fault(files.v[i].path));
			REQUIRE(i == 0 || slice_cmp(files.v[i - 1].path, files.v[i].path) < 0);
		}
		REQUIRE(files.bytes.n <= ((size_t)1 << 20) + UNZIP_RATIO * size);
		check_again(&files);
	}
	fileset_release(&files);
	return 0;
}
